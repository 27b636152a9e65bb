//! What a list shows: the view with the changes of the address laid over it.

use super::address::Address;
use super::seen;
use crate::filter::tree;
use crate::value::Look;
use akrab_engine::view::{ColumnState, View, ViewState};
use akrab_engine::{ListRequest, Result, Tx};
use akrab_model::object::{CalendarDecl, FieldRight, MapDecl, ViewKind};
use akrab_model::query::Bucket;
use akrab_model::{Field, FieldType, Filter, Object};
use std::sync::Arc;

/// Rows per page people may choose.
pub const ROWS: [usize; 4] = [25, 50, 100, 200];

/// A list, resolved.
pub struct Listing {
    pub look: Look,
    pub object: Arc<Object>,
    pub address: Address,
    pub views: Vec<View>,
    /// Place of the open view.
    pub at: usize,
    /// The view's state with the address laid over it.
    pub state: ViewState,
    pub filter: Option<Filter>,
    pub limit: usize,
    pub pinned: bool,
    /// The ways in which this person may see the object's records.
    pub kinds: Vec<ViewKind>,
    /// What stands where in the calendar, when there may be one.
    pub calendar: Option<CalendarDecl>,
    /// What the map counts where, when there may be one.
    pub map: Option<MapDecl>,
    /// Readable fields that no column shows but cells need: around the title, and whether what was due is done.
    beside: Vec<String>,
    /// Differs from the view as it is saved.
    pub changed: bool,
    /// Something of the view was left out because the reader may not read a field it uses.
    pub left_out: bool,
}

impl Listing {
    /// Resolves an address. `rows` is how many rows the person last chose.
    ///
    /// # Errors
    /// `forbidden` object, `not_found` view, `invalid` filter.
    pub fn resolve(tx: &mut Tx, look: &Look, object: Arc<Object>, address: Address, rows: Option<usize>) -> Result<Self> {
        let views = tx.views(&object)?;
        let wanted = match &address.view {
            Some(key) => Some(key.clone()),
            None => tx.default_view(&object)?,
        };
        let at = wanted.as_ref().and_then(|key| views.iter().position(|v| v.key == *key)).unwrap_or(0);
        let saved = &views[at].state;
        let mut state = saved.clone();
        if let Some(kind) = address.kind {
            state.kind = kind;
        }
        let calendar = seen::calendar(tx, &object, saved.calendar.as_ref(), &address);
        let map = seen::map(tx, &object, saved.map.as_ref(), &address);
        let kinds = seen::kinds(&object, calendar.as_ref(), map.as_ref());
        if !kinds.contains(&state.kind) {
            state.kind = ViewKind::Table;
        }
        if seen::names_calendar(&address) {
            state.calendar.clone_from(&calendar);
        }
        if seen::names_map(&address) {
            state.map.clone_from(&map);
        }
        state.span = address.span.or(state.span);
        let env = tx.parse_env();
        let (filter, mut left_out) = match &address.filter {
            Some(text) => (tree::read(&tx.registry.clone(), &object, &env, text)?, false),
            None => match saved.filter.as_ref().map(Filter::from_json).transpose()? {
                Some(filter) => tx.cut_filter(&object, tree::kept(&tx.registry.clone(), &object, &env, filter)),
                None => (None, false),
            },
        };
        state.filter = filter.as_ref().map(Filter::to_json);
        if let Some(sort) = &address.sort {
            state.sort = split(sort);
        }
        if let Some(group) = &address.group {
            state.group = Some(group.clone()).filter(|g| !g.is_empty());
        }
        if let Some(columns) = &address.columns {
            state.columns = ColumnState::parse_all(columns);
        }
        if let Some(totals) = &address.totals {
            state.totals = split(totals);
        }
        state.pipeline = address.pipeline.or(state.pipeline);
        let changed = state != *saved && address.changes_view();
        left_out |= hides(tx, &object, &views[at], &state);
        tidy(tx, &object, &mut state);
        let pinned = tx.is_view_pinned(&object.key, &views[at])?;
        let readable = |key: &String| object.field_ix(key).is_some_and(|ix| tx.rights.field(&object, ix) > FieldRight::Hidden);
        let around = crate::record::words::title_parts(&object).into_iter().flatten();
        let beside = around.chain(object.decl.timeline.done.clone()).filter(readable).collect();
        let limit = address.limit.or(rows).filter(|n| ROWS.contains(n)).unwrap_or(50);
        let look = look.clone();
        Ok(Self { look, object, address, at, views, state, filter, limit, pinned, kinds, calendar, map, beside, changed, left_out })
    }

