//! The selfie: a real JPEG or PNG of a usable size, decoded and encoded again before anything is stored.
//!
//! Anyone can send a picture. Its file and what it says of its size are checked at once. To decode it takes a hundred times
//! as long, so that comes last, when everything else is right.

use std::borrow::Cow;
use std::io::{self, Cursor, Write};

use data_encoding::BASE64;
use face_engine::whole_jpeg;
// What the face engine takes; beyond it lie decompression bombs.
use face_engine::{MAX_BYTES, MAX_PIXELS, MAX_SIDE};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage, imageops};

use crate::domain::secret::unprintable;
use crate::domain::text::Invalid;
use crate::long_work::{Abandoned, StillWanted};

/// A JPEG of our own encoding: what the phone put beside the picture (where and when it was taken, on what) is gone. It
/// is erased as soon as the officer has decided.
#[derive(Clone)]
pub struct Selfie(Vec<u8>);

/// The file of a picture whose header promises a usable one.
pub struct SelfieFile {
    bytes: Vec<u8>,
    rules: SelfieRules,
}

unprintable!(Selfie, SelfieFile);

const NOT_A_PICTURE: Invalid = Invalid::new(
    "Foto rusak atau bukan JPEG/PNG. Ambil ulang foto.",
    "The photo is damaged or is not a JPEG or PNG. Take it again.",
);
const HEIC: Invalid = Invalid::new(
    "Foto ini berformat HEIC. Atur kamera ke JPEG (di iPhone: Pengaturan, Kamera, Format, Paling Kompatibel), lalu ambil ulang \
     foto.",
    "This photo is in the HEIC format. Set the camera to JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible), then \
     take the photo again.",
);
const WEBP: Invalid = Invalid::new(
    "Foto ini berformat WebP. Simpan sebagai JPEG atau PNG, atau ambil foto langsung dengan kamera.",
    "This photo is in the WebP format. Save it as JPEG or PNG, or take a photo with the camera.",
);
const AVIF: Invalid = Invalid::new(
    "Foto ini berformat AVIF. Simpan sebagai JPEG atau PNG, atau ambil foto langsung dengan kamera.",
    "This photo is in the AVIF format. Save it as JPEG or PNG, or take a photo with the camera.",
);
const GIF: Invalid = Invalid::new(
    "Foto ini berformat GIF. Simpan sebagai JPEG atau PNG, atau ambil foto langsung dengan kamera.",
    "This photo is in the GIF format. Save it as JPEG or PNG, or take a photo with the camera.",
);
const TOO_LARGE: Invalid = Invalid::new(
    "Foto terlalu besar. Ambil ulang dengan resolusi lebih rendah.",
    "The photo is too large. Take it again with a lower resolution.",
);

/// Why a file does not become a selfie.
#[derive(Clone, Copy, Debug)]
pub enum NotDrawn {
    Invalid(Invalid),
    /// Nobody waits for it any more.
    Abandoned(Abandoned),
}

impl From<Invalid> for NotDrawn {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<Abandoned> for NotDrawn {
    fn from(abandoned: Abandoned) -> Self {
        Self::Abandoned(abandoned)
    }
}

/// How large a selfie may and must be.
#[derive(Clone, Copy, Debug)]
pub struct SelfieRules {
    /// DynamoDB's items end at 400 KB.
    pub max_bytes: usize,
    /// Pixels on the short side, for a face to be recognised.
    pub min_pixels: u32,
}

impl SelfieFile {
    /// Reads a base64 picture as far as its header.
    pub fn parse(text: &str, rules: &SelfieRules) -> Result<Self, Invalid> {
        const NOT_BASE64: Invalid =
            Invalid::new("Foto tidak dapat dibaca. Ambil ulang foto.", "The photo cannot be read. Take it again.");
        const TOO_SMALL: Invalid = Invalid::new(
            "Foto terlalu kecil. Ambil ulang dengan resolusi lebih tinggi.",
            "The photo is too small. Take it again with a higher resolution.",
        );

        let text = base64_in(text);
        if text.len() > rules.max_bytes.div_ceil(3) * 4 {
            return Err(TOO_LARGE);
        }
        let mut bytes = BASE64.decode(text.as_bytes()).map_err(|_| NOT_BASE64)?;
        if bytes.len() > rules.max_bytes {
            return Err(TOO_LARGE);
        }
        if let Some(advice) = of_another_format(&bytes) {
            return Err(advice);
        }
        if bytes.starts_with(&[0xff, 0xd8]) {
            let whole = whole_jpeg(&bytes).ok_or(NOT_A_PICTURE)?.len();
            bytes.truncate(whole);
        }
        let (width, height) = decoder(&bytes)?.dimensions();
        if width.min(height) < rules.min_pixels {
            return Err(TOO_SMALL);
        }
        Ok(Self { bytes, rules: *rules })
    }

