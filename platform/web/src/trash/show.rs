//! The bin as a page: how much lies in it, looking for a name, bringing several back at once.

use super::KEPT_DAYS;
use crate::fail::Reply;
use crate::list::address::push;
use crate::record::words;
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::{Crumb, content};
use crate::ui::table::plain_table;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::{ListRequest, Tx};
use akrab_model::filter::Op;
use akrab_model::{Filter, Object, Record};
use axum::extract::{Path, Query};
use jiff::ToSpan;
use maud::{Markup, html};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct Asked {
    after: Option<String>,
    #[serde(default)]
    q: String,
}

/// `GET /{plural}/bin`
pub(super) async fn page(visit: Visit, Path(plural): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?;
    let q = asked.q.trim().to_string();
    let request = ListRequest {
        object: object.key.clone(),
        bin: true,
        filter: (!q.is_empty()).then(|| Filter::test(&object.title_field().key, Op::Contains, q.as_str())),
        after: asked.after,
        limit: 50,
        ..ListRequest::default()
    };
    let read = move |tx: &mut Tx| Ok((tx.list(&request)?, tx.count(&request, false)?));
    let (list, count) = visit.read(read).await?;
    let (t, look) = (visit.t, visit.look());
    let mut frame = visit.frame(&t.get("bin-title")).await;
    frame.breadcrumb = vec![Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{}", object.plural)) }];
    if list.records.is_empty() && q.is_empty() {
        let text = t.with("bin-text", &[("days", KEPT_DAYS.into())]);
        return visit.page(&frame, empty(&Empty { icon: "trash-2".into(), title: t.get("bin-empty"), text, ..Empty::default() }));
    }
    let figure = crate::list::head::count_words(&look, count);
    frame.beside_title = Some(html! { span.ak-count { (figure) } });
    let next = list.next.map(|after| {
        let mut href = format!("/{}/bin", object.plural);
        push(&mut href, "q", &q);
        push(&mut href, "after", &after);
        href
    });
    let body = html! {
        p.ak-muted.ak-text-13 { (t.with("bin-text", &[("days", KEPT_DAYS.into())])) }
        (search(&visit, &object, &q))
        @if list.records.is_empty() {
            p.ak-muted { (t.with("bin-none", &[("q", q.as_str().into())])) }
        } @else {
            (found(&visit, &look, &object, &list.records))
        }
        @if let Some(href) = next { p { (Button::new(t.get("next-page")).href(href)) } }
    };
    visit.page(&frame, content(false, html! { div.ak-bin { (body) } }))
}

fn search(visit: &Visit, object: &Object, q: &str) -> Markup {
    let words = visit.t.with("bin-search", &[("field", object.title_field().label.get(visit.lang()).to_lowercase().into())]);
    html! {
        form.ak-search-page method="get" action={ "/" (object.plural) "/bin" } role="search" {
            input.ak-input type="search" name="q" value=(q) autocomplete="off" placeholder=(words) aria-label=(words);
        }
    }
}

/// One form around all lines: what is ticked comes back together, a line's own button brings back that line.
fn found(visit: &Visit, look: &Look, object: &Object, records: &[Record]) -> Markup {
    let t = visit.t;
    let (name, when, gone) = (object.title_field().label.get(visit.lang()), t.get("bin-when"), t.get("bin-gone"));
    let heads = [(name, false, None), (when.as_str(), false, Some(170)), (gone.as_str(), false, Some(170)), ("", true, Some(170))];
    let rows: Vec<Vec<Markup>> = records.iter().map(|record| line(visit, look, object, record)).collect();
    html! {
        form method="post" action={ "/" (object.plural) "/bin/restore" } data-list {
            (visit.token_field())
            div.ak-row.ak-gap-12 {
                label.ak-check-label { input.ak-check type="checkbox" data-pick-page; span { (t.get("bin-choose-all")) } }
                span.ak-spacer {}
                (Button::new(t.get("bin-restore-chosen")).icon("undo-2").primary().submit())
            }
            (plain_table(&t.get("bin-title"), &heads, &rows, None))
        }
    }
}

fn line(visit: &Visit, look: &Look, object: &Object, record: &Record) -> Vec<Markup> {
    let t = visit.t;
    let href = words::href(record);
    let title = crate::list::rows::title(look, record);
    let second = look.subtitle(record);
    let deleted = record.deleted_at.map(|at| look.local(words::micros(at)));
    let gone = deleted.as_ref().and_then(|at| at.checked_add(KEPT_DAYS.days()).ok());
    let restore = Button::new(t.get("bin-restore")).icon("undo-2").submit().attr("formaction", format!("{href}/restore"));
    vec![
        html! {
            span.ak-row.ak-gap-8 {
                input.ak-check type="checkbox" name="id" value=(record.id) data-pick aria-label=(t.with("select-row", &[("name", title.as_str().into())]));
                (look.avatar(object, record.title(), 26))
                span.ak-two-lines {
                    a.ak-two-lines-title href={ (href) "/history" } { (title) }
                    @if !second.is_empty() { span.ak-two-lines-detail { (second) } }
                }
            }
        },
        html! { @if let Some(at) = &deleted { (look.moment_words(at)) } },
        html! { @if let Some(at) = &gone { (look.short_day(at.date())) } },
        html! {
            span.ak-row.ak-gap-4.ak-bin-end {
                (restore)
                @if visit.ctx.is_admin() { (Button::only_icon("trash-2", t.get("bin-purge")).ghost().href(format!("{href}/purge")).attr("data-dialog-href", format!("{href}/purge"))) }
            }
        },
    ]
}
