//! Objects made and changed in the browser.

use super::*;

both!(an_administrator_makes_an_object_in_the_browser, async |w: &Workspace| {
    let role = |key: &str| w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role");
    let boss = admin(w).await.user_id().expect("the admin");
    let (west, east) = (w.make("team", json!({"name": "Barat"})).await, w.make("team", json!({"name": "Timur"})).await);
    let sari = w.user("sari", role("sales"), Some(west)).await;
    let agus = w.user("agus", role("sales"), Some(east)).await;
    let account = w.make("account", json!({"name": "PT Angkutan Jaya"})).await;
    let mut page = Browser::of(w, boss).await;
    // nobody else gets in
    let mut other = Browser::of(w, sari).await;
    for address in ["/settings/objects", "/settings/objects/new", "/settings/objects/account", "/settings/objects/export"] {
        assert_eq!(other.get(address).await.status, 403, "{address}");
    }
    let base =
        [("label_id", "Kendaraan"), ("label_en", "Vehicle"), ("plural_id", "Kendaraan"), ("plural_en", "Vehicles"), ("group", "customers")];
    let rest =
        [("icon", "truck"), ("title_id", "Nomor polisi"), ("title_en", "Plate"), ("owned", "1"), ("staged", "1"), ("key", "kendaraan")];
    press(&mut page, "/settings/objects/new", &[&base[..], &rest[..]].concat()).await;
    let of = |rest: &str| format!("/settings/objects/kendaraan{rest}");
    let mut add = async |kind: &str, label: &str, more: &[(&str, &str)]| {
        let address = of(&format!("/fields/new?type={kind}"));
        let shown = page.get(&address).await;
        assert_eq!(shown.status, 200, "{kind}");
        let version = hidden_value(&shown.html, "version");
        let fields = [("type", kind), ("label_id", label), ("label_en", label), ("version", version.as_str())];
        press(&mut page, &address, &[&fields[..], more].concat()).await;
    };
    add("link", "Perusahaan", &[("to", "account"), ("key", "perusahaan")]).await;
    add("choice", "Merek", &[("c_key", ""), ("c_id", "Hino"), ("c_en", "Hino"), ("c_key", ""), ("c_id", "Isuzu"), ("c_en", "Isuzu")]).await;
    add("integer", "Tahun", &[("min", "1980")]).await;
    add("money", "Harga", &[("index", "1")]).await;
    add("percent", "Diskon", &[]).await;
    add("formula", "Harga bersih", &[("result", "money"), ("formula", "harga - harga * or_zero(diskon) / 100.0")]).await;
    add("text", "Alasan", &[("required_when", "{\"field\":\"diskon\",\"op\":\"gt\",\"value\":15}")]).await;
    add("long_text", "Catatan", &[("search", "1")]).await;
    add("date", "Berlaku sampai", &[]).await;
    let decl = &w.engine.object("kendaraan").expect("it").decl;
    assert_eq!(decl.layout.quick, ["perusahaan", "merek", "tahun", "harga", "diskon", "alasan"], "the short form takes six by itself");
    assert_eq!(decl.views[0].columns, ["nomor_polisi", "stage", "perusahaan", "merek", "tahun", "harga", "owner", "updated_at"]);
    // a record through the form, with the formula, the first stage and the rule
    let made =
        page.post("/kendaraan/new", &format!("nomor_polisi=B+9012+KXA&perusahaan={account}&merek=hino&harga=1000000&diskon=10")).await;
    assert!(made.status.is_success(), "{}", made.html);
    let ctx = w.of(boss, Door::Page);
    let list = ListRequest { object: "kendaraan".into(), ..Default::default() };
    let record = w.engine.list(&ctx, list.clone()).await.expect("the list").records.remove(0);
    let record = w.engine.get(&ctx, "kendaraan", record.id).await.expect("it");
    assert_eq!(record.get("harga_bersih"), &Value::Dec(900_000.into()));
    assert!(record.link("stage").is_some());
    let refused = page.post("/kendaraan/new", "nomor_polisi=B+1+A&diskon=20").await;
    assert!(refused.status == 422 && refused.html.contains("alasan"), "{}", refused.status);
    // list, board, record page, search, API, OpenAPI
    for (address, words) in [
        ("/kendaraan".to_string(), "B 9012 KXA"),
        ("/kendaraan?type=board".into(), "B 9012 KXA"),
        (format!("/kendaraan/{}", record.id), "Harga bersih"),
        ("/settings/pipelines".into(), "Kendaraan"),
    ] {
        let shown = page.get(&address).await;
        assert!(shown.status == 200 && shown.html.contains(words), "{address}: {} has no {words}", shown.status);
    }
    let hits = w.engine.search(&ctx, "9012", None, 10).await.expect("the search");
    assert!(hits.iter().any(|hit| hit.object.key == "kendaraan"), "the search finds it");
    let token = w.engine.token_add(&w.system(), boss, "uji", false, None).await.expect("a token");
    assert_eq!(crate::how_to::api(w, &token, "GET", &format!("/api/v1/kendaraan/{}", record.id)).await["nomor_polisi"], "B 9012 KXA");
    let described = crate::how_to::api(w, &token, "GET", "/api/v1/openapi.json").await;
    assert!(described["components"]["schemas"]["kendaraan"]["properties"]["harga_bersih"].is_object());
    // five thousand rows come in
    let mut csv = String::from("Nomor polisi,Perusahaan,Merek,Tahun,Harga,Diskon\n");
    for n in 0..5_000 {
        csv.push_str(&format!("B {n} XY,PT Angkutan Jaya,Isuzu,20{:02},{},5\n", n % 25, 100_000_000 + n));
    }
    let file = w.engine.file_put(&ctx, "kendaraan.csv", std::io::Cursor::new(csv), 1 << 24).await.expect("the file");
    let spec = w.engine.import_guess(&ctx, "kendaraan", file.id, None).await.expect("the columns are recognised");
    let job = w.engine.import_start(&ctx, spec, false).await.expect("the import starts");
    w.work_off().await;
    let (_, report) = w.engine.import_report(&ctx, job).await.expect("the report");
    assert_eq!(report.counts.created, 5_000, "{report:?}");
    // a salesperson sees the team's, and nothing of the others'
    let his =
        w.engine.create(&w.of(sari, Door::Page), "kendaraan", map(json!({"nomor_polisi": "L 1 S"}))).await.expect("a seller may create").id;
    let seen = w.engine.list(&w.of(sari, Door::Page), list.clone()).await.expect("the list").records;
    assert_eq!(seen.iter().map(|r| r.id).collect::<Vec<_>>(), [his]);
    assert!(w.engine.list(&w.of(agus, Door::Page), list.clone()).await.expect("the list").records.is_empty());
    let exported = w
        .engine
        .export(&ctx, akrab_engine::export::ExportSpec { object: "kendaraan".into(), ..Default::default() })
        .await
        .expect("the export");
    assert_eq!(exported.rows, 5_002);
    w.engine.export_done(&exported);
    // layout, list, rules and names in the browser
    let version = async |page: &mut Browser, rest: &str| hidden_value(&page.get(&of(rest)).await.html, "version");
    let v = version(&mut page, "/layout").await;
    let state = [
        ("version", v.as_str()),
        ("sections", "1"),
        ("s0_id", "Data"),
        ("s0_en", "Data"),
        ("s0_field", "nomor_polisi"),
        ("s0_field", "tahun"),
        ("quick", "tahun"),
    ];
    let moved = page.submit(&of("/layout"), &[&state[..], &[("do", "up s0 tahun")]].concat()).await;
    assert_eq!(moved.status, 200);
    assert!(moved.html.find("value=\"tahun\"") < moved.html.find("value=\"nomor_polisi\""), "a press moves it");
    press(&mut page, &of("/layout"), &state).await;
    let v = version(&mut page, "/lists").await;
    let state = [
        ("version", v.as_str()),
        ("view", "everything"),
        ("column", "nomor_polisi"),
        ("column", "tahun"),
        ("sort", "-tahun"),
        ("by", "merek"),
    ];
    let old = json!({"field": "tahun", "op": "lt", "value": 2010});
    let saved = akrab_engine::view::ViewDraft {
        name: "Tua".into(),
        scope: akrab_engine::view::ViewScope::Everyone,
        state: akrab_engine::view::ViewState { filter: Some(old.clone()), ..Default::default() },
    };
    let by = w.of(boss, Door::Page);
    let view = w.engine.write(&by, move |tx| {
        let object = tx.object("kendaraan")?;
        tx.create_view(&object, &saved)
    });
    let view = view.await.expect("a view").to_string();
    press(&mut page, &of("/lists"), &[&state[..], &[("filter", view.as_str())]].concat()).await;
    assert_eq!(w.engine.object("kendaraan").expect("it").decl.views[0].filter, Some(old), "a saved view's filter is taken over");
    let v = version(&mut page, "/rules").await;
    let state = [
        ("version", v.as_str()),
        ("r0_key", ""),
        ("r0_formula", "or_zero(diskon) <= 50.0"),
        ("r0_id", "Potongan terlalu besar"),
        ("r0_en", "Too large"),
        ("r0_field", "diskon"),
    ];
    press(&mut page, &of("/rules"), &state).await;
    let decl = &w.engine.object("kendaraan").expect("it").decl;
    assert_eq!(decl.layout.sections[0].fields, ["nomor_polisi", "tahun"]);
    assert_eq!((decl.views[0].columns.len(), decl.board.as_ref().map(|b| b.by.as_str())), (2, Some("merek")));
    let fault = w
        .engine
        .create(&w.of(boss, Door::Api), "kendaraan", map(json!({"nomor_polisi": "X", "diskon": 60, "alasan": "x"})))
        .await
        .expect_err("too much");
    assert_eq!(fault.fields[0].code, "rule_broken");
    // hide, impact, remove; log and back
    press(&mut page, &of("/fields/catatan/hide"), &[]).await;
    assert!(!page.get(&format!("/kendaraan/{}", record.id)).await.html.contains("Catatan</dt>"));
    let asked = page.get(&of("/fields/catatan/remove")).await;
    assert!(asked.status == 200 && asked.html.contains("x_catatan"), "the plan of the removal: {}", asked.html);
    press(&mut page, &of("/fields/catatan/remove"), &[]).await;
    assert!(w.engine.object("kendaraan").expect("it").field("catatan").is_none());
    let log = page.get(&of("/log")).await;
    assert!(log.status == 200 && log.html.contains("/settings/objects/kendaraan/log/"), "{}", log.status);
    // the file goes into a second workspace through its page
    let file = page.get("/settings/objects/export").await;
    assert!(file.html.contains("[[objects]]") && file.html.contains("key = \"kendaraan\""), "{}", file.html);
    let second = Workspace::sqlite(&[]).await;
    let there = admin(&second).await.user_id().expect("the admin");
    let mut away = Browser::of(&second, there).await;
    let tried = away.submit("/settings/objects/import", &[("text", &file.html)]).await;
    assert!(tried.status == 200 && tried.html.contains("Kendaraan"), "{}", tried.html);
    let done = away.submit("/settings/objects/import", &[("text", &file.html), ("sure", "1")]).await;
    assert_eq!(done.status, 303, "{}", done.html);
    assert_eq!(second.engine.world().shape, w.engine.world().shape);
    let wrong = away.submit("/settings/objects/import", &[("text", "[[objects]]\nkey = \"a\"\nplurl = \"b\"\n")]).await;
    assert!(wrong.status == 422 && wrong.html.contains('3'), "{}", wrong.html);
    second.close().await;
});

