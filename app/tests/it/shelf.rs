//! Files in a store that speaks the protocol of Amazon S3: here a small server of the test's own, which keeps what it
//! is given in memory and believes no question whose signature it has not worked out itself.

use crate::workspace::Workspace;
use akrab_connect::{S3, S3Shelf};
use akrab_engine::file::{Shelf, Shelving};
use akrab_engine::job::CleanUp;
use akrab_engine::{Ctx, Door, Engine, Worker};
use akrab_model::ProblemKind;
use axum::Router;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ring::hmac;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::{Arc, Mutex};

const SECRET: &str = "rahasia-sekali";

/// What lies in the bucket, and questions refused.
#[derive(Default)]
struct Bucket {
    objects: BTreeMap<String, Bytes>,
    parts: BTreeMap<(String, u32), Bytes>,
    refused: usize,
    away: bool,
}

type Shared = Arc<Mutex<Bucket>>;

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|b| format!("{b:02x}")).collect()
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

/// Whether the signature (version 4) is that of the secret, over everything it says it covers.
fn is_signed(request: &Request<()>, body: &[u8]) -> bool {
    let text = |name: &str| request.headers().get(name).and_then(|v| v.to_str().ok()).unwrap_or("").to_string();
    let auth = text("authorization");
    let part = |name: &str| auth.split(name).nth(1).map(|rest| rest.split([',', ' ']).next().unwrap_or("").to_string()).unwrap_or_default();
    let (scope, names, given) = (part("Credential="), part("SignedHeaders="), part("Signature="));
    let (Some((_, scope)), hash) = (scope.split_once('/'), text("x-amz-content-sha256")) else { return false };
    if hash != "UNSIGNED-PAYLOAD" && hash != hex(Sha256::digest(body)) {
        return false;
    }
    let mut query: Vec<String> = request
        .uri()
        .query()
        .unwrap_or("")
        .split('&')
        .filter(|p| !p.is_empty())
        .map(|p| if p.contains('=') { p.into() } else { format!("{p}=") })
        .collect();
    query.sort();
    let headers: String = names.split(';').map(|name| format!("{name}:{}\n", text(name).trim())).collect();
    let canonical = format!("{}\n{}\n{}\n{headers}\n{names}\n{hash}", request.method(), request.uri().path(), query.join("&"));
    let to_sign = format!("AWS4-HMAC-SHA256\n{}\n{scope}\n{}", text("x-amz-date"), hex(Sha256::digest(canonical)));
    let key = scope.split('/').fold(format!("AWS4{SECRET}").into_bytes(), |key, part| mac(&key, part));
    hex(mac(&key, &to_sign)) == given
}

async fn answer(State(shared): State<Shared>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, 64 << 20).await.expect("a body");
    let request = Request::from_parts(parts, ());
    let mut bucket = shared.lock().expect("the bucket");
    if bucket.away {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if !is_signed(&request, &body) {
        bucket.refused += 1;
        return (StatusCode::FORBIDDEN, "<Error><Code>SignatureDoesNotMatch</Code></Error>").into_response();
    }
    let name = request.uri().path().to_string();
    let query = request.uri().query().unwrap_or("").to_string();
    let asked = |key: &str| query.split('&').find_map(|pair| pair.strip_prefix(&format!("{key}=")).map(str::to_string));
    let etag = format!("\"{}\"", hex(&Sha256::digest(&body)[..8]));
    match request.method().clone() {
        Method::PUT if asked("partNumber").is_some() => {
            let n = asked("partNumber").and_then(|n| n.parse().ok()).expect("a number");
            bucket.parts.insert((name, n), body);
            ([(header::ETAG, etag)], "").into_response()
        }
        Method::PUT => {
            bucket.objects.insert(name, body);
            ([(header::ETAG, etag)], "").into_response()
        }
        Method::POST if query.starts_with("uploads") => {
            "<InitiateMultipartUploadResult><UploadId>satu</UploadId></InitiateMultipartUploadResult>".into_response()
        }
        Method::POST => {
            let whole: Vec<u8> = bucket.parts.iter().filter(|((of, _), _)| *of == name).flat_map(|(_, bytes)| bytes.to_vec()).collect();
            bucket.objects.insert(name, whole.into());
            "<CompleteMultipartUploadResult><ETag>\"x\"</ETag></CompleteMultipartUploadResult>".into_response()
        }
        Method::DELETE => {
            bucket.objects.remove(&name);
            StatusCode::NO_CONTENT.into_response()
        }
        method => match bucket.objects.get(&name) {
            None => (StatusCode::NOT_FOUND, "<Error><Code>NoSuchKey</Code></Error>").into_response(),
            Some(found) => {
                let dates = [(header::LAST_MODIFIED, "Mon, 02 Mar 2026 02:00:00 GMT".to_string()), (header::ETAG, "\"x\"".into())];
                let range =
                    request.headers().get("range").and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("bytes=")?.split_once('-'));
                match range.map(|(from, to)| (from.parse::<usize>().expect("from"), to.parse::<usize>().expect("to"))) {
                    Some((from, to)) => {
                        let told = format!("bytes {from}-{to}/{}", found.len());
                        (StatusCode::PARTIAL_CONTENT, dates, [(header::CONTENT_RANGE, told)], found.slice(from..=to.min(found.len() - 1)))
                            .into_response()
                    }
                    None if method == Method::HEAD => (dates, [(header::CONTENT_LENGTH, found.len().to_string())]).into_response(),
                    None => (dates, found.clone()).into_response(),
                }
            }
        },
    }
}

