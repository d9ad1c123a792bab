//! Reading and decoding of images, within bounds.

use std::fmt::{self, Display, Formatter};
use std::fs;
use std::io::{Cursor, ErrorKind};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

use crate::error::{Error, Result, chain};

/// Bounds of what is read and of what it decodes to. A photograph of 128 megapixels takes 384 MB;
/// beyond that a file is a mistake or an attack rather than a picture.
const MAX_BYTES: u64 = 512 * 1024 * 1024;
const MAX_PIXELS: u64 = 128 * 1024 * 1024;

/// Models scale the shorter side to a few hundred pixels and the other in proportion, so a line of
/// pixels would become gigabytes.
const MAX_ASPECT_RATIO: u32 = 200;

/// An image to embed.
#[derive(Debug, Clone)]
pub enum ImageSource {
    /// File, relative to the working directory unless absolute.
    Path(PathBuf),
    /// Content of a JPEG, PNG, WebP, GIF or BMP file.
    Bytes(Vec<u8>),
    /// As [`Bytes`](Self::Bytes), in base64.
    Base64(String),
}

impl Display for ImageSource {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Bytes(bytes) => write!(f, "{} bytes", bytes.len()),
            Self::Base64(text) => write!(f, "{} characters of base64", text.len()),
        }
    }
}

impl ImageSource {
    /// The picture as a viewer shows it: upright, its first frame, on white where it is transparent.
    pub(crate) fn decode(&self) -> Result<RgbImage> {
        match self {
            Self::Path(path) => decode(&read(path)?),
            Self::Bytes(bytes) => decode(bytes),
            Self::Base64(text) => decode(&from_base64(text)?),
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>> {
    let metadata = path.metadata().map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::not_found(match std::env::current_dir() {
            Ok(folder) if path.is_relative() => format!("no such file in `{}`", folder.display()),
            _ => "no such file".to_owned(),
        }),
        _ => unreadable(&error),
    })?;
    // Opening a pipe or a device would block.
    if !metadata.is_file() {
        return Err(Error::invalid("is not a file"));
    }
    if metadata.len() > MAX_BYTES {
        return Err(Error::invalid(format!("has {} bytes; at most {MAX_BYTES} are read", metadata.len())));
    }
    fs::read(path).map_err(|error| unreadable(&error))
}

/// With the alphabet of plain base64 or that of URLs, padded or not, whatever lines it is broken into.
pub(crate) fn from_base64(text: &str) -> Result<Vec<u8>> {
    let plain: Vec<u8> = text
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=')
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            byte => byte,
        })
        .collect();
    if plain.len() as u64 > MAX_BYTES / 3 * 4 {
        return Err(Error::invalid(format!("is too long; at most {MAX_BYTES} bytes are read")));
    }
    STANDARD_NO_PAD.decode(plain).map_err(|error| Error::invalid(format!("is no base64: {error}")))
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::invalid(format!("cannot be read: {error}"))
}

fn decode(bytes: &[u8]) -> Result<RgbImage> {
    let mut reader =
        ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| unreadable(&error))?;
    match reader.format() {
        Some(ImageFormat::Jpeg) if !is_whole_jpeg(bytes) => return Err(Error::invalid("is cut short")),
        Some(
            ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP | ImageFormat::Gif | ImageFormat::Bmp,
        ) => {}
        _ => {
            return Err(Error::invalid(
                "is not a JPEG, PNG, WebP, GIF or BMP image; convert it to one of these, or leave it out",
            ));
        }
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PIXELS * 4);
    reader.limits(limits);

    let mut decoder = reader.into_decoder().map_err(|error| damaged(&error))?;
    let (width, height) = decoder.dimensions();
    check_size(width, height)?;
    if decoder.total_bytes() > MAX_PIXELS * 4 {
        return Err(Error::invalid(format!(
            "takes {} bytes once decoded, which is too much",
            decoder.total_bytes()
        )));
    }
    let orientation = orientation(&mut decoder);
    let mut image = DynamicImage::from_decoder(decoder).map_err(|error| damaged(&error))?;
    image.apply_orientation(orientation);
    Ok(on_white(image))
}

