//! Menus: prompts, and what each key chooses.

use core::fmt;

use super::forms::Shown;
use super::invalid::SvamlError;
use super::list::List;
use super::members::{members, setters};
use super::read::{Member, object, scalar};
use crate::codec::json::{Reader, Value};
use crate::text::Text;

members! {
    /// Plays a menu; a PIE callback tells what was chosen.
    #[derive(Debug)]
    pub struct RunMenu<'a> {
        /// Whether a key ends the prompt; the platform's default is yes.
        pub barge: Option<bool> = "barge" or "badge",
        /// Language of `#tts` prompts and of what the caller says; required with `enable_voice`.
        pub locale: Option<Text<'a>> = "locale",
        /// The id of the menu that is played first; `main` by default.
        pub main_menu: Option<Text<'a>> = "mainMenu",
        /// Whether the caller may speak instead of pressing keys.
        pub enable_voice: Option<bool> = "enableVoice",
        /// The menus, at most [`MAX_MENUS`](super::MAX_MENUS), one of which is `main`.
        pub menus: List<'a, Menu<'a>> = "menus",
    }
}

impl<'a> RunMenu<'a> {
    /// Plays the menu `main` of these.
    pub fn new(menus: impl Into<List<'a, Menu<'a>>>) -> Self {
        Self { menus: menus.into(), ..Self::default() }
    }

    setters! {
        barge: bool,
        locale: impl Into<Text<'a>>,
        main_menu: impl Into<Text<'a>>,
        enable_voice: bool,
    }
}

members! {
    /// One menu of a [`RunMenu`].
    ///
    /// ```
    /// use voxwire::svaml::{Choice, Menu, MenuOption};
    ///
    /// let options = [
    ///     MenuOption::new("1", Choice::Return("sales".into())),
    ///     MenuOption::new("2", Choice::Menu("sub".into())),
    /// ];
    /// let main = Menu::new("main").main_prompt("#tts[Press 1 or 2.]").repeats(2).options(&options);
    /// assert_eq!(options[0].choice.to_string(), "return(sales)");
    /// assert_eq!(main.options.iter().nth(1).unwrap().key, "2");
    /// ```
    pub struct Menu<'a> {
        /// Its id, of which there is one `main`.
        pub id: Text<'a> = "id",
        /// Prompts, `;` between them, each `#tts[…]`, `#ssml[…]`, `#href[http…]`, or the id or address of a file: as
        /// many, and as long, as [`PlayFiles`](super::PlayFiles) may have.
        pub main_prompt: Option<Text<'a>> = "mainPrompt",
        /// Prompts when the caller has chosen nothing.
        pub repeat_prompt: Option<Text<'a>> = "repeatPrompt",
        /// How often it is played again when the caller chooses nothing.
        pub repeats: Option<u32> = "repeats",
        /// How many keys are collected; the PIE callback then has them as a sequence.
        pub max_digits: Option<u32> = "maxDigits",
        /// Silence after which the caller has chosen nothing, in milliseconds; the platform's default is 5,000.
        pub timeout_ms: Option<u32> = "timeoutMills" or "timoutMills",
        /// Longest input, in milliseconds; the platform's default is 20,000.
        pub max_timeout_ms: Option<u32> = "maxTimeoutMills",
        /// What each key chooses.
        pub options: List<'a, MenuOption<'a>> = "options",
    }
}

impl<'a> Menu<'a> {
    /// An empty menu of this id.
    pub fn new(id: impl Into<Text<'a>>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    setters! {
        main_prompt: impl Into<Text<'a>>,
        repeat_prompt: impl Into<Text<'a>>,
        repeats: u32,
        max_digits: u32,
        timeout_ms: u32,
        max_timeout_ms: u32,
    }

    /// The same, with [`options`](field@Self::options).
    #[must_use]
    pub fn options(self, options: impl Into<List<'a, MenuOption<'a>>>) -> Self {
        Self { options: options.into(), ..self }
    }
}

