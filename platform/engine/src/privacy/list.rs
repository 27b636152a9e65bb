//! The list of who was erased, beside the workspace and outside of it: a backup that is brought back is older than it, and what
//! the list names goes again before anybody sees it. It holds no personal data.

use super::back::SALT;
use crate::{Door, Engine, Result};
use akrab_model::Problem;
use akrab_store::{ErasedRow, private};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

/// What the list is called.
pub const NAME: &str = "erased.jsonl";

/// A line of the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Line {
    object: String,
    record: i64,
    made_at: i64,
    at: i64,
    until_at: Option<i64>,
    keys: Vec<String>,
    salt: String,
}

impl Engine {
    /// Where the list lies: beside the folder of files.
    pub fn erased_list(&self) -> PathBuf {
        let files = self.files().root();
        files.parent().unwrap_or(files).join(NAME)
    }

    /// Brings list and workspace together: who stands in the list and is here again goes again, who was erased here stands in the
    /// list afterwards, and bytes of files that went are taken away.
    pub(crate) fn settle_erased(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(self.settle())
    }

    async fn settle(&self) -> Result<()> {
        let path = self.erased_list();
        let text = match tokio::fs::read_to_string(&path).await {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(crate::file::failure(error)),
        };
        let listed: BTreeMap<(String, i64, i64), Line> = text
            .lines()
            .filter_map(|line| serde_json::from_str::<Line>(line).ok())
            .map(|line| ((line.object.clone(), line.record, line.made_at), line))
            .collect();
        let ctx = self.system("who was erased stays erased", Door::Job);
        let known = self.read(&ctx, |tx| Ok(tx.conn.erased_all()?)).await?;
        let here = |line: &Line| known.iter().any(|row| place(row) == (line.object.clone(), line.record, line.made_at));
        let back: Vec<Line> = listed.values().filter(|line| !here(line)).cloned().collect();
        for line in back {
            tracing::info!(object = line.object, record = line.record, "somebody who was erased came back with a backup and goes again");
            self.write(&ctx, move |tx| tx.erase_again(&line)).await?;
        }
        let missing: Vec<ErasedRow> = known.into_iter().filter(|row| !listed.contains_key(&place(row))).collect();
        if !missing.is_empty() {
            let lines = self.read(&ctx, move |tx| missing.into_iter().map(|row| tx.listed(row)).collect::<Result<Vec<_>>>()).await?;
            tokio::task::spawn_blocking(move || append(&path, &lines)).await.map_err(Problem::internal)??;
        }
        self.drop_bytes().await
    }

    async fn drop_bytes(&self) -> Result<()> {
        for (sha256, place) in self.store().read(|conn| conn.erased_files()).await? {
            let (sum, at) = (sha256.clone(), place.clone());
            let named = self.store().read(move |conn| if at.is_empty() { conn.file_named(&sum) } else { conn.file_placed(&at) }).await?;
            if !named && place.is_empty() {
                if let Some(copy) = self.files().copy_of(&sha256) {
                    self.files().forget(&sha256, copy);
                }
            } else if !named && !self.unshelve(&place).await {
                continue;
            }
            self.store().write(move |conn| conn.erased_file_done(&sha256, &place)).await?;
        }
        Ok(())
    }
}

impl crate::Tx<'_> {
    /// Erases somebody whom a backup brought back, or at least knows him again.
    fn erase_again(&mut self, line: &Line) -> Result<()> {
        // erasing the one before may have dealt with all that came back
        if self.conn.erased_of(&line.object, line.record)?.is_some() {
            return Ok(());
        }
        if self.conn.setting_get(SALT)?.is_none() {
            match self.engine.unseal(SALT, &line.salt) {
                Ok(salt) => self.conn.setting_set(SALT, &salt)?,
                // whom it names goes all the same
                Err(_) => tracing::warn!("the list of erased people was kept with another key: their addresses are not recognised"),
            }
        }
        let object = self.registry.object(&line.object).cloned();
        let found = match &object {
            Some(object) => self.find_kept(&object.key, &[line.record])?.pop(),
            None => None,
        };
        let same = found
            .as_ref()
            .is_some_and(|record| matches!(record.get("created_at"), akrab_model::Value::Time(at) if at.as_microsecond() == line.made_at));
        let erased = match object.filter(|_| same) {
            Some(object) => self.erase_all(&object, line.record)?,
            None if found.is_some() => return Ok(()),
            None => self.conn.erased_add(&ErasedRow {
                id: 0,
                object: line.object.clone(),
                record: line.record,
                made_at: line.made_at,
                at: line.at,
                actor: None,
                until_at: line.until_at,
                told: "[]".into(),
            })?,
        };
        Ok(self.conn.erased_keys_put(erased, &line.keys)?)
    }

    fn listed(&mut self, row: ErasedRow) -> Result<Line> {
        let keys = self.conn.erased_keys(row.id)?;
        // with it and the list alone numbers could be guessed
        let salt = self.conn.setting_get(SALT)?.unwrap_or_default();
        let salt = self.engine.seal(SALT, &salt)?;
        Ok(Line { object: row.object, record: row.record, made_at: row.made_at, at: row.at, until_at: row.until_at, keys, salt })
    }
}

fn place(row: &ErasedRow) -> (String, i64, i64) {
    (row.object.clone(), row.record, row.made_at)
}

fn append(path: &std::path::Path, lines: &[Line]) -> Result<()> {
    let known = std::fs::read(path).unwrap_or_default();
    let draft = path.with_extension("part");
    let written = || -> std::io::Result<()> {
        let mut file = private::create(&draft)?;
        file.write_all(&known)?;
        for line in lines {
            writeln!(file, "{}", serde_json::to_string(line).unwrap_or_default())?;
        }
        file.sync_all()?;
        std::fs::rename(&draft, path)
    };
    written().map_err(crate::file::failure)
}
