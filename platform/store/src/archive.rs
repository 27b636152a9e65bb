//! A workspace as rows that any database of ours takes: table after table, page after page, and back in.
//!
//! Each of the platform's own tables is either carried or left behind with a reason; a new table has to be put
//! into one of the two lists. Tables of objects are always carried.

use crate::conn::{Backend, Conn, Rows};
use crate::error::StoreError;
use crate::schema::{ColumnSpec, SchemaStep, quote};
use crate::store::{Options, Store, Target};
use crate::{postgres, sqlite};
use akrab_model::Raw;
use akrab_model::text::fold;
use std::collections::{BTreeMap, HashMap};

/// Tables that go along.
const CARRIED: &[&str] = &[
    "approval",
    "approval_decision",
    "approval_seat",
    "attachment",
    "attachment_revision",
    "audit",
    "blanked",
    "breach",
    "change",
    "confirmation",
    "consent_event",
    "contact_block",
    "contact_decision",
    "counter",
    "declared_draft",
    "declared_version",
    "deputy",
    "directory_name",
    "erased",
    "erased_key",
    "favourite",
    "field_word",
    "file",
    "flow",
    "follow",
    "inlet",
    "law_lock",
    "ledger_account",
    "ledger_bucket",
    "ledger_command",
    "ledger_entry",
    "ledger_lot",
    "ledger_reservation",
    "ledger_taken",
    "merge",
    "name",
    "notice",
    "notice_text",
    "policy_check",
    "recent",
    "record_share",
    "service_account",
    "setting",
    "shape",
    "shape_log",
    "stay",
    "timeline",
    "timeline_pin",
    "twin",
    "view",
];

/// Why a table stays behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stays {
    /// Passwords, second factors, sessions, tokens, keys of others.
    Secret,
    /// Worked out again from what is carried.
    Derived,
    /// Work under way, which only one installation may go on with.
    Running,
}

/// Tables that stay behind.
const LEFT: &[(&str, Stays)] = &[
    ("api_token", Stays::Secret),
    ("attempt", Stays::Secret),
    ("credential", Stays::Secret),
    ("device", Stays::Secret),
    ("erased_file", Stays::Running),
    ("file_place", Stays::Derived),
    ("file_shelf", Stays::Derived),
    ("flow_count", Stays::Running),
    ("flow_feed", Stays::Running),
    ("flow_log", Stays::Running),
    ("flow_mail", Stays::Running),
    ("flow_run", Stays::Running),
    ("hook", Stays::Secret),
    ("hook_attempt", Stays::Running),
    ("hook_delivery", Stays::Running),
    ("hook_event", Stays::Running),
    ("idempotency", Stays::Running),
    ("inlet_call", Stays::Running),
    ("job", Stays::Running),
    ("job_note", Stays::Running),
    ("job_schedule", Stays::Running),
    ("meta", Stays::Derived),
    ("notice_wait", Stays::Running),
    ("oauth_app", Stays::Secret),
    ("oauth_code", Stays::Secret),
    ("oauth_grant", Stays::Secret),
    ("oauth_token", Stays::Secret),
    ("oidc_flow", Stays::Running),
    ("oidc_identity", Stays::Secret),
    ("oidc_provider", Stays::Secret),
    ("passkey", Stays::Secret),
    ("passkey_ask", Stays::Running),
    ("presence", Stays::Running),
    ("recovery", Stays::Secret),
    ("reset", Stays::Secret),
    ("scoped_link", Stays::Secret),
    ("search_entry", Stays::Derived),
    ("search_fts", Stays::Derived),
    ("search_word", Stays::Derived),
    ("service_token", Stays::Secret),
    ("session", Stays::Secret),
    ("totp_used", Stays::Secret),
    ("work_batch", Stays::Running),
    ("work_item", Stays::Running),
    ("work_purpose", Stays::Running),
    ("work_route", Stays::Running),
    ("work_unit", Stays::Running),
    ("work_wave", Stays::Running),
];

/// Of these tables only some rows go along: settings that belong to one installation, its address and what its planner knows,
/// stay, and so do addresses of others with their secrets; public forms, which have none, go.
const PARTLY: [(&str, &str); 2] = [("setting", "key NOT LIKE 'analyzed.%' AND key <> 'link_base'"), ("inlet", "proof = 'form'")];

/// A table and how its rows are told apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArchiveTable {
    pub name: String,
    pub columns: Vec<ColumnSpec>,
    /// Columns of the primary key, in its order.
    pub key: Vec<String>,
    /// The largest id ever given, which may be larger than any that is left.
    pub last_id: Option<i64>,
}

/// What becomes of a table of the platform.
pub fn archived(table: &str) -> Result<(), Option<Stays>> {
    if is_of_object(table) || CARRIED.contains(&table) {
        return Ok(());
    }
    Err(LEFT.iter().find(|(name, _)| *name == table).map(|(_, why)| *why))
}

fn is_of_object(table: &str) -> bool {
    table.starts_with("o_") || table.starts_with("l_")
}

