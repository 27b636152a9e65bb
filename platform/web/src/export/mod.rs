//! The export dialog: which columns, which format, and the exact count on the button.

use crate::form::{Fields, one_of};
use crate::list::address::Address;
use crate::list::state::Listing;
use crate::route::{Router, get, post};
use crate::ui::button::Button;
use crate::ui::dialog::{self, Dialog, dialog};
use crate::ui::form::group;
use crate::ui::input::{checkbox, radios};
use crate::{Form, Reply, Visit, download};
use akrab_engine::export::{ExportFormat, ExportSpec};
use akrab_model::{Object, Problem};
use axum::extract::{Path, Query};
use maud::html;
use std::sync::Arc;

/// More rows than this become a file in the background.
const AT_ONCE: u64 = 20_000;

/// Addresses of exports.
#[inline(always)]
pub fn routes() -> Router {
    Router::new().route("/{plural}/export", get(ask).post(ask_chosen)).route("/{plural}/export/file", post(run))
}

/// What a posted selection or the address of a list means: ids, or a filter with words and order.
pub struct Chosen {
    pub ids: Vec<i64>,
    pub filter: Option<serde_json::Value>,
    pub q: Option<String>,
    pub sort: Vec<String>,
    pub columns: Vec<String>,
}

impl Chosen {
    /// # Errors
    /// As [`Listing::resolve`]; `bulk_nothing` for a selection without records.
    pub async fn read(visit: &Visit, object: &Arc<Object>, pairs: &[(String, String)], all: bool) -> Result<Chosen, crate::Fail> {
        let get = |name: &'static str| pairs.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str());
        let all = all || get("all").any(|v| v == "1");
        let ids: Vec<i64> = if all { Vec::new() } else { get("id").filter_map(|v| v.parse().ok()).collect() };
        if ids.is_empty() && !all {
            return Err(Problem::malformed("bulk_nothing").into());
        }
        let (look, own, address) = (visit.look(), object.clone(), Address::read(&object.plural, pairs));
        let listing = visit.read(move |tx| Listing::resolve(tx, &look, own, address, None)).await?;
        let mut columns = vec![object.title_field().key.clone()];
        columns.extend(listing.columns().map(|(_, f)| f.key.clone()).filter(|k| *k != object.title_field().key));
        let filter = listing.filter.as_ref().filter(|_| ids.is_empty()).map(akrab_model::Filter::to_json);
        Ok(Chosen { filter, q: listing.address.q.clone().filter(|_| ids.is_empty()), sort: listing.state.sort.clone(), columns, ids })
    }
}

/// `GET /{plural}/export` with the state of the list.
async fn ask(visit: Visit, Path(plural): Path<String>, Query(pairs): Query<Vec<(String, String)>>) -> Reply {
    draw(visit, &plural, &pairs, true).await
}

/// `POST /{plural}/export` with the chosen rows.
async fn ask_chosen(visit: Visit, Path(plural): Path<String>, Form(pairs): Form<Vec<(String, String)>>) -> Reply {
    draw(visit, &plural, &pairs, false).await
}

