//! Address books of telephones: CardDAV as programs ask for it, within the rights of whoever signs in.

use crate::server::Server;
use crate::workspace::{Workspace, both, folder, map};
use akrab_engine::Door;
use axum::body::{Body, to_bytes};
use axum::http::{Method, Request};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::io::Write;
use std::process::{Command, Stdio};
use tower::ServiceExt;

/// Somebody's telephone.
struct Phone {
    http: axum::Router,
    key: String,
}

struct Told {
    status: u16,
    headers: axum::http::HeaderMap,
    text: String,
}

impl Phone {
    async fn of(w: &Workspace, user: i64) -> Phone {
        let secret = w.engine.token_add(&w.of(user, Door::Page), user, "Ponsel", true, None).await.expect("an app password");
        let email = w.engine.people().user(user).expect("the user").email.clone();
        Phone { http: w.http(), key: format!("Basic {}", STANDARD.encode(format!("{email}:{secret}"))) }
    }

    async fn ask(&self, method: &str, path: &str, depth: &str, body: &str) -> Told {
        let method = Method::from_bytes(method.as_bytes()).expect("a method");
        let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1").header("depth", depth);
        let request = request.header("authorization", &self.key).header("content-type", "application/xml");
        let answer = self.http.clone().oneshot(request.body(Body::from(body.to_string())).expect("a request")).await.expect("an answer");
        let (parts, body) = answer.into_parts();
        let bytes = to_bytes(body, 1 << 24).await.expect("a body");
        Told { status: parts.status.as_u16(), headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn sync(&self, book: &str, token: &str) -> Told {
        let body = format!(
            "<?xml version=\"1.0\"?><d:sync-collection xmlns:d=\"DAV:\"><d:sync-token>{token}</d:sync-token><d:sync-level>1</d:sync-level><d:prop><d:getetag/></d:prop></d:sync-collection>"
        );
        self.ask("REPORT", book, "0", &body).await
    }
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    text.split(from).nth(1).and_then(|rest| rest.split(to).next()).unwrap_or_else(|| panic!("no {from} in {text}"))
}

const PROPS: &str = "<?xml version=\"1.0\"?><d:propfind xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><d:prop><d:resourcetype/><d:displayname/><d:current-user-principal/><c:addressbook-home-set/><d:getetag/><d:quota-used-bytes/></d:prop></d:propfind>";

both!(a_telephone_finds_its_way_and_reads_cards, async |w: &Workspace| {
    let role = w.engine.people().roles.iter().find(|r| r.key == "manager").map(|r| r.id).expect("the role exists");
    let ani = w.user("ani", role, None).await;
    let account = w.make("account", json!({"name": "PT Sinar Abadi"})).await;
    let suharto = json!({"name": "Suharto", "name_honorific": "Bapak", "phone": "0812-3456-7890", "email": "suharto@sinar.test", "account": account, "owner": ani});
    let suharto = w.make("contact", suharto).await;
    let rina = w.make("contact", json!({"name": "Rina Wati", "phone": "0813-1111-2222"})).await;
    let phone = Phone::of(w, ani).await;

    let options = phone.ask("OPTIONS", "/dav/", "0", "").await;
    assert!(options.status == 200 && options.headers["dav"].to_str().is_ok_and(|dav| dav.contains("addressbook")));
    let moved = phone.ask("PROPFIND", "/.well-known/carddav", "0", PROPS).await;
    assert_eq!((moved.status, moved.headers["location"].to_str().ok()), (301, Some("/dav/")));
    let root = phone.ask("PROPFIND", "/dav/", "0", PROPS).await;
    assert_eq!(root.status, 207, "{}", root.text);
    let principal = between(&root.text, "<d:current-user-principal><d:href>", "<");
    let me = phone.ask("PROPFIND", principal, "0", PROPS).await;
    assert!(me.text.contains("<d:principal/>") && me.text.contains("404 Not Found"), "{}", me.text);
    let home = between(&me.text, "<c:addressbook-home-set><d:href>", "<");
    let books = phone.ask("PROPFIND", home, "1", PROPS).await;
    assert!(books.text.contains("/dav/books/contacts/") && books.text.contains("/dav/books/contacts-mine/"), "{}", books.text);

    let all = phone.ask("PROPFIND", "/dav/books/contacts/", "1", PROPS).await;
    assert_eq!(all.text.matches(".vcf</d:href>").count(), 2, "{}", all.text);
    let mine = phone.ask("PROPFIND", "/dav/books/contacts-mine/", "1", PROPS).await;
    assert_eq!(mine.text.matches(".vcf</d:href>").count(), 1, "{}", mine.text);

    let href = format!("/dav/books/contacts/{suharto}.vcf");
    let get = phone.ask("GET", &href, "0", "").await;
    assert_eq!((get.status, get.headers["content-type"].to_str().ok()), (200, Some("text/vcard; charset=utf-8")));
    assert!(
        get.text.contains("FN:Suharto\r\n") && get.text.contains("N:Suharto;;;Bapak;\r\n") && get.text.contains("ORG:PT Sinar Abadi"),
        "{}",
        get.text
    );
    let tag = get.headers["etag"].to_str().expect("a tag").replace('"', "&quot;");
    assert!(all.text.contains(&tag), "one version, however it is asked for: {tag} {}", all.text);

    let data = "<d:prop xmlns:d=\"DAV:\"><d:getetag/><c:address-data/></d:prop>";
    let many = format!(
        "<c:addressbook-multiget xmlns:c=\"urn:ietf:params:xml:ns:carddav\" xmlns:d=\"DAV:\">{data}<d:href>{href}</d:href><d:href>/dav/books/contacts/99999.vcf</d:href></c:addressbook-multiget>"
    );
    let many = phone.ask("REPORT", "/dav/books/contacts/", "0", &many).await;
    assert!(
        many.status == 207 && many.text.contains("FN:Suharto") && many.text.contains("99999.vcf</d:href><d:status>HTTP/1.1 404"),
        "{}",
        many.text
    );
    let query = format!(
        "<c:addressbook-query xmlns:c=\"urn:ietf:params:xml:ns:carddav\" xmlns:d=\"DAV:\">{data}<c:filter><c:prop-filter name=\"TEL\"><c:text-match match-type=\"contains\">2222</c:text-match></c:prop-filter></c:filter></c:addressbook-query>"
    );
    let found = phone.ask("REPORT", "/dav/books/contacts/", "1", &query).await;
    assert!(found.text.contains("FN:Rina Wati") && !found.text.contains("Suharto"), "{}", found.text);

    // what changes, and what goes, is told once
    w.pass(120);
    let first = phone.sync("/dav/books/contacts/", "").await;
    assert_eq!(first.text.matches(".vcf</d:href>").count(), 2);
    let token = between(&first.text, "<d:sync-token>", "<").to_string();
    let none = phone.sync("/dav/books/contacts/", &token).await;
    assert_eq!(none.text.matches(".vcf</d:href>").count(), 0, "{}", none.text);
    w.engine.update(&w.system(), "contact", rina, map(json!({"phone": "0813-9999-8888"})), None).await.expect("changed");
    w.engine.delete(&w.system(), "contact", suharto, None).await.expect("deleted");
    let some = phone.sync("/dav/books/contacts/", &token).await;
    assert!(some.text.contains(&format!("{suharto}.vcf</d:href><d:status>HTTP/1.1 404")), "{}", some.text);
    assert!(some.text.contains(&format!("{rina}.vcf</d:href><d:propstat>")), "{}", some.text);
    let over = phone.sync("/dav/books/contacts/", "urn:akrab:contacts:1.0").await;
    assert!(over.status == 403 && over.text.contains("valid-sync-token"), "{}", over.text);
    for method in ["PUT", "DELETE", "PROPPATCH", "MKCOL"] {
        assert_eq!(phone.ask(method, &format!("/dav/books/contacts/{rina}.vcf"), "0", "").await.status, 403, "{method}");
    }
});

both!(an_address_book_holds_what_its_reader_may_take_out, async |w: &Workspace| {
    let role = |key: &str| w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists");
    let (sales, service) = (role("sales"), role("service"));
    let (ani, dewi) = (w.user("ani", sales, None).await, w.user("dewi", service, None).await);
    w.make("contact", json!({"name": "Milik Ani", "owner": ani})).await;
    let other = w.make("contact", json!({"name": "Milik orang lain", "owner": dewi})).await;
    let phone = Phone::of(w, ani).await;
    let all = phone.ask("PROPFIND", "/dav/books/contacts/", "1", "").await;
    assert_eq!(all.text.matches(".vcf</d:href>").count(), 1, "her team's alone: {}", all.text);
    assert_eq!(phone.ask("GET", &format!("/dav/books/contacts/{other}.vcf"), "0", "").await.status, 404);
    let hers = Phone::of(w, dewi).await;
    assert_eq!(hers.ask("PROPFIND", "/dav/books/contacts/", "1", "").await.status, 404, "a role that exports nothing has no book");
    let stranger = Phone { http: w.http(), key: format!("Basic {}", STANDARD.encode("ani@contoh.test:akrab_salah")) };
    let refused = stranger.ask("PROPFIND", "/dav/", "0", "").await;
    assert!(refused.status == 401 && refused.headers["www-authenticate"].to_str().is_ok_and(|h| h.starts_with("Basic")));
    // a password that was ended opens nothing any more
    w.engine.end_tokens(&w.of(ani, Door::Page), ani).await.expect("ended");
    assert_eq!(phone.ask("PROPFIND", "/dav/", "0", "").await.status, 401);
});

both!(a_person_makes_the_password_of_a_telephone, async |w: &Workspace| {
    let role = w.engine.people().roles.iter().find(|r| r.key == "sales").map(|r| r.id).expect("the role exists");
    let ani = w.user("ani", role, None).await;
    let mut page = crate::browser::Browser::of(w, ani).await;
    assert!(page.get("/settings/security").await.html.contains("/dav/"));
    let made = page.post("/settings/security/address-book", "").await.html;
    let secret = between(&made, "akrab_", "<").to_string();
    let phone = Phone { http: w.http(), key: format!("Basic {}", STANDARD.encode(format!("ani@contoh.test:akrab_{secret}"))) };
    assert_eq!(phone.ask("PROPFIND", "/dav/", "0", "").await.status, 207);
});

both!(
    /// Scenario 1: a mononym with its honorific goes out and comes in as it was.
    a_mononym_survives_its_card,
    async |w: &Workspace| {
        let role = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("the role exists");
        let ani = w.user("ani", role, None).await;
        let ctx = w.of(ani, Door::Page);
        w.make("contact", json!({"name": "Suharto", "name_honorific": "Bapak"})).await;
        let spec = akrab_engine::export::Cards { object: "contact".into(), most: 10, ..Default::default() };
        let cards = w.engine.read(&ctx, move |tx| tx.cards(&spec)).await.expect("cards");
        for contact in &cards {
            w.engine.delete(&ctx, "contact", contact.0, None).await.expect("deleted");
        }
        let file = crate::import::upload(w, &ctx, "kartu.vcf", cards[0].1.clone()).await.expect("a file");
        let found = w.engine.import_inspect(&ctx, "contact", file, None).await.expect("read");
        let columns = found.columns.clone();
        let at = |title: &str| found.shape.header.iter().position(|h| h == title).expect("a column");
        assert_eq!(columns[at("Full name")].as_deref(), Some("name"));
        assert_eq!(columns[at("Honorific")].as_deref(), Some("name_honorific"));
        assert_eq!((found.shape.samples[0][at("Full name")].as_str(), found.shape.samples[0][at("Honorific")].as_str()), ("Suharto", "Bapak"));
    }
);

both!(a_pasted_card_fills_the_form_and_loses_nothing, async |w: &Workspace| {
    let role = w.engine.people().roles.iter().find(|r| r.key == "manager").map(|r| r.id).expect("the role exists");
    let ani = w.user("ani", role, None).await;
    let mut page = crate::browser::Browser::of(w, ani).await;
    assert!(page.fragment("/contacts/new").await.html.contains("Dari kartu nama"));
    let card = "Ibu Siti Rahmawati\nManajer Pembelian\nPT Sinar Abadi\nHP/WA: 0812-3456-7890\nsiti@sinar.test / pembelian@sinar.test\nBuka Senin sampai Sabtu";
    let fields = [("card", card), ("card_read", "1"), ("fields", "name,phone"), ("name", ""), ("phone", "")];
    let form = page.submit("/contacts/new", &fields).await.html;
    for value in ["Siti Rahmawati", "Manajer Pembelian", "PT Sinar Abadi", "0812-3456-7890", "siti@sinar.test"] {
        assert!(form.contains(&format!("value=\"{value}\"")), "{value}: {form}");
    }
    assert!(form.contains("pembelian@sinar.test") && form.contains("Buka Senin sampai Sabtu"), "the rest stands in the note: {form}");
    let none = w.engine.count(&w.system(), akrab_engine::ListRequest { object: "contact".into(), ..Default::default() }, true).await;
    assert_eq!(none.expect("a count").shown(), 0, "nothing is saved before it is confirmed");
});

#[test]
fn a_real_client_keeps_the_book() {
    if Command::new("vdirsyncer").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        eprintln!("skipped: vdirsyncer is not installed");
        return;
    }
    let folder = folder();
    let server = Server::new(&folder);
    let wire = &server.wire;
    for name in ["Suharto", "Rina Wati"] {
        let headers = [("authorization", format!("Bearer {}", wire.token)), ("content-type", "application/json".into())];
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let body = json!({"name": name, "phone": "0812-3456-7890"}).to_string();
        assert_eq!(wire.call("POST", "/api/v1/contacts", &headers, &body).expect("an answer").status, 201);
    }
    let kept = folder.join("cards");
    let config = folder.join("vdirsyncer");
    let text = format!(
        "[general]\nstatus_path = \"{0}/status\"\n\n[pair book]\na = \"akrab\"\nb = \"here\"\ncollections = [\"contacts\"]\npartial_sync = \"ignore\"\n\n\
         [storage akrab]\ntype = \"carddav\"\nurl = \"http://{1}/\"\nusername = \"admin@contoh.test\"\npassword = \"{2}\"\nread_only = true\n\n\
         [storage here]\ntype = \"filesystem\"\npath = \"{3}\"\nfileext = \".vcf\"\n",
        folder.display(),
        wire.address,
        wire.token,
        kept.display()
    );
    std::fs::write(&config, text).expect("a configuration");
    let run = |what: &str| {
        let mut client = Command::new("vdirsyncer")
            .arg("-c")
            .arg(&config)
            .arg(what)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it runs");
        let _ = client.stdin.take().expect("its input").write_all(b"y\ny\ny\ny\n");
        let done = client.wait_with_output().expect("it ends");
        assert!(
            done.status.success(),
            "vdirsyncer {what}: {}{}",
            String::from_utf8_lossy(&done.stdout),
            String::from_utf8_lossy(&done.stderr)
        );
    };
    run("discover");
    run("sync");
    let mut cards = Vec::new();
    for entry in std::fs::read_dir(kept.join("contacts")).expect("cards").flatten() {
        cards.push(std::fs::read_to_string(entry.path()).expect("a card"));
    }
    assert_eq!(cards.len(), 2);
    assert!(cards.iter().any(|card| card.contains("FN:Suharto")) && cards.iter().all(|card| card.contains("+6281234567890")), "{cards:?}");
    run("sync");
    drop(server);
    let _ = std::fs::remove_dir_all(&folder);
}
