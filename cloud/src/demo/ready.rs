//! Whether the stream really plays: a part was served.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use vitrine_protocol::ShowId;

use super::api::Cloud;
use super::error::DemoError;

/// How long the first part may take, on a machine that builds at the same time.
const WITHIN: Duration = Duration::from_secs(90);

/// Waits until a part (or a whole segment) of the show's first rung is served.
pub(super) async fn until_parts_play(cloud: &Cloud, show: ShowId) -> Result<(), DemoError> {
    let started = Instant::now();
    loop {
        match first_part(cloud, show).await {
            Ok(true) => return Ok(()),
            Err(error) if started.elapsed() > WITHIN => return Err(error),
            Ok(false) if started.elapsed() > WITHIN => {
                return Err(DemoError::Stream("no part was served in time".into()));
            }
            Ok(false) | Err(_) => sleep(Duration::from_millis(250)).await,
        }
    }
}

async fn first_part(cloud: &Cloud, show: ShowId) -> Result<bool, DemoError> {
    let top = format!("/live/{show}/index.m3u8");
    let Some(rung) = first_uri(&cloud.text(&top).await?).map(|uri| beside(&top, &uri)) else {
        return Ok(false);
    };
    let Some(part) = media_uri(&cloud.text(&rung).await?).map(|uri| beside(&rung, &uri)) else {
        return Ok(false);
    };
    Ok(cloud.size(&part).await? > 0)
}

/// The first address of a playlist that stands on a line of its own.
fn first_uri(playlist: &str) -> Option<String> {
    playlist.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned)
}

/// The address of a media playlist's first segment, or of its first part.
fn media_uri(playlist: &str) -> Option<String> {
    first_uri(playlist).or_else(|| {
        let part = playlist.lines().find(|line| line.starts_with("#EXT-X-PART:"))?;
        let (_, uri) = part.split_once("URI=\"")?;
        uri.split_once('"').map(|(uri, _)| uri.to_owned())
    })
}

/// `uri` as the playlist at `path` means it, as a path of the same server.
fn beside(path: &str, uri: &str) -> String {
    if let Ok(absolute) = url::Url::parse(uri) {
        let query = absolute.query().map(|query| format!("?{query}")).unwrap_or_default();
        return format!("{}{query}", absolute.path());
    }
    if uri.starts_with('/') {
        return uri.to_owned();
    }
    let base = url::Url::parse(&format!("http://cloud{path}"));
    let joined = base.and_then(|base| base.join(uri));
    joined.map_or_else(|_| uri.to_owned(), |url| url[url::Position::BeforePath..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_found_before_the_first_segment_closes() {
        let top = "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n1/source/index.m3u8\n";
        assert_eq!(first_uri(top).as_deref(), Some("1/source/index.m3u8"));
        let media = "#EXTM3U\n#EXT-X-PART:DURATION=0.32,URI=\"part1.0.m4s\",INDEPENDENT=YES\n";
        assert_eq!(media_uri(media).as_deref(), Some("part1.0.m4s"));
        assert_eq!(media_uri("#EXTM3U\n#EXTINF:2,\nseg1.m4s\n").as_deref(), Some("seg1.m4s"));
        assert_eq!(media_uri("#EXTM3U\n"), None);
    }

    #[test]
    fn an_address_is_read_from_where_its_playlist_stands() {
        assert_eq!(beside("/live/x/index.m3u8", "1/source/index.m3u8"), "/live/x/1/source/index.m3u8");
        assert_eq!(beside("/live/x/1/source/index.m3u8", "/live/y.m4s"), "/live/y.m4s");
        assert_eq!(beside("/a", "http://cdn.example/live/z.m4s?t=1"), "/live/z.m4s?t=1");
    }
}
