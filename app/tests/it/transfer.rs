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
    /// Objects, a template, an approval rule, a process map, a policy and a flow go out as one file; taken into a workspace
    /// without them all of it is shown as one plan, and taken all or not at all.
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
        let map: akrab_engine::process::ProcessDecl = serde_json::from_value(json!({
            "name": {"id": "Servis", "en": "Service"}, "object": "kendaraan", "pipeline": "Alur utama", "calendar": "office",
            "steps": [{"stage": "Baru"}, {"stage": "Diproses"}],
        }))
        .expect("a map");
        let policy: akrab_engine::policy::PolicyDecl = serde_json::from_value(json!({
            "name": {"id": "Lengkap", "en": "Complete"}, "object": "kendaraan", "calendar": "office",
            "must": {"kind": "fields", "fields": ["merek"]}, "severity": "medium", "notify": false, "calm": 1, "every": 60, "advice": {"id": "", "en": ""}, "keeper": "",
        }))
        .expect("a policy");
        let steps = json!([
            {"key": "a", "do": "approval", "rule": "potongan"},
            {"key": "m", "do": "mail", "to": [{"address": "a@contoh.test"}], "template": "kabar"},
        ]);
        let flow = json!({"name": {"id": "Alur", "en": "Flow"}, "object": "kendaraan", "trigger": {"on": "created"}, "steps": steps});
        let flow: akrab_engine::flow::Flow = serde_json::from_value(flow).expect("a flow");
        let keep = move |tx: &mut akrab_engine::Tx| {
            tx.mail_template_save("kabar", &template, None)?;
            tx.approval_rule_save("potongan", &rule, None)?;
            tx.process_save("servis", &map, None)?;
            tx.policy_rule_save("lengkap", &policy, None).map(drop)
        };
        w.engine.write(&w.of(admin, Door::Page), keep).await.expect("kept");
        let keep = move |tx: &mut akrab_engine::Tx| {
            let key = tx.flow_make(&flow, Some("alur"))?;
            tx.flow_publish(&key).map(drop)
        };
        w.engine.write(&w.of(admin, Door::Page), keep).await.expect("kept");
        let mut browser = Browser::of(w, admin).await;
        let file = browser.get("/settings/transfer/export").await.html;
        for head in ["[[objects]]", "[mail_templates.kabar", "[approvals.potongan", "[processes.servis", "[policies.lengkap", "[[flows]]"] {
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
        // the whole file is shown as one plan, and nothing is there yet
        let shown = there.submit("/settings/transfer", &[("text", &file)]).await;
        assert_eq!(shown.status, StatusCode::OK, "{}", shown.html);
        for part in ["Objek, isian", "Templat email", "Aturan persetujuan", "Peta proses", "Kebijakan", "Alur kerja"] {
            assert!(shown.html.contains(&format!("<h2 class=\"ak-strong\">{part}")), "{part}: {}", shown.html);
        }
        assert!(shown.html.contains("o_x_kendaraan") && away.engine.object("kendaraan").is_err(), "a plan, and nothing done");
        // a fault in the last part leaves nothing of the first
        let faulty = file.replace("template = \"kabar\"", "template = \"lain\"");
        assert_ne!(faulty, file);
        let refused = there.submit("/settings/transfer", &[("text", &faulty), ("sure", "1")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", refused.html);
        assert!(away.engine.object("kendaraan").is_err(), "all or nothing");
        let rules = away.engine.read(&away.system(), |tx| tx.approval_rules()).await.expect("rules");
        assert!(rules.iter().all(|rule| rule.key != "potongan"), "all or nothing");
        let taken = there.submit("/settings/transfer", &[("text", &file), ("sure", "1")]).await;
        assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.html);
        assert!(away.engine.object("kendaraan").is_ok());
        let again = there.submit("/settings/transfer", &[("text", &file)]).await;
        assert!(again.html.contains("sudah ada"), "{}", again.html);
        let maps = away.engine.read(&away.system(), |tx| tx.processes()).await.expect("maps");
        assert!(maps.iter().any(|map| map.key == "servis" && map.decl.object == "kendaraan"));
        let policies = away.engine.read(&away.system(), |tx| tx.policy_rules()).await.expect("policies");
        assert!(policies.iter().any(|policy| policy.key == "lengkap"));
        let kept = away.engine.read(&away.system(), |tx| tx.mail_template("kabar")).await.expect("the template");
        assert_eq!(kept.decl.text.id, "Halo\n[[flows]]\n", "what is quoted stays whole");
        assert!(away.engine.flows().get("alur").is_some_and(|flow| flow.row.paused), "a flow comes resting");
        away.close().await;
    }
);
