//! The way through menus: what each key leads to, step by step.

use core::time::Duration;

use voxwire::callback::MenuResultKind;
use voxwire::svaml::{Choice, Menu, RunMenu};

use super::people::Press;

/// Where a menu begins that does not say (Voice v1, SVAML).
const FIRST: &str = "main";

/// How long a menu waits for a key, unless it says otherwise (Voice v1, SVAML).
const TIMEOUT: Duration = Duration::from_millis(5_000);

/// How many prompts are played at most before the platform has enough: who loops in a menu would never leave it.
const MAX_PROMPTS: u32 = 100;

/// A caller on the way through menus.
pub(super) struct Walk<'m> {
    menus: RunMenu<'m>,
    /// The menu whose prompt is played, and how often it may be played again.
    menu: Menu<'m>,
    repeats: u32,
    prompts: u32,
}

/// How it has ended: what PIE tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MenuEnd {
    pub(super) menu: String,
    pub(super) kind: MenuResultKind,
    pub(super) value: Option<String>,
}

impl<'m> Walk<'m> {
    /// Before the first prompt.
    ///
    /// # Errors
    /// The end, if there is no menu to begin with.
    pub(super) fn begin(menus: RunMenu<'m>) -> Result<Self, MenuEnd> {
        let first = menus.main_menu.map_or_else(|| FIRST.to_owned(), |id| id.to_string());
        match menu(&menus, &first) {
            Some(menu) => Ok(Self { menus, menu, repeats: menu.repeats.unwrap_or(0), prompts: 1 }),
            None => Err(MenuEnd { menu: first, kind: MenuResultKind::Error, value: None }),
        }
    }

    /// The id of the menu whose prompt is played.
    pub(super) fn id(&self) -> String {
        self.menu.id.to_string()
    }

    /// How long it waits for a key.
    pub(super) fn timeout(&self) -> Duration {
        self.menu.timeout_ms.map_or(TIMEOUT, |millis| Duration::from_millis(millis.into()))
    }

    /// Takes what the caller does. Unless that ends it, another prompt is played.
    pub(super) fn press(&mut self, press: &Press) -> Option<MenuEnd> {
        match press {
            Press::HangUp => Some(self.end(MenuResultKind::Hangup, None)),
            Press::Nothing => self.repeat(MenuResultKind::Timeout, None),
            Press::Keys(keys) => self.keys(keys),
        }
    }

    /// A key with an option does what the option says. Others are collected where the menu collects, and are wrong
    /// where it does not (assumed: a menu with options collects if it takes more than one key).
    fn keys(&mut self, keys: &str) -> Option<MenuEnd> {
        let digits = self.menu.max_digits.map_or(1, |digits| usize::try_from(digits).unwrap_or(usize::MAX));
        let keys: String = keys.chars().take(digits.max(1)).collect();
        let option = self.menu.options.iter().find(|option| option.key == keys.as_str());
        match option.map(|option| option.choice) {
            Some(Choice::Return(value)) => Some(self.end(MenuResultKind::Return, Some(value.to_string()))),
            Some(Choice::Menu(id)) => self.go_to(&id.to_string()),
            Some(_) => Some(self.end(MenuResultKind::Error, None)),
            None if digits > 1 || self.menu.options.is_empty() => {
                Some(self.end(MenuResultKind::Sequence, Some(keys)))
            }
            None => self.repeat(MenuResultKind::InvalidInput, Some(keys)),
        }
    }

    /// Plays the prompt again, as often as the menu allows.
    fn repeat(&mut self, kind: MenuResultKind, value: Option<String>) -> Option<MenuEnd> {
        match self.repeats.checked_sub(1) {
            Some(repeats) if self.prompts < MAX_PROMPTS => {
                self.repeats = repeats;
                self.prompts += 1;
                None
            }
            _ => Some(self.end(kind, value)),
        }
    }

    fn go_to(&mut self, id: &str) -> Option<MenuEnd> {
        match menu(&self.menus, id) {
            Some(menu) if self.prompts < MAX_PROMPTS => {
                self.menu = menu;
                self.repeats = menu.repeats.unwrap_or(0);
                self.prompts += 1;
                None
            }
            _ => Some(self.end(MenuResultKind::Error, None)),
        }
    }

    fn end(&self, kind: MenuResultKind, value: Option<String>) -> MenuEnd {
        MenuEnd { menu: self.id(), kind, value }
    }
}

