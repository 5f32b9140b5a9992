//! Checks on the source itself: arrows never turn back, each thing has one home.
//!
//! The rules are data at the top of each module, so that a new room is a new line there. Every
//! rule is also tried on a small wrong example, so that a rule that stopped working is noticed.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod arrows;
mod homes;
mod source;
mod words;

use source::Tree;

fn report(mut findings: Vec<String>) {
    findings.sort();
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn crates_know_nobody_above_them() {
    report(arrows::crates(&Tree::project()));
}

#[test]
fn cloud_rooms_use_only_rooms_above_them() {
    report(arrows::ladder(&Tree::project()));
}

#[test]
fn every_cloud_room_stands_on_the_ladder_and_carries_a_card() {
    report(arrows::rooms_are_listed(&Tree::project()));
}

#[test]
fn things_stay_in_their_homes() {
    report(homes::check(&Tree::project()));
}

#[test]
fn files_stay_short_and_whole() {
    report(words::check(&Tree::project()));
}
