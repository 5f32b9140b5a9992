//! The live-shopping cloud: one library, one binary, several roles.
//!
//! The rooms stand on a ladder, in the order below: a room uses the rooms above it, never those
//! below, and only through what its `mod.rs` exports. To reach a room below, a room records an
//! [`events::Event`] in the transaction of its change; listeners react later, safely twice.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used))]

pub mod config;

pub mod base;

pub mod db;

pub mod secrets;

pub mod jobs;

pub mod replays;

pub mod events;

pub mod bus;

pub mod blobs;

pub mod mail;

pub mod plan;

pub mod org;

pub mod billing;

pub mod webhooks;

pub mod catalog;

pub mod import;

pub mod show;

pub mod ingest;

pub mod edge;

pub mod health;

pub mod rtm;

pub mod storefront;

pub mod leaving;

pub mod operator;

pub mod demo;

pub mod app;

pub mod http;

pub mod worker;
