//! A workspace of one's own for a test, on either database, with a clock that the test moves.

use akrab_engine::clock::SystemRandom;
use akrab_engine::file::Shelving;
use akrab_engine::{Clock, Ctx, Door, Engine, Key, Setup, Worker};
use akrab_model::Raw;
use akrab_model::value::Input;
use akrab_store::{Options, Store, Target};
use jiff::Timestamp;
use serde_json::{Value as Json, json};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

/// Defines a test per database: `both!(a_name, async |w| { … })`.
macro_rules! both {
    ($(#[$doc:meta])* $name:ident, $body:expr) => {
        $(#[$doc])*
        mod $name {
            use super::*;
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                let w = crate::workspace::Workspace::sqlite(&[]).await;
                let run = $body;
                run(&w).await;
                w.close().await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                let Some(w) = crate::workspace::Workspace::postgres(&[]).await else { return };
                let run = $body;
                run(&w).await;
                w.close().await;
            }
        }
    };
}
pub(crate) use both;

/// The key of every test's workspace.
pub const KEY: [u8; 32] = [7; 32];

/// A clock that stands still until the test moves it.
pub struct StillClock(AtomicI64);

impl Clock for StillClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_microsecond(self.0.load(Ordering::Relaxed)).expect("a moment of our century")
    }
}

/// Takes every mail, sends none, and shows them to the test.
#[derive(Default)]
struct Outbox {
    mails: std::sync::Mutex<Vec<akrab_engine::identity::Mail>>,
    /// Answers as a mail server that is away.
    away: std::sync::atomic::AtomicBool,
    /// There is none.
    none: std::sync::atomic::AtomicBool,
}

impl akrab_engine::identity::Mailer for Outbox {
    fn reaches_people(&self) -> bool {
        !self.none.load(Ordering::Relaxed)
    }
    fn send(&self, mail: akrab_engine::identity::Mail) -> futures::future::BoxFuture<'_, Result<(), String>> {
        let away = self.away.load(Ordering::Relaxed);
        if !away {
            self.mails.lock().expect("the outbox").push(mail);
        }
        Box::pin(async move { if away { Err("nobody answers".into()) } else { Ok(()) } })
    }
}

/// A workspace with roles, a pipeline per staged object, and nothing else.
pub struct Workspace {
    pub engine: Engine,
    clock: Arc<StillClock>,
    outbox: Arc<Outbox>,
    folder: PathBuf,
    pub target: Target,
}

impl Workspace {
    pub async fn sqlite(more: &[(&'static str, &'static str)]) -> Workspace {
        let folder = folder();
        let path = folder.join("akrab.db");
        Workspace::open(Target::Sqlite { path }, folder, more).await
    }

    /// `None` when no server is at hand.
    pub async fn postgres(more: &[(&'static str, &'static str)]) -> Option<Workspace> {
        let Some(url) = std::env::var("AKRAB_TEST_PG").ok().filter(|u| !u.is_empty()) else {
            eprintln!("skipped: AKRAB_TEST_PG names no PostgreSQL server");
            return None;
        };
        let folder = folder();
        let schema = format!("it_{}", folder.file_name().and_then(|n| n.to_str()).unwrap_or_default().replace(['-', '.'], "_"));
        Some(Workspace::open(Target::Postgres { url, schema }, folder, more).await)
    }

    /// The same workspace as another process opens it, with this key.
    pub async fn opened_again(&self, key: [u8; 32]) -> Engine {
        self.opened_with(key, objects()).await
    }

    /// The same workspace as a version with other object files opens it.
    pub async fn opened_with(&self, key: [u8; 32], objects: Vec<(&'static str, &'static str)>) -> Engine {
        self.opened(&self.target, self.folder.join("files"), key, objects, None).await
    }

    /// Another workspace as this program opens it.
    pub async fn opened_at(&self, target: &Target, files: PathBuf) -> Engine {
        self.opened(target, files, KEY, objects(), None).await
    }

    /// The same workspace with a store of files elsewhere.
    pub async fn opened_shelving(&self, shelving: Option<Shelving>) -> Engine {
        self.opened(&self.target, self.folder.join("files"), KEY, objects(), shelving).await
    }

