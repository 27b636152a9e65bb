//! Process maps as people meet them: held at every door, passed over by whom the map says, and counted.

mod doors;

use crate::api::Api;
use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::bulk::{BulkChange, BulkReport, BulkSpec};
use akrab_engine::calendar::{CalendarDecl, HolidayDecl, HolidayKind, HolidayListDecl, USUAL};
use akrab_engine::process::{Behind, Figures, FiguresAsked, GateDecl, ProcessDecl, RuleDecl, StepDecl, StepFigures, What};
use akrab_engine::{Ctx, Door, Result};
use akrab_model::{Filter, Label, Problem};
use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::json;

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

/// Administrator, manager, and one who sells.
async fn people(w: &Workspace) -> (i64, i64, i64) {
    let team = w.make("team", json!({"name": "Penjualan"})).await;
    (
        w.user("ratna", role(w, "administrator"), None).await,
        w.user("budi", role(w, "manager"), Some(team)).await,
        w.user("siti", role(w, "sales"), Some(team)).await,
    )
}

/// New to proposal or lost; a proposal needs an amount of at least ten million, and a next step to leave new.
fn decl() -> ProcessDecl {
    let names = |all: &[&str]| all.iter().map(ToString::to_string).collect();
    ProcessDecl {
        name: Label::new("Penjualan", "Selling"),
        object: "opportunity".into(),
        pipeline: "Alur opportunity".into(),
        calendar: USUAL.into(),
        ordered: true,
        pass: vec!["role:manager".parse().expect("somebody")],
        steps: vec![
            StepDecl {
                stage: "Baru".into(),
                starts: true,
                to: names(&["Penawaran", "Kalah"]),
                limit: Some("8h working".parse().expect("a length")),
                guide: Label::new("Tanyakan anggaran", "Ask for the budget"),
                exit: GateDecl { fields: names(&["next_step"]), rules: Vec::new() },
                ..StepDecl::default()
            },
            StepDecl {
                stage: "Penawaran".into(),
                to: names(&["Baru", "Menang", "Kalah"]),
                entry: GateDecl {
                    fields: names(&["amount"]),
                    rules: vec![RuleDecl {
                        name: Label::new("Nilai minimal 10 juta", "Worth 10 million at least"),
                        must: json!({"field": "amount", "op": "gte", "value": "10000000"}),
                    }],
                },
                ..StepDecl::default()
            },
        ],
        ..ProcessDecl::default()
    }
}

async fn keep(w: &Workspace, admin: i64, decl: ProcessDecl) -> Result<()> {
    let ctx = w.of(admin, Door::Page);
    w.engine.write(&ctx, move |tx| tx.process_save("selling", &decl, None).map(drop)).await
}

/// Ids of the stages by name.
async fn stage(w: &Workspace, name: &str) -> i64 {
    let name = name.to_string();
    let found = w.engine.read(&w.system(), move |tx| Ok(tx.stages(1)?.into_iter().find(|s| s.title() == name).map(|s| s.id))).await;
    found.expect("stages").expect("the stage")
}

/// The same person at this moment.
fn now(w: &Workspace, ctx: &Ctx) -> Ctx {
    w.of(ctx.user_id().expect("a person"), Door::Page)
}

async fn deal(w: &Workspace, ctx: &Ctx, name: &str) -> i64 {
    let owner = ctx.user_id();
    w.engine.create(&now(w, ctx), "opportunity", map(json!({"name": name, "owner": owner}))).await.expect("a deal").id
}

async fn go(w: &Workspace, ctx: &Ctx, id: i64, to: &str) -> Result<()> {
    let mut input = map(json!({"stage": stage(w, to).await}));
    if to == "Kalah" {
        input.extend(map(json!({"close_reason": "price", "no_competitor": true})));
    }
    w.engine.update(&now(w, ctx), "opportunity", id, input, None).await.map(drop)
}

fn codes(problem: &Problem) -> Vec<(&str, &str)> {
    problem.fields.iter().map(|f| (f.field(), f.code.as_str())).collect()
}

async fn patch(api: &Api<'_>, path: &str, body: serde_json::Value) -> (u16, serde_json::Value) {
    let (status, _, answer) = api.send("PATCH", path, "application/json", body.to_string()).await;
    (status, answer)
}

