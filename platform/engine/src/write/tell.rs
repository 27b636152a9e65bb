//! Whom a change concerns: people mentioned, made responsible, or following the record.

use super::Tx;
use super::trace::subjects;
use crate::Result;
use crate::behaviour::Draft;
use crate::people::People;
use akrab_model::text::fold;
use akrab_model::{Object, RecordId};
use akrab_store::NoticeRow;
use std::collections::BTreeMap;

impl Tx<'_> {
    /// Tells people of what somebody did by hand. Each is told once, of what concerns him most; what
    /// he may not read by then he will not see.
    pub(super) fn tell_people(&mut self, object: &Object, draft: &Draft, change_id: Option<i64>) -> Result<()> {
        let Some(actor) = self.ctx.author().filter(|_| self.ctx.is_by_hand() && !object.is_system()) else { return Ok(()) };
        let subjects = subjects(object, &draft.after, &self.registry);
        let mut told: BTreeMap<i64, NoticeRow> = BTreeMap::new();
        let id = draft.after.id;
        let at = self.ctx.micros();
        let notice = |person: i64, kind: &str| NoticeRow {
            id: 0,
            person,
            at,
            kind: kind.into(),
            object: object.key.clone(),
            record: id,
            about: subjects.first().cloned(),
            change_id: None,
            actor: Some(actor),
            read_at: None,
        };
        let people = self.engine.people();
        for person in mentioned(object, draft, &people) {
            // who may not see it is told nothing, neither now nor when he may
            if people.user(person).is_some_and(|p| self.sees(p, &draft.object, id).unwrap_or(false)) {
                told.entry(person).or_insert_with(|| notice(person, "mention"));
            }
        }
        if let Some(person) =
            object.owner.map(|ix| &object.at(ix).key).filter(|key| draft.changed(key)).and_then(|key| draft.get(key).int())
        {
            told.entry(person).or_insert_with(|| notice(person, "assigned"));
        }
        for subject in &subjects {
            let Some(kind) = news(object, draft) else { break };
            for person in self.conn.followers(&subject.0, subject.1)? {
                told.entry(person).or_insert_with(|| NoticeRow { about: Some(subject.clone()), ..notice(person, kind) });
            }
        }
        let loud = !draft.is_new() && object.fields.iter().any(|f| !f.system && !f.quiet && draft.changed(&f.key));
        if loud {
            for person in self.conn.followers(&object.key, id)? {
                told.entry(person).or_insert_with(|| NoticeRow { change_id, about: None, ..notice(person, "changed") });
            }
        }
        told.remove(&actor);
        if told.is_empty() {
            return Ok(());
        }
        let told: Vec<NoticeRow> = told.into_values().collect();
        Ok(self.conn.notices_put(&told)?)
    }
}

impl Tx<'_> {
    /// People named with `@` in a text who may not see one of these records, by id and name.
    ///
    /// # Errors
    /// What the database answers.
    pub fn mentioned_blind(&mut self, text: &str, records: &[(&str, RecordId)]) -> Result<Vec<(i64, String)>> {
        let people = self.engine.people();
        let mut blind = Vec::new();
        for person in named(text, &people).into_iter().filter_map(|id| people.user(id)) {
            for (object, id) in records {
                let object = self.object(object)?;
                if !blind.iter().any(|(known, _)| *known == person.id) && !self.sees(person, &object, *id)? {
                    blind.push((person.id, person.name.clone()));
                }
            }
        }
        Ok(blind)
    }

    /// The text with these people named in it, but no longer addressed.
    pub fn unaddressed(&self, text: &str, people: &[i64]) -> String {
        let all = self.engine.people();
        let names = people.iter().filter_map(|id| all.name(*id));
        names.fold(text.to_string(), |text, name| text.replace(&format!("@{name}"), &name))
    }
}

/// What a record that tells of others has to say to those who follow them: it is new, or done.
fn news(object: &Object, draft: &Draft) -> Option<&'static str> {
    if draft.is_new() {
        return (!object.decl.timeline.on.is_empty()).then_some("entry");
    }
    let done = object.decl.timeline.done.as_deref()?;
    (draft.old(done).is_null() && !draft.get(done).is_null()).then_some("done")
}

/// People named with `@` in the title or the text of an entry, who were not named there before.
fn mentioned(object: &Object, draft: &Draft, people: &People) -> Vec<i64> {
    let decl = &object.decl.timeline;
    let keys = decl.body.iter().map(String::as_str).chain((!decl.on.is_empty()).then_some(object.decl.title.as_str()));
    let mut now = Vec::new();
    let mut before = Vec::new();
    for key in keys.filter(|key| draft.changed(key)) {
        now.extend(named(draft.get(key).text().unwrap_or(""), people));
        before.extend(named(draft.old(key).text().unwrap_or(""), people));
    }
    now.retain(|person| !before.contains(person));
    now
}

/// The people whose names follow an `@`; of two names that fit, the longer one counts.
fn named(text: &str, people: &People) -> Vec<i64> {
    let mut found = Vec::new();
    if !text.contains('@') {
        return found;
    }
    let mut known: Vec<(String, i64)> = people.at_work().iter().filter(|p| !p.name.is_empty()).map(|p| (fold(&p.name), p.id)).collect();
    known.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        // an address has letters before its @
        if c == '@' && !before.is_alphanumeric() {
            let rest = fold(&text[at + 1..].chars().take(120).collect::<String>());
            let fits = |name: &str| rest.strip_prefix(name).is_some_and(|after| !after.starts_with(char::is_alphanumeric));
            found.extend(known.iter().find(|(name, _)| fits(name)).map(|(_, id)| *id));
        }
        before = c;
    }
    found
}
