//! Who may do what: every operation of the document, asked by everybody, held against `docs/permissions.md`.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use vitrine_protocol::{Permission, Role};

use super::*;
use crate::app::testing::operator;
use crate::base::{Actor, TestClock};
use crate::http::permitted::permission_of;
use crate::org::{NewApiKey, NewInvitation};

/// How a caller fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fared {
    /// The request was looked at.
    In,
    /// "Sign in first."
    Unknown,
    /// "Your role does not allow this", and what it takes.
    Denied(Option<Permission>),
    /// "There is no such organisation."
    Stranger,
}

/// A body that the schema takes, with no more than it asks for.
fn example(schema: &Value, schemas: &Value) -> Value {
    if let Some(name) = schema["$ref"].as_str() {
        return example(&schemas[name.rsplit('/').next().unwrap()], schemas);
    }
    for choice in ["oneOf", "anyOf", "allOf"] {
        let first = schema[choice].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"));
        if let Some(first) = first {
            return example(first, schemas);
        }
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"].as_array().and_then(|all| all[0].as_str()));
    match kind {
        Some("object") => {
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            required.map(|name| (name.to_owned(), example(&schema["properties"][name], schemas))).collect()
        }
        Some("array") => json!([example(&schema["items"], schemas)]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(true),
        _ => match schema["format"].as_str() {
            Some("uuid") => json!("018f3b1c-0000-7000-8000-000000000000"),
            Some("date-time") => json!("2030-01-01T00:00:00Z"),
            _ => schema["examples"].as_array().and_then(|all| all.first()).cloned().unwrap_or(json!("EUR")),
        },
    }
}

/// An operation, with a body that changes nothing: its ids name nothing.
struct Operation {
    method: String,
    path: String,
    body: Option<Value>,
}

fn every_operation(app: &App) -> Vec<Operation> {
    let document = serde_json::to_value(document(app)).unwrap();
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            let body = (!schema.is_null()).then(|| example(schema, &document["components"]["schemas"]));
            operations.push(Operation { method: method.to_uppercase(), path: path.clone(), body });
        }
    }
    operations
}

async fn fare(router: &Router, operation: &Operation, org: &str, token: Option<&str>) -> Fared {
    let nothing = "018f3b1c-0000-7000-8000-000000000000";
    let path = fill(&operation.path.replace("{seq}", "1"), org, nothing, nothing);
    let body = operation.body.as_ref().map_or_else(Body::empty, |body| Body::from(body.to_string()));
    let kind = if operation.path.ends_with("/image") { "image/png" } else { "application/json" };
    let (status, _, body) = ask(router, request(&operation.method, &path, token, kind, body)).await;
    let named = |detail: &str| detail.split('`').nth(1).and_then(|word| word.parse::<Permission>().ok());
    match (status, body["code"].as_str(), body["detail"].as_str()) {
        (401, Some("unauthenticated"), _) => Fared::Unknown,
        (403, Some("forbidden" | "people_only"), detail) => Fared::Denied(detail.and_then(named)),
        (404, Some("not_found"), Some("there is no such organisation")) => Fared::Stranger,
        (400 | 415, ..) if operation.body.is_some() => {
            panic!("{} {}: the example is not taken: {body}", operation.method, operation.path)
        }
        _ => Fared::In,
    }
}

/// Somebody with a role, and how they sign in: some requests end sessions.
struct Person {
    email: String,
    token: String,
}

const PASSWORD: &str = "battery staple";

fn home() -> std::net::IpAddr {
    std::net::Ipv4Addr::LOCALHOST.into()
}

async fn member(app: &App, owner: &Actor, org: vitrine_protocol::OrgId, role: Role) -> Person {
    let email = format!("{}@people.example", role.as_str());
    let invitation = NewInvitation { email: email.clone(), role, role_id: None, locale: None };
    let invited = app.orgs.invite(owner, org, invitation).await.unwrap();
    let token = invited.link.split(['=', '&']).nth(1).unwrap().to_owned();
    let signed_in = app.orgs.accept_as_new(&token, "Mo", PASSWORD.into(), home()).await.unwrap();
    Person { email, token: signed_in.token }
}

impl Person {
    async fn fare(&mut self, app: &App, router: &Router, operation: &Operation, org: &str) -> Fared {
        if app.orgs.authenticate(&self.token).await.is_err() {
            self.token = app.orgs.sign_in(&self.email, PASSWORD.into(), home()).await.unwrap().token;
        }
        fare(router, operation, org, Some(&self.token)).await
    }
}

fn committed() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/permissions.md")
}

const HEAD: &str = "# Who may do what

Made of the routes themselves by a test that asks each of them as everybody. After a change write it anew with
`VITRINE_WRITE_GENERATED=1 cargo test -p vitrine-cloud --lib -- matrix`, and look at what became of it.
A key is let in by any one of the permissions that stand there. Strangers, keys that are over or were revoked, and sessions that
have ended are let in nowhere but where everybody is.

| Operation | Roles | An API key with |
|---|---|---|
";

