//! Pages of records.

use super::record_of;
use super::request::{cursor_text, read_cursor};
use crate::write::Tx;
use crate::{Access, Ctx, Engine, Result};
use akrab_model::object::Storage;
use akrab_model::query::{Linked, Page};
use akrab_model::{Count, FieldIx, FieldProblem, FieldType, Filter, Object, Problem, Query, Raw, Record, RecordId, Registry, Sort};
use akrab_store::Bin;
use std::collections::HashSet;
use std::sync::Arc;

/// What a list shall show.
#[derive(Debug, Clone, Default)]
pub struct ListRequest {
    /// Key or plural of the object.
    pub object: String,
    pub filter: Option<Filter>,
    /// Words searched for.
    pub q: Option<String>,
    /// Field keys, `-` before a descending one; at most two.
    pub sort: Vec<String>,
    /// Field keys; all readable ones when empty.
    pub columns: Vec<String>,
    /// 1–200, 50 when 0.
    pub limit: usize,
    /// A `next` or `previous` of an earlier page.
    pub after: Option<String>,
    /// What lies in the bin; without a sort what was deleted last comes first.
    pub bin: bool,
    /// Says of each record whether the actor may change it.
    pub editable: bool,
}

/// A page.
#[derive(Debug, Clone)]
pub struct List {
    pub object: Arc<Object>,
    pub columns: Vec<FieldIx>,
    pub records: Vec<Record>,
    pub next: Option<String>,
    pub previous: Option<String>,
    /// Those he may change, when that was asked.
    pub editable: HashSet<RecordId>,
}

impl Engine {
    /// One page of records with the titles of what they link to.
    ///
    /// # Errors
    /// `not_found` object, `invalid` filter, sort or column, `malformed_cursor`.
    pub async fn list(&self, ctx: &Ctx, request: ListRequest) -> Result<List> {
        self.read(ctx, move |tx| tx.list(&request)).await
    }

    /// How many records match: capped at [`Count::CAP`] unless `exact`.
    ///
    /// # Errors
    /// As [`Engine::list`].
    pub async fn count(&self, ctx: &Ctx, request: ListRequest, exact: bool) -> Result<Count> {
        self.read(ctx, move |tx| tx.count(&request, exact)).await
    }
}

