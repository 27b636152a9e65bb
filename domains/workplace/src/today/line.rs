//! A task typed in one line, and tasks put off together.

use akrab_activities::keys::{TASK, task};
use akrab_customers::keys::{ACCOUNT, CONTACT};
use akrab_engine::{Result, Tx};
use akrab_model::Problem;
use akrab_model::text::fold;
use akrab_model::value::Input;
use akrab_sales::keys::{LEAD, OPPORTUNITY};
use akrab_web::record::composer::when_at_end;
use akrab_web::{Fields, Flash, Reply, Visit};
use jiff::Zoned;
use serde_json::json;

/// First words that say what kind of task it is.
const KINDS: [(&str, &[&str]); 5] = [
    ("call", &["telepon", "telpon", "tlp", "call", "phone", "hubungi"]),
    ("whatsapp", &["wa", "whatsapp", "chat"]),
    ("email", &["email", "mail", "surel"]),
    ("visit", &["kunjungi", "kunjungan", "visit", "datangi"]),
    ("meeting", &["rapat", "meeting", "meet", "temui"]),
];

/// `POST /today/tasks` with `text`: "telepon Suparman besok 10.00".
pub(super) async fn add(visit: Visit, posted: Fields) -> Reply {
    let text = posted.text("text").to_string();
    let look = visit.look();
    let (title, when) = when_at_end(&text, &look.now, look.lang);
    let due = when.clone().unwrap_or_else(|| this_evening(&look.now));
    let said = title.clone();
    let at = due.timestamp().to_string();
    let made = visit
        .write(move |tx| {
            let mut input = Input::new();
            input.insert(task::SUBJECT.into(), json!(title));
            input.insert(task::DUE_AT.into(), json!(at));
            if let Some((kind, about)) = kind(&title) {
                input.insert(task::KIND.into(), json!(kind));
                if let Some((key, id)) = named(tx, about)? {
                    input.insert(key.into(), json!(id));
                }
            }
            let id = tx.create(TASK, &input)?;
            Ok((id, tx.last_change(TASK, id)?))
        })
        .await?;
    let when = look.moment_words(&due);
    let flash = Flash::ok(visit.t.with("today-task-made", &[("task", said.into()), ("when", when.into())]))
        .link(visit.t.get("open"), format!("/tasks/{}", made.0));
    visit.back("/today", made.1.map_or(flash.clone(), |id| flash.undo_change(id)))
}

/// Without a moment it is for today: at five, or in an hour when that is past.
fn this_evening(now: &Zoned) -> Zoned {
    let five = now.with().hour(17).minute(0).second(0).subsec_nanosecond(0).build().unwrap_or_else(|_| now.clone());
    if five > *now { five } else { now.saturating_add(jiff::Span::new().hours(1)) }
}

/// The kind by the first word, and the words after it.
fn kind(title: &str) -> Option<(&'static str, &str)> {
    let (first, rest) = title.split_once(' ')?;
    let first = fold(first);
    KINDS.iter().find(|(_, words)| words.contains(&first.as_str())).map(|(kind, _)| (*kind, rest))
}

/// The one person, company, opportunity or lead these words name; none when several might be meant.
fn named(tx: &mut Tx, words: &str) -> Result<Option<(&'static str, i64)>> {
    let objects = [CONTACT, ACCOUNT, OPPORTUNITY, LEAD].map(String::from);
    // "Suparman soal harga": the longest beginning that names somebody
    let all: Vec<&str> = words.split_whitespace().take(5).collect();
    for take in (1..=all.len()).rev() {
        let hits = tx.search(&all[..take].join(" "), Some(&objects), 2)?;
        if let [hit] = hits.as_slice() {
            let keys = [(CONTACT, task::CONTACT), (ACCOUNT, task::ACCOUNT), (OPPORTUNITY, task::OPPORTUNITY), (LEAD, task::LEAD)];
            return Ok(keys.into_iter().find(|(object, _)| *object == hit.object.key).map(|(_, key)| (key, hit.record.id)));
        }
        if hits.len() > 1 {
            return Ok(None);
        }
    }
    Ok(None)
}

/// `POST /today/deferral` with `id`s: all to tomorrow at their hour.
pub(super) async fn defer(visit: Visit, posted: Fields) -> Reply {
    let ids: Vec<i64> = posted.all("id").filter_map(|id| id.parse().ok()).take(200).collect();
    let count = visit
        .write(move |tx| {
            let mut done = 0_i64;
            for id in &ids {
                match tx.act(TASK, *id, "deferral", &Input::new()) {
                    Ok(_) => done += 1,
                    // done meanwhile by somebody: there is nothing to put off
                    Err(problem) if problem.code == "action_not_now" || problem == Problem::not_found() => {}
                    Err(problem) => return Err(problem),
                }
            }
            Ok(done)
        })
        .await?;
    visit.back("/today", Flash::ok(visit.t.with("today-deferred", &[("n", count.into())])))
}

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn the_first_word_tells_the_kind() {
        assert_eq!(kind("telepon Suparman"), Some(("call", "Suparman")));
        assert_eq!(kind("WA Lestari"), Some(("whatsapp", "Lestari")));
        assert_eq!(kind("Siapkan daftar"), None);
        assert_eq!(kind("telepon"), None);
    }
}
