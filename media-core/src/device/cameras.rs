//! Cameras, by an id that survives replugging where the system offers one (`platform`).

use std::collections::HashMap;

use nokhwa::{
    Camera, NokhwaError,
    utils::{ApiBackend, CameraIndex, CameraInfo, RequestedFormat, RequestedFormatType},
};
use parking_lot::Mutex;

use super::{Device, platform};
use crate::capture::camera::FORMATS;

/// Cameras that deliver pictures. Nodes that carry only metadata, or formats that we cannot read, are left out.
pub fn cameras() -> Vec<Device> {
    let mut cameras: Vec<_> = usable()
        .into_iter()
        .map(|(id, info)| Device { id, name: info.human_name(), default: false })
        .collect();
    cameras.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    if let Some(first) = cameras.first_mut() {
        first.default = true;
    }
    cameras
}

/// Where the driver finds the camera with this id now.
pub(crate) fn camera_index(id: &str) -> Option<CameraIndex> {
    nodes().into_iter().find(|(known, _)| known == id).map(|(_, info)| info.index().clone())
}

/// A node that delivers nothing is looked at so often: a camera that was just plugged in may not be ready.
const LOOKS: u32 = 5;

/// What was found when a camera appeared: opening one that is in use could disturb it.
static FOUND: Mutex<Option<HashMap<String, Found>>> = Mutex::new(None);

#[derive(Default)]
struct Found {
    usable: bool,
    looks: u32,
}

impl Found {
    /// Whether it can be used; `look` opens it, if that is not known for certain.
    fn is_usable(&mut self, look: impl FnOnce() -> bool) -> bool {
        if !self.usable && self.looks < LOOKS {
            self.looks += 1;
            self.usable = look();
        }
        self.usable
    }
}

fn usable() -> Vec<(String, CameraInfo)> {
    let mut nodes = nodes();
    let mut found = FOUND.lock();
    let found = found.get_or_insert_default();
    found.retain(|id, _| nodes.iter().any(|(there, _)| there == id));
    nodes.retain(|(id, info)| {
        found.entry(id.clone()).or_default().is_usable(|| delivers_pictures(info.index()))
    });
    nodes
}

fn nodes() -> Vec<(String, CameraInfo)> {
    let nodes = match nokhwa::query(ApiBackend::Auto) {
        Ok(nodes) => nodes,
        Err(error) => {
            tracing::debug!(%error, "cameras cannot be listed");
            return Vec::new();
        }
    };
    platform::with_ids(nodes)
}

fn delivers_pictures(index: &CameraIndex) -> bool {
    let any = RequestedFormat::with_formats(RequestedFormatType::None, &FORMATS);
    match Camera::new(index.clone(), any) {
        // one that is in use elsewhere refuses a format, and is a camera all the same
        Ok(_) | Err(NokhwaError::SetPropertyError { .. }) => true,
        Err(error) => {
            tracing::debug!(%index, %error, "not a camera");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_camera_that_was_not_ready_at_first_is_found_and_what_is_none_is_left_alone() {
        let mut found = Found::default();
        assert!(!found.is_usable(|| false));
        assert!(found.is_usable(|| true));
        assert!(found.is_usable(|| panic!("it is known")));
        let mut none = Found::default();
        for _ in 0..LOOKS {
            assert!(!none.is_usable(|| false));
        }
        assert!(!none.is_usable(|| panic!("it was looked at often enough")));
    }

    #[test]
    fn a_machine_without_cameras_lists_none_without_an_error() {
        // on a machine with cameras this only shows that listing works
        for camera in cameras() {
            assert!(!camera.id.is_empty());
        }
    }
}
