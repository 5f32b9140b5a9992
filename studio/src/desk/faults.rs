//! What is wrong now: a list, told to the window whole.
//!
//! A fault is raised and cleared by its source. It stays as long as it lasts, keeps its first moment, and
//! hides no other. Raise what is wrong as often as it is seen: the window hears of changes only.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Window;
use super::clock::Clock;
use super::view::{DeskEvent, FaultAction, FaultCode, FaultSource, FaultView, Severity};

/// A detail longer than this is cut (bytes): it comes from drivers and servers.
const MOST_DETAIL: usize = 300;

/// Something that is wrong, as its source tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    code: FaultCode,
    severity: Severity,
    subject: Option<String>,
    detail: Option<String>,
    actions: Vec<FaultAction>,
}

impl Fault {
    /// With the severity and the ways out that this code usually has.
    pub fn new(code: FaultCode) -> Self {
        let (severity, actions) = usual(code);
        Self { code, severity, subject: None, detail: None, actions: actions.to_vec() }
    }

    /// Names the device, file, plugin or server it is about.
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(cut(subject.into()));
        self
    }

    /// Adds the cause in the words of who found it.
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        let detail = cut(detail.into());
        self.detail = (!detail.trim().is_empty()).then_some(detail);
        self
    }

    /// How bad it is this time.
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// What the host can do this time.
    pub fn actions(mut self, actions: &[FaultAction]) -> Self {
        self.actions = actions.to_vec();
        self
    }
}

/// How bad a fault usually is, and what the host can do.
fn usual(code: FaultCode) -> (Severity, &'static [FaultAction]) {
    use FaultAction::{CancelAir, ChooseMicrophone, ChooseSource, ConnectAgain, Dismiss, TryAgain};
    use Severity::{Bad, Info, Warn};
    match code {
        FaultCode::NoCamera => (Info, &[ChooseSource, TryAgain]),
        FaultCode::CameraLost | FaultCode::CameraMissing => (Warn, &[TryAgain, ChooseSource]),
        FaultCode::FileUnreadable => (Warn, &[TryAgain, ChooseSource]),
        FaultCode::NoMicrophone | FaultCode::MicrophoneLost => (Warn, &[TryAgain, ChooseMicrophone]),
        FaultCode::SoundGaps => (Warn, &[ChooseMicrophone, Dismiss]),
        FaultCode::EncoderOverload
        | FaultCode::UplinkSlow
        | FaultCode::PipelineRestarts
        | FaultCode::ChatAway
        | FaultCode::EndWaits => (Warn, &[]),
        FaultCode::PluginMissing | FaultCode::PipelineFailed => (Bad, &[TryAgain]),
        FaultCode::UplinkLost => (Warn, &[CancelAir]),
        FaultCode::NameUnknown
        | FaultCode::ConnectionRefused
        | FaultCode::NoAnswer
        | FaultCode::ConnectionBroken
        | FaultCode::StreamRefused
        | FaultCode::CloudRefused => (Bad, &[TryAgain, Dismiss]),
        FaultCode::EndFailed => (Bad, &[TryAgain]),
        FaultCode::ChatRefused => (Bad, &[ConnectAgain]),
        FaultCode::KeyringSilent | FaultCode::SleepAllowed => (Info, &[Dismiss]),
    }
}

/// Where a fault comes from.
pub fn source_of(code: FaultCode) -> FaultSource {
    match code {
        FaultCode::NoCamera
        | FaultCode::CameraLost
        | FaultCode::CameraMissing
        | FaultCode::FileUnreadable => FaultSource::Camera,
        FaultCode::NoMicrophone | FaultCode::MicrophoneLost | FaultCode::SoundGaps => FaultSource::Microphone,
        FaultCode::EncoderOverload => FaultSource::Encoder,
        FaultCode::PluginMissing | FaultCode::PipelineRestarts | FaultCode::PipelineFailed => {
            FaultSource::Pipeline
        }
        FaultCode::UplinkSlow => FaultSource::Uplink,
        FaultCode::UplinkLost
        | FaultCode::NameUnknown
        | FaultCode::ConnectionRefused
        | FaultCode::NoAnswer
        | FaultCode::ConnectionBroken
        | FaultCode::StreamRefused
        | FaultCode::CloudRefused
        | FaultCode::EndFailed
        | FaultCode::EndWaits => FaultSource::Air,
        FaultCode::ChatAway | FaultCode::ChatRefused => FaultSource::Chat,
        FaultCode::KeyringSilent => FaultSource::Keyring,
        FaultCode::SleepAllowed => FaultSource::Power,
    }
}

