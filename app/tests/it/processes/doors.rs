//! The doors nobody stands at: an import and a flow that move records into a guarded step.

use super::{deal, decl, keep, people, stage};
use crate::import::{import, upload};
use crate::workspace::{Workspace, both, map};
use akrab_engine::Door;
use akrab_engine::flow::{Flow, RunAsk, RunState};
use akrab_engine::import::{ImportSpec, OnMatch};
use serde_json::json;

both!(
    /// Rows that would enter a guarded step without what it asks for are refused, each with its reason; others go in.
    an_import_is_held_by_the_map,
    async |w: &Workspace| {
        let (admin, _, siti) = people(w).await;
        let seller = w.of(siti, Door::Page);
        keep(w, admin, decl()).await.expect("the map is kept");
        let (kopi, teh) = (deal(w, &seller, "Kopi Gayo").await, deal(w, &seller, "Teh Hijau").await);
        let csv = "name;stage;amount;next_step\nKopi Gayo;Penawaran;15000000;Telepon\nTeh Hijau;Penawaran;5000000;Telepon\nGula Aren;Penawaran;20000000;Rapat\n";
        let seller = w.of(siti, Door::Page);
        let file = upload(w, &seller, "peluang.csv", csv).await.expect("a file");
        let spec = w.engine.import_guess(&seller, "opportunity", file, None).await.expect("readable");
        let spec = ImportSpec { match_by: vec![vec!["name".into()]], on_match: OnMatch::Update, ..spec };
        let (_, report) = import(w, &seller, &spec, false).await;
        assert_eq!((report.counts.updated, report.counts.created, report.counts.refused), (1, 0, 2), "{report:?}");
        let codes: Vec<&str> = report.first.iter().map(|note| note.code.as_str()).collect();
        assert!(codes.contains(&"process_entry") && codes.contains(&"process_path"), "{codes:?}");
        let (from, to) = (stage(w, "Baru").await, stage(w, "Penawaran").await);
        for (id, wanted) in [(kopi, to), (teh, from)] {
            assert_eq!(w.engine.get(&w.system(), "opportunity", id).await.expect("a deal").link("stage"), Some(wanted));
        }
    }
);

/// A flow by which deals worth more than ten million are to go on to the proposal.
async fn mover(w: &Workspace, admin: i64, acts_as: &str, amount: &str) -> String {
    let to = stage(w, "Penawaran").await;
    let body = json!({ "name": { "id": acts_as, "en": acts_as }, "object": "opportunity", "acts_as": acts_as,
        "trigger": { "on": "changed", "field": "amount", "to": amount },
        "steps": [{ "key": "s", "do": "set", "values": { "stage": { "value": to } } }] });
    let flow: Flow = serde_json::from_value(body).expect("a flow");
    let publish = move |tx: &mut akrab_engine::Tx| {
        let key = tx.flow_make(&flow, None)?;
        tx.flow_publish(&key)?;
        Ok(key)
    };
    w.engine.write(&w.of(admin, Door::Page), publish).await.expect("published")
}

both!(
    /// A flow that acts for a person is held like him: its run stops with the reason and goes on once that is mended. What the
    /// program does of its own accord nobody is asked about.
    a_flow_is_held_by_the_map,
    async |w: &Workspace| {
        let (admin, _, siti) = people(w).await;
        let seller = w.of(siti, Door::Page);
        keep(w, admin, decl()).await.expect("the map is kept");
        let held = mover(w, admin, "publisher", "15000000").await;
        let free = mover(w, admin, "program", "16000000").await;
        let (kopi, teh) = (deal(w, &seller, "Kopi Gayo").await, deal(w, &seller, "Teh Hijau").await);
        for (id, amount) in [(kopi, "15000000"), (teh, "16000000")] {
            w.engine.update(&w.of(siti, Door::Page), "opportunity", id, map(json!({ "amount": amount })), None).await.expect("changed");
        }
        w.engine.flow_drain().await.expect("worked off");
        let runs = async |key: &str| {
            let key = key.to_string();
            w.engine.read(&w.system(), move |tx| tx.flow_runs(&key, &RunAsk::default())).await.expect("runs")
        };
        let at = async |id: i64| w.engine.get(&w.system(), "opportunity", id).await.expect("a deal").link("stage");
        let (from, to) = (stage(w, "Baru").await, stage(w, "Penawaran").await);
        let run = runs(&held).await.remove(0);
        assert_eq!((run.state, at(kopi).await), (RunState::Failed, Some(from)), "{:?}", run.told);
        let codes: Vec<&str> = run.told["fields"].as_array().into_iter().flatten().filter_map(|fault| fault["code"].as_str()).collect();
        assert_eq!(codes, ["process_field_exit"], "{:?}", run.told);
        assert_eq!((runs(&free).await[0].state, at(teh).await), (RunState::Done, Some(to)));
        w.engine.update(&w.of(siti, Door::Page), "opportunity", kopi, map(json!({ "next_step": "Telepon" })), None).await.expect("mended");
        w.engine.write(&w.system(), move |tx| tx.flow_retry(run.id)).await.expect("tried again");
        w.engine.flow_drain().await.expect("worked off");
        assert_eq!((runs(&held).await[0].state, at(kopi).await), (RunState::Done, Some(to)));
    }
);
