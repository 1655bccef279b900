//! Values of which the optimiser knows no more than their type.

use core::fmt;
use core::hash::Hasher;
use core::hint::black_box;
use core::mem::MaybeUninit;

use serde::ser::{self, Serialize, Serializer};

/// Any value of its type, the private fields included: what holds for it holds for whatever can be made.
pub(crate) fn any<T>() -> T {
    let mut value = MaybeUninit::<T>::uninit();
    black_box(value.as_mut_ptr());
    // SAFETY: none is needed, because the program is linked to be looked at and never runs. Were it run, this is where
    // it would go wrong.
    #[expect(unsafe_code, reason = "what is private cannot be made up in another way")]
    unsafe {
        value.assume_init()
    }
}

/// Memory that is another at every look.
#[derive(Clone, Debug)]
pub(crate) struct Memory;

impl AsRef<[u8]> for Memory {
    fn as_ref(&self) -> &[u8] {
        any()
    }
}

impl AsMut<[u8]> for Memory {
    fn as_mut(&mut self) -> &mut [u8] {
        any()
    }
}

/// Where hashes go.
pub(crate) struct AnyHasher;

impl Hasher for AnyHasher {
    fn write(&mut self, bytes: &[u8]) {
        black_box(bytes);
    }

    fn finish(&self) -> u64 {
        any()
    }
}

/// A format of serde that writes nothing, and fails when it likes.
pub(crate) struct AnyFormat;

/// Why it fails.
#[derive(Debug)]
pub(crate) struct Failed;

impl fmt::Display for Failed {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        any()
    }
}

impl core::error::Error for Failed {}

impl ser::Error for Failed {
    fn custom<T: fmt::Display>(message: T) -> Self {
        let _ = message.fmt(any());
        Self
    }
}

/// Methods for a scalar each.
macro_rules! scalars {
    ($($method:ident: $scalar:ty,)*) => {
        $(fn $method(self, value: $scalar) -> Result<(), Failed> {
            black_box(value);
            any()
        })*
    };
}

impl Serializer for AnyFormat {
    type Ok = ();
    type Error = Failed;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Self;
    type SerializeMap = Self;
    type SerializeStruct = Self;
    type SerializeStructVariant = Self;

    scalars! {
        serialize_bool: bool,
        serialize_i8: i8,
        serialize_i16: i16,
        serialize_i32: i32,
        serialize_i64: i64,
        serialize_u8: u8,
        serialize_u16: u16,
        serialize_u32: u32,
        serialize_u64: u64,
        serialize_f32: f32,
        serialize_f64: f64,
        serialize_char: char,
        serialize_str: &str,
        serialize_bytes: &[u8],
        serialize_unit_struct: &'static str,
    }

    fn serialize_none(self) -> Result<(), Failed> {
        any()
    }

    fn serialize_some<T: ?Sized + Serialize>(self, value: &T) -> Result<(), Failed> {
        value.serialize(Self)
    }

    fn serialize_unit(self) -> Result<(), Failed> {
        any()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Failed> {
        any()
    }

    fn serialize_newtype_struct<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        value.serialize(Self)
    }

    fn serialize_newtype_variant<T: ?Sized + Serialize>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        value: &T,
    ) -> Result<(), Failed> {
        value.serialize(Self)
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Failed> {
        any()
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Failed> {
        any()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Failed> {
        any()
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Failed> {
        any()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Failed> {
        any()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Self, Failed> {
        any()
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self, Failed> {
        any()
    }

    fn collect_str<T: ?Sized + fmt::Display>(self, value: &T) -> Result<(), Failed> {
        let _ = value.fmt(any());
        any()
    }
}

/// What takes one value after another.
macro_rules! compounds {
    ($($compound:ident: $method:ident($($name:ty)?),)*) => {
        $(impl ser::$compound for AnyFormat {
            type Ok = ();
            type Error = Failed;

            fn $method<T: ?Sized + Serialize>(&mut self, $(_: $name,)? value: &T) -> Result<(), Failed> {
                value.serialize(Self)
            }

            fn end(self) -> Result<(), Failed> {
                any()
            }
        })*
    };
}

compounds! {
    SerializeSeq: serialize_element(),
    SerializeTuple: serialize_element(),
    SerializeTupleStruct: serialize_field(),
    SerializeTupleVariant: serialize_field(),
    SerializeStruct: serialize_field(&'static str),
    SerializeStructVariant: serialize_field(&'static str),
}

impl ser::SerializeMap for AnyFormat {
    type Ok = ();
    type Error = Failed;

    fn serialize_key<T: ?Sized + Serialize>(&mut self, key: &T) -> Result<(), Failed> {
        key.serialize(Self)
    }

    fn serialize_value<T: ?Sized + Serialize>(&mut self, value: &T) -> Result<(), Failed> {
        value.serialize(Self)
    }

    fn end(self) -> Result<(), Failed> {
        any()
    }
}
