//! What the desk has from the machine it runs on, handed in so that tests can hand in something else.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::clock::{Clock, system_clock};
use super::lookout::Lookout;
use crate::platform;

/// The machine stays awake while this lives.
pub type Awake = Box<dyn Send>;

/// Asks the machine to stay awake; the error is a sentence for people.
pub type StayAwake = Arc<dyn Fn() -> BoxFuture<'static, Result<Awake, String>> + Send + Sync>;

/// The machine, as far as the desk needs it.
#[derive(Clone)]
pub struct World {
    /// What time it is.
    pub clock: Clock,
    /// Keeps the machine awake.
    pub stay_awake: StayAwake,
    /// Looks at what is plugged in.
    pub lookout: Lookout,
}

impl World {
    /// The machine that this program runs on.
    pub fn here() -> Self {
        let stay_awake: StayAwake = Arc::new(|| {
            Box::pin(async { platform::stay_awake().await.map(|awake| Box::new(awake) as Awake) })
        });
        Self {
            clock: system_clock(),
            stay_awake,
            lookout: Lookout::new(Arc::new(vitrine_media::device::list)),
        }
    }
}
