//! A local recording in FLV: readable up to the last tag whatever happens to the machine.

use std::{path::Path, sync::Arc, time::Duration};

use bytes::BytesMut;
use tokio::{fs::File, io::AsyncWriteExt};
use tokio_util::sync::CancellationToken;
use vitrine_rtmp::flv;

use super::{
    hub::Hub,
    queue::{Bounds, Queue},
    tags::{StreamInfo, Tagger},
};
use crate::MediaError;

/// A disk may fall behind by so much before pictures are left out.
const BOUNDS: Bounds = Bounds { bytes: 32 << 20, age: Duration::MAX };

/// Records into `path` until `stop`; gives the number of tags written.
///
/// # Errors
/// [`MediaError::Device`] when the file cannot be made or written.
pub(crate) async fn run(
    hub: Arc<Hub>,
    info: StreamInfo,
    path: &Path,
    stop: CancellationToken,
) -> Result<u64, MediaError> {
    let queue = hub.attach(BOUNDS);
    write(&hub, &queue, info, path, &stop)
        .await
        .map_err(|e| MediaError::Device { device: path.display().to_string(), reason: e.to_string() })
}

async fn write(
    hub: &Hub,
    queue: &Queue,
    info: StreamInfo,
    path: &Path,
    stop: &CancellationToken,
) -> std::io::Result<u64> {
    let mut file = File::create(path).await?;
    file.write_all(&flv::file_header(true, true)).await?;
    let mut tagger = Tagger::new(info);
    let mut written = 0;
    loop {
        let packet = tokio::select! {
            packet = queue.next() => packet,
            () = stop.cancelled() => break,
        };
        let mut bytes = BytesMut::new();
        for tag in tagger.tags(&packet, &hub.headers()) {
            flv::write_tag(&tag, &mut bytes);
            written += 1;
        }
        file.write_all(&bytes).await?;
    }
    file.flush().await?;
    file.sync_data().await?;
    Ok(written)
}
