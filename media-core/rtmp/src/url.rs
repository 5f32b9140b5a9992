//! RTMP addresses: `rtmp[s]://host[:port]/app`.

use std::fmt;

use thiserror::Error;

use crate::session::{ClientConfig, StreamKey};

/// A server's address, without the stream key.
#[derive(Clone, PartialEq, Eq)]
pub struct RtmpUrl {
    /// True for `rtmps`.
    pub tls: bool,
    /// Name or address; IPv6 without brackets.
    pub host: String,
    /// The port: 1935, or 443 for `rtmps`, when the address names none.
    pub port: u16,
    /// The path without slashes around it, with its query: may hold several parts, may be empty.
    pub app: String,
}

/// Why text is not an RTMP address.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum UrlError {
    /// It does not start with `rtmp://` or `rtmps://`.
    #[error("address must start with rtmp:// or rtmps://")]
    Scheme,
    /// There is no host, it holds a user name, or the port is no number.
    #[error("address has no usable host and port")]
    Authority,
    /// It has white space or control characters.
    #[error("address holds white space or control characters")]
    Characters,
    /// A stream key was expected behind the application name.
    #[error("address has no stream key")]
    NoKey,
}

impl RtmpUrl {
    /// Reads the address of a server, as platforms give it beside a stream key.
    ///
    /// # Errors
    /// See [`UrlError`].
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(UrlError::Characters);
        }
        let (scheme, rest) = text.split_once("://").ok_or(UrlError::Scheme)?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "rtmp" => false,
            "rtmps" => true,
            _ => return Err(UrlError::Scheme),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (host, port) = split_authority(authority, if tls { 443 } else { 1935 })?;
        Ok(Self { tls, host, port, app: path.trim_matches('/').to_owned() })
    }

    /// Reads an address that ends with the stream key: `rtmp://host/app/key`.
    ///
    /// # Errors
    /// See [`UrlError`].
    pub fn parse_with_key(text: &str) -> Result<(Self, StreamKey), UrlError> {
        let mut url = Self::parse(text)?;
        let path_end = url.app.find('?').unwrap_or(url.app.len());
        let slash = url.app[..path_end].rfind('/').ok_or(UrlError::NoKey)?;
        let key = url.app.split_off(slash);
        url.app = url.app.trim_end_matches('/').to_owned();
        Ok((url, StreamKey::new(&key[1..])))
    }

    /// The address as `connect` names it: the port only when it is not the usual one.
    pub fn tc_url(&self) -> String {
        let (scheme, usual) = if self.tls { ("rtmps", 443) } else { ("rtmp", 1935) };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let port = if self.port == usual { String::new() } else { format!(":{}", self.port) };
        format!("{scheme}://{host}{port}/{}", self.app)
    }

    /// How to publish there with `stream_key`.
    pub fn client(&self, stream_key: StreamKey) -> ClientConfig {
        ClientConfig::new(self.app.clone(), self.tc_url(), stream_key)
    }
}

/// The path is left out: people paste keys into it.
impl fmt::Debug for RtmpUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RtmpUrl({}://{}:{})", if self.tls { "rtmps" } else { "rtmp" }, self.host, self.port)
    }
}

fn split_authority(authority: &str, usual_port: u16) -> Result<(String, u16), UrlError> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, after) = rest.split_once(']').ok_or(UrlError::Authority)?;
            let port = match after.strip_prefix(':') {
                Some(port) => Some(port),
                None if after.is_empty() => None,
                None => return Err(UrlError::Authority),
            };
            (host, port)
        }
        None => match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        },
    };
    if host.is_empty() || host.contains(['@', '?', '#']) {
        return Err(UrlError::Authority);
    }
    let port = match port {
        Some(port) => port.parse().ok().filter(|port| *port != 0).ok_or(UrlError::Authority)?,
        None => usual_port,
    };
    Ok((host.to_owned(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_platforms_are_read() {
        let facebook = RtmpUrl::parse("rtmps://live-api-s.facebook.com:443/rtmp/").unwrap();
        assert_eq!((facebook.tls, facebook.port, facebook.app.as_str()), (true, 443, "rtmp"));
        assert_eq!(facebook.tc_url(), "rtmps://live-api-s.facebook.com/rtmp");
        let youtube = RtmpUrl::parse("rtmp://a.rtmp.youtube.com/live2").unwrap();
        assert_eq!((youtube.tls, youtube.port, youtube.app.as_str()), (false, 1935, "live2"));
        let local = RtmpUrl::parse("rtmp://[::1]:1936/a/b?c=d").unwrap();
        assert_eq!((local.host.as_str(), local.app.as_str()), ("::1", "a/b?c=d"));
        assert_eq!(local.tc_url(), "rtmp://[::1]:1936/a/b?c=d");
    }

    #[test]
    fn key_is_the_last_part_of_the_path_with_its_query() {
        let (url, key) = RtmpUrl::parse_with_key("rtmp://h/live/inner/secret?x=a/b").unwrap();
        assert_eq!((url.app.as_str(), key.expose()), ("live/inner", "secret?x=a/b"));
        assert_eq!(RtmpUrl::parse_with_key("rtmp://h/live"), Err(UrlError::NoKey));
    }

    #[test]
    fn wrong_addresses_say_why() {
        assert_eq!(RtmpUrl::parse("http://h/live"), Err(UrlError::Scheme));
        assert_eq!(RtmpUrl::parse("live"), Err(UrlError::Scheme));
        for wrong in
            ["rtmp:///live", "rtmp://h:0/live", "rtmp://h:99999/l", "rtmp://u:p@h/live", "rtmp://[::1/live"]
        {
            assert_eq!(RtmpUrl::parse(wrong), Err(UrlError::Authority), "{wrong}");
        }
        assert_eq!(RtmpUrl::parse("rtmp://h/li ve"), Err(UrlError::Characters));
    }
}
