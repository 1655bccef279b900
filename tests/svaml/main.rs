//! SVAML, both ways: what the fixture says may answer what, every limit and what is said when it is crossed, what is
//! tolerated on reading and what is not, and that what is written is read as it was meant.

mod callouts;
mod leniency;
mod limits;
mod matrix;
mod reading;
mod robust;
mod writing;

use serde_json::{Value, json};
use voxwire::callback::CallbackEvent::{self, Ace, Dice, Ice, Notify, Pie};
use voxwire::svaml::{
    Amd, Choice, ConferenceDtmf, ConnectConf, ConnectPstn, ConnectStream, DtmfMode, Invalid, MAX_BODY, Menu,
    MenuOption, Moh, Reply, RunMenu, Say, StartRecording, Svaml, Waived,
};

const EVENTS: [CallbackEvent; 5] = [Ice, Ace, Pie, Dice, Notify];

fn fixture() -> Value {
    serde_json::from_str(include_str!("../fixtures/sinch/svaml.json")).expect("the fixture is JSON")
}

/// What a reply is on the wire, on which both writers must agree.
fn written(svaml: &Svaml<'_>) -> Value {
    let mut buf = vec![0; 2 * MAX_BODY];
    let text = svaml.write(&mut buf).expect("the buffer holds any reply");
    let value: Value = serde_json::from_str(text).expect("what is written is JSON");
    assert_eq!(serde_json::to_value(svaml).ok(), Some(value.clone()));
    value
}

/// What the strict check says of a document that can be read.
fn checked(document: &Value, event: CallbackEvent) -> Result<(), Invalid> {
    let text = document.to_string();
    Svaml::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}")).check(event)
}

fn refusal(document: &Value, event: CallbackEvent) -> String {
    match checked(document, event) {
        Ok(()) => panic!("{document} was let pass"),
        Err(invalid) => invalid.to_string(),
    }
}

fn action(action: Value) -> Value {
    json!({ "action": action })
}

fn instruction(instruction: Value) -> Value {
    json!({"instructions": [instruction], "action": {"name": "hangup"}})
}

fn stream(more: Value) -> Value {
    let mut stream = json!({
        "name": "connectStream",
        "destination": {"type": "Websocket", "endpoint": "wss://media.example/s"},
    });
    stream.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    action(stream)
}

fn menus(menus: Value) -> Value {
    action(json!({"name": "runMenu", "menus": menus}))
}

fn options(options: Value) -> Value {
    menus(json!([{"id": "main", "options": options}]))
}

#[test]
fn every_case_of_the_fixture_is_judged_as_it_says() {
    let fixture = fixture();
    for case in fixture["cases"].as_array().unwrap() {
        let event = EVENTS.into_iter().find(|event| case["event"] == event.as_str()).expect("an event");
        let (id, text) = (&case["id"], case["doc"].to_string());
        let svaml = Svaml::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{id}: {error}"));
        assert_eq!(svaml.check(event).is_ok(), case["ok"] == true, "{id}: {:?}", svaml.check(event));
        assert_eq!(svaml.check(event).is_ok(), svaml.check_leniently(event) == Ok(Waived::default()), "{id}");
        if case["ok"] == true {
            assert_eq!(written(&svaml), case["doc"], "{id}");
        }
    }
}

fn case(id: &str) -> Value {
    let cases = fixture()["cases"].take();
    let case = cases.as_array().unwrap().iter().find(|case| case["id"] == id);
    case.unwrap_or_else(|| panic!("no case {id}"))["doc"].clone()
}

#[test]
fn what_the_fixture_shows_can_be_built() {
    let stream = ConnectStream::to("wss://yourcompany.com/websocket-server")
        .sample_rate(44_100)
        .max_duration(3_000)
        .call_headers(&[("foo", "bar"), ("baz", "qux")]);
    assert_eq!(written(&Reply::ice().connect_stream(stream).unwrap()), case("stream-seed"));

    let stream = ConnectStream::to("wss://media.example/s");
    assert_eq!(written(&Reply::ice().connect_stream(stream).unwrap()), case("stream-minimal"));

    let options = [
        MenuOption::new("1", Choice::Return("sales".into())),
        MenuOption::new("2", Choice::Menu("sub".into())),
    ];
    let main = Menu::new("main")
        .main_prompt("#tts[Press 1 or 2.]")
        .repeat_prompt("#tts[Again: 1 or 2.]")
        .repeats(2)
        .max_digits(1)
        .timeout_ms(5_000)
        .options(&options);
    let menus = [main, Menu::new("sub").main_prompt("#tts[PIN.]").max_digits(4)];
    let menu = RunMenu::new(&menus).barge(true).locale("en-US").main_menu("main").enable_voice(false);
    let say = Say::new("Welcome.").locale("en-US");
    assert_eq!(written(&Reply::ice().say(say).run_menu(menu).unwrap()), case("say-then-menu"));

    assert_eq!(written(&Reply::ace().say(Say::new("Hello.")).go_on().unwrap()), case("ace-continue"));
    assert_eq!(written(&Reply::ace().hangup().unwrap()), case("ace-hangup"));

    let reply =
        Reply::pie().say(Say::new("Connecting you.")).connect_pstn(ConnectPstn::to("+15551111111")).unwrap();
    assert_eq!(written(&reply), case("pie-connect"));

    let keys = ConferenceDtmf::new(DtmfMode::Detect).max_digits(3).timeout_ms(2_500);
    let conference = ConnectConf::to("room-7").dtmf_options(keys).moh(Moh::Ring);
    assert_eq!(written(&Reply::ice().connect_conf(conference).unwrap()), case("conf"));

    let recording = StartRecording::to("s3://bucket/")
        .credentials("id:key:eu-north-1")
        .format("mp3")
        .notification_events(true)
        .transcribed("sv-SE");
    let pstn = ConnectPstn::to("+46850111222")
        .cli("private")
        .dial_timeout(20)
        .max_duration(14_400)
        .amd(Amd::enabled());
    let reply = Reply::ice().answer().start_recording(recording).connect_pstn(pstn).unwrap();
    assert_eq!(written(&reply), case("record"));
}
