//! One chunk of rows: read, matched, judged, and in a run written.

use super::later::Later;
use super::links::Links;
use super::memory::{Memory, Who, key_of, keys_of};
use super::parents::Parents;
use super::plan::{Mode, OnMatch, Plan};
use super::report::{ChangeSample, Counts, Note, Verdict};
use super::row::Row;
use super::seen::is_name;
use super::source::Line;
use crate::{Access, Draft, Result, Tx};
use akrab_model::filter::{Is, Test};
use akrab_model::object::FieldRight;
use akrab_model::problem::ProblemKind;
use akrab_model::text::fold;
use akrab_model::value::Input;
use akrab_model::{Cond, FieldIx, FieldProblem, FieldType, Problem, Query, Raw, Record, Value};
use akrab_store::Bin;
use std::collections::{HashMap, HashSet};

/// Changed records shown as examples.
const SAMPLES: usize = 3;

/// What a chunk came to.
#[derive(Default)]
pub(super) struct Tally {
    pub counts: Counts,
    pub notes: Vec<Note>,
    pub samples: Vec<ChangeSample>,
    /// Linked records that were made, by object.
    pub made: Vec<(String, u64)>,
    /// Records that were made, or matched and judged.
    pub touched: Vec<i64>,
    /// Links to be set when every row is in.
    pub later: Vec<Later>,
    /// New rows that likely are somebody who is there already.
    pub alike: u64,
}

/// Judges a chunk; with `keep` its rows are written in this transaction.
///
/// # Errors
/// What concerns the whole import: rights lost, the database failing.
pub(super) fn chunk(tx: &mut Tx, plan: &Plan, lines: &[Line], memory: &mut Memory, keep: bool) -> Result<Tally> {
    if tx.ctx.world.version != plan.world {
        // somebody changed the objects: the job goes on from its checkpoint with what they are now
        return Err(Problem::new(ProblemKind::Busy, "objects_changed"));
    }
    let links = Links::find(tx, plan, lines)?;
    let env = tx.parse_env();
    let mut rows: Vec<Row> = lines.iter().map(|line| Row::read(plan, &links, &env, line)).collect();
    // of a row that cannot be read nothing is made
    let readable: Vec<bool> = rows.iter().map(|row| row.faults.is_empty() && row.left_out.is_none()).collect();
    let parents = Parents::settle(tx, plan, &links, (lines, &readable), memory)?;
    rows.iter_mut().enumerate().for_each(|(place, row)| row.attach(plan, place, &parents));
    let stored = stored(tx, plan, &rows)?;
    free(tx, plan, &rows)?;
    let inputs: Vec<&Input> = rows.iter().filter(|row| row.faults.is_empty()).map(|row| &row.input).collect();
    for behaviour in tx.behaviours(&plan.object.key) {
        behaviour.before_many(&inputs, tx)?;
    }
    let mut judge = Judge {
        plan,
        memory,
        stored,
        keep,
        tally: Tally::default(),
        pending: Vec::new(),
        became: None,
        waiting: Vec::new(),
        ids: HashMap::new(),
    };
    for row in rows {
        judge.row(tx, row)?;
    }
    judge.flush(tx)?;
    judge.tally.made = parents.made;
    judge.tally.later = judge.waiting();
    Ok(judge.tally)
}

/// What the database knows of the match keys of these rows: (set, key) → the oldest record.
fn stored(tx: &mut Tx, plan: &Plan, rows: &[Row]) -> Result<HashMap<(usize, String), i64>> {
    let mut found = HashMap::new();
    for (n, set) in plan.keys.iter().enumerate() {
        // rows that an earlier set will have matched are asked for all the same: it is one question
        let values = rows.iter().filter(|row| row.keys[n].is_some()).map(|row| row.asked[n][0].clone()).collect();
        look_up(tx, plan, n, set, values, &mut found)?;
    }
    Ok(found)
}

