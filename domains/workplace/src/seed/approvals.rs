//! Discounts of the sample firm that need somebody's yes: a rule, and a few that wait.

use super::basics::context;
use akrab_engine::approval::{ApprovalDecl, BandDecl, Guard, StepDecl, Who, usual_reasons};
use akrab_engine::calendar::USUAL;
use akrab_engine::{Door, Engine, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::value::Input;
use akrab_model::{Filter, Label};
use akrab_sales::keys::{OPPORTUNITY, opportunity};
use serde_json::json;

const RULE: &str = "discount";
/// Whose deals they are.
const SELLER: &str = "siti@akrab.test";
const DISCOUNTS: [(&str, &str); 5] = [
    ("8", ""),
    ("16", "Pesaing menawar lebih murah"),
    ("18", "Pelanggan lama, pesanan rutin"),
    ("22", "Kontrak setahun"),
    ("35", "Pembukaan cabang baru, volume dua kali lipat"),
];

/// Makes the rule and asks for the approvals, unless there is one already.
pub(super) async fn approvals(engine: &Engine) -> Result<()> {
    let ctx = context(engine);
    if !engine.read(&ctx, |tx| tx.approval_rules()).await?.is_empty() {
        return Ok(());
    }
    engine.write(&ctx, |tx| tx.approval_rule_save(RULE, &rule(), Some(0))).await?;
    let Some(seller) = engine.people().by_email(SELLER).cloned() else { return Ok(()) };
    let ctx = engine.ctx(&seller, Door::Page, "sample");
    engine.write(&ctx, ask).await
}

fn ask(tx: &mut Tx) -> Result<()> {
    let open = vec![Filter::test(opportunity::OWNER, Op::Is, "me"), Filter::test("stage.category", Op::Is, "open")];
    let request = ListRequest {
        object: OPPORTUNITY.into(),
        filter: Some(Filter::All(open)),
        sort: vec![format!("-{}", opportunity::AMOUNT)],
        limit: DISCOUNTS.len(),
        ..ListRequest::default()
    };
    for (deal, (discount, note)) in tx.list(&request)?.records.iter().zip(DISCOUNTS) {
        let mut input = Input::new();
        input.insert(opportunity::DISCOUNT.into(), json!(discount));
        tx.update(OPPORTUNITY, deal.id, &input, None)?;
        if !note.is_empty() {
            tx.approval_ask(OPPORTUNITY, deal.id, RULE, note, None)?;
        }
    }
    Ok(())
}

/// From 15% the manager, from 30% the management too; eight working hours each.
fn rule() -> ApprovalDecl {
    let role = |role: &str| Who::Role { role: role.into(), near: false };
    let step = |key: &str, who: Who, fallback: Vec<Who>| StepDecl {
        key: key.into(),
        who: vec![who],
        need: 1,
        limit: Some(480),
        remind: Some(240),
        fallback,
    };
    let band = |from: &str, to: Option<&str>, steps: &[&str]| BandDecl {
        from: from.into(),
        to: to.map(Into::into),
        steps: steps.iter().map(ToString::to_string).collect(),
    };
    ApprovalDecl {
        name: Label::new("Diskon", "Discount"),
        object: OPPORTUNITY.into(),
        field: Some(opportunity::DISCOUNT.into()),
        bands: vec![band("0", Some("15"), &[]), band("15", Some("30"), &["manager"]), band("30", None, &["manager", "director"])],
        steps: vec![
            step("manager", role("manager"), vec![Who::StandIn, role("administrator")]),
            step("director", role("administrator"), vec![Who::StandIn]),
        ],
        calendar: USUAL.into(),
        void_on: vec![opportunity::AMOUNT.into(), opportunity::ACCOUNT.into()],
        guards: vec![Guard::Category("won".into())],
        reasons: usual_reasons(),
        ..ApprovalDecl::default()
    }
}
