//! Members, roles and invitations.

use super::factors::{PASSWORD, enrol};
use super::links::{VERIFY, letters, orgs, token};
use super::*;
use crate::events::DeedQuery;
use crate::org::{Invited, NewInvitation, Proof, RoleDraft, SignedIn};

const INVITATION: &str = "/account/invitation";

/// An owner whose address is confirmed, and their organisation.
pub(super) async fn owner(db: &Db, orgs: &Orgs) -> (Actor, OrgId, User) {
    let signed_in = orgs.register(ada(), HOME).await.unwrap();
    let link = token(letters(db).await.last().unwrap(), VERIFY);
    orgs.verify(&link, "correct horse".into()).await.unwrap();
    let actor = orgs.authenticate(&signed_in.token).await.unwrap();
    (actor, signed_in.organizations[0].id, signed_in.user)
}

pub(super) fn new(email: &str, role: Role) -> NewInvitation {
    NewInvitation { email: email.into(), role, role_id: None, locale: None }
}

/// The token of the link that is handed on.
fn copied(invited: &Invited) -> String {
    token(&(String::new(), invited.link.clone()), INVITATION)
}

/// Somebody new comes in by a link that was handed on.
pub(super) async fn join(orgs: &Orgs, by: &Actor, org: OrgId, email: &str, role: Role) -> (Actor, User) {
    let invited = orgs.invite(by, org, new(email, role)).await.unwrap();
    let signed_in = enter(orgs, &copied(&invited)).await.unwrap();
    (orgs.authenticate(&signed_in.token).await.unwrap(), signed_in.user)
}

async fn enter(orgs: &Orgs, token: &str) -> Result<SignedIn, OrgError> {
    orgs.accept_as_new(token, "Mo", "battery staple".into(), HOME).await
}

#[tokio::test]
async fn a_member_comes_in_by_a_letter_which_shows_whose_the_address_is() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        let invited = orgs.invite(&owner, org, new("Mo@example.com", Role::Moderator)).await.unwrap();
        assert!(invited.mailed);
        let mail = letters(&db).await;
        let letter = mail.last().unwrap();
        assert!(
            letter.0 == "mo@example.com"
                && letter.1.contains("Ada invites you to join the team of Atelier Nord"),
            "{letter:?}"
        );
        assert!(
            letter.1.contains("Your role: moderator.") && letter.1.contains("https://cloud.example\n"),
            "{letter:?}"
        );
        let link = token(letter, INVITATION);
        let seen = orgs.see_invitation(&link).await.unwrap();
        assert_eq!((seen.organization_name.as_str(), seen.role), ("Atelier Nord", Role::Moderator));
        let mo = enter(&orgs, &link).await.unwrap();
        assert!(mo.user.email_verified, "whoever reads the mail has the address");
        assert_eq!((mo.organizations[0].id, mo.organizations[0].role), (org, Role::Moderator));
        assert!(matches!(enter(&orgs, &link).await, Err(OrgError::BadLink)), "once");
        assert!(matches!(enter(&orgs, &copied(&invited)).await, Err(OrgError::BadLink)), "by either link");
        let again = orgs.invite(&owner, org, new("mo@example.com", Role::Host)).await;
        assert!(matches!(again, Err(OrgError::AlreadyMember)));
        assert!(orgs.invitations(&owner, org, None, 10).await.unwrap().items.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_link_that_was_handed_on_shows_nothing_about_the_address() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let unconfirmed = orgs.register(ada(), HOME).await.unwrap();
        let (org, owner) =
            (unconfirmed.organizations[0].id, orgs.authenticate(&unconfirmed.token).await.unwrap());
        let invited = orgs.invite(&owner, org, new("mo@example.com", Role::Host)).await.unwrap();
        assert!(!invited.mailed, "strangers send no mail in a shop's name");
        assert_eq!(letters(&db).await.len(), 1);
        let mo = enter(&orgs, &copied(&invited)).await.unwrap();
        assert!(!mo.user.email_verified);
    })
    .await;
}

