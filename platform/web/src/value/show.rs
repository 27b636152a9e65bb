//! Values in words and as markup.

use super::Look;
use super::rich;
use crate::ui::avatar::{Shape, avatar};
use crate::ui::icon::icon_sized;
use crate::ui::progress::blocks;
use crate::ui::record::object_mark;
use crate::ui::tag::{Tone as TagTone, tag};
use crate::ui::{Status, status};
use akrab_model::format;
use akrab_model::object::{Avatar, FieldUse, Tone};
use akrab_model::text::phone;
use akrab_model::value::LinkRow;
use akrab_model::{Choice, Field, FieldType, Object, Record, RecordId, Value};
use maud::{Markup, html};
use rust_decimal::prelude::ToPrimitive;

impl Look {
    /// A field's value in plain words; empty when there is none.
    pub fn words(&self, field: &Field, record: &Record) -> String {
        let title = |id: RecordId| record.title_in(&field.key, id).map(Into::into);
        self.value_words(field, record.get(&field.key), title)
    }

    /// A value in plain words; `title` names linked records.
    pub fn value_words(&self, field: &Field, value: &Value, title: impl Fn(RecordId) -> Option<String>) -> String {
        let hidden = || self.t.get("value-out-of-sight");
        match value {
            Value::Null => String::new(),
            Value::Bool(on) => self.t.get(if *on { "value-yes" } else { "value-no" }),
            Value::Int(n) if field.kind == FieldType::Duration => format::duration(u32::try_from(*n).unwrap_or(0), self.lang),
            Value::Int(id) if field.kind == FieldType::File => title(*id).unwrap_or_else(|| self.t.get("value-file")),
            Value::Int(n) if field.is_plain() => n.to_string(),
            Value::Int(n) => format::number((*n).into(), self.lang),
            Value::Dec(d) if field.kind == FieldType::Money => format::money(*d, &self.currency, self.lang),
            Value::Dec(d) if field.kind == FieldType::Percent => format::percent(*d, self.lang),
            Value::Dec(d) => format::number(*d, self.lang),
            Value::Text(key) if field.kind == FieldType::Choice => {
                field.choice(key).map_or(key.as_str(), |c| c.label.get(self.key())).into()
            }
            Value::Text(e164) if field.kind == FieldType::Phone => phone::display(e164),
            Value::Text(text) if field.rich => rich::plain(text),
            Value::Text(text) => text.clone(),
            Value::Date(day) => format::date(*day),
            Value::Time(at) => format::datetime(&self.local(*at), self.lang),
            Value::Link(id) => title(*id).unwrap_or_else(hidden),
            Value::Keys(keys) => {
                let words: Vec<&str> = keys.iter().map(|k| field.choice(k).map_or(k.as_str(), |c| c.label.get(self.key()))).collect();
                words.join(", ")
            }
            Value::Links(rows) => rows.iter().map(|r| title(r.to).unwrap_or_else(hidden)).collect::<Vec<_>>().join(", "),
            Value::Json(json) => json.to_string(),
        }
    }