/// Finds out in one question per field which unique values nobody has.
fn free(tx: &mut Tx, plan: &Plan, rows: &[Row]) -> Result<()> {
    let (object, registry) = (&plan.object, tx.registry.clone());
    for set in plan.unique.iter().filter(|set| set.len() == 1) {
        let (ix, field) = (set[0], object.at(set[0]));
        // a number would have to be read first; texts compare as they stand
        if !matches!(field.kind, FieldType::Text | FieldType::Email) {
            continue;
        }
        let texts = rows.iter().filter_map(|row| row.texts.get(&field.key));
        let mut values: HashSet<Raw> = texts.map(|t| field.comparable(Raw::Text(t.clone()))).collect();
        if values.is_empty() {
            continue;
        }
        let test = Test { path: Vec::new(), object: object.ix, field: ix, is: Is::In(values.iter().cloned().collect()) };
        let query = Query {
            object: object.ix,
            columns: vec![ix],
            cond: Cond::Test(test),
            sort: Vec::new(),
            limit: values.len() + 1,
            after: None,
            bin: false,
            titles: Vec::new(),
        };
        for row in tx.conn.select(&registry, &query)?.rows {
            for cell in row.cells {
                values.remove(&field.comparable(cell));
            }
        }
        tx.known().free.extend(values.into_iter().map(|v| (object.ix, ix, v)));
    }
    Ok(())
}

fn look_up(tx: &mut Tx, plan: &Plan, n: usize, set: &[FieldIx], values: Vec<Raw>, found: &mut HashMap<(usize, String), i64>) -> Result<()> {
    for (id, cells) in tx.among(&plan.object, set[0], values, set.to_vec())? {
        let cell = |key: &str| {
            let place = set.iter().position(|ix| plan.object.at(*ix).key == key);
            place.and_then(|p| cells.get(p).cloned()).unwrap_or(Raw::Null)
        };
        if let Some(key) = key_of(&plan.object, set, cell) {
            let oldest = found.entry((n, key)).or_insert(id);
            *oldest = id.min(*oldest);
        }
    }
    Ok(())
}

struct Judge<'a> {
    plan: &'a Plan,
    memory: &'a mut Memory,
    stored: HashMap<(usize, String), i64>,
    keep: bool,
    tally: Tally,
    /// New records not written yet.
    pending: Vec<(Who, u64, Draft)>,
    /// What the row at hand became.
    became: Option<Who>,
    /// Links to be set when every row is in, and the ids of those that were made meanwhile.
    waiting: Vec<(Who, u64, FieldIx, String)>,
    ids: HashMap<Who, i64>,
}

