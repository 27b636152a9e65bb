//! Every writing verb beside the model of the rules.

use super::world::{Act, OBJECTS, Stage, secret};
use crate::digest;
use crate::workspace::map;
use akrab_model::object::{FieldRight, Scope};
use akrab_model::{Problem, ProblemKind};
use serde_json::json;

/// The differences in words. What is refused must leave no trace.
pub async fn writing(s: &Stage<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    let untouched = digest::of(s.w).await;
    for user in 0..s.users.len() {
        for object in 0..OBJECTS.len() {
            let mut hand = Hand { s, user, object, faults: &mut faults };
            hand.create().await;
            for (n, (id, _)) in s.records.iter().enumerate().filter(|(n, _)| s.world.records[*n].0 == object) {
                hand.change(n, *id).await;
                hand.remove(n, *id).await;
                hand.with_a_reading_token(n, *id).await;
            }
        }
        if digest::of(s.w).await != untouched {
            faults.push(format!("refused requests of user {user} changed the database"));
            break;
        }
    }
    faults.extend(permitted(s).await);
    faults
}

/// One person before one object.
struct Hand<'s> {
    s: &'s Stage<'s>,
    user: usize,
    object: usize,
    faults: &'s mut Vec<String>,
}

impl Hand<'_> {
    fn key(&self) -> &'static str {
        OBJECTS[self.object].0
    }

    fn title(&self) -> &'static str {
        title_of(self.key())
    }

    /// How a refusal of what concerns this record reads.
    fn refusal(&self, n: usize) -> ProblemKind {
        if self.s.world.sees(self.user, n) { ProblemKind::Forbidden } else { ProblemKind::NotFound }
    }

    fn expect(&mut self, verb: &str, got: Result<(), Problem>, want: ProblemKind) {
        let who = format!("user {} {} {verb}", self.user, self.key());
        match got {
            Err(p) if p.kind == want => {}
            Err(p) => self.faults.push(format!("{who}: refused with {:?}, the rules say {want:?}", p.kind)),
            Ok(()) => self.faults.push(format!("{who}: done, the rules say {want:?}")),
        }
    }

    async fn create(&mut self) {
        let access = self.s.world.access(self.user, self.object);
        if access.create {
            return;
        }
        let refused = if access.read == Scope::None { ProblemKind::NotFound } else { ProblemKind::Forbidden };
        let made = self.s.w.engine.create(&self.s.ctx(self.user), self.key(), map(json!({self.title(): "Baru"}))).await;
        self.expect("create", made.map(drop), refused);
    }

    async fn change(&mut self, n: usize, id: i64) {
        let (s, key, denied) = (self.s, self.key(), OBJECTS[self.object].1);
        let (engine, ctx) = (&s.w.engine, s.ctx(self.user));
        if !s.world.may(self.user, n, Act::Edit) {
            let plural = engine.registry().object(key).map(|o| o.plural.clone()).unwrap_or_default();
            let (status, _) = s.api(self.user, "PATCH", &format!("/{plural}/{id}"), Some(json!({self.title(): "Diubah"}))).await;
            let want = self.refusal(n);
            if status != if want == ProblemKind::Forbidden { 403 } else { 404 } {
                self.faults.push(format!("user {} {key} API update: answered {status}, the rules say {want:?}", self.user));
            }
            let done = engine.update(&ctx, key, id, map(json!({self.title(): "Diubah"})), None).await;
            self.expect("update", done.map(drop), want);
        } else if s.world.access(self.user, self.object).fields.get(denied) != Some(&FieldRight::Edit) {
            let done = engine.update(&ctx, key, id, map(json!({denied: secret(self.object, 77)})), None).await;
            self.expect("update of a closed field", done.map(drop), ProblemKind::Invalid);
        }
    }

    async fn remove(&mut self, n: usize, id: i64) {
        let (s, key) = (self.s, self.key());
        let ctx = s.ctx(self.user);
        if !s.world.may(self.user, n, Act::Delete) {
            let done = s.w.engine.delete(&ctx, key, id, None).await;
            self.expect("delete", done, self.refusal(n));
        }
        let done = s.w.engine.restore(&ctx, key, id).await;
        let refusal = if s.world.sees(self.user, n) { ProblemKind::Conflict } else { ProblemKind::NotFound };
        self.expect("restore of a living record", done, refusal);
    }

    async fn with_a_reading_token(&mut self, n: usize, id: i64) {
        let (s, key) = (self.s, self.key());
        if !s.world.sees(self.user, n) {
            return;
        }
        let mut reader = s.ctx(self.user);
        reader.read_only = true;
        let done = s.w.engine.update(&reader, key, id, map(json!({self.title(): "Diubah"})), None).await;
        self.expect("update by a reading token", done.map(drop), ProblemKind::Forbidden);
        let done = s.w.engine.delete(&reader, key, id, None).await;
        self.expect("delete by a reading token", done, ProblemKind::Forbidden);
    }
}

fn title_of(key: &str) -> &'static str {
    if key == "task" { "subject" } else { "name" }
}

/// What the rules allow does work: otherwise refusing everything would pass.
async fn permitted(s: &Stage<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    for user in 0..s.users.len() {
        for (n, (id, _)) in s.records.iter().enumerate() {
            let key = OBJECTS[s.world.records[n].0].0;
            if s.world.may(user, n, Act::Edit) {
                let change = map(json!({title_of(key): format!("Kenanga{n} Diubah{user}")}));
                if let Err(p) = s.w.engine.update(&s.ctx(user), key, *id, change, None).await {
                    faults.push(format!("user {user} {key} update: refused with {p:?}, the rules allow it"));
                }
            }
        }
    }
    faults
}