async fn walk(app: App, hands: TestClock) -> String {
    let (owner_of_it, org, _) = owner(&app, "Nord").await;
    let (_, _, stranger) = owner(&app, "Sud").await;
    let (_, operator) = operator(&app, "Ops").await;
    let router = router(&app);
    let org_text = org.to_string();
    let mut people = BTreeMap::new();
    for (n, role) in Role::ALL.into_iter().filter(|role| *role != Role::Custom).enumerate() {
        people.insert((n, role.as_str()), member(&app, &owner_of_it, org, role).await);
    }
    let key = async |permissions: Vec<Permission>, expires_at| {
        let new = NewApiKey { name: "Shop".into(), permissions, expires_at };
        app.orgs.create_key(&owner_of_it, org, new).await.unwrap()
    };
    let keyable: Vec<_> = Permission::ALL.iter().copied().filter(|one| one.fits_key()).collect();
    let mut keys = Vec::new();
    for permission in &keyable {
        keys.push((*permission, key(vec![*permission], None).await.token));
    }
    let revoked = key(keyable.clone(), None).await;
    app.orgs.revoke_key(&owner_of_it, org, revoked.key.id).await.unwrap();
    let over = key(keyable, Some(hands.clock().now() + chrono::TimeDelta::seconds(60))).await;
    hands.advance(Duration::from_secs(61));

    let mut lines = HEAD.to_owned();
    for operation in every_operation(&app) {
        let Operation { method, path, .. } = &operation;
        let told = permission_of(&method.to_lowercase(), path);
        let mut roles = Vec::new();
        for ((_, role), person) in &mut people {
            match person.fare(&app, &router, &operation, &org_text).await {
                Fared::In => roles.push(*role),
                Fared::Denied(named) if path.contains("{org}") => {
                    assert_eq!(named, told, "{method} {path}: as the document tells it");
                }
                Fared::Denied(_) => {}
                fared => panic!("{method} {path}: {role} is told {fared:?}"),
            }
        }
        let open = fare(&router, &operation, &org_text, None).await == Fared::In;
        for token in ["vts_ended", "nonsense", &revoked.token, &over.token] {
            let fared = fare(&router, &operation, &org_text, Some(token)).await;
            let right = if open { Fared::In } else { Fared::Unknown };
            assert_eq!(fared, right, "{method} {path} with {token}");
        }
        let mut keyed = Vec::new();
        for (permission, token) in &keys {
            match fare(&router, &operation, &org_text, Some(token)).await {
                Fared::In if !open => keyed.push(permission.as_str()),
                Fared::In | Fared::Denied(_) => {}
                fared => panic!("{method} {path}: a key for {permission:?} is told {fared:?}"),
            }
        }
        if path.contains("{org}") && !open {
            let takes = told.unwrap_or_else(|| panic!("{method} {path}: the document names no permission"));
            let own: Vec<_> = Role::ALL.into_iter().filter(|role| takes.allowed_for(*role)).collect();
            assert_eq!(roles, own.into_iter().map(Role::as_str).collect::<Vec<_>>(), "{method} {path}");
            assert_eq!(keyed, Vec::from_iter(takes.fits_key().then(|| takes.as_str())), "{method} {path}");
            let fared = fare(&router, &operation, &org_text, Some(&stranger)).await;
            assert_eq!(fared, Fared::Stranger, "{method} {path}");
        }
        let by_operator = fare(&router, &operation, &org_text, Some(&operator)).await;
        let for_operators = path.starts_with("/v1/operator/");
        if path.contains("{org}") && !open {
            assert_eq!(by_operator, Fared::Stranger, "{method} {path}: an operator is no member");
        }
        assert!(
            !for_operators || !matches!(by_operator, Fared::Denied(_) | Fared::Unknown),
            "{method} {path}"
        );
        let roles = match roles.len() {
            0 if for_operators => "an operator".to_owned(),
            _ if for_operators => panic!("{method} {path}: {roles:?} are let in"),
            _ if open => "everybody".to_owned(),
            5 if path.contains("{org}") => "every member".to_owned(),
            5 => "everybody who is signed in".to_owned(),
            _ => roles.join(", "),
        };
        let keyed = if keyed.is_empty() { "–".to_owned() } else { keyed.join(", ") };
        lines += &format!("| `{method} {path}` | {roles} | {keyed} |\n");
    }
    lines
}

#[tokio::test]
async fn every_route_lets_in_those_of_the_matrix_and_nobody_else() {
    each_app(async |app, hands| {
        let found = Box::pin(walk(app, hands)).await;
        if std::env::var_os("VITRINE_WRITE_GENERATED").is_some() {
            std::fs::write(committed(), &found).unwrap();
        }
        let expected = std::fs::read_to_string(committed()).unwrap_or_default();
        let differ: Vec<_> =
            found.lines().filter(|line| !expected.lines().any(|other| other == *line)).collect();
        assert!(differ.is_empty(), "not as docs/permissions.md has it: {differ:#?}");
        assert_eq!(found.lines().count(), expected.lines().count(), "an operation is gone");
    })
    .await;
}
