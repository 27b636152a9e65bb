//! What is kept of flows: versions, files, faults, trials, and whom they act for.

use super::{HOUR, change, count, drain, flow, get, publish, role, runs};
use crate::workspace::{Workspace, both};
use akrab_engine::Door;
use akrab_engine::flow::{RunState, TrialAsk};
use akrab_model::filter::Filter;
use serde_json::{Value as Json, json};

both!(
    /// A run ends on the version it began on; a flow that rests begins nothing and goes no further until it goes on.
    versions_and_rest,
    async |w: &Workspace| {
        let steps = |text: &str| {
            json!([
                { "key": "s1", "do": "wait", "until": "passed", "lapse": { "n": 1, "unit": "hours" } },
                { "key": "s2", "do": "set", "values": { "note": { "value": text } } } ])
        };
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps("versi satu"), Json::Null)).await;
        let old = w.make("opportunity", json!({ "name": "Lama" })).await;
        drain(w).await;
        let (own, next) = (key.clone(), flow("opportunity", json!({ "on": "created" }), steps("versi dua"), Json::Null));
        let publish = move |tx: &mut akrab_engine::Tx| {
            tx.flow_write_draft(&own, &next, None)?;
            tx.flow_publish(&own)
        };
        assert_eq!(w.engine.write(&w.system(), publish).await.expect("published"), 2);
        let new = w.make("opportunity", json!({ "name": "Baru" })).await;
        drain(w).await;
        let pause = |paused: bool| {
            let key = key.clone();
            async move { w.engine.write(&w.system(), move |tx| tx.flow_pause(&key, paused)).await.expect("paused") }
        };
        pause(true).await;
        w.pass(2 * HOUR);
        let none = w.make("opportunity", json!({ "name": "Saat istirahat" })).await;
        assert_eq!(drain(w).await, 0);
        pause(false).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", old, "note").await, json!("versi satu"));
        assert_eq!(get(w, "opportunity", new, "note").await, json!("versi dua"));
        assert_eq!(get(w, "opportunity", none, "note").await, Json::Null);
        assert_eq!(runs(w, &key).await.iter().map(|run| run.version).collect::<Vec<_>>(), [1, 2]);
        let (own, again) = (key.clone(), key.clone());
        let same = w.engine.write(&w.system(), move |tx| tx.flow_publish(&own)).await.expect_err("nothing new");
        assert_eq!(same.code, "flow_nothing_new");
        w.engine.write(&w.system(), move |tx| tx.flow_remove(&again)).await.expect("removed");
        w.make("opportunity", json!({ "name": "Sesudahnya" })).await;
        assert_eq!(drain(w).await, 0);
    }
);

