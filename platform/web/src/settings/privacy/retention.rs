//! A retention rule: what it is about, and what it would do now.

use super::super::condition::{Condition, Entry, carried, of_json, press};
use super::super::line::{Filled, Kind, Line, buttons, draw};
use super::super::listed::choose_object;
use super::super::{Errors, fault, faults, show_form};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::form::error;
use crate::visit::Visit;
use akrab_engine::privacy::{Retention, RetentionDecl};
use akrab_model::{Field, FieldType, Filter, Label, Object, Problem};
use axum::extract::{Path, Query};
use maud::html;
use serde::Deserialize;
use std::sync::Arc;

#[inline(always)]
pub(super) fn routes() -> Router {
    Router::new().route("/settings/privacy/retention/{key}", get(page).post(save)).route("/settings/privacy/retention/{key}/end", post(end))
}

/// What a rule does, in words.
pub(super) fn what_words(what: Retention) -> &'static str {
    match what {
        Retention::Erase => "privacy-retention-erase",
        Retention::Bin => "privacy-retention-bin",
    }
}

const NEW: &str = "new";
/// Name of the condition in the form.
const FILTER: &str = "filter";

/// Objects whose records grow old: those with a date.
fn objects(visit: &Visit) -> Vec<Arc<Object>> {
    let registry = visit.registry();
    registry.objects().filter(|o| !o.is_system() && !o.decl.hidden && o.fields.iter().any(is_date)).cloned().collect()
}

fn is_date(field: &Field) -> bool {
    !field.hidden && matches!(field.kind, FieldType::Date | FieldType::DateTime)
}

fn lines(visit: &Visit, object: &Object) -> Vec<Line> {
    let t = visit.t;
    let look = visit.look();
    let since = object.fields.iter().filter(|f| is_date(f)).map(|f| (f.key.clone(), look.name(f).to_string())).collect();
    let what = [Retention::Erase, Retention::Bin].map(|one| (key_of(one).to_string(), t.get(what_words(one)))).to_vec();
    vec![
        Line::new(t, "name", "privacy-retention-name", Kind::Text).required(),
        Line::new(t, "since", "privacy-retention-since", Kind::Choice(since)),
        Line::new(t, "months", "privacy-retention-months", Kind::Number).required(),
        Line::new(t, "what", "privacy-retention-what", Kind::Choice(what)),
        Line::new(t, "active", "privacy-retention-active", Kind::Check).hint(t.get("privacy-retention-active-hint")),
    ]
}

fn key_of(what: Retention) -> &'static str {
    match what {
        Retention::Erase => "erase",
        Retention::Bin => "bin",
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    object: String,
}

/// A rule on the bench: its key, what it is about, what is filled in, and its condition.
struct Bench {
    key: String,
    object: Arc<Object>,
    filled: Filled,
    filter: Option<Filter>,
    /// A condition was put together that is not kept yet.
    unsaved: bool,
}

impl Bench {
    fn href(&self) -> String {
        format!("/settings/privacy/retention/{}", self.key)
    }

    fn title(&self, visit: &Visit) -> String {
        visit.t.get(if self.key == NEW { "privacy-retention-new" } else { "privacy-retention-change" })
    }

    async fn show(&self, visit: &Visit, errors: &Errors) -> Reply {
        let t = visit.t;
        let condition = Condition::load(visit, self.object.clone(), self.filter.clone()).await?;
        let body = html! {
            @if self.unsaved { p role="status" { (t.get("approval-when-unsaved")) } }
            form.ak-stack method="post" action=(self.href()) data-guard {
                (visit.token_field())
                input type="hidden" name="object" value=(self.object.key);
                p.ak-muted { (t.with("privacy-retention-about", &[("objects", self.object.plural_label(visit.lang()).into())])) }
                (draw(t, &lines(visit, &self.object), &self.filled, errors))
                (condition.row(&Entry { name: FILTER, label: t.get("privacy-retention-filter"), error: error(errors, FILTER), ..Entry::default() }))
                (buttons(t, Button::new(t.get("save")).primary(), "/settings/privacy"))
            }
            @if self.key != NEW {
                form method="post" action={ (self.href()) "/end" } { (visit.token_field()) (Button::new(t.get("privacy-retention-retire")).ghost().submit()) }
            }
        };
        show_form(visit, &self.title(visit), html! { div.ak-stack { (body) } }, errors).await
    }
}

