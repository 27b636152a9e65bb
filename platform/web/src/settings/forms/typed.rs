//! A form as the fields of its own form, and back.

use crate::form::Fields;
use crate::settings::condition::carried;
use crate::value::{Look, Typed};
use akrab_engine::form::{Asked, FormDraft, FormPlan, Tick, is_typed};
use akrab_model::value::Input;
use akrab_model::{Field, FieldType, Object};
use serde_json::Value as Json;

/// Rows a form has at most.
const ROWS: usize = 80;
/// Fields a new form begins with at most.
const FIRST: usize = 6;

/// A new form for records of an object: what they cannot do without, and how people are reached.
pub(super) fn fresh(look: &Look, object: &Object, owner: i64) -> FormDraft {
    let wanted = |field: &&Field| {
        is_typed(field)
            && ((field.required && field.default.is_none())
                || field.key == object.title_field().key
                || matches!(field.kind, FieldType::Email | FieldType::Phone))
    };
    let fields = object.fields.iter().filter(wanted).take(FIRST);
    let fields =
        fields.map(|f| Asked { key: f.key.clone(), required: f.required || f.key == object.title_field().key, ..Asked::default() });
    let plan = FormPlan {
        object: object.key.clone(),
        lang: look.key().into(),
        title: object.label(look.key()).into(),
        fields: fields.collect(),
        ..FormPlan::default()
    };
    FormDraft { name: String::new(), owner, open: true, plan }
}

/// What stands in the form.
pub(super) fn read(look: &Look, fields: &Fields) -> FormDraft {
    let text = |name: &str| fields.text(name).to_string();
    let object = look.registry.object(fields.text("object")).cloned();
    let mut asked: Vec<Asked> = (0..ROWS)
        .filter(|n| !fields.text(&format!("f{n}_key")).is_empty())
        .map(|n| Asked {
            key: text(&format!("f{n}_key")),
            label: text(&format!("f{n}_label")),
            required: fields.ticked(&format!("f{n}_required")),
            from: carried(fields, &format!("f{n}_from")).map(|rule| rule.to_json()),
        })
        .collect();
    if let Some(more) = object.as_ref().and_then(|object| object.field(fields.text("f_add"))) {
        asked.push(Asked { key: more.key.clone(), required: more.required, ..Asked::default() });
    }
    act(fields.text("act"), &mut asked);
    let purpose = text("tick_purpose");
    FormDraft {
        name: text("name"),
        owner: fields.text("owner").parse().unwrap_or(0),
        open: fields.ticked("open"),
        plan: FormPlan {
            lang: text("lang"),
            title: text("title"),
            intro: long(fields, "intro"),
            fields: asked,
            fixed: object.as_ref().map(|object| fixed(look, object, fields)).unwrap_or_default(),
            tick: if purpose.is_empty() { None } else { Some(Tick { purpose, required: fields.ticked("tick_required") }) },
            button: text("button"),
            thanks: long(fields, "thanks"),
            next: text("next"),
            origins: fields.text("origins").split_whitespace().map(|origin| origin.trim_end_matches('/').to_string()).collect(),
            object: text("object"),
        },
    }
}

fn long(fields: &Fields, name: &str) -> String {
    fields.get(name).unwrap_or_default().replace("\r\n", "\n").trim().to_string()
}

/// What a button of a row does: `up:2`, `down:2`, `remove:2`.
fn act(act: &str, asked: &mut Vec<Asked>) {
    let Some((verb, n)) = act.split_once(':').and_then(|(verb, n)| Some((verb, n.parse::<usize>().ok()?))) else { return };
    match verb {
        "up" if n > 0 && n < asked.len() => asked.swap(n, n - 1),
        "down" if n + 1 < asked.len() => asked.swap(n, n + 1),
        "remove" if n < asked.len() => drop(asked.remove(n)),
        _ => {}
    }
}

fn fixed(look: &Look, object: &Object, fields: &Fields) -> Input {
    let gone = fields.text("act").strip_prefix("unfix:").and_then(|n| n.parse::<usize>().ok());
    let mut fixed = Input::new();
    for n in (0..ROWS).filter(|n| Some(*n) != gone) {
        let Some(field) = object.field(fields.text(&format!("x{n}_key"))) else { continue };
        fixed.insert(field.key.clone(), value(look, fields, field, &format!("x{n}_value")));
    }
    if let Some(more) = object.field(fields.text("x_add")) {
        fixed.entry(more.key.clone()).or_insert(Json::Null);
    }
    fixed
}

/// A value as it was typed in the control `name`, in the form in which it is kept.
fn value(look: &Look, fields: &Fields, field: &Field, name: &str) -> Json {
    let control = Field { key: name.into(), ..field.clone() };
    let read = Typed::posted(fields.0.clone()).input([&control]).remove(name).unwrap_or(Json::Null);
    field.settled(&read, &look.parse_env())
}
