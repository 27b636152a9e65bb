//! What was changed: taken along as a file, taken back, done later.

use super::*;

both!(changes_go_into_another_workspace_as_a_file, async |w: &Workspace| {
    let ctx = admin(w).await;
    w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
    let ctx = admin(w).await;
    let mut change = ObjectChange::of("account");
    change.fields.insert("armada".into(), FieldDecl::new(FieldType::Integer, label("Jumlah armada")));
    change.changed.insert("website".into(), FieldChange { label: Some(label("Laman")), ..FieldChange::default() });
    let edit = Edit {
        object: "account".into(),
        part: Some(Part::Change(Box::new(change))),
        version: 0,
        deed: Deed::NewField,
        detail: "armada".into(),
    };
    w.engine.shape_apply(&ctx, &[edit]).await.unwrap_or_else(|p| panic!("{p:?}"));
    let text = w.engine.shape_export(&admin(w).await, None).expect("a file");
    let second = Workspace::sqlite(&[]).await;
    second.engine.shape_import(&admin(&second).await, &text, false).await.unwrap_or_else(|p| panic!("{p:?}\n{text}"));
    assert_eq!(second.engine.world().shape, w.engine.world().shape);
    assert_eq!(second.engine.shape_export(&admin(&second).await, None).expect("a file"), text);
    let again = second.engine.shape_import(&admin(&second).await, &text, false).await.expect("nothing to do");
    assert!(again.touched.is_empty());
    second.close().await;
});

both!(the_log_takes_back_without_loss_and_the_second_is_told, async |w: &Workspace| {
    let ctx = admin(w).await;
    w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
    let ctx = admin(w).await;
    let first = edit(w, "kendaraan", Deed::NewField, |decl| {
        drop(decl.fields.insert("warna".into(), FieldDecl::new(FieldType::Text, label("Warna"))))
    });
    let second = edit(w, "kendaraan", Deed::Object, |decl| decl.label = label("Truk"));
    w.engine.shape_apply(&ctx, &[first]).await.expect("the first");
    assert_eq!(w.engine.shape_apply(&ctx, &[second]).await.expect_err("too late").kind, ProblemKind::Stale);
    let id = w.engine.create(&admin(w).await, "kendaraan", map(json!({"plat": "D 4 S", "warna": "biru"}))).await.expect("a truck").id;
    let log = w.engine.shape_log(&ctx, Some("kendaraan"), None, 10).await.expect("the log");
    assert_eq!(log.iter().map(|t| t.deed.as_str()).collect::<Vec<_>>(), ["new_field", "import"]);
    assert_eq!(log[0].actor, ctx.user_id());
    let back = w.engine.shape_revert(&ctx, log[0].id).await.expect("an edit");
    w.engine.shape_apply(&ctx, &[back]).await.expect("taken back");
    assert!(!w.engine.get(&admin(w).await, "kendaraan", id).await.expect("it").has("warna"));
    let log = w.engine.shape_log(&ctx, Some("kendaraan"), None, 10).await.expect("the log");
    let forth = w.engine.shape_revert(&ctx, log[0].id).await.expect("an edit");
    w.engine.shape_apply(&ctx, &[forth]).await.expect("taken back again");
    assert_eq!(w.engine.get(&admin(w).await, "kendaraan", id).await.expect("it").text("warna"), "biru");
});

