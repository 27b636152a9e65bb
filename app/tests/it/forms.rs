//! Public forms: put together by administrators, filled in by anybody, each submission a record.

use crate::browser::{Answer, Browser};
use crate::hooks::admin;
use crate::workspace::{Workspace, both, map};
use akrab_engine::Door;
use akrab_engine::contact::Consent;
use akrab_engine::flow::{Flow, RunAsk};
use akrab_engine::form::{Asked, FormDraft, FormPlan, FormView, Tick};
use akrab_engine::inlet::CallState;
use akrab_model::ProblemKind;
use axum::http::StatusCode;
use serde_json::{Value as Json, json};

fn asked(key: &str, label: &str, required: bool) -> Asked {
    Asked { key: key.into(), label: label.into(), required, from: None }
}

fn draft(owner: i64) -> FormDraft {
    let plan = FormPlan {
        object: "lead".into(),
        lang: "id".into(),
        title: "Hubungi kami".into(),
        intro: "Kami menjawab dalam satu hari kerja.".into(),
        fields: vec![
            asked("name", "Nama Anda", true),
            asked("email", "", true),
            asked("phone", "", false),
            asked("interest", "Pesan", false),
        ],
        fixed: map(json!({ "source": "website", "owner": owner })),
        thanks: "Sampai jumpa".into(),
        ..FormPlan::default()
    };
    FormDraft { name: "Halaman kontak".into(), owner, open: true, plan }
}

async fn make(w: &Workspace, draft: FormDraft) -> FormView {
    let ctx = w.system();
    let made = w.engine.write(&ctx, move |tx| {
        let id = tx.form_add(&draft)?;
        tx.form(id)
    });
    made.await.unwrap_or_else(|p| panic!("the form is made: {p:?}"))
}

async fn see(w: &Workspace, id: i64) -> FormView {
    w.engine.read(&w.system(), move |tx| tx.form(id)).await.expect("the form")
}

/// What names this filling in, as the page carries it.
fn once(page: &Answer) -> String {
    let start = page.html.split("name=\"form_once\" value=\"").nth(1).expect("a name");
    start.split('"').next().unwrap_or_default().into()
}

/// Sends a form as another site's frame does: without any cookie or token.
async fn send(browser: &mut Browser, form: &FormView, fields: &[(&str, &str)]) -> Answer {
    let address = format!("/f/{}", form.key);
    let page = browser.get(&address).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.html);
    let once = once(&page);
    let fields = [fields, &[("form_once", once.as_str())]].concat();
    browser.submit_with(&[("sec-fetch-site", "cross-site")], &address, &fields).await
}

both!(
    /// Anybody fills a form in: it is drawn in its own language, faults stand at their fields, and what is taken becomes a record
    /// through the same door as all others, with what stands fixed, a history and a line in the list; once, however often it is sent.
    anybody_fills_a_form_in,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let owner = ctx.user_id().expect("a person");
        let form = make(w, draft(owner)).await;
        let mut guest = Browser::guest(w).await;
        let address = format!("/f/{}", form.key);
        let page = guest.get(&address).await;
        assert!(page.html.contains("lang=\"id\"") && page.html.contains("Hubungi kami") && page.html.contains("Nama Anda"), "{}", page.html);
        assert!(!page.html.contains("name=\"owner\"") && !page.html.contains("ratna"), "nobody is told of the people here");
        assert!(page.headers.get("set-cookie").is_none(), "a stranger is given nothing to keep");

        let faulty = send(&mut guest, &form, &[("name", ""), ("email", "bukan alamat"), ("phone", "08")]).await;
        assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
        for field in ["name", "email"] {
            assert!(faulty.html.contains(&format!("href=\"#f-{field}\"")), "{field}: {}", faulty.html);
        }
        assert!(faulty.html.contains("bukan alamat"), "what was typed stays");
        assert!(page.html.contains("novalidate"), "faults are told in the language of the form, not of the browser");

        let page = guest.get(&address).await;
        let once = once(&page);
        let said = [("name", "Ratna Sari"), ("email", "ratna@contoh.co.id"), ("phone", "0812-3456-7890"), ("interest", "Mesin <kopi>"), ("form_once", once.as_str()), ("status", "converted")];
        for _ in 0..2 {
            let thanks = guest.submit_with(&[("sec-fetch-site", "cross-site")], &address, &said).await;
            assert!(thanks.status == StatusCode::OK && thanks.html.contains("Sampai jumpa"), "{}", thanks.html);
        }
        let seen = see(w, form.id).await;
        assert_eq!((seen.taken, seen.refused), (1, 0));
        let id = form.id;
        let found = w.engine.read(&w.system(), move |tx| tx.form_submissions(id, None, 10)).await.expect("a list");
        let (object, lead, title) = found[0].record.clone().expect("a record");
        assert_eq!((found.len(), object.as_str(), title.as_deref(), found[0].state), (1, "lead", Some("Ratna Sari"), CallState::Created));
        let record = w.engine.get(&w.system(), "lead", lead).await.expect("the lead");
        let told = ["phone", "source", "status", "interest"].map(|key| record.text(key).to_string());
        assert_eq!(told, ["+6281234567890", "website", "new", "Mesin <kopi>"], "only what was asked for is taken");
        assert_eq!(record.link("owner"), Some(owner));
        let mut ratna = Browser::of(w, owner).await;
        assert!(ratna.get(&format!("/leads/{lead}/history")).await.html.contains("lewat formulir"));
        let list = ratna.get(&format!("/settings/forms/{id}")).await.html;
        assert!(list.contains("Ratna Sari") && list.contains(&address), "{list}");
    }
);

