//! Options, environment and `akrab.toml`, in this order of weight.

use crate::cli::Common;
use crate::stop::Stop;
use akrab_connect::Allowed;
use akrab_store::Target;
use serde::Deserialize;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// `akrab.toml` in the data folder. Every entry is optional.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    listen: Option<String>,
    database: Option<String>,
    /// PostgreSQL schema of the workspace.
    schema: Option<String>,
    /// Readers (SQLite) or connections (PostgreSQL) at once.
    readers: Option<usize>,
    log: Option<String>,
    log_json: Option<bool>,
    base_url: Option<String>,
    proxies: Vec<IpAddr>,
    metrics_token: Option<String>,
    /// Jobs at once, at most 64; 0 leaves them to `akrab worker`.
    jobs: Option<usize>,
    smtp: Option<Smtp>,
    /// Key of the sealed secrets; 64 hexadecimal digits. A file in the data folder when absent.
    key: Option<String>,
    /// Seconds after which the job of a silent worker goes to another.
    job_lease: Option<u64>,
    /// API requests a minute per token from other machines; 0 sets no limit.
    api_rate: Option<u32>,
    /// What may be called beside the public web.
    outbound: Option<Vec<String>>,
    /// File of certificates (PEM) of authorities that servers called are proven by, beside those browsers trust.
    outbound_ca: Option<PathBuf>,
}

/// The mail server for the program's own mails.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Smtp {
    pub url: String,
    pub from: String,
}

/// Everything a command needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    pub data: PathBuf,
    pub listen: String,
    pub database: Option<String>,
    pub schema: String,
    pub readers: Option<usize>,
    pub log: String,
    pub log_json: bool,
    pub base_url: Option<String>,
    pub proxies: Vec<IpAddr>,
    pub metrics_token: Option<String>,
    pub jobs: usize,
    pub smtp: Option<Smtp>,
    pub key: Option<Secret>,
    pub job_lease: Duration,
    pub api_rate: u32,
    pub outbound: Vec<Allowed>,
    pub outbound_ca: Option<PathBuf>,
}

/// A text that shows itself in no log.
#[derive(Clone)]
pub struct Secret(pub String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// A token may ask this often a minute when nothing else is configured.
const API_RATE: u32 = 6_000;

impl Config {
    pub fn read(common: &Common) -> Result<Config, Stop> {
        let data = common.data.clone().unwrap_or_else(|| "akrab-data".into());
        let file = read_file(&data.join("akrab.toml"))?;
        let env = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        let number = |name: &str| match env(name) {
            None => Ok(None),
            Some(text) => text.parse::<usize>().map(Some).map_err(|_| Stop::refused(format!("{name} takes a whole number, not {text}"))),
        };
        let database = common.database.clone().or(file.database);
        if database.as_deref().is_some_and(|url| !url.starts_with("postgres://") && !url.starts_with("postgresql://")) {
            return Err(Stop::refused("--database takes a postgres:// address; leave it out for SQLite in the data folder"));
        }
        let base_url = env("AKRAB_BASE_URL").or(file.base_url);
        if base_url.as_deref().is_some_and(|url| !is_origin(url)) {
            return Err(Stop::refused("base_url is the address people type, such as https://crm.example.com, without a path"));
        }
        let outbound = env("AKRAB_OUTBOUND").map(|text| text.split(',').map(|one| one.trim().to_string()).collect()).or(file.outbound);
        let outbound = outbound.unwrap_or_default().iter().map(|one| one.parse()).collect::<Result<Vec<Allowed>, String>>();
        let outbound = outbound.map_err(|e| Stop::refused(format!("outbound (AKRAB_OUTBOUND): {e}")))?;
        let smtp = match (env("AKRAB_SMTP_URL"), env("AKRAB_SMTP_FROM"), file.smtp) {
            (None, None, smtp) => smtp,
            (url, from, file) => {
                let (known_url, known_from) = file.map_or((None, None), |s| (Some(s.url), Some(s.from)));
                match (url.or(known_url), from.or(known_from)) {
                    (Some(url), Some(from)) => Some(Smtp { url, from }),
                    (Some(_), None) => return Err(Stop::refused("AKRAB_SMTP_URL needs AKRAB_SMTP_FROM, the address mails come from")),
                    _ => return Err(Stop::refused("AKRAB_SMTP_FROM needs AKRAB_SMTP_URL, the server that takes the mails")),
                }
            }
        };
        Ok(Config {
            data,
            listen: common.listen.clone().or(file.listen).unwrap_or_else(|| "127.0.0.1:8080".into()),
            database,
            schema: env("AKRAB_SCHEMA").or(file.schema).unwrap_or_else(|| "akrab".into()),
            readers: file.readers,
            log: env("AKRAB_LOG").or(file.log).unwrap_or_else(|| "info,akrab_store=warn".into()),
            log_json: common.log_json || file.log_json.unwrap_or(false),
            base_url,
            proxies: file.proxies,
            metrics_token: env("AKRAB_METRICS_TOKEN").or(file.metrics_token),
            jobs: number("AKRAB_JOBS")?.or(file.jobs).unwrap_or(2).min(64),
            smtp,
            key: env("AKRAB_KEY").or(file.key).map(Secret),
            job_lease: number("AKRAB_JOB_LEASE")?
                .map(|s| s as u64)
                .or(file.job_lease)
                .map_or(akrab_engine::job::LEASE, Duration::from_secs),
            outbound,
            outbound_ca: env("AKRAB_OUTBOUND_CA").map(PathBuf::from).or(file.outbound_ca),
            api_rate: number("AKRAB_API_RATE")?.map(|n| u32::try_from(n).unwrap_or(u32::MAX)).or(file.api_rate).unwrap_or(API_RATE),
        })
    }

    /// Folder of this workspace.
    pub fn workspace(&self) -> PathBuf {
        self.data.join("workspaces").join("main")
    }

    /// Where the records are.
    pub fn target(&self) -> Target {
        match &self.database {
            Some(url) => Target::Postgres { url: url.clone(), schema: self.schema.clone() },
            None => Target::Sqlite { path: self.workspace().join("akrab.db") },
        }
    }

    /// The same installation with a workspace of its own: for the demonstration, for measuring.
    pub fn apart(&self, name: &str) -> Config {
        Config { data: self.data.join(name), schema: format!("{}_{name}", self.schema), ..self.clone() }
    }
}

/// Scheme and host, with or without a port.
fn is_origin(url: &str) -> bool {
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).map(|rest| rest.trim_end_matches('/'));
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]".contains(&b)))
}

fn read_file(path: &Path) -> Result<File, Stop> {
    match std::fs::read_to_string(path) {
        Ok(text) => toml::from_str(&text).map_err(|e| {
            let line = e.span().map_or(1, |s| text[..s.start.min(text.len())].matches('\n').count() + 1);
            Stop::refused(format!("{}:{line}: {}", path.display(), e.message()))
        }),
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(File::default()),
        Err(e) => Err(Stop::failed(format!("{}: {e}", path.display()))),
    }
}
