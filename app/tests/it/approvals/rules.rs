//! Making rules: bands, conditions, files.

use super::*;

both!(
    /// An administrator makes a rule in the browser: a gap is refused with its ends, and what the rule says of a figure is shown.
    bands_choose_who_is_asked,
    async |w: &Workspace| {
        let f = firm(w).await;
        let mut browser = Browser::of(w, f.admin).await;
        let first = browser.get("/settings/approvals/new").await;
        assert!(first.html.contains("/settings/approvals/new?object=opportunity"), "{}", first.html);
        let form = browser.get("/settings/approvals/new?object=opportunity").await;
        assert!(form.html.contains("name=\"s0_who\"") && form.html.contains("Nilainya terlalu besar"), "{}", form.html);
        let mut fields = vec![
            ("object", "opportunity"),
            ("name_id", "Diskon"),
            ("name_en", "Discount"),
            ("s0_key", "step1"),
            ("s0_who", "role:manager"),
            ("s0_fallback", "role:director"),
            ("s0_votes", "1"),
            ("s0_limit", "8"),
            ("s0_remind", "4"),
            ("s1_key", "step2"),
            ("s1_who", "role:director"),
            ("s1_votes", "1"),
            ("field", "discount"),
            ("calendar", USUAL),
            ("guards", "category:won"),
            ("void_on", "amount"),
            ("r0_key", "too_high"),
            ("r0_id", "Terlalu besar"),
            ("r0_en", "Too high"),
            ("b0_from", "0%"),
            ("b0_to", "10%"),
            ("b1_from", "12%"),
            ("b1_to", "20%"),
            ("b1_steps", "step1"),
        ];
        let refused = browser.submit("/settings/approvals/new", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(refused.html.contains("celah 10–12"), "{}", refused.html);
        assert!(refused.html.contains("href=\"#f-b0_to\"") && refused.html.contains("value=\"12%\""), "the fault leads to its field");
        let bands = fields.iter().position(|(name, _)| *name == "b1_from").expect("a band");
        fields.truncate(bands);
        fields.extend([("b1_from", "10"), ("b1_to", "20"), ("b1_steps", "step1"), ("b2_from", "20"), ("b2_to", ""), ("b2_steps", "step2")]);
        let made = browser.submit("/settings/approvals/new", &fields).await;
        assert_eq!(made.status, StatusCode::SEE_OTHER, "{}", made.html);
        assert_eq!(made.location, "/settings/approvals/discount");
        for (number, told) in [("9,99", "9,99% → tanpa persetujuan"), ("10", "10% → manager"), ("20", "20% → Direktur")] {
            let page = browser.get(&format!("/settings/approvals/discount?try={number}")).await;
            assert!(page.html.contains(told), "{number}: {}", page.html);
        }
        let rule = w.engine.read(&w.system(), |tx| tx.approval_rule("discount")).await.expect("the rule").decl;
        assert_eq!((rule.steps[0].limit, rule.steps[0].remind), (Some(480), Some(240)), "hours are kept in minutes");
        let condition = browser.submit("/settings/approvals/discount", &[("condition", "when"), ("object", "opportunity"), ("name_id", "Diskon besar")]).await;
        assert!(condition.html.contains("action=\"/settings/approvals/discount\""), "{}", condition.html);
        assert!(condition.html.contains("name=\"name_id\" value=\"Diskon besar\""), "what was typed goes along: {}", condition.html);
        let tree = r#"{"all":[{"field":"amount","op":"gt","value":"1000"}]}"#;
        let chosen = browser.submit("/settings/approvals/discount", &[("condition_for", "when"), ("condition_tree", tree), ("name_id", "Diskon besar")]).await;
        assert!(chosen.html.contains("Syarat baru ini berlaku setelah disimpan"), "{}", chosen.html);
        // as a file, into the same workspace
        let file = browser.get("/settings/transfer/export?part=approvals").await.html;
        assert!(file.contains("[approvals.discount]") && file.contains("role:director"), "{file}");
        assert_eq!(browser.submit("/settings/approvals/import", &[("text", &file), ("sure", "1")]).await.status, StatusCode::SEE_OTHER);
        let versions = w.engine.read(&w.system(), |tx| tx.approval_rule_versions("discount")).await.expect("versions");
        assert_eq!(versions.len(), 1, "what is there already is no new version");
        let broken = browser.submit("/settings/approvals/import", &[("text", "[approvals.x]\nobject = 7\n")]).await;
        assert!(broken.status == StatusCode::UNPROCESSABLE_ENTITY && broken.html.contains("Baris 2"), "{}", broken.html);
        let mut siti = Browser::of(w, f.siti).await;
        assert_eq!(siti.get("/settings/approvals").await.status, StatusCode::FORBIDDEN);
        assert_eq!(siti.submit("/settings/approvals/discount/retire", &[("on", "1")]).await.status, StatusCode::FORBIDDEN);
    }
);

both!(
    /// The condition of a rule is put together before the rule is kept for the first time, and nothing typed is lost.
    a_new_rule_gets_its_condition_at_once,
    async |w: &Workspace| {
        let f = firm(w).await;
        let mut browser = Browser::of(w, f.admin).await;
        let typed = [("object", "opportunity"), ("name_id", "Besar"), ("name_en", "Large"), ("s0_key", "step1"), ("s0_who", "role:manager"), ("s0_votes", "1")];
        let builder = browser.submit("/settings/approvals/new", &[&typed[..], &[("condition", "when")]].concat()).await;
        assert!(builder.html.contains("action=\"/settings/approvals/new\"") && builder.html.contains("value=\"Besar\""), "{}", builder.html);
        // as the form without script says it
        let plain = [("condition_for", "when"), ("add-field", "amount"), ("add-op", "gt"), ("add-value", "1000")];
        let form = browser.submit("/settings/approvals/new", &[&typed[..], &plain].concat()).await;
        assert!(form.html.contains("value=\"Besar\"") && form.html.contains("Syarat baru ini berlaku setelah disimpan"), "{}", form.html);
        let when = r#"{"all":[{"field":"amount","op":"gt","value":"1000"}]}"#;
        let mut fields = typed.to_vec();
        fields.extend([("calendar", USUAL), ("when", when), ("r0_key", "other"), ("r0_id", "Lain"), ("r0_en", "Other")]);
        let made = browser.submit("/settings/approvals/new", &fields).await;
        assert_eq!((made.status, made.location.as_str()), (StatusCode::SEE_OTHER, "/settings/approvals/large"), "{}", made.html);
        let kept = w.engine.read(&w.system(), |tx| tx.approval_rule("large")).await.expect("the rule").decl;
        assert_eq!(kept.when, serde_json::from_str(when).ok());
    }
);
