//! What groups and measures are called.

use super::{Axis, Key, Mark, ReportTable};
use akrab_model::format::{self, Lang};
use akrab_model::report::{Cut, Function, Grain, Measure, Show};
use akrab_model::{FieldType, Label, Object, Registry, Value};
use jiff::civil::{Date, Weekday};
use rust_decimal::Decimal;

/// The words of a measure that has none of its own.
pub(super) fn measure(registry: &Registry, object: &Object, measure: &Measure) -> Label {
    let field = measure.field.as_deref().and_then(|path| labels(registry, object, path)).unwrap_or_default();
    let (id, en) = (field.id.to_lowercase(), field.en.to_lowercase());
    let (objects_id, objects_en) = (object.plural_label("id").to_lowercase(), object.plural_label("en").to_lowercase());
    let plain = match (&measure.formula, measure.function) {
        (Some(formula), _) => Label::new(formula, formula),
        (None, Function::Count) if measure.field.is_none() => {
            Label::new(&format!("Jumlah {objects_id}"), &format!("Number of {objects_en}"))
        }
        (None, Function::Count) => Label::new(&format!("{} terisi", field.id), &format!("{} filled in", field.en)),
        (None, Function::Distinct) => Label::new(&format!("{} berbeda", field.id), &format!("Different values: {en}")),
        (None, Function::Sum) => Label::new(&format!("Total {id}"), &format!("Total {en}")),
        (None, Function::Average) => Label::new(&format!("Rata-rata {id}"), &format!("Average {en}")),
        (None, Function::Median) => Label::new(&format!("Median {id}"), &format!("Median {en}")),
        (None, Function::Min) => Label::new(&format!("{} terkecil", field.id), &format!("Smallest {en}")),
        (None, Function::Max) => Label::new(&format!("{} terbesar", field.id), &format!("Largest {en}")),
    };
    let (id, en) = match measure.show {
        Show::Value => return plain,
        Show::Share => (", porsi", ", share"),
        Show::Running => (", kumulatif", ", running total"),
        Show::Change => (", selisih", ", change"),
        Show::Growth => (", pertumbuhan", ", growth"),
    };
    Label::new(&format!("{}{id}", plain.id), &format!("{}{en}", plain.en))
}

/// The label at the end of a path.
fn labels(registry: &Registry, object: &Object, path: &str) -> Option<Label> {
    let mut at = object;
    let mut parts = path.split('.').peekable();
    while let Some(part) = parts.next() {
        let field = at.field(part)?;
        if parts.peek().is_none() {
            return Some(field.label.clone());
        }
        at = registry.at(field.to?);
    }
    None
}

impl Axis {
    /// What the grouping is called: links walked and the field.
    pub fn words(&self, lang: Lang) -> String {
        self.labels.iter().map(|label| label.get(lang.as_str())).collect::<Vec<_>>().join(" › ")
    }
    /// Calendar unit, if it is grouped by one.
    pub fn grain(&self) -> Option<Grain> {
        if let Cut::Period(grain) = self.cut { Some(grain) } else { None }
    }

    /// What a group of this grouping is called.
    pub fn mark(&self, mark: &Mark, lang: Lang, currency: &str) -> String {
        match &mark.key {
            Key::Empty => lang.pick("Kosong", "Empty").into(),
            Key::Others => match self.grain().filter(|grain| grain.follows()) {
                Some(_) => lang.pick("Sebelumnya", "Earlier").into(),
                None => lang.pick("Lainnya", "Others").into(),
            },
            Key::Value(value) => self.value(value, mark.title.as_deref(), lang, currency),
            Key::Period(from, to) => period(self.grain().unwrap_or(Grain::Day), *from, *to, lang),
            Key::Before(day) => format!("{} {}", lang.pick("Sebelum", "Before"), format::date(*day)),
            Key::Since(day) => format!("{} {}", lang.pick("Mulai", "From"), format::date(*day)),
            Key::Band(low, high) => match (low, high) {
                (None, Some(high)) => format!("< {}", self.amount(*high, lang, currency)),
                (Some(low), Some(high)) => format!("{} – {}", self.amount(*low, lang, currency), self.amount(*high, lang, currency)),
                (Some(low), None) => format!("≥ {}", self.amount(*low, lang, currency)),
                (None, None) => String::new(),
            },
            Key::Weekday(n) => {
                let day = Weekday::from_monday_zero_offset(*n).unwrap_or(Weekday::Monday);
                format::weekday(day, lang).into()
            }
            Key::Hour(hour) => format!("{hour:02}"),
            Key::Elapsed(n) => format!("+{n}"),
        }
    }

    /// As [`Axis::mark`], in as few letters as an axis of a chart has room for.
    pub fn short(&self, mark: &Mark, lang: Lang, currency: &str) -> String {
        match (&mark.key, self.grain()) {
            (Key::Period(from, _), Some(Grain::Month)) if from.month() > 1 => format::month_short(*from, lang).into(),
            (Key::Period(from, _), Some(Grain::Day | Grain::Week)) => format::day_month(*from, lang),
            (Key::Weekday(_), _) => self.mark(mark, lang, currency).chars().take(3).collect(),
            _ => self.mark(mark, lang, currency),
        }
    }

    fn value(&self, value: &Value, title: Option<&str>, lang: Lang, currency: &str) -> String {
        match (self.field.kind, value) {
            (FieldType::Link | FieldType::Stage, _) => title.unwrap_or(lang.pick("Di luar jangkauan", "Out of reach")).into(),
            (FieldType::Choice | FieldType::Choices, Value::Text(key)) => {
                self.field.choice(key).map_or_else(|| key.clone(), |choice| choice.label.get(lang.as_str()).into())
            }
            (_, Value::Bool(true)) => lang.pick("Ya", "Yes").into(),
            (_, Value::Bool(false)) => lang.pick("Tidak", "No").into(),
            (_, Value::Text(text)) => text.clone(),
            (_, Value::Int(year)) if self.field.is_plain() => year.to_string(),
            (_, value) => value.dec().map_or_else(String::new, |d| self.amount(d, lang, currency)),
        }
    }

    fn amount(&self, amount: Decimal, lang: Lang, currency: &str) -> String {
        match self.field.kind {
            _ if self.field.is_plain() => amount.to_string(),
            FieldType::Money => format::money_short(amount, currency, lang),
            FieldType::Percent => format::percent(amount, lang),
            _ => format::number(amount, lang),
        }
    }
}

fn period(grain: Grain, from: Date, to: Date, lang: Lang) -> String {
    match grain {
        Grain::Week => {
            let last = to.yesterday().unwrap_or(to);
            format!("{} – {} {}", format::day_month(from, lang), format::day_month(last, lang), last.year())
        }
        Grain::Month => format!("{} {}", format::month_short(from, lang), from.year()),
        Grain::Quarter => format!("Q{} {}", (from.month() - 1) / 3 + 1, from.year()),
        Grain::Year => from.year().to_string(),
        Grain::Day | Grain::Weekday | Grain::Hour => format!("{} {}", format::day_month(from, lang), from.year()),
    }
}

impl ReportTable {
    /// What a line of this depth is called.
    pub fn line_words(&self, depth: usize, mark: &Mark, lang: Lang, currency: &str) -> String {
        self.axes.get(depth).map_or_else(String::new, |axis| axis.mark(mark, lang, currency))
    }
    /// What a head is called.
    pub fn head_words(&self, mark: &Mark, lang: Lang, currency: &str) -> String {
        self.pivot().map_or_else(String::new, |axis| axis.mark(mark, lang, currency))
    }
}
