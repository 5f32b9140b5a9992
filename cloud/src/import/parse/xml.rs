//! Feeds: RSS 2.0 and Atom with the elements of Google Merchant. No entities but the five of XML, no DTD.

use std::io::{self, BufRead, BufReader, Read};

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::{Field, FileError, MOST_OF_A_ROW, Row, RowError, Rows};

/// Elements within elements; a feed has about five.
const DEEPEST: usize = 64;

/// A feed, item by item.
pub(super) struct Feed<R> {
    reader: Reader<Bounded<R>>,
    event: Vec<u8>,
    depth: usize,
    item: Option<Item>,
    done: bool,
}

/// An item that is being read.
struct Item {
    row: Row,
    depth: usize,
    field: Option<(Field, String)>,
    bytes: usize,
    wrong: Option<String>,
}

impl<R: Read> Feed<R> {
    pub(super) fn open(text: BufReader<R>) -> Self {
        let mut reader = Reader::from_reader(Bounded { inner: text, left: 0, line: 1 });
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        // Many write `&` for itself.
        config.allow_dangling_amp = true;
        Self { reader, event: Vec::new(), depth: 0, item: None, done: false }
    }

    /// Takes the next event in; the item, when it ends with it.
    fn step(&mut self) -> Result<Option<Item>, FileError> {
        self.reader.get_mut().left = MOST_OF_A_ROW;
        self.event.clear();
        let line = self.reader.get_ref().line;
        let event = self
            .reader
            .read_event_into(&mut self.event)
            .map_err(|error| FileError(format!("line {line}: this is no XML that can be read: {error}")))?;
        match event {
            Event::DocType(_) => {
                return Err(FileError("the feed has a DOCTYPE, which is never read; send it without".into()));
            }
            Event::Start(start) => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    return Err(FileError(format!(
                        "line {line}: the elements stand too deep in one another"
                    )));
                }
                match &mut self.item {
                    Some(item) if self.depth == item.depth + 1 => item.begin_field(&start),
                    Some(_) => {}
                    None if matches!(start.local_name().as_ref(), "item" | "entry") => {
                        self.item = Some(Item::new(line, self.depth));
                    }
                    None => {}
                }
            }
            Event::End(_) => {
                let depth = self.depth;
                self.depth = depth.saturating_sub(1);
                if self.item.as_ref().is_some_and(|item| item.depth == depth) {
                    return Ok(self.item.take());
                }
                if let Some(item) = self.item.as_mut().filter(|item| item.depth + 1 == depth)
                    && let Some((field, text)) = item.field.take()
                {
                    item.row.put(field, &text);
                }
            }
            Event::Text(text) => say(&mut self.item, self.depth, &text.xml10_content()),
            Event::CData(text) => say(&mut self.item, self.depth, &text.xml10_content()),
            Event::GeneralRef(reference) => {
                let name = reference.xml10_content();
                let char = reference.resolve_char_ref().ok().flatten();
                match (char, resolve_predefined_entity(&name)) {
                    (Some(char), _) => say(&mut self.item, self.depth, char.encode_utf8(&mut [0; 4])),
                    (_, Some(text)) => say(&mut self.item, self.depth, text),
                    _ => {
                        if let Some(item) = &mut self.item {
                            let name: String = name.chars().take(40).collect();
                            item.wrong = Some(format!(
                                "`&{name};` is no character of XML; write the character itself"
                            ));
                        }
                    }
                }
            }
            Event::Eof => self.done = true,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
        }
        Ok(None)
    }
}

/// Takes text in, for the field that is open.
fn say(item: &mut Option<Item>, depth: usize, text: &str) {
    let Some(item) = item.as_mut().filter(|item| item.depth + 1 == depth) else { return };
    item.bytes += text.len();
    if item.bytes > MOST_OF_A_ROW {
        item.wrong = Some("the item is longer than 64 KB".into());
    } else if let Some((_, said)) = &mut item.field {
        said.push_str(text);
    }
}

impl Item {
    fn new(line: u64, depth: usize) -> Self {
        Self { row: Row::new(line), depth, field: None, bytes: 0, wrong: None }
    }

    fn begin_field(&mut self, start: &BytesStart<'_>) {
        self.field = Field::of(start.local_name().as_ref()).map(|field| (field, String::new()));
        // Atom's links are attributes.
        if let Some((Field::Link, text)) = &mut self.field {
            let value = |name: &str| {
                let found = start.attributes().flatten().find(|one| one.key.local_name().as_ref() == name)?;
                quick_xml::escape::unescape(&found.value).ok().map(|value| value.into_owned())
            };
            if let Some(href) = value("href").filter(|href| href.len() <= 4096) {
                match value("rel").as_deref() {
                    None | Some("alternate") => *text = href,
                    Some(_) => self.field = None,
                }
            }
        }
    }
}

impl<R: Read> Rows for Feed<R> {
    fn next_row(&mut self) -> Result<Option<Result<Row, RowError>>, FileError> {
        while !self.done {
            if let Some(item) = self.step()? {
                return Ok(Some(match item.wrong {
                    Some(sentence) => Err(item.row.error(None, sentence)),
                    None => Ok(item.row),
                }));
            }
        }
        if self.depth > 0 {
            return Err(FileError("the feed breaks off: not all of its elements end".into()));
        }
        Ok(None)
    }
}

/// Counts lines, and gives no more than is left: one piece of XML must not fill the memory.
struct Bounded<R> {
    inner: BufReader<R>,
    left: usize,
    line: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let block = self.fill_buf()?;
        let taken = block.len().min(into.len());
        into[..taken].copy_from_slice(&block[..taken]);
        self.consume(taken);
        Ok(taken)
    }
}

impl<R: Read> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let block = self.inner.fill_buf()?;
        if self.left == 0 && !block.is_empty() {
            return Err(io::Error::other("a piece of it is longer than 64 KB"));
        }
        Ok(&block[..block.len().min(self.left)])
    }

    fn consume(&mut self, bytes: usize) {
        let block = self.inner.buffer();
        let taken = &block[..bytes.min(block.len())];
        self.line += taken.iter().map(|byte| u64::from(*byte == b'\n')).sum::<u64>();
        self.left = self.left.saturating_sub(bytes);
        self.inner.consume(bytes);
    }
}
