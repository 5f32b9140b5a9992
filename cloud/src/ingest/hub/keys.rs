//! The keys that were let in here: an encoder that comes back while shows do not answer is known by its own.

use std::collections::HashMap;

use parking_lot::Mutex;
use vitrine_protocol::{PublishSessionId, ShowId};

use crate::base::hash_secret;
use crate::show::Admission;

/// The key of each show's last publisher, hashed, and what shows said of it.
#[derive(Debug, Default)]
pub struct Keys(Mutex<HashMap<ShowId, (String, Admission)>>);

impl Keys {
    /// A publisher was let in with this key. Only those of shows that are `ours` are kept.
    pub fn note(&self, key: &str, admission: Admission, ours: impl Fn(ShowId) -> bool) {
        let mut keys = self.0.lock();
        keys.retain(|show, _| ours(*show));
        keys.insert(admission.show, (hash_secret(key), admission));
    }

    /// What was known of this key, for a new run of its publisher.
    pub fn find(&self, key: &str) -> Option<Admission> {
        let hash = hash_secret(key);
        let keys = self.0.lock();
        let (_, admission) = keys.values().find(|(known, _)| *known == hash)?;
        Some(Admission { session: PublishSessionId::new(), ..admission.clone() })
    }

    /// The show's key may open nothing any more.
    pub fn forget(&self, show: ShowId) {
        self.0.lock().remove(&show);
    }
}
