//! Reading AMF0 from a peer that may be hostile.

use super::{Amf0Value, Error};
use crate::limits::AmfLimits;

/// Reads every value of a message body.
///
/// # Errors
/// Whatever [`Error`](enum@Error) says; bytes that follow the error are not looked at.
pub fn decode(body: &[u8], limits: &AmfLimits) -> Result<Vec<Amf0Value>, Error> {
    let mut reader = Reader { rest: body, limits, values_left: limits.values };
    let mut values = Vec::new();
    while !reader.rest.is_empty() {
        values.push(reader.value(0)?);
    }
    Ok(values)
}

/// Reads the first value of `body`, giving it and the number of bytes it took.
///
/// # Errors
/// As [`decode`].
pub fn decode_prefix(body: &[u8], limits: &AmfLimits) -> Result<(Amf0Value, usize), Error> {
    let mut reader = Reader { rest: body, limits, values_left: limits.values };
    let value = reader.value(0)?;
    Ok((value, body.len() - reader.rest.len()))
}

struct Reader<'a> {
    rest: &'a [u8],
    limits: &'a AmfLimits,
    values_left: usize,
}

impl Reader<'_> {
    fn value(&mut self, depth: usize) -> Result<Amf0Value, Error> {
        self.values_left = self.values_left.checked_sub(1).ok_or(Error::TooMany)?;
        let marker = self.take(1)?[0];
        if matches!(marker, 3 | 8 | 10 | 16) && depth >= self.limits.depth {
            return Err(Error::TooDeep);
        }
        Ok(match marker {
            0 => Amf0Value::Number(f64::from_be_bytes(self.array()?)),
            1 => Amf0Value::Boolean(self.take(1)?[0] != 0),
            2 => Amf0Value::String(self.short_text()?),
            3 => Amf0Value::Object(self.properties(depth)?),
            5 => Amf0Value::Null,
            6 => Amf0Value::Undefined,
            8 => {
                self.take(4)?; // the count is a hint; the end marker decides
                Amf0Value::EcmaArray(self.properties(depth)?)
            }
            10 => Amf0Value::StrictArray(self.elements(depth)?),
            11 => Amf0Value::Date {
                unix_ms: f64::from_be_bytes(self.array()?),
                zone_minutes: i16::from_be_bytes(self.array()?),
            },
            12 => Amf0Value::String(self.long_text()?),
            15 => Amf0Value::XmlDocument(self.long_text()?),
            16 => Amf0Value::TypedObject { class: self.short_text()?, properties: self.properties(depth)? },
            other => return Err(Error::Marker(other)),
        })
    }

    fn properties(&mut self, depth: usize) -> Result<Vec<(String, Amf0Value)>, Error> {
        let mut properties = Vec::new();
        loop {
            let name = self.short_text()?;
            if name.is_empty() && self.rest.first() == Some(&9) {
                self.take(1)?;
                return Ok(properties);
            }
            if properties.len() == self.limits.properties {
                return Err(Error::TooMany);
            }
            properties.push((name, self.value(depth + 1)?));
        }
    }

    fn elements(&mut self, depth: usize) -> Result<Vec<Amf0Value>, Error> {
        let count = u32::from_be_bytes(self.array()?) as usize;
        if count > self.limits.properties {
            return Err(Error::TooMany);
        }
        (0..count).map(|_| self.value(depth + 1)).collect()
    }

    fn short_text(&mut self) -> Result<String, Error> {
        let length = u16::from_be_bytes(self.array()?);
        self.text(usize::from(length))
    }

    fn long_text(&mut self) -> Result<String, Error> {
        let length = u32::from_be_bytes(self.array()?);
        self.text(length as usize)
    }

    fn text(&mut self, length: usize) -> Result<String, Error> {
        Ok(String::from_utf8_lossy(self.take(length)?).into_owned())
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(Error::Truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    fn take(&mut self, length: usize) -> Result<&[u8], Error> {
        let (head, rest) = self.rest.split_at_checked(length).ok_or(Error::Truncated)?;
        self.rest = rest;
        Ok(head)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{encode, encode_all};
    use super::*;
    use bytes::BytesMut;

    #[test]
    fn connect_command_of_the_specification_is_read() {
        let body = b"\x02\x00\x07connect\x00\x3f\xf0\x00\x00\x00\x00\x00\x00\x03\x00\x03app\x02\x00\x04live\x00\x00\x09";
        let values = decode(body, &AmfLimits::default()).unwrap();
        assert_eq!(
            values,
            ["connect".into(), 1.0.into(), Amf0Value::object([("app", Amf0Value::from("live"))])]
        );
        assert_eq!(encode_all(&values).as_ref(), body);
    }

    #[test]
    fn every_truncation_is_an_error_and_never_a_panic() {
        let whole = encode_all(&[Amf0Value::TypedObject {
            class: "c".into(),
            properties: vec![
                ("a".into(), Amf0Value::EcmaArray(vec![("b".into(), Amf0Value::Null)])),
                ("d".into(), Amf0Value::Date { unix_ms: 1.0, zone_minutes: -60 }),
                ("s".into(), Amf0Value::StrictArray(vec![Amf0Value::XmlDocument("<x/>".into())])),
            ],
        }]);
        for end in 1..whole.len() {
            assert_eq!(decode(&whole[..end], &AmfLimits::default()), Err(Error::Truncated), "cut at {end}");
        }
    }

    #[test]
    fn nesting_stops_at_the_limit() {
        let nested = |depth: usize| {
            let mut body: Vec<u8> = [10, 0, 0, 0, 1].repeat(depth);
            body.push(5);
            decode(&body, &AmfLimits::default())
        };
        assert!(nested(16).is_ok());
        assert_eq!(nested(17), Err(Error::TooDeep));
        assert_eq!(nested(60_000), Err(Error::TooDeep));
    }

    #[test]
    fn wide_and_bushy_messages_are_refused() {
        let limits = AmfLimits::default();
        assert_eq!(decode(&[10, 255, 255, 255, 255, 5], &limits), Err(Error::TooMany));
        let wide = Amf0Value::object((0..257).map(|i| (i.to_string(), Amf0Value::Null)));
        assert_eq!(decode(&encode_all([&wide]), &limits), Err(Error::TooMany));
        let bush = Amf0Value::StrictArray(vec![Amf0Value::StrictArray(vec![Amf0Value::Null; 200]); 200]);
        assert_eq!(decode(&encode_all([&bush]), &limits), Err(Error::TooMany));
        assert_eq!(decode(&[5; 5000], &limits), Err(Error::TooMany));
    }

    #[test]
    fn text_past_16_bits_travels_as_a_long_string() {
        let long = Amf0Value::String("x".repeat(70_000));
        let mut body = BytesMut::new();
        encode(&long, &mut body);
        assert_eq!(body[0], 12);
        assert_eq!(decode_prefix(&body, &AmfLimits::default()), Ok((long, body.len())));
    }

    #[test]
    fn a_long_name_is_cut_at_a_character() {
        let mut body = BytesMut::new();
        encode(&Amf0Value::object([("é".repeat(40_000), Amf0Value::Null)]), &mut body);
        let (value, _) = decode_prefix(&body, &AmfLimits::default()).unwrap();
        assert_eq!(value.properties()[0].0.len(), 65_534);
    }

    #[test]
    fn references_and_amf3_are_named_in_the_error() {
        for marker in [4, 7, 13, 14, 17, 200] {
            assert_eq!(decode(&[marker, 0, 0], &AmfLimits::default()), Err(Error::Marker(marker)));
        }
    }
}
