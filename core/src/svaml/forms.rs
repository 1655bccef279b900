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

/// 1 to 15 digits, `+` before them or not. No country code begins with 0.
pub(super) fn is_e164(text: Text<'_>) -> bool {
    let digits = after(text, "+").unwrap_or(text);
    (1..=15).contains(&count(digits))
        && digits.chars().all(|c| c.is_ascii_digit())
        && after(digits, "0").is_none()
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

/// The address of a WebSocket server that can be dialled: with a host, without a user, which its grammar does not know,
/// and without a fragment, which it forbids (RFC 6455, 3).
pub(super) fn is_stream(text: Text<'_>) -> bool {
    let schemes = ["ws://", "wss://"];
    let rest = schemes.iter().find_map(|scheme| after(text, scheme));
    is_address(text.chars(), &schemes)
        && text.chars().all(|c| c != '#')
        && rest.is_some_and(|rest| is_host(authority(rest)))
}

/// What stands before the path, the query and the fragment.
fn authority(rest: Text<'_>) -> impl Iterator<Item = char> + Clone {
    rest.chars().take_while(|c| !matches!(c, '/' | '?' | '#'))
}

/// A host, in brackets if it has colons itself, and perhaps a port from 1 to 65535, without a user before them.
fn is_host(authority: impl Iterator<Item = char>) -> bool {
    let (mut in_brackets, mut port) = (false, None::<u32>);
    for c in authority {
        match port {
            Some(value) => {
                let Some(digit) = c.to_digit(10) else { return false };
                port = Some(value.saturating_mul(10).saturating_add(digit));
            }
            None if c == '@' => return false,
            None if c == ':' && !in_brackets => port = Some(0),
            None => in_brackets = if in_brackets { c != ']' } else { c == '[' },
        }
    }
    !in_brackets && port.is_none_or(|port| (1..=65_535).contains(&port))
}

/// The beginning of an address or a prompt, as far as it may be shown, and whether that is all. What follows a host,
/// or a `?`, may be a secret, and so may a user before the host.
pub(super) fn shown(text: Text<'_>) -> (impl Iterator<Item = char>, bool) {
    let mut rest = text.chars();
    let mut length: usize = 0;
    while let Some(c) = rest.next().filter(|c| *c != '?') {
        length = length.saturating_add(1);
        if c == ':'
            && let Some(rest) = after(rest.clone().into_text(), "//")
        {
            let host = authority(rest);
            let has_user = host.clone().any(|c| c == '@');
            length = length.saturating_add(2).saturating_add(if has_user { 0 } else { host.count() });
            break;
        }
    }
    (text.chars().take(length), length == count(text))
}

/// An address or a prompt in debug output, as far as it may be [`shown`].
pub(super) struct Shown<'a>(pub(super) Text<'a>);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mut chars, is_all) = shown(self.0);
        f.write_char('"')?;
        chars.try_for_each(|c| c.escape_debug().try_for_each(|c| f.write_char(c)))?;
        f.write_str(if is_all { "\"" } else { "\"…" })
    }
}

/// The prompts of a text: one, or as many as there are with `;` between them. Each is the number of characters in it that
/// are spoken, none of a file; `None` in place of one that is no prompt.
pub(super) fn prompts(text: Text<'_>, is_list: bool) -> impl Iterator<Item = Option<usize>> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (prompt, follows) = prompt(rest?, is_list);
        rest = follows;
        Some(prompt)
    })
}

/// The first prompt of a text, spaces before it skipped, and what follows the `;` after it.
fn prompt(text: Text<'_>, is_list: bool) -> (Option<usize>, Option<Text<'_>>) {
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
        let spoken = if is_spoken { content } else { 0 };
        return (is_right.then_some(spoken), following(rest));
    }
    let mut rest = text.chars();
    let separator = rest.by_ref().find(|c| *c == ';' && is_list);
    let first = text.chars().next();
    // Not empty, and no markup.
    let is_right = first.is_some() && first != separator && first != Some('#');
    (is_right.then_some(0), separator.map(|_| rest.into_text()))
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
