//! Deciding: own requests and deputies, once, in time, by mail, and where people work.

use super::*;

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
    /// Mails about approvals keep to what each person chose: not in his quiet hours, in the morning, or never.
    approvals_come_by_mail_as_each_person_chose,
    async |w: &Workspace| {
        let f = firm(w).await;
        keep(w, f.admin, rule()).await;
        w.engine.keep_link_base(BASE).await.expect("kept");
        let profile = "name=sari&language=id&theme=system&time_zone=&single_keys=1";
        // she signs in anew each day
        let choose = async |rest: &str| {
            let kept = Browser::of(w, f.sari).await.post("/settings/profile", &format!("{profile}&{rest}")).await;
            assert_ne!(kept.status, StatusCode::UNPROCESSABLE_ENTITY, "{}", kept.html);
        };
        // it is nine in the morning
        choose("mail_news=soon&mail_kinds=approval&quiet_from=8&quiet_to=11").await;
        ask(w, f.siti, deal(w, f.siti, "15").await).await.expect("asked");
        settle(w).await;
        assert_eq!(w.mails(), 0, "her quiet hours");
        until(w, "2026-03-02 11:01");
        settle(w).await;
        assert_eq!((w.mails(), w.mail(0).await.to.as_str()), (1, "sari@contoh.test"));
        choose("mail_news=soon&mail_kinds=mention&quiet_from=&quiet_to=").await;
        ask(w, f.siti, deal(w, f.siti, "16").await).await.expect("asked");
        settle(w).await;
        assert_eq!(w.mails(), 1, "what she did not choose to have soon waits for the morning");
        until(w, "2026-03-03 07:01");
        settle(w).await;
        assert_eq!(w.mail(1).await.subject, "Persetujuan: Diskon, Kopi 16");
        choose("mail_news=never&mail_kinds=&quiet_from=&quiet_to=").await;
        ask(w, f.siti, deal(w, f.siti, "17").await).await.expect("asked");
        until(w, "2026-03-05 12:00");
        settle(w).await;
        assert!(w.mails() == 2, "never is never: {:?}", w.mail(2).await);
        assert_eq!(waiting(w, f.sari).await.len(), 3, "it waits for her all the same");
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

/// What the tick box of a request sends.
fn list_id(html: &str, title: &str) -> String {
    let label = format!("Pilih {title}\"");
    let before = html.split(&label).next().unwrap_or_default();
    before.rsplit("value=\"").next().and_then(|rest| rest.split('"').next()).unwrap_or_default().to_string()
}
