//! A record moves to another stage.

use super::card::card;
use super::gate;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::board;
use crate::value::Typed;
use crate::{Fail, Reply, Visit};
use akrab_engine::Tx;
use akrab_model::problem::ProblemKind;
use akrab_model::value::Input;
use akrab_model::{Field, Problem, Record};
use axum::extract::{Path, Query};
use serde::Deserialize;

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
    let typed = Typed::posted(posted.0.clone());
    let fields: Vec<Field> = asked.iter().filter_map(|key| object.field(key).cloned()).collect();
    let mut input: Input = typed.input(&fields);
    input.insert(decl.by.clone(), stage.as_str().into());
    let (own, by) = (object.key.clone(), decl.by.clone());
    let moved = visit.write(move |tx| {
        tx.update(&own, id, &input, version)?;
        let change = tx.history(&own, id, None)?.first().map(|c| c.id);
        Ok((tx.get(&own, id)?, change, limit(tx, &own, id, &by)?))
    });
    let (record, change, rotting) = match moved.await {
        Ok(done) => done,
        Err(Fail { problem, .. }) if problem.kind == ProblemKind::Invalid && gate::askable(&object, &problem) => {
            return gate::ask(&visit, &object, id, &stage, &posted, &problem).await;
        }
        Err(fail) => return Err(fail),
    };
    let look = visit.look();
    let mut flash = Flash::ok(words(&visit, &record, &decl.by));
    if let Some(change) = change {
        flash = flash.undo_change(change);
    }
    if posted.ticked("gate") {
        return visit.back(&format!("/{}?type=board", object.plural), flash);
    }
    // from the record's own page the whole page is drawn anew
    if visit.is_fragment() && !posted.ticked("page") {
        return visit.fragment(board::card(visit.t, &card(&look, &decl, &record, rotting)), Some(flash));
    }
    visit.back(&format!("/{}/{id}", object.plural), flash)
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