both!(
    /// A trial says what would happen and writes nothing; a button is there for those who may change the record, while its condition holds.
    trials_and_buttons,
    async |w: &Workspace| {
        let steps = json!([
            { "key": "s1", "do": "set", "values": { "note": { "value": "dicoba {{name}}" } } },
            { "key": "s2", "do": "wait", "until": "passed", "lapse": { "n": 5, "unit": "days" } },
            { "key": "s3", "do": "mail", "to": [{ "address": "a@contoh.test" }], "subject": "Halo", "text": "Halo" },
            { "key": "s4", "do": "task", "title": "Hubungi" } ]);
        let made = flow("opportunity", json!({ "on": "button" }), steps, json!({ "when": { "field": "amount", "op": "gt", "value": 10 } }));
        let key = publish(w, made.clone()).await;
        let fits = w.make("opportunity", json!({ "name": "Cocok", "amount": 20 })).await;
        let misfit = w.make("opportunity", json!({ "name": "Tidak", "amount": 5 })).await;
        let trials = w.engine.flow_try(&w.system(), &key, made.clone(), TrialAsk::default()).await.expect("trials");
        assert_eq!(trials.iter().map(|t| (t.record, t.fits, t.state)).collect::<Vec<_>>(), [(fits, true, RunState::Done)]);
        let steps: Vec<&str> = trials[0].steps.iter().map(|s| s.step.as_str()).collect();
        assert_eq!(steps, ["s1", "s2", "s3", "s4"]);
        assert_eq!(trials[0].steps[0].input["note"], "dicoba Cocok");
        assert_eq!(trials[0].steps[2].input["to"], json!(["a@contoh.test"]));
        let other = w.engine.flow_try(&w.system(), &key, made, TrialAsk { record: Some(misfit), limit: 0 }).await.expect("trials");
        assert!(!other[0].fits && other[0].steps.is_empty());
        assert_eq!(get(w, "opportunity", fits, "note").await, Json::Null);
        assert_eq!(count(w, "task", Filter::All(vec![])).await, 0);
        assert!(runs(w, &key).await.is_empty() && drain(w).await == 0);

        let (sales, reader) = (w.user("siti", role(w, "sales").await, None).await, w.user("sumarni", role(w, "readonly").await, None).await);
        change(w, &w.system(), "opportunity", fits, json!({ "owner": sales })).await;
        change(w, &w.system(), "opportunity", misfit, json!({ "owner": sales })).await;
        let press = async |who: i64, id: i64| {
            let key = key.clone();
            w.engine.write(&w.of(who, Door::Page), move |tx| tx.flow_press("opportunity", id, &key)).await
        };
        assert_eq!(press(sales, misfit).await.expect_err("not now").code, "flow_not_now");
        assert_eq!(press(reader, fits).await.expect_err("may not").code, "forbidden");
        assert!(press(sales, fits).await.expect("begun").is_some());
        drain(w).await;
        assert_eq!(get(w, "opportunity", fits, "note").await, json!("dicoba Cocok"));
        let seen = w.engine.read(&w.of(sales, Door::Page), |tx| tx.flow_list()).await.expect_err("administrators only");
        assert_eq!(seen.code, "forbidden");
        let offered = async |who: i64, id: i64| {
            let read = move |tx: &mut akrab_engine::Tx| {
                let object = tx.object("opportunity")?;
                Ok(tx.flow_buttons(&object, id)?.len())
            };
            w.engine.read(&w.of(who, Door::Page), read).await.expect("buttons")
        };
        assert_eq!((offered(sales, fits).await, offered(sales, misfit).await, offered(reader, fits).await), (1, 0, 0));
    }
);

both!(
    /// Steps with the rights of whoever published them reach no further than he does, and stop when he leaves.
    a_flow_may_act_for_whoever_published_it,
    async |w: &Workspace| {
        let admin = w.user("ratna", role(w, "administrator").await, None).await;
        let steps = json!([{ "key": "s1", "do": "set", "values": { "note": { "value": "oleh Ratna" } } }]);
        let made = flow("opportunity", json!({ "on": "created" }), steps, json!({ "acts_as": "publisher" }));
        w.user("kedua", role(w, "administrator").await, None).await;
        let publish = move |tx: &mut akrab_engine::Tx| {
            let key = tx.flow_make(&made, None)?;
            tx.flow_publish(&key)?;
            Ok(key)
        };
        let key = w.engine.write(&w.of(admin, Door::Page), publish).await.expect("published");
        let first = w.make("opportunity", json!({ "name": "Satu" })).await;
        drain(w).await;
        assert_eq!(get(w, "opportunity", first, "updated_by").await, json!(admin));
        let told = w.engine.read(&w.system(), move |tx| tx.history("opportunity", first, None)).await.expect("history");
        assert!(told.iter().any(|c| c.door == "flow" && c.actor == Some(admin)), "{told:?}");
        change(w, &w.system(), "user", admin, json!({ "active": false })).await;
        w.make("opportunity", json!({ "name": "Dua" })).await;
        drain(w).await;
        let last = runs(w, &key).await.pop().expect("a run");
        assert_eq!((last.state, &last.told["code"]), (RunState::Failed, &json!("flow_publisher_gone")));
    }
);

