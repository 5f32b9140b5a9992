//! The way out to addresses that strangers gave: feeds, webhooks. It never leads to a machine of our own network.
//!
//! A name is looked up once, and the connection goes to an address that was checked, so that a name which changes its mind in
//! between leads nowhere else.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{HeaderMap, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url};
use url::Host;

use super::http_client;

/// How often one address may lead to another.
const MOST_REDIRECTS: usize = 3;
/// How long a connection and each next piece of an answer may take.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
const PIECE_WITHIN: Duration = Duration::from_secs(30);

/// Asks other people's servers. Clones share connections.
#[derive(Debug, Clone)]
pub struct Egress {
    /// Made when it is needed first: it reads the system's certificates, which a server without feeds can do without.
    client: Arc<OnceLock<Client>>,
    local: bool,
}

/// Why nobody was asked, or nobody answered. Each is a sentence for whoever gave the address.
#[derive(Debug, thiserror::Error)]
pub enum EgressError {
    /// It is no address of the web, or has a name and password in it.
    #[error("the address must begin with http:// or https:// and hold no name and password")]
    NoAddress,
    /// It is inside of some network.
    #[error("the address is not one of the public internet")]
    NotPublic,
    /// It leads round and round.
    #[error("the address leads to another one more than three times, or to one that cannot be read")]
    Redirects,
    /// Nobody can be asked from here: the system has no certificates, for example.
    #[error("this server cannot ask others; its operator finds why in its log")]
    NoClient(#[source] reqwest::Error),
    /// Nobody knows the name, or nobody who does answers.
    #[error("there is no server of that name; look at how the address is spelt")]
    NoServer,
    /// The far side does not answer as it should.
    #[error("the server there does not answer, or breaks off")]
    FarSide(#[source] reqwest::Error),
}

impl EgressError {
    /// Whether the same address may answer later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::FarSide(_) | Self::NoServer | Self::NoClient(_))
    }
}

/// Names of no public server. Source: RFC 6761, section 6.3; RFC 6762, section 3; RFC 8375.
fn leads_inside(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let inside = ["localhost", "local", "internal", "home.arpa"];
    !name.contains('.')
        || inside.iter().any(|end| name.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')))
}

impl Egress {
    /// The way out. With `local`, addresses of this machine are taken too: for tests, and where the operator says so.
    #[must_use]
    pub fn new(local: bool) -> Self {
        Self { client: Arc::default(), local }
    }

    fn client(&self) -> Result<&Client, EgressError> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = http_client()
            .dns_resolver(Arc::new(Guard { local: self.local }))
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_WITHIN)
            .read_timeout(PIECE_WITHIN)
            .user_agent("Vitrine")
            .build()
            .map_err(EgressError::NoClient)?;
        Ok(self.client.get_or_init(|| client))
    }

    /// Whether `url` may be asked, as far as that can be told without asking anybody.
    ///
    /// # Errors
    /// [`EgressError::NoAddress`]; [`EgressError::NotPublic`].
    pub fn check(&self, url: &Url) -> Result<(), EgressError> {
        if !matches!(url.scheme(), "http" | "https") || !url.username().is_empty() || url.password().is_some()
        {
            return Err(EgressError::NoAddress);
        }
        let address = match url.host() {
            None => return Err(EgressError::NoAddress),
            Some(Host::Domain(name)) if !self.local && leads_inside(name) => {
                return Err(EgressError::NotPublic);
            }
            Some(Host::Domain(_)) => return Ok(()), // checked when it is looked up
            Some(Host::Ipv4(address)) => IpAddr::from(address),
            Some(Host::Ipv6(address)) => IpAddr::from(address),
        };
        if is_allowed(address, self.local) { Ok(()) } else { Err(EgressError::NotPublic) }
    }

