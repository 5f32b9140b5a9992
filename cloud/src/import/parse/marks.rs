//! What the marks in amounts stand for. Three digits behind one mark are thousands or places: the format says which, or the other
//! prices of the list do, or nobody. What was found out goes with the text, behind it.

use vitrine_protocol::Currency;

use super::{Field, Row};

/// Fields that hold amounts.
const AMOUNTS: [Field; 4] = [Field::Price, Field::SalePrice, Field::CompareAt, Field::Stock];
/// Those of them that are money.
const PRICES: [Field; 3] = [Field::Price, Field::SalePrice, Field::CompareAt];

/// How the only mark of an amount is to be read that has three digits behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// Places of a number stand behind it.
    Decimal,
    /// It sets thousands apart.
    Thousands,
    /// Nobody knows.
    Either,
}

const READINGS: [(char, Reading); 3] =
    [('\u{2}', Reading::Decimal), ('\u{3}', Reading::Thousands), ('\u{4}', Reading::Either)];

/// An amount as it stood in the list, and how its mark is to be read.
pub(super) fn take_reading(text: &str) -> (&str, Option<Reading>) {
    let found = READINGS.iter().find_map(|(mark, reading)| Some((text.strip_suffix(*mark)?, *reading)));
    found.map_or((text.trim(), None), |(text, reading)| (text.trim(), Some(reading)))
}

/// What a list shows of its marks: which of them stand before the places of some price.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Marks {
    dot: bool,
    comma: bool,
    /// The dot never sets thousands apart, whatever else is there.
    is_google: bool,
}

/// What the digits of an amount look like.
enum Shape {
    /// This mark stands before its places.
    Places(u8),
    /// One mark with three digits behind it, and one to three before.
    Open(u8),
    Other,
}

impl Marks {
    /// Those of Google's formats: the decimal mark is the dot.
    pub(super) fn of_google() -> Self {
        Self { dot: true, comma: false, is_google: true }
    }

    /// Learns from the prices of a row.
    pub(super) fn learn(&mut self, row: &Row) {
        let prices = PRICES.iter().filter_map(|field| row.get(*field));
        let locals = row.locals.iter().filter(|(local, _)| !local.is_text()).map(|(_, text)| text.as_str());
        for text in prices.chain(locals) {
            match shape(text) {
                Shape::Places(b'.') => self.dot = true,
                Shape::Places(_) => self.comma = true,
                Shape::Open(_) | Shape::Other => {}
            }
        }
    }

    /// The text with how it is to be read behind it; None where that is plain.
    pub(super) fn settled(self, text: &str) -> Option<String> {
        // What stands in a list cannot say it.
        let is_marked = READINGS.iter().any(|(mark, _)| text.contains(*mark));
        let reading = match shape(text) {
            Shape::Open(b'.') if self.is_google => Reading::Decimal,
            Shape::Open(mark) => {
                let (own, other) = if mark == b'.' { (self.dot, self.comma) } else { (self.comma, self.dot) };
                match (own, other) {
                    (true, false) => Reading::Decimal,
                    (false, true) => Reading::Thousands,
                    (true, true) | (false, false) => Reading::Either,
                }
            }
            _ if is_marked => return Some(text.replace(READINGS.map(|(mark, _)| mark), " ")),
            _ => return None,
        };
        let mut settled = text.replace(READINGS.map(|(mark, _)| mark), " ");
        settled.extend(READINGS.iter().find(|(_, one)| *one == reading).map(|(mark, _)| mark));
        Some(settled)
    }

    /// Says of a row's amounts how they are to be read.
    pub(super) fn settle(self, row: &mut Row) {
        let amounts =
            row.values.iter_mut().filter(|(field, _)| AMOUNTS.contains(field)).map(|(_, text)| text);
        let locals = row.locals.iter_mut().filter(|(local, _)| !local.is_text()).map(|(_, text)| text);
        for text in amounts.chain(locals) {
            if let Some(settled) = self.settled(text) {
                *text = settled;
            }
        }
    }
}

fn shape(text: &str) -> Shape {
    if text.len() > 100 {
        return Shape::Other;
    }
    // Digits before the first mark, behind the last, and the marks; spaces and apostrophes set thousands apart, too.
    let (mut first, mut last, mut marks, mut kinds) = (0_usize, 0_usize, 0_usize, [false; 2]);
    let (mut mark, mut begins_with_zero) = (b'.', false);
    let bytes = text.as_bytes();
    let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    for (at, &byte) in bytes.iter().enumerate() {
        match byte {
            b'0'..=b'9' if marks == 0 => {
                begins_with_zero |= first == 0 && byte == b'0';
                first += 1;
            }
            b'0'..=b'9' => last += 1,
            // `Fr. 5` has none.
            b'.' | b',' if is_digit(at + 1) || at > 0 && is_digit(at - 1) => {
                (mark, last, marks) = (byte, 0, marks + 1);
                kinds[usize::from(byte == b',')] = true;
            }
            _ => {}
        }
    }
    match (marks, kinds) {
        (0, _) => Shape::Other,
        (1, _) if last == 3 && (1..=3).contains(&first) && !begins_with_zero => Shape::Open(mark),
        (1, _) if last == 0 => Shape::Other,
        // `12.345` of four digits and more before it is no thousand.
        (1, _) => Shape::Places(mark),
        (_, [true, true]) => Shape::Places(mark),
        // The same again sets thousands apart: the other one stands before places.
        _ => Shape::Places(if mark == b'.' { b',' } else { b'.' }),
    }
}

/// Gives a row without a currency the organisation's, unless its prices name one.
pub(super) fn add_currency(row: &mut Row, own: Currency) {
    if row.get(Field::Currency).is_some() {
        return;
    }
    let is_dollar = |code: &str| ["USD", "CAD", "AUD", "NZD", "SGD", "HKD"].contains(&code);
    let is_own = |c: char| match c {
        '$' => is_dollar(own.as_str()),
        '¥' => ["JPY", "CNY"].contains(&own.as_str()),
        '£' => own.as_str() == "GBP",
        '€' => own.as_str() == "EUR",
        c => !c.is_alphabetic(),
    };
    let mut prices = PRICES.iter().filter_map(|field| row.get(*field)).peekable();
    if prices.peek().is_some() && prices.all(|text| text.chars().all(is_own)) {
        row.values.push((Field::Currency, own.as_str().to_owned()));
    }
}
