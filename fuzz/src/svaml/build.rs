//! Replies that are built, one word per line.
//!
//! A line is a letter and fields with `|` between them, any of which may be missing:
//!
//! | line | word |
//! |---|---|
//! | `a` `R` | answer, stop a recording |
//! | `s` | say: text, locale |
//! | `f` | play files: locale, ids |
//! | `k` | send keys: keys |
//! | `c` | set a cookie: key, value |
//! | `r` | start a recording: address, credentials, format, `y` or `n` for notifications, locale of a transcription |
//! | `h` | a call header for the action: key, value |
//! | `m` | a menu for the action: id, prompt, prompt again, how often |
//! | `o` | an option of the last menu: key, `m` for a menu or else a value, its argument |
//! | `H` `G` | hang up, go on |
//! | `P` | to a phone: number, cli, keys, indications, seconds, locale |
//! | `U` | to a user: name |
//! | `S` | to a SIP server: address, cli, transport, music, seconds |
//! | `C` | to a conference: id, mode of keys, music |
//! | `W` | to a WebSocket server: address, rate, seconds |
//! | `M` | run the menus: locale, main menu, `y` for voice |
//! | `K` | park: prompt, prompt while waiting, seconds, locale |
//!
//! The last action of the script ends the reply; without one it hangs up.

use voxwire::callback::CallbackEvent;
use voxwire::svaml::matrix::{Ace, Ice, Lenient, Pie};
use voxwire::svaml::{
    Choice, ConferenceDtmf, ConnectConf, ConnectMxp, ConnectPstn, ConnectSip, ConnectStream, Invalid, Menu,
    MenuOption, Park, PlayFiles, Reply, RunMenu, Say, StartRecording, Svaml, Waived,
};
use voxwire::{Text, Vocabulary, Word};

use super::{assert_checks, assert_written};

/// The letters of the words, by the methods that say them.
const WORDS: [(u8, &str); 16] = [
    (b'a', "answer"),
    (b's', "say"),
    (b'f', "play_files"),
    (b'k', "send_dtmf"),
    (b'c', "set_cookie"),
    (b'r', "start_recording"),
    (b'R', "stop_recording"),
    (b'H', "hangup"),
    (b'G', "go_on"),
    (b'P', "connect_pstn"),
    (b'U', "connect_mxp"),
    (b'S', "connect_sip"),
    (b'C', "connect_conf"),
    (b'W', "connect_stream"),
    (b'M', "run_menu"),
    (b'K', "park"),
];

/// Builds a reply to the event of this letter, if its words may answer it.
pub(super) fn reply(letter: u8, script: &[u8]) {
    let Ok(script) = str::from_utf8(script) else { return };
    let lines: Vec<Line<'_>> = script.split('\n').map(Line::read).collect();
    let options = menu_options(&lines);
    let mut options = options.iter();
    let parts = Parts {
        headers: lines
            .iter()
            .filter(|line| line.letter == b'h')
            .map(|line| (line.text(0), line.text(1)))
            .collect(),
        menus: lines
            .iter()
            .filter(|line| line.letter == b'm')
            .map(|line| menu(line, options.next().map_or(&[], Vec::as_slice)))
            .collect(),
    };
    let (event, strict) = match letter.to_ascii_lowercase() {
        b'i' => (CallbackEvent::Ice, ice(Reply::ice(), &lines, &parts)),
        b'a' => (CallbackEvent::Ace, ace(Reply::ace(), &lines, &parts)),
        _ => (CallbackEvent::Pie, pie(Reply::pie(), &lines, &parts)),
    };
    let lenient = any(Reply::lenient(event), &lines, &parts).expect("every word may be used");
    if let Ok((svaml, _)) = &lenient {
        assert_written(svaml);
    }
    let strict = if letter.is_ascii_lowercase() { strict } else { None };
    let Some(strict) = strict else { return };
    match &strict {
        Ok(svaml) => {
            assert_eq!(svaml.check(event), Ok(()), "built, and not right");
            assert!(lenient.as_ref().is_ok_and(|(same, _)| same == svaml));
        }
        Err(invalid) => drop(invalid.to_string()),
    }
    assert_checks(strict.as_ref().err(), &lenient.map(|(_, waived)| waived));
}