#[tokio::test]
async fn who_has_an_account_comes_in_with_it_and_nobody_else_does() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        let bo = Registration { email: "bo@example.com".into(), password: "battery staple".into(), ..ada() };
        let bo = orgs.register(bo, HOME).await.unwrap();
        let mailed = async || {
            orgs.invite(&owner, org, new("bo@example.com", Role::Host)).await.unwrap();
            token(letters(&db).await.last().unwrap(), INVITATION)
        };
        let link = mailed().await;
        let joined = enter(&orgs, &link).await.unwrap();
        assert_eq!((joined.user.id, joined.user.email_verified), (bo.user.id, true));
        assert_eq!(joined.organizations.len(), 2);
        // Gone, invited again, and back: with the account's password alone.
        orgs.remove_member(&owner, org, bo.user.id).await.unwrap();
        let link = mailed().await;
        let wrong = orgs.accept_as_new(&link, "Bo", "wrong staple".into(), HOME).await;
        assert!(matches!(wrong, Err(OrgError::BadCredentials)));
        let back = enter(&orgs, &link).await.unwrap();
        assert_eq!(back.user.id, bo.user.id);
        // Whoever is signed in is meant, whatever their address is.
        let third = orgs.invite(&owner, org, new("third@example.com", Role::Analyst)).await.unwrap();
        let cy = Registration { email: "cy@example.com".into(), ..ada() };
        let cy = orgs.register(cy, HOME).await.unwrap();
        let actor = orgs.authenticate(&cy.token).await.unwrap();
        let joined = orgs.accept_invitation(&actor, &copied(&third)).await.unwrap();
        assert_eq!((joined.organization.id, joined.organization.role), (org, Role::Analyst));
    })
    .await;
}

#[tokio::test]
async fn an_invitation_ends_by_time_by_another_and_with_whoever_made_it() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (owner, org, _) = owner(&db, &orgs).await;
        let first = orgs.invite(&owner, org, new("mo@example.com", Role::Host)).await.unwrap();
        let second = orgs.invite(&owner, org, new("mo@example.com", Role::Moderator)).await.unwrap();
        assert!(matches!(enter(&orgs, &copied(&first)).await, Err(OrgError::BadLink)));
        orgs.revoke_invitation(&owner, org, second.invitation.id).await.unwrap();
        assert!(matches!(enter(&orgs, &copied(&second)).await, Err(OrgError::BadLink)));
        let gone = orgs.revoke_invitation(&owner, org, second.invitation.id).await;
        assert!(matches!(gone, Err(OrgError::NoInvitation)));

        let (admin, user) = join(&orgs, &owner, org, "admin@example.com", Role::Admin).await;
        let by_admin = orgs.invite(&admin, org, new("friend@example.com", Role::Host)).await.unwrap();
        orgs.remove_member(&owner, org, user.id).await.unwrap();
        assert!(matches!(enter(&orgs, &copied(&by_admin)).await, Err(OrgError::BadLink)));

        let late = orgs.invite(&owner, org, new("late@example.com", Role::Host)).await.unwrap();
        hands.advance(Duration::from_secs(7 * 24 * 3600 + 1));
        assert!(matches!(enter(&orgs, &copied(&late)).await, Err(OrgError::BadLink)));
        assert!(orgs.invitations(&owner, org, None, 10).await.unwrap().items.is_empty());
        orgs.sweep_sessions().await.unwrap();
        let left: i64 =
            crate::on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM invitations").fetch_one(c).await)
                .unwrap();
        assert_eq!(left, 0);
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_or_takes_more_than_they_may_themselves() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, ada) = owner(&db, &orgs).await;
        let (admin, admin_user) = join(&orgs, &owner, org, "admin@example.com", Role::Admin).await;
        let (host, host_user) = join(&orgs, &owner, org, "host@example.com", Role::Host).await;
        let above = |result: Result<_, OrgError>| matches!(result, Err(OrgError::AboveYou));
        assert!(above(orgs.invite(&admin, org, new("x@example.com", Role::Owner)).await.map(drop)));
        assert!(above(orgs.change_role(&admin, org, admin_user.id, Role::Owner).await.map(drop)));
        assert!(above(orgs.change_role(&admin, org, ada.id, Role::Host).await.map(drop)));
        assert!(above(orgs.remove_member(&admin, org, ada.id).await));
        orgs.change_role(&admin, org, host_user.id, Role::Analyst).await.unwrap();
        let denied = orgs.remove_member(&host, org, admin_user.id).await;
        assert!(matches!(denied, Err(OrgError::Denied(Denied::Role(_)))));
        let stranger = orgs.members(&host, OrgId::new(), None, 10).await;
        assert!(matches!(stranger, Err(OrgError::Denied(Denied::Stranger))));
    })
    .await;
}

