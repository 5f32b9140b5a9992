//! Tables: CSV (RFC 4180) with commas, semicolons or tabs between the columns.

use std::io::{BufRead, BufReader, Read};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use crate::import::guard::unguarded;

use super::local::Local;
use super::{Field, FileError, MOST_OF_A_ROW, NOBODY, Row, RowError, Rows};

/// The most columns looked at.
const MOST_COLUMNS: usize = 2_048;

/// A table, row by row.
pub(super) struct Table<R> {
    text: BufReader<R>,
    reader: Reader,
    columns: Vec<Option<Column>>,
    /// The next line of the file.
    line: u64,
    row: Vec<u8>,
    ends: Vec<usize>,
}

/// What a column is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Column {
    Plain(Field),
    Local(Local),
}

/// How a record ended.
enum Record {
    /// It has so many columns.
    Whole(usize),
    TooLong,
    /// There are no more.
    End,
}

impl<R: Read> Table<R> {
    /// Reads the names of the columns; one that only `adds` to products needs less of them.
    pub(super) fn open(mut text: BufReader<R>, adds: bool) -> Result<Self, FileError> {
        let (said, skipped) = said_separator(text.fill_buf()?);
        text.consume(skipped);
        let separator = match said {
            Some(separator) => separator,
            None => separator(text.fill_buf()?),
        };
        let mut table = Self {
            text,
            reader: ReaderBuilder::new().delimiter(separator).build(),
            columns: Vec::new(),
            line: if skipped > 0 { 2 } else { 1 },
            row: vec![0; MOST_OF_A_ROW],
            ends: vec![0; MOST_COLUMNS],
        };
        let Record::Whole(columns) = table.record()? else {
            return Err(FileError("the file has no first line that names its columns".into()));
        };
        let mut names = Vec::with_capacity(columns);
        for n in 0..columns {
            let name = table.column(n);
            let known = match Field::of_heading(&name) {
                Some(field) => Some(Column::Plain(field)),
                None => Local::of(&name).map_err(FileError)?.map(Column::Local),
            };
            // Several columns may each have a picture more.
            let is_new = |known: &Column| {
                *known == Column::Plain(Field::MoreImages) || !names.iter().flatten().any(|one| one == known)
            };
            names.push(known.filter(is_new));
        }
        let has = |field| names.contains(&Some(Column::Plain(field)));
        let has_locals = || names.iter().flatten().any(|name| matches!(name, Column::Local(_)));
        let is_enough = match adds {
            true => has(Field::Title) || has(Field::Price) || has_locals(),
            false => has(Field::Title) && has(Field::Price),
        };
        if !is_enough {
            let found: Vec<_> = (0..columns).map(|n| table.column(n)).collect();
            return Err(FileError(no_columns(&found)));
        }
        table.columns = names;
        Ok(table)
    }

    /// Reads the next record into `row` and `ends`. One that is too long is read to its end and forgotten.
    fn record(&mut self) -> Result<Record, FileError> {
        let (mut bytes, mut columns, mut too_long) = (0, 0, false);
        loop {
            let input = self.text.fill_buf()?;
            let (result, read, written, ended) =
                self.reader.read_record(input, &mut self.row[bytes..], &mut self.ends[columns..]);
            self.line += lines(&input[..read]);
            self.text.consume(read);
            (bytes, columns) = (bytes + written, columns + ended);
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    (bytes, columns, too_long) = (0, 0, true);
                }
                ReadRecordResult::Record if too_long => return Ok(Record::TooLong),
                ReadRecordResult::Record => return Ok(Record::Whole(columns)),
                ReadRecordResult::End if too_long => return Ok(Record::TooLong),
                ReadRecordResult::End => return Ok(Record::End),
            }
        }
    }

    /// Steps over the ends of lines before a record; the line where it begins.
    fn begin(&mut self) -> Result<u64, FileError> {
        loop {
            let input = self.text.fill_buf()?;
            let ends = input.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            self.line += lines(&input[..ends]);
            self.text.consume(ends);
            if ends == 0 {
                return Ok(self.line);
            }
        }
    }

    fn column(&self, n: usize) -> std::borrow::Cow<'_, str> {
        let begin = n.checked_sub(1).map_or(0, |before| self.ends[before]);
        String::from_utf8_lossy(&self.row[begin..self.ends[n]])
    }
}

impl<R: Read> Rows for Table<R> {
    fn next_row(&mut self) -> Result<Option<Result<Row, RowError>>, FileError> {
        loop {
            let line = self.begin()?;
            let columns = match self.record()? {
                Record::End => return Ok(None),
                Record::TooLong => {
                    let sentence = "the row is longer than 64 KB; perhaps a quotation mark is not closed";
                    return Ok(Some(Err(RowError { line, field: None, sentence: sentence.into() })));
                }
                Record::Whole(columns) => columns,
            };
            let mut row = Row::new(line);
            for (n, field) in self.columns.iter().enumerate().take(columns) {
                match field {
                    Some(Column::Plain(field)) => row.put(*field, unguarded(self.column(n).trim())),
                    Some(Column::Local(local)) => row.put_local(local, unguarded(self.column(n).trim())),
                    None => {}
                }
            }
            // Lines with nothing in them stand at the end of many a table.
            if !row.locals.is_empty() || row.values.iter().any(|(_, value)| value != NOBODY) {
                return Ok(Some(Ok(row)));
            }
        }
    }
}

fn lines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}

/// Why a table whose first line names `found` cannot be read.
fn no_columns(found: &[std::borrow::Cow<'_, str>]) -> String {
    let shown = found.iter().take(12).map(|name| {
        let name: String = name.chars().filter(|c| !c.is_control()).take(40).collect();
        format!("`{}`", name.trim())
    });
    let shown: Vec<_> = shown.filter(|name| name != "``").collect();
    format!(
        "the first line must name the columns, `title`, `price` and `id`, `handle` or `sku` among them; it says {}: rename those \
         that mean the same",
        shown.join(", ")
    )
}

/// The separator that a first line `sep=;` names, as spreadsheets write it, and how many bytes that line takes.
fn said_separator(text: &[u8]) -> (Option<u8>, usize) {
    let [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', separator @ (b',' | b';' | b'\t' | b'|'), rest @ ..] =
        text
    else {
        return (None, 0);
    };
    let ends = match rest {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        _ => return (None, 0),
    };
    (Some(*separator), 5 + ends)
}

/// What stands between the columns: what the first line has most of, outside of quotation marks.
fn separator(text: &[u8]) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    for byte in text {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' | b'\r' if !quoted => break,
            byte if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(separator, _)| separator == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // Of equals, the first.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(separator, _)| *separator)
}
