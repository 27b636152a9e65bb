//! The shape of an object file (`domains/*/objects/*.toml`). Defaults are not written.

use super::{Choice, CircleDecl, FieldType, FigureDecl, Label, PanelDecl};
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
    /// Stands in the side bar and among what is made from anywhere. What hangs on other records is reached from their
    /// pages instead.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub menu: bool,
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
    /// Each record connects two others, and is shown from both sides.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tie: Option<TieDecl>,
    /// From which day to which a record counts.
    #[serde(default, skip_serializing_if = "is_default")]
    pub period: Option<PeriodDecl>,
    /// Its records form a tree.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tree: Option<TreeDecl>,
    /// Records somebody still works on (filter JSON): they are handed over when he leaves. All of them when absent;
    /// an open stage and an empty `done` of the timeline are asked for without saying.
    #[serde(default, skip_serializing_if = "is_default")]
    pub open: Option<serde_json::Value>,
    /// Choice field that says who may see a record whom his role lets see it: `all`, `team` (the owner's) or `private`
    /// (the owner alone). Empty is `all`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub audience: Option<String>,
    /// Links of which somebody has to see at least one target to see the record; a record without any is seen by itself.
    #[serde(default, skip_serializing_if = "is_default")]
    pub behind: Vec<String>,
    /// Open records go to the lead of the team when their owner leaves, is away for long, or does not answer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub to_lead: Option<ToLeadDecl>,
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
    /// What becomes of its records when two that they hang on are made one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub merge: Option<MergeDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub layout: LayoutDecl,
    /// Who belongs to a record, key figures and panels of its page beside those of the layout.
    #[serde(default, skip_serializing_if = "is_default")]
    pub circle: Vec<CircleDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub figures: Vec<FigureDecl>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub panels: Vec<PanelDecl>,
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
    /// Its list is one of the registers of personal data, reached from their page in the settings.
    #[serde(default, skip_serializing_if = "is_default")]
    pub register: bool,
    /// The law wants records of this object kept for a time, also when the person behind them asks for erasure.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kept_by_law: Option<KeptDecl>,
    /// The choice a record has from then on whose person was erased; nobody says it by hand.
    #[serde(default, skip_serializing_if = "is_default")]
    pub when_erased: Option<ErasedDecl>,
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

/// How long records are kept whatever a person asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeptDecl {
    pub years: u16,
    /// The day or moment from which the years count; the record's creation when absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub from: Option<String>,
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
    /// Fields said beside the entry's title.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tells: Vec<String>,
    /// Text field shown under the entry's title.
    #[serde(default, skip_serializing_if = "is_default")]
    pub body: Option<String>,
    /// The entry stands among the upcoming ones while this field is empty (a task's `done_at`).
    #[serde(default, skip_serializing_if = "is_default")]
    pub done: Option<String>,
    /// Words in the empty composer of an object without kinds; without them it is not written on a record's page.
    #[serde(default, skip_serializing_if = "is_default")]
    pub prompt: Option<Label>,
    /// How entries of a kind are written and shown, in the order of the composer.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kinds: IndexMap<String, KindDecl>,
    /// Fields that may be filled with an entry of any kind; they stand folded below its text. A link to a user begins
    /// with whoever writes.
    #[serde(default, skip_serializing_if = "is_default")]
    pub also: Vec<String>,
}

/// What keeps an open record from lying with nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ToLeadDecl {
    /// Link to the user it was with before it went to the lead; set by the program.
    pub from: String,
    /// Moment by which the owner has to have answered.
    #[serde(default, skip_serializing_if = "is_default")]
    pub until: Option<String>,
    /// Link to the team whose lead takes it; the owner's when absent or empty.
    #[serde(default, skip_serializing_if = "is_default")]
    pub team: Option<String>,
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

/// What a field is kept for beyond its type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldUse {
    /// The phone number a chat opens with.
    Chat,
    /// A text with a latitude and a longitude; the device may fill it in.
    Position,
}

