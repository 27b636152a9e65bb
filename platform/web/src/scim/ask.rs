//! Filters and pages of a list.

use super::{Fault, told};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::{Value as Json, json};

const LIST: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";
/// Resources on a page at most.
pub(super) const MOST: usize = 200;
/// Longest filter, in bytes.
const LONGEST: usize = 1_000;

/// What a list is asked for.
#[derive(Deserialize, Default)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Asked {
    filter: String,
    start_index: Option<i64>,
    count: Option<i64>,
    excluded_attributes: String,
}

/// Attributes that have to have these values; all of them.
pub(super) struct Filter(Vec<(String, Json)>);

impl Asked {
    /// The filter; an empty one fits everything.
    pub fn filter(&self) -> Result<Filter, Fault> {
        Filter::read(&self.filter)
    }
    /// Whether a part is not wanted.
    pub fn excludes(&self, name: &str) -> bool {
        self.excluded_attributes.split(',').any(|part| part.trim().eq_ignore_ascii_case(name))
    }
    /// The page of all that fits.
    pub fn page(&self, all: Vec<Json>) -> Response {
        let start = self.start_index.unwrap_or(1).max(1);
        let count = usize::try_from(self.count.unwrap_or(100).max(0)).unwrap_or(MOST).min(MOST);
        let total = all.len();
        let page: Vec<Json> = all.into_iter().skip(usize::try_from(start - 1).unwrap_or(usize::MAX)).take(count).collect();
        told(
            StatusCode::OK,
            &json!({ "schemas": [LIST], "totalResults": total, "startIndex": start, "itemsPerPage": page.len(), "Resources": page }),
        )
    }
}

impl Filter {
    /// `userName eq "a@b"`, several joined by `and`.
    fn read(text: &str) -> Result<Filter, Fault> {
        let wrong = || Fault::bad("invalidFilter", "filters are ATTRIBUTE eq VALUE, joined by and");
        let mut rest = text.trim();
        let mut tests = Vec::new();
        if rest.len() > LONGEST {
            return Err(wrong());
        }
        while !rest.is_empty() {
            let (name, after) = rest.split_once(char::is_whitespace).ok_or_else(wrong)?;
            let (op, after) = after.trim_start().split_once(char::is_whitespace).ok_or_else(wrong)?;
            if !op.eq_ignore_ascii_case("eq") {
                return Err(wrong());
            }
            let after = after.trim_start();
            let mut values = serde_json::Deserializer::from_str(after).into_iter::<Json>();
            let value = values.next().and_then(Result::ok).filter(|value| !value.is_object() && !value.is_array()).ok_or_else(wrong)?;
            tests.push((plain(name), value));
            rest = after[values.byte_offset()..].trim_start();
            if rest.is_empty() {
                break;
            }
            let joint = rest.get(..4).filter(|joint| joint[..3].eq_ignore_ascii_case("and") && joint.ends_with(char::is_whitespace));
            joint.ok_or_else(wrong)?;
            rest = rest[4..].trim_start();
            if rest.is_empty() {
                return Err(wrong());
            }
        }
        Ok(Filter(tests))
    }

    /// Whether a resource fits. Texts are compared in any case, save for what the directory itself calls it.
    pub fn fits(&self, resource: &Json) -> Result<bool, Fault> {
        for (name, wanted) in &self.0 {
            let exact = ["externalid", "id"].contains(&name.as_str());
            let same = |value: &Json| match (value.as_str(), wanted.as_str()) {
                (Some(a), Some(b)) if exact => a == b,
                (Some(a), Some(b)) => a.to_lowercase() == b.to_lowercase(),
                _ => {
                    value == wanted
                        || value.as_bool().is_some_and(|yes| {
                            wanted.as_str().is_some_and(|text| text.eq_ignore_ascii_case(if yes { "true" } else { "false" }))
                        })
                }
            };
            let fits = match name.as_str() {
                "id" => same(&resource["id"]),
                "externalid" => same(&resource["externalId"]),
                "username" => same(&resource["userName"]),
                "displayname" => same(&resource["displayName"]),
                "active" => same(&resource["active"]),
                "emails" | "emails.value" => same(&resource["emails"][0]["value"]),
                "members" | "members.value" => resource["members"].as_array().is_some_and(|all| all.iter().any(|one| same(&one["value"]))),
                _ => return Err(Fault::bad("invalidFilter", format!("{name} cannot be filtered by"))),
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// An attribute without its schema and the part that chooses among several: `emails[type eq "work"].value` is `emails.value`.
pub(super) fn plain(name: &str) -> String {
    let name = match name.strip_prefix("urn:") {
        Some(_) => name.rsplit_once(':').map_or(name, |(_, last)| last),
        None => name,
    };
    let bare = match (name.find('['), name.find(']')) {
        (Some(from), Some(to)) if from < to => format!("{}{}", &name[..from], &name[to + 1..]),
        _ => name.to_string(),
    };
    bare.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_of_the_large_directories_are_understood() {
        let someone = json!({"id": "7", "userName": "Siti@contoh.co.id", "externalId": "Ab", "active": true, "emails": [{"value": "siti@contoh.co.id"}]});
        for (text, wanted) in [
            ("", true),
            ("userName eq \"siti@contoh.co.id\"", true),
            ("userName eq \"budi@contoh.co.id\"", false),
            ("externalId eq \"Ab\"", true),
            ("externalId eq \"ab\"", false),
            ("emails[type eq \"work\"].value eq \"x\"", false),
            ("emails.value eq \"SITI@contoh.co.id\"", true),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName Eq \"siti@contoh.co.id\" AND active eq true", true),
            ("active eq \"True\"", true),
            ("active eq false", false),
        ] {
            let filter = Filter::read(text);
            // a blank within the brackets parts the name: that form is for PATCH alone
            if text.contains("[type") {
                assert!(filter.is_err());
                continue;
            }
            assert_eq!(filter.ok().and_then(|filter| filter.fits(&someone).ok()), Some(wanted), "{text}");
        }
        for wrong in [
            "userName",
            "userName eq",
            "userName sw \"s\"",
            "userName eq siti",
            "userName eq \"a\" or active eq true",
            "userName eq \"a\" and",
            "userName eq {}",
        ] {
            assert!(Filter::read(wrong).is_err(), "{wrong}");
        }
        assert!(Filter::read("shoeSize eq 7").ok().is_some_and(|filter| filter.fits(&someone).is_err()));
        assert_eq!(plain("emails[type eq \"work\"].value"), "emails.value");
    }
}
