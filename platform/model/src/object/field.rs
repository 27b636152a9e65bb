//! Field types and compiled fields.

use super::{Choice, FieldUse, Label, NumberKind, ObjectIx, RollupDecl};
use serde::{Deserialize, Serialize};

/// The types a field may have. Each says how it is stored; parsing lives in `value/parse.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FieldType {
    Text,
    LongText,
    Email,
    Phone,
    Url,
    Integer,
    Decimal,
    Money,
    Percent,
    Boolean,
    Date,
    DateTime,
    /// Minutes.
    Duration,
    Choice,
    Choices,
    Stage,
    Link,
    /// Many-to-many with columns, in a table of its own.
    Links,
    File,
    /// Expands into `<key>_street`, `_village`, `_district`, `_city`, `_province`, `_postcode`.
    Address,
    /// The full name; expands into `<key>` plus `<key>_honorific`, `<key>_prefix`, `<key>_suffix`.
    PersonName,
    /// 0–100.
    Score,
    Json,
    Formula,
    Rollup,
    AutoNumber,
}

/// What the databases hold: only whole numbers and text, alike on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Storage {
    /// 64-bit: booleans 0/1, dates as days since 1970-01-01, times as microseconds UTC,
    /// decimals, money and percent scaled by 10,000, links and stages as ids.
    Int,
    Text,
    /// Not a column of the record's table.
    Elsewhere,
}

/// Decimals are stored as whole numbers of ten-thousandths.
pub const DECIMAL_SCALE: u32 = 4;

impl FieldType {
    pub fn storage(self) -> Storage {
        use FieldType::*;
        match self {
            Text | LongText | Email | Phone | Url | Choice | Choices | PersonName | Json | AutoNumber => Storage::Text,
            Links | Address | Formula | Rollup => Storage::Elsewhere,
            _ => Storage::Int,
        }
    }
    /// Numbers that can be summed.
    pub fn is_number(self) -> bool {
        use FieldType::*;
        matches!(self, Integer | Decimal | Money | Percent | Duration | Score)
    }
    pub fn is_text(self) -> bool {
        use FieldType::*;
        matches!(self, Text | LongText | Email | Phone | Url | PersonName | AutoNumber)
    }
    pub fn is_link(self) -> bool {
        matches!(self, FieldType::Link | FieldType::Stage)
    }
}

/// A compiled field. `kind` is never `Formula`, `Rollup` or `Address`: those became their result
/// type (with `formula`/`rollup` set) or their parts.
#[derive(Debug, Clone)]
pub struct Field {
    pub key: String,
    /// Column name, made by the program, safe to quote.
    pub column: String,
    pub kind: FieldType,
    pub label: Label,
    pub hint: Option<Label>,
    pub required: bool,
    pub unique: bool,
    pub default: Option<serde_json::Value>,
    pub choices: Vec<Choice>,
    /// Target of `Link`, `Links`, `Stage`.
    pub to: Option<ObjectIx>,
    /// Only records of which this holds may be linked (filter JSON over the target).
    pub must: Option<serde_json::Value>,
    /// Columns of a `Links` field, compiled like fields.
    pub columns: Vec<Field>,
    pub max_length: Option<u32>,
    pub min: Option<f64>,
    pub max: Option<f64>,
    /// For `LongText`: holds Markdown.
    pub rich: bool,
    /// For `File`: endings of names taken, and the largest size in megabytes.
    pub accept: Vec<String>,
    pub max_mb: u32,
    /// For `Choices`: words besides the declared ones are taken.
    pub open: bool,
    pub pattern: Option<String>,
    pub formula: Option<String>,
    pub rollup: Option<RollupDecl>,
    /// Fields of the same record this one is worked out of by rules.
    pub derived: Vec<String>,
    /// For `Stage`: key of the sibling link to the pipeline.
    pub pipeline: Option<String>,
    pub index: bool,
    /// Has the companion column `<column>__s` with the folded text, for sorting and comparing.
    pub folded: bool,
    pub search: bool,
    pub read_only: bool,
    /// `created_at`, `created_by`, `updated_at`, `updated_by`.
    pub system: bool,
    pub quiet: bool,
    /// Whoever is responsible is reminded when it has come.
    pub remind: bool,
    /// For `Integer`: written without marks between its digits.
    pub plain: bool,
    /// Out of sight for everybody.
    pub hidden: bool,
    /// Greatest age in days, as declared.
    pub fresh: Option<u16>,
    /// Changes by the customer wait for our people.
    pub vouched: bool,
    pub personal: bool,
    /// For `Link`: the record goes with whom it points to.
    pub belongs: bool,
    /// Says when the field or address of this key was last confirmed.
    pub confirms: Option<String>,
    /// Shown only while this holds, and wanted while this holds (filter JSON).
    pub visible_when: Option<serde_json::Value>,
    pub required_when: Option<serde_json::Value>,
    /// For `Phone`.
    pub used_for: Option<FieldUse>,
    /// For `Text`: the last characters of this field, for whoever may not read it.
    pub tail_of: Option<String>,
    /// For `Text`: a number that is checked.
    pub number: Option<NumberKind>,
    pub aliases: Vec<String>,
    /// Composite field (address, person name) this is a part of.
    pub part_of: Option<String>,
}

