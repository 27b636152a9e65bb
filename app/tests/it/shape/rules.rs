//! What fields ask of records, and what works with a field.

use super::*;

both!(a_field_is_shown_only_under_its_condition, async |w: &Workspace| {
    let ctx = admin(w).await;
    w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
    let when = edit(w, "kendaraan", Deed::Field, |decl| {
        decl.fields["tahun"].visible_when = Some(json!({"field": "merek", "op": "is", "value": "hino"}));
        decl.fields["tahun"].required = true;
        decl.layout.quick = vec!["merek".into(), "tahun".into()];
    });
    w.engine.shape_apply(&ctx, &[when]).await.expect("applied");
    let ctx = admin(w).await;
    let isuzu = w.engine.create(&ctx, "kendaraan", map(json!({"plat": "A 1", "merek": "isuzu"}))).await.expect("not asked for").id;
    let fault = w.engine.create(&ctx, "kendaraan", map(json!({"plat": "A 2", "merek": "hino"}))).await.expect_err("asked for");
    assert_eq!((fault.fields[0].field(), fault.fields[0].code.as_str()), ("tahun", "required"));
    let hino = w.engine.create(&ctx, "kendaraan", map(json!({"plat": "A 2", "merek": "hino", "tahun": 2021}))).await.expect("filled").id;
    let mut page = Browser::of(w, ctx.user_id().expect("a user")).await;
    let form = page.get("/armada/new").await;
    assert!(form.html.contains("data-shown-when") && form.html.contains("name=\"tahun\""), "the form knows the condition");
    let fields = async |page: &mut Browser, id: i64| page.get(&format!("/armada/{id}")).await.html.contains("/fields/tahun\"");
    assert!(fields(&mut page, hino).await && !fields(&mut page, isuzu).await);
});

both!(
    /// A link with a condition offers and takes only the records that meet it, by every door; what was linked before may stay.
    a_link_takes_only_what_meets_its_condition,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let text = VEHICLES.replacen("to = \"account\"", "to = \"account\"\nmust = { field = \"industry\", op = \"is\", value = \"hotel\" }", 1);
        w.engine.shape_import(&ctx, &text, false).await.unwrap_or_else(|p| panic!("{p:?}"));
        let ctx = admin(w).await;
        let hotel = w.make("account", json!({"name": "Hotel Angkasa", "industry": "hotel"})).await;
        let other = w.make("account", json!({"name": "Hotel Bahari", "industry": "retail"})).await;
        let mut browser = Browser::of(w, ctx.user_id().expect("the admin")).await;
        for q in ["", "Hotel"] {
            let offered = browser.get(&format!("/pick/account?of=kendaraan.perusahaan&q={q}")).await.html;
            assert!(offered.contains("Hotel Angkasa") && !offered.contains("Hotel Bahari"), "{q}: {offered}");
        }
        assert!(browser.get("/armada/new?full=1").await.html.contains("/pick/account?of=kendaraan.perusahaan"));
        let refused = w.engine.create(&ctx, "kendaraan", map(json!({"plat": "B 1 A", "perusahaan": other}))).await.expect_err("not offered");
        assert_eq!((refused.fields[0].field(), refused.fields[0].code.as_str()), ("perusahaan", "link_not_offered"));
        let id = w.engine.create(&ctx, "kendaraan", map(json!({"plat": "B 1 A", "perusahaan": hotel}))).await.expect("offered").id;
        w.engine.update(&ctx, "account", hotel, map(json!({"industry": "retail"})), None).await.expect("it changes");
        w.engine.update(&ctx, "kendaraan", id, map(json!({"plat": "B 2 A"})), None).await.expect("what was linked may stay");
        // the condition names a field of another object, which is told before that goes
        let uses = w.engine.shape_uses(&ctx, "account", Some("industry")).await.expect("uses");
        assert!(uses.iter().any(|u| u.kind == "condition" && u.object == "kendaraan" && u.name == "Perusahaan"), "{uses:?}");
        let broken = text.replace("op = \"is\", value = \"hotel\"", "op = \"gt\", value = 3");
        assert!(w.engine.shape_import(&ctx, &broken, true).await.is_err());
    }
);

