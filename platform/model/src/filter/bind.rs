//! From a written filter to a bound condition: names resolved, values in stored form, rights applied.

use super::{Child, Cmp, Cond, Filter, Is, Op, Range, Recurring, Step, Test, TextMode};
use crate::object::{Field, FieldIx, FieldType, Object, ObjectIx, Registry};
use crate::problem::{FieldProblem, Problem};
use crate::query::AggregateFn;
use crate::report::{Local, Slice};
use crate::text::fold;
use crate::value::Raw;
use crate::value::codec::{days, scaled};
use jiff::{Timestamp, Zoned, civil::Date};
use serde_json::Value as Json;

/// Most keys asked for at once in a field of several choices: each becomes a test of its own.
const MAX_KEYS: usize = 100;

/// The moment and the person a filter is bound to.
#[derive(Debug, Clone)]
pub struct Env {
    /// Now, in the workspace's time zone.
    pub now: Zoned,
    /// User behind `me`, and the members of `my_team` (the user included).
    pub me: Option<i64>,
    pub team: Vec<i64>,
}

/// What the asker may use in filters. Hidden fields count as unknown.
pub trait Rights {
    fn may_read(&self, object: ObjectIx, field: FieldIx) -> bool;
    /// Which records of `object` the asker may read.
    fn guard(&self, object: ObjectIx) -> Cond;
}

impl Filter {
    /// Binds the filter for records of `object`.
    ///
    /// # Errors
    /// `invalid` with the field path as pointer: `filter_unknown_field`, `filter_wrong_operator`,
    /// `filter_wrong_value`, `filter_unknown_choice`.
    pub fn bind(&self, registry: &Registry, object: &Object, env: &Env, rights: &dyn Rights) -> Result<Cond, Problem> {
        Binder { registry, env, rights }.bind(self, object).map_err(|(_, fault)| Problem::invalid(vec![fault]))
    }

    /// As [`Filter::bind`], with the place in the filter as pointer: `/filter/all/1/field`.
    ///
    /// # Errors
    /// As [`Filter::bind`].
    pub fn bind_placed(&self, registry: &Registry, object: &Object, env: &Env, rights: &dyn Rights) -> Result<Cond, Problem> {
        let told = |(place, fault): (String, FieldProblem)| FieldProblem { pointer: format!("/filter{place}"), ..fault };
        Binder { registry, env, rights }.bind(self, object).map_err(|placed| Problem::invalid(vec![told(placed)]))
    }
}

impl Op {
    /// The operators offered for a type, the usual one first.
    pub fn for_kind(kind: FieldType) -> &'static [Op] {
        use FieldType::*;
        use Op::*;
        match kind {
            Text | LongText | Email | Phone | Url | PersonName | AutoNumber | Json => {
                &[Contains, NotContains, Is, IsNot, StartsWith, In, NotIn, Empty, NotEmpty]
            }
            Integer | Decimal | Money | Percent | Duration | Score => &[Is, IsNot, Gt, Gte, Lt, Lte, Between, Empty, NotEmpty],
            Date | DateTime => &[Within, NotWithin, Is, Gt, Gte, Lt, Lte, Between, Empty, NotEmpty],
            Boolean => &[Is, IsNot],
            Choice | Link => &[In, NotIn, Is, IsNot, Empty, NotEmpty],
            Stage => &[In, NotIn, Is, IsNot, CameFrom, Empty, NotEmpty],
            Choices | Links => &[In, NotIn, Empty, NotEmpty],
            File | Address | Formula | Rollup => &[Empty, NotEmpty],
        }
    }
}

struct Binder<'a> {
    registry: &'a Registry,
    env: &'a Env,
    rights: &'a dyn Rights,
}

type Bound<T> = Result<T, FieldProblem>;
/// A fault with the place of what it is about, from the filter down.
type Placed<T> = Result<T, (String, FieldProblem)>;

/// The place within a condition.
fn at<T>(place: &str, bound: Bound<T>) -> Placed<T> {
    bound.map_err(|fault| (place.into(), fault))
}

/// What was bound within this place.
fn within<T>(place: &str, bound: Placed<T>) -> Placed<T> {
    bound.map_err(|(inner, fault)| (format!("{place}{inner}"), fault))
}

