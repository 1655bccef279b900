//! `call --callback`: the whole platform, against applications of the tests' own.

use tokio::net::TcpListener;
use voxwire::svaml::{
    Amd, Choice, ConferenceCallout, ConferenceDtmf, ConnectConf, ConnectMxp, ConnectPstn, ConnectSip,
    ConnectStream, CustomCallout, Destination, DestinationType, DtmfMode, Menu, MenuOption, Park, Reply,
    RunMenu, Say, Script, StartRecording,
};
use voxwire::{Command, Event};
use voxwire_tokio::{Inbox, Upgrade};

use crate::support::{Running, Scratch, asset, block_on, config, parsed, silence, voxwire};

pub(crate) mod application;

use application::{Application, SECRET, body, callout, end, events, nothing, status, svaml};

/// An application that replies the same to every ICE, and lets every answered call go on.
macro_rules! application {
    (ice: $ice:expr $(, ace: $ace:expr)? $(, pie: $pie:expr)?) => {
        Application::new(move |event, _| match event {
            "ice" => svaml(&$ice.unwrap()),
            $("ace" => svaml(&$ace.unwrap()),)?
            $("pie" => svaml(&$pie.unwrap()),)?
            _ => nothing(),
        })
    };
}

/// An application whose calls become streams, answered at `url`.
fn streaming(url: &str, lasts: u32) -> Application {
    let url = format!("{url}/s3cret");
    application!(ice: Reply::ice().answer().set_cookie("tenant", "s3cret").connect_stream(
        ConnectStream::to(url.as_str())
            .sample_rate(24_000)
            .max_duration(lasts)
            .call_headers(&[("Tenant", "s3cret")]),
    ))
}

