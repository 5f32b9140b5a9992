//! Whose a request is: the socket's peer, or who a trusted proxy says it is.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::HeaderMap;
use ipnet::IpNet;
pub use vitrine_rtmp::{Network, SHARES_OF_A_SITE};

/// Where each proxy on the way adds the address that it was asked from, at the end.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// What else proxies write into what they pass on. Source: RFC 7239, section 4, and RFC 9110, section 7.6.3.
const FORWARDED: &str = "forwarded";
const VIA: &str = "via";

/// Who sent a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// Their address, as far as it can be believed.
    pub address: IpAddr,
    /// Whether it is a proxy's, with all of its visitors behind it: then it has no share of its own to use up.
    pub many: bool,
}

impl Caller {
    /// Whose share of things is used up; `None` where nobody knows.
    #[must_use]
    pub fn network(self) -> Option<Network> {
        (!self.many).then(|| self.address.into())
    }
}

impl From<IpAddr> for Caller {
    fn from(address: IpAddr) -> Self {
        Self { address: address.to_canonical(), many: false }
    }
}

/// The proxies whose word on addresses is taken. Clones share the list.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    trusted: Arc<[IpNet]>,
}

impl Proxies {
    /// Those in these networks.
    #[must_use]
    pub fn new(trusted: &[IpNet]) -> Self {
        Self { trusted: trusted.into() }
    }

    /// Whether this is the address of one.
    #[must_use]
    pub fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.trusted.iter().any(|network| network.contains(&address))
    }

    /// Whose share of connections one from `peer` uses up; `None` for a proxy's, and for what may be one while none is
    /// named.
    #[must_use]
    pub fn holder(&self, peer: IpAddr) -> Option<Network> {
        let peer = peer.to_canonical();
        let for_many = self.trusts(peer) || self.may_be_one(peer);
        (!for_many).then(|| peer.into())
    }

    /// Whether a proxy passed a request on: others may share its connection.
    #[must_use]
    pub fn forwarded(headers: &HeaderMap) -> bool {
        [FORWARDED_FOR, FORWARDED, VIA].iter().any(|name| headers.contains_key(*name))
    }

    /// While no proxy is named, it may be any peer of this machine or its network.
    fn may_be_one(&self, peer: IpAddr) -> bool {
        self.trusted.is_empty() && is_near(peer)
    }

    /// Who sent a request that came from the socket of `peer`.
    ///
    /// `X-Forwarded-For`, or else `Forwarded`, is read from the right, for as long as the next address was written by a trusted
    /// proxy: what stands further left is the visitor's own word. While no proxy is named, a peer of this machine or its network that
    /// sends the header is taken for one whose visitors cannot be told apart.
    #[must_use]
    pub fn caller(&self, peer: IpAddr, headers: &HeaderMap) -> Caller {
        let peer = Caller::from(peer);
        if !self.trusts(peer.address) {
            let many = self.may_be_one(peer.address) && headers.contains_key(FORWARDED_FOR);
            return Caller { many, ..peer };
        }
        let mut nearest = peer.address;
        let (name, read): (_, fn(&str) -> Option<IpAddr>) = match headers.contains_key(FORWARDED_FOR) {
            true => (FORWARDED_FOR, address),
            false => (FORWARDED, forwarded_for),
        };
        let lines = headers.get_all(name).into_iter().rev();
        // By bytes: what a visitor wrote to the left need not even be text.
        for word in lines.flat_map(|line| line.as_bytes().rsplit(|byte| *byte == b',')) {
            let Some(said) = std::str::from_utf8(word).ok().and_then(|word| read(word.trim())) else {
                break;
            };
            if !self.trusts(said) {
                return said.into();
            }
            nearest = said;
        }
        Caller { address: nearest, many: true }
    }
}

/// An address, as some proxies write it with the port beside it.
fn address(text: &str) -> Option<IpAddr> {
    let with_port = || text.parse::<std::net::SocketAddr>().ok().map(|both| both.ip());
    text.parse().ok().or_else(with_port).map(|address: IpAddr| address.to_canonical())
}

/// The `for` of one element of `Forwarded`: `for="[2001:db8::9]:4711";proto=https`. Source: RFC 7239, sections 4 and 6.
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    let (_, node) = pairs.into_iter().find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    let node = node.trim().trim_matches('"');
    address(node.strip_prefix('[').and_then(|node| node.strip_suffix(']')).unwrap_or(node))
}

