//! What holds between records: ties and their two sides, periods, trees; and what stands in for a hidden number.

use super::Tx;
use crate::Result;
use crate::behaviour::Draft;
use akrab_model::{FieldProblem, Object, Record, RecordId, Value};

/// Deepest tree that is followed.
pub(crate) const DEEPEST: usize = 64;
/// So many characters of a number are told to whoever may not read it.
const TOLD: usize = 4;

impl Tx<'_> {
    /// Brings a tie into its one direction, names it, and refuses what cannot be: a tie to itself, an end before the
    /// beginning, a circle.
    pub(super) fn settle_between(&mut self, draft: &mut Draft, faults: &mut Vec<FieldProblem>) -> Result<()> {
        turn(draft);
        self.name_tie(draft);
        if let Some([a, b]) = draft.object.decl.tie.as_ref().map(|tie| tie.ends.clone()) {
            let same_object = draft.object.field(&a).and_then(|f| f.to) == draft.object.field(&b).and_then(|f| f.to);
            if same_object && draft.after.link(&a).is_some() && draft.after.link(&a) == draft.after.link(&b) {
                faults.push(FieldProblem::new(&b, "tie_to_itself"));
            }
        }
        if let Some(period) = &draft.object.decl.period
            && let (Value::Date(from), Value::Date(to)) = (draft.get(&period.from), draft.get(&period.to))
            && to < from
        {
            faults.push(FieldProblem::new(&period.to, "period_ends_first"));
        }
        keep_tails(draft);
        self.refuse_circle(draft, faults)
    }

    /// A tie without a title of its own is called by what it is.
    fn name_tie(&self, draft: &mut Draft) {
        let object = draft.object.clone();
        let Some(tie) = &object.decl.tie else { return };
        let title = object.title_field();
        let lang = self.engine.settings().lang;
        let kind = tie.kind.as_deref().and_then(|key| object.field(key)?.choice(draft.get(key).text()?));
        let label = kind.map_or(&object.decl.label, |choice| &choice.label);
        if !title.writable() || draft.get(&title.key).is_blank() {
            draft.set(&title.key, Value::Text(label.get(lang.as_str()).into()));
        }
    }

    /// Whether a record is among those above another, or more stand above that one than are followed.
    pub(crate) fn stands_above(&mut self, object: &Object, parent: &str, below: &Record, above: RecordId) -> Result<bool> {
        let mut next = below.link(parent);
        for _ in 0..DEEPEST {
            match next {
                None => return Ok(false),
                Some(id) if id == above => return Ok(true),
                Some(id) => next = self.find(&object.key, id)?.and_then(|record| record.link(parent)),
            }
        }
        Ok(true)
    }

    fn refuse_circle(&mut self, draft: &Draft, faults: &mut Vec<FieldProblem>) -> Result<()> {
        let Some(parent) = draft.object.decl.tree.as_ref().map(|tree| tree.parent.clone()) else { return Ok(()) };
        if draft.is_new() || !draft.changed(&parent) {
            return Ok(());
        }
        // two changes at once could each find the other's circle still open
        self.alone(&format!("tree {}", draft.object.key))?;
        if self.stands_above(&draft.object, &parent, &draft.after, draft.after.id)? {
            faults.push(FieldProblem::new(&parent, "cycle"));
        }
        Ok(())
    }
}

/// A choice that is another one seen from the far side becomes that one, and the ends change places.
fn turn(draft: &mut Draft) {
    let object = draft.object.clone();
    let Some(tie) = &object.decl.tie else { return };
    let Some(kind) = &tie.kind else { return };
    let turned = draft.get(kind).text().and_then(|key| object.field(kind)?.choice(key)?.turns.clone());
    let Some(turned) = turned else { return };
    let [a, b] = &tie.ends;
    let (first, second) = (draft.get(a).clone(), draft.get(b).clone());
    draft.set(kind, Value::Text(turned));
    draft.set(a, second);
    draft.set(b, first);
}

/// The last characters of numbers, for whoever may not read them whole.
pub(super) fn keep_tails(draft: &mut Draft) {
    let object = draft.object.clone();
    for field in &object.fields {
        let Some(whole) = &field.tail_of else { continue };
        let tail = draft.get(whole).text().map(tail);
        draft.set(&field.key, tail.map_or(Value::Null, Value::Text));
    }
}

/// `3578015508900003` is `••••••••••••0003`.
fn tail(number: &str) -> String {
    let hidden = number.chars().count().saturating_sub(TOLD);
    number.chars().enumerate().map(|(at, c)| if at < hidden { '•' } else { c }).collect()
}
