//! Approvals as people meet them: bands, own requests and deputies, versions, time, mailed links, and what they hold back.

use crate::api::Api;
use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::approval::{
    ApprovalDecl, ApprovalFilter, BandDecl, Decision, Guard, Start, State, StepDecl, Verdict, Who, usual_reasons,
};
use akrab_engine::calendar::{USUAL, indonesia};
use akrab_engine::{Ctx, Door, Result};
use akrab_model::{Label, Problem};
use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::json;

const BASE: &str = "https://crm.contoh.test";

/// The people of these tests.
struct Firm {
    admin: i64,
    sari: i64,
    dina: i64,
    siti: i64,
    rudi: i64,
    fajar: i64,
}

/// A manager, a director, one who sells, one who stands in, one who sees nothing of it.
async fn firm(w: &Workspace) -> Firm {
    let sees = json!({"opportunity": {"read": "all"}});
    w.make("role", json!({"key": "director", "name": "Direktur", "rights": sees})).await;
    w.make("role", json!({"key": "assistant", "name": "Asisten", "rights": sees})).await;
    let team = w.make("team", json!({"name": "Penjualan"})).await;
    let role = |key: &str| w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists");
    Firm {
        admin: w.user("ratna", role("administrator"), None).await,
        sari: w.user("sari", role("manager"), Some(team)).await,
        dina: w.user("dina", role("director"), None).await,
        siti: w.user("siti", role("sales"), Some(team)).await,
        rudi: w.user("rudi", role("assistant"), None).await,
        fajar: w.user("fajar", role("service"), None).await,
    }
}

fn people(all: &[&str]) -> Vec<Who> {
    all.iter().map(|text| text.parse().expect("somebody")).collect()
}

fn step(key: &str, who: &[&str], fallback: &[&str]) -> StepDecl {
    StepDecl { key: key.into(), who: people(who), need: 1, limit: None, remind: None, fallback: people(fallback) }
}

fn band(from: &str, to: Option<&str>, steps: &[&str]) -> BandDecl {
    BandDecl { from: from.into(), to: to.map(Into::into), steps: steps.iter().map(ToString::to_string).collect() }
}

/// Below 10% nobody; from 10% the manager; from 20% the director. A won deal has to be approved.
fn rule() -> ApprovalDecl {
    ApprovalDecl {
        name: Label::new("Diskon", "Discount"),
        object: "opportunity".into(),
        field: Some("discount".into()),
        bands: vec![band("0", Some("10"), &[]), band("10", Some("20"), &["manager"]), band("20", None, &["director"])],
        steps: vec![step("manager", &["role:manager"], &["role:director"]), step("director", &["role:director"], &[])],
        calendar: USUAL.into(),
        void_on: vec!["amount".into(), "account".into()],
        guards: vec![Guard::Category("won".into())],
        reasons: usual_reasons(),
        ..ApprovalDecl::default()
    }
}

async fn keep(w: &Workspace, admin: i64, decl: ApprovalDecl) {
    let ctx = w.of(admin, Door::Page);
    w.engine.write(&ctx, move |tx| tx.approval_rule_save("discount", &decl, None).map(drop)).await.expect("the rule is kept");
}

async fn deal(w: &Workspace, owner: i64, discount: &str) -> i64 {
    let ctx = w.of(owner, Door::Page);
    let input = map(json!({"name": format!("Kopi {discount}"), "amount": "25000000", "discount": discount, "owner": owner}));
    w.engine.create(&ctx, "opportunity", input).await.expect("a deal").id
}

async fn ask(w: &Workspace, who: i64, deal: i64) -> Result<i64> {
    let ctx = w.of(who, Door::Page);
    w.engine.write(&ctx, move |tx| tx.approval_ask("opportunity", deal, "discount", "Pelanggan lama", None)).await
}

async fn decide(w: &Workspace, who: i64, request: i64, decision: Decision) -> Result<State> {
    let ctx = w.of(who, Door::Page);
    w.engine.write(&ctx, move |tx| tx.approval_decide(request, &decision)).await
}

fn yes() -> Decision {
    Decision::new(Verdict::Approve)
}

/// Where the newest request of a deal stands, with its number.
async fn standing(w: &Workspace, deal: i64) -> (i64, State) {
    let found = w.engine.read(&w.system(), move |tx| tx.approvals_about("opportunity", deal)).await.expect("requests");
    let newest = found.first().expect("a request");
    (newest.id, newest.state)
}