impl Binder<'_> {
    fn bind(&self, filter: &Filter, object: &Object) -> Placed<Cond> {
        let each = |key: &str, items: &[Filter]| -> Placed<Vec<Cond>> {
            items.iter().enumerate().map(|(n, item)| within(&format!("/{key}/{n}"), self.bind(item, object))).collect()
        };
        match filter {
            Filter::All(items) => {
                let items = each("all", items)?;
                Ok(if items.is_empty() { Cond::True } else { Cond::All(items) })
            }
            Filter::Any(items) => {
                let items = each("any", items)?;
                // none of nothing: no record
                Ok(if items.is_empty() { Cond::False } else { Cond::Any(items) })
            }
            Filter::Not(item) => Ok(within("/not", self.bind(item, object))?.negate()),
            Filter::Test { field, op, value } => self.test(object, field, *op, value).map_err(|fault| {
                let place = match fault.code.as_str() {
                    "filter_unknown_field" | "filter_too_deep" => "/field",
                    "filter_wrong_operator" => "/op",
                    _ => "/value",
                };
                (place.into(), fault)
            }),
            Filter::Child { object: child, via, filter, agg, of, op, value } => {
                let unknown =
                    || FieldProblem::new(&format!("{child}.{via}"), "filter_unknown_field").with("field", format!("{child}.{via}"));
                let child = at("/child", self.registry.object(child).ok_or_else(unknown))?;
                let via_ix = at("/child", child.field_ix(via).filter(|ix| self.rights.may_read(child.ix, *ix)).ok_or_else(unknown))?;
                let link = child.at(via_ix);
                if !link.kind.is_link() || link.to != Some(object.ix) {
                    return at("/child", Err(unknown()));
                }
                let inner = match filter {
                    Some(filter) => within("/where", self.bind(filter, child))?,
                    None => Cond::True,
                };
                self.child(child, via_ix, inner.and(self.rights.guard(child.ix)), *agg, of.as_deref(), *op, value)
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the parts of one written condition")]
    fn child(&self, child: &Object, via: FieldIx, cond: Cond, agg: AggregateFn, of: Option<&str>, op: Op, value: &Json) -> Placed<Cond> {
        let place = of.unwrap_or("child");
        let of = match (agg, of) {
            (AggregateFn::Count, _) => None,
            (_, Some(key)) => {
                let ix = child.field_ix(key).filter(|ix| self.rights.may_read(child.ix, *ix));
                Some(at("/of", ix.ok_or_else(|| FieldProblem::new(key, "filter_unknown_field").with("field", key)))?)
            }
            (_, None) => return at("/of", Err(FieldProblem::new("of", "filter_wrong_value"))),
        };
        let field = of.map(|ix| child.at(ix));
        if let (AggregateFn::Sum | AggregateFn::Avg, Some(f)) = (agg, field)
            && !f.kind.is_number()
        {
            return at("/agg", Err(FieldProblem::new(place, "filter_wrong_operator").with("op", agg.key())));
        }
        let number = |v: &Json| -> Placed<i64> {
            at(
                "/value",
                match field {
                    Some(f) if agg != AggregateFn::Filled => self.scalar(f, v).and_then(|raw| raw.int().ok_or_else(|| wrong(place, v))),
                    _ => v.as_i64().or_else(|| v.as_str()?.trim().parse().ok()).ok_or_else(|| wrong(place, v)),
                },
            )
        };
        let (cmp, low, upper, negated) = match op {
            Op::Is => (Cmp::Eq, number(value)?, None, false),
            Op::IsNot => (Cmp::Eq, number(value)?, None, true),
            Op::Gt => (Cmp::Gt, number(value)?, None, false),
            Op::Gte => (Cmp::Gte, number(value)?, None, false),
            Op::Lt => (Cmp::Lt, number(value)?, None, false),
            Op::Lte => (Cmp::Lte, number(value)?, None, false),
            Op::Between => match value.as_array().map(Vec::as_slice) {
                Some([a, b]) => (Cmp::Between, number(a)?, Some(number(b)?), false),
                _ => return at("/value", Err(wrong(place, value))),
            },
            Op::Empty => (Cmp::Eq, 0, None, false),
            Op::NotEmpty => (Cmp::Gt, 0, None, false),
            _ => return at("/op", Err(FieldProblem::new(place, "filter_wrong_operator").with("op", op_key(op)))),
        };
        let cond = Cond::Child(Child { object: child.ix, via, cond: Box::new(cond), agg, of, cmp, value: low, upper });
        Ok(if negated { cond.negate() } else { cond })
    }

    fn test(&self, object: &Object, path: &str, op: Op, value: &Json) -> Bound<Cond> {
        let unknown = || FieldProblem::new(path, "filter_unknown_field").with("field", path);
        if path == "id" {
            return self.ids(op, value);
        }
        let mut steps = Vec::new();
        let mut at = self.registry.at(object.ix);
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            let ix = at.field_ix(part).filter(|ix| self.rights.may_read(at.ix, *ix)).ok_or_else(unknown)?;
            let field = at.at(ix);
            if parts.peek().is_some() {
                let target = field.to.filter(|_| field.kind.is_link()).ok_or_else(unknown)?;
                if steps.len() >= 3 {
                    return Err(FieldProblem::new(path, "filter_too_deep").with("max", 3));
                }
                steps.push(Step { object: at.ix, field: ix, guard: self.rights.guard(target) });
                if parts.peek() == Some(&"id") {
                    return Err(unknown());
                }
                at = self.registry.at(target);
                continue;
            }
            let (is, negated) = self.leaf(field, path, op, value)?;
            let cond = match is {
                Some(is) => Cond::Test(Test { path: steps, object: at.ix, field: ix, is }),
                None => Cond::False,
            };
            return Ok(if negated { cond.negate() } else { cond });
        }
        Err(unknown())
    }

    fn ids(&self, op: Op, value: &Json) -> Bound<Cond> {
        let ids = list(value).iter().map(|v| id_of(v).ok_or_else(|| wrong("id", v))).collect::<Bound<Vec<_>>>()?;
        match op {
            Op::Is | Op::In => Ok(Cond::Ids(ids)),
            Op::IsNot | Op::NotIn => Ok(Cond::Ids(ids).negate()),
            _ => Err(FieldProblem::new("id", "filter_wrong_operator").with("op", op_key(op))),
        }
    }

    /// The positive test and whether it is to be negated; `None` matches nothing.
    fn leaf(&self, field: &Field, path: &str, op: Op, value: &Json) -> Bound<(Option<Is>, bool)> {
        if !Op::for_kind(field.kind).contains(&op) && !matches!(op, Op::Is | Op::IsNot | Op::In | Op::NotIn) {
            return Err(FieldProblem::new(path, "filter_wrong_operator").with("op", op_key(op)));
        }
        let negated = matches!(op, Op::IsNot | Op::NotIn | Op::NotContains | Op::Empty | Op::NotWithin);
        let is = match op {
            Op::Empty | Op::NotEmpty => Some(Is::Filled),
            Op::Is | Op::IsNot if value.is_null() => return Ok((Some(Is::Filled), op == Op::Is)),
            Op::Is | Op::IsNot | Op::In | Op::NotIn => self.equals(field, path, value)?,
            Op::CameFrom => {
                let stages = list(value).iter().map(|v| id_of(v).ok_or_else(|| wrong(path, v)));
                Some(Is::From(stages.collect::<Bound<_>>()?))
            }
            Op::Contains | Op::NotContains => Some(Is::Contains(needle(field, path, value)?)),
            Op::StartsWith => Some(Is::StartsWith(needle(field, path, value)?)),
            Op::Gt | Op::Gte | Op::Lt | Op::Lte => Some(self.compare(field, op, value)?),
            Op::Between => match value.as_array().map(Vec::as_slice) {
                Some([from, to]) => {
                    let (from, _) = self.ends(field, from)?;
                    let (to, to_open) = self.upper(field, to)?;
                    Some(Is::Range { from: Some(from), from_open: false, to: Some(to), to_open })
                }
                _ => return Err(wrong(path, value)),
            },
            Op::Within | Op::NotWithin => {
                let word = value.as_str().ok_or_else(|| wrong(path, value))?;
                if let Some(part) = Recurring::of(word) {
                    return Ok((Some(self.again(field, path, value, part)?), negated));
                }
                let range = Range::resolve(word, self.env.now.date()).ok_or_else(|| wrong(path, value))?;
                Some(self.days(field, range))
            }
        };
        Ok((is, negated))
    }

    fn equals(&self, field: &Field, path: &str, value: &Json) -> Bound<Option<Is>> {
        let values = list(value);
        if field.kind == FieldType::Choices {
            if values.len() > MAX_KEYS {
                return Err(FieldProblem::new(path, "too_many").with("max", MAX_KEYS));
            }
            let keys: Vec<_> = values.iter().map(|v| choice(field, path, v)).collect::<Bound<_>>()?;
            return Ok(match keys.as_slice() {
                [] => None,
                [key] => Some(Is::HasKey(key.clone())),
                // any of several keys: written as one alternative per key by the caller's SQL
                _ => Some(Is::In(keys.into_iter().map(Raw::Text).collect())),
            });
        }
        if field.kind.is_link() || field.kind == FieldType::Links {
            let mut ids = Vec::new();
            for v in values {
                match v.as_str() {
                    Some("me") => ids.extend(self.env.me),
                    Some("my_team") => ids.extend(&self.env.team),
                    _ => ids.push(id_of(v).ok_or_else(|| wrong(path, v))?),
                }
            }
            return Ok(match (field.kind, ids.as_slice()) {
                (_, []) => None,
                (FieldType::Links, _) => Some(Is::LinksTo(ids)),
                (_, [id]) => Some(Is::Eq(Raw::Int(*id))),
                _ => Some(Is::In(ids.into_iter().map(Raw::Int).collect())),
            });
        }
        match values {
            [] => Ok(None),
            [one] if matches!(field.kind, FieldType::DateTime | FieldType::Date) => {
                let (from, _) = self.ends(field, one)?;
                let (to, to_open) = self.upper(field, one)?;
                Ok(Some(Is::Range { from: Some(from), from_open: false, to: Some(to), to_open }))
            }
            [one] => Ok(Some(Is::Eq(self.scalar(field, one)?))),
            many => Ok(Some(Is::In(many.iter().map(|v| self.scalar(field, v)).collect::<Bound<_>>()?))),
        }
    }

    fn compare(&self, field: &Field, op: Op, value: &Json) -> Bound<Is> {
        let (start, _) = self.ends(field, value)?;
        let (end, end_open) = self.upper(field, value)?;
        let range = |from, from_open, to, to_open| Is::Range { from, from_open, to, to_open };
        Ok(match op {
            // `end_open` says that `end` is the first value after the day meant
            Op::Gt => range(Some(end), !end_open, None, false),
            Op::Gte => range(Some(start), false, None, false),
            Op::Lt => range(None, false, Some(start), true),
            _ => range(None, false, Some(end), end_open),
        })
    }

    /// Lowest stored value a written value means.
    fn ends(&self, field: &Field, value: &Json) -> Bound<(Raw, bool)> {
        if let Some(range) = self.relative(field, value) {
            let Is::Range { from: Some(from), .. } = self.days(field, range) else { return Err(wrong(&field.key, value)) };
            return Ok((from, false));
        }
        Ok((self.scalar(field, value)?, false))
    }

    /// Highest stored value a written value means; true when it is just outside.
    fn upper(&self, field: &Field, value: &Json) -> Bound<(Raw, bool)> {
        if let Some(range) = self.relative(field, value) {
            let Is::Range { to: Some(to), .. } = self.days(field, range) else { return Err(wrong(&field.key, value)) };
            return Ok((to, true));
        }
        Ok((self.scalar(field, value)?, false))
    }

    /// A relative word, or a plain day for a date-time field.
    fn relative(&self, field: &Field, value: &Json) -> Option<Range> {
        let text = value.as_str()?;
        match field.kind {
            FieldType::Date => Range::resolve(text, self.env.now.date()),
            FieldType::DateTime => Range::resolve(text, self.env.now.date()).or_else(|| {
                let from: Date = text.parse().ok().filter(|_| text.len() == 10)?;
                Some(Range { from, to: from.tomorrow().ok()? })
            }),
            _ => None,
        }
    }

    /// A part of the calendar that comes again, in the time of whoever asks.
    fn again(&self, field: &Field, path: &str, value: &Json, part: Recurring) -> Bound<Is> {
        let local = match field.kind {
            FieldType::DateTime => Local::between(self.env.now.time_zone(), Timestamp::UNIX_EPOCH, Timestamp::MAX),
            _ => Local::default(),
        };
        match part {
            Recurring::Weekday(n) => Ok(Is::Group(Slice::Weekday(local), n.into())),
            Recurring::Hour(n) if field.kind == FieldType::DateTime => Ok(Is::Group(Slice::Hour(local), n.into())),
            Recurring::Hour(_) => Err(wrong(path, value)),
        }
    }

    fn days(&self, field: &Field, range: Range) -> Is {
        let stored = |date: Date| match field.kind {
            FieldType::DateTime => Raw::Int(self.start_of(date).as_microsecond()),
            _ => Raw::Int(days(date)),
        };
        Is::Range { from: Some(stored(range.from)), from_open: false, to: Some(stored(range.to)), to_open: true }
    }

    fn start_of(&self, date: Date) -> Timestamp {
        date.to_zoned(self.env.now.time_zone().clone())
            .map_or_else(|_| if date < self.env.now.date() { Timestamp::MIN } else { Timestamp::MAX }, |z| z.timestamp())
    }

    /// One written value in stored (and comparable) form.
    fn scalar(&self, field: &Field, value: &Json) -> Bound<Raw> {
        use FieldType::*;
        let path = field.key.as_str();
        let text = || match value {
            serde_json::Value::String(s) if !s.contains('\0') => Ok(s.trim().to_string()),
            serde_json::Value::Number(n) => Ok(n.to_string()),
            _ => Err(wrong(path, value)),
        };
        Ok(match field.kind {
            Boolean => match value {
                serde_json::Value::Bool(b) => Raw::from(*b),
                serde_json::Value::String(s) if s == "true" || s == "false" => Raw::from(s == "true"),
                _ => return Err(wrong(path, value)),
            },
            Integer | Duration | Score | File => Raw::Int(text()?.parse().map_err(|_| wrong(path, value))?),
            FieldType::Decimal | Money | Percent => {
                Raw::Int(scaled(text()?.parse::<rust_decimal::Decimal>().map_err(|_| wrong(path, value))?))
            }
            FieldType::Date => Raw::Int(days(text()?.parse().map_err(|_| wrong(path, value))?)),
            DateTime => Raw::Int(text()?.parse::<Timestamp>().map_err(|_| wrong(path, value))?.as_microsecond()),
            Choice => Raw::Text(choice(field, path, value)?),
            Email => Raw::Text(text()?.to_lowercase()),
            Phone => {
                let typed = text()?;
                Raw::Text(crate::text::phone::parse(&typed, "ID").map_or(typed, |p| p.e164))
            }
            Link | Stage => Raw::Int(id_of(value).ok_or_else(|| wrong(path, value))?),
            _ => Raw::Text(comparable(field, &text()?)),
        })
    }
}

/// Text in the form in which the field compares.
pub(super) fn comparable(field: &Field, text: &str) -> String {
    match field.text_mode() {
        TextMode::Exact => text.into(),
        TextMode::Folded => fold(text),
        TextMode::Ascii => text.to_ascii_lowercase(),
    }
}

fn needle(field: &Field, path: &str, value: &Json) -> Bound<String> {
    let text = value.as_str().map(str::trim).filter(|s| !s.is_empty() && !s.contains('\0')).ok_or_else(|| wrong(path, value))?;
    if text.chars().count() > 200 {
        return Err(wrong(path, value));
    }
    Ok(match field.kind {
        FieldType::Email => text.to_lowercase(),
        // digits find a number however it is written; the trunk zero is not stored
        FieldType::Phone => {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            digits.strip_prefix('0').map_or(digits.clone(), Into::into)
        }
        _ => comparable(field, text),
    })
}

fn choice(field: &Field, path: &str, value: &Json) -> Bound<String> {
    let key = value.as_str().ok_or_else(|| wrong(path, value))?;
    match field.choice(key) {
        Some(_) => Ok(key.into()),
        None if field.open && !key.trim().is_empty() && !key.contains(['|', '\0']) => Ok(key.trim().into()),
        None => Err(FieldProblem::new(path, "filter_unknown_choice").with("value", key)),
    }
}

fn list(value: &Json) -> &[Json] {
    value.as_array().map_or_else(|| std::slice::from_ref(value), Vec::as_slice)
}

fn id_of(value: &Json) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.trim().parse().ok())
}

fn wrong(path: &str, value: &Json) -> FieldProblem {
    FieldProblem::new(path, "filter_wrong_value").with("value", value.as_str().map_or_else(|| value.to_string(), Into::into))
}

fn op_key(op: Op) -> String {
    serde_json::to_value(op).ok().and_then(|v| v.as_str().map(Into::into)).unwrap_or_default()
}