impl Conn {
    /// Every table of this workspace, also those that stay behind.
    ///
    /// # Errors
    /// Those of the database.
    pub fn table_names(&mut self) -> Result<Vec<String>, StoreError> {
        Ok(self.all_tables()?.into_iter().map(|table| table.name).collect())
    }

    /// The tables that go into an archive, by name.
    ///
    /// # Errors
    /// Those of the database.
    pub fn archive_tables(&mut self) -> Result<Vec<ArchiveTable>, StoreError> {
        let last: HashMap<String, i64> = self
            .query(if self.backend() == Backend::Sqlite { sqlite::catalog::LAST_IDS } else { postgres::catalog::LAST_IDS }, &[])?
            .into_iter()
            .filter_map(|row| match <[Raw; 2]>::try_from(row).ok()? {
                [Raw::Text(table), Raw::Int(last)] => Some((table, last)),
                _ => None,
            })
            .collect();
        let mut tables = self.all_tables()?;
        tables.retain(|table| archived(&table.name).is_ok() && !table.key.is_empty());
        for table in &mut tables {
            table.last_id = last.get(&table.name).copied().filter(|last| *last > 0);
            // what is folded is folded again
            let named: Vec<String> = table.columns.iter().map(|c| c.name.clone()).collect();
            let folded = |name: &str| name.strip_suffix("__s").is_some_and(|own| named.iter().any(|n| n == own));
            if is_of_object(&table.name) {
                table.columns.retain(|c| !folded(&c.name));
            }
        }
        Ok(tables)
    }

    fn all_tables(&mut self) -> Result<Vec<ArchiveTable>, StoreError> {
        let sql = match self.backend() {
            Backend::Sqlite => sqlite::catalog::TABLES,
            Backend::Postgres => postgres::catalog::TABLES,
        };
        let mut tables: Vec<(ArchiveTable, BTreeMap<i64, String>)> = Vec::new();
        for row in self.query(sql, &[])? {
            let Ok([Raw::Text(name), Raw::Text(column), Raw::Int(text), Raw::Int(place)]) = <[Raw; 4]>::try_from(row) else { continue };
            if tables.last().is_none_or(|(table, _)| table.name != name) {
                tables.push((ArchiveTable { name, columns: Vec::new(), key: Vec::new(), last_id: None }, BTreeMap::new()));
            }
            if let Some((table, key)) = tables.last_mut() {
                if place > 0 {
                    key.insert(place, column.clone());
                }
                table.columns.push(ColumnSpec { name: column, text: text != 0 });
            }
        }
        Ok(tables.into_iter().map(|(table, key)| ArchiveTable { key: key.into_values().collect(), ..table }).collect())
    }

    /// The columns a table has now, in their order.
    ///
    /// # Errors
    /// Those of the database.
    pub fn table_columns(&mut self, table: &str) -> Result<Vec<String>, StoreError> {
        let found = self.all_tables()?.into_iter().find(|t| t.name == table);
        Ok(found.map(|t| t.columns.into_iter().map(|c| c.name).collect()).unwrap_or_default())
    }

    /// Rows behind the one with the key `after`, in the order of the keys.
    ///
    /// # Errors
    /// Those of the database.
    pub fn archive_rows(&mut self, table: &ArchiveTable, after: Option<&[Raw]>, limit: usize) -> Result<Rows, StoreError> {
        let list = |names: &mut dyn Iterator<Item = &String>| names.map(|n| quote(n)).collect::<Vec<_>>().join(", ");
        let columns = list(&mut table.columns.iter().map(|c| &c.name));
        let key = list(&mut table.key.iter());
        let places: Vec<String> = (1..=table.key.len()).map(|n| format!("${n}")).collect();
        let behind = after.map(|_| format!("({key}) > ({})", places.join(", ")));
        let own = PARTLY.iter().find(|(name, _)| *name == table.name).map(|(_, which)| (*which).to_string());
        let which: Vec<String> = behind.into_iter().chain(own).collect();
        let which = if which.is_empty() { String::new() } else { format!(" WHERE {}", which.join(" AND ")) };
        let sql = format!("SELECT {columns} FROM {}{which} ORDER BY {key} LIMIT {limit}", quote(&table.name));
        self.query(&sql, after.unwrap_or_default())
    }

    /// Puts rows into a table there is; `columns` names their cells. Folded companions are filled.
    ///
    /// # Errors
    /// `Unique` for a row that is there already; those of the database.
    pub fn archive_put(&mut self, table: &str, columns: &[String], folded: &[usize], rows: &[Vec<Raw>]) -> Result<(), StoreError> {
        let mut names: Vec<String> = columns.iter().map(|c| quote(c)).collect();
        names.extend(folded.iter().filter_map(|n| columns.get(*n)).map(|c| quote(&format!("{c}__s"))));
        let places: Vec<String> = (1..=names.len()).map(|n| format!("${n}")).collect();
        let sql = format!("INSERT INTO {} ({}) VALUES ({})", quote(table), names.join(", "), places.join(", "));
        if folded.is_empty() {
            return self.execute_many(&sql, rows);
        }
        let companion = |row: &[Raw], n: usize| match row.get(n) {
            Some(Raw::Text(text)) => Raw::Text(fold(text)),
            _ => Raw::Null,
        };
        let whole = rows.iter().map(|row| row.iter().cloned().chain(folded.iter().map(|n| companion(row, *n))).collect());
        let whole: Vec<Vec<Raw>> = whole.collect();
        self.execute_many(&sql, &whole)
    }

