use core::fmt;

/// A rule of RFC 6455 that the peer broke. The connection is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Violation {
    /// A bit is set that only an extension gives a meaning, and none was agreed on (section 5.2).
    ReservedBits,
    /// An opcode without a meaning (section 5.2).
    UnknownOpcode,
    /// A client that does not mask, or a server that does (section 5.1).
    Masking,
    /// A length that is not written in the shortest way, or of more than 63 bits (section 5.2).
    LengthEncoding,
    /// A control frame in fragments (section 5.5).
    FragmentedControl,
    /// A control frame whose payload is longer than 125 bytes (section 5.5).
    LongControl,
    /// More of a message that has not begun (section 5.4).
    Continuation,
    /// A message that begins within another (section 5.4).
    Interleaved,
    /// A text, or the reason of a close, that is not UTF-8 (sections 8.1 and 5.5.1).
    Utf8,
    /// A close with half a code, or with one that may not travel (sections 5.5.1 and 7.4).
    CloseCode,
    /// A text for which the inbox has no room (section 7.4.1, code 1009).
    TooLong,
}

impl Violation {
    /// The close code that tells the peer (section 7.4.1).
    pub const fn code(self) -> u16 {
        match self {
            Self::Utf8 => 1007,
            Self::TooLong => 1009,
            _ => 1002,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReservedBits => "reserved bits are set",
            Self::UnknownOpcode => "unknown opcode",
            Self::Masking => "masked the wrong way",
            Self::LengthEncoding => "length not in its shortest form",
            Self::FragmentedControl => "control frame in fragments",
            Self::LongControl => "control frame too long",
            Self::Continuation => "continuation of nothing",
            Self::Interleaved => "message within a message",
            Self::Utf8 => "text that is not UTF-8",
            Self::CloseCode => "close code that may not travel",
            Self::TooLong => "text too long for the inbox",
        })
    }
}

impl core::error::Error for Violation {}
