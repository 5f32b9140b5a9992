//! Who sits before the desk. A session that ends in mid-show takes nothing off air: the desk stays as it is
//! until the same person has signed in again.

use vitrine_protocol::Code;

use super::{Ask, Owner};
use crate::desk::cloud::show_path;
use crate::desk::faults::Fault;
use crate::desk::phase::Step;
use crate::desk::view::{DeskEvent, FaultCode, FaultSource, Session};
use crate::error::CommandError;

impl Owner {
    /// Somebody signed in, again or for the first time; nobody: they signed out.
    pub(super) fn signed_in(&mut self, session: Option<Session>) {
        self.session = session;
        if self.session.is_none() {
            self.owed_end = None;
        }
        self.window.tell(DeskEvent::Session(self.session.clone()));
        self.pay_end();
    }

    /// The cloud may have ended the session. The line to the room minds that itself.
    pub(super) fn lapsed(&mut self) {
        if self.cloud.access().is_lapsed()
            && let Some(session) = self.session.as_mut().filter(|session| !session.lapsed)
        {
            session.lapsed = true;
            self.window.tell(DeskEvent::Session(self.session.clone()));
        }
    }

    /// The host ends the show while the cloud takes no word of theirs: off air now, and the cloud hears of it
    /// after the next sign-in.
    pub(super) async fn owe_end(&mut self) {
        self.owed_end = self.show();
        if self.step(Step::Cancelled) {
            self.faults.clear_source(FaultSource::Air);
            self.faults.clear_source(FaultSource::Uplink);
            self.stage.stop_broadcast().await;
        }
        self.faults.raise(Fault::new(FaultCode::EndWaits));
    }

    fn pay_end(&self) {
        let Some(show) = &self.owed_end else { return };
        let (cloud, me, path) = (self.cloud.clone(), self.me.clone(), show_path(&show.org_id, &show.show_id));
        tokio::spawn(async move { me.send(Ask::EndHeard(cloud.end(&path).await)).await });
    }

    pub(super) async fn end_heard(&mut self, ended: Result<(), CommandError>) {
        // Gone live again meanwhile: then it is not meant any more.
        let Some(show) = self.owed_end.take() else { return };
        match ended {
            Ok(()) => {
                self.faults.clear(FaultCode::EndWaits);
                if self.note.read().is_some_and(|note| note.show_id == show.show_id) {
                    self.note.remove();
                }
                if self.show().is_some_and(|open| open.show_id == show.show_id) {
                    self.over().await;
                }
            }
            Err(error) if error.code == Code::Unauthenticated => {
                self.owed_end = Some(show);
                self.faults.raise(Fault::new(FaultCode::EndWaits));
            }
            Err(error) => {
                tracing::warn!(code = %error.code, "the show is still open at the cloud");
                self.owed_end = Some(show);
                self.faults.clear(FaultCode::EndWaits);
                self.faults.raise(Fault::new(FaultCode::EndFailed).because(error.message));
            }
        }
    }
}
