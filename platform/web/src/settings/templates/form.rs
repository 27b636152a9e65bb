//! The form of a template, and the mail it makes of a record.

use super::super::{Errors, frame, show};
use super::HERE;
use crate::fail::{Fail, Reply};
use crate::filter::fields::{CHILD, choices};
use crate::settings::line::buttons;
use crate::ui::button::Button;
use crate::ui::form::{Row, columns, error_summary, row};
use crate::ui::frame::content;
use crate::ui::input::{self, Input, LinkSource};
use crate::visit::Visit;
use akrab_engine::ListRequest;
use akrab_engine::template::{Filled, MailTemplate};
use akrab_model::format::Lang;
use akrab_model::{FieldType, Object, Problem};
use maud::{Markup, html};
use std::sync::Arc;

/// A template on the bench.
pub(super) struct Sheet {
    /// Empty for a new one.
    pub key: String,
    pub template: MailTemplate,
    pub version: i64,
    pub retired: bool,
    /// What is shown is not kept yet.
    pub unsaved: bool,
}

/// What a template makes of one record, in both languages.
struct Tried {
    id: i64,
    title: String,
    mails: Vec<(Lang, Filled)>,
}

impl Sheet {
    pub fn new(key: &str, template: MailTemplate, version: i64) -> Sheet {
        Sheet { key: key.into(), template, version, retired: false, unsaved: false }
    }

    pub async fn page(&self, visit: &Visit, record: &str, errors: &Errors) -> Reply {
        let t = visit.t;
        let object = visit.registry().object(&self.template.object).cloned().ok_or_else(Problem::not_found)?;
        let used = self.used(visit).await?;
        let tried = self.tried(visit, &object, record.trim().parse().ok()).await?;
        let action = if self.key.is_empty() { format!("{HERE}/new") } else { format!("{HERE}/{}", self.key) };
        let text = |part: &str, label: &str, id: &str, en: &str, draw: fn(&Input) -> Markup| {
            let one = |lang: &str, value: &str| {
                let name = format!("{part}_{lang}");
                let error = errors.iter().find(|(at, _)| *at == name).map(|(_, words)| words.clone()).unwrap_or_default();
                let words = t.with(label, &[("lang", t.get(&format!("mail-template-{lang}")).into())]);
                row(t, &Row::new(words).error(error), Input::new(&name, value).required(true), draw)
            };
            columns(html! { (one("id", id)) (one("en", en)) })
        };
        let m = &self.template;
        let form = html! {
            form.ak-stack id="template-form" method="post" action=(action) data-guard {
                (visit.token_field())
                input type="hidden" name="object" value=(object.key);
                input type="hidden" name="known" value=(self.version);
                (error_summary(t, errors))
                (text("name", "mail-template-name-in", &m.name.id, &m.name.en, input::text))
                (text("subject", "mail-template-subject-in", &m.subject.id, &m.subject.en, input::text))
                (text("text", "mail-template-text-in", &m.text.id, &m.text.en, |i| input::textarea(i, 10)))
                (insert(visit, &object))
                @let source = LinkSource { search_url: format!("/pick/{}", object.key), create_url: None, label: tried.as_ref().map(|one| one.title.clone()).unwrap_or_default(), chosen: None };
                @let chosen = tried.as_ref().map(|one| one.id.to_string()).unwrap_or_default();
                (row(t, &Row::new(t.get("mail-template-record")).hint(t.get("mail-template-record-hint")), Input::new("record", &chosen), |i| input::link_picker(t, i, &source)))
                div.ak-row.ak-gap-8 {
                    (buttons(t, Button::new(t.get("save")).primary().attr("data-key", "Ctrl+S"), HERE))
                    (Button::new(t.get("mail-template-try")).icon("eye").submit_as("try", "1").flag("formnovalidate", true))
                }
            }
        };
        let body = html! {
            div.ak-stack {
                @if self.unsaved && errors.is_empty() { p role="status" { (t.get("mail-template-unsaved")) } }
                (form)
                @if let Some(tried) = &tried { (shown(visit, &object, tried)) }
                @if !used.is_empty() {
                    section.ak-tile { h2 { (t.get("mail-template-used")) } ul.ak-use-list { @for (key, name) in &used { li { a.ak-link href={ "/settings/flows/" (key) } { (name) } } } } }
                }
            }
        };
        let title = if self.key.is_empty() { t.get("mail-template-new") } else { m.name.get(visit.lang()).to_string() };
        let mut frame = frame(visit, &title).await;
        if !self.key.is_empty() {
            let words = t.get(if self.retired { "mail-template-use" } else { "mail-template-rest" });
            frame.actions = Some(html! {
                form method="post" action={ (HERE) "/" (self.key) "/retire" } {
                    (visit.token_field())
                    @if !self.retired { input type="hidden" name="on" value="1"; }
                    (Button::new(words).ghost().submit())
                }
            });
        }
        show(visit, &frame, content(false, body), !errors.is_empty()).await
    }

