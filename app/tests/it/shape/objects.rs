//! Objects of one's own: there at once, hidden, removed, refused.

use super::*;

both!(an_object_of_ones_own_is_there_at_once, async |w: &Workspace| {
    let ctx = admin(w).await;
    let dry = w.engine.shape_import(&ctx, VEHICLES, true).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert!(dry.touched[0].new && dry.outlook.lines.iter().any(|l| l.kind == "create_table" && l.table == "o_x_kendaraan"));
    assert!(w.engine.object("kendaraan").is_err(), "a trial changes nothing");
    w.engine.shape_import(&ctx, VEHICLES, false).await.unwrap_or_else(|p| panic!("{p:?}"));
    let account = w.make("account", json!({"name": "PT Angkutan Jaya"})).await;
    let ctx = admin(w).await;
    let truck = json!({"plat": "B 9012 KXA", "perusahaan": account, "harga": 500_000_000, "diskon": 10});
    let made = w.engine.create(&ctx, "kendaraan", map(truck)).await.unwrap_or_else(|p| panic!("{p:?}"));
    assert_eq!(made.get("bersih"), &Value::Dec(450_000_000.into()), "the formula is worked out");
    assert!(made.link("tahap").is_some(), "it stands in the first stage of a pipeline of its own");
    // rules hold, and say so in the person's language
    let twenty = w.engine.create(&ctx, "kendaraan", map(json!({"plat": "B 1 A", "diskon": 20}))).await.expect_err("a reason is wanted");
    assert!(twenty.fields.iter().any(|f| f.field() == "alasan" && f.code == "required"), "{twenty:?}");
    let sixty = w.engine.create(&ctx, "kendaraan", map(json!({"plat": "B 2 A", "diskon": 60, "alasan": "x"}))).await.expect_err("too much");
    assert!(sixty.fields.iter().any(|f| f.field() == "diskon" && f.code == "rule_broken"), "{sixty:?}");
    // another process sees it without being told
    let other = w.opened_again(crate::workspace::KEY).await;
    let list = ListRequest { object: "kendaraan".into(), ..Default::default() };
    let theirs = other.ctx(other.people().user(ctx.user_id().expect("a user")).expect("the admin"), Door::Page, "test");
    assert_eq!(other.list(&theirs, list).await.expect("the list").records.len(), 1);
    // and what it changes is seen here
    let edit = edit(w, "kendaraan", Deed::NewField, |decl| {
        drop(decl.fields.insert("warna".into(), FieldDecl::new(FieldType::Text, label("Warna"))))
    });
    other.shape_apply(&theirs, &[edit]).await.unwrap_or_else(|p| panic!("{p:?}"));
    w.engine.refresh_people().await.expect("a look");
    assert!(w.engine.object("kendaraan").expect("it is there").field("warna").is_some());
    other.store().close().await;
});

