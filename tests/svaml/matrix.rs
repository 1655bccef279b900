//! What may answer what, in the checks and in the builders.

use core::marker::PhantomData;

use serde_json::{Value, json};
use voxwire::callback::CallbackEvent::{self, Ace, Dice, Ice, Notify, Pie};
use voxwire::svaml::matrix::{self, Answers};
use voxwire::svaml::{
    Answer, ConnectConf, ConnectMxp, ConnectPstn, ConnectSip, ConnectStream, Continue, Hangup, Menu, NOTHING,
    Park, PlayFiles, Reply, RunMenu, Say, SendDtmf, SetCookie, StartRecording, StopRecording, Svaml,
};

use crate::{EVENTS, checked, fixture, refusal, written};

/// A right action or instruction of every name.
pub(crate) fn words() -> (Vec<Value>, Vec<Value>) {
    let actions = json!([
        {"name": "hangup"},
        {"name": "continue"},
        {"name": "connectPstn"},
        {"name": "connectMxp", "destination": {"type": "username", "endpoint": "ann"}},
        {"name": "connectSip", "destination": {"type": "sip", "endpoint": "ann@sip.example"}},
        {"name": "connectConf", "conferenceId": "room-7"},
        {"name": "connectStream", "destination": {"type": "Websocket", "endpoint": "ws://media.example"}},
        {"name": "runMenu", "menus": [{"id": "main"}]},
        {"name": "park"},
    ]);
    let instructions = json!([
        {"name": "playFiles", "ids": ["hello.wav"]},
        {"name": "say", "text": "Hello."},
        {"name": "setCookie", "key": "k", "value": "v"},
        {"name": "sendDtmf", "value": "1"},
        {"name": "answer"},
        {"name": "startRecording", "options": {"destinationUrl": "s3://bucket/"}},
        {"name": "stopRecording"},
    ]);
    (actions.as_array().unwrap().clone(), instructions.as_array().unwrap().clone())
}

fn allows(matrix: &Value, word: &Value, event: CallbackEvent) -> bool {
    let events = matrix[word["name"].as_str().unwrap()].as_array().expect("a row of the matrix");
    events.iter().any(|allowed| allowed == event.as_str())
}

#[test]
fn every_cell_of_the_matrix_is_that_of_the_fixture() {
    let fixture = fixture();
    let (action_matrix, instruction_matrix) = (&fixture["action_matrix"], &fixture["instruction_matrix"]);
    let (actions, instructions) = words();
    assert_eq!(actions.len(), action_matrix.as_object().unwrap().len());
    assert_eq!(instructions.len(), instruction_matrix.as_object().unwrap().len());
    for event in EVENTS {
        for action in &actions {
            let is_allowed = allows(action_matrix, action, event);
            let document = json!({ "action": action });
            assert_eq!(checked(&document, event).is_ok(), is_allowed, "{action} in {event}");
            for instruction in &instructions {
                let document = json!({"instructions": [instruction], "action": action});
                let is_forbidden = action["name"] == "connectMxp" && instruction["name"] == "startRecording";
                let is_allowed =
                    is_allowed && allows(instruction_matrix, instruction, event) && !is_forbidden;
                assert_eq!(checked(&document, event).is_ok(), is_allowed, "{document} in {event}");

                // Leniency waives the matrix, and only that.
                let text = document.to_string();
                let waived = Svaml::parse(text.as_bytes()).unwrap().check_leniently(event);
                assert_eq!(waived.is_err(), is_forbidden, "{document} in {event}");
                assert!(waived.is_err() || waived.unwrap().is_empty() == is_allowed);
            }
        }
    }
}

/// Whether `W: Answers<E>`, found out by the compiler: an inherent method wins over that of a trait.
struct Offer<W, E>(PhantomData<(W, E)>);

impl<W: Answers<E>, E> Offer<W, E> {
    fn is_made(&self) -> bool {
        true
    }
}

trait NoOffer {
    fn is_made(&self) -> bool {
        false
    }
}

impl<W, E> NoOffer for Offer<W, E> {}

