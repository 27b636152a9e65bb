//! What administrators arrange, in one file: objects, templates of mails, approval rules, process maps, policies, forms and flows. Out
//! of one workspace and into another, all of it or nothing.
//!
//! A new part is one more [`Part`], with its section in `bundle/section.rs`.

mod section;

pub(crate) use section::placed;

use crate::shape::FileOutlook;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::{FieldProblem, Problem};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A part of the file. In the order in which they are taken in: each may name what came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Objects,
    Templates,
    Approvals,
    Processes,
    Policies,
    Forms,
    Flows,
}

impl Part {
    pub const ALL: [Part; 7] = [Part::Objects, Part::Templates, Part::Approvals, Part::Processes, Part::Policies, Part::Forms, Part::Flows];

    /// Its key in forms; message key `bundle-<key>`.
    pub fn key(self) -> &'static str {
        match self {
            Part::Objects => "objects",
            Part::Templates => "templates",
            Part::Approvals => "approvals",
            Part::Processes => "processes",
            Part::Policies => "policies",
            Part::Forms => "forms",
            Part::Flows => "flows",
        }
    }
    /// By its key.
    pub fn of(key: &str) -> Option<Part> {
        Part::ALL.into_iter().find(|part| part.key() == key)
    }
    /// The part a section of the file belongs to.
    fn of_section(name: &str) -> Option<Part> {
        match name {
            "objects" | "changes" => Some(Part::Objects),
            "mail_templates" => Some(Part::Templates),
            "approvals" => Some(Part::Approvals),
            "processes" => Some(Part::Processes),
            "policies" => Some(Part::Policies),
            "forms" => Some(Part::Forms),
            "flows" => Some(Part::Flows),
            _ => None,
        }
    }
}

/// What a declaration of a file is to a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Came {
    pub key: String,
    pub name: String,
    pub new: bool,
    /// False when it says what is there already.
    pub changed: bool,
}

/// What a file comes to, or came to.
#[derive(Debug, Clone, Default)]
pub struct Taken {
    /// Of its objects, where it has any.
    pub objects: Option<FileOutlook>,
    /// Of its other parts, in their order.
    pub others: Vec<(Part, Vec<Came>)>,
}

impl Taken {
    /// Whether the workspace differs from the file in anything.
    pub fn changes(&self) -> bool {
        self.objects.as_ref().is_some_and(|come| !come.touched.is_empty())
            || self.others.iter().any(|(_, came)| came.iter().any(|one| one.changed))
    }
}

/// The parts a file has, each with its text; lines of other parts are left empty, so that faults name the line they are in.
///
/// # Errors
/// `invalid` for a section that belongs to no part.
fn parts(text: &str) -> Result<Vec<(Part, String)>> {
    let mut found: BTreeMap<Part, Vec<&str>> = BTreeMap::new();
    let (mut present, mut quoted) = (None, false);
    for (n, line) in text.lines().enumerate() {
        if let Some(name) = section(line).filter(|_| !quoted) {
            let fault = || FieldProblem::new("file", "bundle_section").with("line", n + 1).with("section", name);
            present = Some(Part::of_section(name).ok_or_else(|| Problem::invalid(vec![fault()]))?);
        }
        if line.matches("\"\"\"").count() % 2 == 1 || line.matches("'''").count() % 2 == 1 {
            quoted = !quoted;
        }
        if let Some(part) = present {
            let lines = found.entry(part).or_default();
            lines.resize(n, "");
            lines.push(line);
        }
    }
    Ok(found.into_iter().map(|(part, lines)| (part, lines.join("\n") + "\n")).collect())
}

/// The first word of a head: `flows` of `[[flows.steps]]`.
fn section(line: &str) -> Option<&str> {
    let head = line.split('#').next()?.trim_end();
    let inner = head.strip_prefix("[[").and_then(|rest| rest.strip_suffix("]]")).or_else(|| head.strip_prefix('[')?.strip_suffix(']'))?;
    let plain = !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'"'));
    plain.then(|| inner.split('.').next().unwrap_or(inner))
}