impl Judge<'_> {
    fn row(&mut self, tx: &mut Tx, row: Row) -> Result<()> {
        self.tally.counts.rows += 1;
        if let Some(code) = row.left_out {
            return self.skip(&row, Verdict::Skipped, code, &[]);
        }
        if !row.faults.is_empty() {
            let more = self.further(tx, &row)?;
            return self.refuse(row.faults.into_iter().chain(more).collect());
        }
        if row.alone {
            return self.skip(&row, Verdict::Skipped, "import_linked_alone", &[]);
        }
        let (blanked, doubts, later) = (row.blanked.clone(), row.doubts.clone(), row.later.clone());
        let (line, names) = (row.line, if self.plan.seen.is_inward() { self.names(&row) } else { Vec::new() });
        let before = self.tally.counts;
        self.became = None;
        self.place(tx, row)?;
        // what was refused or left out needs no further remark
        let now = self.tally.counts;
        if now.refused != before.refused || now.skipped != before.skipped || now.asked != before.asked {
            return Ok(());
        }
        self.tally.counts.blanked += u64::from(!blanked.is_empty());
        self.tally.counts.doubted += u64::from(!doubts.is_empty());
        self.tally.notes.extend(blanked.into_iter().chain(doubts));
        if let Some(who) = self.became.take() {
            names.into_iter().for_each(|name| self.memory.call(name));
            self.waiting.extend(later.into_iter().map(|(ix, text)| (who, line, ix, text)));
        }
        Ok(())
    }

    /// How links of this file call the record of a row.
    fn names(&self, row: &Row) -> Vec<String> {
        let object = &self.plan.object;
        let called = row.texts.iter().filter(|(key, _)| object.field_ix(key).is_some_and(|ix| is_name(object, ix)));
        called.map(|(_, text)| fold(text)).filter(|name| self.plan.seen.has(name)).collect()
    }

    /// Links that wait, with the records that have them; those of rows that could not be written are gone.
    fn waiting(&mut self) -> Vec<Later> {
        let waiting = std::mem::take(&mut self.waiting);
        let known = waiting.into_iter().filter_map(|(who, line, ix, text)| {
            let record = match who {
                Who::Stored(id) => id,
                Who::New(_) if self.keep => *self.ids.get(&who)?,
                Who::New(_) => 0,
            };
            Some(Later { record, line, field: self.plan.object.at(ix).key.clone(), text })
        });
        known.collect()
    }

    /// What a row with unreadable cells would be refused for besides, so that all of it can be mended at once.
    fn further(&mut self, tx: &mut Tx, row: &Row) -> Result<Vec<Note>> {
        if row.id.is_some() || self.plan.spec.mode == Mode::Update || self.find(&row.keys).is_some() {
            return Ok(Vec::new());
        }
        let (object, input) = (self.plan.object.clone(), self.input(row));
        // nothing of it is kept, also when nothing else is wrong
        let tried = tx.attempt(|tx| tx.prepare_new(&object, &input).and_then(|_| Err::<(), _>(Problem::not_found())));
        let mut notes = match tried {
            Err(problem) if !matches!(problem.kind, ProblemKind::NotFound | ProblemKind::Conflict) => told(row.line, &row.texts, problem)?,
            _ => Vec::new(),
        };
        notes.retain(|note| !row.faults.iter().any(|fault| fault.field == note.field));
        Ok(notes)
    }

    /// The cells of a row, and the values of new records where it has none.
    fn input(&self, row: &Row) -> Input {
        let mut input = row.input.clone();
        for (key, value) in &self.plan.spec.defaults {
            if !input.contains_key(key) {
                input.insert(key.clone(), value.clone());
            }
        }
        input
    }

    fn place(&mut self, tx: &mut Tx, row: Row) -> Result<()> {
        if let Some(id) = row.id {
            return self.matched(tx, row, Who::Stored(id));
        }
        if let Some(who) = self.find(&row.keys) {
            return self.matched(tx, row, who);
        }
        if self.plan.spec.mode == Mode::Update {
            return self.skip(&row, Verdict::Skipped, "import_no_match", &[]);
        }
        let object = self.plan.object.clone();
        let input = self.input(&row);
        let draft = match tx.attempt(|tx| tx.prepare_new(&object, &input)) {
            Ok(draft) => draft,
            Err(problem) => return self.fault(&row, problem),
        };
        // rules may have put the values into another form under which a record is known
        let keys = keys_of(&draft, &self.plan.keys);
        if keys != row.keys {
            self.ask_again(tx, &draft, &keys, &row.keys)?;
            if let Some(who) = self.find(&keys) {
                return self.matched(tx, row, who);
            }
        }
        let who = self.memory.newcomer();
        if let Some(fault) = self.clash(who, &draft) {
            return self.fault(&row, Problem::invalid(vec![fault]));
        }
        self.memory.learn(who, &keys);
        self.became = Some(who);
        if self.tally.counts.rows <= self.memory.looks && !tx.hints_of(&object, &draft.after, None)?.is_empty() {
            self.tally.alike += 1;
        }
        self.tally.counts.created += 1;
        if self.keep {
            self.pending.push((who, row.line, draft));
        } else {
            self.memory.keep(who, &draft.after);
        }
        Ok(())
    }

    fn find(&self, keys: &[Option<String>]) -> Option<Who> {
        keys.iter().enumerate().find_map(|(n, key)| {
            let key = key.as_ref()?;
            self.memory.find(n, key).or_else(|| self.stored.get(&(n, key.clone())).map(|id| Who::Stored(*id)))
        })
    }

    fn ask_again(&mut self, tx: &mut Tx, draft: &Draft, keys: &[Option<String>], known: &[Option<String>]) -> Result<()> {
        for (n, set) in self.plan.keys.iter().enumerate() {
            if keys[n].is_some() && keys[n] != known[n] {
                let value = draft.after.raw(&draft.object.at(set[0]).key);
                look_up(tx, self.plan, n, set, vec![value], &mut self.stored)?;
            }
        }
        Ok(())
    }

    /// Another record of this file that already has a value which must be unique.
    fn clash(&mut self, who: Who, draft: &Draft) -> Option<FieldProblem> {
        for (n, set) in self.plan.unique.iter().enumerate() {
            if let Some(key) = key_of(&draft.object, set, |key| draft.after.raw(key))
                && !self.memory.claim(who, n, key)
            {
                return Some(FieldProblem::new(&draft.object.at(set[0]).key, "taken"));
            }
        }
        None
    }

    fn matched(&mut self, tx: &mut Tx, row: Row, who: Who) -> Result<()> {
        let spec = &self.plan.spec;
        if spec.mode == Mode::Create {
            return self.skip(&row, Verdict::Skipped, "import_exists", &[]);
        }
        if spec.on_match == OnMatch::Skip {
            return self.skip(&row, Verdict::Skipped, "import_exists", &[]);
        }
        let who = match who {
            Who::New(_) if self.keep => {
                self.flush(tx)?;
                match self.find(&row.keys) {
                    Some(who) => who,
                    // the record it matched was refused when it was written
                    None => return self.place(tx, row),
                }
            }
            who => who,
        };
        let record = match self.load(tx, who) {
            Ok(record) => record,
            Err(problem) => return self.fault(&row, problem),
        };
        if spec.on_match == OnMatch::Ask {
            let title = if self.told(tx, self.plan.object.title) { record.title().to_string() } else { String::new() };
            let id = record.id.to_string();
            return self.skip(&row, Verdict::Asked, "import_asks", &[("id", &id), ("title", &title)]);
        }
        self.change(tx, row, who, record)
    }

    fn load(&mut self, tx: &mut Tx, who: Who) -> Result<Record> {
        let object = &self.plan.object;
        if let Some(record) = self.memory.record(who, object) {
            let reached = object.owner.is_none() || tx.rights.reaches(object, Access::Edit, &record);
            return if reached { Ok(record) } else { Err(Problem::forbidden()) };
        }
        let Who::Stored(id) = who else { return Err(Problem::internal("a new row was lost")) };
        tx.load_for(object, id, Access::Edit, Bin::Living)
    }

    fn change(&mut self, tx: &mut Tx, row: Row, who: Who, record: Record) -> Result<()> {
        let object = self.plan.object.clone();
        let fill = self.plan.spec.on_match == OnMatch::FillEmpty;
        let mut input = row.input.clone();
        if fill {
            input.retain(|key, _| record.get(key).is_blank());
        }
        let keep = self.keep;
        let judged = tx.attempt(|tx| {
            let mut draft = tx.prepare_change(&object, record, &input)?;
            if fill {
                only_filled(&mut draft);
            }
            let changed = object.fields.iter().any(|f| !f.system && draft.changed(&f.key));
            if let Some(fault) = self.clash(who, &draft) {
                return Err(Problem::invalid(vec![fault]));
            }
            if changed && keep {
                tx.write_update(&object, &mut draft)?;
            }
            Ok((draft, changed))
        });
        if let (Ok(_), Who::Stored(id)) = (&judged, who) {
            self.tally.touched.push(id);
        }
        self.became = judged.is_ok().then_some(who);
        match judged {
            Ok((_, false)) => self.tally.counts.unchanged += 1,
            Ok((draft, true)) => {
                self.tally.counts.updated += 1;
                self.sample(tx, row.line, &draft);
                self.memory.learn(who, &keys_of(&draft, &self.plan.keys));
                if !keep {
                    self.memory.keep(who, &draft.after);
                }
            }
            Err(problem) => self.fault(&row, problem)?,
        }
        Ok(())
    }

    /// Whether whoever imports may read this field; the report shows no others.
    fn told(&self, tx: &Tx, field: FieldIx) -> bool {
        tx.rights.field(&self.plan.object, field) > FieldRight::Hidden
    }

    fn sample(&mut self, tx: &Tx, line: u64, draft: &Draft) {
        if self.tally.samples.len() >= SAMPLES {
            return;
        }
        let object = &draft.object;
        let told = |key: &str| object.field_ix(key).is_some_and(|ix| self.told(tx, ix));
        let changed = object.fields.iter().filter(|f| !f.system && !f.quiet && draft.changed(&f.key) && told(&f.key));
        let fields = changed.map(|f| (f.key.clone(), draft.old(&f.key).to_json(), draft.get(&f.key).to_json())).collect();
        let title = if self.told(tx, object.title) { draft.after.title().into() } else { String::new() };
        self.tally.samples.push(ChangeSample { line, title, fields });
    }

    /// Writes the pending records; those that cannot be written are refused one by one.
    fn flush(&mut self, tx: &mut Tx) -> Result<()> {
        let pending = std::mem::take(&mut self.pending);
        if pending.is_empty() {
            return Ok(());
        }
        let object = self.plan.object.clone();
        let (places, mut drafts): (Vec<_>, Vec<_>) = pending.into_iter().map(|(who, line, draft)| ((who, line), draft)).unzip();
        match tx.attempt(|tx| tx.insert_all(&object, &mut drafts)) {
            Ok(ids) => {
                self.tally.touched.extend(&ids);
                let named: HashMap<Who, i64> = places.iter().map(|(who, _)| *who).zip(ids).collect();
                self.memory.name(&named);
                self.ids.extend(named);
                return Ok(());
            }
            Err(problem) if drafts.len() == 1 => return self.lost(places[0], problem),
            Err(_) => {}
        }
        for (place, mut draft) in places.into_iter().zip(drafts) {
            fresh(&mut draft);
            match tx.attempt(|tx| tx.insert_all(&object, std::slice::from_mut(&mut draft))) {
                Ok(ids) => {
                    self.tally.touched.extend(&ids);
                    let named: HashMap<Who, i64> = ids.into_iter().map(|id| (place.0, id)).collect();
                    self.memory.name(&named);
                    self.ids.extend(named);
                }
                Err(problem) => self.lost(place, problem)?,
            }
        }
        Ok(())
    }

    /// A pending record that could not be written.
    fn lost(&mut self, (who, line): (Who, u64), problem: Problem) -> Result<()> {
        self.memory.forget(who);
        self.tally.counts.created -= 1;
        self.refuse(told(line, &HashMap::new(), problem)?)
    }

    fn fault(&mut self, row: &Row, problem: Problem) -> Result<()> {
        self.refuse(told(row.line, &row.texts, problem)?)
    }

    fn refuse(&mut self, notes: Vec<Note>) -> Result<()> {
        self.tally.counts.refused += 1;
        self.tally.notes.extend(notes);
        Ok(())
    }

    fn skip(&mut self, row: &Row, verdict: Verdict, code: &str, args: &[(&str, &str)]) -> Result<()> {
        match verdict {
            Verdict::Asked => self.tally.counts.asked += 1,
            _ => self.tally.counts.skipped += 1,
        }
        let problem = args.iter().fold(FieldProblem::new("", code), |p, (name, value)| p.with(name, value));
        self.tally.notes.push(Note::of(row.line, verdict, None, &problem));
        Ok(())
    }
}

