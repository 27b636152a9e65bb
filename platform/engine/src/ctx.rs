//! Who asks, through which door, at what moment.

use crate::people::Person;
use crate::scopes::Scopes;
use crate::world::World;
use crate::{Result, Settings};
use akrab_model::format::Lang;
use akrab_model::value::ParseEnv;
use akrab_model::{Object, Problem, Registry};
use jiff::Zoned;
use std::sync::Arc;

/// The way by which a request came in; kept in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    Page,
    Api,
    Import,
    Job,
    Command,
    Undo,
    /// A step of a flow.
    Flow,
    /// An assistant that speaks the Model Context Protocol.
    Mcp,
    /// Another program that told of something.
    Webhook,
    /// Somebody who filled a public form in.
    Form,
    /// The directory of the company's people.
    Scim,
    /// A customer, through a link of his own.
    Link,
}

impl Door {
    pub fn key(self) -> &'static str {
        match self {
            Door::Page => "page",
            Door::Api => "api",
            Door::Import => "import",
            Door::Job => "job",
            Door::Command => "command",
            Door::Undo => "undo",
            Door::Flow => "flow",
            Door::Mcp => "mcp",
            Door::Webhook => "webhook",
            Door::Form => "form",
            Door::Scim => "scim",
            Door::Link => "link",
        }
    }
}

/// Who acts.
#[derive(Debug, Clone)]
pub enum Actor {
    User(Arc<Person>),
    /// The program itself; the reason is logged.
    System(&'static str),
}

/// Goes with every engine call. There is no call without one.
#[derive(Debug, Clone)]
pub struct Ctx {
    pub actor: Actor,
    pub lang: Lang,
    pub door: Door,
    pub request: String,
    /// Now, in the person's time zone, or the workspace's.
    pub now: Zoned,
    /// An API token that may only read.
    pub read_only: bool,
    /// What an app may do in the person's name; none for what he does himself.
    pub scopes: Option<Arc<Scopes>>,
    /// State of views and favourites, looked up with the session: what is remembered of them under
    /// the same number need not be read again. None reads them always.
    pub looks: Option<i64>,
    /// State of the records, looked up with the session: figures worked out since are this one's.
    /// None looks it up when it is needed.
    pub mark: Option<Arc<str>>,
    /// The objects as they are for this call from its beginning to its end, whatever is changed meanwhile.
    pub world: Arc<World>,
    /// Whose action the program carries out with its own rights; the history names him.
    pub behalf: Option<i64>,
    /// Network address the request came from.
    pub place: Option<std::net::IpAddr>,
    /// The flows behind this call, when steps of them write.
    pub cause: Option<crate::flow::Cause>,
}

impl Ctx {
    pub fn registry(&self) -> &Arc<Registry> {
        &self.world.registry
    }
    /// The object by its key or plural.
    ///
    /// # Errors
    /// `not_found`.
    pub fn object(&self, name: &str) -> Result<Arc<Object>> {
        let registry = self.registry();
        registry.object(name).or_else(|| registry.by_plural(name)).cloned().ok_or_else(Problem::not_found)
    }
    /// Id of the acting user.
    pub fn user_id(&self) -> Option<i64> {
        match &self.actor {
            Actor::User(person) => Some(person.id),
            Actor::System(_) => None,
        }
    }
    /// Whom the history names: the acting user, or the one the program acts for.
    pub fn author(&self) -> Option<i64> {
        self.user_id().or(self.behalf)
    }
    pub fn person(&self) -> Option<&Arc<Person>> {
        match &self.actor {
            Actor::User(person) => Some(person),
            Actor::System(_) => None,
        }
    }
    /// Microseconds since 1970, UTC.
    pub fn micros(&self) -> i64 {
        self.now.timestamp().as_microsecond()
    }
    pub fn is_admin(&self) -> bool {
        match &self.actor {
            Actor::User(person) => person.role.is_administrator() && !self.read_only && self.scopes.is_none(),
            Actor::System(_) => true,
        }
    }
    /// Somebody says it now, of one record or of many: he knows why, and can be asked. Files and commands
    /// bring what others have said elsewhere; undoing brings back what was said before.
    pub fn is_said_now(&self) -> bool {
        self.is_by_hand() || (self.door == Door::Job && self.author().is_some())
    }
    /// Somebody does it himself, or a program that acts for him.
    pub fn is_by_hand(&self) -> bool {
        matches!(self.door, Door::Page | Door::Api | Door::Mcp)
    }
    /// For what goes on later with all of the person's rights: an app that was not given all of them may not begin it.
    ///
    /// # Errors
    /// `scope_too_narrow`.
    pub fn require_whole(&self) -> Result<()> {
        let whole = self.scopes.as_ref().is_none_or(|scopes| scopes.is_whole());
        if whole { Ok(()) } else { Err(Problem::new(akrab_model::ProblemKind::Forbidden, "scope_too_narrow")) }
    }
    /// How what comes through this door is read.
    pub fn parse_env(&self, settings: &Settings) -> ParseEnv {
        ParseEnv {
            lang: self.lang,
            now: self.now.clone(),
            country: settings.country.clone(),
            numbers: settings.numbers.clone(),
            // sheets hold 33.333333333333336 where people see 33.33
            round: self.door == Door::Import,
            // only people at a page and the files they bring write numbers as their language does
            canonical: !matches!(self.door, Door::Page | Door::Import),
        }
    }
    /// `id` or `en`, as labels want it.
    pub fn lang_key(&self) -> &'static str {
        self.lang.pick("id", "en")
    }
}
