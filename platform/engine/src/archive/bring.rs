//! An archive becomes a workspace, on whichever database.

use super::{Checked, Column, Entry, Table, refused};
use crate::file::FileStore;
use crate::write::{search_entry, searched};
use crate::{Result, world};
use akrab_model::object::{DeclError, ObjectDecl};
use akrab_model::problem::ProblemKind;
use akrab_model::{Cond, FieldIx, ObjectIx, Problem, Query, Raw, Registry};
use akrab_store::{ColumnSpec, SearchEntry, Store};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Entries of the index written together.
const PAGE: usize = 1_000;

/// Puts everything of a checked archive into an empty workspace: files first, so that no record is without its own,
/// then what the program keeps, then the records, then what is worked out of them. `objects` are the object files
/// of the domains. What was put into `files` stays there when it fails; it is named after its content and harms
/// nobody.
///
/// # Errors
/// `archive_not_empty` when somebody works in the workspace; `archive_column` for what this version has no place
/// for; those of the disk and the database.
pub async fn bring(
    store: &Store,
    objects: &[(&'static str, &'static str)],
    files: &Path,
    checked: Arc<Checked>,
    seen: &mut (dyn FnMut(u64) + Send),
) -> Result<()> {
    let told = |faults: Vec<DeclError>| Problem::internal(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    let shipped = crate::engine::declarations(objects).map_err(told)?;
    into(store, &shipped, files, checked, seen).await
}

/// As [`bring`], with the declarations read already.
pub(super) async fn into(
    store: &Store,
    shipped: &[(String, ObjectDecl)],
    files: &Path,
    checked: Arc<Checked>,
    seen: &mut (dyn FnMut(u64) + Send),
) -> Result<()> {
    if store.is_used().await? {
        return Err(Problem::new(ProblemKind::Conflict, "archive_not_empty"));
    }
    unpack(files, checked.clone()).await?;
    let mut done = 0;
    for (entry, table) in tables(&checked, false) {
        load(store, &checked, entry, table, &mut done, seen).await?;
    }
    let world = world::of(store, shipped).await?;
    let registry = world.registry.clone();
    store.apply(&store.plan(&registry).await?).await?;
    for (entry, table) in tables(&checked, true) {
        let (name, columns) = (table.table.clone(), specs(&table.columns));
        store.write(move |conn| conn.archive_room(&name, &columns)).await?;
        load(store, &checked, entry, table, &mut done, seen).await?;
    }
    index(store, &registry).await?;
    Ok(store.write(akrab_store::Conn::analyze).await?)
}

fn tables(checked: &Checked, of_objects: bool) -> Vec<(&Entry, &Table)> {
    let all = checked.manifest.entries.iter().filter_map(|entry| Some((entry, entry.table.as_ref()?)));
    all.filter(|(_, table)| (table.table.starts_with("o_") || table.table.starts_with("l_")) == of_objects).collect()
}

fn specs(columns: &[Column]) -> Vec<ColumnSpec> {
    columns.iter().map(|c| ColumnSpec { name: c.column.clone(), text: c.text }).collect()
}

/// The files, each to the place its content names.
async fn unpack(root: &Path, checked: Arc<Checked>) -> Result<()> {
    let root = root.to_path_buf();
    let work = move || -> Result<()> {
        let files = FileStore::open(root)?;
        let mut zip = checked.zip()?;
        for entry in checked.manifest.entries.iter().filter(|e| e.name.starts_with("files/")) {
            let content = zip.by_name(&entry.name).map_err(|_| refused("archive_missing", &entry.name))?;
            let kept = files.keep(content.take(entry.bytes + 1), entry.bytes)?;
            if kept.sha256 != entry.sha256 {
                return Err(refused("archive_damaged", &entry.name));
            }
        }
        Ok(())
    };
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}

/// The rows of one table. The archive is read on one thread while the database writes on another.
async fn load(
    store: &Store,
    checked: &Arc<Checked>,
    entry: &Entry,
    table: &Table,
    done: &mut u64,
    seen: &mut (dyn FnMut(u64) + Send),
) -> Result<()> {
    let name = table.table.clone();
    let there = store.read(move |conn| conn.table_columns(&name)).await?;
    if let Some(column) = table.columns.iter().find(|c| !there.contains(&c.column)) {
        return Err(refused("archive_column", &entry.name).with("column", &column.column));
    }
    let columns: Arc<Vec<String>> = Arc::new(table.columns.iter().map(|c| c.column.clone()).collect());
    let folded: Arc<Vec<usize>> = Arc::new((0..columns.len()).filter(|n| there.contains(&format!("{}__s", columns[*n]))).collect());
    let (send, mut portions) = mpsc::channel::<Result<Vec<Vec<Raw>>>>(2);
    let (source, entry, wanted) = (checked.clone(), entry.clone(), table.clone());
    let reading = tokio::task::spawn_blocking(move || {
        let gone = || Problem::internal("nobody takes the rows");
        let read = source
            .zip()
            .and_then(|mut zip| source.rows(&entry, &wanted, &mut zip, &mut |rows| send.blocking_send(Ok(rows)).map_err(|_| gone())));
        if let Err(problem) = read {
            // whoever listens no more knows of a worse fault
            let _ = send.blocking_send(Err(problem));
        }
    });
    let largest = table.columns.iter().position(|c| c.column == "id");
    let mut last = table.last_id.unwrap_or(0);
    while let Some(rows) = portions.recv().await {
        let rows = rows?;
        last = rows.iter().filter_map(|row| row.get(largest?)?.int()).fold(last, i64::max);
        *done += rows.len() as u64;
        let (name, columns, folded, rows) = (table.table.clone(), columns.clone(), folded.clone(), Arc::new(rows));
        store.write(move |conn| conn.archive_put(&name, &columns, &folded, &rows)).await?;
        seen(*done);
    }
    reading.await.map_err(Problem::internal)?;
    if table.last_id.is_some() && last > 0 {
        let name = table.table.clone();
        store.write(move |conn| conn.archive_last_id(&name, last)).await?;
    }
    Ok(())
}

/// The search learns all living records.
async fn index(store: &Store, registry: &Arc<Registry>) -> Result<()> {
    for object in registry.objects().filter(|o| o.decl.searchable) {
        let columns: Vec<FieldIx> = searched(object).collect();
        let mut after = None;
        loop {
            let query = Query {
                object: ObjectIx(object.ix.0),
                columns: columns.clone(),
                cond: Cond::True,
                sort: Vec::new(),
                limit: PAGE,
                after: after.take(),
                bin: false,
                titles: Vec::new(),
            };
            let (registry, object, columns) = (registry.clone(), object.clone(), columns.clone());
            after = store
                .write(move |conn| -> Result<_, Problem> {
                    let page = conn.select(&registry, &query)?;
                    let records = page.rows.into_iter().map(|row| crate::read::record_of(&object, &columns, row));
                    let entries: Vec<SearchEntry> = records.map(|record| search_entry(&object, &record)).collect();
                    if !entries.is_empty() {
                        conn.search_put(&entries)?;
                    }
                    Ok(page.next)
                })
                .await?;
            if after.is_none() {
                break;
            }
        }
    }
    Ok(())
}
