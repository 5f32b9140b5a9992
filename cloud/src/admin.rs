//! The role `admin`: what whoever runs the cloud does at the machine, on the database itself, also while `serve` runs.

use std::sync::Arc;

use anyhow::Context as _;
use chrono::TimeDelta;
use clap::{Subcommand, ValueEnum};
use serde_json::{Value, json};
use vitrine_cloud::base::{Actor, Clock};
use vitrine_cloud::billing::{Billing, InvoiceMove, Parts};
use vitrine_cloud::blobs::{Blobs, FolderBlobs};
use vitrine_cloud::catalog::Catalog;
use vitrine_cloud::config;
use vitrine_cloud::db::Db;
use vitrine_cloud::leaving::Leaving;
use vitrine_cloud::mail::Mailbox;
use vitrine_cloud::operator::{DeedFilter, OperatorOrganization, Operators, PlanAssignment};
use vitrine_cloud::org::{Orgs, SignUp};
use vitrine_cloud::plan::{AddOnCount, Limit, PlanChange, PlanNamesChange, Plans, Price};
use vitrine_cloud::secrets;
use vitrine_cloud::show::Shows;
use vitrine_protocol::Currency;

#[derive(clap::Args)]
pub struct Args {
    /// Print JSON for programs, not tables for people
    #[arg(long, global = true)]
    json: bool,
    #[command(flatten)]
    storage: config::Storage,
    #[command(flatten)]
    plan: config::Plan,
    #[command(flatten)]
    billing: config::Billing,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Who runs this cloud: they may do all of this over HTTP, below /v1/operator
    #[command(subcommand)]
    Operator(OperatorVerb),
    /// List organisations, newest first
    Organizations {
        /// A part of the name or the channel's name, or a member's address
        query: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
    },
    /// Show one organisation: its plan, its limits and what it uses
    Organization {
        /// Its id, or its channel's name
        organization: String,
    },
    /// List plans
    Plans,
    /// Make a plan, or change what is named of the one of that key for everybody who has it
    SetPlan {
        /// What programs call it: a-z, 0-9 and -
        key: String,
        /// What people call it; a new plan needs one
        #[arg(long)]
        name: Option<String>,
        /// What people call it in German
        #[arg(long)]
        name_de: Option<String>,
        /// What people call it in French
        #[arg(long)]
        name_fr: Option<String>,
        /// A limit, for example seats=10, or seats=none; what is not named stays, and a new plan has none of it
        #[arg(long = "limit", value_name = "NAME=NUMBER", value_parser = limit_of)]
        limits: Vec<(Limit, Option<i64>)>,
        /// What it costs a month in minor units, for example 9900EUR
        #[arg(long, value_name = "MINOR", value_parser = price_of)]
        price: Option<Price>,
        /// Take its price away, unless somebody pays it
        #[arg(long, conflicts_with = "price")]
        no_price: bool,
        /// Let organisations choose it
        #[arg(long)]
        offered: bool,
        /// Let nobody choose it any more; those who have it keep it
        #[arg(long, conflicts_with = "offered")]
        not_offered: bool,
    },
    /// List invoices of all organisations, open ones first
    Invoices {
        /// Those of one organisation: its id, or its channel's name
        #[arg(long)]
        organization: Option<String>,
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
    },
    /// Say that an open invoice was paid
    InvoicePaid {
        /// Its id
        invoice: String,
    },
    /// Say that an open invoice is not to be paid
    InvoiceVoid {
        /// Its id
        invoice: String,
    },
    /// End what an organisation pays for by invoice, with its period
    EndSubscription {
        /// Its id, or its channel's name
        organization: String,
        /// End it now
        #[arg(long)]
        at_once: bool,
    },
    /// List webhooks of the payment provider that could be given to nobody
    PaymentWebhooks,
    /// Have one of them followed once more
    RetryPaymentWebhook {
        /// Its id, as the provider has it
        webhook: String,
    },
    /// Give an organisation a plan, at once
    Assign {
        /// Its id, or its channel's name
        organization: String,
        /// The plan's key
        plan: String,
        /// What is added, for example seats-5=2
        #[arg(long = "add-on", value_name = "KEY=NUMBER", value_parser = add_on_of)]
        add_ons: Vec<AddOnCount>,
        /// Give it though the organisation pays for a plan, and goes on paying
        #[arg(long)]
        r#override: bool,
    },
    /// Take back the plan that an operator gave: what is paid for holds, or the default plan
    TakeBack {
        /// Its id, or its channel's name
        organization: String,
    },
    /// Keep an organisation that was to be deleted
    StopDeletion {
        /// Its id, or its channel's name
        organization: String,
    },
    /// List what raises a limit, with what it costs
    AddOns,
    /// Say what an add-on costs a month, by invoice
    SetAddOn {
        /// The add-on's key
        key: String,
        /// What one costs, for example 900EUR
        #[arg(long, value_parser = price_of, conflicts_with = "no_price")]
        price: Option<Price>,
        /// Take the price away
        #[arg(long)]
        no_price: bool,
    },
    /// List organisations that pay for several subscriptions at once
    SeveralSubscriptions,
    /// List what stands in the database and cannot be read
    Unreadable,
    /// Suspend an organisation: its members look and change nothing, its pages are closed
    Suspend {
        /// Its id, or its channel's name
        organization: String,
        /// What its members are told
        #[arg(long)]
        reason: String,
        /// End its shows on air, which go on otherwise
        #[arg(long)]
        end_shows: bool,
    },
    /// Let a suspended organisation go on
    Resume {
        /// Its id, or its channel's name
        organization: String,
    },
    /// End a show that is on air
    EndShow {
        /// Its id
        show: String,
    },
    /// Tell or decide who may make an account
    SignUp {
        /// Who from now on
        who: Option<Who>,
    },
    /// What is done for a person who has lost their way in
    #[command(subcommand)]
    Person(PersonVerb),
    /// List what operators did, newest first
    Audit {
        /// How many at most
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
        limit: u16,
    },
}