    /// Asks for `url`, and for where that leads; its body is still to be read, and to be bounded by the caller.
    ///
    /// # Errors
    /// [`EgressError`].
    pub async fn get(&self, url: &Url) -> Result<Response, EgressError> {
        let mut url = url.clone();
        for _ in 0..=MOST_REDIRECTS {
            self.check(&url)?;
            let response = self.client()?.get(url.clone()).send().await.map_err(refused)?;
            if !response.status().is_redirection() {
                // Its address may hold a secret, and errors are read.
                return response
                    .error_for_status()
                    .map_err(|error| EgressError::FarSide(error.without_url()));
            }
            let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok());
            url = to.and_then(|to| url.join(to).ok()).ok_or(EgressError::Redirects)?;
        }
        Err(EgressError::Redirects)
    }

    /// Sends `body` to `url` and gives the status of the answer, which is not read on. Where that leads elsewhere, nobody goes.
    ///
    /// # Errors
    /// [`EgressError`].
    pub async fn post(&self, url: &Url, headers: HeaderMap, body: String) -> Result<StatusCode, EgressError> {
        self.check(url)?;
        let request = self.client()?.post(url.clone()).headers(headers).body(body);
        Ok(request.send().await.map_err(refused)?.status())
    }

    /// Whether addresses of this machine are asked too.
    #[must_use]
    pub fn is_local(&self) -> bool {
        self.local
    }
}

/// Where a name leads that leads to nothing public.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to no address of the public internet")]
struct Hidden;

/// A name that leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("the name is not known")]
struct Unnamed(#[source] std::io::Error);

fn refused(error: reqwest::Error) -> EgressError {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&error);
    while let Some(one) = cause {
        if one.is::<Hidden>() {
            return EgressError::NotPublic;
        }
        if one.is::<Unnamed>() {
            return EgressError::NoServer;
        }
        cause = one.source();
    }
    EgressError::FarSide(error.without_url())
}

/// Looks names up, and gives what may be asked.
struct Guard {
    local: bool,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let local = self.local;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await.map_err(Unnamed)?;
            let allowed: Vec<SocketAddr> = found.filter(|found| is_allowed(found.ip(), local)).collect();
            if allowed.is_empty() {
                return Err(Hidden.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

fn is_allowed(address: IpAddr, local: bool) -> bool {
    let address = address.to_canonical();
    local && address.is_loopback()
        || match address {
            IpAddr::V4(address) => is_public_v4(address),
            IpAddr::V6(address) => is_public_v6(address),
        }
}

/// Source: IANA IPv4 Special-Purpose Address Registry; the last is where one cloud tells its machines about themselves.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(a == 0
        || a >= 224
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || address == Ipv4Addr::new(168, 63, 129, 16))
}

/// What is handed out to the public (2000::/3), without what is for documents, tunnels and tests. Source: IANA IPv6
/// Special-Purpose Address Registry.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    a & 0xe000 == 0x2000
        && a != 0x2002
        && !(a == 0x2001 && (b < 0x200 || b == 0xdb8))
        && !(a == 0x3fff && b < 0x1000)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn only_the_public_internet_is_asked() {
        let egress = Egress::new(false);
        for refused in [
            "http://127.0.0.1/",
            "http://127.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://0/",
            "http://10.1.2.3/",
            "http://172.16.0.1/",
            "http://192.168.1.1:8080/",
            "http://169.254.169.254/latest/meta-data/",
            "http://100.64.0.1/",
            "http://100.100.100.200/",
            "http://168.63.129.16/",
            "http://192.0.0.1/",
            "http://198.18.0.1/",
            "http://224.0.0.1/",
            "http://255.255.255.255/",
            "http://240.0.0.1/",
            "http://203.0.113.7/",
            "http://[::1]/",
            "http://[::]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a00:1]/",
            "http://[fe80::1]/",
            "http://[fc00::1]/",
            "http://[fd00:ec2::254]/",
            "http://[ff02::1]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[2001::1]/",
            "http://[2001:db8::1]/",
            "http://[::7f00:1]/",
            "http://[fec0::1]/",
        ] {
            let url = Url::parse(refused).unwrap();
            assert!(matches!(egress.check(&url), Err(EgressError::NotPublic)), "{refused}");
        }
        for refused in [
            "ftp://example.com/",
            "file:///etc/passwd",
            "http://me:secret@example.com/",
            "http://me@example.com/",
        ] {
            assert!(
                matches!(egress.check(&Url::parse(refused).unwrap()), Err(EgressError::NoAddress)),
                "{refused}"
            );
        }
        for fine in
            ["https://93.184.215.14/feed.xml", "http://[2606:2800:21f::1]/", "https://example.com:8443/feed"]
        {
            egress.check(&Url::parse(fine).unwrap()).unwrap();
        }
    }