/// Declares who builds a reply out of these words and actions. `None` where a line has a word that is not among them.
macro_rules! builders {
    ($($name:ident($event:ty) -> $checked:ty: $($word:ident)+; $($action:ident)+.)+) => {
        $(
            fn $name<'s>(
                mut reply: Reply<'s, $event>,
                lines: &'s [Line<'s>],
                parts: &'s Parts<'s>,
            ) -> Option<Result<$checked, Invalid>> {
                let mut last = None;
                for line in lines {
                    let Some((_, word)) = WORDS.iter().find(|(letter, _)| *letter == line.letter) else { continue };
                    match *word {
                        $(stringify!($word) => reply = builders!(@$word reply line),)+
                        $(stringify!($action))|+ => last = Some((line, *word)),
                        _ => return None,
                    }
                }
                let Some((line, action)) = last else { return Some(reply.hangup()) };
                Some(match action {
                    $(stringify!($action) => builders!(@$action reply line parts),)+
                    other => unreachable!("{other} ends no reply"),
                })
            }
        )+
    };
    (@answer $reply:ident $line:ident) => { $reply.answer() };
    (@stop_recording $reply:ident $line:ident) => { $reply.stop_recording() };
    (@send_dtmf $reply:ident $line:ident) => { $reply.send_dtmf($line.text(0)) };
    (@set_cookie $reply:ident $line:ident) => { $reply.set_cookie($line.text(0), $line.text(1)) };
    (@$word:ident $reply:ident $line:ident) => { $reply.$word($word($line)) };
    (@hangup $reply:ident $line:ident $parts:ident) => { $reply.hangup() };
    (@go_on $reply:ident $line:ident $parts:ident) => { $reply.go_on() };
    (@$action:ident $reply:ident $line:ident $parts:ident) => { $reply.$action($action($line, $parts)) };
}

builders! {
    ice(Ice) -> Svaml<'s>:
        answer say play_files send_dtmf set_cookie start_recording stop_recording;
        hangup connect_pstn connect_mxp connect_sip connect_conf connect_stream run_menu park.
    ace(Ace) -> Svaml<'s>:
        say play_files set_cookie start_recording stop_recording;
        hangup go_on connect_conf run_menu.
    pie(Pie) -> Svaml<'s>:
        say play_files send_dtmf set_cookie start_recording stop_recording;
        hangup go_on connect_pstn connect_sip connect_conf run_menu.
    any(Lenient) -> (Svaml<'s>, Waived):
        answer say play_files send_dtmf set_cookie start_recording stop_recording;
        hangup go_on connect_pstn connect_mxp connect_sip connect_conf connect_stream run_menu park.
}

struct Line<'s> {
    letter: u8,
    fields: Vec<&'s str>,
}

impl<'s> Line<'s> {
    fn read(line: &'s str) -> Self {
        let letter = line.bytes().next().filter(u8::is_ascii).unwrap_or_default();
        Self { letter, fields: line.get(1..).unwrap_or_default().split('|').collect() }
    }

    /// A field that may be missing.
    fn maybe(&self, at: usize) -> Option<&'s str> {
        self.fields.get(at).copied().filter(|field| !field.is_empty())
    }

    fn text(&self, at: usize) -> &'s str {
        self.maybe(at).unwrap_or_default()
    }

    fn texts(&self, at: usize) -> Option<Text<'s>> {
        self.maybe(at).map(Text::new)
    }

    fn number(&self, at: usize) -> Option<u32> {
        self.maybe(at)?.parse().ok()
    }

    fn truth(&self, at: usize) -> Option<bool> {
        self.maybe(at).map(|truth| truth == "y")
    }

    fn word<V: Vocabulary>(&self, at: usize) -> Option<Word<'s, V>> {
        self.texts(at).map(Word::new)
    }
}

/// What actions borrow.
struct Parts<'s> {
    headers: Vec<(&'s str, &'s str)>,
    menus: Vec<Menu<'s>>,
}