#[derive(Subcommand)]
enum OperatorVerb {
    /// Make whoever has this confirmed address an operator
    Add {
        /// The address of their account
        email: String,
    },
    /// Make them none any more
    Remove {
        /// The address of their account
        email: String,
    },
    /// List operators
    List,
}

#[derive(Subcommand)]
enum PersonVerb {
    /// Take the second factor away that they lost: the password alone opens their account, and they get a letter
    RemoveSecondFactor {
        /// The confirmed address of their account
        email: String,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum Who {
    /// Everybody
    Open,
    /// Those who are invited into an organisation
    Invitation,
    /// Nobody new; invitations that were sent still hold
    Closed,
}

fn price_of(text: &str) -> Result<Price, String> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (minor, currency) = text.split_at(digits);
    let price_minor = minor.parse().map_err(|_| "write it as 9900EUR")?;
    let currency = Currency::try_from(currency).map_err(|_| "write it as 9900EUR")?;
    Ok(Price { price_minor, currency })
}

fn limit_of(text: &str) -> Result<(Limit, Option<i64>), String> {
    let names = || Limit::ALL.iter().map(|limit| limit.as_str()).collect::<Vec<_>>().join(", ");
    let (name, number) = text.split_once('=').ok_or("write NAME=NUMBER")?;
    let limit = Limit::ALL.iter().find(|limit| limit.as_str() == name);
    let limit = limit.ok_or_else(|| format!("limits are {}", names()))?;
    let most = match number {
        "none" => None,
        number => Some(number.parse().map_err(|_| format!("{number} is no number"))?),
    };
    Ok((*limit, most))
}

fn add_on_of(text: &str) -> Result<AddOnCount, String> {
    let (key, number) = text.split_once('=').unwrap_or((text, "1"));
    let quantity = number.parse().map_err(|_| format!("{number} is no number"))?;
    Ok(AddOnCount { key: key.to_owned(), quantity })
}

pub async fn run(arguments: Args) -> anyhow::Result<()> {
    let Args { json, storage, plan, billing, verb } = arguments;
    let db = Db::connect_beside(&storage.database_url()).await?;
    let done = match operators(&db, &storage, &plan, &billing).await {
        Ok(operators) => act(&operators, verb).await,
        Err(error) => Err(error),
    };
    db.close().await;
    let (value, columns) = done?;
    if json {
        println!("{}", serde_json::to_string_pretty(&value)?);
    } else {
        print!("{}", table(&value, columns));
    }
    Ok(())
}

/// The same rooms as `serve` has, over the database alone.
async fn operators(
    db: &Db,
    storage: &config::Storage,
    plan: &config::Plan,
    settings: &config::Billing,
) -> anyhow::Result<Operators> {
    let clock = Clock::system();
    let plans = Plans::new(db.clone(), clock.clone(), &plan.default_plan);
    // Letters are left for `serve` to send. They have no links.
    let ring = secrets::open(storage, db, clock.now()).await?;
    let mailbox = Mailbox::new(ring.clone(), "");
    let orgs = Orgs::new(db.clone(), clock.clone()).within(plans.clone()).mailing(mailbox.clone());
    let blobs: Blobs = Arc::new(FolderBlobs::new(storage.blobs_dir()));
    let catalog = Catalog::new(db.clone(), clock.clone(), blobs.clone(), String::new()).within(plans.clone());
    let nowhere = (String::new(), String::new());
    let shows = Shows::new(db.clone(), clock.clone(), catalog, TimeDelta::zero(), nowhere.0, nowhere.1)
        .within(plans.clone());
    // The books alone: what the payment provider says is asked by `serve`.
    let books = config::Billing {
        stripe_key_file: None,
        stripe_webhook_secrets_file: None,
        stripe_prices: Vec::new(),
        ..settings.clone()
    };
    let billing = Billing::new(
        Parts {
            db: db.clone(),
            clock: clock.clone(),
            orgs: orgs.clone(),
            plans: plans.clone(),
            mailbox,
            default_plan: plan.default_plan.clone(),
            self_service: plan.plan_self_service,
            public_url: String::new(),
        },
        &books,
    )?;
    // Only what stands in the database is asked of it here: nothing is put together, and nothing is mailed.
    let leaving = Leaving::new(
        (db.clone(), clock.clone()),
        (orgs.clone(), shows.clone(), billing.clone()),
        (blobs, ring),
        "",
        storage.data_dir.join("exports"),
    );
    Ok(Operators::new((db.clone(), clock), orgs, (plans, billing), (shows, leaving)))
}

/// What a verb gives, and which fields of it people read.
type Done = (Value, &'static [&'static str]);

