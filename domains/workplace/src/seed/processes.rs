//! How the sample firm sells: the way each of its deals has come, a map of the process, and a few policies.

use super::basics::{context, stages};
use akrab_engine::calendar::USUAL;
use akrab_engine::policy::{Must, PolicyDecl, Severity};
use akrab_engine::process::{GateDecl, ProcessDecl, RuleDecl, StepDecl};
use akrab_engine::{Engine, ListRequest, Result};
use akrab_model::format::Lang;
use akrab_model::{Label, Problem, Record, RecordId, Value};
use akrab_sales::keys::{LEAD, OPPORTUNITY};
use jiff::{Timestamp, ToSpan};
use serde_json::json;

/// Records read at once.
const PAGE: usize = 200;
/// How long deals stay in each open stage, in parts of the whole.
const PARTS: [i64; 5] = [12, 20, 24, 30, 14];

type Way = (RecordId, Option<RecordId>, Vec<(RecordId, Timestamp)>);

/// Tells the way the sample deals have come through their stages.
pub(super) async fn ways(engine: &Engine) -> Result<()> {
    let ctx = context(engine);
    let (_, known) = engine.read(&ctx, stages).await?;
    let ids: Vec<(&'static str, RecordId)> = known.iter().map(|(key, id, _)| (*key, *id)).collect();
    let mut after = None;
    loop {
        let columns = ["stage", "stage_since", "created_at", "owner"].map(str::to_string).to_vec();
        let request = ListRequest { object: OPPORTUNITY.into(), columns, limit: PAGE, after, ..ListRequest::default() };
        let page = engine.list(&ctx, request).await?;
        let ways: Vec<Way> = page.records.iter().filter_map(|record| way(record, &ids)).collect();
        let object = engine.object(OPPORTUNITY)?;
        engine.write(&ctx, move |tx| tx.load_ways(&object, &ways)).await?;
        after = page.next;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// From the first stage to where the deal stands; one in nine went back once, and the lost ones fell out on the way.
fn way(record: &Record, stages: &[(&'static str, RecordId)]) -> Option<Way> {
    let (Value::Time(from), Value::Time(to)) = (record.get("created_at"), record.get("stage_since")) else { return None };
    let open: Vec<RecordId> = stages.iter().filter(|(key, _)| !matches!(*key, "won" | "lost")).map(|(_, id)| *id).collect();
    let stage = record.link("stage")?;
    let last = stages.iter().find(|(_, id)| *id == stage)?;
    let turn = record.id;
    let depth = match last.0 {
        "won" => open.len(),
        "lost" => [1, 2, 2, 3, 3, 3, 4, 4, 5][usize::try_from(turn % 9).ok()?],
        _ => open.iter().position(|id| *id == stage)?,
    };
    let mut path: Vec<(RecordId, i64)> = open.iter().take(depth).zip(PARTS).map(|(id, part)| (*id, part + (turn * 7 + part) % 9)).collect();
    if depth >= 4 && turn % 9 == 4 {
        // the offer had to be made anew
        path.insert(4.min(path.len()), (open[2], 14));
        path.insert(5.min(path.len()), (open[3], 10));
    }
    let whole: i64 = path.iter().map(|(_, part)| part).sum::<i64>().max(1);
    let span = to.as_second() - from.as_second();
    let (mut at, mut told) = (0, Vec::new());
    for (id, part) in &path {
        let moment = from.checked_add((span * at / whole).seconds()).ok()?;
        told.push((*id, moment));
        at += part;
    }
    told.push((stage, *to));
    Some((record.id, record.link("owner"), told))
}

/// Makes the map and the policies, unless there are some already.
pub(super) async fn rules(engine: &Engine) -> Result<()> {
    let ctx = context(engine);
    let lang = engine.settings().lang;
    if !engine.read(&ctx, |tx| tx.processes()).await?.is_empty() {
        return Ok(());
    }
    engine
        .write(&ctx, move |tx| {
            let pipeline = tx.first_stage(OPPORTUNITY, None)?.map(|(_, pipeline)| pipeline).ok_or_else(Problem::not_found)?;
            let name = tx.find("pipeline", pipeline)?.map(|p| p.title().to_string()).unwrap_or_default();
            tx.process_save("selling", &process(lang, name), Some(0))?;
            for (key, decl) in policies() {
                tx.policy_rule_save(key, &decl, Some(0))?;
            }
            Ok(())
        })
        .await
}

fn process(lang: Lang, pipeline: String) -> ProcessDecl {
    let stage = |id: &str, en: &str| lang.pick(id, en).to_string();
    let (new, qualified, proposal) = (stage("Baru", "New"), stage("Kualifikasi", "Qualification"), stage("Penawaran", "Proposal"));
    let (negotiation, contract) = (stage("Negosiasi", "Negotiation"), stage("Kontrak", "Contract"));
    let (won, lost) = (stage("Menang", "Won"), stage("Kalah", "Lost"));
    let step = |stage: &str, to: &[&String], limit: &str, guide: Label| StepDecl {
        stage: stage.into(),
        to: to.iter().map(ToString::to_string).collect(),
        limit: limit.parse().ok(),
        guide,
        ..StepDecl::default()
    };
    let fields = |keys: &[&str]| keys.iter().map(ToString::to_string).collect::<Vec<_>>();
    let rule = |id: &str, en: &str, must: serde_json::Value| RuleDecl { name: Label::new(id, en), must };
    ProcessDecl {
        name: Label::new("Penjualan langsung", "Direct sales"),
        object: OPPORTUNITY.into(),
        pipeline,
        calendar: USUAL.into(),
        ordered: true,
        pass: ["role:administrator", "role:manager"].iter().filter_map(|who| who.parse().ok()).collect(),
        guide: Label::new(
            "Dari minat pertama sampai kontrak. Setiap langkah punya pemilik, batas waktu, dan langkah berikutnya.",
            "From first interest to contract. Each step has an owner, a limit and a next step.",
        ),
        steps: vec![
            StepDecl {
                starts: true,
                ..step(
                    &new,
                    &[&qualified, &lost],
                    "24h working",
                    Label::new(
                        "Hubungi dalam sehari. Tanyakan kebutuhan, jumlah per bulan, dan siapa yang memutuskan.",
                        "Get in touch within a day. Ask what they need, how much a month, and who decides.",
                    ),
                )
            },
            StepDecl {
                exit: GateDecl { fields: fields(&["contact"]), rules: Vec::new() },
                ..step(
                    &qualified,
                    &[&proposal, &new, &lost],
                    "14d",
                    Label::new(
                        "Kirim contoh, cicipi bersama, sepakati perkiraan anggaran.",
                        "Send samples, taste together, agree on a rough budget.",
                    ),
                )
            },
            StepDecl {
                entry: GateDecl { fields: fields(&["amount", "close_date"]), rules: Vec::new() },
                ..step(
                    &proposal,
                    &[&negotiation, &qualified, &lost],
                    "14d",
                    Label::new(
                        "Kirim penawaran tertulis beserta tempo pembayaran, lalu telepon dua hari kemudian.",
                        "Send the offer in writing with payment terms, then call two days later.",
                    ),
                )
            },
            StepDecl {
                entry: GateDecl { fields: fields(&["next_step"]), rules: Vec::new() },
                ..step(
                    &negotiation,
                    &[&contract, &proposal, &lost],
                    "21d",
                    Label::new(
                        "Diskon di atas 15% lewat persetujuan. Catat keberatan dan pesaingnya.",
                        "Discounts above 15% go through approval. Note objections and the competitor.",
                    ),
                )
            },
            StepDecl {
                entry: GateDecl {
                    fields: Vec::new(),
                    rules: vec![rule(
                        "Nilainya di atas nol",
                        "Worth more than nothing",
                        json!({"field": "amount", "op": "gt", "value": "0"}),
                    )],
                },
                ..step(
                    &contract,
                    &[&won, &negotiation, &lost],
                    "14d",
                    Label::new(
                        "Kirim kontrak untuk ditandatangani dan siapkan pengiriman pertama.",
                        "Send the contract for signature and prepare the first delivery.",
                    ),
                )
            },
        ],
    }
}

fn policies() -> Vec<(&'static str, PolicyDecl)> {
    let open = json!({"field": "stage.category", "op": "is", "value": "open"});
    let base = |id: &str, en: &str, object: &str, severity: Severity, must: Must| PolicyDecl {
        name: Label::new(id, en),
        object: object.into(),
        severity,
        keeper: "budi@akrab.test".into(),
        calendar: USUAL.into(),
        must,
        ..PolicyDecl::default()
    };
    let within = |text: &str| text.parse().unwrap_or_else(|_| unreachable!("a length of this file"));
    vec![
        (
            "next_step",
            PolicyDecl {
                when: Some(open.clone()),
                advice: Label::new(
                    "Rencanakan tugas atau isi langkah berikutnya beserta tanggalnya.",
                    "Plan a task or fill in the next step with its date.",
                ),
                ..base(
                    "Selalu ada langkah berikutnya",
                    "There is always a next step",
                    OPPORTUNITY,
                    Severity::High,
                    Must::Next { ahead: false },
                )
            },
        ),
        (
            "pace",
            PolicyDecl {
                when: Some(open.clone()),
                advice: Label::new("Putuskan: lanjutkan ke langkah berikutnya atau tutup.", "Decide: move it on or close it."),
                ..base("Tidak mandek di satu langkah", "No standing still in a step", OPPORTUNITY, Severity::Medium, Must::Pace {})
            },
        ),
        (
            "answered",
            PolicyDecl {
                when: Some(json!({"field": "status", "op": "is", "value": "new"})),
                advice: Label::new("Telepon atau balas pesannya, lalu catat.", "Call or answer the message, and note it down."),
                ..base(
                    "Prospek dijawab dalam 4 jam kerja",
                    "Leads are answered within 4 working hours",
                    LEAD,
                    Severity::High,
                    Must::Answer { from: "captured_at".into(), by: String::new(), within: within("4h working") },
                )
            },
        ),
        (
            "complete",
            PolicyDecl {
                when: Some(
                    json!({"all": [{"field": "status", "op": "is", "value": "active"}, {"field": "size", "op": "is", "value": "large"}]}),
                ),
                advice: Label::new(
                    "Minta NPWP dan email dari bagian keuangan pelanggan.",
                    "Ask the customer's finance department for tax number and e-mail.",
                ),
                ..base(
                    "Data pelanggan besar lengkap",
                    "Details of large customers are complete",
                    "account",
                    Severity::Low,
                    Must::Fields { fields: vec!["npwp".into(), "email".into()] },
                )
            },
        ),
    ]
}