/// The server and its address.
async fn server() -> (Shared, String) {
    let shared = Shared::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let app = Router::new().fallback(answer).with_state(shared.clone());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (shared, address)
}

fn shelf(address: &str, secret: &str) -> Arc<dyn Shelf> {
    let of = S3 {
        bucket: "kantor".into(),
        endpoint: Some(address.into()),
        region: "ap-southeast-3".into(),
        access_key: "kunci".into(),
        secret_key: secret.into(),
        prefix: "akrab/berkas".into(),
    };
    Arc::new(S3Shelf::new(&of).expect("settings"))
}

async fn opened(w: &Workspace, address: &str, new_files: bool) -> Engine {
    w.opened_shelving(Some(Shelving { shelf: shelf(address, SECRET), new_files })).await
}

fn role(w: &Workspace, key: &str) -> i64 {
    w.engine.people().roles.iter().find(|r| r.key == key).map(|r| r.id).expect("the role exists")
}

fn admin(engine: &Engine) -> Ctx {
    engine.ctx(engine.people().administrator().expect("an administrator"), Door::Page, "test")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_lie_in_a_store_elsewhere_move_and_are_checked() {
    let w = Workspace::sqlite(&[]).await;
    w.user("ratna", role(&w, "administrator"), None).await;
    let (bucket, address) = server().await;
    let before = w.engine.file_put(&admin(&w.engine), "lama.txt", Cursor::new(b"lama".to_vec()), 1 << 20).await.expect("on the disk");
    // new files go there, in one piece or several; nothing stays in the folder of files
    let engine = opened(&w, &address, true).await;
    let ctx = admin(&engine);
    let large: Vec<u8> = (0..(17_u32 << 20)).map(|n| (n % 251) as u8).collect();
    let small = engine.file_put(&ctx, "baru.txt", Cursor::new(b"baru".to_vec()), 1 << 20).await.expect("kept");
    let big = engine.file_put(&ctx, "besar.bin", Cursor::new(large.clone()), 64 << 20).await.expect("kept");
    let names: Vec<String> = bucket.lock().expect("the bucket").objects.keys().cloned().collect();
    assert!(names.len() == 2 && names.iter().all(|name| name.starts_with("/kantor/akrab/berkas/")), "{names:?}");
    assert!(!engine.file_path(&small).exists());
    assert_eq!(bucket.lock().expect("the bucket").refused, 0, "every question was signed");
    // read where nobody has a copy yet, and checked
    std::fs::remove_dir_all(w.files().with_extension("cache")).expect("the cache");
    std::fs::create_dir_all(w.files().with_extension("cache")).expect("the cache");
    assert_eq!(std::fs::read(engine.file_local(&big).await.expect("fetched")).expect("bytes"), large);
    assert_eq!(std::fs::read(engine.file_local(&before).await.expect("here")).expect("bytes"), b"lama");
    assert_eq!(engine.files_check(&ctx).await.expect("checked").sound, 3);
    // what was changed there is found, and given to nobody
    let place = names.iter().find(|name| name.contains(&small.sha256)).expect("the small one").clone();
    bucket.lock().expect("the bucket").objects.insert(place.clone(), Bytes::from_static(b"lain"));
    let found = engine.files_check(&ctx).await.expect("checked");
    assert_eq!((found.sound, found.broken.len(), found.broken[0].1.as_str()), (2, 1, "baru.txt"));
    std::fs::remove_file(w.files().with_extension("cache").join(&small.sha256)).ok();
    assert_eq!(engine.file_local(&small).await.expect_err("another").kind, ProblemKind::Internal);
    bucket.lock().expect("the bucket").objects.insert(place, Bytes::from_static(b"baru"));
    // all of them there, and all of them back
    assert_eq!(engine.files_move(&ctx, true, |_| ()).await.expect("moved").files, 1);
    assert!(!engine.file_path(&before).exists() && bucket.lock().expect("the bucket").objects.len() == 3);
    let kept = engine.files_kept(&ctx).await.expect("told");
    assert_eq!((kept.here.0, kept.elsewhere.0), (0, 3));
    assert_eq!(engine.files_move(&ctx, false, |_| ()).await.expect("moved").files, 3);
    assert!(bucket.lock().expect("the bucket").objects.is_empty());
    for (file, content) in [(&before, b"lama".as_slice()), (&small, b"baru"), (&big, &large)] {
        let now = engine.file(&ctx, file.id).await.expect("the file");
        assert_eq!(std::fs::read(engine.file_local(&now).await.expect("here")).expect("bytes"), content);
    }
    engine.store().close().await;
    w.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_is_away_or_refuses_keeps_nothing_and_says_so() {
    let w = Workspace::sqlite(&[]).await;
    w.user("ratna", role(&w, "administrator"), None).await;
    let (bucket, address) = server().await;
    let wrong = w.opened_shelving(Some(Shelving { shelf: shelf(&address, "salah"), new_files: true })).await;
    let refused = wrong.file_put(&admin(&wrong), "a.txt", Cursor::new(b"a".to_vec()), 1 << 20).await.expect_err("refused");
    assert_eq!((refused.kind, refused.code), (ProblemKind::Busy, "files_away"));
    assert!(bucket.lock().expect("the bucket").refused > 0 && bucket.lock().expect("the bucket").objects.is_empty());
    let rows = wrong.read(&wrong.system("test", Door::Command), |tx| tx.files_size()).await.expect("a size");
    assert_eq!(rows, (0, 0), "no row tells of what is not there");
    wrong.store().close().await;
    w.close().await;
}

/// Content that could not be taken away, or whose writer was killed before any row told of it, goes at night.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_crash_leaves_in_a_store_elsewhere_is_swept() {
    let w = Workspace::sqlite(&[]).await;
    w.user("ratna", role(&w, "administrator"), None).await;
    let (bucket, address) = server().await;
    let engine = opened(&w, &address, true).await;
    let ctx = admin(&engine);
    let refused = engine.file_put(&ctx, "gagal.txt", Cursor::new(b"gagal".to_vec()), 1 << 20).await.expect("kept");
    bucket.lock().expect("the bucket").away = true;
    engine.file_forget(&ctx, &refused).await.expect("its row is gone");
    bucket.lock().expect("the bucket").away = false;
    w.pass(3 * 86_400);
    let foreign = "/kantor/akrab/berkas/zz/milik-orang-lain".to_string();
    bucket.lock().expect("the bucket").objects.insert(foreign.clone(), Bytes::from_static(b"lain"));
    let fresh = engine.file_put(&admin(&engine), "baru.txt", Cursor::new(b"baru".to_vec()), 1 << 20).await.expect("kept");
    engine.write(&engine.system("test", Door::Command), |tx| tx.enqueue(&CleanUp {})).await.expect("queued");
    Worker::new(&engine, 1).drain().await.expect("jobs run");
    let left: Vec<String> = bucket.lock().expect("the bucket").objects.keys().cloned().collect();
    assert!(left.len() == 2 && left.contains(&foreign) && left.iter().any(|name| name.contains(&fresh.sha256)), "{left:?}");
    engine.store().close().await;
    w.close().await;
}
