//! Linux: udev's links are a camera's lasting name; the kernel numbers the nodes of one device.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use nokhwa::utils::{CameraIndex, CameraInfo};

/// Every node that carries pictures, by its lasting id.
pub fn with_ids(nodes: Vec<CameraInfo>) -> Vec<(String, CameraInfo)> {
    let mut links = links_in(Path::new("/dev/v4l/by-path"));
    links.extend(links_in(Path::new("/dev/v4l/by-id")));
    let pictures = nodes.into_iter().filter(|info| !is_metadata(info.index()));
    pictures.map(|info| (id(&info, &links), info)).collect()
}

fn id(info: &CameraInfo, links: &HashMap<PathBuf, String>) -> String {
    let CameraIndex::Index(number) = info.index() else { return info.index().to_string() };
    let node = format!("video{number}");
    links.get(Path::new(&node)).cloned().unwrap_or_else(|| unlinked(&node, &info.human_name()))
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

/// USB cameras have a second node that carries no pictures.
fn is_metadata(index: &CameraIndex) -> bool {
    let CameraIndex::Index(n) = index else { return false };
    let number = std::fs::read_to_string(format!("/sys/class/video4linux/video{n}/index"));
    number.is_ok_and(|number| number.trim() != "0")
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
}
