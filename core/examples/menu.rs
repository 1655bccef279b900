//! A menu on the phone, from the first ring to the end of the call: what an application replies to each callback.
//!
//! `cargo run -p voxwire --features callbacks --example menu`

use core::error::Error;

use voxwire::callback::{Callback, MenuResult, MenuResultKind};
use voxwire::svaml::{Choice, ConnectPstn, Menu, MenuOption, NOTHING, Reply, RunMenu, Say, Svaml};

const SALES: &str = "+46850111201";
const STAFF: &str = "+46850111202";
const PIN: &str = "2580";

/// What is replied to the callback in `body`.
fn reply<'b>(body: &[u8], buf: &'b mut [u8]) -> Result<&'b str, Box<dyn Error>> {
    let keys = [
        MenuOption::new("1", Choice::Return("sales".into())),
        MenuOption::new("2", Choice::Return("support".into())),
        MenuOption::new("9", Choice::Menu("pin".into())),
    ];
    let menus = [
        Menu::new("main")
            .main_prompt("#tts[For sales press 1, for support press 2. Staff, press 9.]")
            .repeat_prompt("#tts[Sales is 1, support is 2.]")
            .repeats(2)
            .timeout_ms(5_000)
            .options(&keys),
        Menu::new("pin").main_prompt("#tts[Your four digits, please.]").max_digits(4),
    ];
    let menu = RunMenu::new(&menus).locale("en-GB");

    let svaml = match Callback::parse(body)? {
        Callback::Ice(_) => Reply::ice().answer().say(say("Welcome to North Pole Ice.")).run_menu(menu)?,
        Callback::Ace(_) => Reply::ace().go_on()?,
        Callback::Pie(pie) => chosen(pie.menu_result.unwrap_or_default(), menu)?,
        // It is over, or something else has happened: nothing is to be said.
        _ => return Ok(NOTHING),
    };
    Ok(svaml.write(buf)?)
}

/// How the call goes on after the menu.
fn chosen<'a>(result: MenuResult<'_>, menu: RunMenu<'a>) -> Result<Svaml<'a>, Box<dyn Error>> {
    let value = result.value.map(|value| value.text()).unwrap_or_default();
    let pie = Reply::pie();
    Ok(match result.kind.and_then(|kind| kind.known()) {
        Some(MenuResultKind::Return) if value == "sales" => {
            pie.say(say("Connecting you.")).connect_pstn(ConnectPstn::to(SALES).dial_timeout(20))?
        }
        Some(MenuResultKind::Return) => pie.say(say("Support is asleep until nine.")).run_menu(menu)?,
        Some(MenuResultKind::Sequence) if value == PIN => pie.connect_pstn(ConnectPstn::to(STAFF))?,
        Some(MenuResultKind::Sequence | MenuResultKind::InvalidInput) => {
            pie.say(say("That is not right.")).run_menu(menu)?
        }
        Some(MenuResultKind::Timeout) => pie.say(say("Nobody there? Goodbye.")).hangup()?,
        _ => pie.hangup()?,
    })
}

fn say(text: &str) -> Say<'_> {
    Say::new(text).locale("en-GB")
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut buf = [0; 2_048];
    for (what, body) in [
        (
            "Somebody calls.",
            r#"{"event":"ice","callid":"c1","cli":"+46701740605","to":{"type":"number","endpoint":"+46850111200"}}"#,
        ),
        (
            "They press 2.",
            r#"{"event":"pie","callid":"c1","menuResult":{"menuId":"main","type":"return","value":"support"}}"#,
        ),
        (
            "They press 9, then 1111.",
            r#"{"event":"pie","callid":"c1","menuResult":{"menuId":"pin","type":"sequence","value":"1111"}}"#,
        ),
        (
            "They press 1.",
            r#"{"event":"pie","callid":"c1","menuResult":{"menuId":"main","type":"return","value":"sales"}}"#,
        ),
        ("Sales answers.", r#"{"event":"ace","callid":"c1"}"#),
        (
            "They hang up.",
            r#"{"event":"dice","callid":"c1","reason":"CALLERHANGUP","result":"ANSWERED","duration":42}"#,
        ),
        (
            "Another caller says nothing.",
            r#"{"event":"pie","callid":"c2","menuResult":{"menuId":"main","type":"timeout"}}"#,
        ),
    ] {
        println!("{what}\n< {body}\n> {}\n", reply(body.as_bytes(), &mut buf)?);
    }
    Ok(())
}
