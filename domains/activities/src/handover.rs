//! Hand-overs: a customer goes to another person or team with a note and its open steps, once somebody there accepts.

use crate::keys::{self, handover as f, task};
use akrab_engine::behaviour::MayAct;
use akrab_engine::{Access, ActionOutcome, ActionRun, Behaviour, Draft, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::value::LinkRow;
use akrab_model::{FieldProblem, Filter, Problem, Record, Value};
use jiff::Zoned;

/// Rules and verbs of hand-overs.
pub struct Handovers;

/// What may be handed over: its link and its object. Of several the first is what it is about.
const WHAT: [(&str, &str); 4] = [(f::ACCOUNT, "account"), (f::OPPORTUNITY, "opportunity"), (f::CONTACT, "contact"), (f::LEAD, "lead")];
/// Steps that go with one hand-over.
const MOST: usize = 200;

impl Behaviour for Handovers {
    fn object(&self) -> &'static str {
        keys::HANDOVER
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        if draft.is_new() { begin(draft, tx) } else { may_change(draft, tx) }
    }

    fn after_save(&self, draft: &Draft, id: i64, tx: &mut Tx) -> Result<()> {
        match draft.after.link(f::TO_TEAM) {
            Some(team) if draft.is_new() && draft.after.link(f::TO_USER).is_none() => {
                let people = tx.engine.people();
                let members = people.at_work().into_iter().filter(|p| p.team == Some(team)).map(|p| p.id);
                tx.tell_of("assigned", &members.collect::<Vec<_>>(), keys::HANDOVER, id)
            }
            _ => Ok(()),
        }
    }

    fn actors(&self) -> Option<MayAct> {
        Some(|key, record, tx| {
            let Some(me) = tx.ctx.user_id() else { return false };
            if key == "withdrawal" { gives(record, me, tx) } else { takes(record, me, tx) }
        })
    }

    fn act(&self, run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
        let (record, now) = (&run.record, Value::Time(tx.ctx.now.timestamp()));
        let me = tx.ctx.user_id().ok_or_else(Problem::forbidden)?;
        let mut values = vec![(f::ANSWERED_AT, now)];
        match run.key.as_str() {
            "withdrawal" if gives(record, me, tx) => values.push((f::STATE, Value::Text("withdrawn".into()))),
            "refusal" if takes(record, me, tx) => {
                let reason = run.input.get("reason").and_then(|r| r.as_str()).map(str::trim).filter(|r| !r.is_empty());
                let reason = reason.ok_or_else(|| Problem::invalid(vec![FieldProblem::new("reason", "required")]))?;
                values.extend([(f::STATE, Value::Text("declined".into())), (f::ANSWER, Value::Text(reason.into()))]);
            }
            "acceptance" if takes(record, me, tx) => {
                pass_on(record, me, tx)?;
                values.extend([(f::STATE, Value::Text("accepted".into())), (f::OWNER, Value::Link(me))]);
            }
            "withdrawal" | "refusal" | "acceptance" => return Err(Problem::forbidden()),
            _ => return Err(Problem::not_found()),
        }
        tx.as_system("a hand-over is answered").set_values(keys::HANDOVER, record.id, values)?;
        if run.key != "withdrawal"
            && let Some(giver) = record.link(f::FROM_USER).filter(|giver| *giver != me)
        {
            tx.tell_of("assigned", &[giver], keys::HANDOVER, record.id)?;
        }
        Ok(ActionOutcome { made: vec![(keys::HANDOVER.into(), record.id)] })
    }
}

