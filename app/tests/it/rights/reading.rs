//! Every reading door beside the model of the rules.

use super::elsewhere::elsewhere;
use super::guessing::guessing;
use super::world::{Act, OBJECTS, Stage, secret};
use crate::browser::Browser;
use crate::workspace::map;
use akrab_engine::export::ExportSpec;
use akrab_engine::{BoardRequest, Ctx, ListRequest, TimelineRequest};
use akrab_model::Problem;
use akrab_model::object::Scope;
use serde_json::json;
use std::collections::BTreeSet;

/// The differences between what is shown and what the rules say, in words.
pub async fn reading(s: &Stage<'_>) -> Vec<String> {
    let (mut faults, mut guessed) = (Vec::new(), Vec::new());
    for user in 0..s.users.len() {
        let mut browser = Browser::of(s.w, s.users[user]).await;
        for object in 0..OBJECTS.len() {
            let mut eyes = Eyes::of(s, user, object);
            eyes.lists().await;
            eyes.hidden_field().await;
            eyes.api().await;
            eyes.page(&mut browser).await;
            eyes.export().await;
            for (n, (id, title)) in s.records.iter().enumerate().filter(|(n, _)| s.world.records[*n].0 == object) {
                eyes.record(n, *id).await;
                eyes.record_page(n, *id, &mut browser).await;
                eyes.around(n, *id, title).await;
            }
            faults.extend(eyes.faults);
            faults.extend(elsewhere(s, user, object, &mut browser).await);
            guessed.extend(guessing(s, user, object, &mut browser).await);
        }
    }
    faults.extend(guessed);
    faults
}

/// One person before one object.
struct Eyes<'s> {
    s: &'s Stage<'s>,
    user: usize,
    object: usize,
    key: &'static str,
    denied: &'static str,
    plural: String,
    ctx: Ctx,
    /// What he sees by the rules; with `none` not even the object.
    seen: BTreeSet<i64>,
    none: bool,
    faults: Vec<String>,
}

fn words(problem: Problem) -> String {
    problem.code.to_string()
}

fn answered<T>(answer: Result<T, Problem>) -> String {
    answer.map_or_else(words, |_| "answered".into())
}

fn status(may: bool) -> String {
    if may { "200" } else { "404" }.into()
}

