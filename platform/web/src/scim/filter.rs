//! Filters of RFC 7644 (3.4.2.2) and the paths of a PATCH (3.5.2), read into a tree and held against a resource.

use super::Fault;
use serde_json::Value as Json;
use std::cmp::Ordering;

/// Longest filter in bytes, most tests in one, and deepest nesting.
const LONGEST: usize = 2_000;
const TESTS: usize = 50;
const DEEPEST: usize = 20;

/// Attributes of a person and of a group, as they are drawn.
pub(super) const PERSON: &[&str] = &[
    "schemas",
    "id",
    "externalid",
    "username",
    "displayname",
    "name",
    "name.formatted",
    "name.givenname",
    "name.familyname",
    "emails",
    "emails.value",
    "emails.type",
    "emails.primary",
    "active",
    "preferredlanguage",
    "timezone",
    "roles",
    "roles.value",
    "roles.display",
    "roles.primary",
    "groups",
    "groups.value",
    "groups.type",
    "groups.$ref",
    "meta.resourcetype",
    "meta.location",
    "meta.version",
    "meta.created",
    "meta.lastmodified",
];
pub(super) const TEAM: &[&str] = &[
    "schemas",
    "id",
    "externalid",
    "displayname",
    "members",
    "members.value",
    "members.display",
    "members.type",
    "members.$ref",
    "meta.resourcetype",
    "meta.location",
    "meta.version",
];
/// Compared letter by letter; all other texts in any case.
const EXACT: &[&str] = &["id", "externalid", "value", "$ref", "schemas", "version", "location"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Op {
    Eq,
    Ne,
    Co,
    Sw,
    Ew,
    Pr,
    Gt,
    Ge,
    Lt,
    Le,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// Some value of the attribute of which all this holds.
    Among(String, Box<Node>),
    Test(String, Op, Json),
}

/// What a resource has to be; an empty one fits everything.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Filter(Node);

/// What a change is about: `name.givenName`, `emails[type eq "work"].value`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Place {
    /// Without schema, in small letters, without what chooses among several.
    pub name: String,
    /// Which of several values.
    pub which: Option<Filter>,
}

fn wrong(what: impl std::fmt::Display) -> Fault {
    Fault::bad("invalidFilter", format!("the filter cannot be read: {what}"))
}

impl Filter {
    /// Reads a filter over these attributes.
    pub fn read(text: &str, known: &[&str]) -> Result<Filter, Fault> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Filter(Node::All(Vec::new())));
        }
        let mut reader = Reader::new(text, known)?;
        let node = reader.any()?;
        if reader.rest().is_empty() { Ok(Filter(node)) } else { Err(wrong(format!("nothing is expected at “{}”", reader.near()))) }
    }

    /// Whether a resource, or one of several values, fits.
    pub fn fits(&self, resource: &Json) -> bool {
        self.0.fits(resource)
    }

    /// The text that `value eq "…"` asks for, when that is all that is asked.
    pub fn value(&self) -> Option<&str> {
        match &self.0 {
            Node::Test(name, Op::Eq, value) if name == "value" => value.as_str(),
            _ => None,
        }
    }
}

impl Place {
    /// Reads the path of a change.
    pub fn read(path: &str) -> Result<Place, Fault> {
        let unreadable = || Fault::bad("invalidPath", format!("the path “{}” cannot be read", path.chars().take(80).collect::<String>()));
        let path = bare(path.trim());
        let Some((name, rest)) = path.split_once('[') else {
            return Ok(Place { name: path.to_lowercase(), which: None });
        };
        let (inside, sub) = rest.rsplit_once(']').ok_or_else(unreadable)?;
        if name.is_empty() || !(sub.is_empty() || sub.starts_with('.')) || path.len() > LONGEST {
            return Err(unreadable());
        }
        Ok(Place {
            name: format!("{name}{sub}").to_lowercase(),
            which: Some(Filter::read(inside, &["value", "type", "primary", "display", "$ref"])?),
        })
    }
}

/// An attribute without its schema: `urn:…:User:userName` is `userName`.
fn bare(name: &str) -> &str {
    let end = name.find(['[', ' ']).unwrap_or(name.len());
    match name[..end].to_lowercase().starts_with("urn:") {
        true => name[..end].rfind(':').map_or(name, |colon| &name[colon + 1..]),
        false => name,
    }
}

