//! Flows in the pages, made and watched by an administrator.

use super::{drain, get, role};
use crate::browser::Browser;
use crate::workspace::{Workspace, both};
use axum::http::StatusCode;
use serde_json::{Value as Json, json};

/// What follows `before` in a page, up to the next `"`.
fn after<'h>(html: &'h str, before: &str) -> &'h str {
    html.split(before).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_else(|| panic!("{before} is missing"))
}

both!(
    /// An administrator makes a flow in the browser: a condition, steps with their forms, a trial, published, watched; a record has its button.
    a_flow_is_made_and_watched_in_the_browser,
    async |w: &Workspace| {
        let (admin, sales) = (w.user("ratna", role(w, "administrator").await, None).await, w.user("siti", role(w, "sales").await, None).await);
        let (mut ratna, mut siti) = (Browser::of(w, admin).await, Browser::of(w, sales).await);
        let account = w.make("account", json!({ "name": "Hotel Arjuna" })).await;
        let deal = w.make("opportunity", json!({ "name": "Kopi Gayo", "account": account, "amount": 20_000_000, "owner": sales })).await;
        assert_eq!(siti.get("/settings/flows").await.status, StatusCode::FORBIDDEN);
        let none = ratna.get("/settings/flows").await;
        assert!(none.html.contains("Belum ada alur kerja"), "{}", none.html);
        let new = [("name_id", "Sapa pelanggan"), ("name_en", "Greet"), ("object", "opportunity"), ("on", "button")];
        let base = ratna.submit("/settings/flows/new", &new).await.location;
        assert_eq!(base, "/settings/flows/greet");
        let page = ratna.get(&base).await.html;
        assert!(page.contains("Bila tombolnya ditekan pada peluang, belum ada yang dikerjakan."), "{page}");
        ratna.submit(&format!("{base}/publish"), &[]).await;
        assert!(ratna.get(&base).await.html.contains("Belum ada langkah di sini"), "what is missing is said");

        let filter = json!({ "all": [{ "field": "amount", "op": "gt", "value": "10jt" }] }).to_string();
        ratna.submit(&format!("{base}/condition"), &[("step", ""), ("at", "when"), ("filter", &filter)]).await;
        let step = ratna.submit(&format!("{base}/add"), &[("kind", "set"), ("spot", "start")]).await.location;
        assert_eq!(step, format!("{base}?step=s1"));
        // while it is filled in the form draws what follows from it, and keeps nothing
        let drawn = ratna.get(&format!("{base}?step=s1&typed=1&v0_field=probability")).await.html;
        assert!(drawn.contains("name=\"v0_value\"") && drawn.contains("name=\"v1_field\""), "{drawn}");
        let values = [
            ("step", "s1"),
            ("v0_field", "next_step"),
            ("v0_how", "value"),
            ("v0_value", "Telepon {{account.name}}"),
            ("v1_field", "probability"),
            ("v1_how", "value"),
            ("v1_value", "12,5"),
        ];
        ratna.submit(&format!("{base}/step"), &values).await;
        let second = ratna.submit(&format!("{base}/add"), &[("kind", "task"), ("spot", "after:s1")]).await.location;
        assert_eq!(second, format!("{base}?step=s2"));
        let task = [("step", "s2"), ("title", "Antar contoh"), ("to", "owner"), ("due_n", "1"), ("due_unit", "working_days"), ("due_at", "09:00")];
        ratna.submit(&format!("{base}/step"), &task).await;
        ratna.submit(&format!("{base}/move"), &[("step", "s2"), ("way", "up")]).await;
        let sentence = "Bila tombolnya ditekan pada peluang dan Nilai lebih dari Rp\u{a0}10.000.000, maka buat tugas “Antar contoh” untuk penanggung jawab, lalu isi Langkah berikutnya: Telepon ‹Perusahaan › Nama›, Kemungkinan menang: 12,5%.";
        let page = ratna.get(&base).await.html;
        assert!(page.contains(sentence), "{}", after(&page, "ak-flow-sentence\">"));
        let stale = ratna.submit(&format!("{base}/step"), &[("step", "s2"), ("title", "Lain"), ("known", "1")]).await;
        assert_eq!(stale.status, StatusCode::PRECONDITION_FAILED, "somebody changed it meanwhile");

        let trial = ratna.get(&format!("{base}/try")).await.html;
        assert!(trial.contains("Kopi Gayo") && trial.contains("Telepon Hotel Arjuna"), "{trial}");
        assert_eq!(get(w, "opportunity", deal, "next_step").await, Json::Null, "nothing was written");
        ratna.submit(&format!("{base}/publish"), &[]).await;
        assert!(ratna.get(&base).await.html.contains("Versi 1"));

        let record = siti.get(&format!("/opportunities/{deal}")).await.html;
        let press = format!("/opportunities/{deal}/flows/greet");
        assert!(record.contains(&press) && record.contains("Sapa pelanggan"));
        siti.submit(&press, &[]).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", deal, "next_step").await, json!("Telepon Hotel Arjuna"));
        assert_eq!(get(w, "opportunity", deal, "probability").await, json!("12.5"));
        let list = ratna.get(&format!("{base}/runs")).await.html;
        let run = format!("{base}/runs/{}", after(&list, &format!("href=\"{base}/runs/")));
        let told = ratna.get(&run).await.html;
        assert!(told.contains("Antar contoh") && told.contains("Telepon Hotel Arjuna") && told.contains("Berhasil"), "{told}");
        assert!(siti.get(&format!("/opportunities/{deal}")).await.html.contains("Sapa pelanggan"), "what ran stands beside the record");
        assert_eq!(siti.get(&run).await.status, StatusCode::FORBIDDEN);
        ratna.submit(&format!("{base}/pause"), &[("paused", "1")]).await;
        assert!(!siti.get(&format!("/opportunities/{deal}")).await.html.contains(&press), "it rests");
        let versions = ratna.get(&format!("{base}/versions")).await.html;
        assert!(versions.contains("Antar contoh") && versions.contains("berlaku"));
        let out = ratna.get("/settings/flows/export").await.html;
        assert!(out.contains("key = \"greet\""), "{out}");
        ratna.submit(&format!("{base}/remove"), &[]).await;
        assert_eq!(ratna.get(&base).await.status, StatusCode::NOT_FOUND);
    }
);