    /// Makes room for what an archive holds and this program does not declare: tables and columns of objects.
    ///
    /// # Errors
    /// Those of the database.
    pub fn archive_room(&mut self, table: &str, columns: &[ColumnSpec]) -> Result<(), StoreError> {
        let given = if table.starts_with("l_") { &["from_id", "n", "to_id"] } else { &["id", "version", "deleted_at"] };
        let there = self.all_tables()?.into_iter().find(|t| t.name == table);
        let own = columns.iter().filter(|c| !given.contains(&c.name.as_str()));
        let steps: Vec<SchemaStep> = match there {
            None if table.starts_with("l_") => {
                vec![SchemaStep::CreateLinks { table: table.into(), columns: own.cloned().collect() }]
            }
            None => vec![SchemaStep::CreateTable { table: table.into(), columns: own.cloned().collect() }],
            Some(there) => own
                .filter(|c| !there.columns.iter().any(|known| known.name == c.name))
                .map(|c| SchemaStep::AddColumn { table: table.into(), column: c.clone() })
                .collect(),
        };
        self.schema_apply(&steps)
    }

    /// Ids from here on are larger than `last`.
    ///
    /// # Errors
    /// Those of the database.
    pub fn archive_last_id(&mut self, table: &str, last: i64) -> Result<(), StoreError> {
        match self.backend() {
            Backend::Sqlite => {
                if self.execute("UPDATE sqlite_sequence SET seq = MAX(seq, $2) WHERE name = $1", &[table.into(), Raw::Int(last)])? == 0 {
                    self.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)", &[table.into(), Raw::Int(last)])?;
                }
                Ok(())
            }
            Backend::Postgres => {
                let sql = "SELECT setval(pg_get_serial_sequence($1, 'id'), GREATEST($2, 1))";
                self.changing(sql, &[quote(table).into(), Raw::Int(last)]).map(|_| ())
            }
        }
    }
}

impl Target {
    /// The schema in which a workspace waits to take the place of this one; a file is its own.
    #[must_use]
    pub fn besides(&self) -> Target {
        match self {
            Target::Sqlite { .. } => self.clone(),
            Target::Postgres { url, schema } => Target::Postgres { url: url.clone(), schema: format!("{schema}_restore") },
        }
    }
}

impl Store {
    /// Whether anybody works in this workspace already.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn is_used(&self) -> Result<bool, StoreError> {
        self.read(|conn| {
            let users = conn.all_tables()?.into_iter().any(|table| table.name == "o_user");
            Ok(users && conn.query_one("SELECT id FROM o_user LIMIT 1", &[])?.is_some())
        })
        .await
    }

    /// An empty workspace beside the one of this name, to be filled and then put in its place by
    /// [`Store::take_place`]. On SQLite the file `beside` is it.
    ///
    /// # Errors
    /// `Taken` when somebody works in the one there is; those of the database.
    pub async fn beside(target: &Target, options: &Options, beside: &std::path::Path) -> Result<Store, StoreError> {
        match target {
            Target::Sqlite { .. } => Store::besides(target, options, beside).await,
            Target::Postgres { schema, .. } => {
                let store = Store::open(target, options).await?;
                let used = store.is_used().await;
                store.close().await;
                if used? {
                    return Err(StoreError::Taken(format!("the schema {schema}")));
                }
                Store::besides(target, options, beside).await
            }
        }
    }

    /// As [`Store::beside`], whoever works in the workspace there is.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn besides(target: &Target, options: &Options, beside: &std::path::Path) -> Result<Store, StoreError> {
        match target {
            Target::Sqlite { .. } => Store::open(&Target::Sqlite { path: beside.into() }, options).await,
            Target::Postgres { .. } => Store::open_empty(&target.besides(), options).await,
        }
    }

    /// Gives a filled schema the name of the workspace; what has the name now keeps another, which is the answer.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn take_place(&self, schema: &str) -> Result<Option<String>, StoreError> {
        let clients = self.clients().ok_or_else(StoreError::closed)?;
        let client = clients.client().await?;
        postgres::backup::take_place(&client, schema).await
    }

    /// Removes a schema that was being filled in vain.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn give_up(&self) -> Result<(), StoreError> {
        let (Target::Postgres { schema, .. }, Some(clients)) = (self.target(), self.clients()) else { return Ok(()) };
        let client = clients.client().await?;
        postgres::backup::drop_schema(&client, schema).await
    }
}
