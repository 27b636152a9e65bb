//! Follows `docs/how-to/add-an-object.md` to the letter: the object file printed there is added, and
//! everything the document promises is tried with nothing else edited.

use crate::browser::Browser;
use crate::kill::escape;
use crate::workspace::{Workspace, map};
use akrab_engine::export::ExportSpec;
use akrab_engine::{BoardRequest, Door, ListRequest, Worker};
use akrab_model::{Count, Filter, ProblemKind};
use serde_json::json;

/// The document's object file: its path and its text.
fn printed() -> (String, String) {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let document = std::fs::read_to_string(root.join("docs/how-to/add-an-object.md")).expect("the document");
    let path =
        document.split('`').find(|w| w.starts_with("domains/") && w.ends_with(".toml")).expect("the document names the file").to_string();
    let text =
        document.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the document prints the file").to_string();
    (path, text)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_object_is_one_file() {
    let (path, text) = printed();
    let decl: akrab_model::object::ObjectDecl = toml::from_str(&text).unwrap_or_else(|e| panic!("{path}: {e}"));
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    assert!(root.join(&path).parent().is_some_and(std::path::Path::is_dir), "{path} has no folder to stand in");
    assert!(path.ends_with(&format!("/{}.toml", decl.key)), "{path} is not named after its key");
    let file: &'static str = Box::leak(text.into_boxed_str());
    let w = Workspace::sqlite(&[("added.toml", file)]).await;
    follow(&w, &decl.key, &decl.plural, &decl.title).await;
    w.close().await;
}

async fn follow(w: &Workspace, key: &str, plural: &str, title: &str) {
    let role = |key: &str| w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role");
    let admin = w.user("admin", role("administrator"), None).await;
    let seller = w.user("sari", role("sales"), None).await;
    let other = w.user("agus", role("sales"), None).await;
    let account = w.make("account", json!({"name": "PT Kopi Kenanga"})).await;
    let ctx = w.of(admin, Door::Page);

    // form
    let mut visitor = Browser::of(w, admin).await;
    let form = visitor.get(&format!("/{plural}/new")).await;
    assert_eq!(form.status, 200, "the form");
    assert!(form.html.contains(&format!("name=\"{title}\"")), "the form asks for the title");
    let made = visitor.post(&format!("/{plural}/new"), &format!("{title}={}&account={account}", escape("Tinjau gudang baru"))).await;
    assert!(made.status.is_success() || made.status.is_redirection(), "the form is taken: {} {}", made.status, made.html);
    let list = w.engine.list(&ctx, ListRequest { object: key.into(), ..Default::default() }).await.expect("the list");
    assert_eq!(list.records.len(), 1, "one record was made");
    let id = list.records[0].id;

    // list, record page
    let page = visitor.get(&format!("/{plural}")).await;
    assert!(page.status == 200 && page.html.contains("Tinjau gudang baru"), "the list shows it: {}", page.status);
    let page = visitor.get(&format!("/{plural}/{id}")).await;
    assert!(
        page.status == 200 && page.html.contains("Tinjau gudang baru") && page.html.contains("Kopi Kenanga"),
        "the record page: {}",
        page.status
    );

    // board
    let board = w.engine.board(&ctx, BoardRequest { object: key.into(), ..Default::default() }).await.expect("the board");
    assert_eq!(board.lanes.iter().map(|l| l.count).sum::<u64>(), 1);
    let page = visitor.get(&format!("/{plural}?type=board")).await;
    assert!(page.status == 200 && page.html.contains("Tinjau gudang baru"), "the board's page: {}", page.status);

    // API and its description
    let token = w.engine.token_add(&w.system(), admin, "uji", false, None).await.expect("a token");
    let record = api(w, &token, "GET", &format!("/api/v1/{plural}/{id}")).await;
    assert_eq!(record[title], "Tinjau gudang baru");
    let described = api(w, &token, "GET", "/api/v1/openapi.json").await;
    assert!(described["paths"][format!("/api/v1/{plural}")].is_object(), "the API's document knows it");

    // permission: a seller sees what is his
    let own = w.engine.create(&w.of(seller, Door::Page), key, map(json!({title: "Kunjungan Sari"}))).await.expect("a seller may create").id;
    assert_eq!(w.engine.get(&w.of(other, Door::Page), key, own).await.expect_err("another seller").kind, ProblemKind::NotFound);
    assert_eq!(
        w.engine.update(&w.of(seller, Door::Page), key, id, map(json!({title: "Direbut"})), None).await.expect_err("not his").kind,
        ProblemKind::NotFound
    );

    // search
    let hits = w.engine.search(&ctx, "gudang", None, 10).await.expect("the search");
    assert!(hits.iter().any(|h| h.object.key == key && h.record.id == id), "the search finds it");

    // timeline of the linked account
    let timeline = w.engine.timeline(&ctx, "account", account, akrab_engine::TimelineRequest::default()).await.expect("the timeline");
    assert!(timeline.events.iter().chain(&timeline.upcoming).any(|e| e.source_object == key), "the account's timeline tells of it");

    // export, and the same file back in
    let exported = w.engine.export(&ctx, ExportSpec { object: key.into(), ..Default::default() }).await.expect("the export");
    assert_eq!(exported.rows, 2);
    let csv = format!("{title},account\nKunjungan dari berkas,PT Kopi Kenanga\n");
    w.engine.export_done(&exported);
    let file = w.engine.file_put(&ctx, "kunjungan.csv", std::io::Cursor::new(csv), 1 << 20).await.expect("the file");
    let spec = w.engine.import_guess(&ctx, key, file.id, None).await.expect("the columns are recognised");
    let job = w.engine.import_start(&ctx, spec, false).await.expect("the import starts");
    let (stop, told) = tokio::sync::watch::channel(false);
    let engine = w.engine.clone();
    let worker = tokio::spawn(async move { Worker::new(&engine, 1).run(told).await });
    for _ in 0..600 {
        if w.engine.job(&ctx, job).await.expect("the job").finished_at.is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let _ = stop.send(true);
    let _ = worker.await;
    let filter = Some(Filter::from_json(&json!({"all": [{"field": title, "op": "is", "value": "Kunjungan dari berkas"}, {"field": "account", "op": "is", "value": account}]})).expect("a filter"));
    let count = w.engine.count(&ctx, ListRequest { object: key.into(), filter, ..Default::default() }, true).await.expect("the count");
    assert_eq!(count, Count::Exact(1), "the import brought it in, linked to its account: {:?}", w.engine.import_report(&ctx, job).await);
}

pub async fn api(w: &Workspace, token: &str, method: &str, path: &str) -> serde_json::Value {
    use tower::ServiceExt;
    let request = axum::http::Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1")
        .header("authorization", format!("Bearer {token}"));
    let response = w.http().oneshot(request.body(axum::body::Body::empty()).expect("a request")).await.expect("an answer");
    assert_eq!(response.status(), 200, "{path}");
    let bytes = axum::body::to_bytes(response.into_body(), 8 << 20).await.expect("a body");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_example_runs() {
    let guide = include_str!("../../../docs/api.md");
    let program = guide.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the example");
    let w = Workspace::sqlite(&[]).await;
    let role = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("the role");
    let admin = w.user("admin", role, None).await;
    let token = w.engine.token_add(&w.system(), admin, "contoh", false, None).await.expect("a token");
    let host = crate::child::serve(&w).await;
    let run = async |token: &str| {
        let mut python = tokio::process::Command::new("python3");
        python.args(["-c", program]).env("AKRAB_URL", format!("http://{host}")).env("AKRAB_TOKEN", token);
        let said = python.output().await.expect("Python 3 is there");
        (said.status.success(), String::from_utf8_lossy(&said.stdout).into_owned(), String::from_utf8_lossy(&said.stderr).into_owned())
    };
    // the second time nothing is made again
    for _ in 0..2 {
        let (well, out, err) = run(&token).await;
        assert!(well, "{err}");
        assert_eq!(out, "Sari Wulandari - Kepala Gudang\n1 contacts from Bandung\n");
    }
    let (well, _, err) = run("wrong").await;
    assert!(!well && err.starts_with("unauthenticated: "), "{err}");
    w.close().await;
}

/// What a line of the guide asks: the method, the address without its parameters, and the names of these.
fn asked(call: &str) -> Option<(&'static str, String, Vec<String>)> {
    let call = call.split("```").next()?;
    let (before, rest) = call.split_once("$URL")?;
    let address = rest.split(['"', ' ', '\n']).next()?;
    let after = &rest[address.len()..];
    let has = |word: &str| before.contains(word) || after.contains(word);
    let method = match call.split("-X ").nth(1).and_then(|rest| rest.split_whitespace().next()) {
        Some("PATCH") => "patch",
        Some("DELETE") => "delete",
        Some("POST") => "post",
        _ if has(" -d ") || has(" --data-binary ") || has(" -F ") => "post",
        _ => "get",
    };
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let in_address = query.split('&').filter_map(|part| part.split_once('='));
    let beside = after.split("--data-urlencode '").skip(1).filter_map(|part| part.split_once('='));
    let names = in_address.chain(beside).map(|(name, _)| name.to_string()).filter(|name| !name.starts_with('$'));
    Some((method, format!("/api/v1{path}"), names.collect()))
}

#[tokio::test]
async fn every_call_of_the_guide_is_one_there_is() {
    let w = Workspace::sqlite(&[]).await;
    let described = akrab_web::api::document(&w.engine.registry());
    let fits = |template: &str, path: &str| {
        let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
        template.len() == path.len() && template.iter().zip(&path).all(|(part, own)| part == own || part.starts_with('{'))
    };
    let paths = described["paths"].as_object().expect("paths");
    let (mut seen, mut unknown) = (0, Vec::new());
    for call in include_str!("../../../docs/api.md").split("curl ").skip(1) {
        let Some((method, path, names)) = asked(call) else { continue };
        seen += 1;
        // an address of its own goes before one with a place for a name
        let exact = paths.get_key_value(&path);
        let Some((_, there)) = exact.or_else(|| paths.iter().find(|(template, there)| fits(template, &path) && there[method].is_object()))
        else {
            unknown.push(format!("{method} {path}"));
            continue;
        };
        let listed = [&there["parameters"], &there[method]["parameters"]].into_iter().filter_map(|list| list.as_array()).flatten();
        let listed: Vec<&str> = listed.filter_map(|one| one["name"].as_str()).collect();
        if !there[method].is_object() {
            unknown.push(format!("{method} {path}"));
        }
        unknown.extend(names.iter().filter(|name| !listed.contains(&name.as_str())).map(|name| format!("{method} {path}: {name}")));
    }
    assert!(seen > 60 && unknown.is_empty(), "{seen} calls, not described: {unknown:#?}");
    w.close().await;
}

#[test]
fn every_chart_stands_in_the_how_to() {
    let document = include_str!("../../../docs/how-to/add-a-report.md");
    let line = document.lines().find(|line| line.starts_with("| `chart` |")).expect("the charts");
    for chart in akrab_model::report::Chart::ALL {
        assert!(line.contains(&format!("`{}`", chart.key())), "{} is missing", chart.key());
    }
}

/// Links of a document that point into the project.
fn links(text: &str) -> impl Iterator<Item = &str> {
    text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|link| !link.contains("://") && !link.starts_with('#'))
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let (mut folders, mut seen, mut lost) = (vec![root.join("docs")], 0, Vec::new());
    let mut documents: Vec<_> = std::fs::read_dir(root).expect("the project").flatten().map(|entry| entry.path()).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            if entry.path().is_dir() { folders.push(entry.path()) } else { documents.push(entry.path()) }
        }
    }
    for document in documents.into_iter().filter(|path| path.extension().is_some_and(|ending| ending == "md")) {
        let text = std::fs::read_to_string(&document).expect("a document");
        for link in links(&text) {
            let target = document.parent().expect("a folder").join(link.split('#').next().unwrap_or(link));
            seen += 1;
            if !target.exists() {
                lost.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(seen > 50 && lost.is_empty(), "{seen} links, lost: {lost:#?}");
}
