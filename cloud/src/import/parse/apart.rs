//! Rows of one product that stand apart in a list: feeds are sorted by price or by the last change as often as by product. A
//! first pass counts how often each name comes again, the second puts together what belongs together.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash as _, Hasher as _};

use super::count::counts;
use super::group::{MOST_PRODUCTS, MOST_ROWS, is_grouped, key};
use super::marks::Marks;
use super::{Field, NOBODY, Row, RowError, Rows};

/// Bytes of rows that wait for others of their products.
const MOST_HELD: usize = 48 * 1024 * 1024;

/// Rows of a product that stand one after the other.
pub(super) struct Part {
    /// Those that are kept, one at least.
    pub(super) rows: Vec<Row>,
    /// How many there were.
    pub(super) count: u64,
    /// What is wrong with some.
    pub(super) errors: Vec<RowError>,
}

/// What is to be done with a part.
pub(super) enum Next {
    /// More of its product comes: it is kept until then.
    Wait,
    /// It is all that the list says of its product.
    Whole(Part),
    /// The list says more of its product elsewhere, and it is not to be put together.
    OneOfSeveral(Part),
    /// What was put together until now, when no more can be kept.
    TooFar(Part),
}

/// What comes of a product that has not come yet.
struct Left {
    parts: u32,
    is_grouped: bool,
}

/// Products of which the list says something in several places.
#[derive(Default)]
pub(super) struct Apart {
    left: HashMap<u64, Left>,
    held: HashMap<u64, (String, Part)>,
    bytes: usize,
    /// What the marks in its amounts stand for.
    pub(super) marks: Marks,
    /// Whether any row says anything of pieces.
    pub(super) counts: bool,
}

pub(super) fn hash_of(key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

impl Apart {
    /// Reads all rows, and keeps of them which names come more than once, and what only all of them show.
    pub(super) fn find(rows: &mut dyn Rows, mut marks: Marks) -> Self {
        let mut has_counts = false;
        let mut left: HashMap<u64, Left> = HashMap::new();
        let mut run = None;
        // What ends the list here ends it in the second pass, too.
        while let Ok(Some(row)) = rows.next_row() {
            let Ok(row) = row else { continue };
            marks.learn(&row);
            has_counts = has_counts || counts(&row);
            let Ok(key) = key(&row) else { continue };
            let is_grouped = is_grouped(&row);
            let hash = hash_of(&key);
            if run == Some(hash) {
                continue;
            }
            let of_key = left.entry(hash).or_insert(Left { parts: 0, is_grouped: true });
            of_key.parts += 1;
            of_key.is_grouped &= is_grouped;
            run = Some(hash).filter(|_| is_grouped);
            if left.len() > MOST_PRODUCTS {
                break;
            }
        }
        left.retain(|_, left| left.parts > 1);
        left.shrink_to_fit();
        Self { left, marks, counts: has_counts, ..Self::default() }
    }

    /// Adds a part to those of its product that were before it.
    pub(super) fn add(&mut self, key: &str, mut part: Part) -> Next {
        let hash = hash_of(key);
        let Some(left) = self.left.get_mut(&hash) else { return Next::Whole(part) };
        left.parts = left.parts.saturating_sub(1);
        if !left.is_grouped {
            return Next::OneOfSeveral(part);
        }
        if let Some((_, mut before)) = self.held.remove(&hash) {
            self.bytes = self.bytes.saturating_sub(before.bytes());
            before.add(part);
            part = before;
        }
        if left.parts == 0 {
            return Next::Whole(part);
        }
        self.bytes += part.bytes();
        if self.bytes > MOST_HELD {
            self.bytes -= part.bytes();
            left.is_grouped = false;
            return Next::TooFar(part);
        }
        self.held.insert(hash, (key.to_owned(), part));
        Next::Wait
    }

    /// One of those whose other rows did not come.
    pub(super) fn rest(&mut self) -> Option<(String, Part)> {
        let hash = *self.held.keys().next()?;
        self.held.remove(&hash)
    }
}

impl Part {
    /// Puts a later part behind it. What is said of the product counts where it is said first.
    fn add(&mut self, later: Self) {
        const ONCE: [Field; 5] =
            [Field::Title, Field::Description, Field::DescriptionHtml, Field::Link, Field::Tags];
        let said =
            ONCE.map(|field| self.rows.iter().any(|row| row.get(field).is_some_and(|said| said != NOBODY)));
        for mut row in later.rows {
            if self.rows.len() >= MOST_ROWS {
                break;
            }
            row.values.retain(|(field, _)| !ONCE.iter().zip(said).any(|(once, said)| said && once == field));
            self.rows.push(row);
        }
        self.count += later.count;
        self.errors.extend(later.errors);
        self.errors.truncate(MOST_ROWS);
    }

    fn bytes(&self) -> usize {
        let values = self.rows.iter().flat_map(|row| &row.values);
        let values: usize = values.map(|value| size_of_val(value) + value.1.capacity()).sum();
        let locals = self.rows.iter().flat_map(|row| &row.locals);
        let locals: usize = locals.map(|value| size_of_val(value) + value.1.capacity()).sum();
        let errors: usize = self.errors.iter().map(|error| size_of_val(error) + error.sentence.len()).sum();
        values + locals + errors + self.rows.len() * size_of::<Row>()
    }
}
