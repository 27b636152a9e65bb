//! Pages in the order of what linked records are called: by a link first, perhaps by a second key within it.
//!
//! The linked records are followed by their titles, and for each the rows that point to it, so that both indexes
//! are followed and little is sorted. What has no link, or a link whose title the reader may not see, comes last: the
//! order tells no more than the cells do.

use super::page::{Asked, Key, PEEK, beyond, blind, order};
use super::{Bin, T, cell, rows_of};
use crate::cond::{Compiler, bound, col, constant, truth};
use crate::conn::{Conn, Rows};
use crate::error::StoreError;
use crate::schema::comparing_column;
use akrab_model::object::Storage;
use akrab_model::{Cond, Cursor, FieldType, Object, Query, Raw, Registry, Sort};
use sea_query::{Asterisk, BinOper, Expr, ExprTrait, JoinType, Keyword, Order, SelectStatement};

/// Name of the linked records' table.
const A: &str = "k";
/// So few linked records are followed one by one; rows of one may be many.
const SMALL: u64 = 1_000;
/// Of more, so many are followed at once before all rows are sorted.
const STEPS: [u64; 2] = [200, 3_000];

/// Whether the rows are asked for by what a linked record is called.
pub(super) fn by_a_link(object: &Object, sort: &Sort) -> bool {
    object.at(sort.field).kind == FieldType::Link
}

/// What a row sorts by; for a link the title its cell shows.
pub(super) fn sort_value(compiler: &mut Compiler<'_>, object: &Object, sort: &Sort) -> Expr {
    let field = object.at(sort.field);
    let Some(target) = field.to.filter(|_| by_a_link(object, sort)) else { return col(T, comparing_column(field)) };
    let target = compiler.registry.at(target);
    let mut title = sea_query::Query::select();
    title.expr(col(A, comparing_column(target.title_field()))).from_as(target.table.clone(), A);
    title.and_where(col(A, "id").eq(col(T, &field.column)));
    shown(compiler, &mut title, target, &sort.guard);
    Expr::SubQuery(None, Box::new(title.take().into()))
}

/// Keeps to linked records whose title is shown. Those in the bin are left to the end.
fn shown(compiler: &mut Compiler<'_>, select: &mut SelectStatement, target: &Object, guard: &Cond) {
    select.and_where(col(A, "deleted_at").is_null());
    select.and_where(col(A, comparing_column(target.title_field())).is_not_null());
    if *guard != Cond::True {
        select.and_where(compiler.cond(guard, target, A));
    }
}

/// A page by a link.
struct Titled<'a> {
    registry: &'a Registry,
    object: &'a Object,
    target: &'a Object,
    query: &'a Query,
    sort: &'a Sort,
    link: &'a str,
    second: Vec<Key>,
    back: bool,
}