both!(
    /// The guard: a field nobody sees, a pace for each address, a form that is off or whose person left; and nobody frames a form
    /// but the sites it names.
    strangers_are_kept_in_bounds,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let owner = ctx.user_id().expect("a person");
        let form = make(w, draft(owner)).await;
        let mut guest = Browser::guest(w).await;
        let good = [("name", "Robot"), ("email", "robot@contoh.co.id")];
        let trapped = send(&mut guest, &form, &[&good[..], &[("form_homepage", "https://spam.example")]].concat()).await;
        assert!(trapped.status == StatusCode::OK && trapped.html.contains("Sampai jumpa"), "a robot is told nothing");
        assert_eq!((see(w, form.id).await.taken, see(w, form.id).await.refused), (0, 1));
        let mut last = StatusCode::OK;
        for n in 0..11 {
            let name = format!("Tamu {n}");
            last = send(&mut guest, &form, &[("name", &name), ("email", "tamu@contoh.co.id")]).await.status;
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
        assert!(see(w, form.id).await.taken < 11);

        let policy = |page: &Answer| page.headers.get("content-security-policy").and_then(|v| v.to_str().ok()).unwrap_or_default().to_string();
        let closed = guest.get(&format!("/f/{}", form.key)).await;
        assert!(policy(&closed).contains("frame-ancestors 'none'") && policy(&closed).contains("script-src 'self'"));
        let mut framed = draft(owner);
        framed.plan.origins = vec!["https://contoh.co.id".into()];
        framed.plan.next = "https://contoh.co.id/terima-kasih".into();
        let framed = make(w, framed).await;
        let page = guest.get(&format!("/f/{}?embed=1", framed.key)).await;
        assert!(policy(&page).contains("frame-ancestors 'self' https://contoh.co.id; form-action 'self' https://contoh.co.id"), "{}", policy(&page));
        assert!(page.headers.get("x-frame-options").is_none());
        let sent = send(&mut guest, &framed, &good).await;
        assert_eq!((sent.status, sent.location.as_str()), (StatusCode::SEE_OTHER, "https://contoh.co.id/terima-kasih"));

        let (id, off) = (form.id, FormDraft { open: false, ..draft(owner) });
        w.engine.write(&w.system(), move |tx| tx.form_change(id, &off)).await.expect("off");
        assert_eq!(guest.get(&format!("/f/{}", form.key)).await.status, StatusCode::NOT_FOUND);
        assert_eq!(guest.post(&format!("/hooks/{}", framed.key), "").await.status, StatusCode::NOT_FOUND, "a form is no webhook");
        assert_eq!(guest.get("/f/tidak-ada").await.status, StatusCode::NOT_FOUND);
    }
);