/// How the picture is to be turned. Wrong metadata are no reason to refuse it.
fn orientation(decoder: &mut impl ImageDecoder) -> Orientation {
    let exif = decoder.exif_metadata().ok().flatten().unwrap_or_default();
    // Many programs put the name of a JPEG's segment into other formats, too.
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(&exif);
    Orientation::from_exif_chunk(exif).unwrap_or(Orientation::NoTransforms)
}

/// Whether the end marker comes after the pixels; the decoder would fill up with grey. In compressed
/// pixels the marker cannot occur, and what follows it does not matter.
fn is_whole_jpeg(bytes: &[u8]) -> bool {
    const START_OF_SCAN: u8 = 0xda;
    const END_OF_IMAGE: [u8; 2] = [0xff, 0xd9];
    let mut position = 2;
    // Segments up to the pixels: a marker of two bytes, then a length that counts itself.
    while let Some(&[0xff, marker, high, low]) = bytes.get(position..).and_then(<[u8]>::first_chunk) {
        if marker == 0xff {
            position += 1;
            continue;
        }
        position += 2 + usize::from(u16::from_be_bytes([high, low]));
        if marker == START_OF_SCAN {
            let pixels = bytes.get(position..).unwrap_or_default();
            return pixels.windows(2).any(|pair| pair == END_OF_IMAGE);
        }
    }
    // What is wrong here is the decoder's to say.
    true
}

fn check_size(width: u32, height: u32) -> Result<()> {
    let (short, long) = (width.min(height), width.max(height));
    if short == 0 {
        return Err(Error::invalid("has no pixels"));
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(Error::invalid(format!(
            "is {width} x {height}; at most {MAX_PIXELS} pixels are decoded"
        )));
    }
    if long / short > MAX_ASPECT_RATIO {
        return Err(Error::invalid(format!(
            "is {width} x {height}; one side may be at most {MAX_ASPECT_RATIO} times the other"
        )));
    }
    Ok(())
}

fn damaged(error: &image::ImageError) -> Error {
    Error::invalid(format!("is damaged or not what it claims to be: {}", chain(error)))
}

fn on_white(image: DynamicImage) -> RgbImage {
    if !image.color().has_alpha() {
        return image.into_rgb8();
    }
    let image = image.into_rgba8();
    let mut opaque = RgbImage::new(image.width(), image.height());
    for (from, to) in image.pixels().zip(opaque.pixels_mut()) {
        let [red, green, blue, alpha] = from.0.map(u32::from);
        *to = Rgb(
            [red, green, blue].map(|channel| ((channel * alpha + 255 * (255 - alpha) + 127) / 255) as u8)
        );
    }
    opaque
}

#[cfg(test)]
mod tests {
    use image::codecs::{png::PngEncoder, webp::WebPEncoder};
    use image::{ImageBuffer, ImageEncoder, Luma, LumaA, Rgba, RgbaImage, imageops};

    use super::*;
    use crate::error::ErrorKind;

    fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> ImageSource {
        let mut bytes = Vec::new();
        image.into().write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        ImageSource::Bytes(bytes)
    }

    fn gradient() -> RgbImage {
        RgbImage::from_fn(40, 30, |x, y| Rgb([(x * 6) as u8, (y * 8) as u8, 128]))
    }

    #[test]
    fn every_format_decodes_to_the_same_picture() {
        for format in [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::WebP] {
            assert_eq!(encoded(gradient(), format).decode().unwrap(), gradient(), "{format:?}");
        }
        for (format, tolerance) in [(ImageFormat::Jpeg, 24), (ImageFormat::Gif, 40)] {
            let source = match format {
                ImageFormat::Gif => encoded(DynamicImage::from(gradient()).into_rgba8(), format),
                _ => encoded(gradient(), format),
            };
            let decoded = source.decode().unwrap();
            assert_eq!(decoded.dimensions(), (40, 30));
            let worst = decoded.iter().zip(gradient().iter()).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
            assert!(worst <= tolerance, "{format:?}: {worst}");
        }
    }