impl Node {
    fn fits(&self, resource: &Json) -> bool {
        match self {
            Node::All(all) => all.iter().all(|node| node.fits(resource)),
            Node::Any(any) => any.iter().any(|node| node.fits(resource)),
            Node::Not(node) => !node.fits(resource),
            Node::Among(name, node) => values(resource, name).iter().any(|value| node.fits(value)),
            Node::Test(name, op, wanted) => {
                let exact = name.rsplit('.').next().is_some_and(|last| EXACT.contains(&last)) && name != "emails.value";
                let found: Vec<Json> = values(resource, name).into_iter().map(sole).filter(|value| !is_empty(value)).collect();
                match op {
                    Op::Pr => !found.is_empty(),
                    Op::Ne => !(found.iter().any(|value| holds(value, Op::Eq, wanted, exact)) || wanted.is_null() && found.is_empty()),
                    Op::Eq if wanted.is_null() => found.is_empty(),
                    _ => found.iter().any(|value| holds(value, *op, wanted, exact)),
                }
            }
        }
    }
}

/// Every value an attribute has, its name in any case.
fn values(resource: &Json, name: &str) -> Vec<Json> {
    let mut found = vec![resource.clone()];
    for part in name.split('.') {
        let inner = found.iter().filter_map(Json::as_object).filter_map(|map| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(part)));
        found = inner
            .flat_map(|(_, value)| match value {
                Json::Array(all) => all.clone(),
                one => vec![one.clone()],
            })
            .collect();
    }
    found
}

/// One of several values stands for its `value`.
fn sole(value: Json) -> Json {
    match value.get("value") {
        Some(inner) => inner.clone(),
        None => value,
    }
}

fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::String(text) => text.is_empty(),
        Json::Object(map) => map.values().all(is_empty),
        _ => false,
    }
}

fn holds(value: &Json, op: Op, wanted: &Json, exact: bool) -> bool {
    let (is, asked) = match (value, wanted) {
        (Json::Bool(is), asked) => {
            // Entra writes truth as text
            let asked = asked.as_bool().or_else(|| asked.as_str()?.to_lowercase().parse().ok());
            return op == Op::Eq && asked == Some(*is);
        }
        (Json::Number(is), Json::Number(asked)) => {
            return is.as_f64().partial_cmp(&asked.as_f64()).is_some_and(|order| ordered(op, order));
        }
        (Json::String(is), Json::String(asked)) => (is, asked),
        _ => return false,
    };
    if let (Ok(is), Ok(asked)) = (is.parse::<jiff::Timestamp>(), asked.parse::<jiff::Timestamp>()) {
        return ordered(op, is.cmp(&asked));
    }
    let (is, asked) = if exact { (is.clone(), asked.clone()) } else { (is.to_lowercase(), asked.to_lowercase()) };
    match op {
        Op::Co => is.contains(&asked),
        Op::Sw => is.starts_with(&asked),
        Op::Ew => is.ends_with(&asked),
        _ => ordered(op, is.cmp(&asked)),
    }
}

fn ordered(op: Op, order: Ordering) -> bool {
    match op {
        Op::Eq => order.is_eq(),
        Op::Gt => order.is_gt(),
        Op::Ge => order.is_ge(),
        Op::Lt => order.is_lt(),
        Op::Le => order.is_le(),
        _ => false,
    }
}

