//! Further addresses: called by their street, in the zone of their province, with RT and RW apart.

use crate::keys::{self, customer_address as f};
use akrab_engine::{ActionOutcome, ActionRun, Behaviour, Draft, Result, Tx};
use akrab_model::{Problem, Record, Value, area};

const PARTS: [&str; 6] = ["street", "village", "district", "city", "province", "postcode"];

/// Rules and verbs of addresses.
pub struct Places;

impl Behaviour for Places {
    fn object(&self) -> &'static str {
        keys::CUSTOMER_ADDRESS
    }

    fn before_save(&self, draft: &mut Draft, _tx: &mut Tx) -> Result<()> {
        if draft.changed("address_street")
            && let Some(street) = draft.get("address_street").text().map(str::to_string)
        {
            for (key, word) in [(f::RT, "rt"), (f::RW, "rw")] {
                if let Some(number) = neighbourhood(&street, word).filter(|_| draft.get(key).is_null()) {
                    draft.set(key, Value::Text(number));
                }
            }
        }
        let zone = draft.get("address_province").text().and_then(area::province_named).map(|province| match province.zone {
            "Asia/Makassar" => "wita",
            "Asia/Jayapura" => "wit",
            _ => "wib",
        });
        draft.set(f::ZONE, zone.map_or(Value::Null, |zone| Value::Text(zone.into())));
        if draft.get(f::NAME).is_blank() {
            let named =
                ["address_street", "address_city", f::KIND].into_iter().find_map(|key| draft.get(key).text().filter(|t| !t.is_empty()));
            let named = named.unwrap_or_default().to_string();
            draft.set(f::NAME, Value::Text(named));
        }
        Ok(())
    }

    fn act(&self, run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
        if run.key != "promotion" {
            return Err(Problem::not_found());
        }
        let holder = [(f::ACCOUNT, keys::ACCOUNT), (f::CONTACT, keys::CONTACT)]
            .into_iter()
            .find_map(|(via, object)| Some((object, run.record.link(via)?)));
        let (object, id) = holder.ok_or_else(Problem::not_found)?;
        let before = tx.find(object, id)?.ok_or_else(Problem::not_found)?;
        // the two change places, so that no address is lost
        swap(tx, object, id, &run.record)?;
        if PARTS.iter().any(|part| !before.text(&format!("address_{part}")).is_empty()) {
            swap(tx, keys::CUSTOMER_ADDRESS, run.record.id, &before)?;
        } else {
            tx.delete(keys::CUSTOMER_ADDRESS, run.record.id, None)?;
        }
        Ok(ActionOutcome { made: vec![(object.into(), id)] })
    }
}

fn swap(tx: &mut Tx, object: &str, id: i64, from: &Record) -> Result<()> {
    let keys = PARTS.map(|part| format!("address_{part}"));
    let mut values: Vec<(&str, Value)> = keys.iter().map(|key| (key.as_str(), from.get(key).clone())).collect();
    if object == keys::CUSTOMER_ADDRESS {
        values.extend([(f::NAME, Value::Null), (f::RT, Value::Null), (f::RW, Value::Null)]);
    }
    tx.set_values(object, id, values).map(|_| ())
}

/// The number after `RT` or `RW`: `RT 04/RW 02`, `RT.4 RW.2`, `RT04`, and `RT 004/002`, where the second is the RW.
fn neighbourhood(street: &str, word: &str) -> Option<String> {
    let lower = street.to_lowercase();
    let numbers = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty()).map(|part| part.chars().take(3).collect()).collect()
    };
    let at = |word: &str| {
        lower.match_indices(word).map(|(at, _)| at).find(|at| {
            let before = lower[..*at].chars().next_back().is_none_or(|c| !c.is_alphabetic());
            before && lower[at + 2..].trim_start_matches([' ', '.', ':', '/']).starts_with(|c: char| c.is_ascii_digit())
        })
    };
    match (at(word), word, at("rt")) {
        (Some(found), ..) => numbers(&lower[found + 2..]).into_iter().next(),
        // one word for both
        (None, "rw", Some(found)) if lower[found + 2..].contains('/') => numbers(&lower[found + 2..]).into_iter().nth(1),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::neighbourhood;

    #[test]
    fn rt_and_rw_are_read_as_people_write_them() {
        for (street, rt, rw) in [
            ("Jl. Melati No. 3 RT 04/RW 02", Some("04"), Some("02")),
            ("Jl. Melati 3, RT.4 RW.2", Some("4"), Some("2")),
            ("Gg. Mawar RT 004/002", Some("004"), Some("002")),
            ("Jl. Kertajaya 12", None, None),
            ("Jl. Artha Raya 7", None, None),
        ] {
            assert_eq!((neighbourhood(street, "rt").as_deref(), neighbourhood(street, "rw").as_deref()), (rt, rw), "{street}");
        }
    }
}
