//! The sound system that runs now: one connection for the whole process.

use std::sync::Arc;

use parking_lot::Mutex;

/// A host is a connection to the sound server which outlives its handle, and the server lets in 64 of them: one is made, and
/// kept until it breaks.
static HOST: Mutex<Option<Arc<cpal::Host>>> = Mutex::new(None);

/// PulseAudio (or PipeWire behind it) where there is one, else the cards themselves; `None` without either.
pub(crate) fn host() -> Option<Arc<cpal::Host>> {
    let mut kept = HOST.lock();
    if let Some(host) = &*kept {
        return Some(host.clone());
    }
    let host = Arc::new(cpal::default_host());
    if is_alsa(&host) {
        // No connection, so nothing to keep: a sound server that starts later is found the next time.
        return has_cards().then_some(host);
    }
    *kept = Some(host.clone());
    Some(host)
}

/// The connection broke: the next look makes another.
pub(crate) fn lost(host: &Arc<cpal::Host>) {
    HOST.lock().take_if(|kept| Arc::ptr_eq(kept, host));
}

fn is_alsa(host: &cpal::Host) -> bool {
    host.id().name() == "ALSA"
}

/// Without cards ALSA would only look for those that do not exist, and say so on standard error each time.
fn has_cards() -> bool {
    let cards = std::fs::read_to_string("/proc/asound/cards").unwrap_or_default();
    cards.lines().any(|line| line.contains('['))
}
