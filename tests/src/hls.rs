//! Reads a show's live playlists through the edge.

use anyhow::Result;
use bytes::Bytes;
use url::Url;
use vitrine_cloud::base::http_client;

use crate::hls_lint::MediaPlaylist;

/// One show's stream, read through the edge.
pub struct Hls {
    http: reqwest::Client,
    multivariant: Url,
}

impl Hls {
    /// Reads the stream behind a multivariant playlist's address.
    pub fn open(multivariant: &str) -> Result<Self> {
        Ok(Self { http: http_client().build()?, multivariant: multivariant.parse()? })
    }

    /// The multivariant playlist, or nothing while there is none.
    pub async fn multivariant(&self) -> Result<Option<String>> {
        let answer = self.http.get(self.multivariant.clone()).send().await?;
        if answer.status() == 404 || answer.status() == 503 {
            return Ok(None);
        }
        Ok(Some(answer.error_for_status()?.text().await?))
    }

    /// Names and addresses of the rungs, by the folder that holds each.
    pub async fn rungs(&self) -> Result<Vec<(String, Url)>> {
        let Some(text) = self.multivariant().await? else { return Ok(vec![]) };
        let mut rungs = Vec::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let url = self.multivariant.join(line)?;
            let name =
                url.path_segments().and_then(|mut parts| parts.nth_back(1)).unwrap_or_default().to_owned();
            rungs.push((name, url));
        }
        Ok(rungs)
    }

    /// Address of one rung's playlist.
    pub async fn rung(&self, name: &str) -> Result<Option<Url>> {
        Ok(self.rungs().await?.into_iter().find(|(rung, _)| rung == name).map(|(_, url)| url))
    }

    /// A media playlist, blocking on `(msn, part)` when given.
    pub async fn playlist(&self, rung: &Url, wait_for: Option<(u64, u64)>) -> Result<MediaPlaylist> {
        let mut url = rung.clone();
        if let Some((msn, part)) = wait_for {
            url.set_query(Some(&format!("_HLS_msn={msn}&_HLS_part={part}")));
        }
        let answer = self.http.get(url).send().await?;
        MediaPlaylist::parse(&answer.error_for_status()?.text().await?)
    }

    /// Bytes below a rung's playlist.
    pub async fn bytes(&self, rung: &Url, uri: &str) -> Result<Bytes> {
        let answer = self.http.get(rung.join(uri)?).send().await?;
        Ok(answer.error_for_status()?.bytes().await?)
    }
}
