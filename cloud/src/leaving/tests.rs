use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use futures_util::TryStreamExt as _;
use vitrine_protocol::{OrgId, Role};

use super::*;
use crate::app::App;
use crate::app::testing::{each_app, owner};
use crate::base::{Actor, Denied};
use crate::db::testing::{Table, number, run, tables};
use crate::events::{Event, Listener as _, Recorded};
use crate::org::OrgError;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn home() -> std::net::IpAddr {
    std::net::Ipv4Addr::LOCALHOST.into()
}

fn meant(name: &str, password: &str) -> Confirmation {
    Confirmation { name: name.into(), password: password.into(), code: None, recovery_code: None }
}

/// Columns that name things of an organisation where nothing points at them.
const ITS_THINGS: [&str; 9] = [
    "org_id",
    "show_id",
    "product_id",
    "variant_id",
    "order_id",
    "coupon_id",
    "webhook_id",
    "import_id",
    "reservation_id",
];

/// What stays: the books of who runs the cloud, and what they did.
const KEPT: [&str; 2] = ["billing_invoices", "operator_deeds"];

/// The tables in which something of an organisation can stand, those that others point at first.
fn reached(all: Vec<Table>) -> Vec<Table> {
    let mut names: HashSet<String> = ["organizations".to_owned()].into();
    loop {
        let more: Vec<_> = all
            .iter()
            .filter(|table| {
                table.columns.iter().any(|(name, ..)| ITS_THINGS.contains(&name.as_str()))
                    || table.references.iter().any(|(_, to, _)| names.contains(to))
                    || table.columns.iter().any(|(name, ..)| name == "listener")
                        && table.columns.iter().any(|(name, ..)| name == "seq")
                        && !table.name.ends_with("cursors")
            })
            .map(|table| table.name.clone())
            .collect();
        let before = names.len();
        names.extend(more);
        if names.len() == before {
            break;
        }
    }
    let (mut left, mut order) = (all, Vec::new());
    left.retain(|table| names.contains(&table.name));
    while !left.is_empty() {
        let waiting: HashSet<_> = left.iter().map(|table| table.name.clone()).collect();
        let (free, rest): (Vec<_>, Vec<_>) = left.into_iter().partition(|table| {
            table.references.iter().all(|(_, to, _)| *to == table.name || !waiting.contains(to))
        });
        assert!(!free.is_empty(), "tables point at each other");
        order.extend(free);
        left = rest;
    }
    order
}

/// Puts a row of the organisation into every table that has none.
async fn fill(app: &App, order: &[Table], org: OrgId) {
    let user = number(&app.db, "SELECT COUNT(*) FROM users").await;
    assert!(user > 0);
    let mut known: HashMap<(String, String), String> = HashMap::new();
    known.insert(("organizations".into(), "id".into()), format!("'{org}'"));
    known.insert(("users".into(), "id".into()), "(SELECT MIN(id) FROM users)".into());
    for table in order {
        let has_org = table.columns.iter().any(|(name, ..)| name == "org_id");
        let of_it = format!("SELECT COUNT(*) FROM {} WHERE org_id = '{org}'", table.name);
        if table.name == "organizations" || (has_org && number(&app.db, &of_it).await > 0) {
            continue;
        }
        let mut values = BTreeMap::new();
        for (name, kind, needed) in &table.columns {
            let points = table.references.iter().find(|(from, ..)| from == name);
            let value = match (points, name.as_str(), kind.as_str()) {
                (Some((_, to, column)), ..) => match known.get(&(to.clone(), column.clone())) {
                    Some(value) => value.clone(),
                    None => continue,
                },
                (_, "org_id", _) => format!("'{org}'"),
                (_, "state", _) if table.name == "shows" => "'scheduled'".to_owned(),
                (_, "subscribed", _) => "'{\"state\":\"none\"}'".to_owned(),
                (_, "seq", _) => format!("(SELECT MIN(seq) FROM events WHERE org_id = '{org}')"),
                _ if !needed => continue,
                (_, _, "BOOLEAN") => "FALSE".to_owned(),
                (_, _, "BIGINT") => "1".to_owned(),
                (_, _, "TEXT") => format!("'{}'", uuid::Uuid::now_v7()),
                (_, _, other) => panic!("a column of type {other}"),
            };
            values.insert(name.clone(), value);
        }
        let columns: Vec<_> = values.keys().cloned().collect();
        let written: Vec<_> = values.values().cloned().collect();
        let sql =
            format!("INSERT INTO {} ({}) VALUES ({})", table.name, columns.join(", "), written.join(", "));
        run(&app.db, &sql).await;
        known.extend(values.into_iter().map(|(column, value)| ((table.name.clone(), column), value)));
    }
}