impl<'s> Eyes<'s> {
    fn of(s: &'s Stage<'s>, user: usize, object: usize) -> Eyes<'s> {
        let (key, denied) = OBJECTS[object];
        let plural = s.w.engine.registry().object(key).map(|o| o.plural.clone()).unwrap_or_default();
        let none = s.world.access(user, object).read == Scope::None;
        let (ctx, seen) = (s.ctx(user), s.seen(user, object));
        Eyes { s, user, object, key, denied, plural, ctx, seen, none, faults: Vec::new() }
    }

    fn differ(&mut self, door: &str, got: impl ToString, want: impl ToString) {
        let (got, want) = (got.to_string(), want.to_string());
        if got != want {
            self.faults.push(format!("user {} {} by {door}: got {got}, the rules say {want}", self.user, self.key));
        }
    }

    fn request(&self) -> ListRequest {
        ListRequest { object: self.key.into(), limit: 200, ..Default::default() }
    }

    fn hidden(&self) -> bool {
        self.s.world.hidden(self.user, self.object)
    }

    /// How many he sees, as a figure is told.
    fn many(&self) -> String {
        if self.none { "not_found".into() } else { self.seen.len().to_string() }
    }

    fn exports_nothing(&self) -> bool {
        let access = self.s.world.access(self.user, self.object);
        access.export.min(access.read) == Scope::None
    }

    async fn lists(&mut self) {
        let engine = &self.s.w.engine;
        let list = engine.list(&self.ctx, self.request()).await;
        let shown = list.as_ref().map(|l| l.records.iter().any(|r| r.has(self.denied))).unwrap_or(false);
        let ids = list.map(|l| l.records.iter().map(|r| r.id).collect::<BTreeSet<_>>());
        let want = if self.none { "not_found".to_string() } else { format!("{:?}", self.seen) };
        self.differ("list", ids.map_or_else(words, |i| format!("{i:?}")), want);
        self.differ("list's columns", shown && self.hidden(), false);

        let count = engine.count(&self.ctx, self.request(), true).await.map_or_else(words, |c| c.shown().to_string());
        self.differ("count", count, self.many());
        let totals = engine.totals(&self.ctx, self.request(), vec!["count".into()]).await;
        self.differ("totals", totals.map_or_else(words, |t| t[0].value.int().unwrap_or(-1).to_string()), self.many());
        let groups = engine.groups(&self.ctx, self.request(), "owner".into(), None, vec![]).await;
        self.differ("groups", groups.map_or_else(words, |g| g.iter().map(|g| g.count).sum::<u64>().to_string()), self.many());
        if engine.registry().object(self.key).is_some_and(|o| o.decl.board.is_some()) {
            let board = engine.board(&self.ctx, BoardRequest { object: self.key.into(), ..Default::default() }).await;
            self.differ("board", board.map_or_else(words, |b| b.lanes.iter().map(|l| l.count).sum::<u64>().to_string()), self.many());
        }
        let hits = engine.search(&self.ctx, "rahasia", Some(vec![self.key.into()]), 100).await.expect("search answers");
        let found = hits.iter().map(|h| h.record.id).collect::<BTreeSet<_>>();
        self.differ("search", format!("{found:?}"), format!("{:?}", self.seen));
    }

    /// A field that is hidden can be asked for in no way.
    async fn hidden_field(&mut self) {
        if !self.hidden() || self.none {
            return;
        }
        let (engine, denied) = (&self.s.w.engine, self.denied);
        let filter = akrab_model::Filter::from_json(&json!({"field": denied, "op": "not_empty"})).expect("a filter");
        let probed = engine.list(&self.ctx, ListRequest { filter: Some(filter), ..self.request() }).await;
        self.differ("filter over a hidden field", answered(probed), "invalid");
        let columned = engine.list(&self.ctx, ListRequest { columns: vec![denied.into()], ..self.request() }).await;
        self.differ("hidden column by name", answered(columned), "invalid");
        let sorted = engine.list(&self.ctx, ListRequest { sort: vec![format!("-{denied}")], ..self.request() }).await;
        self.differ("sort by a hidden field", answered(sorted), "invalid");
        let summed = engine.totals(&self.ctx, self.request(), vec![format!("{denied}:filled")]).await;
        self.differ("total of a hidden field", answered(summed), "invalid");
        let grouped = engine.groups(&self.ctx, self.request(), denied.into(), None, vec![]).await;
        self.differ("groups by a hidden field", answered(grouped), "invalid");
        if !self.exports_nothing() {
            let spec = ExportSpec { object: self.key.into(), columns: vec![denied.into()], ..ExportSpec::default() };
            self.differ("export of a hidden field", answered(engine.export_count(&self.ctx, spec).await), "invalid");
        }
    }

    async fn api(&mut self) {
        let (status, body) = self.s.api(self.user, "GET", &format!("/{}?limit=200&count=exact", self.plural), None).await;
        let records = || body["data"].as_array().into_iter().flatten();
        let ids: BTreeSet<i64> = records().filter_map(|r| r["id"].as_i64()).collect();
        let want = if self.none { "404 {} null".into() } else { format!("200 {:?} {}", self.seen, self.seen.len()) };
        self.differ("API list", format!("{status} {ids:?} {}", body["count"]), want);
        let leaked = records().any(|r| r.get(self.denied).is_some());
        self.differ("API list's columns", leaked && self.hidden(), false);
    }

    async fn page(&mut self, browser: &mut Browser) {
        let s = self.s;
        let page = browser.get(&format!("/{}?filter=&limit=200", self.plural)).await;
        let told: Vec<usize> = (0..s.records.len()).filter(|n| page.html.contains(s.records[*n].1.as_str())).collect();
        let shown: BTreeSet<i64> = told.iter().filter(|n| s.world.records[**n].0 == self.object).map(|n| s.records[*n].0).collect();
        self.differ("page of the list", format!("{shown:?}"), format!("{:?}", self.seen));
        let strange: Vec<&usize> = told.iter().filter(|n| !s.world.sees(self.user, **n)).collect();
        self.differ("page of the list, other records", format!("{strange:?}"), "[]");
    }

    async fn export(&mut self) {
        let (s, user, object, engine) = (self.s, self.user, self.object, &self.s.w.engine);
        let leaves = (0..s.records.len()).filter(|n| s.world.records[*n].0 == object && s.world.may(user, *n, Act::Export)).count();
        let spec = ExportSpec { object: self.key.into(), ..ExportSpec::default() };
        let exported = engine.export(&self.ctx, spec).await.map_or_else(words, |e| {
            let text = std::fs::read_to_string(&e.path).unwrap_or_default();
            engine.export_done(&e);
            let leaked = (0..s.records.len()).any(|n| text.contains(secret(object, n).as_str().unwrap_or("?")));
            if self.hidden() && leaked { "a hidden field".into() } else { e.rows.to_string() }
        });
        let refused = if self.none { "not_found" } else { "forbidden" };
        self.differ("export", exported, if self.exports_nothing() { refused.into() } else { leaves.to_string() });
    }

    /// A record by the engine and the API.
    async fn record(&mut self, n: usize, id: i64) {
        let (s, may) = (self.s, self.s.world.sees(self.user, n));
        let get = s.w.engine.get(&self.ctx, self.key, id).await;
        if let Ok(record) = &get {
            self.differ("get's hidden field", record.has(self.denied) && self.hidden(), false);
            let account = record.object.field_ix("account");
            for (_, target, _) in record.titles().filter(|(field, ..)| Some(*field) == account) {
                let known = s.seen(self.user, 0).contains(&target);
                self.differ("title of a linked account", known, true);
            }
        }
        self.differ("get", get.map_or_else(words, |_| "seen".into()), if may { "seen" } else { "not_found" });
        for (door, path) in [("API get", format!("/{}/{id}", self.plural)), ("API history", format!("/{}/{id}/history", self.plural))] {
            let answer = s.api(self.user, "GET", &path, None).await.0;
            self.differ(door, answer, status(may));
        }
    }

    async fn record_page(&mut self, n: usize, id: i64, browser: &mut Browser) {
        let (s, may) = (self.s, self.s.world.sees(self.user, n));
        let page = browser.get(&format!("/{}/{id}", self.plural)).await;
        self.differ("page of the record", page.status.as_u16(), status(may));
        let strange: Vec<usize> =
            (0..s.records.len()).filter(|o| !s.world.sees(self.user, *o) && page.html.contains(s.records[*o].1.as_str())).collect();
        self.differ("page of the record, other records", format!("{strange:?}"), "[]");
        let peek = browser.fragment(&format!("/{}/{id}/peek", self.plural)).await;
        self.differ("peek", peek.status.as_u16(), status(may));
    }

    /// What is told of a record elsewhere: history, timeline, hints.
    async fn around(&mut self, n: usize, id: i64, title: &str) {
        let (s, engine) = (self.s, &self.s.w.engine);
        let want = if s.world.sees(self.user, n) { "seen" } else { "not_found" };
        let history = engine.history(&self.ctx, self.key, id, None).await;
        self.differ("history", history.map_or_else(words, |_| "seen".into()), want);
        let timeline = engine.timeline(&self.ctx, self.key, id, TimelineRequest::default()).await;
        if let Ok(timeline) = &timeline {
            for event in timeline.events.iter().chain(&timeline.upcoming) {
                let source = OBJECTS.iter().position(|(k, _)| *k == event.source_object);
                let known = source.is_none_or(|o| s.seen(self.user, o).contains(&event.source.id));
                self.differ("source of a timeline entry", known, true);
            }
        }
        self.differ("timeline", timeline.map_or_else(words, |_| "seen".into()), want);
        let title_field = if self.key == "task" { "subject" } else { "name" };
        let typed = map(json!({title_field: title, self.denied: secret(self.object, n)}));
        if let Ok(hints) = engine.hints(&self.ctx, self.key, typed, None).await {
            let strange: Vec<i64> = hints.iter().map(|h| h.record.id).filter(|id| !self.seen.contains(id)).collect();
            self.differ("hints", format!("{strange:?}"), "[]");
        }
    }
}
