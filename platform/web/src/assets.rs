//! Style sheets, scripts, icons and fonts: built by npm, embedded in the binary, named by their
//! content so that browsers may keep them for ever.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use rust_embed::RustEmbed;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(RustEmbed)]
#[folder = "assets/dist/"]
struct Files;

/// Logical name → hashed address, e.g. `app.css` → `/assets/app-1f2e3d4c.css`.
static ADDRESSES: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    let manifest = Files::get("manifest.json").map(|file| file.data.into_owned()).unwrap_or_default();
    let names: HashMap<String, String> = serde_json::from_slice(&manifest).unwrap_or_default();
    names.into_iter().map(|(name, file)| (name, format!("/assets/{file}"))).collect()
});

/// The address of `app.css`, `app.js`, `icons.svg`, `logo.svg`; its content hash is part of it.
pub fn asset_url(name: &str) -> &'static str {
    ADDRESSES.get(name).map_or("/assets/missing", String::as_str)
}

/// Answers `GET /assets/{file}`: kept for a year, sent compressed as it was compressed at build time.
pub async fn serve(Path(file): Path<String>, headers: HeaderMap) -> Response<Body> {
    respond(&file, &headers).unwrap_or_else(|| {
        let mut missing = Response::new(Body::empty());
        *missing.status_mut() = StatusCode::NOT_FOUND;
        missing
    })
}

fn respond(file: &str, headers: &HeaderMap) -> Option<Response<Body>> {
    let plain = Files::get(file).filter(|_| is_public(file))?;
    let etag = HeaderValue::from_str(&format!("\"{file}\"")).ok()?;
    let mut response = Response::new(Body::empty());
    let known = headers.get(header::IF_NONE_MATCH) == Some(&etag);
    let compressed = accepts_gzip(headers).then(|| Files::get(&format!("{file}.gz"))).flatten();
    let out = response.headers_mut();
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    out.insert(header::ETAG, etag);
    out.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(file)));
    if compressed.is_some() {
        out.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    } else {
        *response.body_mut() = Body::from(compressed.unwrap_or(plain).data.into_owned());
    }
    Some(response)
}

/// The compressed twins, the manifest and the stamp have no address of their own.
fn is_public(file: &str) -> bool {
    !file.ends_with(".gz") && file != "manifest.json" && file != "stamp"
}

fn accepts_gzip(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT_ENCODING).and_then(|v| v.to_str().ok()).is_some_and(|v| v.contains("gzip"))
}

fn content_type(file: &str) -> &'static str {
    match file.rsplit('.').next().unwrap_or_default() {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_a_page_names_is_embedded() {
        for name in ["app.css", "app.js", "calendar.css", "icons.svg", "logo.svg"] {
            let url = asset_url(name);
            assert!(respond(url.trim_start_matches("/assets/"), &HeaderMap::new()).is_some(), "{name} is not embedded");
        }
    }

    #[test]
    fn files_are_sent_compressed_and_not_sent_twice() {
        let file = asset_url("app.css").trim_start_matches("/assets/");
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, br"));
        let first = respond(file, &headers).unwrap();
        assert_eq!(first.headers()[header::CONTENT_ENCODING], "gzip");
        headers.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        assert_eq!(respond(file, &headers).unwrap().status(), StatusCode::NOT_MODIFIED);
    }
}
