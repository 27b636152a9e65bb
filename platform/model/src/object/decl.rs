//! The shape of an object file (`domains/*/objects/*.toml`). Defaults are not written.

use super::{Choice, FieldType, Label};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// One object file.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectDecl {
    /// Singular key, also the table's name: `account`.
    pub key: String,
    /// Plural key, used in addresses: `accounts`.
    pub plural: String,
    pub label: Label,
    pub plural_label: Label,
    /// One sentence for the empty list: what the object is for.
    pub purpose: Label,
    /// Lucide icon name.
    pub icon: String,
    /// Sidebar group: customers, sales, marketing, service, partners, analysis, activities; `system` is hidden.
    pub group: String,
    /// Place within the group, small first.
    #[serde(default)]
    pub order: i32,
    /// Field that names a record.
    pub title: String,
    /// Fields that tell records with one title apart (at most two are shown).
    #[serde(default)]
    pub subtitle: Vec<String>,
    /// Records belong to a user (adds the field `owner`).
    #[serde(default = "yes")]
    pub owned: bool,
    /// How avatars are drawn.
    #[serde(default)]
    pub avatar: Avatar,
    /// Writes to this object appear in the timelines of the records these link fields point to.
    #[serde(default)]
    pub timeline: TimelineDecl,
    /// Found by the global search.
    #[serde(default = "yes")]
    pub searchable: bool,
    /// Records somebody still works on (filter JSON): they are handed over when he leaves. All of them when absent;
    /// an open stage and an empty `done` of the timeline are asked for without saying.
    #[serde(default)]
    pub open: Option<serde_json::Value>,
    /// Single-letter shortcut after `G`.
    #[serde(default)]
    pub go_key: Option<String>,
    pub fields: IndexMap<String, FieldDecl>,
    /// Field sets that must be unique together.
    #[serde(default)]
    pub unique: Vec<Vec<String>>,
    #[serde(default)]
    pub duplicates: Vec<DuplicateDecl>,
    #[serde(default)]
    pub layout: LayoutDecl,
    #[serde(default)]
    pub views: Vec<ViewDecl>,
    #[serde(default)]
    pub board: Option<BoardDecl>,
    /// Default rights: role key → access.
    #[serde(default)]
    pub access: IndexMap<String, AccessDecl>,
    #[serde(default)]
    pub actions: Vec<ActionDecl>,
    /// Former keys of this object.
    #[serde(default)]
    pub was: Vec<String>,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Avatar {
    #[default]
    Icon,
    Person,
    Company,
}

/// Whether and where writes of this object are told.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct TimelineDecl {
    /// Link fields whose targets get an entry for each record of this object (an interaction's account and contact).
    #[serde(default)]
    pub on: Vec<String>,
    /// Date or date-time field that places the entry; creation time when absent.
    #[serde(default)]
    pub at: Option<String>,
    /// Choice field whose value is the entry's kind (`call`, `email` …); the object's key when absent.
    #[serde(default)]
    pub kind: Option<String>,
    /// Text field shown under the entry's title.
    #[serde(default)]
    pub body: Option<String>,
    /// The entry stands among the upcoming ones while this field is empty (a task's `done_at`).
    #[serde(default)]
    pub done: Option<String>,
    /// Words in the empty composer of an object without kinds.
    #[serde(default)]
    pub prompt: Option<Label>,
    /// How entries of a kind are written and shown, in the order of the composer.
    #[serde(default)]
    pub kinds: IndexMap<String, KindDecl>,
}

/// How entries of one kind are written on a record's page, and shown there.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct KindDecl {
    /// Words in the empty composer; a kind without them is not written on a record's page.
    #[serde(default)]
    pub prompt: Option<Label>,
    /// Single key that opens the composer.
    #[serde(default)]
    pub key: Option<char>,
    /// The moment is asked for.
    #[serde(default)]
    pub moment: bool,
    /// Further fields asked for.
    #[serde(default)]
    pub asks: Vec<String>,
    /// How the person is reached while it is written.
    #[serde(default)]
    pub way: Option<Way>,
    /// The text is somebody's words.
    #[serde(default)]
    pub quote: bool,
    /// A record's page has a tab of it.
    #[serde(default)]
    pub tab: bool,
}

/// A way to reach somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    Call,
    Chat,
    Mail,
}

/// What a phone number is kept for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneUse {
    Chat,
}