/// Rows of which linked records.
enum From<'a> {
    Start,
    /// Of this one, behind the cursor's row.
    Within(i64, &'a Cursor),
    /// Of those behind this one.
    Beyond(&'a Raw, i64),
}

impl Conn {
    /// As [`Conn::select`] by a link; with the number of values a row's place is told by: title and id of the linked
    /// record, and the second key's.
    pub(super) fn by_a_title(&mut self, registry: &Registry, query: &Query) -> Result<(Rows, usize), StoreError> {
        let object = registry.at(query.object);
        let (sort, more) = query.sort.split_first().ok_or_else(|| StoreError::other("no order"))?;
        let target = object.at(sort.field).to.ok_or_else(|| StoreError::other("a link to nothing"))?;
        let second = more.iter().filter(|s| object.at(s.field).is_column());
        let second = second.map(|s| Key::of_value(col(T, comparing_column(object.at(s.field))), s.descending)).collect();
        let back = query.after.as_ref().is_some_and(|c| c.back);
        let link = &object.at(sort.field).column;
        let page = Titled { registry, object, target: registry.at(target), query, sort, link, second, back };
        Ok((self.titled(&page)?, 2 + page.second.len()))
    }

    fn titled(&mut self, page: &Titled<'_>) -> Result<Rows, StoreError> {
        let want = page.query.limit + 1;
        let start = page.query.after.as_ref();
        let from_empty = start.is_some_and(|c| c.keys.first().is_none_or(Raw::is_null));
        let mut found = Vec::new();
        for empty in if page.back { [true, false] } else { [false, true] } {
            let own = start.filter(|_| from_empty == empty);
            // the part before the cursor's own is done
            if (start.is_some() && own.is_none() && empty == page.back) || found.len() >= want {
                continue;
            }
            if empty {
                let select = page.untitled(&mut Compiler::new(page.registry, self.backend()), own, want - found.len());
                found.extend(self.select_rows(&select)?);
                continue;
            }
            let Some(cursor) = own else {
                found.extend(self.filled(page, &From::Start, want - found.len())?);
                continue;
            };
            let target = cursor.keys.get(1).and_then(Raw::int).unwrap_or_default();
            let select = page.direct(&mut Compiler::new(page.registry, self.backend()), &From::Within(target, cursor), want - found.len());
            found.extend(self.select_rows(&select)?);
            if found.len() < want {
                let title = cursor.keys.first().unwrap_or(&Raw::Null);
                found.extend(self.filled(page, &From::Beyond(title, target), want - found.len())?);
            }
        }
        Ok(found)
    }

    /// Rows whose link has a title.
    fn filled(&mut self, page: &Titled<'_>, from: &From<'_>, want: usize) -> Result<Rows, StoreError> {
        let backend = self.backend();
        let compiler = || Compiler::new(page.registry, backend);
        let asked = Asked { registry: page.registry, object: page.object, query: page.query, block: None };
        if self.few(&asked)? {
            return self.select_rows(&page.scanned(&mut compiler(), from, want));
        }
        if self.is_small(page)? {
            if !blind(&page.query.cond, page.object) {
                return self.select_rows(&page.direct(&mut compiler(), from, want));
            }
            let near = self.select_rows(&page.near(&mut compiler(), from, want))?;
            if near.len() == want {
                return Ok(near);
            }
        } else {
            for step in STEPS {
                let near = self.select_rows(&page.next_titles(&mut compiler(), from, step, want))?;
                if near.len() == want {
                    return Ok(near);
                }
            }
        }
        self.select_rows(&page.scanned(&mut compiler(), from, want))
    }

    /// Whether few records can be linked to.
    fn is_small(&mut self, page: &Titled<'_>) -> Result<bool, StoreError> {
        let mut some = sea_query::Query::select();
        some.expr(truth(true)).from_as(page.target.table.clone(), A).limit(1).offset(SMALL);
        Ok(self.select_rows(&some)?.is_empty())
    }
}

impl Titled<'_> {
    fn downward(&self) -> bool {
        self.sort.descending != self.back
    }

    fn bin(&self) -> Bin {
        if self.query.bin { Bin::Binned } else { Bin::Living }
    }

    fn title(&self) -> Expr {
        col(A, comparing_column(self.target.title_field()))
    }

    /// Both indexes are followed.
    fn direct(&self, compiler: &mut Compiler<'_>, from: &From<'_>, want: usize) -> SelectStatement {
        let mut select = rows_of(compiler, self.object, &self.query.columns, &self.query.cond, self.bin());
        self.place_of(&mut select, self.title());
        self.join(compiler, &mut select, from, self.title());
        select.limit(want as u64).take()
    }

    /// Rows that match are found first, then sorted; no index is chosen for the order.
    fn scanned(&self, compiler: &mut Compiler<'_>, from: &From<'_>, want: usize) -> SelectStatement {
        let mut select = rows_of(compiler, self.object, &self.query.columns, &self.query.cond, self.bin());
        self.place_of(&mut select, self.title());
        let title = match self.target.title_field().storage() {
            Storage::Text => self.title().binary(BinOper::Custom("||"), Expr::Constant("".into())),
            _ => self.title().add(constant(0)),
        };
        // not by the link's index: the rows are walked as they lie, each looks up its one title
        self.join_on(compiler, &mut select, from, title, col(T, self.link).add(constant(0)));
        select.limit(want as u64).take()
    }

    /// Rows of the next linked records, so many of them.
    fn next_titles(&self, compiler: &mut Compiler<'_>, from: &From<'_>, most: u64, want: usize) -> SelectStatement {
        let mut next = sea_query::Query::select();
        next.expr_as(col(A, "id"), "id").expr_as(self.title(), "k0").from_as(self.target.table.clone(), A);
        shown(compiler, &mut next, self.target, &self.sort.guard);
        self.begin(&mut next, from, self.title());
        for key in [self.title(), col(A, "id")] {
            next.order_by_expr(key, direction(self.downward()));
        }
        next.limit(most);
        let mut select = rows_of(compiler, self.object, &self.query.columns, &self.query.cond, self.bin());
        self.place_of(&mut select, col(A, "k0"));
        select.join_subquery(JoinType::InnerJoin, next, A, col(A, "id").eq(col(T, self.link)));
        self.order(&mut select, col(A, "k0"), col(A, "id"));
        select.limit(want as u64).take()
    }

    /// Those of the next rows in order that match.
    fn near(&self, compiler: &mut Compiler<'_>, from: &From<'_>, want: usize) -> SelectStatement {
        let mut next = sea_query::Query::select();
        next.column((T, Asterisk)).expr_as(self.title(), "k0").expr_as(col(A, "id"), "k1");
        super::from(compiler, &mut next, self.object, &Cond::True, self.bin());
        self.join(compiler, &mut next, from, self.title());
        next.limit(PEEK);
        let mut select = sea_query::Query::select();
        for column in ["id", "version", "deleted_at"] {
            select.expr(col(T, column));
        }
        select.exprs(self.query.columns.iter().map(|ix| cell(self.object, *ix)));
        select.expr(col(T, "k0")).expr(col(T, "k1")).exprs(self.second.iter().map(|k| k.value.clone()));
        select.from_subquery(next, T).and_where(compiler.cond(&self.query.cond, self.object, T));
        self.order(&mut select, col(T, "k0"), col(T, "k1"));
        select.limit(want as u64).take()
    }

    /// Rows without a link, or with one whose title is not shown.
    fn untitled(&self, compiler: &mut Compiler<'_>, after: Option<&Cursor>, want: usize) -> SelectStatement {
        let mut select = rows_of(compiler, self.object, &self.query.columns, &self.query.cond, self.bin());
        let none = || Expr::Keyword(Keyword::Null);
        select.expr(none()).expr(none()).exprs(self.second.iter().map(|k| k.value.clone()));
        let mut titles = sea_query::Query::select();
        titles.expr(truth(true)).from_as(self.target.table.clone(), A).and_where(col(A, "id").eq(col(T, self.link)));
        shown(compiler, &mut titles, self.target, &self.sort.guard);
        select.and_where(Expr::exists(titles.take()).not());
        if let Some(cursor) = after {
            select.and_where(self.behind(cursor));
        }
        self.order_within(&mut select);
        select.limit(want as u64).take()
    }

    /// Selects what tells a row's place.
    fn place_of(&self, select: &mut SelectStatement, title: Expr) {
        select.expr(title).expr(col(A, "id")).exprs(self.second.iter().map(|k| k.value.clone()));
    }

    /// Adds the linked records and the order; `title` stands for the key.
    fn join(&self, compiler: &mut Compiler<'_>, select: &mut SelectStatement, from: &From<'_>, title: Expr) {
        self.join_on(compiler, select, from, title, col(T, self.link));
    }

    fn join_on(&self, compiler: &mut Compiler<'_>, select: &mut SelectStatement, from: &From<'_>, title: Expr, link: Expr) {
        select.join_as(JoinType::InnerJoin, self.target.table.clone(), A, col(A, "id").eq(link));
        shown(compiler, select, self.target, &self.sort.guard);
        self.begin(select, from, title.clone());
        match from {
            From::Within(target, cursor) => {
                select.and_where(col(T, self.link).eq(*target)).and_where(self.behind(cursor));
                self.order_within(select);
            }
            _ => self.order(select, title, col(A, "id")),
        }
    }

    fn begin(&self, select: &mut SelectStatement, from: &From<'_>, title: Expr) {
        match from {
            From::Start => {}
            From::Within(target, _) => drop(select.and_where(col(A, "id").eq(*target))),
            From::Beyond(value, target) => {
                let (here, there) = (Expr::tuple([title, col(A, "id")]), Expr::tuple([bound(value), Expr::val(*target)]));
                select.and_where(if self.downward() { here.lt(there) } else { here.gt(there) });
            }
        }
    }

    /// Rows behind the cursor's among those with the same link.
    fn behind(&self, cursor: &Cursor) -> Expr {
        let own = Cursor { keys: cursor.keys.iter().skip(2).cloned().collect(), id: cursor.id, back: self.back };
        if self.second.is_empty() {
            return if self.downward() { col(T, "id").lt(cursor.id) } else { col(T, "id").gt(cursor.id) };
        }
        beyond(&self.second, &own)
    }

    fn order(&self, select: &mut SelectStatement, title: Expr, target: Expr) {
        for key in [title, target] {
            select.order_by_expr(key, direction(self.downward()));
        }
        self.order_within(select);
    }

    fn order_within(&self, select: &mut SelectStatement) {
        if self.second.is_empty() {
            select.order_by_expr(col(T, "id"), direction(self.downward()));
        } else {
            order(select, &self.second, self.back);
        }
    }
}

fn direction(downward: bool) -> Order {
    if downward { Order::Desc } else { Order::Asc }
}