    /// Decodes the picture and encodes it again, as long as somebody waits for it.
    pub fn draw(&self, wanted: &StillWanted) -> Result<Selfie, NotDrawn> {
        let mut decoder = decoder(&self.bytes)?;
        let orientation = decoder.orientation().map_err(|_| NOT_A_PICTURE)?;
        let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| NOT_A_PICTURE)?;
        wanted.ensure()?;
        let smaller = |size, pixels| smaller(size, pixels, self.rules.min_pixels);
        if let Some((width, height)) = smaller((picture.width(), picture.height()), STORED_PIXELS) {
            picture = picture.thumbnail_exact(width, height);
        }
        picture.apply_orientation(orientation);
        let mut picture = picture.into_rgb8();
        for (pixels, quality) in DRAWINGS {
            wanted.ensure()?;
            if let Some((width, height)) = smaller(picture.dimensions(), pixels) {
                picture = imageops::thumbnail(&picture, width, height);
            }
            if let Some(bytes) = encode(&picture, quality, self.rules.max_bytes) {
                return Ok(Selfie(bytes));
            }
        }
        Err(TOO_LARGE.into())
    }
}

/// More pixels than 1,280 by 960 show an officer, and the face engine, nothing more of a face.
const STORED_PIXELS: u64 = 1_228_800;

/// How many pixels are drawn, and how well. The first drawing that fits is stored: what came in a file that fits is never too
/// large. Even noise fits at the last ones, where no face is left to be seen.
const DRAWINGS: [(u64, u8); 9] = [
    (STORED_PIXELS, 90),
    (STORED_PIXELS, 75),
    (STORED_PIXELS, 60),
    (STORED_PIXELS / 2, 60),
    (STORED_PIXELS / 4, 60),
    (STORED_PIXELS / 8, 45),
    (STORED_PIXELS / 8, 20),
    (STORED_PIXELS / 32, 20),
    (STORED_PIXELS / 32, 5),
];

/// The width and height of a picture that is drawn with about so many pixels, where it has more. Its short side does not get
/// shorter than that of a selfie must be.
fn smaller((width, height): (u32, u32), pixels: u64, min_side: u32) -> Option<(u32, u32)> {
    let (short, long) = (u64::from(width.min(height)), u64::from(width.max(height)));
    let drawn = (pixels * short / long.max(1)).isqrt().max(min_side.into());
    let scaled = |side: u32| u32::try_from(u64::from(side) * drawn / short).unwrap_or(side);
    (drawn < short).then(|| (scaled(width), scaled(height)))
}

/// A JPEG of at most so many bytes.
fn encode(picture: &RgbImage, quality: u8, max_bytes: usize) -> Option<Vec<u8>> {
    let mut bounded = Bounded { bytes: Vec::new(), max_bytes };
    JpegEncoder::new_with_quality(&mut bounded, quality).encode_image(picture).ok()?;
    Some(bounded.bytes)
}