    #[test]
    fn a_jpeg_is_turned_as_its_exif_says() {
        let ImageSource::Bytes(plain) = encoded(gradient(), ImageFormat::Jpeg) else { unreachable!() };
        let upright = ImageSource::Bytes(plain.clone()).decode().unwrap();
        let oriented = |orientation: u8| {
            // An EXIF segment of one entry: the orientation, tag 0x0112, a short.
            let exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0";
            let mut bytes = plain[..2].to_vec();
            bytes.extend([0xff, 0xe1, 0, 2 + exif.len() as u8 + 8]);
            bytes.extend(exif);
            bytes.extend([orientation, 0, 0, 0, 0, 0, 0, 0]);
            bytes.extend(&plain[2..]);
            ImageSource::Bytes(bytes).decode().unwrap()
        };
        assert_eq!(oriented(1), upright);
        assert_eq!(oriented(3), imageops::rotate180(&upright));
        assert_eq!(oriented(6), imageops::rotate90(&upright));
        assert_eq!(oriented(8), imageops::rotate270(&upright));
        assert_eq!(oriented(2), imageops::flip_horizontal(&upright));
        assert_eq!(oriented(99), upright, "nonsense is ignored");
    }

    #[test]
    fn other_formats_are_turned_too_whatever_stands_before_their_exif() {
        let exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0".to_vec();
        for exif in [exif.clone(), [b"Exif\0\0".to_vec(), exif].concat()] {
            let mut webp = Vec::new();
            let mut encoder = WebPEncoder::new_lossless(&mut webp);
            encoder.set_exif_metadata(exif.clone()).unwrap();
            gradient().write_with_encoder(encoder).unwrap();
            let mut png = Vec::new();
            let mut encoder = PngEncoder::new(&mut png);
            encoder.set_exif_metadata(exif).unwrap();
            gradient().write_with_encoder(encoder).unwrap();
            for bytes in [webp, png] {
                let decoded = ImageSource::Bytes(bytes).decode().unwrap();
                assert_eq!(decoded, imageops::rotate90(&gradient()));
            }
        }
    }

    #[test]
    fn transparency_shows_white() {
        let image =
            RgbaImage::from_fn(
                2,
                1,
                |x, _| if x == 0 { Rgba([200, 0, 0, 0]) } else { Rgba([200, 0, 0, 128]) },
            );
        let decoded = encoded(image, ImageFormat::Png).decode().unwrap();
        assert_eq!(decoded.get_pixel(0, 0).0, [255, 255, 255]);
        assert_eq!(decoded.get_pixel(1, 0).0, [227, 127, 127]);

        let grey: ImageBuffer<LumaA<u8>, _> = ImageBuffer::from_pixel(1, 1, LumaA([0, 0]));
        assert_eq!(encoded(grey, ImageFormat::Png).decode().unwrap().get_pixel(0, 0).0, [255, 255, 255]);
    }

    #[test]
    fn sixteen_bits_and_grey_become_eight_bit_colour() {
        let image: ImageBuffer<Luma<u16>, _> = ImageBuffer::from_pixel(3, 3, Luma([0x8080]));
        assert_eq!(encoded(image, ImageFormat::Png).decode().unwrap().get_pixel(1, 1).0, [128, 128, 128]);
    }

    #[test]
    fn a_bomb_is_refused_before_it_is_decoded() {
        // A PNG header that claims 60,000 x 60,000 pixels, and hardly any data.
        let ImageSource::Bytes(mut bytes) = encoded(gradient(), ImageFormat::Png) else { unreachable!() };
        bytes[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
        let crc = crc32(&bytes[12..29]);
        bytes[29..33].copy_from_slice(&crc.to_be_bytes());
        let error = ImageSource::Bytes(bytes).decode().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("60000 x 60000"), "{error}");
    }

    #[test]
    fn a_line_of_pixels_is_refused() {
        let error = encoded(RgbImage::new(1, 300), ImageFormat::Png).decode().unwrap_err();
        assert!(error.to_string().contains("1 x 300"), "{error}");
        assert!(encoded(RgbImage::new(1, 200), ImageFormat::Png).decode().is_ok());
    }

