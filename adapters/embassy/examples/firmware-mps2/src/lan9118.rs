//! The Ethernet controller: SMSC (now Microchip) LAN9118, after its data sheet, whose names of registers and bits are
//! kept. It is driven by `embassy-net`, one frame at a time.
//!
//! Written for QEMU's model of the controller: the wire is taken to be plugged in, and the pauses that the data sheet
//! asks for between a write and a read of some registers are left out.

use core::task::Context;

use embassy_net_driver::{Capabilities, Driver, HardwareAddress, LinkState, RxToken, TxToken};
use embassy_sync::waitqueue::AtomicWaker;
use tock_registers::interfaces::{ReadWriteable, Readable, Writeable};
use tock_registers::registers::{ReadOnly, ReadWrite, WriteOnly};
use tock_registers::{register_bitfields, register_structs};

/// The longest frame, in bytes, without the CRC.
const MAX_FRAME: usize = 1514;

/// The controller appends the CRC of a frame that it has received, in bytes.
const CRC: usize = 4;

/// Room in the FIFO that is enough for any frame with its two command words, in bytes.
const TX_ROOM: u32 = 1528;

/// How many of the longest frames the controller keeps before they are read, of 10 KiB. The stack offers its peers no larger
/// windows than that.
const RX_FRAMES: usize = 6;

/// The network stack's task, which waits for frames.
static WAKER: AtomicWaker = AtomicWaker::new();

/// The handler of the controller's interrupt: a frame has come in. The driver lets it happen again once it has read
/// all there is.
pub(crate) fn interrupt(registers: &Registers) {
    registers.int_en.set(0);
    WAKER.wake();
}

/// The driver.
pub(crate) struct Lan9118 {
    registers: &'static Registers,
    address: [u8; 6],
    received: [u8; MAX_FRAME],
    sent: [u8; MAX_FRAME],
}

impl Lan9118 {
    /// Resets the controller and makes it receive what is meant for `address`, and broadcasts.
    pub(crate) fn new(registers: &'static Registers, address: [u8; 6]) -> Self {
        assert!(registers.byte_test.get() == 0x8765_4321, "the controller is not there");
        registers.hw_cfg.write(HW_CFG::SRST::SET);
        while registers.hw_cfg.is_set(HW_CFG::SRST) {}
        registers.hw_cfg.write(HW_CFG::MBO::SET + HW_CFG::TX_FIF_SZ.val(5));

        let [a, b, c, d, e, f] = address;
        registers.write_mac(Mac::AddrL, u32::from_le_bytes([a, b, c, d]));
        registers.write_mac(Mac::AddrH, u32::from_le_bytes([e, f, 0, 0]));
        registers.write_mac(Mac::Cr, (MAC_CR::FDPX::SET + MAC_CR::TXEN::SET + MAC_CR::RXEN::SET).value);
        // Nobody reads how sending went, so its statuses may overflow.
        registers.tx_cfg.write(TX_CFG::TXSAO::SET + TX_CFG::TX_ON::SET);

        // One frame is enough to interrupt.
        registers.fifo_int.modify(FIFO_INT::RX_STATUS_LEVEL.val(0));
        registers.irq_cfg.write(IRQ_CFG::IRQ_EN::SET + IRQ_CFG::IRQ_POL::SET + IRQ_CFG::IRQ_TYPE::SET);
        Self { registers, address, received: [0; MAX_FRAME], sent: [0; MAX_FRAME] }
    }
}

impl Driver for Lan9118 {
    type RxToken<'a> = Received<'a>;
    type TxToken<'a> = Sending<'a>;

    fn receive(&mut self, cx: &mut Context<'_>) -> Option<(Received<'_>, Sending<'_>)> {
        WAKER.register(cx.waker());
        // First the interrupt, then the look: a frame that comes in between is seen or interrupts.
        self.registers.int_sts.write(INT::RSFL::SET);
        self.registers.int_en.write(INT::RSFL::SET);
        if !self.registers.has_room(cx) {
            return None;
        }
        let frame = self.registers.read_frame(&mut self.received)?;
        Some((Received(frame), Sending { registers: self.registers, buffer: &mut self.sent }))
    }

