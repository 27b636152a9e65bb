//! Step two: which column is which field.

use super::{errand, importable, pattern};
use crate::ui::button::Button;
use crate::ui::frame::{content, foot_bar};
use crate::ui::input::{self, Input};
use crate::ui::segmented::{Segment, segmented};
use crate::ui::table::plain_table;
use crate::{Reply, Visit, fail};
use akrab_engine::import::source::Layout;
use akrab_engine::import::{ID_COLUMN, Inspection};
use akrab_model::Object;
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
pub struct Asked {
    sheet: Option<String>,
    /// Name of a saved pattern; empty for none, absent for the one that fits.
    pattern: Option<String>,
}

/// `GET /{plural}/import/{file}`.
pub async fn ask(visit: Visit, Path((plural, file)): Path<(String, i64)>, Query(asked): Query<Asked>) -> Reply {
    let object = importable(&visit, &plural)?;
    let found = visit.engine().import_inspect_by(&visit.ctx, &object.key, file, asked.sheet.clone(), asked.pattern.clone()).await?;
    let own = object.clone();
    let patterns = visit.read(move |tx| tx.patterns(&own)).await?;
    let t = visit.t;
    let mut frame = visit.frame(&t.get("import-title")).await;
    frame.breadcrumb.push(crate::ui::frame::Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{plural}")) });
    frame.beside_title = Some(html! { span.ak-small.ak-muted { (facts(&visit, &found)) } });
    visit.page(
        &frame,
        html! {
            (errand(t, &object, Some(file), 1))
            // forms of its own: not within the one below
            (recognised(&visit, &found))
            (pattern::choice(&visit, &plural, &found, &patterns))
            form.ak-errand method="post" action={ "/" (plural) "/import/" (file) "/rules" } {
                (visit.token_field())
                @if let Some(sheet) = &asked.sheet { input type="hidden" name="sheet" value=(sheet); }
                input type="hidden" name="pattern" value=(found.pattern.as_ref().map_or("", |p| p.name.as_str()));
                (content(false, html! {
                    (sheets(&visit, &plural, &found))
                    (table(&visit, &object, &found))
                }))
                (foot_bar(
                    html! { (t.get("import-map-promise")) },
                    html! {
                        (Button::new(t.get("go-back")).ghost().href(format!("/{plural}/import")))
                        (Button::new(t.get("import-next")).primary().submit())
                    },
                ))
            }
        },
    )
}

/// "pelanggan.xlsx · lembar "Data" · 1.412 baris"
fn facts(visit: &Visit, found: &Inspection) -> String {
    let t = visit.t;
    let rows = t.with("import-rows", &[("n", (found.shape.rows as i64).into())]);
    match &found.shape.layout {
        Layout::Xlsx { sheet, .. } => {
            format!("{} · {} · {rows}", found.file_name, t.with("import-sheet", &[("name", sheet.clone().into())]))
        }
        Layout::Vcard { .. } => format!("{} · vCard · {rows}", found.file_name),
        Layout::Ical { .. } => format!("{} · iCalendar · {rows}", found.file_name),
        Layout::Csv { encoding, .. } => format!("{} · {encoding} · {rows}", found.file_name),
    }
}

/// The program the file comes from, and how much of it is matched.
fn recognised(visit: &Visit, found: &Inspection) -> Markup {
    let t = visit.t;
    let Some(system) = &found.system else { return html! {} };
    let (matched, left) = (found.columns.iter().flatten().count(), found.left.len());
    let counts = [
        ("system", super::system_name(&system.key).into()),
        ("n", t.number(matched as i64).into()),
        ("left", t.number(left as i64).into()),
    ];
    html! { div.ak-notice.ak-pattern data-tone="ok" role="status" { (crate::ui::icon("badge-check")) span { (t.with("import-system-found", &counts)) } } }
}

fn sheets(visit: &Visit, plural: &str, found: &Inspection) -> Markup {
    let Layout::Xlsx { sheet, sheets } = &found.shape.layout else { return html! {} };
    let all: Vec<Segment> = sheets
        .iter()
        .map(|s| Segment::new(s.clone(), format!("/{plural}/import/{}?sheet={}", found.file, fail::encode(s)), s == sheet))
        .collect();
    html! { @if all.len() > 1 { p { (segmented(&visit.t.get("import-sheets"), &all)) } } }
}

fn table(visit: &Visit, object: &Object, found: &Inspection) -> Markup {
    let t = visit.t;
    let options = options(visit, object, found);
    let (column, sample, field) = (t.get("import-column"), t.get("import-samples"), t.get("import-field"));
    let heads = [(column.as_str(), false, Some(240)), (sample.as_str(), false, None), (field.as_str(), false, Some(300))];
    let rows: Vec<Vec<Markup>> = found
        .shape
        .header
        .iter()
        .enumerate()
        .map(|(n, title)| {
            let samples: Vec<&str> =
                found.shape.samples.iter().filter_map(|s| s.get(n)).map(String::as_str).filter(|s| !s.is_empty()).take(3).collect();
            let title = if title.is_empty() { t.with("import-unnamed", &[("n", (n as i64 + 1).into())]) } else { title.clone() };
            let chosen = found.columns[n].as_deref().unwrap_or("");
            let select = Input::new(&format!("c{n}"), chosen).attr("aria-label", title.clone());
            let why = found.left.iter().find(|(column, _)| *column == n).map(|(_, why)| why);
            let why = why.map(|why| serde_json::json!(why).as_str().unwrap_or("").replace('_', "-"));
            vec![
                html! { b { (title) } },
                html! { code { (samples.join(" · ")) } },
                html! {
                    div.ak-map-cell {
                        (input::select(&select, &options))
                        @if let Some(why) = why { div.ak-hint { (t.get(&format!("import-left-{why}"))) } }
                    }
                },
            ]
        })
        .collect();
    plain_table(&t.get("import-step-map"), &heads, &rows, None)
}

fn options(visit: &Visit, object: &Object, found: &Inspection) -> Vec<(String, String)> {
    let lang = visit.lang();
    let mut options = vec![(String::new(), visit.t.get("import-ignored"))];
    options.extend(found.fields.iter().filter_map(|key| Some((key.clone(), object.field(key)?.label.get(lang).to_string()))));
    options.push((ID_COLUMN.into(), visit.t.get("import-own-id")));
    let registry = visit.registry();
    options.extend(found.linked.iter().map(|key| (key.clone(), super::column_words(&registry, object, key, lang))));
    options
}