    #[test]
    fn what_is_no_image_is_refused() {
        for bytes in [b"".to_vec(), b"hello, world".to_vec(), b"%PDF-1.7 and so on".to_vec()] {
            let error = ImageSource::Bytes(bytes).decode().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid);
            assert!(error.to_string().starts_with("is not a JPEG, PNG, WebP, GIF or BMP image"), "{error}");
        }
        assert_eq!(ImageSource::Path(".".into()).decode().unwrap_err().to_string(), "is not a file");
        let missing = ImageSource::Path("no/such/file.jpg".into()).decode().unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::NotFound);
    }

    #[test]
    fn a_truncated_file_is_refused() {
        let noise = RgbaImage::from_fn(200, 150, |x, y| {
            Rgba([(x * x * 7 + y * 31) as u8, (x * y) as u8, y as u8, 255])
        });
        for format in
            [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Jpeg, ImageFormat::Gif]
        {
            let noise = DynamicImage::from(noise.clone());
            let noise = if format == ImageFormat::Jpeg { noise.into_rgb8().into() } else { noise };
            let ImageSource::Bytes(whole) = encoded(noise, format) else { unreachable!() };
            assert!(ImageSource::Bytes(whole.clone()).decode().is_ok());
            for length in [whole.len() / 20, whole.len() / 2, whole.len() * 9 / 10] {
                let result = ImageSource::Bytes(whole[..length].to_vec()).decode();
                assert!(result.is_err(), "{length} of {} bytes of a {format:?} were accepted", whole.len());
            }
        }
    }

    /// Made with Pillow: left red, right cyan; and two frames, red and blue.
    const CMYK: &[u8] = include_bytes!("../tests/pictures/cmyk.jpg");
    const ANIMATED: [&[u8]; 3] = [
        include_bytes!("../tests/pictures/animated.gif"),
        include_bytes!("../tests/pictures/animated.png"),
        include_bytes!("../tests/pictures/animated.webp"),
    ];

    #[test]
    fn a_jpeg_in_printing_colours_looks_as_on_a_screen() {
        let decoded = ImageSource::Bytes(CMYK.to_vec()).decode().unwrap();
        for (x, expected) in [(1, [255u8, 0, 0]), (6, [0, 255, 255])] {
            let pixel = decoded.get_pixel(x, 1).0;
            let worst = pixel.iter().zip(expected).map(|(a, b)| a.abs_diff(b)).max().unwrap();
            assert!(worst <= 24, "{pixel:?} instead of {expected:?}");
        }
    }

    #[test]
    fn an_animation_is_its_first_frame() {
        for bytes in ANIMATED {
            let decoded = ImageSource::Bytes(bytes.to_vec()).decode().unwrap();
            assert_eq!(decoded.dimensions(), (8, 8));
            assert_eq!(decoded.get_pixel(4, 4).0, [255, 0, 0]);
        }
    }

    #[test]
    fn sixteen_bits_may_be_transparent() {
        let image: ImageBuffer<Rgba<u16>, _> = ImageBuffer::from_pixel(2, 2, Rgba([0xffff, 0, 0, 0x8080]));
        assert_eq!(encoded(image, ImageFormat::Png).decode().unwrap().get_pixel(1, 1).0, [255, 127, 127]);
    }

    #[test]
    fn a_giant_file_is_refused_before_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("giant.jpg");
        // Without content, it takes no room on the disk.
        fs::File::create(&path).unwrap().set_len(MAX_BYTES + 1).unwrap();
        let error = ImageSource::Path(path).decode().unwrap_err();
        assert!(error.to_string().contains("at most 536870912 are read"), "{error}");
    }

    #[test]
    fn no_damage_makes_the_decoder_panic() {
        let mut random = 7u64;
        let mut next = |below: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random % below as u64) as usize
        };
        let formats = [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Jpeg];
        let encoded = formats.map(|format| match encoded(gradient(), format) {
            ImageSource::Bytes(bytes) => bytes,
            _ => unreachable!(),
        });
        let fixed = [CMYK, ANIMATED[0], ANIMATED[1], ANIMATED[2]].map(<[u8]>::to_vec);
        for whole in encoded.into_iter().chain(fixed) {
            for _ in 0..300 {
                let mut bytes = whole.clone();
                for _ in 0..1 + next(8) {
                    let at = next(bytes.len());
                    bytes[at] = next(256) as u8;
                }
                // A picture or an error, both are right.
                let _ = ImageSource::Bytes(bytes).decode();
            }
        }
    }

    /// The checksum of a PNG chunk.
    fn crc32(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 }
            })
        })
    }
}
