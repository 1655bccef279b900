//! How documents are written: what serde tells of them as JSON, as much of serde's model as they use.
//!
//! The crates that do this without an allocator index their buffer, which links a panic.

use core::fmt;

use serde::Serialize;
use serde::ser::{self, Impossible};

use super::invalid::BufferTooSmall;
use crate::codec::writer::Writer;
use crate::headers::Headers;
use crate::text::Text;

/// Writes `document` as JSON to the start of `buf`.
pub(super) fn write<'b>(document: &impl Serialize, buf: &'b mut [u8]) -> Result<&'b str, BufferTooSmall> {
    let mut writer = Writer::new(buf);
    // No document holds what is unwritable.
    document.serialize(Json(&mut writer)).map_err(|_| BufferTooSmall { needed: usize::MAX })?;
    let len = writer.finish().map_err(|needed| BufferTooSmall { needed })?;
    Ok(buf.get(..len).and_then(|json| core::str::from_utf8(json).ok()).unwrap_or_default())
}

/// Writes headers as SVAML has them.
pub(super) fn write_pairs<S: serde::Serializer>(headers: &Headers<'_>, to: S) -> Result<S::Ok, S::Error> {
    #[derive(serde::Serialize)]
    struct Pair<'a> {
        key: Text<'a>,
        value: Text<'a>,
    }
    to.collect_seq(headers.iter().map(|header| Pair { key: header.name, value: header.value }))
}

/// A place where one value is written.
struct Json<'w, 'b>(&'w mut Writer<'b>);

/// What no document has: a number with a fraction, bytes, a map, a variant with content and no tag.
#[derive(Debug)]
struct Unwritable;

impl<'w, 'b> ser::Serializer for Json<'w, 'b> {
    type Ok = ();
    type Error = Unwritable;
    type SerializeSeq = Items<'w, 'b>;
    type SerializeStruct = Items<'w, 'b>;
    type SerializeTuple = Impossible<(), Unwritable>;
    type SerializeTupleStruct = Impossible<(), Unwritable>;
    type SerializeTupleVariant = Impossible<(), Unwritable>;
    type SerializeMap = Impossible<(), Unwritable>;
    type SerializeStructVariant = Impossible<(), Unwritable>;

    fn serialize_str(self, text: &str) -> Result<(), Unwritable> {
        self.0.string(Text::new(text));
        Ok(())
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, text: &T) -> Result<(), Unwritable> {
        self.0.raw("\"");
        fmt::Write::write_fmt(&mut InString(self.0), format_args!("{text}")).map_err(|_| Unwritable)?;
        self.0.raw("\"");
        Ok(())
    }

    fn serialize_char(self, c: char) -> Result<(), Unwritable> {
        self.collect_str(&c)
    }

