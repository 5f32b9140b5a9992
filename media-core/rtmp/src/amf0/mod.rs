//! AMF0, the value format of RTMP commands and metadata.
//!
//! Source: Action Message Format, AMF 0 (Adobe, 2007).

mod decode;
mod encode;

use thiserror::Error;

pub use decode::{decode, decode_prefix};
pub use encode::{encode, encode_all};

/// One AMF0 value.
///
/// Containers keep the order of the wire. Text that is not UTF-8 is read with replacement characters.
#[derive(Clone, Debug, PartialEq)]
pub enum Amf0Value {
    /// Marker 0: a double.
    Number(f64),
    /// Marker 1.
    Boolean(bool),
    /// Marker 2, or 12 when longer than 65535 bytes.
    String(String),
    /// Marker 3: names and values.
    Object(Vec<(String, Amf0Value)>),
    /// Marker 5.
    Null,
    /// Marker 6.
    Undefined,
    /// Marker 8: like an object, with a count in front that nobody may trust.
    EcmaArray(Vec<(String, Amf0Value)>),
    /// Marker 10.
    StrictArray(Vec<Amf0Value>),
    /// Marker 11.
    Date {
        /// Milliseconds since 1970-01-01T00:00:00Z.
        unix_ms: f64,
        /// Reserved by the specification, should be 0.
        zone_minutes: i16,
    },
    /// Marker 15.
    XmlDocument(String),
    /// Marker 16: an object with a class name.
    TypedObject {
        /// The class name.
        class: String,
        /// Names and values.
        properties: Vec<(String, Amf0Value)>,
    },
}

/// Why AMF0 bytes cannot be read.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Error {
    /// The bytes end inside a value.
    #[error("ends inside a value")]
    Truncated,
    /// A marker that is unknown, or that RTMP has no use for (references, movie clips, AMF3).
    #[error("unsupported marker {0}")]
    Marker(u8),
    /// Nested deeper than [`AmfLimits::depth`](crate::AmfLimits::depth).
    #[error("nested too deep")]
    TooDeep,
    /// More properties or values than [`AmfLimits`](crate::AmfLimits) allows.
    #[error("too many values")]
    TooMany,
}

impl Amf0Value {
    /// An object of the given properties.
    pub fn object<N: Into<String>>(properties: impl IntoIterator<Item = (N, Amf0Value)>) -> Self {
        Self::Object(properties.into_iter().map(|(name, value)| (name.into(), value)).collect())
    }

    /// The properties of an object, an ECMA array or a typed object; of anything else none.
    pub fn properties(&self) -> &[(String, Amf0Value)] {
        match self {
            Self::Object(properties) | Self::EcmaArray(properties) | Self::TypedObject { properties, .. } => {
                properties
            }
            _ => &[],
        }
    }

    /// The properties of an object, an ECMA array or a typed object; `None` for anything else.
    pub fn into_properties(self) -> Option<Vec<(String, Amf0Value)>> {
        match self {
            Self::Object(properties) | Self::EcmaArray(properties) | Self::TypedObject { properties, .. } => {
                Some(properties)
            }
            _ => None,
        }
    }

    /// The first property of that name.
    pub fn get(&self, name: &str) -> Option<&Amf0Value> {
        self.properties().iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The text of a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of a number.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            _ => None,
        }
    }
}

impl From<&str> for Amf0Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Amf0Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<f64> for Amf0Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Amf0Value {
    fn from(flag: bool) -> Self {
        Self::Boolean(flag)
    }
}
