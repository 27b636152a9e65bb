//! All changes of the workspace as one file; [`super::super::transfer`] takes it into another workspace.

use super::plan;
use crate::fail::Reply;
use crate::value::label_of;
use crate::visit::Visit;
use akrab_engine::shape::FileOutlook;
use axum::extract::Query;
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Asked {
    object: Option<String>,
}

/// `GET /settings/objects/export`
pub(super) async fn export(visit: Visit, Query(asked): Query<Asked>) -> Reply {
    let text = visit.engine().shape_export(&visit.ctx, asked.object.as_deref())?;
    crate::download::bytes(text.into_bytes(), "akrab-objects.toml", "application/toml")
}

/// What a file would change.
pub(in crate::settings) fn outlook(visit: &Visit, come: &FileOutlook) -> Markup {
    let t = visit.t;
    html! {
        @if come.touched.is_empty() { p { (t.get("shape-import-nothing")) } }
        ul.ak-use-list { @for touched in &come.touched {
            @let object = come.outlook.registry.object(&touched.object);
            @let name = object.map_or_else(|| touched.object.clone(), |o| o.plural_label(visit.lang()).to_string());
            @let field = |key: &String| object.map(|o| label_of(o, key, visit.lang())).filter(|label| !label.is_empty()).unwrap_or(key).to_string();
            @let words = |keys: &[String]| keys.iter().map(field).collect::<Vec<_>>().join(", ");
            li { b { (name) } " "
                @if touched.new { (crate::ui::tag(&t.get("shape-new"))) }
                @if !touched.new_fields.is_empty() { div.ak-muted { (t.get("shape-new-fields")) ": " (words(&touched.new_fields)) } }
                @if !touched.changed_fields.is_empty() { div.ak-muted { (t.get("shape-changed-fields")) ": " (words(&touched.changed_fields)) } }
                @if touched.looks && !touched.new { div.ak-muted { (t.get("shape-changed-looks")) } }
            }
        } }
        @if !come.outlook.lines.is_empty() { (plan::table(t, &come.outlook.lines)) }
    }
}