#[test]
fn an_incoming_call_becomes_a_stream_and_dice_says_how_it_ended() {
    let (server, url) = Running::answer(&["--token", "s3cret"]);
    let application = streaming(url.strip_suffix("/TOKEN").unwrap(), 60);
    let (run, posted) = application.call(&["--from", "+12025550142"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert_eq!(events(&posted), ["ice", "dice"]);
    let (ice, dice) = (&posted[0], &posted[1]);
    assert_eq!((&ice["cli"], &ice["to"]["type"]), (&"+12025550142".into(), &"did".into()));
    assert_eq!(ice["callid"], dice["callid"]);
    assert_eq!(end(&posted), ("CALLERHANGUP", "ANSWERED"));
    assert!(dice["duration"].as_u64().unwrap() >= 2, "{dice}");
    assert_eq!(dice["cookies"][0]["value"], "s3cret");
    let lines = run.json();
    let told: Vec<_> = lines.iter().filter(|line| line["kind"] == "posted").collect();
    assert_eq!((&told[0]["event"], &told[0]["status"]), (&"ice".into(), &200.into()));
    assert_eq!((&told[0]["action"], &told[0]["call"]), (&"connectStream".into(), &ice["callid"]));
    assert_eq!((&told[1]["reason"], &told[1]["result"]), (&"CALLERHANGUP".into(), &"ANSWERED".into()));
    assert_eq!(lines.last().unwrap()["kind"], "summary");
    server.line_with("ended");
}

#[test]
fn the_command_calls_itself() {
    let secret = ["--app-key", application::KEY, "--app-secret", SECRET];
    let server = Running::start(
        &[
            &["answer", "--listen", "127.0.0.1:0", "--callbacks", "--protection", "always", "--json"],
            &secret[..],
        ]
        .concat(),
    );
    let url = parsed(&server.line())["callbacks"].as_str().unwrap().to_owned();
    let scratch = Scratch::new();
    let said = scratch.file("said.wav");
    silence(&said, 16_000, 1, 16_000);
    let call = ["call", "--callback", &url, "--say", &said, "--fast", "--json"];
    let run = voxwire(&[&call, &secret[..]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let summary = run.json().pop().unwrap();
    assert_eq!((&summary["said"]["bytes"], &summary["ear"]["played"]), (&32_000.into(), &32_000.into()));
    let dice = parsed(&server.line_with(r#""event":"dice""#));
    assert!(dice.to_string().contains("CALLERHANGUP"), "{dice}");
    assert_eq!(voxwire(&call).code, 14);
    let other = asset("caller.wav");
    let run = voxwire(&[&["call", "--callback", &url, "--say", &other, "--fast"], &secret[..]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    let line = format!("{other}: 24,000 Hz mono 16-bit → 16,000 Hz mono 16-bit, 1.46 s\n");
    assert!(run.stdout.contains(&line), "{}", run.stdout);
}

#[test]
fn what_is_told_in_words_holds_no_secret_either() {
    let (_server, url) = Running::answer(&["--token", "s3cret"]);
    let application = streaming(url.strip_suffix("/TOKEN").unwrap(), 60);
    let args = ["--app-key", application::KEY, "--app-secret", SECRET, "--fast", "--custom", "s3cret"];
    let run = voxwire(&[&["call", "--callback", &application.url], &args[..]].concat());
    assert_eq!(run.code, 0, "{run:?}");
    assert!(!run.stdout.contains("s3cret") && !run.stdout.contains(SECRET), "{}", run.stdout);
    let words = |words: &str| assert!(run.stdout.contains(words), "{words}: {}", run.stdout);
    words("platform     posts ICE: answer, setCookie, connectStream\n");
    words("platform     keeps the cookie \"tenant\"\n");
    words("platform     posts DICE (CALLERHANGUP, ANSWERED, ");
    assert_eq!(application.posted()[1]["custom"], "s3cret");
}

#[test]
fn a_stream_ends_when_it_has_lasted_as_long_as_it_may() {
    let scratch = Scratch::new();
    let long = scratch.file("long.wav");
    silence(&long, 24_000, 1, 24_000 * 60);
    let (_server, url) = Running::answer(&[]);
    let application = streaming(&url, 1);
    let (run, posted) = application.call(&["--say", &long]);
    assert_eq!((run.code, end(&posted)), (0, ("MANAGERHANGUP", "ANSWERED")), "{run:?}");
    assert_eq!(posted[1]["duration"], 1);
    let (run, posted) = application.call(&["--say", &long, "--duration", "0.5"]);
    assert_eq!((run.code, end(&posted)), (0, ("CALLERHANGUP", "ANSWERED")), "{run:?}");
}

#[test]
fn how_a_stream_ended_is_how_the_call_ended() {
    for (agent, code) in [("busy", 6), ("reject", 7)] {
        let (_server, url) = Running::answer(&["--agent", agent]);
        let (run, posted) = streaming(&url, 60).call(&[]);
        let result = if agent == "busy" { "BUSY" } else { "FAILED" };
        assert_eq!((run.code, end(&posted)), (code, ("CALLEEHANGUP", result)), "{run:?}");
    }
    block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let application = streaming(&format!("ws://{}", listener.local_addr().unwrap()), 60);
        let call = application.start(&[]);
        let (socket, _) = listener.accept().await.unwrap();
        let mut stream = Upgrade::read(socket).await.unwrap().accept(config(), None).await.unwrap();
        assert!(matches!(stream.next(&mut Inbox::new()).await, Ok(Event::Start(_))));
        stream.send(Command::Answer).await.unwrap();
        stream.hang_up(1000, "").await.unwrap();
        let run = tokio::task::spawn_blocking(move || call.end()).await.unwrap();
        assert_eq!((run.code, end(&application.posted())), (0, ("CALLEEHANGUP", "ANSWERED")), "{run:?}");
    });
}

#[test]
fn a_stream_that_cannot_be_dialled_ends_the_call() {
    let stream = |endpoint| application!(ice: Reply::ice().connect_stream(ConnectStream::to(endpoint)));
    let (_plain, url) = Running::answer(&[]);
    let wss = url.replacen("ws", "wss", 1);
    let secret: &'static str = format!("{wss}/s3cret").leak();
    let (run, posted) = stream(secret).call(&[]);
    run.failed(4, &format!("cannot reach {wss}: the peer does not speak TLS"));
    assert_eq!(end(&posted), ("GENERALERROR", "FAILED"));

    let (_server, url) = Running::answer(&["--token", "t"]);
    let declined = url.replace("TOKEN", "s3cret");
    let application = Application::new(move |event, _| match event {
        "ice" => svaml(&Reply::ice().connect_stream(ConnectStream::to(declined.as_str())).unwrap()),
        _ => nothing(),
    });
    let (run, posted) = application.call(&[]);
    run.failed(5, "the upgrade was declined with HTTP status 404: the call is hung up");
    assert_eq!(end(&posted), ("GENERALERROR", "FAILED"));
}

#[test]
fn a_menu_leads_to_a_phone() {
    let options = [
        MenuOption::new("1", Choice::Return("sales".into())),
        MenuOption::new("2", Choice::Menu("pin".into())),
    ];
    let menus = move || {
        let main = Menu::new("main").main_prompt("welcome").timeout_ms(10).repeats(1);
        let pin = Menu::new("pin").main_prompt("pin").max_digits(4).timeout_ms(10);
        svaml(
            &Reply::ice()
                .say(Say::new("Hello."))
                .run_menu(RunMenu::new(&[main.options(&options), pin]))
                .unwrap(),
        )
    };
    let application = Application::new(move |event, _| match event {
        "ice" => menus(),
        "pie" => svaml(&Reply::pie().connect_pstn(ConnectPstn::to("+12025550107")).unwrap()),
        "ace" => svaml(&Reply::ace().go_on().unwrap()),
        _ => nothing(),
    });
    let result = |press: &[&str]| {
        let (run, posted) = application.call(press);
        assert_eq!(run.code, 0, "{run:?}");
        let pie = &posted[1]["menuResult"];
        let text = |value: &serde_json::Value| value.as_str().unwrap_or("-").to_owned();
        let connected = events(&posted) == ["ice", "pie", "ace", "dice"];
        assert_eq!(connected, end(&posted) == ("CALLERHANGUP", "ANSWERED") && posted.len() == 4);
        (text(&pie["menuId"]), text(&pie["type"]), text(&pie["value"]), connected)
    };
    let of = |menu: &str, kind: &str, value: &str, connected| {
        (menu.to_owned(), kind.to_owned(), value.to_owned(), connected)
    };
    assert_eq!(result(&["--press", "1"]), of("main", "return", "sales", true));
    assert_eq!(result(&["--press", "timeout,1"]), of("main", "return", "sales", true));
    assert_eq!(result(&["--press", "2,9012"]), of("pin", "sequence", "9012", true));
    assert_eq!(result(&["--press", "7,8"]), of("main", "invalidinput", "8", true));
    assert_eq!(result(&[]), of("main", "timeout", "-", true));
    assert_eq!(result(&["--press", "2,hangup"]), of("pin", "hangup", "-", false));
}

#[test]
fn what_is_typed_is_not_told() {
    let menus = [Menu::new("main").main_prompt("pin").max_digits(4)];
    let application = application!(
        ice: Reply::ice().run_menu(RunMenu::new(&menus)),
        pie: Reply::pie().hangup()
    );
    let (run, posted) = application.call(&["--press", "9752"]);
    assert_eq!((run.code, &posted[1]["menuResult"]["value"]), (0, &"9752".into()));
    assert!(!run.stdout.contains("9752"), "{}", run.stdout);
    assert_eq!(end(&posted), ("MANAGERHANGUP", "ANSWERED"));
}

#[test]
fn somebody_who_is_called_is_busy_does_not_answer_or_talks() {
    let application = application!(
        ice: Reply::ice().connect_pstn(ConnectPstn::to("+12025550107").dial_timeout(1).max_duration(1)),
        ace: Reply::ace().go_on()
    );
    let called = |args: &[&str]| {
        let (run, posted) = application.call(args);
        assert_eq!(run.code, 0, "{run:?}");
        let answered = events(&posted) == ["ice", "ace", "dice"];
        (answered, end(&posted).0.to_owned(), end(&posted).1.to_owned())
    };
    let of = |answered, reason: &str, result: &str| (answered, reason.to_owned(), result.to_owned());
    assert_eq!(called(&["--callee", "busy"]), of(false, "CALLEEHANGUP", "BUSY"));
    assert_eq!(called(&["--callee", "noanswer"]), of(false, "TIMEOUT", "NOANSWER"));
    assert_eq!(called(&["--callee", "noanswer", "--duration", "0.5"]), of(false, "CANCEL", "NOANSWER"));
    assert_eq!(called(&["--duration", "0.5"]), of(true, "CALLERHANGUP", "ANSWERED"));
    assert_eq!(called(&["--duration", "60"]), of(true, "MANAGERHANGUP", "ANSWERED"));
    let signed = ["--app-key", application::KEY, "--app-secret", SECRET];
    let run = voxwire(&[&["call", "--callback", &application.url, "--fast"], &signed[..]].concat());
    let told = "calls \"+12025550107\"\n";
    assert!(run.stdout.contains(told) && !run.stdout.contains("+12025550199"), "{run:?}");
}

#[test]
fn only_phones_and_sip_addresses_post_ace_and_only_if_they_are_to() {
    let posted = |application: Application| {
        let (run, posted) = application.call(&[]);
        assert_eq!(run.code, 0, "{run:?}");
        events(&posted).join(" ")
    };
    let sip = ConnectSip::to("ada@sip.example");
    assert_eq!(
        posted(application!(ice: Reply::ice().connect_sip(sip), ace: Reply::ace().go_on())),
        "ice ace dice"
    );
    assert_eq!(posted(application!(ice: Reply::ice().connect_mxp(ConnectMxp::to("ada")))), "ice dice");
    let quiet = ConnectPstn::dialled().suppress_callbacks(true);
    assert_eq!(posted(application!(ice: Reply::ice().connect_pstn(quiet))), "ice");
    assert_eq!(posted(application!(ice: Reply::ice().park(Park::new()))), "ice dice");
    assert_eq!(posted(application!(ice: Reply::ice().hangup())), "ice dice");
}

#[test]
fn an_answered_call_goes_on_when_nothing_is_replied() {
    for reply in ["", " ", "{}"] {
        let application = Application::new(move |event, _| match event {
            "ice" => svaml(&Reply::ice().connect_pstn(ConnectPstn::dialled()).unwrap()),
            "ace" => body(reply),
            _ => status(204),
        });
        let (run, posted) = application.call(&[]);
        assert_eq!((run.code, end(&posted)), (0, ("CALLERHANGUP", "ANSWERED")), "{run:?}");
    }
}

#[test]
fn a_callout_learns_whether_a_human_answers() {
    let application = Application::new(|event, _| match event {
        "ace" => nothing(),
        "dice" => nothing(),
        event => panic!("{event}"),
    });
    let (run, posted) = application.call(&["--outbound", "--amd", "human"]);
    assert_eq!((run.code, end(&posted)), (0, ("CALLEEHANGUP", "ANSWERED")), "{run:?}");
    assert_eq!((&posted[0]["amd"]["status"], posted.len()), (&"human".into(), 2));
    let (_, posted) = application.call(&["--outbound"]);
    assert_eq!(posted[0].get("amd"), None);
    let (_, posted) = application.call(&["--outbound", "--callee", "busy"]);
    assert_eq!((end(&posted), posted.len()), (("CALLEEHANGUP", "BUSY"), 1));
    let (_, posted) = application.call(&["--outbound", "--amd", "hangup"]);
    assert_eq!((end(&posted), &posted[0]["amd"]["status"]), (("CALLEEHANGUP", "ANSWERED"), &"hangup".into()));

    let application = Application::new(|event, _| match event {
        "ace" => svaml(&Reply::ace().hangup().unwrap()),
        _ => nothing(),
    });
    let (run, posted) = application.call(&["--outbound", "--amd", "machine"]);
    assert_eq!((run.code, end(&posted)), (0, ("MANAGERHANGUP", "ANSWERED")), "{run:?}");
    assert_eq!(posted[0]["amd"]["reason"], "longgreeting");
}

#[test]
fn detection_may_go_on_while_the_call_does() {
    let application = application!(
        ice: Reply::ice().connect_pstn(ConnectPstn::dialled().amd(Amd::asynchronous())),
        ace: Reply::ace().go_on()
    );
    let (run, posted) = application.call(&["--amd", "machine"]);
    assert_eq!((run.code, events(&posted)), (0, vec!["ice", "ace", "notify", "dice"]), "{run:?}");
    assert_eq!(posted[1]["amd"]["status"], "inprogress");
    assert_eq!((&posted[2]["type"], &posted[2]["amd"]["status"]), (&"amd".into(), &"machine".into()));
}

#[test]
fn keys_pressed_in_a_conference_are_posted_where_they_are_wanted() {
    let conference = |mode| {
        let to = ConnectConf::to("room-7").dtmf_options(ConferenceDtmf::new(mode));
        application!(ice: Reply::ice().connect_conf(to))
    };
    let (run, posted) = conference(DtmfMode::Detect).call(&["--press", "5"]);
    assert_eq!((run.code, events(&posted)), (0, vec!["ice", "pie", "dice"]), "{run:?}");
    assert_eq!(posted[1]["menuResult"]["menuId"], "room-7");
    assert_eq!((&posted[2]["conferenceId"], end(&posted)), (&"room-7".into(), ("CALLERHANGUP", "ANSWERED")));
    let (_, posted) = conference(DtmfMode::Ignore).call(&["--press", "5"]);
    assert_eq!(events(&posted), ["ice", "dice"]);
}

#[test]
fn a_recording_is_finished_when_it_is_ended_or_the_call_is() {
    let finished = |recording: StartRecording<'static>, stops: bool| {
        let application = Application::new(move |event, _| match event {
            "ice" => {
                let reply = Reply::ice().start_recording(recording);
                let reply = if stops { reply.stop_recording() } else { reply };
                svaml(&reply.connect_conf(ConnectConf::to("room-7")).unwrap())
            }
            _ => nothing(),
        });
        let (run, posted) = application.call(&[]);
        assert_eq!(run.code, 0, "{run:?}");
        events(&posted).join(" ")
    };
    let recording = StartRecording::to("s3://bucket/");
    assert_eq!(finished(recording, true), "ice notify dice");
    assert_eq!(finished(recording, false), "ice notify dice");
    assert_eq!(finished(recording.notification_events(false), false), "ice dice");
}

#[test]
fn a_phone_and_a_stream_meet_in_a_conference() {
    let (server, url) = Running::answer(&[]);
    let scratch = Scratch::new();
    let to = Destination::new(DestinationType::Number, "+12025550107");
    let phone = ConferenceCallout::new(to, "room-7").enable_ace(true).enable_dice(true);
    let phone = callout(&scratch, "phone.json", &voxwire::svaml::Callout::Conference(phone));
    let ice = Reply::ice().connect_stream(ConnectStream::to(url.as_str()).sample_rate(24_000)).unwrap();
    let ice = serde_json::to_string(&ice).unwrap();
    let stream = CustomCallout::new().ice(Script::svaml(ice.as_str())).enable_dice(true);
    let stream = callout(&scratch, "stream.json", &voxwire::svaml::Callout::Custom(stream));

    let application = Application::new(|_, _| nothing());
    let (run, posted) = application.call(&["--callout", &stream, "--callout", &phone]);
    assert_eq!(run.code, 0, "{run:?}");
    let of = |id: &serde_json::Value| {
        let of = posted.iter().filter(|body| body["callid"] == *id);
        of.map(|body| body["event"].as_str().unwrap()).collect::<Vec<_>>().join(" ")
    };
    let ace = posted.iter().find(|body| body["event"] == "ace").unwrap();
    assert_eq!((of(&ace["callid"]).as_str(), &ace["conferenceId"]), ("ace dice", &"room-7".into()));
    let stream_dice = posted.iter().find(|body| body["callid"] != ace["callid"]).unwrap();
    assert_eq!((of(&stream_dice["callid"]).as_str(), posted.len()), ("dice", 3));
    assert_eq!(
        (&stream_dice["reason"], &stream_dice["result"]),
        (&"CALLERHANGUP".into(), &"ANSWERED".into())
    );
    server.line_with("ended");

    let alone = voxwire(&["call", "--callout", &stream, "--fast"]);
    assert_eq!(alone.code, 0, "{alone:?}");
    assert!(
        alone.stdout.contains("looks up what ICE was to be replied: connectStream\n"),
        "{}",
        alone.stdout
    );
    let twice = voxwire(&["call", "--callout", &phone, "--callout", &phone]);
    twice.failed(2, "two --callout are a conferenceCallout and a customCallout");
}

#[test]
fn code_14_a_call_that_is_refused_is_none() {
    let refused = |reply: fn() -> application::Reply, why: &str| {
        let (run, posted) = Application::new(move |_, _| reply()).call(&[]);
        run.failed(14, &format!("no valid reply to ICE: {why}"));
        assert_eq!(events(&posted), ["ice"]);
    };
    refused(|| status(500), "HTTP status 500");
    refused(|| status(301), "HTTP status 301");
    refused(|| body(""), "malformed document: unexpected end at byte 0");
    refused(|| body(vec![b' '; 65_537]), "a reply of more than 65536 bytes");
    refused(
        || body(r#"{"action":{"name":"sing"}}"#),
        r#"action.name: one of the names of SVAML, found "sing""#,
    );
}

#[test]
fn code_14_a_signature_that_is_wrong_or_missing() {
    let application = Application::new(|_, _| nothing());
    let call = ["call", "--callback", &application.url];
    let unsigned = voxwire(&call);
    unsigned.failed(14, "no valid reply to ICE: HTTP status 401, without a signature");
    let wrong = voxwire(&[&call[..], &["--app-key", application::KEY, "--app-secret", "s3cret=="]].concat());
    assert_eq!(wrong.code, 2, "{wrong:?}");
    let wrong = voxwire(&[&call[..], &["--app-key", application::KEY, "--app-secret", "c2VjcmV0"]].concat());
    wrong.failed(14, "no valid reply to ICE: HTTP status 401, with these credentials");
}

#[test]
fn code_14_a_call_that_goes_wrong_later_ends_and_dice_is_posted() {
    let application = Application::new(|event, _| match event {
        "ice" => svaml(&Reply::ice().connect_pstn(ConnectPstn::dialled()).unwrap()),
        "ace" => svaml(&Reply::ice().connect_stream(ConnectStream::to("wss://h/")).unwrap()),
        _ => nothing(),
    });
    let (run, posted) = application.call(&[]);
    run.failed(14, "no valid reply to ACE: connectStream: only in a reply to ICE");
    assert_eq!(end(&posted), ("CALLBACKERROR", "ANSWERED"));
}

#[test]
fn a_call_that_leads_nowhere_is_left() {
    let menus = [Menu::new("main").main_prompt("again").timeout_ms(1)];
    let application = application!(
        ice: Reply::ice().run_menu(RunMenu::new(&menus)),
        pie: Reply::pie().run_menu(RunMenu::new(&menus))
    );
    let (run, posted) = application.call(&[]);
    assert_eq!((run.code, posted.len()), (0, 102), "{run:?}");
    assert_eq!(end(&posted), ("CALLERHANGUP", "ANSWERED"));
}

#[test]
fn a_caller_who_is_stopped_posts_dice() {
    let scratch = Scratch::new();
    let long = scratch.file("long.wav");
    silence(&long, 24_000, 1, 24_000 * 60);
    let (_server, url) = Running::answer(&[]);
    let stopped = |application: Application, sign: &str, args: &[&str]| {
        let call = application.start(args);
        call.line_with(sign);
        call.interrupt();
        let run = call.end();
        assert_eq!(run.code, 0, "{run:?}");
        assert_eq!(end(&application.posted()), ("CALLERHANGUP", "ANSWERED"));
    };
    stopped(streaming(&url, 600), r#""command":"answer""#, &["--say", &long]);
    let conference = application!(ice: Reply::ice().connect_conf(ConnectConf::to("room-7")));
    stopped(conference, "conference", &["--duration", "6000"]);
    let menus = [Menu::new("main").main_prompt("wait").timeout_ms(600_000)];
    let menu = application!(ice: Reply::ice().run_menu(RunMenu::new(&menus)));
    stopped(menu, "plays menu", &[]);

    // A server that takes the connection and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let application = streaming(&format!("ws://{}", silent.local_addr().unwrap()), 600);
    let call = application.start(&[]);
    let _dialled = silent.accept().unwrap();
    call.interrupt();
    call.end().failed(9, "the caller hung up before the application was reached");
    assert_eq!(end(&application.posted()), ("CANCEL", "NOANSWER"));
}

#[test]
fn what_makes_no_call_is_said_before_there_is_one() {
    let stream = voxwire(&["call", "--callback", "wss://h/s3cret"]);
    stream.failed(2, "the URL is not of the form http://HOST:PORT/PATH or https://HOST:PORT/PATH");
    assert_eq!(voxwire(&["call", "--callback", "http://h", "ws://h"]).code, 2);
    assert_eq!(voxwire(&["call", "ws://h", "--dialect", "sinch", "--outbound"]).code, 2);
    let scratch = Scratch::new();
    let tts = scratch.file("tts.json");
    std::fs::write(&tts, r#"{"method":"ttsCallout","ttsCallout":{}}"#).unwrap();
    let run = voxwire(&["call", "--callout", &tts]);
    assert_eq!(run.code, 14, "{run:?}");
    assert!(run.stderr.starts_with(&format!("voxwire: not valid SVAML: {tts}: ")), "{}", run.stderr);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let run = voxwire(&["call", "--callback", &format!("http://{nobody}/s3cret")]);
    run.failed(4, &format!("cannot reach http://{nobody}: the connection was refused"));
}
