//! Views of lists and boards: shipped by the object file, saved by people for themselves, their
//! team or everyone.
//!
//! A view is a way to look, never a right: what it shows is cut to what the reader may see.

mod check;
mod cut;
mod looks;
mod pin;
mod state;

pub(crate) use looks::Looks;
pub use pin::Pin;
pub use state::{ColumnState, Span, ViewState};

use crate::write::Tx;
use crate::{Ctx, Result};
use akrab_model::object::Scope;
use akrab_model::{FieldProblem, Label, Object, Problem};
use akrab_store::SavedView;
use serde_json::Value as Json;

pub use akrab_store::ViewScope;

/// A view somebody may open.
#[derive(Debug, Clone)]
pub struct View {
    /// Key of a shipped view, or the id of a saved one.
    pub key: String,
    /// Id of a saved one.
    pub id: Option<i64>,
    pub name: Label,
    /// `None` for shipped ones.
    pub scope: Option<ViewScope>,
    /// The reader may rename, change and delete it.
    pub editable: bool,
    pub state: ViewState,
}

/// What a view is saved with.
#[derive(Debug, Clone)]
pub struct ViewDraft {
    pub name: String,
    pub scope: ViewScope,
    pub state: ViewState,
}

/// Longest name, in characters.
const NAME: usize = 60;

