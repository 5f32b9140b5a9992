//! JSON: one list of products, or a product on each line. Each is found by its brackets, and read by itself.

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read};

use serde_json::{Map, Value};

use super::local::Local;
use super::{Field, FileError, MOST_OF_AN_OBJECT, Row, RowError, Rows};

/// What is told where something else stands.
const NO_PRODUCT: &str = "a product in braces should stand here";
/// The most variants of a product, as the catalogue takes them.
const MOST_VARIANTS: usize = 100;

/// Products, one by one.
pub(super) struct Objects<R> {
    text: BufReader<R>,
    line: u64,
    state: State,
    /// What was read last, and the line where it begins.
    object: Vec<u8>,
    began: u64,
    rows: VecDeque<Result<Row, RowError>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Begin,
    InList,
    Lines,
    End,
}

impl<R: Read> Objects<R> {
    pub(super) fn open(text: BufReader<R>) -> Self {
        Self { text, line: 1, state: State::Begin, object: Vec::new(), began: 1, rows: VecDeque::new() }
    }

    /// The next byte that is no space, which stays where it is.
    fn peek(&mut self) -> Result<Option<u8>, FileError> {
        loop {
            let block = self.text.fill_buf()?;
            if block.is_empty() {
                return Ok(None);
            }
            let spaces = block.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            self.line += lines(&block[..spaces]);
            let next = block.get(spaces).copied();
            self.text.consume(spaces);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Reads the next object into `object`, or a line that should be one; false at the end.
    fn next_object(&mut self) -> Result<bool, FileError> {
        loop {
            let next = self.peek()?;
            self.began = self.line;
            let wrong = |line| FileError(format!("line {line}: {NO_PRODUCT}"));
            match (self.state, next) {
                (State::End, None) | (State::Begin | State::Lines, None) => return Ok(false),
                (State::InList, None) => {
                    return Err(FileError("the file breaks off: its list does not end".into()));
                }
                (State::Begin, Some(b'[')) => {
                    self.state = State::InList;
                    self.text.consume(1);
                }
                (State::InList, Some(b',')) => self.text.consume(1),
                (State::InList, Some(b']')) => {
                    self.state = State::End;
                    self.text.consume(1);
                }
                (State::Begin | State::Lines, Some(b'{')) => {
                    self.state = State::Lines;
                    return self.read_object().map(|()| true);
                }
                (State::InList, Some(b'{')) => return self.read_object().map(|()| true),
                // What follows is a line of its own.
                (State::Lines, Some(_)) => return self.read_line().map(|()| true),
                (State::Begin, Some(_)) => {
                    self.read_line()?;
                    if self.peek()? != Some(b'{') {
                        return Err(wrong(self.began)); // It is something else altogether.
                    }
                    self.state = State::Lines;
                    return Ok(true);
                }
                _ => return Err(wrong(self.line)),
            }
        }
    }

    /// The rest of the line. What is too long is read and not kept.
    fn read_line(&mut self) -> Result<(), FileError> {
        self.object.clear();
        loop {
            let block = self.text.fill_buf()?;
            let end = block.iter().position(|byte| *byte == b'\n').map(|at| at + 1);
            let taken = end.unwrap_or(block.len());
            let room = (MOST_OF_AN_OBJECT + 1).saturating_sub(self.object.len()).min(taken);
            self.object.extend_from_slice(&block[..room]);
            self.line += lines(&block[..taken]);
            self.text.consume(taken);
            if end.is_some() || taken == 0 {
                return Ok(());
            }
        }
    }

    /// From a brace to the one that closes it, or to the line of another product. What is too long is read and not kept.
    fn read_object(&mut self) -> Result<(), FileError> {
        self.object.clear();
        let is_line = self.state == State::Lines;
        let (mut depth, mut quoted, mut escaped, mut begins) = (0_u32, false, false, false);
        loop {
            let block = self.text.fill_buf()?;
            if block.is_empty() && is_line && begins {
                return Ok(()); // Its line came whole.
            }
            if block.is_empty() {
                return Err(FileError("the file breaks off within a product".into()));
            }
            let mut end = None;
            for (n, byte) in block.iter().enumerate() {
                match byte {
                    // No text goes on there.
                    b'\n' if is_line && quoted => {
                        end = Some(n + 1);
                        break;
                    }
                    b'{' if is_line && begins => {
                        end = Some(n);
                        break;
                    }
                    _ if escaped => escaped = false,
                    b'\\' if quoted => escaped = true,
                    b'"' => quoted = !quoted,
                    b'{' | b'[' if !quoted => depth = depth.saturating_add(1),
                    b'}' | b']' if !quoted => {
                        depth = depth.saturating_sub(1);
                        if depth == 0 {
                            end = Some(n + 1);
                            break;
                        }
                    }
                    _ => {}
                }
                begins = *byte == b'\n';
            }
            let taken = end.unwrap_or(block.len());
            let room = (MOST_OF_AN_OBJECT + 1).saturating_sub(self.object.len()).min(taken);
            self.object.extend_from_slice(&block[..room]);
            self.line += lines(&block[..taken]);
            self.text.consume(taken);
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

impl<R: Read> Rows for Objects<R> {
    fn next_row(&mut self) -> Result<Option<Result<Row, RowError>>, FileError> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Ok(Some(row));
            }
            if !self.next_object()? {
                return Ok(None);
            }
            let line = self.began;
            let refused = |sentence: String| RowError { line, field: None, sentence };
            if self.object.first() != Some(&b'{') {
                self.rows.push_back(Err(refused(NO_PRODUCT.into())));
                continue;
            }
            if self.object.len() > MOST_OF_AN_OBJECT {
                self.rows.push_back(Err(refused("the product is longer than 640 KB".into())));
                continue;
            }
            match serde_json::from_slice::<Map<String, Value>>(&self.object) {
                Ok(product) => rows_of(line, &product, &mut self.rows),
                Err(error) => self.rows.push_back(Err(refused(format!("this is no JSON: {error}")))),
            }
        }
    }
}

/// A row for each variant, each with all that is said of the product.
fn rows_of(line: u64, product: &Map<String, Value>, rows: &mut VecDeque<Result<Row, RowError>>) {
    let mut whole = Row::new(line);
    if let Err(sentence) = put_all(&mut whole, product, |field| field) {
        return rows.push_back(Err(whole.error(None, sentence)));
    }
    let Some(Value::Array(variants)) = product.get("variants") else {
        return rows.push_back(Ok(whole));
    };
    if variants.len() > MOST_VARIANTS {
        let sentence = format!("`variants` takes at most {MOST_VARIANTS}");
        return rows.push_back(Err(whole.error(None, sentence)));
    }
    // What groups its rows is the product's own id.
    if let (None, Some(id)) = (whole.get(Field::Group), whole.get(Field::Id).map(str::to_owned)) {
        whole.values.retain(|(field, _)| *field != Field::Id);
        whole.values.push((Field::Group, id));
    }
    for (n, variant) in variants.iter().enumerate() {
        if n == 1 {
            // What is long is said once.
            let is_long = |field: Field| {
                matches!(
                    field,
                    Field::Description | Field::DescriptionHtml | Field::Image | Field::MoreImages
                )
            };
            whole.values.retain(|(field, _)| !is_long(*field));
            whole.locals.retain(|(local, _)| !local.is_text());
        }
        let Value::Object(variant) = variant else {
            rows.push_back(Err(whole.error(None, "`variants` takes objects")));
            continue;
        };
        let mut row = Row::new(line);
        let meant = |field| if field == Field::Title { Field::VariantTitle } else { field };
        if let Err(sentence) = put_all(&mut row, variant, meant) {
            rows.push_back(Err(whole.error(None, sentence)));
            continue;
        }
        for (field, value) in &whole.values {
            if row.get(*field).is_none() {
                row.values.push((*field, value.clone()));
            }
        }
        for (local, value) in &whole.locals {
            row.put_local(local, value);
        }
        rows.push_back(Ok(row));
    }
    if variants.is_empty() {
        rows.push_back(Ok(whole));
    }
}

fn put_all(row: &mut Row, object: &Map<String, Value>, meant: impl Fn(Field) -> Field) -> Result<(), String> {
    for (name, value) in object {
        let minor = match name.as_str() {
            "price_minor" => Some(Field::Price),
            "compare_at_minor" => Some(Field::CompareAt),
            _ => None,
        };
        if let (Some(field), Value::Number(number)) = (minor, value) {
            // Read once the currency is known.
            row.put(field, &format!("{number}{MINOR}"));
        } else if let Some(field) = Field::of(name) {
            let field = meant(field);
            match (field, value) {
                // An address may have commas of its own.
                (Field::Image | Field::MoreImages, Value::Array(all)) => put_addresses(row, all),
                (Field::Image | Field::MoreImages, Value::Object(_)) => {
                    put_addresses(row, std::slice::from_ref(value));
                }
                (field, value) => row.put(field, &text_of(value)),
            }
        } else if let Some(local) = Local::of(name)? {
            row.put_local(&local, &text_of(value));
        }
    }
    Ok(())
}

/// Addresses of pictures, or objects that have them.
fn put_addresses(row: &mut Row, all: &[Value]) {
    if all.is_empty() {
        row.put(Field::MoreImages, "");
    }
    for one in all.iter().take(100) {
        let address = match one {
            Value::Object(object) => ["src", "url"].iter().find_map(|name| object.get(*name)),
            one => Some(one),
        };
        if let Some(address) = address.and_then(Value::as_str) {
            row.put(Field::MoreImages, address);
        }
    }
}

/// Marks a number of minor units.
pub(super) const MINOR: char = '\u{1}';

fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.replace(MINOR, " "),
        Value::Number(number) => number.to_string(),
        Value::Object(object) => match (object.get("value"), object.get("currency")) {
            (Some(value @ (Value::String(_) | Value::Number(_))), Some(Value::String(currency))) => {
                format!("{} {currency}", text_of(value))
            }
            _ => String::new(),
        },
        Value::Bool(said) => said.to_string(),
        Value::Array(words) => words.iter().filter_map(Value::as_str).take(100).collect::<Vec<_>>().join(","),
        _ => String::new(),
    }
}

fn lines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|byte| u64::from(*byte == b'\n')).sum()
}
