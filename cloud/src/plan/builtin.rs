//! The plans and add-ons that come with the program.

use std::sync::LazyLock;

use super::{AddOn, Limit, Limits, Names, Plan};

const GIB: i64 = 1 << 30;

static PLANS: LazyLock<Vec<Plan>> = LazyLock::new(|| {
    // Of a cloud that somebody runs for themselves: nothing is limited but what only abuse reaches.
    let open = Limits {
        concurrent_shows: Some(100),
        seats: Some(500),
        // Nothing is counted that nobody has to pay for.
        products: None,
        ..Limits::default()
    };
    let free = Limits {
        shows_a_month: Some(4),
        concurrent_shows: Some(1),
        ladder_top: Some(720),
        minutes_a_month: Some(240),
        viewers: Some(100),
        retention_days: Some(7),
        seats: Some(3),
        products: Some(100),
        blob_bytes: Some(GIB),
    };
    let starter = Limits {
        shows_a_month: Some(20),
        concurrent_shows: Some(1),
        ladder_top: Some(1080),
        minutes_a_month: Some(2400),
        viewers: Some(1000),
        retention_days: Some(30),
        seats: Some(10),
        products: Some(5000),
        blob_bytes: Some(20 * GIB),
    };
    let pro = Limits {
        shows_a_month: Some(200),
        concurrent_shows: Some(5),
        ladder_top: Some(2160),
        minutes_a_month: Some(30_000),
        viewers: Some(20_000),
        retention_days: Some(365),
        seats: Some(50),
        products: Some(100_000),
        blob_bytes: Some(200 * GIB),
    };
    vec![
        plan("open", names("Open", "Offen", "Ouvert"), open, false),
        plan("free", names("Free", "Kostenlos", "Gratuit"), free, true),
        plan("starter", names("Starter", "Einstieg", "Débutant"), starter, true),
        plan("pro", names("Pro", "Pro", "Pro"), pro, true),
    ]
});

static ADD_ONS: LazyLock<Vec<AddOn>> = LazyLock::new(|| {
    let one = |key, names, raises, by| AddOn { key, names, raises, by, price: None };
    vec![
        one("shows-10", names("10 shows", "10 Shows", "10 shows"), Limit::ShowsAMonth, 10),
        one(
            "show-at-a-time",
            names("One more at a time", "Eine mehr zugleich", "Un de plus à la fois"),
            Limit::ConcurrentShows,
            1,
        ),
        one(
            "minutes-1000",
            names("1,000 minutes", "1000 Minuten", "1000 minutes"),
            Limit::MinutesAMonth,
            1000,
        ),
        one(
            "viewers-1000",
            names("1,000 viewers", "1000 Zuschauer", "1000 spectateurs"),
            Limit::Viewers,
            1000,
        ),
        one(
            "retention-30",
            names("30 days of recordings", "30 Tage Aufzeichnungen", "30 jours d’enregistrements"),
            Limit::RetentionDays,
            30,
        ),
        one("seats-5", names("5 members", "5 Mitglieder", "5 membres"), Limit::Seats, 5),
        one(
            "products-1000",
            names("1,000 products", "1000 Produkte", "1000 produits"),
            Limit::Products,
            1000,
        ),
        one(
            "pictures-10",
            names("10 GiB of pictures", "10 GiB Bilder", "10 Gio d’images"),
            Limit::BlobBytes,
            10 * GIB,
        ),
    ]
});

/// Every plan that comes with the program.
pub(super) fn plans() -> &'static [Plan] {
    &PLANS
}

/// Everything that raises a limit.
#[must_use]
pub fn add_ons() -> &'static [AddOn] {
    &ADD_ONS
}

/// The add-on of a key.
#[must_use]
pub fn add_on(key: &str) -> Option<&'static AddOn> {
    ADD_ONS.iter().find(|one| one.key == key)
}

fn plan(key: &str, names: Names, limits: Limits, offered: bool) -> Plan {
    Plan { key: key.into(), names, limits, price: None, offered, builtin: true }
}

fn names(en: &str, de: &str, fr: &str) -> Names {
    Names { en: en.into(), de: Some(de.into()), fr: Some(fr.into()) }
}