/// Of the prompts, nothing that follows the host of an address.
impl fmt::Debug for Menu<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Menu")
            .field("id", &self.id)
            .field("main_prompt", &self.main_prompt.map(Shown))
            .field("repeat_prompt", &self.repeat_prompt.map(Shown))
            .field("repeats", &self.repeats)
            .field("max_digits", &self.max_digits)
            .field("timeout_ms", &self.timeout_ms)
            .field("max_timeout_ms", &self.max_timeout_ms)
            .field("options", &self.options)
            .finish()
    }
}

/// A key of a menu, and what it chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[non_exhaustive]
pub struct MenuOption<'a> {
    /// The key: one of `0`–`9`, `*` and `#`. Where the wire has a number, its digits.
    #[serde(rename = "dtmf")]
    pub key: Text<'a>,
    /// What it chooses.
    #[serde(rename = "action")]
    pub choice: Choice<'a>,
}

impl<'a> MenuOption<'a> {
    /// What `key` chooses.
    pub fn new(key: impl Into<Text<'a>>, choice: Choice<'a>) -> Self {
        Self { key: key.into(), choice }
    }
}

impl<'a> Member<'a> for MenuOption<'a> {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        let (mut key, mut choice) = (Key::default(), Choice::default());
        object(json, name, |member| {
            member.fill("dtmf", &mut key)?;
            member.fill("action", &mut choice)
        })?;
        Ok(Self { key: key.0, choice })
    }
}

/// A key, written as a string or as a number.
#[derive(Default)]
struct Key<'a>(Text<'a>);

impl<'a> Member<'a> for Key<'a> {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        scalar(json, name, "a string or a number", |value| match value {
            Value::String(text) => Some(Self(text)),
            Value::Number(digits) => Some(Self(Text::new(digits))),
            _ => None,
        })
    }
}

/// What a key of a menu chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Choice<'a> {
    /// The menu ends; the PIE callback has this value, which may be empty and has no `)`.
    Return(Text<'a>),
    /// The menu of this id, which has no `)`, follows.
    Menu(Text<'a>),
    /// Neither, only ever read. No check lets it pass.
    Other(Text<'a>),
}

impl<'a> Choice<'a> {
    /// Reads `return(…)` or `menu(…)`. `raw` is the inside of a JSON string that means `text`.
    fn of(text: Text<'a>, raw: &'a str) -> Self {
        let argument = |word: &str| {
            // What stands before the last parenthesis, which may itself be written as an escape.
            let escape = r"\u0029";
            let inside = raw.strip_suffix(')').or_else(|| {
                let ends = text.chars().last() == Some(')');
                raw.get(..raw.len().checked_sub(escape.len())?).filter(|_| ends)
            })?;
            let inside = if text.as_str().is_some() { Text::new(inside) } else { Text::escaped(inside) };
            let mut rest = inside.chars();
            let begins = word.chars().all(|c| rest.next().is_some_and(|r| r.eq_ignore_ascii_case(&c)));
            begins.then(|| rest.into_text())
        };
        if let Some(value) = argument("return(") {
            Self::Return(value)
        } else if let Some(id) = argument("menu(") {
            Self::Menu(id)
        } else {
            Self::Other(text)
        }
    }
}

impl Default for Choice<'_> {
    fn default() -> Self {
        Self::Other(Text::default())
    }
}

/// As on the wire: `return(sales)`, `menu(sub)`.
impl fmt::Display for Choice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Return(value) => write!(f, "return({value})"),
            Self::Menu(id) => write!(f, "menu({id})"),
            Self::Other(text) => text.fmt(f),
        }
    }
}

impl serde::Serialize for Choice<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A text, for core encodes a character first, where it is not proven to be without panics.
const QUOTE: &str = "\"";

impl<'a> Member<'a> for Choice<'a> {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        json.peek();
        let start = json.at();
        let text = Text::read(json, name)?;
        let quoted = json.since(start);
        let raw = quoted.strip_prefix(QUOTE).and_then(|raw| raw.strip_suffix(QUOTE)).unwrap_or(quoted);
        Ok(Self::of(text, raw))
    }
}
