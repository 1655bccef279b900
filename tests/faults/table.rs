//! Every attack, and what it must come to.
//!
//! | column | |
//! |---|---|
//! | name | what is done, in words |
//! | by | who does it: a hostile platform, a hostile application, either |
//! | at | how far the call has come when it begins |
//! | times | how many do it at once |
//! | act | the function that does it, in `attackers` |
//! | must | how it must end |

use crate::attackers::Siege;
use crate::attackers::{departures, floods, messages, opening, violations};
use crate::peer::{Part, Peer, Stage};
use crate::victim::Deadline;

/// One row.
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) by: &'static [Part],
    pub(crate) act: Act,
    pub(crate) must: Must,
}

/// What is done, to which the victim is brought first.
pub(crate) enum Act {
    /// So many peers do it at once, each in a call of its own.
    Peers { at: Stage, times: usize, act: fn(&mut Peer) -> std::io::Result<()> },
    /// The same in a call of this id.
    Named { id: &'static str, act: fn(&mut Peer) -> std::io::Result<()> },
    /// A peer does it and is gone.
    Gone { at: Stage, times: usize, act: fn(Peer) },
    /// It is done to the whole of a victim, which has this many descriptors.
    Whole { descriptors: Option<u32>, act: fn(&Siege<'_>) -> std::io::Result<String> },
}

/// How an attack must end. Whatever else, nobody else may notice it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Must {
    /// The victim refuses it at once.
    Refuse,
    /// The victim ends it when a deadline has expired.
    Expire(Deadline),
    /// The call goes on, or is closed with a code that says why not.
    Bear,
    /// The attacker leaves.
    Survive,
}

const EITHER: &[Part] = &[Part::Platform, Part::Application];
const PLATFORM: &[Part] = &[Part::Platform];
const APPLICATION: &[Part] = &[Part::Application];

use Act::{Gone, Named, Peers, Whole};
use Deadline::{Beginning, Opening, Silence};
use Must::{Bear, Expire, Refuse, Survive};
use Stage::{Answered, Connected, Opened, Ringing};

const fn row(name: &'static str, by: &'static [Part], act: Act, must: Must) -> Attack {
    Attack { name, by, act, must }
}

#[rustfmt::skip]
pub(crate) const ATTACKS: &[Attack] = &[
    row("the opening, byte by byte",            EITHER,      Peers { at: Connected, times: 4, act: opening::slowly }, Expire(Opening)),
    row("no opening at all",                    EITHER,      Peers { at: Connected, times: 4, act: departures::stay }, Expire(Opening)),
    row("one header without end",               EITHER,      Peers { at: Connected, times: 4, act: opening::long_header }, Refuse),
    row("headers without end",                  EITHER,      Peers { at: Connected, times: 4, act: opening::many_headers }, Refuse),
    row("no HTTP",                              EITHER,      Peers { at: Connected, times: 4, act: opening::noise }, Refuse),
    row("a refusal with a body without end",    APPLICATION, Peers { at: Connected, times: 4, act: opening::long_refusal }, Refuse),

    row("silence instead of an announcement",   PLATFORM,    Peers { at: Opened, times: 4, act: departures::stay }, Expire(Beginning)),
    row("ringing without end",                  APPLICATION, Peers { at: Ringing, times: 4, act: departures::stay }, Expire(Beginning)),
    row("a peer that vanishes in a call",       EITHER,      Peers { at: Answered, times: 4, act: departures::stay }, Expire(Silence)),
    row("a frame, byte by byte",                EITHER,      Peers { at: Answered, times: 4, act: messages::slowly }, Expire(Silence)),
    row("a peer that never reads",              EITHER,      Peers { at: Answered, times: 4, act: departures::never_read }, Expire(Silence)),

    row("a text without end",                   EITHER,      Peers { at: Answered, times: 4, act: messages::endless_text }, Refuse),
    row("audio without end in one message",     EITHER,      Peers { at: Answered, times: 4, act: messages::endless_audio }, Bear),
    row("empty fragments, before the call",     PLATFORM,    Peers { at: Opened, times: 1, act: messages::fragments }, Expire(Beginning)),
    row("empty fragments, in a call",           EITHER,      Peers { at: Answered, times: 1, act: messages::fragments }, Expire(Silence)),
    row("pings, before the call",               PLATFORM,    Peers { at: Opened, times: 1, act: messages::pings }, Expire(Beginning)),
    row("pings, a hundred thousand in a call",   EITHER,      Peers { at: Answered, times: 1, act: messages::many_pings }, Bear),
    row("words that mean nothing, a mebibyte",   EITHER,      Peers { at: Answered, times: 1, act: messages::many_words }, Bear),
    row("64 KiB of nesting",                    EITHER,      Peers { at: Answered, times: 4, act: messages::nesting }, Bear),
    row("text that is no UTF-8",                EITHER,      Peers { at: Answered, times: 4, act: violations::no_utf8 }, Refuse),

    row("a wrong mask",                         EITHER,      Peers { at: Answered, times: 4, act: violations::wrong_mask }, Refuse),
    row("reserved bits",                        EITHER,      Peers { at: Answered, times: 4, act: violations::reserved_bits }, Refuse),
    row("a reserved opcode",                    EITHER,      Peers { at: Answered, times: 4, act: violations::reserved_opcode }, Refuse),
    row("a length of 2^63",                     EITHER,      Peers { at: Answered, times: 4, act: violations::length_2_63 }, Refuse),
    row("a text of 2^62 bytes",                 EITHER,      Peers { at: Answered, times: 4, act: violations::length_2_62 }, Refuse),
    row("a ping in fragments",                  EITHER,      Peers { at: Answered, times: 4, act: violations::broken_ping }, Refuse),
    row("a ping of 126 bytes",                  EITHER,      Peers { at: Answered, times: 4, act: violations::long_ping }, Refuse),

    row("a reset before the opening",           EITHER,      Gone { at: Connected, times: 16, act: Peer::reset }, Survive),
    row("a reset in the opening",               EITHER,      Gone { at: Connected, times: 16, act: departures::reset_in_opening }, Survive),
    row("a reset after the opening",            EITHER,      Gone { at: Opened, times: 16, act: Peer::reset }, Survive),
    row("a reset while it rings",               EITHER,      Gone { at: Ringing, times: 16, act: Peer::reset }, Survive),
    row("a reset once it is answered",          EITHER,      Gone { at: Answered, times: 16, act: Peer::reset }, Survive),
    row("a reset amid audio",                   EITHER,      Gone { at: Answered, times: 16, act: departures::reset_amid_audio }, Survive),
    row("a reset in a frame",                   EITHER,      Gone { at: Answered, times: 16, act: departures::reset_in_frame }, Survive),
    row("a reset in a close",                   EITHER,      Gone { at: Answered, times: 16, act: departures::reset_in_close }, Survive),
    row("an end without a close",               EITHER,      Gone { at: Answered, times: 16, act: drop::<Peer> }, Survive),

    row("a clock that jumps an hour ahead",     PLATFORM,    Named { id: "ahead", act: departures::stay }, Expire(Silence)),
    row("a clock that jumps an hour back",      PLATFORM,    Named { id: "back", act: departures::pause }, Bear),
    row("a clock that jumps to its end",        PLATFORM,    Named { id: "the end", act: departures::pause }, Bear),

    row("connections as fast as they go",       PLATFORM,    Whole { descriptors: None, act: floods::connections }, Survive),
    row("more connections than descriptors",    PLATFORM,    Whole { descriptors: Some(48), act: floods::descriptors }, Survive),
];
