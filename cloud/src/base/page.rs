//! A list in pages.

use serde::{Deserialize, Serialize};

use super::Invalid;

/// One page of a list.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Send it as `after` to get the next page; null on the last.
    pub next: Option<String>,
}

/// How a list is asked for.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// The `next` of the page before.
    pub after: Option<String>,
    /// How many items at most: 1 to 200, 50 when not said; more than 200 are 200.
    pub limit: Option<u32>,
}

impl PageQuery {
    /// Where the page begins.
    ///
    /// # Errors
    /// `after` is none that an earlier page gave.
    pub fn after<K: std::str::FromStr>(&self) -> Result<Option<K>, Invalid> {
        let bad = |_| Invalid::new("`after` takes the `next` of an earlier page");
        self.after.as_deref().map(|text| text.parse().map_err(bad)).transpose()
    }

    /// How many items to load.
    #[must_use]
    pub fn limit(&self) -> i64 {
        i64::from(self.limit.unwrap_or(50).clamp(1, 200))
    }
}

impl<T> Page<T> {
    /// A page out of `items`, of which one more than `limit` was loaded to know whether there is a next.
    pub fn cut(mut items: Vec<T>, limit: i64, key: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(0);
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(key) } else { None };
        Self { items, next }
    }

    /// The same page with other items.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(f).collect(), next: self.next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_page_has_no_next() {
        assert_eq!(Page::cut(vec![1, 2], 2, i32::to_string).next, None);
        let page = Page::cut(vec![1, 2, 3], 2, i32::to_string);
        assert_eq!((page.items, page.next), (vec![1, 2], Some("2".to_owned())));
    }
}
