//! Reads lists of products as they come, a row at a time: no file is ever in memory whole.

mod added;
mod apart;
mod batch;
mod count;
mod csv;
mod field;
mod group;
mod json;
mod local;
mod marks;
mod pictures;
mod price;
mod priced;
mod text;
mod variant;
mod words;
mod xml;

#[cfg(test)]
mod tests;

use std::io::{BufReader, Read, Seek};

use vitrine_protocol::Currency;

pub use batch::batches;
pub use field::Field;
pub use group::{Found, Incoming, IncomingVariant, Outcome};
pub use local::{Place, column, place_word};
pub use pictures::IncomingPicture;
pub use price::written;

use super::{Format, Options};

/// The longest row of a table, and the longest product of a feed, in bytes.
const MOST_OF_A_ROW: usize = 64 * 1024;
/// The longest product in JSON, which holds all its variants, and all its texts in other languages.
const MOST_OF_AN_OBJECT: usize = 640 * 1024;
/// The longest value but a description that is kept of a row, and the longest sentence about one, in bytes.
const MOST_OF_A_VALUE: usize = 8_400;
const MOST_OF_A_SENTENCE: usize = 600;
/// The longest addresses of pictures that are kept of a row, all together.
const MOST_OF_PICTURES: usize = 24 * 1024;
/// What stands in a cell whose emptiness says something: that nobody counts it, that it has no tags, that it has no pictures.
const NOBODY: &str = "\u{1}nobody";
/// What is read at once.
const BLOCK: usize = 64 * 1024;

/// Why one row was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// Its first line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub field: Option<&'static str>,
    /// For whoever wrote it.
    pub sentence: String,
}

/// Why a file is read no further. A sentence for whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FileError(pub String);

impl From<std::io::Error> for FileError {
    fn from(error: std::io::Error) -> Self {
        Self(format!("the file cannot be read on: {error}"))
    }
}

/// A row as it was read: what it says of each field, never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    line: u64,
    values: Vec<(Field, String)>,
    /// The same in other languages, currencies and markets.
    locals: Vec<(local::Local, String)>,
}

impl Row {
    fn new(line: u64) -> Self {
        Self { line, values: Vec::new(), locals: Vec::new() }
    }

    /// What stands in a field; nothing when it is empty.
    fn get(&self, field: Field) -> Option<&str> {
        self.values.iter().find(|(known, _)| *known == field).map(|(_, value)| value.as_str())
    }

    /// Keeps a value, unless there is one or it says nothing.
    fn put(&mut self, field: Field, value: &str) {
        let mut value = value.trim();
        if matches!(field, Field::Tracker | Field::Tags | Field::Image | Field::MoreImages)
            && value.is_empty()
        {
            value = NOBODY;
        }
        if field == Field::MoreImages {
            return self.add(field, value);
        }
        if value.len() > MOST_OF_A_VALUE && !matches!(field, Field::Description | Field::DescriptionHtml) {
            // Still longer than any field takes, so that it is refused and not shortened.
            value = &value[..value.floor_char_boundary(MOST_OF_A_VALUE)];
        }
        if !value.is_empty() && self.get(field).is_none() {
            self.values.push((field, value.to_owned()));
        }
    }

    /// Keeps a value beside those that there are, on a line of its own.
    fn add(&mut self, field: Field, value: &str) {
        match self.values.iter_mut().find(|(known, _)| *known == field) {
            Some((_, said)) if said.len() + value.len() < MOST_OF_PICTURES => {
                said.push('\n');
                said.push_str(value);
            }
            Some(_) => {}
            None => {
                let end = value.floor_char_boundary(value.len().min(MOST_OF_PICTURES));
                self.values.push((field, value[..end].to_owned()));
            }
        }
    }

    fn error(&self, field: Option<Field>, sentence: impl Into<String>) -> RowError {
        // It may repeat what stands in a cell.
        let mut sentence: String = sentence.into();
        sentence.truncate(sentence.floor_char_boundary(MOST_OF_A_SENTENCE));
        RowError { line: self.line, field: field.map(Field::word), sentence }
    }
}

/// Rows one by one. After a [`FileError`] there are no more.
trait Rows {
    fn next_row(&mut self) -> Result<Option<Result<Row, RowError>>, FileError>;
}

/// The products of `file`, in its order. `now` decides whether a reduction is on; `own` is the currency of whoever sent it, for
/// prices that name none.
///
/// # Errors
/// [`FileError`]: nothing of it can be read.
pub fn products(
    mut file: impl Read + Seek + 'static,
    format: Format,
    options: &Options,
    own: Option<Currency>,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<impl Iterator<Item = Result<Outcome, FileError>>, FileError> {
    let encoding = text::encoding_of(&mut file)?;
    let adds = options.adds_to.is_some();
    let marks = match format {
        Format::Xml | Format::Json => marks::Marks::of_google(),
        Format::Csv | Format::Unknown => marks::Marks::default(),
    };
    let apart = apart::Apart::find(&mut *rows_of(&mut file, encoding, format, adds)?, marks);
    file.rewind()?;
    let own = own.filter(|_| options.currency.is_none());
    Ok(group::Products::new(rows_of(file, encoding, format, adds)?, apart, (options.clone(), own), now))
}

fn rows_of<'a>(
    file: impl Read + 'a,
    encoding: &'static encoding_rs::Encoding,
    format: Format,
    adds: bool,
) -> Result<Box<dyn Rows + 'a>, FileError> {
    let text = BufReader::with_capacity(BLOCK, text::Decoded::new(file, encoding));
    Ok(match format {
        Format::Csv => Box::new(csv::Table::open(text, adds)?),
        Format::Xml => Box::new(xml::Feed::open(text)),
        Format::Json => Box::new(json::Objects::open(text)),
        Format::Unknown => return Err(FileError("what the list is written as is not known here".into())),
    })
}
