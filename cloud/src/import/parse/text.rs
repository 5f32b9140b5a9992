//! Bytes to UTF-8: what a file is written in is found out, as few of them say it.

use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::BLOCK;

/// What `file` is written in: by its mark, as UTF-8 when all of it is, else as Windows-1252. Reads it through and goes back to
/// the start.
pub fn encoding_of(file: &mut (impl Read + Seek)) -> io::Result<&'static Encoding> {
    file.seek(SeekFrom::Start(0))?;
    let mut block = vec![0; BLOCK];
    let (mut held, mut first, mut encoding) = (0, true, UTF_8);
    loop {
        let read = read_some(file, &mut block[held..])?;
        let bytes = &block[..held + read];
        if std::mem::take(&mut first) {
            let marked = Encoding::for_bom(bytes).map(|(encoding, _)| encoding);
            if let Some(marked) = marked.filter(|encoding| [UTF_16LE, UTF_16BE].contains(encoding)) {
                encoding = marked;
                break;
            }
        }
        match std::str::from_utf8(bytes) {
            Ok(_) => held = 0,
            // A character may go on in the next block.
            Err(error) if error.error_len().is_none() && read > 0 => {
                let rest = error.valid_up_to()..bytes.len();
                held = rest.len();
                block.copy_within(rest, 0);
            }
            Err(_) => {
                encoding = WINDOWS_1252;
                break;
            }
        }
        if read == 0 {
            break;
        }
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(encoding)
}

fn read_some(from: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(into) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

/// A file as UTF-8, without its mark.
pub struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    block: Vec<u8>,
    begin: usize,
    end: usize,
    done: bool,
}

impl<R: Read> Decoded<R> {
    pub fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self { inner, decoder, block: vec![0; BLOCK], begin: 0, end: 0, done: false }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        // The decoder writes no half characters.
        if into.len() < 16 {
            return Err(io::Error::other("a reader of text asks for too little"));
        }
        loop {
            if self.begin == self.end && !self.done {
                (self.begin, self.end) = (0, read_some(&mut self.inner, &mut self.block)?);
            }
            let last = self.end == 0;
            if self.done {
                return Ok(0);
            }
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.block[self.begin..self.end], into, last);
            self.begin += read;
            self.done = last && result == CoderResult::InputEmpty;
            if self.begin == self.end && !last {
                (self.begin, self.end) = (1, 1);
            }
            if written > 0 {
                return Ok(written);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn text_of(bytes: &[u8]) -> String {
        let mut file = Cursor::new(bytes.to_vec());
        let encoding = encoding_of(&mut file).unwrap();
        let mut text = String::new();
        let mut reader = io::BufReader::with_capacity(64, Decoded::new(file, encoding));
        io::BufRead::read_line(&mut reader, &mut text).unwrap();
        reader.read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn what_a_file_is_written_in_is_found_out() {
        assert_eq!(text_of("\u{feff}Größe 5 €".as_bytes()), "Größe 5 €");
        assert_eq!(text_of(b"Gr\xf6\xdfe 5 \x80"), "Größe 5 €");
        let utf16: Vec<u8> = "\u{feff}Größe\n5 €".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text_of(&utf16), "Größe\n5 €");
        assert_eq!(text_of(b""), "");
    }

    #[test]
    fn a_character_on_the_edge_of_a_block_stays_whole() {
        let long = format!("{}€ and {}", "x".repeat(BLOCK - 1), "ö".repeat(BLOCK));
        assert_eq!(text_of(long.as_bytes()), long);
        // Only its last byte is no UTF-8.
        let late = [long.as_bytes(), b"\xe9"].concat();
        assert!(text_of(&late).ends_with("Ã¶é"), "it is Windows-1252 from its beginning");
    }
}