/// The notes of a refused row. What is no fault of the row ends the import.
pub(super) fn told(line: u64, texts: &HashMap<String, String>, problem: Problem) -> Result<Vec<Note>> {
    if matches!(problem.kind, ProblemKind::Busy | ProblemKind::Full | ProblemKind::Internal) {
        return Err(problem);
    }
    let note = |fault: &FieldProblem| Note::of(line, Verdict::Refused, texts.get(fault.field()).cloned(), fault);
    if problem.fields.is_empty() {
        let whole = FieldProblem { args: problem.args.clone(), ..FieldProblem::new("", problem.code) };
        return Ok(vec![note(&whole)]);
    }
    Ok(problem.fields.iter().map(note).collect())
}

/// Only empty fields are filled, also where a rule would change others.
fn only_filled(draft: &mut Draft) {
    let object = draft.object.clone();
    for field in object.fields.iter().filter(|f| f.formula.is_none() && f.rollup.is_none()) {
        let old = draft.old(&field.key).clone();
        if !old.is_blank() && draft.changed(&field.key) {
            draft.set(&field.key, old);
        }
    }
}

/// A draft whose first writing was undone.
fn fresh(draft: &mut Draft) {
    let object = draft.object.clone();
    (draft.after.id, draft.after.version) = (0, 0);
    for field in object.fields.iter().filter(|f| f.kind == FieldType::AutoNumber && !draft.given.contains(&f.key)) {
        draft.after.set(field.key.clone(), Value::Null);
    }
}