both!(
    /// What cannot work is told before anybody fills it in; people who are no administrators neither see nor change forms.
    a_form_is_judged_before_it_counts,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let owner = ctx.user_id().expect("a person");
        let faults = async |change: &dyn Fn(&mut FormDraft)| {
            let mut wrong = draft(owner);
            change(&mut wrong);
            let problem = w.engine.write(&w.system(), move |tx| tx.form_add(&wrong)).await.expect_err("refused");
            problem.fields.iter().map(|f| format!("{} {}", f.field(), f.code)).collect::<Vec<_>>()
        };
        assert_eq!(faults(&|d| d.plan.fields.clear()).await, ["fields required", "fields form_needs"]);
        assert_eq!(faults(&|d| d.plan.fields.push(asked("owner", "", false))).await, ["fields form_field"]);
        assert_eq!(faults(&|d| d.plan.fields.push(asked("phone", "", false))).await, ["fields form_twice"]);
        assert_eq!(faults(&|d| drop(d.plan.fixed.insert("source".into(), json!("angin")))).await, ["fixed unknown_choice"]);
        assert_eq!(faults(&|d| d.plan.next = "javascript:alert(1)".into()).await, ["next form_next"]);
        assert_eq!(faults(&|d| d.plan.origins = vec!["https://contoh.co.id; script-src *".into()]).await, ["origins form_origin"]);
        assert_eq!(faults(&|d| d.plan.tick = Some(Tick { purpose: "entah".into(), required: true })).await, ["tick unknown_choice"]);
        let reader = w.engine.people().roles.iter().find(|r| r.key == "readonly").map(|r| r.id).expect("the role");
        let reader = w.user("sumarni", reader, None).await;
        assert_eq!(faults(&|d| d.owner = reader).await, ["owner form_owner_may_not"]);
        let refused = w.engine.read(&w.of(reader, Door::Page), |tx| tx.forms()).await.expect_err("not for everybody");
        assert_eq!(refused.kind, ProblemKind::Forbidden);
    }
);

both!(
    /// A box keeps what people agreed to with its proof; a flow begins with the record a form made, and with no other.
    a_form_asks_for_consent_and_begins_a_flow,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let owner = ctx.user_id().expect("a person");
        w.engine.write(&w.system(), |tx| tx.preset_take("indonesia")).await.expect("purposes");
        let with_tick = FormDraft { plan: FormPlan { tick: Some(Tick { purpose: "offers".into(), required: true }), ..draft(owner).plan }, ..draft(owner) };
        let form = make(w, with_tick).await;
        let other = make(w, draft(owner)).await;
        let begins = |form: Json| -> Flow {
            let body = json!({ "name": { "id": "Sambut", "en": "Welcome" }, "object": "lead", "trigger": form,
                "steps": [{ "key": "s", "do": "set", "values": { "status": { "value": "working" } } }] });
            serde_json::from_value(body).expect("a flow")
        };
        let unknown = begins(json!({ "on": "form", "form": 999 }));
        let faults = w.engine.read(&w.system(), move |tx| tx.flow_faults(&unknown)).await.expect("judged");
        assert_eq!(faults.iter().map(|f| f.code.as_str()).collect::<Vec<_>>(), ["flow_form_unknown"]);
        let flow = begins(json!({ "on": "form", "form": form.id }));
        let system = w.system();
        let key = w.engine.write(&system, move |tx| {
            let key = tx.flow_make(&flow, None)?;
            tx.flow_publish(&key)?;
            Ok(key)
        });
        let key = key.await.expect("published");
        let mut guest = Browser::guest(w).await;
        let said = [("name", "Ratna Sari"), ("email", "ratna@contoh.co.id")];
        let refused = send(&mut guest, &form, &said).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.html.contains("Centang kotak ini"), "{}", refused.html);
        assert_eq!(send(&mut guest, &form, &[&said[..], &[("form_agreed", "1")]].concat()).await.status, StatusCode::OK);
        assert_eq!(send(&mut guest, &other, &said).await.status, StatusCode::OK);
        w.make("lead", json!({ "name": "Dari tangan" })).await;
        w.engine.flow_drain().await.expect("worked off");
        let runs = w.engine.read(&w.system(), move |tx| tx.flow_runs(&key, &RunAsk::default())).await.expect("runs");
        assert_eq!(runs.len(), 1);
        let lead = runs[0].record;
        assert_eq!(w.engine.get(&w.system(), "lead", lead).await.expect("the lead").text("status"), "working");
        let (state, said) = w.engine.read(&w.system(), move |tx| tx.consent("lead", lead, "offers", "email")).await.expect("consent");
        assert_eq!(state, Consent::Given);
        let said = said.expect("a proof");
        assert_eq!((said.source.as_str(), &said.evidence["form"]), ("form", &json!("Halaman kontak")));
        assert!(said.evidence["wording"].is_object(), "{:?}", said.evidence);
    }
);

