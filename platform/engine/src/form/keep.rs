//! Making, changing and ending forms.

use super::FORM;
use super::plan::FormPlan;
use crate::Result;
use crate::identity::digest;
use crate::write::Tx;
use akrab_model::{FieldProblem, Problem};
use akrab_store::InletRow;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

/// Forms of a workspace.
const FORMS: usize = 200;

/// What is said of a form.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FormDraft {
    pub name: String,
    /// Whose rights submissions have.
    pub owner: i64,
    pub open: bool,
    pub plan: FormPlan,
}

impl Tx<'_> {
    pub(super) fn form_row(&mut self, id: i64) -> Result<InletRow> {
        self.inlet_admin()?;
        self.conn.inlet(id)?.filter(|row| row.proof == FORM).ok_or_else(Problem::not_found)
    }

    /// Makes a form and gives its number.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `invalid`.
    pub fn form_add(&mut self, draft: &FormDraft) -> Result<i64> {
        let key = URL_SAFE_NO_PAD.encode(self.engine.random::<9>());
        self.form_add_at(&key, draft)
    }

    /// Makes a form at an address it has elsewhere already.
    pub(super) fn form_add_at(&mut self, key: &str, draft: &FormDraft) -> Result<i64> {
        self.inlet_admin()?;
        self.alone("inlets")?;
        self.judge_form(draft)?;
        if self.conn.inlets()?.iter().filter(|row| row.proof == FORM).count() >= FORMS {
            return Err(Problem::invalid(vec![FieldProblem::new("name", "too_many").with("max", FORMS)]));
        }
        let row = InletRow { door: digest(key), address: key.into(), proof: FORM.into(), ..self.inlet_blank(draft.owner) };
        let mut row = filled(row, draft)?;
        row.id = self.conn.inlet_add(&row)?;
        self.form_changed("form_added", &row)?;
        Ok(row.id)
    }

    /// Changes a form; its address stays.
    ///
    /// # Errors
    /// `not_found`, `forbidden`, `invalid`.
    pub fn form_change(&mut self, id: i64, draft: &FormDraft) -> Result<()> {
        let row = self.form_row(id)?;
        self.judge_form(draft)?;
        let row = filled(row, draft)?;
        self.conn.inlet_set(&row)?;
        self.form_changed("form_changed", &row)
    }

    /// Ends a form and forgets the list of its submissions; their records stay.
    ///
    /// # Errors
    /// `not_found`, `forbidden`.
    pub fn form_remove(&mut self, id: i64) -> Result<()> {
        let row = self.form_row(id)?;
        self.conn.inlet_drop(id)?;
        self.form_changed("form_removed", &row)
    }

    fn form_changed(&mut self, kind: &str, row: &InletRow) -> Result<()> {
        self.audit(kind, None, json!({ "title": row.name, "form": row.id, "open": row.open }))
    }
}

fn filled(row: InletRow, draft: &FormDraft) -> Result<InletRow> {
    let decl = serde_json::to_string(&draft.plan).map_err(Problem::internal)?;
    Ok(InletRow { name: draft.name.trim().into(), owner: draft.owner, open: draft.open, decl: Some(decl), ..row })
}