async fn waiting(w: &Workspace, who: i64) -> Vec<i64> {
    let ctx = w.of(who, Door::Page);
    w.engine.read(&ctx, |tx| Ok(tx.approvals_waiting()?.iter().map(|one| one.id).collect())).await.expect("a list")
}

async fn change(w: &Workspace, who: i64, deal: i64, input: serde_json::Value) -> Result<()> {
    let ctx = w.of(who, Door::Page);
    w.engine.write(&ctx, move |tx| tx.update("opportunity", deal, &map(input.clone()), None).map(drop)).await
}

fn moment(local: &str) -> Timestamp {
    format!("{}:00+07:00", local.replace(' ', "T")).parse().expect("a moment")
}

/// Sets the clock to a moment of Jakarta that lies ahead.
fn until(w: &Workspace, local: &str) {
    w.pass(moment(local).as_second() - w.engine.now().timestamp().as_second());
}

async fn settle(w: &Workspace) {
    w.engine.pass_schedules().await.expect("a look at what is due");
    w.work_off().await;
}

fn code<T: std::fmt::Debug>(answer: Result<T>) -> &'static str {
    answer.expect_err("refused").code
}

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
            ("s0_need", "1"),
            ("s0_limit", "8"),
            ("s0_remind", "4"),
            ("s1_key", "step2"),
            ("s1_who", "role:director"),
            ("s1_need", "1"),
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
        let condition = browser.get("/settings/approvals/discount/condition").await;
        assert!(condition.html.contains("action=\"/settings/approvals/discount\""), "{}", condition.html);
        let filter = "%7B%22all%22%3A%5B%7B%22field%22%3A%22amount%22%2C%22op%22%3A%22gt%22%2C%22value%22%3A%221000%22%7D%5D%7D";
        let chosen = browser.get(&format!("/settings/approvals/discount?filter={filter}")).await;
        assert!(chosen.html.contains("Syarat baru ini berlaku setelah disimpan"), "{}", chosen.html);
        // as a file, into the same workspace
        let file = browser.get("/settings/approvals/export").await.html;
        assert!(file.contains("[approvals.discount]") && file.contains("role:director"), "{file}");
        assert_eq!(browser.submit("/settings/approvals/import", &[("file", &file)]).await.status, StatusCode::SEE_OTHER);
        let versions = w.engine.read(&w.system(), |tx| tx.approval_rule_versions("discount")).await.expect("versions");
        assert_eq!(versions.len(), 2);
        let broken = browser.submit("/settings/approvals/import", &[("file", "[approvals.x]\nobject = 7\n")]).await;
        assert!(broken.status == StatusCode::UNPROCESSABLE_ENTITY && broken.html.contains("Baris 2"), "{}", broken.html);
        let mut siti = Browser::of(w, f.siti).await;
        assert_eq!(siti.get("/settings/approvals").await.status, StatusCode::FORBIDDEN);
        assert_eq!(siti.submit("/settings/approvals/discount/retire", &[("on", "1")]).await.status, StatusCode::FORBIDDEN);
    }
);

