//! SQL of the names of what was done something to.

use std::collections::{BTreeSet, HashMap};

use vitrine_protocol::OrgId;

use crate::db::{Db, DbError};
use crate::events::Event;
use crate::on;

/// A thing that has a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::org) struct Subject {
    kind: &'static str,
    id: String,
}

/// Where each kind has its name, in SQL; people are of no organisation alone.
const NAMES: [(&str, &str); 8] = [
    ("user", "SELECT 'user:' || id, name FROM users WHERE id IN (''"),
    ("role", "SELECT 'role:' || id, name FROM org_roles WHERE org_id = $1 AND id IN (''"),
    ("key", "SELECT 'key:' || id, name FROM api_keys WHERE org_id = $1 AND id IN (''"),
    ("invitation", "SELECT 'invitation:' || id, email FROM invitations WHERE org_id = $1 AND id IN (''"),
    ("webhook", "SELECT 'webhook:' || id, url FROM webhooks WHERE org_id = $1 AND id IN (''"),
    ("product", "SELECT 'product:' || id, title FROM products WHERE org_id = $1 AND id IN (''"),
    ("coupon", "SELECT 'coupon:' || id, code FROM coupons WHERE org_id = $1 AND id IN (''"),
    ("show", "SELECT 'show:' || id, title FROM shows WHERE org_id = $1 AND id IN (''"),
];

impl Subject {
    /// What a fact was done to.
    pub(in crate::org) fn of(event: &Event) -> Option<Self> {
        let (kind, id) = match event {
            Event::MemberAdded { user, .. }
            | Event::MemberRoleChanged { user, .. }
            | Event::MemberRemoved { user }
            | Event::OwnershipTransferred { to: user, .. } => ("user", user.to_string()),
            Event::MemberInvited { invitation, .. } | Event::InvitationRevoked { invitation } => {
                ("invitation", invitation.to_string())
            }
            Event::RoleCreated { role } | Event::RoleChanged { role } | Event::RoleDeleted { role } => {
                ("role", role.to_string())
            }
            Event::ApiKeyCreated { key } | Event::ApiKeyRevoked { key } => ("key", key.to_string()),
            Event::WebhookCreated { webhook }
            | Event::WebhookChanged { webhook }
            | Event::WebhookDeleted { webhook }
            | Event::WebhookSwitchedOff { webhook } => ("webhook", webhook.to_string()),
            Event::ProductCreated { product }
            | Event::ProductChanged { product }
            | Event::ProductHidden { product }
            | Event::ProductRemoved { product }
            | Event::StockChanged { product, .. } => ("product", product.to_string()),
            Event::CouponCreated { coupon } | Event::CouponChanged { coupon } => {
                ("coupon", coupon.to_string())
            }
            Event::ShowCreated { show }
            | Event::ShowChanged { show }
            | Event::ShowDeleted { show }
            | Event::LineupChanged { show }
            | Event::PublishKeyIssued { show }
            | Event::PublishKeyRevoked { show }
            | Event::ShowWentLive { show, .. }
            | Event::ShowEnded { show, .. }
            | Event::HighlightShown { show, .. }
            | Event::HighlightCleared { show, .. }
            | Event::MessageRemoved { show, .. }
            | Event::ViewerBanned { show, .. }
            | Event::ViewerUnbanned { show, .. } => ("show", show.to_string()),
            _ => return None,
        };
        Some(Self { kind, id })
    }

    fn key(&self) -> String {
        format!("{}:{}", self.kind, self.id)
    }

    /// Its name among those that were found.
    pub(in crate::org) fn name_in(&self, names: &HashMap<String, String>) -> Option<String> {
        names.get(&self.key()).cloned()
    }
}

/// The names that subjects have now; of what is gone, none.
pub(in crate::org) async fn names_of_subjects(
    db: &Db,
    org: OrgId,
    subjects: &BTreeSet<Subject>,
) -> Result<HashMap<String, String>, DbError> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(String, String)> = on!(db, c => {
        let (mut query, mut any) = (sqlx::QueryBuilder::new(""), false);
        for (kind, select) in NAMES {
            let ids: Vec<_> = subjects.iter().filter(|one| one.kind == kind).collect();
            if ids.is_empty() {
                continue;
            }
            if any {
                query.push(" UNION ALL ");
            }
            any = true;
            match select.split_once("$1") {
                Some((before, after)) => query.push(before).push_bind(org).push(after),
                None => query.push(select),
            };
            for one in ids {
                query.push(", ").push_bind(one.id.clone());
            }
            query.push(")");
        }
        query.build_query_as().fetch_all(c).await
    })?;
    Ok(rows.into_iter().collect())
}