both!(
    /// In the pages: a form is put together row by row without script, saved, found in its list, switched off and deleted.
    a_form_is_put_together_in_the_settings,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let owner = ctx.user_id().expect("a person").to_string();
        let mut browser = Browser::of(w, ctx.user_id().expect("a person")).await;
        assert!(browser.get("/settings/forms").await.html.contains("Belum ada formulir"));
        let page = browser.get("/settings/forms/new?object=lead").await.html;
        assert!(page.contains("name=\"f0_key\" value=\"name\"") && page.contains("inert"), "{page}");
        let typed = "typed=1&object=lead&name=Pameran&lang=en&title=Visit+us&open=1&f0_key=name&f0_required=1&f1_key=email&x0_key=source&x0_value=exhibition";
        let page = browser.get(&format!("/settings/forms/new?{typed}&owner={owner}&f_add=phone&act=up:1")).await.html;
        let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
        assert!(place("value=\"email\"") < place("value=\"name\"") && page.contains("value=\"phone\""));
        assert!(page.contains("Visit us") && page.contains(">Send<"), "the preview is in the form's own language");
        let fields = [("object", "lead"), ("name", "Pameran"), ("lang", "en"), ("title", "Visit us"), ("open", "1"), ("owner", owner.as_str()), ("f0_key", "name"), ("f0_required", "1"), ("f1_key", "email"), ("f1_label", "Work e-mail"), ("x0_key", "source"), ("x0_value", "exhibition")];
        let refused = browser.submit("/settings/forms/new", &[&fields[..], &[("origins", "contoh")]].concat()).await;
        assert!(refused.status == StatusCode::UNPROCESSABLE_ENTITY && refused.html.contains("bukan situs"), "{}", refused.html);
        let made = browser.submit("/settings/forms/new", &fields).await.location;
        let id: i64 = made.rsplit('/').next().and_then(|id| id.parse().ok()).expect("a number");
        let form = see(w, id).await;
        assert_eq!(form.draft.plan.fields, [asked("name", "", true), asked("email", "Work e-mail", false)]);
        assert_eq!(Json::Object(form.draft.plan.fixed.clone()), json!({ "source": "exhibition" }));
        assert!(browser.get("/settings/forms").await.html.contains("Pameran"));
        assert!(browser.get(&format!("/f/{}", form.key)).await.html.contains("Work e-mail"));
        browser.submit(&format!("{made}/open"), &[]).await;
        assert!(!see(w, id).await.draft.open);
        let audit = browser.get("/settings/audit").await.html;
        assert!(audit.contains("Membuat formulir") && audit.contains("Mengubah formulir"), "{audit}");
        browser.submit(&format!("{made}/delete"), &[]).await;
        assert_eq!(browser.get(&made).await.status, StatusCode::NOT_FOUND);
    }
);

/// A form that asks for everything a stranger may be asked for besides words: a file, a link by a rule, a moment, a number.
fn visit_form(owner: i64) -> FormDraft {
    let from = json!({ "field": "status", "op": "is", "value": "active" });
    let plan = FormPlan {
        object: "interaction".into(),
        lang: "id".into(),
        title: "Minta kunjungan".into(),
        fields: vec![
            asked("subject", "Perihal", true),
            asked("starts_at", "Kapan", true),
            Asked { from: Some(from), ..asked("account", "Cabang", true) },
        ],
        fixed: map(json!({ "channel": "visit", "owner": owner })),
        ..FormPlan::default()
    };
    FormDraft { name: "Kunjungan".into(), owner, open: true, plan }
}

