//! What every handler can reach: the engine, the configuration, what the domains contribute.

use crate::live::Streams;
use crate::locale::{self, Lang};
use crate::metrics::Metrics;
use crate::pace::Pace;
use crate::route::Router;
use crate::ui::sidebar::NavItem;
use crate::value::Look;
use akrab_engine::{Engine, Tx};
use futures::future::BoxFuture;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;

/// How the web part is run.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `https://crm.example.com`; links in mails begin with it, and other host names are refused.
    pub base_url: Option<String>,
    /// Where the program listens, for links when no base URL is configured: `http://127.0.0.1:8080`.
    pub listen_url: String,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub proxies: Vec<IpAddr>,
    /// Opens `/metrics` to others than this machine (bearer token).
    pub metrics_token: Option<String>,
    /// Requests a minute of one API token from another machine; 0 sets no limit.
    pub api_rate: u32,
    /// Longest time a request may take, and a client may take nothing of an answer; [`PATIENCE`] when absent.
    pub patience: Option<Duration>,
}

/// Longest time a request may take.
const PATIENCE: Duration = Duration::from_secs(60);

impl Config {
    /// How long a request, or a client, is waited for.
    pub(crate) fn patience(&self) -> Duration {
        self.patience.unwrap_or(PATIENCE)
    }
    /// What links in mails begin with.
    pub fn link_base(&self) -> &str {
        self.base_url.as_deref().unwrap_or(&self.listen_url)
    }
    /// Cookies are marked for https only.
    pub fn is_https(&self) -> bool {
        self.base_url.as_deref().is_some_and(|url| url.starts_with("https://"))
    }
    /// Host (with port) of the base URL.
    pub fn host(&self) -> Option<&str> {
        let rest = self.base_url.as_deref()?.split_once("://")?.1;
        rest.split('/').next()
    }
}

/// Where a side bar entry stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// At the top, below the search (Today, Inbox).
    Top,
    /// Among the favourites.
    Favourites,
    /// In a group of objects, by its key.
    Group(String),
}

/// A side bar entry.
#[derive(Debug, Clone)]
pub struct Nav {
    pub place: Place,
    /// Small first; objects stand at their own `order`.
    pub order: i32,
    pub item: NavItem,
}

/// Says which entries a person gets; asked for every page, within the page's own reading.
pub type NavFn = Arc<dyn Fn(&mut Tx, &Look) -> Vec<Nav> + Send + Sync>;

/// The page people begin on.
#[derive(Debug, Clone, Copy)]
pub struct Home {
    pub icon: &'static str,
    /// Message with its name.
    pub name: &'static str,
    pub href: &'static str,
}

/// Where people begin when no feature has a page for it.
const SEARCH: Home = Home { icon: "search", name: "search", href: "/search" };

/// What a domain adds to the web part.
#[derive(Clone, Default)]
pub struct Feature {
    pub home: Option<Home>,
    /// Key of the group its objects stand in; its name is the message `group-KEY`.
    pub group: Option<&'static str>,
    pub routes: Router,
    pub nav: Option<NavFn>,
    /// Fluent sources.
    pub locales: Vec<(Lang, &'static str)>,
}

impl Feature {
    /// With the page people begin on.
    #[must_use]
    pub fn home(mut self, home: Home) -> Self {
        self.home = Some(home);
        self
    }
    /// With pages.
    #[must_use]
    pub fn routes(mut self, routes: Router) -> Self {
        self.routes = routes;
        self
    }
    /// With side bar entries.
    #[must_use]
    pub fn nav(mut self, nav: impl Fn(&mut Tx, &Look) -> Vec<Nav> + Send + Sync + 'static) -> Self {
        self.nav = Some(Arc::new(nav));
        self
    }
    /// With words in both languages.
    #[must_use]
    pub fn locales(mut self, id: &'static str, en: &'static str) -> Self {
        self.locales = vec![(Lang::Id, id), (Lang::En, en)];
        self
    }
    /// With a group of objects; groups stand in the order of their features.
    #[must_use]
    pub fn group(mut self, key: &'static str) -> Self {
        self.group = Some(key);
        self
    }
    /// Takes its words in; commands without pages say them too.
    pub fn learn(&self) {
        for (lang, source) in &self.locales {
            locale::add_source(*lang, source);
        }
    }
}

/// Runs once after the first set-up: makes what a new workspace starts with, and sample data when asked.
pub type SeedFn = Arc<dyn Fn(Engine, bool) -> BoxFuture<'static, akrab_engine::Result<()>> + Send + Sync>;

/// The web part of one workspace. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    pub engine: Engine,
    pub config: Arc<Config>,
    pub features: Arc<[Feature]>,
    pub metrics: Arc<Metrics>,
    /// How fast each API token asks.
    pub pace: Arc<Pace>,
    /// Pages that are worked on at once.
    pub places: Arc<Semaphore>,
    /// Pages that hear of what others do.
    pub streams: Arc<Streams>,
    pub seed: SeedFn,
}

/// How many pages are worked on at once. On SQLite one waits while each core computes: more would only take turns, which
/// makes the slowest slower. PostgreSQL computes in processes of its own, so that each core has two.
fn places(engine: &Engine) -> Arc<Semaphore> {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    Arc::new(Semaphore::new(if engine.store().is_embedded() { cores + 1 } else { 2 * cores }))
}

impl Web {
    /// Takes the domains' words in and keeps the rest for [`crate::router()`].
    pub fn new(engine: Engine, config: Config, features: Vec<Feature>, seed: SeedFn) -> Self {
        features.iter().for_each(Feature::learn);
        Self {
            places: places(&engine),
            engine,
            config: Arc::new(config),
            features: features.into(),
            metrics: Arc::default(),
            pace: Arc::default(),
            streams: Arc::default(),
            seed,
        }
    }

    /// Place of a group of objects among the others; unknown ones follow.
    pub fn place_of(&self, group: &str) -> usize {
        self.features.iter().position(|feature| feature.group == Some(group)).unwrap_or(self.features.len())
    }

    /// The page people begin on.
    pub fn home(&self) -> Home {
        self.features.iter().find_map(|feature| feature.home).unwrap_or(SEARCH)
    }

    /// A new reference of a request: `4F2A-91C03D`.
    pub(crate) fn reference(&self) -> String {
        let id: String = self.engine.random::<5>().iter().map(|b| format!("{b:02X}")).collect();
        format!("{}-{}", &id[..4], &id[4..])
    }
}
