//! Web addresses.

use super::{ParseError, email, is_invisible};

/// The longest address taken, in bytes.
const LONGEST: usize = 2_000;

/// Reads a web address; `https://` is added when no scheme is given, the host becomes lower case.
///
/// # Errors
/// `empty`, `too_long` (over 2,000), `url_scheme` (neither http nor https), `url_space`,
/// `url_host`, `url_credentials` (a user or password before the host).
pub fn parse(text: &str) -> Result<String, ParseError> {
    let fail = |code| Err(ParseError::new(code));
    let text = text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    if text.is_empty() {
        return fail("empty");
    }
    if text.len() > LONGEST {
        return Err(ParseError::too_long(LONGEST));
    }
    let (scheme, rest) = scheme(text)?;
    if rest.contains(|c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"')) {
        return fail("url_space");
    }
    let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    if authority.contains('@') {
        return fail("url_credentials");
    }
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let host = host.to_lowercase();
    let named = email::is_host(&host) || host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok();
    if !named || path.starts_with('\\') || port.is_some_and(|p| p.parse::<u16>().is_err()) {
        return fail("url_host");
    }
    let port = port.map(|p| format!(":{p}")).unwrap_or_default();
    Ok(format!("{scheme}://{host}{port}{path}"))
}

fn scheme(text: &str) -> Result<(&'static str, &str), ParseError> {
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    if lower.starts_with("https://") {
        return Ok(("https", &text[8..]));
    }
    if lower.starts_with("http://") {
        return Ok(("http", &text[7..]));
    }
    let other = match text.split_once(':') {
        // "contoh.id:8080" has a port, "mailto:a@b.id" a scheme.
        Some((_, rest)) => !rest.starts_with(|c: char| c.is_ascii_digit()),
        None => false,
    };
    let before_path = text.find(['/', '?', '#']).is_none_or(|path| text.find(':').is_some_and(|colon| colon < path));
    if other && before_path {
        return Err(ParseError::new("url_scheme"));
    }
    Ok(("https", text.strip_prefix("//").unwrap_or(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        for (text, want) in [
            ("contoh.co.id", Ok("https://contoh.co.id")),
            ("www.Contoh.co.id/Menu?a=1#x", Ok("https://www.contoh.co.id/Menu?a=1#x")),
            ("http://Contoh.id/", Ok("http://contoh.id/")),
            ("HTTPS://contoh.id", Ok("https://contoh.id")),
            ("//contoh.id/a", Ok("https://contoh.id/a")),
            ("contoh.id:8080/a", Ok("https://contoh.id:8080/a")),
            ("http://localhost:9000", Ok("http://localhost:9000")),
            ("http://192.168.1.4/x", Ok("http://192.168.1.4/x")),
            ("contoh.id/a:b", Ok("https://contoh.id/a:b")),
            ("", Err("empty")),
            ("javascript:alert(1)", Err("url_scheme")),
            ("ftp://contoh.id", Err("url_scheme")),
            ("mailto:a@b.id", Err("url_scheme")),
            ("data:text/html,x", Err("url_scheme")),
            ("contoh .id", Err("url_space")),
            ("contoh.id/\"><script>", Err("url_space")),
            ("contoh", Err("url_host")),
            ("https://", Err("url_host")),
            ("https://a.id:99999", Err("url_host")),
            ("https://contoh.id\\@jahat.id", Err("url_host")),
            ("https://bank.id@jahat.id", Err("url_credentials")),
        ] {
            assert_eq!(parse(text).as_deref().map_err(|e| e.code), want, "{text}");
        }
    }
}