    fn transmit(&mut self, cx: &mut Context<'_>) -> Option<Sending<'_>> {
        self.registers.has_room(cx).then_some(Sending { registers: self.registers, buffer: &mut self.sent })
    }

    fn link_state(&mut self, _cx: &mut Context<'_>) -> LinkState {
        LinkState::Up
    }

    fn capabilities(&self) -> Capabilities {
        let mut capabilities = Capabilities::default();
        capabilities.max_transmission_unit = MAX_FRAME;
        capabilities.max_burst_size = Some(RX_FRAMES);
        capabilities
    }

    fn hardware_address(&self) -> HardwareAddress {
        HardwareAddress::Ethernet(self.address)
    }
}

/// A frame that has come in.
pub(crate) struct Received<'a>(&'a mut [u8]);

impl RxToken for Received<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, read: F) -> R {
        read(self.0)
    }
}

/// The room for a frame that goes out.
pub(crate) struct Sending<'a> {
    registers: &'static Registers,
    buffer: &'a mut [u8; MAX_FRAME],
}

impl TxToken for Sending<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, write: F) -> R {
        let frame = &mut self.buffer[..len];
        let result = write(frame);
        self.registers.write_frame(frame);
        result
    }
}

impl Registers {
    /// Whether any frame can be sent. If not, the stack asks again: a frame is on the wire for 0.12 ms at most.
    fn has_room(&self, cx: &Context<'_>) -> bool {
        let room = self.tx_fifo_inf.read(TX_FIFO_INF::TDFREE) >= TX_ROOM;
        if !room {
            cx.waker().wake_by_ref();
        }
        room
    }

    /// Takes the next good frame, if there is one; what does not fit is passed over.
    fn read_frame<'a>(&self, buffer: &'a mut [u8; MAX_FRAME]) -> Option<&'a mut [u8]> {
        while self.rx_fifo_inf.read(RX_FIFO_INF::RXSUSED) > 0 {
            let status = self.rx_status.extract();
            let len = status.read(RX_STATUS::LENGTH) as usize;
            let mut words = buffer.chunks_mut(4);
            for _ in 0..len.div_ceil(4) {
                let word = self.rx_data.get().to_le_bytes();
                for (to, from) in words.next().into_iter().flatten().zip(word) {
                    *to = from;
                }
            }
            let frame = len.saturating_sub(CRC);
            if !status.is_set(RX_STATUS::ES) && (1..=MAX_FRAME).contains(&frame) {
                return buffer.get_mut(..frame);
            }
        }
        None
    }

    /// Sends a frame, for which there must be room. The controller pads it and appends the CRC.
    fn write_frame(&self, frame: &[u8]) {
        let len = frame.len() as u32;
        let command_a = TX_COMMAND_A::FIRST::SET + TX_COMMAND_A::LAST::SET + TX_COMMAND_A::SIZE.val(len);
        self.tx_data.set(command_a.value);
        self.tx_data.set(len);
        for bytes in frame.chunks(4) {
            let mut word = [0; 4];
            for (to, from) in word.iter_mut().zip(bytes) {
                *to = *from;
            }
            self.tx_data.set(u32::from_le_bytes(word));
        }
    }

    /// Writes one of the registers that lie behind the others.
    fn write_mac(&self, register: Mac, value: u32) {
        self.mac_csr_data.set(value);
        self.mac_csr_cmd.write(MAC_CSR_CMD::BUSY::SET + MAC_CSR_CMD::ADDRESS.val(register as u32));
        while self.mac_csr_cmd.is_set(MAC_CSR_CMD::BUSY) {}
    }
}

/// The registers of the MAC, which [`Registers::write_mac`] reaches.
enum Mac {
    Cr = 1,
    AddrH = 2,
    AddrL = 3,
}

