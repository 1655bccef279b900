//! The obvious way to do what the core does fast.

/// Decodes base64 of the standard alphabet; padding may be there, in part or not at all.
pub(crate) fn base64(text: &str) -> Option<Vec<u8>> {
    const ALPHABET: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let symbols = text.trim_end_matches('=');
    let padding = text.len() - symbols.len();
    if padding > (4 - symbols.chars().count() % 4) % 4 {
        return None;
    }
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0_u32, 0);
    for symbol in symbols.chars() {
        bits = bits << 6 | u32::try_from(ALPHABET.find(symbol)?).ok()?;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
    }
    // A lone symbol is no byte, and bits left over would make two spellings of one meaning.
    (held < 6 && bits == 0).then_some(bytes)
}