#[tokio::test]
async fn members_leave_owners_hand_over_and_one_owner_stays() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, ada) = owner(&db, &orgs).await;
        let (host, mo) = join(&orgs, &owner, org, "mo@example.com", Role::Host).await;
        assert!(matches!(orgs.remove_member(&owner, org, ada.id).await, Err(OrgError::LastOwner)));
        let demoted = orgs.change_role(&owner, org, ada.id, Role::Host).await;
        assert!(matches!(demoted, Err(OrgError::LastOwner)));
        orgs.remove_member(&host, org, mo.id).await.unwrap();
        assert!(matches!(orgs.member(&owner, org, mo.id).await, Err(OrgError::NoMember)));

        let (_, bo) = join(&orgs, &owner, org, "bo@example.com", Role::Moderator).await;
        let wrong = orgs.transfer_ownership(&owner, org, bo.id, "wrong horse".into(), None).await;
        assert!(matches!(wrong, Err(OrgError::BadCredentials)));
        let handed = orgs.transfer_ownership(&owner, org, bo.id, "correct horse".into(), None).await.unwrap();
        assert_eq!((handed.user.id, handed.role), (bo.id, Role::Owner));
        assert_eq!(orgs.member(&owner, org, ada.id).await.unwrap().role, Role::Admin);
        // The same request once more, with what the caller was before.
        let again = orgs.transfer_ownership(&owner, org, ada.id, "correct horse".into(), None).await;
        assert!(matches!(again, Err(OrgError::AboveYou)));
    })
    .await;
}