    /// A field's value with links, tags and avatars; `None` when it is empty.
    pub fn markup(&self, field: &Field, record: &Record) -> Option<Markup> {
        let value = record.get(&field.key);
        let words = || self.words(field, record);
        Some(match (field.kind, value) {
            (_, Value::Null) => return None,
            (FieldType::Email, Value::Text(mail)) => html! { a.ak-link href={ "mailto:" (mail) } { (breakable(mail)) } },
            (FieldType::Phone, Value::Text(e164)) => html! { a.ak-link href={ "tel:" (e164) } { (phone::display(e164)) } },
            (FieldType::Url, Value::Text(url)) => {
                html! { a.ak-link href=(url) target="_blank" rel="noopener noreferrer" { (bare_url(url)) } }
            }
            (FieldType::Text, Value::Text(text)) if field.used_for == Some(FieldUse::Position) => match position(text) {
                Some((lat, lon)) => {
                    let map = format!("https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=17/{lat}/{lon}");
                    html! { a.ak-link href=(map) target="_blank" rel="noopener noreferrer" { span.ak-row.ak-gap-4 { (icon_sized("map-pin", 13)) (text) } } }
                }
                None => html! { (text) },
            },
            (FieldType::Choice, Value::Text(key)) => match field.choice(key) {
                // in running text only what says how things stand is more than a word
                Some(choice) if state(choice.tone).is_some() => self.choice(choice),
                _ => html! { (words()) },
            },
            (FieldType::Choices, Value::Keys(keys)) => html! {
                span.ak-tags { @for key in keys { (tag(field.choice(key).map_or(key, |c| c.label.get(self.key())))) " " } }
            },
            (FieldType::Link | FieldType::Stage, Value::Link(id)) => self.link(field, record, *id),
            (FieldType::Links, Value::Links(rows)) => html! {
                ul.ak-value-list { @for row in rows { li { (self.link(field, record, row.to)) (self.link_columns(field, row)) } } }
            },
            (FieldType::File, Value::Int(_)) => self.file(field, record),
            (FieldType::Score, Value::Int(n)) => {
                let filled = u8::try_from((n + 10) / 20).unwrap_or(0).min(5);
                html! { span.ak-num { (n) } " " (blocks(filled, 5, TagTone::Accent)) }
            }
            (FieldType::PersonName, Value::Text(_)) => html! { (self.full_name(field, record)) },
            (FieldType::LongText, Value::Text(text)) if field.rich => rich::markup(text, &self.people, &rich::still),
            (FieldType::LongText, Value::Text(text)) => html! { div.ak-value-text { (text) } },
            (FieldType::Json, _) => html! { code.ak-mono { (words()) } },
            (FieldType::Date, Value::Date(day)) => html! { time.ak-num datetime=(day) { (format::date(*day)) } },
            (FieldType::DateTime, Value::Time(at)) => html! { time.ak-num datetime=(at) { (words()) } },
            (FieldType::Percent, Value::Dec(d)) if field.min == Some(0.0) && field.max == Some(100.0) => {
                let percent = d.to_u8().unwrap_or(100);
                html! { span.ak-progress-row { (crate::ui::progress::progress(field.label.get(self.key()), percent, TagTone::Accent)) span.ak-num { (words()) } } }
            }
            (kind, _) if kind.is_number() => html! { span.ak-num { (words()) } },
            _ => html! { (words()) },
        })
    }

    /// The name with its titles, as it is written on an envelope.
    pub fn full_name(&self, field: &Field, record: &Record) -> String {
        let part = |suffix: &str| record.text(&format!("{}_{suffix}", field.key)).to_string();
        let mut name = record.text(&field.key).to_string();
        let before = part("prefix");
        if !before.is_empty() {
            name = format!("{before} {name}");
        }
        let after = part("suffix");
        if after.is_empty() { name } else { format!("{name}, {after}") }
    }

    /// A composite's parts in one text: an address over two lines.
    pub fn address(&self, record: &Record, key: &str) -> Option<Markup> {
        let part = |suffix: &str| Some(record.text(&format!("{key}_{suffix}"))).filter(|s| !s.is_empty());
        let join = |parts: &[Option<&str>], with: &str| parts.iter().flatten().copied().collect::<Vec<_>>().join(with);
        let first = join(&[part("street"), part("village"), part("district")], ", ");
        let place = join(&[part("city"), part("province")], ", ");
        let second = join(&[Some(place.as_str()).filter(|p| !p.is_empty()), part("postcode")], " ");
        if first.is_empty() && second.is_empty() {
            return None;
        }
        Some(html! { (first) @if !first.is_empty() && !second.is_empty() { br; } (second) })
    }

    /// A choice: a shape and a word where it says how things stand, else a tag.
    pub fn choice(&self, choice: &Choice) -> Markup {
        let words = choice.label.get(self.key());
        match state(choice.tone) {
            Some(state) => status(state, words),
            None => tag(words),
        }
    }

