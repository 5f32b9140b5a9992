//! Where `serve` listens and how the world reaches it.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use ipnet::IpNet;

use super::listen::{Listen, NotAnAddress};

/// Addresses.
#[derive(Debug, Clone, clap::Args)]
pub struct Server {
    /// Address of HTTP and WebSocket, IP or IP:PORT (8080 without one; port 0 takes a free one)
    #[arg(long, env = "VITRINE_LISTEN", default_value = "127.0.0.1:8080", value_parser = http_listen)]
    pub listen: SocketAddr,

    /// Address where publishers arrive (RTMP), IP or IP:PORT (1935 without one; port 0 takes a free one)
    #[arg(long, env = "VITRINE_RTMP_LISTEN", default_value = "127.0.0.1:1935", value_parser = rtmp_listen)]
    pub rtmp_listen: SocketAddr,

    /// The certificate chain for HTTPS, a PEM file, the server's own certificate first; read again when it changes
    #[arg(long, env = "VITRINE_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,

    /// The private key of that certificate, a PEM file; read again when it changes
    #[arg(long, env = "VITRINE_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,

    /// Proxies in front, by address or network (10.0.0.0/8): their X-Forwarded-For or Forwarded says who
    /// asks, and the PROXY protocol who publishes. Commas between them
    #[arg(long, env = "VITRINE_TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,

    /// How browsers reach this server, when that is not the address it listens on
    #[arg(long, env = "VITRINE_PUBLIC_URL", value_parser = http_url)]
    pub public_url: Option<String>,

    /// How publishers reach this server, when that is not the address it listens on
    #[arg(long, env = "VITRINE_RTMP_PUBLIC_URL", value_parser = rtmp_url)]
    pub rtmp_public_url: Option<String>,

    /// The parts of `serve` that run in this process; more than one process needs Postgres
    #[arg(long, env = "VITRINE_ROLES", value_delimiter = ',', default_value = "api,rtm,ingest,edge,worker")]
    pub roles: Vec<ServeRole>,

    /// The name of this node among others that share the database; a made-up one, kept in the data folder, when not set
    #[arg(long, env = "VITRINE_NODE", value_parser = node_name)]
    pub node: Option<String>,

    /// The host or IP address by which other nodes, and transmissions on other machines, reach this one
    #[arg(long, env = "VITRINE_NODE_ADDRESS", default_value = "127.0.0.1", value_parser = host)]
    pub node_address: String,

    /// IP address where this machine's transmissions serve their shows to other nodes, each on a free port; that of the node
    /// when that is one, else every interface
    #[arg(long, env = "VITRINE_ORIGIN_LISTEN", value_name = "IP")]
    pub origin_listen: Option<IpAddr>,

    /// Takes addresses of this machine where people give one to fetch from, for tests
    #[arg(long, env = "VITRINE_EGRESS_LOCAL", hide = true)]
    pub egress_local: bool,

    /// Address where transmissions of other machines report, IP:PORT; a socket in the data folder when not set
    #[arg(long, env = "VITRINE_CONTROL_LISTEN")]
    pub control_listen: Option<SocketAddr>,

    /// A folder with a built widget, in place of the one in this program
    #[arg(long, env = "VITRINE_WIDGET_DIR")]
    pub widget_dir: Option<PathBuf>,
}

/// A part of `serve`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ServeRole {
    /// HTTP for members and shoppers.
    Api,
    /// The chat.
    Rtm,
    /// Publishers and their transmissions.
    Ingest,
    /// LL-HLS to viewers.
    Edge,
    /// Listeners and timers.
    Worker,
}

impl ServeRole {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Api, Self::Rtm, Self::Ingest, Self::Edge, Self::Worker];
}

impl Server {
    /// Whether this process plays `role`.
    #[must_use]
    pub fn plays(&self, role: ServeRole) -> bool {
        self.roles.contains(&role)
    }

    pub(super) fn for_testing() -> Self {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        Self {
            listen: free,
            rtmp_listen: free,
            tls_certificate: None,
            tls_key: None,
            trusted_proxies: Vec::new(),
            public_url: None,
            rtmp_public_url: None,
            roles: ServeRole::ALL.to_vec(),
            node: None,
            node_address: "127.0.0.1".to_owned(),
            origin_listen: None,
            control_listen: None,
            egress_local: true,
            widget_dir: None,
        }
    }

