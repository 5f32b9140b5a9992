//! Ways out: one file each. All are fed from one encoding, and none can hold it up.

mod adapt;
mod hub;
mod interleave;
pub(crate) mod preview;
mod queue;
pub(crate) mod record;
pub mod rtmp;
pub(crate) mod tags;

pub(crate) use self::{hub::Hub, preview::PreviewSlot};
pub use self::{
    preview::{PreviewFrame, PreviewSettings},
    rtmp::{BroadcastState, BroadcastStats, LossCause, RtmpTarget},
};
