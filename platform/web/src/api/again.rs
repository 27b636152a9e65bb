//! An answer given again: a key that was used before opens nothing its user may not read by now.

use akrab_engine::{Answer, Result, Tx};
use akrab_model::Problem;
use akrab_model::object::FieldRight;
use serde_json::{Value as Json, json};

/// The kept answer about a record, cut to what the caller may read now.
pub fn record(tx: &mut Tx, object: &str, answer: Answer) -> Result<Answer> {
    if !answer.repeated {
        return Ok(answer);
    }
    let mut body: Json = serde_json::from_str(&answer.body).map_err(Problem::internal)?;
    if let Some(made) = body.get_mut("made").and_then(Json::as_array_mut) {
        made.retain(|one| matches!((one["object"].as_str(), one["id"].as_i64()), (Some(object), Some(id)) if tx.get(object, id).is_ok()));
    } else {
        cut(tx, object, &mut body)?;
    }
    Ok(Answer { body: body.to_string(), ..answer })
}

/// The kept answer about many: records out of sight are named by their ids alone.
pub fn batch<'o>(tx: &mut Tx, objects: impl Iterator<Item = &'o str>, answer: Answer) -> Result<Answer> {
    if !answer.repeated {
        return Ok(answer);
    }
    let mut body: Json = serde_json::from_str(&answer.body).map_err(Problem::internal)?;
    for (one, object) in body["data"].as_array_mut().into_iter().flatten().zip(objects) {
        if cut(tx, object, one).is_err() {
            *one = json!({ "id": one["id"] });
        }
    }
    Ok(Answer { body: body.to_string(), ..answer })
}

fn cut(tx: &mut Tx, object: &str, body: &mut Json) -> Result<()> {
    let object = tx.object(object)?;
    let (Some(map), Some(id)) = (body.as_object(), body["id"].as_i64()) else { return Ok(()) };
    // what was out of reach already told nothing but its id
    if !map.keys().any(|key| object.field(key).is_some()) {
        return Ok(());
    }
    let now = tx.get(&object.key, id)?;
    let hidden: Vec<String> = object
        .fields
        .iter()
        .filter(|f| object.field_ix(&f.key).is_some_and(|ix| tx.rights.field(&object, ix) == FieldRight::Hidden))
        .map(|f| f.key.clone())
        .collect();
    drop_keys(body, &hidden);
    if let Some(titles) = body.get_mut("titles").and_then(Json::as_object_mut) {
        // what it links to may have gone out of sight, or got another name, since
        titles.retain(|key, title| now.link_title(key).is_some_and(|known| *title == *known));
    }
    Ok(())
}

fn drop_keys(part: &mut Json, keys: &[String]) {
    if let Some(map) = part.as_object_mut() {
        map.retain(|key, _| !keys.contains(key));
    }
}
