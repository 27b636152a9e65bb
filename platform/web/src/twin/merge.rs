//! Two records side by side: whose value is kept, and what moves.

use super::queue::object_of;
use super::words;
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::frame::{Crumb, content};
use crate::ui::table::plain_table;
use crate::ui::tag::nothing;
use crate::visit::Visit;
use akrab_engine::twin::{Choice, MergeAsk, MergeField, MergePlan, Twin};
use akrab_model::{FieldType, Object, Problem, Record};
use axum::extract::{Path, Query};
use maud::{Markup, html};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct Asked {
    winner: Option<i64>,
    loser: Option<i64>,
}

/// `GET /{plural}/duplicates/{pair}`
pub(super) async fn pair(visit: Visit, Path((plural, pair)): Path<(String, i64)>, Query(asked): Query<Asked>) -> Reply {
    let object = object_of(&visit, &plural)?;
    let own = object.key.clone();
    let (twin, plan) = visit
        .read(move |tx| {
            let twin = tx.twin(&own, pair)?;
            let [a, b] = [&twin.sides[0], &twin.sides[1]].map(|side| side.record.id);
            let winner = asked.winner.filter(|id| *id == b).unwrap_or(a);
            let plan = tx.merge_plan(&own, winner, if winner == a { b } else { a })?;
            Ok((twin, plan))
        })
        .await?;
    draw(&visit, &object, Some(&twin), &plan).await
}

/// `GET /{plural}/merge?winner=&loser=`
pub(super) async fn show(visit: Visit, Path(plural): Path<String>, Query(asked): Query<Asked>) -> Reply {
    let object = visit.object(&plural)?;
    let (Some(winner), Some(loser)) = (asked.winner, asked.loser) else { return Err(Problem::not_found().into()) };
    let plan = visit.engine().merge_plan(&visit.ctx, &object.key, winner, loser).await?;
    draw(&visit, &object, None, &plan).await
}

async fn draw(visit: &Visit, object: &Arc<Object>, twin: Option<&Twin>, plan: &MergePlan) -> Reply {
    let t = visit.t;
    let queue = format!("/{}/duplicates", object.plural);
    let mut frame = visit.frame(&t.get("merge-title")).await;
    frame.breadcrumb = vec![
        Crumb { label: object.plural_label(visit.lang()).into(), href: Some(format!("/{}", object.plural)) },
        Crumb { label: t.get("twin-title"), href: Some(queue.clone()) },
    ];
    let (winner, loser) = (plan.winner.id, plan.loser.id);
    let turned = match twin {
        Some(twin) => format!("{queue}/{}?winner={loser}", twin.id),
        None => format!("/{}/merge?winner={loser}&loser={winner}", object.plural),
    };
    let body = html! {
        form.ak-stack method="post" action={ "/" (object.plural) "/merge" } {
            input type="hidden" name="csrf" value=(visit.csrf);
            input type="hidden" name="winner" value=(winner);
            input type="hidden" name="loser" value=(loser);
            @if let Some(twin) = twin { p { b { (words::percent(twin.score)) } " · " (words::reasons(visit, object, twin)) } }
            p.ak-muted.ak-text-13 { (t.with("merge-text", &[("winner", plan.winner.title().into()), ("loser", plan.loser.title().into())])) }
            div.ak-audit { (table(visit, object, plan)) }
            (moves(visit, plan))
            div.ak-row.ak-gap-8.ak-wrap {
                (Button::new(t.get("merge-do")).icon("git-merge").primary().submit())
                (Button::new(t.get("merge-turn")).icon("arrow-right-left").href(turned))
                span.ak-spacer {}
                (Button::new(t.get("cancel")).ghost().href(queue.clone()))
            }
        }
        @if let Some(twin) = twin {
            form method="post" action={ (queue) "/" (twin.id) } {
                input type="hidden" name="csrf" value=(visit.csrf);
                input type="hidden" name="state" value="distinct";
                (Button::new(t.get("twin-distinct")).ghost().submit())
            }
        }
    };
    visit.page(&frame, content(false, html! { div.ak-stack { (body) } }))
}

/// The two beside each other; where they differ one is chosen.
fn table(visit: &Visit, object: &Object, plan: &MergePlan) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let head = |record: &Record, key: &str| format!("{} · {}", record.title(), t.get(key));
    let heads = [t.get("field"), head(&plan.winner, "merge-stays"), head(&plan.loser, "merge-goes")];
    let heads: Vec<_> = heads.iter().zip([Some(180), None, None]).map(|(head, width)| (head.as_str(), false, width)).collect();
    let mut rows = vec![vec![
        html! { (t.get("merge-record")) },
        html! { a.ak-link href=(look.href(object, plan.winner.id)) { (plan.winner.title()) } },
        html! { a.ak-link href=(look.href(object, plan.loser.id)) { (plan.loser.title()) } },
    ]];
    rows.extend(plan.fields.iter().map(|field| one(visit, object, plan, field)));
    let differing = |key: &str| plan.fields.iter().any(|group| group.parts.iter().any(|part| part == key));
    // what both say alike, to know them by
    for field in object.fields.iter().filter(|f| !f.system && !f.quiet && !differing(&f.key)) {
        let (a, b) = (look.words(field, &plan.winner), look.words(field, &plan.loser));
        if !a.is_empty() || !b.is_empty() {
            let shown = |words: String| html! { @if words.is_empty() { (nothing()) } @else { (words) } };
            rows.push(vec![html! { (look.name(field)) }, shown(a), shown(b)]);
        }
    }
    plain_table(&t.get("merge-title"), &heads, &rows, None)
}