both!(
    /// The manager's own discount goes to her fallback; while she is away her deputy decides in her name, and not a day longer.
    nobody_decides_his_own_and_a_deputy_acts_for_a_time,
    async |w: &Workspace| {
        let f = firm(w).await;
        keep(w, f.admin, rule()).await;
        until(w, "2026-08-05 09:00");
        let own = deal(w, f.sari, "15").await;
        let request = ask(w, f.sari, own).await.expect("asked");
        assert_eq!(code(decide(w, f.sari, request, yes()).await), "approval_own");
        assert_eq!((waiting(w, f.sari).await, waiting(w, f.dina).await), (vec![], vec![request]), "it goes to her fallback");
        assert_eq!(decide(w, f.dina, request, yes()).await.expect("decided"), State::Approved);

        let ctx = w.of(f.sari, Door::Page);
        let (sari, rudi) = (f.sari, f.rudi);
        let away = Some((date(2026, 8, 10), date(2026, 8, 20)));
        w.engine.write(&ctx, move |tx| tx.deputy_name(sari, rudi, away)).await.expect("a deputy");
        let first = deal(w, f.siti, "12").await;
        let first = ask(w, f.siti, first).await.expect("asked");
        assert_eq!(code(decide(w, f.rudi, first, yes()).await), "forbidden", "not before the day");
        until(w, "2026-08-12 10:00");
        assert_eq!(waiting(w, f.rudi).await, [first]);
        assert_eq!(decide(w, f.rudi, first, yes()).await.expect("decided"), State::Approved);
        let seen = w.engine.read(&w.system(), move |tx| tx.approval(first)).await.expect("the request");
        let said = &seen.decisions[0];
        assert_eq!((said.name.as_str(), said.stands_for.as_deref()), ("rudi", Some("sari")), "both names are kept");
        let mut browser = Browser::of(w, f.siti).await;
        let page = browser.get(&format!("/opportunities/{}", seen.record.id)).await;
        assert!(page.html.contains("rudi untuk sari"), "the record says so");
        // her own request is not for her deputy either
        let own = deal(w, f.sari, "11").await;
        let own = ask(w, f.sari, own).await.expect("asked");
        assert_eq!(code(decide(w, f.rudi, own, yes()).await), "forbidden");
        let late = deal(w, f.siti, "13").await;
        let late = ask(w, f.siti, late).await.expect("asked");
        until(w, "2026-08-21 08:00");
        assert_eq!(code(decide(w, f.rudi, late, yes()).await), "forbidden", "on 21 August he is refused");
        assert_eq!(waiting(w, f.rudi).await, Vec::<i64>::new());
    }
);

both!(
    /// An approval covers one version: a change of the amount makes it void and asks anew, a change of the note does not.
    a_change_makes_an_approval_void,
    async |w: &Workspace| {
        let f = firm(w).await;
        keep(w, f.admin, rule()).await;
        let id = deal(w, f.siti, "15").await;
        assert_eq!(code(change(w, f.siti, id, json!({"stage": won(w).await})).await), "invalid", "held back before anybody was asked");
        let request = ask(w, f.siti, id).await.expect("asked");
        assert_eq!(code(ask(w, f.siti, id).await), "approval_asked_already");
        let held = change(w, f.siti, id, json!({"stage": won(w).await})).await.expect_err("held back");
        assert_eq!(held.fields[0].code, "approval_waits");
        decide(w, f.sari, request, yes()).await.expect("decided");
        assert_eq!(code(ask(w, f.siti, id).await), "approval_given_already");
        change(w, f.siti, id, json!({"note": "Sudah dibicarakan"})).await.expect("changed");
        assert_eq!(standing(w, id).await, (request, State::Approved), "a note changes nothing");
        change(w, f.siti, id, json!({"amount": "26000000"})).await.expect("changed");
        let (again, state) = standing(w, id).await;
        assert_eq!((again != request, state), (true, State::Waiting), "back to waiting");
        let outcome = w.engine.read(&w.system(), move |tx| tx.approval_outcome(request)).await.expect("an outcome");
        assert_eq!(outcome, None, "whoever waits for the first waits for the second");
        // the price and the stage in one change: the old yes does not count
        decide(w, f.sari, again, yes()).await.expect("decided");
        let both = change(w, f.siti, id, json!({"amount": "27000000", "stage": won(w).await})).await.expect_err("held back");
        assert_eq!(both.fields[0].code, "approval_needed");
        change(w, f.siti, id, json!({"stage": won(w).await})).await.expect("approved, it may be won");
        // what no longer needs anybody's yes asks nobody
        change(w, f.siti, id, json!({"discount": "5"})).await.expect("changed");
        assert_eq!(standing(w, id).await, (again, State::Void));
        // a discount given after the deal was won is asked about by itself
        change(w, f.siti, id, json!({"discount": "25"})).await.expect("changed");
        let (third, state) = standing(w, id).await;
        assert_eq!((state, waiting(w, f.dina).await), (State::Waiting, vec![third]), "by the director, as the band says");
        let refused = decide(w, f.dina, third, Decision::new(Verdict::Refuse)).await.expect_err("why?");
        assert_eq!((refused.fields[0].field(), refused.fields[0].code.as_str()), ("reason", "required"));
        assert_eq!(code(decide(w, f.dina, third, Decision::new(Verdict::Refuse).because("nonsense", "")).await), "invalid");
        let no = Decision::new(Verdict::Refuse).because("too_high", "Terlalu murah");
        assert_eq!(decide(w, f.dina, third, no).await.expect("decided"), State::Refused);
    }
);