/// The base64 in a text: without line breaks, which encoders for mail put in, and without what browsers put in front
/// (`data:image/jpeg;base64,`, RFC 2397).
fn base64_in(text: &str) -> Cow<'_, str> {
    let text = text.trim_ascii();
    let text = match text.split_once(";base64,") {
        Some((front, text)) if front.starts_with("data:") && !front.contains(',') => text,
        _ => text,
    };
    if text.bytes().any(|byte| byte.is_ascii_whitespace()) {
        Cow::Owned(text.split_ascii_whitespace().collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// What somebody can do whose picture is one, but of a format that is not taken: by the first bytes of its file.
fn of_another_format(bytes: &[u8]) -> Option<Invalid> {
    // ISO base media: the size of the box, its name, the main brand, a version, and other brands (ISO/IEC 14496-12, 4.3).
    let brands = bytes.get(8..64.min(bytes.len())).filter(|_| bytes[4..8] == *b"ftyp").unwrap_or_default();
    let has_brand = |names: &[&[u8]]| brands.chunks_exact(4).any(|brand| names.contains(&brand));
    if has_brand(&[b"avif", b"avis"]) {
        Some(AVIF)
    } else if has_brand(&[b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"]) {
        Some(HEIC)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..).is_some_and(|rest| rest.starts_with(b"WEBP")) {
        Some(WEBP)
    } else if bytes.starts_with(b"GIF8") {
        Some(GIF)
    } else {
        None
    }
}

/// Takes no more bytes than fit: an encoding that grows larger ends there, and not at the end of the picture.
struct Bounded {
    bytes: Vec<u8>,
    max_bytes: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.max_bytes {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A phone's progressive JPEG has about ten scans. Each of them lets the decoder go through the whole picture once more, and
/// costs its sender a few bytes.
const MAX_SCANS: usize = 30;

/// Reads the header, within limits.
fn decoder(bytes: &[u8]) -> Result<impl ImageDecoder, Invalid> {
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|_| NOT_A_PICTURE)?;
    match reader.format() {
        Some(ImageFormat::Jpeg) if has_few_scans(bytes) => {}
        Some(ImageFormat::Png) => {}
        _ => return Err(NOT_A_PICTURE),
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_BYTES);
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|_| NOT_A_PICTURE)?;
    let (width, height) = decoder.dimensions();
    let is_too_large = u64::from(width) * u64::from(height) > MAX_PIXELS || decoder.total_bytes() > MAX_BYTES;
    if is_too_large { Err(TOO_LARGE) } else { Ok(decoder) }
}

fn has_few_scans(bytes: &[u8]) -> bool {
    bytes.windows(2).filter(|marker| *marker == [0xff, 0xda]).count() <= MAX_SCANS
}

impl Selfie {
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use image::RgbImage;

    use super::*;

    const RULES: SelfieRules = SelfieRules { max_bytes: 262_144, min_pixels: 320 };

    fn picture(width: u32, height: u32, format: ImageFormat) -> String {
        let mut bytes = Cursor::new(Vec::new());
        DynamicImage::ImageRgb8(RgbImage::new(width, height)).write_to(&mut bytes, format).unwrap();
        BASE64.encode(&bytes.into_inner())
    }

    fn parse(text: &str) -> Result<Selfie, NotDrawn> {
        SelfieFile::parse(text, &RULES)?.draw(&StillWanted::default())
    }

    #[test]
    fn jpeg_and_png_of_a_usable_size_are_taken() {
        assert!(parse(&picture(320, 480, ImageFormat::Jpeg)).is_ok());
        assert!(parse(&picture(640, 320, ImageFormat::Png)).is_ok());
    }

    #[test]
    fn what_a_phone_writes_beside_the_picture_is_gone_and_the_picture_upright() {
        // EXIF: the picture lies on its side (orientation 6), and was taken on a device of this name.
        let exif = b"\xff\xe1\x00\x3fExif\0\0MM\0\x2a\0\0\0\x08\0\x02\
            \x01\x12\0\x03\0\0\0\x01\0\x06\0\0\x01\x10\0\x02\0\0\0\x0f\0\0\0\x26\0\0\0\0Rumah Bu Siti\0\0\0\0\0\0\0\0";
        let plain = BASE64.decode(picture(320, 480, ImageFormat::Jpeg).as_bytes()).unwrap();
        let tagged = [&plain[..2], exif, &plain[2..]].concat();
        let selfie = parse(&BASE64.encode(&tagged)).unwrap();
        let text = String::from_utf8_lossy(selfie.bytes()).into_owned();
        assert!(!text.contains("Exif") && !text.contains("Siti"));
        let drawn = image::load_from_memory(selfie.bytes()).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (480, 320));
    }

    /// A picture that compresses as badly as any.
    fn noise(width: u32, height: u32, quality: u8) -> Vec<u8> {
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        let picture = RgbImage::from_fn(width, height, |_, _| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let [red, green, blue, ..] = random.to_be_bytes();
            image::Rgb([red, green, blue])
        });
        let mut bytes = Vec::new();
        JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(&picture).unwrap();
        bytes
    }

    #[test]
    fn a_picture_that_fits_is_never_too_large_when_it_is_drawn_again() {
        let (large, small, long) = (noise(1_600, 1_200, 55), noise(640, 480, 10), noise(4_096, 320, 5));
        for (file, max_bytes) in [(&large, large.len()), (&small, small.len()), (&long, RULES.max_bytes)] {
            let rules = SelfieRules { max_bytes, ..RULES };
            let selfie =
                SelfieFile::parse(&BASE64.encode(file), &rules).unwrap().draw(&StillWanted::default()).unwrap();
            assert!(selfie.bytes().len() <= max_bytes);
            let drawn = image::load_from_memory(selfie.bytes()).unwrap();
            assert!(drawn.width().min(drawn.height()) >= RULES.min_pixels);
        }
    }

    #[test]
    fn a_picture_keeps_its_shape_and_no_more_pixels_than_are_stored() {
        let picture = parse(&picture(2_560, 1_920, ImageFormat::Jpeg)).unwrap();
        let drawn = image::load_from_memory(picture.bytes()).unwrap();
        assert_eq!((drawn.width(), drawn.height()), (1_280, 960));
        assert_eq!(smaller((1_280, 960), STORED_PIXELS, 320), None);
        assert_eq!(smaller((320, 4_096), STORED_PIXELS, 320), None, "the short side is as short as it may be");
        assert_eq!(smaller((4_096, 400), STORED_PIXELS / 8, 320), Some((3_276, 320)));
    }

    #[test]
    fn what_encoders_and_cameras_add_is_taken_off() {
        let file = BASE64.decode(picture(320, 480, ImageFormat::Jpeg).as_bytes()).unwrap();
        let whole = BASE64.encode(&file);
        let lines: Vec<&str> = whole.as_bytes().chunks(76).map(|line| std::str::from_utf8(line).unwrap()).collect();
        let appended = |trailer: &[u8]| BASE64.encode(&[file.as_slice(), trailer].concat());
        for text in [
            lines.join("\r\n"),
            format!("{whole}\n"),
            format!("data:image/jpeg;base64,{whole}"),
            appended(&[0; 16]),
            appended(b"\n"),
            appended(&file),
        ] {
            assert!(parse(&text).is_ok(), "{} bytes", text.len());
        }
        let png = BASE64.decode(picture(320, 480, ImageFormat::Png).as_bytes()).unwrap();
        assert!(parse(&BASE64.encode(&[png.as_slice(), &[0; 16]].concat())).is_ok());
    }

    #[test]
    fn whoever_sends_a_picture_of_another_format_reads_what_to_do() {
        for (file, format) in [
            (&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], "HEIC"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
            (b"\0\0\0\x20ftypavif\0\0\0\0avifmif1miafMA1B", "AVIF"),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "AVIF"),
            (b"RIFF\x24\0\0\0WEBPVP8 ", "WebP"),
            (b"GIF89a\x01\0\x01\0", "GIF"),
        ] {
            let Err(Invalid(text)) = SelfieFile::parse(&BASE64.encode(file), &RULES) else { panic!("{format}") };
            assert!(text.id.contains(format) && text.id.contains("JPEG"), "{}", text.id);
            assert!(text.en.contains(format) && text.en.contains("JPEG"), "{}", text.en);
        }
        for file in [&b"\0\0\0\x18ftypmp42\0\0\0\0isommp42"[..], b"ftyp", b"RIFF", b""] {
            assert_eq!(SelfieFile::parse(&BASE64.encode(file), &RULES).err(), Some(NOT_A_PICTURE));
        }
    }

    #[test]
    fn everything_else_is_refused() {
        let whole = picture(320, 480, ImageFormat::Jpeg);
        for text in ["", "%%%", "aGVsbG8=", &whole[..whole.len() / 2 / 4 * 4], &picture(319, 480, ImageFormat::Jpeg)] {
            assert!(SelfieFile::parse(text, &RULES).is_err(), "{}", text.len());
        }
        assert!(SelfieFile::parse(&"A".repeat(400_000), &RULES).is_err());
        assert!(SelfieFile::parse(&picture(9_000, 330, ImageFormat::Png), &RULES).is_err());
        assert!(SelfieFile::parse(&picture(4_000, 4_000, ImageFormat::Png), &RULES).is_err());
    }
}