async fn page(visit: Visit, Path(key): Path<String>, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let registry = visit.registry();
    if key == NEW {
        let Some(object) = registry.object(&asked.object).cloned() else { return choose(&visit).await };
        let filled = Filled::default().set("months", "24");
        return Bench { key, object, filled, filter: None, unsaved: false }.show(&visit, &Errors::new()).await;
    }
    let own = key.clone();
    let rule = visit.read(move |tx| tx.retention_rules()?.into_iter().find(|rule| rule.key == own).ok_or_else(Problem::not_found)).await?;
    let decl = &rule.decl;
    let object = registry.object(&decl.object).cloned().ok_or_else(Problem::not_found)?;
    let filled = Filled::default()
        .set("name", rule.name.get(visit.lang()))
        .set("since", decl.since.clone())
        .set("months", decl.months.to_string())
        .set("what", key_of(decl.what))
        .set("active", if decl.active { "1" } else { "" });
    Bench { key, object, filled, filter: of_json(decl.filter.as_ref()), unsaved: false }.show(&visit, &Errors::new()).await
}

/// A new rule begins with what it is about.
async fn choose(visit: &Visit) -> Reply {
    choose_object(visit, "privacy-retention-new", "privacy-retention-choose", &objects(visit), "/settings/privacy/retention/new").await
}

async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let object = visit.registry().object(fields.text("object")).cloned().ok_or_else(Problem::not_found)?;
    let title = visit.t.get(if key == NEW { "privacy-retention-new" } else { "privacy-retention-change" });
    let over = |name: &str| (name == FILTER).then(|| (object.clone(), visit.t.get("privacy-retention-filter")));
    let (fields, unsaved) = match press(&visit, fields, &over, &title).await {
        Ok(form) => form,
        Err(page) => return *page,
    };
    let filter = carried(&fields, FILTER);
    let bench = Bench { key, object, filled: Filled::typed(&fields), filter, unsaved };
    if unsaved {
        return bench.show(&visit, &Errors::new()).await;
    }
    let Ok(months) = fields.text("months").parse() else {
        return bench.show(&visit, &fault(&visit, "months", "not_a_number")).await;
    };
    let decl = RetentionDecl {
        object: bench.object.key.clone(),
        filter: bench.filter.as_ref().map(Filter::to_json),
        since: fields.text("since").into(),
        months,
        what: if fields.text("what") == "bin" { Retention::Bin } else { Retention::Erase },
        active: fields.ticked("active"),
    };
    let name = Label::new(fields.text("name"), fields.text("name"));
    let own = if bench.key == NEW { format!("rule_{}", hex(&visit.engine().random::<4>())) } else { bench.key.clone() };
    let saved = visit.write(move |tx| tx.retention_save(&own, &name, &decl, None, false));
    match saved.await {
        Ok(_) => visit.go("/settings/privacy", Flash::ok(visit.t.get("saved"))),
        Err(fail) => bench.show(&visit, &faults(&visit, fail.problem)?).await,
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn end(visit: Visit, Path(key): Path<String>) -> Reply {
    visit.require_admin()?;
    let done = visit.write(move |tx| {
        let rule = tx.retention_rules()?.into_iter().find(|rule| rule.key == key).ok_or_else(Problem::not_found)?;
        tx.retention_save(&key, &rule.name, &rule.decl, Some(rule.version), true)
    });
    done.await?;
    visit.go("/settings/privacy", Flash::ok(visit.t.get("saved")))
}
