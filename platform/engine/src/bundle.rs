//! What administrators arrange, in one file: objects, templates of mails, approval rules and flows. Out of one workspace and,
//! part by part, into another.

use crate::approval::ApprovalDecl;
use crate::template::MailTemplate;
use crate::{Ctx, Engine, Result, Tx};
use akrab_model::{FieldProblem, Problem};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A part of the file. In the order in which they are taken in: each may name what came before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Objects,
    Templates,
    Approvals,
    Flows,
}

impl Part {
    pub const ALL: [Part; 4] = [Part::Objects, Part::Templates, Part::Approvals, Part::Flows];

    /// Its key in forms; message key `bundle-<key>`.
    pub fn key(self) -> &'static str {
        match self {
            Part::Objects => "objects",
            Part::Templates => "templates",
            Part::Approvals => "approvals",
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

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Templates {
    mail_templates: BTreeMap<String, MailTemplate>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Approvals {
    approvals: BTreeMap<String, ApprovalDecl>,
}

/// The parts a file has, each with its text; lines of other parts are left empty, so that faults name the line they are in.
///
/// # Errors
/// `invalid` for a section that belongs to no part.
pub fn parts(text: &str) -> Result<Vec<(Part, String)>> {
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
        let wanted = wanted.to_vec();
        let rest = self.read(ctx, move |tx| {
            tx.may_declare()?;
            let mut texts = Vec::new();
            for part in wanted {
                texts.push(match part {
                    Part::Objects => continue,
                    Part::Templates => tx.mail_templates_file()?,
                    Part::Approvals => tx.approval_rules_file()?,
                    Part::Flows => tx.flow_export(None)?,
                });
            }
            Ok(texts)
        });
        let mut texts = vec![objects];
        texts.extend(rest.await?);
        Ok(texts.into_iter().filter(|text| !text.trim().is_empty()).collect::<Vec<_>>().join("\n"))
    }

    /// Takes approval rules or templates of a file over, all or none; with `dry` it is only said what would come.
    ///
    /// # Errors
    /// `invalid` with the line that cannot be read, or what is wrong with which; `forbidden` for anybody but administrators.
    pub async fn bundle_take(&self, ctx: &Ctx, part: Part, text: &str, dry: bool) -> Result<Vec<Came>> {
        let text = text.to_string();
        let take = move |tx: &mut Tx| match part {
            Part::Approvals => tx.approvals_take(&text),
            Part::Templates => tx.templates_take(&text),
            Part::Objects | Part::Flows => Err(Problem::internal("objects and flows are taken in by themselves")),
        };
        if dry { self.try_out(ctx, take).await } else { self.write(ctx, take).await }
    }
}

fn unreadable(text: &str, error: &toml::de::Error) -> Problem {
    crate::written::unreadable(text, error)
}

/// Faults with the key of what they are in.
fn placed(key: &str, problem: Problem) -> Problem {
    let at = |fault: FieldProblem| FieldProblem { pointer: format!("/{key}/{}", fault.pointer.trim_start_matches('/')), ..fault };
    Problem { fields: problem.fields.into_iter().map(at).collect(), ..problem }
}

impl Tx<'_> {
    fn mail_templates_file(&mut self) -> Result<String> {
        let kept = self.mail_templates()?.into_iter().filter(|kept| !kept.retired).map(|kept| (kept.key, kept.decl));
        let file = Templates { mail_templates: kept.collect() };
        if file.mail_templates.is_empty() {
            return Ok(String::new());
        }
        Ok(format!("# Templates of mails.\n\n{}", toml::to_string_pretty(&file).map_err(Problem::internal)?))
    }

    fn approvals_take(&mut self, text: &str) -> Result<Vec<Came>> {
        self.may_declare()?;
        let file: Approvals = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
        let known: BTreeMap<String, ApprovalDecl> = self.approval_rules()?.into_iter().map(|rule| (rule.key, rule.decl)).collect();
        let mut came = Vec::new();
        for (key, decl) in file.approvals {
            let changed = known.get(&key) != Some(&decl);
            if changed {
                self.approval_rule_save(&key, &decl, None).map_err(|problem| placed(&key, problem))?;
            }
            came.push(Came { name: decl.name.get(self.ctx.lang_key()).into(), new: !known.contains_key(&key), changed, key });
        }
        Ok(came)
    }

    fn templates_take(&mut self, text: &str) -> Result<Vec<Came>> {
        self.may_declare()?;
        let file: Templates = toml::from_str(text).map_err(|error| unreadable(text, &error))?;
        let known: BTreeMap<String, MailTemplate> = self.mail_templates()?.into_iter().map(|kept| (kept.key, kept.decl)).collect();
        let mut came = Vec::new();
        for (key, decl) in file.mail_templates {
            let changed = known.get(&key) != Some(&decl);
            if changed {
                self.mail_template_save(&key, &decl, None).map_err(|problem| placed(&key, problem))?;
            }
            came.push(Came { name: decl.name.get(self.ctx.lang_key()).into(), new: !known.contains_key(&key), changed, key });
        }
        Ok(came)
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
