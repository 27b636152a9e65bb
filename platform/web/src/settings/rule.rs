//! Rules over the records of one object: a condition, and what happens to the records that meet it. What is asked,
//! how it is kept and where its faults stand is the same for every kind of rule.

use super::condition::{self, Condition, Entry, Press};
use super::line::{Filled, Line, buttons, draw, read};
use super::{Errors, faults, frame, show};
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::tag;
use crate::visit::Visit;
use akrab_model::value::Input;
use akrab_model::{FieldProblem, Object, Problem, Record};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// A kind of rule that is kept as records of an object of the program.
pub(super) trait Kind: 'static {
    /// The object whose records the rules are.
    const OBJECT: &str;
    /// The page that lists them.
    const LIST: &str;
    /// Addresses of single rules begin with this.
    const RULES: &str;
    /// Words: the title of a new one, what a saved one is told by, the records it is about.
    const NEW: &str;
    const SAVED: &str;
    const ABOUT: &str;
    /// The line that says what happens to the records.
    const CHOICE: &str;

    /// Whether there are such rules over an object.
    fn over(object: &Object) -> bool;
    /// What is asked besides the condition.
    fn lines(visit: &Visit, object: &Object) -> Vec<Line>;
    /// What a rule says to those lines.
    fn filled(rule: &Record) -> Filled;
    /// Turns what the lines gave into what the record takes.
    fn put(fields: &Fields, input: &mut Input);
    /// The line at which a fault of a field of the record is shown.
    fn line(field: &str) -> &str;
    /// What a new rule needs besides; nothing as a rule.
    fn begin(_: &Visit, _: &Object, _: &mut Input) -> impl Future<Output = Result<(), Fail>> + Send {
        async { Ok(()) }
    }
}

#[derive(Deserialize, Default)]
struct Asked {
    object: Option<String>,
}

/// Pages of one rule: new, changed, deleted.
pub(super) fn routes<K: Kind>() -> Router {
    Router::new()
        .route(&format!("{}/new", K::RULES), get(new::<K>).post(add::<K>))
        .route(&format!("{}/{{id}}", K::RULES), get(edit::<K>).post(save::<K>))
        .route(&format!("{}/{{id}}/delete", K::RULES), post(delete::<K>))
}

/// Objects there are such rules over.
pub(super) fn objects<K: Kind>(visit: &Visit) -> Vec<Arc<Object>> {
    visit.registry().objects().filter(|object| K::over(object) && !object.decl.hidden).cloned().collect()
}

/// The object of a rule.
pub(super) fn object_of<K: Kind>(visit: &Visit, key: &str) -> Result<Arc<Object>, Fail> {
    Ok(objects::<K>(visit).into_iter().find(|object| object.key == key).ok_or_else(Problem::not_found)?)
}

/// Name of a rule in a list, a link for whoever may change it, marked when it rests.
pub(super) fn name<K: Kind>(visit: &Visit, rule: &Record) -> Markup {
    html! {
        @if visit.ctx.is_admin() { a.ak-link href={ (K::RULES) "/" (rule.id) } { (rule.title()) } } @else { (rule.title()) }
        @if !rule.get("active").bool() { " " (tag(&visit.t.get("rule-off"))) }
    }
}

async fn form<K: Kind>(visit: &Visit, id: Option<i64>, condition: &Condition, title: &str, filled: &Filled, errors: &Errors) -> Reply {
    let t = visit.t;
    let here = id.map_or_else(|| format!("{}/new", K::RULES), |id| format!("{}/{id}", K::RULES));
    let object = &condition.object;
    let body = html! {
        p.ak-muted { (t.with(K::ABOUT, &[("records", object.plural_label(visit.lang()).to_lowercase().into())])) }
        form.ak-stack.ak-content-narrow method="post" action=(here) data-guard {
            (visit.token_field())
            input type="hidden" name="object" value=(object.key);
            (condition.row(&Entry { name: "filter", label: t.get("rule-condition"), ..Entry::default() }))
            (draw(t, &K::lines(visit, object), filled, errors))
            (buttons(t, Button::new(t.get("save")).primary(), K::LIST))
        }
        @if id.is_some() {
            form method="post" action={ (here) "/delete" } { (visit.token_field()) (Button::new(t.get("rule-delete")).danger().submit()) }
        }
    };
    let frame = frame(visit, title).await;
    show(visit, &frame, content(false, html! { div.ak-stack { (body) } }), !errors.is_empty()).await
}