/// The list itself, pure. At most one fault of each code, so it cannot grow without end.
#[derive(Default)]
struct List(Vec<Entry>);

struct Entry {
    fault: Fault,
    since_at_ms: f64,
    dismissed: bool,
}

impl List {
    /// Takes a fault in, or what is new of one that lasts; says whether the window sees a change.
    fn raise(&mut self, fault: Fault, now_ms: f64) -> bool {
        let Some(entry) = self.0.iter_mut().find(|entry| entry.fault.code == fault.code) else {
            self.0.push(Entry { fault, since_at_ms: now_ms, dismissed: false });
            return true;
        };
        if entry.fault == fault {
            return false;
        }
        // What was waved away comes back when it got worse.
        let shown = !entry.dismissed || fault.severity > entry.fault.severity;
        entry.dismissed = !shown;
        entry.fault = fault;
        shown
    }

    /// Lets go of what `gone` names; says whether the window sees a change.
    fn clear(&mut self, gone: impl Fn(FaultCode) -> bool) -> bool {
        let mut seen = false;
        self.0.retain(|entry| {
            let goes = gone(entry.fault.code);
            seen |= goes && !entry.dismissed;
            !goes
        });
        seen
    }

    /// Hides a fault until it is over or gets worse, where that is offered.
    fn dismiss(&mut self, code: FaultCode) -> bool {
        let entry = self.0.iter_mut().find(|entry| entry.fault.code == code && !entry.dismissed);
        let Some(entry) = entry.filter(|entry| entry.fault.actions.contains(&FaultAction::Dismiss)) else {
            return false;
        };
        entry.dismissed = true;
        true
    }

    /// Worst first, then the oldest.
    fn view(&self) -> Vec<FaultView> {
        let shown = self.0.iter().filter(|entry| !entry.dismissed);
        let mut views: Vec<_> = shown
            .map(|Entry { fault, since_at_ms, .. }| FaultView {
                code: fault.code,
                source: source_of(fault.code),
                severity: fault.severity,
                subject: fault.subject.clone(),
                detail: fault.detail.clone(),
                since_at_ms: *since_at_ms,
                actions: fault.actions.clone(),
            })
            .collect();
        views.sort_by(|a, b| b.severity.cmp(&a.severity).then(a.since_at_ms.total_cmp(&b.since_at_ms)));
        views
    }
}

/// The desk's one list. Clones share it; any task may raise and clear.
#[derive(Clone)]
pub struct Faults {
    list: Arc<Mutex<List>>,
    window: Arc<dyn Window>,
    clock: Clock,
}

impl Faults {
    /// An empty list that tells `window` of changes.
    pub fn new(window: Arc<dyn Window>, clock: Clock) -> Self {
        Self { list: Arc::default(), window, clock }
    }

    /// Something is wrong, or still is.
    pub fn raise(&self, fault: Fault) {
        let now_ms = (self.clock)();
        self.change(|list| list.raise(fault, now_ms));
    }

    /// It is well again.
    pub fn clear(&self, code: FaultCode) {
        self.change(|list| list.clear(|one| one == code));
    }

    /// All that came from there is well again.
    pub fn clear_source(&self, source: FaultSource) {
        self.change(|list| list.clear(|one| source_of(one) == source));
    }

    /// The host has seen it and does not want to see it any more.
    pub fn dismiss(&self, code: FaultCode) {
        self.change(|list| list.dismiss(code));
    }

    /// What the window shows: worst first, then the oldest.
    pub fn view(&self) -> Vec<FaultView> {
        self.lock().view()
    }

