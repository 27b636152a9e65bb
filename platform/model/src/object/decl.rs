//! The shape of an object file (`domains/*/objects/*.toml`). Defaults are not written.

use super::{Choice, FieldType, Label};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// One object file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
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
    #[serde(default, skip_serializing_if = "is_default")]
    pub order: i32,
    /// Field that names a record.
    pub title: String,
    /// Fields that tell records with one title apart (at most two are shown).
    #[serde(default, skip_serializing_if = "is_default")]
    pub subtitle: Vec<String>,
    /// Records belong to a user (adds the field `owner`).
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub owned: bool,
    /// How avatars are drawn.
    #[serde(default, skip_serializing_if = "is_default")]
    pub avatar: Avatar,
    /// Writes to this object appear in the timelines of the records these link fields point to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub timeline: TimelineDecl,
    /// Found by the global search.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub searchable: bool,
    /// Records somebody still works on (filter JSON): they are handed over when he leaves. All of them when absent;
    /// an open stage and an empty `done` of the timeline are asked for without saying.
    #[serde(default, skip_serializing_if = "is_default")]
    pub open: Option<serde_json::Value>,
    /// Single-letter shortcut after `G`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub go_key: Option<String>,
    pub fields: IndexMap<String, FieldDecl>,
    /// Field sets that must be unique together.
    #[serde(default, skip_serializing_if = "is_default")]
    pub unique: Vec<Vec<String>>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub duplicates: Vec<DuplicateDecl>,
    /// What two records are compared by when duplicates are looked for among all of them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub compare: Vec<CompareDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub layout: LayoutDecl,
    #[serde(default, skip_serializing_if = "is_default")]
    pub views: Vec<ViewDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub board: Option<BoardDecl>,
    /// What the calendar begins with; worked out of the fields when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub calendar: Option<CalendarDecl>,
    /// What the map begins with; worked out of the fields when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub map: Option<MapDecl>,
    /// Default rights: role key → access.
    #[serde(default, skip_serializing_if = "is_default")]
    pub access: IndexMap<String, AccessDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub actions: Vec<ActionDecl>,
    /// Rules over several fields that a record must keep.
    #[serde(default, skip_serializing_if = "is_default")]
    pub validations: Vec<ValidationDecl>,
    /// Out of sight for everybody, with all its records; nothing is lost.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hidden: bool,
    /// Former keys of this object.
    #[serde(default, skip_serializing_if = "is_default")]
    pub was: Vec<String>,
    /// Made in the workspace: its table can never meet one of a later version.
    #[serde(skip)]
    pub own: bool,
}

