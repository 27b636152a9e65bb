//! Boards in two queries: figures per lane, and the first cards of every lane.

use super::record_of;
use crate::write::Tx;
use crate::{Access, Ctx, Engine, Result};
use akrab_model::object::{Choice, Tone};
use akrab_model::query::{AggregateFn, Group};
use akrab_model::{Aggregate, Cond, FieldIx, FieldType, Filter, Object, Problem, Query, Raw, Record, RecordId, Sort, Value};
use rust_decimal::Decimal;
use std::sync::Arc;

/// What a board shall show.
#[derive(Debug, Clone, Default)]
pub struct BoardRequest {
    pub object: String,
    pub filter: Option<Filter>,
    pub q: Option<String>,
    /// Pipeline of a staged object; the first one when absent.
    pub pipeline: Option<RecordId>,
    /// Field key; newest first when absent.
    pub sort: Vec<String>,
    /// Cards per lane, 20 when 0.
    pub per_lane: usize,
}

/// A board. Totals cover every matching record, cards only the first of each lane.
#[derive(Debug, Clone)]
pub struct Board {
    pub object: Arc<Object>,
    /// The field whose values are the lanes.
    pub by: FieldIx,
    pub pipeline: Option<RecordId>,
    /// Pipelines to choose from: (id, name).
    pub pipelines: Vec<(RecordId, String)>,
    pub lanes: Vec<Lane>,
}

#[derive(Debug, Clone)]
pub struct Lane {
    /// Stage id or choice key.
    pub key: Value,
    /// Stage name; for choices the declaration.
    pub title: Option<String>,
    pub choice: Option<Choice>,
    /// open, won or lost.
    pub category: String,
    pub tone: Tone,
    pub probability: Option<Decimal>,
    pub rotting_days: Option<i64>,
    pub count: u64,
    pub sum: Option<Decimal>,
    pub weighted: Option<Decimal>,
    pub cards: Vec<Record>,
}

impl Engine {
    /// # Errors
    /// As [`Engine::list`]; `no_board` for an object without one.
    pub async fn board(&self, ctx: &Ctx, request: BoardRequest) -> Result<Board> {
        self.read(ctx, move |tx| tx.board(&request)).await
    }
}

