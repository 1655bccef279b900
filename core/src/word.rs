//! Words of an open vocabulary: those that are known today, and whatever else the provider says tomorrow.

use core::fmt;
use core::marker::PhantomData;

use crate::text::Text;

/// A word of a vocabulary that may grow: the text as it was written, and what it means if that is known.
///
/// Words are compared without regard to ASCII case, because providers change it.
///
/// ```
/// use voxwire::callback::DisconnectReason;
/// use voxwire::{Text, Word};
///
/// let word: Word<'_, DisconnectReason> = Word::new(Text::new("CallerHangup"));
/// assert_eq!(word, DisconnectReason::CallerHangup);
/// assert_eq!(word.text(), "CallerHangup");
///
/// let word: Word<'_, DisconnectReason> = Word::new(Text::new("SOLARFLARE"));
/// assert_eq!(word.known(), None);
/// assert_eq!(word, "solarflare");
/// ```
pub struct Word<'m, V> {
    text: Text<'m>,
    vocabulary: PhantomData<V>,
}

/// The words of a vocabulary that are known. Implemented by this crate's own enums.
pub trait Vocabulary: Copy + PartialEq + 'static {
    /// Every word that is known.
    const KNOWN: &'static [Self];

    /// The word as it stands on the wire.
    fn as_str(self) -> &'static str;
}

impl<'m, V: Vocabulary> Word<'m, V> {
    /// The word spelled `text`.
    pub const fn new(text: Text<'m>) -> Self {
        Self { text, vocabulary: PhantomData }
    }

    /// The word as it was written.
    pub const fn text(&self) -> Text<'m> {
        self.text
    }

    /// What the word means, if it is known.
    pub fn known(&self) -> Option<V> {
        V::KNOWN.iter().copied().find(|known| self.text.eq_ignore_ascii_case(known.as_str()))
    }
}

impl<V> Clone for Word<'_, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<V> Copy for Word<'_, V> {}

impl<V: Vocabulary> From<V> for Word<'_, V> {
    fn from(known: V) -> Self {
        Self::new(Text::new(known.as_str()))
    }
}

impl<V> PartialEq for Word<'_, V> {
    fn eq(&self, other: &Self) -> bool {
        let lower = |c: char| c.to_ascii_lowercase();
        self.text.chars().map(lower).eq(other.text.chars().map(lower))
    }
}

impl<V> Eq for Word<'_, V> {}

impl<V: Vocabulary> PartialEq<V> for Word<'_, V> {
    fn eq(&self, known: &V) -> bool {
        self.text.eq_ignore_ascii_case(known.as_str())
    }
}

impl<V> PartialEq<&str> for Word<'_, V> {
    fn eq(&self, other: &&str) -> bool {
        self.text.eq_ignore_ascii_case(other)
    }
}

impl<V> fmt::Display for Word<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl<V> fmt::Debug for Word<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

impl<V> serde::Serialize for Word<'_, V> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.text.serialize(serializer)
    }
}

/// Declares an enum of known words with the spelling of each on the wire.
macro_rules! vocabulary {
    (
        $(#[$about:meta])*
        pub enum $name:ident {
            $($(#[$meaning:meta])* $word:ident = $spelling:literal,)+
        }
    ) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$meaning])* $word,)+
        }

        impl $name {
            /// The word as it stands on the wire.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$word => $spelling,)+
                }
            }
        }

        impl $crate::Vocabulary for $name {
            const KNOWN: &'static [Self] = &[$(Self::$word),+];

            fn as_str(self) -> &'static str {
                self.as_str()
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

pub(crate) use vocabulary;
