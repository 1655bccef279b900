//! Audio in base64, which may be spelled with escapes.

use crate::codec::base64;
use crate::copy::copy;
use crate::error::AudioError;
use crate::text::Text;

/// Base64 as it lay in the message. Nothing is proven yet.
#[derive(Clone, Copy)]
pub(super) struct Base64<'m>(pub(super) Text<'m>);

impl<'m> Base64<'m> {
    pub(super) fn len(self) -> usize {
        match self.0.as_str() {
            Some(text) => base64::decoded_len(text.as_bytes()),
            None => base64::decoded_len_of(self.0.chars().filter(|c| *c != '=').count()),
        }
    }

    pub(super) fn copy_to(self, out: &mut [u8]) -> Result<(), AudioError> {
        match self.0.as_str() {
            Some(text) => {
                // A length that cannot be is noticed before the place where it goes wrong, so that is looked for.
                base64::decode(text.as_bytes(), out)
                    .map_err(|at| self.validate().err().unwrap_or(AudioError::Malformed { at }))?;
            }
            None => {
                let mut rest = out;
                for block in self.blocks() {
                    let block = block?;
                    let bytes = block.bytes();
                    let Some((place, after)) = rest.split_at_mut_checked(bytes.len()) else { break };
                    copy(bytes, place);
                    rest = after;
                }
            }
        }
        Ok(())
    }

    pub(super) fn validate(self) -> Result<(), AudioError> {
        self.blocks().try_for_each(|block| block.map(|_| ()))
    }

    /// Whether it is `bytes` in base64.
    pub(super) fn stands_for(self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        let starts = self.blocks().all(|block| {
            let after = block.ok().and_then(|block| {
                let (start, after) = rest.split_at_checked(block.bytes().len())?;
                (start == block.bytes()).then_some(after)
            });
            rest = after.unwrap_or_default();
            after.is_some()
        });
        starts && rest.is_empty()
    }

    fn same_bytes(self, other: Self) -> bool {
        let mut others = other.blocks();
        let mut own = self.blocks();
        own.all(|block| block.is_ok() && others.next() == Some(block)) && others.next().is_none()
    }

    fn blocks(self) -> Blocks<'m> {
        Blocks { rest: self.0, at: 0 }
    }
}

/// The same text, or the same bytes: what cannot be read has none.
impl PartialEq for Base64<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0 || (self.len() == other.len() && self.same_bytes(*other))
    }
}

/// Base64 decoded block by block: how it is read where escapes stand in the way, proven and compared, without memory
/// of the caller's.
struct Blocks<'m> {
    rest: Text<'m>,
    /// Characters read so far.
    at: usize,
}

#[derive(PartialEq)]
struct Block {
    bytes: [u8; Self::BYTES],
    len: usize,
}

impl Block {
    /// On a host most audio is one block; the stack of a small machine holds less.
    const BYTES: usize = if cfg!(target_os = "none") { 192 } else { 1_536 };
    const CHARS: usize = base64::encoded_len(Self::BYTES);

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl Iterator for Blocks<'_> {
    type Item = Result<Block, AudioError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut block = Block { bytes: [0; Block::BYTES], len: 0 };
        let mut chars = [0; Block::CHARS];
        let plain = self.rest.as_str().map(|rest| rest.split_at_checked(Block::CHARS).unwrap_or((rest, "")));
        let text = if let Some((text, rest)) = plain.filter(|(text, _)| text.is_ascii()) {
            self.rest = Text::new(rest);
            text.as_bytes()
        } else {
            let mut source = self.rest.chars();
            let mut len: usize = 0;
            for (place, c) in chars.iter_mut().zip(&mut source) {
                // What is not ASCII is not base64 either; neither is a NUL.
                *place = u8::try_from(c).unwrap_or(0);
                len = len.saturating_add(1);
            }
            self.rest = source.into_text();
            chars.get(..len)?
        };
        let more = !self.rest.is_empty();
        let start = self.at;
        self.at = start.saturating_add(text.len());
        // Padding may only end the last block.
        match base64::decode(text, &mut block.bytes) {
            Ok(bytes) if !more || bytes == Block::BYTES => block.len = bytes,
            Ok(_) => return Some(self.refuse(self.at)),
            Err(at) => return Some(self.refuse(start.saturating_add(at))),
        }
        (block.len > 0).then_some(Ok(block))
    }
}

impl Blocks<'_> {
    fn refuse(&mut self, at: usize) -> Result<Block, AudioError> {
        self.rest = Text::default();
        Err(AudioError::Malformed { at })
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;
    use std::{format, vec};

    use super::*;
    use crate::audio::Audio;

    #[test]
    fn escaped_base64_is_the_same_audio() {
        let bytes: Vec<u8> = (0..=255).cycle().take(1_000).collect();
        let mut text = vec![0; base64::encoded_len(bytes.len())];
        base64::encode(&bytes, &mut text);
        let text = String::from_utf8(text).unwrap();
        let escaped = text.replace('/', "\\/").replace('A', "\\u0041");
        let plain = Audio::base64(Text::new(&text));
        let escaped = Audio::base64(Text::escaped(&escaped));
        let mut buf = [0; 1_000];
        for audio in [plain, escaped] {
            assert_eq!(audio.len(), 1_000);
            assert_eq!(audio.copy_to(&mut buf), Ok(&bytes[..]));
            assert_eq!(audio.copy_to(&mut [0; 999]), Err(AudioError::BufferTooSmall { needed: 1_000 }));
            assert_eq!(audio.validate(), Ok(()));
            assert_eq!(audio, Audio::raw(&bytes));
        }
        assert_eq!(plain, escaped);
        assert_ne!(plain, Audio::raw(&bytes[1..]));
    }

    #[test]
    fn what_cannot_be_read_equals_itself_alone() {
        let [one, other] = ["*AAA", "*BBB"].map(|text| Audio::base64(Text::new(text)));
        assert_eq!(one, one);
        assert_ne!(one, other);
        // The second block begins where nothing is left of one of them.
        let whole = "A".repeat(Block::CHARS);
        let padded = format!("{whole}=");
        assert_ne!(Audio::base64(Text::new(&whole)), Audio::base64(Text::new(&padded)));
        assert_ne!(Audio::base64(Text::new(&padded)), Audio::base64(Text::new(&whole)));
    }

    #[test]
    fn malformed_base64_is_found_wherever_it_lies() {
        let mut text = "AAAA".repeat(100);
        text.push_str("AA*A");
        for audio in [Audio::base64(Text::new(&text)), Audio::base64(Text::escaped(&text))] {
            assert_eq!(audio.copy_to(&mut [0; 1_000]), Err(AudioError::Malformed { at: 402 }));
            assert_eq!(audio.validate(), Err(AudioError::Malformed { at: 402 }));
        }
        // A length in bytes says nothing where characters take several.
        for text in ["b\u{56411}\n>3\u{1d}", "é", "AAAAé"] {
            let at = text.chars().position(|c| !c.is_ascii_alphanumeric()).unwrap();
            for audio in [Audio::base64(Text::new(text)), Audio::base64(Text::escaped(text))] {
                assert_eq!(audio.validate(), Err(AudioError::Malformed { at }), "{text:?}");
            }
        }
        let whole = "A".repeat(Block::CHARS);
        let padded_in_the_middle = format!("{}AA=={whole}", "A".repeat(Block::CHARS - 4));
        let audio = Audio::base64(Text::escaped(&padded_in_the_middle));
        assert!(audio.validate().is_err());
        assert!(audio.copy_to(&mut vec![0; 2 * Block::BYTES]).is_err());
    }
}