async fn draw(visit: Visit, plural: &str, pairs: &[(String, String)], all: bool) -> Reply {
    let t = visit.t;
    let object = visit.object(plural)?;
    let chosen = Chosen::read(&visit, &object, pairs, all).await?;
    let spec = ExportSpec {
        object: object.key.clone(),
        filter: chosen.filter,
        q: chosen.q,
        sort: chosen.sort,
        columns: chosen.columns,
        ids: chosen.ids,
        ..ExportSpec::default()
    };
    let count = visit.engine().export_count(&visit.ctx, spec.clone()).await?;
    let key = object.key.clone();
    let choices = visit.read(move |tx| tx.export_choices(&key)).await?;
    let words = |n: usize| if visit.lang() == "id" { &choices[n].1[0] } else { &choices[n].1[1] };
    let formats = [
        (ExportFormat::Xlsx, "xlsx"),
        (ExportFormat::Csv, "csv"),
        (ExportFormat::Json, "json"),
        (ExportFormat::Vcard, "vcard"),
        (ExportFormat::Vcard4, "vcard4"),
        (ExportFormat::Ical, "ical"),
    ];
    let formats: Vec<(String, String)> =
        formats.iter().filter(|(f, _)| f.fits(&object)).map(|(_, key)| ((*key).to_string(), t.get(&format!("export-{key}")))).collect();
    let records = object.plural_label(visit.lang()).to_lowercase();
    let title = t.with("export-title", &[("records", records.clone().into())]);
    let stored = serde_json::to_string(&spec).map_err(Problem::internal)?;
    let close = format!("/{plural}");
    let body = html! {
        form id="export-form" method="post" action={ "/" (plural) "/export/file" } {
            (visit.token_field())
            input type="hidden" name="spec" value=(stored);
            (group(&t.get("export-columns"), radios("what", &[
                ("view".to_string(), t.with("export-view", &[("n", (spec.columns.len() as i64).into())])),
                ("all".to_string(), t.get("export-all")),
                ("chosen".to_string(), t.get("export-chosen")),
            ], "view")))
            details.ak-export-fields {
                summary.ak-link { (t.get("export-choose")) }
                div.ak-export-list role="group" aria-label=(t.get("export-choose")) {
                    @for (n, (key, _)) in choices.iter().enumerate() { (checkbox("column", key, words(n), spec.columns.contains(key))) }
                }
            }
            (group(&t.get("export-format"), radios("format", &formats, "xlsx")))
            @if formats.len() > 3 { p.ak-muted.ak-small { (t.get("export-own-form")) } }
            @if count > AT_ONCE { p.ak-muted { (t.get("export-in-background")) } }
        }
    };
    let footer = dialog::foot(
        t,
        &close,
        Button::new(t.with("export-do", &[("n", t.number(count as i64).into()), ("records", records.into())]))
            .icon("download")
            .primary()
            .submit()
            .attr("form", "export-form"),
    );
    let d = Dialog { id: "export", icon: Some("download"), title: &title, body, footer, wide: false, close_href: &close };
    visit.dialog(&title, dialog(t, &d)).await
}

/// `POST /{plural}/export/file`: the file, or the job that makes it.
async fn run(visit: Visit, Path(plural): Path<String>, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let mut spec: ExportSpec = serde_json::from_str(fields.text("spec")).map_err(|_| Problem::malformed("bad_form"))?;
    spec.object.clone_from(&object.key);
    spec.format = match fields.text("format") {
        "" => ExportFormat::default(),
        wanted => one_of("format", wanted)?,
    };
    spec.raw = false;
    let chosen: Vec<String> = fields.all("column").map(str::to_string).collect();
    match fields.text("what") {
        "all" => spec.columns.clear(),
        "chosen" if !chosen.is_empty() => spec.columns = chosen,
        _ => {}
    }
    if visit.engine().export_count(&visit.ctx, spec.clone()).await? > AT_ONCE {
        let job = visit.engine().export_start(&visit.ctx, spec).await?;
        return visit.go(&format!("/jobs/{job}"), None);
    }
    send(visit.engine(), &visit.ctx, spec).await
}

/// Writes an export and hands it out.
///
/// # Errors
/// As [`akrab_engine::Engine::export`].
pub async fn send(engine: &akrab_engine::Engine, ctx: &akrab_engine::Ctx, spec: ExportSpec) -> Reply {
    let format = spec.format;
    let exported = engine.export(ctx, spec).await?;
    let content = std::fs::File::open(&exported.path).map_err(Problem::internal);
    // the open file stays readable; its name is gone at once, whatever becomes of the answer
    engine.export_done(&exported);
    let mut response = download::file(content?, &exported.name, format.mime()).await?;
    response.headers_mut().insert("x-total-count", exported.rows.into());
    Ok(response)
}