fn yes() -> bool {
    true
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_yes(value: &bool) -> bool {
    *value
}

pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A rule that every new and every changed record keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ValidationDecl {
    pub key: String,
    /// What must hold of the record (filter JSON).
    #[serde(default, skip_serializing_if = "is_default")]
    pub must: Option<serde_json::Value>,
    /// What must hold, as an expression in CEL over the record's own fields; one that cannot be worked out holds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub formula: Option<String>,
    /// What people read when it does not.
    pub message: Label,
    /// Where the message stands; above the form when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub field: Option<String>,
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct TimelineDecl {
    /// Link fields whose targets get an entry for each record of this object (an interaction's account and contact).
    #[serde(default, skip_serializing_if = "is_default")]
    pub on: Vec<String>,
    /// Records of objects that a workspace makes itself are told of too: each such object gets a link of its own key.
    #[serde(default, skip_serializing_if = "is_default")]
    pub any: bool,
    /// Date or date-time field that places the entry; creation time when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub at: Option<String>,
    /// Choice field whose value is the entry's kind (`call`, `email` …); the object's key when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: Option<String>,
    /// Text field shown under the entry's title.
    #[serde(default, skip_serializing_if = "is_default")]
    pub body: Option<String>,
    /// The entry stands among the upcoming ones while this field is empty (a task's `done_at`).
    #[serde(default, skip_serializing_if = "is_default")]
    pub done: Option<String>,
    /// Words in the empty composer of an object without kinds.
    #[serde(default, skip_serializing_if = "is_default")]
    pub prompt: Option<Label>,
    /// How entries of a kind are written and shown, in the order of the composer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kinds: IndexMap<String, KindDecl>,
}

/// How entries of one kind are written on a record's page, and shown there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct KindDecl {
    /// Words in the empty composer; a kind without them is not written on a record's page.
    #[serde(default, skip_serializing_if = "is_default")]
    pub prompt: Option<Label>,
    /// Single key that opens the composer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub key: Option<char>,
    /// The moment is asked for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub moment: bool,
    /// Further fields asked for.
    #[serde(default, skip_serializing_if = "is_default")]
    pub asks: Vec<String>,
    /// How the person is reached while it is written.
    #[serde(default, skip_serializing_if = "is_default")]
    pub way: Option<Way>,
    /// The text is somebody's words.
    #[serde(default, skip_serializing_if = "is_default")]
    pub quote: bool,
    /// A record's page has a tab of it.
    #[serde(default, skip_serializing_if = "is_default")]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldDecl {
    #[serde(rename = "type")]
    pub kind: FieldType,
    pub label: Label,
    #[serde(default, skip_serializing_if = "is_default")]
    pub hint: Option<Label>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub required: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub unique: bool,
    /// Literal default as the API would take it; `"now"`, `"today"`, `"me"` are understood where they fit.
    #[serde(default, skip_serializing_if = "is_default")]
    pub default: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub choices: Vec<Choice>,
    /// Target object of a link.
    #[serde(default, skip_serializing_if = "is_default")]
    pub to: Option<String>,
    /// A link offers and takes only records of which this holds (filter JSON over the object it points to).
    #[serde(default, skip_serializing_if = "is_default")]
    pub must: Option<serde_json::Value>,
    /// Columns of a `links` field.
    #[serde(default, skip_serializing_if = "is_default")]
    pub columns: IndexMap<String, FieldDecl>,
    /// Longest text in characters; smallest and largest number.
    #[serde(default, skip_serializing_if = "is_default")]
    pub max_length: Option<u32>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub min: Option<f64>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub max: Option<f64>,
    /// A `long_text` with headings, lists, tasks, links and tables: Markdown.
    #[serde(default, skip_serializing_if = "is_default")]
    pub rich: bool,
    /// Endings of the names of files a `file` field takes: `pdf`, `docx`. The usual documents and pictures when empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub accept: Vec<String>,
    /// Largest file in megabytes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub max_mb: Option<u32>,
    /// People may add words of their own to a `choices` field; declared choices are then optional.
    #[serde(default, skip_serializing_if = "is_default")]
    pub open: bool,
    /// Auto number: `PLG-{00000}`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pattern: Option<String>,
    /// Formula in CEL over the record's own fields, and the type of its result.
    #[serde(default, skip_serializing_if = "is_default")]
    pub formula: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub result: Option<FieldType>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub rollup: Option<RollupDecl>,
    /// Fields of the record the program works this one out of. Whoever may not read one of them does not see
    /// this one either; with formulas and roll-ups that is known without saying.
    #[serde(default, skip_serializing_if = "is_default")]
    pub derived: Vec<String>,
    /// For `stage`: the object's link field to its pipeline.
    #[serde(default, skip_serializing_if = "is_default")]
    pub pipeline: Option<String>,
    /// Sortable and filterable at a million rows: has an index.
    #[serde(default, skip_serializing_if = "is_default")]
    pub index: bool,
    /// Part of the full-text search (title, e-mail, phone and number always are).
    #[serde(default, skip_serializing_if = "is_default")]
    pub search: bool,
    /// Set by the program only.
    #[serde(default, skip_serializing_if = "is_default")]
    pub read_only: bool,
    /// Changes are not told in history and timeline.
    #[serde(default, skip_serializing_if = "is_default")]
    pub quiet: bool,
    /// A whole number that is no amount, such as a year or a number of something: written without thousands mark.
    #[serde(default, skip_serializing_if = "is_default")]
    pub plain: bool,
    /// Whoever is responsible is reminded when this date or moment has come, while the record is open.
    #[serde(default, skip_serializing_if = "is_default")]
    pub remind: bool,
    /// What a phone number is kept for: `chat` is the one a chat opens with.
    #[serde(default, rename = "use", skip_serializing_if = "is_default")]
    pub used_for: Option<PhoneUse>,
    /// Column titles under which imports recognise the field, besides key and labels.
    #[serde(default, skip_serializing_if = "is_default")]
    pub aliases: Vec<String>,
    /// Shown in forms and on the record's page only while this holds of the record (filter JSON).
    #[serde(default, skip_serializing_if = "is_default")]
    pub visible_when: Option<serde_json::Value>,
    /// Must be filled while this holds of the record (filter JSON).
    #[serde(default, skip_serializing_if = "is_default")]
    pub required_when: Option<serde_json::Value>,
    /// Out of sight for everybody; the values stay.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hidden: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub was: Vec<String>,
    /// Made in the workspace: its column can never meet one of a later version.
    #[serde(skip)]
    pub own: bool,
}

/// A value computed over child records and kept in the same transaction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DuplicateDecl {
    pub fields: Vec<String>,
    pub reason: Label,
}

/// Fields by which two records are held to be the same or not; how much each says is learned from the records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompareDecl {
    /// One field, or several of one type whose values may stand for each other (`["phone", "whatsapp"]`). Of a link the
    /// title of the record it points to is compared.
    pub fields: Vec<String>,
    /// What kind of value it is; told by the field's type unless that is text, a number or a link.
    #[serde(default, rename = "as", skip_serializing_if = "is_default")]
    pub kind: Option<CompareAs>,
    /// People who live or work together have it together, so that it alone makes nobody the same.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shared: bool,
}

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompareAs {
    Person,
    Company,
    Phone,
    Email,
    Address,
    Date,
    /// A number that nobody else has.
    Exact,
}