    pub fn view(&self) -> &View {
        &self.views[self.at]
    }

    /// What the list asks the engine.
    pub fn request(&self) -> ListRequest {
        let mut columns = vec![self.object.title_field().key.clone()];
        columns.extend(self.columns().map(|(_, f)| f.key.clone()));
        columns.extend(self.beside.iter().filter(|key| !columns.contains(key)).cloned().collect::<Vec<_>>());
        ListRequest {
            object: self.object.key.clone(),
            filter: self.filter.clone(),
            q: self.address.q.clone(),
            sort: self.state.sort.clone(),
            columns,
            limit: self.limit,
            after: self.address.after.clone(),
            bin: false,
            editable: true,
        }
    }

    /// The columns after the title.
    pub fn columns(&self) -> impl Iterator<Item = (&ColumnState, &Field)> {
        self.state.columns.iter().filter_map(|c| Some((c, self.object.field(&c.key)?)))
    }

    /// Field and bucket the rows are grouped by.
    pub fn group(&self) -> Option<(&Field, Option<Bucket>)> {
        let text = self.state.group.as_deref()?;
        let (key, bucket) = text.split_once(':').unwrap_or((text, "month"));
        let field = self.object.field(key).filter(|f| groupable(f))?;
        let dated = matches!(field.kind, FieldType::Date | FieldType::DateTime);
        let bucket = match bucket {
            "day" => Bucket::Day,
            "year" => Bucket::Year,
            _ => Bucket::Month,
        };
        Some((field, dated.then_some(bucket)))
    }

    /// `perusahaan`, within a sentence.
    pub fn records(&self) -> String {
        self.object.plural_label(self.look.key()).to_lowercase()
    }
}

/// Whether rows may be grouped by a field.
pub fn groupable(field: &Field) -> bool {
    matches!(
        field.kind,
        FieldType::Choice | FieldType::Boolean | FieldType::Link | FieldType::Stage | FieldType::Date | FieldType::DateTime
    )
}

/// `a,b` without empty parts.
pub fn split(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(Into::into).collect()
}

/// Whether the list is sorted or grouped by what the reader may not see, or a view somebody saved for others
/// has columns or figures of it. Shipped views are made for every role.
fn hides(tx: &Tx, object: &Object, view: &View, state: &ViewState) -> bool {
    let hidden = |key: &str| object.field_ix(key).is_some_and(|ix| tx.rights.field(object, ix) == FieldRight::Hidden);
    let before_colon = |text: &str| hidden(text.split(':').next().unwrap_or(text));
    state.sort.iter().any(|key| hidden(key.trim_start_matches('-')))
        || state.group.as_deref().is_some_and(before_colon)
        || view.scope.is_some() && (state.columns.iter().any(|c| hidden(&c.key)) || state.totals.iter().any(|t| before_colon(t)))
}

/// Drops what the reader may not see and what the object no longer has.
fn tidy(tx: &Tx, object: &Arc<Object>, state: &mut ViewState) {
    let seen = |key: &str| object.field_ix(key).is_some_and(|ix| tx.rights.field(object, ix) > FieldRight::Hidden);
    let title = object.title_field().key.as_str();
    let sortable = |key: &String| {
        let key = key.trim_start_matches('-');
        seen(key) && object.field(key).is_some_and(Field::sortable)
    };
    state.columns.retain(|c| c.key != title && seen(&c.key));
    state.sort.retain(sortable);
    state.sort.truncate(2);
    // a link heads an order, it does not follow
    let links = |key: &String| object.field(key.trim_start_matches('-')).is_some_and(|f| f.kind == FieldType::Link);
    if state.sort.get(1).is_some_and(links) {
        state.sort.truncate(1);
    }
    state.quick.retain(|key| seen(key));
    state.totals.retain(|total| total.split_once(':').is_some_and(|(key, _)| seen(key)));
    if state.group.as_deref().is_some_and(|g| !seen(g.split(':').next().unwrap_or(g))) {
        state.group = None;
    }
}
