//! `GET /{plural}/duplicates`: pairs that may be one, the likeliest first, each with its reasons.

use super::words;
use crate::fail::{Fail, Reply};
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::dialog::{Confirm, confirm};
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::{Crumb, content};
use crate::ui::input::{self, Input};
use crate::ui::table::plain_table;
use crate::ui::tabs::{Tab, pill_tabs};
use crate::visit::Visit;
use akrab_engine::Access;
use akrab_engine::twin::{Twin, TwinPage, TwinState, can_match};
use akrab_model::object::Scope;
use akrab_model::problem::ProblemKind;
use akrab_model::{Object, Problem};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    state: String,
    /// `score.id` of the last pair of the page before.
    #[serde(default)]
    after: String,
}

/// An object whose duplicates can be looked for.
pub(super) fn object_of(visit: &Visit, plural: &str) -> Result<Arc<Object>, Fail> {
    let object = visit.object(plural)?;
    if can_match(&object) { Ok(object) } else { Err(Problem::not_found().into()) }
}

pub(super) fn may_merge(visit: &Visit, object: &Object) -> bool {
    visit.rights().scope(object, Access::Merge) > Scope::None
}

pub(super) async fn show(visit: Visit, Path(plural): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let object = object_of(&visit, &plural)?;
    let state = TwinState::of(&asked.state).unwrap_or(TwinState::Open);
    let after = asked.after.split_once('.').and_then(|(score, id)| Some((score.parse().ok()?, id.parse().ok()?)));
    let page = visit.engine().twins(&visit.ctx, &object.key, state, after).await?;
    let merges = if state == TwinState::Merged { merges(&visit, &object, &page).await? } else { HashMap::new() };
    let t = visit.t;
    let base = format!("/{}/duplicates", object.plural);
    let mut frame = visit.frame(&t.get("twin-title")).await;
    frame.breadcrumb = vec![Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{}", object.plural)) }];
    let may = may_merge(&visit, &object);
    if may {
        frame.actions = Some(html! {
            form method="post" action=(base) {
                input type="hidden" name="csrf" value=(visit.csrf);
                (Button::new(t.get("twin-find")).icon("search").submit())
            }
        });
    }
    let tab = |one: TwinState| Tab::new(t.get(&format!("twin-state-{}", one.key())), format!("{base}?state={}", one.key()), one == state);
    let tabs: Vec<Tab> = TwinState::ALL.into_iter().map(tab).collect();
    let body = html! {
        div.ak-stack {
            @if page.looked_at.is_some() { p.ak-muted.ak-text-13 { (looked_at(&visit, &object, &page)) } }
            (pill_tabs(&t.get("twin-title"), &tabs))
            @if state == TwinState::Open && may && page.sure > 0 { (many(&visit, &object, &page)) }
            @if !page.twins.is_empty() {
                div.ak-audit.ak-twins { (table(&visit, &object, &page, state, &merges)) }
            } @else if page.looked_at.is_none() && state == TwinState::Open {
                (empty(&Empty { icon: "copy-check".into(), title: t.get("twin-never-title"), text: looked_at(&visit, &object, &page), actions: frame.actions.take(), ..Empty::default() }))
            } @else {
                @let none = Empty { icon: "copy-check".into(), title: t.get("twin-none"), text: t.get(if state == TwinState::Open { "twin-none-text" } else { "twin-none-here" }), ..Empty::default() };
                (empty(&none))
            }
            @if let Some((score, id)) = page.next {
                p { a.ak-link href={ (base) "?state=" (state.key()) "&after=" (score) "." (id) } { (t.get("twin-more")) } }
            }
        }
    };
    visit.page(&frame, content(false, body))
}

/// The merges by which pairs became one and that still stand: pair → merge.
async fn merges(visit: &Visit, object: &Object, page: &TwinPage) -> Result<HashMap<i64, i64>, Fail> {
    let key = object.key.clone();
    let pairs: Vec<(i64, [i64; 2])> = page.twins.iter().map(|twin| (twin.id, [0, 1].map(|n: usize| twin.sides[n].record.id))).collect();
    let read = visit.read(move |tx| {
        let mut found = HashMap::new();
        for (pair, [a, b]) in pairs {
            for (winner, loser) in [(a, b), (b, a)] {
                let into = match tx.merges_into(&key, winner) {
                    // the one that went in is out of sight
                    Err(problem) if problem.kind == ProblemKind::NotFound => continue,
                    into => into?,
                };
                found.extend(into.iter().find(|merge| merge.loser == loser).map(|merge| (pair, merge.id)));
            }
        }
        Ok(found)
    });
    read.await
}

fn looked_at(visit: &Visit, object: &Object, page: &TwinPage) -> String {
    let t = visit.t;
    let records = object.plural_label(visit.lang()).to_lowercase();
    match page.looked_at {
        None => t.with("twin-never", &[("records", records.into())]),
        Some(at) => {
            let look = visit.look();
            let at = look.local_micros(at);
            let when = format!("{} {}", look.day_words(at.date()), akrab_model::format::time(at.time(), look.lang));
            t.with("twin-looked", &[("records", records.into()), ("when", when.into()), ("n", page.count.into())])
        }
    }
}

/// Merging all that are sure enough.
fn many(visit: &Visit, object: &Object, page: &TwinPage) -> Markup {
    let t = visit.t;
    // exactly as it is kept, so that the pairs that are counted beside it are those that are merged
    let percent = |score: f64| typed_as(visit, &((score * 10_000.0).round() / 100.0).to_string());
    let from = page.threshold.map_or_else(String::new, percent);
    let field = Input::new("from", &from)
        .required(true)
        .attr("min", "50")
        .attr("max", "100")
        .attr("step", "0.01")
        .attr("aria-label", t.get("twin-many-from"));
    html! {
        form.ak-row.ak-gap-8.ak-wrap method="post" action={ "/" (object.plural) "/merges" } {
            input type="hidden" name="csrf" value=(visit.csrf);
            span { (t.get("twin-many-from")) }
            span.ak-percent { (input::number(&field)) "%" }
            (Button::new(t.get("twin-many")).icon("git-merge").submit())
            span.ak-muted.ak-small { (t.with("twin-many-hint", &[("n", page.sure.into())])) }
        }
    }
}

fn table(visit: &Visit, object: &Object, page: &TwinPage, state: TwinState, merges: &HashMap<i64, i64>) -> Markup {
    let t = visit.t;
    let heads = [t.get("twin-records"), t.get("twin-score"), t.get("twin-why"), String::new()];
    let heads: Vec<_> =
        heads.iter().zip([None, Some(70), None, Some(310)]).enumerate().map(|(n, (head, width))| (head.as_str(), n == 1, width)).collect();
    let rows: Vec<Vec<Markup>> = page.twins.iter().map(|twin| row(visit, object, twin, state, merges.get(&twin.id).copied())).collect();
    plain_table(&t.get("twin-title"), &heads, &rows, None)
}

fn row(visit: &Visit, object: &Object, twin: &Twin, state: TwinState, merge: Option<i64>) -> Vec<Markup> {
    let (t, look) = (visit.t, visit.look());
    let href = format!("/{}/duplicates/{}", object.plural, twin.id);
    let names = html! {
        @for side in &twin.sides {
            div {
                a.ak-link href=(look.href(object, side.record.id)) { (side.record.title()) }
                @let under = look.subtitle(&side.record);
                @if !under.is_empty() { " " span.ak-muted.ak-small { (under) } }
            }
        }
    };
    let button = |label: &str, to: &str| {
        html! {
            form method="post" action=(href) {
                input type="hidden" name="csrf" value=(visit.csrf);
                input type="hidden" name="state" value=(to);
                (Button::new(t.get(label)).ghost().submit())
            }
        }
    };
    let actions = html! {
        div.ak-row.ak-gap-4 {
            @if twin.may_merge && state != TwinState::Merged {
                @if state != TwinState::Distinct { (Button::new(t.get("twin-compare")).href(href.clone())) }
                @if state != TwinState::Distinct { (button("twin-distinct", "distinct")) }
                @if state == TwinState::Open { (button("twin-later", "later")) }
                @if state == TwinState::Distinct { (button("twin-reopen", "open")) }
            }
            @if let Some(merge) = merge { (Button::new(t.get("unmerge-do")).ghost().href(format!("/{}/merges/{merge}", object.plural))) }
        }
    };
    vec![names, html! { span.ak-num { (words::percent(twin.score)) } }, words::reasons(visit, object, twin), actions]
}

/// `POST /{plural}/duplicates`: looks through all records.
pub(super) async fn find(visit: Visit, Path(plural): Path<String>) -> Reply {
    let object = object_of(&visit, &plural)?;
    let job = visit.engine().twins_start(&visit.ctx, &object.key).await?;
    begun(&visit, &object, job, "job-find-twins")
}

/// Back to the queue, with the way to the job.
fn begun(visit: &Visit, object: &Object, job: i64, words: &str) -> Reply {
    let flash = Flash::ok(visit.t.get("twin-started")).link(visit.t.get(words), format!("/jobs/{job}"));
    visit.go(&format!("/{}/duplicates", object.plural), flash)
}

/// `POST /{plural}/duplicates/{pair}`: `state` is `distinct`, `later` or `open`.
pub(super) async fn decide(visit: Visit, Path((plural, pair)): Path<(String, i64)>, fields: Fields) -> Reply {
    let object = object_of(&visit, &plural)?;
    let state = TwinState::of(fields.text("state")).ok_or_else(|| Problem::malformed("unknown_choice"))?;
    visit.engine().twin_decide(&visit.ctx, &object.key, pair, state).await?;
    let flash = Flash::ok(visit.t.get(&format!("twin-told-{}", state.key())));
    let page = format!("/{}/", object.plural);
    let back = Some(fields.text("back")).filter(|back| back.starts_with(&page));
    visit.go(&back.map_or_else(|| format!("/{}/duplicates", object.plural), str::to_string), flash)
}

/// A number as the reader writes it.
fn typed_as(visit: &Visit, number: &str) -> String {
    akrab_model::format::number(number.parse().unwrap_or_default(), visit.look().lang)
}

/// Merging many is asked about once more, with their number.
async fn ask_many(visit: &Visit, object: &Object, typed: &str, from: f64) -> Reply {
    let (t, key) = (visit.t, object.key.clone());
    let pairs = visit.read(move |tx| tx.twins_from(&key, from)).await?;
    let back = format!("/{}/duplicates", object.plural);
    let shown = typed_as(visit, typed);
    let body = html! {
        input type="hidden" name="from" value=(typed);
        input type="hidden" name="sure" value="1";
        p { (t.with("twin-many-ask", &[("n", pairs.into()), ("from", shown.into())])) }
    };
    let title = t.get("twin-many");
    let ask = Confirm {
        id: "merges",
        title: &title,
        body,
        action: &format!("/{}/merges", object.plural),
        csrf: &visit.csrf,
        verb: &t.with("twin-many-do", &[("n", pairs.into())]),
        close_href: &back,
    };
    visit.dialog(&title, confirm(t, ask)).await
}

/// `POST /{plural}/merges`: merges every open pair from `from` per cent on, once that is sure.
pub(super) async fn merge_many(visit: Visit, Path(plural): Path<String>, fields: Fields) -> Reply {
    let object = object_of(&visit, &plural)?;
    let typed = fields.text("from").trim().replace(',', ".");
    let from = typed.parse::<f64>().unwrap_or_default() / 100.0;
    if !fields.ticked("sure") && (0.5..=1.0).contains(&from) {
        return ask_many(&visit, &object, &typed, from).await;
    }
    let job = visit.engine().merge_many(&visit.ctx, &object.key, from).await?;
    begun(&visit, &object, job, "job-merge-many")
}
