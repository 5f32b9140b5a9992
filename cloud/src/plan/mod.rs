//! Plans: what an organisation may use, what it has used, and whether it may use anything at all.
//!
//! Owns: plans and add-ons, which organisation has which ([`Standing`]), what a limit is ([`Limit`], [`Limits`]), what was used ([`Usage`]), suspension.
//! Rooms below ask where a cost arises: [`Plans::take`] locks the organisation's row and counts, so that two requests at once never
//! pass together. A limit refuses the next thing and never stops one that runs. Records `PlanChanged`,
//! `PlanChangeScheduled`, `OrganizationSuspended`, `OrganizationResumed`. Leans on `base`, `db`, `events`, `mail` (languages).

mod builtin;
mod error;
mod limits;
mod model;
mod plenty;
mod recordings;
mod routes;
mod service;
mod store;
mod usage;

pub use builtin::{add_on, add_ons};
pub use error::{LimitHit, PlanError};
pub use limits::{Limit, Limits};
pub use model::{
    AddOn, AddOnCount, Assignment, Names, Plan, PlanChange, PlanChoice, PlanDraft, PlanNamesChange,
    PlanSource, PlanState, Price, ScheduledChange, Standing, Suspension,
};
pub use recordings::RecordingTerms;
pub use routes::{PlanView, router};
pub use service::{Plans, Room, Unreadable};
pub use usage::{Meter, Usage};