fn moment(local: &str) -> Timestamp {
    format!("{}:00+07:00", local.replace(' ', "T")).parse().expect("a moment")
}

/// Sets the clock to a moment of Jakarta that lies ahead.
fn until(w: &Workspace, local: &str) {
    w.pass(moment(local).as_second() - w.engine.now().timestamp().as_second());
}

both!(a_map_is_held_at_every_door, async |w: &Workspace| {
    let (admin, budi, siti) = people(w).await;
    let (ratna, seller) = (w.of(admin, Door::Page), w.of(siti, Door::Page));
    keep(w, admin, decl()).await.expect("the map is kept");
    let kopi = deal(w, &seller, "Kopi Gayo").await;

    // edit: what is missing on the way out and in, each by its name
    let refused = go(w, &seller, kopi, "Penawaran").await.expect_err("refused");
    assert_eq!(codes(&refused), [("next_step", "process_field_exit"), ("amount", "process_field_entry"), ("stage", "process_entry")]);
    let refused = go(w, &seller, kopi, "Menang").await.expect_err("no such way");
    assert_eq!(codes(&refused), [("next_step", "process_field_exit"), ("stage", "process_path")]);
    let ways = refused.fields[1].args.iter().find(|(name, _)| name == "ways").map(|(_, ways)| ways.as_str());
    assert_eq!(ways, Some("Penawaran, Kalah"));
    let begun = map(json!({"name": "Teh", "owner": siti, "stage": stage(w, "Penawaran").await, "amount": "20000000"}));
    assert_eq!(w.engine.create(&seller, "opportunity", begun).await.expect_err("not the first step").fields[0].code, "process_path");

    // API: the same, with words
    let api = Api::by(w, siti).await;
    let (status, answer) = patch(&api, &format!("/opportunities/{kopi}"), json!({"stage": stage(w, "Penawaran").await})).await;
    assert_eq!((status, answer["errors"].as_array().map(Vec::len)), (422, Some(3)), "{answer}");
    assert!(answer.to_string().contains("Nilai minimal 10 juta"), "{answer}");

    // board: the gate's dialog asks for what can be typed, and names the rest
    let mut browser = Browser::of(w, siti).await;
    let to = stage(w, "Penawaran").await.to_string();
    let dialog = browser.post(&format!("/opportunities/{kopi}/stage"), &format!("stage={to}")).await;
    assert_eq!(dialog.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(dialog.html.contains("name=\"next_step\"") && dialog.html.contains("Nilai minimal 10 juta"), "{}", dialog.html);
    assert!(dialog.html.contains("Pindahkan"), "{}", dialog.html);
    // no way leads there: nothing is asked for, and nothing offered that could not succeed
    let far = format!("stage={}", stage(w, "Menang").await);
    let shut = browser.post(&format!("/opportunities/{kopi}/stage"), &far).await;
    assert_eq!(shut.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(shut.html.contains("Penawaran, Kalah") && shut.html.contains("tidak bisa dipindahkan"), "{}", shut.html);
    assert!(!shut.html.contains("<form") && !shut.html.contains("Pindahkan") && shut.html.contains("data-close"), "{}", shut.html);
    let page = browser.get(&format!("/opportunities/{kopi}")).await.html;
    assert!(page.contains("Tanyakan anggaran") && page.contains("Nilai minimal 10 juta"), "guidance and what comes next stand on the page");
    let filled = format!("stage={to}&gate=1&asked=next_step&asked=amount&next_step=Telepon&amount=5jt");
    let still = browser.post(&format!("/opportunities/{kopi}/stage"), &filled).await;
    assert!(still.status == StatusCode::UNPROCESSABLE_ENTITY && still.html.contains("Nilai minimal 10 juta"), "{}", still.html);
    let filled = filled.replace("5jt", "15jt");
    let done = browser.post(&format!("/opportunities/{kopi}/stage"), &filled).await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.html);

    // many at once: those that may not are named with their reason
    let (gula, susu) = (deal(w, &seller, "Gula").await, deal(w, &seller, "Susu").await);
    w.engine.update(&seller, "opportunity", gula, map(json!({"next_step": "Rapat", "amount": "30000000"})), None).await.expect("filled");
    let spec = BulkSpec {
        object: "opportunity".into(),
        change: BulkChange::Set(map(json!({"stage": stage(w, "Penawaran").await}))),
        ids: vec![gula, susu],
        ..BulkSpec::default()
    };
    let job = w.engine.bulk_start(&seller, spec).await.expect("queued");
    w.work_off().await;
    let report: BulkReport = serde_json::from_value(w.engine.job(&seller, job).await.expect("a job").result).expect("a report");
    assert_eq!(report.changed, 1, "{report:?}");
    assert!(format!("{report:?}").contains("process_"), "{report:?}");

    // whoever may pass over it does, and it is written down
    let manager = w.of(budi, Door::Page);
    go(w, &manager, susu, "Menang").await.expect("passed over");
    let history = w.engine.read(&ratna, move |tx| tx.past("opportunity", susu, None, None)).await.expect("a history");
    let passed = history.changes.iter().find_map(|c| c.told.as_ref()?.passed().cloned()).expect("written down");
    assert!(passed.path && passed.fields == ["next_step"] && passed.stage == "Baru", "{passed:?}");
    let mut browser = Browser::of(w, admin).await;
    assert!(browser.get(&format!("/opportunities/{susu}/history")).await.html.contains("melewati proses Penjualan"));
    assert!(browser.get("/settings/audit?group=policy").await.html.contains("Melewati peta proses"));

    // the administrator is nobody the map names
    let lada = deal(w, &ratna, "Lada").await;
    assert_eq!(go(w, &ratna, lada, "Menang").await.expect_err("held").fields.len(), 2);

    // a stage that is called otherwise stays in the map
    let id = stage(w, "Penawaran").await;
    w.engine.update(&ratna, "stage", id, map(json!({"name": "Tawaran"})), None).await.expect("renamed");
    let asks = w.engine.read(&ratna, move |tx| {
        let object = tx.object("opportunity")?;
        tx.process_asks(&object, lada, id)
    });
    let asks = asks.await.expect("what is asked");
    assert!(
        asks.iter().any(|one| one.stage == "Tawaran" && matches!(&one.what, What::Rule(name) if name.en.starts_with("Worth")) && !one.met)
    );
});

both!(a_map_fits_its_pipeline_or_is_refused, async |w: &Workspace| {
    let (admin, budi, _) = people(w).await;
    let wrong = |change: &dyn Fn(&mut ProcessDecl)| {
        let mut wrong = decl();
        change(&mut wrong);
        wrong
    };
    let faulty = async |wrong: ProcessDecl| codes_of(keep(w, admin, wrong).await);
    assert_eq!(faulty(wrong(&|d| d.steps[0].to.push("Lain".into()))).await, ["process_no_stage"]);
    assert_eq!(faulty(wrong(&|d| d.pipeline = "Lain".into())).await, ["process_no_pipeline"]);
    assert_eq!(faulty(wrong(&|d| d.steps[1].entry.fields.push("lain".into()))).await, ["unknown_field"]);
    assert_eq!(
        faulty(wrong(&|d| d.steps[1].entry.rules[0].must = json!({"field": "lain", "op": "is", "value": 1}))).await,
        ["process_rule"]
    );
    assert_eq!(faulty(wrong(&|d| d.calendar = "lain".into())).await, ["unknown_choice"]);
    assert_eq!(keep(w, budi, decl()).await.expect_err("only administrators").code, "forbidden");
    keep(w, admin, decl()).await.expect("kept");
    let second = w.engine.write(&w.of(admin, Door::Page), |tx| tx.process_save("other", &decl(), None).map(drop)).await;
    assert_eq!(codes_of(second), ["process_taken"], "one map for one pipeline");
    // out and in again as a file
    let ctx = w.of(admin, Door::Page);
    let file = w.engine.bundle_export(&ctx, &[akrab_engine::bundle::Part::Processes]).await.expect("a file");
    assert!(file.contains("[processes.selling]") && file.contains("limit = \"8h working\""), "{file}");
    let taken = w.engine.bundle_take(&ctx, &file, false).await.expect("taken");
    assert!(!taken.changes(), "it is there already: {taken:?}");
    let taken = w.engine.bundle_take(&ctx, &file.replace("8h working", "6h working"), false).await.expect("taken");
    assert!(taken.changes() && !taken.others[0].1[0].new, "{taken:?}");
    let versions = w.engine.read(&ctx, |tx| Ok(tx.process_versions("selling")?.len())).await.expect("versions");
    assert_eq!(versions, 2);
    let broken = w.engine.bundle_take(&ctx, "[processes.x]\nname = 3", true).await;
    assert_eq!(codes_of(broken), ["toml_line"]);
});

fn codes_of<T: std::fmt::Debug>(answer: Result<T>) -> Vec<String> {
    answer.expect_err("refused").fields.iter().map(|f| f.code.clone()).collect()
}

/// Mon–Thu 08:00–12:00 and 13:00–17:00; Fri 08:00–11:30 and 13:00–17:00; Sat 09:00–12:00; closed on 17 Aug 2026.
async fn office(w: &Workspace, admin: i64) {
    let hours = |all: &[&str]| all.iter().map(ToString::to_string).collect::<Vec<_>>();
    let mut decl = CalendarDecl { holidays: vec!["national".into()], ..CalendarDecl::default() };
    let usual = hours(&["08:00-12:00", "13:00-17:00"]);
    (decl.week.mon, decl.week.tue, decl.week.wed, decl.week.thu) = (usual.clone(), usual.clone(), usual.clone(), usual);
    (decl.week.fri, decl.week.sat) = (hours(&["08:00-11:30", "13:00-17:00"]), hours(&["09:00-12:00"]));
    let name = Label::new("Hari Kemerdekaan", "Independence Day");
    let day = HolidayDecl { date: "2026-08-17".into(), kind: HolidayKind::National, name: name.clone(), provisional: false, on: None };
    let list = HolidayListDecl { name, region: "ID".into(), source: String::new(), source_date: None, days: vec![day] };
    let ctx = w.of(admin, Door::Page);
    let save = move |tx: &mut akrab_engine::Tx| {
        tx.holiday_list_save("national", &list, None)?;
        tx.calendar_save(USUAL, &Label::new("Kantor", "Office"), &decl, None, None).map(drop)
    };
    w.engine.write(&ctx, save).await.expect("the calendar is kept");
}

async fn figures(w: &Workspace, ctx: &Ctx, from: &str, to: &str, filter: Option<Filter>) -> Figures {
    let asked = FiguresAsked { from: moment(from), to: moment(to), filter };
    w.engine.read(&now(w, ctx), move |tx| tx.process_figures("selling", &asked)).await.expect("figures")
}

fn of<'f>(figures: &'f Figures, name: &str) -> &'f StepFigures {
    figures.steps.iter().find(|step| step.stage.name == name).expect("the step")
}

