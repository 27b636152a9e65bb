//! Rich notes: written as Markdown, drawn safely, ticked where they are read, begun with templates.

use crate::browser::Browser;
use crate::workspace::{Workspace, both, map};
use akrab_engine::Door;
use akrab_engine::note_template::NoteTemplate;
use akrab_model::{Label, ProblemKind};
use axum::http::StatusCode;
use serde_json::json;

const NOTE: &str =
    "## Rapat\n\n**Penting**\n\n- [ ] kirim contoh\n- [x] telepon\n\n<script>alert(1)</script>\n\n[buka](javascript:alert(1))";

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

both!(a_note_is_drawn_ticked_and_made_a_task_of, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    let budi = w.user("budi", role(w, "manager"), None).await;
    w.make("account", json!({"name": "Hotel Arjuna"})).await;
    let mut browser = Browser::of(w, admin).await;
    let text = format!("{NOTE}\n\n@budi lihat");
    let answer = browser.submit("/accounts/1/entries", &[("kind", "note"), ("body", &text)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    let page = browser.get("/accounts/1").await.html;
    for part in ["<strong>Penting</strong>", "<strong>Penting", "role=\"checkbox\"", "&lt;script&gt;", "ak-mention"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(!page.contains("<script>alert") && !page.contains("javascript:"), "nothing of it runs");
    let note = w.engine.get(&w.system(), "interaction", 1).await.expect("a note");
    assert_eq!((note.text("subject"), note.text("channel")), ("Rapat", "note"), "the title is without marks");
    // whoever was mentioned hears of it, and the words are found
    let his = w.engine.read(&w.of(budi, Door::Page), |tx| tx.notices(None, true, 10)).await.expect("notices");
    assert!(his.notices.iter().any(|n| n.kind == "mention"));
    assert!(browser.get("/search?q=contoh").await.html.contains("Rapat"), "found by a word of a task");
    // ticked in reading view, from the page without script
    let fields = [("n", "0"), ("done", "1"), ("version", "1"), ("back", "/accounts/1")];
    let answer = browser.submit("/interactions/1/fields/body/ticks", &fields).await;
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/accounts/1"));
    let body = w.engine.get(&w.system(), "interaction", 1).await.expect("a note").text("body").to_string();
    assert!(body.contains("- [x] kirim contoh") && body.contains("- [x] telepon"), "{body}");
    // from a version that is no more nothing is ticked, and that is told
    let answer = browser.submit("/interactions/1/fields/body/ticks", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let same = w.engine.get(&w.system(), "interaction", 1).await.expect("a note");
    assert_eq!(same.text("body"), body, "kept as it was");
    // its history tells what was ticked
    let history = w.engine.history(&w.system(), "interaction", 1, None).await.expect("a history");
    assert_eq!(history[0].shifts[0].field, "body");
    // the way to a real task carries what it says and whom it is about
    w.engine.update(&w.system(), "interaction", 1, map(json!({"body": "- [ ] kirim contoh"})), None).await.expect("changed");
    let page = browser.get("/accounts/1").await.html;
    assert!(page.contains("/tasks/new?subject=kirim") && page.contains("account=1"), "a task of it");
    let form = browser.get("/tasks/new?subject=kirim%20contoh&account=1").await.html;
    assert!(form.contains("kirim contoh"), "the form begins with it");
});

both!(who_may_not_change_a_note_ticks_nothing_in_it, async |w: &Workspace| {
    let (admin, reader) = (w.user("ratna", role(w, "administrator"), None).await, w.user("sumarni", role(w, "readonly"), None).await);
    w.make("account", json!({"name": "Hotel Arjuna"})).await;
    let ctx = w.of(admin, Door::Page);
    let input = json!({"subject": "Rapat", "channel": "note", "body": "- [ ] kirim", "account": 1});
    w.engine.create(&ctx, "interaction", map(input)).await.expect("made");
    let mut browser = Browser::of(w, reader).await;
    let page = browser.get("/accounts/1").await.html;
    assert!(page.contains("type=\"checkbox\" disabled") && !page.contains("/fields/body/ticks"));
    let answer = browser.submit("/interactions/1/fields/body/ticks", &[("n", "0"), ("done", "1"), ("version", "1")]).await;
    assert_eq!(answer.status, StatusCode::FORBIDDEN);
});

both!(templates_begin_notes_with_what_the_record_says, async |w: &Workspace| {
    let (admin, siti) = (w.user("ratna", role(w, "administrator"), None).await, w.user("siti", role(w, "sales"), None).await);
    let account = w.make("account", json!({"name": "Hotel Arjuna"})).await;
    let ctx = w.of(admin, Door::Page);
    let deal = json!({"name": "Pasokan kopi", "account": account, "owner": siti});
    w.engine.create(&ctx, "opportunity", map(deal)).await.expect("made");
    let mut browser = Browser::of(w, admin).await;
    let fields = [
        ("object", "opportunity"),
        ("name_id", "Rapat"),
        ("name_en", "Meeting"),
        ("text_id", "## {{name}}\n\n- [ ] kirim ke {{account.name}}"),
    ];
    let answer = browser.submit("/settings/templates", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "both languages are wanted");
    let whole = [fields.as_slice(), &[("text_en", "## {{name}}")]].concat();
    assert_eq!(browser.submit("/settings/templates", &whole).await.status, StatusCode::SEE_OTHER);
    assert!(browser.get("/settings/templates").await.html.contains("Rapat"));
    // offered behind a slash, ready to be written on
    let mut hers = Browser::of(w, siti).await;
    let hits = hers.get("/opportunities/1/templates?q=rap").await.html;
    assert!(hits.contains("## Pasokan kopi") && hits.contains("kirim ke Hotel Arjuna"), "{hits}");
    assert_eq!(hers.get("/opportunities/1/templates?q=telepon").await.html, "[]");
    assert_eq!(hers.get("/accounts/1/templates?q=").await.html, "[]", "of another object");
    // and chosen without script
    let page = hers.get("/opportunities/1?write=note&template=1").await.html;
    assert!(page.contains("## Pasokan kopi"), "the note begins with it");
    // only administrators change them, and only fields there are may be named
    let bad = NoteTemplate {
        kind: None,
        id: 0,
        object: Some("opportunity".into()),
        name: Label { id: "X".into(), en: "X".into() },
        text: Label { id: "{{tidak_ada}}".into(), en: "y".into() },
    };
    let (first, second) = (bad.clone(), bad);
    let refused = w.engine.write(&w.of(siti, Door::Page), move |tx| tx.note_template_save(&first)).await.expect_err("refused");
    assert_eq!(refused.kind, ProblemKind::Forbidden);
    let refused = w.engine.write(&ctx, move |tx| tx.note_template_save(&second)).await.expect_err("refused");
    assert_eq!((refused.fields[0].field(), refused.fields[0].code.as_str()), ("text_id", "unknown_field"));
    assert_eq!(browser.submit("/settings/templates/1/removal", &[]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(hers.get("/opportunities/1/templates?q=").await.html, "[]");
});

const MACHINES: &str = r#"
[[objects]]
key = "mesin"
plural = "mesin_kopi"
label = { id = "Mesin kopi", en = "Coffee machine" }
plural_label = { id = "Mesin kopi", en = "Coffee machines" }
purpose = { id = "Mesin yang kita rawat.", en = "Machines we service." }
icon = "wrench"
group = "customers"
title = "nama"

[objects.fields.nama]
type = "text"
label = { id = "Nama", en = "Name" }
required = true
index = true

[objects.access.manager]
create = true
read = "all"
edit = "all"
"#;

both!(objects_of_ones_own_have_notes_tasks_and_files_too, async |w: &Workspace| {
    let admin = w.user("ratna", role(w, "administrator"), None).await;
    w.engine.shape_import(&w.of(admin, Door::Page), MACHINES, false).await.unwrap_or_else(|p| panic!("{p:?}"));
    let ctx = w.of(admin, Door::Page);
    let id = w.engine.create(&ctx, "mesin", map(json!({"nama": "Faema E61"}))).await.expect("made").id;
    let mut browser = Browser::of(w, admin).await;
    let page = format!("/mesin_kopi/{id}");
    let answer = browser.submit(&format!("{page}/entries"), &[("kind", "note"), ("body", "Servis\n\n- [ ] ganti **karet**")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    let answer = browser.submit(&format!("{page}/entries"), &[("kind", "task"), ("body", "periksa air besok 10.00")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.html);
    let html = browser.get(&page).await.html;
    assert!(
        html.contains("<strong>karet</strong>") && html.contains("periksa air") && html.contains(&format!("mesin={id}")),
        "both are told"
    );
    let answer = browser.submit_files(&format!("{page}/attachments"), &[], &[("file", "buku.pdf", b"%PDF-1.7 manual")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(browser.get(&format!("{page}?tab=files")).await.html.contains("buku.pdf"));
    // and the object goes as before, with what was told of it staying where it is
    assert!(w.engine.get(&ctx, "interaction", 1).await.expect("the note").link("mesin").is_some());
});