async fn won(w: &Workspace) -> i64 {
    let request = akrab_engine::ListRequest { object: "stage".into(), ..Default::default() };
    let stages = w.engine.list(&w.system(), request).await.expect("stages").records;
    stages.iter().find(|s| s.text("category") == "won").map(|s| s.id).expect("a stage")
}

both!(
    /// Two approvers press at the same time: one decides, the other is told who was faster, and when.
    a_decision_is_taken_once,
    async |w: &Workspace| {
        let f = firm(w).await;
        let mut two = rule();
        two.steps[0].who = people(&["role:manager", "role:director"]);
        keep(w, f.admin, two).await;
        for _ in 0..4 {
            let id = deal(w, f.siti, "15").await;
            let request = ask(w, f.siti, id).await.expect("asked");
            let press = |who: i64, decision: Decision| {
                let (engine, ctx) = (w.engine.clone(), w.of(who, Door::Page));
                tokio::spawn(async move { engine.write(&ctx, move |tx| tx.approval_decide(request, &decision)).await })
            };
            let no = Decision::new(Verdict::Refuse).because("policy", "").of_step(Some(0));
            let (one, other) = (press(f.sari, yes().of_step(Some(0))), press(f.dina, no));
            let answers = [one.await.expect("a task ends"), other.await.expect("a task ends")];
            let late: Vec<&Problem> = answers.iter().filter_map(|a| a.as_ref().err()).collect();
            assert_eq!(late.len(), 1, "{answers:?}");
            assert_eq!(late[0].code, "approval_decided");
            let faster = if answers[0].is_ok() { "sari" } else { "dina" };
            let told = |name: &str| late[0].args.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
            assert_eq!((told("name"), told("time")), (Some(faster), Some("02/03/2026 09.00")));
            let seen = w.engine.read(&w.system(), move |tx| tx.approval(request)).await.expect("the request");
            assert_eq!(seen.decisions.len(), 1);
        }
    }
);

both!(
    /// Friday 16:00 and eight working hours, with the holidays of the list: due on Tuesday at 16:00. Nobody answers: the deputy
    /// is asked; he does not answer either: it is over, and nothing is approved.
    silence_is_never_a_yes,
    async |w: &Workspace| {
        let f = firm(w).await;
        let system = w.system();
        w.engine
            .write(&system, |tx| tx.holiday_list_import("indonesia", &indonesia(&[2026]), Some(0), &[USUAL.to_string()]))
            .await
            .expect("holidays");
        let mut timed = rule();
        timed.steps[0] = StepDecl { limit: Some(480), remind: Some(240), ..step("manager", &["role:manager"], &["stand_in"]) };
        timed.start = Start::Saved;
        keep(w, f.admin, timed).await;
        let (sari, rudi) = (f.sari, f.rudi);
        let ctx = w.of(f.sari, Door::Page);
        w.engine.write(&ctx, move |tx| tx.deputy_name(sari, rudi, None)).await.expect("a deputy");
        until(w, "2026-08-14 16:00");
        let id = deal(w, f.siti, "15").await;
        let (request, _) = standing(w, id).await;
        let seen = w.engine.read(&w.system(), move |tx| Ok((tx.approval(request)?, tx.approval(request)?))).await.expect("the request").0;
        assert_eq!(seen.due_at, Some(moment("2026-08-18 16:00")), "over the weekend and Independence Day");
        let mut browser = Browser::of(w, f.siti).await;
        let page = browser.get(&format!("/approvals/{request}")).await;
        assert!(page.html.contains("Hari Kemerdekaan") && page.html.contains("16.00–17.00"), "the reasons stand there: {}", page.html);
        assert_eq!(waiting(w, f.rudi).await, Vec::<i64>::new(), "a deputy for late answers is not asked yet");
        until(w, "2026-08-18 10:59");
        settle(w).await;
        let mails = w.mails();
        until(w, "2026-08-18 11:00");
        settle(w).await;
        assert!(w.mail(mails).await.subject.contains("Masih menunggu Anda"), "after four working hours she is reminded");
        until(w, "2026-08-18 16:00");
        settle(w).await;
        assert_eq!((waiting(w, f.sari).await, waiting(w, f.rudi).await), (vec![], vec![request]));
        assert_eq!(code(decide(w, f.sari, request, yes()).await), "forbidden", "it has gone to somebody else");
        until(w, "2026-08-19 16:00");
        settle(w).await;
        assert_eq!(standing(w, id).await, (request, State::Expired));
        let held = change(w, f.siti, id, json!({"stage": won(w).await})).await.expect_err("held back");
        assert_eq!(held.fields[0].code, "approval_needed");
        let again = ask(w, f.siti, id).await.expect("asked again");
        until(w, "2026-08-21 09:00");
        settle(w).await;
        decide(w, f.rudi, again, yes()).await.expect("in her place");
        let seen = w.engine.read(&w.system(), move |tx| tx.approval(again)).await.expect("the request");
        assert_eq!(seen.decisions[0].stands_for.as_deref(), Some("sari"));
    }
);

