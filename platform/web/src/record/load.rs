//! Everything a record's page shows, read at once.

use super::teller::{Teller, tellers};
use super::timeline::says;
use super::{beside, figure, panel, path, place, reach, words};
use crate::approval::panel::Approvals;
use crate::fail::encode;
use crate::file::list::{Files, TAB};
use crate::ui::figures::Figure;
use crate::value::Look;
use akrab_engine::{Access, Circle, Concern, Event, ListRequest, Result, Timeline, TimelineRequest, Tx};
use akrab_model::object::ActionDecl;
use akrab_model::{Filter, Object, Record, Value, filter::Op};
use serde::Deserialize;
use std::collections::HashSet;
use std::sync::Arc;

/// What the address of a record's page may say.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Asked {
    /// Open tab: a kind of entry, or the key of an object of tasks.
    pub tab: Option<String>,
    /// Kinds of entries shown, with commas.
    pub kinds: Option<String>,
    /// Words searched for in the timeline.
    pub find: Option<String>,
    /// Parts of its circle that are taken in, with commas.
    pub with: Option<String>,
    /// A person whose entries are shown: `user.7`, `contact.9`.
    pub who: Option<String>,
    /// First and last day of the timeline that is shown.
    pub since: Option<String>,
    pub until: Option<String>,
    /// `next` of an earlier page of the timeline: `AT.ID`.
    pub before: Option<String>,
    /// Kind of entry the composer begins with.
    pub write: Option<String>,
    /// Template the composer begins with.
    pub template: Option<i64>,
    /// Query of the list the record was opened from.
    #[serde(rename = "in")]
    pub list: Option<String>,
}

/// A record as one person may see it, with what surrounds it.
pub struct Sight {
    pub look: Look,
    pub object: Arc<Object>,
    pub record: Record,
    pub asked: Asked,
    pub may_edit: bool,
    pub may_delete: bool,
    pub may_share: bool,
    /// Records that went into it and may be taken out again.
    pub merges: Vec<akrab_engine::twin::MergeView>,
    /// It may be there twice.
    pub twin: Option<crate::twin::notice::Notice>,
    /// The workspace has any.
    pub has_territories: bool,
    /// Keys of the fields that may be written.
    pub editable: HashSet<String>,
    /// Keys of the fields its other fields keep from being shown.
    pub unseen: HashSet<String>,
    pub offered: Vec<ActionDecl>,
    pub reach: reach::Reach,
    pub path: Option<path::Path>,
    pub timeline: Timeline,
    /// Its entries whose tasks the person may tick.
    pub tickable: HashSet<(String, i64)>,
    /// Entries by kind or object: (key, count).
    pub counts: Vec<(String, u64)>,
    /// Entries of the timeline by their kind; what is told of several of the circle counts once.
    pub tally: Vec<(String, u64)>,
    /// Records of the open tab, when it lists tasks.
    pub tasks: Vec<Record>,
    pub panels: Vec<panel::Panel>,
    /// Panels declared with what they show.
    pub beside: Vec<beside::Beside>,
    /// Who is taken in with it.
    pub circle: Circle,
    /// Key figures asked of other records.
    pub figures: Vec<Figure>,
    /// What there is to worry about; none where nobody says.
    pub concerns: Option<Vec<Concern>>,
    /// People the timeline can be narrowed to: address and name.
    pub people: Vec<(String, String)>,
    /// The tree it stands in.
    pub tree: Option<akrab_engine::Tree>,
    pub files: Files,
    /// Templates of entries, without their texts.
    pub templates: Vec<akrab_engine::note_template::FilledTemplate>,
    /// The text of the one asked for.
    pub template: Option<String>,
    pub flows: super::flows::Flows,
    pub approvals: Approvals,
    /// What is asked about, and what customers wrote.
    pub fresh: super::freshness::Fresh,
    /// What became of it, where its person was erased.
    pub erased: Option<akrab_engine::privacy::Erased>,
    /// Where a person stands on being contacted.
    pub consent: Option<akrab_engine::contact::ConsentView>,
    /// Policies it breaks now.
    pub broken: Vec<crate::policy::panel::Line>,
    pub favourite: bool,
    pub following: bool,
    /// Place in the list it was opened from.
    pub place: Option<place::Place>,
    /// Objects of which the person may make records.
    pub creatable: HashSet<String>,
}