async fn new<K: Kind>(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    visit.require_admin()?;
    let t = visit.t;
    let Some(key) = asked.object else {
        let body = html! {
            p.ak-muted { (t.get("rule-of-what")) }
            div.ak-row.ak-gap-8.ak-wrap {
                @for object in objects::<K>(&visit) {
                    (Button::new(object.plural_label(visit.lang())).icon(&object.decl.icon).href(format!("{}/new?object={}", K::RULES, object.key)))
                }
            }
        };
        return super::show_form(&visit, &t.get(K::NEW), html! { div.ak-stack { (body) } }, &Errors::new()).await;
    };
    let object = object_of::<K>(&visit, &key)?;
    let condition = Condition::load(&visit, object, None).await?;
    form::<K>(&visit, None, &condition, &t.get(K::NEW), &Filled::default().set("active", "1"), &Errors::new()).await
}

/// What the form says, as a record takes it.
fn input<K: Kind>(visit: &Visit, object: &Object, fields: &Fields) -> Result<Input, Problem> {
    if fields.text(K::CHOICE).is_empty() {
        return Err(Problem::invalid(vec![FieldProblem::new(K::CHOICE, "required")]));
    }
    let mut input = read(&K::lines(visit, object), fields);
    K::put(fields, &mut input);
    input.insert("object".into(), json!(object.key));
    input.insert("filter".into(), condition::input(visit, object, fields)?);
    Ok(input)
}

/// The form as it was typed, with its faults.
async fn again<K: Kind>(visit: &Visit, id: Option<i64>, object: Arc<Object>, fields: &Fields, problem: Option<Problem>) -> Reply {
    let mut errors = problem.map(|problem| faults(visit, problem)).transpose()?.unwrap_or_default();
    for (field, _) in &mut errors {
        let line = K::line(field).to_string();
        *field = line;
    }
    let filter = condition::typed(visit, &object, fields.text("filter")).unwrap_or_default();
    let condition = Condition::load(visit, object, filter).await?;
    form::<K>(visit, id, &condition, &visit.t.get(K::NEW), &Filled::typed(fields), &errors).await
}

/// A press about the condition of a rule.
async fn press(visit: &Visit, object: &Arc<Object>, fields: Fields, title: &str) -> Press {
    let over = |name: &str| (name == "filter").then(|| (object.clone(), visit.t.get("rule-condition")));
    condition::press(visit, fields, &over, title).await
}

async fn add<K: Kind>(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let object = object_of::<K>(&visit, fields.text("object"))?;
    let fields = match press(&visit, &object, fields, &visit.t.get(K::NEW)).await {
        Ok((fields, false)) => fields,
        Ok((fields, true)) => return again::<K>(&visit, None, object, &fields, None).await,
        Err(page) => return *page,
    };
    let made = match input::<K>(&visit, &object, &fields) {
        Ok(mut input) => {
            K::begin(&visit, &object, &mut input).await?;
            visit.engine().create(&visit.ctx, K::OBJECT, input).await
        }
        Err(problem) => Err(problem),
    };
    match made {
        Ok(_) => visit.go(K::LIST, Flash::ok(visit.t.get(K::SAVED))),
        Err(problem) => again::<K>(&visit, None, object, &fields, Some(problem)).await,
    }
}

async fn edit<K: Kind>(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    let rule = visit.engine().get(&visit.ctx, K::OBJECT, id).await?;
    let object = object_of::<K>(&visit, rule.text("object"))?;
    let condition = Condition::load(&visit, object, condition::kept(&rule)).await?;
    form::<K>(&visit, Some(id), &condition, rule.title(), &K::filled(&rule), &Errors::new()).await
}

async fn save<K: Kind>(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let rule = visit.engine().get(&visit.ctx, K::OBJECT, id).await?;
    let object = object_of::<K>(&visit, rule.text("object"))?;
    let fields = match press(&visit, &object, fields, rule.title()).await {
        Ok((fields, false)) => fields,
        Ok((fields, true)) => return again::<K>(&visit, Some(id), object, &fields, None).await,
        Err(page) => return *page,
    };
    let saved = match input::<K>(&visit, &object, &fields) {
        Ok(input) => visit.engine().update(&visit.ctx, K::OBJECT, id, input, None).await,
        Err(problem) => Err(problem),
    };
    match saved {
        Ok(_) => visit.go(K::LIST, Flash::ok(visit.t.get(K::SAVED))),
        Err(problem) => again::<K>(&visit, Some(id), object, &fields, Some(problem)).await,
    }
}

async fn delete<K: Kind>(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.engine().delete(&visit.ctx, K::OBJECT, id, None).await?;
    let plural = visit.registry().object(K::OBJECT).map(|object| object.plural.clone()).unwrap_or_default();
    visit.go(K::LIST, Flash::ok(visit.t.get("deleted")).undo(format!("/{plural}/{id}/restore")))
}