both!(
    /// A link offers exactly the records its maker's rule names, by title, and takes no other; without a rule, or with one that
    /// names too many, the form is refused. Moments are those of the company's clock.
    a_stranger_chooses_only_from_what_the_rule_names,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let owner = ctx.user_id().expect("a person");
        let branch = w.make("account", json!({ "name": "Cabang Dago", "status": "active" })).await;
        let secret = w.make("account", json!({ "name": "Pelanggan Rahasia" })).await;
        let refused = |draft: FormDraft| {
            let ctx = w.system();
            async move {
                let problem = w.engine.write(&ctx, move |tx| tx.form_add(&draft)).await.expect_err("refused");
                problem.fields.iter().map(|f| f.code.clone()).collect::<Vec<_>>()
            }
        };
        let mut bare = visit_form(owner);
        bare.plan.fields[2].from = None;
        assert_eq!(refused(bare).await, ["form_link_rule"]);
        let mut odd = visit_form(owner);
        odd.plan.fields[2].from = Some(json!({ "field": "tak_ada", "op": "is", "value": 1 }));
        assert_eq!(refused(odd).await, ["filter_unknown_field"]);
        let mut people = visit_form(owner);
        people.plan.fixed.remove("owner");
        people.plan.fields.push(asked("owner", "", false));
        assert_eq!(refused(people).await, ["form_field"], "nobody is shown the people here");

        let form = make(w, visit_form(owner)).await;
        let mut guest = Browser::guest(w).await;
        let page = guest.get(&format!("/f/{}", form.key)).await.html;
        assert!(page.contains("Cabang Dago") && !page.contains("Pelanggan Rahasia") && !page.contains("/pick/"), "{page}");
        assert!(page.contains("Jam WIB"), "{page}");
        let (branch, secret) = (branch.to_string(), secret.to_string());
        let said = [("subject", "Survei"), ("starts_at", "2026-03-05T09:30")];
        for other in [secret.as_str(), "999999", "satu"] {
            let answer = send(&mut guest, &form, &[&said[..], &[("account", other)]].concat()).await;
            assert!(answer.status == StatusCode::UNPROCESSABLE_ENTITY && answer.html.contains("href=\"#f-account\""), "{other}: {}", answer.html);
            assert!(!answer.html.contains("Pelanggan Rahasia"));
        }
        let taken = send(&mut guest, &form, &[&said[..], &[("account", branch.as_str())]].concat()).await;
        assert_eq!(taken.status, StatusCode::OK, "{}", taken.html);
        let id = form.id;
        let found = w.engine.read(&w.system(), move |tx| tx.form_submissions(id, None, 10)).await.expect("a list");
        let visit = w.engine.get(&w.system(), "interaction", found[0].record.clone().expect("a record").1).await.expect("it");
        assert_eq!(visit.link("account").map(|id| id.to_string()), Some(branch));
        assert_eq!(visit.get("starts_at").to_json(), json!("2026-03-05T02:30:00Z"));
        for n in 0..100 {
            w.make("account", json!({ "name": format!("Cabang {n}"), "status": "active" })).await;
        }
        assert_eq!(refused(visit_form(owner)).await, ["form_link_many"]);
        assert!(guest.get(&format!("/f/{}", form.key)).await.html.matches("<option").count() <= 101);
    }
);

