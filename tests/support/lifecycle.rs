//! What is said over HTTP around a call, as text.
//!
//! ```text
//! # a comment
//! $ --press 1            what the platform is told besides the address of the application
//! = {"method":…}         the application asks for a call
//! < {"event":"ice",…}    the platform posts this, and perhaps more members
//! > {"action":{…}}       the application replies
//! ```
//!
//! `STREAM` stands for the address of the program behind the switchboard.

/// The transcripts: the name and the text of each.
pub const TRANSCRIPTS: &[(&str, &str)] = &[
    ("inbound, a key", include_str!("../fixtures/sinch/lifecycles/inbound_key.txt")),
    ("inbound, digits", include_str!("../fixtures/sinch/lifecycles/inbound_digits.txt")),
    ("inbound, no key", include_str!("../fixtures/sinch/lifecycles/inbound_timeout.txt")),
    ("inbound, hung up", include_str!("../fixtures/sinch/lifecycles/inbound_hangup.txt")),
    ("inbound, a stream", include_str!("../fixtures/sinch/lifecycles/inbound_stream.txt")),
    ("outbound, a human", include_str!("../fixtures/sinch/lifecycles/outbound_human.txt")),
    ("outbound, a machine", include_str!("../fixtures/sinch/lifecycles/outbound_machine.txt")),
    ("outbound, a conference", include_str!("../fixtures/sinch/lifecycles/outbound_conference.txt")),
];

/// One call, as it was written down.
#[derive(Clone, Debug, Default)]
pub struct Lifecycle {
    /// What the platform is told.
    pub arguments: Vec<String>,
    /// The calls that the application asks for.
    pub callouts: Vec<String>,
    /// What was posted, and what was replied.
    pub exchanges: Vec<(String, String)>,
}

impl Lifecycle {
    /// Reads a transcript in which the program behind the switchboard listens at `stream`.
    ///
    /// # Panics
    /// Where the transcript cannot be read.
    pub fn read(transcript: &str, stream: &str) -> Self {
        let mut lifecycle = Self::default();
        let mut posted = None;
        for line in transcript.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let (mark, rest) = line.split_once(' ').expect("a mark and a text");
            let text = rest.replace("STREAM", stream);
            match mark {
                "$" => lifecycle.arguments.extend(text.split(' ').map(str::to_owned)),
                "=" => lifecycle.callouts.push(text),
                "<" => assert_eq!(posted.replace(text), None, "every callback has a reply"),
                ">" => lifecycle.exchanges.push((posted.take().expect("a reply to something"), text)),
                _ => panic!("no such mark: {line}"),
            }
        }
        assert_eq!(posted, None, "every callback has a reply");
        lifecycle
    }
}
