//! Pictures for looking at: decoded and written anew, so that nothing of what somebody uploaded is shown as it came.

use super::{FileKind, FileMeta};
use crate::{Engine, Result};
use akrab_model::Problem;
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

/// Most pixels along one side of a picture that is decoded.
const LARGEST_SIDE: u32 = 20_000;
/// Most memory decoding may take.
const MEMORY: u64 = 256 << 20;
/// Larger pictures have to be downloaded.
const LARGEST_FILE: i64 = 100 << 20;

/// How large a picture is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureSize {
    /// For lists.
    Small,
    /// For looking at.
    Large,
}

impl PictureSize {
    fn side(self) -> u32 {
        match self {
            PictureSize::Small => 320,
            PictureSize::Large => 1_920,
        }
    }
    /// Its name in addresses.
    pub fn key(self) -> &'static str {
        match self {
            PictureSize::Small => "small",
            PictureSize::Large => "large",
        }
    }
}

impl Engine {
    /// Where a JPEG of a picture lies, made when it is asked for first. The caller has proved the right to the file.
    ///
    /// # Errors
    /// `not_found` for what is no picture, `picture_unreadable` for one that cannot be shown.
    pub async fn picture(&self, file: &FileMeta, size: PictureSize) -> Result<PathBuf> {
        let kind = FileKind::of_mime(&file.content_type);
        if !kind.is_picture() || file.size > LARGEST_FILE {
            return Err(Problem::not_found());
        }
        let made = self.inner.files.made(&file.sha256, size.key());
        if made.exists() {
            return Ok(made);
        }
        let from = self.file_local(file).await?;
        let _turn = self.inner.picturing.acquire().await.map_err(Problem::internal)?;
        if made.exists() {
            return Ok(made);
        }
        let (files, to) = (self.inner.files.clone(), made.clone());
        let work = move || {
            let draft = files.draft_path();
            let done = draw(&from, kind, size.side(), &draft).and_then(|()| files.keep_copy(&draft, &to));
            if done.is_err() {
                let _ = std::fs::remove_file(&draft);
            }
            done
        };
        tokio::task::spawn_blocking(work).await.map_err(Problem::internal)??;
        Ok(made)
    }
}

fn unreadable(error: impl ToString) -> Problem {
    Problem { cause: Some(error.to_string()), ..Problem::malformed("picture_unreadable") }
}

/// Reads a picture within limits that its header has to keep before anything is decoded, and writes it anew.
fn draw(from: &Path, kind: FileKind, side: u32, to: &Path) -> Result<()> {
    let format = match kind {
        FileKind::Png => ImageFormat::Png,
        FileKind::Jpeg => ImageFormat::Jpeg,
        FileKind::Webp => ImageFormat::WebP,
        _ => ImageFormat::Gif,
    };
    let file = File::open(from).map_err(super::failure)?;
    let mut reader = ImageReader::with_format(std::io::BufReader::new(file), format);
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height, limits.max_alloc) = (Some(LARGEST_SIDE), Some(LARGEST_SIDE), Some(MEMORY));
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(unreadable)?;
    // telephones turn the picture by a note beside it
    let turned = decoder.orientation().map_err(unreadable)?;
    let (width, height) = decoder.dimensions();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    if width > side || height > side {
        picture = picture.thumbnail(side, side);
    }
    picture.apply_orientation(turned);
    let mut out = BufWriter::new(akrab_store::private::create_new(to).map_err(super::failure)?);
    flat(&picture).write_with_encoder(JpegEncoder::new_with_quality(&mut out, 82)).map_err(unreadable)?;
    out.flush().map_err(super::failure)
}

/// JPEG has no glass: what shines through is laid on white.
fn flat(picture: &DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return DynamicImage::ImageRgb8(picture.to_rgb8());
    }
    let mut flat = image::RgbImage::new(picture.width(), picture.height());
    for (to, from) in flat.pixels_mut().zip(picture.to_rgba8().pixels()) {
        let alpha = u32::from(from[3]);
        for n in 0..3 {
            to[n] = u8::try_from((u32::from(from[n]) * alpha + 255 * (255 - alpha)) / 255).unwrap_or(u8::MAX);
        }
    }
    DynamicImage::ImageRgb8(flat)
}
