//! Keyset pages: no page costs more than the first.
//!
//! Empty values come last in either direction; ties follow the id in the direction of the last
//! sort key, so that one index serves both directions.
//!
//! A condition no index answers is first tried on the next rows in order; when too few of them
//! match, the table is scanned once, which costs less than following the order to its end.

use super::titled::by_a_link;
use super::{Bin, T, cell, from, row, rows_of};
use crate::cond::{Compiler, bound, col, constant, few_each, truth};
use crate::conn::{Backend, Conn, Rows};
use crate::error::StoreError;
use crate::schema::comparing_column;
use akrab_model::filter::Is;
use akrab_model::object::Storage;
use akrab_model::query::{Linked, Row};
use akrab_model::{Cond, Cursor, FieldType, Object, ObjectIx, Page, Query, Raw, Registry};
use sea_query::{Asterisk, BinOper, Expr, ExprTrait, NullOrdering, Order, SelectStatement};

/// A resolved sort key.
pub(super) struct Key {
    pub column: String,
    /// What is compared.
    pub value: Expr,
    pub descending: bool,
    text: bool,
    /// No row is without a value.
    filled: bool,
}

/// What a page asks for; with a block only of rows whose first sort key has this value (null: none).
pub(super) struct Asked<'a> {
    pub registry: &'a Registry,
    pub object: &'a Object,
    pub query: &'a Query,
    pub block: Option<(&'a Key, &'a Raw)>,
}

impl Asked<'_> {
    pub fn bin(&self) -> Bin {
        if self.query.bin { Bin::Binned } else { Bin::Living }
    }

    fn within_block(&self, select: &mut SelectStatement) {
        if let Some((key, value)) = self.block {
            let column = col(T, &key.column);
            select.and_where(if value.is_null() { column.is_null() } else { column.eq(bound(value)) });
        }
    }
}

impl Key {
    /// A key within the rows of one linked record.
    pub fn of_value(value: Expr, descending: bool) -> Key {
        Key { column: String::new(), value, descending, text: false, filled: false }
    }

    /// The column so that no index is chosen for its order.
    fn scanned(&self) -> Expr {
        let column = col(T, &self.column);
        if self.text { column.binary(BinOper::Custom("||"), Expr::Constant("".into())) } else { column.add(constant(0)) }
    }
}

/// Rows tried in order before a scan.
pub(super) const PEEK: u64 = 10_000;
/// Rows read first, and at once, to be tried one by one.
const FIRST_TRIED: usize = 250;
const MOST_TRIED: usize = 5_000;

