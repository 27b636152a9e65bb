//! Opens the workspace: store, engine, domains.

use crate::config::Config;
use crate::key;
use crate::stop::Stop;
use akrab_connect::{FolderMailer, Outbound, S3Shelf, SmtpMailer};
use akrab_engine::clock::SystemRandom;
use akrab_engine::file::Shelving;
use akrab_engine::identity::Mailer;
use akrab_engine::job::Work;
use akrab_engine::{Behaviour, Clock, Ctx, Door, Engine, Setup};
use akrab_store::{Options, Store, Target, private};
use std::path::Path;
use std::sync::Arc;

/// The computer's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

/// Object files of all domains.
pub fn objects() -> Vec<(&'static str, &'static str)> {
    [akrab_activities::objects(), akrab_customers::objects(), akrab_sales::objects(), akrab_purchases::objects()].concat()
}

/// Report files of all domains.
pub fn reports() -> Vec<(&'static str, &'static str)> {
    [akrab_activities::reports(), akrab_customers::reports(), akrab_sales::reports(), akrab_purchases::reports()].concat()
}

/// What the domains do in the background.
fn work() -> Work {
    let mut work = akrab_customers::work();
    work.carriers.extend(akrab_activities::carriers());
    work
}

fn behaviours() -> Vec<Arc<dyn Behaviour>> {
    [akrab_activities::behaviours(), akrab_customers::behaviours(), akrab_sales::behaviours(), akrab_purchases::behaviours()].concat()
}

/// Makes the workspace's folder, or closes the one there is to others: it holds what only its owner may read: password hashes, mails with links.
pub fn folder(folder: &Path) -> Result<(), Stop> {
    private::folder(folder)
        .and_then(|()| private::tighten(folder))
        .map_err(|e| Stop::failed(format!("{} cannot be made: {e}", folder.display())))
}

/// Opens the database without touching its tables.
pub async fn store(config: &Config) -> Result<Store, Stop> {
    crate::backup::finish(config)?;
    folder(&config.workspace())?;
    let mut options = Options::default();
    if let Some(readers) = config.readers {
        options.readers = readers.clamp(1, 64);
    }
    let target = config.target();
    Store::open(&target, &options).await.map_err(|e| {
        let place = match &target {
            Target::Sqlite { path } => path.display().to_string(),
            Target::Postgres { .. } => "PostgreSQL".into(),
        };
        Stop::failed(format!("{place} cannot be opened: {e}"))
    })
}

/// Refuses a folder without a workspace, which is a slip of the finger more often than a wish for a new one.
pub fn existing(config: &Config) -> Result<(), Stop> {
    crate::backup::finish(config)?;
    let there = match config.target() {
        Target::Sqlite { path } => path.exists(),
        // the records are elsewhere, but the key of the sealed secrets is here
        Target::Postgres { .. } => config.key.is_some() || config.data.exists(),
    };
    if there {
        return Ok(());
    }
    let demo = config.apart("demo");
    let beside = matches!(demo.target(), Target::Sqlite { path } if path.exists());
    let hint = if beside { format!("the demonstration is --data {}", demo.data.display()) } else { "--data names its folder".into() };
    Err(Stop::refused(format!(
        "no workspace in {}; {hint}. A new one is made by `akrab serve`, `akrab demo`, `akrab restore`, `akrab import-workspace` or `akrab user add`",
        config.data.display()
    )))
}

/// Opens the workspace there is and brings its tables up to date.
pub async fn open(config: &Config) -> Result<Engine, Stop> {
    existing(config)?;
    make(config).await
}

/// As [`open`]; makes the workspace when there is none.
pub async fn make(config: &Config) -> Result<Engine, Stop> {
    let mailer: Arc<dyn Mailer> = match &config.smtp {
        Some(smtp) => Arc::new(SmtpMailer::new(&smtp.url, &smtp.from).map_err(|e| Stop::refused(format!("smtp in akrab.toml: {e}")))?),
        None => Arc::new(FolderMailer::new(config.workspace().join("mail"))),
    };
    let setup = Setup {
        store: store(config).await?,
        objects: objects(),
        reports: reports(),
        sentences: akrab_web::filter::words::sentences,
        behaviours: behaviours(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        work: work(),
        files: config.workspace().join("files"),
        shelving: shelving(config)?,
        mailer,
        outside: Arc::new(outside(config)?),
        key: key::load(config)?,
        lease: config.job_lease,
    };
    Ok(Engine::start(setup).await?)
}

/// The store of files elsewhere, if one is configured.
fn shelving(config: &Config) -> Result<Option<Shelving>, Stop> {
    let Some(s3) = &config.s3 else { return Ok(None) };
    let shelf = S3Shelf::new(&s3.0).map_err(|e| Stop::refused(format!("the store of files (s3): {e}")))?;
    Ok(Some(Shelving { shelf: Arc::new(shelf), new_files: config.files_on_s3 }))
}

/// Acts as this user; as the first administrator when nobody is named.
pub fn actor(engine: &Engine, email: Option<&str>, door: Door) -> Result<Ctx, Stop> {
    let people = engine.people();
    let person = match email {
        Some(email) => people.by_email(email).ok_or_else(|| Stop::refused(format!("no user {email}; `akrab user list` shows them")))?,
        None => people.administrator().ok_or_else(|| {
            Stop::refused("the workspace has no administrator yet; make one with `akrab user add EMAIL --role administrator`")
        })?,
    };
    Ok(engine.ctx(person, door, "command"))
}

/// The way out: which addresses, and whose word for who they are.
fn outside(config: &Config) -> Result<Outbound, Stop> {
    let Some(path) = &config.outbound_ca else { return Outbound::new(config.outbound.clone()).map_err(Stop::failed) };
    let wrong = |e: &dyn std::fmt::Display| Stop::refused(format!("outbound_ca (AKRAB_OUTBOUND_CA): {}: {e}", path.display()));
    let authorities = std::fs::read(path).map_err(|e| wrong(&e))?;
    Outbound::trusting(config.outbound.clone(), &authorities).map_err(|e| wrong(&e))
}