impl Tx<'_> {
    /// The views of an object the actor may open: shipped ones first, then saved ones in their order.
    ///
    /// # Errors
    /// `not_found` object.
    pub fn views(&mut self, object: &Object) -> Result<Vec<View>> {
        self.rights.require_read(object)?;
        let mut views: Vec<View> = object.decl.views.iter().map(shipped).collect();
        if views.is_empty() {
            views.push(whole(object));
        }
        let own = self.own_columns(object)?;
        let dense = self.own_density(object)?;
        for view in &mut views {
            view.state.compact = dense.contains(&view.key);
            if let Some((_, columns)) = own.iter().find(|(key, _)| *key == view.key) {
                view.state.columns.clone_from(columns);
            }
        }
        let saved = self.saved_views(&object.key)?;
        views.extend(saved.iter().filter(|v| sees(&self.ctx, v)).map(|v| {
            let mut view = saved_view(&self.ctx, v);
            view.state.compact |= dense.contains(&view.key);
            view
        }));
        Ok(views)
    }

    /// The view to open when none is asked for: the role's default or the first.
    ///
    /// # Errors
    /// What the database answers.
    pub fn default_view(&mut self, object: &Object) -> Result<Option<String>> {
        let Some(role) = self.ctx.person().map(|p| p.role.key.clone()) else { return Ok(None) };
        self.view_setting(&default_key(&role, object))
    }

    /// Makes a view the one a role begins with; `None` takes the choice back.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators, `not_found` for a role that does not exist.
    pub fn set_default_view(&mut self, object: &Object, role: &str, view: Option<&str>) -> Result<()> {
        if !self.ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        if !self.engine.people().roles.iter().any(|r| r.key == role) {
            return Err(Problem::not_found());
        }
        let key = default_key(role, object);
        self.conn.looks_changed()?;
        match view {
            Some(view) => self.conn.setting_set(&key, view)?,
            None => self.conn.setting_drop(&key)?,
        }
        Ok(())
    }

    /// Saves a new view and gives its id.
    ///
    /// # Errors
    /// `invalid` name; `forbidden` for a scope the actor may not give.
    pub fn create_view(&mut self, object: &Object, draft: &ViewDraft) -> Result<i64> {
        self.rights.require_read(object)?;
        let name = self.check_draft(draft)?;
        let person = self.ctx.person().ok_or_else(Problem::forbidden)?.clone();
        let position = self.conn.view_list(&object.key)?.iter().map(|v| v.position).max().unwrap_or(0) + 1;
        let view = SavedView {
            id: 0,
            object: object.key.clone(),
            owner: Some(person.id),
            team: person.team.filter(|_| draft.scope == ViewScope::Team),
            scope: draft.scope,
            name,
            body: body(&draft.state)?,
            position,
        };
        Ok(self.conn.view_put(&view)?)
    }

    /// Changes name, scope and state of a saved view.
    ///
    /// # Errors
    /// `not_found` out of sight, `forbidden` for a view of somebody else, `invalid` name.
    pub fn change_view(&mut self, object: &Object, id: i64, change: impl FnOnce(&mut ViewDraft)) -> Result<()> {
        let mut view = self.editable_view(object, id)?;
        let mut draft = ViewDraft { name: view.name.clone(), scope: view.scope, state: state_of(&view) };
        change(&mut draft);
        view.name = self.check_draft(&draft)?;
        view.scope = draft.scope;
        view.team = match draft.scope {
            ViewScope::Team => view.team.or_else(|| self.ctx.person().and_then(|p| p.team)),
            _ => None,
        };
        view.body = body(&draft.state)?;
        self.conn.view_put(&view)?;
        Ok(())
    }

    /// Deletes a saved view.
    ///
    /// # Errors
    /// As [`Tx::change_view`].
    pub fn delete_view(&mut self, object: &Object, id: i64) -> Result<()> {
        let view = self.editable_view(object, id)?;
        Ok(self.conn.view_drop(view.id)?)
    }

    /// Puts saved views into this order; those not named keep their places behind.
    ///
    /// # Errors
    /// What the database answers. Views the actor may not change are left as they are.
    pub fn order_views(&mut self, object: &Object, ids: &[i64]) -> Result<()> {
        for mut view in self.conn.view_list(&object.key)? {
            let Some(place) = ids.iter().position(|id| *id == view.id) else { continue };
            let place = i64::try_from(place).unwrap_or(0);
            if edits(&self.ctx, &view) && view.position != place {
                view.position = place;
                self.conn.view_put(&view)?;
            }
        }
        Ok(())
    }

    /// Keeps column widths and order: in the view when the actor may change it, for himself otherwise.
    ///
    /// # Errors
    /// `not_found` for a view the actor may not open.
    pub fn keep_columns(&mut self, object: &Object, view: &str, columns: Vec<ColumnState>) -> Result<()> {
        self.must_open(object, view)?;
        let known: Vec<_> = columns.into_iter().filter(|c| object.field(&c.key).is_some()).take(60).collect();
        if let Ok(id) = view.parse()
            && let Ok(mut saved) = self.editable_view(object, id)
        {
            let mut state = state_of(&saved);
            state.columns = known;
            saved.body = body(&state)?;
            self.conn.view_put(&saved)?;
            return Ok(());
        }
        let Some(user) = self.ctx.user_id() else { return Ok(()) };
        let text = serde_json::to_string(&known).map_err(Problem::internal)?;
        self.conn.looks_changed()?;
        Ok(self.conn.setting_set(&columns_key(user, object, view), &text)?)
    }

    /// What is kept for a person hangs on views there are, not on whatever he may think of.
    fn must_open(&mut self, object: &Object, view: &str) -> Result<()> {
        if self.views(object)?.iter().any(|known| known.key == view) { Ok(()) } else { Err(Problem::not_found()) }
    }

    /// Columns the actor arranged for himself, by view.
    fn own_columns(&mut self, object: &Object) -> Result<Vec<(String, Vec<ColumnState>)>> {
        let Some(user) = self.ctx.user_id() else { return Ok(Vec::new()) };
        let start = columns_key(user, object, "");
        let all = self.view_settings(&start)?;
        Ok(all.iter().filter_map(|(key, text)| Some((key.strip_prefix(&start)?.to_string(), serde_json::from_str(text).ok()?))).collect())
    }

    /// Keeps how close together the rows of a view stand: in the view when the actor may change it,
    /// for himself otherwise.
    ///
    /// # Errors
    /// `not_found` for a view the actor may not open.
    pub fn keep_density(&mut self, object: &Object, view: &str, compact: bool) -> Result<()> {
        self.must_open(object, view)?;
        if let Ok(id) = view.parse()
            && let Ok(mut saved) = self.editable_view(object, id)
        {
            saved.body = body(&ViewState { compact, ..state_of(&saved) })?;
            self.conn.view_put(&saved)?;
            return Ok(());
        }
        let Some(user) = self.ctx.user_id() else { return Ok(()) };
        let key = density_key(user, object, view);
        self.conn.looks_changed()?;
        if compact { Ok(self.conn.setting_set(&key, "compact")?) } else { Ok(self.conn.setting_drop(&key)?) }
    }

    /// Keys of the views whose rows the actor has put close together for himself.
    fn own_density(&mut self, object: &Object) -> Result<Vec<String>> {
        let Some(user) = self.ctx.user_id() else { return Ok(Vec::new()) };
        let start = density_key(user, object, "");
        Ok(self.view_settings(&start)?.iter().filter_map(|(key, _)| key.strip_prefix(&start).map(Into::into)).collect())
    }

    fn editable_view(&mut self, object: &Object, id: i64) -> Result<SavedView> {
        self.rights.require_read(object)?;
        let view = self.conn.view_get(id)?.filter(|v| v.object == object.key && sees(&self.ctx, v));
        let view = view.ok_or_else(Problem::not_found)?;
        if edits(&self.ctx, &view) { Ok(view) } else { Err(Problem::forbidden()) }
    }

    fn check_draft(&self, draft: &ViewDraft) -> Result<String> {
        let name = draft.name.trim();
        let fault = |code: &str| Err(Problem::invalid(vec![FieldProblem::new("name", code).with("max", NAME)]));
        if name.is_empty() {
            return fault("required");
        }
        if name.chars().count() > NAME {
            return fault("too_long");
        }
        if self.ctx.read_only || !may_give(&self.ctx, draft.scope) {
            return Err(Problem::forbidden());
        }
        Ok(name.to_string())
    }
}