    fn change(&self, change: impl FnOnce(&mut List) -> bool) {
        // Told while it is held, so that the window hears of changes in their order.
        let mut list = self.lock();
        if change(&mut list) {
            self.window.tell(DeskEvent::Faults(list.view()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, List> {
        self.list.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cut(mut text: String) -> String {
    let end = text.floor_char_boundary(MOST_DETAIL);
    text.truncate(end);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(list: &List) -> Vec<FaultCode> {
        list.view().into_iter().map(|view| view.code).collect()
    }

    #[test]
    fn faults_stand_beside_each_other_worst_first_then_oldest() {
        let mut list = List::default();
        assert!(list.raise(Fault::new(FaultCode::SleepAllowed), 1.0));
        assert!(list.raise(Fault::new(FaultCode::MicrophoneLost), 2.0));
        assert!(list.raise(Fault::new(FaultCode::CameraLost), 3.0));
        assert!(list.raise(Fault::new(FaultCode::EndFailed), 4.0));
        let order =
            [FaultCode::EndFailed, FaultCode::MicrophoneLost, FaultCode::CameraLost, FaultCode::SleepAllowed];
        assert_eq!(codes(&list), order);
    }

    #[test]
    fn a_fault_that_lasts_keeps_its_first_moment_and_is_told_once_until_it_changes() {
        let mut list = List::default();
        let lost = || Fault::new(FaultCode::UplinkLost).because("timed out");
        assert!(list.raise(lost(), 10.0));
        assert!(!list.raise(lost(), 20.0));
        assert!(list.raise(lost().because("connection refused"), 30.0));
        let view = &list.view()[0];
        assert_eq!((view.since_at_ms, view.detail.as_deref()), (10.0, Some("connection refused")));
    }

    #[test]
    fn a_fault_that_comes_back_counts_anew_and_is_told_again() {
        let mut list = List::default();
        list.raise(Fault::new(FaultCode::CameraLost), 10.0);
        assert!(list.clear(|code| code == FaultCode::CameraLost));
        assert!(!list.clear(|code| code == FaultCode::CameraLost));
        assert!(list.raise(Fault::new(FaultCode::CameraLost), 50.0));
        assert_eq!(list.view()[0].since_at_ms, 50.0);
    }

    #[test]
    fn a_source_clears_its_own_and_nobody_elses() {
        let mut list = List::default();
        list.raise(Fault::new(FaultCode::NoCamera), 1.0);
        list.raise(Fault::new(FaultCode::NoMicrophone), 2.0);
        assert!(list.clear(|code| source_of(code) == FaultSource::Camera));
        assert_eq!(codes(&list), [FaultCode::NoMicrophone]);
    }

    #[test]
    fn what_was_waved_away_stays_away_until_it_gets_worse_or_comes_back() {
        let mut list = List::default();
        list.raise(Fault::new(FaultCode::SleepAllowed), 1.0);
        assert!(list.dismiss(FaultCode::SleepAllowed));
        assert!(!list.raise(Fault::new(FaultCode::SleepAllowed).because("again"), 2.0));
        assert!(list.view().is_empty());
        assert!(list.raise(Fault::new(FaultCode::SleepAllowed).severity(Severity::Bad), 3.0));
        assert_eq!(list.view().len(), 1);
        list.dismiss(FaultCode::SleepAllowed);
        list.clear(|_| true);
        assert!(list.raise(Fault::new(FaultCode::SleepAllowed), 4.0));
    }

    #[test]
    fn a_fault_that_matters_cannot_be_waved_away() {
        let mut list = List::default();
        list.raise(Fault::new(FaultCode::MicrophoneLost), 1.0);
        assert!(!list.dismiss(FaultCode::MicrophoneLost));
        assert_eq!(list.view().len(), 1);
    }

    #[test]
    fn a_long_cause_is_cut_between_letters() {
        let fault = Fault::new(FaultCode::UplinkLost).because("ü".repeat(1000));
        assert!(fault.detail.is_some_and(|detail| detail.len() <= MOST_DETAIL && detail.ends_with('ü')));
    }
}