async fn totals(app: &App, order: &[Table]) -> BTreeMap<String, i64> {
    let mut totals = BTreeMap::new();
    for table in order {
        let sql = format!("SELECT COUNT(*) FROM {}", table.name);
        totals.insert(table.name.clone(), number(&app.db, &sql).await);
    }
    totals
}

#[tokio::test]
async fn of_a_deleted_organisation_no_table_holds_anything_and_another_keeps_all() {
    let order = reached(tables().await);
    each_app(async |app, hands| {
        let (_, other, _) = owner(&app, "Sud").await;
        fill(&app, &order, other).await;
        let mut before = totals(&app, &order).await;
        let (ada, org, token) = owner(&app, "Nord").await;
        fill(&app, &order, org).await;
        for (table, count) in totals(&app, &order).await {
            assert!(
                count > before[&table],
                "nothing of it is in {table}: the test does not see whether that goes"
            );
        }
        let picture = format!("media/{org}/a.png");
        app.blobs.put(&picture, bytes::Bytes::from_static(b"x")).await.unwrap();

        run(&app.db, &format!("DELETE FROM org_deletions WHERE org_id = '{org}'")).await;
        app.leaving.schedule(&ada, org, meant("Nord", "correct horse")).await.unwrap();
        hands.advance(13 * DAY);
        app.leaving.sweep().await.unwrap();
        app.leaving.erase(org).await.unwrap();
        assert!(app.orgs.organization(&ada, org).await.is_ok(), "not before its time");
        hands.advance(DAY);
        app.leaving.sweep().await.unwrap();
        app.leaving.erase(org).await.unwrap();
        assert!(app.orgs.authenticate(&token).await.unwrap().memberships.is_empty());
        app.leaving.erase(org).await.unwrap();
        let facts = number(&app.db, &format!("SELECT COUNT(*) FROM events WHERE org_id = '{org}'")).await;
        assert!(facts > 0, "others hear of it first");
        hands.advance(Duration::from_secs(120));
        app.leaving.sweep().await.unwrap();
        app.leaving.erase(org).await.unwrap();
        app.leaving.erase(org).await.unwrap();
        let mut after = totals(&app, &order).await;
        let jobs = format!("SELECT COUNT(*) FROM jobs WHERE org_id = '{org}'");
        assert_eq!(number(&app.db, &jobs).await, 0);
        after.insert("jobs".into(), before["jobs"]); // What is nobody's is there: letters, for example.
        for kept in KEPT {
            assert_eq!(after.remove(kept), before.remove(kept).map(|count| count + 1), "{kept} stays");
        }
        assert_eq!(after, before);
        assert!(app.blobs.get(&picture).await.unwrap().is_none());
        // The account is there, and the channel's name is free.
        let ada = app.orgs.sign_in("nord@example.com", "correct horse".into(), home()).await;
        let ada = app.orgs.authenticate(&ada.unwrap().token).await.unwrap();
        assert_eq!(app.orgs.create_organization(&ada, "Nord").await.unwrap().slug, "nord");
    })
    .await;
}

async fn letters(app: &App) -> i64 {
    number(&app.db, "SELECT COUNT(*) FROM jobs WHERE kind = 'mail.send'").await
}