#[test]
fn every_method_of_a_reply_is_there_where_the_fixture_allows_it_and_nowhere_else() {
    let fixture = fixture();
    macro_rules! row {
        ($matrix:literal $name:literal $word:ty) => {
            for (event, is_offered) in [
                (Ice, Offer::<$word, matrix::Ice>(PhantomData).is_made()),
                (Ace, Offer::<$word, matrix::Ace>(PhantomData).is_made()),
                (Pie, Offer::<$word, matrix::Pie>(PhantomData).is_made()),
            ] {
                let is_allowed = allows(&fixture[$matrix], &json!({ "name": $name }), event);
                assert_eq!(is_offered, is_allowed, "{} in {event}", $name);
            }
            assert!(Offer::<$word, matrix::Lenient>(PhantomData).is_made());
        };
    }
    row!("action_matrix" "hangup" Hangup);
    row!("action_matrix" "continue" Continue);
    row!("action_matrix" "connectPstn" ConnectPstn<'static>);
    row!("action_matrix" "connectMxp" ConnectMxp<'static>);
    row!("action_matrix" "connectSip" ConnectSip<'static>);
    row!("action_matrix" "connectConf" ConnectConf<'static>);
    row!("action_matrix" "connectStream" ConnectStream<'static>);
    row!("action_matrix" "runMenu" RunMenu<'static>);
    row!("action_matrix" "park" Park<'static>);
    row!("instruction_matrix" "playFiles" PlayFiles<'static>);
    row!("instruction_matrix" "say" Say<'static>);
    row!("instruction_matrix" "setCookie" SetCookie<'static>);
    row!("instruction_matrix" "sendDtmf" SendDtmf<'static>);
    row!("instruction_matrix" "answer" Answer);
    row!("instruction_matrix" "startRecording" StartRecording<'static>);
    row!("instruction_matrix" "stopRecording" StopRecording);
}

#[test]
fn what_is_offered_can_be_said() {
    let menus = [Menu::new("main")];
    let replies = [
        Reply::ice()
            .answer()
            .say(Say::new("s"))
            .play_files(PlayFiles::new(&["f"]))
            .send_dtmf("1")
            .set_cookie("k", "v")
            .start_recording(StartRecording::to("gs://bucket"))
            .stop_recording()
            .hangup(),
        Reply::ice().connect_mxp(ConnectMxp::dialled()),
        Reply::ice().connect_sip(ConnectSip::to("ann@sip.example")),
        Reply::ice().connect_conf(ConnectConf::to("room-7")),
        Reply::ice().run_menu(RunMenu::new(&menus)),
        Reply::ice().park(Park::new()),
        Reply::ace()
            .say(Say::new("s"))
            .play_files(PlayFiles::new(&["f"]))
            .set_cookie("k", "v")
            .start_recording(StartRecording::to("azure://box"))
            .stop_recording()
            .go_on(),
        Reply::ace().connect_conf(ConnectConf::to("room-7")),
        Reply::ace().run_menu(RunMenu::new(&menus)),
        Reply::pie().send_dtmf("ww1#").go_on(),
        Reply::pie().hangup(),
        Reply::pie().connect_sip(ConnectSip::to("ann@sip.example")),
    ];
    for reply in replies {
        let reply = reply.unwrap();
        assert!(!reply.is_empty());
        let text = written(&reply).to_string();
        assert_eq!(Svaml::parse(text.as_bytes()), Ok(reply));
    }
}

#[test]
fn an_action_is_required_unless_nothing_is_wanted() {
    for event in [Ice, Ace, Pie] {
        assert_eq!(refusal(&json!({}), event), "action: required");
        assert_eq!(refusal(&json!({"action": null}), event), "action: required");
        assert_eq!(refusal(&json!({"action": {}}), event), "action.name: required");
    }
    for event in [Dice, Notify] {
        let nothing = Svaml::parse(NOTHING.as_bytes()).unwrap();
        assert_eq!(nothing.check(event), Ok(()));
        assert_eq!(written(&nothing), json!({}));
        let say = json!({"instructions": [{"name": "say", "text": "x"}]});
        assert_eq!(
            refusal(&say, event),
            format!("instructions[].name: not in a reply to {event}, found \"say\"")
        );
    }
}
