//! What a plan limits.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

macro_rules! limits {
    ($($(#[$doc:meta])* $name:ident $field:ident: $what:literal;)*) => {
        /// One thing that a plan limits.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum Limit { $($(#[$doc])* $name,)* }

        impl Limit {
            /// Every limit.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word on the wire and in SQL.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => stringify!($field),)* }
            }

            /// What is counted, in English, after its number.
            #[must_use]
            pub fn what(self) -> &'static str {
                match self { $(Self::$name => $what,)* }
            }
        }

        /// How much of each thing there may be. What is null has no limit.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(default)]
        pub struct Limits { $($(#[$doc])* pub $field: Option<i64>,)* }

        impl Limits {
            /// How much there may be of one thing; `None` is without limit.
            #[must_use]
            pub fn get(&self, limit: Limit) -> Option<i64> {
                match limit { $(Limit::$name => self.$field,)* }
            }

            pub(super) fn get_mut(&mut self, limit: Limit) -> &mut Option<i64> {
                match limit { $(Limit::$name => &mut self.$field,)* }
            }
        }
    };
}

limits! {
    /// Shows of a calendar month (UTC): those that were made in it, and those that went on air.
    ShowsAMonth shows_a_month: "shows a month";
    /// Shows on air at the same time.
    ConcurrentShows concurrent_shows: "shows at a time";
    /// The height in pixels (the shorter side) of the largest picture that viewers can choose. It is fixed for a show when its encoder
    /// connects and it is not on air.
    LadderTop ladder_top: "pixels of height";
    /// Minutes on air in a calendar month (UTC).
    MinutesAMonth minutes_a_month: "minutes on air a month";
    /// Viewers at the same time, over all shows, counted where they are connected to the chat.
    Viewers viewers: "viewers at a time";
    /// Days for which recordings are kept after their show. When they become fewer, the longer time holds for another 14 days.
    RetentionDays retention_days: "days of recordings";
    /// Members, those who are invited among them.
    Seats seats: "members";
    /// Products of the catalogue.
    Products products: "products";
    /// Bytes of pictures.
    BlobBytes blob_bytes: "bytes of pictures";
}

impl Limits {
    /// The same with `by` more of one thing; without limit it stays.
    #[must_use]
    pub fn raised(mut self, limit: Limit, by: i64) -> Self {
        if let Some(allowed) = self.get_mut(limit) {
            *allowed = allowed.saturating_add(by);
        }
        self
    }

    /// What is used more of than `allowed`; `self` is what is used.
    #[must_use]
    pub fn over(&self, allowed: &Self) -> Vec<Limit> {
        let more =
            |limit: &Limit| self.get(*limit).zip(allowed.get(*limit)).is_some_and(|(used, most)| used > most);
        Limit::ALL.iter().copied().filter(more).collect()
    }

    /// What `self` has less of than `other`.
    #[must_use]
    pub fn below(&self, other: &Self) -> Vec<Limit> {
        let less = |limit: &Limit| match (self.get(*limit), other.get(*limit)) {
            (Some(here), Some(there)) => here < there,
            (here, there) => here.is_some() && there.is_none(),
        };
        Limit::ALL.iter().copied().filter(less).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_that_is_not_set_is_none_and_one_of_a_later_version_is_passed_over() {
        let read: Limits = serde_json::from_str(r#"{"seats": 3, "moons": 1}"#).unwrap();
        assert_eq!((read.get(Limit::Seats), read.get(Limit::Viewers)), (Some(3), None));
        for limit in Limit::ALL {
            assert_eq!(serde_json::to_value(limit).unwrap(), limit.as_str());
        }
    }

    #[test]
    fn an_add_on_raises_what_is_limited_only() {
        let limits = Limits { seats: Some(3), ..Limits::default() };
        assert_eq!(limits.raised(Limit::Seats, 5).seats, Some(8));
        assert_eq!(limits.raised(Limit::Viewers, 5).viewers, None, "without limit stays without");
    }

    #[test]
    fn what_is_less_is_named() {
        let (small, large) =
            (Limits { seats: Some(3), viewers: Some(9), ..Limits::default() }, Limits::default());
        assert_eq!(small.below(&large), [Limit::Viewers, Limit::Seats]);
        assert_eq!(large.below(&small), []);
    }
}
