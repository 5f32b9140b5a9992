//! Files as they come in: written down within bounds, and unpacked where they are packed.

use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use futures_util::{Stream, StreamExt as _};
use tokio::io::AsyncWriteExt as _;
use tokio::time::Instant;

use super::ImportsError;
use crate::base::Invalid;

/// The largest file, once it is unpacked.
const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// How long the next piece of a file may take. The whole takes as long as it comes at that rate.
const PIECE_WITHIN: Duration = Duration::from_secs(30);
/// How many bytes a second must have come, on the whole, once so much time is over.
const LEAST_RATE: u64 = 8 * 1024;
const RATE_AFTER: Duration = Duration::from_secs(30);
/// What is unpacked at once: it may become a thousand times as much.
const UNPACKED_AT_ONCE: usize = 1024;
/// What every gzip file begins with. Source: RFC 1952, section 2.3.1.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// How what comes is packed, which its first two bytes say.
enum Packed {
    Unknown(Vec<u8>),
    Not,
    Gzip(Box<MultiGzDecoder<Vec<u8>>>),
}

/// Writes what comes to `file`, within bounds.
pub(super) async fn write<E>(
    file: &Path,
    mut body: impl Stream<Item = Result<Bytes, E>> + Send + Unpin,
) -> Result<(), ImportsError> {
    if let Some(folder) = file.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    let (mut came, mut written, began) = (0_u64, 0_u64, Instant::now());
    let mut packed = Packed::Unknown(Vec::new());
    let mut out = tokio::fs::File::create(file).await?;
    loop {
        let piece = tokio::time::timeout(PIECE_WITHIN, body.next()).await;
        let Some(piece) = piece.map_err(|_| ImportsError::BrokenOff)? else { break };
        let mut piece = piece.map_err(|_| ImportsError::BrokenOff)?;
        came += piece.len() as u64;
        // Whoever drips holds a place that others wait for.
        let due = began.elapsed().saturating_sub(RATE_AFTER).as_secs() * LEAST_RATE;
        if came < due {
            return Err(ImportsError::BrokenOff);
        }
        if let Packed::Unknown(first) = &mut packed {
            first.extend_from_slice(&piece);
            if first.len() < GZIP.len() {
                continue;
            }
            piece = std::mem::take(first).into();
            packed = match piece.starts_with(&GZIP) {
                true => Packed::Gzip(Box::new(MultiGzDecoder::new(Vec::new()))),
                false => Packed::Not,
            };
        }
        let Packed::Gzip(unpacking) = &mut packed else {
            written += piece.len() as u64;
            if written > MOST_BYTES {
                return Err(ImportsError::TooLarge);
            }
            out.write_all(&piece).await?;
            continue;
        };
        for part in piece.chunks(UNPACKED_AT_ONCE) {
            unpacking.write_all(part).map_err(damaged)?;
            let plain = std::mem::take(unpacking.get_mut());
            written += plain.len() as u64;
            if written > MOST_BYTES {
                return Err(ImportsError::TooLarge);
            }
            out.write_all(&plain).await?;
        }
    }
    match packed {
        Packed::Unknown(first) => out.write_all(&first).await?,
        Packed::Not => {}
        Packed::Gzip(mut unpacking) => {
            unpacking.try_finish().map_err(damaged)?;
            written += unpacking.get_ref().len() as u64;
            if written > MOST_BYTES {
                return Err(ImportsError::TooLarge);
            }
            out.write_all(unpacking.get_ref()).await?;
        }
    }
    Ok(out.sync_all().await?)
}

fn damaged(_: std::io::Error) -> ImportsError {
    Invalid::new("the file is packed (gzip) and cannot be unpacked to its end; pack it anew").into()
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(plain: &[u8]) -> Vec<u8> {
        let mut packing = GzEncoder::new(Vec::new(), Compression::best());
        packing.write_all(plain).unwrap();
        packing.finish().unwrap()
    }

    /// What is written of a body that comes in pieces of so many bytes.
    async fn received(body: &[u8], piece: usize) -> Result<Vec<u8>, ImportsError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("list");
        let pieces: Vec<_> =
            body.chunks(piece).map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece))).collect();
        write(&file, futures_util::stream::iter(pieces)).await?;
        Ok(std::fs::read(&file).unwrap())
    }

    #[tokio::test]
    async fn a_packed_list_is_unpacked_in_pieces_of_any_size_and_a_plain_one_stays_as_it_is() {
        let plain: Vec<u8> = (0..9_000).flat_map(|n| format!("{n},Hat,5 EUR\n").into_bytes()).collect();
        let mut twice = packed(&plain[..500]);
        twice.extend(packed(&plain[500..]));
        for piece in [1, 7, 4_096, 1 << 20] {
            assert_eq!(received(&packed(&plain), piece).await.unwrap(), plain);
            assert_eq!(
                received(&twice, piece).await.unwrap(),
                plain,
                "parts of their own, one after the other"
            );
            assert_eq!(received(&plain, piece).await.unwrap(), plain);
        }
        assert_eq!(received(b"x", 1).await.unwrap(), b"x");
        assert_eq!(received(b"", 1).await.unwrap(), b"");
    }

    #[tokio::test]
    async fn what_breaks_off_or_is_damaged_is_refused_and_a_small_file_never_becomes_a_huge_one() {
        let whole = packed(&[7; 90_000]);
        for broken in [&whole[..whole.len() - 9], &whole[..4], b"\x1f\x8bnonsense that is no file"] {
            assert!(matches!(received(broken, 64).await, Err(ImportsError::Invalid(_))));
        }
        let bomb = packed(&vec![0; 1024 * 1024]).repeat(257);
        assert!(bomb.len() < 400_000);
        assert!(matches!(received(&bomb, 64 * 1024).await, Err(ImportsError::TooLarge)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_list_that_keeps_coming_may_take_an_hour_and_one_that_stops_for_long_is_given_up() {
        let folder = tempfile::tempdir().unwrap();
        let slow = |every: u64, bytes: usize, count: usize| {
            let pieces = futures_util::stream::iter(0..count).then(move |_| async move {
                tokio::time::sleep(Duration::from_secs(every)).await;
                Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; bytes]))
            });
            Box::pin(pieces)
        };
        let file = folder.path().join("list");
        write(&file, slow(10, 100_000, 360)).await.unwrap();
        assert!(matches!(write(&file, slow(31, 1_000_000, 2)).await, Err(ImportsError::BrokenOff)));
        assert!(matches!(write(&file, slow(10, 10_000, 60)).await, Err(ImportsError::BrokenOff)));
    }
}