#[tokio::test]
async fn a_role_of_ones_own_holds_from_the_next_request_on() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        let draft = |name: &str, permissions: &[Permission]| RoleDraft {
            name: name.into(),
            permissions: permissions.to_vec(),
        };
        let stock = draft("Stock keeper", &[Permission::ViewOrganization, Permission::EditCatalog]);
        let role = orgs.create_role(&owner, org, stock.clone()).await.unwrap();
        assert!(matches!(orgs.create_role(&owner, org, stock).await, Err(OrgError::NameTaken)));
        let chosen = NewInvitation { role_id: Some(role.id), ..new("mo@example.com", Role::Custom) };
        let invited = orgs.invite(&owner, org, chosen).await.unwrap();
        assert_eq!(invited.invitation.role_name.as_deref(), Some("Stock keeper"));
        let used = orgs.delete_role(&owner, org, role.id).await;
        assert!(matches!(used, Err(OrgError::RoleInUse)), "somebody is invited to it");
        let signed_in = enter(&orgs, &copied(&invited)).await.unwrap();
        let mo = orgs.authenticate(&signed_in.token).await.unwrap();
        assert_eq!(mo.require(Permission::EditCatalog, org), Ok(()));
        assert!(mo.require(Permission::RunShows, org).is_err());

        let more = draft("Stock keeper", &[Permission::RunShows]);
        let stale = orgs.change_role_of_org(&owner, org, role.id, Some(7), more.clone()).await;
        assert!(matches!(stale, Err(OrgError::Stale(1))));
        orgs.change_role_of_org(&owner, org, role.id, Some(1), more).await.unwrap();
        let mo = orgs.authenticate(&signed_in.token).await.unwrap();
        assert_eq!((mo.require(Permission::RunShows, org), mo.role_in(org)), (Ok(()), Some(Role::Custom)));
        assert!(mo.require(Permission::EditCatalog, org).is_err());
        assert!(matches!(orgs.delete_role(&owner, org, role.id).await, Err(OrgError::RoleInUse)));
        orgs.change_role(&owner, org, signed_in.user.id, Role::Host).await.unwrap();
        orgs.delete_role(&owner, org, role.id).await.unwrap();

        let (admin, _) = join(&orgs, &owner, org, "admin@example.com", Role::Admin).await;
        let above = draft("Heir", &[Permission::TransferOwnership]);
        assert!(matches!(orgs.create_role(&admin, org, above).await, Err(OrgError::AboveYou)));
        let of_another = NewInvitation { role_id: Some(role.id), ..new("x@example.com", Role::Custom) };
        assert!(matches!(orgs.invite(&owner, org, of_another).await, Err(OrgError::NoRole)));
        for (role, field) in
            [(Role::Unknown, "`role` takes one of owner, admin"), (Role::Custom, "`role_id`")]
        {
            let refused = orgs.invite(&owner, org, new("x@example.com", role)).await;
            assert!(matches!(refused, Err(OrgError::Invalid(words)) if words.0.starts_with(field)));
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_has_several_organisations_and_only_so_many() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let signed_in = orgs.register(ada(), HOME).await.unwrap();
        let mut made = 1;
        loop {
            let actor = orgs.authenticate(&signed_in.token).await.unwrap();
            match orgs.create_organization(&actor, "Atelier Nord").await {
                Ok(_) => made += 1,
                Err(error) => break assert!(matches!(error, OrgError::TooMany(_)), "{error}"),
            }
        }
        let actor = orgs.authenticate(&signed_in.token).await.unwrap();
        assert_eq!((made, orgs.me(&actor).await.unwrap().organizations.len()), (50, 50));
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_for_at_once_goes_up_to_the_limit_and_not_beyond() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        let mut asked = tokio::task::JoinSet::new();
        for n in 0..55 {
            let (orgs, owner) = (orgs.clone(), owner.clone());
            asked.spawn(async move {
                let draft = RoleDraft { name: format!("Role {n}"), permissions: vec![Permission::ViewShows] };
                let role = orgs.create_role(&owner, org, draft).await;
                (role.map(drop), orgs.create_organization(&owner, &format!("Shop {n}")).await.map(drop))
            });
        }
        let made = asked.join_all().await;
        let good = |one: &Result<(), OrgError>| {
            assert!(matches!(one, Ok(()) | Err(OrgError::TooMany(_))), "{one:?}");
            one.is_ok()
        };
        let roles = made.iter().filter(|(role, _)| good(role)).count();
        let organizations = made.iter().filter(|(_, organization)| good(organization)).count();
        assert_eq!((roles, organizations), (50, 49), "the first is there from the beginning");
    })
    .await;
}

#[tokio::test]
async fn an_invitation_takes_nobody_into_more_organisations_than_a_person_has() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        let mo = Registration { email: "mo@example.com".into(), ..ada() };
        let signed_in = orgs.register(mo, HOME).await.unwrap();
        let mo = orgs.authenticate(&signed_in.token).await.unwrap();
        for n in 0..49 {
            orgs.create_organization(&mo, &format!("Shop {n}")).await.unwrap();
        }
        // By who was known before the others were made, and by who is not signed in.
        let invited = orgs.invite(&owner, org, new("mo@example.com", Role::Host)).await.unwrap();
        let link = copied(&invited);
        assert!(matches!(orgs.accept_invitation(&mo, &link).await, Err(OrgError::TooMany(_))));
        let unsigned = orgs.accept_as_new(&link, "Mo", "correct horse".into(), HOME).await;
        assert!(matches!(unsigned, Err(OrgError::TooMany(_))));
        assert_eq!(orgs.me(&mo).await.unwrap().organizations.len(), 50);
        orgs.see_invitation(&link).await.expect("the link goes on to hold");
    })
    .await;
}

