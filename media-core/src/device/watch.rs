//! Notices what is plugged in and pulled out. No system tells us of both kinds, so the lists are compared.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{Devices, list};
use crate::{MediaError, capture::spawn};

const EVERY: Duration = Duration::from_secs(2);
const STEP: Duration = Duration::from_millis(100);

/// Dropping it ends the watch.
pub(crate) struct Watch {
    stop: Arc<AtomicBool>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}

/// Calls `changed` with what is plugged in: once at first, then whenever it is something else.
pub(crate) fn watch(changed: impl Fn(Devices) + Send + 'static) -> Result<Watch, MediaError> {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = stop.clone();
    spawn("device-watch", move || {
        let mut known = None;
        while !stopped.load(Ordering::Acquire) {
            let now = list();
            if known.as_ref() != Some(&now) && !stopped.load(Ordering::Acquire) {
                changed(now.clone());
                known = Some(now);
            }
            let mut waited = Duration::ZERO;
            while waited < EVERY && !stopped.load(Ordering::Acquire) {
                std::thread::sleep(STEP);
                waited += STEP;
            }
        }
    })?;
    Ok(Watch { stop })
}