impl Engine {
    /// These parts of the workspace as one file.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub async fn bundle_export(&self, ctx: &Ctx, wanted: &[Part]) -> Result<String> {
        let objects = if wanted.contains(&Part::Objects) { self.shape_export(ctx, None)? } else { String::new() };
        let rest: Vec<Part> = wanted.iter().copied().filter(|part| *part != Part::Objects).collect();
        let rest = self.read(ctx, move |tx| {
            tx.may_declare()?;
            rest.into_iter().map(|part| tx.section_out(part)).collect::<Result<Vec<String>>>()
        });
        let mut texts = vec![objects];
        texts.extend(rest.await?);
        Ok(texts.into_iter().filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join("\n"))
    }

    /// Takes a file over, all of its parts or none; with `dry` everything is done and taken back, so that what is said of it
    /// is what would come.
    ///
    /// # Errors
    /// `invalid` with the line that cannot be read, or what is wrong with which; `bundle_empty` for a file without any part;
    /// as [`Engine::shape_apply`]; `forbidden` for anybody but administrators.
    pub async fn bundle_take(&self, ctx: &Ctx, text: &str, dry: bool) -> Result<Taken> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        let mut parts = parts(text)?;
        if parts.is_empty() {
            return Err(Problem::invalid(vec![FieldProblem::new("file", "bundle_empty")]));
        }
        let objects = match parts.iter().position(|(part, _)| *part == Part::Objects) {
            Some(at) => Some(Arc::new(self.shape_come(ctx, &parts.remove(at).1).await?)),
            None => None,
        };
        let (made, parts) = (objects.clone(), Arc::new(parts));
        let take = move |tx: &mut Tx| -> Result<Vec<(Part, Vec<Came>)>> {
            tx.may_declare()?;
            let Some(made) = &made else { return tx.sections_in(&parts) };
            made.keep(tx)?;
            // the other parts may name what the objects of the file bring
            tx.in_world(made.world(), |tx| tx.sections_in(&parts))
        };
        let others = if dry { self.try_out(ctx, take).await? } else { self.write(ctx, take).await? };
        Ok(Taken { objects: objects.map(|come| come.outlook()), others })
    }
}

impl Tx<'_> {
    fn sections_in(&mut self, parts: &[(Part, String)]) -> Result<Vec<(Part, Vec<Came>)>> {
        parts.iter().map(|(part, text)| Ok((*part, self.section_in(*part, text)?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_falls_into_its_parts_line_by_line() {
        let text = "# all\n[[objects]]\nkey = \"a\"\n[objects.fields.x]\ntype = \"text\"\n\n[approvals.diskon]\nnote = \"\"\"\n[[flows]]\n\"\"\"\n[[flows]]\nkey = \"f\"\nlist = [\n  \"x\",\n]\n[[flows.steps]]\nkey = \"s\"\n";
        let parts = parts(text).expect("parts");
        assert_eq!(parts.iter().map(|(part, _)| *part).collect::<Vec<_>>(), [Part::Objects, Part::Approvals, Part::Flows]);
        let line = |part: usize, n: usize| parts[part].1.lines().nth(n).unwrap_or("").to_string();
        assert_eq!((line(0, 1), line(0, 6)), ("[[objects]]".into(), String::new()));
        assert_eq!((line(1, 6), line(1, 8)), ("[approvals.diskon]".into(), "[[flows]]".into()), "what is quoted is no head");
        assert_eq!((line(2, 6), line(2, 10), line(2, 15)), (String::new(), "[[flows]]".into(), "[[flows.steps]]".into()));
        assert_eq!(super::parts("[[pets]]\n").expect_err("unknown").fields[0].code, "bundle_section");
        assert_eq!(super::parts("a = 1\n").expect("nothing"), []);
    }
}