const HOUR: i64 = 3_600;

both!(time_spent_and_lost_is_exact, async |w: &Workspace| {
    let (admin, _, siti) = people(w).await;
    let (ratna, seller) = (w.of(admin, Door::Page), w.of(siti, Door::Page));
    // nobody but Siti's own records are seen by another seller
    let lain = w.user("lain", role(w, "sales"), None).await;
    until(w, "2026-08-10 09:00");
    office(w, admin).await;
    let mut free = decl();
    (free.ordered, free.steps[0].exit, free.steps[1].entry) = (false, GateDecl::default(), GateDecl::default());
    keep(w, admin, free).await.expect("the map is kept");

    // the first: Thu 13 Aug 16:00 to Tue 18 Aug 09:00 in Baru (12.5 hours of work), then won on Wed 19 Aug 09:00
    until(w, "2026-08-13 16:00");
    let (a, b) = (deal(w, &seller, "A").await, deal(w, &seller, "B").await);
    until(w, "2026-08-14 16:00");
    // the second: a day in Baru (7.5 hours of work: Thu 1, Fri 6.5), an hour in Penawaran, back, an hour, lost
    go(w, &seller, b, "Penawaran").await.expect("on");
    until(w, "2026-08-14 17:00");
    go(w, &seller, b, "Baru").await.expect("back");
    until(w, "2026-08-15 10:00");
    go(w, &seller, b, "Kalah").await.expect("lost");
    until(w, "2026-08-18 09:00");
    go(w, &seller, a, "Penawaran").await.expect("on");
    until(w, "2026-08-19 09:00");
    go(w, &seller, a, "Menang").await.expect("won");
    // the third waits since Thu 20 Aug 08:00
    until(w, "2026-08-20 08:00");
    let c = deal(w, &seller, "C").await;
    until(w, "2026-08-21 13:30");

    let all = figures(w, &ratna, "2026-08-01 00:00", "2026-09-01 00:00", None).await;
    let new = of(&all, "Baru");
    assert_eq!((new.came, new.left, new.forward, new.won, new.back, new.lost), (4, 3, 2, 0, 0, 1));
    // 17, 24 and 113 hours; in working time 1, 7.5 and 12.5
    assert_eq!((new.time.median, new.time.p90), (24 * HOUR * 1_000_000, 113 * HOUR * 1_000_000));
    assert_eq!((new.time.worked_median, new.time.worked_p90), (HOUR * 7_500_000, HOUR * 12_500_000));
    assert_eq!((new.seconds, new.worked_seconds), (154 * HOUR, 21 * HOUR));
    assert_eq!((new.late, new.late_seconds), (1, 4 * HOUR + HOUR / 2), "12.5 hours of work where 8 are allowed");
    assert_eq!((new.again, new.again_seconds), (1, 17 * HOUR), "the second time there is lost");
    assert!(new.bottleneck);
    assert_eq!((new.waiting, new.waiting_late), (1, 1), "12 hours of work where 8 are allowed");
    assert_eq!((new.age.median, new.age.worked_median), (HOUR * 29_500_000, HOUR * 12_000_000));
    assert_eq!(new.conversion(), Some(67));
    let offer = of(&all, "Penawaran");
    assert_eq!((offer.came, offer.left, offer.won, offer.back, offer.lost, offer.waiting), (2, 2, 1, 1, 0, 0));
    // 1 and 24 hours; 1 and 8 of work
    assert_eq!((offer.time.median, offer.time.p90), (HOUR * 12_500_000, 24 * HOUR * 1_000_000));
    assert_eq!((offer.time.worked_median, offer.time.worked_p90), (HOUR * 4_500_000, 8 * HOUR * 1_000_000));
    assert_eq!(all.won_share(), Some(50));
    let moved = |from: &str, to: &str| {
        let id = |name: &str| of(&all, name).stage.id;
        all.moves.iter().find(|m| m.from == id(from) && m.to == Some(id(to))).map_or(0, |m| m.count)
    };
    assert_eq!(
        (moved("Baru", "Penawaran"), moved("Penawaran", "Baru"), moved("Baru", "Kalah"), moved("Penawaran", "Menang")),
        (2, 1, 1, 1)
    );

    // the records behind each figure
    let names = async |who: i64, behind, to: Option<&'static str>| {
        let asked = FiguresAsked { from: moment("2026-08-01 00:00"), to: moment("2026-09-01 00:00"), filter: None };
        let found = w.engine.read(&w.of(who, Door::Page), move |tx| tx.process_behind("selling", &asked, "Baru", behind, to)).await;
        let (gone, more) = found.expect("the records");
        assert!(!more);
        gone.into_iter().map(|one| (one.title, one.to.unwrap_or_default())).collect::<Vec<_>>()
    };
    let told = |all: &[(&str, &str)]| all.iter().map(|(a, b)| ((*a).to_string(), (*b).to_string())).collect::<Vec<_>>();
    assert_eq!(names(admin, Behind::Left, None).await.len(), 3);
    assert_eq!(names(admin, Behind::Lost, None).await, told(&[("B", "Kalah")]));
    assert_eq!(names(admin, Behind::Late, None).await.len(), 1);
    assert_eq!(names(admin, Behind::Again, None).await, told(&[("B", "Kalah")]));
    assert_eq!(names(admin, Behind::Left, Some("Kalah")).await, told(&[("B", "Kalah")]));
    assert!(names(lain, Behind::Left, None).await.is_empty(), "only what he sees");

    // a period counts what ended in it, a filter the records that match, rights what is seen
    let early = figures(w, &ratna, "2026-08-01 00:00", "2026-08-15 00:00", None).await;
    assert_eq!((of(&early, "Baru").left, of(&early, "Penawaran").left), (1, 1));
    let only = Filter::from_json(&json!({"field": "name", "op": "is", "value": "A"})).expect("a filter");
    let one = figures(w, &ratna, "2026-08-01 00:00", "2026-09-01 00:00", Some(only)).await;
    assert_eq!((of(&one, "Baru").left, of(&one, "Baru").waiting), (1, 0));
    let other = figures(w, &w.of(lain, Door::Page), "2026-08-01 00:00", "2026-09-01 00:00", None).await;
    assert!(other.steps.iter().all(|step| step.left == 0 && step.waiting == 0), "{other:?}");
    let service = w.user("fajar", role(w, "service"), None).await;
    let asked = FiguresAsked { from: moment("2026-08-01 00:00"), to: moment("2026-09-01 00:00"), filter: None };
    let seen = w.engine.read(&w.of(service, Door::Page), move |tx| tx.process_figures("selling", &asked)).await;
    assert!(seen.is_err() || seen.is_ok_and(|f| f.steps.iter().all(|s| s.left == 0)), "nothing out of sight is counted");

    // made anew from the history they are the same
    w.engine.remake_stays(&w.system(), "opportunity").await.expect("made anew");
    assert_eq!(figures(w, &ratna, "2026-08-01 00:00", "2026-09-01 00:00", None).await, all);

    // what is taken back was no move
    go(w, &seller, c, "Penawaran").await.expect("on");
    let change = w.engine.read(&ratna, move |tx| Ok(tx.past("opportunity", c, None, None)?.changes[0].id)).await.expect("a change");
    w.engine.undo(&now(w, &seller), change).await.expect("taken back");
    assert_eq!(figures(w, &ratna, "2026-08-01 00:00", "2026-09-01 00:00", None).await, all);

    // another calendar: the past is counted by it
    let ctx = w.of(admin, Door::Page);
    let mut always = CalendarDecl::default();
    let day = || vec!["00:00-24:00".to_string()];
    let week = &mut always.week;
    for hours in [&mut week.mon, &mut week.tue, &mut week.wed, &mut week.thu, &mut week.fri, &mut week.sat, &mut week.sun] {
        *hours = day();
    }
    w.engine
        .write(&ctx, move |tx| tx.calendar_save("always", &Label::new("Selalu", "Always"), &always, None, Some(0)).map(drop))
        .await
        .expect("kept");
    let mut free = decl();
    (free.ordered, free.steps[0].exit, free.steps[1].entry) = (false, GateDecl::default(), GateDecl::default());
    free.calendar = "always".into();
    keep(w, admin, free).await.expect("the map is kept");
    w.work_off().await;
    let around = figures(w, &ratna, "2026-08-01 00:00", "2026-09-01 00:00", None).await;
    assert_eq!(of(&around, "Baru").worked_seconds, 154 * HOUR);
});

