//! What can be allowed, and the one table of which role may do it.

use serde::{Deserialize, Serialize};

use crate::Role;

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $name:ident $word:literal: $($role:ident)|+ $(, $keyed:ident)?;)*) => {
        /// What can be allowed.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[cfg_attr(feature = "specta", derive(specta::Type))]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        pub enum Permission { $($(#[doc = $doc])+ $name,)* }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The word on the wire and in SQL.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// What it lets somebody do, in a sentence.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_ascii(),)* }
            }

            /// Whether `role` may do it.
            #[must_use]
            pub fn allowed_for(self, role: Role) -> bool {
                match self { $(Self::$name => matches!(role, $(Role::$role)|+),)* }
            }

            /// Whether it is to look and to change nothing.
            #[must_use]
            pub fn reads(self) -> bool {
                self.as_str().starts_with("view_")
            }

            /// Whether it stays allowed while the operator has suspended the organisation: to look, and what does nothing but take
            /// away. Of a permission that does both, those acts that only end something ask with `Actor::require_to_end`.
            #[must_use]
            pub fn stays_when_suspended(self) -> bool {
                self.reads() || matches!(self, Self::ModerateChat | Self::RefundOrders)
            }

            /// Whether an API key can be given it: what only a person may do, no key may.
            #[must_use]
            pub fn fits_key(self) -> bool {
                match self { $(Self::$name => permissions!(@keyed $($keyed)?),)* }
            }
        }
    };
    (@keyed Keyed) => { true };
    (@keyed) => { false };
}

permissions! {
    /// See the organisation, its members and its roles.
    ViewOrganization "view_organization": Owner | Admin | Host | Moderator | Analyst, Keyed;
    /// Change the organisation's name and settings.
    EditOrganization "edit_organization": Owner | Admin;
    /// Invite members, give them roles, and let them go.
    ManageMembers "manage_members": Owner | Admin;
    /// Make, change and delete roles.
    ManageRoles "manage_roles": Owner | Admin;
    /// Make and revoke API keys.
    ManageApiKeys "manage_api_keys": Owner | Admin;
    /// See what was done, and by whom.
    ViewAudit "view_audit": Owner | Admin, Keyed;
    /// See the plan and what was used of it.
    ViewPlan "view_plan": Owner | Admin, Keyed;
    /// Choose another plan.
    ManagePlan "manage_plan": Owner;
    /// Hand the organisation to somebody else.
    TransferOwnership "transfer_ownership": Owner;
    /// See products and coupons.
    ViewCatalog "view_catalog": Owner | Admin | Host | Moderator | Analyst, Keyed;
    /// Change products.
    EditCatalog "edit_catalog": Owner | Admin | Host, Keyed;
    /// Bring in and take out whole catalogues.
    ImportCatalog "import_catalog": Owner | Admin | Host, Keyed;
    /// Count, receive and correct stock.
    ManageStock "manage_stock": Owner | Admin | Host, Keyed;
    /// Make, change and end coupons.
    EditCoupons "edit_coupons": Owner | Admin | Host, Keyed;
    /// See orders and what was earned.
    ViewOrders "view_orders": Owner | Admin | Host | Analyst, Keyed;
    /// Record orders of the shop, and hold stock back for a buyer.
    RecordOrders "record_orders": Owner | Admin | Host, Keyed;
    /// Cancel and refund orders.
    RefundOrders "refund_orders": Owner | Admin | Host, Keyed;
    /// See shows and their line-ups.
    ViewShows "view_shows": Owner | Admin | Host | Moderator | Analyst, Keyed;
    /// See what happened in a show, fact by fact.
    ViewTimeline "view_timeline": Owner | Admin | Host | Analyst, Keyed;
    /// See how a show's media is doing.
    ViewHealth "view_health": Owner | Admin | Host | Moderator | Analyst, Keyed;
    /// Create, change and delete shows and their line-ups.
    EditShows "edit_shows": Owner | Admin | Host, Keyed;
    /// Put shows on air and end them.
    RunShows "run_shows": Owner | Admin | Host, Keyed;
    /// Make and revoke publish keys.
    ManagePublishKeys "manage_publish_keys": Owner | Admin | Host, Keyed;
    /// Pin products and coupons.
    Highlight "highlight": Owner | Admin | Host, Keyed;
    /// Read the chat of a show.
    ViewChat "view_chat": Owner | Admin | Host | Moderator | Analyst, Keyed;
    /// Speak in the chat under the shop's name.
    SpeakInChat "speak_in_chat": Owner | Admin | Host | Moderator;
    /// Remove messages and ban viewers.
    ModerateChat "moderate_chat": Owner | Admin | Host | Moderator, Keyed;
    /// See work that failed for good, and have it tried again.
    ManageJobs "manage_jobs": Owner | Admin;
    /// Say which servers are told of what happens.
    ManageWebhooks "manage_webhooks": Owner | Admin;
    /// Take all data of the organisation out.
    ExportOrganization "export_organization": Owner;
    /// Have the organisation deleted.
    DeleteOrganization "delete_organization": Owner;
}