impl Tx<'_> {
    /// As [`Engine::list`].
    ///
    /// # Errors
    /// As [`Engine::list`].
    pub fn list(&mut self, request: &ListRequest) -> Result<List> {
        let object = self.object(&request.object)?;
        let cond = if request.bin {
            self.wanted(&object, request.filter.as_ref())?.and(self.rights.cond(&object, Access::Read))
        } else {
            self.filtered(&object, request.filter.as_ref(), Access::Read)?
        };
        let columns = self.columns(&object, &request.columns)?;
        let mut read: Vec<FieldIx> = columns.iter().copied().filter(|ix| object.at(*ix).is_column()).collect();
        for ix in std::iter::once(object.title).chain(object.owner) {
            if !read.contains(&ix) && self.rights.field(&object, ix) > akrab_model::object::FieldRight::Hidden {
                read.push(ix);
            }
        }
        let limit = match request.limit {
            0 => 50,
            n if n <= 200 => n,
            _ => return Err(Problem::invalid(vec![FieldProblem::new("limit", "too_large").with("max", 200)])),
        };
        let query = Query {
            object: object.ix,
            columns: read.clone(),
            cond,
            sort: self.sorts(&object, &request.sort)?,
            limit,
            after: request.after.as_deref().map(read_cursor).transpose()?,
            bin: request.bin,
            titles: self.linked(&object, &read),
        };
        if query.after.as_ref().is_some_and(|c| !fits(&self.registry, &object, &query, &c.keys)) {
            return Err(Problem::malformed("malformed_cursor"));
        }
        let page = self.list_page(&object, query, request.q.as_deref().map(str::trim).filter(|q| !q.is_empty()))?;
        self.known().titles.extend(page.titles.into_iter().map(|(to, id, title)| ((to, id), Some(title))));
        let mut records: Vec<Record> = page.rows.into_iter().map(|row| record_of(&object, &read, row)).collect();
        self.load_some_links(&object, &columns, &mut records)?;
        self.load_titles(&object, &mut records)?;
        let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
        let editable = if request.editable { self.may_among(&object, Access::Edit, &ids)? } else { HashSet::new() };
        let (next, previous) = (page.next.as_ref().map(cursor_text), page.previous.as_ref().map(cursor_text));
        Ok(List { object, columns, records, next, previous, editable })
    }

    /// Those of the columns that show the title of another record, within the asker's rights. People come from memory.
    fn linked(&self, object: &Object, columns: &[FieldIx]) -> Vec<Linked> {
        let linked = |(column, ix): (usize, &FieldIx)| {
            let field = object.at(*ix);
            let to = field.to.filter(|_| field.kind == FieldType::Link)?;
            let target = self.registry.at(to);
            let shown = target.key != "user" && self.rights.field(target, target.title) > akrab_model::object::FieldRight::Hidden;
            (shown && target.title_field().storage() == Storage::Text).then(|| Linked {
                column,
                to,
                guard: self.rights.cond(target, Access::Read),
            })
        };
        if self.writing { Vec::new() } else { columns.iter().enumerate().filter_map(linked).collect() }
    }

    fn list_page(&mut self, object: &Arc<Object>, query: Query, q: Option<&str>) -> Result<Page> {
        let Some(q) = q else {
            let registry = self.registry.clone();
            return Ok(self.conn.select(&registry, &query)?);
        };
        if let Some(page) = self.page_at_once(object, &query, q)? {
            return Ok(page);
        }
        let words = self.words(object, q)?;
        self.page(object, query, Some(&words), None)
    }

    /// As [`Engine::count`].
    ///
    /// # Errors
    /// As [`Engine::list`].
    pub fn count(&mut self, request: &ListRequest, exact: bool) -> Result<Count> {
        let object = self.object(&request.object)?;
        let plain = request.filter.is_none() && request.q.as_deref().is_none_or(|q| q.trim().is_empty());
        if plain && !request.bin {
            self.rights.require_read(&object)?;
            match self.reached_by(&object, Access::Read)?.known {
                Some(known @ Count::Exact(_)) => return Ok(known),
                Some(known) if !exact => return Ok(known),
                _ => {}
            }
        }
        let cond = if request.bin {
            let seen = self.wanted(&object, request.filter.as_ref())?.and(self.rights.cond(&object, Access::Read));
            let words = request.q.as_deref().map(str::trim).filter(|q| !q.is_empty()).map(|q| self.words(&object, q)).transpose()?;
            self.settled(&object, seen, words.as_ref())?
        } else {
            self.condition(&object, request.filter.as_ref(), request.q.as_deref(), Access::Read)?
        };
        let bin = if request.bin { Bin::Binned } else { Bin::Living };
        let key = format!("count {} {exact} {bin:?} {cond:?}", object.key);
        let registry = self.registry.clone();
        self.figure(key, |tx| {
            let count = tx.conn.count(&registry, &object, &cond, bin, (!exact).then_some(Count::CAP))?;
            Ok((count.shown(), count))
        })
    }
}

/// Whether these can be the values of a row's sort keys.
fn fits(registry: &Registry, object: &Object, query: &Query, keys: &[Raw]) -> bool {
    let titled = |sort: &Sort| object.at(sort.field).to.filter(|_| object.at(sort.field).kind == FieldType::Link);
    let stored = |sort: &Sort| match titled(sort) {
        Some(target) => registry.at(target).title_field().storage(),
        None => object.at(sort.field).storage(),
    };
    let mut wanted: Vec<Storage> = query.sort.iter().map(stored).collect();
    if query.lately_gone() {
        wanted.push(Storage::Int);
    }
    if query.sort.first().and_then(titled).is_some() {
        wanted.insert(1, Storage::Int);
    }
    let fits = |(stored, key): (&Storage, &Raw)| match key {
        Raw::Null => true,
        Raw::Int(_) => *stored == Storage::Int,
        Raw::Text(_) => *stored == Storage::Text,
    };
    wanted.len() == keys.len() && wanted.iter().zip(keys).all(fits)
}