both!(
    /// Flows go out as a file and come in the same elsewhere, resting until somebody has looked at them; faults name their place.
    flows_travel_as_a_file,
    async |w: &Workspace| {
        let steps = json!([
            { "key": "s1", "do": "branch", "arms": [
                { "when": { "all": [{ "field": "amount", "op": "gt", "value": 5 }, { "field": "account.name", "op": "contains", "value": "Hotel" }] },
                  "steps": [{ "key": "s2", "do": "wait", "until": "passed", "lapse": { "n": 2, "unit": "working_days", "at": "10:00" } }] },
                { "steps": [] } ] },
            { "key": "s3", "do": "set", "values": { "note": { "value": "a \"b\"\nc" }, "close_date": { "after": { "n": 3, "unit": "days" } }, "competitor": "empty" } } ]);
        let made = flow("opportunity", json!({ "on": "changed", "field": "amount" }), steps, json!({ "repeat": "idle", "formula": "amount > 1.0" }));
        let key = publish(w, made.clone()).await;
        let text = w.engine.read(&w.system(), |tx| tx.flow_export(None)).await.expect("a file");
        assert!(text.contains("[[flows.steps.arms.steps]]"), "{text}");
        let same = w.engine.flow_import(&w.system(), &text, false).await.unwrap_or_else(|p| panic!("{p:?}\n{text}"));
        assert_eq!((same.len(), same[0].new, same[0].changed), (1, false, false));
        let elsewhere = text.replace(&format!("key = \"{key}\""), "key = \"uji_lain\"").replace("n = 3", "n = 4");
        let dry = w.engine.flow_import(&w.system(), &elsewhere, true).await.expect("a trial");
        assert!(dry[0].new && w.engine.flows().get("uji_lain").is_none());
        w.engine.flow_import(&w.system(), &elsewhere, false).await.expect("in");
        let views = w.engine.read(&w.system(), |tx| tx.flow_list()).await.expect("flows");
        assert_eq!(views.iter().map(|v| (v.key.as_str(), v.paused, v.version)).collect::<Vec<_>>(), [(key.as_str(), false, 1), ("uji_lain", true, 1)]);
        let broken = w.engine.flow_import(&w.system(), &text.replace("amount > 1.0", "amount > "), true).await.expect_err("no formula");
        assert_eq!((broken.fields[0].pointer.as_str(), broken.fields[0].code.as_str()), (format!("/{key}/formula").as_str(), "flow_formula"));
        let unread = w.engine.flow_import(&w.system(), &text.replace("on = \"changed\"", "on = \"berubah\""), true).await.expect_err("no trigger");
        assert_eq!(unread.fields[0].code, "toml_line");
    }
);

both!(
    /// Everything that is wrong with a flow is told at once, each with its place; it cannot be published until it is mended.
    faults_are_told_with_their_places,
    async |w: &Workspace| {
        let steps = json!([
            { "key": "s1", "do": "set", "values": { "amount": { "value": "banyak" }, "tidak_ada": { "value": 1 }, "created_at": { "value": "2026-01-01" } } },
            { "key": "s2", "do": "end" },
            { "key": "s3", "do": "notify", "to": [], "text": "{{akun.nama}}" },
            { "key": "s4", "do": "branch", "arms": [{ "when": { "field": "warna", "op": "is", "value": 1 }, "steps": [] }] },
            { "key": "s5", "do": "run", "flow": "entah" },
        ]);
        let made = flow("opportunity", json!({ "on": "became" }), steps, json!({ "formula": "amount +" }));
        let key = w.engine.write(&w.system(), move |tx| tx.flow_make(&made, None)).await.expect("made");
        let own = key.clone();
        let refused = w.engine.write(&w.system(), move |tx| tx.flow_publish(&own)).await.expect_err("faulty");
        let mut places: Vec<(&str, &str)> = refused.fields.iter().map(|f| (f.pointer.as_str(), f.code.as_str())).collect();
        places.sort_unstable();
        assert_eq!(
            places,
            [
                ("/formula", "flow_formula"),
                ("/steps/s1/values/amount", "not_a_number"),
                ("/steps/s1/values/created_at", "read_only"),
                ("/steps/s1/values/tidak_ada", "unknown_field"),
                ("/steps/s2", "flow_end_not_last"),
                ("/steps/s3/text", "unknown_field"),
                ("/steps/s3/to", "flow_no_people"),
                ("/steps/s4/arms/0/when/warna", "filter_unknown_field"),
                ("/steps/s5/flow", "flow_unknown"),
            ]
        );
        w.make("opportunity", json!({ "name": "Tanpa alur", "amount": 5 })).await;
        assert_eq!(drain(w).await, 0, "what was never published does nothing");
    }
);