#[tokio::test]
async fn settings_are_changed_by_who_has_seen_them_and_what_was_done_is_told_with_names() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        let (host, _) = join(&orgs, &owner, org, "mo@example.com", Role::Host).await;
        let patch = |json: &str| serde_json::from_str(json).unwrap();
        assert!(orgs.settings(org).await.unwrap().allows("https://other.example"));
        let allowed = patch(r#"{"allowed_origins": ["https://shop.example"], "name": "Atelier Sud"}"#);
        let changed = orgs.change_organization(&owner, org, Some(1), allowed).await.unwrap();
        assert_eq!(
            (changed.version, changed.name.as_str(), changed.slug.as_str()),
            (2, "Atelier Sud", "atelier-nord")
        );
        let stale = orgs.change_organization(&owner, org, Some(1), patch("{}")).await;
        assert!(matches!(stale, Err(OrgError::Stale(2))));
        assert_eq!(orgs.organization(&host, org).await.unwrap(), changed);
        assert!(
            !orgs.settings(org).await.unwrap().allows("https://other.example"),
            "at once, where it was changed"
        );
        assert!(orgs.change_organization(&host, org, None, patch("{}")).await.is_err());
        assert!(orgs.audit(&host, org, None, 10).await.is_err());

        let first = orgs.audit(&owner, org, None, 2).await.unwrap();
        let told: Vec<_> =
            first.items.iter().map(|deed| (deed.actor_name.as_deref(), &deed.fact.event)).collect();
        assert!(
            matches!(told[0], (Some("Ada"), crate::events::Event::OrganizationChanged { version: 2, .. })),
            "{told:?}"
        );
        assert!(matches!(told[1].1, crate::events::Event::MemberAdded { .. }), "{told:?}");
        let before = first.next.unwrap().parse().unwrap();
        let rest = orgs.audit(&owner, org, Some(before), 10).await.unwrap();
        assert_eq!((rest.items.len(), &rest.next), (2, &None), "{rest:?}");

        let count = async |query: DeedQuery| {
            orgs.audit_of(&owner, org, query, None, 50).await.map(|page| page.items.len())
        };
        let none = DeedQuery::default;
        assert_eq!(count(none()).await.unwrap(), 4);
        let by_ada = Some(owner.to_string());
        assert_eq!(count(DeedQuery { actor: by_ada, ..none() }).await.unwrap(), 2);
        let changed = Some("organization_changed".to_owned());
        assert_eq!(count(DeedQuery { kind: changed, ..none() }).await.unwrap(), 1);
        let about_the_host = host.user().map(|user| user.0);
        assert_eq!(count(DeedQuery { subject: about_the_host, ..none() }).await.unwrap(), 1);
        assert_eq!(count(DeedQuery { subject: Some(uuid::Uuid::now_v7()), ..none() }).await.unwrap(), 0);
        let now = orgs.clock.now();
        assert_eq!(count(DeedQuery { from: Some(now), ..none() }).await.unwrap(), 4);
        assert_eq!(count(DeedQuery { until: Some(now), ..none() }).await.unwrap(), 0);
        for odd in ["%", "organization' OR '1'='1", ""] {
            let query = DeedQuery { kind: Some(odd.to_owned()), ..none() };
            assert!(matches!(count(query).await, Err(OrgError::Invalid(_))), "{odd}");
        }
    })
    .await;
}

