//! What is written: whole, readable, and in logs without secrets.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Strategy, any, prop_assert, prop_assert_eq, proptest};
use serde_json::Value;
use support::{cases, vocabulary};
use voxwire::Vocabulary;
use voxwire::callback::CallbackEvent::Ice;
use voxwire::svaml::{
    Amd, BufferTooSmall, Callout, Choice, ConferenceCallout, ConferenceDtmf, ConnectConf, ConnectMxp,
    ConnectPstn, ConnectSip, ConnectStream, CustomCallout, DtmfMode, Indications, Invalid, Menu, MenuOption,
    Moh, Park, PlayFiles, Reply, RunMenu, Say, Script, StartRecording, Svaml, Transport, Waived,
};

use crate::{EVENTS, written};

#[test]
fn a_buffer_that_is_too_small_is_told_what_it_takes_whatever_is_missing() {
    let reply = Reply::ice().set_cookie("k\n", "\u{1}é😀\"\\").hangup().unwrap();
    let mut buf = [0; 128];
    let needed = reply.write(&mut buf).unwrap().len();
    for len in 0..needed {
        assert_eq!(reply.write(&mut buf[..len]), Err(BufferTooSmall { needed }));
    }
    assert!(reply.write(&mut buf[..needed]).is_ok());
}

#[test]
fn what_lives_long_may_stand_in_a_reply_that_does_not() {
    fn long() -> (Svaml<'static>, RunMenu<'static>) {
        static MENUS: [Menu<'static>; 0] = [];
        (Reply::ace().say(Say::new("Hello.")).go_on().unwrap(), RunMenu::new(&MENUS))
    }
    fn short<'a>(_name: &'a str) -> (Svaml<'a>, RunMenu<'a>) {
        long()
    }
    let name = String::from("ann");
    let (reply, menu) = short(&name);
    assert_eq!((reply, menu.locale(&*name).locale), (long().0, Some("ann".into())));
}

#[test]
fn nothing_secret_is_shown() {
    let reply = Reply::lenient(Ice)
        .set_cookie("key", "s3cr3t")
        .start_recording(StartRecording::to("s3://bucket").credentials("s3cr3t"))
        .connect_sip(ConnectSip::to("a").call_headers(&[("key", "s3cr3t")]))
        .unwrap();
    let callout =
        CustomCallout::new().custom("s3cr3t").ice(Script::svaml("s3cr3t")).ace(Script::url("s3cr3t"));
    let conference = ConferenceCallout::default().custom("s3cr3t");
    for shown in [
        format!("{reply:?}"),
        format!("{:?}", Callout::Custom(callout)),
        format!("{:?}", Callout::Conference(conference)),
        format!("{:?}", Callout::Custom(callout).check(&mut [0; 64])),
    ] {
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
    let stream = ConnectStream::to("wss://media.example/s?token=s3cr3t").max_duration(14_401);
    let wrong = ConnectStream::to("https://a?token=s3cr3t");
    let bucket = StartRecording::to("s3://bucket?sig=s3cr3t").credentials("s3cr3t");
    let refused = Reply::ice().connect_stream(wrong).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "action.destination.endpoint: must be ws://… or wss://…, found \"https://a\"…"
    );
    for shown in [format!("{stream:?}"), format!("{bucket:?}"), format!("{refused:?}")] {
        assert!(!shown.contains("s3cr3t"), "{shown}");
    }
    let ids = ["https://files.example/a.mp3?sig=s3cr3t", "#href[https://files.example/s3cr3t.mp3]"];
    let prompt = "#href[https://a?sig=s3cr3t];#tts[Hi.]";
    let menus = [Menu::new("main").main_prompt(prompt).repeat_prompt("a.mp3?sig=s3cr3t&at=b://")];
    for reply in [
        Reply::ice().play_files(PlayFiles::new(&ids)).run_menu(RunMenu::new(&menus)),
        Reply::ice().park(Park::new().intro_prompt(prompt).hold_prompt("a.mp3?sig=s3cr3t")),
        Reply::ice().connect_stream(ConnectStream::to("wss://media.example/calls/s3cr3t")),
        Reply::ice().start_recording(StartRecording::to("s3://s3cr3t@bucket")).hangup(),
        Reply::ice().play_files(PlayFiles::new(&["#href[a?sig=s3cr3t]"])).hangup(),
        Reply::ice().park(Park::new().hold_prompt("#href[https://a?s3cr3t];")),
        Reply::ice().connect_stream(ConnectStream::to("wss://ann:s3cr3t@a")),
    ] {
        assert!(!format!("{reply:?}").contains("s3cr3t"), "{reply:?}");
    }
    let long = "s3cr3t".repeat(200);
    let recording = StartRecording::to("").credentials(&*long);
    for refused in [
        Reply::ice().set_cookie("k", &*long).hangup().unwrap_err(),
        Reply::ice().start_recording(recording).hangup().unwrap_err(),
        Reply::ice().connect_mxp(ConnectMxp::dialled().call_headers(&[("k", &*long)])).unwrap_err(),
    ] {
        assert!(!format!("{refused} {refused:?}").contains("s3cr3t"), "{refused}");
    }
}

