//! Who acts, and the one table of what each role may do.

use vitrine_protocol::{OrgId, Role, SessionId, ShowId, UserId, ViewerId};

/// Who asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// What kind of caller it is.
    pub kind: ActorKind,
    /// The organisations the caller belongs to; empty for services and viewers.
    pub memberships: Vec<Membership>,
}

/// The kinds of callers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorKind {
    /// A person with an account.
    User {
        /// The person.
        id: UserId,
        /// The session that the token named.
        session: SessionId,
        /// The person's name, as others see it.
        name: String,
    },
    /// A part of this program, for example `ingest`; it may do everything.
    Service(&'static str),
    /// A shopper who watches one show.
    Viewer {
        /// The shopper.
        id: ViewerId,
        /// The show's organisation.
        org: OrgId,
        /// The show.
        show: ShowId,
    },
}

/// A place in an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The organisation.
    pub org: OrgId,
    /// The role there.
    pub role: Role,
}

/// Why an act was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The caller is no member: the answer is the one for a thing that does not exist.
    #[error("not a member of the organisation")]
    Stranger,
    /// The caller's role does not allow it.
    #[error("the role does not allow {0:?}")]
    Role(Permission),
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident: $($role:ident)|+;)*) => {
        /// What can be allowed. The roles that may do it stand beside each in the source.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Permission { $($(#[$doc])* $name,)* }

        impl Permission {
            /// Every permission.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Whether `role` may do it.
            #[must_use]
            pub fn allowed_for(self, role: Role) -> bool {
                match self { $(Self::$name => matches!(role, $(Role::$role)|+),)* }
            }
        }
    };
}

permissions! {
    /// See the organisation and its members.
    ViewOrganization: Owner | Host | Moderator;
    /// Add, change and remove members.
    ManageMembers: Owner;
    /// See products and coupons.
    ViewCatalog: Owner | Host | Moderator;
    /// Change products and coupons.
    EditCatalog: Owner | Host;
    /// Import lists of products, and see what became of them.
    ImportCatalog: Owner | Host;
    /// See orders.
    ViewOrders: Owner | Host;
    /// Record orders of the shop.
    RecordOrders: Owner | Host;
    /// See shows and their timelines.
    ViewShows: Owner | Host | Moderator;
    /// Create, change and delete shows and their line-ups.
    EditShows: Owner | Host;
    /// Put shows on air and end them.
    RunShows: Owner | Host;
    /// Make and revoke publish keys.
    ManagePublishKeys: Owner | Host;
    /// Pin products and coupons.
    Highlight: Owner | Host;
    /// Speak in the chat under the shop's name.
    SpeakInChat: Owner | Host | Moderator;
    /// Remove messages and ban viewers.
    ModerateChat: Owner | Host | Moderator;
    /// See work that failed for good, and have it tried again.
    ManageJobs: Owner;
}

impl Actor {
    /// A part of this program.
    #[must_use]
    pub fn service(name: &'static str) -> Self {
        Self { kind: ActorKind::Service(name), memberships: Vec::new() }
    }

    /// Asks for `permission` in `org`. Call it before anything is loaded.
    ///
    /// # Errors
    /// [`Denied::Stranger`] for those who do not belong there, [`Denied::Role`] for a role that may not.
    pub fn require(&self, permission: Permission, org: OrgId) -> Result<(), Denied> {
        match self.kind {
            ActorKind::Service(_) => Ok(()),
            ActorKind::Viewer { .. } => Err(Denied::Stranger),
            ActorKind::User { .. } => match self.role_in(org) {
                None => Err(Denied::Stranger),
                Some(role) if permission.allowed_for(role) => Ok(()),
                Some(_) => Err(Denied::Role(permission)),
            },
        }
    }

    /// The caller's role in `org`, if it is a member.
    #[must_use]
    pub fn role_in(&self, org: OrgId) -> Option<Role> {
        self.memberships.iter().find(|membership| membership.org == org).map(|membership| membership.role)
    }

    /// The person, when the caller is one.
    #[must_use]
    pub fn user(&self) -> Option<UserId> {
        match self.kind {
            ActorKind::User { id, .. } => Some(id),
            _ => None,
        }
    }
}

impl std::fmt::Display for Actor {
    /// `user:ID`, `service:NAME` or `viewer:ID`, as facts keep it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            ActorKind::User { id, .. } => write!(f, "user:{id}"),
            ActorKind::Service(name) => write!(f, "service:{name}"),
            ActorKind::Viewer { id, .. } => write!(f, "viewer:{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(org: OrgId, role: Role) -> Actor {
        let kind = ActorKind::User { id: UserId::new(), session: SessionId::new(), name: "Ada".into() };
        Actor { kind, memberships: vec![Membership { org, role }] }
    }

    #[test]
    fn a_stranger_is_never_told_about_roles() {
        let actor = member(OrgId::new(), Role::Owner);
        for permission in Permission::ALL {
            assert_eq!(actor.require(*permission, OrgId::new()), Err(Denied::Stranger));
        }
    }

    #[test]
    fn an_owner_may_everything_and_a_moderator_only_keeps_the_chat() {
        let org = OrgId::new();
        for permission in Permission::ALL {
            assert_eq!(member(org, Role::Owner).require(*permission, org), Ok(()));
        }
        let moderator = member(org, Role::Moderator);
        assert_eq!(moderator.require(Permission::ModerateChat, org), Ok(()));
        for permission in [Permission::RunShows, Permission::ManagePublishKeys, Permission::ManageMembers] {
            assert_eq!(moderator.require(permission, org), Err(Denied::Role(permission)));
        }
    }

    #[test]
    fn only_owners_manage_members() {
        assert!(!Permission::ManageMembers.allowed_for(Role::Host));
        assert!(Permission::RunShows.allowed_for(Role::Host));
    }

    #[test]
    fn a_viewer_is_a_stranger_even_in_its_own_shop() {
        let org = OrgId::new();
        let kind = ActorKind::Viewer { id: ViewerId::new(), org, show: ShowId::new() };
        let viewer = Actor { kind, memberships: Vec::new() };
        assert_eq!(viewer.require(Permission::ViewShows, org), Err(Denied::Stranger));
    }
}
