//! Pages by two sort keys. One index gives the order of the first key; rows that agree in it must
//! be sorted by the second, and there may be a million of them.
//!
//! So the first key is followed in stretches: where few rows agree, a stretch is sorted as it is;
//! where many do, they are a block of their own and are read by the second key's index.

use super::page::{Asked, Key, blind};
use super::{T, from};
use crate::cond::{Compiler, bound, col};
use crate::conn::{Conn, Rows};
use crate::error::StoreError;
use akrab_model::{Cond, Count, Raw};
use sea_query::{ExprTrait, NullOrdering, Order, SelectStatement};

/// Rows of the table sorted at once.
const STRETCH: u64 = 2_000;
/// Stretches and blocks followed before the rest is sorted as a whole: so few matching rows are cheap to sort.
const STEPS: usize = 8;
/// Matching rows that are sorted as a whole from the start.
const FEW: u64 = 5_000;

/// Where the values of the first key begin that are still to be read.
enum Edge {
    Start,
    After(Raw),
    At(Raw),
}

/// Values of the first key between two edges, in the direction read.
struct Span<'a> {
    key: &'a Key,
    downward: bool,
    from: &'a Edge,
    /// The first value that does not belong to it.
    to: Option<&'a Raw>,
}

impl Span<'_> {
    fn place(&self, select: &mut SelectStatement) {
        let column = || col(T, &self.key.column);
        select.and_where(column().is_not_null());
        match (self.from, self.downward) {
            (Edge::Start, _) => {}
            (Edge::After(value), false) => drop(select.and_where(column().gt(bound(value)))),
            (Edge::After(value), true) => drop(select.and_where(column().lt(bound(value)))),
            (Edge::At(value), false) => drop(select.and_where(column().gte(bound(value)))),
            (Edge::At(value), true) => drop(select.and_where(column().lte(bound(value)))),
        }
        if let Some(value) = self.to {
            select.and_where(if self.downward { column().gt(bound(value)) } else { column().lt(bound(value)) });
        }
        select.order_by_expr(column(), direction(self.downward));
    }
}

impl Conn {
    /// Rows in the order of two keys.
    pub(super) fn by_two_keys(
        &mut self,
        asked: &Asked<'_>,
        first: &Key,
        second: &Key,
        back: bool,
        want: usize,
    ) -> Result<Rows, StoreError> {
        let cursor = asked.query.after.as_ref();
        let start = cursor.map(|c| {
            let key = |n: usize| c.keys.get(n).cloned().unwrap_or(Raw::Null);
            (key(0), (key(1), c.id))
        });
        let few = self.few(asked)?;
        let mut found = Vec::new();
        let parts = if back { [true, false] } else { [false, true] };
        for empty in parts {
            let own = start.as_ref().filter(|(value, _)| value.is_null() == empty);
            // the part before the cursor's own is done
            if (start.is_some() && own.is_none() && empty == back) || found.len() >= want {
                continue;
            }
            if let Some((value, after)) = own {
                found.extend(self.block(asked, (first, value), second, back, Some(after), want - found.len())?);
            } else if empty {
                found.extend(self.block(asked, (first, &Raw::Null), second, back, None, want - found.len())?);
            }
            if !empty && found.len() < want {
                let edge = own.map_or(Edge::Start, |(value, _)| Edge::After(value.clone()));
                let left = want - found.len();
                found.extend(self.follow(asked, (first, second), back, edge, if few { 0 } else { STEPS }, left)?);
            }
        }
        Ok(found)
    }

    /// Whether so few rows match that sorting them is the shortest way. A condition that no index
    /// answers would have to be tried on every row to know.
    pub(super) fn few(&mut self, asked: &Asked<'_>) -> Result<bool, StoreError> {
        let cond = &asked.query.cond;
        if *cond == Cond::True || blind(cond, asked.object) {
            return Ok(false);
        }
        Ok(matches!(self.count(asked.registry, asked.object, cond, asked.bin(), Some(FEW))?, Count::Exact(_)))
    }

    /// Follows the filled values of the first key.
    fn follow(
        &mut self,
        asked: &Asked<'_>,
        (first, second): (&Key, &Key),
        back: bool,
        mut edge: Edge,
        steps: usize,
        want: usize,
    ) -> Result<Rows, StoreError> {
        let downward = first.descending != back;
        let mut found = Vec::new();
        for _ in 0..steps {
            let open = Span { key: first, downward, from: &edge, to: None };
            let Some(next) = self.value_at(asked, &open, 0)? else { return Ok(found) };
            let far = self.value_at(asked, &open, STRETCH)?;
            if far.as_ref() == Some(&next) {
                found.extend(self.block(asked, (first, &next), second, back, None, want - found.len())?);
                edge = Edge::After(next);
            } else {
                let span = Span { to: far.as_ref(), ..open };
                found.extend(self.stretch(asked, &span, second, back, want - found.len())?);
                let Some(far) = far else { return Ok(found) };
                edge = Edge::At(far);
            }
            if found.len() >= want {
                return Ok(found);
            }
        }
        let rest = Span { key: first, downward, from: &edge, to: None };
        found.extend(self.stretch(asked, &rest, second, back, want - found.len())?);
        Ok(found)
    }

    /// The first key's value so many rows into a span, whatever is asked for: read from the index alone.
    fn value_at(&mut self, asked: &Asked<'_>, span: &Span<'_>, rows: u64) -> Result<Option<Raw>, StoreError> {
        let mut compiler = Compiler::new(asked.registry, self.backend());
        let mut select = sea_query::Query::select();
        select.expr(col(T, &span.key.column));
        from(&mut compiler, &mut select, asked.object, &Cond::True, asked.bin());
        span.place(&mut select);
        select.order_by_expr(col(T, "id"), direction(span.downward)).limit(1).offset(rows);
        Ok(self.select_rows(&select)?.into_iter().next().and_then(|row| row.into_iter().next()))
    }

    /// The matching rows of a span, sorted.
    fn stretch(&mut self, asked: &Asked<'_>, span: &Span<'_>, second: &Key, back: bool, want: usize) -> Result<Rows, StoreError> {
        let mut select = self.base(asked, [span.key, second]);
        span.place(&mut select);
        let downward = second.descending != back;
        let nulls = if back { NullOrdering::First } else { NullOrdering::Last };
        select.order_by_expr_with_nulls(col(T, &second.column), direction(downward), nulls);
        select.order_by_expr(col(T, "id"), direction(downward));
        self.select_rows(select.limit(want as u64))
    }

    /// The matching rows with one value of the first key, by the second.
    fn block(
        &mut self,
        asked: &Asked<'_>,
        block: (&Key, &Raw),
        second: &Key,
        back: bool,
        start: Option<&(Raw, i64)>,
        want: usize,
    ) -> Result<Rows, StoreError> {
        let own = Asked { block: Some(block), ..*asked };
        let mut found = self.by_one_key(&own, second, back, start, want)?;
        // the place of a row is told by both keys
        let place = 3 + asked.query.columns.len();
        for row in &mut found {
            row.insert(place, block.1.clone());
        }
        Ok(found)
    }
}

fn direction(downward: bool) -> Order {
    if downward { Order::Desc } else { Order::Asc }
}