impl FieldUse {
    /// The type of field it belongs to.
    pub fn kind(self) -> FieldType {
        match self {
            FieldUse::Chat => FieldType::Phone,
            FieldUse::Position => FieldType::Text,
        }
    }
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
    /// `chat` of a phone number: the one a chat opens with; `position` of a text: where something was.
    #[serde(default, rename = "use", skip_serializing_if = "is_default")]
    pub used_for: Option<FieldUse>,
    /// Column titles under which imports recognise the field, besides key and labels.
    #[serde(default, skip_serializing_if = "is_default")]
    pub aliases: Vec<String>,
    /// Shown in forms and on the record's page only while this holds of the record (filter JSON).
    #[serde(default, skip_serializing_if = "is_default")]
    pub visible_when: Option<serde_json::Value>,
    /// Must be filled while this holds of the record (filter JSON).
    #[serde(default, skip_serializing_if = "is_default")]
    pub required_when: Option<serde_json::Value>,
    /// Greatest age in days: a value nobody has confirmed for longer is asked about. When that was is kept beside it, in a
    /// field `KEY_confirmed_at`.
    #[serde(default, skip_serializing_if = "is_default")]
    pub fresh: Option<u16>,
    /// What a customer writes here through a link of his own waits for one of our people.
    #[serde(default, skip_serializing_if = "is_default")]
    pub vouched: bool,
    /// Personal data: it goes when the person asks for that, here and in records that link to the person.
    #[serde(default, skip_serializing_if = "is_default")]
    pub personal: bool,
    /// On a link: the record belongs to whom it points to, and is removed with him.
    #[serde(default, skip_serializing_if = "is_default")]
    pub belongs: bool,
    /// Out of sight for everybody; the values stay.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hidden: bool,
    #[serde(default, skip_serializing_if = "is_default")]
    pub was: Vec<String>,
    /// The last four characters of another text field, for whoever may not read that one. Nobody else sees it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tail_of: Option<String>,
    /// A number of this kind: checked and brought into one form.
    #[serde(default, skip_serializing_if = "is_default")]
    pub number: Option<NumberKind>,
    /// Made in the workspace: its column can never meet one of a later version.
    #[serde(skip)]
    pub own: bool,
}

/// Numbers that authorities give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberKind {
    /// Tax number, 16 digits.
    Npwp,
    /// Number of an identity card, 16 digits.
    Nik,
    /// Number of a place of business, 22 digits: the tax number and six more.
    Nitku,
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

/// What is left of somebody who was erased says so: a field and its choice.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ErasedDecl {
    pub field: String,
    pub value: String,
}

/// Values that together hint at a duplicate: `["email"]`, `["name", "city"]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DuplicateDecl {
    pub fields: Vec<String>,
    pub reason: Label,
}

/// What becomes of records when two that they hang on are made one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeDecl {
    /// Fields that say all there is to say: of two records that agree in them, the one that came along is set aside until
    /// the merge is taken apart.
    pub same: Vec<String>,
    /// Boolean field that only one of them has; the one of the record that stays keeps it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub main: Option<String>,
    /// Fields of which each set of values has a main one of its own (`["kind"]`).
    #[serde(default, skip_serializing_if = "is_default")]
    pub each: Vec<String>,
    /// What one of the two said and the one that stays no longer shows becomes such a record.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keeps: Option<KeepsDecl>,
}

/// How a value of one record is kept as another that hangs on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepsDecl {
    /// Field that takes the value.
    pub value: String,
    /// Choice field whose choices are called like the fields that are kept (`phone`, `email`).
    pub kind: String,
}

impl MergeDecl {
    /// Every field that is named.
    pub fn names(&self) -> impl Iterator<Item = &String> {
        let keeps = self.keeps.iter().flat_map(|keeps| [&keeps.value, &keeps.kind]);
        self.same.iter().chain(&self.main).chain(&self.each).chain(keeps)
    }
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
    /// Related panels as `object.field`: records of `object` whose `field` links here; as `object.field/view` those of
    /// one of its views alone.
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

/// A record that connects two others. What it is called follows from them where its title is read-only text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TieDecl {
    /// The two links.
    pub ends: [String; 2],
    /// What the panel is called on records of the first and of the second end.
    pub labels: [Label; 2],
    /// Choice that says what one end is to the other: what the second is for the first, and by `other` the reverse.
    #[serde(default, skip_serializing_if = "is_default")]
    pub kind: Option<String>,
    /// How strong it is, a number from 1 to 5.
    #[serde(default, skip_serializing_if = "is_default")]
    pub strength: Option<String>,
    /// Further fields told in its line, before the dates.
    #[serde(default, skip_serializing_if = "is_default")]
    pub shows: Vec<String>,
}

/// The days between which a record counts, both included; an empty one is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PeriodDecl {
    pub from: String,
    pub to: String,
}

/// A link to the record above, of the same object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TreeDecl {
    pub parent: String,
    /// Numbers added up over a record and all below it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub figures: Vec<String>,
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
