//! What policies and their breaches are called.

use crate::locale::Text;
use crate::process::words::limit;
use crate::ui::status::{Status, status, status_strong};
use crate::ui::tag::{Tone, tag_toned};
use crate::value::Look;
use akrab_engine::policy::{Must, PolicyDecl, Severity};
use akrab_model::Object;
use maud::Markup;

/// How grave it is, by shape and word.
pub fn severity(t: Text, one: Severity) -> Markup {
    let word = t.get(&format!("policy-severity-{}", one.key()));
    match one {
        Severity::High => status_strong(Status::Late, &word),
        Severity::Medium => status(Status::Risk, &word),
        Severity::Low => status(Status::New, &word),
    }
}

pub fn severity_tag(t: Text, one: Severity) -> Markup {
    let tone = match one {
        Severity::High => Tone::Bad,
        Severity::Medium => Tone::Warn,
        Severity::Low => Tone::Outline,
    };
    tag_toned(&t.get(&format!("policy-severity-{}", one.key())), tone)
}

/// What a policy asks for: "Email, Telepon terisi"; "dijawab dalam 1 jam kerja". `told` is the condition in words.
pub fn must(look: &Look, object: Option<&Object>, decl: &PolicyDecl, told: Option<String>) -> String {
    let t = look.t;
    let name = |key: &str| object.and_then(|o| o.field(key)).map_or_else(|| key.to_string(), |f| look.name(f).to_string());
    match &decl.must {
        Must::Fields { fields } => {
            let names = fields.iter().map(|key| name(key)).collect::<Vec<_>>().join(", ");
            t.with("policy-must-fields", &[("fields", names.into())])
        }
        Must::Next { ahead: true } => t.get("policy-must-next-ahead"),
        Must::Next { .. } => t.get("policy-must-next"),
        Must::Answer { from, by, within } => {
            let by = if by.is_empty() { t.get("policy-any-entry") } else { name(by) };
            t.with("policy-must-answer", &[("from", name(from).into()), ("by", by.into()), ("limit", limit(t, *within).into())])
        }
        Must::Touch { within } => t.with("policy-must-touch", &[("limit", limit(t, *within).into())]),
        Must::Pace {} => t.get("policy-must-pace"),
        Must::Hold { .. } => told.unwrap_or_else(|| t.get("policy-must-hold")),
        Must::Below { field, limit, .. } => t.with("policy-must-below", &[("field", name(field).into()), ("limit", limit.as_str().into())]),
    }
}
