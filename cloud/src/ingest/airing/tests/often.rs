//! Encoders that come and go, and those beside them.

use super::*;

fn remote(address: &str, encoder: &str) -> Remote {
    Remote { address: address.parse().unwrap(), encoder: encoder.into() }
}

/// A box that nobody can use is let in, sent away and comes again, until it is told to wait.
async fn until_told_to_wait(stage: &Stage, show: &Handle, remote: &Remote) {
    for _ in 0..100 {
        let session = match stage.publish_from(show, remote.clone()).await {
            Ok((session, _)) => session,
            Err(busy) => return assert_eq!(busy, Busy::TooOften),
        };
        show.send(Input::Gone { session, reason: LossReason::NotCarried }).await.unwrap();
        tokio::time::sleep(Duration::from_secs(3)).await;
    }
    panic!("it is always let in");
}

#[tokio::test(start_paused = true)]
async fn an_encoder_whose_connection_has_stopped_waiting_keeps_nobody_out() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let (reply, answer) = oneshot::channel();
    drop(answer); // a slow database used up its time
    let (admission, (kick, _kicks)) = (stage.admission(), Kick::new());
    let session = admission.session;
    let remote = remote("203.0.113.7", "box");
    show.send(Input::Publish { admission, remote, kick, reply }).await.unwrap();
    stage.until_told(MediaFact::PublisherLost { session, reason: LossReason::Disconnected }).await;
    publish(&stage, &show).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_wrong_encoder_that_was_left_running_does_not_lock_out_the_hosts_studio() {
    let stage = Stage::new();
    let show = begin(&stage).await;
    let wrong = remote("203.0.113.7", "box");
    until_told_to_wait(&stage, &show, &wrong).await;
    // At home the host goes out by another network; in the shop both stand behind one router.
    for studio in [remote("198.51.100.4", "box"), remote("203.0.113.7", "studio")] {
        let (session, _kicks) = stage.publish_from(&show, studio).await.unwrap();
        assert_eq!(stage.publish_from(&show, wrong.clone()).await.err(), Some(Busy::Taken));
        show.send(Input::Gone { session, reason: LossReason::Closed }).await.unwrap();
        assert_eq!(stage.publish_from(&show, wrong.clone()).await.err(), Some(Busy::TooOften));
    }
}
