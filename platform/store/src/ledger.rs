//! The value ledger's rows: accounts, what lies in their buckets, entries, lots, reservations, and the commands answered.
//! Entries are never changed: the database itself refuses it (`catalog::kept`).

use crate::cells::Cells;
use crate::conn::{Backend, Conn};
use crate::error::StoreError;
use akrab_model::Raw;

pub(crate) const TABLES: &[&str] = &[
    "CREATE TABLE IF NOT EXISTS ledger_account ({id}, holder_object TEXT NOT NULL, holder_id BIGINT NOT NULL, kind TEXT NOT NULL, \
     currency TEXT NOT NULL, places BIGINT NOT NULL, may_owe BIGINT NOT NULL, state TEXT NOT NULL, next_due BIGINT, opened_at BIGINT NOT NULL)",
    "CREATE UNIQUE INDEX IF NOT EXISTS ledger_account_holder ON ledger_account (holder_object, holder_id, kind, currency)",
    "CREATE INDEX IF NOT EXISTS ledger_account_due ON ledger_account (next_due) WHERE next_due IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS ledger_bucket (account BIGINT NOT NULL, bucket TEXT NOT NULL, amount BIGINT NOT NULL, \
     PRIMARY KEY (account, bucket)) {clustered}",
    "CREATE TABLE IF NOT EXISTS ledger_entry ({id}, account BIGINT NOT NULL, kind TEXT NOT NULL, bucket_from TEXT, bucket_to TEXT NOT NULL, \
     amount BIGINT NOT NULL, reason TEXT NOT NULL, source_object TEXT, source_id BIGINT, reverses BIGINT, reservation BIGINT, \
     at BIGINT NOT NULL, actor BIGINT)",
    "CREATE INDEX IF NOT EXISTS ledger_entry_account ON ledger_entry (account, id)",
    "CREATE INDEX IF NOT EXISTS ledger_entry_reverses ON ledger_entry (reverses) WHERE reverses IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS ledger_entry_source ON ledger_entry (source_object, source_id) WHERE source_id IS NOT NULL",
    "CREATE TABLE IF NOT EXISTS ledger_taken (entry BIGINT NOT NULL, seq BIGINT NOT NULL, lot BIGINT, amount BIGINT NOT NULL, \
     PRIMARY KEY (entry, seq)) {clustered}",
    "CREATE TABLE IF NOT EXISTS ledger_lot ({id}, account BIGINT NOT NULL, entry BIGINT NOT NULL, amount BIGINT NOT NULL, \
     left_over BIGINT NOT NULL, usable_from BIGINT, expires_at BIGINT NOT NULL, waits BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS ledger_lot_open ON ledger_lot (account, waits, expires_at, id) WHERE left_over > 0",
    "CREATE INDEX IF NOT EXISTS ledger_lot_entry ON ledger_lot (entry)",
    "CREATE TABLE IF NOT EXISTS ledger_reservation (id BIGINT PRIMARY KEY, account BIGINT NOT NULL, amount BIGINT NOT NULL, \
     committed BIGINT NOT NULL, released BIGINT NOT NULL, owner_object TEXT, owner_id BIGINT, expires_at BIGINT NOT NULL)",
    "CREATE INDEX IF NOT EXISTS ledger_reservation_held ON ledger_reservation (account, expires_at) WHERE committed + released < amount",
    "CREATE TABLE IF NOT EXISTS ledger_command (key TEXT PRIMARY KEY, hash TEXT NOT NULL, answer TEXT NOT NULL) {clustered}",
];

/// What has no end sorts last.
const NEVER: i64 = i64::MAX;

/// An account as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerAccount {
    pub id: i64,
    pub holder: (String, i64),
    pub kind: String,
    pub currency: String,
    pub places: i64,
    pub may_owe: bool,
    pub state: String,
    /// When time next does something to it (microseconds UTC).
    pub next_due: Option<i64>,
}

/// A lot as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerLot {
    pub id: i64,
    pub entry: i64,
    pub amount: i64,
    pub left: i64,
    pub usable_from: Option<i64>,
    pub expires_at: Option<i64>,
    /// It is not usable yet.
    pub waits: bool,
}

