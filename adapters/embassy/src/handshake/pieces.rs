//! Texts in pieces. The language's own search could panic, as far as a linker can see, and is large.

use core::iter::from_fn;

/// What lies before the first mark, and behind it.
pub(super) fn cut<'t>(text: &'t str, mark: &str) -> Option<(&'t str, &'t str)> {
    let is_mark =
        |at: &usize| text.as_bytes().get(*at..).is_some_and(|rest| rest.starts_with(mark.as_bytes()));
    let at = (0..text.len()).find(is_mark)?;
    let (before, rest) = text.split_at_checked(at)?;
    Some((before, rest.split_at_checked(mark.len())?.1))
}

/// What lies between marks.
pub(super) fn pieces<'t, 'm>(text: &'t str, mark: &'m str) -> impl Iterator<Item = &'t str> + use<'t, 'm> {
    let mut rest = Some(text);
    from_fn(move || {
        let text = rest?;
        let (piece, behind) = cut(text, mark).map_or((text, None), |(piece, behind)| (piece, Some(behind)));
        rest = behind;
        Some(piece)
    })
}

/// What lies before the first of these marks, which are ASCII, and the rest with it.
pub(super) fn split_before<'t>(text: &'t str, marks: &[u8]) -> (&'t str, &'t str) {
    let at = text.bytes().position(|byte| marks.contains(&byte)).unwrap_or(text.len());
    text.split_at_checked(at).unwrap_or((text, ""))
}
