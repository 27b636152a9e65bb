//! The form of a call to an outside address.

use super::{Options, Panel, word};
use crate::ui::form::{Row, row};
use crate::ui::input::{self, Input};
use akrab_engine::flow::{Calling, Content};
use akrab_model::{FieldType, Object};
use maud::{Markup, html};
use std::sync::Arc;

/// How long it is tried, by how often: those offered.
const TRIES: [u8; 6] = [1, 3, 4, 5, 7, 10];

impl Panel<'_> {
    pub(super) fn webhook(&self, calling: &Calling, object: &Arc<Object>) -> Markup {
        let mut hooks: Options = vec![(String::new(), String::new())];
        hooks.extend(self.teller.webhooks.iter().map(|(id, name, host)| (id.to_string(), format!("{name} ({host})"))));
        let methods = ["post", "put"].map(|key| (key.to_string(), key.to_uppercase()));
        let kinds = ["fields", "json"].map(|key| (key.to_string(), self.t(&format!("flow-content-{key}"))));
        let elses = ["fail", "go_on"].map(|key| (key.to_string(), self.t(&format!("flow-miss-{}", key.replace('_', "-")))));
        let mut tries: Vec<u8> = TRIES.to_vec();
        if !tries.contains(&calling.tries) {
            tries.push(calling.tries);
        }
        let tries: Options = tries.iter().map(|n| (n.to_string(), self.tries(*n))).collect();
        let headers: Vec<String> = calling.headers.iter().map(|header| format!("{}: {}", header.name, header.value)).collect();
        let chosen = if calling.hook == 0 { String::new() } else { calling.hook.to_string() };
        let kind = if matches!(calling.content, Content::Fields(_)) { "fields" } else { "json" };
        html! {
            @if hooks.len() == 1 {
                p.ak-muted { (self.t("flow-hook-none")) " " a.ak-link href="/settings/webhooks/new?events=flow" { (self.t("flow-hook-new")) } }
            } @else {
                (row(self.look().t, &Row { beside: Some((self.t("flow-hook-new"), "/settings/webhooks/new?events=flow".into())), ..Row::new(self.t("flow-hook")).hint(self.t("flow-hook-hint")) }, Input::new("hook", &chosen).required(true), |i| input::select(i, &hooks)))
            }
            div.ak-flow-pair {
                (self.choose("flow-method", "method", &word(&calling.method), &methods))
                (self.row("flow-path", Input::new("path", &calling.path).placeholder("/kontak/{{id}}"), input::text))
            }
            (self.choose("flow-content", "content", kind, &kinds))
            @match &calling.content {
                Content::Fields(fields) => (self.several("flow-told-fields", "fields", &self.told(object), fields)),
                Content::Json(text) => {
                    (row(self.look().t, &Row::new(self.t("flow-json")).hint(self.t("flow-json-hint")), Input::new("json", text).required(true).attr("spellcheck", "false"), |i| input::textarea(i, 8)))
                    (self.insert(object))
                }
            }
            (row(self.look().t, &Row::new(self.t("flow-headers")).hint(self.t("flow-headers-hint")), Input::new("headers", &headers.join("\n")).placeholder("X-Sumber: akrab"), |i| input::textarea(i, 2)))
            (self.choose("flow-tries", "tries", &calling.tries.to_string(), &tries))
            (self.choose("flow-miss", "else", &word(&calling.otherwise), &elses))
        }
    }

    fn tries(&self, n: u8) -> String {
        match n {
            1 | 3 | 4 | 5 | 7 | 10 => self.t(&format!("flow-tries-{n}")),
            n => self.look().t.with("flow-tries-n", &[("n", i64::from(n).into())]),
        }
    }

    /// Fields a call can tell of.
    fn told(&self, object: &Arc<Object>) -> Options {
        let own = self.paths(object).into_iter().filter(|c| !matches!(c.kind, FieldType::File | FieldType::Links | FieldType::Json));
        own.map(|choice| (choice.key, choice.label)).collect()
    }
}
