//! The bounds that are not configuration, named once.

/// Objects and arrays inside one another in a received text.
pub const MAX_NESTING: usize = 32;

/// Headers of a call that are accepted. Sinch Voice 2.0 sends at most 16.
pub const MAX_HEADERS: usize = 64;

/// Bytes in an id that a session must remember: a Wavix stream id, and on the platform's side the call id.
pub const MAX_IDENTIFIER: usize = 64;
