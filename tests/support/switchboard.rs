//! The application that the transcripts of callbacks are of: a small switchboard.

use core::error::Error;

use voxwire::callback::{AmdStatus, Callback, Ice, MenuResultKind, Pie};
use voxwire::svaml::{
    Choice, ConnectConf, ConnectPstn, ConnectStream, Menu, MenuOption, NOTHING, Reply, RunMenu, Say,
};

/// The number behind which a program speaks. Behind every other is a menu.
pub const STREAM_NUMBER: &str = "+12025550100";

/// A switchboard whose program speaks at `stream`, a `ws://` URL.
#[derive(Clone, Copy, Debug)]
pub struct Switchboard<'s> {
    /// Where the program listens.
    pub stream: &'s str,
}

impl Switchboard<'_> {
    /// What is replied to a callback, in `buf`.
    ///
    /// # Errors
    /// If the body is no callback, or the reply would be invalid or does not fit.
    pub fn reply<'b>(&self, body: &[u8], buf: &'b mut [u8]) -> Result<&'b str, Box<dyn Error>> {
        match Callback::parse(body)? {
            Callback::Ice(ice) => self.incoming(&ice, buf),
            Callback::Ace(ace) => {
                let status = ace.amd.and_then(|amd| amd.status);
                let machine = status.is_some_and(|status| status == AmdStatus::Machine);
                let svaml = if machine { Reply::ace().hangup()? } else { Reply::ace().go_on()? };
                Ok(svaml.write(buf)?)
            }
            Callback::Pie(pie) => chosen(&pie, buf),
            _ => Ok(NOTHING),
        }
    }

    fn incoming<'b>(&self, ice: &Ice<'_>, buf: &'b mut [u8]) -> Result<&'b str, Box<dyn Error>> {
        if ice.to.and_then(|to| to.endpoint).is_some_and(|number| number == STREAM_NUMBER) {
            let stream = ConnectStream::to(self.stream).sample_rate(16_000).max_duration(600);
            return Ok(Reply::ice().connect_stream(stream)?.write(buf)?);
        }
        let keys = [
            MenuOption::new("1", Choice::Return("sales".into())),
            MenuOption::new("2", Choice::Menu("room".into())),
        ];
        let menus = [
            Menu::new("main")
                .main_prompt("#tts[Press 1 for sales, 2 for a room.]")
                .repeats(1)
                .timeout_ms(1_000)
                .options(&keys),
            Menu::new("room").main_prompt("#tts[Which room?]").max_digits(4),
        ];
        let welcome = Say::new("Welcome.").locale("en-US");
        Ok(Reply::ice().say(welcome).run_menu(RunMenu::new(&menus).locale("en-US"))?.write(buf)?)
    }
}

fn chosen<'b>(pie: &Pie<'_>, buf: &'b mut [u8]) -> Result<&'b str, Box<dyn Error>> {
    let result = pie.menu_result.ok_or("a menu ends with a result")?;
    let value = result.value.map(|value| value.text()).unwrap_or_default();
    let svaml = match result.kind.and_then(|kind| kind.known()) {
        Some(MenuResultKind::Return) if value == "sales" => Reply::pie()
            .say(Say::new("Connecting you."))
            .connect_pstn(ConnectPstn::to("+12025550123").dial_timeout(20))?,
        Some(MenuResultKind::Sequence) => Reply::pie().connect_conf(ConnectConf::to(value))?,
        Some(MenuResultKind::Hangup) => Reply::pie().hangup()?,
        _ => Reply::pie().say(Say::new("Goodbye.")).hangup()?,
    };
    Ok(svaml.write(buf)?)
}
