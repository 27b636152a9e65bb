//! What every workspace starts with: its roles and the sales pipeline.

use akrab_engine::{Ctx, Door, Engine, ListRequest, Result, Tx};
use akrab_model::RecordId;
use akrab_model::format::Lang;
use akrab_model::value::Input;
use serde_json::{Value as Json, json};

/// Key, Indonesian and English name, probability, category, days until rotten.
const STAGES: [(&str, &str, &str, u8, &str, u16); 7] = [
    ("new", "Baru", "New", 10, "open", 14),
    ("qualified", "Kualifikasi", "Qualification", 25, "open", 21),
    ("proposal", "Penawaran", "Proposal", 50, "open", 14),
    ("negotiation", "Negosiasi", "Negotiation", 75, "open", 21),
    ("contract", "Kontrak", "Contract", 90, "open", 14),
    ("won", "Menang", "Won", 100, "won", 0),
    ("lost", "Kalah", "Lost", 0, "lost", 0),
];

/// Fields that must be filled before an opportunity becomes a proposal.
const PROPOSAL_GATE: [&str; 2] = ["amount", "close_date"];

/// Makes the roles and the sales pipeline that are not there yet, named in the workspace's
/// language. May run any number of times.
///
/// # Errors
/// What the database answers.
pub async fn basics(engine: &Engine) -> Result<()> {
    let ctx = context(engine);
    let lang = engine.settings().lang;
    engine.ensure_roles(lang).await?;
    engine.write(&ctx, move |tx| pipeline(tx, lang)).await
}

pub(super) fn context(engine: &Engine) -> Ctx {
    engine.system("first set-up", Door::Command)
}

fn pipeline(tx: &mut Tx, lang: Lang) -> Result<()> {
    if !ids_by(tx, "pipeline", "object")?.is_empty() {
        return Ok(());
    }
    let name = lang.pick("Penjualan langsung", "Direct sales");
    let pipeline = tx.create("pipeline", &input(&[("name", json!(name)), ("object", json!("opportunity"))]))?;
    for (position, (key, id, en, probability, category, rotten)) in STAGES.into_iter().enumerate() {
        let mut stage = input(&[
            ("name", json!(lang.pick(id, en))),
            ("pipeline", json!(pipeline)),
            ("position", json!(position)),
            ("probability", json!(probability)),
            ("category", json!(category)),
        ]);
        if rotten > 0 {
            stage.insert("rotting_days".into(), json!(rotten));
        }
        if key == "proposal" {
            stage.insert("gate".into(), json!(PROPOSAL_GATE));
        }
        tx.create("stage", &stage)?;
    }
    Ok(())
}

/// Ids of the sales pipeline and its stages, by the keys of the sample data.
pub(super) fn stages(tx: &mut Tx) -> Result<(RecordId, Vec<(&'static str, RecordId, u8)>)> {
    let pipelines = ids_by(tx, "pipeline", "object")?;
    let pipeline = pipelines.iter().find(|(object, _)| object == "opportunity").map(|(_, id)| *id).unwrap_or_default();
    let stages = tx.stages(pipeline)?;
    let found = STAGES.iter().zip(&stages).map(|((key, _, _, probability, ..), stage)| (*key, stage.id, *probability));
    Ok((pipeline, found.collect()))
}

/// Text of a field and id of each record of a small object.
pub(super) fn ids_by(tx: &mut Tx, object: &str, field: &str) -> Result<Vec<(String, RecordId)>> {
    let request = ListRequest { object: object.into(), columns: vec![field.into()], limit: 200, ..ListRequest::default() };
    Ok(tx.list(&request)?.records.iter().map(|r| (r.text(field).to_string(), r.id)).collect())
}

pub(super) fn input(pairs: &[(&str, Json)]) -> Input {
    pairs.iter().map(|(key, value)| ((*key).to_string(), value.clone())).collect()
}
