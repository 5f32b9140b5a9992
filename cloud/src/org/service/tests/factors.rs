//! The second factor.

use super::links::{letters, letters_once, orgs, token};
use super::people::owner;
use super::*;
use crate::events::Event;
use crate::org::{Challenge, Proof, RecoveryCodes, SignedIn, totp};

const AWAY: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 9));

/// An authenticator that was told the secret.
pub(super) struct Phone(totp::Secret, TestClock);

impl Phone {
    fn of(secret: &str, hands: &TestClock) -> Self {
        let bytes = data_encoding::BASE32_NOPAD.decode(secret.as_bytes()).unwrap();
        Self(totp::Secret::of(&bytes), hands.clone())
    }

    fn code(&self) -> String {
        self.0.code(totp::Secret::step_at(self.1.clock().now())).unwrap()
    }

    fn proof(&self) -> Proof {
        Proof::Code(self.code())
    }

    /// The next code, after the one that was used.
    pub(super) fn next(&self) -> Proof {
        self.1.advance(Duration::from_secs(30));
        self.proof()
    }
}

pub(super) const PASSWORD: &str = "correct horse";

pub(super) async fn enrol(orgs: &Orgs, actor: &Actor, hands: &TestClock) -> (Phone, RecoveryCodes) {
    let made = orgs.enrol_totp(actor, PASSWORD.into()).await.unwrap();
    let phone = Phone::of(&made.secret, hands);
    assert!(made.uri.contains(&format!("secret={}&issuer=Vitrine", made.secret)));
    (orgs.confirm_totp(actor, &phone.code()).await.map(|codes| (phone, codes))).unwrap()
}

fn challenged(answer: Result<SignedIn, OrgError>) -> Challenge {
    match answer {
        Err(OrgError::SecondFactor(challenge)) => challenge,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("a session without the second factor"),
    }
}

async fn sign_in(orgs: &Orgs, from: IpAddr) -> Challenge {
    challenged(orgs.sign_in("ada@example.com", PASSWORD.into(), from).await)
}

#[tokio::test]
async fn with_an_authenticator_a_password_alone_makes_no_session_and_each_code_makes_one() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, org, _) = owner(&db, &orgs).await;
        let wrong = orgs.enrol_totp(&ada, "wrong horse".into()).await;
        assert!(matches!(wrong, Err(OrgError::BadCredentials)));
        // Until its first code came it is not asked for, and another may take its place.
        let first = orgs.enrol_totp(&ada, PASSWORD.into()).await.unwrap();
        orgs.sign_in("ada@example.com", PASSWORD.into(), HOME).await.unwrap();
        let (phone, codes) = enrol(&orgs, &ada, &hands).await;
        let old = Phone::of(&first.secret, &hands);
        assert!(matches!(orgs.enrol_totp(&ada, PASSWORD.into()).await, Err(OrgError::HasFactor)));
        assert!(matches!(orgs.confirm_totp(&ada, &phone.code()).await, Err(OrgError::NoFactor)));
        let factors = orgs.factors(&ada).await.unwrap();
        assert_eq!((factors.totp.is_some(), factors.recovery_codes, codes.codes.len()), (true, 10, 10));

        let challenge = sign_in(&orgs, AWAY).await;
        let answer = async |proof: &Proof| orgs.second_factor(&challenge.token, proof, AWAY).await;
        assert!(
            matches!(answer(&phone.proof()).await, Err(OrgError::BadCode)),
            "it confirmed the authenticator"
        );
        hands.advance(Duration::from_secs(30));
        assert!(matches!(answer(&old.proof()).await, Err(OrgError::BadCode)));
        let signed_in = answer(&phone.proof()).await.unwrap();
        assert_eq!(signed_in.organizations[0].id, org);
        orgs.authenticate(&signed_in.token).await.unwrap();
        assert!(matches!(answer(&phone.next()).await, Err(OrgError::ChallengeOver)), "once");
        let another = sign_in(&orgs, HOME).await;
        let used = phone.proof();
        orgs.second_factor(&another.token, &used, HOME).await.unwrap();
        let third = sign_in(&orgs, HOME).await;
        let again = orgs.second_factor(&third.token, &used, HOME).await;
        assert!(matches!(again, Err(OrgError::BadCode)), "a code is taken once");
        for strange in ["", "vtc_", "vts_x", &"vtc_x".repeat(99)] {
            let over = orgs.second_factor(strange, &phone.next(), HOME).await;
            assert!(matches!(over, Err(OrgError::ChallengeOver)), "{strange}");
        }
        let kept: String = crate::on!(db, c => sqlx::query_scalar("SELECT sealed FROM totp_factors")
            .fetch_one(c).await)
        .unwrap();
        assert!(kept.starts_with("v1."), "the secret waits sealed");
    })
    .await;
}

