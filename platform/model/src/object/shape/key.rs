//! Keys chosen from what people call a thing.

use crate::text::fold;

/// First parts of addresses that are no object's; a test holds them against the program's pages.
pub const RESERVED: [&str; 46] = [
    "api",
    "approvals",
    "assets",
    "bin",
    "calendar",
    "changes",
    "create",
    "dashboards",
    "favourites",
    "filter",
    "flows",
    "forgot",
    "forms",
    "guest",
    "health",
    "help",
    "hooks",
    "inbox",
    "jobs",
    "live",
    "login",
    "map",
    "mcp",
    "me",
    "metrics",
    "new",
    "notifications",
    "oauth",
    "oidc",
    "pick",
    "policies",
    "portal",
    "presence",
    "processes",
    "record",
    "reports",
    "reset",
    "scim",
    "search",
    "see",
    "settings",
    "setup",
    "things",
    "today",
    "users",
    "webhooks",
];

/// Names forms, addresses and expressions use themselves.
pub const RESERVED_FIELDS: [&str; 45] = [
    "again",
    "after",
    "as",
    "back",
    "before",
    "bin",
    "by",
    "columns",
    "count",
    "csrf",
    "deleted_at",
    "else",
    "false",
    "fields",
    "filter",
    "for",
    "full",
    "function",
    "group",
    "has",
    "import",
    "in",
    "limit",
    "me",
    "more",
    "null",
    "object",
    "once",
    "or_zero",
    "owner",
    "package",
    "page",
    "pick",
    "q",
    "return",
    "size",
    "sort",
    "tab",
    "territory",
    "territory_fixed",
    "titles",
    "true",
    "type",
    "version",
    "view",
];

/// Longest key made here; parts of composites follow it.
const LONGEST: usize = 28;

/// A key for `label` that is not `taken`: "Nomor polisi" is `nomor_polisi`, the second one `nomor_polisi_2`.
pub fn free_key(label: &str, taken: impl Fn(&str) -> bool) -> String {
    let mut key = String::new();
    for c in fold(label).chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            key.push(c);
        } else if !key.is_empty() && !key.ends_with('_') {
            key.push('_');
        }
    }
    key.truncate(LONGEST);
    let key = key.trim_matches('_');
    let key = match key.chars().next() {
        None => "k".to_string(),
        Some(c) if c.is_ascii_digit() => format!("k_{key}"),
        // names with this beginning are the database's for what is made here
        Some(_) if key.starts_with("x_") => format!("k_{key}"),
        Some(_) => key.to_string(),
    };
    if !taken(&key) {
        return key;
    }
    (2..).map(|n| format!("{key}_{n}")).find(|key| !taken(key)).unwrap_or(key)
}
