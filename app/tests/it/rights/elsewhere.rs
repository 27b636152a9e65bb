//! Figures, news, files and who sees a record: doors that show records without listing them.

use super::world::{Act, OBJECTS, Stage};
use crate::browser::Browser;
use akrab_engine::ListRequest;
use akrab_engine::bulk::{BulkChange, BulkSpec};
use akrab_model::Filter;
use akrab_model::object::Scope;
use serde_json::json;
use std::collections::BTreeSet;

/// The differences between what these doors tell one person of one object and what the rules say, in words.
pub async fn elsewhere(s: &Stage<'_>, user: usize, object: usize, browser: &mut Browser) -> Vec<String> {
    let mut door = Door { s, user, object, faults: Vec::new() };
    door.reports().await;
    door.bulk().await;
    door.batch().await;
    door.news().await;
    door.files(browser).await;
    door.pages(browser).await;
    door.who_sees().await;
    door.faults
}

struct Door<'s> {
    s: &'s Stage<'s>,
    user: usize,
    object: usize,
    faults: Vec<String>,
}

impl Door<'_> {
    fn key(&self) -> &'static str {
        OBJECTS[self.object].0
    }

    fn none(&self) -> bool {
        self.s.world.access(self.user, self.object).read == Scope::None
    }

    fn differ(&mut self, door: &str, got: impl ToString, want: impl ToString) {
        let (got, want) = (got.to_string(), want.to_string());
        if got != want {
            self.faults.push(format!("user {} {} by {door}: got {got}, the rules say {want}", self.user, self.key()));
        }
    }

    fn own(&self) -> Vec<usize> {
        (0..self.s.records.len()).filter(|n| self.s.world.records[*n].0 == self.object).collect()
    }

    fn many(&self, act: Act) -> usize {
        self.own().into_iter().filter(|n| self.s.world.may(self.user, *n, act)).count()
    }

    /// A report's count, and the lists behind its groups.
    async fn reports(&mut self) {
        let (s, key) = (self.s, self.key());
        let (engine, ctx) = (&s.w.engine, s.ctx(self.user));
        let asked = json!({"object": key, "groups": [{"field": "owner"}], "measures": [{"key": "n"}]});
        let report = serde_json::from_value(asked.clone()).expect("a report");
        let table = engine.report(&ctx, report, None).await;
        if self.none() {
            return self.differ("report", table.map_or_else(|p| p.code.to_string(), |_| "answered".into()), "not_found");
        }
        let table = table.expect("a report is answered");
        self.differ("report", table.rows, self.many(Act::Read));
        let mut behind = 0;
        for line in &table.lines {
            let Some(drill) = table.drill(&[line], None, None) else { continue };
            let filter = Filter::from_json(&drill).expect("a filter");
            let request = ListRequest { object: key.into(), filter: Some(filter), limit: 200, ..Default::default() };
            behind += engine.list(&ctx, request).await.expect("the list behind a group").records.len();
        }
        self.differ("lists behind a report", behind, self.many(Act::Read));
        let (_, told) = s.api(self.user, "POST", "/reports/answers", Some(json!({ "report": asked }))).await;
        self.differ("API report", &told["rows"], self.many(Act::Read));
    }

    async fn bulk(&mut self) {
        let (s, key) = (self.s, self.key());
        let change = BulkChange::Set([("owner".to_string(), json!(null))].into_iter().collect());
        let spec = BulkSpec { object: key.into(), change, ..BulkSpec::default() };
        match s.w.engine.bulk_preview(&s.ctx(self.user), spec).await {
            Err(problem) if self.none() => self.differ("bulk", problem.code, "not_found"),
            Err(_) => self.differ("bulk", 0, self.many(Act::Edit)),
            Ok(preview) => {
                let want = format!("{} {}", self.many(Act::Read), self.many(Act::Edit));
                self.differ("bulk", format!("{} {}", preview.matching, preview.allowed), want);
            }
        }
    }

    /// A batch refuses what may not be changed, as one change does.
    async fn batch(&mut self) {
        let s = self.s;
        let plural = s.w.engine.registry().object(self.key()).map(|o| o.plural.clone()).unwrap_or_default();
        for n in self.own().into_iter().take(3) {
            if s.world.may(self.user, n, Act::Edit) {
                continue;
            }
            let operation = json!({"op": "update", "object": plural, "id": s.records[n].0, "data": {}});
            let (status, _) = s.api(self.user, "POST", "/batch", Some(json!({ "operations": [operation] }))).await;
            self.differ("batch", status, if s.world.sees(self.user, n) { 403 } else { 404 });
        }
    }

    async fn news(&mut self) {
        let (s, key) = (self.s, self.key());
        let notices = s.w.engine.read(&s.ctx(self.user), |tx| tx.notices(None, false, 200)).await.expect("an inbox");
        let told: BTreeSet<i64> = notices.notices.iter().filter(|n| n.source.object.key == key).map(|n| n.source.id).collect();
        self.differ("inbox", format!("{told:?}"), format!("{:?}", s.seen(self.user, self.object)));
    }

    async fn files(&mut self, browser: &mut Browser) {
        let field = match self.key() {
            "account" => "contract",
            "opportunity" => "quotation",
            _ => return,
        };
        let s = self.s;
        let plural = s.w.engine.registry().object(self.key()).map(|o| o.plural.clone()).unwrap_or_default();
        for n in self.own() {
            let want = if s.world.sees(self.user, n) { 200 } else { 404 };
            let path = format!("/{plural}/{}/files/{field}", s.records[n].0);
            let (status, _) = s.api(self.user, "GET", &path, None).await;
            self.differ("API file", status, want);
            self.differ("file", browser.get(&path).await.status.as_u16(), want);
        }
    }

    /// Pages that sum up or lead on name no record out of sight.
    async fn pages(&mut self, browser: &mut Browser) {
        let s = self.s;
        for page in ["/", "/inbox", "/dashboards", "/reports", "/bin"] {
            let answer = browser.get(page).await;
            let answer = if answer.location.is_empty() { answer } else { browser.get(&answer.location).await };
            let strange: Vec<usize> =
                (0..s.records.len()).filter(|n| !s.world.sees(self.user, *n) && answer.html.contains(s.records[*n].1.as_str())).collect();
            self.differ(page, format!("{strange:?}"), "[]");
        }
        let (status, _) = s.api(self.user, "GET", "/audit", None).await;
        self.differ("API audit", status, 403);
    }

    /// Who sees a record is told to those who may share it, and is what everybody's own queries say.
    async fn who_sees(&mut self) {
        let (s, key) = (self.s, self.key());
        for n in self.own() {
            let id = s.records[n].0;
            let told = s.w.engine.read(&s.ctx(self.user), move |tx| tx.who_sees(key, id)).await;
            let want = match (s.world.sees(self.user, n), s.world.may(self.user, n, Act::Share)) {
                (false, _) => "not_found".to_string(),
                (true, false) => "forbidden".to_string(),
                (true, true) => {
                    let seers = (0..s.users.len()).filter(|u| s.world.sees(*u, n));
                    format!(
                        "{:?}",
                        seers.map(|u| (s.users[u], s.world.may(u, n, Act::Edit), s.world.may(u, n, Act::Export))).collect::<BTreeSet<_>>()
                    )
                }
            };
            let got = told.map_or_else(
                |p| p.code.to_string(),
                |seers| format!("{:?}", seers.iter().map(|seer| (seer.person.id, seer.edit, seer.export)).collect::<BTreeSet<_>>()),
            );
            self.differ("who sees it", got, want);
        }
    }
}