impl CompareAs {
    /// What a type of field tells by itself.
    pub fn of(kind: FieldType) -> Option<Self> {
        Some(match kind {
            FieldType::PersonName => CompareAs::Person,
            FieldType::Phone => CompareAs::Phone,
            FieldType::Email => CompareAs::Email,
            FieldType::Address => CompareAs::Address,
            FieldType::Date => CompareAs::Date,
            _ => return None,
        })
    }
}

/// Sections of the record page and the fields of quick create.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(deny_unknown_fields)]
pub struct LayoutDecl {
    #[serde(default, skip_serializing_if = "is_default")]
    pub sections: Vec<SectionDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub quick: Vec<String>,
    /// Fields shown as chips in the record's header.
    #[serde(default, skip_serializing_if = "is_default")]
    pub chips: Vec<String>,
    /// Fields shown as key figures.
    #[serde(default, skip_serializing_if = "is_default")]
    pub figures: Vec<String>,
    /// Related panels as `object.field`: records of `object` whose `field` links here.
    #[serde(default, skip_serializing_if = "is_default")]
    pub related: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SectionDecl {
    pub label: Label,
    pub fields: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub closed: bool,
}

/// A view that ships with the object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViewDecl {
    pub key: String,
    pub label: Label,
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: ViewKind,
    #[serde(default, skip_serializing_if = "is_default")]
    pub columns: Vec<String>,
    /// Filter JSON.
    #[serde(default, skip_serializing_if = "is_default")]
    pub filter: Option<serde_json::Value>,
    /// `-amount`, `name`
    #[serde(default, skip_serializing_if = "is_default")]
    pub sort: Vec<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub group: Option<String>,
    /// `amount:sum`
    #[serde(default, skip_serializing_if = "is_default")]
    pub totals: Vec<String>,
    /// Fields offered as quick filters.
    #[serde(default, skip_serializing_if = "is_default")]
    pub quick: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, Default)]
#[serde(rename_all = "snake_case")]
pub enum ViewKind {
    #[default]
    Table,
    Board,
    Calendar,
    Map,
}

impl ViewKind {
    pub const ALL: [ViewKind; 4] = [ViewKind::Table, ViewKind::Board, ViewKind::Calendar, ViewKind::Map];

    /// The word in declarations and addresses.
    pub fn key(self) -> &'static str {
        match self {
            ViewKind::Table => "table",
            ViewKind::Board => "board",
            ViewKind::Calendar => "calendar",
            ViewKind::Map => "map",
        }
    }
    /// The kind of this word.
    pub fn of(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// What stands where in a calendar.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarDecl {
    /// Day or moment at which a record stands.
    pub start: String,
    /// Day or moment at which it ends, or how long it takes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub end: Option<String>,
    /// What it is called; the record's title when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub title: Option<String>,
    /// Choice or stage that tells records apart.
    #[serde(default, skip_serializing_if = "is_default")]
    pub colour: Option<String>,
}

/// What is counted where on a map.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MapDecl {
    /// An address: a field of its own, or over a link (`account.address`).
    pub place: String,
    /// Number summed up beside the count.
    #[serde(default, skip_serializing_if = "is_default")]
    pub amount: Option<String>,
}

/// What a card shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BoardDecl {
    /// Stage or choice field whose values are the columns.
    pub by: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub subtitle: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub amount: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub date: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub tags: Option<String>,
    /// Date-time at which the record entered its stage.
    #[serde(default, skip_serializing_if = "is_default")]
    pub since: Option<String>,
    /// Text and date fields of the next step.
    #[serde(default, skip_serializing_if = "is_default")]
    pub next: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
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
    /// One's own, and those in one's territories and in the ones below them.
    Territory,
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
    /// Which records may be shared with others one by one; those that may be changed when left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub share: Option<Scope>,
    /// Which records may be merged with others; those that may be deleted when left out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub merge: Option<Scope>,
    /// Only the fields that differ from `edit`.
    #[serde(default)]
    pub fields: IndexMap<String, FieldRight>,
}

/// A named verb of the object: button, form, endpoint, automation step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionDecl {
    /// Noun in the address: `conversion`, `closure`.
    pub key: String,
    pub label: Label,
    pub icon: String,
    /// Inputs asked for, declared like fields.
    #[serde(default, skip_serializing_if = "is_default")]
    pub inputs: IndexMap<String, FieldDecl>,
    /// Offered while this filter matches the record.
    #[serde(default, skip_serializing_if = "is_default")]
    pub when: Option<serde_json::Value>,
    /// Shown as the filled button of the header.
    #[serde(default, skip_serializing_if = "is_default")]
    pub primary: bool,
}
