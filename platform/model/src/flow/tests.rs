//! Places of runs and changes of the editor, on flows without a database.

use super::{Flow, Go, Lapse, Place, Spot, Unit, Way, parts, paths};
use serde_json::{Value as Json, json};

fn flow(steps: Json) -> Flow {
    let body = json!({ "name": { "id": "Uji", "en": "Test" }, "object": "toy", "trigger": { "on": "created" }, "steps": steps });
    serde_json::from_value(body).expect("a flow")
}

fn end(key: &str) -> Json {
    json!({ "key": key, "do": "set", "values": {} })
}

fn branched() -> Flow {
    let arms = json!([
        { "when": { "field": "size", "op": "gt", "value": 1 }, "steps": [end("b1"), end("b2")] },
        { "steps": [] } ]);
    let each = json!({ "key": "e", "do": "each", "object": "part", "via": "toy", "limit": 5, "steps": [end("e1"), { "key": "eb", "do": "branch", "arms": [{ "steps": [end("e2")] }] }] });
    flow(json!([end("a"), { "key": "b", "do": "branch", "arms": arms }, each, end("z")]))
}

/// The steps a run takes when branches take their first arm (or another one) and each list of children has two.
fn walk(flow: &Flow, arm: usize) -> Vec<String> {
    let mut place = Place::default();
    let mut taken = Vec::new();
    let mut children = 0;
    loop {
        let Some(step) = place.step(flow) else { return taken };
        taken.push(step.key.clone());
        let go = match step.deed.key() {
            "branch" => place.enter(flow, if step.key == "b" { arm } else { 0 }),
            "each" if children < 2 => {
                children += 1;
                place.repeat(flow, 40 + children)
            }
            _ => place.pass(flow),
        };
        // where a run stands survives being written down
        let text = serde_json::to_string(&place).expect("a text");
        if go == Go::Over {
            return taken;
        }
        assert_eq!(serde_json::from_str::<Place>(&text).expect("a place"), place);
    }
}

#[test]
fn a_run_goes_into_what_it_enters_and_comes_out_of_it() {
    let flow = branched();
    assert_eq!(walk(&flow, 0), ["a", "b", "b1", "b2", "e", "e1", "eb", "e2", "e", "e1", "eb", "e2", "e", "z"]);
    assert_eq!(walk(&flow, 1), ["a", "b", "e", "e1", "eb", "e2", "e", "e1", "eb", "e2", "e", "z"], "an empty arm");
    let last = self::flow(json!([{ "key": "b", "do": "branch", "arms": [{ "steps": [end("x")] }] }]));
    assert_eq!(walk(&last, 0), ["b", "x"], "the end of an inner list at the end of all");
}

#[test]
fn steps_for_children_know_their_child() {
    let flow = branched();
    let mut place = Place::default();
    for _ in 0..2 {
        place.pass(&flow);
    }
    assert_eq!(place.step(&flow).map(|s| s.key.as_str()), Some("e"));
    assert_eq!(place.child(&flow), None);
    place.repeat(&flow, 7);
    assert_eq!(place.child(&flow), Some(("part", 7)));
    place.pass(&flow);
    place.enter(&flow, 0);
    assert_eq!((place.child(&flow), place.step(&flow).map(|s| s.key.as_str())), (Some(("part", 7)), Some("e2")));
    place.drop_child(&flow);
    assert_eq!((place.step(&flow).map(|s| s.key.as_str()), place.level().child), (Some("e"), Some(7)), "the next one comes after it");
}

fn keys(flow: &Flow) -> Vec<String> {
    flow.all_steps().into_iter().map(|step| step.key.clone()).collect()
}

#[test]
fn the_editor_adds_moves_copies_and_removes() {
    let mut flow = branched();
    let made = flow.insert(&Spot::Inside("b".into(), 1), serde_json::from_value(json!({ "do": "end" })).expect("a deed"));
    assert_eq!(made.as_deref(), Some("s1"));
    assert_eq!(keys(&flow), ["a", "b", "b1", "b2", "s1", "e", "e1", "eb", "e2", "z"]);
    assert!(flow.insert(&Spot::After("nowhere".into()), flow.steps[0].deed.clone()).is_none());
    assert!(flow.shift("b2", Way::Up) && flow.shift("b2", Way::Up), "up in its list, then out of it");
    assert_eq!(keys(&flow)[..4], ["a", "b2", "b", "b1"]);
    assert!(flow.shift("b1", Way::Down));
    assert_eq!(keys(&flow)[..5], ["a", "b2", "b", "s1", "b1"]);
    assert!(!flow.shift("a", Way::Up), "it is the first");
    assert!(flow.transfer("b1", &Spot::Start) && !flow.transfer("b", &Spot::Inside("b".into(), 0)), "not into itself");
    assert_eq!(keys(&flow)[..3], ["b1", "a", "b2"]);
    assert_eq!(flow.copy("e").as_deref(), Some("s2"));
    let all = keys(&flow);
    assert_eq!(all.len(), all.iter().collect::<std::collections::HashSet<_>>().len(), "keys of its own: {all:?}");
    assert!(flow.remove("e").is_some() && flow.find("e1").is_none(), "with what is inside of it");
    let order: Vec<String> = ["z", "b1", "s2", "a", "b2", "b"].map(String::from).to_vec();
    assert!(flow.order(&order) && !flow.order(&order[1..]));
    assert_eq!(flow.steps.iter().map(|s| s.key.as_str()).collect::<Vec<_>>(), order);
    assert!(flow.add_arm("b") && flow.remove_arm("b", 0) && !flow.remove_arm("z", 0));
    assert_eq!(flow.object_of("s1"), "toy");
}

#[test]
fn texts_are_taken_apart_at_their_fields() {
    let words = "Halo {{ contact.name }}, {{name}} {{ belum";
    assert_eq!(paths(words).collect::<Vec<_>>(), ["contact.name", "name"]);
    assert_eq!(parts(words).len(), 5);
    assert_eq!(paths("tanpa apa pun").count(), 0);
}

#[test]
fn lengths_of_time_keep_the_time_of_day_they_are_told() {
    let now: jiff::Zoned = "2026-11-20T16:00:00+07:00[Asia/Jakarta]".parse().expect("a moment");
    let after = |lapse: Lapse| lapse.after(&now, None).map(|at| at.to_string()).map_err(|e| e.to_string());
    assert_eq!(after(Lapse::new(90, Unit::Minutes)).as_deref(), Ok("2026-11-20T10:30:00Z"));
    assert_eq!(after(Lapse::new(2, Unit::Weeks)).as_deref(), Ok("2026-12-04T09:00:00Z"));
    let at = |n, unit, at: &str| Lapse { at: at.parse().ok(), ..Lapse::new(n, unit) };
    assert_eq!(after(at(1, Unit::Days, "7.30")).as_deref(), Ok("2026-11-21T00:30:00Z"));
    assert!(after(Lapse::new(1, Unit::WorkingDays)).is_err(), "working time wants a calendar");
    assert!("25:00".parse::<super::Clock>().is_err() && "7:5x".parse::<super::Clock>().is_err());
}
