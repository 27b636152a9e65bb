//! Approvals as people meet them: bands, own requests and deputies, versions, time, mailed links, and what they hold back.

mod clocks;
mod deciding;
mod flowing;
mod holding;
mod rules;

use crate::api::Api;
use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::approval::{
    ApprovalDecl, ApprovalFilter, BandDecl, Decision, Guard, Start, State, StepDecl, Verdict, Who, usual_reasons,
};
use akrab_engine::calendar::{USUAL, indonesia};
use akrab_engine::{Ctx, Door, Result};
use akrab_model::{Label, Problem};
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::json;

const BASE: &str = "https://crm.contoh.test";

/// The people of these tests.
struct Firm {
    admin: i64,
    sari: i64,
    dina: i64,
    siti: i64,
    rudi: i64,
    fajar: i64,
}

/// A manager, a director, one who sells, one who stands in, one who sees nothing of it.
async fn firm(w: &Workspace) -> Firm {
    let sees = json!({"opportunity": {"read": "all"}});
    w.make("role", json!({"key": "director", "name": "Direktur", "rights": sees})).await;
    w.make("role", json!({"key": "assistant", "name": "Asisten", "rights": sees})).await;
    let team = w.make("team", json!({"name": "Penjualan"})).await;
    let role = |key: &str| w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists");
    Firm {
        admin: w.user("ratna", role("administrator"), None).await,
        sari: w.user("sari", role("manager"), Some(team)).await,
        dina: w.user("dina", role("director"), None).await,
        siti: w.user("siti", role("sales"), Some(team)).await,
        rudi: w.user("rudi", role("assistant"), None).await,
        fajar: w.user("fajar", role("service"), None).await,
    }
}

fn people(all: &[&str]) -> Vec<Who> {
    all.iter().map(|text| text.parse().expect("somebody")).collect()
}

fn step(key: &str, who: &[&str], fallback: &[&str]) -> StepDecl {
    StepDecl { key: key.into(), who: people(who), need: 1, limit: None, remind: None, fallback: people(fallback) }
}

fn band(from: &str, to: Option<&str>, steps: &[&str]) -> BandDecl {
    BandDecl { from: from.into(), to: to.map(Into::into), steps: steps.iter().map(ToString::to_string).collect() }
}

/// Below 10% nobody; from 10% the manager; from 20% the director. A won deal has to be approved.
fn rule() -> ApprovalDecl {
    ApprovalDecl {
        name: Label::new("Diskon", "Discount"),
        object: "opportunity".into(),
        field: Some("discount".into()),
        bands: vec![band("0", Some("10"), &[]), band("10", Some("20"), &["manager"]), band("20", None, &["director"])],
        steps: vec![step("manager", &["role:manager"], &["role:director"]), step("director", &["role:director"], &[])],
        calendar: USUAL.into(),
        void_on: vec!["amount".into(), "account".into()],
        guards: vec![Guard::Category("won".into())],
        reasons: usual_reasons(),
        ..ApprovalDecl::default()
    }
}

async fn keep(w: &Workspace, admin: i64, decl: ApprovalDecl) {
    let ctx = w.of(admin, Door::Page);
    w.engine.write(&ctx, move |tx| tx.approval_rule_save("discount", &decl, None).map(drop)).await.expect("the rule is kept");
}

async fn deal(w: &Workspace, owner: i64, discount: &str) -> i64 {
    let ctx = w.of(owner, Door::Page);
    let input = map(json!({"name": format!("Kopi {discount}"), "amount": "25000000", "discount": discount, "owner": owner}));
    w.engine.create(&ctx, "opportunity", input).await.expect("a deal").id
}

async fn ask(w: &Workspace, who: i64, deal: i64) -> Result<i64> {
    let ctx = w.of(who, Door::Page);
    w.engine.write(&ctx, move |tx| tx.approval_ask("opportunity", deal, "discount", "Pelanggan lama", None)).await
}

async fn decide(w: &Workspace, who: i64, request: i64, decision: Decision) -> Result<State> {
    let ctx = w.of(who, Door::Page);
    w.engine.write(&ctx, move |tx| tx.approval_decide(request, &decision)).await
}

fn yes() -> Decision {
    Decision::new(Verdict::Approve)
}

/// Where the newest request of a deal stands, with its number.
async fn standing(w: &Workspace, deal: i64) -> (i64, State) {
    let found = w.engine.read(&w.system(), move |tx| tx.approvals_about("opportunity", deal)).await.expect("requests");
    let newest = found.first().expect("a request");
    (newest.id, newest.state)
}

async fn waiting(w: &Workspace, who: i64) -> Vec<i64> {
    let ctx = w.of(who, Door::Page);
    w.engine.read(&ctx, |tx| Ok(tx.approvals_waiting()?.iter().map(|one| one.id).collect())).await.expect("a list")
}

async fn change(w: &Workspace, who: i64, deal: i64, input: serde_json::Value) -> Result<()> {
    let ctx = w.of(who, Door::Page);
    w.engine.write(&ctx, move |tx| tx.update("opportunity", deal, &map(input.clone()), None).map(drop)).await
}

fn moment(local: &str) -> Timestamp {
    format!("{}:00+07:00", local.replace(' ', "T")).parse().expect("a moment")
}

/// Sets the clock to a moment of Jakarta that lies ahead.
fn until(w: &Workspace, local: &str) {
    w.pass(moment(local).as_second() - w.engine.now().timestamp().as_second());
}

async fn settle(w: &Workspace) {
    w.engine.pass_schedules().await.expect("a look at what is due");
    w.work_off().await;
}

fn code<T: std::fmt::Debug>(answer: Result<T>) -> &'static str {
    answer.expect_err("refused").code
}

async fn won(w: &Workspace) -> i64 {
    let request = akrab_engine::ListRequest { object: "stage".into(), ..Default::default() };
    let stages = w.engine.list(&w.system(), request).await.expect("stages").records;
    stages.iter().find(|s| s.text("category") == "won").map(|s| s.id).expect("a stage")
}