#[tokio::test]
async fn a_deletion_is_meant_announced_and_can_be_stopped() {
    each_app(async |app, hands| {
        let (ada, org, _) = owner(&app, "Nord").await;
        run(&app.db, "UPDATE users SET email = claimed_email, claimed_email = NULL").await;
        let before = letters(&app).await;
        let refused = app.leaving.schedule(&ada, org, meant("nord", "correct horse")).await;
        assert!(matches!(refused, Err(LeavingError::Invalid(_))));
        let refused = app.leaving.schedule(&ada, org, meant("Nord", "wrong horse")).await;
        assert!(matches!(refused, Err(LeavingError::Org(OrgError::BadCredentials))));
        let admin =
            Actor { memberships: vec![crate::base::Membership::new(org, Role::Admin)], ..ada.clone() };
        let refused = app.leaving.schedule(&admin, org, meant("Nord", "correct horse")).await;
        assert!(matches!(refused, Err(LeavingError::Denied(Denied::Role(_)))));
        let draft = serde_json::from_value(serde_json::json!({"title": "Autumn"})).unwrap();
        app.shows.create(&ada, org, draft).await.unwrap();
        run(&app.db, "UPDATE shows SET state = 'live'").await;
        let refused = app.leaving.schedule(&ada, org, meant("Nord", "correct horse")).await;
        assert!(matches!(refused, Err(LeavingError::OnAir)));
        run(&app.db, "UPDATE shows SET state = 'ended'").await;
        assert!(matches!(app.leaving.deletion(&admin, org).await, Err(LeavingError::NoDeletion)));

        let first = app.leaving.schedule(&ada, org, meant("Nord", "correct horse")).await.unwrap();
        hands.advance(DAY);
        let again = app.leaving.schedule(&ada, org, meant("Nord", "correct horse")).await.unwrap();
        assert_eq!((&again, again.asked_by), (&first, ada.user()));
        assert_eq!(app.leaving.deletion(&admin, org).await.unwrap(), first);
        assert_eq!(letters(&app).await, before + 1);
        app.leaving.cancel(&ada, org).await.unwrap();
        assert_eq!(letters(&app).await, before + 2, "that it stays is told too");
        assert!(matches!(app.leaving.cancel(&ada, org).await, Err(LeavingError::NoDeletion)));
        hands.advance(30 * DAY);
        app.leaving.erase(org).await.unwrap();
        app.orgs.organization(&ada, org).await.unwrap();

        // On its day a show is on air: it is let finish.
        app.leaving.schedule(&ada, org, meant("Nord", "correct horse")).await.unwrap();
        hands.advance(15 * DAY);
        run(&app.db, "UPDATE shows SET state = 'interrupted'").await;
        app.leaving.erase(org).await.unwrap();
        app.leaving.cancel(&ada, org).await.unwrap();
        app.leaving.schedule(&ada, org, meant("Nord", "correct horse")).await.unwrap_err();
        run(&app.db, "UPDATE shows SET state = 'ended'").await;
        app.leaving.schedule(&ada, org, meant("Nord", "correct horse")).await.unwrap();
        hands.advance(15 * DAY);
        app.leaving.erase(org).await.unwrap();
        assert!(matches!(app.leaving.cancel(&ada, org).await, Err(LeavingError::NoDeletion)), "it has begun");
    })
    .await;
}

#[tokio::test]
async fn what_a_suspended_organisation_left_behind_is_kept_until_it_may_go_on() {
    each_app(async |app, hands| {
        let (ada, org, _) = owner(&app, "Nord").await;
        app.leaving.schedule(&ada, org, meant("Nord", "correct horse")).await.unwrap();
        let console = Actor::service("console");
        app.operators.suspend(&console, org, "fraud", false).await.unwrap();
        hands.advance(15 * DAY);
        app.leaving.erase(org).await.unwrap();
        let begun = "SELECT COUNT(*) FROM org_deletions WHERE begun_ms IS NOT NULL";
        assert_eq!(number(&app.db, begun).await, 0);
        app.operators.resume(&console, org).await.unwrap();
        app.leaving.erase(org).await.unwrap();
        assert_eq!(number(&app.db, begun).await, 1);
    })
    .await;
}

