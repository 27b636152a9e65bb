//! Waves: units planned together for the same moment.

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;
use std::collections::HashSet;

/// Fewer units for one moment are items from the beginning: a wave is a row of its own.
const FEWEST: usize = 32;

/// What is known of a wave. Its units are counted from `first`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wave {
    id: i64,
    pub batch: i64,
    pub run_at: i64,
    first: i64,
    /// Units up to this one are taken.
    taken: i64,
}

impl Conn {
    /// Plans units of a batch: (unit, run at). Those planned before stay as they are.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_plan(&mut self, batch: i64, route: i64, units: &[(i64, i64)]) -> Result<(), StoreError> {
        let few = units.len() < FEWEST;
        // of two who plan for one batch the second sees what the first has planned
        if self.backend() == Backend::Postgres {
            let how = if few { "SHARE" } else { "UPDATE" };
            self.changing(&format!("SELECT id FROM work_batch WHERE id = $1 FOR {how}"), &[batch.into()])?;
        }
        let mut fresh = units.to_vec();
        fresh.sort_by_key(|(unit, _)| *unit);
        fresh.dedup_by_key(|(unit, _)| *unit);
        let mut known = HashSet::new();
        match (fresh.first(), fresh.last()) {
            (Some((first, _)), Some((last, _))) if !few => self.work_known(batch, *first, *last, &mut known)?,
            _ => fresh.iter().try_for_each(|(unit, _)| self.work_known(batch, *unit, *unit, &mut known))?,
        }
        fresh.retain(|(unit, _)| !known.contains(unit));
        fresh.sort_by_key(|(_, at)| *at);
        let mut alone: Vec<Vec<Raw>> = Vec::new();
        for together in fresh.chunk_by(|a, b| a.1 == b.1) {
            if together.len() < FEWEST {
                alone.extend(together.iter().map(|(unit, at)| vec![batch.into(), (*unit).into(), route.into(), (*at).into()]));
            } else {
                self.work_wave_add(batch, route, together)?;
            }
        }
        let sql =
            "INSERT INTO work_item (batch, unit, route, state, run_at, attempts) VALUES ($1, $2, $3, 0, $4, 0) ON CONFLICT DO NOTHING";
        self.execute_many(sql, &alone)
    }

    /// Adds the units of a batch from `first` to `last` that are planned. Waves are looked at first: a unit may become an
    /// item meanwhile, and never the other way.
    fn work_known(&mut self, batch: i64, first: i64, last: i64, known: &mut HashSet<i64>) -> Result<(), StoreError> {
        let sql = "SELECT id, first, last FROM work_wave WHERE batch = $1 AND first <= $3 AND last >= $2";
        for row in self.query(sql, &[batch.into(), first.into(), last.into()])? {
            let mut c = Cells::new(row);
            let (wave, begin, end) = (c.int(), c.int(), c.int());
            let (from, to) = (first.max(begin) - begin, last.min(end) - begin);
            let sql = "SELECT unit FROM work_unit WHERE wave = $1 AND unit >= $2 AND unit <= $3";
            let units = self.query(sql, &[wave.into(), from.into(), to.into()])?;
            known.extend(units.into_iter().map(|row| begin + Cells::new(row).int()));
        }
        let sql = "SELECT unit FROM work_item WHERE batch = $1 AND unit >= $2 AND unit <= $3";
        let units = self.query(sql, &[batch.into(), first.into(), last.into()])?;
        known.extend(units.into_iter().map(|row| Cells::new(row).int()));
        Ok(())
    }

    /// Units upwards, all for the same moment.
    fn work_wave_add(&mut self, batch: i64, route: i64, units: &[(i64, i64)]) -> Result<(), StoreError> {
        let mut rest = units;
        while let Some((first, at)) = rest.first().copied() {
            let near = |(unit, _): &(i64, i64)| unit.checked_sub(first).is_some_and(|far| i32::try_from(far).is_ok());
            let (wave, further) = rest.split_at(rest.partition_point(near));
            let last = wave.last().map_or(first, |(unit, _)| *unit);
            let sql = "INSERT INTO work_wave (batch, route, run_at, first, last) VALUES ($1, $2, $3, $4, $5)";
            let id = self.insert_many(sql, &[vec![batch.into(), route.into(), at.into(), first.into(), last.into()]])?;
            let id = id.first().copied().ok_or_else(|| StoreError::other("a wave was not stored"))?;
            let rows: Vec<Vec<Raw>> = wave.iter().map(|(unit, _)| vec![id.into(), (unit - first).into()]).collect();
            self.execute_many("INSERT INTO work_unit (wave, unit) VALUES ($1, $2)", &rows)?;
            rest = further;
        }
        Ok(())
    }

    /// The wave of a route that waits longest, held until the transaction ends; one that others hold is left out.
    pub(super) fn work_wave_due(&mut self, route: i64, now: i64) -> Result<Option<Wave>, StoreError> {
        let (resting, skip) = (super::NOT_RESTING, if self.backend() == Backend::Postgres { " FOR UPDATE SKIP LOCKED" } else { "" });
        let sql = format!(
            "SELECT id, batch, run_at, first, taken FROM work_wave WHERE route = $1 AND run_at <= $2 AND {resting} ORDER BY run_at, id LIMIT 1{skip}"
        );
        let found = self.changing(&sql, &[route.into(), now.into()])?.into_iter().next().map(Cells::new);
        Ok(found.map(|mut c| Wave { id: c.int(), batch: c.int(), run_at: c.int(), first: c.int(), taken: c.int() }))
    }

    /// Takes up to `limit` units out of a wave that is held; a wave that gives no more is dropped.
    pub(super) fn work_wave_take(&mut self, wave: &Wave, limit: i64) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT unit FROM work_unit WHERE wave = $1 AND unit > $2 ORDER BY unit LIMIT $3";
        let found = self.query(sql, &[wave.id.into(), wave.taken.into(), limit.into()])?;
        let units: Vec<i64> = found.into_iter().map(|row| Cells::new(row).int()).collect();
        if let Some(last) = units.last().copied() {
            let sql = "DELETE FROM work_unit WHERE wave = $1 AND unit > $2 AND unit <= $3";
            self.execute(sql, &[wave.id.into(), wave.taken.into(), last.into()])?;
            self.execute("UPDATE work_wave SET taken = $2 WHERE id = $1", &[wave.id.into(), last.into()])?;
        }
        if (units.len() as i64) < limit {
            self.execute("DELETE FROM work_wave WHERE id = $1", &[wave.id.into()])?;
        }
        Ok(units.into_iter().map(|unit| wave.first + unit).collect())
    }

    /// Waves a condition is true of, held until the transaction ends: (id, first unit).
    fn work_waves_held(&mut self, which: &str, params: &[Raw]) -> Result<Vec<(i64, i64)>, StoreError> {
        let hold = if self.backend() == Backend::Postgres { " FOR UPDATE" } else { "" };
        let rows = self.changing(&format!("SELECT id, first FROM work_wave WHERE {which} ORDER BY id{hold}"), params)?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.int(), c.int())).collect())
    }

    /// Cancels what of a batch has not been taken by anybody.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_cancel(&mut self, batch: i64) -> Result<u64, StoreError> {
        let waves = self.work_waves_held("batch = $1", &[batch.into()])?;
        let items = self.execute("UPDATE work_item SET state = 6 WHERE batch = $1 AND state = 0", &[batch.into()])?;
        let ids = self.list(&waves.into_iter().map(|(id, _)| id).collect::<Vec<_>>());
        let sql = format!(
            "INSERT INTO work_item (batch, unit, route, state, run_at, attempts) SELECT w.batch, w.first + u.unit, w.route, 6, w.run_at, 0 \
             FROM work_wave w JOIN work_unit u ON u.wave = w.id WHERE {}",
            self.one_of("w.id", "$1")
        );
        let planned = self.execute(&sql, std::slice::from_ref(&ids))?;
        for (table, key) in [("work_unit", "wave"), ("work_wave", "id")] {
            let sql = format!("DELETE FROM {table} WHERE {}", self.one_of(key, "$1"));
            self.execute(&sql, std::slice::from_ref(&ids))?;
        }
        Ok(items + planned)
    }

    /// Cancels what waits for a person for a purpose and says how much that was.
    ///
    /// # Errors
    /// Those of the database.
    pub fn work_withdraw(&mut self, object: &str, person: i64, purpose: &str, told: &str) -> Result<u64, StoreError> {
        let of = "batch IN (SELECT batch FROM work_purpose WHERE people = $1 AND purpose = $3)";
        let params: [Raw; 3] = [object.into(), person.into(), purpose.into()];
        let waves = self.work_waves_held(&format!("first <= $2 AND last >= $2 AND {of}"), &params)?;
        let sql = format!("UPDATE work_item SET state = 6, told = $4 WHERE unit = $2 AND state = 0 AND {of}");
        let mut cancelled = self.execute(&sql, &[object.into(), person.into(), purpose.into(), told.into()])?;
        for (wave, first) in waves {
            let unit = [wave.into(), (person - first).into()];
            if self.execute("DELETE FROM work_unit WHERE wave = $1 AND unit = $2", &unit)? == 0 {
                continue;
            }
            let sql = "INSERT INTO work_item (batch, unit, route, state, run_at, attempts, told) \
                       SELECT batch, first + $2, route, 6, run_at, 0, $3 FROM work_wave WHERE id = $1";
            cancelled += self.execute(sql, &[wave.into(), (person - first).into(), told.into()])?;
        }
        Ok(cancelled)
    }
}
