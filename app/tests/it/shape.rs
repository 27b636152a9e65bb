//! What a workspace makes and changes of its objects itself: at once everywhere, on both databases, without loss.

use crate::browser::{Answer, Browser};
use crate::workspace::{Workspace, both, map};
use akrab_engine::shape::{Deed, Edit};
use akrab_engine::{Door, ListRequest};
use akrab_model::object::shape::{FieldChange, ObjectChange, Part};
use akrab_model::object::{FieldDecl, Label, ObjectDecl};
use akrab_model::{FieldType, ProblemKind, Value};
use serde_json::json;

/// The object of the scenario: ten fields, a link to the account, a formula, a pipeline.
pub const VEHICLES: &str = r#"
[[objects]]
key = "kendaraan"
plural = "armada"
label = { id = "Kendaraan", en = "Vehicle" }
plural_label = { id = "Kendaraan", en = "Vehicles" }
purpose = { id = "Armada pelanggan yang kita rawat.", en = "Fleets of customers that we service." }
icon = "truck"
group = "customers"
title = "plat"

[objects.fields.plat]
type = "text"
label = { id = "Nomor polisi", en = "Plate" }
required = true
unique = true
index = true
search = true

[objects.fields.perusahaan]
type = "link"
to = "account"
label = { id = "Perusahaan", en = "Account" }

[objects.fields.merek]
type = "choice"
label = { id = "Merek", en = "Make" }
choices = [
  { key = "hino", label = { id = "Hino", en = "Hino" } },
  { key = "isuzu", label = { id = "Isuzu", en = "Isuzu" } },
]

[objects.fields.tahun]
type = "integer"
label = { id = "Tahun", en = "Year" }
min = 1980

[objects.fields.harga]
type = "money"
label = { id = "Harga", en = "Price" }
index = true

[objects.fields.diskon]
type = "percent"
label = { id = "Potongan", en = "Discount" }

[objects.fields.bersih]
type = "formula"
label = { id = "Harga bersih", en = "Net price" }
result = "money"
formula = "harga - harga * or_zero(diskon) / 100.0"

[objects.fields.alasan]
type = "text"
label = { id = "Alasan potongan", en = "Why the discount" }
required_when = { field = "diskon", op = "gt", value = 15 }

[objects.fields.alur]
type = "link"
to = "pipeline"
label = { id = "Alur", en = "Pipeline" }

[objects.fields.tahap]
type = "stage"
pipeline = "alur"
label = { id = "Tahap", en = "Stage" }

[objects.board]
by = "tahap"
amount = "harga"

[[objects.validations]]
key = "murah"
formula = "or_zero(diskon) <= 50.0"
message = { id = "Potongan paling banyak 50 %.", en = "A discount is at most 50 %." }
field = "diskon"

[objects.access.manager]
create = true
read = "all"
edit = "all"
[objects.access.sales]
create = true
read = "team"
edit = "team"
"#;

fn label(text: &str) -> Label {
    Label::new(text, text)
}

/// An edit of the part of an object as it is now.
fn edit(w: &Workspace, object: &str, deed: Deed, change: impl FnOnce(&mut ObjectDecl)) -> Edit {
    let world = w.engine.world();
    let Some(Part::Own(mut decl)) = world.shape.parts.get(object).cloned() else { panic!("{object} was not made here") };
    change(&mut decl);
    Edit { object: object.into(), part: Some(Part::Own(decl)), version: world.part_version(object), deed, detail: String::new() }
}

async fn admin(w: &Workspace) -> akrab_engine::Ctx {
    let role = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("the role");
    let id = match w.engine.people().by_email("admin@contoh.test") {
        Some(person) => person.id,
        None => w.user("admin", role, None).await,
    };
    w.of(id, Door::Page)
}

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

both!(what_a_later_version_no_longer_knows_is_left_out_and_kept, async |w: &Workspace| {
    let ctx = admin(w).await;
    w.engine.shape_import(&ctx, VEHICLES, false).await.expect("the object");
    let ctx = admin(w).await;
    let id = w.engine.create(&ctx, "kendaraan", map(json!({"plat": "AB 7 C"}))).await.expect("a truck").id;
    // a version without accounts cannot link to them; everything else stands
    let later: Vec<_> = crate::workspace::objects().into_iter().filter(|(_, text)| !text.contains("account")).collect();
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

trait Code {
    fn await_code(self) -> &'static str;
}

impl<T: std::fmt::Debug> Code for akrab_engine::Result<T> {
    fn await_code(self) -> &'static str {
        self.expect_err("refused").code
    }
}

/// The CSRF token goes by itself; what a page shows under a name.
pub fn hidden_value(html: &str, name: &str) -> String {
    let at = format!("name=\"{name}\" value=\"");
    html.split(&at).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_string()
}

/// Posts a form of the settings, and says yes to the plan if one is shown.
async fn press(browser: &mut Browser, address: &str, fields: &[(&str, &str)]) -> Answer {
    let answer = browser.submit(address, fields).await;
    if answer.status == 303 {
        return answer;
    }
    assert_eq!(answer.status, 200, "{address}: {}", answer.html);
    assert!(answer.html.contains("name=\"sure\""), "a plan is shown: {}", answer.html);
    let sure = browser.submit(address, &[fields, &[("sure", "1")]].concat()).await;
    assert_eq!(sure.status, 303, "{address}: {}", sure.html);
    sure
}

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
        let later: Vec<_> = crate::workspace::objects().into_iter().filter(|(_, text)| !text.contains("account")).collect();
        let other = w.opened_with(crate::workspace::KEY, later).await;
        let left = other.world().left_out.clone();
        let words = left.iter().map(|fault| akrab_web::fail::declared(Text::new(Lang::Id), &other.registry(), fault)).collect::<Vec<_>>();
        assert!(words.iter().any(|words| words.contains("Menunjuk ke objek “account” yang tidak ada")), "{words:?}");
        other.store().close().await;
    }
);

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
