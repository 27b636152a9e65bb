//! How the person behind a record is called, written to and mailed.

use crate::ui::button::Button;
use akrab_engine::Tx;
use akrab_model::object::{Avatar, FieldUse};
use akrab_model::text::phone::Phone;
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

/// One way, as a button offers it.
#[derive(Debug, Clone)]
pub struct Way {
    /// Message with its words.
    pub key: &'static str,
    pub icon: &'static str,
    pub href: String,
    /// It leads to a page of somebody else's.
    outside: bool,
}

impl Way {
    /// The button that leads there.
    pub fn on(&self, button: Button) -> Button {
        let button = button.href(self.href.as_str());
        if self.outside { button.attr("target", "_blank").attr("rel", "noopener") } else { button }
    }
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

    /// The record's own ways: a number kept for chats, otherwise a mobile one, opens a chat.
    pub fn of(record: &Record) -> Reach {
        let first = |kind: FieldType| {
            let own = record.object.fields.iter().filter(|f| f.kind == kind && f.part_of.is_none());
            own.filter_map(|f| record.get(&f.key).text()).next().map(str::to_string)
        };
        let named = record.object.fields.iter().find(|f| f.used_for == Some(FieldUse::Chat));
        let chat = named.and_then(|f| record.get(&f.key).text().map(str::to_string));
        let phone = first(FieldType::Phone);
        let mobile = phone.clone().filter(|e164| Phone { e164: e164.clone() }.is_mobile());
        Reach { whatsapp: chat.or(mobile), phone, email: first(FieldType::Email), name: None }
    }

    /// Calling.
    pub fn call(&self) -> Option<Way> {
        self.phone.as_ref().map(|e164| Way { key: "record-call", icon: "phone", href: format!("tel:{e164}"), outside: false })
    }

    /// Opening a chat.
    pub fn chat(&self) -> Option<Way> {
        let href = format!("https://wa.me/{}", self.whatsapp.as_ref()?.trim_start_matches('+'));
        Some(Way { key: "record-whatsapp", icon: "message-circle", href, outside: true })
    }

    /// Writing a mail.
    pub fn mail(&self) -> Option<Way> {
        self.email.as_ref().map(|mail| Way { key: "record-mail", icon: "mail", href: format!("mailto:{mail}"), outside: false })
    }

    /// Every way there is.
    pub fn ways(&self) -> impl Iterator<Item = Way> {
        [self.call(), self.chat(), self.mail()].into_iter().flatten()
    }
}
