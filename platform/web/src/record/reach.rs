//! How the person behind a record is called, written to and mailed.

use akrab_engine::Tx;
use akrab_model::object::Avatar;
use akrab_model::{FieldType, Record};

/// Ways to reach somebody.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// E.164.
    pub phone: Option<String>,
    pub whatsapp: Option<String>,
    pub email: Option<String>,
    /// Whom, when it is not the record itself.
    pub name: Option<String>,
}

impl Reach {
    /// The record's own ways, or those of the person it links to.
    pub fn load(tx: &mut Tx, record: &Record) -> Reach {
        let object = &record.object;
        if object.fields.iter().any(|f| matches!(f.kind, FieldType::Phone | FieldType::Email)) {
            return Reach::of(record);
        }
        for field in object.fields.iter().filter(|f| f.kind == FieldType::Link && !f.system) {
            let Some(target) = field.to.map(|to| tx.registry.at(to).clone()) else { continue };
            if target.decl.avatar != Avatar::Person || target.is_system() {
                continue;
            }
            if let Some(person) = record.link(&field.key).and_then(|id| tx.get(&target.key, id).ok()) {
                return Reach { name: Some(person.title().to_string()), ..Reach::of(&person) };
            }
        }
        Reach::default()
    }

    fn of(record: &Record) -> Reach {
        let first = |kind: FieldType| {
            record
                .object
                .fields
                .iter()
                .filter(|f| f.kind == kind && f.part_of.is_none())
                .find_map(|f| record.get(&f.key).text().map(str::to_string))
        };
        let chat = record
            .object
            .fields
            .iter()
            .find(|f| f.kind == FieldType::Phone && f.key.contains("whatsapp"))
            .and_then(|f| record.get(&f.key).text().map(str::to_string));
        let phone = first(FieldType::Phone);
        let mobile = phone.clone().filter(|p| akrab_model::text::phone::Phone { e164: p.clone() }.is_mobile());
        Reach { whatsapp: chat.or(mobile), phone, email: first(FieldType::Email), name: None }
    }

    /// The address that opens a chat.
    pub fn chat_href(&self) -> Option<String> {
        self.whatsapp.as_ref().map(|e164| format!("https://wa.me/{}", e164.trim_start_matches('+')))
    }
}
