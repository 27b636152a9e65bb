//! Looks for what could be wrong with this installation, one line per finding.

use crate::config::Config;
use crate::key;
use crate::stop::Stop;
use crate::workspace;
use akrab_engine::audit::AuditFault;
use akrab_engine::{Ctx, Door, Engine, ListRequest};
use akrab_store::Backend;
use std::io::Write;

/// One line per finding, and how many of them are bad.
#[derive(Default)]
struct Findings {
    bad: u32,
}

impl Findings {
    fn say(&mut self, ok: bool, what: impl AsRef<str>) {
        println!("{} {}", if ok { "ok  " } else { "BAD " }, what.as_ref());
        self.bad += u32::from(!ok);
    }
}

pub async fn run(config: &Config) -> Result<(), Stop> {
    workspace::existing(config)?;
    let mut found = Findings::default();
    found.say(true, format!("version {}", env!("CARGO_PKG_VERSION")));
    let writable = writable(config);
    let place = format!("data folder {}{}", config.data.display(), told(writable.as_ref().err()));
    found.say(writable.is_ok(), place);
    database(config, &mut found).await;
    if found.bad == 0 {
        records(config, &mut found).await?;
    }
    surroundings(config, &mut found).await;
    if found.bad == 0 { Ok(()) } else { Err(Stop::failed(format!("{} of these lines say BAD", found.bad))) }
}

/// Object files, tables and the database itself.
async fn database(config: &Config, found: &mut Findings) {
    let shipped = akrab_engine::engine::declarations(&workspace::objects());
    found.say(shipped.is_ok() && akrab_engine::engine::compile(&workspace::objects()).is_ok(), "object files");
    let store = match workspace::store(config).await {
        Ok(store) => store,
        Err(stop) => return found.say(false, stop.to_string()),
    };
    let Ok(shipped) = shipped else { return };
    let database = match store.backend() {
        Backend::Sqlite => "SQLite",
        Backend::Postgres => "PostgreSQL",
    };
    found.say(true, format!("database {database}"));
    let world = match akrab_engine::world::of(&store, &shipped).await {
        Ok(world) => world,
        Err(problem) => return found.say(false, format!("objects of the workspace's own: {problem}")),
    };
    let parts = world.shape.parts.len();
    if parts > 0 && world.left_out.is_empty() {
        found.say(true, format!("fit for this version: {} made or changed in the workspace", counted(parts, "object")));
    }
    for fault in &world.left_out {
        found.say(false, format!("left out of the workspace's own changes, because it does not fit this version: {fault}"));
    }
    match store.plan(&world.registry).await {
        Ok(steps) if steps.is_empty() => found.say(true, "tables are up to date"),
        Ok(steps) => found.say(true, format!("tables: {} due at the next start (akrab schema plan)", counted(steps.len(), "change"))),
        Err(e) => found.say(false, format!("tables: {e}")),
    }
    let health = store.health().await;
    found.say(health.is_ok(), format!("database answers{}", told(health.err())));
    let sound = store.verify().await;
    found.say(sound.is_ok(), format!("database is undamaged{}", told(sound.err())));
    store.close().await;
}

/// Settings, people and how many records there are.
async fn records(config: &Config, found: &mut Findings) -> Result<(), Stop> {
    let engine = workspace::open(config).await?;
    let settings = engine.settings();
    let company = if settings.company.is_empty() { "(not set up)" } else { &settings.company };
    found.say(true, format!("workspace {company}, {}, {}", settings.currency, settings.time_zone));
    let people = engine.people();
    let admins = people.administrators().len();
    found.say(
        people.is_empty() || admins > 0,
        format!("{}, {}", counted(people.users().len(), "user"), counted(admins, "active administrator")),
    );
    match engine.foreign_seals().await? {
        0 => found.say(true, format!("second factors open with {}", key::source(config))),
        n => {
            let key = key::source(config);
            found.say(false, format!("sealed with another key than {key}: {}; bring the former key back", counted(n, "second factor")));
        }
    }
    let system = engine.system("doctor", Door::Command);
    let unbalanced = engine.read(&system, |tx| tx.ledger_unbalanced()).await?;
    found.say(
        unbalanced.is_empty(),
        format!("ledgers balance{}", told((!unbalanced.is_empty()).then(|| format!("not those numbered {unbalanced:?}")))),
    );
    let files = engine.files_check(&system).await?;
    let broken = crate::files::lines(&files);
    found
        .say(broken.is_empty(), format!("{} files are as they came{}", files.sound, told((!broken.is_empty()).then(|| broken.join("; ")))));
    trail(&engine, &system, found).await?;
    let registry = engine.registry();
    let width = registry.objects().filter(|o| !o.is_system()).map(|o| o.plural.len()).max().unwrap_or_default();
    for object in registry.objects().filter(|o| !o.is_system()) {
        let request = ListRequest { object: object.key.clone(), ..ListRequest::default() };
        let count = engine.count(&system, request, true).await;
        let ok = count.is_ok();
        found.say(ok, format!("{:<width$}  {}", object.plural, count.map_or_else(|e| e.to_string(), |n| n.shown().to_string())));
    }
    engine.store().close().await;
    Ok(())
}

/// Whether the audit trail, and the history its seals hold, are as they were written.
async fn trail(engine: &Engine, system: &Ctx, found: &mut Findings) -> Result<(), Stop> {
    let verdict = engine.audit_verify(system).await?;
    let words = match verdict.fault {
        None if verdict.entries == 0 => "audit trail: nothing yet".to_string(),
        None => format!("audit trail: {} entries, {} sealed changes; the last hash is {}", verdict.entries, verdict.changes, verdict.head),
        Some(AuditFault::Entry(n)) => format!("audit trail: entry {n}, or the one before, was changed"),
        Some(AuditFault::Missing(n)) => format!("audit trail: entry {n} is missing"),
        Some(AuditFault::Changes { n, after, to }) => {
            format!("audit trail: the history after change {after} up to {to} is not what entry {n} sealed")
        }
    };
    found.say(verdict.fault.is_none(), words);
    Ok(())
}

/// Address and mail.
async fn surroundings(config: &Config, found: &mut Findings) {
    let free = tokio::net::TcpListener::bind(&config.listen).await;
    found.say(true, format!("address {}{}", config.listen, if free.is_ok() { "" } else { " is in use (a running akrab?)" }));
    let mail = match &config.smtp {
        Some(_) => "mail server is set",
        None => "no mail server: mails are written to files; passwords are reset with `akrab user passwd`",
    };
    found.say(true, mail);
}

/// "1 user", "5 users".
fn counted(n: impl TryInto<u64>, what: &str) -> String {
    let n = n.try_into().unwrap_or(u64::MAX);
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// The reason, behind what failed.
fn told(error: Option<impl ToString>) -> String {
    error.map(|e| format!(": {}", e.to_string())).unwrap_or_default()
}

fn writable(config: &Config) -> std::io::Result<()> {
    std::fs::create_dir_all(&config.data)?;
    let probe = config.data.join(".akrab-probe");
    std::fs::File::create(&probe)?.write_all(b"probe")?;
    std::fs::remove_file(probe)
}
