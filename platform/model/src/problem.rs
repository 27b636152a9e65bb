//! The one error that leaves the program: a stable code, the fields at fault, and what is needed to word it.

use serde::{Deserialize, Serialize};

/// What kind of failure; decides the HTTP status and the process's exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The request cannot be understood (400).
    Malformed,
    /// Nobody is signed in (401).
    Unauthenticated,
    /// Signed in, but this action is not allowed (403).
    Forbidden,
    /// No such thing, or not for this person (404).
    NotFound,
    /// Clashes with the present state (409).
    Conflict,
    /// Somebody else changed it meanwhile (412).
    Stale,
    /// Too large (413).
    TooLarge,
    /// Understood, but not acceptable (422).
    Invalid,
    /// Too many requests (429).
    Limited,
    /// The program failed (500).
    Internal,
    /// Try again shortly (503).
    Busy,
    /// No room on the disk (507).
    Full,
}

/// Name of the value after which the values of a cause follow.
const CAUSE: &str = "because";

/// One field at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// JSON pointer into the input: `/email`, `/lines/3/price`.
    pub pointer: String,
    /// Stable code: `required`, `not_a_number`, `too_long` …; message key `problem-<code>`.
    pub code: String,
    /// Values for the message: `max` → `200`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub args: Vec<(String, String)>,
}

impl FieldProblem {
    /// `path` is a field key or a JSON pointer.
    pub fn new(path: &str, code: &str) -> Self {
        let pointer = if path.starts_with('/') || path.is_empty() { path.to_string() } else { format!("/{path}") };
        Self { pointer, code: code.into(), args: Vec::new() }
    }
    /// Adds a value for the message.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.into(), value.to_string()));
        self
    }
    /// Adds what is behind it; the words have it as `$message`.
    pub fn because(mut self, cause: &FieldProblem) -> Self {
        self.args.push((CAUSE.into(), cause.code.clone()));
        let named = cause.args.iter().any(|(name, _)| name == "field") || cause.pointer.is_empty();
        self.args.extend(cause.args.iter().cloned());
        if !named {
            self.args.push(("field".into(), cause.pointer.rsplit('/').next().unwrap_or_default().into()));
        }
        self
    }
    /// Values for the words, and behind them the code and the values of what is behind the problem, if that is said.
    pub fn parted(args: &[(String, String)]) -> (&[(String, String)], Option<(&str, &[(String, String)])>) {
        match args.iter().position(|(name, _)| name == CAUSE) {
            Some(at) => (&args[..at], Some((args[at].1.as_str(), &args[at + 1..]))),
            None => (args, None),
        }
    }
    /// First part of the pointer: the field's key.
    pub fn field(&self) -> &str {
        self.pointer.trim_start_matches('/').split('/').next().unwrap_or("")
    }
}

/// A failure told to the caller. The operator's cause goes to the log, never in here.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}{}", fields.iter().map(|f| format!(" {}:{}", f.pointer, f.code)).collect::<String>())]
pub struct Problem {
    pub kind: ProblemKind,
    /// Stable code; message key `problem-<code>`.
    pub code: &'static str,
    pub fields: Vec<FieldProblem>,
    pub args: Vec<(String, String)>,
    /// Records the problem is about: (object key, id).
    pub records: Box<[(String, i64)]>,
    /// Cause for the log only.
    pub cause: Option<String>,
}

impl Problem {
    /// A failure of this kind without fields; `code` is stable and has words in both languages.
    pub fn new(kind: ProblemKind, code: &'static str) -> Self {
        Self { kind, code, fields: Vec::new(), args: Vec::new(), records: Box::default(), cause: None }
    }
    /// No such thing, or not for this person.
    pub fn not_found() -> Self {
        Self::new(ProblemKind::NotFound, "not_found")
    }
    /// Seen, but not permitted.
    pub fn forbidden() -> Self {
        Self::new(ProblemKind::Forbidden, "forbidden")
    }
    /// Somebody else changed it meanwhile.
    pub fn stale() -> Self {
        Self::new(ProblemKind::Stale, "stale")
    }
    /// Input with faults in fields.
    pub fn invalid(fields: Vec<FieldProblem>) -> Self {
        Self { fields, ..Self::new(ProblemKind::Invalid, "invalid") }
    }
    /// A request that cannot be understood.
    pub fn malformed(code: &'static str) -> Self {
        Self::new(ProblemKind::Malformed, code)
    }
    /// The first field at fault, or the problem itself as one: for words that name a cause.
    pub fn first(&self) -> FieldProblem {
        let whole = || FieldProblem { pointer: String::new(), code: self.code.into(), args: self.args.clone() };
        self.fields.first().cloned().unwrap_or_else(whole)
    }
    /// A failure of the program; `cause` is logged.
    pub fn internal(cause: impl ToString) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::new(ProblemKind::Internal, "internal") }
    }
    /// Adds a field at fault.
    pub fn field(mut self, problem: FieldProblem) -> Self {
        self.fields.push(problem);
        self
    }
    /// Adds a value for the message.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.args.push((name.into(), value.to_string()));
        self
    }
    /// Records to look at: (object key, id).
    pub fn about(mut self, records: Vec<(String, i64)>) -> Self {
        self.records = records.into_boxed_slice();
        self
    }
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        use ProblemKind::*;
        match self.kind {
            Malformed => 400,
            Unauthenticated => 401,
            Forbidden => 403,
            NotFound => 404,
            Conflict => 409,
            Stale => 412,
            TooLarge => 413,
            Invalid => 422,
            Limited => 429,
            Internal => 500,
            Busy => 503,
            Full => 507,
        }
    }
}
