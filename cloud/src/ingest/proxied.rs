//! Who stands behind a proxy: what load balancers say before the first byte of a publisher.
//!
//! Source: "The PROXY protocol, versions 1 and 2" of HAProxy, sections 2.1 and 2.2. Only peers that are named as proxies are
//! listened to. RTMP begins with a byte that neither version begins with, so a trusted peer that says nothing is a publisher.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// A proxy says it at once.
const FIRST_WITHIN: Duration = Duration::from_secs(1);
const WITHIN: Duration = Duration::from_secs(5);
/// What a header of the second version begins with, and how long it is without addresses.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
const HEAD: usize = 16;
/// Addresses and what some proxies add to them.
const MOST_BYTES: usize = 4_096;
/// The longest header of the first version.
const LONGEST_LINE: usize = 107;

/// The publisher behind `peer`, a proxy that is trusted; `peer` itself when it says nothing of another.
///
/// # Errors
/// The connection breaks off, or what it says is no header.
pub async fn publisher(socket: &mut TcpStream, peer: SocketAddr) -> io::Result<SocketAddr> {
    let mut first = [0];
    // Who says nothing for a moment speaks for himself: a health check, or a proxy that only passes bytes on.
    let Ok(peeked) = timeout(FIRST_WITHIN, socket.peek(&mut first)).await else { return Ok(peer) };
    peeked?;
    let said = timeout(WITHIN, async {
        match first[0] {
            b'\r' => read_second(socket).await,
            b'P' => read_first(socket).await,
            _ => Ok(None),
        }
    });
    Ok(said.await.map_err(|_| io::ErrorKind::TimedOut)??.unwrap_or(peer))
}

async fn read_second(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let mut head = [0; HEAD];
    from.read_exact(&mut head).await?;
    let [.., version, family, high, low] = head;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if !head.starts_with(&SIGNATURE) || version >> 4 != 2 || length > MOST_BYTES {
        return Err(no_header());
    }
    let mut rest = vec![0; length];
    from.read_exact(&mut rest).await?;
    match version & 0x0f {
        0 => Ok(None), // the proxy itself: it looks whether we are there
        1 if matches!(family, 0x11 | 0x21) => addresses(family, &rest).map(Some).ok_or_else(no_header),
        1 => Ok(None), // neither TCP over IPv4 nor over IPv6: nobody's address
        _ => Err(no_header()),
    }
}

/// The source of a header's addresses.
fn addresses(family: u8, rest: &[u8]) -> Option<SocketAddr> {
    let port = |at: usize| Some(u16::from_be_bytes(rest.get(at..at + 2)?.try_into().ok()?));
    match family {
        0x11 => {
            let address = Ipv4Addr::from(<[u8; 4]>::try_from(rest.get(..4)?).ok()?);
            Some(SocketAddr::new(address.into(), port(8)?))
        }
        0x21 => {
            let address = Ipv6Addr::from(<[u8; 16]>::try_from(rest.get(..16)?).ok()?);
            Some(SocketAddr::new(IpAddr::from(address).to_canonical(), port(32)?))
        }
        _ => None,
    }
}

async fn read_first(from: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let mut line = Vec::with_capacity(LONGEST_LINE);
    while !line.ends_with(b"\r\n") {
        if line.len() >= LONGEST_LINE {
            return Err(no_header());
        }
        line.push(from.read_u8().await?);
    }
    let line = std::str::from_utf8(&line).map_err(|_| no_header())?;
    let words: Vec<_> = line.trim_end().split(' ').collect();
    match words[..] {
        ["PROXY", "UNKNOWN", ..] => Ok(None),
        ["PROXY", kind @ ("TCP4" | "TCP6"), source, _, port, _] => {
            let address: IpAddr = source.parse().map_err(|_| no_header())?;
            let port = port.parse().map_err(|_| no_header())?;
            if address.is_ipv4() != (kind == "TCP4") {
                return Err(no_header());
            }
            Ok(Some(SocketAddr::new(address.to_canonical(), port)))
        }
        _ => Err(no_header()),
    }
}

fn no_header() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "what the proxy said is no header of the PROXY protocol")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpListener;

    use super::*;

    fn second(command: u8, family: u8, rest: &[u8]) -> Vec<u8> {
        let length = (rest.len() as u16).to_be_bytes();
        [&SIGNATURE[..], &[0x20 | command, family], &length, rest].concat()
    }

    /// What a server makes of `said`, and what it reads behind that.
    async fn heard(said: &[u8]) -> (io::Result<SocketAddr>, Vec<u8>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut proxy = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (mut socket, peer) = listener.accept().await.unwrap();
        proxy.write_all(said).await.unwrap();
        drop(proxy);
        let publisher = publisher(&mut socket, peer).await;
        let publisher = publisher.map(|one| if one == peer { "0.0.0.0:0".parse().unwrap() } else { one });
        let mut rest = Vec::new();
        let _ = socket.read_to_end(&mut rest).await;
        (publisher, rest)
    }

    #[tokio::test]
    async fn both_versions_say_who_publishes_and_what_follows_is_left_alone() {
        let v4 = [
            &[203, 0, 113, 7, 10, 0, 0, 1][..],
            &4_711u16.to_be_bytes(),
            &1_935u16.to_be_bytes(),
            b"\x04\0\x03abc",
        ];
        let v6: Ipv6Addr = "2001:db8::9".parse().unwrap();
        let v6 = [&v6.octets()[..], &[0; 16], &4_711u16.to_be_bytes(), &1_935u16.to_be_bytes()];
        for (header, publisher) in [
            (second(1, 0x11, &v4.concat()), "203.0.113.7:4711"),
            (second(1, 0x21, &v6.concat()), "[2001:db8::9]:4711"),
            (second(0, 0, b""), "0.0.0.0:0"),
            (second(1, 0, b"whatever"), "0.0.0.0:0"),
            (b"PROXY TCP4 203.0.113.7 10.0.0.1 4711 1935\r\n".to_vec(), "203.0.113.7:4711"),
            (b"PROXY TCP6 2001:db8::9 ::1 4711 1935\r\n".to_vec(), "[2001:db8::9]:4711"),
            (b"PROXY UNKNOWN\r\n".to_vec(), "0.0.0.0:0"),
            (Vec::new(), "0.0.0.0:0"),
        ] {
            let (heard, rest) = heard(&[&header[..], b"\x03hello"].concat()).await;
            assert_eq!(heard.unwrap(), publisher.parse().unwrap(), "{header:?}");
            assert_eq!(rest, b"\x03hello");
        }
    }

    #[tokio::test]
    async fn what_is_no_header_is_refused() {
        for bad in [
            &b"\r\n\r\n\0\r\nQUIT!\x21\x11\0\x0c............"[..],
            &second(1, 0x11, b"short"),
            &second(7, 0x11, &[0; 12]),
            b"PROXY TCP4 2001:db8::9 ::1 1 2\r\n",
            b"PROXY TCP4 1.2.3.4 5.6.7.8 99999 1\r\n",
            b"POST / HTTP/1.1\r\n\r\n",
            &[b'P'; 200],
            b"\r\n\r\n",
        ] {
            assert!(heard(bad).await.0.is_err(), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200), line in "PROXY [ -~]{0,120}\r\n") {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let _ = read_second(&mut &[&SIGNATURE[..], &bytes].concat()[..]).await;
                let _ = read_first(&mut line.as_bytes()).await;
            });
        }
    }
}