impl Field {
    pub fn storage(&self) -> Storage {
        self.kind.storage()
    }
    /// Kept in the record's own table.
    pub fn is_column(&self) -> bool {
        self.storage() != Storage::Elsewhere
    }
    /// May be written by people.
    pub fn writable(&self) -> bool {
        !(self.read_only || self.system || self.formula.is_some() || self.rollup.is_some() || self.kind == FieldType::AutoNumber)
    }
    /// May head a sort: numbers, dates and choices always may, text when it has its folded companion, links that
    /// have an index by the title of what they point to.
    pub fn sortable(&self) -> bool {
        self.is_column()
            && match self.kind {
                FieldType::LongText | FieldType::Json | FieldType::Choices | FieldType::File => false,
                FieldType::Link => self.index,
                k if k.is_text() => self.folded || self.index || k == FieldType::AutoNumber,
                _ => true,
            }
    }
    /// A whole number written without marks between its digits: declared so, or a year by its name.
    pub fn is_plain(&self) -> bool {
        let says = |text: &str| text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| matches!(word, "tahun" | "year"));
        self.kind == FieldType::Integer && (self.plain || says(&self.key.replace('_', " ")) || says(&self.label.id) || says(&self.label.en))
    }
    pub fn choice(&self, key: &str) -> Option<&Choice> {
        self.choices.iter().find(|c| c.key == key)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{FieldDecl, registry::compile_field};
    use super::*;
    use rustc_hash::FxHashMap as HashMap;

    #[test]
    fn a_year_is_told_by_its_name() {
        let field = |key: &str, kind, id: &str, en: &str| {
            compile_field(key, &FieldDecl::new(kind, Label::new(id, en)), &HashMap::default()).expect("a field")
        };
        assert!(field("tahun", FieldType::Integer, "Tahun", "Year").is_plain());
        assert!(field("built", FieldType::Integer, "Tahun pembuatan", "Built").is_plain());
        assert!(!field("seats", FieldType::Integer, "Kursi", "Seats").is_plain());
        assert!(!field("yearly", FieldType::Money, "Nilai per tahun", "Per year").is_plain());
        assert!(!field("yearly_visits", FieldType::Integer, "Kunjungan tahunan", "Yearly visits").is_plain());
        let declared = FieldDecl { plain: true, ..FieldDecl::new(FieldType::Integer, Label::new("Nomor rangka", "Chassis")) };
        assert!(compile_field("chassis", &declared, &HashMap::default()).expect("a field").is_plain());
    }
}
