//! Approvals in words: who, how much, where it stands.

use crate::locale::Text;
use crate::ui::status::{Status, status};
use crate::ui::timeline::Entry;
use crate::value::Look;
use akrab_engine::People;
use akrab_engine::approval::{Approval, ApprovalTold, Band, Guard, Rule, State, StepDecl, Who};
use akrab_model::{FieldType, Object, Value, format};
use maud::{Markup, html};
use rust_decimal::Decimal;

/// Who is asked: "Manajer", "Budi Santoso", "ketua tim pemilik data".
pub fn who(t: Text, people: &People, object: Option<&Object>, lang: &str, who: &Who) -> String {
    match who {
        Who::Owner => t.get("approval-who-owner"),
        Who::Lead => t.get("approval-who-lead"),
        Who::StandIn => t.get("approval-who-stand-in"),
        Who::User(address) => people.by_email(address).map_or_else(|| address.clone(), |p| p.name.clone()),
        Who::Field(key) => object.and_then(|o| o.field(key)).map_or_else(|| key.clone(), |f| f.label.get(lang).to_string()),
        Who::Role { role, near } => {
            let name = people.roles.iter().find(|r| r.key == *role).map_or(role.as_str(), |r| r.name.as_str());
            if *near { t.with("approval-who-near", &[("role", name.into())]) } else { name.to_string() }
        }
    }
}

/// Everybody a step asks: "Manajer atau Direktur", "2 dari Manajer".
pub fn step(look: &Look, people: &People, object: Option<&Object>, step: &StepDecl) -> String {
    let names: Vec<String> = step.who.iter().map(|one| who(look.t, people, object, look.key(), one)).collect();
    let names = names.join(&format!(" {} ", look.t.get("approval-or")));
    if step.need > 1 { look.t.with("approval-of-them", &[("n", i64::from(step.need).into()), ("who", names.into())]) } else { names }
}

/// A number as its field is written.
pub fn number(look: &Look, object: Option<&Object>, field: Option<&str>, value: Decimal) -> String {
    match object.zip(field).and_then(|(object, key)| object.field(key)) {
        Some(field) => match field.kind {
            FieldType::Integer | FieldType::Score | FieldType::Duration => {
                look.value_words(field, &Value::Int(i64::try_from(value.trunc()).unwrap_or_default()), |_| None)
            }
            _ => look.value_words(field, &Value::Dec(value), |_| None),
        },
        None => format::number(value, look.lang),
    }
}

/// "10% sampai di bawah 20%".
pub fn band(look: &Look, object: Option<&Object>, rule: &Rule, band: &Band) -> String {
    let words = |value: Decimal| number(look, object, rule.decl.field.as_deref(), value);
    match band.to {
        Some(to) if band.from.is_zero() => look.t.with("approval-band-below", &[("to", words(to).into())]),
        Some(to) => look.t.with("approval-band", &[("from", words(band.from).into()), ("to", words(to).into())]),
        None if band.from.is_zero() => look.t.get("approval-band-all"),
        None => look.t.with("approval-band-above", &[("from", words(band.from).into())]),
    }
}

/// What a rule keeps from happening.
pub fn guard(look: &Look, object: Option<&Object>, guard: &Guard) -> String {
    let t = look.t;
    match guard {
        Guard::Stage(name) => t.with("approval-guard-stage", &[("name", name.as_str().into())]),
        Guard::Category(key) => t.with("approval-guard-category", &[("name", t.get(&format!("category-{key}")).to_lowercase().into())]),
        Guard::Action(key) => {
            let action = object.and_then(|o| o.decl.actions.iter().find(|a| a.key == *key));
            t.with("approval-guard-action", &[("name", action.map_or(key.as_str(), |a| a.label.get(look.key())).into())])
        }
        Guard::Value { field, value } => {
            let field = object.and_then(|o| o.field(field));
            let name = field.map_or("", |f| look.name(f));
            let choice = field.and_then(|f| f.choice(value)).map_or(value.as_str(), |c| c.label.get(look.key()));
            t.with("approval-guard-value", &[("field", name.into()), ("name", choice.into())])
        }
    }
}

/// Where a request stands, by shape and word.
pub fn state(t: Text, state: State) -> Markup {
    status(shape(state), &t.get(&format!("approval-state-{}", state.key())))
}

pub fn shape(state: State) -> Status {
    match state {
        State::Waiting => Status::Today,
        State::Approved => Status::Ok,
        State::Refused | State::Expired => Status::Late,
        State::Returned => Status::Risk,
        State::Withdrawn | State::Void => Status::None,
    }
}

/// Names of those whose word is waited for.
pub fn waited_for(one: &Approval) -> String {
    one.seats.iter().filter(|s| s.open && s.step == one.step).map(|s| s.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// "Rudi untuk Sari".
pub fn in_place(t: Text, name: &str, stands_for: Option<&str>) -> String {
    match stands_for {
        Some(other) => t.with("approval-for", &[("name", name.into()), ("other", other.into())]),
        None => name.to_string(),
    }
}

/// The number of a request with its field: "Diskon 18%".
pub fn value(look: &Look, one: &Approval) -> Option<String> {
    let value = one.value?;
    let object = &one.record.object;
    let field = one.plan.field.as_deref().and_then(|key| object.field(key))?;
    Some(format!("{} {}", look.name(field), number(look, Some(object), Some(&field.key), value)))
}

/// What a history tells: "menyetujui Diskon, langkah 1 dari 2", and why.
pub fn told(look: &Look, told: &ApprovalTold, by: &str) -> (String, String) {
    let t = look.t;
    let key = format!("approval-told-{}", told.event);
    let mut title = t.with(&key, &[("name", told.name.get(look.key()).into())]);
    if told.steps > 1 && matches!(told.event.as_str(), "approve" | "refuse" | "return" | "fallen" | "moved") {
        title = format!("{title}, {}", t.with("approval-step-of", &[("n", told.step.into()), ("all", told.steps.into())]));
    }
    let mut parts = vec![in_place(t, by, told.stands_for.as_deref())];
    parts.extend(told.reason.as_ref().map(|reason| reason.get(look.key()).to_string()));
    parts.extend(Some(told.note.clone()).filter(|note| !note.is_empty()));
    (title, parts.join(" · "))
}

/// The same as an entry of a timeline.
pub fn entry(look: &Look, one: &ApprovalTold, by: &str, base: Entry) -> Entry {
    let (title, detail) = told(look, one, by);
    let icon = match one.event.as_str() {
        "approve" => "badge-check",
        "refuse" | "expired" => "circle-x",
        "return" | "void" | "withdrawn" => "undo-2",
        "clock" => "calendar-clock",
        _ => "stamp",
    };
    Entry { icon: icon.into(), title, detail: Some(html! { "· " (detail) }), ..base }
}