/// The options of each menu.
fn menu_options<'s>(lines: &[Line<'s>]) -> Vec<Vec<MenuOption<'s>>> {
    let mut menus: Vec<Vec<_>> = Vec::new();
    for line in lines {
        match line.letter {
            b'm' => menus.push(Vec::new()),
            b'o' => {
                let argument = Text::new(line.text(2));
                let choice =
                    if line.text(1) == "m" { Choice::Menu(argument) } else { Choice::Return(argument) };
                if let Some(options) = menus.last_mut() {
                    options.push(MenuOption::new(line.text(0), choice));
                }
            }
            _ => {}
        }
    }
    menus
}

fn menu<'s>(line: &Line<'s>, options: &'s [MenuOption<'s>]) -> Menu<'s> {
    let mut menu = Menu::new(line.text(0)).options(options);
    (menu.main_prompt, menu.repeat_prompt, menu.repeats) = (line.texts(1), line.texts(2), line.number(3));
    menu
}

fn say<'s>(line: &Line<'s>) -> Say<'s> {
    let mut say = Say::new(line.text(0));
    say.locale = line.texts(1);
    say
}

fn play_files<'s>(line: &'s Line<'s>) -> PlayFiles<'s> {
    let mut files = PlayFiles::new(line.fields.get(1..).unwrap_or_default());
    files.locale = line.texts(0);
    files
}

fn start_recording<'s>(line: &Line<'s>) -> StartRecording<'s> {
    let mut recording = StartRecording::to(line.text(0));
    let options = &mut recording.options;
    (options.credentials, options.format, options.notification_events) =
        (line.texts(1), line.texts(2), line.truth(3));
    match line.maybe(4) {
        Some(locale) => recording.transcribed(locale),
        None => recording,
    }
}

fn connect_pstn<'s>(line: &Line<'s>, _parts: &Parts<'s>) -> ConnectPstn<'s> {
    let mut pstn = ConnectPstn::dialled();
    (pstn.number, pstn.cli, pstn.dtmf) = (line.texts(0), line.texts(1), line.texts(2));
    (pstn.indications, pstn.max_duration, pstn.locale) = (line.word(3), line.number(4), line.texts(5));
    pstn
}

fn connect_mxp<'s>(line: &Line<'s>, parts: &'s Parts<'s>) -> ConnectMxp<'s> {
    let mxp = line.maybe(0).map_or(ConnectMxp::dialled(), ConnectMxp::to);
    mxp.call_headers(&parts.headers[..])
}

fn connect_sip<'s>(line: &Line<'s>, parts: &'s Parts<'s>) -> ConnectSip<'s> {
    let mut sip = ConnectSip::to(line.text(0)).call_headers(&parts.headers[..]);
    (sip.cli, sip.transport, sip.moh, sip.max_duration) =
        (line.texts(1), line.word(2), line.word(3), line.number(4));
    sip
}

fn connect_conf<'s>(line: &Line<'s>, _parts: &Parts<'s>) -> ConnectConf<'s> {
    let mut conf = ConnectConf::to(line.text(0));
    conf.dtmf_options = line.word(1).map(|mode: Word<'_, _>| ConferenceDtmf::new(mode));
    conf.moh = line.word(2);
    conf
}

fn connect_stream<'s>(line: &Line<'s>, parts: &'s Parts<'s>) -> ConnectStream<'s> {
    let mut stream = ConnectStream::to(line.text(0)).call_headers(&parts.headers[..]);
    if let Some(rate) = line.number(1) {
        stream = stream.sample_rate(rate);
    }
    stream.max_duration = line.number(2);
    stream
}

fn run_menu<'s>(line: &Line<'s>, parts: &'s Parts<'s>) -> RunMenu<'s> {
    let mut menu = RunMenu::new(&parts.menus[..]);
    (menu.locale, menu.main_menu, menu.enable_voice) = (line.texts(0), line.texts(1), line.truth(2));
    menu
}

fn park<'s>(line: &Line<'s>, _parts: &Parts<'s>) -> Park<'s> {
    let mut park = Park::new();
    (park.intro_prompt, park.hold_prompt, park.max_duration, park.locale) =
        (line.texts(0), line.texts(1), line.number(2), line.texts(3));
    park
}
