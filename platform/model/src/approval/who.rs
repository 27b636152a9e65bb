//! Who is asked, and what is held back, each in one short text: `role:manager`, `stage:Penawaran`.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// Who is asked to decide.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Who {
    /// Everybody of a role, by its key; `near`: those of the owner's team alone, or, where it has none, of the team above.
    Role { role: String, near: bool },
    /// One user, by his address.
    User(String),
    /// Whom the record belongs to.
    Owner,
    /// Who leads the owner's team; the lead's own records go to the lead of the team above.
    Lead,
    /// The user a field of the record names.
    Field(String),
    /// Who stands in for those that were asked.
    StandIn,
}

/// What a record may not do before it is approved.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Guard {
    /// Enter a stage of this name.
    Stage(String),
    /// Enter a stage of this category: `won`.
    Category(String),
    /// Take this value in a field of choices.
    Value { field: String, value: String },
    /// Be acted on.
    Action(String),
}

/// A text that says neither.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` says nobody and nothing")]
pub struct Unreadable(pub String);

impl FromStr for Who {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match (kind, rest) {
            ("owner", "") => Ok(Who::Owner),
            ("lead", "") => Ok(Who::Lead),
            ("stand_in", "") => Ok(Who::StandIn),
            ("user", address) if !address.is_empty() => Ok(Who::User(address.into())),
            ("field", field) if !field.is_empty() => Ok(Who::Field(field.into())),
            ("role", role) if !role.is_empty() => {
                let near = role.strip_suffix(":near");
                Ok(Who::Role { role: near.unwrap_or(role).into(), near: near.is_some() })
            }
            _ => Err(Unreadable(text.into())),
        }
    }
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Who::Role { role, near } => write!(f, "role:{role}{}", if *near { ":near" } else { "" }),
            Who::User(address) => write!(f, "user:{address}"),
            Who::Owner => f.write_str("owner"),
            Who::Lead => f.write_str("lead"),
            Who::Field(field) => write!(f, "field:{field}"),
            Who::StandIn => f.write_str("stand_in"),
        }
    }
}

impl FromStr for Guard {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let unreadable = || Unreadable(text.into());
        let (kind, rest) = text.split_once(':').filter(|(_, rest)| !rest.is_empty()).ok_or_else(unreadable)?;
        match kind {
            "stage" => Ok(Guard::Stage(rest.into())),
            "category" => Ok(Guard::Category(rest.into())),
            "action" => Ok(Guard::Action(rest.into())),
            "value" => {
                let (field, value) = rest.split_once('=').ok_or_else(unreadable)?;
                Ok(Guard::Value { field: field.into(), value: value.into() })
            }
            _ => Err(unreadable()),
        }
    }
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Guard::Stage(name) => write!(f, "stage:{name}"),
            Guard::Category(key) => write!(f, "category:{key}"),
            Guard::Value { field, value } => write!(f, "value:{field}={value}"),
            Guard::Action(key) => write!(f, "action:{key}"),
        }
    }
}

impl TryFrom<String> for Who {
    type Error = Unreadable;
    fn try_from(text: String) -> Result<Self, Unreadable> {
        text.parse()
    }
}

impl From<Who> for String {
    fn from(who: Who) -> String {
        who.to_string()
    }
}

impl TryFrom<String> for Guard {
    type Error = Unreadable;
    fn try_from(text: String) -> Result<Self, Unreadable> {
        text.parse()
    }
}

impl From<Guard> for String {
    fn from(guard: Guard) -> String {
        guard.to_string()
    }
}
