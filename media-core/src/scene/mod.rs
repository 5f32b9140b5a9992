//! The scene is data: layers and where they stand. The compositor draws it, the mixer gives it sound.

mod compositor;
mod fade;
mod lower_third;
pub(crate) mod meter;
mod mixer;
mod model;
pub(crate) mod strip;

pub(crate) use self::{
    compositor::Compositor,
    mixer::{BLOCK, Desk, Mixer},
    strip::RATE,
};
pub use self::{
    meter::{FLOOR_DB, Level},
    mixer::Levels,
    model::{Content, Layer, LowerThird, Place, Rect, Scene},
};