/// A reservation as stored; its number is that of the entry that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerReservation {
    pub id: i64,
    pub account: i64,
    pub amount: i64,
    pub committed: i64,
    pub released: i64,
    pub owner: Option<(String, i64)>,
    pub expires_at: Option<i64>,
}

/// An entry as stored or about to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    pub id: i64,
    pub account: i64,
    pub kind: String,
    pub from: Option<String>,
    pub to: String,
    pub amount: i64,
    pub reason: String,
    pub source: Option<(String, i64)>,
    pub reverses: Option<i64>,
    pub reservation: Option<i64>,
    pub at: i64,
    pub actor: Option<i64>,
}

/// Lots taken from or given back to: (lot, amount).
pub type LedgerTaken = Vec<(Option<i64>, i64)>;

const ACCOUNT: &str = "id, holder_object, holder_id, kind, currency, places, may_owe, state, next_due";
const LOT: &str = "id, entry, amount, left_over, usable_from, expires_at, waits";
const RESERVATION: &str = "id, account, amount, committed, released, owner_object, owner_id, expires_at";
const ENTRY: &str = "id, account, kind, bucket_from, bucket_to, amount, reason, source_object, source_id, reverses, reservation, at, actor";

impl Conn {
    /// The holder's account of this kind and currency.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_of(&mut self, holder: (&str, i64), kind: &str, currency: &str) -> Result<Option<LedgerAccount>, StoreError> {
        let sql =
            format!("SELECT {ACCOUNT} FROM ledger_account WHERE holder_object = $1 AND holder_id = $2 AND kind = $3 AND currency = $4");
        Ok(self.query_one(&sql, &[holder.0.into(), holder.1.into(), kind.into(), currency.into()])?.map(account))
    }

    /// Opens an account unless its holder has one of this kind and currency already.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_open(&mut self, new: &LedgerAccount, at: i64) -> Result<(), StoreError> {
        let sql = "INSERT INTO ledger_account (holder_object, holder_id, kind, currency, places, may_owe, state, opened_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (holder_object, holder_id, kind, currency) DO NOTHING";
        let params = [
            new.holder.0.as_str().into(),
            new.holder.1.into(),
            new.kind.as_str().into(),
            new.currency.as_str().into(),
            new.places.into(),
            new.may_owe.into(),
            new.state.as_str().into(),
            at.into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// An account; while writing nobody else writes to it until the transaction ends.
    ///
    /// # Errors
    /// Those of the database; `Busy` when the wait is too long.
    pub fn ledger_account(&mut self, id: i64) -> Result<Option<LedgerAccount>, StoreError> {
        let sql = format!("SELECT {ACCOUNT} FROM ledger_account WHERE id = $1");
        let rows = match (self.backend(), self.writable) {
            (Backend::Postgres, true) => self.changing(&format!("{sql} FOR UPDATE"), &[id.into()])?,
            _ => self.query(&sql, &[id.into()])?,
        };
        Ok(rows.into_iter().next().map(account))
    }

    /// Accounts to which time has done something.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_due(&mut self, now: i64, limit: usize) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT id FROM ledger_account WHERE next_due <= $1 ORDER BY next_due LIMIT $2";
        Ok(self.query(sql, &[now.into(), (limit as i64).into()])?.iter().filter_map(|row| row.first()?.int()).collect())
    }

    /// Keeps an account's state and when time next does something to it.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_turn(&mut self, id: i64, state: &str, next_due: Option<i64>) -> Result<(), StoreError> {
        self.execute("UPDATE ledger_account SET state = $2, next_due = $3 WHERE id = $1", &[id.into(), state.into(), next_due.into()])
            .map(|_| ())
    }

    /// When time next does something to an account, looked up anew.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_next_due(&mut self, id: i64) -> Result<Option<i64>, StoreError> {
        let sql = "SELECT MIN(due) FROM (\
            SELECT MIN(expires_at) AS due FROM ledger_lot WHERE account = $1 AND waits = 0 AND left_over > 0 \
            UNION ALL SELECT MIN(usable_from) FROM ledger_lot WHERE account = $1 AND waits = 1 AND left_over > 0 \
            UNION ALL SELECT MIN(expires_at) FROM ledger_reservation WHERE account = $1 AND committed + released < amount) AS dues";
        Ok(self.query_one(sql, &[id.into()])?.and_then(|row| Cells::new(row).maybe_int()).filter(|due| *due < NEVER))
    }

    /// What lies in the buckets of an account.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_buckets(&mut self, account: i64) -> Result<Vec<(String, i64)>, StoreError> {
        let rows = self.query("SELECT bucket, amount FROM ledger_bucket WHERE account = $1 ORDER BY bucket", &[account.into()])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.text(), c.int())).collect())
    }

    /// Keeps what lies in buckets.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_fill(&mut self, account: i64, buckets: &[(String, i64)]) -> Result<(), StoreError> {
        let sql = "INSERT INTO ledger_bucket (account, bucket, amount) VALUES ($1, $2, $3) \
                   ON CONFLICT (account, bucket) DO UPDATE SET amount = excluded.amount";
        for (bucket, amount) in buckets {
            self.execute(sql, &[account.into(), bucket.as_str().into(), Raw::Int(*amount)])?;
        }
        Ok(())
    }

    /// Usable lots with something left, first-expiring-first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_lots_open(&mut self, account: i64, limit: usize) -> Result<Vec<LedgerLot>, StoreError> {
        let sql =
            format!("SELECT {LOT} FROM ledger_lot WHERE account = $1 AND waits = 0 AND left_over > 0 ORDER BY expires_at, id LIMIT $2");
        Ok(self.query(&sql, &[account.into(), (limit as i64).into()])?.into_iter().map(lot).collect())
    }

    /// Lots to which time has done something: usable by now, or over.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_lots_due(&mut self, account: i64, now: i64) -> Result<Vec<LedgerLot>, StoreError> {
        let sql = format!(
            "SELECT {LOT} FROM ledger_lot WHERE account = $1 AND left_over > 0 AND ((waits = 0 AND expires_at <= $2) OR (waits = 1 AND usable_from <= $2)) ORDER BY id"
        );
        Ok(self.query(&sql, &[account.into(), now.into()])?.into_iter().map(lot).collect())
    }

    /// Lots of an account with something left, usable ones first, each in the order in which they are used.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_lots(&mut self, account: i64, limit: usize) -> Result<Vec<LedgerLot>, StoreError> {
        let sql = format!("SELECT {LOT} FROM ledger_lot WHERE account = $1 AND left_over > 0 ORDER BY waits, expires_at, id LIMIT $2");
        Ok(self.query(&sql, &[account.into(), (limit as i64).into()])?.into_iter().map(lot).collect())
    }

    /// One lot.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_lot(&mut self, id: i64) -> Result<Option<LedgerLot>, StoreError> {
        Ok(self.query_one(&format!("SELECT {LOT} FROM ledger_lot WHERE id = $1"), &[id.into()])?.map(lot))
    }

    /// The lot an entry made.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_lot_of(&mut self, entry: i64) -> Result<Option<LedgerLot>, StoreError> {
        Ok(self.query_one(&format!("SELECT {LOT} FROM ledger_lot WHERE entry = $1 ORDER BY id LIMIT 1"), &[entry.into()])?.map(lot))
    }

    /// Keeps a new lot and gives its number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_lot_add(&mut self, account: i64, new: &LedgerLot) -> Result<i64, StoreError> {
        let sql = "INSERT INTO ledger_lot (account, entry, amount, left_over, usable_from, expires_at, waits) VALUES ($1, $2, $3, $4, $5, $6, $7)";
        let row = vec![
            account.into(),
            new.entry.into(),
            new.amount.into(),
            new.left.into(),
            new.usable_from.into(),
            new.expires_at.unwrap_or(NEVER).into(),
            new.waits.into(),
        ];
        one(self.insert_many(sql, &[row])?)
    }

    /// Keeps what is left of a lot.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_lot_set(&mut self, id: i64, left: i64, waits: bool) -> Result<(), StoreError> {
        self.execute("UPDATE ledger_lot SET left_over = $2, waits = $3 WHERE id = $1", &[id.into(), left.into(), waits.into()]).map(|_| ())
    }

    /// Writes an entry with the lots it touched and gives its number.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_entry_add(&mut self, new: &LedgerEntry, taken: &LedgerTaken) -> Result<i64, StoreError> {
        let sql = "INSERT INTO ledger_entry (account, kind, bucket_from, bucket_to, amount, reason, source_object, source_id, reverses, \
                   reservation, at, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
        let row = vec![
            new.account.into(),
            new.kind.as_str().into(),
            new.from.clone().into(),
            new.to.as_str().into(),
            new.amount.into(),
            new.reason.as_str().into(),
            new.source.as_ref().map(|s| s.0.clone()).into(),
            new.source.as_ref().map(|s| s.1).into(),
            new.reverses.into(),
            new.reservation.into(),
            new.at.into(),
            new.actor.into(),
        ];
        let id = one(self.insert_many(sql, &[row])?)?;
        let rows: Vec<Vec<Raw>> =
            taken.iter().zip(0i64..).map(|((lot, amount), seq)| vec![id.into(), seq.into(), (*lot).into(), (*amount).into()]).collect();
        if !rows.is_empty() {
            self.execute_many("INSERT INTO ledger_taken (entry, seq, lot, amount) VALUES ($1, $2, $3, $4)", &rows)?;
        }
        Ok(id)
    }

    /// One entry.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_entry(&mut self, id: i64) -> Result<Option<LedgerEntry>, StoreError> {
        Ok(self.query_one(&format!("SELECT {ENTRY} FROM ledger_entry WHERE id = $1"), &[id.into()])?.map(entry))
    }

    /// Entries of an account, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_entries(&mut self, account: i64, before: Option<i64>, limit: usize) -> Result<Vec<LedgerEntry>, StoreError> {
        let sql = format!("SELECT {ENTRY} FROM ledger_entry WHERE account = $1 AND id < $2 ORDER BY id DESC LIMIT $3");
        let params = [account.into(), before.unwrap_or(i64::MAX).into(), (limit as i64).into()];
        Ok(self.query(&sql, &params)?.into_iter().map(entry).collect())
    }

    /// Entries a record is the source of, the latest first.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_entries_about(&mut self, source: (&str, i64), limit: usize) -> Result<Vec<LedgerEntry>, StoreError> {
        let sql = format!("SELECT {ENTRY} FROM ledger_entry WHERE source_object = $1 AND source_id = $2 ORDER BY id DESC LIMIT $3");
        Ok(self.query(&sql, &[source.0.into(), source.1.into(), (limit as i64).into()])?.into_iter().map(entry).collect())
    }

    /// Lots an entry touched, in order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_taken(&mut self, entry: i64) -> Result<LedgerTaken, StoreError> {
        let rows = self.query("SELECT lot, amount FROM ledger_taken WHERE entry = $1 ORDER BY seq", &[entry.into()])?;
        Ok(rows.into_iter().map(Cells::new).map(|mut c| (c.maybe_int(), c.int())).collect())
    }

    /// Sum of an entry's reversals.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_reversed(&mut self, entry: i64) -> Result<i64, StoreError> {
        let rows = self.query("SELECT amount FROM ledger_entry WHERE reverses = $1", &[entry.into()])?;
        Ok(rows.iter().filter_map(|row| row.first()?.int()).sum())
    }

    /// One reservation.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_reservation(&mut self, id: i64) -> Result<Option<LedgerReservation>, StoreError> {
        Ok(self.query_one(&format!("SELECT {RESERVATION} FROM ledger_reservation WHERE id = $1"), &[id.into()])?.map(reservation))
    }

    /// Reservations of an account whose time has run out.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_reservations_due(&mut self, account: i64, now: i64) -> Result<Vec<LedgerReservation>, StoreError> {
        let sql = format!(
            "SELECT {RESERVATION} FROM ledger_reservation WHERE account = $1 AND committed + released < amount AND expires_at <= $2 ORDER BY expires_at, id"
        );
        Ok(self.query(&sql, &[account.into(), now.into()])?.into_iter().map(reservation).collect())
    }

    /// Keeps a reservation as it stands.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_reservation_put(&mut self, row: &LedgerReservation) -> Result<(), StoreError> {
        let sql = "INSERT INTO ledger_reservation (id, account, amount, committed, released, owner_object, owner_id, expires_at) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                   ON CONFLICT (id) DO UPDATE SET committed = excluded.committed, released = excluded.released";
        let params = [
            row.id.into(),
            row.account.into(),
            row.amount.into(),
            row.committed.into(),
            row.released.into(),
            row.owner.as_ref().map(|o| o.0.clone()).into(),
            row.owner.as_ref().map(|o| o.1).into(),
            row.expires_at.unwrap_or(NEVER).into(),
        ];
        self.execute(sql, &params).map(|_| ())
    }

    /// The answer a command was given: (checksum of its content, answer).
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_answer(&mut self, key: &str) -> Result<Option<(String, String)>, StoreError> {
        let row = self.query_one("SELECT hash, answer FROM ledger_command WHERE key = $1", &[key.into()])?.map(Cells::new);
        Ok(row.map(|mut c| (c.text(), c.text())))
    }

    /// Keeps a command's answer for good.
    ///
    /// # Errors
    /// `Unique` when the key was used meanwhile.
    pub fn ledger_answer_put(&mut self, key: &str, hash: &str, answer: &str) -> Result<(), StoreError> {
        self.execute("INSERT INTO ledger_command (key, hash, answer) VALUES ($1, $2, $3)", &[key.into(), hash.into(), answer.into()])
            .map(|_| ())
    }

    /// Accounts whose books do not balance: buckets against what was put in, and lots against what is available.
    ///
    /// # Errors
    /// Those of the database.
    pub fn ledger_unbalanced(&mut self) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT a.id FROM ledger_account a \
            LEFT JOIN (SELECT account, SUM(amount) AS inside, SUM(CASE WHEN bucket = 'available' AND amount > 0 OR bucket = 'pending' \
                       THEN amount ELSE 0 END) AS open FROM ledger_bucket GROUP BY account) b ON b.account = a.id \
            LEFT JOIN (SELECT account, SUM(amount) AS given FROM ledger_entry WHERE bucket_from IS NULL GROUP BY account) e ON e.account = a.id \
            LEFT JOIN (SELECT account, SUM(left_over) AS lots FROM ledger_lot WHERE left_over > 0 GROUP BY account) l ON l.account = a.id \
            WHERE COALESCE(b.inside, 0) <> COALESCE(e.given, 0) OR COALESCE(b.open, 0) <> COALESCE(l.lots, 0) ORDER BY a.id";
        Ok(self.query(sql, &[])?.iter().filter_map(|row| row.first()?.int()).collect())
    }
}