#[tokio::test]
async fn one_code_at_two_doors_at_once_opens_one_of_them() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, ..) = owner(&db, &orgs).await;
        let (phone, _) = enrol(&orgs, &ada, &hands).await;
        let proof = phone.next();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let (challenge, proof, orgs) = (sign_in(&orgs, HOME).await, proof.clone(), orgs.clone());
            tasks.spawn(async move { orgs.second_factor(&challenge.token, &proof, HOME).await.is_ok() });
        }
        let opened = tasks.join_all().await.into_iter().filter(|opened| *opened).count();
        assert_eq!(opened, 1);
    })
    .await;
}

#[tokio::test]
async fn no_other_way_of_making_a_session_passes_by_the_second_factor() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada_actor, ..) = owner(&db, &orgs).await;
        let (phone, _) = enrol(&orgs, &ada_actor, &hands).await;
        challenged(orgs.register(ada(), HOME).await);

        let bo = Registration { email: "bo@example.com".into(), organization_name: "Bo".into(), ..ada() };
        let bo = orgs.register(bo, HOME).await.unwrap();
        let actor = orgs.authenticate(&bo.token).await.unwrap();
        let new = crate::org::NewInvitation {
            email: "ada@example.com".into(),
            role: Role::Host,
            role_id: None,
            locale: None,
        };
        let invited = orgs.invite(&actor, bo.organizations[0].id, new).await.unwrap();
        let link = token(&(String::new(), invited.link), "/account/invitation");
        let challenge = challenged(orgs.accept_as_new(&link, "Ada", PASSWORD.into(), HOME).await);
        let back = orgs.second_factor(&challenge.token, &phone.next(), HOME).await.unwrap();
        assert_eq!(back.organizations.len(), 1, "nobody was taken in before all was shown");
        let ada_actor = orgs.authenticate(&back.token).await.unwrap();
        let joined = orgs.accept_invitation(&ada_actor, &link).await.unwrap();
        assert_eq!(joined.organization.id, bo.organizations[0].id, "and the link still held");

        // A password that is chosen anew, by mail or at the machine, leaves the factor where it is; sign-ins that wait end.
        let waiting = sign_in(&orgs, HOME).await;
        let before = letters(&db).await.len();
        orgs.ask_reset("ada@example.com", HOME.into()).unwrap();
        let mail = letters_once(&db, before + 1).await;
        let link = token(mail.last().unwrap(), "/account/reset");
        orgs.reset(&link, "another horse".into(), &HOME.into()).await.unwrap();
        let late = orgs.second_factor(&waiting.token, &phone.next(), HOME).await;
        assert!(matches!(late, Err(OrgError::ChallengeOver)));
        challenged(orgs.sign_in("ada@example.com", "another horse".into(), HOME).await);
        orgs.reset_password("ada@example.com", "third horse".into()).await.unwrap();
        let challenge = challenged(orgs.sign_in("ada@example.com", "third horse".into(), HOME).await);
        orgs.second_factor(&challenge.token, &phone.next(), HOME).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_opens_once_and_its_use_is_told() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, org, user) = owner(&db, &orgs).await;
        let (phone, codes) = enrol(&orgs, &ada, &hands).await;
        let recovery = |n: usize| Proof::Recovery(codes.codes[n].to_uppercase().replace('-', " "));
        let challenge = sign_in(&orgs, AWAY).await;
        orgs.second_factor(&challenge.token, &recovery(0), AWAY).await.unwrap();
        let challenge = sign_in(&orgs, HOME).await;
        let again = orgs.second_factor(&challenge.token, &recovery(0), HOME).await;
        assert!(matches!(again, Err(OrgError::BadCode)));
        let told = letters(&db).await;
        assert!(told.iter().any(|letter| letter.1.contains("left: 9")), "{told:?}");
        let deeds = orgs.audit(&ada, org, None, 2).await.unwrap().items;
        assert_eq!(deeds[0].fact.event, Event::RecoveryCodeUsed { user: user.id, left: 9 });
        assert_eq!(deeds[0].actor_name.as_deref(), Some("Ada"));
        assert_eq!(deeds[1].fact.event, Event::FactorAdded { user: user.id });

        let renewed = orgs.renew_recovery_codes(&ada, PASSWORD.into(), &phone.next()).await.unwrap();
        let challenge = sign_in(&orgs, HOME).await;
        let old = orgs.second_factor(&challenge.token, &recovery(1), HOME).await;
        assert!(matches!(old, Err(OrgError::BadCode)));
        // Who lost the phone takes it away with the password and a code that is left.
        let lost = Proof::Recovery(renewed.codes[3].clone());
        let wrong = orgs.remove_totp(&ada, "wrong horse".into(), &lost).await;
        assert!(matches!(wrong, Err(OrgError::BadCredentials)));
        orgs.remove_totp(&ada, PASSWORD.into(), &lost).await.unwrap();
        let factors = orgs.factors(&ada).await.unwrap();
        assert_eq!((factors.totp, factors.recovery_codes), (None, 0));
        assert!(matches!(orgs.remove_totp(&ada, PASSWORD.into(), &lost).await, Err(OrgError::NoFactor)));
        orgs.sign_in("ada@example.com", PASSWORD.into(), AWAY).await.unwrap();
        let challenge = orgs.second_factor(&challenge.token, &phone.next(), HOME).await;
        assert!(matches!(challenge, Err(OrgError::BadCode)));
        let subjects = letters(&db).await;
        assert!(subjects.last().unwrap().1.contains("was removed"), "{subjects:?}");
    })
    .await;
}