    /// Flows whose mails are written by it: key and name.
    async fn used(&self, visit: &Visit) -> Result<Vec<(String, String)>, Fail> {
        let (key, lang) = (self.key.clone(), visit.lang());
        if key.is_empty() {
            return Ok(Vec::new());
        }
        let flows = visit.read(move |tx| tx.flow_list()).await?;
        let uses = flows.into_iter().filter(|view| view.flow.templates().any(|used| used == key));
        Ok(uses.map(|view| (view.key, view.flow.name.get(lang).to_string())).collect())
    }

    /// The mail of the record that was chosen, or of the latest one.
    async fn tried(&self, visit: &Visit, object: &Arc<Object>, record: Option<i64>) -> Result<Option<Tried>, Fail> {
        let (template, key) = (self.template.clone(), object.key.clone());
        if template.subject.id.is_empty() && template.text.id.is_empty() {
            return Ok(None);
        }
        let found = visit.read(move |tx| {
            let latest = match record {
                Some(id) => Some(id),
                None => {
                    let request = ListRequest { object: key.clone(), sort: vec!["-created_at".into()], limit: 1, ..ListRequest::default() };
                    tx.list(&request)?.records.first().map(|record| record.id)
                }
            };
            let Some(id) = latest else { return Ok(None) };
            let record = tx.get(&key, id)?;
            let mut mails = Vec::new();
            for lang in [Lang::Id, Lang::En] {
                mails.push((lang, tx.mail_fill(&template, &record, lang)?));
            }
            Ok(Some(Tried { id, title: record.title().to_string(), mails }))
        });
        found.await
    }
}

/// Buttons that put a field into the text that was written in last.
fn insert(visit: &Visit, object: &Arc<Object>) -> Markup {
    let look = visit.look();
    let unfit = |kind: FieldType| matches!(kind, FieldType::File | FieldType::Links | FieldType::Json);
    let own = choices(&look, object, &look.rights).into_iter().filter(|c| !c.key.starts_with(CHILD) && !unfit(c.kind));
    html! {
        details.ak-flow-insert {
            summary { (visit.t.get("flow-insert")) }
            div { @for choice in own.take(80) {
                button.ak-tag type="button" data-insert={ "{{" (choice.key) "}}" } title={ "{{" (choice.key) "}}" } { (choice.label) }
            } }
        }
    }
}

fn shown(visit: &Visit, object: &Object, tried: &Tried) -> Markup {
    let t = visit.t;
    html! {
        section.ak-tile.ak-mail-try aria-label=(t.get("mail-template-preview")) {
            h2 { (t.get("mail-template-preview")) }
            p.ak-muted { (object.label(visit.lang())) " " (tried.title) }
            @for (lang, mail) in &tried.mails {
                article lang=(lang.as_str()) {
                    div.ak-muted.ak-small { (t.get(&format!("mail-template-{}", lang.as_str()))) }
                    b { (mail.subject) }
                    pre.ak-pre { (mail.text) }
                }
            }
        }
    }
}