impl Conn {
    /// A page of rows in order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn select(&mut self, registry: &Registry, query: &Query) -> Result<Page, StoreError> {
        let (mut found, keys) = self.in_order(registry, query)?;
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        Ok(page(found, query, keys, more))
    }

    /// A page of those rows that `keep` says yes to. Rows are tried in order; nothing comes when
    /// `most` were tried and the page is still not full.
    ///
    /// # Errors
    /// Those of the database.
    pub fn select_kept(
        &mut self,
        registry: &Registry,
        query: &Query,
        most: usize,
        keep: &dyn Fn(&Row) -> bool,
    ) -> Result<Option<Page>, StoreError> {
        let width = query.columns.len();
        let mut step = Query { limit: FIRST_TRIED.min(most), ..query.clone() };
        let (mut found, mut tried) = (Vec::new(), 0);
        loop {
            let (mut rows, keys) = self.in_order(registry, &step)?;
            let over = rows.len() <= step.limit;
            rows.truncate(step.limit);
            tried += rows.len();
            step.after = rows.last().map(|cells| cursor(cells, width, keys, step.after.as_ref().is_some_and(|c| c.back)));
            found.extend(rows.into_iter().filter(|cells| keep(&row(cells.clone(), 0, width))));
            let more = found.len() > query.limit;
            if more || over {
                found.truncate(query.limit);
                return Ok(Some(page(found, query, keys, more)));
            }
            if tried >= most {
                return Ok(None);
            }
            step.limit = (step.limit * 2).min(most - tried).min(MOST_TRIED);
        }
    }

    /// One row more than asked for, in the direction read, and how many sort keys they carry.
    fn in_order(&mut self, registry: &Registry, query: &Query) -> Result<(Rows, usize), StoreError> {
        let object = registry.at(query.object);
        if query.sort.first().is_some_and(|s| by_a_link(object, s)) {
            return self.by_a_title(registry, query);
        }
        let mut keys: Vec<Key> = query
            .sort
            .iter()
            .filter(|s| object.at(s.field).is_column())
            .map(|s| (object.at(s.field), s.descending))
            .map(|(f, descending)| Key {
                column: comparing_column(f),
                value: col(T, comparing_column(f)),
                descending,
                text: f.storage() == Storage::Text,
                filled: f.system && f.confirms.is_none() && f.kind == FieldType::DateTime,
            })
            .collect();
        if query.lately_gone() {
            let column = "deleted_at".to_string();
            keys.push(Key { value: col(T, &column), column, descending: true, text: false, filled: true });
        }
        let back = query.after.as_ref().is_some_and(|c| c.back);
        let asked = Asked { registry, object, query, block: None };
        let want = query.limit + 1;
        let found = match keys.as_slice() {
            [key] => {
                let start = query.after.as_ref().map(|c| (c.keys.first().cloned().unwrap_or(Raw::Null), c.id));
                self.by_one_key(&asked, key, back, start.as_ref(), want)?
            }
            [first, second] => self.by_two_keys(&asked, first, second, back, want)?,
            keys => {
                let mut select = self.base(&asked, keys);
                order(&mut select, keys, back);
                if let Some(cursor) = &query.after {
                    select.and_where(beyond(keys, cursor));
                }
                self.select_rows(select.limit(want as u64))?
            }
        };
        Ok((found, keys.len()))
    }

    pub(super) fn base<'k>(&mut self, asked: &Asked<'_>, keys: impl IntoIterator<Item = &'k Key>) -> SelectStatement {
        let mut compiler = Compiler::new(asked.registry, self.backend());
        let mut select = rows_of(&mut compiler, asked.object, &asked.query.columns, &asked.query.cond, asked.bin());
        select.exprs(keys.into_iter().map(|k| col(T, &k.column)));
        // SQLite would look titles up for all rows it sorts, and a statement costs nothing there
        if self.backend() == Backend::Postgres {
            select.exprs(asked.query.titles.iter().map(|linked| title_of(&mut compiler, asked, linked)));
        }
        asked.within_block(&mut select);
        select
    }

    /// Filled values and empty ones are read apart, so that each part follows the index.
    pub(super) fn by_one_key(
        &mut self,
        asked: &Asked<'_>,
        key: &Key,
        back: bool,
        start: Option<&(Raw, i64)>,
        want: usize,
    ) -> Result<Rows, StoreError> {
        let mut found = Vec::new();
        let from_empty = matches!(start, Some((Raw::Null, _)));
        let parts = if back { [true, false] } else { [false, true] };
        for empty in parts {
            // the part before the cursor's own is done
            let own = start.is_some() && from_empty == empty;
            let done = start.is_some() && !own && empty == back;
            if done || found.len() >= want || (empty && key.filled) {
                continue;
            }
            let part = Part { key, empty, downward: key.descending != back, start: start.filter(|_| own) };
            let left = (want - found.len()) as u64;
            let wide = ways(&asked.query.cond, asked.object, asked.registry);
            if !empty && (wide || asked.block.is_some() || blind(&asked.query.cond, asked.object)) {
                let near = self.near(asked, &part, left)?;
                if near.len() as u64 == left {
                    found.extend(near);
                    continue;
                }
                let mut select = self.base(asked, [key]);
                part.place(&mut select, if wide { col(T, &key.column) } else { key.scanned() });
                found.extend(self.select_rows(select.limit(left))?);
                continue;
            }
            let mut select = self.base(asked, [key]);
            part.place(&mut select, col(T, &key.column));
            found.extend(self.select_rows(select.limit(left))?);
        }
        Ok(found)
    }

    /// Those of the next rows in order that match.
    fn near(&mut self, asked: &Asked<'_>, part: &Part<'_>, limit: u64) -> Result<Rows, StoreError> {
        let Asked { object, query, .. } = asked;
        let mut compiler = Compiler::new(asked.registry, self.backend());
        let mut next = sea_query::Query::select();
        next.column((T, Asterisk));
        from(&mut compiler, &mut next, object, &Cond::True, asked.bin());
        part.place(&mut next, col(T, &part.key.column));
        next.limit(PEEK);
        let mut select = sea_query::Query::select();
        for column in ["id", "version", "deleted_at"] {
            select.expr(col(T, column));
        }
        select.exprs(query.columns.iter().map(|ix| cell(object, *ix))).expr(col(T, &part.key.column));
        select.from_subquery(next, T).and_where(compiler.cond(&query.cond, object, T));
        asked.within_block(&mut select);
        part.order(&mut select, col(T, &part.key.column));
        self.select_rows(select.limit(limit))
    }
}

