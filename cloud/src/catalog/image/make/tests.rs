use image::{GenericImageView as _, Rgba};

use super::super::content_type;
use super::super::testing::{bomb, chunk, exif, file, flag, jpeg_with_note, png};
use super::*;

/// The files of a size, decoded: JPEG and WebP.
fn seen(made: &Made, n: usize) -> [DynamicImage; 2] {
    let size = &made.sizes[n];
    [&size.jpeg, &size.webp].map(|name| {
        let (_, bytes) = made.files.iter().find(|(known, _)| known == name).unwrap();
        image::load_from_memory(bytes).unwrap()
    })
}

fn is_near(picture: &DynamicImage, x: u32, y: u32, wanted: [u8; 3]) -> bool {
    let Rgba([r, g, b, _]) = picture.get_pixel(x, y);
    [r, g, b].into_iter().zip(wanted).all(|(is, wanted)| is.abs_diff(wanted) < 40)
}

const RED: [u8; 3] = [220, 0, 0];
const GREEN: [u8; 3] = [0, 200, 0];
const BLUE: [u8; 3] = [0, 0, 220];

#[test]
fn every_type_is_kept_in_three_sizes_as_jpeg_and_webp() {
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let made = make(&file(&flag(2000, 1000), format)).unwrap();
        let sizes: Vec<_> = made.sizes.iter().map(|size| (size.width, size.height)).collect();
        assert_eq!(sizes, [(320, 160), (800, 400), (1600, 800)], "{format:?}");
        assert_eq!((made.files.len(), &made.shown), (6, &made.sizes[1].jpeg));
        for (n, (w, h)) in sizes.into_iter().enumerate() {
            for picture in seen(&made, n) {
                assert_eq!((picture.width(), picture.height()), (w, h));
                assert!(is_near(&picture, w / 4, h / 2, RED) && is_near(&picture, w * 3 / 4, h / 2, BLUE));
                assert!(is_near(&picture, w / 2, h / 8, GREEN));
            }
        }
        for (name, bytes) in &made.files {
            assert!(content_type(name).is_some() && bytes.len() < 40_000, "{name}");
            assert!(bytes.starts_with(b"\xff\xd8\xff") || bytes.get(8..15) == Some(b"WEBPVP8"), "{name}");
        }
    }
}

#[test]
fn the_same_picture_gets_the_same_names() {
    let sent = png(900, 700);
    assert_eq!(make(&sent).unwrap().sizes, make(&sent).unwrap().sizes);
    assert_ne!(make(&sent).unwrap().shown, make(&png(900, 701)).unwrap().shown);
}

#[test]
fn nothing_is_made_larger_and_what_is_narrow_stays_a_picture() {
    let made = make(&png(500, 300)).unwrap();
    assert_eq!(made.sizes.iter().map(|size| size.width).collect::<Vec<_>>(), [320, 500]);
    assert_eq!(made.shown, made.sizes[1].jpeg);
    let made = make(&png(5, 3)).unwrap();
    assert_eq!((made.sizes.len(), made.sizes[0].width, &made.shown), (1, 5, &made.sizes[0].jpeg));
    let made = make(&png(8000, 1)).unwrap();
    assert_eq!((made.sizes[0].width, made.sizes[0].height), (320, 1));
}

#[test]
fn a_camera_held_upright_gives_a_picture_that_stands_and_tells_no_place() {
    let sent = jpeg_with_note(&flag(1000, 500), 6);
    assert!(sent.windows(11).any(|bytes| bytes == b"SecretPlace"));
    let made = make(&sent).unwrap();
    let sizes: Vec<_> = made.sizes.iter().map(|size| (size.width, size.height)).collect();
    assert_eq!(sizes, [(160, 320), (400, 800), (500, 1000)]);
    for picture in seen(&made, 1) {
        // Turned to the right: what was on top is on the right, what was left is on top.
        assert!(is_near(&picture, 375, 400, GREEN) && is_near(&picture, 100, 200, RED));
        assert!(is_near(&picture, 100, 600, BLUE));
    }
    for (name, bytes) in &made.files {
        for secret in [b"SecretPlace".as_slice(), b"Exif", b"EXIF", b"GPS"] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret), "{name}");
        }
    }
}

#[test]
fn all_eight_ways_to_hold_a_camera_are_known_in_png_too() {
    let plain = png(40, 20);
    for orientation in 1..=8 {
        // Behind the header, which takes 33 bytes with the signature.
        let note = chunk(b"eXIf", &exif(orientation));
        let made = make(&[&plain[..33], &note, &plain[33..]].concat()).unwrap();
        let turned = orientation > 4;
        let size = (made.sizes[0].width, made.sizes[0].height);
        assert_eq!(size, if turned { (20, 40) } else { (40, 20) }, "{orientation}");
    }
}