/// What the compiler of objects says, in both languages: the part of a page that lists what is wrong.
fn said(html: &str) -> String {
    let text = html.split("ak-error-summary").nth(1).unwrap_or(html);
    let text = text.split("</div>").next().unwrap_or_default();
    let mut plain = String::new();
    let mut inside = true;
    for c in text.chars() {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c if !inside => plain.push(c),
            _ => {}
        }
    }
    plain.replace("&quot;", "\"").replace("&amp;", "&").replace("&#39;", "'")
}

both!(
    /// Whatever is wrong with objects, fields, formulas and files is said in Indonesian on an Indonesian page, and in English on
    /// an English one; nothing the compiler or a reader of files says in English gets through.
    faults_of_objects_are_told_in_the_language_of_the_page,
    async |w: &Workspace| {
        use akrab_web::fail::field_message;
        use akrab_web::locale::{Lang, Text};
        let ctx = admin(w).await;
        w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
        let boss = ctx.user_id().expect("the admin");
        let mut browser = Browser::of(w, boss).await;
        let broken = |from: &str, to: &str| VEHICLES.replacen(from, to, 1);
        let cases = [
            (broken("to = \"account\"", "to = \"akun\""), "decl_link_unknown"),
            (broken("title = \"plat\"", "title = \"nomor\""), "decl_title_unknown"),
            (broken("result = \"money\"\n", ""), "decl_formula_result"),
            (broken("formula = \"harga - harga", "formula = \"harga + * harga"), "decl_formula_unreadable"),
            (broken("formula = \"harga - harga", "formula = \"harga - biaya"), "decl_formula_unknown"),
            (broken("formula = \"harga - harga", "formula = \"nosuch(1) + harga"), "decl_formula_function"),
            (broken("formula = \"harga - harga", "formula = \"perusahaan.name + harga"), "decl_formula_member"),
            (broken("result = \"money\"", "result = \"text\""), "decl_formula_wants_text"),
            (broken("or_zero(diskon) <= 50.0", "nosuch(harga) <= 5.0"), "decl_formula_function"),
            (broken("or_zero(diskon) <= 50.0", "perusahaan.name != 'X'"), "decl_formula_member"),
            (broken("or_zero(diskon) <= 50.0", "plat - 50.0 == 1.0"), "decl_formula_kinds"),
            (broken("or_zero(diskon) <= 50.0", "or_zero(diskon) + 50.0"), "decl_formula_wants_truth"),
            (broken("field = \"diskon\", op = \"gt\"", "field = \"rabat\", op = \"gt\""), "decl_condition"),
            (broken("field = \"diskon\", op = \"gt\"", "field = \"diskon\", op = \"within\""), "decl_condition"),
            (broken("by = \"tahap\"", "by = \"tahun\""), "decl_board_kind"),
            (broken("formula = \"or_zero(diskon) <= 50.0\"", ""), "decl_rule_both"),
            (broken("pipeline = \"alur\"\n", ""), "decl_stage_pipeline"),
            (broken("key = \"hino\"", "key = \"Hino\""), "decl_choice_key"),
            (broken("type = \"integer\"", "type = \"bilangan\""), "toml_unknown_word"),
            (broken("icon = \"truck\"", "ikon = \"truck\""), "toml_unknown_key_of"),
            (broken("icon = \"truck\"\n", ""), "toml_missing"),
            (broken("icon = \"truck\"", "icon = 7"), "toml_wrong_type"),
            (broken("[objects.board]", "[objects.board"), "toml_unreadable"),
            (VEHICLES.replace("\"kendaraan\"", "\"account\""), "decl_shipped_object"),
        ];
        for (text, code) in cases {
            let fault = w.engine.shape_import(&ctx, &text, true).await.expect_err(code);
            let first = &fault.fields[0];
            assert!(first.args.iter().any(|(name, value)| name == "because" && value == code), "{code}: {fault:?}");
            let (id, en) = (field_message(Text::new(Lang::Id), first), field_message(Text::new(Lang::En), first));
            assert!(id != en && id.starts_with("Baris") && en.starts_with("Line"), "{code}: {id} | {en}");
            let page = browser.submit("/settings/objects/import", &[("text", &text)]).await;
            assert_eq!(page.status, 422, "{code}");
            let words = said(&page.html);
            assert!(words.contains(&id), "{code}: {words}");
            let english = ["the ", "there ", "unknown", "expected", "invalid", "missing", "needs", "belongs", "cannot", " is no ", "formula uses"];
            let found: Vec<_> = english.into_iter().filter(|word| words.to_lowercase().contains(word)).collect();
            assert!(found.is_empty(), "{code}: {found:?} in {words}");
        }
        // the field's own form says it too, with the field's name
        let shown = browser.get("/settings/objects/kendaraan/fields/bersih").await;
        let version = hidden_value(&shown.html, "version");
        let fields = [("type", "formula"), ("label_id", "Harga bersih"), ("label_en", "Net price"), ("version", version.as_str()), ("formula", "harga *")];
        let page = browser.submit("/settings/objects/kendaraan/fields/bersih", &fields).await;
        let words = said(&page.html);
        assert!(page.status == 422 && words.contains("Kendaraan › Harga bersih: Rumus"), "{words}");
        let fields = [&fields[..4], &[("formula", "bersih + 1.0")]].concat();
        let page = browser.submit("/settings/objects/kendaraan/fields/bersih", &fields).await;
        assert!(said(&page.html).contains("dihitung dari dirinya sendiri"), "{}", said(&page.html));
        // what no longer fits a later version is listed in words as well
        let later = crate::workspace::objects_without_accounts();
        let other = w.opened_with(crate::workspace::KEY, later).await;
        let left = other.world().left_out.clone();
        let words = left.iter().map(|fault| akrab_web::fail::declared(Text::new(Lang::Id), &other.registry(), fault)).collect::<Vec<_>>();
        assert!(words.iter().any(|words| words.contains("Menunjuk ke objek “account” yang tidak ada")), "{words:?}");
        other.store().close().await;
    }
);

