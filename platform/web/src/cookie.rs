//! Cookies: names depend on whether the program is reached over https.

use crate::state::Config;
use axum::http::{HeaderMap, HeaderValue, header};

/// The signed-in session: `USER.TOKEN`.
pub const SESSION: &str = "akrab";
/// Random name of the browser; CSRF tokens are made from it.
pub const BROWSER: &str = "akrab_browser";
/// A toast carried over a redirect.
pub const FLASH: &str = "akrab_flash";
/// Language chosen before signing in.
pub const LANG: &str = "akrab_lang";
/// Theme chosen before signing in.
pub const THEME: &str = "akrab_theme";
/// Marks a device somebody has signed in from before.
pub const DEVICE: &str = "akrab_device";

/// Whose eyes an administrator looks with: `user.ID` or `role.ID`.
pub const SEE_AS: &str = "akrab_see_as";

/// How long a cookie stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// Until the browser is closed.
    Session,
    /// Seconds.
    For(i64),
    /// Removes it.
    Never,
}

fn full_name(config: &Config, name: &str) -> String {
    // the prefix keeps other hosts of the same domain from setting it
    if config.is_https() { format!("__Host-{name}") } else { name.to_string() }
}

/// The value of a cookie.
pub fn get<'h>(config: &Config, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let wanted = full_name(config, name);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .flat_map(|v| v.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == wanted && !value.is_empty())
        .map(|(_, value)| value)
}

/// A cookie the kit's scripts set, whose name never changes.
pub fn plain<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    get(&Config::default(), headers, name)
}

/// A `Set-Cookie` header. `value` must be of cookie characters (base64url, digits, words).
pub fn set(config: &Config, name: &str, value: &str, keep: Keep) -> HeaderValue {
    let mut text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax", full_name(config, name));
    if config.is_https() {
        text.push_str("; Secure");
    }
    match keep {
        Keep::Session => {}
        Keep::For(seconds) => text.push_str(&format!("; Max-Age={seconds}")),
        Keep::Never => text.push_str("; Max-Age=0"),
    }
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_https_cookies_are_bound_to_the_host() {
        let https = Config { base_url: Some("https://crm.example.com".into()), ..Config::default() };
        let cookie = set(&https, SESSION, "7.abc", Keep::For(60));
        assert_eq!(cookie, "__Host-akrab=7.abc; Path=/; HttpOnly; SameSite=Lax; Secure; Max-Age=60");
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("x=1; __Host-akrab=7.abc; akrab=8.evil"));
        assert_eq!(get(&https, &headers, SESSION), Some("7.abc"));
        assert_eq!(get(&Config::default(), &headers, SESSION), Some("8.evil"));
    }
}
