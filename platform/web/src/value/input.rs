//! The control of a field in a form, with its label, hint and error.

use super::{Look, Typed};
use crate::ui::form::{self, Row};
use crate::ui::icon::icon_sized;
use crate::ui::input::{self, Input, LinkSource};
use akrab_model::object::FieldUse;
use akrab_model::text::{date, datetime};
use akrab_model::{Field, FieldType};
use maud::{Markup, html};
use std::collections::HashMap;

/// Parts of addresses that are suggested while one types.
const AREAS: [&str; 5] = ["_province", "_city", "_district", "_village", "_postcode"];

/// What a form knows while its controls are drawn.
pub struct Sheet<'a> {
    pub look: &'a Look,
    /// Key of the object whose fields these are.
    pub object: &'a str,
    pub typed: &'a Typed,
    /// Message by control name.
    pub errors: &'a HashMap<String, String>,
    /// Field that gets the focus.
    pub focus: Option<&'a str>,
    /// Where `/` in rich text finds templates (JSON, `?q=`).
    pub templates: Option<&'a str>,
}

impl Sheet<'_> {
    /// The row of a field: label, control, hint, error.
    pub fn row(&self, field: &Field) -> Markup {
        let lang = self.look.key();
        let error = self.errors.get(&field.key).cloned().unwrap_or_default();
        if field.kind == FieldType::Boolean {
            return self.tick(field, &error);
        }
        let mut row = Row::new(field.label.get(lang)).error(error);
        if let Some(hint) = &field.hint {
            row = row.hint(hint.get(lang));
        } else if field.kind == FieldType::File {
            row = row.hint(self.look.t.with("value-file-hint", &[("max", i64::from(field.max_mb).into())]));
        }
        if matches!(field.kind, FieldType::LongText | FieldType::Links | FieldType::Json) {
            row = row.wide();
        }
        let base = self.base(field);
        form::row(self.look.t, &row, base, |i| self.control(field, i))
    }

    /// The control alone, for edits in place.
    pub fn bare(&self, field: &Field) -> Markup {
        if field.kind == FieldType::Boolean {
            let yes_no = [("true".to_string(), self.look.t.get("value-yes")), ("false".to_string(), self.look.t.get("value-no"))];
            return input::select(&self.base(field), &yes_no);
        }
        let base = Input { invalid: self.errors.contains_key(&field.key), ..self.base(field) };
        let base = base.attr("aria-label", field.label.get(self.look.key()));
        self.control(field, &base)
    }

    fn base(&self, field: &Field) -> Input {
        let mut base = Input::new(&field.key, self.typed.text(&field.key)).required(field.required);
        if self.focus == Some(field.key.as_str()) {
            base = base.autofocus();
        }
        if let Some(max) = field.max_length.filter(|_| field.kind.is_text()) {
            base = base.attr("maxlength", max.to_string());
        }
        base
    }

    fn tick(&self, field: &Field, error: &str) -> Markup {
        let checked = self.typed.all(&field.key).contains(&"true");
        html! {
            div.ak-form-row data-form-row=(field.key) id={ "f-" (field.key) } {
                (input::checkbox(&field.key, "true", field.label.get(self.look.key()), checked))
                @if let Some(hint) = &field.hint { div.ak-hint { (hint.get(self.look.key())) } }
                @if !error.is_empty() { div.ak-error { (error) } }
            }
        }
    }

    fn control(&self, field: &Field, i: &Input) -> Markup {
        let t = self.look.t;
        match field.kind {
            FieldType::LongText if field.rich => {
                let rich = i.clone().attr("data-rich", "").attr("data-mention", "/pick/user");
                let rich = match self.templates {
                    Some(templates) => rich.attr("data-templates", templates),
                    None => rich,
                };
                input::textarea(&crate::ui::composer::rich_words(t, rich), 6)
            }
            FieldType::LongText => input::textarea(i, 3),
            FieldType::Json => input::textarea(i, 4),
            FieldType::Email => input::email(i),
            FieldType::Phone => input::phone(i),
            FieldType::Url => input::text(&i.clone().attr("inputmode", "url")),
            FieldType::Integer | FieldType::Decimal | FieldType::Percent | FieldType::Score => input::number(i),
            FieldType::Money => input::money(i, &self.look.currency),
            FieldType::Duration => input::text(&i.clone().placeholder(&t.get("value-duration-example"))),
            FieldType::Date => {
                let iso = date::parse(&i.value, self.look.today(), self.look.lang).map(|d| d.to_string()).unwrap_or_default();
                input::date(t, i, &iso)
            }
            FieldType::DateTime => {
                let Ok(at) = datetime::parse(&i.value, &self.look.now, self.look.lang) else { return input::date_time(t, i, "") };
                // an address may bring a moment as machines write it
                let written = i.value.as_bytes().get(10) == Some(&b'T');
                let value = if written { self.look.typed_moment(&at) } else { i.value.clone() };
                input::date_time(t, &Input { value, ..i.clone() }, &at.date().to_string())
            }
            FieldType::Choice => input::select(i, &self.options(field)),
            FieldType::Choices => self.several(field, i, &self.typed.all(&field.key)),
            FieldType::Link | FieldType::Stage => self.picker(field, i, &field.key),
            FieldType::Links => self.links(field),
            FieldType::File => self.file(field, i),
            _ if field.used_for == Some(FieldUse::Position) => self.position(i),
            _ if field.part_of.is_some() && AREAS.iter().any(|part| field.key.ends_with(part)) => {
                input::text(&i.clone().attr("data-areas", format!("/areas/{}/{}", self.object, field.key)))
            }
            _ => input::text(i),
        }
    }

    /// Latitude and longitude; where the device knows where it is, it is asked when somebody presses for it.
    fn position(&self, i: &Input) -> Markup {
        let t = self.look.t;
        html! {
            div.ak-input-line {
                (input::text(&i.clone().placeholder("-6.2088, 106.8456").attr("inputmode", "text")))
                button.btn.ak-btn-icon type="button" data-variant="outline" hidden data-position=(i.id) data-failed=(t.get("value-position-failed"))
                    aria-label=(t.get("value-position-take")) title=(t.get("value-position-take")) { (icon_sized("locate-fixed", 16)) }
            }
        }
    }

    /// Several choices; where people may add words, a box takes new ones and a script suggests known ones.
    pub fn several(&self, field: &Field, i: &Input, chosen: &[&str]) -> Markup {
        let mut options = self.choices(field);
        let Some(words) = self.words_url(field) else { return input::multi_select(i, &options, chosen) };
        options.extend(chosen.iter().filter(|key| field.choice(key).is_none()).map(|key| ((*key).to_string(), (*key).to_string())));
        let t = self.look.t;
        let open = i
            .clone()
            .attr("data-words", words)
            .attr("data-create-label", t.get("value-word-new"))
            .attr("data-none-label", t.get("nothing-found"));
        let plain = Input { id: format!("{}-new", i.id), ..Input::new(&i.name, "") };
        let plain = plain.placeholder(&t.get("value-word-example")).attr("aria-label", t.get("value-word-example"));
        html! {
            div.ak-words data-words-box {
                (input::multi_select(&open, &options, chosen))
                (input::text(&plain.attr("data-words-plain", "")))
            }
        }
    }

    /// Where known words of an open field are found.
    fn words_url(&self, field: &Field) -> Option<String> {
        field.open.then(|| format!("/pick/{}/words/{}", self.object, field.key))
    }

    /// Those that are offered, and those the record has already.
    fn choices(&self, field: &Field) -> Vec<(String, String)> {
        let has = self.typed.all(&field.key);
        let offered = field.choices.iter().filter(|c| !c.retired || has.contains(&c.key.as_str()));
        offered.map(|c| (c.key.clone(), c.label.get(self.look.key()).to_string())).collect()
    }

    /// Choices with an empty one where nothing need be chosen, or nothing is yet.
    fn options(&self, field: &Field) -> Vec<(String, String)> {
        let mut options = self.choices(field);
        if !field.required || self.typed.text(&field.key).is_empty() {
            options.insert(0, (String::new(), String::new()));
        }
        options
    }

    /// A search for the linked record; `owner` is the field its title is kept under.
    fn picker(&self, field: &Field, i: &Input, owner: &str) -> Markup {
        let Some(target) = field.to.map(|to| self.look.registry.at(to)) else { return input::text(i) };
        let source = LinkSource {
            search_url: match &field.must {
                Some(_) => format!("/pick/{}?of={}.{}", target.key, self.object, field.key),
                // a record may be a service account's
                None => format!("/pick/{}{}", target.key, if field.key == "owner" { "?owner=1" } else { "" }),
            },
            create_url: (!target.is_system() && self.look.rights.may_create(target)).then(|| format!("/{}/new", target.plural)),
            label: self.typed.title(owner, &i.value),
            chosen: None,
        };
        input::link_picker(self.look.t, i, &source)
    }

    /// The file there is, with a way to take it off, and the choice of another.
    fn file(&self, field: &Field, i: &Input) -> Markup {
        let t = self.look.t;
        let id = self.typed.all(&field.key).last().map(ToString::to_string).filter(|_| !i.invalid);
        let said = self.typed.text(&format!("{}.name", field.key));
        let name = id.as_deref().map(|id| self.typed.title(&field.key, id)).into_iter().chain([said.into()]).find(|name| !name.is_empty());
        let accept: Vec<String> = field.accept.iter().map(|ending| format!(".{ending}")).collect();
        let most = t.with("value-file-limit", &[("max", i64::from(field.max_mb).into()), ("kinds", field.accept.join(", ").into())]);
        let pick = Input { value: String::new(), required: false, ..i.clone() };
        let pick = pick
            .attr("data-max-mb", field.max_mb.to_string())
            .attr("data-too-large", t.with("problem-file-too-large", &[("max", i64::from(field.max_mb).into())]));
        html! {
            div.ak-file-field data-file-field {
                @if let Some(id) = &id {
                    input type="hidden" name=(field.key) value=(id);
                    @if !said.is_empty() { input type="hidden" name={ (field.key) ".name" } value=(said); }
                    div.ak-file-now {
                        (icon_sized("paperclip", 14)) span.ak-truncate { (name.clone().unwrap_or_else(|| t.get("value-file"))) }
                        span.ak-spacer {}
                        @if !field.required { (input::checkbox(&format!("{}.remove", field.key), "1", &t.get("value-file-remove"), false)) }
                    }
                }
                (input::file(t, &pick.attr("title", most), &accept.join(",")))
            }
        }
    }

    /// Rows of links with their columns, one empty row at the end.
    fn links(&self, field: &Field) -> Markup {
        let rows = self.typed.rows(&field.key);
        html! {
            div.ak-link-rows id={ "f-" (field.key) } {
                @for n in 0..=rows { (self.link_row(field, n)) }
            }
        }
    }

    fn link_row(&self, field: &Field, n: usize) -> Markup {
        let name = |part: &str| format!("{}.{n}.{part}", field.key);
        let label = field.label.get(self.look.key());
        let id = name("id");
        let i = Input::new(&id, self.typed.text(&id)).attr("aria-label", label);
        html! {
            div.ak-link-row {
                div.ak-link-row-main { (self.picker(field, &i, &field.key)) @if let Some(error) = self.errors.get(&id) { div.ak-error { (error) } } }
                @for column in &field.columns {
                    @let key = name(&column.key);
                    @let i = Input::new(&key, self.typed.text(&key)).attr("aria-label", column.label.get(self.look.key())).placeholder(column.label.get(self.look.key()));
                    div {
                        @match column.kind {
                            FieldType::Choice => (input::select(&i, &self.column_options(column))),
                            FieldType::Boolean => (input::checkbox(&key, "true", column.label.get(self.look.key()), self.typed.text(&key) == "true")),
                            _ => (self.control(column, &i)),
                        }
                        @if let Some(error) = self.errors.get(&key) { div.ak-error { (error) } }
                    }
                }
            }
        }
    }

    /// The empty option says what the column is about.
    fn column_options(&self, column: &Field) -> Vec<(String, String)> {
        let mut options = self.choices(column);
        options.insert(0, (String::new(), column.label.get(self.look.key()).to_string()));
        options
    }
}