/// Reads from left to right: `or` binds least, then `and`, then `not`.
struct Reader<'t> {
    text: &'t str,
    at: usize,
    tests: usize,
    depth: usize,
    /// Attributes there are; within brackets the part that was chosen from stands before them.
    known: &'t [&'t str],
    within: Option<String>,
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, known: &'t [&'t str]) -> Result<Reader<'t>, Fault> {
        if text.len() > LONGEST {
            return Err(wrong(format!("it is longer than {LONGEST} bytes")));
        }
        Ok(Reader { text, at: 0, tests: 0, depth: 0, known, within: None })
    }

    fn rest(&mut self) -> &'t str {
        let rest = self.text[self.at..].trim_start();
        self.at = self.text.len() - rest.len();
        rest
    }

    fn near(&mut self) -> String {
        self.rest().chars().take(30).collect()
    }

    /// Takes this word when it comes next, in any case, with an end after it.
    fn word(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let fits = rest.get(..word.len()).is_some_and(|head| head.eq_ignore_ascii_case(word))
            && rest[word.len()..].chars().next().is_none_or(|next| next.is_whitespace() || next == '(');
        if fits {
            self.at += word.len();
        }
        fits
    }

    fn mark(&mut self, mark: char) -> bool {
        let fits = self.rest().starts_with(mark);
        if fits {
            self.at += mark.len_utf8();
        }
        fits
    }

    fn any(&mut self) -> Result<Node, Fault> {
        let mut nodes = vec![self.all()?];
        while self.word("or") {
            nodes.push(self.all()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Any(nodes) })
    }

    fn all(&mut self) -> Result<Node, Fault> {
        let mut nodes = vec![self.one()?];
        while self.word("and") {
            nodes.push(self.one()?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::All(nodes) })
    }

    fn one(&mut self) -> Result<Node, Fault> {
        if self.word("not") {
            if !self.mark('(') {
                return Err(wrong("after “not” stands a group in brackets"));
            }
            return Ok(Node::Not(Box::new(self.group(')')?)));
        }
        if self.mark('(') {
            return self.group(')');
        }
        self.test()
    }

    /// What stands up to the closing mark.
    fn group(&mut self, end: char) -> Result<Node, Fault> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(wrong(format!("it is nested more than {DEEPEST} deep")));
        }
        let node = self.any()?;
        if !self.mark(end) {
            return Err(wrong(format!("“{end}” is missing at “{}”", self.near())));
        }
        self.depth -= 1;
        Ok(node)
    }

    fn test(&mut self) -> Result<Node, Fault> {
        self.tests += 1;
        if self.tests > TESTS {
            return Err(wrong(format!("it has more than {TESTS} tests")));
        }
        let rest = self.rest();
        let end = rest.find([' ', '\t', '[', '(', ')', ']', '"']).unwrap_or(rest.len());
        self.at += end;
        let name = bare(&rest[..end]).to_lowercase();
        let whole = self.within.as_ref().map_or_else(|| name.clone(), |outer| format!("{outer}.{name}"));
        if name.is_empty() || !self.known.contains(&whole.as_str()) {
            return Err(wrong(format!("“{}” is no attribute to filter by", rest[..end].chars().take(60).collect::<String>())));
        }
        if self.within.is_none() && self.mark('[') {
            self.within = Some(name.clone());
            let node = self.group(']')?;
            self.within = None;
            return Ok(Node::Among(name, Box::new(node)));
        }
        const OPS: [(&str, Op); 10] = [
            ("eq", Op::Eq),
            ("ne", Op::Ne),
            ("co", Op::Co),
            ("sw", Op::Sw),
            ("ew", Op::Ew),
            ("pr", Op::Pr),
            ("gt", Op::Gt),
            ("ge", Op::Ge),
            ("lt", Op::Lt),
            ("le", Op::Le),
        ];
        let op = OPS.iter().find(|(word, _)| self.rest().len() >= word.len() && self.operator(word)).map(|(_, op)| *op);
        let op = op.ok_or_else(|| wrong(format!("an operator is missing at “{}”", self.near())))?;
        let value = if op == Op::Pr { Json::Null } else { self.value()? };
        let truth = whole == "active" || whole.ends_with(".primary");
        let sensible = match &value {
            Json::Null => matches!(op, Op::Pr | Op::Eq | Op::Ne),
            Json::Bool(_) => matches!(op, Op::Eq | Op::Ne),
            _ => !truth || matches!(op, Op::Eq | Op::Ne),
        };
        if sensible { Ok(Node::Test(name, op, value)) } else { Err(wrong(format!("“{whole}” is not compared in this way"))) }
    }

    fn operator(&mut self, word: &str) -> bool {
        let rest = self.rest();
        let fits = rest.get(..2).is_some_and(|head| head.eq_ignore_ascii_case(word))
            && rest[2..].chars().next().is_none_or(|next| next.is_whitespace() || matches!(next, ')' | ']'));
        if fits {
            self.at += 2;
        }
        fits
    }

    /// A value as JSON writes it, no object and no list.
    fn value(&mut self) -> Result<Json, Fault> {
        let rest = self.rest();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Json>();
        let value = values.next().and_then(Result::ok).filter(|value| !value.is_object() && !value.is_array());
        let value = value.or_else(|| {
            // a number or a word right before a bracket is no end to JSON
            let end = rest.find([')', ']', ' ']).filter(|_| !rest.starts_with('"'))?;
            serde_json::from_str(&rest[..end]).ok().inspect(|_: &Json| self.at += end)
        });
        match value {
            Some(value) if self.text.len() - self.at == rest.len() => {
                self.at += values.byte_offset();
                Ok(value)
            }
            Some(value) => Ok(value),
            None => Err(wrong(format!("a value is missing at “{}”", rest.chars().take(30).collect::<String>()))),
        }
    }
}

#[cfg(test)]
mod tests;