both!(hidden_is_not_lost_and_removed_is_gone, async |w: &Workspace| {
    let ctx = admin(w).await;
    w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
    let ctx = admin(w).await;
    let id = w.engine.create(&ctx, "kendaraan", map(json!({"plat": "L 1 X", "tahun": 2020, "harga": 7}))).await.expect("a truck").id;
    let hide = edit(w, "kendaraan", Deed::Hide, |decl| decl.fields["tahun"].hidden = true);
    w.engine.shape_apply(&ctx, &[hide]).await.expect("hidden");
    let ctx = admin(w).await;
    assert!(!w.engine.get(&ctx, "kendaraan", id).await.expect("it").has("tahun"), "even administrators do not see it");
    let fault = w.engine.update(&ctx, "kendaraan", id, map(json!({"tahun": 1})), None).await.expect_err("there is no such field");
    assert_eq!(fault.fields[0].code, "unknown_field");
    let show = edit(w, "kendaraan", Deed::Show, |decl| decl.fields["tahun"].hidden = false);
    w.engine.shape_apply(&ctx, &[show]).await.expect("shown");
    let ctx = admin(w).await;
    assert_eq!(w.engine.get(&ctx, "kendaraan", id).await.expect("it").get("tahun"), &Value::Int(2020), "nothing was lost");
    // removed for good only what is out of sight and what nothing is worked out of
    assert_eq!(w.engine.shape_purge(&ctx, "kendaraan", Some("tahun")).await_code(), "shape_purge_hidden_first");
    let uses = w.engine.shape_uses(&ctx, "kendaraan", Some("diskon")).await.expect("its uses");
    assert!(uses.iter().any(|u| u.kind == "formula" && u.blocks) && uses.iter().any(|u| u.kind == "validation"), "{uses:?}");
    let hide = edit(w, "kendaraan", Deed::Hide, |decl| {
        decl.fields["tahun"].hidden = true;
        decl.fields["diskon"].hidden = true;
    });
    w.engine.shape_apply(&ctx, &[hide]).await.expect("hidden");
    let purge = w.engine.shape_purge(&ctx, "kendaraan", Some("diskon")).expect("an edit");
    let fault = w.engine.shape_apply(&ctx, &[purge]).await.expect_err("a formula uses it");
    assert_eq!(fault.fields[0].code, "shape_fault");
    let purge = w.engine.shape_purge(&ctx, "kendaraan", Some("tahun")).expect("an edit");
    let done = w.engine.shape_apply(&ctx, &[purge]).await.expect("removed");
    assert!(done.lines.iter().any(|l| l.kind == "drop_column" && l.name == "x_tahun"));
    let ctx = admin(w).await;
    assert_eq!(w.engine.get(&ctx, "kendaraan", id).await.expect("the record stays").text("plat"), "L 1 X");
    let again = edit(w, "kendaraan", Deed::NewField, |decl| {
        drop(decl.fields.insert("tahun".into(), FieldDecl::new(FieldType::Date, label("Tahun"))))
    });
    assert_eq!(w.engine.shape_apply(&ctx, &[again]).await.expect_err("spent").fields[0].code, "shape_key_gone");
    // the whole object
    let hide = edit(w, "kendaraan", Deed::Hide, |decl| decl.hidden = true);
    w.engine.shape_apply(&ctx, &[hide]).await.expect("hidden");
    let ctx = admin(w).await;
    let list = ListRequest { object: "kendaraan".into(), ..Default::default() };
    assert_eq!(w.engine.list(&ctx, list).await.expect_err("out of sight").kind, ProblemKind::NotFound);
    let purge = w.engine.shape_purge(&ctx, "kendaraan", None).expect("an edit");
    w.engine.shape_apply(&ctx, &[purge]).await.expect("removed");
    assert!(w.engine.object("kendaraan").is_err());
    assert_eq!(w.engine.shape_import(&ctx, VEHICLES, false).await.expect_err("spent").fields[0].code, "shape_key_gone");
});

