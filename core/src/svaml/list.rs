//! Lists that are a slice when they are built, and JSON when they were read.

use core::fmt;
use core::marker::PhantomData;

use super::invalid::SvamlError;
use super::read::{Member, array};
use crate::codec::json::Reader;

/// A list within a reply: a slice of `S`, or what lay in the document, read when it is asked for. It yields `T`.
///
/// ```
/// use voxwire::svaml::PlayFiles;
///
/// let files = PlayFiles::new(&["greeting", "rules"]);
/// assert_eq!(files.ids.iter().nth(1).unwrap(), "rules");
/// ```
pub struct List<'a, T, S = T> {
    source: Source<'a, S>,
    yields: PhantomData<T>,
}

enum Source<'a, S> {
    Slice(&'a [S]),
    /// An array of which every element has been proven to be a `T`.
    Json(&'a str),
}

impl<'a, T, S> List<'a, T, S> {
    /// The elements of `slice`.
    pub const fn new(slice: &'a [S]) -> Self {
        Self { source: Source::Slice(slice), yields: PhantomData }
    }
}

#[expect(private_bounds, reason = "what a reply can list is this crate's own")]
impl<'a, T: Member<'a>, S: Copy + Into<T>> List<'a, T, S> {
    /// The elements in order.
    pub fn iter(&self) -> ListIter<'a, T, S> {
        let cursor = match self.source {
            Source::Slice(slice) => Cursor::Slice(slice),
            Source::Json(json) => {
                let mut json = Reader::new(json);
                json.open_array();
                Cursor::Json(json)
            }
        };
        ListIter { cursor, yields: PhantomData }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }
}

impl<T, S> Clone for List<'_, T, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, S> Copy for List<'_, T, S> {}

impl<S> Clone for Source<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S> Copy for Source<'_, S> {}

impl<T, S> Default for List<'_, T, S> {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl<'a, T, S> From<&'a [S]> for List<'a, T, S> {
    fn from(slice: &'a [S]) -> Self {
        Self::new(slice)
    }
}

impl<'a, T, S, const N: usize> From<&'a [S; N]> for List<'a, T, S> {
    fn from(slice: &'a [S; N]) -> Self {
        Self::new(slice)
    }
}

impl<'a, T: Member<'a> + PartialEq, S: Copy + Into<T>> PartialEq for List<'a, T, S> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<'a, T: Member<'a> + Eq, S: Copy + Into<T>> Eq for List<'a, T, S> {}

impl<'a, T: Member<'a> + fmt::Debug, S: Copy + Into<T>> fmt::Debug for List<'a, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<'a, T: Member<'a> + serde::Serialize, S: Copy + Into<T>> serde::Serialize for List<'a, T, S> {
    fn serialize<Z: serde::Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'a, T: Member<'a>, S: Copy + Into<T>> IntoIterator for List<'a, T, S> {
    type Item = T;
    type IntoIter = ListIter<'a, T, S>;

    fn into_iter(self) -> ListIter<'a, T, S> {
        self.iter()
    }
}

impl<'a, T: Member<'a>, S: Copy + Into<T>> Member<'a> for List<'a, T, S> {
    fn read(json: &mut Reader<'a>, name: &'static str) -> Result<Self, SvamlError> {
        let list = array(json, name, |json| T::read(json, name).map(drop))?;
        Ok(Self { source: Source::Json(list), yields: PhantomData })
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }
}

/// The elements of a [`List`], in order.
pub struct ListIter<'a, T, S = T> {
    cursor: Cursor<'a, S>,
    yields: PhantomData<T>,
}

enum Cursor<'a, S> {
    Slice(&'a [S]),
    Json(Reader<'a>),
}

impl<'a, T: Member<'a>, S: Copy + Into<T>> Iterator for ListIter<'a, T, S> {
    type Item = T;

    // The JSON has been proven when the document was read, so an error here cannot happen; it would end the list.
    fn next(&mut self) -> Option<T> {
        match &mut self.cursor {
            Cursor::Slice(slice) => {
                let (first, rest) = slice.split_first()?;
                *slice = rest;
                Some((*first).into())
            }
            Cursor::Json(json) => {
                if json.element() {
                    T::read(json, "").ok()
                } else {
                    *self = Self { cursor: Cursor::Slice(&[]), yields: PhantomData };
                    None
                }
            }
        }
    }
}

impl<T, S> fmt::Debug for ListIter<'_, T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ListIter").finish_non_exhaustive()
    }
}