#[tokio::test]
async fn guessing_codes_is_slow_and_holds_nobody_up_at_home() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (ada, ..) = owner(&db, &orgs).await;
        let (phone, _) = enrol(&orgs, &ada, &hands).await;
        hands.advance(Duration::from_secs(30));
        let wrong = Proof::Code("000000".into());
        let (mut tried, mut refused) = (0, 0);
        for _ in 0..4 {
            let challenge = sign_in(&orgs, AWAY).await;
            for _ in 0..4 {
                match orgs.second_factor(&challenge.token, &wrong, AWAY).await {
                    Err(OrgError::BadCode) => tried += 1,
                    Err(OrgError::TooManyTries) => refused += 1,
                    other => panic!("{:?}", other.map(drop)),
                }
            }
        }
        assert_eq!((tried, refused), (5, 11), "and beginning anew is no way around it");
        let challenge = sign_in(&orgs, HOME).await;
        orgs.second_factor(&challenge.token, &phone.proof(), HOME).await.unwrap();
        // At home too a sign-in has so many codes and takes so long.
        let challenge = sign_in(&orgs, HOME).await;
        for _ in 0..5 {
            let tried = orgs.second_factor(&challenge.token, &wrong, HOME).await;
            assert!(matches!(tried, Err(OrgError::BadCode)));
        }
        let over = orgs.second_factor(&challenge.token, &phone.next(), HOME).await;
        assert!(matches!(over, Err(OrgError::ChallengeOver)));
        let challenge = sign_in(&orgs, HOME).await;
        hands.advance(Duration::from_secs(301));
        let late = orgs.second_factor(&challenge.token, &phone.proof(), HOME).await;
        assert!(matches!(late, Err(OrgError::ChallengeOver)));
        orgs.sweep_sessions().await.unwrap();
        let left: i64 = crate::on!(db, c => sqlx::query_scalar("SELECT COUNT(*) FROM sign_in_challenges")
            .fetch_one(c).await)
        .unwrap();
        assert_eq!(left, 0);
    })
    .await;
}

