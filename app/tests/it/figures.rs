//! Figures of declarations that changed after there were records.

use crate::workspace::{KEY, Workspace, both, map, objects};
use akrab_engine::{Door, Engine};
use serde_json::json;

/// The shipped object files with more in some of them.
fn with(more: &[(&str, &str)]) -> Vec<(&'static str, &'static str)> {
    let text = |name: &str, text: &'static str| match more.iter().find(|(file, _)| name.ends_with(file)) {
        Some((_, added)) => &*Box::leak(format!("{text}\n{added}").into_boxed_str()),
        None => text,
    };
    objects().into_iter().map(|(name, own)| (name, text(name, own))).collect()
}

fn figure(key: &str, kind: &str, rest: &str) -> String {
    format!("[fields.{key}]\ntype = \"{kind}\"\nlabel = {{ id = \"N\", en = \"N\" }}\n{rest}\n")
}

async fn number(engine: &Engine, object: &str, id: i64, key: &str) -> Option<String> {
    let record = engine.get(&engine.system("a test looks", Door::Command), object, id).await.expect("seen");
    assert!(record.has(key), "{key}");
    record.get(key).dec().map(|d| d.normalize().to_string())
}

both!(a_figure_declared_later_is_there_for_every_record_and_kept_true, async |w: &Workspace| {
    let (full, bare) = (w.make("account", json!({"name": "Hotel Bumi"})).await, w.make("account", json!({"name": "Kafe Senja"})).await);
    let binned = w.make("account", json!({"name": "Kedai Lama"})).await;
    let deal =
        async |account: i64, amount: i64| w.make("opportunity", json!({"name": "Mesin", "account": account, "amount": amount})).await;
    let (first, gone) = (deal(full, 100).await, deal(full, 1_000).await);
    deal(full, 200).await;
    deal(binned, 700).await;
    w.engine.delete(&w.system(), "opportunity", gone, None).await.expect("in the bin");
    w.engine.delete(&w.system(), "account", binned, None).await.expect("in the bin");
    let sum = |field: &str| {
        format!("result = \"money\"\nrollup = {{ of = \"opportunity\", via = \"account\", function = \"sum\", field = \"{field}\" }}")
    };
    // a formula over a roll-up over a formula
    let tax = |rate: &str| figure("tax", "formula", &format!("result = \"money\"\nformula = \"amount * {rate}\""));
    let of_account =
        figure("tax_sum", "rollup", &sum("tax")) + &figure("half", "formula", "result = \"money\"\nformula = \"tax_sum / 2.0\"");
    let engine = w.opened_with(KEY, with(&[("account.toml", &of_account), ("opportunity.toml", &tax("0.1"))])).await;
    assert_eq!(number(&engine, "opportunity", first, "tax").await.as_deref(), Some("10"));
    assert_eq!(number(&engine, "account", full, "tax_sum").await.as_deref(), Some("30"));
    assert_eq!(number(&engine, "account", full, "half").await.as_deref(), Some("15"));
    assert_eq!(number(&engine, "account", bare, "tax_sum").await.as_deref(), Some("0"), "none is nothing, not unknown");
    let system = engine.system("a test writes", Door::Command);
    engine.restore(&system, "account", binned).await.expect("out of the bin");
    assert_eq!(number(&engine, "account", binned, "tax_sum").await.as_deref(), Some("70"));
    engine.update(&system, "opportunity", first, map(json!({"amount": 300})), None).await.expect("changed");
    assert_eq!(number(&engine, "account", full, "half").await.as_deref(), Some("25"), "kept true from then on");
    engine.store().close().await;
    // worked out otherwise from now on, and so is what builds on it
    let engine = w.opened_with(KEY, with(&[("account.toml", &of_account), ("opportunity.toml", &tax("0.2"))])).await;
    assert_eq!(number(&engine, "account", full, "half").await.as_deref(), Some("50"));
    engine.store().close().await;
});
