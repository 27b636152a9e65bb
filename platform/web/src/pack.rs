//! Answers that stand in memory whole are packed at once, with buffers that stay: making new ones
//! for each page costs as much as packing it. What is streamed is packed by the layer around.

use axum::body::{Body, HttpBody, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, ACCEPT_RANGES, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use std::cell::RefCell;

/// Shorter answers are sent as they are.
const SHORTEST: u64 = 512;
/// Longer ones are left to the layer that packs in steps.
const LONGEST: u64 = 1 << 20;
/// Gzip's head: deflate, no name, no time, unknown system.
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];

thread_local! {
    // the fastest level: a list page shrinks to a seventh either way, for half the time
    static PACKER: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

/// Packs the answer when the browser takes gzip and it is text of a fitting length.
pub(crate) async fn pack(req: Request, next: Next) -> Response {
    let wanted = takes_gzip(req.headers());
    let response = next.run(req).await;
    let length = response.body().size_hint().exact().unwrap_or(0);
    if !wanted || !(SHORTEST..=LONGEST).contains(&length) || !is_text(response.headers()) {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(plain) = to_bytes(body, LONGEST as usize).await else { return Response::from_parts(parts, Body::empty()) };
    let Some(packed) = gzip(&plain) else { return Response::from_parts(parts, Body::from(plain)) };
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(ACCEPT_RANGES);
    parts.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    parts.headers.append(VARY, HeaderValue::from_static("accept-encoding"));
    Response::from_parts(parts, Body::from(packed))
}

/// Whether gzip is named without being refused (`q=0`).
fn takes_gzip(headers: &HeaderMap) -> bool {
    let named = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let refused = |rest: &str| rest.split(';').filter_map(|p| p.trim().strip_prefix("q=")).any(|q| q.parse() == Ok(0.0_f32));
    named.map(|one| one.trim().split_once(';').unwrap_or((one.trim(), ""))).any(|(name, rest)| name.trim() == "gzip" && !refused(rest))
}

fn is_text(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
    let text = kind.starts_with("text/") || kind.starts_with("application/json") || kind.starts_with("application/problem+json");
    text && !kind.starts_with("text/event-stream") && !headers.contains_key(CONTENT_ENCODING)
}

/// `plain` as a gzip file (RFC 1952); `None` when the packer fails.
fn gzip(plain: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(plain.len() / 4 + 64);
    out.extend_from_slice(&HEAD);
    PACKER.with_borrow_mut(|packer| {
        packer.reset();
        loop {
            let done = usize::try_from(packer.total_in()).ok()?;
            match packer.compress_vec(plain.get(done..)?, &mut out, FlushCompress::Finish).ok()? {
                Status::StreamEnd => return Some(()),
                Status::Ok | Status::BufError => out.reserve(out.capacity()),
            }
        }
    })?;
    let mut crc = Crc::new();
    crc.update(plain);
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn what_is_packed_can_be_unpacked() {
        let row = "<tr class=\"ak-line\"><td>Kopi Senja · Jl. Diponegoro 7</td></tr>";
        // random letters hardly shrink: then the first room does not do
        let mut seed = 7_u64;
        let noise: String = std::iter::repeat_with(|| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'!' + (seed >> 58) as u8)
        })
        .take(100_000)
        .collect();
        for plain in [String::new(), row.repeat(4_000), noise] {
            let packed = gzip(plain.as_bytes()).expect("packed");
            let mut back = String::new();
            flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut back).expect("gzip");
            assert!(back == plain, "{} letters", plain.len());
        }
    }

    #[test]
    fn gzip_is_used_only_when_it_is_wanted() {
        for (sent, wanted) in [("gzip, deflate, br", true), ("br, gzip;q=0.5", true), ("gzip;q=0", false), ("identity", false), ("", false)]
        {
            let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(sent))]);
            assert_eq!(takes_gzip(&headers), wanted, "{sent}");
        }
    }
}
