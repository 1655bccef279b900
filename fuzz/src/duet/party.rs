//! One end of a duet, and what is on its way there.

use std::collections::VecDeque;

use voxwire::{AudioFormat, Close, Config, Deadline, Dialect, Due, Instant, Message, Session};
use voxwire_embassy::websocket::Side;

use super::hearing::{assert_heard, part};
use crate::ends::{End, Word};
use crate::frame::{BINARY, CLOSE, FIN, Frame, TEXT};
use crate::ours::{Heard, Ours};

pub(super) struct Party<'d, 'm, E: End> {
    pub(super) session: Session<E>,
    side: Side,
    decoder: Ours<'m>,
    /// Bytes on their way here.
    wire: VecDeque<u8>,
    /// Whether the connection ends behind them.
    ended: bool,
    /// What they mean.
    expected: VecDeque<Word<'d>>,
    /// Whether the end of the call has been heard, though no close.
    stopped: bool,
    /// Whether a close was put on the socket, behind which nothing is.
    closing: bool,
}

/// Something that was said, in frames.
pub(super) type Said<'d> = (Word<'d>, Vec<u8>);

impl<'d, 'm, E: End> Party<'d, 'm, E> {
    pub(super) fn new(config: Config, side: Side, memory: &'m mut [u8]) -> Self {
        Self {
            session: E::session(config, Instant::ZERO),
            side,
            decoder: Ours::new(side, memory),
            wire: VecDeque::new(),
            ended: false,
            expected: VecDeque::new(),
            stopped: false,
            closing: false,
        }
    }

    /// Says something, if the session lets it and there are words for it.
    pub(super) fn say(&mut self, now: Instant, word: Word<'_>, frame: usize) -> Option<Vec<u8>> {
        let says = E::says(word)?;
        let before = self.session.clone();
        let measured = before.measure(now, says);
        let mut buf = vec![0; measured.unwrap_or_default()];
        match self.session.send(now, says, &mut buf) {
            Ok(message) => {
                assert_eq!(measured, Ok(message.map_or(0, |message| message.len())), "{word:?}");
                message.map(|message| self.put(message, frame))
            }
            Err(error) => {
                assert_eq!(self.session, before, "law 2: {error} has changed something");
                None
            }
        }
    }

    /// Handles what is due, and hangs up where a deadline has expired.
    pub(super) fn time(&mut self, now: Instant, frame: usize) -> Vec<Said<'d>> {
        let mut said = Vec::new();
        loop {
            let mut buf = [0; 32];
            match self.session.handle_timeout(now, &mut buf).expect("32 bytes hold whatever is owed") {
                Due::Nothing => return said,
                Due::Send(message) => {
                    let word = match message {
                        Message::Close(_) => Word::Hangup(Close::NORMAL),
                        _ => Word::Heartbeat,
                    };
                    said.push((word, self.put(message, frame)));
                }
                Due::Expired(Deadline::Ending) => assert!(self.session.is_closed()),
                Due::Expired(_) => {
                    let bye = Word::Hangup(Close::NORMAL);
                    said.extend(self.say(now, bye, frame).map(|frames| (bye, frames)));
                }
            }
        }
    }

    /// Something is on its way here.
    pub(super) fn expect(&mut self, word: Word<'d>, frames: Vec<u8>) {
        if !self.session.is_closed() {
            self.wire.extend(frames);
            self.expected.push_back(word);
        }
    }

    /// Whether anything is on its way here that will be heard.
    pub(super) fn awaits(&self) -> bool {
        !self.session.is_closed() && (self.ended || !self.wire.is_empty())
    }

    /// Nothing arrives here any more.
    pub(super) fn cut(&mut self) {
        self.wire.clear();
        self.expected.clear();
        self.ended = false;
    }

    /// The other end has let go of the socket.
    pub(super) fn end(&mut self) {
        self.ended = true;
    }

    pub(super) fn assert_all_heard(&self) {
        assert!(self.session.is_closed() || self.expected.is_empty(), "not heard: {:?}", self.expected);
    }

    /// Hears what comes of so many bytes. A close comes back, as every WebSocket library sees to.
    pub(super) fn hear(
        &mut self,
        now: Instant,
        dialect: Dialect,
        format: Option<AudioFormat>,
        bytes: usize,
    ) -> Option<Said<'d>> {
        if self.session.is_closed() {
            self.wire.clear();
            self.expected.clear();
            return None;
        }
        let arrived: Vec<u8> = self.wire.drain(..bytes.min(self.wire.len())).collect();
        let mut heard = Vec::new();
        self.decoder.push(&arrived, &mut heard).expect("frames as they should be");
        let mut echo = None;
        for heard in &heard {
            let message = match heard {
                Heard::Text(text) => Message::Text(text),
                Heard::Binary(bytes) => Message::Binary(bytes),
                Heard::Close(code, reason) => Message::Close(Close { code: *code, reason }),
                Heard::Ping(_) | Heard::Pong(_) => panic!("nobody pings"),
            };
            let said = self.expected.pop_front().expect("nothing was said");
            self.take(now, dialect, format, message, said);
            if let Message::Close(_) = message
                && !self.closing
            {
                echo = Some((said, self.put(message, usize::MAX)));
            }
        }
        if self.ended && self.wire.is_empty() && !self.session.is_closed() {
            self.session.handle_message(now, Message::Close(Close::LOST)).expect("a loss is always heard");
            assert!(self.session.is_closed());
        }
        echo
    }

    fn take(
        &mut self,
        now: Instant,
        dialect: Dialect,
        format: Option<AudioFormat>,
        message: Message<'_>,
        said: Word<'_>,
    ) {
        let before = self.session.clone();
        let heard = match self.session.handle_message(now, message) {
            Ok(heard) => E::word(heard),
            Err(error) => panic!("{said:?} was heard as a fault: {error} {before:?}"),
        };
        if self.stopped && !matches!(message, Message::Close(_)) {
            assert_eq!(heard, Word::Hangup(Close::BARE), "law 3: after the end");
        } else if let (Word::Dropped(dropped), Word::Audio(audio)) = (heard, said) {
            assert_eq!(dropped.bytes, audio.len());
            assert!(!before.is_live(), "audio of a live call was dropped");
        } else {
            assert_heard::<E>(said, heard, dialect, format);
        }
        self.stopped |= heard == Word::Stop;
    }

    /// Puts a message on the socket, in frames that hold so many bytes of it.
    fn put(&mut self, message: Message<'_>, frame: usize) -> Vec<u8> {
        assert!(!self.closing, "something was said after the close");
        let (opcode, payload) = match message {
            Message::Text(text) => (TEXT, text.as_bytes().to_vec()),
            Message::Binary(bytes) => (BINARY, bytes.to_vec()),
            Message::Close(Close { code, reason }) => {
                self.closing = true;
                (CLOSE, code.map(u16::to_be_bytes).into_iter().flatten().chain(reason.bytes()).collect())
            }
        };
        let mut wire = Vec::new();
        for (opcode, fin, payload) in part(opcode, &payload, frame) {
            let mut frame = Frame::new(opcode, payload);
            frame.first = if fin { FIN | opcode } else { opcode };
            frame.mask = (self.side == Side::Client).then_some([0x3a, 0x00, 0xff, 0x80]);
            frame.write(&mut wire);
        }
        wire
    }
}
