//! E-mail addresses.

use super::{ParseError, is_invisible};

/// The longest address there can be, in bytes.
const LONGEST: usize = 254;

/// Reads one address: trimmed, lower case, taken out of `mailto:` and `Name <address>`.
///
/// A sane part of RFC 5321: no quoted local parts, no comments, no bare hosts.
///
/// # Errors
/// `empty`, `too_long` (over 254), `email_no_at`, `email_several_at`, `email_several`,
/// `email_space`, `email_no_local`, `email_no_domain`, `email_local_too_long` (over 64),
/// `email_dots`, `email_character`, `email_domain`.
pub fn parse(text: &str) -> Result<String, ParseError> {
    let fail = |code| Err(ParseError::new(code));
    let address = unwrap(text.trim_matches(|c: char| c.is_whitespace() || is_invisible(c)));
    if address.is_empty() {
        return fail("empty");
    }
    let ats = address.matches('@').count();
    if ats > 1 && address.contains([',', ';', ' ', '/']) {
        return fail("email_several");
    }
    if address.contains(char::is_whitespace) {
        return fail("email_space");
    }
    match ats {
        0 => return fail("email_no_at"),
        1 => {}
        _ => return fail("email_several_at"),
    }
    if address.len() > LONGEST {
        return Err(ParseError::too_long(LONGEST));
    }
    let address = address.to_lowercase();
    let (local, domain) = address.split_once('@').unwrap_or((&address, ""));
    check_local(local)?;
    check_domain(domain)?;
    Ok(address)
}

fn unwrap(text: &str) -> &str {
    let inner = match (text.rfind('<'), text.strip_suffix('>')) {
        (Some(start), Some(_)) => &text[start + 1..text.len() - 1],
        _ => text,
    };
    let inner = inner.trim();
    if inner.get(..7).is_some_and(|head| head.eq_ignore_ascii_case("mailto:")) {
        let address = &inner[7..];
        return address.split_once('?').map_or(address, |(address, _)| address).trim();
    }
    inner
}

fn check_local(local: &str) -> Result<(), ParseError> {
    let code = if local.is_empty() {
        "email_no_local"
    } else if local.len() > 64 {
        "email_local_too_long"
    } else if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        "email_dots"
    } else if !local.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c)) {
        "email_character"
    } else {
        return Ok(());
    };
    Err(ParseError::new(code))
}

fn check_domain(domain: &str) -> Result<(), ParseError> {
    if domain.is_empty() {
        return Err(ParseError::new("email_no_domain"));
    }
    if is_host(domain) { Ok(()) } else { Err(ParseError::new("email_domain")) }
}

/// Whether a text is a host name with at least one dot; letters of any script may stand in it.
pub(super) fn is_host(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
    };
    let last = host.rsplit('.').next().unwrap_or("");
    host.len() <= 253
        && host.contains('.')
        && host.split('.').all(label)
        && last.chars().count() >= 2
        && (last.chars().all(char::is_alphabetic) || last.starts_with("xn--"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases() {
        let long = format!("{}@x.id", "a".repeat(65));
        let longer = format!("a@{}.id", "b.".repeat(130));
        for (text, want) in [
            ("budi@contoh.co.id", Ok("budi@contoh.co.id")),
            ("  Budi.Santoso@Contoh.CO.ID ", Ok("budi.santoso@contoh.co.id")),
            ("mailto:budi@x.id?subject=Halo", Ok("budi@x.id")),
            ("Budi Santoso <budi@x.id>", Ok("budi@x.id")),
            ("<budi@x.id>", Ok("budi@x.id")),
            ("a+b_c-d@sub.x-y.id", Ok("a+b_c-d@sub.x-y.id")),
            ("o'neill@x.id", Ok("o'neill@x.id")),
            ("a@bücher.de", Ok("a@bücher.de")),
            ("\u{200b}a@x.id", Ok("a@x.id")),
            ("", Err("empty")),
            ("mailto:", Err("empty")),
            ("budi", Err("email_no_at")),
            ("a@b@c.id", Err("email_several_at")),
            ("a@x.id, b@x.id", Err("email_several")),
            ("a@x.id;b@x.id", Err("email_several")),
            ("bu di@x.id", Err("email_space")),
            ("@x.id", Err("email_no_local")),
            ("budi@", Err("email_no_domain")),
            (".a@x.id", Err("email_dots")),
            ("a..b@x.id", Err("email_dots")),
            ("a.@x.id", Err("email_dots")),
            ("a,b@x.id", Err("email_character")),
            ("budí@x.id", Err("email_character")),
            ("a@localhost", Err("email_domain")),
            ("a@-x.id", Err("email_domain")),
            ("a@x..id", Err("email_domain")),
            ("a@x.i", Err("email_domain")),
            ("a@1.2.3.4", Err("email_domain")),
            (&long, Err("email_local_too_long")),
            (&longer, Err("too_long")),
        ] {
            assert_eq!(parse(text).as_deref().map_err(|e| e.code), want, "{text}");
        }
    }
}