register_structs! {
    /// The controller's registers as the processor sees them, all 32 bits wide.
    pub(crate) Registers {
        (0x00 => rx_data: ReadOnly<u32>),
        (0x04 => _reserved_rx_data),
        (0x20 => tx_data: WriteOnly<u32>),
        (0x24 => _reserved_tx_data),
        (0x40 => rx_status: ReadOnly<u32, RX_STATUS::Register>),
        (0x44 => _reserved_statuses),
        (0x54 => irq_cfg: ReadWrite<u32, IRQ_CFG::Register>),
        (0x58 => int_sts: ReadWrite<u32, INT::Register>),
        (0x5c => int_en: ReadWrite<u32, INT::Register>),
        (0x60 => _reserved_60),
        (0x64 => byte_test: ReadOnly<u32>),
        (0x68 => fifo_int: ReadWrite<u32, FIFO_INT::Register>),
        (0x6c => _reserved_rx_cfg),
        (0x70 => tx_cfg: ReadWrite<u32, TX_CFG::Register>),
        (0x74 => hw_cfg: ReadWrite<u32, HW_CFG::Register>),
        (0x78 => _reserved_rx_dp_ctl),
        (0x7c => rx_fifo_inf: ReadOnly<u32, RX_FIFO_INF::Register>),
        (0x80 => tx_fifo_inf: ReadOnly<u32, TX_FIFO_INF::Register>),
        (0x84 => _reserved_power_and_timers),
        (0xa4 => mac_csr_cmd: ReadWrite<u32, MAC_CSR_CMD::Register>),
        (0xa8 => mac_csr_data: ReadWrite<u32>),
        (0xac => @END),
    }
}

register_bitfields! {
    u32,
    RX_STATUS [
        /// The length of the frame, with its CRC.
        LENGTH OFFSET(16) NUMBITS(14) [],
        /// The frame is damaged.
        ES OFFSET(15) NUMBITS(1) [],
    ],
    TX_COMMAND_A [
        /// The frame is in one piece: the first and the last.
        FIRST OFFSET(13) NUMBITS(1) [],
        LAST OFFSET(12) NUMBITS(1) [],
        SIZE OFFSET(0) NUMBITS(11) [],
    ],
    IRQ_CFG [
        IRQ_EN OFFSET(8) NUMBITS(1) [],
        /// Active high, which needs the push-pull driver.
        IRQ_POL OFFSET(4) NUMBITS(1) [],
        /// Push-pull.
        IRQ_TYPE OFFSET(0) NUMBITS(1) [],
    ],
    INT [
        /// More received frames wait than `FIFO_INT` says.
        RSFL OFFSET(3) NUMBITS(1) [],
    ],
    FIFO_INT [
        RX_STATUS_LEVEL OFFSET(0) NUMBITS(8) [],
    ],
    TX_CFG [
        /// Sending goes on when nobody reads the statuses.
        TXSAO OFFSET(2) NUMBITS(1) [],
        TX_ON OFFSET(1) NUMBITS(1) [],
    ],
    HW_CFG [
        /// Must be one.
        MBO OFFSET(20) NUMBITS(1) [],
        /// How many KiB of the 16 the transmitter has.
        TX_FIF_SZ OFFSET(16) NUMBITS(4) [],
        /// Resets; reads as one until that is done.
        SRST OFFSET(0) NUMBITS(1) [],
    ],
    RX_FIFO_INF [
        /// How many frames have been received and not read.
        RXSUSED OFFSET(16) NUMBITS(8) [],
    ],
    TX_FIFO_INF [
        /// How many bytes are free for frames and commands.
        TDFREE OFFSET(0) NUMBITS(16) [],
    ],
    MAC_CSR_CMD [
        BUSY OFFSET(31) NUMBITS(1) [],
        ADDRESS OFFSET(0) NUMBITS(8) [],
    ],
    MAC_CR [
        /// Full duplex.
        FDPX OFFSET(20) NUMBITS(1) [],
        TXEN OFFSET(3) NUMBITS(1) [],
        RXEN OFFSET(2) NUMBITS(1) [],
    ],
}