    async fn opened(
        &self,
        target: &Target,
        files: PathBuf,
        key: [u8; 32],
        objects: Vec<(&'static str, &'static str)>,
        shelving: Option<Shelving>,
    ) -> Engine {
        let store = Store::open(target, &Options::default()).await.expect("the database opens");
        let setup = Setup {
            store,
            objects,
            reports: reports(),
            sentences: akrab_web::filter::words::sentences,
            behaviours: behaviours(),
            clock: self.clock.clone(),
            random: Arc::new(SystemRandom),
            mailer: self.outbox.clone(),
            outside: outside(),
            work: crate::jobs::work(),
            files,
            shelving,
            key: Key::new(&key).expect("a key"),
            lease: akrab_engine::job::LEASE,
        };
        Engine::start(setup).await.unwrap_or_else(|p| panic!("the engine starts: {p:?}"))
    }

    async fn open(target: Target, folder: PathBuf, more: &[(&'static str, &'static str)]) -> Workspace {
        let store = Store::open(&target, &Options::default()).await.expect("the database opens");
        let clock = Arc::new(StillClock(AtomicI64::new("2026-03-02T02:00:00Z".parse::<Timestamp>().expect("a moment").as_microsecond())));
        let outbox = Arc::<Outbox>::default();
        let setup = Setup {
            store,
            objects: objects().into_iter().chain(more.iter().copied()).collect(),
            reports: reports(),
            sentences: akrab_web::filter::words::sentences,
            behaviours: behaviours(),
            clock: clock.clone(),
            random: Arc::new(SystemRandom),
            mailer: outbox.clone(),
            outside: outside(),
            key: Key::new(&KEY).expect("a key"),
            lease: akrab_engine::job::LEASE,
            work: crate::jobs::work(),
            files: folder.join("files"),
            shelving: None,
        };
        let engine = Engine::start(setup).await.unwrap_or_else(|p| panic!("the engine starts: {p:?}"));
        let w = Workspace { engine, clock, outbox, folder, target };
        w.furnish().await;
        w
    }

    /// Roles and pipelines, as every workspace has them.
    async fn furnish(&self) {
        for key in ["administrator", "manager", "sales", "marketing", "service", "readonly"] {
            self.make("role", json!({"key": key, "name": key})).await;
        }
        let staged = ["opportunity"];
        for object in staged.iter().chain(self.engine.registry().object("toy").map(|_| &"toy")) {
            let pipeline = self.make("pipeline", json!({"name": format!("Alur {object}"), "object": object})).await;
            for (n, (name, category, probability)) in
                [("Baru", "open", 10), ("Penawaran", "open", 50), ("Menang", "won", 100), ("Kalah", "lost", 0)].into_iter().enumerate()
            {
                let stage = json!({"name": name, "pipeline": pipeline, "position": n, "category": category, "probability": probability});
                self.make("stage", stage).await;
            }
        }
    }

    /// The program itself.
    pub fn system(&self) -> Ctx {
        self.engine.system("a test prepares its workspace", Door::Command)
    }

    pub async fn make(&self, object: &str, input: Json) -> i64 {
        self.engine.create(&self.system(), object, map(input)).await.unwrap_or_else(|p| panic!("{object}: {p:?}")).id
    }

    /// A user of this role; gives the id.
    pub async fn user(&self, name: &str, role: i64, team: Option<i64>) -> i64 {
        self.make("user", json!({"name": name, "email": format!("{name}@contoh.test"), "role": role, "team": team})).await
    }

    /// What this user asks through this door.
    pub fn of(&self, user: i64, door: Door) -> Ctx {
        self.engine.ctx(self.engine.people().user(user).expect("the user exists"), door, "test")
    }

    /// Everything the program answers over HTTP, without a network.
    pub fn http(&self) -> axum::Router {
        let seed: akrab_web::state::SeedFn = Arc::new(|_, _| Box::pin(async { Ok(()) }));
        akrab_web::router(akrab_web::Web::new(self.engine.clone(), akrab_web::Config::default(), akrab_workplace::features(), seed))
    }

    /// Where the bytes of files lie.
    pub fn files(&self) -> PathBuf {
        self.folder.join("files")
    }

