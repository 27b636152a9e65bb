//! Encoding and delimiter of a text file, guessed from its bytes.

use super::Layout;
use super::decode::{Decoded, prefix};
use crate::Result;
use crate::file::failure;
use akrab_model::Problem;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::fs::File;
use std::io::Read;
use std::path::Path;

const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// As much of the text as the delimiter is judged by.
const SAMPLE: usize = 256 * 1024;

pub fn layout(path: &Path) -> Result<Layout> {
    let encoding = encoding(path)?;
    let text = prefix(Decoded::new(File::open(path).map_err(failure)?, encoding), SAMPLE)?;
    Ok(Layout::Csv { encoding: encoding.name().into(), delimiter: delimiter(&text) })
}

/// Pairs of bytes of which one is mostly zero: UTF-16 of Western text without a mark.
pub fn is_wide(head: &[u8]) -> bool {
    wide(head).is_some()
}

fn wide(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = head.len() / 2;
    if pairs < 8 {
        return None;
    }
    let zeros = |offset: usize| head.iter().skip(offset).step_by(2).filter(|b| **b == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if odd * 10 > pairs * 8 && even * 10 < pairs {
        Some(UTF_16LE)
    } else if even * 10 > pairs * 8 && odd * 10 < pairs {
        Some(UTF_16BE)
    } else {
        None
    }
}

fn encoding(path: &Path) -> Result<&'static Encoding> {
    let mut file = File::open(path).map_err(failure)?;
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let mut utf8 = Utf8Tally::default();
    let mut buffer = vec![0; 64 * 1024];
    let mut first = true;
    loop {
        let read = file.read(&mut buffer).map_err(failure)?;
        let part = &buffer[..read];
        if std::mem::take(&mut first) {
            if let Some((marked, _)) = Encoding::for_bom(part) {
                return Ok(marked);
            }
            if let Some(wide) = wide(&part[..part.len().min(4_096)]) {
                return Ok(wide);
            }
        }
        utf8.feed(part, read == 0);
        detector.feed(part, read == 0);
        if read == 0 {
            break;
        }
    }
    // a text that is UTF-8 but for some bytes is a broken file, not one in another encoding
    if utf8.faults == 0 || utf8.good > utf8.faults * 3 {
        return Ok(UTF_8);
    }
    let found = detector.guess(Some(b"id"), Utf8Detection::Deny);
    // single bytes of a short Indonesian list say too little for anything but the usual
    Ok(if found.is_single_byte() && utf8.faults > 200 { found } else { WINDOWS_1252 })
}

/// Counts what reads as UTF-8 beyond ASCII and what does not.
struct Utf8Tally {
    decoder: encoding_rs::Decoder,
    out: String,
    good: usize,
    faults: usize,
}

impl Default for Utf8Tally {
    fn default() -> Self {
        Self { decoder: UTF_8.new_decoder_without_bom_handling(), out: String::with_capacity(256 * 1024), good: 0, faults: 0 }
    }
}

impl Utf8Tally {
    fn feed(&mut self, mut bytes: &[u8], last: bool) {
        loop {
            self.out.clear();
            let (result, read) = self.decoder.decode_to_string_without_replacement(bytes, &mut self.out, last);
            self.good += self.out.chars().filter(|c| !c.is_ascii()).count();
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => return,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => self.faults += 1,
            }
        }
    }
}

/// The delimiter that divides the first rows most evenly into most columns.
fn delimiter(text: &str) -> char {
    if let Some(told) = text.lines().next().and_then(|l| l.trim().strip_prefix("sep=")).and_then(|d| d.chars().next()) {
        return told;
    }
    let best = DELIMITERS.into_iter().max_by_key(|d| score(text, *d)).unwrap_or(b',');
    // one column: any delimiter reads it
    if score(text, best) == 0 { ',' } else { best.into() }
}

fn score(text: &str, delimiter: u8) -> usize {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let widths: Vec<usize> = reader.byte_records().take(30).map_while(Result::ok).map(|r| r.len()).collect();
    let Some(first) = widths.first().filter(|w| **w > 1) else { return 0 };
    let alike = widths.iter().filter(|w| *w == first).count();
    (first - 1) * 1_000 * alike / widths.len()
}

/// The encoding by the name a layout carries.
pub fn named(encoding: &str) -> Result<&'static Encoding> {
    Encoding::for_label(encoding.as_bytes()).ok_or_else(|| Problem::malformed("file_encoding"))
}