impl Tx<'_> {
    /// As [`Engine::board`].
    ///
    /// # Errors
    /// As [`Engine::board`].
    pub fn board(&mut self, request: &BoardRequest) -> Result<Board> {
        let object = self.object(&request.object)?;
        let decl = object.decl.board.as_ref().ok_or_else(|| Problem::malformed("no_board"))?;
        let by = self.readable_field(&object, &decl.by, "by")?;
        let cond = self.condition(&object, request.filter.as_ref(), request.q.as_deref(), Access::Read)?;
        let staged = object.at(by).kind == FieldType::Stage;
        let (pipelines, pipeline) = if staged { self.pipelines(&object.key, request.pipeline)? } else { (Vec::new(), None) };
        let mut lanes = if staged { self.stage_lanes(pipeline)? } else { choice_lanes(object.at(by)) };
        // won and lost lanes are folded: figures only
        let keys: Vec<Raw> = lanes.iter().filter(|l| l.category == "open").map(|l| l.key.to_raw()).collect();
        self.fill_totals(&object, by, &cond, &mut lanes)?;
        let shown = card_fields(&object);
        let columns: Vec<FieldIx> =
            self.rights.readable(&object).into_iter().filter(|ix| object.at(*ix).is_column() && shown.contains(ix)).collect();
        let mut sort = self.sorts(&object, &request.sort)?;
        if let (true, Some(field)) = (sort.is_empty(), object.field_ix("updated_at")) {
            sort.push(Sort::by(field, true));
        }
        let per_lane = if request.per_lane == 0 { 20 } else { request.per_lane.min(200) };
        let registry = self.registry.clone();
        let rows = self.conn.lanes(&registry, &object, &cond, by, &keys, &columns, &sort, per_lane)?;
        for (key, rows) in rows {
            if let Some(lane) = lanes.iter_mut().find(|l| l.key.to_raw() == key) {
                lane.cards = rows.into_iter().map(|row| record_of(&object, &columns, row)).collect();
            }
        }
        let mut cards: Vec<Record> = lanes.iter_mut().flat_map(|l| std::mem::take(&mut l.cards)).collect();
        self.load_titles(&object, &mut cards)?;
        let lane_key = object.at(by).key.clone();
        for card in cards {
            if let Some(lane) = lanes.iter_mut().find(|l| l.key == *card.get(&lane_key)) {
                lane.cards.push(card);
            }
        }
        Ok(Board { object, by, pipeline, pipelines, lanes })
    }

    fn fill_totals(&mut self, object: &Arc<Object>, by: FieldIx, cond: &Cond, lanes: &mut [Lane]) -> Result<()> {
        let amount =
            object.decl.board.as_ref().and_then(|b| b.amount.as_deref()).and_then(|k| self.readable_field(object, k, "amount").ok());
        let sum: Vec<Aggregate> = amount.map(|f| Aggregate { function: AggregateFn::Sum, field: Some(f) }).into_iter().collect();
        // closed lanes hold years of records: their figures are read apart from the open ones
        let (open, closed): (Vec<&Lane>, Vec<&Lane>) = lanes.iter().partition(|l| l.category == "open");
        let mut groups = self.lane_figures(object, by, cond, &open, &sum)?;
        groups.extend(self.lane_figures(object, by, cond, &closed, &sum)?);
        for group in groups {
            let Some(lane) = lanes.iter_mut().find(|l| l.key.to_raw() == group.key) else { continue };
            lane.count = group.count;
            if let (Some(field), Some(raw)) = (amount, group.figures.first()) {
                let sum = Value::from_raw(object.at(field).kind, raw.clone()).dec().unwrap_or_default();
                lane.sum = Some(sum);
                lane.weighted = lane.probability.map(|p| (sum * p / Decimal::ONE_HUNDRED).round());
            }
        }
        Ok(())
    }

    fn lane_figures(&mut self, object: &Arc<Object>, by: FieldIx, cond: &Cond, lanes: &[&Lane], sum: &[Aggregate]) -> Result<Vec<Group>> {
        if lanes.is_empty() {
            return Ok(Vec::new());
        }
        let cond = cond.clone().and(among_lanes(object, by, lanes.iter().map(|l| l.key.to_raw()).collect()));
        let registry = self.registry.clone();
        self.figure(format!("lanes {} {by:?} {sum:?} {cond:?}", object.key), |tx| {
            let groups = tx.conn.groups(&registry, object, &cond, by, None, 0, sum, 200)?;
            Ok((groups.iter().map(|g| g.count).sum(), groups))
        })
    }

    /// Active pipelines of an object by position, and the one to show.
    fn pipelines(&mut self, object: &str, wanted: Option<RecordId>) -> Result<(Vec<(RecordId, String)>, Option<RecordId>)> {
        let filter = Filter::All(vec![
            Filter::test("object", akrab_model::filter::Op::Is, object),
            Filter::test("active", akrab_model::filter::Op::Is, true),
        ]);
        let request = crate::ListRequest {
            object: "pipeline".into(),
            filter: Some(filter),
            sort: vec!["position".into()],
            limit: 200,
            ..Default::default()
        };
        let list = self.as_system("pipelines head every board").list(&request)?;
        let all: Vec<_> = list.records.iter().map(|r| (r.id, r.title().to_string())).collect();
        let shown = wanted.filter(|id| all.iter().any(|(p, _)| p == id)).or(all.first().map(|(id, _)| *id));
        Ok((all, shown))
    }

    /// Days after which a record rots in a stage; `None` when it never does.
    ///
    /// # Errors
    /// What the database answers.
    pub fn rotting_days(&mut self, stage: RecordId) -> Result<Option<i64>> {
        Ok(self.find("stage", stage)?.and_then(|s| s.get("rotting_days").int()))
    }

    /// Pipelines of an object, in their order.
    pub(super) fn pipelines_of(&mut self, object: &str) -> Result<Vec<RecordId>> {
        Ok(self.pipelines(object, None)?.0.into_iter().map(|(id, _)| id).collect())
    }

    fn stage_lanes(&mut self, pipeline: Option<RecordId>) -> Result<Vec<Lane>> {
        let Some(pipeline) = pipeline else { return Ok(Vec::new()) };
        Ok(self.stages(pipeline)?.iter().map(stage_lane).collect())
    }

    /// Stages of a pipeline by position.
    ///
    /// # Errors
    /// What the database answers.
    pub fn stages(&mut self, pipeline: RecordId) -> Result<Vec<Record>> {
        let object = self.object("stage")?;
        let Some(field) = object.field_ix("pipeline") else { return Ok(Vec::new()) };
        self.stages_where(Cond::Test(akrab_model::filter::Test {
            path: Vec::new(),
            object: object.ix,
            field,
            is: akrab_model::filter::Is::Eq(Raw::Int(pipeline)),
        }))
    }

    /// Names of the stages records of an object may be in, each once, in the order of their pipelines.
    ///
    /// # Errors
    /// `not_found` for an unknown object.
    pub fn stage_names(&mut self, object: &str) -> Result<Vec<String>> {
        let key = self.object(object)?.key.clone();
        let pipelines = self.object("pipeline")?;
        let columns: Vec<FieldIx> = pipelines.columns().map(|(ix, _)| ix).collect();
        let registry = self.registry.clone();
        let query = Query {
            object: pipelines.ix,
            columns: columns.clone(),
            cond: Cond::True,
            sort: Vec::new(),
            limit: 1_000,
            after: None,
            bin: false,
            titles: Vec::new(),
        };
        let rows = self.conn.select(&registry, &query)?.rows;
        let own: Vec<RecordId> = rows
            .into_iter()
            .map(|row| crate::read::record_of(&pipelines, &columns, row))
            .filter(|pipeline| pipeline.text("object") == key)
            .map(|pipeline| pipeline.id)
            .collect();
        let mut names: Vec<String> = Vec::new();
        for pipeline in own {
            for stage in self.stages(pipeline)? {
                if !names.iter().any(|name| name == stage.title()) {
                    names.push(stage.title().to_string());
                }
            }
        }
        Ok(names)
    }

    /// Every stage in the order of its pipeline, one pipeline after the other.
    pub(crate) fn stages_in_order(&mut self) -> Result<Vec<RecordId>> {
        let mut all = self.stages_where(Cond::True)?;
        all.sort_by_key(|stage| stage.link("pipeline"));
        Ok(all.iter().map(|stage| stage.id).collect())
    }

    /// The stages of each pipeline as they follow one another, without those in which things are lost.
    pub(crate) fn steps_of_pipelines(&mut self) -> Result<Vec<Vec<RecordId>>> {
        let mut lists: Vec<(Option<RecordId>, Vec<RecordId>)> = Vec::new();
        for stage in self.stages_where(Cond::True)? {
            let pipeline = stage.link("pipeline");
            if stage.text("category") == "lost" {
                continue;
            }
            match lists.iter_mut().find(|(of, _)| *of == pipeline) {
                Some((_, list)) => list.push(stage.id),
                None => lists.push((pipeline, vec![stage.id])),
            }
        }
        lists.sort_by_key(|(pipeline, _)| *pipeline);
        Ok(lists.into_iter().map(|(_, list)| list).collect())
    }

    /// Stages where things are lost, of all pipelines.
    pub(crate) fn stages_of_loss(&mut self) -> Result<Vec<RecordId>> {
        let stages = self.stages_where(Cond::True)?;
        Ok(stages.iter().filter(|stage| stage.text("category") == "lost").map(|stage| stage.id).collect())
    }

    fn stages_where(&mut self, cond: Cond) -> Result<Vec<Record>> {
        let object = self.object("stage")?;
        let Some(position) = object.field_ix("position") else { return Ok(Vec::new()) };
        let columns: Vec<FieldIx> = object.columns().map(|(ix, _)| ix).collect();
        let query = Query {
            object: object.ix,
            columns: columns.clone(),
            cond,
            sort: vec![Sort::by(position, false)],
            limit: 200,
            after: None,
            bin: false,
            titles: Vec::new(),
        };
        let registry = self.registry.clone();
        let page = self.conn.select(&registry, &query)?;
        Ok(page.rows.into_iter().map(|row| record_of(&object, &columns, row)).collect())
    }
}