both!(
    /// A file comes in with a form, stays with it while other fields are mended, and is of the kind and size its field takes; a word
    /// that the form did not give names no file of anybody's. Numbers are read as the form's language writes them.
    a_stranger_hands_a_file_in,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let owner = ctx.user_id().expect("a person");
        let plan = FormPlan {
            object: "account".into(),
            lang: "id".into(),
            title: "Jadi mitra".into(),
            fields: vec![asked("name", "", true), asked("contract", "Surat", true), asked("credit_limit", "", false)],
            fixed: map(json!({ "owner": owner })),
            ..FormPlan::default()
        };
        let form = make(w, FormDraft { name: "Mitra".into(), owner, open: true, plan }).await;
        let address = format!("/f/{}", form.key);
        let mut guest = Browser::guest(w).await;
        assert!(guest.get(&address).await.html.contains("multipart/form-data"));
        let wrong = guest.submit_files(&address, &[("name", "PT Satu")], &[("contract", "surat.exe", b"MZ program")]).await;
        assert!(wrong.status == StatusCode::UNPROCESSABLE_ENTITY && wrong.html.contains("href=\"#f-contract\""), "{}", wrong.html);
        let half = guest.submit_files(&address, &[("name", "")], &[("contract", "surat.pdf", b"%PDF-1.4 surat")]).await;
        assert!(half.status == StatusCode::UNPROCESSABLE_ENTITY && half.html.contains("surat.pdf"), "{}", half.html);
        let word = crate::shape::hidden_value(&half.html, "contract");
        assert!(word.starts_with("sealed:"), "{word}");
        // a file of the person the form writes for, by its number
        let own = w.engine.file_put(&ctx, "gaji.pdf", std::io::Cursor::new(b"%PDF-1.4 gaji".to_vec()), 1 << 20).await.expect("a file");
        let number = own.id.to_string();
        let stolen = send(&mut guest, &form, &[("name", "PT Curi"), ("contract", &number)]).await;
        assert!(stolen.status == StatusCode::UNPROCESSABLE_ENTITY && !stolen.html.contains("gaji.pdf"), "{}", stolen.html);
        let made = send(&mut guest, &form, &[("name", "PT Satu"), ("contract", &word), ("credit_limit", "1.250.000,5")]).await;
        assert_eq!(made.status, StatusCode::OK, "{}", made.html);
        let id = form.id;
        let found = w.engine.read(&w.system(), move |tx| tx.form_submissions(id, None, 10)).await.expect("a list");
        let account = found[0].record.clone().expect("a record").1;
        assert_eq!(w.engine.record_file(&w.system(), "account", account, "contract").await.expect("the file").name, "surat.pdf");
        let record = w.engine.get(&w.system(), "account", account).await.expect("it");
        assert_eq!(record.get("credit_limit").to_json(), json!("1250000.5"));
        // whoever is caught by the guard leaves nothing behind
        let trapped = guest.submit_files(&address, &[("form_homepage", "x"), ("name", "R")], &[("contract", "r.pdf", b"%PDF-1.4 robot")]).await;
        assert_eq!(trapped.status, StatusCode::OK);
        assert_eq!(see(w, form.id).await.taken, 1);
    }
);