const INVOICE: &[&str] =
    &["id", "seller", "number", "customer_name", "state", "total_minor", "currency", "due_at"];
const ADD_ON: &[&str] = &["key", "names", "raises", "by", "price"];
const ORGANIZATION: &[&str] = &["id", "slug", "name", "members", "plan", "state", "suspended"];

async fn act(operators: &Operators, verb: Verb) -> anyhow::Result<Done> {
    let me = Actor::service("console");
    Ok(match verb {
        Verb::Operator(OperatorVerb::List) => {
            (json!(operators.operators(&me).await?), &["id", "email", "name"])
        }
        Verb::Operator(OperatorVerb::Add { email }) => {
            (json!(operators.set_operator(&me, &email, true).await?), &["id", "email", "name"])
        }
        Verb::Operator(OperatorVerb::Remove { email }) => {
            (json!(operators.set_operator(&me, &email, false).await?), &["id", "email", "name"])
        }
        Verb::Organizations { query, limit } => {
            let page = operators.organizations(&me, query.as_deref(), None, limit.into()).await?;
            let rows: Vec<Value> = page.items.iter().map(row_of).collect();
            (json!(rows), ORGANIZATION)
        }
        Verb::Organization { organization } => {
            let org = operators.named(&me, &organization).await?;
            file(json!(operators.organization(&me, org).await?))
        }
        Verb::Plans => {
            (json!(operators.plans(&me).await?), &["key", "names", "offered", "builtin", "limits"])
        }
        Verb::SetPlan { key, name, name_de, name_fr, limits, price, no_price, offered, not_offered } => {
            let before = operators.plans(&me).await?.into_iter().find(|plan| plan.key == key);
            let mut all = json!(before.map(|plan| plan.limits).unwrap_or_default());
            for (limit, most) in limits {
                all[limit.as_str()] = json!(most);
            }
            let change = PlanChange {
                names: Some(PlanNamesChange { en: name, de: name_de, fr: name_fr }),
                limits: Some(serde_json::from_value(all)?),
                price: if no_price { Some(None) } else { price.map(Some) },
                offered: if not_offered { Some(false) } else { offered.then_some(true) },
            };
            let plan = operators.put_plan(&me, &key, change).await?;
            (json!(plan), &["key", "names", "offered", "price", "limits"])
        }
        Verb::Invoices { organization, limit } => {
            let org = match organization {
                Some(name) => Some(operators.named(&me, &name).await?),
                None => None,
            };
            let page = operators.invoices(&me, (org, None), None, limit.into()).await?;
            (json!(page.items), INVOICE)
        }
        Verb::InvoicePaid { invoice } => {
            let id = invoice.parse().context("that is no invoice's id")?;
            (json!(operators.close_invoice(&me, id, InvoiceMove::Paid).await?), INVOICE)
        }
        Verb::InvoiceVoid { invoice } => {
            let id = invoice.parse().context("that is no invoice's id")?;
            (json!(operators.close_invoice(&me, id, InvoiceMove::Void).await?), INVOICE)
        }
        Verb::EndSubscription { organization, at_once } => {
            let org = operators.named(&me, &organization).await?;
            let view = operators.end_subscription(&me, org, at_once).await?;
            (json!(view), &["provider", "state", "period_end", "coming"])
        }
        Verb::PaymentWebhooks => (
            json!(operators.dead_webhooks(&me, 1000).await?),
            &["received_at", "id", "kind", "customer", "reason"],
        ),
        Verb::RetryPaymentWebhook { webhook } => {
            operators.retry_webhook(&me, &webhook).await?;
            (json!({"id": webhook, "state": "waiting"}), &["id", "state"])
        }
        Verb::Assign { organization, plan, add_ons, r#override } => {
            let org = operators.named(&me, &organization).await?;
            let said = json!({"plan": plan, "add_ons": add_ons, "override": r#override});
            let said: PlanAssignment = serde_json::from_value(said)?;
            file(json!(operators.assign(&me, org, said).await?))
        }
        Verb::TakeBack { organization } => {
            let org = operators.named(&me, &organization).await?;
            file(json!(operators.take_back(&me, org).await?))
        }
        Verb::StopDeletion { organization } => {
            let org = operators.named(&me, &organization).await?;
            operators.stop_deletion(&me, org).await?;
            file(json!(operators.organization(&me, org).await?))
        }
        Verb::AddOns => (json!(operators.add_ons(&me).await?), ADD_ON),
        Verb::SetAddOn { key, price, no_price } => {
            anyhow::ensure!(price.is_some() || no_price, "say --price or --no-price");
            (json!(operators.price_add_on(&me, &key, price).await?), ADD_ON)
        }
        Verb::SeveralSubscriptions => (
            json!(operators.several_subscriptions(&me, None, 1000).await?.items),
            &["organization", "customer", "subscription", "others"],
        ),
        Verb::Unreadable => {
            (json!(operators.unreadable(&me).await?), &["what", "organization", "id", "reason"])
        }
        Verb::Suspend { organization, reason, end_shows } => {
            let org = operators.named(&me, &organization).await?;
            file(json!(operators.suspend(&me, org, &reason, end_shows).await?))
        }
        Verb::Resume { organization } => {
            let org = operators.named(&me, &organization).await?;
            file(json!(operators.resume(&me, org).await?))
        }
        Verb::EndShow { show } => {
            let show = operators.end_show(&me, show.parse().context("that is no show's id")?).await?;
            (json!({"id": show.id, "title": show.title, "state": show.state}), &["id", "title", "state"])
        }
        Verb::SignUp { who } => {
            if let Some(who) = who {
                let sign_up = match who {
                    Who::Open => SignUp::Open,
                    Who::Invitation => SignUp::Invitation,
                    Who::Closed => SignUp::Closed,
                };
                operators.set_sign_up(&me, sign_up).await?;
            }
            (json!({"sign_up": operators.sign_up(&me).await?}), &["sign_up"])
        }
        Verb::Person(PersonVerb::RemoveSecondFactor { email }) => {
            (json!(operators.remove_factor(&me, &email).await?), &["id", "email", "name"])
        }
        Verb::Audit { limit } => {
            let page = operators.audit(&me, &DeedFilter::default(), None, limit.into()).await?;
            (json!(page.items), &["at", "actor", "kind", "organization", "detail"])
        }
    })
}

fn row_of(organization: &OperatorOrganization) -> Value {
    json!(organization)
}

/// People read who it is and, limit by limit, what there is of it.
fn file(file: Value) -> Done {
    (file, &["organization", "plan"])
}

/// Rows of a list, or of one thing, under the names of their columns; below one organisation stand its limits.
fn table(value: &Value, columns: &[&str]) -> String {
    if let Some(organization) = value.get("organization") {
        let plan = &value["plan"];
        let limits = plan["limits"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, most)| json!({"limit": name, "allowed": most, "used": plan["used"][name]}));
        let limits: Vec<Value> = limits.collect();
        return table(organization, ORGANIZATION)
            + "\n"
            + &table(&json!(limits), &["limit", "allowed", "used"]);
    }
    let one = [value.clone()];
    let rows = value.as_array().map_or(&one[..], Vec::as_slice);
    let mut lines = vec![columns.iter().map(|column| column.to_uppercase()).collect::<Vec<_>>()];
    lines.extend(rows.iter().map(|row| columns.iter().map(|column| cell(&row[*column])).collect()));
    let width = |n: usize| lines.iter().map(|line| line[n].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    lines.iter().fold(String::new(), |text, line| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        text + cells.collect::<Vec<_>>().join("  ").trim_end() + "\n"
    })
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => "-".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(fields) if fields.contains_key("en") => cell(&fields["en"]),
        Value::Object(fields) if fields.contains_key("reason") => cell(&fields["reason"]),
        Value::Object(fields) => {
            let set = fields.iter().filter(|(_, value)| !value.is_null());
            set.map(|(name, value)| format!("{name}={}", cell(value))).collect::<Vec<_>>().join(" ")
        }
        Value::Array(items) => items.iter().map(cell).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn limits_and_add_ons_are_read_and_what_is_none_is_named() {
        assert_eq!(limit_of("seats=3"), Ok((Limit::Seats, Some(3))));
        assert_eq!(limit_of("seats=none"), Ok((Limit::Seats, None)));
        assert_eq!(price_of("9900EUR").map(|price| price.price_minor), Ok(9900));
        assert!(price_of("9900").is_err() && price_of("EUR").is_err() && price_of("-1EUR").is_err());
        assert!(limit_of("moons=3").unwrap_err().contains("shows_a_month"));
        assert!(limit_of("seats=many").is_err() && limit_of("seats").is_err());
        assert_eq!(add_on_of("seats-5=2").map(|one| one.quantity), Ok(2));
        assert_eq!(add_on_of("seats-5").map(|one| one.quantity), Ok(1));
    }

    #[test]
    fn a_table_is_as_wide_as_what_stands_in_it() {
        let rows = json!([{"key": "pro", "names": {"en": "Pro"}}, {"key": "starter", "names": null}]);
        assert_eq!(table(&rows, &["key", "names"]), "KEY      NAMES\npro      Pro\nstarter  -\n");
    }
}
