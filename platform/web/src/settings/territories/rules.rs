//! The rules that place records, object by object, in the order in which they are asked.

use super::super::condition::{self, Condition};
use super::super::line::{Filled, Kind, Line};
use super::super::rule;
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::route::{Router, post};
use crate::ui::button::Button;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::ListRequest;
use akrab_model::value::Input;
use akrab_model::{FieldType, Object, Problem, Record};
use axum::extract::Path;
use maud::{Markup, html};
use serde_json::json;

const LIST: &str = "/settings/territories";

const RULES: &str = "/settings/territories/rules";

#[inline(always)]
pub(super) fn routes() -> Router {
    rule::routes::<Placing>().route("/settings/territories/rules/{id}/move", post(shift))
}

async fn all(visit: &Visit) -> Result<Vec<Record>, Fail> {
    let request = ListRequest {
        object: "territory_rule".into(),
        sort: vec!["object".into(), "position".into()],
        limit: 200,
        ..ListRequest::default()
    };
    Ok(visit.engine().list(&visit.ctx, request).await?.records)
}

/// The rules as the page of territories shows them.
pub(super) async fn list(visit: &Visit) -> Result<Markup, Fail> {
    let t = visit.t;
    let admin = visit.ctx.is_admin();
    let rules = all(visit).await?;
    let mut parts = Vec::new();
    for object in rule::objects::<Placing>(visit) {
        let own: Vec<&Record> = rules.iter().filter(|rule| rule.text("object") == object.key).collect();
        if own.is_empty() {
            continue;
        }
        let mut rows = Vec::new();
        for (n, rule) in own.iter().enumerate() {
            let words = Condition::load(visit, object.clone(), condition::kept(rule)).await?.words();
            let href = format!("{RULES}/{}", rule.id);
            let arrow = |icon: &str, key: &str, by: &str| {
                html! {
                    form method="post" action={ (href) "/move" } { (visit.token_field()) input type="hidden" name="by" value=(by); (Button::only_icon(icon, t.get(key)).ghost().submit()) }
                }
            };
            rows.push(vec![
                html! { (n + 1) },
                rule::name::<Placing>(visit, rule),
                html! { (words) },
                html! { (destination(visit, &object, rule)) },
                html! { @if admin { span.ak-row { @if n > 0 { (arrow("arrow-up", "move-up", "-1")) } @if n + 1 < own.len() { (arrow("arrow-down", "move-down", "1")) } } } },
            ]);
        }
        let label = object.plural_label(visit.lang()).to_string();
        let heads = [t.get("rule-order"), t.get("rule-name"), t.get("rule-condition"), t.get("territory"), String::new()];
        let widths = [Some(64), None, None, Some(200), Some(90)];
        let heads: Vec<_> = heads.iter().zip(widths).map(|(head, width)| (head.as_str(), false, width)).collect();
        parts.push(html! { h3.ak-strong { (label) } (plain_table(&label, &heads, &rows, None)) });
    }
    Ok(html! {
        @if parts.is_empty() { p.ak-muted { (t.get("territory-rules-none")) } }
        @for part in &parts { (part) }
        @if admin { div { (Button::new(t.get("territory-rule-new")).icon("plus").href(format!("{RULES}/new"))) } }
    })
}

fn destination(visit: &Visit, object: &Object, rule: &Record) -> String {
    match rule.link_title("territory") {
        Some(name) => name.to_string(),
        None => {
            let link = object.field(rule.text("via")).map_or_else(String::new, |f| f.label.get(visit.lang()).to_string());
            visit.t.with("territory-as", &[("link", link.into())])
        }
    }
}

/// Rules that place records.
struct Placing;

impl rule::Kind for Placing {
    const OBJECT: &str = "territory_rule";
    const LIST: &str = LIST;
    const RULES: &str = RULES;
    const NEW: &str = "territory-rule-new";
    const SAVED: &str = "territory-rule-saved";
    const ABOUT: &str = "territory-rule-of";
    const CHOICE: &str = "place";

    fn over(object: &Object) -> bool {
        object.territory.is_some()
    }

    fn lines(visit: &Visit, object: &Object) -> Vec<Line> {
        let t = visit.t;
        let registry = visit.registry();
        let links = object.fields.iter().filter(|f| f.kind == FieldType::Link && !f.system && !f.hidden);
        let links = links.filter(|f| f.to.is_some_and(|to| registry.at(to).territory.is_some()));
        let mut places = vec![(String::new(), "—".to_string())];
        places.extend(super::options(&visit.engine().people().sharing));
        places.extend(links.map(|f| (format!("as:{}", f.key), t.with("territory-as", &[("link", f.label.get(visit.lang()).into())]))));
        vec![
            Line::new(t, "name", "rule-name", Kind::Text).required(),
            Line::new(t, "place", "territory", Kind::Choice(places)).required().hint(t.get("territory-rule-hint")),
            Line::new(t, "active", "rule-active", Kind::Check),
        ]
    }

    fn filled(rule: &Record) -> Filled {
        let place = rule.link("territory").map_or_else(|| format!("as:{}", rule.text("via")), |id| id.to_string());
        Filled::record(rule, &["name", "active"]).set("place", place)
    }

    fn put(fields: &Fields, input: &mut Input) {
        let place = fields.text("place");
        input.remove("place");
        input.insert("territory".into(), place.parse::<i64>().map_or(json!(null), |id| json!(id)));
        input.insert("via".into(), place.strip_prefix("as:").map_or(json!(null), |link| json!(link)));
    }

    fn line(field: &str) -> &str {
        if matches!(field, "territory" | "via") { "place" } else { field }
    }

    /// It is asked after those there are.
    async fn begin(visit: &Visit, object: &Object, input: &mut Input) -> Result<(), Fail> {
        let last =
            all(visit).await?.iter().filter(|rule| rule.text("object") == object.key).filter_map(|rule| rule.get("position").int()).max();
        input.insert("position".into(), json!(last.unwrap_or(0) + 1));
        Ok(())
    }
}

/// One place up or down: all rules of the object are numbered anew.
async fn shift(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let rules = all(&visit).await?;
    let object = rules.iter().find(|rule| rule.id == id).map(|rule| rule.text("object").to_string()).ok_or_else(Problem::not_found)?;
    let mut order: Vec<i64> = rules.iter().filter(|rule| rule.text("object") == object).map(|rule| rule.id).collect();
    let at = order.iter().position(|one| *one == id).unwrap_or_default();
    let to = if fields.text("by") == "-1" { at.checked_sub(1) } else { Some(at + 1).filter(|to| *to < order.len()) };
    if let Some(to) = to {
        order.swap(at, to);
    }
    visit
        .write(move |tx| {
            for (n, rule) in order.iter().enumerate() {
                let input = json!({ "position": n + 1 }).as_object().cloned().unwrap_or_default();
                tx.update("territory_rule", *rule, &input, None)?;
            }
            Ok(())
        })
        .await?;
    visit.go(LIST, Flash::ok(visit.t.get("territory-rule-saved")))
}