/// What a reply is made of, owned, each part of a form that the checks let pass.
#[derive(Clone, Debug)]
struct Parts {
    texts: Vec<String>,
    keys: String,
    number: String,
    seconds: Option<u32>,
    count: Option<u32>,
    flag: Option<bool>,
    instructions: Vec<usize>,
    action: usize,
    word: usize,
}

fn parts() -> impl Strategy<Value = Parts> {
    (
        vec(vocabulary::text(12), 4),
        "[0-9#w*]{1,8}",
        "\\+?[1-9][0-9]{0,14}",
        option::of(0_u32..=14_400),
        option::of(any::<u32>()),
        option::of(any::<bool>()),
        vec(0_usize..7, 0..=8),
        0_usize..9,
        any::<usize>(),
    )
        .prop_map(|(texts, keys, number, seconds, count, flag, instructions, action, word)| Parts {
            texts,
            keys,
            number,
            seconds,
            count,
            flag,
            instructions,
            action,
            word,
        })
}

impl Parts {
    fn word<V: Vocabulary>(&self) -> V {
        V::KNOWN[self.word % V::KNOWN.len()]
    }

    /// Builds the reply and hands it to `judge`.
    fn built<T>(&self, judge: impl FnOnce(Result<(Svaml<'_>, Waived), Invalid>) -> T) -> T {
        let [a, b, c, d] = &*self.texts else { unreachable!() };
        let named = format!("n{}", a.replace(')', ""));
        let speech = format!("#tts[x{}]", b.replace(']', ""));
        let prompts = format!("{speech};f");
        let address = format!(
            "wss://media.example/{}",
            c.replace(|c: char| c.is_whitespace() || c.is_control() || c == '#', "")
        );
        let argument = d.replace(')', "");
        let (keys, number, named) = (&*self.keys, &*self.number, &*named);
        let files = [&*speech, named];
        let headers = [(named, &**b), (named, &**c)];
        let options = [
            MenuOption::new("1", Choice::Return((&*argument).into())),
            MenuOption::new("#", Choice::Menu(named.into())),
        ];
        let mut main = Menu::new("main").main_prompt(&*prompts).repeat_prompt(&*prompts).options(&options);
        (main.repeats, main.max_digits, main.timeout_ms, main.max_timeout_ms) =
            (self.count, self.seconds, self.count, self.seconds);
        let menus = [main, Menu::new(named)];

        let mut reply = Reply::lenient(EVENTS[self.word % EVENTS.len()]);
        for instruction in &self.instructions {
            reply = match instruction {
                0 => reply.say(Say::new(named).locale(&**c)),
                1 => reply.play_files(PlayFiles::new(&files).locale(named)),
                2 => reply.send_dtmf(keys),
                3 => reply.set_cookie(named, &**d),
                4 => {
                    let mut recording =
                        StartRecording::to("s3://b").credentials(&**a).format(&**b).transcribed(&**c);
                    recording.options.notification_events = self.flag;
                    reply.start_recording(recording)
                }
                5 => reply.stop_recording(),
                _ => reply.answer(),
            };
        }
        judge(match self.action {
            0 => reply.hangup(),
            1 => reply.go_on(),
            2 => {
                let mut pstn = ConnectPstn::to(number).locale(&**a).cli(number).dtmf(keys);
                pstn = pstn.indications(self.word::<Indications>()).amd(Amd::asynchronous());
                (pstn.max_duration, pstn.dial_timeout, pstn.suppress_callbacks) =
                    (self.seconds, self.count, self.flag);
                reply.connect_pstn(pstn)
            }
            3 => reply.connect_mxp(ConnectMxp::to(named).call_headers(&headers)),
            4 => {
                let mut sip = ConnectSip::to(named).cli("private").call_headers(&headers);
                sip = sip.transport(self.word::<Transport>()).moh(self.word::<Moh>());
                (sip.max_duration, sip.suppress_callbacks) = (self.seconds, self.flag);
                reply.connect_sip(sip)
            }
            5 => {
                let mut keys = ConferenceDtmf::new(self.word::<DtmfMode>());
                (keys.max_digits, keys.timeout_ms) = (self.count, self.seconds);
                reply.connect_conf(ConnectConf::to(named).dtmf_options(keys).moh(self.word::<Moh>()))
            }
            6 => {
                let mut stream = ConnectStream::to(&*address).sample_rate(48_000).call_headers(&headers);
                stream.max_duration = self.seconds;
                reply.connect_stream(stream)
            }
            7 => {
                let mut run = RunMenu::new(&menus).locale(named).main_menu(named);
                (run.barge, run.enable_voice) = (self.flag, self.flag);
                reply.run_menu(run)
            }
            _ => {
                let mut park = Park::new().locale(&**a).intro_prompt(&*prompts).hold_prompt(named);
                park.max_duration = self.count;
                reply.park(park)
            }
        })
    }
}

proptest! {
    #![proptest_config(cases(4_000))]

    #[test]
    fn whatever_can_be_built_is_written_as_json_and_read_as_it_was_meant(parts in parts()) {
        parts.built(|built| {
            let Ok((svaml, _)) = built else {
                prop_assert!(parts.action == 3 && parts.instructions.contains(&4), "{:?}", built);
                return Ok(());
            };
            let text = written(&svaml).to_string();
            prop_assert_eq!(Svaml::parse(text.as_bytes()), Ok(svaml.clone()));
            let mut buf = vec![0; 8 * 1024];
            let text = svaml.write(&mut buf).unwrap();
            let read = Svaml::parse(text.as_bytes()).unwrap();
            prop_assert_eq!(&read, &svaml);
            // What was read, written again and escaped by now, too.
            prop_assert_eq!(written(&read), written(&svaml));

            let callout = Callout::Custom(CustomCallout::to("+1").ice(Script::svaml(text)).custom(&*parts.texts[0]));
            let mut body = vec![0; 16 * 1024];
            let body = callout.write(&mut body).unwrap();
            prop_assert_eq!(serde_json::from_str::<Value>(body).ok(), serde_json::to_value(callout).ok());
            let read = Callout::parse(body.as_bytes());
            prop_assert_eq!(read, Ok(callout));
            let Ok(Callout::Custom(CustomCallout { ice: Some(ice), .. })) = read else { unreachable!() };
            let mut script = vec![0; 8 * 1024];
            prop_assert_eq!(ice.copy_to(&mut script), Some(text));
            Ok(())
        })?;
    }
}
