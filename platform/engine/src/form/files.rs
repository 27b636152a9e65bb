//! Files that strangers hand in: kept as those of whoever the form writes for, and named by a word nobody can make up, so that no
//! other file of his can be taken for one.

use super::look::FormPage;
use crate::{Engine, Result};
use akrab_model::Problem;
use std::io::Cursor;

/// Where the word of a file may be opened.
fn place(form: i64, field: &str) -> String {
    format!("form/{form}/{field}")
}

impl Engine {
    /// Keeps a file for a field of a form and gives the word that names it there.
    ///
    /// # Errors
    /// As [`Engine::file_put`].
    pub async fn form_file(&self, page: &FormPage, field: &str, name: &str, content: Vec<u8>) -> Result<String> {
        let limit = content.len() as u64;
        let kept = self.file_put(&page.ctx, name, Cursor::new(content), limit).await?;
        self.seal(&place(page.id, field), &format!("{} {}", kept.id, kept.name))
    }

    /// Number and name of the file a word names.
    ///
    /// # Errors
    /// `not_found` for a word that names none of this field.
    pub fn form_file_named(&self, form: i64, field: &str, word: &str) -> Result<(i64, String)> {
        let text = self.unseal(&place(form, field), word).map_err(|_| Problem::not_found())?;
        let (id, name) = text.split_once(' ').ok_or_else(Problem::not_found)?;
        Ok((id.parse().map_err(|_| Problem::not_found())?, name.to_string()))
    }
}
