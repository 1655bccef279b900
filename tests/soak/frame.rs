//! Frames of audio that tell where they belong.

use crate::script::Side;

/// The shortest frame: what it tells, and some audio.
pub(crate) const SHORTEST: usize = 32;
/// 20 ms at 16 kHz.
pub(crate) const USUAL: usize = 640;
pub(crate) const LONGEST: usize = 900;

const HEAD: usize = 18;

/// What a frame tells of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label {
    pub(crate) call: u64,
    /// Who says it.
    pub(crate) by: Side,
    /// Bytes said before it.
    pub(crate) at: u64,
    /// Whether its side says nothing after it.
    pub(crate) last: bool,
}

/// Fills a frame, so that no byte of it is as in another place.
pub(crate) fn write(label: Label, frame: &mut [u8]) {
    frame[..8].copy_from_slice(&label.call.to_le_bytes());
    frame[8] = label.by as u8;
    frame[9] = label.last.into();
    frame[10..HEAD].copy_from_slice(&label.at.to_le_bytes());
    let key = label.call.wrapping_mul(0x9e37_79b9).wrapping_add(label.by as u64);
    for (at, byte) in (label.at..).zip(&mut *frame).skip(HEAD) {
        *byte = (at.wrapping_add(key).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8;
    }
}

/// What a frame tells, if it is whole.
pub(crate) fn read(frame: &[u8], call: u64, by: Side) -> Option<Label> {
    let at = u64::from_le_bytes(frame.get(10..HEAD)?.try_into().ok()?);
    let label = Label { call, by, at, last: frame[9] == 1 };
    let mut expected = [0; LONGEST];
    let expected = expected.get_mut(..frame.len())?;
    write(label, expected);
    (expected == frame).then_some(label)
}