/// A new one: from whom, by when it is to be answered, with which steps.
fn begin(draft: &mut Draft, tx: &mut Tx) -> Result<()> {
    // people say what goes to whom; what comes from elsewhere is kept as it was
    let by_hand = tx.ctx.is_said_now();
    let Some((object, what)) = about(&draft.after, tx)? else {
        if by_hand {
            return Err(draft.fault(f::ACCOUNT, "required"));
        }
        if draft.get(f::SUBJECT).is_null() {
            let first: String = draft.after.text(f::NOTE).lines().next().unwrap_or_default().chars().take(80).collect();
            draft.set(f::SUBJECT, Value::Text(first));
        }
        return Ok(());
    };
    let (user, team) = (draft.after.link(f::TO_USER), draft.after.link(f::TO_TEAM));
    if user.is_none() && team.is_none() && by_hand {
        return Err(draft.fault(f::TO_USER, "required"));
    }
    let from = what.link(f::OWNER).or(tx.ctx.author());
    if user.is_some() && user == from {
        return Err(draft.fault(f::TO_USER, "handover_self"));
    }
    let kind = tx.object(object)?;
    if tx.ctx.user_id().is_some() && !tx.may(&kind, Access::Edit, what.id)? {
        return Err(Problem::forbidden());
    }
    if draft.get(f::SUBJECT).is_null() {
        draft.set(f::SUBJECT, Value::Text(what.title().into()));
    }
    let named = matches!(draft.get(f::STEPS), Value::Links(rows) if !rows.is_empty());
    if let Some(from) = from.filter(|_| !named) {
        let all = [(object, what.id, Op::Is), (task::OWNER, from, Op::Is)].map(|(field, id, op)| Filter::test(field, op, id));
        let filter = Filter::All(all.into_iter().chain([Filter::test(task::DONE_AT, Op::Empty, true)]).collect());
        let request = ListRequest { object: keys::TASK.into(), filter: Some(filter), limit: MOST, ..ListRequest::default() };
        let steps = tx.as_system("steps of a hand-over").list(&request)?.records;
        draft.set(f::STEPS, Value::Links(steps.iter().map(|step| LinkRow { to: step.id, columns: Vec::new() }).collect()));
    }
    draft.set(f::FROM_USER, from.map_or(Value::Null, Value::Link));
    draft.set(f::ANSWER_BY, Value::Time(answer_by(tx)?.timestamp()));
    // whoever is to take it answers; where that is a team, it stays with the giver until somebody does
    if let Some(owner) = user.or(from) {
        draft.set(f::OWNER, Value::Link(owner));
    }
    Ok(())
}

/// The same hour of the next working day.
fn answer_by(tx: &mut Tx) -> Result<Zoned> {
    let now = tx.ctx.now.clone();
    let calendar = tx.calendar(akrab_engine::calendar::USUAL)?;
    let day = calendar.add_working_days(now.date(), 1).map_err(Problem::internal)?;
    day.to_datetime(now.time()).to_zoned(now.time_zone().clone()).map_err(Problem::internal)
}

/// What was agreed stays; whoever gives may mend note and due time while it waits.
fn may_change(draft: &Draft, tx: &Tx) -> Result<()> {
    let fixed = WHAT.iter().map(|(link, _)| *link).chain([f::TO_USER, f::TO_TEAM, f::STEPS]);
    if let Some(key) = fixed.into_iter().find(|key| draft.given.contains(*key) && draft.changed(key)) {
        return Err(draft.fault(key, "fixed_once_made"));
    }
    let by_hand = [f::NOTE, f::DUE_AT, f::SUBJECT, f::OWNER].iter().any(|key| draft.given.contains(*key) && draft.changed(key));
    let Some(me) = tx.ctx.user_id().filter(|_| by_hand) else { return Ok(()) };
    let open = draft.old(f::STATE).text() == Some("waiting");
    if open && draft.before.as_ref().is_some_and(|before| gives(before, me, tx)) { Ok(()) } else { Err(Problem::forbidden()) }
}

/// What it is about.
fn about(record: &Record, tx: &mut Tx) -> Result<Option<(&'static str, Record)>> {
    for (link, object) in WHAT {
        if let Some(id) = record.link(link) {
            return Ok(tx.find(object, id)?.map(|what| (object, what)));
        }
    }
    Ok(None)
}

/// Whether somebody may take it back.
fn gives(record: &Record, me: i64, tx: &Tx) -> bool {
    record.link(f::FROM_USER) == Some(me) || record.link("created_by") == Some(me) || tx.ctx.is_admin()
}

/// Whether somebody may answer: the person or team it was given to, and the lead it went to.
fn takes(record: &Record, me: i64, tx: &Tx) -> bool {
    let of_team = |team| tx.engine.people().user(me).is_some_and(|person| person.team == Some(team));
    let went_on = record.link(f::CAME_FROM).is_some() && record.link(f::OWNER) == Some(me);
    record.link(f::TO_USER) == Some(me) || record.link(f::TO_TEAM).is_some_and(of_team) || went_on || tx.ctx.is_admin()
}

/// What was handed over, and its steps that are still open, are the taker's from now on.
fn pass_on(record: &Record, me: i64, tx: &mut Tx) -> Result<()> {
    let from = record.link(f::FROM_USER);
    let steps: Vec<i64> = match record.get(f::STEPS) {
        Value::Links(rows) => rows.iter().map(|row| row.to).collect(),
        _ => Vec::new(),
    };
    let mut tx = tx.as_system("a hand-over was accepted");
    let steps = steps.into_iter().map(|id| (keys::TASK, id));
    let all: Vec<_> = WHAT.iter().filter_map(|(link, object)| Some((*object, record.link(link)?))).chain(steps).collect();
    for (object, id) in all {
        let Some(what) = tx.find(object, id)? else { continue };
        let done = object == keys::TASK && !what.get(task::DONE_AT).is_null();
        if !done && what.link(f::OWNER) == from {
            tx.set_values(object, id, vec![(f::OWNER, Value::Link(me))])?;
        }
    }
    Ok(())
}