/// One field. Which options apply depends on the type; `check` refuses most of those that do not.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldDecl {
    #[serde(rename = "type")]
    pub kind: FieldType,
    pub label: Label,
    #[serde(default)]
    pub hint: Option<Label>,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub unique: bool,
    /// Literal default as the API would take it; `"now"`, `"today"`, `"me"` are understood where they fit.
    #[serde(default)]
    pub default: Option<serde_json::Value>,
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Target object of a link.
    #[serde(default)]
    pub to: Option<String>,
    /// Columns of a `links` field.
    #[serde(default)]
    pub columns: IndexMap<String, FieldDecl>,
    /// Longest text in characters; smallest and largest number.
    #[serde(default)]
    pub max_length: Option<u32>,
    #[serde(default)]
    pub min: Option<f64>,
    #[serde(default)]
    pub max: Option<f64>,
    /// Endings of the names of files a `file` field takes: `pdf`, `docx`. The usual documents and pictures when empty.
    #[serde(default)]
    pub accept: Vec<String>,
    /// Largest file in megabytes.
    #[serde(default)]
    pub max_mb: Option<u32>,
    /// People may add words of their own to a `choices` field; declared choices are then optional.
    #[serde(default)]
    pub open: bool,
    /// Auto number: `PLG-{00000}`.
    #[serde(default)]
    pub pattern: Option<String>,
    /// Formula in CEL over the record's own fields, and the type of its result.
    #[serde(default)]
    pub formula: Option<String>,
    #[serde(default)]
    pub result: Option<FieldType>,
    #[serde(default)]
    pub rollup: Option<RollupDecl>,
    /// Fields of the record the program works this one out of. Whoever may not read one of them does not see
    /// this one either; with formulas and roll-ups that is known without saying.
    #[serde(default)]
    pub derived: Vec<String>,
    /// For `stage`: the object's link field to its pipeline.
    #[serde(default)]
    pub pipeline: Option<String>,
    /// Sortable and filterable at a million rows: has an index.
    #[serde(default)]
    pub index: bool,
    /// Part of the full-text search (title, e-mail, phone and number always are).
    #[serde(default)]
    pub search: bool,
    /// Set by the program only.
    #[serde(default)]
    pub read_only: bool,
    /// Changes are not told in history and timeline.
    #[serde(default)]
    pub quiet: bool,
    /// What a phone number is kept for: `chat` is the one a chat opens with.
    #[serde(default, rename = "use")]
    pub used_for: Option<PhoneUse>,
    /// Column titles under which imports recognise the field, besides key and labels.
    #[serde(default)]
    pub aliases: Vec<String>,
    #[serde(default)]
    pub was: Vec<String>,
}

/// A value computed over child records and kept in the same transaction.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RollupDecl {
    /// Child object, and its link field that points here.
    pub of: String,
    pub via: String,
    /// count, filled, sum, min, max, avg
    pub function: super::super::query::AggregateFn,
    #[serde(default)]
    pub field: Option<String>,
    /// Which children count (filter JSON).
    #[serde(default, rename = "where")]
    pub filter: Option<serde_json::Value>,
}

/// Values that together hint at a duplicate: `["email"]`, `["name", "city"]`.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DuplicateDecl {
    pub fields: Vec<String>,
    pub reason: Label,
}

/// Sections of the record page and the fields of quick create.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct LayoutDecl {
    #[serde(default)]
    pub sections: Vec<SectionDecl>,
    #[serde(default)]
    pub quick: Vec<String>,
    /// Fields shown as chips in the record's header.
    #[serde(default)]
    pub chips: Vec<String>,
    /// Fields shown as key figures.
    #[serde(default)]
    pub figures: Vec<String>,
    /// Related panels as `object.field`: records of `object` whose `field` links here.
    #[serde(default)]
    pub related: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionDecl {
    pub label: Label,
    pub fields: Vec<String>,
    #[serde(default)]
    pub closed: bool,
}

/// A view that ships with the object.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewDecl {
    pub key: String,
    pub label: Label,
    #[serde(default)]
    pub kind: ViewKind,
    #[serde(default)]
    pub columns: Vec<String>,
    /// Filter JSON.
    #[serde(default)]
    pub filter: Option<serde_json::Value>,
    /// `-amount`, `name`
    #[serde(default)]
    pub sort: Vec<String>,
    #[serde(default)]
    pub group: Option<String>,
    /// `amount:sum`
    #[serde(default)]
    pub totals: Vec<String>,
    /// Fields offered as quick filters.
    #[serde(default)]
    pub quick: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum ViewKind {
    #[default]
    Table,
    Board,
}

/// What a card shows.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardDecl {
    /// Stage or choice field whose values are the columns.
    pub by: String,
    #[serde(default)]
    pub subtitle: Option<String>,
    #[serde(default)]
    pub amount: Option<String>,
    #[serde(default)]
    pub date: Option<String>,
    #[serde(default)]
    pub tags: Option<String>,
    /// Date-time at which the record entered its stage.
    #[serde(default)]
    pub since: Option<String>,
    /// Text and date fields of the next step.
    #[serde(default)]
    pub next: Option<String>,
    #[serde(default)]
    pub next_at: Option<String>,
}

/// How far a right reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    #[default]
    None,
    Own,
    Team,
    TeamTree,
    All,
}

/// Right on one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum FieldRight {
    Hidden,
    Read,
    #[default]
    Edit,
}

/// One role's rights on one object.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema, Default, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct AccessDecl {
    #[serde(default)]
    pub create: bool,
    #[serde(default)]
    pub read: Scope,
    #[serde(default)]
    pub edit: Scope,
    #[serde(default)]
    pub delete: Scope,
    #[serde(default)]
    pub export: Scope,
    /// Only the fields that differ from `edit`.
    #[serde(default)]
    pub fields: IndexMap<String, FieldRight>,
}

/// A named verb of the object: button, form, endpoint, automation step.
#[derive(Debug, Clone, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionDecl {
    /// Noun in the address: `conversion`, `closure`.
    pub key: String,
    pub label: Label,
    pub icon: String,
    /// Inputs asked for, declared like fields.
    #[serde(default)]
    pub inputs: IndexMap<String, FieldDecl>,
    /// Offered while this filter matches the record.
    #[serde(default)]
    pub when: Option<serde_json::Value>,
    /// Shown as the filled button of the header.
    #[serde(default)]
    pub primary: bool,
}