both!(what_cannot_be_is_refused_with_its_reason, async |w: &Workspace| {
    let ctx = admin(w).await;
    w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
    let ctx = admin(w).await;
    let refused = async |edit: Edit| {
        let fault = w.engine.shape_apply(&ctx, &[edit]).await.expect_err("refused");
        fault.fields.first().map_or_else(|| fault.code.to_string(), |f| f.code.clone())
    };
    let add = |key: &str, decl: FieldDecl| edit(w, "kendaraan", Deed::NewField, |object| drop(object.fields.insert(key.into(), decl)));
    let text = || FieldDecl::new(FieldType::Text, label("Isian"));
    let formula = |of: &str| FieldDecl {
        formula: Some(of.into()),
        result: Some(FieldType::Money),
        ..FieldDecl::new(FieldType::Formula, label("Rumus"))
    };
    for (edit, code) in [
        (add("owner", text()), "shape_reserved"),
        (add("Warna", text()), "shape_no_key"),
        (add("created_at", text()), "shape_key_taken"),
        (add("sebuah_kunci_yang_terlalu_panjang", text()), "shape_no_key"),
        (add("mesin", FieldDecl { to: Some("mesin".into()), ..FieldDecl::new(FieldType::Link, label("Mesin")) }), "shape_fault"),
        (add("warna", FieldDecl::new(FieldType::Choice, label("Warna"))), "shape_fault"),
        (add("jumlah", formula("harga *")), "shape_fault"),
        (add("jumlah", formula("jumlah + 1.0")), "shape_fault"),
        (add("jumlah", formula("tidak_ada + 1.0")), "shape_fault"),
        (add("jumlah", formula("days_between(tahun, today())")), "shape_fault"),
        (add("jumlah", formula("plat + 'a'")), "shape_fault"),
        (add("harga", FieldDecl::new(FieldType::Integer, label("Harga"))), "shape_type_fixed"),
        (
            add("berat", FieldDecl { min: Some(9.0), max: Some(1.0), ..FieldDecl::new(FieldType::Decimal, label("Berat")) }),
            "shape_min_above_max",
        ),
        (edit(w, "kendaraan", Deed::Field, |object| drop(object.fields.shift_remove("merek"))), "shape_fields_lost"),
        (edit(w, "kendaraan", Deed::Object, |object| object.plural = "trucks".into()), "fixed_once_made"),
    ] {
        let shown = format!("{edit:?}");
        assert_eq!(refused(edit).await, code, "{shown}");
    }
    let named =
        |key: &str, plural: &str| VEHICLES.replace("\"kendaraan\"", &format!("\"{key}\"")).replace("\"armada\"", &format!("\"{plural}\""));
    for (key, plural, code) in
        [("truk", "settings", "shape_reserved"), ("account", "akun", "shape_line"), ("truk", "contacts", "shape_key_taken")]
    {
        let fault = w.engine.shape_import(&ctx, &named(key, plural), false).await.expect_err("refused");
        assert_eq!(fault.fields[0].code, code, "{key} {plural}: {fault:?}");
    }
    let fault = w
        .engine
        .shape_import(&ctx, &named("truk", "truks").replace("to = \"account\"", "to = \"akun\""), false)
        .await
        .expect_err("refused");
    let line = fault.fields[0].args.iter().find(|(name, _)| name == "line").map(|(_, line)| line.clone());
    let wanted = VEHICLES.lines().position(|l| l == "[objects.fields.perusahaan]").map(|n| (n + 1).to_string());
    assert_eq!(line, wanted, "{fault:?}");
    // nobody but administrators
    let sales = w.engine.people().roles.iter().find(|r| r.key == "sales").map(|r| r.id).expect("the role");
    let seller = w.user("sari", sales, None).await;
    let fault = w.engine.shape_import(&w.of(seller, Door::Page), VEHICLES, true).await.expect_err("forbidden");
    assert_eq!(fault.kind, ProblemKind::Forbidden);
});

both!(an_object_made_without_stages_gets_them_later, async |w: &Workspace| {
    let boss = admin(w).await.user_id().expect("the admin");
    let mut page = Browser::of(w, boss).await;
    let names = [("label_id", "Mesin"), ("plural_id", "Mesin"), ("title_id", "Nama"), ("group", "customers"), ("key", "mesin")];
    press(&mut page, "/settings/objects/new", &names).await;
    let first = w.make("mesin", json!({"nama": "Espresso 1"})).await;
    let general = page.get("/settings/objects/mesin/general").await.html;
    assert!(general.contains("/settings/objects/mesin/stages"));
    let version = hidden_value(&general, "version");
    press(&mut page, "/settings/objects/mesin/stages", &[("version", version.as_str())]).await;
    assert!(!page.get("/settings/objects/mesin/general").await.html.contains("/settings/objects/mesin/stages"), "once is enough");
    assert_eq!(page.submit("/settings/objects/mesin/stages", &[]).await.status, 404);
    // what was there has no stage until somebody says one; what comes begins in the first
    let ctx = w.of(boss, Door::Page);
    let second = w.make("mesin", json!({"nama": "Espresso 2"})).await;
    let stage = |record: akrab_model::Record| record.link("stage");
    assert_eq!(stage(w.engine.get(&ctx, "mesin", first).await.expect("it")), None);
    let begun = stage(w.engine.get(&ctx, "mesin", second).await.expect("it")).expect("a first stage");
    let set = page.post(&format!("/mesin/{first}/fields/stage"), &format!("stage={begun}")).await;
    assert!(set.status.is_success(), "{} {}", set.status, set.html);
    assert_eq!(stage(w.engine.get(&ctx, "mesin", first).await.expect("it")), Some(begun));
    let board = page.get("/mesin?type=board").await;
    assert!(board.status == 200 && board.html.contains("Espresso 1") && board.html.contains("Espresso 2"), "{}", board.status);
});
