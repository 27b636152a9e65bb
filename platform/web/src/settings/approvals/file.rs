//! Rules as a file, out of one workspace; [`super::super::transfer`] takes it into another.

use crate::download;
use crate::fail::Reply;
use crate::visit::Visit;

/// `GET /settings/approvals/export`
pub(super) async fn export(visit: Visit) -> Reply {
    visit.require_admin()?;
    let text = visit.read(|tx| tx.approval_rules_file()).await?;
    download::bytes(text.into_bytes(), "approvals.toml", "application/toml")
}