/// What a card shows, and what moving it needs.
fn card_fields(object: &Object) -> Vec<FieldIx> {
    let Some(board) = &object.decl.board else { return Vec::new() };
    let named = [&board.subtitle, &board.amount, &board.date, &board.tags, &board.since, &board.next, &board.next_at];
    let keys = named.into_iter().flatten().chain(std::iter::once(&board.by));
    keys.filter_map(|key| object.field_ix(key)).chain([object.title]).chain(object.owner).collect()
}

fn among_lanes(object: &Object, by: FieldIx, keys: Vec<Raw>) -> Cond {
    Cond::Test(akrab_model::filter::Test { path: Vec::new(), object: object.ix, field: by, is: akrab_model::filter::Is::In(keys) })
}

fn stage_lane(stage: &Record) -> Lane {
    let category = stage.text("category").to_string();
    Lane {
        key: Value::Link(stage.id),
        title: Some(stage.title().into()),
        choice: None,
        tone: match category.as_str() {
            "won" => Tone::Ok,
            "lost" => Tone::Late,
            _ => Tone::Neutral,
        },
        category,
        probability: stage.get("probability").dec(),
        rotting_days: stage.get("rotting_days").int(),
        count: 0,
        sum: None,
        weighted: None,
        cards: Vec::new(),
    }
}

fn choice_lanes(field: &akrab_model::Field) -> Vec<Lane> {
    let lane = |choice: &Choice| Lane {
        key: Value::Text(choice.key.clone()),
        title: None,
        choice: Some(choice.clone()),
        category: "open".into(),
        tone: choice.tone,
        probability: None,
        rotting_days: None,
        count: 0,
        sum: None,
        weighted: None,
        cards: Vec::new(),
    };
    field.choices.iter().map(lane).collect()
}
