//! macOS and Windows: the system's own lasting name of a camera.

use nokhwa::utils::CameraInfo;

/// Every camera by its lasting id, which the driver has in `misc`.
pub fn with_ids(nodes: Vec<CameraInfo>) -> Vec<(String, CameraInfo)> {
    nodes.into_iter().map(|info| (id(&info), info)).collect()
}

fn id(info: &CameraInfo) -> String {
    if info.misc().is_empty() { info.index().to_string() } else { info.misc() }
}