#[test]
fn a_bomb_is_refused_by_its_header() {
    let began = std::time::Instant::now();
    for (width, height) in [(60_000, 60_000), (8_001, 1), (1, 8_001), (8_000, 5_001), (50_000, 50_000)] {
        let refused = make(&bomb(width, height));
        assert!(matches!(refused, Err(CatalogError::TooManyPixels)), "{width}x{height}");
    }
    assert!(began.elapsed().as_secs() < 2, "nothing was decoded");
    for (width, height) in [(0, 0), (0, 5), (8_000, 5_000)] {
        let refused = make(&bomb(width, height));
        assert!(matches!(refused, Err(CatalogError::BrokenPicture)), "{width}x{height}");
    }
    // A JPEG's header and a WebP's may lie as well.
    let mut jpeg = file(&flag(64, 64), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == b"\xff\xc0").unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(b"\xff\xff\xff\xff");
    assert!(matches!(make(&jpeg), Err(CatalogError::TooManyPixels)));
    let mut webp = file(&flag(64, 64), ImageFormat::WebP);
    webp[21..25].copy_from_slice(b"\xff\xff\xff\x0f");
    assert!(make(&webp).is_err());
}

#[test]
fn what_breaks_off_anywhere_is_refused() {
    let lossy = {
        let picture = flag(64, 48).into_rgb8();
        webp::Encoder::from_rgb(&picture, 64, 48).encode(80.0).to_vec()
    };
    let sent = [
        file(&flag(64, 48), ImageFormat::Png),
        file(&flag(64, 48), ImageFormat::Jpeg),
        jpeg_with_note(&flag(64, 48), 3),
        file(&flag(64, 48), ImageFormat::WebP),
        lossy,
    ];
    for sent in sent {
        make(&sent).unwrap();
        // The last chunk of a PNG holds nothing, and the last byte of a WebP may fill up.
        for length in (0..sent.len() - 14).step_by(7) {
            assert!(make(&sent[..length]).is_err(), "{length} of {} bytes", sent.len());
        }
    }
}

#[test]
fn a_page_behind_a_picture_or_in_it_is_gone() {
    let page = b"<script>alert(1)</script>";
    let plain = png(40, 40);
    let within = chunk(b"tEXt", &[b"Comment\0".as_slice(), page].concat());
    let behind = file(&flag(40, 40), ImageFormat::Jpeg);
    for sent in [[&plain[..33], &within, &plain[33..], page].concat(), [&behind, page.as_slice()].concat()] {
        let made = make(&sent).unwrap();
        assert!(made.files.iter().all(|(_, bytes)| !bytes.windows(8).any(|part| part == b"<script>")));
    }
    assert!(matches!(make(page), Err(CatalogError::NotAPicture)));
}

#[test]
fn what_can_be_seen_through_stays_so_in_webp_and_lies_on_white_in_jpeg() {
    // Black that nobody sees around a red square.
    let inside = |n: u32| (500..1500).contains(&n);
    let seal = RgbaImage::from_fn(2000, 2000, |x, y| {
        if inside(x) && inside(y) { Rgba([220, 0, 0, 255]) } else { Rgba([0, 0, 0, 0]) }
    });
    let made = make(&file(&seal.into(), ImageFormat::Png)).unwrap();
    for n in 0..3 {
        let [jpeg, webp] = seen(&made, n);
        let side = jpeg.width();
        assert!(is_near(&jpeg, 2, 2, [255, 255, 255]) && is_near(&jpeg, side / 2, side / 2, RED));
        assert_eq!(webp.get_pixel(2, 2).0[3], 0);
        assert_eq!(webp.get_pixel(side / 2, side / 2).0[3], 255);
        // The edge is red on white, with no black mixed in.
        let edge = jpeg.get_pixel(side / 4, side / 2).0;
        assert!(edge[0] > 180, "{edge:?}");
    }
}

#[test]
fn grey_and_sixteen_bits_and_what_moves_are_pictures_too() {
    let grey = DynamicImage::ImageLuma8(flag(30, 20).to_luma8());
    let deep = DynamicImage::ImageRgba16(flag(30, 20).to_rgba16());
    for picture in [grey, deep] {
        assert_eq!(make(&file(&picture, ImageFormat::Png)).unwrap().sizes[0].width, 30);
    }
    // A WebP of two frames, the first of them red.
    let frame = |colour: [u8; 3]| {
        let still = RgbImage::from_pixel(16, 16, image::Rgb(colour));
        let still = file(&still.into(), ImageFormat::WebP);
        let mut body = vec![0, 0, 0, 0, 0, 0, 15, 0, 0, 15, 0, 0, 100, 0, 0, 2];
        body.extend(&still[12..]);
        riff(b"ANMF", &body)
    };
    let header = riff(b"VP8X", &[2, 0, 0, 0, 15, 0, 0, 15, 0, 0]);
    let body =
        [b"WEBP".to_vec(), header, riff(b"ANIM", &[0; 6]), frame([220, 0, 0]), frame([0, 0, 220])].concat();
    let made = make(&riff(b"RIFF", &body)).unwrap();
    assert!(seen(&made, 0).iter().all(|picture| is_near(picture, 8, 8, RED)));
}

fn riff(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_le_bytes();
    [kind.as_slice(), &length, body].concat()
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(head in 0usize..5, tail in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600)) {
        let heads: [&[u8]; 5] = [b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF\0\x01\0\0WEBPVP8 ", b"RIFF\0\x01\0\0WEBPVP8X", b""];
        let _ = make(&[heads[head], &tail].concat());
    }
}