both!(
    /// A script of a site the form names sends JSON and is answered in JSON, in the language of the form; scripts of other sites are
    /// refused, names nobody is asked for too, and the guards are the same.
    a_form_is_sent_by_a_script_of_another_site,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let owner = ctx.user_id().expect("a person");
        let mut named = draft(owner);
        named.plan.origins = vec!["https://contoh.co.id".into()];
        let form = make(w, named).await;
        let address = format!("/f/{}", form.key);
        let (site, mut script) = ("https://contoh.co.id", Browser::guest(w).await);
        let allowed = |answer: &Answer| answer.headers.get("access-control-allow-origin").and_then(|v| v.to_str().ok()).map(str::to_string);
        let json_of = |answer: &Answer| serde_json::from_str::<Json>(&answer.html).unwrap_or_else(|e| panic!("{e}: {}", answer.html));

        let before = script.call("OPTIONS", site, &address, "").await;
        assert_eq!((before.status, allowed(&before).as_deref()), (StatusCode::NO_CONTENT, Some(site)));
        let told = script.call("GET", site, &address, "").await;
        let fields = json_of(&told)["fields"].clone();
        assert_eq!((&fields[0]["key"], &fields[0]["label"], &fields[1]["type"]), (&json!("name"), &json!("Nama Anda"), &json!("email")), "{}", told.html);
        assert!(allowed(&told).is_some() && told.headers.get("set-cookie").is_none());

        let faulty = script.call("POST", site, &address, r#"{"name":"","email":"bukan alamat"}"#).await;
        assert_eq!(faulty.headers.get("content-type").and_then(|v| v.to_str().ok()), Some("application/problem+json"));
        let problem = json_of(&faulty);
        assert_eq!((faulty.status, allowed(&faulty).as_deref(), problem["errors"][0]["pointer"].clone()), (StatusCode::UNPROCESSABLE_ENTITY, Some(site), json!("/name")));
        assert!(problem["errors"].as_array().is_some_and(|all| all.len() == 2) && problem["errors"][1]["detail"].as_str().is_some_and(|t| t.contains("email") || t.contains("surel")), "{problem}");
        let odd = script.call("POST", site, &address, r#"{"name":"A","email":"a@contoh.co.id","status":"converted"}"#).await;
        assert!(odd.status == StatusCode::UNPROCESSABLE_ENTITY && odd.html.contains("unknown_field"), "{}", odd.html);
        assert_eq!(script.call("POST", site, &address, "{").await.status, StatusCode::BAD_REQUEST);

        let said = r#"{"name":"Ratna Sari","email":"ratna@contoh.co.id","interest":"Mesin","form_once":"satu"}"#;
        for _ in 0..2 {
            let taken = script.call("POST", site, &address, said).await;
            assert_eq!((taken.status, json_of(&taken)), (StatusCode::OK, json!({ "taken": true, "message": "Sampai jumpa" })));
        }
        assert_eq!(see(w, form.id).await.taken, 1, "the same filling in is taken once");
        let robot = script.call("POST", site, &address, r#"{"name":"R","email":"r@contoh.co.id","form_homepage":"x"}"#).await;
        assert_eq!((robot.status, see(w, form.id).await.refused), (StatusCode::OK, 1));

        let foreign = script.call("POST", "https://lain.example", &address, said).await;
        assert_eq!((foreign.status, allowed(&foreign)), (StatusCode::FORBIDDEN, None));
        assert!(foreign.html.contains("form_site"), "{}", foreign.html);
        assert_eq!(allowed(&script.call("OPTIONS", "https://lain.example", &address, "").await), None);
        let mut last = StatusCode::OK;
        for _ in 0..10 {
            last = script.call("POST", site, &address, "{}").await.status;
        }
        assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    }
);

both!(
    /// Forms go out with the settings and come in again at their address, with the people they name and the flow that begins with
    /// them; what is there already is no change.
    forms_travel_in_the_file_of_settings,
    async |w: &Workspace| {
        let ctx = admin(w).await;
        let owner = ctx.user_id().expect("a person");
        let form = make(w, draft(owner)).await;
        let other = make(w, visit_form(owner)).await;
        let begins = json!({ "name": { "id": "Sambut", "en": "Welcome" }, "object": "lead", "trigger": { "on": "form", "form": form.id },
            "steps": [{ "key": "s", "do": "set", "values": { "status": { "value": "working" } } }] });
        let begins: Flow = serde_json::from_value(begins).expect("a flow");
        let made = w.engine.write(&ctx, move |tx| {
            let key = tx.flow_make(&begins, None)?;
            tx.flow_publish(&key)?;
            Ok(key)
        });
        let flow = made.await.expect("published");
        let ctx = w.of(owner, Door::Page);
        let parts = [akrab_engine::bundle::Part::Forms, akrab_engine::bundle::Part::Flows];
        let file = w.engine.bundle_export(&ctx, &parts).await.expect("a file");
        let mail = w.engine.people().user(owner).expect("the admin").email.clone();
        assert!(file.contains(&format!("[forms.{}]", form.key)) && file.contains(&mail), "{file}");
        assert!(!w.engine.bundle_take(&ctx, &file, false).await.expect("taken").changes(), "what is there is no change");
        let (id, second, gone) = (form.id, other.id, flow.clone());
        let removed = w.engine.write(&ctx, move |tx| {
            tx.flow_remove(&gone)?;
            tx.form_remove(id)?;
            tx.form_remove(second)
        });
        removed.await.expect("gone");
        // another form has a number of its own meanwhile
        make(w, draft(owner)).await;
        // the name of a flow that is gone stays its own
        let (file, flow) = (file.replace(&format!("key = \"{flow}\""), "key = \"greeting_again\""), "greeting_again");
        let taken = w.engine.bundle_take(&ctx, &file, false).await.unwrap_or_else(|p| panic!("{p:?}"));
        assert!(taken.others.iter().all(|(_, came)| came.iter().all(|one| one.new)), "{taken:?}");
        let forms = w.engine.read(&ctx, |tx| tx.forms()).await.expect("forms");
        let back = forms.iter().find(|known| known.key == form.key).expect("at its address");
        assert_eq!(back.draft, form.draft);
        assert_ne!(back.id, form.id);
        let trigger = w.engine.read(&ctx, move |tx| Ok(serde_json::to_value(tx.flow_draft(flow)?.flow.trigger).ok())).await.expect("it");
        assert_eq!(trigger.expect("a trigger")["form"], json!(back.id), "the flow begins with the form that came with it");
        let broken = w.engine.bundle_take(&ctx, &file.replace("object = \"lead\"", "object = \"leed\""), true).await.expect_err("refused");
        assert!(broken.fields[0].pointer.starts_with(&format!("/{}/", form.key)), "{broken:?}");
        let mut browser = Browser::of(w, owner).await;
        assert!(browser.get("/settings/forms").await.html.contains("part=forms"));
        assert_eq!(browser.get("/settings/forms/import").await.status, StatusCode::OK);
    }
);
