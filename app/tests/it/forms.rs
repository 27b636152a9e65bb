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
    Asked { key: key.into(), label: label.into(), required }
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