fn one(ids: Vec<i64>) -> Result<i64, StoreError> {
    ids.first().copied().ok_or_else(|| StoreError::other("a row was not stored"))
}

fn account(row: Vec<Raw>) -> LedgerAccount {
    let mut c = Cells::new(row);
    LedgerAccount {
        id: c.int(),
        holder: (c.text(), c.int()),
        kind: c.text(),
        currency: c.text(),
        places: c.int(),
        may_owe: c.int() != 0,
        state: c.text(),
        next_due: c.maybe_int(),
    }
}

fn lot(row: Vec<Raw>) -> LedgerLot {
    let mut c = Cells::new(row);
    LedgerLot {
        id: c.int(),
        entry: c.int(),
        amount: c.int(),
        left: c.int(),
        usable_from: c.maybe_int(),
        expires_at: c.maybe_int().filter(|at| *at < NEVER),
        waits: c.int() != 0,
    }
}

fn reservation(row: Vec<Raw>) -> LedgerReservation {
    let mut c = Cells::new(row);
    LedgerReservation {
        id: c.int(),
        account: c.int(),
        amount: c.int(),
        committed: c.int(),
        released: c.int(),
        owner: record(c.maybe_text(), c.maybe_int()),
        expires_at: c.maybe_int().filter(|at| *at < NEVER),
    }
}

fn entry(row: Vec<Raw>) -> LedgerEntry {
    let mut c = Cells::new(row);
    LedgerEntry {
        id: c.int(),
        account: c.int(),
        kind: c.text(),
        from: c.maybe_text(),
        to: c.text(),
        amount: c.int(),
        reason: c.text(),
        source: record(c.maybe_text(), c.maybe_int()),
        reverses: c.maybe_int(),
        reservation: c.maybe_int(),
        at: c.int(),
        actor: c.maybe_int(),
    }
}

fn record(object: Option<String>, id: Option<i64>) -> Option<(String, i64)> {
    Some((object?, id?))
}