both!(
    /// A mailed link shows what it is about and changes nothing; its button decides; then it is used up. Late, it says no more
    /// than that.
    a_mailed_link_decides_once,
    async |w: &Workspace| {
        let f = firm(w).await;
        w.engine.keep_link_base(BASE).await.expect("an address");
        keep(w, f.admin, rule()).await;
        let id = deal(w, f.siti, "15").await;
        let request = ask(w, f.siti, id).await.expect("asked");
        let mail = w.mail(0).await;
        assert_eq!((mail.to.as_str(), mail.subject.as_str()), ("sari@contoh.test", "Persetujuan: Diskon, Kopi 15"));
        assert!(mail.text.contains("Diskon: 15%") && mail.text.contains("Pelanggan lama"), "{}", mail.text);
        let links: Vec<String> = mail.text.lines().filter_map(|l| Some(l.strip_prefix(BASE)?.to_string())).filter(|l| l.contains("/link/")).collect();
        let [approve, refuse] = links.as_slice() else { panic!("two links: {links:?}") };
        let secret = approve.rsplit('/').next().expect("a secret").to_string();
        let kept = w.engine.store().read(move |conn| conn.scoped_link(&secret)).await.expect("a look");
        assert_eq!(kept, None, "the secret itself is not kept");

        let mut guest = Browser::guest(w).await;
        let page = guest.look(approve).await;
        assert!(page.status == StatusCode::OK && page.html.contains("Kopi 15") && page.html.contains("Diskon 15%"), "{}", page.html);
        assert_eq!(standing(w, id).await, (request, State::Waiting), "looking changes nothing");
        let bare = guest.look(refuse).await;
        assert!(bare.html.contains("Tolak Diskon?"));
        let why = guest.submit(refuse, &[("reason", ""), ("note", "")]).await;
        assert_eq!(why.status, StatusCode::UNPROCESSABLE_ENTITY, "a refusal says why, and the link still works");
        assert_eq!(guest.submit_with(&[], approve, &[]).await.status, StatusCode::FORBIDDEN, "not without the page");
        let done = guest.submit(approve, &[("note", "Boleh")]).await;
        assert_eq!(done.status, StatusCode::OK, "{}", done.html);
        assert_eq!(standing(w, id).await, (request, State::Approved));
        let seen = w.engine.read(&w.system(), move |tx| tx.approval(request)).await.expect("the request");
        assert_eq!((seen.decisions[0].name.as_str(), seen.decisions[0].door.as_str()), ("sari", "mail"));
        for (address, words) in [(approve.as_str(), "sudah dipakai"), (refuse.as_str(), "sudah diputuskan"), ("/approvals/link/abc", "tidak dikenal")] {
            for page in [guest.get(address).await, guest.submit(address, &[("reason", "policy")]).await] {
                assert_eq!(page.status, StatusCode::NOT_FOUND, "{address}");
                assert!(page.html.contains(words), "{words}: {}", page.html);
                assert!(!page.html.contains("Kopi") && !page.html.contains("sari"), "no personal data");
            }
        }
        assert!(w.mail(1).await.subject.starts_with("Disetujui"), "who asked is told");

        let other = deal(w, f.siti, "16").await;
        let other_request = ask(w, f.siti, other).await.expect("asked");
        let mail = w.mail(2).await;
        let link = mail.text.lines().find_map(|l| Some(l.strip_prefix(BASE)?.to_string())).expect("a link");
        w.pass(15 * 86_400);
        let late = guest.get(&link).await;
        assert!(late.status == StatusCode::NOT_FOUND && late.html.contains("kedaluwarsa") && !late.html.contains("Kopi"), "{}", late.html);
        assert_eq!(standing(w, other).await, (other_request, State::Waiting));
        // withdrawn, its link tells nothing more
        let third = deal(w, f.siti, "17").await;
        let request = ask(w, f.siti, third).await.expect("asked");
        let mail = w.mail(3).await;
        let link = mail.text.lines().find_map(|l| Some(l.strip_prefix(BASE)?.to_string())).expect("a link");
        let ctx = w.of(f.siti, Door::Page);
        w.engine.write(&ctx, move |tx| tx.approval_withdraw(request)).await.expect("withdrawn");
        assert!(guest.get(&link).await.html.contains("sudah diputuskan atau ditarik"));
    }
);