#[tokio::test]
async fn nobody_comes_back_by_an_invitation_of_a_time_when_they_might_more() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, ada) = owner(&db, &orgs).await;
        let heir = orgs.invite(&owner, org, new("heir@example.com", Role::Owner)).await.unwrap();
        let (_, bo) = join(&orgs, &owner, org, "bo@example.com", Role::Moderator).await;
        orgs.transfer_ownership(&owner, org, bo.id, "correct horse".into(), None).await.unwrap();
        assert!(matches!(enter(&orgs, &copied(&heir)).await, Err(OrgError::BadLink)));

        let (keeper, user) = join(&orgs, &owner, org, "keeper@example.com", Role::Admin).await;
        let friend = orgs.invite(&keeper, org, new("friend@example.com", Role::Host)).await.unwrap();
        orgs.change_role(&owner, org, user.id, Role::Analyst).await.unwrap();
        assert!(matches!(enter(&orgs, &copied(&friend)).await, Err(OrgError::BadLink)));
        // A request that was on its way while the role changed counts for what the caller is now.
        let late = orgs.invite(&keeper, org, new("late@example.com", Role::Host)).await;
        assert!(matches!(late, Err(OrgError::Denied(Denied::Role(Permission::ManageMembers)))));
        let back = orgs.change_role(&keeper, org, user.id, Role::Admin).await;
        assert!(matches!(back, Err(OrgError::Denied(Denied::Role(_)))));
        let key = crate::org::NewApiKey {
            name: "Late".into(),
            permissions: vec![Permission::ViewOrders],
            expires_at: None,
        };
        assert!(orgs.create_key(&keeper, org, key.clone()).await.is_err());
        assert!(orgs.remove_member(&keeper, org, ada.id).await.is_err());
        orgs.remove_member(&owner, org, user.id).await.unwrap();
        assert!(matches!(orgs.create_key(&keeper, org, key).await, Err(OrgError::Denied(Denied::Stranger))));
    })
    .await;
}

#[tokio::test]
async fn many_who_choose_one_name_at_once_each_get_a_channel() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let mut tasks = tokio::task::JoinSet::new();
        for n in 0..6 {
            let orgs = orgs.clone();
            let one = Registration { email: format!("p{n}@example.com"), ..ada() };
            tasks.spawn(async move { orgs.register(one, HOME).await.unwrap().organizations[0].slug.clone() });
        }
        let mut slugs = tasks.join_all().await;
        slugs.sort();
        slugs.dedup();
        assert_eq!((slugs.len(), slugs[0].as_str()), (6, "atelier-nord"));
    })
    .await;
}

#[tokio::test]
async fn who_is_let_go_and_who_hands_it_over_are_written_to() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        let mut came = Vec::new();
        for email in ["mo@example.com", "jo@example.com"] {
            orgs.invite(&owner, org, new(email, Role::Host)).await.unwrap();
            let link = token(letters(&db).await.last().unwrap(), INVITATION);
            came.push(enter(&orgs, &link).await.unwrap());
        }
        let before = letters(&db).await.len();
        orgs.remove_member(&owner, org, came[0].user.id).await.unwrap();
        let mail = letters(&db).await;
        assert_eq!((mail.len(), mail[before].0.as_str()), (before + 1, "mo@example.com"));
        assert!(mail[before].1.contains("team of Atelier Nord has removed you"), "{mail:?}");

        orgs.transfer_ownership(&owner, org, came[1].user.id, "correct horse".into(), None).await.unwrap();
        let mail = letters(&db).await;
        let told: Vec<_> = mail[before + 1..].iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(told, ["jo@example.com", "ada@example.com"]);
        assert!(
            mail.last()
                .unwrap()
                .1
                .contains("Ada has handed Atelier Nord over. From now on it is owned by Mo")
        );

        let leaver = orgs.authenticate(&came[1].token).await.unwrap();
        orgs.transfer_ownership(&leaver, org, owner.user().unwrap(), "battery staple".into(), None)
            .await
            .unwrap();
        let before = letters(&db).await.len();
        orgs.remove_member(&leaver, org, came[1].user.id).await.unwrap();
        assert_eq!(letters(&db).await.len(), before, "who leaves knows it");
    })
    .await;
}

