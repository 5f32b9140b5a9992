//! The scene is data: layers and where they stand. The compositor draws it, the mixer gives it sound.

mod compositor;
pub(crate) mod drawing;
mod fade;
pub(crate) mod lip_sync;
pub(crate) mod lip_test;
mod lower_third;
pub(crate) mod meter;
mod mixer;
mod model;
mod overlay;
pub(crate) mod strip;

pub(crate) use self::{
    compositor::Compositor,
    mixer::{BLOCK, Desk, Mixer},
    strip::RATE,
};
pub use self::{
    lip_test::LipMeasure,
    meter::{FLOOR_DB, Level},
    mixer::Levels,
    model::{Content, Layer, LowerThird, Place, Rect, Scene},
};
