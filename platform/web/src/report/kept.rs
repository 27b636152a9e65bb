//! What people keep of their own on these pages, reports and dashboards alike: saved, with whom they are shared, deleted.

use crate::fail::Fail;
use crate::flash::Flash;
use crate::ui::dialog::{Confirm, confirm};
use crate::{Reply, Visit};
use akrab_engine::view::{ViewScope, may_give};
use akrab_model::Problem;
use akrab_model::problem::ProblemKind;
use maud::html;

/// Which of them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kept {
    Report,
    Dashboard,
}

impl Kept {
    /// Its word in names of messages.
    fn word(self) -> &'static str {
        if self == Kept::Report { "report" } else { "dashboard" }
    }
    /// The address of all of them.
    fn place(self) -> &'static str {
        if self == Kept::Report { "/reports" } else { "/dashboards" }
    }

    /// Leads to what was saved under this name, or back to the form with what is wrong with it.
    pub async fn saved<F: Future<Output = Reply>>(
        self,
        visit: &Visit,
        name: &str,
        saved: Result<String, Fail>,
        faulty: impl FnOnce(Problem) -> F,
    ) -> Reply {
        match saved {
            Ok(key) => {
                let words = visit.t.with(&format!("{}-saved", self.word()), &[("name", name.trim().into())]);
                visit.go(&format!("{}/{key}", self.place()), Flash::ok(words))
            }
            Err(fail) if fail.problem.kind == ProblemKind::Invalid => faulty(fail.problem).await,
            Err(fail) => Err(fail),
        }
    }

    /// Asks whether it is to be deleted.
    pub async fn ask_delete(self, visit: &Visit, key: &str, name: &str, editable: bool) -> Reply {
        if !editable {
            return Err(Problem::forbidden().into());
        }
        let (t, word) = (visit.t, self.word());
        let title = t.with(&format!("{word}-delete-title"), &[("name", name.into())]);
        let (action, close) = (format!("{}/{key}/delete", self.place()), format!("{}/{key}", self.place()));
        let dialog = Confirm {
            id: &format!("{word}-delete"),
            title: &title,
            body: html! { p { (t.get(&format!("{word}-delete-text"))) } },
            action: &action,
            csrf: &visit.csrf,
            verb: &t.get("bulk-delete"),
            close_href: &close,
        };
        visit.dialog(&title, confirm(t, dialog)).await
    }

    /// After it was deleted.
    pub fn deleted(self, visit: &Visit) -> Reply {
        visit.go(self.place(), Flash::ok(visit.t.get(&format!("{}-deleted", self.word()))))
    }
}

/// With whom something may be shared, as a form offers it.
pub(crate) fn scopes(visit: &Visit) -> Vec<(String, String)> {
    let all = [(ViewScope::Private, "view-private"), (ViewScope::Team, "view-team"), (ViewScope::Everyone, "view-everyone")];
    let given = all.iter().filter(|(scope, _)| may_give(&visit.ctx, *scope));
    given.map(|(scope, words)| (scope.key().to_string(), visit.t.get(words))).collect()
}

/// The number of something saved; what is shipped has none.
pub(crate) fn id_of(key: &str) -> Result<i64, Fail> {
    key.parse().map_err(|_| Problem::not_found().into())
}

/// The word of a scope in a form.
#[derive(serde::Deserialize)]
#[serde(transparent)]
pub(crate) struct Scope(pub ViewScope);

impl Default for Scope {
    fn default() -> Self {
        Scope(ViewScope::Private)
    }
}