impl Sight {
    pub fn load(tx: &mut Tx, look: Look, object: Arc<Object>, id: i64, asked: Asked) -> Result<Sight> {
        tx.read_ahead("record", &object, id);
        let record = tx.get(&object.key, id)?;
        let may_edit = tx.may(&object, Access::Edit, id)?;
        let editable = tx.editable(&object).into_iter().map(|ix| object.at(ix).key.clone()).filter(|_| may_edit).collect();
        let all = tellers(&tx.registry.clone(), &object);
        let files = Files::load(tx, &object.key, id, asked.tab.as_deref() == Some(TAB))?;
        let creatable = tx.registry.objects().filter(|o| tx.rights.may_create(o)).map(|o| o.key.clone()).collect();
        let template = match asked.template {
            Some(wanted) => {
                let filled = tx.note_templates_filled(&object.key, id, |_| true)?;
                filled.into_iter().find(|t| t.id == wanted).map(|t| t.text)
            }
            None => None,
        };
        let circle = circle(tx, &record, &asked)?;
        let record = tx.rolled_up(&record, &circle)?;
        let told = timeline(tx, &look, &object, id, &asked, &circle)?;
        let tally = tx.timeline_counts_with(&object.key, id, &circle.others())?;
        Ok(Sight {
            may_edit,
            may_delete: tx.may(&object, Access::Delete, id)?,
            may_share: tx.may(&object, Access::Share, id)?,
            merges: if tx.may(&object, Access::Merge, id)? { tx.merges_into(&object.key, id)? } else { Vec::new() },
            twin: crate::twin::notice::Notice::load(tx, &object.key, id)?,
            has_territories: !tx.engine.people().sharing.territories.is_empty(),
            editable,
            unseen: tx.unseen(&object, &record)?,
            offered: tx.offered(&object, id)?,
            reach: reach::Reach::load(tx, &record),
            path: path::Path::load(tx, &record)?,
            tickable: super::ticks::tickable(tx, &told)?,
            counts: counts(tx, &all, &circle, &tally),
            tally,
            tasks: tasks(tx, &all, &circle, &asked),
            panels: panel::load(tx, &record, &circle)?,
            beside: beside::load(tx, &look, &record, &circle)?,
            figures: figure::load(tx, &look, &record, &circle)?,
            concerns: tx.worries(&record, &circle)?,
            people: people(&look, &told),
            timeline: told,
            circle,
            tree: tx.tree(&object.key, id)?,
            templates: tx.note_templates_for(&object.key)?,
            template,
            files,
            flows: super::flows::Flows::load(tx, &object, &record)?,
            approvals: Approvals::load(tx, &object, id)?,
            fresh: super::freshness::Fresh::load(tx, &record, may_edit)?,
            erased: super::erase::load(tx, &record)?,
            consent: tx.consent_view(&object.key, id, false)?,
            broken: crate::policy::panel::load(tx, &look, &object, id)?,
            favourite: tx.is_favourite(&object.key, id)?,
            following: tx.is_following(&object.key, id)?,
            place: asked.list.as_deref().and_then(|query| place::load(tx, &look, &object, id, query)),
            creatable,
            look,
            object,
            record,
            asked,
        })
    }

    pub fn href(&self) -> String {
        words::href(&self.record)
    }

    /// The page with one thing asked for, still at its place in the list it was opened from.
    pub fn asking(&self, name: &str, value: &str) -> String {
        let list = self.asked.list.as_deref().map(|query| format!("in={}", encode(query)));
        let with =
            self.asked.with.as_deref().filter(|with| !with.is_empty() && name != "with").map(|with| format!("with={}", encode(with)));
        let asked = (!value.is_empty()).then(|| format!("{name}={}", encode(value)));
        let query: Vec<String> = asked.into_iter().chain(with).chain(list).collect();
        if query.is_empty() { self.href() } else { format!("{}?{}", self.href(), query.join("&")) }
    }
}

/// The record with those the address asks for.
///
/// # Errors
/// What the database answers.
pub fn circle(tx: &mut Tx, record: &Record, asked: &Asked) -> Result<Circle> {
    let on: Vec<&str> = asked.with.as_deref().unwrap_or("").split(',').filter(|key| !key.is_empty()).collect();
    tx.circle(record, &on)
}

/// The page of the timeline that is asked for.
///
/// # Errors
/// As [`Tx::timeline`].
pub fn timeline(tx: &mut Tx, look: &Look, object: &Object, id: i64, asked: &Asked, circle: &Circle) -> Result<Timeline> {
    let day = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<jiff::civil::Date>().ok());
    let start = |day: jiff::civil::Date| day.to_zoned(look.now.time_zone().clone()).ok().map(|at| at.timestamp().as_microsecond());
    let before = asked.before.as_deref().and_then(|text| {
        let (at, id) = text.split_once('.')?;
        Some((at.parse().ok()?, id.parse().ok()?))
    });
    let until = day(&asked.until).and_then(|day| day.tomorrow().ok()).and_then(start).map(|at| (at, 0));
    let chosen = asked.kinds.as_deref().or(asked.tab.as_deref().filter(|tab| tx.registry.object(tab).is_none())).unwrap_or("");
    let kinds = chosen.split(',').filter(|k| !k.is_empty()).map(str::to_string).collect();
    let since = day(&asked.since).and_then(start);
    let request = TimelineRequest { kinds, with: circle.others(), since, before: before.or(until), limit: 50 };
    let find = asked.find.as_deref().map(akrab_model::text::fold).filter(|q| !q.is_empty());
    let who = asked.who.as_deref().and_then(|who| who.split_once('.')).and_then(|(object, id)| Some((object, id.parse::<i64>().ok()?)));
    if find.is_none() && who.is_none() {
        return tx.timeline(&object.key, id, &request);
    }
    let wanted =
        |event: &Event| find.as_deref().is_none_or(|find| says(look, event, find)) && who.is_none_or(|who| is_of(look, event, who));
    tx.timeline_where(&object.key, id, &request, &wanted)
}