both!(
    /// An expression that can never be worked out is refused with its place and its reason, and not found out by empty fields later.
    expressions_that_never_come_to_anything_are_refused,
    async |w: &Workspace| {
        let steps = json!([{ "key": "s1", "do": "set", "values": {
            "amount": { "formula": "nosuch(1)" },
            "discount": { "formula": "account.name" },
            "note": { "formula": "amount * 2.0" },
            "probability": { "formula": "name + 1.0" },
            "close_date": { "formula": "name" },
            "competitor": { "formula": "name + '!'" },
        } }]);
        let made = flow("opportunity", json!({ "on": "created" }), steps, json!({ "formula": "nosuch(amount) > 5.0" }));
        let refused = w.engine.write(&w.system(), move |tx| tx.flow_faults(&made)).await.expect("faults");
        let mut told: Vec<(&str, &str, &str)> = refused
            .iter()
            .map(|f| {
                let because = f.args.iter().find(|(name, _)| name == "because").map_or("", |(_, code)| code.as_str());
                (f.pointer.as_str(), f.code.as_str(), because)
            })
            .collect();
        told.sort_unstable();
        assert_eq!(
            told,
            [
                ("/formula", "flow_formula", "decl_formula_function"),
                ("/steps/s1/values/amount", "flow_formula", "decl_formula_function"),
                ("/steps/s1/values/close_date", "flow_formula", "decl_formula_wants_date"),
                ("/steps/s1/values/discount", "flow_formula", "decl_formula_member"),
                ("/steps/s1/values/note", "flow_formula", "decl_formula_wants_text"),
                ("/steps/s1/values/probability", "flow_formula", "decl_formula_kinds"),
            ]
        );
    }
);

both!(
    /// A step whose expression comes to nothing for a record fails its run and says why; the field keeps what it held.
    a_step_that_cannot_be_worked_out_leaves_the_field_alone,
    async |w: &Workspace| {
        let steps = json!([{ "key": "s1", "do": "set", "values": { "discount": { "formula": "20.0 / (amount - 5.0)" } } }]);
        let key = publish(w, flow("opportunity", json!({ "on": "created" }), steps, Json::Null)).await;
        let nothing = w.make("opportunity", json!({ "name": "Nol", "amount": 5, "discount": 3 })).await;
        let works = w.make("opportunity", json!({ "name": "Jalan", "amount": 7, "discount": 3 })).await;
        let empty = w.make("opportunity", json!({ "name": "Kosong", "discount": 3 })).await;
        drain(w).await;
        let mut told = Vec::new();
        for run in runs(w, &key).await {
            let why = run.told["fields"][0]["args"].to_string().contains("decl_formula_nothing");
            told.push((run.state, why));
        }
        assert_eq!(told.iter().filter(|one| **one == (RunState::Failed, true)).count(), 1, "{told:?}");
        assert_eq!(told.iter().filter(|one| **one == (RunState::Done, false)).count(), 2, "{told:?}");
        assert_eq!(get(w, "opportunity", nothing, "discount").await, json!("3"));
        assert_eq!(get(w, "opportunity", works, "discount").await, json!("10"));
        assert_eq!(get(w, "opportunity", empty, "discount").await, Json::Null, "an empty operand makes it empty");
    }
);
