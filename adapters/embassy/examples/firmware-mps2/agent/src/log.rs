//! What a log is told.

use core::str;

use voxwire::Event;

/// As much of a call's announcement as a line has room for, in bytes.
const LINE: usize = 512;

/// Tells an event as a line of JSON, in which headers are but named: their values may be secrets. One that is longer than a
/// line is left out.
pub(crate) fn tell(event: &Event<'_>, log: &mut impl FnMut(&str)) {
    let mut line = [0; LINE];
    let len = serde_json_core::to_slice(event, &mut line).unwrap_or(0);
    if let Some(Ok(line)) = line.get(..len).filter(|line| !line.is_empty()).map(str::from_utf8) {
        log(line);
    }
}