/// Whether an entry is a person's: he did it, is responsible, or it was with him.
fn is_of(look: &Look, event: &Event, (object, id): (&str, i64)) -> bool {
    let source = &event.source;
    let links = source.object.fields.iter().filter(|f| f.to.is_some_and(|to| look.registry.at(to).key == object));
    let named = links.into_iter().any(|field| match source.get(&field.key) {
        Value::Link(to) => *to == id,
        Value::Links(rows) => rows.iter().any(|row| row.to == id),
        _ => false,
    });
    match &event.change {
        Some(change) => object == "user" && change.actor == Some(id),
        None => named,
    }
}

/// Whoever has to do with the entries shown.
fn people(look: &Look, told: &Timeline) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut add = |object: &str, id: i64, name: &str| {
        let key = format!("{object}.{id}");
        if !name.is_empty() && !found.iter().any(|(known, _)| *known == key) {
            found.push((key, name.to_string()));
        }
    };
    for event in told.upcoming.iter().chain(&told.events) {
        let source = &event.source;
        for field in source.object.fields.iter().filter(|f| !f.system && f.kind == akrab_model::FieldType::Link) {
            let Some(target) = field.to.map(|to| look.registry.at(to)) else { continue };
            let person = target.key == "user" || target.title_field().kind == akrab_model::FieldType::PersonName;
            if let (true, Some(id)) = (person, source.link(&field.key)) {
                add(&target.key, id, source.title_in(&field.key, id).unwrap_or_default());
            }
        }
        if let Some((id, name)) = event.change.as_ref().and_then(|change| Some((change.actor?, change.actor_name.as_deref()?))) {
            add("user", id, name);
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    found.truncate(30);
    found
}

/// How many entries there are of each kind and how many tasks are open. What may not be read counts nothing.
fn counts(tx: &mut Tx, all: &[Teller], circle: &Circle, tally: &[(String, u64)]) -> Vec<(String, u64)> {
    let mut found = Vec::new();
    for teller in all {
        let here = circle.about(&tx.registry, &teller.object, &teller.via);
        let decl = &teller.object.decl.timeline;
        let mut request = ListRequest { object: teller.object.key.clone(), filter: Some(here.clone()), ..ListRequest::default() };
        if decl.kind.is_some() {
            // whoever took part is told of as well as whom it was about
            found.extend(tally.iter().filter(|(key, _)| decl.kinds.contains_key(key)).cloned());
        } else if let Some(done) = &decl.done {
            request.filter = Some(Filter::All(vec![here, Filter::test(done, Op::Empty, true)]));
            if let Ok(count) = tx.count(&request, false) {
                // what is not written here stands here only when there is some
                if count.shown() > 0 || teller.object.is_task() {
                    found.push((teller.object.key.clone(), count.shown()));
                }
            }
        }
    }
    found
}

/// Tasks of the open tab: open ones by date, then what is done.
fn tasks(tx: &mut Tx, all: &[Teller], circle: &Circle, asked: &Asked) -> Vec<Record> {
    let Some(teller) = all.iter().find(|t| t.is_task() && asked.tab.as_deref() == Some(t.object.key.as_str())) else { return Vec::new() };
    let decl = &teller.object.decl.timeline;
    let request = ListRequest {
        object: teller.object.key.clone(),
        filter: Some(circle.about(&tx.registry, &teller.object, &teller.via)),
        sort: decl.at.iter().map(|at| format!("-{at}")).collect(),
        limit: 100,
        ..ListRequest::default()
    };
    let mut records = tx.list(&request).map(|list| list.records).unwrap_or_default();
    let done = decl.done.clone().unwrap_or_default();
    let at = decl.at.clone().unwrap_or_default();
    records.sort_by_key(|r| {
        let moment = if let Value::Time(at) = r.get(&at) { at.as_microsecond() } else { i64::MAX };
        let open = r.get(&done).is_null();
        (!open, if open { moment } else { -moment })
    });
    records
}
