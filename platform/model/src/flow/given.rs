//! What steps put into fields and texts, and whom they are for.

use super::moment::Lapse;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Field → what is put into it.
pub type Values = IndexMap<String, Given>;

/// What is put into a field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Given {
    /// As the API takes it. In texts `{{name}}` stands for a field of the record.
    Value(Json),
    /// What a field of the record holds, over links if need be: `owner`, `account.owner`.
    From(String),
    /// What an expression in CEL over the record's own fields comes to.
    Formula(String),
    /// A date or moment so long after the step.
    After(Lapse),
    /// Nothing: the field is emptied.
    Empty,
}

/// People a step is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// Whoever is responsible for the record.
    Owner,
    /// Whoever made it.
    Creator,
    User(i64),
    Team(i64),
    /// Everybody of a role, by its key.
    Role(String),
    /// The person a field of the record names, over links if need be.
    Field(String),
}

impl Who {
    /// In one word: `owner`, `user:3`, `role:manager`, as forms carry it.
    pub fn word(&self) -> String {
        match self {
            Who::Owner => "owner".into(),
            Who::Creator => "creator".into(),
            Who::User(id) => format!("user:{id}"),
            Who::Team(id) => format!("team:{id}"),
            Who::Role(key) => format!("role:{key}"),
            Who::Field(path) => format!("field:{path}"),
        }
    }
    /// The people behind a word of [`Who::word`].
    pub fn of_word(word: &str) -> Option<Who> {
        match word.split_once(':') {
            None if word == "owner" => Some(Who::Owner),
            None if word == "creator" => Some(Who::Creator),
            Some(("user", id)) => id.parse().ok().map(Who::User),
            Some(("team", id)) => id.parse().ok().map(Who::Team),
            Some(("role", key)) => Some(Who::Role(key.into())),
            Some(("field", path)) => Some(Who::Field(path.into())),
            _ => None,
        }
    }
}

/// A part of a text: words as they are, or a field that is named in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'t> {
    Words(&'t str),
    Field(&'t str),
}

/// A text taken apart at its `{{field}}`s. What is opened and never closed stays as it is.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((inside, behind)) = after.split_once("}}") else { break };
        if !before.is_empty() {
            found.push(Part::Words(before));
        }
        found.push(Part::Field(inside.trim()));
        rest = behind;
    }
    if !rest.is_empty() {
        found.push(Part::Words(rest));
    }
    found
}

/// The fields a text names.
pub fn paths(text: &str) -> impl Iterator<Item = &str> {
    parts(text).into_iter().filter_map(|part| if let Part::Field(path) = part { Some(path) } else { None })
}
