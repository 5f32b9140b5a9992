//! Addresses to listen on, in the forms that every `--listen` takes.

use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;

/// An address to listen on: `127.0.0.1`, `::1`, `127.0.0.1:8080` or `[::1]:8080`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listen {
    /// The address.
    pub ip: IpAddr,
    /// The port, when one is named.
    pub port: Option<u16>,
}

/// The text was neither an address nor an address with a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it takes an IP address with or without a port, like 127.0.0.1, 0.0.0.0:8080 or [::1]:8080")]
pub struct NotAnAddress;

impl FromStr for Listen {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        if let Ok(address) = text.parse::<SocketAddr>() {
            return Ok(Self { ip: address.ip(), port: Some(address.port()) });
        }
        let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
        bare.parse().map(|ip| Self { ip, port: None }).map_err(|_| NotAnAddress)
    }
}

impl Listen {
    /// With `port` where the text named none.
    #[must_use]
    pub fn or_port(self, port: u16) -> SocketAddr {
        SocketAddr::new(self.ip, self.port.unwrap_or(port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_comes_with_or_without_a_port() {
        let read = |text: &str| text.parse::<Listen>().map(|listen| listen.or_port(8080).to_string());
        assert_eq!(read("127.0.0.1").unwrap(), "127.0.0.1:8080");
        assert_eq!(read("0.0.0.0:9000").unwrap(), "0.0.0.0:9000");
        assert_eq!(read("127.0.0.1:0").unwrap(), "127.0.0.1:0");
        assert_eq!(read("::1").unwrap(), "[::1]:8080");
        assert_eq!(read("[::1]").unwrap(), "[::1]:8080");
        assert_eq!(read("[::]:80").unwrap(), "[::]:80");
        for wrong in
            ["", "8080", ":8080", "localhost", "127.0.0.1:", "127.0.0.1:99999", "127.0.0", "[127.0.0.1:80"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
