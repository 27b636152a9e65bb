//! A fingerprint of everything that a workspace's database keeps.

use crate::workspace::Workspace;
use akrab_store::Target;
use sha2::{Digest, Sha256};

/// What changes by being looked at: visits, what was read, times of last use, the planner's statistics.
const PASSING: [&str; 6] = ["recent", "session", "api_token", "notice", "notice_wait", "presence"];

fn is_passing(table: &str) -> bool {
    PASSING.contains(&table) || table.starts_with("sqlite_")
}

/// Over every row of every lasting table.
pub async fn of(w: &Workspace) -> String {
    match &w.target {
        Target::Sqlite { path } => {
            let path = path.clone();
            tokio::task::spawn_blocking(move || sqlite(&path)).await.expect("the digest is made")
        }
        Target::Postgres { url, schema } => postgres(url, schema).await,
    }
}

fn sqlite(path: &std::path::Path) -> String {
    let db = rusqlite::Connection::open_with_flags(path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the file opens");
    let mut names =
        db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%' ORDER BY name").expect("tables");
    let tables: Vec<String> = names.query_map([], |r| r.get(0)).expect("tables").map(|n| n.expect("a name")).collect();
    let mut digest = Sha256::new();
    for table in tables.into_iter().filter(|t| !is_passing(t)) {
        digest.update(&table);
        let mut rows = db.prepare(&format!("SELECT * FROM \"{table}\"")).expect("a table");
        let width = rows.column_count();
        let mut rows = rows.query([]).expect("rows");
        while let Some(row) = rows.next().expect("a row") {
            for n in 0..width {
                digest.update(format!("{:?}|", row.get_ref(n).expect("a cell")));
            }
        }
    }
    hex(digest)
}

async fn postgres(url: &str, schema: &str) -> String {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("the server answers");
    let task = tokio::spawn(connection);
    let tables = client
        .query(
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = $1 AND table_type = 'BASE TABLE' ORDER BY 1",
            &[&schema],
        )
        .await
        .expect("tables");
    let mut digest = Sha256::new();
    for row in tables {
        let table: String = row.get(0);
        if is_passing(&table) {
            continue;
        }
        let sql = format!("SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM \"{schema}\".\"{table}\" t");
        let sum: String = client.query_one(&sql, &[]).await.expect("a table").get(0);
        digest.update(format!("{table}{sum}"));
    }
    drop(client);
    let _ = task.await;
    hex(digest)
}

fn hex(digest: Sha256) -> String {
    digest.finalize().iter().map(|b| format!("{b:02x}")).collect()
}