/// The filled or the empty values of a page's one sort key.
struct Part<'a> {
    key: &'a Key,
    empty: bool,
    downward: bool,
    /// Value and id of the last row before.
    start: Option<&'a (Raw, i64)>,
}

impl Part<'_> {
    /// Keeps `select` to this part, after its start, in order; `column` stands for the key.
    fn place(&self, select: &mut SelectStatement, column: Expr) {
        let id = col(T, "id");
        select.and_where(if self.empty { col(T, &self.key.column).is_null() } else { column.clone().is_not_null() });
        if let Some((value, last)) = self.start {
            let (here, there) = match self.empty {
                true => (id, Expr::val(*last)),
                false => (Expr::tuple([column.clone(), id]), Expr::tuple([bound(value), Expr::val(*last)])),
            };
            select.and_where(if self.downward { here.lt(there) } else { here.gt(there) });
        }
        self.order(select, column);
    }

    fn order(&self, select: &mut SelectStatement, column: Expr) {
        let direction = || if self.downward { Order::Desc } else { Order::Asc };
        if !self.empty {
            select.order_by_expr(column, direction());
        }
        select.order_by_expr(col(T, "id"), direction());
    }
}

/// Whether no index narrows the rows down to those that match.
pub(super) fn blind(cond: &Cond, object: &Object) -> bool {
    match cond {
        Cond::True | Cond::False | Cond::Ids(_) | Cond::Found(_) | Cond::Shared(_) => false,
        Cond::All(items) => items.iter().all(|c| *c != Cond::False && (*c == Cond::True || blind(c, object))),
        Cond::Any(items) => items.iter().any(|c| *c == Cond::True || blind(c, object)),
        Cond::Not(_) | Cond::Child(_) => true,
        Cond::Test(test) if test.path.is_empty() => {
            let field = object.at(test.field);
            let narrow = matches!(test.is, Is::Eq(_) | Is::In(_) | Is::StartsWith(_) | Is::Range { .. } | Is::LinksTo(_));
            !(narrow && (field.index || field.kind == FieldType::Links))
        }
        Cond::Test(_) => true,
    }
}

/// Whether records are reached by their owner or in some other way, and are many: no single index answers, and what
/// the database makes of it is as often the dearest plan as the cheapest.
fn ways(cond: &Cond, object: &Object, registry: &Registry) -> bool {
    let whose = |item: &Cond| matches!(item, Cond::Test(test) if test.path.is_empty() && Some(test.field) == object.owner);
    let narrow = |item: &Cond| match item {
        Cond::Ids(_) | Cond::Found(_) => true,
        Cond::Test(test) => test.path.is_empty() && matches!(test.is, Is::Eq(_)) && few_each(registry, object.at(test.field)),
        _ => false,
    };
    match cond {
        Cond::Any(items) => items.iter().any(whose),
        Cond::All(items) => items.iter().any(|item| ways(item, object, registry)) && !items.iter().any(narrow),
        _ => false,
    }
}