/// Whether it is an address that only this machine and its own network use.
fn is_near(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_loopback() || address.is_private() || address.is_link_local(),
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn proxies(trusted: &[&str]) -> Proxies {
        let trusted: Vec<_> = trusted.iter().map(|text| text.parse().unwrap()).collect();
        Proxies::new(&trusted)
    }

    fn said(lines: &[&str]) -> HeaderMap {
        lines.iter().map(|line| (FORWARDED_FOR.parse().unwrap(), line.parse().unwrap())).collect()
    }

    #[test]
    fn a_trusted_proxy_is_believed_and_its_visitors_are_not() {
        let proxies = proxies(&["10.0.0.0/8", "fd00::/8"]);
        for (peer, lines, caller) in [
            ("10.0.0.1", &["203.0.113.7"][..], "203.0.113.7"),
            // What the visitor sent along stands further left, on a line of its own or on the same.
            ("10.0.0.1", &["8.8.8.8, 203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &["8.8.8.8", "203.0.113.7"], "203.0.113.7"),
            ("10.0.0.1", &["rubbish, 203.0.113.7:4711"], "203.0.113.7"),
            // Two proxies of ours, one after the other.
            ("::ffff:10.0.0.1", &["203.0.113.7,10.9.9.9"], "203.0.113.7"),
            ("fd00::1", &["[2001:db8::9]:443, 10.9.9.9"], "2001:db8::9"),
            // Somebody else's proxy says what it likes.
            ("198.51.100.9", &["203.0.113.7"], "198.51.100.9"),
        ] {
            assert_eq!(proxies.caller(ip(peer), &said(lines)), ip(caller).into(), "{peer} {lines:?}");
        }
    }

    #[test]
    fn where_a_proxy_writes_forwarded_that_is_read() {
        let proxies = proxies(&["10.0.0.0/8"]);
        for (line, caller) in [
            ("for=203.0.113.7", Some("203.0.113.7")),
            ("for=8.8.8.8, For=\"203.0.113.7:4711\";proto=https", Some("203.0.113.7")),
            ("proto=https;for=\"[2001:db8::9]:443\";by=10.0.0.1", Some("2001:db8::9")),
            ("for=\"[2001:db8::9]\", for=10.9.9.9", Some("2001:db8::9")),
            ("for=203.0.113.7, for=_hidden", None),
            ("for=unknown", None),
            ("by=203.0.113.7", None),
        ] {
            let headers = HeaderMap::from_iter([(FORWARDED.parse().unwrap(), line.parse().unwrap())]);
            let found = proxies.caller(ip("10.0.0.1"), &headers);
            assert_eq!((!found.many).then_some(found.address), caller.map(ip), "{line}");
        }
        let mut both = said(&["203.0.113.7"]);
        both.insert(FORWARDED, "for=8.8.8.8".parse().unwrap());
        assert_eq!(
            proxies.caller(ip("10.0.0.1"), &both),
            ip("203.0.113.7").into(),
            "that may be the visitor's"
        );
    }

    #[test]
    fn what_a_visitor_sends_along_does_not_hide_him() {
        let proxies = proxies(&["10.0.0.0/8"]);
        for line in ["é, 203.0.113.7", "é\u{301}, 8.8.8.8,203.0.113.7 ", "é, 203.0.113.7, 10.9.9.9"] {
            let line = axum::http::HeaderValue::from_bytes(line.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(FORWARDED_FOR.parse().unwrap(), line.clone())]);
            assert_eq!(proxies.caller(ip("10.0.0.1"), &headers), ip("203.0.113.7").into(), "{line:?}");
        }
        let line = axum::http::HeaderValue::from_bytes(b"203.0.113.7, \xff").unwrap();
        let headers = HeaderMap::from_iter([(FORWARDED_FOR.parse().unwrap(), line)]);
        assert!(proxies.caller(ip("10.0.0.1"), &headers).many, "a word that is none says nothing");
    }

    #[test]
    fn a_proxy_that_does_not_say_who_asks_is_many() {
        let named = proxies(&["10.0.0.0/8"]);
        for lines in [&[][..], &["unknown"], &["10.1.1.1"], &["203.0.113.7, -"]] {
            let caller = named.caller(ip("10.0.0.1"), &said(lines));
            assert!(caller.many && caller.network().is_none() && named.trusts(caller.address), "{lines:?}");
        }
        assert!(!named.caller(ip("192.168.0.1"), &said(&["203.0.113.7"])).many, "one was named, another not");
    }

    #[test]
    fn while_none_is_named_one_beside_us_is_many_and_a_stranger_is_himself() {
        let nobody = Proxies::default();
        for (peer, lines, many) in [
            ("127.0.0.1", &["203.0.113.7"][..], true),
            ("fd00::1", &["203.0.113.7"], true),
            ("127.0.0.1", &[], false),
            ("203.0.113.7", &["127.0.0.1"], false),
        ] {
            let caller = nobody.caller(ip(peer), &said(lines));
            assert_eq!(caller, Caller { address: ip(peer), many }, "{peer} {lines:?}");
        }
    }

    #[test]
    fn what_a_proxy_passed_on_is_told_from_what_a_visitor_asks_himself() {
        assert!(!Proxies::forwarded(&HeaderMap::new()));
        for name in ["x-forwarded-for", "forwarded", "via"] {
            let headers = HeaderMap::from_iter([(name.parse().unwrap(), "1.1 x".parse().unwrap())]);
            assert!(Proxies::forwarded(&headers), "{name}");
        }
    }

    #[test]
    fn connections_of_proxies_are_nobodys() {
        let (named, nobody) = (proxies(&["10.0.0.0/8"]), Proxies::default());
        assert_eq!(named.holder(ip("10.0.0.1")), None);
        assert_eq!(named.holder(ip("192.168.0.1")), Some(ip("192.168.0.1").into()));
        assert_eq!(nobody.holder(ip("::ffff:192.168.0.1")), None);
        assert_eq!(nobody.holder(ip("203.0.113.7")), Some(ip("203.0.113.7").into()));
    }

    #[test]
    fn an_ipv6_line_is_one_whatever_address_it_takes() {
        let network = |text| Network::from(ip(text));
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:203.0.113.7"), network("203.0.113.7"));
        assert_eq!(network("2001:db8:1:2::1").to_string(), "2001:db8:1:2::/64");
        assert_eq!(network("203.0.113.7").to_string(), "203.0.113.7");
    }
}
