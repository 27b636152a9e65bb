//! What an app may do in somebody's name: never more than he may himself, and of that what he allowed.
//!
//! `read` and `write` mean every object people work with; `contact:read` and `contact:write` one. What the program
//! itself is set up with (users, stages …) can be read with any scope, and changed only where it is named.

use akrab_model::{Object, Registry};
use std::collections::BTreeSet;
use std::fmt;

/// What was allowed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes {
    /// Every object people work with.
    read: bool,
    write: bool,
    /// Keys of single objects.
    reads: BTreeSet<String>,
    writes: BTreeSet<String>,
}

impl Scopes {
    /// Reads names with blanks between; gives the first that is none.
    ///
    /// # Errors
    /// The name nobody knows.
    pub fn parse(text: &str, registry: &Registry) -> Result<Scopes, String> {
        let mut scopes = Scopes::default();
        for name in text.split_whitespace() {
            let known = |key: &str| registry.object(key).is_some_and(|object| !object.decl.hidden);
            match (name, name.split_once(':')) {
                ("read", _) => scopes.read = true,
                ("write", _) => (scopes.read, scopes.write) = (true, true),
                (_, Some((key, "read"))) if known(key) => drop(scopes.reads.insert(key.into())),
                (_, Some((key, "write"))) if known(key) => {
                    scopes.reads.insert(key.into());
                    scopes.writes.insert(key.into());
                }
                _ => return Err(name.into()),
            }
        }
        Ok(scopes)
    }

    /// As [`Scopes::parse`], leaving out what is known no longer.
    pub fn kept(text: &str, registry: &Registry) -> Scopes {
        let known: Vec<&str> = text.split_whitespace().filter(|name| Scopes::parse(name, registry).is_ok()).collect();
        Scopes::parse(&known.join(" "), registry).unwrap_or_default()
    }

    /// Every name there is.
    pub fn names(registry: &Registry) -> Vec<String> {
        let objects = registry.objects().filter(|object| !object.decl.hidden && !object.is_system());
        let each = objects.flat_map(|object| [format!("{}:read", object.key), format!("{}:write", object.key)]);
        ["read".to_string(), "write".to_string()].into_iter().chain(each).collect()
    }

    /// Whether nothing of the kind is left out that people work with.
    pub fn is_whole(&self) -> bool {
        self.write
    }
    /// Whether nothing may be changed.
    pub fn is_read_only(&self) -> bool {
        !self.write && self.writes.is_empty()
    }
    pub fn is_empty(&self) -> bool {
        !self.read && self.reads.is_empty()
    }

    pub fn may_read(&self, object: &Object) -> bool {
        object.is_system() || self.read || self.reads.contains(&object.key)
    }
    pub fn may_write(&self, object: &Object) -> bool {
        self.writes.contains(&object.key) || (self.write && !object.is_system())
    }

    /// What of `asked` is also within these.
    pub fn within(&self, asked: &Scopes) -> Scopes {
        let both = |all: bool, names: &BTreeSet<String>, other_all: bool, others: &BTreeSet<String>| -> BTreeSet<String> {
            let own = others.iter().filter(|name| all || names.contains(*name));
            own.chain(names.iter().filter(|_| other_all)).cloned().collect()
        };
        Scopes {
            read: self.read && asked.read,
            write: self.write && asked.write,
            reads: both(self.read, &self.reads, asked.read, &asked.reads),
            writes: both(self.write, &self.writes, asked.write, &asked.writes),
        }
    }

    /// Each as one name.
    pub fn list(&self) -> Vec<String> {
        let all = if self.write { Some("write") } else { self.read.then_some("read") };
        let writes = self.writes.iter().filter(|_| !self.write).map(|key| format!("{key}:write"));
        let reads = self.reads.iter().filter(|key| !self.read && !self.writes.contains(*key)).map(|key| format!("{key}:read"));
        all.map(str::to_string).into_iter().chain(writes).chain(reads).collect()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.list().join(" "))
    }
}
