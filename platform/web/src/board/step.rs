//! A record moves to another stage.

use super::card::card;
use super::draw::key_text;
use super::gate;
use crate::fail::message;
use crate::flash::Flash;
use crate::form::Fields;
use crate::record::shift;
use crate::ui::board;
use crate::value::Typed;
use crate::{Fail, Reply, Visit};
use akrab_engine::Tx;
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{Field, Object, Problem, Record};
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use maud::html;
use serde::Deserialize;
use std::sync::Arc;

#[derive(Deserialize)]
pub struct Seen {
    /// The version the card was drawn from.
    version: Option<i64>,
}

/// `POST /{plural}/{id}/stage` with `stage`, and whatever the gate of that stage asked for.
pub async fn step(visit: Visit, Path((plural, id)): Path<(String, i64)>, Query(seen): Query<Seen>, posted: Fields) -> Reply {
    let object = visit.object(&plural)?;
    let decl = object.decl.board.clone().ok_or_else(|| Problem::malformed("no_board"))?;
    let stage = posted.text("stage").to_string();
    let asked = gate::asked(&object, &posted);
    let version = posted.text("version").parse().ok().or(seen.version);
    let back = gate::way_back(&visit, &object, id, &posted);
    let typed = Typed::posted(posted.0.clone());
    let fields: Vec<Field> = asked.iter().filter_map(|key| object.field(key).cloned()).collect();
    let mut input: Input = typed.input(&fields);
    input.insert(decl.by.clone(), stage.as_str().into());
    let (own, by) = (object.key.clone(), decl.by.clone());
    let moved = visit.write(move |tx| {
        // where it stood already nothing happened that could be taken back
        let ((), change) = tx.changing(&own, id, |tx| tx.update(&own, id, &input, version).map(drop))?;
        Ok((tx.get(&own, id)?, change, limit(tx, &own, id, &by)?))
    });
    let (record, change, rotting) = match moved.await {
        Ok(done) => done,
        Err(Fail { problem, .. }) if problem.kind == ProblemKind::Invalid && gate::askable(&object, &problem) => {
            return gate::ask(&visit, &object, id, &stage, &posted, &problem).await;
        }
        Err(Fail { problem, .. }) if problem.kind == ProblemKind::Stale && visit.is_fragment() => {
            return beaten(&visit, &object, id, &problem).await;
        }
        Err(fail) => return Err(fail),
    };
    let look = visit.look();
    let mut flash = Flash::ok(words(&visit, &record, &decl.by));
    if let Some(change) = change {
        flash = flash.undo_change(change);
    }
    if posted.ticked("gate") {
        return visit.go(&back, flash);
    }
    // from the record's own page the whole page is drawn anew
    if visit.is_fragment() && !posted.ticked("page") {
        return visit.fragment(board::card(visit.t, &card(&look, &decl, &record, rotting)), Some(flash));
    }
    visit.go(&back, flash)
}

/// `GET /{plural}/{id}/stage`: nothing stands here but what a move was asked for; the record does.
pub async fn whole(visit: Visit, Path((plural, id)): Path<(String, i64)>) -> Reply {
    let object = visit.object(&plural)?;
    visit.go(&format!("/{}/{id}", object.plural), None)
}

/// Somebody was faster: the card as it is now, where it is now, and who did what.
async fn beaten(visit: &Visit, object: &Arc<Object>, id: i64, problem: &Problem) -> Reply {
    let Some(decl) = &object.decl.board else { return Err(problem.clone().into()) };
    let (own, by) = (object.key.clone(), decl.by.clone());
    let read = visit.read(move |tx| Ok((tx.get(&own, id)?, tx.history(&own, id, None)?, limit(tx, &own, id, &by)?)));
    let (record, history, rotting) = read.await?;
    let look = visit.look();
    let told = history.first().map(|change| {
        let shifts: Vec<_> = shift::told(object, change).into_iter().filter_map(|s| shift::words(&look, object, s)).collect();
        let what = shifts.iter().map(|(label, old, new)| format!("{label} {old} → {new}")).collect::<Vec<_>>().join(", ");
        (change.actor_name.clone().unwrap_or_else(|| visit.t.get("record-by-system")), what)
    });
    let message = match told {
        Some((who, what)) if !what.is_empty() => {
            visit.t.with("board-beaten", &[("name", record.title().into()), ("who", who.into()), ("what", what.into())])
        }
        _ => message(visit.t, problem),
    };
    let lane = key_text(record.get(&decl.by));
    let body = html! { div data-lane=(lane) { (board::card(visit.t, &card(&look, decl, &record, rotting))) } };
    let mut response = visit.fragment(body, Some(Flash::bad(message)))?;
    *response.status_mut() = StatusCode::PRECONDITION_FAILED;
    Ok(response)
}

/// "Kontrak pasokan 2027 pindah ke Penawaran".
fn words(visit: &Visit, record: &Record, by: &str) -> String {
    let look = visit.look();
    let stage = record.object.field(by).map(|f| look.words(f, record)).unwrap_or_default();
    visit.t.with("board-moved", &[("name", record.title().into()), ("stage", stage.into())])
}

/// Days after which a card of this stage rots.
fn limit(tx: &mut Tx, object: &str, id: i64, by: &str) -> akrab_engine::Result<Option<i64>> {
    let record = tx.get(object, id)?;
    match record.link(by) {
        Some(stage) => tx.rotting_days(stage),
        None => Ok(None),
    }
}