    #[test]
    fn a_name_that_leads_inside_is_refused_before_it_is_looked_up() {
        let (egress, local) = (Egress::new(false), Egress::new(true));
        for name in [
            "localhost",
            "LOCALHOST.",
            "db",
            "x.localhost",
            "printer.local",
            "vault.internal",
            "nas.home.arpa",
        ] {
            let url = Url::parse(&format!("https://{name}/x")).unwrap();
            assert!(matches!(egress.check(&url), Err(EgressError::NotPublic)), "{name}");
            local.check(&url).unwrap();
        }
        for name in ["shop.example", "localhost.example", "mylocal.example", "xn--bcher-kva.de"] {
            egress.check(&Url::parse(&format!("https://{name}/x")).unwrap()).unwrap();
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_inside_is_refused_when_it_is_looked_up() {
        let egress = Egress::new(false);
        let url = Url::parse("http://localhost:9/").unwrap();
        assert!(matches!(egress.get(&url).await, Err(EgressError::NotPublic)));
    }

    #[tokio::test]
    async fn a_name_that_nobody_knows_is_told_from_a_server_that_is_silent() {
        let egress = Egress::new(true);
        // Longer than any name's part, so that nobody has to be asked.
        let url = Url::parse(&format!("http://{}.example/", "x".repeat(64))).unwrap();
        let unknown = egress.get(&url).await.unwrap_err();
        assert!(matches!(unknown, EgressError::NoServer) && unknown.is_passing(), "{unknown}");
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let silent = egress.get(&Url::parse(&format!("http://{closed}/")).unwrap()).await;
        assert!(matches!(silent, Err(EgressError::FarSide(_))));
    }

    /// A server that answers each connection with the next of `answers`; its port.
    async fn server(answers: Vec<String>) -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        tokio::spawn(async move {
            for answer in answers {
                let (mut socket, _) = listener.accept().await.unwrap();
                let _ = socket.read(&mut [0; 4096]).await.unwrap();
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        port
    }

    fn to(place: &str) -> String {
        format!("HTTP/1.1 302 Found\r\nlocation: {place}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
    }

    #[tokio::test]
    async fn where_an_address_leads_is_checked_again_each_time() {
        let egress = Egress::new(true);
        let ok = "HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nlist".to_owned();
        let get = async |answers| {
            let port = server(answers).await;
            egress.get(&Url::parse(&format!("http://localhost:{port}/")).unwrap()).await
        };
        let answer = get(vec![to("/a"), to("/b"), to("/c"), ok.clone()]).await.unwrap();
        assert_eq!(answer.text().await.unwrap(), "list");
        assert!(matches!(
            get(vec![to("/a"), to("/b"), to("/c"), to("/d"), ok]).await,
            Err(EgressError::Redirects)
        ));
        for inside in ["http://169.254.169.254/", "http://[fd00:ec2::254]/", "//10.0.0.1/"] {
            assert!(matches!(get(vec![to(inside)]).await, Err(EgressError::NotPublic)), "{inside}");
        }
        assert!(matches!(get(vec![to("file:///etc/passwd")]).await, Err(EgressError::NoAddress)));
        let missing = "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_owned();
        assert!(get(vec![missing]).await.unwrap_err().is_passing());
    }
}
