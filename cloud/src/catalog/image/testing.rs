//! Pictures for tests, as cameras and programs make them.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// Red on the left, blue on the right, and green along the top.
pub fn flag(width: u32, height: u32) -> DynamicImage {
    let colour = |x, y| match (x < width / 2, y < height / 4) {
        (_, true) => Rgb([0, 200, 0]),
        (true, _) => Rgb([220, 0, 0]),
        (false, _) => Rgb([0, 0, 220]),
    };
    RgbImage::from_fn(width, height, colour).into()
}

/// `picture` as a file.
pub fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, format).expect("a picture");
    file.into_inner()
}

/// A PNG.
pub fn png(width: u32, height: u32) -> Vec<u8> {
    file(&flag(width, height), ImageFormat::Png)
}

/// A note of a camera (EXIF, big-endian): how it was held (1 to 8), and a place (GPS), with the word `SecretPlace`.
pub fn exif(orientation: u8) -> Vec<u8> {
    let mut note = b"MM\0*\0\0\0\x08".to_vec();
    // Three entries of 12 bytes: make (2: text), orientation (3: short), where the place stands (4: long).
    note.extend(b"\0\x03");
    note.extend(b"\x01\x0f\0\x02\0\0\0\x0c\0\0\0\x32");
    note.extend([1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    note.extend(b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x3e");
    note.extend(b"\0\0\0\0SecretPlace\0");
    // The place: one entry, which side of the equator.
    note.extend(b"\0\x01\0\x01\0\x02\0\0\0\x02N\0\0\0\0\0\0\0");
    note
}

/// A JPEG with a camera's note.
pub fn jpeg_with_note(picture: &DynamicImage, orientation: u8) -> Vec<u8> {
    let plain = file(picture, ImageFormat::Jpeg);
    let note = [b"Exif\0\0".to_vec(), exif(orientation)].concat();
    let length = u16::try_from(note.len() + 2).expect("a short note").to_be_bytes();
    [&plain[..2], b"\xff\xe1", &length, &note, &plain[2..]].concat()
}

/// A PNG's chunk.
pub fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(kind);
    crc.update(data);
    let length = u32::try_from(data.len()).expect("a short chunk").to_be_bytes();
    [&length[..], kind, data, &crc.sum().to_be_bytes()].concat()
}

/// A PNG's header that says how large it is, and next to nothing behind it.
pub fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 2, 0, 0, 0]);
    let data = b"\x78\x9c\x63\x00\x00\x00\x01\x00\x01";
    [b"\x89PNG\r\n\x1a\n".to_vec(), chunk(b"IHDR", &header), chunk(b"IDAT", data), chunk(b"IEND", b"")]
        .concat()
}