both!(a_map_is_made_and_read_in_the_browser, async |w: &Workspace| {
    let (admin, _, siti) = people(w).await;
    let mut browser = Browser::of(w, admin).await;
    let empty = browser.get("/settings/processes").await;
    assert!(empty.html.contains("/settings/processes/new"), "{}", empty.html);
    let choose = browser.get("/settings/processes/new").await;
    assert!(choose.html.contains("Alur opportunity"), "{}", choose.html);
    let made =
        browser.submit("/settings/processes/new", &[("pipeline", "1"), ("name_id", "Cara menjual"), ("name_en", "How we sell")]).await;
    assert_eq!(made.location, "/settings/processes/how_we_sell", "{}", made.html);
    let page = browser.get(&made.location).await;
    assert!(page.html.contains("data-flow-canvas") && page.html.contains("Penawaran"), "{}", page.html);
    let form = browser.get("/settings/processes/how_we_sell?step=Penawaran").await;
    assert!(form.html.contains("name=\"entry_fields\"") && form.html.contains("name=\"to\""), "{}", form.html);
    let saved = browser
        .submit(
            "/settings/processes/how_we_sell/step",
            &[
                ("known", "1"),
                ("stage", "Penawaran"),
                ("guide_id", "Kirim penawaran tertulis"),
                ("guide_en", "Send it in writing"),
                ("limit", "3"),
                ("unit", "d"),
                ("entry_fields", "amount"),
                ("to", "Menang"),
                ("to", "Kalah"),
            ],
        )
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
    // a way drawn where none was leaves the expected one beside it; drawn again it goes
    let ways = async || {
        let map = w.engine.read(&w.system(), |tx| tx.process_drawn("how_we_sell")).await.expect("the map");
        let (first, version) = (map.stages[0].clone(), map.version);
        (map.ways(&first).iter().map(|stage| stage.name.clone()).collect::<Vec<_>>(), first.name, version)
    };
    let (expected, first, _) = ways().await;
    for (drawn, left) in [("Menang", vec![expected[0].as_str(), "Menang"]), ("Menang", vec![expected[0].as_str()])] {
        let way = [("from", first.as_str()), ("to", drawn)];
        assert_eq!(browser.submit("/settings/processes/how_we_sell/way", &way).await.status, StatusCode::SEE_OTHER);
        assert_eq!(ways().await.0, left);
    }
    let known = ways().await.2.to_string();
    let rule = browser.get("/settings/processes/how_we_sell/rule?stage=Penawaran&way=entry").await;
    assert!(rule.html.contains("name=\"name_id\""), "{}", rule.html);
    let filter = r#"{"field":"amount","op":"gte","value":"10000000"}"#;
    let fields = [
        ("known", known.as_str()),
        ("stage", "Penawaran"),
        ("way", "entry"),
        ("name_id", "Minimal 10 juta"),
        ("name_en", "10 million at least"),
        ("filter", filter),
    ];
    let saved = browser.submit("/settings/processes/how_we_sell/rule", &fields).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.html);
    let known = ways().await.2.to_string();
    let options = [
        ("known", known.as_str()),
        ("name_id", "Cara menjual"),
        ("name_en", "How we sell"),
        ("calendar", USUAL),
        ("ordered", "1"),
        ("pass", "role:manager"),
    ];
    assert_eq!(browser.submit("/settings/processes/how_we_sell", &options).await.status, StatusCode::SEE_OTHER);
    let kept = w.engine.read(&w.system(), |tx| tx.process("how_we_sell")).await.expect("the map");
    let offer = kept.decl.step("Penawaran").expect("the step");
    assert_eq!((kept.decl.steps.len(), kept.decl.ordered, offer.entry.rules[0].name.id.as_str()), (2, true, "Minimal 10 juta"));

    let mut seller = Browser::of(w, siti).await;
    assert_eq!(seller.get("/settings/processes").await.status, StatusCode::FORBIDDEN);
    let list = seller.get("/processes").await;
    assert!(list.html.contains("/processes/how_we_sell") || list.location == "/processes/how_we_sell", "{}", list.html);
    let ctx = w.of(siti, Door::Page);
    let id = deal(w, &ctx, "Kopi").await;
    assert_eq!(
        codes(&go(w, &ctx, id, "Penawaran").await.expect_err("held")),
        [("amount", "process_field_entry"), ("stage", "process_entry")]
    );
    let shown = seller.get("/processes/how_we_sell?step=Penawaran").await;
    assert!(
        shown.html.contains("<svg") && shown.html.contains("Kirim penawaran tertulis") && shown.html.contains("Minimal 10 juta"),
        "{}",
        shown.html
    );
    assert!(shown.html.contains("<table"), "figures stand in a table too");
    let api = Api::by(w, siti).await;
    let (status, told) = api.get("/processes/how_we_sell/figures").await;
    assert_eq!((status, told["steps"][0]["waiting"].as_i64()), (200, Some(1)), "{told}");
    let taken = browser.submit("/settings/processes/how_we_sell/retire", &[("on", "1")]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER);
    w.engine.update(&ctx, "opportunity", id, map(json!({"stage": stage(w, "Penawaran").await})), None).await.expect("out of force");
});
