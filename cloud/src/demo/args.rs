//! What the demo is told on its command line.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use super::error::DemoError;
use crate::config::Listen;

/// A live shop on this machine that is alive by itself
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Empty the demo's folder first
    #[arg(long)]
    pub fresh: bool,

    /// The folder for everything the demo keeps
    #[arg(long, env = "VITRINE_DEMO_DATA_DIR", default_value = "./.vitrine/demo")]
    pub data_dir: PathBuf,

    /// The address to listen on, IP or IP:PORT with the port of the cloud; 0.0.0.0 lets other machines in
    #[arg(long, default_value = "127.0.0.1")]
    pub listen: Listen,

    /// Port of the cloud (HTTP and WebSocket), 8080 when --listen names none either; 0 takes a free one
    #[arg(long)]
    pub port: Option<u16>,

    /// Port of the demo shop; 0 takes a free one
    #[arg(long, default_value_t = 8090)]
    pub shop_port: u16,

    /// Port where publishers arrive (RTMP); 0 takes a free one
    #[arg(long, default_value_t = 1935)]
    pub rtmp_port: u16,

    /// How browsers reach the cloud, when that is not the address it listens on
    #[arg(long, env = "VITRINE_PUBLIC_URL")]
    pub public_url: Option<url::Url>,

    /// How browsers reach the demo shop; the host of --public-url with the shop's port when not set
    #[arg(long)]
    pub shop_url: Option<url::Url>,
}

impl Args {
    /// The address to listen on.
    pub(super) fn ip(&self) -> IpAddr {
        self.listen.ip
    }

    /// The cloud's port.
    ///
    /// # Errors
    /// [`DemoError::TwoPorts`].
    pub(super) fn cloud_port(&self) -> Result<u16, DemoError> {
        match (self.listen.port, self.port) {
            (Some(listen), Some(port)) if listen != port => Err(DemoError::TwoPorts { listen, port }),
            (listen, port) => Ok(port.or(listen).unwrap_or(8080)),
        }
    }

    /// Whether only this machine can connect.
    pub(super) fn listens_here(&self) -> bool {
        self.listen.ip.is_loopback()
    }

    /// Whether only this machine can reach the demo, also through a proxy in front of it.
    pub(super) fn is_private(&self) -> bool {
        let public_is_here = self.public_url.as_ref().is_none_or(|url| match url.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
            Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        });
        self.listens_here() && public_is_here
    }

    /// An address of this machine at which `port` answers.
    pub(super) fn reach(&self, port: u16) -> std::net::SocketAddr {
        let ip = match self.listen.ip {
            IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
            IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(std::net::Ipv6Addr::LOCALHOST),
            ip => ip,
        };
        (ip, port).into()
    }

    /// How browsers reach the shop on `port`: another site than the cloud, unless both are public.
    pub(super) fn shop_address(&self, port: u16) -> String {
        if let Some(url) = &self.shop_url {
            return url.as_str().trim_end_matches('/').to_owned();
        }
        match self.public_url.as_ref().and_then(url::Url::host_str) {
            Some(host) => format!("http://{host}:{port}"),
            None if self.listens_here() || self.listen.ip.is_unspecified() => {
                format!("http://localhost:{port}")
            }
            None => format!("http://{}", self.reach(port)),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        args: Args,
    }

    fn args(words: &[&str]) -> Args {
        Cli::parse_from(std::iter::once("x").chain(words.iter().copied())).args
    }

    #[test]
    fn an_address_may_name_the_port_and_two_ports_are_refused() {
        let port = |words: &[&str]| args(words).cloud_port();
        assert_eq!(port(&[]).unwrap(), 8080);
        assert_eq!(port(&["--listen", "127.0.0.1:9000"]).unwrap(), 9000);
        assert_eq!(port(&["--listen", "0.0.0.0", "--port", "0"]).unwrap(), 0);
        assert_eq!(port(&["--listen", "[::1]:9000", "--port", "9000"]).unwrap(), 9000);
        let two = port(&["--listen", "127.0.0.1:9000", "--port", "9001"]).unwrap_err().to_string();
        assert_eq!(two, "--listen names port 9000 and --port names 9001; give one of them");
    }

    #[test]
    fn it_is_private_only_when_nobody_else_can_come_by_either_address() {
        assert!(args(&[]).is_private());
        for here in
            ["http://localhost:8080", "http://vitrine.localhost", "http://127.0.0.9", "http://[::1]:1"]
        {
            assert!(args(&["--public-url", here]).is_private(), "{here}");
        }
        for far in
            ["https://demo.example", "http://192.0.2.7", "http://localhost.example", "http://[2001:db8::1]"]
        {
            assert!(!args(&["--public-url", far]).is_private(), "{far}");
        }
        assert!(!args(&["--listen", "0.0.0.0"]).is_private());
        assert!(!args(&["--listen", "0.0.0.0:8080", "--public-url", "http://localhost:8080"]).is_private());
        assert!(args(&["--listen", "127.0.0.1:8080"]).is_private());
    }

    #[test]
    fn the_shop_is_another_site_than_the_cloud() {
        let local = args(&[]);
        assert_eq!(local.shop_address(8090), "http://localhost:8090");
        assert_eq!(local.reach(8080).to_string(), "127.0.0.1:8080");
        assert_eq!(args(&["--listen", "192.0.2.7"]).shop_address(8090), "http://192.0.2.7:8090");
        let public = args(&["--listen", "0.0.0.0", "--public-url", "http://demo.example:8080"]);
        assert_eq!(public.shop_address(8090), "http://demo.example:8090");
        assert_eq!(public.reach(8080).to_string(), "127.0.0.1:8080");
        let both = args(&["--public-url", "https://a.example", "--shop-url", "https://b.example/"]);
        assert_eq!(both.shop_address(1), "https://b.example");
    }
}
