//! A dump of the schema's tables into one file. Twin of `sqlite/backup.rs`.
//!
//! The file: one line of JSON that lists the tables, then for each table its rows as `COPY` writes
//! them, in chunks of a length line and so many bytes, ended by a length of zero.

use super::connect::failure;
use crate::backup::Backup;
use crate::error::StoreError;
use crate::private;
use crate::schema::{ColumnSpec, SchemaStep, quote};
use bytes::Bytes;
use futures::{SinkExt, TryStreamExt};
use serde::{Deserialize, Serialize};
use std::path::Path;
use tokio::fs::File;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, BufWriter};
use tokio_postgres::Client;

#[derive(Serialize, Deserialize)]
struct Head {
    akrab_backup: u32,
    format: i64,
    tables: Vec<Table>,
}

#[derive(Serialize, Deserialize)]
struct Table {
    name: String,
    rows: u64,
    columns: Vec<Column>,
}

#[derive(Serialize, Deserialize)]
struct Column {
    name: String,
    text: bool,
    identity: bool,
}

/// No chunk is larger; a longer length line means a damaged file.
const LARGEST_CHUNK: usize = 64 << 20;

/// Dumps the schema as it is at one moment, reads the file back and compares it.
pub(crate) async fn write(client: &Client, draft: &Path) -> Result<Backup, StoreError> {
    client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0").await.map_err(failure)?;
    let done = dump(client, draft).await;
    client.batch_execute("ROLLBACK").await.map_err(failure)?;
    let head = done?;
    let mut file = BufReader::new(File::open(draft).await.map_err(StoreError::io)?);
    let again = head_of(&mut file).await?;
    for (wanted, table) in head.tables.iter().zip(&again.tables) {
        let mut rows = 0;
        while let Some(chunk) = chunk(&mut file).await? {
            rows += lines(&chunk);
        }
        if rows != wanted.rows || table.name != wanted.name {
            return Err(StoreError::Corrupt(format!("the backup has other rows in {} than the workspace", table.name)));
        }
    }
    let bytes = std::fs::metadata(draft).map_err(StoreError::io)?.len();
    Ok(Backup { tables: head.tables.len(), rows: head.tables.iter().map(|t| t.rows).sum(), bytes })
}

async fn dump(client: &Client, draft: &Path) -> Result<Head, StoreError> {
    let head = Head { akrab_backup: 1, format: format(client).await?, tables: tables(client).await? };
    let mut file = BufWriter::new(File::from_std(private::create(draft).map_err(StoreError::io)?));
    let line = serde_json::to_string(&head).map_err(StoreError::other)?;
    file.write_all(format!("{line}\n").as_bytes()).await.map_err(StoreError::io)?;
    for table in &head.tables {
        let rows = client.copy_out(&format!("COPY {} TO STDOUT", target(table))).await.map_err(failure)?;
        let mut rows = std::pin::pin!(rows);
        while let Some(chunk) = rows.try_next().await.map_err(failure)? {
            file.write_all(format!("{}\n", chunk.len()).as_bytes()).await.map_err(StoreError::io)?;
            file.write_all(&chunk).await.map_err(StoreError::io)?;
        }
        file.write_all(b"0\n").await.map_err(StoreError::io)?;
    }
    file.flush().await.map_err(StoreError::io)?;
    Ok(head)
}

/// Loads a dump into the empty schema, all or nothing.
pub(crate) async fn read(client: &Client, file: &Path) -> Result<(), StoreError> {
    let mut file = BufReader::new(File::open(file).await.map_err(StoreError::io)?);
    let head = head_of(&mut file).await?;
    let known = format(client).await?;
    if head.format > known {
        return Err(StoreError::Newer { found: head.format, known });
    }
    if tables(client).await?.iter().any(|t| t.name.starts_with("o_")) {
        return Err(StoreError::other("there is a workspace already"));
    }
    client.batch_execute("BEGIN; SET LOCAL statement_timeout = 0").await.map_err(failure)?;
    let done = load(client, &mut file, &head).await;
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    client.batch_execute(end).await.map_err(failure)?;
    done
}

async fn load(client: &Client, file: &mut BufReader<File>, head: &Head) -> Result<(), StoreError> {
    for table in &head.tables {
        prepare(client, table).await?;
        let sink = client.copy_in(&format!("COPY {} FROM STDIN", target(table))).await.map_err(failure)?;
        let mut sink = std::pin::pin!(sink);
        while let Some(chunk) = chunk(file).await? {
            sink.send(Bytes::from(chunk)).await.map_err(failure)?;
        }
        let rows = sink.finish().await.map_err(failure)?;
        if rows != table.rows {
            return Err(StoreError::Corrupt(format!("{} rows of {} instead of {}", rows, table.name, table.rows)));
        }
        for column in table.columns.iter().filter(|c| c.identity) {
            let (name, column) = (quote(&table.name), &column.name);
            let sql = format!(
                "SELECT setval(pg_get_serial_sequence('{}', '{}'), GREATEST((SELECT max({}) FROM {name}), 1))",
                name.replace('\'', "''"),
                column.replace('\'', "''"),
                quote(column)
            );
            client.batch_execute(&sql).await.map_err(failure)?;
        }
    }
    Ok(())
}

