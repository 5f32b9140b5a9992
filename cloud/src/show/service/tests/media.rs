//! What the media side says of a show's media: on the timeline when it changes.

use super::*;

impl Stage {
    async fn hear(&self, facts: &[MediaFact]) {
        for fact in facts {
            self.report(fact.clone()).await;
        }
    }

    /// What the timeline tells of the media since the show was set up.
    async fn media_kinds(&self) -> Vec<String> {
        let of_media = ["transmission_", "rung_", "frame_rate_", "recording_", "journal_", "source_"];
        let is_of_media = |kind: &String| of_media.iter().any(|start| kind.starts_with(start));
        self.kinds().await.into_iter().filter(is_of_media).collect()
    }
}

fn up(name: &str) -> MediaFact {
    MediaFact::RungUp { name: name.into() }
}

fn down(name: &str, reason: &str) -> MediaFact {
    MediaFact::RungDown { name: name.into(), reason: reason.into() }
}

#[tokio::test]
async fn what_a_transmission_says_at_each_connection_is_told_when_it_changes() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let stopped = Some("The disk is full.".to_owned());
        let standing = [
            MediaFact::TransmissionStarted { epoch: 3 },
            up("source"),
            down("360p", "This machine has no cores left."),
            MediaFact::Codec { text: "H.264 1280x720".into() },
            MediaFact::HalfRate { on: true },
            MediaFact::Journal { stopped: stopped.clone() },
            MediaFact::Recording { stopped },
        ];
        // `serve` is restarted twice.
        for _ in 0..3 {
            stage.hear(&standing).await;
        }
        let mut told = vec![
            "transmission_started",
            "rung_up",
            "rung_down",
            "source_described",
            "frame_rate_halved",
            "journal_stopped",
            "recording_stopped",
        ];
        assert_eq!(stage.media_kinds().await, told);
        let changes = [
            up("360p"),
            down("source", "The encoder failed."),
            down("source", "It is too slow."),
            MediaFact::Codec { text: "H.265 1280x720".into() },
            MediaFact::HalfRate { on: false },
            MediaFact::Journal { stopped: None },
            MediaFact::Recording { stopped: None },
        ];
        for fact in &changes {
            stage.hear(&[fact.clone(), fact.clone()]).await;
        }
        told.extend(["rung_up", "rung_down", "rung_down", "source_described"]);
        told.extend(["frame_rate_restored", "journal_resumed", "recording_resumed"]);
        assert_eq!(stage.media_kinds().await, told);
    })
    .await;
}

#[tokio::test]
async fn that_all_is_as_it_should_be_is_no_news_from_the_start() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let well = [
            MediaFact::HalfRate { on: false },
            MediaFact::Journal { stopped: None },
            MediaFact::Recording { stopped: None },
        ];
        stage.hear(&well).await;
        assert!(stage.media_kinds().await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_transmission_that_died_tells_anew_which_rungs_are_up() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let started = |epoch| MediaFact::TransmissionStarted { epoch };
        let rungs = [up("480p"), down("360p", "This machine has no cores left.")];
        let known = async || {
            let show = stage.app.shows.find(stage.show).await.unwrap().unwrap();
            stage.app.shows.rungs(&show).await.unwrap()
        };
        stage.hear(&[started(3)]).await;
        stage.hear(&rungs).await;
        assert_eq!(known().await, ["480p"]);
        // The chat lets go of all rungs at this, and at each that starts.
        stage
            .hear(&[MediaFact::TransmissionLost { epoch: 3 }, MediaFact::TransmissionLost { epoch: 3 }])
            .await;
        assert!(known().await.is_empty());
        stage.hear(&[started(3)]).await;
        stage.hear(&rungs).await;
        stage.hear(&[started(4)]).await;
        stage.hear(&rungs).await;
        let told = [
            "transmission_started",
            "rung_up",
            "rung_down",
            "transmission_lost",
            "transmission_started",
            "rung_up",
            "transmission_started",
            "rung_up",
        ];
        assert_eq!(stage.media_kinds().await, told);
    })
    .await;
}

#[tokio::test]
async fn a_transmission_that_rested_after_the_rehearsal_starts_again_for_the_show() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let standing = [MediaFact::TransmissionStarted { epoch: 1 }, up("480p")];
        stage.hear(&standing).await;
        stage.hear(&[MediaFact::TransmissionRests]).await;
        stage.hear(&standing).await;
        stage.hear(&standing).await;
        let twice = ["transmission_started", "rung_up", "transmission_started", "rung_up"];
        assert_eq!(stage.media_kinds().await, twice);
    })
    .await;
}

#[tokio::test]
async fn one_show_s_rungs_are_not_another_s() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let draft = ShowDraft { title: "Winter".into(), ..ShowDraft::default() };
        let other = stage.app.shows.create(&stage.actor, stage.org, draft).await.unwrap().id;
        stage.app.shows.report(other, stage.told(1), up("480p")).await.unwrap();
        stage.hear(&[up("480p")]).await;
        stage.app.shows.report(other, stage.told(1), MediaFact::TransmissionLost { epoch: 1 }).await.unwrap();
        stage.hear(&[up("480p")]).await;
        assert_eq!(stage.media_kinds().await, ["rung_up"]);
        stage.app.shows.delete(&stage.actor, stage.org, other).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_publisher_that_was_replaced_is_lost_once_however_often_it_is_told() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let session = stage.publish().await.session;
        stage.report(MediaFact::Receiving { session }).await;
        for _ in 0..2 {
            stage.report(MediaFact::PublisherLost { session, reason: LossReason::Moved }).await;
        }
        stage.report(MediaFact::PublisherLost { session, reason: LossReason::ServerLost }).await;
        let kinds = stage.kinds().await;
        let lost = kinds.iter().filter(|kind| *kind == "publisher_lost").count();
        assert_eq!(lost, 2, "it moved, and nobody came in its place: {kinds:?}");
    })
    .await;
}

#[tokio::test]
async fn an_encoder_that_was_silent_first_and_is_sent_away_then_leaves_the_reason() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let session = stage.publish().await.session;
        let lost = |reason| MediaFact::PublisherLost { session, reason };
        stage.report(lost(LossReason::Silent)).await;
        stage.report(MediaFact::HeardAgain { session }).await;
        for _ in 0..2 {
            stage.report(lost(LossReason::NotCarried)).await;
        }
        let kinds = stage.kinds().await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "publisher_lost").count(), 2, "{kinds:?}");
    })
    .await;
}

#[tokio::test]
async fn a_publisher_whose_admission_is_told_again_was_admitted_once() {
    each_app(async |app, hands| {
        let stage = Stage::set(app, hands).await;
        let session = stage.publish().await.session;
        stage.report(MediaFact::Admitted { session, remote: STUDIO }).await;
        let kinds = stage.kinds().await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "publisher_admitted").count(), 1, "{kinds:?}");
    })
    .await;
}