impl Permission {
    /// What somebody has to see so that they can use it: without that the screens where it is done stay shut.
    #[must_use]
    pub fn needs(self) -> Option<Self> {
        Some(match self {
            Self::EditOrganization
            | Self::ManageMembers
            | Self::ManageRoles
            | Self::ManageApiKeys
            | Self::TransferOwnership => Self::ViewOrganization,
            Self::ManagePlan => Self::ViewPlan,
            Self::EditCatalog
            | Self::ImportCatalog
            | Self::ManageStock
            | Self::EditCoupons
            | Self::RecordOrders => Self::ViewCatalog,
            Self::RefundOrders => Self::ViewOrders,
            Self::EditShows
            | Self::RunShows
            | Self::Highlight
            | Self::ManagePublishKeys
            | Self::ViewHealth
            | Self::ViewTimeline
            | Self::ViewChat => Self::ViewShows,
            Self::SpeakInChat | Self::ModerateChat => Self::ViewChat,
            _ => return None,
        })
    }
}

impl std::str::FromStr for Permission {
    type Err = crate::show::UnknownWord;
    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|one| one.as_str() == word).ok_or(crate::show::UnknownWord)
    }
}

/// A set of permissions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Permissions(u64);

impl Permissions {
    /// None.
    pub const NONE: Self = Self(0);

    /// What a role may do by itself; nothing for [`Role::Custom`], whose permissions the organisation chose.
    #[must_use]
    pub fn of(role: Role) -> Self {
        Permission::ALL.iter().copied().filter(|one| one.allowed_for(role)).collect()
    }

    /// Those of a list of words, one space between each. Words of a later version are passed over.
    #[must_use]
    pub fn read(words: &str) -> Self {
        words.split(' ').filter_map(|word| word.parse().ok()).collect()
    }

    /// As [`Permissions::read`] reads them.
    #[must_use]
    pub fn words(self) -> String {
        self.iter().map(Permission::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Whether `permission` is among them.
    #[must_use]
    pub fn has(self, permission: Permission) -> bool {
        self.0 & bit(permission) != 0
    }

    /// Whether all of these are among `others`.
    #[must_use]
    pub fn within(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    /// Those that are in both.
    #[must_use]
    pub fn and(self, others: Self) -> Self {
        Self(self.0 & others.0)
    }

    /// What is not among them and has to be, so that all of them can be used.
    #[must_use]
    pub fn lacks(self) -> Self {
        let needs = self.iter().flat_map(|one| std::iter::successors(one.needs(), |need| need.needs()));
        needs.filter(|need| !self.has(*need)).collect()
    }

    /// Each, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Permission> {
        Permission::ALL.iter().copied().filter(move |one| self.has(*one))
    }
}

fn bit(permission: Permission) -> u64 {
    1 << (permission as u8)
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(all: I) -> Self {
        Self(all.into_iter().fold(0, |set, one| set | bit(one)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_on_the_wire_is_the_word_in_sql_and_every_permission_has_a_bit() {
        assert!(Permission::ALL.len() <= 64);
        for one in Permission::ALL {
            assert_eq!(serde_json::to_string(one).unwrap(), format!("{:?}", one.as_str()));
            assert_eq!(one.as_str().parse(), Ok(*one));
        }
    }

    #[test]
    fn an_owner_may_everything_and_nobody_may_more_than_an_owner() {
        let owner = Permissions::of(Role::Owner);
        assert_eq!(owner.iter().count(), Permission::ALL.len());
        for role in [Role::Admin, Role::Host, Role::Moderator, Role::Analyst] {
            assert!(Permissions::of(role).within(owner) && Permissions::of(role) != owner, "{role:?}");
        }
        assert_eq!(Permissions::of(Role::Custom), Permissions::NONE);
        assert_eq!(Permissions::of(Role::Unknown), Permissions::NONE);
    }

    #[test]
    fn what_cannot_be_used_alone_names_what_it_needs_and_no_role_lacks_anything() {
        let of = |all: &[Permission]| all.iter().copied().collect::<Permissions>();
        assert_eq!(of(&[Permission::ManageStock]).lacks(), of(&[Permission::ViewCatalog]));
        let chat = of(&[Permission::ModerateChat]);
        assert_eq!(chat.lacks(), of(&[Permission::ViewChat, Permission::ViewShows]));
        for role in Role::ALL {
            assert_eq!(Permissions::of(role).lacks(), Permissions::NONE, "{role:?}");
        }
    }

    #[test]
    fn sets_are_kept_as_words_and_words_of_a_later_version_are_passed_over() {
        let set = Permissions::of(Role::Moderator);
        assert_eq!(Permissions::read(&set.words()), set);
        assert_eq!(
            Permissions::read("view_shows walk_on_water"),
            [Permission::ViewShows].into_iter().collect()
        );
        assert_eq!(Permissions::read(""), Permissions::NONE);
        assert!(!set.within(Permissions::of(Role::Analyst)), "an analyst keeps no chat in order");
    }

    #[test]
    fn no_key_manages_people_or_keys() {
        for one in [
            Permission::ManageMembers,
            Permission::ManageRoles,
            Permission::ManageApiKeys,
            Permission::TransferOwnership,
        ] {
            assert!(!one.fits_key(), "{one:?}");
        }
        assert!(Permission::RecordOrders.fits_key());
    }
}