    /// The files of certificate chain and private key; without them HTTP is in plain text.
    #[must_use]
    pub fn tls_files(&self) -> Option<(&Path, &Path)> {
        self.tls_certificate.as_deref().zip(self.tls_key.as_deref())
    }

    /// The public address of HTTP, without a slash at its end, once `bound` is known.
    #[must_use]
    pub fn public_url(&self, bound: SocketAddr) -> String {
        let scheme = if self.tls_files().is_some() { "https" } else { "http" };
        self.public_url.clone().unwrap_or_else(|| format!("{scheme}://{}", reachable(bound)))
    }

    /// The public address of RTMP (`rtmp://host:port/live`), once `bound` is known.
    #[must_use]
    pub fn rtmp_public_url(&self, bound: SocketAddr) -> String {
        self.rtmp_public_url.clone().unwrap_or_else(|| format!("rtmp://{}/live", reachable(bound)))
    }
}

/// An address somebody can connect to: "every interface" becomes this machine.
fn reachable(bound: SocketAddr) -> SocketAddr {
    let ip = match bound.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::from([127, 0, 0, 1]),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        ip => ip,
    };
    SocketAddr::new(ip, bound.port())
}

fn http_listen(text: &str) -> Result<SocketAddr, NotAnAddress> {
    Ok(text.parse::<Listen>()?.or_port(8080))
}

fn rtmp_listen(text: &str) -> Result<SocketAddr, NotAnAddress> {
    Ok(text.parse::<Listen>()?.or_port(1935))
}

/// A network, or one address.
fn network(text: &str) -> Result<IpNet, &'static str> {
    let parsed = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    parsed.map_err(|_| "it takes an IP address or a network, as 10.0.0.0/8")
}

/// A name that stands well in a log and in a table.
fn node_name(text: &str) -> Result<String, &'static str> {
    let fits = (1..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte));
    if fits {
        Ok(text.to_owned())
    } else {
        Err("it takes up to 64 letters, digits, dots, dashes and underscores")
    }
}

/// A host name or an IP address, without a port.
fn host(text: &str) -> Result<String, &'static str> {
    match url::Host::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(_) if text.parse::<std::net::Ipv6Addr>().is_ok() => Ok(text.to_owned()),
        Err(_) => Err("it takes a host name or an IP address, without a port"),
    }
}

pub(super) fn http_url(text: &str) -> Result<String, String> {
    url_of(text, &["http", "https"])
}

fn rtmp_url(text: &str) -> Result<String, String> {
    url_of(text, &["rtmp", "rtmps"])
}

fn url_of(text: &str, schemes: &[&str]) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    if !schemes.contains(&url.scheme()) || url.host().is_none() {
        return Err(format!("it must start with {}:// and name a host", schemes[0]));
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_address_follows_the_bound_one_unless_it_is_set() {
        let mut server = Server::for_testing();
        let bound = SocketAddr::from(([0, 0, 0, 0], 4711));
        assert_eq!(server.public_url(bound), "http://127.0.0.1:4711");
        assert_eq!(server.rtmp_public_url(bound), "rtmp://127.0.0.1:4711/live");
        (server.tls_certificate, server.tls_key) = (Some("chain.pem".into()), Some("key.pem".into()));
        assert_eq!(server.public_url(bound), "https://127.0.0.1:4711");
        server.public_url = Some(http_url("https://live.example/").unwrap());
        assert_eq!(server.public_url(bound), "https://live.example");
    }

    #[test]
    fn proxies_are_named_by_address_or_network() {
        for (text, named) in
            [("10.0.0.0/8", "10.0.0.0/8"), ("10.0.0.7", "10.0.0.7/32"), ("fd00::7", "fd00::7/128")]
        {
            assert_eq!(network(text).unwrap().to_string(), named);
        }
        for wrong in ["", "proxy.example", "10.0.0.0/33", "10.0.0.7:80"] {
            assert!(network(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn other_nodes_reach_this_one_by_a_host_or_an_address() {
        for good in ["10.0.0.7", "fd00::7", "ingest-0.ingest.live.svc"] {
            assert_eq!(host(good).unwrap(), good);
        }
        for wrong in ["", "10.0.0.7:80", "http://x", "a b"] {
            assert!(host(wrong).is_err(), "{wrong}");
        }
    }
}
