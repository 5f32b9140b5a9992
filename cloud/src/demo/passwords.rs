//! How the demo's people sign in: by a word that everybody knows while only this machine can reach the cloud, else
//! each by a random one.
//!
//! The words lie beside the demo's data, with what they were made for. When that changes, new ones are set in the
//! database before the cloud starts, so that what was known from the other time never opens anything.

use std::path::Path;

use rand::RngExt as _;
use serde::{Deserialize, Serialize};

use super::args::Args;
use super::error::DemoError;
use super::run_file::{SignIn, replace};
use crate::base::Clock;
use crate::config::Storage;
use crate::db::Db;
use crate::org::Orgs;

/// The people: role, e-mail, name.
pub(super) const PEOPLE: [(&str, &str, &str); 3] = [
    ("owner", "owner@demo.example", "Olive"),
    ("host", "host@demo.example", "Mila"),
    ("moderator", "moderator@demo.example", "Noor"),
];
/// The word that everybody knows.
const KNOWN: &str = "vitrine-demo";

/// What is kept beside the demo's data.
#[derive(Debug, Serialize, Deserialize)]
struct Secrets {
    /// What they were made for.
    private: bool,
    /// Whether the database has them. Written before and after, so that a crash in between does no harm.
    set: bool,
    sign_ins: Vec<SignIn>,
}

/// The sign-ins of this run; no other word opens the demo's accounts when it returns. Nothing may serve yet.
pub(super) async fn ready(args: &Args) -> Result<Vec<SignIn>, DemoError> {
    let file = args.data_dir.join("demo-secrets.json");
    let mut secrets = match read(&file) {
        Some(kept) if kept.private == args.is_private() => kept,
        _ => Secrets { private: args.is_private(), set: false, sign_ins: new(args.is_private()) },
    };
    if !secrets.set {
        write(&file, &secrets)?;
        let database_url = std::env::var("VITRINE_DATABASE_URL").ok().filter(|url| !url.is_empty());
        let storage =
            Storage { data_dir: args.data_dir.clone(), database_url, blobs_dir: None, secret_keys: None };
        set(&storage.database_url(), &secrets.sign_ins).await.map_err(DemoError::Passwords)?;
        secrets.set = true;
        write(&file, &secrets)?;
    }
    Ok(secrets.sign_ins)
}

fn new(private: bool) -> Vec<SignIn> {
    let word = || if private { KNOWN.to_owned() } else { random() };
    PEOPLE
        .map(|(role, email, _)| SignIn { role: role.into(), email: email.into(), password: word() })
        .to_vec()
}

fn random() -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut random = rand::rng();
    (0..20).map(|_| char::from(LETTERS[random.random_range(0..LETTERS.len())])).collect()
}

/// Accounts that are not there yet are registered with these words later.
async fn set(
    database_url: &str,
    sign_ins: &[SignIn],
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let db = Db::connect(database_url).await?;
    db.migrate().await?;
    let orgs = Orgs::new(db.clone(), Clock::system());
    for sign_in in sign_ins {
        orgs.reset_password(&sign_in.email, sign_in.password.clone()).await?;
    }
    drop(orgs);
    db.close().await;
    Ok(())
}

fn read(file: &Path) -> Option<Secrets> {
    let kept: Secrets = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    let whole = PEOPLE.iter().all(|(role, email, _)| {
        kept.sign_ins
            .iter()
            .any(|kept| kept.role == *role && kept.email == *email && !kept.password.is_empty())
    });
    whole.then_some(kept)
}

