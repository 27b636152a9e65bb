//! Doing a thing once: a repeated request with the same key gets the first answer.

use super::Tx;
use crate::Result;
use akrab_model::{FieldProblem, Problem, ProblemKind};
use sha2::{Digest, Sha256};

/// A repeated request gets its first answer for so many hours.
pub(crate) const KEPT_HOURS: i64 = 24;

/// An answer kept for repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    pub body: String,
    /// It was given before; nothing was done this time.
    pub repeated: bool,
}

/// A request that may come twice: the caller's key and the whole of what was asked.
#[derive(Debug, Clone)]
pub struct Once {
    key: String,
    digest: String,
}

impl Once {
    /// `asked` is method, path and body.
    ///
    /// # Errors
    /// `invalid` for a key that is empty, longer than 200 bytes or not plain ASCII.
    pub fn new(key: &str, asked: &[&[u8]]) -> Result<Once> {
        if key.is_empty() || key.len() > 200 || !key.bytes().all(|b| (0x20..0x7f).contains(&b)) {
            return Err(Problem::invalid(vec![FieldProblem::new("Idempotency-Key", "malformed_key")]));
        }
        let mut digest = Sha256::new();
        for part in asked {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        Ok(Once { key: key.into(), digest: digest.finalize().iter().map(|b| format!("{b:02x}")).collect() })
    }
}

impl Tx<'_> {
    /// Runs `f` unless the actor's key was used within [`KEPT_HOURS`]; then gives the first answer. The
    /// answer is kept in the transaction of the change.
    ///
    /// # Errors
    /// `key_reused` for the same key with another request, and what `f` answers (which is not kept).
    pub fn once(&mut self, once: Option<&Once>, f: impl FnOnce(&mut Self) -> Result<(u16, String)>) -> Result<Answer> {
        let Some(once) = once else {
            let (status, body) = f(self)?;
            return Ok(Answer { status, body, repeated: false });
        };
        let actor = self.ctx.user_id().unwrap_or(0).to_string();
        let kept = self.conn.idempotency_get(&actor, &once.key)?.filter(|kept| kept.at >= self.ctx.micros() - KEPT_HOURS * 3_600_000_000);
        if let Some(kept) = kept {
            if kept.hash != once.digest {
                return Err(Problem {
                    fields: vec![FieldProblem::new("Idempotency-Key", "key_reused")],
                    ..Problem::new(ProblemKind::Invalid, "key_reused")
                });
            }
            let (status, body) = kept.response.split_once(' ').unwrap_or(("200", ""));
            return Ok(Answer { status: status.parse().unwrap_or(200), body: body.into(), repeated: true });
        }
        let (status, body) = f(self)?;
        let kept = akrab_store::Answered { hash: once.digest.clone(), response: format!("{status} {body}"), at: self.ctx.micros() };
        self.conn.idempotency_put(&actor, &once.key, &kept)?;
        Ok(Answer { status, body, repeated: false })
    }
}