fn one(visit: &Visit, object: &Object, plan: &MergePlan, group: &MergeField) -> Vec<Markup> {
    let (t, look) = (visit.t, visit.look());
    let words = |record: &Record| {
        if let Some(name) = object.field(&group.key).filter(|field| field.kind == FieldType::PersonName) {
            let honorific = object.field(&format!("{}_honorific", name.key)).map(|field| look.words(field, record)).unwrap_or_default();
            return format!("{honorific} {}", look.full_name(name, record)).trim().to_string();
        }
        let all = group.parts.iter().filter_map(|key| object.field(key)).map(|field| look.words(field, record));
        all.filter(|words| !words.is_empty()).collect::<Vec<_>>().join(", ")
    };
    let side = |record: &Record, choice: Choice, key: &str| {
        let said = words(record);
        html! {
            label.ak-check-label {
                input.ak-check type="radio" name={ "choice." (group.key) } value=(key) checked[group.usual == choice];
                span { @if said.is_empty() { (nothing()) } @else { (said) } }
            }
        }
    };
    let label = object.decl.fields.get(&group.key).map_or_else(
        || object.field(&group.key).map(|f| look.name(f).to_string()).unwrap_or_default(),
        |field| field.label.get(visit.lang()).to_string(),
    );
    let name = html! {
        (label)
        @if group.may_both {
            div { label.ak-check-label {
                input.ak-check type="radio" name={ "choice." (group.key) } value="both" checked[group.usual == Choice::Both];
                span.ak-small { (t.get("merge-both")) }
            } }
        }
    };
    vec![name, side(&plan.winner, Choice::Winner, "winner"), side(&plan.loser, Choice::Loser, "loser")]
}

/// What hangs on the one that goes, and moves.
fn moves(visit: &Visit, plan: &MergePlan) -> Markup {
    let t = visit.t;
    let lines = plan.moves.iter().filter_map(|one| {
        let object = visit.registry().object(&one.object).cloned()?;
        let label = object.plural_label(visit.lang()).to_string();
        Some(match (one.common, one.same) {
            (0, 0) => t.with("merge-moves", &[("n", one.count.into()), ("records", label.into())]),
            (0, same) => t.with("merge-moves-same", &[("n", one.count.into()), ("records", label.into()), ("same", same.into())]),
            (common, _) => t.with("merge-moves-common", &[("n", one.count.into()), ("records", label.into()), ("common", common.into())]),
        })
    });
    let mut lines: Vec<String> = lines.collect();
    if plan.files > 0 {
        lines.push(t.with("merge-files", &[("n", plan.files.into())]));
    }
    html! {
        div {
            p { b { (t.with("merge-moving", &[("loser", plan.loser.title().into())])) } }
            ul.ak-list-plain {
                @for line in &lines { li { (line) } }
                li { (t.get("merge-rest")) }
            }
        }
    }
}

/// `POST /{plural}/bulk/merge`: the two that were chosen in a list, beside each other.
pub(super) async fn chosen(visit: Visit, Path(plural): Path<String>, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let ids: Vec<i64> = fields.all("id").filter_map(|id| id.parse().ok()).collect();
    match *ids {
        [winner, loser] if fields.text("all") != "1" => visit.go(&format!("/{}/merge?winner={winner}&loser={loser}", object.plural), None),
        _ => Err(Problem::malformed("merge_two").into()),
    }
}

/// `POST /{plural}/merge`
pub(super) async fn save(visit: Visit, Path(plural): Path<String>, fields: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let id = |name: &str| fields.text(name).parse::<i64>().map_err(|_| Problem::not_found());
    let (winner, loser) = (id("winner")?, id("loser")?);
    let mut choices = BTreeMap::new();
    for field in object.fields.iter().map(|f| f.part_of.as_ref().unwrap_or(&f.key)) {
        let choice = match fields.text(&format!("choice.{field}")) {
            "winner" => Choice::Winner,
            "loser" => Choice::Loser,
            "both" => Choice::Both,
            _ => continue,
        };
        choices.insert(field.clone(), choice);
    }
    let merge = visit.engine().merge(&visit.ctx, &object.key, MergeAsk { winner, loser, choices }).await?;
    let flash = Flash::ok(visit.t.get("merge-done")).undo(format!("/{}/merges/{merge}/undo", object.plural));
    visit.go(&format!("/{}/{winner}", object.plural), flash)
}
