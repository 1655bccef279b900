//! The rules for menus and prompts.

use heapless::Vec;

use super::fields::{CHARACTERS, at_most, ensure, required};
use crate::svaml::MAX_MENUS;
use crate::svaml::forms;
use crate::svaml::invalid::{Excerpt, Found, Invalid, Rule};
use crate::svaml::menu::{Choice, Menu, RunMenu};
use crate::text::Text;

pub(super) fn run_menu(run: &RunMenu<'_>) -> Result<(), Invalid> {
    if run.enable_voice == Some(true) {
        required("action.locale", run.locale.unwrap_or_default())?;
    }
    let mut ids = Vec::<Text<'_>, MAX_MENUS>::new();
    for menu in run.menus {
        required("action.menus[].id", menu.id)?;
        ensure(!ids.contains(&menu.id), "action.menus[].id", Rule::Unique, menu.id)?;
        if ids.push(menu.id).is_err() {
            return at_most("action.menus", run.menus.iter().count(), MAX_MENUS as u64, "menus");
        }
    }
    let exists = |id: Text<'_>| ids.contains(&id);
    if ids.is_empty() {
        return Err(Invalid::new("action.menus", Rule::Required, Found::Nothing));
    }
    ensure(exists(Text::new("main")), "action.menus[].id", Rule::Form("main in one menu"), Found::Nothing)?;
    if let Some(main) = run.main_menu {
        ensure(exists(main), "action.mainMenu", Rule::Menu, main)?;
    }
    run.menus.iter().try_for_each(|menu| one_menu(&menu, exists))
}

fn one_menu(menu: &Menu<'_>, exists: impl Fn(Text<'_>) -> bool) -> Result<(), Invalid> {
    prompt_list("action.menus[].mainPrompt", menu.main_prompt)?;
    prompt_list("action.menus[].repeatPrompt", menu.repeat_prompt)?;
    let mut keys = Vec::<char, 12>::new();
    for option in menu.options {
        let field = "action.menus[].options[].dtmf";
        let mut key = option.key.chars();
        let (Some(key @ ('0'..='9' | '*' | '#')), None) = (key.next(), key.next()) else {
            return Err(Invalid::new(field, Rule::Form("one key of 0-9 * #"), option.key));
        };
        // There are twelve keys, so what does not fit is there already.
        let is_new = !keys.contains(&key) && keys.push(key).is_ok();
        ensure(is_new, field, Rule::Unique, option.key)?;

        let field = "action.menus[].options[].action";
        let argument = match option.choice {
            Choice::Return(argument) | Choice::Menu(argument) => argument,
            Choice::Other(text) => {
                return Err(Invalid::new(field, Rule::Form("return(…) or menu(…)"), text));
            }
        };
        let is_right = argument.chars().all(|c| c != ')');
        ensure(is_right, field, Rule::Form("return(…) or menu(…) without ) inside"), argument)?;
        if let Choice::Menu(id) = option.choice {
            ensure(exists(id), field, Rule::Menu, id)?;
        }
    }
    Ok(())
}

/// Characters that the prompts of one place have to speak.
pub(super) const MAX_SPOKEN: u64 = 1_000;

pub(super) fn prompt_list(field: &'static str, text: Option<Text<'_>>) -> Result<(), Invalid> {
    let spoken = text.map_or(Ok(0), |text| prompts(field, text, true))?;
    at_most(field, spoken, MAX_SPOKEN, CHARACTERS)
}

/// How many characters a prompt speaks, once it is proven that it is one, or a list of them.
pub(super) fn prompts(field: &'static str, text: Text<'_>, is_list: bool) -> Result<usize, Invalid> {
    let (mut number, mut all) = (0_usize, 0_usize);
    for spoken in forms::prompts(text, is_list) {
        let Some(spoken) = spoken else {
            let form = Rule::Form("#tts[…], #ssml[…], #href[http…] or the name of a file");
            return Err(Invalid::new(field, form, Excerpt::address(text)));
        };
        at_most(field, spoken, 600, CHARACTERS)?;
        number = number.saturating_add(1);
        at_most(field, number, 64, "prompts")?;
        all = all.saturating_add(spoken);
    }
    Ok(all)
}
