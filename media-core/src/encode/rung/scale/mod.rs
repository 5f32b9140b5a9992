//! The scaler of a cascade, as an element: I420 in, I420 of the size that is asked for out.
//!
//! GStreamer's own takes three times the processor's time for it, and would be a tenth of what a ladder costs.

mod plane;

use gstreamer::glib;
use gstreamer::prelude::*;

use crate::MediaError;

glib::wrapper! {
    /// The element.
    pub struct Scaler(ObjectSubclass<imp::Scaler>)
        @extends gstreamer_video::VideoFilter, gstreamer_base::BaseTransform, gstreamer::Element, gstreamer::Object;
}

/// A new scaler; what follows it says the size.
pub(super) fn scaler() -> Result<gstreamer::Element, MediaError> {
    crate::gst::init()?;
    Ok(glib::Object::new::<Scaler>().upcast())
}

mod imp {
    use std::sync::OnceLock;

    use gstreamer::glib;
    use gstreamer::subclass::prelude::*;
    use gstreamer::{BufferRef, Caps, FlowError, FlowSuccess, LoggableError, PadDirection, PadPresence};
    use gstreamer_base::subclass::{BaseTransformMode, prelude::*};
    use gstreamer_video::prelude::*;
    use gstreamer_video::subclass::prelude::*;
    use gstreamer_video::{VideoCapsBuilder, VideoFormat, VideoFrameRef, VideoInfo};
    use parking_lot::Mutex;

    use super::plane::{Plane, View};

    const PLANES: u32 = 3;

    #[derive(Default)]
    pub struct Scaler {
        planes: Mutex<Vec<Plane>>,
    }

    #[glib::object_subclass]
    impl ObjectSubclass for Scaler {
        const NAME: &'static str = "VitrineScaler";
        type Type = super::Scaler;
        type ParentType = gstreamer_video::VideoFilter;
    }

    impl ObjectImpl for Scaler {}
    impl GstObjectImpl for Scaler {}

    impl ElementImpl for Scaler {
        fn metadata() -> Option<&'static gstreamer::subclass::ElementMetadata> {
            static METADATA: OnceLock<gstreamer::subclass::ElementMetadata> = OnceLock::new();
            Some(METADATA.get_or_init(|| {
                gstreamer::subclass::ElementMetadata::new(
                    "Scaler",
                    "Filter/Converter/Video/Scaler",
                    "Scales I420",
                    "Vitrine",
                )
            }))
        }

        fn pad_templates() -> &'static [gstreamer::PadTemplate] {
            static TEMPLATES: OnceLock<Vec<gstreamer::PadTemplate>> = OnceLock::new();
            TEMPLATES.get_or_init(|| {
                let caps = VideoCapsBuilder::new().format(VideoFormat::I420).build();
                [("sink", PadDirection::Sink), ("src", PadDirection::Src)]
                    .into_iter()
                    .filter_map(|(name, direction)| {
                        gstreamer::PadTemplate::new(name, direction, PadPresence::Always, &caps).ok()
                    })
                    .collect()
            })
        }
    }

    impl BaseTransformImpl for Scaler {
        const MODE: BaseTransformMode = BaseTransformMode::NeverInPlace;
        const PASSTHROUGH_ON_SAME_CAPS: bool = true;
        const TRANSFORM_IP_ON_PASSTHROUGH: bool = false;

        /// Any size, and square pixels or not, for any other; all else stays.
        fn transform_caps(&self, _: PadDirection, caps: &Caps, filter: Option<&Caps>) -> Option<Caps> {
            let mut free = caps.copy();
            for structure in free.make_mut().iter_mut() {
                let any = gstreamer::IntRange::new(1, i32::MAX);
                structure.set("width", any);
                structure.set("height", any);
                structure.remove_field("pixel-aspect-ratio");
            }
            Some(match filter {
                Some(filter) => filter.intersect_with_mode(&free, gstreamer::CapsIntersectMode::First),
                None => free,
            })
        }
    }

    impl VideoFilterImpl for Scaler {
        fn set_info(
            &self,
            _: &Caps,
            source: &VideoInfo,
            _: &Caps,
            target: &VideoInfo,
        ) -> Result<(), LoggableError> {
            let size = |info: &VideoInfo, plane: u32| {
                (info.comp_width(plane as u8) as usize, info.comp_height(plane as u8) as usize)
            };
            let planes = (0..PLANES).map(|plane| Plane::new(size(source, plane), size(target, plane)));
            let planes = planes.collect::<Option<Vec<_>>>();
            let too_small = || gstreamer::loggable_error!(gstreamer::CAT_RUST, "too small to be scaled");
            *self.planes.lock() = planes.ok_or_else(too_small)?;
            Ok(())
        }

        fn transform_frame(
            &self,
            source: &VideoFrameRef<&BufferRef>,
            target: &mut VideoFrameRef<&mut BufferRef>,
        ) -> Result<FlowSuccess, FlowError> {
            for (number, plane) in (0u32..).zip(self.planes.lock().iter_mut()) {
                let stride = |strides: &[i32]| {
                    strides.get(number as usize).and_then(|stride| usize::try_from(*stride).ok())
                };
                let from = stride(source.plane_stride()).ok_or(FlowError::Error)?;
                let to = stride(target.plane_stride()).ok_or(FlowError::Error)?;
                let data = source.plane_data(number).map_err(|_| FlowError::Error)?;
                let result = target.plane_data_mut(number).map_err(|_| FlowError::Error)?;
                plane.scale(View { data, stride: from }, result, to);
            }
            Ok(FlowSuccess::Ok)
        }
    }
}