#[tokio::test]
async fn what_is_being_deleted_lets_nobody_in_and_goes_on_air_no_more() {
    each_app(async |app, hands| {
        let (ada, org, token) = owner(&app, "Nord").await;
        run(&app.db, "UPDATE users SET email = claimed_email, claimed_email = NULL").await;
        let draft = serde_json::from_value(serde_json::json!({"title": "Autumn"})).unwrap();
        let show = app.shows.create(&ada, org, draft).await.unwrap().id;
        let key = app.shows.issue_key(&ada, org, show).await.unwrap().key;
        let permissions = vec![vitrine_protocol::Permission::ViewOrders];
        let shop = crate::org::NewApiKey { name: "Shop".into(), permissions, expires_at: None };
        let shop = app.orgs.create_key(&ada, org, shop).await.unwrap();
        app.leaving.schedule(&ada, org, meant("Nord", "correct horse")).await.unwrap();
        hands.advance(15 * DAY);

        // A show went on air after the last look: it is let finish.
        run(&app.db, "UPDATE shows SET state = 'live'").await;
        assert_eq!(app.leaving.begin(org).await.unwrap(), None);
        run(&app.db, "UPDATE shows SET state = 'scheduled'").await;
        app.shows.admit(&key).await.expect("nothing has begun");

        assert_eq!(app.leaving.begin(org).await.unwrap(), Some(None));
        assert_eq!(app.leaving.begin(org).await.unwrap(), Some(None), "and again after a crash");
        assert!(matches!(app.shows.admit(&key).await, Err(crate::show::ShowError::BadPublishKey)));
        // Whoever was let in a moment ago puts nothing on air either.
        run(&app.db, "UPDATE shows SET state = 'scheduled', receiving = TRUE").await;
        let live = app.shows.go_live(&ada, org, show).await;
        assert!(matches!(live, Err(crate::show::ShowError::Plan(crate::plan::PlanError::NotFound(_)))));
        let key = app.shows.issue_key(&ada, org, show).await.unwrap().key;
        assert!(matches!(app.shows.admit(&key).await, Err(crate::show::ShowError::Plan(_))));
        assert!(app.orgs.authenticate(&token).await.unwrap().memberships.is_empty());
        assert!(app.orgs.authenticate(&shop.token).await.is_err());
        app.leaving.erase(org).await.unwrap();
        assert_eq!(number(&app.db, "SELECT COUNT(*) FROM shows").await, 0);

        // Pages may still show the channel: its name goes to no stranger.
        hands.advance(Duration::from_secs(121));
        app.leaving.erase(org).await.unwrap();
        let (mo, _, _) = owner(&app, "Mo").await;
        assert_eq!(app.orgs.create_organization(&mo, "Nord").await.unwrap().slug, "nord-2");
        assert_eq!(app.orgs.create_organization(&ada, "Nord").await.unwrap().slug, "nord");
    })
    .await;
}

#[tokio::test]
async fn what_is_paid_for_is_ended_once_nobody_can_stop_the_deletion_and_until_it_is() {
    each_app(async |app, hands| {
        let (ada, org, _) = owner(&app, "Nord").await;
        // Nobody answers for that customer.
        let account = "INSERT INTO billing_accounts (org_id, provider, customer, subscribed, state) VALUES";
        run(&app.db, &format!("{account} ('{org}', 'invoice', 'nobody', '{{}}', 'active')")).await;
        app.leaving.schedule(&ada, org, meant("Nord", "correct horse")).await.unwrap();
        hands.advance(15 * DAY);
        let failed = app.leaving.erase(org).await;
        assert!(matches!(failed, Err(LeavingError::Billing(_))));
        assert!(matches!(app.leaving.cancel(&ada, org).await, Err(LeavingError::NoDeletion)), "it has begun");
        assert!(app.leaving.erase(org).await.is_err(), "and goes on with that");
        let accounts = "SELECT COUNT(*) FROM billing_accounts";
        assert_eq!(number(&app.db, accounts).await, 1);
        run(&app.db, &format!("UPDATE billing_accounts SET customer = '{org}'")).await;
        app.leaving.erase(org).await.unwrap();
        assert_eq!(number(&app.db, accounts).await, 0);
    })
    .await;
}

/// The files of an archive.
async fn unpack(app: &App, url: &str) -> BTreeMap<String, String> {
    let (path, token) = url.split_once("?token=").unwrap();
    let id = path.rsplit('/').next().unwrap().parse().unwrap();
    let file = app.leaving.open(id, token).await.unwrap();
    let pieces: Vec<bytes::Bytes> = file.body.try_collect().await.unwrap();
    let all = pieces.concat();
    assert_eq!(all.len() as u64, file.size_bytes);
    let mut archive = tar::Archive::new(GzDecoder::new(&all[..]));
    let mut files = BTreeMap::new();
    for entry in archive.entries().unwrap() {
        let (mut entry, mut text) = (entry.unwrap(), String::new());
        entry.read_to_string(&mut text).unwrap();
        files.insert(entry.path().unwrap().display().to_string(), text);
    }
    files
}

