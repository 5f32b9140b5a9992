//! Writing AMF0.

use bytes::{BufMut, BytesMut};

use super::Amf0Value;

const OBJECT_END: [u8; 3] = [0, 0, 9];

/// Appends one value to `out`.
///
/// Property names and class names are cut at 65535 bytes, the most their 16-bit length can say.
pub fn encode(value: &Amf0Value, out: &mut BytesMut) {
    match value {
        Amf0Value::Number(number) => {
            out.put_u8(0);
            out.put_f64(*number);
        }
        Amf0Value::Boolean(flag) => out.put_slice(&[1, u8::from(*flag)]),
        Amf0Value::String(text) => match u16::try_from(text.len()) {
            Ok(_) => {
                out.put_u8(2);
                put_short(text, out);
            }
            Err(_) => {
                out.put_u8(12);
                put_long(text, out);
            }
        },
        Amf0Value::Object(properties) => {
            out.put_u8(3);
            put_properties(properties, out);
        }
        Amf0Value::Null => out.put_u8(5),
        Amf0Value::Undefined => out.put_u8(6),
        Amf0Value::EcmaArray(properties) => {
            out.put_u8(8);
            out.put_u32(count(properties.len()));
            put_properties(properties, out);
        }
        Amf0Value::StrictArray(elements) => {
            out.put_u8(10);
            out.put_u32(count(elements.len()));
            elements.iter().for_each(|element| encode(element, out));
        }
        Amf0Value::Date { unix_ms, zone_minutes } => {
            out.put_u8(11);
            out.put_f64(*unix_ms);
            out.put_i16(*zone_minutes);
        }
        Amf0Value::XmlDocument(text) => {
            out.put_u8(15);
            put_long(text, out);
        }
        Amf0Value::TypedObject { class, properties } => {
            out.put_u8(16);
            put_short(class, out);
            put_properties(properties, out);
        }
    }
}

/// The values one after the other, as the body of a command or data message.
pub fn encode_all<'a>(values: impl IntoIterator<Item = &'a Amf0Value>) -> BytesMut {
    let mut out = BytesMut::with_capacity(256);
    values.into_iter().for_each(|value| encode(value, &mut out));
    out
}

fn put_properties(properties: &[(String, Amf0Value)], out: &mut BytesMut) {
    for (name, value) in properties {
        put_short(name, out);
        encode(value, out);
    }
    out.put_slice(&OBJECT_END);
}

fn put_short(text: &str, out: &mut BytesMut) {
    let end = text.floor_char_boundary(usize::from(u16::MAX));
    out.put_u16(u16::try_from(end).unwrap_or(u16::MAX));
    out.put_slice(&text.as_bytes()[..end]);
}

fn put_long(text: &str, out: &mut BytesMut) {
    out.put_u32(count(text.len()));
    out.put_slice(text.as_bytes());
}

/// Nothing that fits an RTMP message reaches 4 GiB, so the clamp never bites.
fn count(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