#[tokio::test]
async fn a_role_that_somebody_else_gave_meanwhile_is_not_written_over() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        let (_, mo) = join(&orgs, &owner, org, "mo@example.com", Role::Host).await;
        let seen = orgs.member(&owner, org, mo.id).await.unwrap().version;
        let changed = orgs.change_role(&owner, org, (mo.id, Some(seen)), Role::Analyst).await.unwrap();
        assert_eq!(changed.version, seen + 1);
        let late = orgs.change_role(&owner, org, (mo.id, Some(seen)), Role::Admin).await;
        assert!(matches!(late, Err(OrgError::Stale(now)) if now == seen + 1));
        let late = orgs.remove_member(&owner, org, (mo.id, Some(seen))).await;
        assert!(matches!(late, Err(OrgError::Stale(_))));
        assert_eq!(orgs.member(&owner, org, mo.id).await.unwrap().role, Role::Analyst);

        let draft = |name: &str| RoleDraft { name: name.into(), permissions: vec![Permission::ManageStock] };
        let role = orgs.create_role(&owner, org, draft("Stock")).await.unwrap();
        assert_eq!(role.lacks, [Permission::ViewCatalog], "its holder would see no product");
        orgs.change_role_of_org(&owner, org, role.id, Some(1), draft("Stores")).await.unwrap();
        let late = orgs.delete_role(&owner, org, (role.id, Some(1))).await;
        assert!(matches!(late, Err(OrgError::Stale(2))));
        orgs.delete_role(&owner, org, (role.id, Some(2))).await.unwrap();
        orgs.remove_member(&owner, org, (mo.id, Some(seen + 1))).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_was_done_names_to_whom_and_to_what() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (owner, org, _) = owner(&db, &orgs).await;
        let (_, mo) = join(&orgs, &owner, org, "mo@example.com", Role::Host).await;
        orgs.change_role(&owner, org, mo.id, Role::Analyst).await.unwrap();
        orgs.invite(&owner, org, new("jo@example.com", Role::Host)).await.unwrap();
        let key = crate::org::NewApiKey {
            name: "Shop server".into(),
            permissions: vec![Permission::ViewOrders],
            expires_at: None,
        };
        orgs.create_key(&owner, org, key).await.unwrap();
        let patch = serde_json::from_str(r##"{"name": "Sud", "accent_colour": "#112233"}"##).unwrap();
        orgs.change_organization(&owner, org, None, patch).await.unwrap();
        let deeds = orgs.audit(&owner, org, None, 10).await.unwrap().items;
        let told: Vec<_> = deeds.iter().map(|deed| deed.subject_name.as_deref()).collect();
        assert_eq!(told[..4], [None, Some("Shop server"), Some("jo@example.com"), Some("Mo")], "{deeds:?}");
        let crate::events::Event::OrganizationChanged { fields, .. } = &deeds[0].fact.event else { panic!() };
        assert_eq!(fields, &["name", "accent_colour"]);
    })
    .await;
}

#[tokio::test]
async fn who_has_a_second_factor_shows_it_before_shop_address_or_account_go() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (owner, org, ada) = owner(&db, &orgs).await;
        let (_, bo) = join(&orgs, &owner, org, "bo@example.com", Role::Moderator).await;
        let (phone, _) = enrol(&orgs, &owner, &hands).await;
        let bad = |refused: Result<(), OrgError>| assert!(matches!(refused, Err(OrgError::BadCode)));
        let password = || PASSWORD.to_owned();
        for proof in [None, Some(Proof::Recovery("abcd-efgh-jkmn-pqrs".into()))] {
            let proof = proof.as_ref();
            bad(orgs.transfer_ownership(&owner, org, bo.id, password(), proof).await.map(drop));
            bad(orgs.ask_change(&owner, "thief@example.com", password(), proof).await);
            bad(orgs.confirm(&owner, password(), proof).await.map(drop));
            bad(orgs.delete_account(&owner, password(), proof).await);
        }
        orgs.ask_change(&owner, "new@example.com", password(), Some(&phone.next())).await.unwrap();
        orgs.transfer_ownership(&owner, org, bo.id, password(), Some(&phone.next())).await.unwrap();
        assert_eq!(orgs.member(&owner, org, ada.id).await.unwrap().role, Role::Admin);
        orgs.delete_account(&owner, password(), Some(&phone.next())).await.unwrap();
        let told = |(to, text): &(String, String)| to == "ada@example.com" && text.contains("was deleted");
        assert!(letters(&db).await.iter().any(told), "who did not do it hears of it");
        let late = orgs.create_organization(&owner, "Late").await;
        assert!(matches!(late, Err(OrgError::NoSession)), "nobody would own it");
    })
    .await;
}