both!(
    /// Conditions of several tests, nested, are put together with the builder in the forms of the object manager; what was
    /// typed meanwhile stays. Rules, conditional links, unique sets, hints, panels and the next step are set there too.
    whatever_an_object_file_says_of_conditions_the_browser_says_too,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
        let mut page = Browser::of(w, ctx.user_id().expect("the admin")).await;
        let of = |rest: &str| format!("/settings/objects/kendaraan{rest}");
        let decl = || w.engine.object("kendaraan").expect("it").decl.clone();
        let version = async |page: &mut Browser, rest: &str| hidden_value(&page.get(&of(rest)).await.html, "version");
        let unescaped = |text: &str| text.replace("&quot;", "\"").replace("&gt;", ">").replace("&lt;", "<").replace("&amp;", "&");
        // the builder opens over what was typed, and comes back to it
        let v = version(&mut page, "/fields/tahun").await;
        let typed = [("type", "integer"), ("label_id", "Tahun buat"), ("label_en", "Built in"), ("version", v.as_str()), ("min", "1990")];
        let opened = page.submit(&of("/fields/tahun"), &[&typed[..], &[("condition", "visible_when")]].concat()).await;
        assert!(opened.status == 200 && opened.html.contains("data-filter-show") && opened.html.contains("value=\"Tahun buat\""), "{}", opened.html);
        let nested = r#"{"all":[{"field":"harga","op":"gt","value":"1jt"},{"any":[{"field":"merek","op":"is","value":"hino"},{"field":"diskon","op":"not_empty"}]}]}"#;
        let came = page.submit(&of("/fields/tahun"), &[&typed[..], &[("condition_for", "visible_when"), ("condition_tree", nested)]].concat()).await;
        assert!(came.status == 200 && came.html.contains("value=\"Tahun buat\""), "{}", came.html);
        assert!(decl().fields["tahun"].visible_when.is_none(), "nothing is kept before Save");
        let carried = unescaped(&hidden_value(&came.html, "visible_when"));
        assert!(carried.contains("\"any\"") && carried.contains("1000000"), "{carried}");
        assert!(came.html.contains("Hino") && came.html.contains("atau"), "the condition is told in words: {}", came.html);
        let wrong = page.submit(&of("/fields/tahun"), &[&typed[..], &[("condition_for", "visible_when"), ("condition_tree", "{\"field\":\"rabat\",\"op\":\"is\",\"value\":1}")]].concat()).await;
        assert!(wrong.status == 200 || wrong.status == 422, "{}", wrong.status);
        press(&mut page, &of("/fields/tahun"), &[&typed[..], &[("visible_when", carried.as_str())]].concat()).await;
        let kept = decl().fields["tahun"].visible_when.clone().expect("a condition").to_string();
        assert!(kept.contains("any") && kept.contains("hino"), "{kept}");
        let made = |plate: &str, price: i64| map(json!({"plat": plate, "harga": price, "merek": "hino", "tahun": 2020}));
        let cheap = w.engine.create(&admin(w).await, "kendaraan", made("A 1", 1000)).await.expect("a truck").id;
        let dear = w.engine.create(&admin(w).await, "kendaraan", made("A 2", 2_000_000)).await.expect("a truck").id;
        let shown = async |page: &mut Browser, id: i64| page.get(&format!("/armada/{id}")).await.html.contains("/fields/tahun\"");
        assert!(shown(&mut page, dear).await && !shown(&mut page, cheap).await);
        // a link that offers some only
        let v = version(&mut page, "/fields/perusahaan").await;
        let link = [("type", "link"), ("label_id", "Perusahaan"), ("label_en", "Account"), ("version", v.as_str())];
        let came = page.submit(&of("/fields/perusahaan"), &[&link[..], &[("condition_for", "must"), ("condition_tree", r#"{"all":[{"field":"industry","op":"is","value":"hotel"}]}"#)]].concat()).await;
        let must = unescaped(&hidden_value(&came.html, "must"));
        assert!(must.contains("hotel"), "{}", came.html);
        press(&mut page, &of("/fields/perusahaan"), &[&link[..], &[("must", must.as_str())]].concat()).await;
        assert!(decl().fields["perusahaan"].must.is_some());
        // closed without applying, all stays as it was
        let stays = page.submit(&of("/fields/perusahaan"), &[&link[..], &[("must", must.as_str()), ("condition_for", "must"), ("condition_tree", "{\"all\":[]}"), ("condition_stay", "1")]].concat()).await;
        assert_eq!(unescaped(&hidden_value(&stays.html, "must")), must);
        // as it is made: where it leads is said first, then which records of that
        let choice = page.get(&of("/fields/new?type=link")).await.html;
        assert!(choice.contains("?type=link&amp;to=account"), "{choice}");
        let fresh = page.get(&of("/fields/new?type=link&to=account")).await.html;
        let v = hidden_value(&fresh, "version");
        assert!(fresh.contains("id=\"f-must\""), "{fresh}");
        let link = [("type", "link"), ("to", "account"), ("label_id", "Bengkel"), ("label_en", "Workshop"), ("version", v.as_str())];
        let came = page.submit(&of("/fields/new?type=link&to=account"), &[&link[..], &[("condition_for", "must"), ("condition_tree", r#"{"all":[{"field":"industry","op":"is","value":"hotel"}]}"#)]].concat()).await;
        let must = unescaped(&hidden_value(&came.html, "must"));
        assert!(must.contains("hotel") && came.html.contains("value=\"Bengkel\"") && hidden_value(&came.html, "to") == "account", "{}", came.html);
        press(&mut page, &of("/fields/new?type=link&to=account"), &[&link[..], &[("must", must.as_str())]].concat()).await;
        let workshop = decl().fields.into_iter().find(|(_, field)| field.label.en == "Workshop").expect("the new link").1;
        assert!(workshop.must.is_some() && workshop.to.as_deref() == Some("account"));
        // a fault of a field that is only being made is told with its label
        let v = version(&mut page, "/rules").await;
        let wrong = [("type", "formula"), ("result", "decimal"), ("label_id", "Biaya tahunan"), ("label_en", "Cost a year"), ("formula", "tidak_ada * 2.0"), ("version", v.as_str())];
        let refused = page.submit(&of("/fields/new?type=formula"), &wrong).await;
        assert!(refused.status == 422 && refused.html.contains("› Biaya tahunan"), "{}", refused.html);
        // a rule as a condition instead of a formula
        let v = version(&mut page, "/rules").await;
        let first = [("version", v.as_str()), ("r0_key", "murah"), ("r0_formula", "or_zero(diskon) <= 50.0"), ("r0_id", "Potongan paling banyak 50 %."), ("r0_en", "At most"), ("r0_field", "diskon")];
        let second = [("r1_key", ""), ("r1_id", "Truk mahal perlu perusahaan."), ("r1_en", "A dear truck needs an account."), ("r1_field", "perusahaan")];
        let rule = r#"{"any":[{"field":"harga","op":"lt","value":"1jt"},{"field":"perusahaan","op":"not_empty"}]}"#;
        let opened = page.submit(&of("/rules"), &[&first[..], &second[..], &[("condition", "r1_must")]].concat()).await;
        assert!(opened.status == 200 && opened.html.contains("data-filter-show"), "{}", opened.html);
        let came = page.submit(&of("/rules"), &[&first[..], &second[..], &[("condition_for", "r1_must"), ("condition_tree", rule)]].concat()).await;
        let must = unescaped(&hidden_value(&came.html, "r1_must"));
        assert!(came.html.contains("Truk mahal perlu perusahaan.") && must.contains("not_empty"), "{}", came.html);
        press(&mut page, &of("/rules"), &[&first[..], &second[..], &[("r1_must", must.as_str())]].concat()).await;
        let refused = w.engine.create(&admin(w).await, "kendaraan", made("A 3", 3_000_000)).await.expect_err("the rule");
        assert!(refused.fields.iter().any(|f| f.field() == "perusahaan" && f.code == "rule_broken"), "{refused:?}");
        // unique sets and hints
        let v = version(&mut page, "/alike").await;
        let alike = [("version", v.as_str()), ("u0", "merek"), ("u0", "harga"), ("h0_field", "merek"), ("h0_field", "tahun"), ("h0_id", "Merek dan tahun sama"), ("h0_en", "Same make and year")];
        press(&mut page, &of("/alike"), &alike).await;
        assert_eq!((decl().unique, decl().duplicates.len()), (vec![vec!["merek".to_string(), "harga".into()]], 1));
        w.work_off().await;
        let ctx = admin(w).await;
        assert_eq!(w.engine.create(&ctx, "kendaraan", made("A 4", 1000)).await.expect_err("alike").fields[0].code, "taken");
        let hints = w.engine.hints(&ctx, "kendaraan", map(json!({"merek": "hino", "tahun": 2020})), None).await.expect("hints");
        assert_eq!(hints.len(), 2);
        assert!(page.get(&of("/alike")).await.html.contains("Merek dan tahun sama"));
        // of a shipped object too, beside what ships
        let shipped = w.engine.object("account").expect("it").decl.duplicates.len();
        let v = hidden_value(&page.get("/settings/objects/account/alike").await.html, "version");
        press(&mut page, "/settings/objects/account/alike", &[("version", v.as_str()), ("u0", "name"), ("u0", "industry")]).await;
        let account = w.engine.object("account").expect("it").decl.clone();
        assert!(account.unique.len() > 1 && account.duplicates.is_empty() && shipped > 0, "{:?}", account.unique);
        // panels of the account's page, and sections in the order they were dragged into
        let v = hidden_value(&page.get("/settings/objects/account/layout").await.html, "version");
        let state = [
            ("version", v.as_str()),
            ("sections", "2"),
            ("section", "1"),
            ("section", "0"),
            ("s0_id", "Satu"),
            ("s0_en", "One"),
            ("s0_field", "name"),
            ("s1_id", "Dua"),
            ("s1_en", "Two"),
            ("s1_field", "industry"),
            ("related", "kendaraan.perusahaan"),
        ];
        let looked = page.submit("/settings/objects/account/layout", &[&state[..], &[("do", "look")]].concat()).await;
        assert!(looked.status == 200 && looked.html.contains("data-places") && looked.html.contains("data-place=\"rest\""), "{}", looked.html);
        assert!(looked.html.find("value=\"Dua\"") < looked.html.find("value=\"Satu\""), "the order they were dragged into");
        press(&mut page, "/settings/objects/account/layout", &state).await;
        let layout = w.engine.object("account").expect("it").decl.layout.clone();
        assert_eq!((layout.sections[0].label.en.as_str(), layout.related), ("Two", vec!["kendaraan.perusahaan".to_string()]));
        // the next step on a card
        let v = version(&mut page, "/lists").await;
        let lists = [("version", v.as_str()), ("column", "plat"), ("by", "tahap"), ("amount", "harga"), ("next", "alasan"), ("next_at", "updated_at"), ("tags", "merek")];
        press(&mut page, &of("/lists"), &lists).await;
        let board = decl().board.clone().expect("a board");
        assert_eq!((board.next.as_deref(), board.tags.as_deref()), (Some("alasan"), Some("merek")));
    }
);

both!(a_title_named_in_one_language_is_called_so_in_both, async |w: &Workspace| {
    let mut page = Browser::of(w, admin(w).await.user_id().expect("the admin")).await;
    // the English line still holds what stood there before
    let typed =
        [("label_id", "Gudang"), ("plural_id", "Gudang"), ("title_id", "Alamat gudang"), ("title_en", "Name"), ("group", "customers")];
    press(&mut page, "/settings/objects/new", &typed).await;
    let object = w.engine.object("gudang").expect("it");
    assert_eq!(object.title_field().label, Label::new("Alamat gudang", "Alamat gudang"));
    assert_eq!(object.purpose("id"), "", "nothing is said of what it is for");
    let form = page.get("/settings/objects/gudang/fields/new?type=formula").await.html;
    assert!(!form.contains("territory_fixed"), "only fields people know are offered to formulas");
    // what a change did is told without what it is about
    let log = page.get("/settings/objects/gudang/log").await.html;
    let one =
        log.split("href=\"").find_map(|part| part.split('"').next().filter(|href| href.contains("/log/"))).expect("a change").to_string();
    assert!(!page.get(&one).await.html.contains(">object<"));
});

both!(
    /// The audit trail says in words what was done to an object, an address by its label; every deed and every group of objects
    /// has words in both languages.
    deeds_and_groups_have_words_in_both_languages,
    async |w: &Workspace| {
        use akrab_web::locale::{Lang, Text};
        let ctx = admin(w).await;
        w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
        let place = FieldDecl::new(FieldType::Address, label("Lokasi parkir"));
        let made = edit(w, "kendaraan", Deed::NewField, |object| drop(object.fields.insert("lokasi".into(), place)));
        w.engine.shape_apply(&ctx, &[Edit { detail: "lokasi".into(), ..made }]).await.expect("the field");
        let mut browser = Browser::of(w, ctx.user_id().expect("the admin")).await;
        let trail = browser.get("/settings/audit").await.html;
        for words in ["Dibawa masuk dari berkas", "Isian baru", "Lokasi parkir"] {
            assert!(trail.contains(words), "{words}: {trail}");
        }
        assert!(!trail.contains("shape deed"), "{trail}");
        for lang in [Lang::Id, Lang::En] {
            let t = Text::new(lang);
            for deed in Deed::ALL {
                assert!(t.find(&format!("deed-{}", deed.key().replace('_', "-")), &[]).is_some(), "{lang:?}: {deed:?}");
            }
            for object in w.engine.registry().objects().filter(|object| !object.is_system()) {
                assert!(t.find(&format!("group-{}", object.decl.group), &[]).is_some(), "{lang:?}: {} in {}", object.key, object.decl.group);
            }
        }
        // a role's rights name their levels with what they mean, and a new flow begins with the first object of the side bar
        let role = w.engine.people().roles.iter().find(|role| role.key == "manager").map(|role| role.id).expect("the role");
        let rights = browser.get(&format!("/settings/roles/{role}")).await.html;
        assert!(rights.contains("Layanan") && rights.contains("anggota timnya"), "{rights}");
        let flow = browser.get("/settings/flows/new").await.html;
        // its own object stands before those that shipped
        assert!(flow.contains("<option value=\"kendaraan\" selected"), "{flow}");
    }
);
