//! Telling people in their inbox.

use super::{At, Took};
use crate::{Result, Tx};
use akrab_model::flow::Who;
use akrab_store::NoticeRow;
use serde_json::json;

impl Tx<'_> {
    pub(super) fn flow_notify(&mut self, at: &At<'_>, to: &[Who], text: &str) -> Result<Took> {
        let people = self.flow_people(at, to)?;
        let text = self.flow_text(at, text)?;
        let notice = |person: i64| NoticeRow {
            id: 0,
            person,
            at: self.ctx.micros(),
            kind: "said".into(),
            object: at.record.object.key.clone(),
            record: at.record.id,
            about: None,
            change_id: None,
            actor: None,
            read_at: None,
        };
        let notices: Vec<(NoticeRow, &str)> = people.iter().map(|person| (notice(person.id), text.as_str())).collect();
        self.conn.notices_say(&notices)?;
        let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
        Ok(Took::told(json!({ "text": text }), json!({ "people": names })))
    }
}
