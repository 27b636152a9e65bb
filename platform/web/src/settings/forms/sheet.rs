//! The form by which a form is put together, with its preview beside it.

use super::{Errors, HERE};
use crate::public;
use crate::settings::condition::{Condition, Entry};
use crate::ui::button::Button;
use crate::ui::form::{Row, error_summary, row};
use crate::ui::input::{self, Input, checkbox, select};
use crate::value::input::Sheet as Control;
use crate::value::{Look, Typed};
use crate::visit::Visit;
use akrab_engine::contact::Purpose;
use akrab_engine::form::{FormDraft, Offers, is_askable, is_typed};
use akrab_model::{Field, FieldType, Object, Value};
use maud::{Markup, html};
use serde_json::Value as Json;
use std::collections::HashMap;
use std::sync::Arc;

type Options = Vec<(String, String)>;

/// Everything the page is drawn from.
pub(super) struct Sheet<'a> {
    pub visit: &'a Visit,
    pub look: &'a Look,
    /// None for a new one.
    pub id: Option<i64>,
    pub object: &'a Arc<Object>,
    pub draft: &'a FormDraft,
    pub purposes: &'a [(String, Purpose)],
    /// What the links that are asked for offer, and the conditions by which: by the place of the field.
    pub offers: &'a Offers,
    pub rules: &'a HashMap<usize, Condition>,
    pub errors: &'a Errors,
}

