//! The states of a show and the roles of people, in the words both sides use.

use serde::{Deserialize, Serialize};

/// Where a show is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum ShowState {
    /// Being prepared; nobody outside the organisation sees it.
    Draft,
    /// Announced to shoppers.
    Scheduled,
    /// On air.
    Live,
    /// On air, but the publisher is away; viewers stay.
    Interrupted,
    /// Over.
    Ended,
}

impl ShowState {
    /// The word on the wire and in SQL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Scheduled => "scheduled",
            Self::Live => "live",
            Self::Interrupted => "interrupted",
            Self::Ended => "ended",
        }
    }

    /// Whether shoppers can watch it now.
    #[must_use]
    pub fn on_air(self) -> bool {
        matches!(self, Self::Live | Self::Interrupted)
    }
}

impl std::str::FromStr for ShowState {
    type Err = UnknownWord;
    fn from_str(word: &str) -> Result<Self, UnknownWord> {
        [Self::Draft, Self::Scheduled, Self::Live, Self::Interrupted, Self::Ended]
            .into_iter()
            .find(|state| state.as_str() == word)
            .ok_or(UnknownWord)
    }
}

/// What a member of an organisation may do there, in broad strokes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "specta", derive(specta::Type))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Everything, the organisation's end included.
    Owner,
    /// Everything but that.
    Admin,
    /// Runs shows and the catalogue.
    Host,
    /// Keeps the chat in order.
    Moderator,
    /// Reads all of it and changes nothing.
    Analyst,
    /// What the organisation put together itself.
    Custom,
    /// A role of a later version, which this one does not know: it may nothing.
    Unknown,
}

impl<'de> Deserialize<'de> for Role {
    fn deserialize<D: serde::Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        Ok(Self::of(&std::borrow::Cow::<str>::deserialize(de)?))
    }
}

impl Role {
    /// Every role that has a name here.
    pub const ALL: [Self; 6] =
        [Self::Owner, Self::Admin, Self::Host, Self::Moderator, Self::Analyst, Self::Custom];

    /// The word on the wire and in SQL.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Host => "host",
            Self::Moderator => "moderator",
            Self::Analyst => "analyst",
            Self::Custom => "custom",
            Self::Unknown => "unknown",
        }
    }

    /// The role of a word; [`Role::Unknown`] for one of a later version.
    #[must_use]
    pub fn of(word: &str) -> Self {
        Self::ALL.into_iter().find(|role| role.as_str() == word).unwrap_or(Self::Unknown)
    }
}

/// A stored word that this version does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown word")]
pub struct UnknownWord;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_sql_and_on_the_wire_agree() {
        for state in [
            ShowState::Draft,
            ShowState::Scheduled,
            ShowState::Live,
            ShowState::Interrupted,
            ShowState::Ended,
        ] {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
            assert_eq!(state.as_str().parse::<ShowState>().unwrap(), state);
        }
        for role in Role::ALL {
            assert_eq!(serde_json::to_value(role).unwrap(), role.as_str());
            assert_eq!(Role::of(role.as_str()), role);
        }
    }

    #[test]
    fn a_role_of_a_later_version_is_read_and_may_nothing() {
        assert_eq!(serde_json::from_str::<Role>("\"wizard\"").unwrap(), Role::Unknown);
        assert_eq!(Role::of("wizard"), Role::Unknown);
    }
}