/// Whether the actor may save views of this scope: everyone's by administrators and those who may
/// edit all records of some object, a team's by its members.
pub fn may_give(ctx: &Ctx, scope: ViewScope) -> bool {
    let Some(person) = ctx.person() else { return true };
    match scope {
        ViewScope::Private => true,
        ViewScope::Team => person.team.is_some(),
        ViewScope::Everyone => ctx.is_admin() || person.role.rights.values().any(|r| r.edit == Scope::All && r.delete == Scope::All),
    }
}

pub(crate) fn sees(ctx: &Ctx, view: &SavedView) -> bool {
    let Some(person) = ctx.person() else { return true };
    match view.scope {
        ViewScope::Everyone => true,
        ViewScope::Team => view.owner == Some(person.id) || (view.team.is_some() && view.team == person.team),
        ViewScope::Private => view.owner == Some(person.id),
    }
}

pub(crate) fn edits(ctx: &Ctx, view: &SavedView) -> bool {
    !ctx.read_only && (view.owner == ctx.user_id() || (ctx.is_admin() && view.scope != ViewScope::Private))
}

fn shipped(decl: &akrab_model::object::ViewDecl) -> View {
    View { key: decl.key.clone(), id: None, name: decl.label.clone(), scope: None, editable: false, state: ViewState::of_decl(decl) }
}

/// The one view of an object whose file has none.
fn whole(object: &Object) -> View {
    View {
        key: "all".into(),
        id: None,
        name: object.decl.plural_label.clone(),
        scope: None,
        editable: false,
        state: ViewState::of_object(object),
    }
}

fn saved_view(ctx: &Ctx, view: &SavedView) -> View {
    View {
        key: view.id.to_string(),
        id: Some(view.id),
        name: Label::new(&view.name, &view.name),
        scope: Some(view.scope),
        editable: edits(ctx, view),
        state: state_of(view),
    }
}

fn state_of(view: &SavedView) -> ViewState {
    serde_json::from_str(&view.body).unwrap_or_default()
}

fn body(state: &ViewState) -> Result<String> {
    let json: Json = serde_json::to_value(state).map_err(Problem::internal)?;
    let text = json.to_string();
    if text.len() > 20_000 { Err(Problem::invalid(vec![FieldProblem::new("filter", "filter_too_large")])) } else { Ok(text) }
}

fn default_key(role: &str, object: &Object) -> String {
    format!("view-default:{role}:{}", object.key)
}

fn density_key(user: i64, object: &Object, view: &str) -> String {
    format!("view-density:{user}:{}:{view}", object.key)
}

fn columns_key(user: i64, object: &Object, view: &str) -> String {
    format!("view-columns:{user}:{}:{view}", object.key)
}