#[tokio::test]
async fn all_data_comes_in_one_file_and_no_secret_is_in_it() {
    let order = reached(tables().await);
    each_app(async |app, hands| {
        let (_, other, _) = owner(&app, "Sud").await;
        fill(&app, &order, other).await;
        let (ada, org, _) = owner(&app, "Nord").await;
        fill(&app, &order, org).await;
        run(&app.db, "UPDATE users SET email = claimed_email, claimed_email = NULL").await;
        run(&app.db, "DELETE FROM org_exports").await;
        let before = letters(&app).await;
        let export = app.leaving.export(&ada, org).await.unwrap();
        assert!(matches!(app.leaving.export(&ada, org).await, Err(LeavingError::Running)));
        assert_eq!(app.leaving.exports(&ada, org).await.unwrap()[0].url, None);
        app.leaving.make(org, export.id).await.unwrap();
        app.leaving.make(org, export.id).await.unwrap(); // A worker that died is followed by another.
        assert_eq!(letters(&app).await, before + 1);

        // A new one takes the place of the one before.
        let export = app.leaving.export(&ada, org).await.unwrap();
        app.leaving.make(org, export.id).await.unwrap();
        let ready = app.leaving.exports(&ada, org).await.unwrap();
        assert_eq!((ready.len(), ready[0].state), (1, ExportState::Ready));
        let url = ready[0].url.clone().unwrap();
        let files = unpack(&app, &url).await;
        assert_eq!(files.len(), 28);
        for (name, text) in &files {
            if name == "README.txt" {
                continue;
            }
            assert!(!text.is_empty(), "{name} holds nothing");
            for line in text.lines() {
                let row: serde_json::Value = serde_json::from_str(line).unwrap();
                assert_eq!(format!("{}.jsonl", row["kind"].as_str().unwrap()), *name);
                for (field, _) in row.as_object().unwrap() {
                    assert!(!field.contains("hash") && !field.contains("secret"), "{name}: {field}");
                }
            }
            assert!(!text.contains(&other.to_string()) && !text.contains("sud@example.com"), "{name}");
        }
        assert!(
            files["organization.jsonl"].contains("Nord")
                && files["members.jsonl"].contains("nord@example.com")
        );

        let (path, token) = url.split_once("?token=").unwrap();
        let id = path.rsplit('/').next().unwrap().parse().unwrap();
        for bad in ["", "v1.test.AAAA", &token[..token.len() - 1]] {
            assert!(matches!(app.leaving.open(id, bad).await, Err(LeavingError::BadLink)));
        }
        hands.advance(Duration::from_secs(3601));
        assert!(matches!(app.leaving.open(id, token).await, Err(LeavingError::BadLink)), "an hour");
        hands.advance(7 * DAY);
        app.leaving.sweep().await.unwrap();
        assert!(app.leaving.exports(&ada, org).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_link_to_an_export_ends_with_an_owner_who_leaves_and_the_file_stays() {
    each_app(async |app, _| {
        let (ada, org, _) = owner(&app, "Nord").await;
        let (bo, ..) = owner(&app, "Sud").await;
        let (user, from) = (bo.user().unwrap(), ada.user().unwrap());
        let export = app.leaving.export(&ada, org).await.unwrap();
        app.leaving.make(org, export.id).await.unwrap();
        let link = async || app.leaving.exports(&ada, org).await.unwrap()[0].url.clone().unwrap();
        let hear = async |event| {
            let fact =
                Recorded { seq: 1, at: app.clock.now(), org, show: None, actor: "user:1".into(), event };
            let wanted = DropStrangersExports.wants(&fact.event);
            if wanted {
                let mut tx = app.db.begin().await.unwrap();
                DropStrangersExports.handle(&mut tx, &fact).await.unwrap();
                tx.commit().await.unwrap();
            }
            wanted
        };
        for event in [
            Event::MemberRemoved { user },
            Event::MemberRoleChanged { user, role: Role::Host },
            Event::OwnershipTransferred { from, to: user },
        ] {
            let before = link().await;
            unpack(&app, &before).await;
            assert!(hear(event).await);
            let (_, token) = before.split_once("?token=").unwrap();
            assert!(matches!(app.leaving.open(export.id, token).await, Err(LeavingError::BadLink)));
            unpack(&app, &link().await).await;
        }
        assert!(!hear(Event::MemberRoleChanged { user, role: Role::Owner }).await);
    })
    .await;
}

#[tokio::test]
async fn an_account_goes_unless_an_organisation_would_have_no_owner() {
    each_app(async |app, _| {
        let (ada, org, _) = owner(&app, "Nord").await;
        let (bo, theirs, token) = owner(&app, "Sud").await;
        let refused = app.orgs.delete_account(&ada, "correct horse".into(), None).await;
        assert!(matches!(refused, Err(OrgError::LastOwner)));
        let refused = app.orgs.delete_account(&bo, "wrong horse".into(), None).await;
        assert!(matches!(refused, Err(OrgError::BadCredentials)));
        // Bo is no owner any more, and of another organisation a member.
        let (user, ada_id) = (bo.user().unwrap(), ada.user().unwrap());
        run(&app.db, &format!("UPDATE members SET user_id = '{ada_id}' WHERE org_id = '{theirs}'")).await;
        let host = format!(
            "INSERT INTO members (org_id, user_id, role, created_ms) VALUES ('{org}', '{user}', 'host', 1)"
        );
        run(&app.db, &host).await;
        app.orgs.delete_account(&bo, "correct horse".into(), None).await.unwrap();
        assert!(matches!(app.orgs.authenticate(&token).await, Err(OrgError::NoSession)));
        let gone = app.orgs.sign_in("sud@example.com", "correct horse".into(), home()).await;
        assert!(matches!(gone, Err(OrgError::BadCredentials)));
        assert_eq!(app.orgs.members(&ada, org, None, 10).await.unwrap().items.len(), 1);
        let deed = app.orgs.audit(&ada, org, None, 1).await.unwrap().items.remove(0);
        assert_eq!(deed.fact.event, Event::MemberRemoved { user });
    })
    .await;
}

#[tokio::test]
async fn accounts_that_nobody_confirmed_and_nobody_uses_go_with_their_empty_organisations() {
    each_app(async |app, hands| {
        let (_, empty, _) = owner(&app, "Nike").await;
        let (sells, shop, _) = owner(&app, "Nord").await;
        let draft = serde_json::from_value(serde_json::json!({"title": "Autumn"})).unwrap();
        app.shows.create(&sells, shop, draft).await.unwrap();
        let (_, pays, _) = owner(&app, "Ost").await;
        let account = "INSERT INTO billing_accounts (org_id, provider, customer, subscribed, state) VALUES";
        run(&app.db, &format!("{account} ('{pays}', 'stripe', 'cus_1', '{{}}', 'active')")).await;
        let (confirmed, quiet, _) = owner(&app, "Sud").await;
        let own = "UPDATE users SET email = claimed_email, claimed_email = NULL WHERE id =";
        run(&app.db, &format!("{own} '{}'", confirmed.user().unwrap())).await;
        hands.advance(29 * DAY);
        assert_eq!(app.leaving.sweep_unused().await.unwrap(), 0, "somebody may be signed in");
        let (_, young, _) = owner(&app, "West").await;
        hands.advance(2 * DAY);
        app.orgs.sign_in("west@example.com", "correct horse".into(), home()).await.unwrap();
        assert_eq!(app.leaving.sweep_unused().await.unwrap(), 1);
        for (org, stays) in [(empty, false), (shop, true), (pays, true), (quiet, true), (young, true)] {
            assert_eq!(app.orgs.find(org).await.unwrap().is_some(), stays, "{org}");
            let facts = number(&app.db, &format!("SELECT COUNT(*) FROM events WHERE org_id = '{org}'")).await;
            assert_eq!(facts > 0, stays);
        }
        let (_, anew, _) = owner(&app, "Nike").await;
        assert_eq!(app.orgs.find(anew).await.unwrap().unwrap().slug, "nike", "the name is free");
    })
    .await;
}