both!(
    /// Fields that together must be unique: refused while two records are alike, kept by every door afterwards.
    fields_that_must_be_unique_together,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
        let ctx = admin(w).await;
        let make = async |plate: &str, year: i64| {
            let truck = json!({"plat": plate, "merek": "hino", "tahun": year});
            w.engine.create(&admin(w).await, "kendaraan", map(truck)).await
        };
        let first = make("B 1 A", 2020).await.expect("a truck").id;
        make("B 2 A", 2020).await.expect("a truck like it");
        let together = || edit(w, "kendaraan", Deed::Alike, |decl| decl.unique = vec![vec!["merek".into(), "tahun".into()]]);
        let fault = w.engine.shape_apply(&ctx, &[together()]).await.expect_err("two are alike");
        assert_eq!(fault.fields[0].code, "shape_not_unique_yet", "{fault:?}");
        assert!(fault.fields[0].args.contains(&("n".into(), "1".into())));
        w.engine.update(&ctx, "kendaraan", first, map(json!({"tahun": 2019})), None).await.expect("changed");
        w.engine.shape_apply(&ctx, &[together()]).await.unwrap_or_else(|p| panic!("{p:?}"));
        w.work_off().await;
        assert!(w.engine.store().plan(&w.engine.registry()).await.expect("a plan").is_empty(), "the index is built");
        assert_eq!(make("B 3 A", 2020).await.expect_err("taken").fields[0].code, "taken");
        make("B 4 A", 2021).await.expect("another year");
        let alone = edit(w, "kendaraan", Deed::Alike, |decl| decl.unique = vec![vec!["plat".into()]]);
        let fault = w.engine.shape_apply(&admin(w).await, &[alone]).await.expect_err("one field has a switch of its own");
        assert_eq!((fault.fields[0].code.as_str(), fault.fields[0].field()), ("shape_unique_one", "unique"), "{fault:?}");
        for wrong in [vec!["merek", "merek"], vec!["merek", "alamat"]] {
            let set: Vec<String> = wrong.into_iter().map(String::from).collect();
            let edit = edit(w, "kendaraan", Deed::Alike, |decl| decl.unique = vec![set]);
            assert_eq!(w.engine.shape_apply(&admin(w).await, &[edit]).await.expect_err("refused").fields[0].code, "shape_fault");
        }
    }
);

both!(
    /// Before a field goes, everything that works with it is named: flows, approval rules, sharing and placing rules.
    what_works_with_a_field_is_named_before_it_goes,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        w.engine.shape_import(&ctx, VEHICLES, false).await.expect("taken");
        // with the objects as they are now
        let ctx = admin(w).await;
        let flow = json!({
            "name": {"id": "Sapa", "en": "Greet"}, "object": "kendaraan", "trigger": {"on": "created"},
            "steps": [{"key": "a", "do": "notify", "to": ["creator"], "text": "Halo {{merek}} dari {{perusahaan.name}}"}],
        });
        let flow: akrab_engine::flow::Flow = serde_json::from_value(flow).expect("a flow");
        let rule: akrab_engine::approval::ApprovalDecl = serde_json::from_value(json!({
            "name": {"id": "Potongan", "en": "Discount"}, "object": "kendaraan", "calendar": "office", "formula": "diskon > 10.0",
            "steps": [{"key": "s", "who": ["role:manager"]}], "reasons": [{"key": "x", "label": {"id": "X", "en": "X"}}],
        }))
        .expect("a rule");
        let keep = move |tx: &mut akrab_engine::Tx| {
            let key = tx.flow_make(&flow, None)?;
            tx.flow_publish(&key)?;
            tx.approval_rule_save("potongan", &rule, None).map(drop)
        };
        w.engine.write(&ctx, keep).await.expect("kept");
        let role = w.engine.people().roles.iter().find(|r| r.key == "sales").map(|r| r.id).expect("the role");
        let filter = json!({"all": [{"field": "merek", "op": "is", "value": "hino"}]});
        w.make("sharing_rule", json!({"name": "Hino", "object": "kendaraan", "filter": filter, "to_role": role})).await;
        let uses = async |object: &str, field: Option<&str>| {
            let uses = w.engine.shape_uses(&ctx, object, field).await.expect("uses");
            uses.into_iter().filter(|u| matches!(u.kind, "flow" | "approval" | "sharing_rule")).map(|u| (u.kind, u.name)).collect::<Vec<_>>()
        };
        let named = |all: &[(&'static str, &str)]| all.iter().map(|(kind, name)| (*kind, (*name).to_string())).collect::<Vec<_>>();
        assert_eq!(uses("kendaraan", Some("merek")).await, named(&[("flow", "Sapa"), ("sharing_rule", "Hino")]));
        assert_eq!(uses("kendaraan", Some("diskon")).await, named(&[("approval", "Potongan")]));
        assert_eq!(uses("kendaraan", Some("tahun")).await, []);
        assert_eq!(uses("account", Some("name")).await, named(&[("flow", "Sapa")]), "over a link too");
        let all = uses("kendaraan", None).await;
        assert_eq!(all, named(&[("flow", "Sapa"), ("approval", "Potongan"), ("sharing_rule", "Hino")]));
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        let page = browser.get("/settings/objects/kendaraan/fields/merek/hide").await.html;
        assert!(page.contains("Alur kerja “Sapa”") && page.contains("Aturan berbagi “Hino”"), "{page}");
        // making the object and sharing its records stand in the audit trail
        let trail = browser.get("/settings/audit?group=setup").await.html;
        assert!(trail.contains("Mengubah objek") && trail.contains("Kendaraan"), "{trail}");
    }
);
