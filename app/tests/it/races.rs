//! Things that happen at the same moment come out as if one had come after the other, on either database.

use crate::workspace::{Workspace, both, map};
use akrab_engine::{Ctx, Door, ListRequest, Once};
use akrab_model::value::Input;
use akrab_model::{Filter, Problem};
use futures::future::join_all;
use serde_json::{Value as Json, json};

const AT_ONCE: usize = 8;

/// As many answers to the same task, each begun before any has ended.
async fn race<T: Send + 'static, F: Future<Output = Result<T, Problem>> + Send + 'static>(
    task: impl Fn(usize) -> F,
) -> Vec<Result<T, Problem>> {
    let tasks: Vec<_> = (0..AT_ONCE).map(|n| tokio::spawn(task(n))).collect();
    join_all(tasks).await.into_iter().map(|done| done.expect("a task ends")).collect()
}

async fn create(w: &Workspace, object: &'static str, input: impl Fn(usize) -> Json) -> Vec<Result<i64, Problem>> {
    let inputs: Vec<Input> = (0..AT_ONCE).map(|n| map(input(n))).collect();
    race(|n| {
        let (engine, ctx, input) = (w.engine.clone(), w.system(), inputs[n].clone());
        async move { engine.create(&ctx, object, input).await.map(|record| record.id) }
    })
    .await
}

async fn count(w: &Workspace, object: &str, field: &str, value: &str) -> u64 {
    w.pass(6);
    let filter = Filter::from_json(&json!({"field": field, "op": "is", "value": value})).expect("a filter");
    let request = ListRequest { object: object.into(), filter: Some(filter), ..Default::default() };
    w.engine.count(&w.system(), request, true).await.expect("a count").shown()
}

async fn admin(w: &Workspace) -> Ctx {
    let role = w.engine.people().roles.iter().find(|r| r.key == "administrator").map(|r| r.id).expect("a role");
    let user = w.user("ratna", role, None).await;
    w.of(user, Door::Api)
}

both!(one_key_does_a_thing_once, async |w: &Workspace| {
    let ctx = admin(w).await;
    let answers = race(|_| {
        let (engine, ctx) = (w.engine.clone(), ctx.clone());
        async move {
            let once = Once::new("pesanan-1", &[b"POST", b"sama"])?;
            let make = move |tx: &mut akrab_engine::Tx| {
                tx.once(Some(&once), |tx| Ok((201, tx.create("contact", &map(json!({"name": "Sekali Saja"})))?.to_string())))
            };
            engine.write(&ctx, make).await
        }
    })
    .await;
    let bodies: Vec<String> = answers.into_iter().map(|a| a.expect("an answer").body).collect();
    assert!(bodies.iter().all(|b| *b == bodies[0]), "{bodies:?}");
    assert_eq!(count(w, "contact", "name", "Sekali Saja").await, 1);
});

both!(a_unique_value_is_taken_by_one, async |w: &Workspace| {
    let answers = create(w, "contact", |n| json!({"name": format!("Rebutan {n}"), "external_key": "SATU"})).await;
    let refused: Vec<&Problem> = answers.iter().filter_map(|a| a.as_ref().err()).collect();
    assert_eq!(refused.len(), AT_ONCE - 1);
    for problem in refused {
        assert_eq!(problem.fields.first().map(|f| f.code.as_str()), Some("taken"), "{problem:?}");
    }
});

both!(a_new_company_is_made_once, async |w: &Workspace| {
    for answer in create(w, "contact", |n| json!({"name": format!("Orang {n}"), "company": "PT Balap Nama"})).await {
        answer.expect("a contact");
    }
    assert_eq!(count(w, "account", "name", "PT Balap Nama").await, 1);
});

both!(leads_of_one_company_become_one_account_and_contact, async |w: &Workspace| {
    let lead = |n| json!({"name": format!("Prospek {n}"), "company": "PT Satu Perusahaan", "email": "sama@contoh.test"});
    let leads: Vec<i64> = create(w, "lead", lead).await.into_iter().map(|l| l.expect("a lead")).collect();
    let ctx = admin(w).await;
    let converted = race(|n| {
        let (engine, ctx, lead) = (w.engine.clone(), ctx.clone(), leads[n]);
        async move { engine.act(&ctx, "lead", lead, "conversion", Input::new()).await }
    });
    for answer in converted.await {
        answer.expect("a conversion");
    }
    assert_eq!(count(w, "account", "name", "PT Satu Perusahaan").await, 1);
    assert_eq!(count(w, "contact", "email", "sama@contoh.test").await, 1);
});

both!(two_never_stand_above_each_other, async |w: &Workspace| {
    for object in ["account", "team"] {
        let (a, b) = (w.make(object, json!({"name": "Atas"})).await, w.make(object, json!({"name": "Bawah"})).await);
        for _ in 0..4 {
            for id in [a, b] {
                w.engine.update(&w.system(), object, id, map(json!({"parent": null})), None).await.expect("a change");
            }
            let both = race(|n| {
                let (engine, ctx) = (w.engine.clone(), w.system());
                let (own, other) = if n % 2 == 0 { (a, b) } else { (b, a) };
                async move { engine.update(&ctx, object, own, map(json!({"parent": other})), None).await.map(|_| ()) }
            });
            both.await;
            let parents = [w.engine.get(&w.system(), object, a).await, w.engine.get(&w.system(), object, b).await];
            let above = parents.iter().filter(|p| p.as_ref().expect("a record").link("parent").is_some()).count();
            assert_eq!(above, 1, "{object}");
        }
        let own = w.engine.update(&w.system(), object, a, map(json!({"parent": a})), None).await;
        assert!(own.is_err(), "{object} stands above itself");
    }
});