#[tokio::test]
async fn guesses_at_several_nodes_or_after_a_restart_count_together() {
    each_db(async |db| {
        let hands = TestClock::new();
        let nodes = [orgs(&db, &hands), orgs(&db, &hands)];
        let (ada, ..) = owner(&db, &nodes[0]).await;
        let (phone, _) = enrol(&nodes[0], &ada, &hands).await;
        hands.advance(Duration::from_secs(30));
        let wrong = Proof::Code("000000".into());
        for (node, bad) in nodes.iter().zip([3, 2]) {
            let challenge = sign_in(node, AWAY).await;
            for n in 0..3 {
                let tried = node.second_factor(&challenge.token, &wrong, AWAY).await;
                let counted = matches!(tried, Err(OrgError::BadCode));
                assert!(counted == (n < bad) && (counted || matches!(tried, Err(OrgError::TooManyTries))));
            }
        }
        let at_home = sign_in(&nodes[1], HOME).await;
        nodes[1].second_factor(&at_home.token, &phone.next(), HOME).await.expect("nobody is held up at home");

        // The same for who is signed in.
        for (node, bad) in nodes.iter().zip([7, 3]) {
            for n in 0..7 {
                let tried = node.renew_recovery_codes(&ada, PASSWORD.into(), &wrong).await;
                let counted = matches!(tried, Err(OrgError::BadCode));
                assert!(counted == (n < bad) && (counted || matches!(tried, Err(OrgError::TooManyTries))));
            }
        }
        hands.advance(Duration::from_secs(300));
        let fresh = orgs(&db, &hands);
        fresh.renew_recovery_codes(&ada, PASSWORD.into(), &phone.next()).await.unwrap();
        hands.advance(Duration::from_secs(24 * 3600));
        fresh.sweep_sessions().await.unwrap();
        assert_eq!(crate::db::testing::number(&db, "SELECT COUNT(*) FROM code_tries").await, 0);
    })
    .await;
}

#[tokio::test]
async fn who_knows_the_password_alone_pushes_nobody_out_at_home_and_its_owner_is_told_once() {
    each_db(async |db| {
        let hands = TestClock::new();
        let orgs = orgs(&db, &hands);
        let (actor, _, _) = owner(&db, &orgs).await;
        let (phone, _) = enrol(&orgs, &actor, &hands).await;
        let mine = sign_in(&orgs, HOME).await;
        let mut waiting = 0;
        for n in 0..60 {
            let from = IpAddr::from([203, 0, 113, n]);
            match orgs.sign_in("ada@example.com", PASSWORD.into(), from).await {
                Err(OrgError::SecondFactor(_)) => waiting += 1,
                Err(OrgError::TooManyTries) => {}
                _ => panic!("neither"),
            }
        }
        assert!((5..=10).contains(&waiting), "a password alone counts as a try: {waiting}");
        // Whoever is at the same desk takes their own places only.
        for n in 0..30 {
            let (hash, now) = (format!("stranger {n}"), hands.clock().now());
            let mut tx = db.begin().await.unwrap();
            let by = (mine_is(&actor), "site 203.0.113.9");
            let times = (now, now + chrono::TimeDelta::minutes(5));
            store::insert_challenge(&mut tx, &hash, by, "shown", times).await.unwrap();
            tx.commit().await.unwrap();
        }
        orgs.second_factor(&mine.token, &phone.next(), HOME).await.unwrap();
        let known = letters(&db).await.into_iter().filter(|(_, text)| text.contains("no code after it"));
        assert_eq!(known.count(), 1);
        // With the second factor, nothing was a try.
        for _ in 0..20 {
            let next = sign_in(&orgs, HOME).await;
            orgs.second_factor(&next.token, &phone.next(), HOME).await.unwrap();
        }
    })
    .await;
}

fn mine_is(actor: &Actor) -> UserId {
    actor.user().unwrap()
}

#[tokio::test]
async fn a_password_that_is_changed_while_it_is_looked_at_opens_nothing_any_more() {
    each_db(async |db| {
        let orgs = orgs(&db, &TestClock::new());
        let (ada, ..) = owner(&db, &orgs).await;
        let shown = orgs.confirmed_caller(&ada, PASSWORD.into()).await.unwrap();
        orgs.reset_password("ada@example.com", "another horse".into()).await.unwrap();
        assert!(matches!(orgs.held(&shown, None).await, Err(OrgError::BadCredentials)));
        let shown = orgs.confirmed_caller(&ada, "another horse".into()).await.unwrap();
        assert!(orgs.held(&shown, None).await.is_ok());
    })
    .await;
}