both!(
    /// Who may not see a record is told nothing of its approvals, by no door; a hidden figure stays hidden.
    what_is_out_of_sight_does_not_exist,
    async |w: &Workspace| {
        let f = firm(w).await;
        keep(w, f.admin, rule()).await;
        let id = deal(w, f.siti, "15").await;
        let request = ask(w, f.siti, id).await.expect("asked");
        let mut fajar = Browser::of(w, f.fajar).await;
        for address in [format!("/approvals/{request}"), format!("/approvals/{request}/approve"), format!("/approvals/ask?object=opportunity&id={id}&rule=discount")] {
            assert_eq!(fajar.get(&address).await.status, StatusCode::NOT_FOUND, "{address}");
        }
        assert!(!fajar.get("/approvals?whose=all").await.html.contains("Kopi"));
        for verb in ["approve", "withdraw"] {
            let answer = fajar.submit(&format!("/approvals/{request}/{verb}"), &[]).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{verb}");
        }
        assert_eq!(code(decide(w, f.fajar, request, yes()).await), "not_found");
        assert_eq!(code(decide(w, f.siti, request, yes()).await), "approval_own");
        assert_eq!(code(decide(w, f.rudi, request, yes()).await), "forbidden", "he sees it, and has no say");
        let role = w.engine.people().roles.iter().find(|r| r.key == "marketing").map(|r| r.id).expect("a role");
        let dewi = w.user("dewi", role, None).await;
        let ctx = w.of(dewi, Door::Api);
        let seen = w.engine.read(&ctx, move |tx| tx.approval(request)).await.expect("she sees the deal");
        assert_eq!(seen.value, None, "and not its discount");
        let api = Api::by(w, f.fajar).await;
        assert_eq!(api.get(&format!("/approvals/{request}")).await.0, 404);
        assert_eq!(api.post(&format!("/approvals/{request}/approve"), json!({})).await.0, 404);
        assert_eq!(api.get("/approvals").await.1["data"], json!([]));
        let notices = w.engine.read(&w.of(f.sari, Door::Page), |tx| tx.notices(None, true, 10)).await.expect("an inbox");
        assert_eq!(notices.notices.iter().map(|n| n.kind.as_str()).collect::<Vec<_>>(), ["approval-asked"]);
        let audit = akrab_engine::audit::AuditQuery { kinds: vec!["approval_asked".into()], limit: 5, ..Default::default() };
        assert_eq!(w.engine.audit(&w.of(f.admin, Door::Page), audit).await.expect("the trail").len(), 1);
    }
);

