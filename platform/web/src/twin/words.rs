//! Why two records may be the same, in words.

use crate::locale::Text;
use crate::visit::Visit;
use akrab_engine::twin::{Reason, Twin};
use akrab_model::Object;
use maud::{Markup, html};

/// A reason: "Same phone", "Address: same city". Of what a third record tells, `third` is its name.
pub fn reason(t: Text, object: &Object, reason: &Reason, third: Option<&str>, lang: &str) -> String {
    if reason.kind == "through" {
        return t.with("twin-through", &[("name", third.unwrap_or(&reason.level).into())]);
    }
    let label = object.decl.fields.get(&reason.field).map_or(reason.field.as_str(), |field| field.label.get(lang));
    let said = t.with(&format!("twin-{}-{}", reason.kind, reason.level), &[("field", lowered(label).into())]);
    let mut letters = said.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A label within a sentence: "name", but "NPWP" and "E-mail" as "e-mail".
fn lowered(label: &str) -> String {
    let mut letters = label.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), Some(second)) if !second.is_uppercase() && label != "WhatsApp" => first.to_lowercase().chain(letters).collect(),
        _ => label.into(),
    }
}

/// What speaks for the two being one, and what against, in one line.
pub(super) fn reasons(visit: &Visit, object: &Object, twin: &Twin) -> Markup {
    let words = |one: &Reason| reason(visit.t, object, one, twin.through.as_deref(), visit.lang());
    let (pro, contra): (Vec<_>, Vec<_>) = twin.reasons.iter().partition(|reason| reason.speaks_for());
    let join = |all: Vec<&Reason>| all.into_iter().map(words).collect::<Vec<_>>().join(" · ");
    let against = join(contra);
    html! { span { (join(pro)) } @if !against.is_empty() { " " span.ak-muted.ak-small { (against) } } }
}

/// A probability in per cent; never all of it, as nothing is for sure.
pub(super) fn percent(score: f64) -> String {
    format!("{:.0}%", (score * 100.0).floor().clamp(0.0, 99.0))
}
