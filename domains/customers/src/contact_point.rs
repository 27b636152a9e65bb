//! Numbers, mails and accounts: kept as typed and in one form; the main one is what the customer is reached by.

use crate::keys::{self, contact_point as f};
use akrab_engine::{ActionOutcome, ActionRun, Behaviour, Draft, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::text::{email, phone, url};
use akrab_model::{Filter, Problem, Record, RecordId, Value};

const WHY: &str = "the main number is the one shown on the customer";

/// Rules and verbs of contact points.
pub struct ContactPoints;

impl Behaviour for ContactPoints {
    fn object(&self) -> &'static str {
        keys::CONTACT_POINT
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        if !draft.changed(f::VALUE) && !draft.changed(f::KIND) {
            return Ok(());
        }
        let Some(typed) = draft.get(f::VALUE).text().map(str::to_string) else { return Ok(()) };
        let country = tx.engine.settings().country.clone();
        let kind = draft.get(f::KIND).text().unwrap_or_default().to_string();
        let (normal, number) = match kind.as_str() {
            "phone" | "whatsapp" | "telegram" if kind != "telegram" || !typed.starts_with('@') => {
                let e164 = phone::parse(&typed, &country).map_err(|e| draft.fault(f::VALUE, e.code))?.e164;
                (e164.clone(), Some(e164))
            }
            "email" => (email::parse(&typed).map_err(|e| draft.fault(f::VALUE, e.code))?.to_lowercase(), None),
            "website" => (url::parse(&typed).map_err(|e| draft.fault(f::VALUE, e.code))?, None),
            _ => (handle(&typed), None),
        };
        draft.set(f::NORMAL, Value::Text(normal.chars().take(200).collect()));
        draft.set(f::NUMBER, number.map_or(Value::Null, Value::Text));
        if !draft.is_new() {
            // what was proven was another one
            draft.set(f::STATE, Value::Text("unverified".into()));
            draft.set(f::VERIFIED_AT, Value::Null);
            draft.set(f::VERIFIED_BY, Value::Null);
            draft.set(f::VERIFIED_HOW, Value::Null);
        }
        Ok(())
    }

    fn after_save(&self, draft: &Draft, id: RecordId, tx: &mut Tx) -> Result<()> {
        if *draft.get(f::MAIN) != Value::Bool(true) || ![f::MAIN, f::VALUE, f::KIND].iter().any(|key| draft.changed(key)) {
            return Ok(());
        }
        let kind = draft.get(f::KIND).text().unwrap_or_default();
        for (via, object) in [(f::CONTACT, keys::CONTACT), (f::ACCOUNT, keys::ACCOUNT)] {
            let Some(holder) = draft.after.link(via) else { continue };
            for other in main_points(tx, via, holder, kind)?.into_iter().filter(|other| other.id != id) {
                tx.as_system(WHY).set_values(keys::CONTACT_POINT, other.id, vec![(f::MAIN, Value::Bool(false))])?;
            }
            show(tx, object, holder, kind, draft)?;
        }
        Ok(())
    }

    fn act(&self, run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
        if run.key != "verification" {
            return Err(Problem::not_found());
        }
        let how = run.input.get("how").and_then(|how| how.as_str()).unwrap_or("call").to_string();
        let by = tx.ctx.person().map_or(Value::Null, |person| Value::Link(person.id));
        let values = vec![
            (f::STATE, Value::Text("verified".into())),
            (f::VERIFIED_AT, Value::Time(tx.ctx.now.timestamp())),
            (f::VERIFIED_BY, by),
            (f::VERIFIED_HOW, Value::Text(how)),
        ];
        tx.set_values(keys::CONTACT_POINT, run.record.id, values)?;
        Ok(ActionOutcome { made: vec![(keys::CONTACT_POINT.into(), run.record.id)] })
    }
}

/// The main number, mail or site of a customer becomes the one shown on it.
fn show(tx: &mut Tx, object: &str, holder: RecordId, kind: &str, draft: &Draft) -> Result<()> {
    let Some(record) = tx.find(object, holder)? else { return Ok(()) };
    if record.object.field(kind).is_none() {
        return Ok(());
    }
    let typed = format!("{kind}_typed");
    let mut values = vec![(kind, draft.get(f::NORMAL).clone())];
    if record.object.field(&typed).is_some() {
        values.push((typed.as_str(), draft.get(f::VALUE).clone()));
    }
    values.retain(|(key, value)| record.get(key) != value);
    if !values.is_empty() {
        tx.as_system(WHY).set_values(object, holder, values)?;
    }
    Ok(())
}

fn main_points(tx: &mut Tx, via: &str, holder: RecordId, kind: &str) -> Result<Vec<Record>> {
    let tests = [(via, serde_json::json!(holder)), (f::KIND, kind.into()), (f::MAIN, true.into())];
    let filter = Filter::All(tests.into_iter().map(|(key, value)| Filter::test(key, Op::Is, value)).collect());
    let request = ListRequest { object: keys::CONTACT_POINT.into(), filter: Some(filter), limit: 50, ..ListRequest::default() };
    Ok(tx.as_system(WHY).list(&request)?.records)
}

/// Where the number on a customer is changed, the point it came from is the main one no longer.
pub(crate) fn follow(draft: &Draft, via: &str, tx: &mut Tx) -> Result<()> {
    if draft.is_new() {
        return Ok(());
    }
    for kind in ["phone", "whatsapp", "email", "website"] {
        if draft.object.field(kind).is_none() || !draft.changed(kind) {
            continue;
        }
        for point in main_points(tx, via, draft.after.id, kind)? {
            if point.get(f::NORMAL) != draft.get(kind) {
                tx.as_system(WHY).set_values(keys::CONTACT_POINT, point.id, vec![(f::MAIN, Value::Bool(false))])?;
            }
        }
    }
    Ok(())
}

/// `https://www.instagram.com/Kopi.Senja/` and `@kopi.senja` are the same account.
fn handle(typed: &str) -> String {
    let bare = typed.trim().trim_end_matches('/');
    let last = bare.rsplit('/').next().unwrap_or(bare);
    last.split('?').next().unwrap_or(last).trim_start_matches('@').to_lowercase()
}

#[cfg(test)]
mod tests {
    #[test]
    fn one_account_is_one_however_it_is_written() {
        for typed in ["@Kopi.Senja", "https://www.instagram.com/kopi.senja/", "instagram.com/kopi.senja?igsh=1"] {
            assert_eq!(super::handle(typed), "kopi.senja", "{typed}");
        }
    }
}