both!(
    /// What waits stands on the record's page, in the day's work and in the list; equal ones are decided together; the API
    /// does the same.
    decisions_are_taken_where_people_work,
    async |w: &Workspace| {
        let f = firm(w).await;
        let mut two = rule();
        two.bands[2].steps = vec!["manager".into(), "director".into()];
        two.four_eyes = true;
        keep(w, f.admin, two).await;
        let mut siti = Browser::of(w, f.siti).await;
        let mut ids = Vec::new();
        for discount in ["15", "16", "25"] {
            let id = deal(w, f.siti, discount).await;
            let page = siti.get(&format!("/opportunities/{id}")).await;
            assert!(page.html.contains("Perlu persetujuan") && page.html.contains("Minta persetujuan"), "{}", page.html);
            let asked = siti.submit("/approvals/ask", &[("object", "opportunity"), ("id", &id.to_string()), ("rule", "discount"), ("note", "")]).await;
            assert_eq!(asked.status, StatusCode::SEE_OTHER, "{}", asked.html);
            ids.push(id);
        }
        let mut sari = Browser::of(w, f.sari).await;
        let today = sari.get("/today").await;
        assert!(today.html.contains("Menunggu keputusan Anda") && today.html.contains("Kopi 25"), "{}", today.html);
        let list = sari.get("/approvals").await;
        let chosen: Vec<String> = ["15", "16", "25"].iter().map(|n| list_id(&list.html, &format!("Kopi {n}"))).collect();
        let page = sari.get(&format!("/opportunities/{}", ids[2])).await;
        assert!(page.html.contains("Menunggu sari") && page.html.contains("Diskon 25%"), "{}", page.html);
        let fields: Vec<(&str, &str)> = chosen.iter().map(|id| ("id", id.as_str())).chain([("verdict", "approve")]).collect();
        let done = sari.submit("/approvals/bulk", &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER);
        assert_eq!(standing(w, ids[0]).await.1, State::Approved);
        let (third, state) = standing(w, ids[2]).await;
        assert_eq!((state, waiting(w, f.dina).await), (State::Waiting, vec![third]), "the director comes next");
        let again = sari.submit(&format!("/approvals/{third}/approve"), &[("step", "0")]).await;
        assert!(again.status == StatusCode::SEE_OTHER && sari.get("/approvals").await.html.contains("Sudah diputuskan oleh sari"), "told who was faster");

        let api = Api::by(w, f.dina).await;
        let (_, mine) = api.get("/approvals?whose=waiting").await;
        assert_eq!(mine["data"][0]["id"].as_i64(), Some(third));
        let (status, told) = api.post(&format!("/approvals/{third}/return"), json!({"step": 2})).await;
        assert_eq!((status, told["errors"][0]["pointer"].as_str()), (422, Some("/reason")));
        let body = json!({"step": 2, "reason": "incomplete", "note": "Lampirkan perhitungan"});
        let (status, told) = api.post(&format!("/approvals/{third}/return"), body).await;
        assert_eq!((status, told["state"].as_str()), (200, Some("returned")), "{told}");
        let page = siti.get(&format!("/opportunities/{}", ids[2])).await;
        assert!(page.html.contains("Lampirkan perhitungan") && page.html.contains("dikembalikan"), "the timeline tells it: {}", page.html);
        let history = siti.get(&format!("/opportunities/{}/history", ids[2])).await;
        assert!(history.html.contains("Data belum lengkap"), "{}", history.html);
        assert!(siti.get("/inbox").await.html.contains("mengembalikan permintaan Anda"));
        let filter = ApprovalFilter { states: vec![State::Approved], ..ApprovalFilter::default() };
        let ctx: Ctx = w.of(f.siti, Door::Page);
        let (found, next) = w.engine.read(&ctx, move |tx| tx.approvals_find(&filter)).await.expect("a list");
        assert_eq!((found.len(), next), (2, None));
        // the change that can be taken back is the change, not what was told of it
        let page = siti.post(&format!("/opportunities/{}/fields/discount", ids[0]), "discount=17").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.html);
        let (ctx, id) = (w.of(f.siti, Door::Page), ids[0]);
        let last = w.engine.read(&ctx, move |tx| tx.last_change("opportunity", id)).await.expect("a change");
        w.engine.undo(&ctx, last.expect("a change")).await.expect("taken back");
        assert_eq!(standing(w, ids[0]).await.1, State::Waiting, "taking back is a change too");
        let (ctx, rudi, request) = (w.of(f.admin, Door::Page), f.rudi, standing(w, id).await.0);
        w.engine.write(&ctx, move |tx| tx.approval_move(request, rudi)).await.expect("handed over");
        assert_eq!(waiting(w, f.rudi).await, [request]);
    }
);

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

/// What the tick box of a request sends.
fn list_id(html: &str, title: &str) -> String {
    let label = format!("Pilih {title}\"");
    let before = html.split(&label).next().unwrap_or_default();
    before.rsplit("value=\"").next().and_then(|rest| rest.split('"').next()).unwrap_or_default().to_string()
}