fn menu<'m>(menus: &RunMenu<'m>, id: &str) -> Option<Menu<'m>> {
    menus.menus.iter().find(|menu| menu.id == id)
}

#[cfg(test)]
mod tests {
    use voxwire::svaml::MenuOption;

    use super::*;

    /// Where these presses lead, and how many of them were needed.
    fn walk(menus: &[Menu<'_>], presses: &[&str]) -> (usize, MenuEnd) {
        let mut walk = match Walk::begin(RunMenu::new(menus)) {
            Ok(walk) => walk,
            Err(end) => return (0, end),
        };
        let presses = presses.iter().map(|press| match *press {
            "" => Press::Nothing,
            "hangup" => Press::HangUp,
            keys => Press::Keys(keys.into()),
        });
        let mut count = 0;
        for press in presses.chain(core::iter::repeat(Press::Nothing)) {
            count += 1;
            if let Some(end) = walk.press(&press) {
                return (count, end);
            }
        }
        unreachable!("somebody who does nothing comes to an end")
    }

    fn end(menu: &str, kind: MenuResultKind, value: &str) -> MenuEnd {
        let value = (!value.is_empty()).then(|| value.to_owned());
        MenuEnd { menu: menu.into(), kind, value }
    }

    #[test]
    fn a_key_returns_its_value_or_leads_to_another_menu() {
        let main = [
            MenuOption::new("1", Choice::Return("sales".into())),
            MenuOption::new("2", Choice::Menu("pin".into())),
            MenuOption::new("3", Choice::Menu("nowhere".into())),
            MenuOption::new("#", Choice::Menu("main".into())),
        ];
        let menus = [Menu::new("main").options(&main), Menu::new("pin").max_digits(4)];
        assert_eq!(walk(&menus, &["1"]), (1, end("main", MenuResultKind::Return, "sales")));
        assert_eq!(walk(&menus, &["2", "90125"]), (2, end("pin", MenuResultKind::Sequence, "9012")));
        assert_eq!(walk(&menus, &["#", "#", "1"]), (3, end("main", MenuResultKind::Return, "sales")));
        assert_eq!(walk(&menus, &["3"]), (1, end("main", MenuResultKind::Error, "")));
        assert_eq!(walk(&menus, &["2", "hangup"]), (2, end("pin", MenuResultKind::Hangup, "")));
    }

    #[test]
    fn a_prompt_is_repeated_as_often_as_the_menu_says() {
        let options = [MenuOption::new("1", Choice::Return("".into()))];
        let once = [Menu::new("main").options(&options)];
        let thrice = [Menu::new("main").options(&options).repeats(2)];
        assert_eq!(walk(&once, &[""]), (1, end("main", MenuResultKind::Timeout, "")));
        assert_eq!(walk(&thrice, &[]), (3, end("main", MenuResultKind::Timeout, "")));
        assert_eq!(walk(&once, &["7"]), (1, end("main", MenuResultKind::InvalidInput, "7")));
        assert_eq!(walk(&thrice, &["7", "", "8"]), (3, end("main", MenuResultKind::InvalidInput, "8")));
        let returned = MenuEnd { value: Some(String::new()), ..end("main", MenuResultKind::Return, "") };
        assert_eq!(walk(&thrice, &["7", "1"]), (2, returned));
    }

    #[test]
    fn a_menu_without_a_limit_has_one_nevertheless() {
        let again = [MenuOption::new("1", Choice::Menu("main".into()))];
        let menus = [Menu::new("main").options(&again).repeats(u32::MAX)];
        let (count, timeout) = walk(&menus, &[]);
        assert_eq!((count, timeout), (100, end("main", MenuResultKind::Timeout, "")));
        let (count, error) = walk(&menus, &["1"; 200]);
        assert_eq!((count, error), (100, end("main", MenuResultKind::Error, "")));
    }

    #[test]
    fn it_begins_where_it_is_told_to_and_waits_as_long() {
        let menus = [Menu::new("main"), Menu::new("pin").timeout_ms(20)];
        let walk = Walk::begin(RunMenu::new(&menus).main_menu("pin")).ok().unwrap();
        assert_eq!((walk.id().as_str(), walk.timeout()), ("pin", Duration::from_millis(20)));
        assert_eq!(Walk::begin(RunMenu::new(&menus)).ok().unwrap().timeout(), TIMEOUT);
        let lost = Walk::begin(RunMenu::new(&menus).main_menu("x")).err();
        assert_eq!(lost, Some(end("x", MenuResultKind::Error, "")));
    }
}
