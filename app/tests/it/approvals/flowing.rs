//! Flows that ask for an approval.

use super::*;

both!(
    /// A flow asks for the approval of a record, waits, and goes on once it is given; refused, it ends there. Whoever set it
    /// going does not decide.
    a_flow_asks_and_waits_for_the_outcome,
    async |w: &Workspace| {
        let f = firm(w).await;
        keep(w, f.admin, rule()).await;
        let flow: akrab_engine::flow::Flow = serde_json::from_value(json!({
            "name": {"id": "Minta persetujuan", "en": "Ask"}, "object": "opportunity", "trigger": {"on": "created"},
            "steps": [
                {"key": "ask", "do": "approval", "rule": "discount", "note": "Dari alur", "else": "end"},
                {"key": "tell", "do": "set", "values": {"next_step": {"value": "Kirim penawaran"}}},
            ],
        }))
        .expect("a flow");
        let publish = move |tx: &mut akrab_engine::Tx| {
            let key = tx.flow_make(&flow, None)?;
            tx.flow_publish(&key)
        };
        w.engine.write(&w.of(f.admin, Door::Page), publish).await.expect("published");
        let (good, bad, small) = (deal(w, f.siti, "15").await, deal(w, f.siti, "16").await, deal(w, f.siti, "5").await);
        w.engine.flow_drain().await.expect("flows go");
        let step = async |id: i64| {
            let record = w.engine.read(&w.system(), move |tx| tx.get("opportunity", id)).await.expect("the deal");
            record.text("next_step").to_string()
        };
        assert_eq!(step(small).await, "Kirim penawaran", "what needs nobody's yes goes on at once");
        assert_eq!((step(good).await.as_str(), step(bad).await.as_str()), ("", ""));
        let (first, second) = (standing(w, good).await.0, standing(w, bad).await.0);
        assert_eq!(code(decide(w, f.siti, first, yes()).await), "approval_own");
        decide(w, f.sari, first, yes()).await.expect("decided");
        decide(w, f.sari, second, Decision::new(Verdict::Refuse).because("policy", "")).await.expect("decided");
        w.engine.flow_drain().await.expect("flows go");
        assert_eq!((step(good).await.as_str(), step(bad).await.as_str()), ("Kirim penawaran", ""));
    }
);

both!(
    /// What an approval came to chooses the way later on; the difference of two versions is told line by line.
    a_later_branch_reads_the_outcome,
    async |w: &Workspace| {
        let f = firm(w).await;
        keep(w, f.admin, rule()).await;
        let set = |key: &str, text: &str| json!({"key": key, "do": "set", "values": {"next_step": {"value": text}}});
        let arms = json!([
            {"outcome": {"step": "ask", "is": "approved"}, "steps": [set("good", "Kirim penawaran")]},
            {"outcome": {"step": "ask", "is": "not_approved"}, "steps": [set("bad", "Tawarkan ulang")]},
            {"steps": [set("else", "Tanpa persetujuan")]},
        ]);
        let flow = |arms: serde_json::Value| -> akrab_engine::flow::Flow {
            let steps = json!([{"key": "ask", "do": "approval", "rule": "discount"}, {"key": "way", "do": "branch", "arms": arms}]);
            let flow = json!({"name": {"id": "Tanya", "en": "Ask"}, "object": "opportunity", "trigger": {"on": "created"}, "steps": steps});
            serde_json::from_value(flow).expect("a flow")
        };
        let ctx = w.of(f.admin, Door::Page);
        let publish = |flow: akrab_engine::flow::Flow, key: Option<&'static str>| {
            let ctx = ctx.clone();
            async move {
                let write = move |tx: &mut akrab_engine::Tx| {
                    let key = match key {
                        Some(key) => {
                            tx.flow_write_draft(key, &flow, None)?;
                            key.to_string()
                        }
                        None => tx.flow_make(&flow, Some("tanya"))?,
                    };
                    tx.flow_publish(&key)
                };
                w.engine.write(&ctx, write).await
            }
        };
        let wrong = json!([{"outcome": {"step": "way", "is": "approved"}, "steps": [set("good", "x")]}]);
        assert_eq!(publish(flow(wrong), None).await.expect_err("refused").fields[0].code, "flow_no_such_approval");
        publish(flow(arms.clone()), None).await.expect("published");
        let (good, bad, small) = (deal(w, f.siti, "15").await, deal(w, f.siti, "16").await, deal(w, f.siti, "5").await);
        w.engine.flow_drain().await.expect("flows go");
        decide(w, f.sari, standing(w, good).await.0, yes()).await.expect("decided");
        decide(w, f.sari, standing(w, bad).await.0, Decision::new(Verdict::Refuse).because("policy", "")).await.expect("decided");
        w.engine.flow_drain().await.expect("flows go");
        for (id, wanted) in [(good, "Kirim penawaran"), (bad, "Tawarkan ulang"), (small, "Tanpa persetujuan")] {
            let record = w.engine.read(&w.system(), move |tx| tx.get("opportunity", id)).await.expect("the deal");
            assert_eq!(record.text("next_step"), wanted);
        }
        // a second version, and how it differs from the first
        let mut second = arms;
        second[1]["steps"][0] = set("bad", "Hubungi manajer");
        publish(flow(second), Some("tanya")).await.expect("published");
        let mut browser = Browser::of(w, f.admin).await;
        let page = browser.get("/settings/flows/tanya/versions?from=1&to=2").await.html;
        let compared = page.split("Bandingkan dua versi").nth(1).and_then(|rest| rest.split("</section>").next()).expect("the comparison");
        assert!(compared.contains("data-diff=\"gone\"") && compared.contains("Tawarkan ulang") && compared.contains("Hubungi manajer"), "{compared}");
        assert_eq!(compared.matches("data-diff=\"new\"").count(), 1, "{compared}");
        assert!(page.contains("“Diskon” tidak disetujui"), "the outcome is told in words: {page}");
        let editor = browser.get("/settings/flows/tanya?step=way").await.html;
        assert!(editor.contains("value=\"ask:not_approved\" selected"), "{editor}");
        let chosen = browser.submit("/settings/flows/tanya/arm", &[("step", "way"), ("arm", "1"), ("outcome", "ask:refused")]).await;
        assert_eq!(chosen.status, StatusCode::SEE_OTHER, "{}", chosen.html);
        assert!(browser.get("/settings/flows/tanya?step=way").await.html.contains("“Diskon” ditolak"));
    }
);