    /// A linked record: people with avatar, records with a link, platform records in words.
    pub fn link(&self, field: &Field, record: &Record, id: RecordId) -> Markup {
        let Some(target) = field.to.map(|to| self.registry.at(to)) else { return html! {} };
        match record.title_in(&field.key, id) {
            None => html! { span.ak-faint { (self.t.get("value-out-of-sight")) } },
            Some(title) if target.is_system() && shape(target).is_none() => html! { (title) },
            Some(title) if target.is_system() => html! { span.ak-row.ak-gap-4 { (self.avatar(target, title, 20)) (title) } },
            Some(title) => html! { a.ak-value-link href=(self.href(target, id)) { (title) } },
        }
    }

    /// A file by its name; a click fetches it.
    pub fn file(&self, field: &Field, record: &Record) -> Markup {
        let href = format!("{}/files/{}", self.href(&record.object, record.id), field.key);
        html! { a.ak-file-link href=(href) download { (icon_sized("paperclip", 13)) span.ak-truncate { (self.words(field, record)) } } }
    }

    fn link_columns(&self, field: &Field, row: &LinkRow) -> Markup {
        let shown = field.columns.iter().zip(&row.columns).filter(|(_, v)| !v.is_null());
        html! { @for (column, value) in shown { " " span.ak-muted { "· " (self.value_words(column, value, |_| None)) } } }
    }

    /// The picture of a record: initials for people and companies, the object's icon otherwise.
    pub fn avatar(&self, object: &Object, title: &str, px: u8) -> Markup {
        match shape(object) {
            Some(shape) => avatar(shape, title, px),
            None => html! { span.ak-value-icon { (icon_sized(&object.decl.icon, 16)) } },
        }
    }
}

/// The shape of the avatars of an object's records; none where its icon stands for them.
pub fn shape(object: &Object) -> Option<Shape> {
    match object.decl.avatar {
        Avatar::Person => Some(Shape::Person),
        Avatar::Company => Some(Shape::Company),
        Avatar::Icon => None,
    }
}

/// The picture of a record in its head: an avatar, or the mark of its object.
pub fn mark(object: &Object, title: &str, px: u8) -> Markup {
    shape(object).map_or_else(|| object_mark(&object.decl.icon), |shape| avatar(shape, title, px))
}

/// The shape of a choice's tone; `None` for plain ones.
pub fn state(tone: Tone) -> Option<Status> {
    match tone {
        Tone::Neutral => None,
        Tone::New => Some(Status::New),
        Tone::Ok => Some(Status::Ok),
        Tone::Today => Some(Status::Today),
        Tone::Risk => Some(Status::Risk),
        Tone::Late => Some(Status::Late),
        Tone::None => Some(Status::None),
    }
}

/// Whether a field says how things stand: then each of its choices is a shape and a word.
pub fn toned(field: &Field) -> bool {
    field.choices.iter().any(|choice| choice.tone != Tone::Neutral)
}

/// Latitude and longitude, where a text is both.
fn position(text: &str) -> Option<(f64, f64)> {
    let (lat, lon) = text.split_once(',')?;
    let (lat, lon) = (lat.trim().parse::<f64>().ok()?, lon.trim().parse::<f64>().ok()?);
    ((-90.0..=90.0).contains(&lat) && (-180.0..=180.0).contains(&lon)).then_some((lat, lon))
}

/// An address that breaks behind its @ and not within a word.
fn breakable(mail: &str) -> Markup {
    match mail.split_once('@') {
        Some((who, place)) => html! { (who) "@" wbr; (place) },
        None => html! { (mail) },
    }
}

fn bare_url(url: &str) -> &str {
    let url = url.strip_prefix("https://").or(url.strip_prefix("http://")).unwrap_or(url);
    url.trim_end_matches('/')
}
