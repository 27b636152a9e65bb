//! What administrators arrange as one file, from one workspace into another.

use crate::browser::Browser;
use crate::shape::VEHICLES;
use crate::workspace::{Workspace, both};
use akrab_engine::Door;
use akrab_engine::template::MailTemplate;
use akrab_model::Label;
use axum::http::StatusCode;
use serde_json::json;

both!(
    /// Objects, a template, an approval rule and a flow go out as one file; taken into a workspace without them each part is
    /// shown before it is taken, in the order in which they need one another.
    one_file_carries_everything_that_is_arranged,
    async |w: &Workspace| {
        let role = w.engine.people().roles.iter().find(|r| r.is_administrator()).map(|r| r.id).expect("a role");
        let admin = w.user("ratna", role, None).await;
        w.engine.shape_import(&w.of(admin, Door::Page), VEHICLES, false).await.expect("taken");
        let label = |text: &str| Label::new(text, text);
        let template = MailTemplate { name: label("Kabar"), object: "kendaraan".into(), subject: label("Tentang {{plat}}"), text: label("Halo\n[[flows]]\n") };
        let rule: akrab_engine::approval::ApprovalDecl = serde_json::from_value(json!({
            "name": {"id": "Potongan", "en": "Discount"}, "object": "kendaraan", "calendar": "office",
            "steps": [{"key": "s", "who": ["role:manager"]}], "reasons": [{"key": "x", "label": {"id": "X", "en": "X"}}],
        }))
        .expect("a rule");
        let steps = json!([
            {"key": "a", "do": "approval", "rule": "potongan"},
            {"key": "m", "do": "mail", "to": [{"address": "a@contoh.test"}], "template": "kabar"},
        ]);
        let flow = json!({"name": {"id": "Alur", "en": "Flow"}, "object": "kendaraan", "trigger": {"on": "created"}, "steps": steps});
        let flow: akrab_engine::flow::Flow = serde_json::from_value(flow).expect("a flow");
        let keep = move |tx: &mut akrab_engine::Tx| {
            tx.mail_template_save("kabar", &template, None)?;
            tx.approval_rule_save("potongan", &rule, None).map(drop)
        };
        w.engine.write(&w.of(admin, Door::Page), keep).await.expect("kept");
        let keep = move |tx: &mut akrab_engine::Tx| {
            let key = tx.flow_make(&flow, Some("alur"))?;
            tx.flow_publish(&key).map(drop)
        };
        w.engine.write(&w.of(admin, Door::Page), keep).await.expect("kept");
        let mut browser = Browser::of(w, admin).await;
        let file = browser.get("/settings/transfer/export").await.html;
        for head in ["[[objects]]", "[mail_templates.kabar", "[approvals.potongan", "[[flows]]"] {
            assert!(file.contains(head), "{head}: {file}");
        }
        let part = browser.get("/settings/transfer/export?part=flows").await.html;
        assert!(part.contains("[[flows]]") && !part.contains("[[objects]]"), "{part}");
        let same = browser.submit("/settings/transfer", &[("text", &file)]).await;
        assert!(same.status == StatusCode::OK && same.html.contains("sudah ada"), "{}", same.html);
        let wrong = browser.submit("/settings/transfer", &[("text", "[[pets]]\nname = 1\n")]).await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.html.contains("Baris 1"), "{}", wrong.html);

        let away = Workspace::sqlite(&[]).await;
        let role = away.engine.people().roles.iter().find(|r| r.is_administrator()).map(|r| r.id).expect("a role");
        let mut there = Browser::of(&away, away.user("budi", role, None).await).await;
        let mut text = file;
        for (n, part) in ["Objek, isian", "Templat email", "Aturan persetujuan", "Alur kerja"].into_iter().enumerate() {
            let shown = there.submit("/settings/transfer", &[("text", &text)]).await;
            assert!(shown.status == StatusCode::OK && shown.html.contains(&format!("<h2 class=\"ak-strong\">{part}")), "{part}: {}", shown.html);
            let carried = shown.html.split("name=\"text\" value=\"").nth(1).and_then(|rest| rest.split("\">").next()).expect("the text");
            text = carried.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            let taken = there.submit("/settings/transfer", &[("text", &text), ("sure", "1")]).await;
            let wanted = if n == 3 { StatusCode::SEE_OTHER } else { StatusCode::OK };
            assert_eq!(taken.status, wanted, "{part}: {}", taken.html);
        }
        let kept = away.engine.read(&away.system(), |tx| tx.mail_template("kabar")).await.expect("the template");
        assert_eq!(kept.decl.text.id, "Halo\n[[flows]]\n", "what is quoted stays whole");
        assert!(away.engine.flows().get("alur").is_some_and(|flow| flow.row.paused), "a flow comes resting");
        away.close().await;
    }
);