impl Sheet<'_> {
    fn t(&self, key: &str) -> String {
        self.look.t.get(key)
    }
    fn row(&self, key: &str, input: Input, draw: impl FnOnce(&Input) -> Markup) -> Markup {
        let error = self.errors.iter().find(|(name, _)| *name == input.name).map(|(_, words)| words.clone()).unwrap_or_default();
        let hint = self.look.t.find(&format!("{key}-hint"), &[]).unwrap_or_default();
        row(self.look.t, &Row::new(self.t(key)).hint(hint).error(error), input, draw)
    }
    fn here(&self) -> String {
        self.id.map_or_else(|| format!("{HERE}/new"), |id| format!("{HERE}/{id}/edit"))
    }
    fn back(&self) -> String {
        self.id.map_or_else(|| HERE.to_string(), |id| format!("{HERE}/{id}"))
    }

    pub fn draw(&self) -> Markup {
        html! {
            div.ak-layout-editor id="form-bench" {
                form.ak-stack id="form-sheet" method="get" action=(self.here()) data-live="#form-bench" {
                    // Enter saves; it does not press the first button of a row
                    button.ak-sr type="submit" tabindex="-1" aria-hidden="true" formmethod="post" formaction=(self.here()) {}
                    input type="hidden" name="csrf" value=(self.visit.csrf);
                    input type="hidden" name="object" value=(self.object.key);
                    input type="hidden" name="typed" value="1";
                    (error_summary(self.look.t, self.errors))
                    (self.about())
                    (self.asked())
                    (self.fixed())
                    @if self.visit_asks() { (self.tick()) }
                    (self.after())
                    div.ak-row.ak-gap-8 {
                        (Button::new(self.t("save")).primary().submit().attr("formmethod", "post").attr("formaction", self.here()).attr("data-key", "Ctrl+S"))
                        (Button::new(self.t("cancel")).ghost().href(self.back()))
                        noscript { (Button::new(self.t("form-preview")).submit()) }
                    }
                }
                div.ak-layout-preview {
                    span.ak-muted.ak-small { (self.t("form-preview")) }
                    div.ak-open-preview inert { (self.preview()) }
                }
            }
        }
    }

    fn about(&self) -> Markup {
        let people = &self.look.people;
        let owners: Options = people.users().iter().filter(|p| p.active).map(|p| (p.id.to_string(), p.name.clone())).collect();
        let langs = [("id".to_string(), "Indonesia".to_string()), ("en".to_string(), "English".to_string())];
        let plan = &self.draft.plan;
        html! {
            (self.row("form-name", Input::new("name", &self.draft.name).required(true), input::text))
            div.ak-flow-pair {
                (self.row("form-lang", Input::new("lang", &plan.lang), |i| select(i, &langs)))
                (self.row("form-owner", Input::new("owner", &self.draft.owner.to_string()), |i| select(i, &owners)))
            }
            (checkbox("open", "1", &self.t("form-open"), self.draft.open))
            fieldset.ak-builder-part {
                legend { (self.t("form-words")) }
                (self.row("form-title", Input::new("title", &plan.title).required(true), input::text))
                (self.row("form-intro", Input::new("intro", &plan.intro), |i| input::textarea(i, 3)))
            }
        }
    }

    /// A button that changes a row and draws the page anew.
    fn act(&self, verb: &str, n: usize, icon: &str, label: &str, of: &str) -> Markup {
        let words = self.look.t.with(label, &[("field", of.into())]);
        html! { (Button::only_icon(icon, words).ghost().submit().attr("name", "act").attr("value", format!("{verb}:{n}"))) }
    }

    fn asked(&self) -> Markup {
        let (plan, lang) = (&self.draft.plan, self.look.key());
        let free = |f: &&Field| {
            is_askable(&self.look.registry, f) && !plan.fixed.contains_key(&f.key) && !plan.fields.iter().any(|asked| asked.key == f.key)
        };
        let mut more: Options = vec![(String::new(), self.t("form-field-add"))];
        more.extend(self.object.fields.iter().filter(free).map(|f| (f.key.clone(), f.label.get(lang).to_string())));
        html! {
            fieldset.ak-builder-part id="f-fields" {
                legend { (self.t("form-fields")) }
                @for (n, asked) in plan.fields.iter().enumerate() {
                    @let label = self.object.field(&asked.key).map_or_else(|| asked.key.clone(), |f| f.label.get(lang).to_string());
                    div.ak-open-asked {
                        input type="hidden" name={ "f" (n) "_key" } value=(asked.key);
                        (input::text(&Input::new(&format!("f{n}_label"), &asked.label).placeholder(&label).attr("aria-label", self.look.t.with("form-label-of", &[("field", label.as_str().into())]))))
                        (checkbox(&format!("f{n}_required"), "1", &self.t("form-required"), asked.required))
                        span.ak-row {
                            (self.act("up", n, "arrow-up", "form-up", &label))
                            (self.act("down", n, "arrow-down", "form-down", &label))
                            (self.act("remove", n, "x", "form-remove", &label))
                        }
                    }
                    @if let Some(rule) = self.rules.get(&n) { div.ak-open-rule { (self.rule(n, rule)) } }
                }
                (select(&Input::new("f_add", "").attr("aria-label", self.t("form-field-add")), &more))
                p.ak-hint { (self.t("form-fields-hint")) }
            }
        }
    }

    /// Which records strangers may choose from; nothing is offered without a rule.
    fn rule(&self, n: usize, rule: &Condition) -> Markup {
        let records = rule.object.plural_label(self.look.key()).to_lowercase();
        let label = self.look.t.with("form-rule", &[("records", records.as_str().into())]);
        let (name, action) = (format!("f{n}_from"), self.here());
        let none = self.look.t.with("form-rule-none", &[("records", records.into())]);
        rule.row(&Entry { name: &name, label, none, action: &action, ..Entry::default() })
    }

    /// Fields that can stand fixed: all that can be typed, and whoever is responsible.
    fn fixable(&self, field: &Field) -> bool {
        let person = field.kind == FieldType::Link && field.to.is_some_and(|to| self.look.registry.at(to).key == "user");
        is_typed(field) || (person && field.writable() && !field.hidden && !field.system)
    }

    fn fixed(&self) -> Markup {
        let (plan, lang) = (&self.draft.plan, self.look.key());
        let free = |f: &&Field| self.fixable(f) && !plan.fixed.contains_key(&f.key) && !plan.fields.iter().any(|asked| asked.key == f.key);
        let mut more: Options = vec![(String::new(), self.t("form-field-add"))];
        more.extend(self.object.fields.iter().filter(free).map(|f| (f.key.clone(), f.label.get(lang).to_string())));
        html! {
            fieldset.ak-builder-part id="f-fixed" {
                legend { (self.t("form-fixed")) }
                @for (n, (key, value)) in plan.fixed.iter().enumerate() {
                    @if let Some(field) = self.object.field(key) {
                        div.ak-open-fixed {
                            input type="hidden" name={ "x" (n) "_key" } value=(key);
                            (self.control(field, &format!("x{n}_value"), value))
                            (self.act("unfix", n, "x", "form-remove", field.label.get(lang)))
                        }
                    }
                }
                (select(&Input::new("x_add", "").attr("aria-label", self.t("form-field-add")), &more))
                p.ak-hint { (self.t("form-fixed-hint")) }
            }
        }
    }

    /// The control of a field's value under a name of its own.
    fn control(&self, field: &Field, name: &str, json: &Json) -> Markup {
        let control = Field { key: name.into(), required: false, rich: false, hint: None, ..field.clone() };
        let mut typed = Typed::default();
        match field.parse(json, &self.look.parse_env().own()) {
            Ok(value) => {
                if let Value::Link(id) = &value {
                    typed.titles.insert((name.to_string(), *id), self.look.people.name(*id).unwrap_or_default());
                }
                typed.put(self.look, &control, &value);
            }
            Err(_) => typed.set(name, json.as_str().unwrap_or_default()),
        }
        let errors = HashMap::new();
        let sheet = Control { look: self.look, object: &self.object.key, typed: &typed, errors: &errors, focus: None, templates: None };
        row(self.look.t, &Row::new(field.label.get(self.look.key())), Input::new(name, ""), |_| sheet.bare(&control))
    }

    fn visit_asks(&self) -> bool {
        akrab_engine::contact::are_people(self.object)
    }

    fn tick(&self) -> Markup {
        let lang = self.look.key();
        let tick = self.draft.plan.tick.clone().unwrap_or_default();
        let mut purposes: Options = vec![(String::new(), self.t("form-tick-none"))];
        purposes.extend(self.purposes.iter().map(|(key, purpose)| (key.clone(), purpose.wording.get(lang).to_string())));
        html! {
            fieldset.ak-builder-part {
                legend { (self.t("form-tick")) }
                @if self.purposes.is_empty() {
                    p.ak-muted { (self.t("form-tick-purposes")) " " a.ak-link href="/settings/consent" { (self.t("settings-consent")) } }
                } @else {
                    (self.row("form-tick-purpose", Input::new("tick_purpose", &tick.purpose), |i| select(i, &purposes)))
                    (checkbox("tick_required", "1", &self.t("form-tick-required"), tick.required))
                }
            }
        }
    }

    fn after(&self) -> Markup {
        let plan = &self.draft.plan;
        let usual = crate::locale::Text::new(plan.lang.parse().unwrap_or(self.look.t.lang));
        html! {
            fieldset.ak-builder-part {
                legend { (self.t("form-after")) }
                (self.row("form-button", Input::new("button", &plan.button).placeholder(&usual.get("form-send")), input::text))
                (self.row("form-thanks", Input::new("thanks", &plan.thanks).placeholder(&usual.get("form-thanks-usual")), |i| input::textarea(i, 2)))
                (self.row("form-next", Input::new("next", &plan.next).placeholder("https://contoh.co.id/terima-kasih").attr("inputmode", "url"), input::text))
            }
            fieldset.ak-builder-part {
                legend { (self.t("form-elsewhere")) }
                (self.row("form-origins", Input::new("origins", &plan.origins.join("\n")).placeholder("https://contoh.co.id"), |i| input::textarea(i, 2)))
            }
        }
    }

    /// The form as people will see it, in its own language.
    fn preview(&self) -> Markup {
        let plan = &self.draft.plan;
        let lang = plan.lang.parse().unwrap_or(self.look.lang);
        let look = Look { lang, t: crate::locale::Text::new(crate::visit::lang(lang)), ..self.look.clone() };
        let wording = plan.tick.as_ref().and_then(|tick| self.purposes.iter().find(|(key, _)| *key == tick.purpose));
        // names of their own: they are not fields of the form around them
        let drawn = public::drawn(&look, plan, self.offers, wording.map(|(_, purpose)| &purpose.wording), &Typed::default(), &[]);
        public::card(&look, plan, &html! { div.ak-open-form { (drawn) } })
    }
}
