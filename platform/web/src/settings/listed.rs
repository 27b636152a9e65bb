//! What the settings of things declared in versions (approval rules, policies) share: the list, the choice of an object for a
//! new one, the faults of a form, and out of force and back.

use super::{Errors, frame, show};
use crate::fail::{Fail, Reply, field_message, message};
use crate::flash::Flash;
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::content;
use crate::ui::status::{Status, status};
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::calendar::Kept;
use akrab_model::problem::ProblemKind;
use akrab_model::{FieldProblem, Object};
use maud::{Markup, html};
use std::sync::Arc;

/// How one kind of things is called and where it lives.
pub(super) struct Kind {
    /// Last part of its address, and its part of the settings file: `policies`.
    pub place: &'static str,
    pub icon: &'static str,
    pub title: &'static str,
    /// What it is for; also beside the empty list.
    pub text: &'static str,
    pub none: &'static str,
    pub new: &'static str,
    pub file_out: &'static str,
    pub file_in: &'static str,
    pub choose: &'static str,
    /// Words of its states: in force, resting, does not fit any more.
    pub states: [&'static str; 3],
    /// Words of the buttons that bring it back and let it rest.
    pub verbs: [&'static str; 2],
    /// Heads of its table, and how wide they are.
    pub heads: [(&'static str, Option<u16>); 5],
}

/// The page on which something new begins: which of the objects it is about; leads on to `next`.
pub(super) async fn choose_object(visit: &Visit, title: &str, text: &str, objects: &[Arc<Object>], next: &str) -> Reply {
    let body = html! {
        p.ak-muted { (visit.t.get(text)) }
        div.ak-type-list { @for object in objects {
            a href={ (next) "?object=" (object.key) } { b { (object.plural_label(visit.lang())) } span { (object.purpose(visit.lang())) } }
        } }
    };
    let frame = frame(visit, &visit.t.get(title)).await;
    show(visit, &frame, content(true, html! { div.ak-stack { (body) } }), false).await
}

impl Kind {
    fn href(&self, rest: &str) -> String {
        format!("/settings/{}{rest}", self.place)
    }

    /// The list; `cells` gives the third and fourth cell of a row, `faulty` names those that do not fit any more.
    pub async fn page<D>(
        &self,
        visit: &Visit,
        rules: &[Kept<D>],
        faulty: &[String],
        of: impl Fn(&D) -> &str,
        cells: impl Fn(&D, Option<&Object>) -> [Markup; 2],
    ) -> Reply {
        let t = visit.t;
        let mut frame = frame(visit, &t.get(self.title)).await;
        frame.actions = Some(html! {
            @if !rules.is_empty() { (Button::new(t.get(self.file_out)).icon("download").ghost().href(format!("/settings/transfer/export?part={}", self.place))) }
            (Button::new(t.get(self.file_in)).icon("upload").ghost().href(self.href("/import")))
            (Button::new(t.get(self.new)).icon("plus").primary().href(self.href("/new")))
        });
        if rules.is_empty() {
            let nothing = Empty { icon: self.icon.into(), title: t.get(self.none), text: t.get(self.text), ..Empty::default() };
            return show(visit, &frame, empty(&nothing), false).await;
        }
        let heads: Vec<(String, Option<u16>)> = self.heads.iter().map(|(key, width)| (t.get(key), *width)).collect();
        let heads: Vec<_> = heads.iter().map(|(label, width)| (label.as_str(), false, *width)).collect();
        let [on, off, unfit] = self.states;
        let row = |rule: &Kept<D>| {
            let object = visit.registry().object(of(&rule.decl)).cloned();
            let [third, fourth] = cells(&rule.decl, object.as_deref());
            vec![
                html! { a.ak-link href=(self.href(&format!("/{}", rule.key))) { (rule.name.get(visit.lang())) } },
                html! { (object.as_ref().map_or(of(&rule.decl), |o| o.plural_label(visit.lang()))) },
                third,
                fourth,
                html! {
                    @if rule.retired { (status(Status::None, &t.get(off))) }
                    @else if faulty.contains(&rule.key) { (status(Status::Late, &t.get(unfit))) }
                    @else { (status(Status::Ok, &t.get(on))) }
                },
            ]
        };
        let rows: Vec<Vec<Markup>> = rules.iter().map(row).collect();
        let table = plain_table(&t.get(self.title), &heads, &rows, None);
        show(visit, &frame, content(false, html! { div.ak-stack { p { (t.get(self.text)) } div.ak-audit { (table) } } }), false).await
    }

    /// The page on which a new one begins: which records it is about.
    pub async fn choose_object(&self, visit: &Visit) -> Reply {
        choose_object(visit, self.new, self.choose, &objects(visit), &self.href("/new")).await
    }

    /// The button that takes it out of force, or brings it back.
    pub fn rest(&self, visit: &Visit, key: &str, retired: bool) -> Markup {
        let [back, rest] = self.verbs;
        html! {
            form method="post" action=(self.href(&format!("/{key}/retire"))) {
                (visit.token_field())
                @if !retired { input type="hidden" name="on" value="1"; }
                (Button::new(visit.t.get(if retired { back } else { rest })).ghost().submit())
            }
        }
    }

    /// What came of that button.
    pub fn rested(&self, visit: &Visit, done: Result<i64, Fail>) -> Reply {
        match done {
            Ok(_) => visit.go(&self.href(""), Flash::ok(visit.t.get("saved"))),
            Err(fail) if fail.problem.kind == ProblemKind::Invalid => {
                let words = faults(visit, fail, first)?.into_iter().map(|(_, words)| words).collect::<Vec<_>>().join(" ");
                visit.back(&self.href(""), Flash::bad(words))
            }
            Err(fail) => Err(fail),
        }
    }
}

/// Objects whose records such a thing may be about.
fn objects(visit: &Visit) -> Vec<Arc<Object>> {
    let mut all: Vec<Arc<Object>> = visit.registry().objects().filter(|o| !o.is_system() && !o.decl.hidden).cloned().collect();
    all.sort_by_key(|o| o.plural_label(visit.lang()).to_lowercase());
    all
}

/// The row of a form a fault stands at, where its first name is the row's.
pub(super) fn first(fault: &FieldProblem) -> String {
    fault.field().to_string()
}

/// Faults beside the rows of a form; `row` names the row of each.
pub(super) fn faults(visit: &Visit, fail: Fail, row: impl Fn(&FieldProblem) -> String) -> Result<Errors, Fail> {
    let problem = fail.problem;
    match problem.kind {
        ProblemKind::Invalid => Ok(problem.fields.iter().map(|fault| (row(fault), field_message(visit.t, fault))).collect()),
        ProblemKind::Stale => Ok(vec![(String::new(), message(visit.t, &problem))]),
        _ => Err(problem.into()),
    }
}
