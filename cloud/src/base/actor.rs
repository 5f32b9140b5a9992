//! Who acts, and where they may do what.

use vitrine_protocol::{ApiKeyId, OrgId, Permission, Permissions, Role, SessionId, ShowId, UserId, ViewerId};

/// Who asks for something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// What kind of caller it is.
    pub kind: ActorKind,
    /// The organisations the caller belongs to; empty for services and viewers.
    pub memberships: Vec<Membership>,
    /// Whether it is a person who runs this cloud.
    pub operator: bool,
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
    /// A server of the shop, with an API key of its organisation.
    Key(ApiKeyId),
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
    /// The role there; [`Role::Custom`] for an API key.
    pub role: Role,
    /// What may be done there.
    pub permissions: Permissions,
    /// Whether the operator suspended the organisation: then nothing may be changed there.
    pub suspended: bool,
}

impl Membership {
    /// A place with what the role brings by itself.
    #[must_use]
    pub fn new(org: OrgId, role: Role) -> Self {
        Self { org, role, permissions: Permissions::of(role), suspended: false }
    }
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
    /// The caller's key does not allow it.
    #[error("the key does not allow {0:?}")]
    Key(Permission),
    /// Only whoever runs this cloud may.
    #[error("only an operator may")]
    NotOperator,
    /// The operator suspended the organisation.
    #[error("the organisation is suspended")]
    Suspended,
}

impl Actor {
    /// A part of this program.
    #[must_use]
    pub fn service(name: &'static str) -> Self {
        Self { kind: ActorKind::Service(name), memberships: Vec::new(), operator: false }
    }

    /// Asks for `permission` in `org`. Call it before anything is loaded.
    ///
    /// # Errors
    /// [`Denied::Stranger`] for those who do not belong there, [`Denied::Role`] and [`Denied::Key`] for who may not, [`Denied::Suspended`] for what is more than to
    /// look and to take away.
    pub fn require(&self, permission: Permission, org: OrgId) -> Result<(), Denied> {
        self.require_to_end(permission, org)?;
        match self.membership(org) {
            Some(one) if one.suspended && !permission.stays_when_suspended() => Err(Denied::Suspended),
            _ => Ok(()),
        }
    }

    /// The same for an act that only ends or takes away, or that writes down what happened elsewhere (an order that was paid): it is
    /// done in a suspended organisation too, whose shows and payments may still go on.
    ///
    /// # Errors
    /// [`Denied::Stranger`]; [`Denied::Role`]; [`Denied::Key`].
    pub fn require_to_end(&self, permission: Permission, org: OrgId) -> Result<(), Denied> {
        match self.kind {
            ActorKind::Service(_) => Ok(()),
            ActorKind::Viewer { .. } => Err(Denied::Stranger),
            ActorKind::User { .. } | ActorKind::Key(_) => match self.membership(org) {
                None => Err(Denied::Stranger),
                Some(one) if one.permissions.has(permission) => Ok(()),
                Some(_) if matches!(self.kind, ActorKind::Key(_)) => Err(Denied::Key(permission)),
                Some(_) => Err(Denied::Role(permission)),
            },
        }
    }

    /// Asks whether the caller runs this cloud. Call it before anything is loaded.
    ///
    /// # Errors
    /// [`Denied::NotOperator`].
    pub fn require_operator(&self) -> Result<(), Denied> {
        let may = match self.kind {
            ActorKind::Service(_) => true,
            ActorKind::User { .. } => self.operator,
            ActorKind::Key(_) | ActorKind::Viewer { .. } => false,
        };
        if may { Ok(()) } else { Err(Denied::NotOperator) }
    }

    /// What the caller may do in `org`.
    #[must_use]
    pub fn permissions_in(&self, org: OrgId) -> Permissions {
        match self.kind {
            ActorKind::Service(_) => Permission::ALL.iter().copied().collect(),
            _ => self.membership(org).map_or(Permissions::NONE, |one| one.permissions),
        }
    }

    fn membership(&self, org: OrgId) -> Option<&Membership> {
        self.memberships.iter().find(|membership| membership.org == org)
    }

    /// The caller's role in `org`, if it is a member.
    #[must_use]
    pub fn role_in(&self, org: OrgId) -> Option<Role> {
        self.membership(org).map(|membership| membership.role)
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
    /// `user:ID`, `key:ID`, `service:NAME` or `viewer:ID`, as facts keep it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.kind {
            ActorKind::User { id, .. } => write!(f, "user:{id}"),
            ActorKind::Key(id) => write!(f, "key:{id}"),
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
        Actor { kind, memberships: vec![Membership::new(org, role)], operator: false }
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
    fn a_key_may_what_it_was_given_and_nothing_else() {
        let (org, scope) = (OrgId::new(), [Permission::RecordOrders].into_iter().collect());
        let membership = Membership { org, role: Role::Custom, permissions: scope, suspended: false };
        let key =
            Actor { kind: ActorKind::Key(ApiKeyId::new()), memberships: vec![membership], operator: false };
        assert_eq!(key.require(Permission::RecordOrders, org), Ok(()));
        assert_eq!(key.require(Permission::ViewOrders, org), Err(Denied::Key(Permission::ViewOrders)));
        assert_eq!(key.require(Permission::RecordOrders, OrgId::new()), Err(Denied::Stranger));
    }

    #[test]
    fn in_a_suspended_organisation_people_look_and_end_things_and_begin_nothing() {
        let org = OrgId::new();
        let mut actor = member(org, Role::Owner);
        actor.memberships[0].suspended = true;
        assert_eq!(actor.require(Permission::ViewShows, org), Ok(()));
        assert_eq!(actor.require(Permission::ViewAudit, org), Ok(()));
        for permission in [Permission::ModerateChat, Permission::RefundOrders] {
            assert_eq!(actor.require(permission, org), Ok(()), "{permission:?}");
        }
        for permission in Permission::ALL.iter().copied().filter(|one| !one.stays_when_suspended()) {
            assert_eq!(actor.require(permission, org), Err(Denied::Suspended), "{permission:?}");
            assert_eq!(actor.require_to_end(permission, org), Ok(()), "{permission:?}");
        }
        assert_eq!(actor.require_to_end(Permission::RunShows, OrgId::new()), Err(Denied::Stranger));
        let mut moderator = member(org, Role::Moderator);
        moderator.memberships[0].suspended = true;
        assert_eq!(
            moderator.require_to_end(Permission::RunShows, org),
            Err(Denied::Role(Permission::RunShows))
        );
        assert!(!Permission::RecordOrders.reads() && Permission::ViewOrders.reads());
    }

    #[test]
    fn no_role_makes_an_operator_and_being_one_opens_no_organisation() {
        let org = OrgId::new();
        let mut actor = member(org, Role::Owner);
        assert_eq!(actor.require_operator(), Err(Denied::NotOperator));
        actor.operator = true;
        assert_eq!(actor.require_operator(), Ok(()));
        assert_eq!(actor.require(Permission::ViewShows, OrgId::new()), Err(Denied::Stranger));
        actor.kind = ActorKind::Key(ApiKeyId::new());
        assert_eq!(actor.require_operator(), Err(Denied::NotOperator), "a key is nobody");
    }

    #[test]
    fn a_viewer_is_a_stranger_even_in_its_own_shop() {
        let org = OrgId::new();
        let kind = ActorKind::Viewer { id: ViewerId::new(), org, show: ShowId::new() };
        let viewer = Actor { kind, memberships: Vec::new(), operator: false };
        assert_eq!(viewer.require(Permission::ViewShows, org), Err(Denied::Stranger));
    }
}