/// The title of the record a row links to.
fn title_of(compiler: &mut Compiler<'_>, asked: &Asked<'_>, linked: &Linked) -> Expr {
    const A: &str = "k";
    let (target, link) = (asked.registry.at(linked.to), asked.object.at(asked.query.columns[linked.column]));
    let mut title = sea_query::Query::select();
    title.expr(col(A, &target.title_field().column)).from_as(target.table.clone(), A).and_where(col(A, "id").eq(col(T, &link.column)));
    if linked.guard != Cond::True {
        title.and_where(compiler.cond(&linked.guard, target, A));
    }
    Expr::SubQuery(None, Box::new(title.take().into()))
}

/// The titles that came behind the columns and keys of these rows.
fn titles_in(found: &[Vec<Raw>], query: &Query, keys: usize) -> Vec<(ObjectIx, i64, String)> {
    let first = 3 + query.columns.len() + keys;
    let of = |cells: &Vec<Raw>, n: usize, linked: &Linked| match (&cells[3 + linked.column], cells.get(first + n)?) {
        (Raw::Int(id), Raw::Text(title)) => Some((linked.to, *id, title.clone())),
        _ => None,
    };
    found.iter().flat_map(|cells| query.titles.iter().enumerate().filter_map(move |(n, linked)| of(cells, n, linked))).collect()
}

fn cursor(cells: &[Raw], width: usize, keys: usize, back: bool) -> Cursor {
    Cursor { keys: cells[3 + width..3 + width + keys].to_vec(), id: cells[0].int().unwrap_or_default(), back }
}

/// The page of rows in the direction read.
fn page(mut found: Rows, query: &Query, keys: usize, more: bool) -> Page {
    let back = query.after.as_ref().is_some_and(|c| c.back);
    if back {
        found.reverse();
    }
    let width = query.columns.len();
    let has_next = if back { true } else { more };
    let has_previous = if back { more } else { query.after.is_some() };
    let next = found.last().filter(|_| has_next).map(|cells| cursor(cells, width, keys, false));
    let previous = found.first().filter(|_| has_previous).map(|cells| cursor(cells, width, keys, true));
    let titles = titles_in(&found, query, keys);
    Page { rows: found.into_iter().map(|cells| row(cells, 0, width)).collect(), next, previous, titles }
}

pub(super) fn order(select: &mut SelectStatement, keys: &[Key], back: bool) {
    let direction = |descending: bool| if descending != back { Order::Desc } else { Order::Asc };
    for key in keys {
        let nulls = if back { NullOrdering::First } else { NullOrdering::Last };
        select.order_by_expr_with_nulls(key.value.clone(), direction(key.descending), nulls);
    }
    select.order_by_expr(col(T, "id"), direction(keys.last().is_some_and(|k| k.descending)));
}

/// The rows that come after the cursor's, in the direction read.
pub(super) fn beyond(keys: &[Key], cursor: &Cursor) -> Expr {
    let tie_down = keys.last().is_some_and(|k| k.descending) != cursor.back;
    let id = col(T, "id");
    let mut whole = if tie_down { id.lt(cursor.id) } else { id.gt(cursor.id) };
    for (n, key) in keys.iter().enumerate().rev() {
        let column = || key.value.clone();
        let value = cursor.keys.get(n).unwrap_or(&Raw::Null);
        let (further, same) = match (value.is_null(), cursor.back) {
            (true, false) => (truth(false), column().is_null()),
            (true, true) => (column().is_not_null(), column().is_null()),
            (false, back) => {
                let past = if key.descending != back { column().lt(bound(value)) } else { column().gt(bound(value)) };
                (if back { past } else { past.or(column().is_null()) }, column().eq(bound(value)))
            }
        };
        whole = further.or(same.and(whole));
    }
    whole
}
