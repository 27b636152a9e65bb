//! Addresses a browser is sent back to.

/// Schemes that would run something instead of opening an app.
const REFUSED: [&str; 9] = ["javascript", "data", "vbscript", "file", "about", "blob", "ftp", "ws", "wss"];
const LONGEST: usize = 2_000;

/// Whether an app may name this address: https, http on this very machine, or a scheme of its own.
pub(super) fn is_fit(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let scheme = scheme.to_ascii_lowercase();
    let plain = uri.len() <= LONGEST && uri.bytes().all(|b| (0x21..0x7f).contains(&b) && !matches!(b, b'<' | b'>' | b'"' | b'\\' | b'#'));
    let named = scheme.starts_with(|c: char| c.is_ascii_lowercase())
        && scheme.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'+' | b'.' | b'-'));
    if !plain || !named || REFUSED.contains(&scheme.as_str()) {
        return false;
    }
    match scheme.as_str() {
        "https" => host(rest).is_some_and(|host| !host.is_empty() && !rest.contains('@')),
        "http" => host(rest).is_some_and(is_loopback),
        _ => !rest.is_empty(),
    }
}

/// Whether a request's address is one of those registered. On this very machine the port may be another one: programs
/// take whichever is free.
pub(super) fn is_same(registered: &str, asked: &str) -> bool {
    registered == asked || (loopback_parts(registered).is_some() && loopback_parts(registered) == loopback_parts(asked))
}

/// Host and rest of an address on this machine, without the port.
fn loopback_parts(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http:")?;
    let host = host(rest).filter(|host| is_loopback(host))?;
    let after = &rest[2..];
    let path = after.find(['/', '?']).map_or("", |at| &after[at..]);
    Some((host, path))
}

/// The host behind `//`, without port.
fn host(rest: &str) -> Option<&str> {
    let authority = rest.strip_prefix("//")?.split(['/', '?']).next()?;
    if authority.contains('@') {
        return None;
    }
    match authority.strip_prefix('[') {
        Some(v6) => v6.split_once(']').map(|(host, _)| host),
        None => Some(authority.split(':').next().unwrap_or(authority)),
    }
}

fn is_loopback(host: &str) -> bool {
    matches!(host, "127.0.0.1" | "::1" | "localhost")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_back_is_safe_or_refused() {
        for fit in [
            "https://app.contoh.co.id/cb",
            "https://app.contoh.co.id",
            "http://127.0.0.1/cb",
            "http://127.0.0.1:3000/cb?x=1",
            "http://[::1]:9/x",
            "http://localhost:6274/oauth/callback",
            "cursor://anysphere.cursor-retrieval/oauth",
            "com.contoh.app:/cb",
        ] {
            assert!(is_fit(fit), "{fit}");
        }
        for unfit in [
            "",
            "/cb",
            "http://app.contoh.co.id/cb",
            "http://127.0.0.1.contoh.co.id/",
            "http://127.0.0.1@contoh.co.id/",
            "https://a@b.co/",
            "https://",
            "javascript:alert(1)",
            "JavaScript:alert(1)",
            "data:text/html,x",
            "https://contoh.co.id/#x",
            "https://contoh.co.id/\n",
            "file:///x",
            "x y:z",
            "1a:b",
        ] {
            assert!(!is_fit(unfit), "{unfit}");
        }
        assert!(
            is_same("https://a.co/cb", "https://a.co/cb")
                && !is_same("https://a.co/cb", "https://a.co/cb/")
                && !is_same("https://a.co:1/", "https://a.co:2/")
        );
        assert!(is_same("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb") && !is_same("http://127.0.0.1/cb", "http://127.0.0.1:1/other"));
        assert!(!is_same("http://127.0.0.1/cb", "http://localhost/cb") && !is_same("https://127.0.0.1/cb", "https://127.0.0.1:1/cb"));
    }
}
