//! What the demo is told on its command line.

use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

/// A live shop on this machine that is alive by itself
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// Empty the demo's folder first
    #[arg(long)]
    pub fresh: bool,

    /// The folder for everything the demo keeps
    #[arg(long, env = "VITRINE_DEMO_DATA_DIR", default_value = "./.vitrine/demo")]
    pub data_dir: PathBuf,

    /// The address to listen on; 0.0.0.0 lets other machines in
    #[arg(long, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub listen: IpAddr,

    /// Port of the cloud (HTTP and WebSocket); 0 takes a free one
    #[arg(long, default_value_t = 8080)]
    pub port: u16,

    /// Port of the demo shop; 0 takes a free one
    #[arg(long, default_value_t = 8090)]
    pub shop_port: u16,

    /// Port where publishers arrive (RTMP); 0 takes a free one
    #[arg(long, default_value_t = 1935)]
    pub rtmp_port: u16,

    /// How browsers reach the cloud, when that is not the address it listens on
    #[arg(long)]
    pub public_url: Option<url::Url>,

    /// How browsers reach the demo shop; the host of --public-url with the shop's port when not set
    #[arg(long)]
    pub shop_url: Option<url::Url>,
}

impl Args {
    /// Whether only this machine can reach the demo.
    pub(super) fn is_private(&self) -> bool {
        self.listen.is_loopback()
    }

    /// An address of this machine at which `port` answers.
    pub(super) fn reach(&self, port: u16) -> std::net::SocketAddr {
        let ip = match self.listen {
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
            None if self.is_private() || self.listen.is_unspecified() => format!("http://localhost:{port}"),
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
