//! Cameras, by an id that survives replugging where the system offers one.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use nokhwa::{
    Camera, NokhwaError,
    utils::{ApiBackend, CameraIndex, CameraInfo, RequestedFormat, RequestedFormatType},
};
use parking_lot::Mutex;

use super::Device;
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
    let mut links = links_in(Path::new("/dev/v4l/by-path"));
    links.extend(links_in(Path::new("/dev/v4l/by-id")));
    nodes
        .into_iter()
        .filter(|info| !is_metadata(info.index()))
        .map(|info| (id(&info, &links), info))
        .collect()
}

fn id(info: &CameraInfo, links: &HashMap<PathBuf, String>) -> String {
    match info.index() {
        CameraIndex::Index(n) if cfg!(target_os = "linux") => {
            let node = format!("video{n}");
            links.get(Path::new(&node)).cloned().unwrap_or_else(|| unlinked(&node, &info.human_name()))
        }
        // elsewhere the system's own name of the device is in `misc`
        index if info.misc().is_empty() => index.to_string(),
        _ => info.misc(),
    }
}

/// A node that the system gives no lasting name. Whatever is plugged in next may get its number, so that the number alone
/// would be another camera.
fn unlinked(node: &str, name: &str) -> String {
    format!("{node}:{name}")
}

/// Node name (`video0`) to stable name.
fn links_in(folder: &Path) -> HashMap<PathBuf, String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return HashMap::new() };
    entries
        .flatten()
        .filter_map(|entry| {
            let node = std::fs::read_link(entry.path()).ok()?;
            Some((PathBuf::from(node.file_name()?), entry.file_name().into_string().ok()?))
        })
        .collect()
}

/// USB cameras have a second node that carries no pictures; the kernel numbers the nodes of one device.
fn is_metadata(index: &CameraIndex) -> bool {
    let CameraIndex::Index(n) = index else { return false };
    let number = std::fs::read_to_string(format!("/sys/class/video4linux/video{n}/index"));
    number.is_ok_and(|number| number.trim() != "0")
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
    fn stable_names_are_found_by_node() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("../../video2", folder.path().join("usb-Nice_Cam-video-index0")).unwrap();
        let links = links_in(folder.path());
        assert_eq!(links.get(Path::new("video2")).map(String::as_str), Some("usb-Nice_Cam-video-index0"));
    }

    #[test]
    fn a_number_that_another_camera_gets_is_not_the_same_camera() {
        assert_ne!(unlinked("video0", "Studio camera"), unlinked("video0", "Integrated webcam"));
    }

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
