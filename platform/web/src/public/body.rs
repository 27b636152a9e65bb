//! What was sent to a form: by its own page, by a form of another site, or as JSON by a script.

use super::{AGREED, ONCE, TRAP};
use crate::api::ask::Body;
use crate::fail::Fail;
use crate::form::{Form, unreadable};
use crate::guard::BODY_LIMIT;
use crate::state::Web;
use crate::value::Typed;
use akrab_engine::form::FormPage;
use akrab_model::value::Input;
use akrab_model::{Field, FieldProblem, FieldType, Problem};
use axum::extract::{DefaultBodyLimit, FromRequest, Multipart, Request};
use serde_json::Value as Json;
use std::time::Instant;

/// Files a minute that one form takes.
const FILES: u32 = 60;

/// A form filled in.
pub(super) struct Sent {
    /// As it is drawn again when something is wrong with it.
    pub typed: Typed,
    /// By field, as people type it.
    pub values: Input,
    pub trapped: bool,
    pub agreed: bool,
    pub once: String,
}

/// Reads it; the pace was taken before.
///
/// # Errors
/// `unknown_field` for names in JSON that nobody is asked for; what cannot be read.
pub(super) async fn read(web: &Web, page: &FormPage, fields: &[Field], kind: &str, mut req: Request) -> Result<Sent, Fail> {
    if kind.starts_with("application/json") {
        return json(fields, Body::from_request(req, web).await?.map);
    }
    let pairs = if kind.starts_with("multipart/form-data") {
        let files: u32 = fields.iter().filter(|field| field.kind == FieldType::File).map(|field| field.max_mb).sum();
        DefaultBodyLimit::max(((files as usize) << 20) + BODY_LIMIT).apply(&mut req);
        with_files(web, page, fields, req).await?
    } else {
        Form::<Vec<(String, String)>>::from_request(req, web).await?.0
    };
    let typed = Typed::posted(pairs);
    Ok(Sent {
        values: typed.input(fields),
        trapped: !typed.text(TRAP).trim().is_empty(),
        agreed: typed.has(AGREED),
        once: short(typed.text(ONCE)),
        typed,
    })
}

fn short(once: &str) -> String {
    once.chars().take(100).collect()
}

fn json(fields: &[Field], mut map: Input) -> Result<Sent, Fail> {
    let mut text = |name: &str| match map.remove(name) {
        Some(Json::String(text)) => text,
        Some(Json::Bool(true)) => "1".to_string(),
        _ => String::new(),
    };
    let (trap, agreed, once) = (text(TRAP), text(AGREED), text(ONCE));
    let known = |key: &str| fields.iter().any(|field| field.key == key);
    let faults: Vec<FieldProblem> = map.keys().filter(|key| !known(key)).map(|key| FieldProblem::new(key, "unknown_field")).collect();
    if !faults.is_empty() {
        return Err(Problem::invalid(faults).into());
    }
    let (trapped, agreed) = (!trap.trim().is_empty(), !agreed.is_empty());
    Ok(Sent { typed: Typed::default(), values: map, trapped, agreed, once: short(&once) })
}

/// The pairs of a form with files. Of a file that is asked for the word that names it stands under its name; what was caught by
/// the guard is not kept.
async fn with_files(web: &Web, page: &FormPage, fields: &[Field], req: Request) -> Result<Vec<(String, String)>, Fail> {
    let mut form = Multipart::from_request(req, web).await.map_err(|_| Problem::malformed("bad_form"))?;
    let (mut pairs, mut files) = (Vec::new(), Vec::new());
    while let Some(part) = form.next_field().await.map_err(|e| unreadable(&e))? {
        let Some(name) = part.name().map(str::to_string) else { continue };
        match part.file_name().map(str::to_string) {
            None => pairs.push((name, part.text().await.map_err(|e| unreadable(&e))?)),
            Some(file) if fields.iter().any(|field| field.kind == FieldType::File && field.key == name) => {
                files.push((name, file, part.bytes().await.map_err(|e| unreadable(&e))?));
            }
            Some(_) => {}
        }
    }
    let trapped = pairs.iter().any(|(name, text)| name == TRAP && !text.trim().is_empty());
    for (name, file, content) in files {
        // a control left alone sends a file without name or content
        if trapped || (file.is_empty() && content.is_empty()) {
            continue;
        }
        web.pace.take(&format!("form {} files", page.id), FILES, Instant::now())?;
        let word = web.engine.form_file(page, &name, &file, content.to_vec()).await?;
        pairs.push((format!("{name}.name"), file));
        pairs.push((name, word));
    }
    Ok(pairs)
}
