//! A picture as it is kept: decoded within bounds, turned upright, made smaller and encoded anew. Nothing of what was sent is
//! left but its pixels: no place, no camera, no bytes of another kind behind the picture.

use std::io::Cursor;

use bytes::Bytes;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits,
};
use image::{RgbImage, RgbaImage};

use super::{ImageSize, jpeg, kind, name};
use crate::catalog::CatalogError;

/// The longest side taken, and the most pixels. Decoded, they take four bytes each at most.
const LONGEST_SIDE: u32 = 8000;
const MOST_PIXELS: u64 = 40_000_000;
const MOST_MEMORY: u64 = 4 * MOST_PIXELS;

/// The longest sides kept. A picture is never made larger.
const SIDES: [u32; 3] = [1600, 800, 320];
/// The one that readers of a single address get.
const SHOWN: u32 = 800;

/// Where more saves few bytes and less is seen.
const JPEG_QUALITY: u8 = 82;
const WEBP_QUALITY: f32 = 80.0;

/// A picture in every size, smallest first.
pub(in crate::catalog) struct Made {
    /// The sizes.
    pub(in crate::catalog) sizes: Vec<ImageSize>,
    /// Their files, by name.
    pub(in crate::catalog) files: Vec<(String, Bytes)>,
    /// The name of the file that stands for all of them.
    pub(in crate::catalog) shown: String,
}

/// Makes what is kept out of what was sent.
///
/// # Errors
/// [`CatalogError::NotAPicture`]; [`CatalogError::TooManyPixels`], told before anything is decoded;
/// [`CatalogError::BrokenPicture`].
pub(in crate::catalog) fn make(sent: &[u8]) -> Result<Made, CatalogError> {
    let (picture, orientation) = decode(sent)?;
    let mut picture = Pixels::of(picture).fit(SIDES[0]);
    picture.0.apply_orientation(orientation);

    let mut made = Made { sizes: Vec::new(), files: Vec::new(), shown: String::new() };
    for (n, side) in SIDES.into_iter().enumerate() {
        let before = picture.longest_side();
        picture = picture.fit(side);
        // One that is small already is kept once.
        if n > 0 && picture.longest_side() == before {
            continue;
        }
        let (width, height) = (picture.0.width(), picture.0.height());
        let (jpeg, webp) = picture.encode()?;
        let size = ImageSize { width, height, jpeg: name(&jpeg, "jpg"), webp: name(&webp, "webp") };
        if made.shown.is_empty() || side >= SHOWN {
            made.shown.clone_from(&size.jpeg);
        }
        made.files.push((size.jpeg.clone(), jpeg));
        made.files.push((size.webp.clone(), webp));
        made.sizes.insert(0, size);
    }
    Ok(made)
}

fn decode(sent: &[u8]) -> Result<(DynamicImage, Orientation), CatalogError> {
    let format = kind(sent).ok_or(CatalogError::NotAPicture)?;
    if format == ImageFormat::Jpeg && !jpeg::is_whole(sent) {
        return Err(CatalogError::BrokenPicture);
    }
    let mut reader = ImageReader::with_format(Cursor::new(sent), format);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    reader.limits(limits);
    // Up to here and in the decoder's making, headers alone are read.
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(CatalogError::TooManyPixels);
    }
    // A note about the camera that cannot be read is no reason to refuse the picture.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(refused)?;
    Ok((picture, orientation))
}

fn refused(error: ImageError) -> CatalogError {
    match error {
        ImageError::Limits(_) => CatalogError::TooManyPixels,
        _ => CatalogError::BrokenPicture,
    }
}

/// Eight bits for each channel, either RGB or RGBA. The colours of what can be seen through are multiplied with how much it
/// covers, so that making it smaller mixes in no colour that nobody saw.
struct Pixels(DynamicImage);

impl Pixels {
    fn of(picture: DynamicImage) -> Self {
        if !picture.color().has_alpha() {
            return Self(picture.into_rgb8().into());
        }
        let mut picture = picture.into_rgba8();
        if picture.pixels().all(|pixel| pixel.0[3] == 255) {
            return Self(DynamicImage::from(picture).into_rgb8().into());
        }
        for pixel in picture.pixels_mut() {
            let [r, g, b, a] = pixel.0;
            pixel.0 = [covered(r, a), covered(g, a), covered(b, a), a];
        }
        Self(picture.into())
    }

    fn longest_side(&self) -> u32 {
        self.0.width().max(self.0.height())
    }

    /// Within `side` by `side` pixels.
    fn fit(self, side: u32) -> Self {
        let mut picture = self;
        // Much larger ones by means of all the pixels first, which takes no memory beside.
        if picture.longest_side() > 2 * side {
            picture = Self(picture.0.thumbnail(2 * side, 2 * side));
        }
        if picture.longest_side() > side {
            picture = Self(picture.0.resize(side, side, FilterType::CatmullRom));
        }
        picture
    }

    /// As JPEG, on white, and as WebP.
    fn encode(&self) -> Result<(Bytes, Bytes), CatalogError> {
        match &self.0 {
            DynamicImage::ImageRgba8(picture) => {
                let on_white = |[r, g, b, a]: [u8; 4]| [r, g, b].map(|c| c.saturating_add(255 - a));
                let flat = RgbImage::from_raw(
                    picture.width(),
                    picture.height(),
                    picture.pixels().flat_map(|pixel| on_white(pixel.0)).collect(),
                );
                let mut seen_through = picture.clone();
                for pixel in seen_through.pixels_mut() {
                    let [r, g, b, a] = pixel.0;
                    pixel.0 = [uncovered(r, a), uncovered(g, a), uncovered(b, a), a];
                }
                Ok((jpeg_of(&flat.ok_or(CatalogError::BrokenPicture)?)?, webp_of_rgba(&seen_through)?))
            }
            picture => {
                let picture = picture.to_rgb8();
                Ok((jpeg_of(&picture)?, webp_of_rgb(&picture)?))
            }
        }
    }
}

fn covered(colour: u8, alpha: u8) -> u8 {
    let product = u16::from(colour) * u16::from(alpha) + 127;
    u8::try_from(product / 255).unwrap_or(u8::MAX)
}

fn uncovered(colour: u8, alpha: u8) -> u8 {
    if alpha == 0 {
        return 0;
    }
    let (colour, alpha) = (u16::from(colour), u16::from(alpha));
    u8::try_from((colour * 255 + alpha / 2) / alpha).unwrap_or(u8::MAX)
}

fn jpeg_of(picture: &RgbImage) -> Result<Bytes, CatalogError> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY)
        .encode(picture, picture.width(), picture.height(), ExtendedColorType::Rgb8)
        .map_err(|_| CatalogError::BrokenPicture)?;
    Ok(file.into())
}

fn webp_of_rgb(picture: &RgbImage) -> Result<Bytes, CatalogError> {
    webp_of(&webp::Encoder::from_rgb(picture, picture.width(), picture.height()))
}

fn webp_of_rgba(picture: &RgbaImage) -> Result<Bytes, CatalogError> {
    webp_of(&webp::Encoder::from_rgba(picture, picture.width(), picture.height()))
}

fn webp_of(encoder: &webp::Encoder<'_>) -> Result<Bytes, CatalogError> {
    let file = encoder.encode_simple(false, WEBP_QUALITY).map_err(|_| CatalogError::BrokenPicture)?;
    Ok(Bytes::copy_from_slice(&file))
}

#[cfg(test)]
mod tests;