both!(
    /// One change among many is taken back in the change log, later ones stay; where something stands on it, the page says what.
    one_change_among_many_is_taken_back,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        w.engine.shape_import(&ctx, VEHICLES, false).await.expect("taken");
        let apply = async |deed: Deed, detail: &str, change: &dyn Fn(&mut ObjectDecl)| {
            let ctx = admin(w).await;
            let edit = Edit { detail: detail.into(), ..edit(w, "kendaraan", deed, |decl| change(decl)) };
            w.engine.shape_apply(&ctx, &[edit]).await.unwrap_or_else(|p| panic!("{p:?}"));
            w.engine.shape_log(&ctx, Some("kendaraan"), None, 1).await.expect("the log")[0].id
        };
        let colour = apply(Deed::NewField, "warna", &|decl| {
            decl.fields.insert("warna".into(), FieldDecl::new(FieldType::Text, label("Warna")));
            decl.layout.quick = vec!["plat".into(), "warna".into()];
        })
        .await;
        let name = apply(Deed::Field, "tahun", &|decl| decl.fields["tahun"].label = label("Tahun buat")).await;
        apply(Deed::Layout, "", &|decl| decl.layout.quick.push("tahun".into())).await;
        let again = apply(Deed::Field, "tahun", &|decl| decl.fields["tahun"].label = Label::new("Tahun buat", "Built in")).await;
        let id = w.engine.create(&admin(w).await, "kendaraan", map(json!({"plat": "D 4 S", "warna": "biru"}))).await.expect("it").id;
        let boss = admin(w).await.user_id().expect("the admin");
        let mut browser = Browser::of(w, boss).await;
        let of = |id: i64, rest: &str| format!("/settings/objects/kendaraan/log/{id}{rest}");
        // the name was changed again: which change stands on it is said, and the same in the list of all objects
        let page = browser.get(&of(name, "")).await;
        assert!(page.html.contains("“Tahun buat › Nama (Inggris)” diubah lagi sesudahnya"), "{}", page.html);
        let refused = browser.submit(&of(name, "/revert"), &[]).await;
        assert!(refused.status == 422 && refused.html.contains("tidak bisa dibatalkan sendiri"), "{}", refused.status);
        assert!(browser.get("/settings/objects/log").await.html.contains(&of(colour, "")));
        // the new field in the middle goes out of sight alone
        let page = browser.get(&of(colour, "")).await;
        assert!(page.html.contains("Batalkan perubahan ini saja") && page.html.contains("Perubahan sesudahnya"), "{}", page.html);
        press(&mut browser, &of(colour, "/revert"), &[]).await;
        let decl = w.engine.object("kendaraan").expect("it").decl.clone();
        assert!(decl.fields["warna"].hidden && decl.fields["tahun"].label.en == "Built in", "later changes stay");
        assert_eq!(decl.layout.quick, ["tahun"]);
        assert!(!w.engine.get(&admin(w).await, "kendaraan", id).await.expect("it").has("warna"));
        // taking that back brings it and its values again
        let back = w.engine.shape_log(&admin(w).await, Some("kendaraan"), None, 1).await.expect("the log")[0].id;
        press(&mut browser, &of(back, "/revert"), &[]).await;
        assert_eq!(w.engine.get(&admin(w).await, "kendaraan", id).await.expect("it").text("warna"), "biru");
        // the newer name first, then the older one
        press(&mut browser, &of(again, "/revert"), &[]).await;
        press(&mut browser, &of(name, "/revert"), &[]).await;
        assert_eq!(w.engine.object("kendaraan").expect("it").decl.fields["tahun"].label, Label::new("Tahun", "Year"));
        // a field that a formula works with stays
        let base = apply(Deed::NewField, "biaya", &|decl| {
            drop(decl.fields.insert("biaya".into(), FieldDecl::new(FieldType::Money, label("Biaya"))))
        })
        .await;
        apply(Deed::NewField, "dua_kali", &|decl| {
            let formula = FieldDecl {
                formula: Some("biaya * 2.0".into()),
                result: Some(FieldType::Money),
                ..FieldDecl::new(FieldType::Formula, label("Dua kali"))
            };
            decl.fields.insert("dua_kali".into(), formula);
        })
        .await;
        let page = browser.get(&of(base, "")).await;
        assert!(page.html.contains("Rumus “Dua kali” di Kendaraan memakainya"), "{}", page.html);
        assert_eq!(w.engine.shape_take_back(&admin(w).await, base).await.await_code(), "shape_stands_on_it");
        // everything since the first change of the name, as before
        press(&mut browser, &of(name, "/revert"), &[("all", "1")]).await;
        let decl = w.engine.object("kendaraan").expect("it").decl.clone();
        assert!(decl.fields["biaya"].hidden && decl.fields["dua_kali"].hidden && decl.layout.quick == ["plat", "warna"]);
    }
);

both!(what_a_later_version_no_longer_knows_is_left_out_and_kept, async |w: &Workspace| {
    let ctx = admin(w).await;
    w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
    let ctx = admin(w).await;
    let id = w.engine.create(&ctx, "kendaraan", map(json!({"plat": "AB 7 C"}))).await.expect("a truck").id;
    // a version without accounts cannot link to them; everything else stands
    let later = crate::workspace::objects_without_accounts();
    let other = w.opened_with(crate::workspace::KEY, later).await;
    let world = other.world();
    assert!(world.left_out.iter().any(|f| f.file == "kendaraan" && f.field.as_deref() == Some("perusahaan")), "{:?}", world.left_out);
    let theirs = other.ctx(other.people().user(ctx.user_id().expect("a user")).expect("the admin"), Door::Page, "test");
    assert_eq!(other.get(&theirs, "kendaraan", id).await.expect("the record").text("plat"), "AB 7 C");
    assert_eq!(world.shape, w.engine.world().shape, "what is kept is untouched");
    other.store().close().await;
});

both!(what_a_killed_process_left_for_later_is_done_by_the_next, async |w: &Workspace| {
    let ctx = admin(w).await;
    w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
    let ctx = admin(w).await;
    let id = w.engine.create(&ctx, "kendaraan", map(json!({"plat": "F 1 L", "harga": 1000, "tahun": 2020}))).await.expect("a truck").id;
    // an index over a table there is, and a figure of the records there are, come as a job: it never runs here
    let later = edit(w, "kendaraan", Deed::NewField, |decl| {
        let figure = FieldDecl {
            formula: Some("harga * 2.0".into()),
            result: Some(FieldType::Money),
            ..FieldDecl::new(FieldType::Formula, label("Dua"))
        };
        decl.fields.insert("dua".into(), figure);
        decl.fields["tahun"].index = true;
    });
    let come = w.engine.shape_apply(&ctx, &[later]).await.expect("applied");
    assert!(
        come.lines.iter().any(|l| l.kind == "create_index" && l.later) && come.lines.iter().any(|l| l.kind == "fill" && l.rows == 1),
        "{:?}",
        come.lines
    );
    assert!(!w.engine.store().plan(&w.engine.registry()).await.expect("a plan").is_empty(), "the index waits");
    let other = w.opened_again(crate::workspace::KEY).await;
    assert!(other.store().plan(&other.registry()).await.expect("a plan").is_empty(), "the next start builds it");
    other.store().close().await;
    assert_eq!(w.engine.get(&admin(w).await, "kendaraan", id).await.expect("it").get("dua"), &Value::Dec(2000.into()));
    // the job that was left finds nothing more to do
    assert!(w.work_off().await >= 1);
    // and where the process lives on, the job does it
    let again = edit(w, "kendaraan", Deed::Field, |decl| decl.fields["diskon"].index = true);
    w.engine.shape_apply(&admin(w).await, &[again]).await.expect("applied");
    w.work_off().await;
    assert!(w.engine.store().plan(&w.engine.registry()).await.expect("a plan").is_empty(), "the job built it");
});
