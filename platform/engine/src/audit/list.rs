//! Reading the trail and taking it along.

use super::{AuditQuery, AuditRow};
use crate::export::{Exported, guarded};
use crate::{Ctx, Engine, Result};
use akrab_model::Problem;
use jiff::Timestamp;
use serde_json::json;
use std::path::Path;

/// Kinds of entries in groups, as people look for them.
pub const GROUPS: &[(&str, &[&str])] = &[
    (
        "access",
        &[
            "sign_in",
            "sign_in_failed",
            "code_failed",
            "sign_out",
            "sessions_ended",
            "password_set",
            "password_reset",
            "totp_on",
            "totp_off",
            "token_added",
            "token_ended",
            "tokens_ended",
            "passkey_added",
            "passkey_removed",
            "identity_linked",
            "identity_unlinked",
            "identity_left",
            "app_allowed",
            "app_ended",
            "app_reused",
            "see_as",
            "see_as_end",
        ],
    ),
    (
        "data",
        &[
            "export",
            "import",
            "bulk",
            "purge",
            "hand_over",
            "trail_export",
            "backup",
            "restore",
            "archive",
            "archive_taken",
            "archive_arrived",
            "confirmation",
            "access_copy",
            "erasure",
            "erasure_lifted",
        ],
    ),
    ("file", &["file_add", "file_revise", "file_revert", "file_reword", "file_bin", "file_restore"]),
    (
        "rights",
        &["share", "unshare", "placed", "placing", "people_create", "people_update", "people_delete", "people_restore", "people_purge"],
    ),
    (
        "approval",
        &[
            "approval_asked",
            "approval_approve",
            "approval_refuse",
            "approval_return",
            "approval_withdrawn",
            "approval_moved",
            "approval_fallen",
            "approval_expired",
            "approval_void",
            "approval_clock",
            "approval_rule",
            "deputy_named",
            "deputy_ended",
        ],
    ),
    ("policy", &["process", "process_passed", "policy", "breach"]),
    (
        "setup",
        &[
            "settings",
            "setup_create",
            "setup_update",
            "setup_delete",
            "setup_restore",
            "setup_purge",
            "shape",
            "block_added",
            "block_removed",
            "block_taken",
            "mail_template",
            "calendar",
            "holidays",
            "sending_rule",
            "retention",
            "flow_publish",
            "flow_pause",
            "flow_resume",
            "flow_remove",
            "hook_added",
            "hook_changed",
            "hook_secret",
            "hook_stopped",
            "hook_removed",
            "inlet_added",
            "inlet_changed",
            "inlet_secret",
            "inlet_removed",
            "form_added",
            "form_changed",
            "form_removed",
            "provider_added",
            "provider_changed",
            "provider_removed",
            "scim_token",
            "service_added",
            "service_changed",
            "app_added",
            "app_changed",
            "app_registered",
            "app_removed",
        ],
    ),
    ("seal", &["seal"]),
];

/// Kinds of a group; empty for an unknown one.
pub fn kinds_of(group: &str) -> &'static [&'static str] {
    GROUPS.iter().find(|(key, _)| *key == group).map_or(&[], |(_, kinds)| kinds)
}

/// Users, teams, roles, territories and the rules of sharing decide who may do what.
pub(crate) fn is_people(object: &str) -> bool {
    matches!(object, "user" | "team" | "role" | "territory" | "territory_rule" | "sharing_rule")
}

/// Entries read at once.
const BATCH: usize = 1_000;

impl Engine {
    /// Entries that match, the newest first, at most `query.limit`.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators.
    pub async fn audit(&self, ctx: &Ctx, query: AuditQuery) -> Result<Vec<AuditRow>> {
        self.require_auditor(ctx)?;
        self.read(ctx, move |tx| Ok(tx.conn.audit_find(&query)?)).await
    }

    /// Writes the entries that match into a temporary CSV file, the newest first; told in the trail itself.
    ///
    /// # Errors
    /// `forbidden` for anybody but administrators; `disk_full`.
    pub async fn audit_export(&self, ctx: &Ctx, query: AuditQuery) -> Result<Exported> {
        self.require_auditor(ctx)?;
        let path = self.files().draft_path();
        let (out, asked) = (path.clone(), query.clone());
        let written = self.read(ctx, move |tx| {
            tx.one_moment(|tx| write(&out, |before| Ok(tx.conn.audit_find(&AuditQuery { before, limit: BATCH, ..asked.clone() })?)))
        });
        let exported = match written.await {
            Ok(rows) => Exported { path, rows, name: format!("audit-{}.csv", ctx.now.date()) },
            Err(problem) => {
                let _ = std::fs::remove_file(&path);
                return Err(problem);
            }
        };
        let detail = json!({ "rows": exported.rows, "kinds": query.kinds, "actor": query.actor, "text": query.text });
        let told = self.write(ctx, move |tx| tx.audit("trail_export", None, detail.clone())).await;
        if told.is_err() {
            self.export_done(&exported);
        }
        told.map(|()| exported)
    }

    /// Reading the trail needs no more than to be an administrator, whatever else a token may not do.
    fn require_auditor(&self, ctx: &Ctx) -> Result<()> {
        let may = ctx.scopes.is_none() && ctx.person().is_none_or(|p| p.role.is_administrator());
        if may { Ok(()) } else { Err(Problem::forbidden()) }
    }
}

/// Writes all batches that `next` gives; it is told the number the last one ended with.
fn write(path: &Path, mut next: impl FnMut(Option<i64>) -> Result<Vec<AuditRow>>) -> Result<u64> {
    let mut file = csv::Writer::from_path(path).map_err(Problem::internal)?;
    let heads = ["n", "at", "actor", "name", "door", "request", "address", "kind", "object", "record", "detail", "hash"];
    file.write_record(heads).map_err(Problem::internal)?;
    let (mut rows, mut before) = (0, None);
    loop {
        let batch = next(before)?;
        for row in &batch {
            let at = Timestamp::from_microsecond(row.at).map(|at| at.to_string()).unwrap_or_default();
            let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
            let cells = [
                row.n.to_string(),
                at,
                number(row.actor),
                guarded(&row.name).into_owned(),
                row.door.clone(),
                guarded(&row.request).into_owned(),
                row.place.clone(),
                row.kind.clone(),
                row.object.clone(),
                number(row.record),
                row.detail.clone(),
                row.hash.clone(),
            ];
            file.write_record(&cells).map_err(Problem::internal)?;
        }
        rows += batch.len() as u64;
        before = batch.last().map(|row| row.n);
        if batch.len() < BATCH {
            file.flush().map_err(crate::file::failure)?;
            return Ok(rows);
        }
    }
}