    /// Runs every job that is due.
    pub async fn work_off(&self) -> usize {
        Worker::new(&self.engine, 1).drain().await.expect("jobs run")
    }
    /// Hands over what the work ledger holds, and says how much that was.
    pub async fn carry(&self) -> usize {
        let mut carried = 0;
        for carrier in akrab_activities::carriers() {
            carried += akrab_engine::work::Porter::new(&self.engine, carrier).drain().await.expect("carried");
        }
        carried
    }
    /// Tells subscribers what is due, and says how many tries that were.
    pub async fn tell_off(&self) -> usize {
        akrab_engine::hook::Courier::new(&self.engine).drain().await.expect("webhooks are sent")
    }
    /// The mail number `n`, after all jobs that are due.
    pub async fn mail(&self, n: usize) -> akrab_engine::identity::Mail {
        self.work_off().await;
        self.outbox.mails.lock().expect("the outbox").get(n).cloned().unwrap_or_else(|| panic!("mail {n} was never sent"))
    }
    /// How many mails were sent.
    pub fn mails(&self) -> usize {
        self.outbox.mails.lock().expect("the outbox").len()
    }
    /// Whether the mail server answers.
    pub fn mail_server(&self, there: bool) {
        self.outbox.away.store(!there, Ordering::Relaxed);
    }

    /// As where no mail server is configured.
    pub fn no_mail_server(&self) {
        self.outbox.none.store(true, Ordering::Relaxed);
    }

    /// Lets time pass.
    pub fn pass(&self, seconds: i64) {
        self.clock.0.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub async fn close(&self) {
        self.engine.store().close().await;
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Reaches the web, and this machine besides.
pub fn outside() -> Arc<dyn akrab_engine::outside::Outside> {
    let allowed = vec!["127.0.0.1:*".parse().expect("an address")];
    Arc::new(akrab_connect::Outbound::new(allowed).expect("a client"))
}

/// Object files of the shipped program.
pub fn objects() -> Vec<(&'static str, &'static str)> {
    [akrab_activities::objects(), akrab_customers::objects(), akrab_sales::objects(), akrab_purchases::objects()].concat()
}

/// Object files of a version that knows no accounts, nor whatever leads to them.
pub fn objects_without_accounts() -> Vec<(&'static str, &'static str)> {
    let (mut kept, mut gone): (Vec<_>, Vec<_>) =
        objects().into_iter().partition(|(_, text)| !text.contains("account") && !text.starts_with("#") && !text.contains("adds_to"));
    let key = |text: &'static str| text.lines().find_map(|line| line.strip_prefix("key = ")).unwrap_or("\"\"");
    loop {
        let keys: Vec<&str> = gone.iter().map(|(_, text)| key(text)).collect();
        let names = |text: &str| keys.iter().any(|key| text.contains(&format!("to = {key}")) || text.contains(&format!("of = {key}")));
        let (stay, go): (Vec<_>, Vec<_>) = kept.into_iter().partition(|(_, text)| !names(text));
        kept = stay;
        if go.is_empty() {
            return kept;
        }
        gone = go;
    }
}

/// Report files of the shipped program.
pub fn reports() -> Vec<(&'static str, &'static str)> {
    [akrab_activities::reports(), akrab_customers::reports(), akrab_sales::reports(), akrab_purchases::reports()].concat()
}

fn behaviours() -> Vec<Arc<dyn akrab_engine::Behaviour>> {
    [akrab_activities::behaviours(), akrab_customers::behaviours(), akrab_sales::behaviours(), akrab_purchases::behaviours()]
        .into_iter()
        .flatten()
        .collect()
}

pub fn map(json: Json) -> Input {
    json.as_object().cloned().expect("a JSON object")
}

/// How a stored value compares in sorts: folded where the field folds.
pub fn sort_key(field: &akrab_model::Field, raw: Raw) -> Raw {
    match raw {
        Raw::Text(text) if field.folded => Raw::Text(akrab_model::text::fold(&text)),
        raw => raw,
    }
}

/// A fresh folder under the system's one for temporary files.
pub fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let folder = std::env::temp_dir().join(format!("akrab-it-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}