    fn serialize_bool(self, value: bool) -> Result<(), Unwritable> {
        self.0.raw(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_u64(self, value: u64) -> Result<(), Unwritable> {
        self.0.number(value);
        Ok(())
    }

    fn serialize_u32(self, value: u32) -> Result<(), Unwritable> {
        self.serialize_u64(value.into())
    }

    fn serialize_u16(self, value: u16) -> Result<(), Unwritable> {
        self.serialize_u64(value.into())
    }

    fn serialize_u8(self, value: u8) -> Result<(), Unwritable> {
        self.serialize_u64(value.into())
    }

    fn serialize_i64(self, value: i64) -> Result<(), Unwritable> {
        if value.is_negative() {
            self.0.raw("-");
        }
        self.serialize_u64(value.unsigned_abs())
    }

    fn serialize_i32(self, value: i32) -> Result<(), Unwritable> {
        self.serialize_i64(value.into())
    }

    fn serialize_i16(self, value: i16) -> Result<(), Unwritable> {
        self.serialize_i64(value.into())
    }

    fn serialize_i8(self, value: i8) -> Result<(), Unwritable> {
        self.serialize_i64(value.into())
    }

    fn serialize_none(self) -> Result<(), Unwritable> {
        self.0.raw("null");
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Unwritable> {
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Unwritable> {
        self.serialize_none()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Unwritable> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        value.serialize(self)
    }

    fn serialize_seq(self, _len: Option<usize>) -> Result<Items<'w, 'b>, Unwritable> {
        self.0.raw("[");
        Ok(Items { writer: self.0, before: "", end: "]" })
    }

    fn serialize_struct(self, _name: &'static str, _len: usize) -> Result<Items<'w, 'b>, Unwritable> {
        self.0.raw("{");
        Ok(Items { writer: self.0, before: "", end: "}" })
    }

    fn serialize_f32(self, _value: f32) -> Result<(), Unwritable> {
        Err(Unwritable)
    }

    fn serialize_f64(self, _value: f64) -> Result<(), Unwritable> {
        Err(Unwritable)
    }

    fn serialize_bytes(self, _bytes: &[u8]) -> Result<(), Unwritable> {
        Err(Unwritable)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _value: &T,
    ) -> Result<(), Unwritable> {
        Err(Unwritable)
    }

    fn serialize_tuple(self, _len: usize) -> Result<Self::SerializeTuple, Unwritable> {
        Err(Unwritable)
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleStruct, Unwritable> {
        Err(Unwritable)
    }

    fn serialize_tuple_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeTupleVariant, Unwritable> {
        Err(Unwritable)
    }

    fn serialize_map(self, _len: Option<usize>) -> Result<Self::SerializeMap, Unwritable> {
        Err(Unwritable)
    }

    fn serialize_struct_variant(
        self,
        _name: &'static str,
        _index: u32,
        _variant: &'static str,
        _len: usize,
    ) -> Result<Self::SerializeStructVariant, Unwritable> {
        Err(Unwritable)
    }
}

/// The elements of an array or the members of an object.
struct Items<'w, 'b> {
    writer: &'w mut Writer<'b>,
    /// What stands before the next: nothing, then commas.
    before: &'static str,
    end: &'static str,
}

impl<'b> Items<'_, 'b> {
    fn next(&mut self) -> &mut Writer<'b> {
        self.writer.raw(self.before);
        self.before = ",";
        self.writer
    }
}

impl ser::SerializeSeq for Items<'_, '_> {
    type Ok = ();
    type Error = Unwritable;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unwritable> {
        value.serialize(Json(self.next()))
    }

    fn end(self) -> Result<(), Unwritable> {
        self.writer.raw(self.end);
        Ok(())
    }
}

impl ser::SerializeStruct for Items<'_, '_> {
    type Ok = ();
    type Error = Unwritable;

    /// Names are written as they are: those of the wire need no escape.
    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), Unwritable> {
        let writer = self.next();
        writer.raw("\"").raw(name).raw("\":");
        value.serialize(Json(writer))
    }

    fn end(self) -> Result<(), Unwritable> {
        self.writer.raw(self.end);
        Ok(())
    }
}

/// A text that is written into a string piece by piece.
struct InString<'w, 'b>(&'w mut Writer<'b>);

impl fmt::Write for InString<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.escaped(&Text::new(text));
        Ok(())
    }
}

impl ser::Error for Unwritable {
    fn custom<T: fmt::Display>(_message: T) -> Self {
        Self
    }
}

impl fmt::Display for Unwritable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no part of a document")
    }
}

impl core::error::Error for Unwritable {}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::string::String;

    use serde::Serializer;

    use super::*;

    #[derive(Serialize)]
    struct Unit;

    #[derive(Serialize)]
    struct Wrapped(i8);

    #[derive(Serialize)]
    struct Two(u8, u8);

    #[derive(Serialize)]
    enum Kind {
        Plain,
        Wrapped(u8),
        Two(u8, u8),
        Named { one: u8 },
    }

    #[derive(Serialize)]
    struct Document<'a> {
        text: &'a str,
        none: Option<u8>,
        list: &'a [i64],
    }

    struct Bytes;

    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            to.serialize_bytes(&[1, 2])
        }
    }

    fn written(value: &impl Serialize) -> Option<String> {
        write(value, &mut [0; 128]).ok().map(Into::into)
    }

    #[test]
    fn what_documents_have_is_written_as_serde_json_writes_it() {
        fn same(value: impl Serialize) {
            assert_eq!(written(&value), Some(serde_json::to_string(&value).unwrap()));
        }
        same(true);
        same(false);
        same('"');
        same('é');
        same("\u{1f600} \n \\");
        same(i8::MIN);
        same(i16::MIN);
        same(i32::MIN);
        same(i64::MIN);
        same(i64::MAX);
        same(u8::MAX);
        same(u16::MAX);
        same(u32::MAX);
        same(u64::MAX);
        same(None::<u8>);
        same(Some(7));
        same(());
        same(Unit);
        same(Wrapped(-1));
        same(Kind::Plain);
        same(Document { text: "a\"b", none: None, list: &[1, -2, 3] });
        same([Document { text: "", none: Some(1), list: &[] }].as_slice());
    }

    #[test]
    fn what_no_document_has_is_refused_and_not_written_by_half() {
        fn refused(value: impl Serialize) {
            assert_eq!(written(&value), None);
        }
        refused(1.5_f32);
        refused(1.5_f64);
        refused(Bytes);
        refused((1, 2));
        refused(Two(1, 2));
        refused(Kind::Wrapped(1));
        refused(Kind::Two(1, 2));
        refused(Kind::Named { one: 1 });
        refused(BTreeMap::from([("one", 1)]));
    }
}