/// Tables of objects are made as the dump describes them; the platform's own are emptied.
async fn prepare(client: &Client, table: &Table) -> Result<(), StoreError> {
    let given: &[&str] = match table.name.get(..2) {
        Some("o_") => &["id", "version", "deleted_at"],
        Some("l_") => &["from_id", "n", "to_id"],
        _ => return client.batch_execute(&format!("TRUNCATE {}", quote(&table.name))).await.map_err(failure),
    };
    let own = table.columns.iter().filter(|c| !given.contains(&c.name.as_str()));
    let columns = own.map(|c| ColumnSpec { name: c.name.clone(), text: c.text }).collect();
    let step = match given.contains(&"id") {
        true => SchemaStep::CreateTable { table: table.name.clone(), columns },
        false => SchemaStep::CreateLinks { table: table.name.clone(), columns },
    };
    let sql = step.sql().unwrap_or_default();
    client.batch_execute(&super::catalog::declare(&sql)).await.map_err(failure)
}

async fn format(client: &Client) -> Result<i64, StoreError> {
    let row = client.query_one("SELECT value FROM meta WHERE key = 'format'", &[]).await.map_err(failure)?;
    row.try_get(0).map_err(failure)
}

async fn tables(client: &Client) -> Result<Vec<Table>, StoreError> {
    let sql = "SELECT table_name::text, column_name::text, data_type::text = 'text', is_identity = 'YES' \
               FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position";
    let mut tables: Vec<Table> = Vec::new();
    for row in client.query(sql, &[]).await.map_err(failure)? {
        let name: String = row.try_get(0).map_err(failure)?;
        let column = Column {
            name: row.try_get(1).map_err(failure)?,
            text: row.try_get(2).map_err(failure)?,
            identity: row.try_get(3).map_err(failure)?,
        };
        match tables.last_mut() {
            Some(table) if table.name == name => table.columns.push(column),
            _ => tables.push(Table { name, rows: 0, columns: vec![column] }),
        }
    }
    for table in &mut tables {
        let row = client.query_one(&format!("SELECT count(*) FROM {}", quote(&table.name)), &[]).await.map_err(failure)?;
        table.rows = u64::try_from(row.try_get::<_, i64>(0).map_err(failure)?).unwrap_or_default();
    }
    Ok(tables)
}

fn target(table: &Table) -> String {
    let columns: Vec<_> = table.columns.iter().map(|c| quote(&c.name)).collect();
    format!("{} ({})", quote(&table.name), columns.join(", "))
}

async fn head_of(file: &mut BufReader<File>) -> Result<Head, StoreError> {
    let mut line = Vec::new();
    file.take(8 << 20).read_until(b'\n', &mut line).await.map_err(StoreError::io)?;
    serde_json::from_slice(&line).map_err(|_| StoreError::other("this file is no backup of a workspace"))
}

/// The next chunk of a table; none at its end.
async fn chunk(file: &mut BufReader<File>) -> Result<Option<Vec<u8>>, StoreError> {
    let damaged = || StoreError::Corrupt("the backup is damaged or cut off".into());
    let mut line = String::new();
    file.take(24).read_line(&mut line).await.map_err(|_| damaged())?;
    let length: usize = line.trim_end().parse().map_err(|_| damaged())?;
    if length == 0 {
        return Ok(None);
    }
    if length > LARGEST_CHUNK {
        return Err(damaged());
    }
    let mut chunk = vec![0; length];
    file.read_exact(&mut chunk).await.map_err(|_| damaged())?;
    Ok(Some(chunk))
}

/// `COPY` writes a row a line and escapes line ends within values.
fn lines(chunk: &[u8]) -> u64 {
    chunk.iter().filter(|b| **b == b'\n').count() as u64
}

/// Whether a schema has tables of records.
pub(crate) async fn holds_workspace(client: &Client, schema: &str) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM information_schema.tables WHERE table_schema = $1 AND starts_with(table_name, 'o_')";
    let row = client.query_one(sql, &[&schema]).await.map_err(failure)?;
    Ok(row.try_get::<_, i64>(0).map_err(failure)? > 0)
}

/// Gives the schema beside the name of the workspace. What has that name now is kept under another,
/// which is the answer, or dropped when it holds no records.
pub(crate) async fn take_place(client: &Client, schema: &str) -> Result<Option<String>, StoreError> {
    let sql = "SELECT schema_name::text FROM information_schema.schemata";
    let known: Vec<String> = client.query(sql, &[]).await.map_err(failure)?.iter().filter_map(|row| row.try_get(0).ok()).collect();
    let (name, beside) = (quote(schema), quote(&format!("{schema}_restore")));
    let (mut sql, mut aside) = (String::from("BEGIN; "), None);
    if holds_workspace(client, schema).await? {
        let free = (1..).map(|n| format!("{schema}_before_restore_{n}")).find(|name| !known.contains(name));
        let free = free.ok_or_else(|| StoreError::other("no name is left for the former schema"))?;
        sql += &format!("ALTER SCHEMA {name} RENAME TO {}; ", quote(&free));
        aside = Some(free);
    } else if known.iter().any(|known| known == schema) {
        sql += &format!("DROP SCHEMA {name} CASCADE; ");
    }
    sql += &format!("ALTER SCHEMA {beside} RENAME TO {name}; COMMIT");
    if let Err(error) = client.batch_execute(&sql).await {
        let _ = client.batch_execute("ROLLBACK").await;
        return Err(failure(error));
    }
    Ok(aside)
}

/// Removes a schema with all it holds.
pub(crate) async fn drop_schema(client: &Client, schema: &str) -> Result<(), StoreError> {
    client.batch_execute(&format!("DROP SCHEMA {} CASCADE", quote(schema))).await.map_err(failure)
}