fn write(file: &Path, secrets: &Secrets) -> Result<(), DemoError> {
    let failed = |source| DemoError::File { what: "the demo's passwords", source };
    let text = serde_json::to_vec(secrets).map_err(std::io::Error::other).map_err(failed)?;
    replace(file, &text).map_err(failed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::net::IpAddr;

    use clap::Parser;

    use super::*;
    use crate::org::{OrgError, Registration};

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn args(folder: &Path, more: &[&str]) -> Args {
        let words = ["x", "--data-dir", folder.to_str().unwrap()];
        Cli::parse_from(words.iter().chain(more)).args
    }

    async fn orgs(folder: &Path) -> (Db, Orgs) {
        let db = Db::connect(&format!("sqlite:{}", folder.join("vitrine.db").display())).await.unwrap();
        (db.clone(), Orgs::new(db, Clock::system()))
    }

    /// Registers the owner as the demo does on its first start; gives the session.
    async fn register(folder: &Path, owner: &SignIn) -> String {
        let (db, orgs) = orgs(folder).await;
        let registration = Registration {
            email: owner.email.clone(),
            password: owner.password.clone(),
            name: "Olive".into(),
            organization_name: "Demo".into(),
            slug: None,
            locale: crate::mail::Locale::En,
        };
        let token = orgs.register(registration, HOME).await.unwrap().token;
        db.close().await;
        token
    }

    async fn opens(folder: &Path, password: &str) -> bool {
        let (db, orgs) = orgs(folder).await;
        let signed_in = orgs.sign_in("owner@demo.example", password.to_owned(), HOME).await;
        db.close().await;
        match signed_in {
            Ok(_) => true,
            Err(OrgError::BadCredentials) => false,
            Err(error) => panic!("{error}"),
        }
    }

    async fn lives(folder: &Path, session: &str) -> bool {
        let (db, orgs) = orgs(folder).await;
        let found = orgs.authenticate(session).await;
        db.close().await;
        !matches!(found, Err(OrgError::NoSession))
    }

    #[tokio::test]
    async fn a_word_of_a_private_run_opens_nothing_once_others_can_reach_it_and_back() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        let private = ready(&args(folder, &[])).await.unwrap();
        assert!(private.iter().all(|sign_in| sign_in.password == KNOWN));
        let session = register(folder, &private[0]).await;
        assert_eq!(ready(&args(folder, &[])).await.unwrap(), private, "the same again");
        assert!(opens(folder, KNOWN).await && lives(folder, &session).await);

        let exposed = ["--public-url", "https://demo.example"];
        let public = ready(&args(folder, &exposed)).await.unwrap();
        let words: BTreeSet<_> = public.iter().map(|sign_in| sign_in.password.as_str()).collect();
        assert!(words.len() == 3 && words.iter().all(|word| word.len() == 20), "{words:?}");
        assert!(!opens(folder, KNOWN).await && opens(folder, &public[0].password).await);
        assert!(!lives(folder, &session).await, "a session of that time has ended");
        assert_eq!(ready(&args(folder, &exposed)).await.unwrap(), public, "they stay while it is reachable");

        let again = ready(&args(folder, &[])).await.unwrap();
        assert_eq!(again, private);
        assert!(opens(folder, KNOWN).await && !opens(folder, &public[0].password).await);
    }

    #[tokio::test]
    async fn an_earlier_versions_file_and_a_half_done_change_are_made_good() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path();
        std::fs::write(folder.join("demo-secrets.json"), r#"{"password":"vitrine-demo"}"#).unwrap();
        let old = SignIn { role: "owner".into(), email: PEOPLE[0].1.into(), password: KNOWN.into() };
        set(&format!("sqlite:{}", folder.join("vitrine.db").display()), &[]).await.unwrap();
        register(folder, &old).await;
        let public = ready(&args(folder, &["--listen", "0.0.0.0"])).await.unwrap();
        assert!(!opens(folder, KNOWN).await && opens(folder, &public[0].password).await);
        // Killed after the file was written and before the database was changed.
        let half = Secrets { private: true, set: false, sign_ins: new(true) };
        write(&folder.join("demo-secrets.json"), &half).unwrap();
        ready(&args(folder, &[])).await.unwrap();
        assert!(opens(folder, KNOWN).await);
    }
}
