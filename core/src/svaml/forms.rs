//! What texts within a reply must look like.

use core::fmt::{self, Write};

use crate::text::{Chars, Text};

/// What follows `prefix`, ASCII letters of either case being equal.
pub(super) fn after<'a>(text: Text<'a>, prefix: &str) -> Option<Text<'a>> {
    let mut rest = text.chars();
    prefix.chars().all(|p| rest.next().is_some_and(|c| c.eq_ignore_ascii_case(&p))).then(|| rest.into_text())
}

/// How many characters a text has.
pub(super) fn count(text: Text<'_>) -> usize {
    text.chars().count()
}

/// 1 to 15 digits, `+` before them or not.
pub(super) fn is_e164(text: Text<'_>) -> bool {
    let digits = after(text, "+").unwrap_or(text);
    (1..=15).contains(&count(digits)) && digits.chars().all(|c| c.is_ascii_digit())
}

/// An address of one of these schemes, given with their colons and slashes, that goes on after it.
pub(super) fn is_address(address: impl Iterator<Item = char> + Clone, schemes: &[&str]) -> bool {
    let is_plain = |c: char| !c.is_whitespace() && !c.is_control();
    let host = schemes.iter().find_map(|scheme| {
        let mut rest = address.clone();
        scheme
            .chars()
            .all(|s| rest.next().is_some_and(|c| c.eq_ignore_ascii_case(&s)))
            .then_some(rest)?
            .next()
    });
    host.is_some_and(|first| !matches!(first, '/' | '?' | '#' | ':')) && address.clone().all(is_plain)
}

/// An address in debug output, without its query, where secrets may be.
pub(super) struct Shown<'a>(pub(super) Text<'a>);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        let chars = self.0.chars().take_while(|c| *c != '?');
        chars.flat_map(char::escape_debug).try_for_each(|c| f.write_char(c))?;
        let is_all = self.0.chars().all(|c| c != '?');
        f.write_str(if is_all { "\"" } else { "\"…" })
    }
}

/// A prompt.
pub(super) struct Prompt {
    /// Characters, all included.
    pub(super) length: usize,
    /// Whether it is spoken, so that its language must be known.
    pub(super) is_spoken: bool,
}

/// The prompts of a text: one, or as many as there are with `;` between them. `None` in place of one that is none.
pub(super) fn prompts(text: Text<'_>, is_list: bool) -> impl Iterator<Item = Option<Prompt>> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (prompt, follows) = prompt(rest?, is_list);
        rest = follows;
        Some(prompt)
    })
}

/// The first prompt of a text, spaces before it skipped, and what follows the `;` after it.
fn prompt(text: Text<'_>, is_list: bool) -> (Option<Prompt>, Option<Text<'_>>) {
    let mut text = text;
    while let Some(trimmed) = after(text, " ") {
        text = trimmed;
    }
    for (markup, is_spoken) in [("#tts[", true), ("#ssml[", true), ("#href[", false)] {
        let Some(inside) = after(text, markup) else { continue };
        let mut rest = inside.chars();
        let Some(content) = content(&mut rest, is_list) else { return (None, None) };
        let is_right =
            content > 0 && (is_spoken || is_address(inside.chars().take(content), &["http://", "https://"]));
        let length = content.saturating_add(markup.len()).saturating_add(1);
        return (is_right.then_some(Prompt { length, is_spoken }), following(rest));
    }
    let mut rest = text.chars();
    let (mut length, mut follows) = (0_usize, None);
    while let Some(c) = rest.next() {
        if c == ';' && is_list {
            follows = Some(rest.clone().into_text());
            break;
        }
        length = length.saturating_add(1);
    }
    let is_markup = text.chars().next() == Some('#');
    let is_right = length > 0 && !is_markup;
    (is_right.then_some(Prompt { length, is_spoken: false }), follows)
}

/// The length of what stands in brackets: they end before the end of the text, or before a separator.
fn content(rest: &mut Chars<'_>, is_list: bool) -> Option<usize> {
    let mut length: usize = 0;
    loop {
        if rest.next()? == ']' {
            match rest.clone().next() {
                None => return Some(length),
                Some(';') if is_list => return Some(length),
                _ => {}
            }
        }
        length = length.saturating_add(1);
    }
}

/// What follows a separator, if one comes.
fn following(mut rest: Chars<'_>) -> Option<Text<'_>> {
    rest.next().map(|_| rest.into_text())
}
