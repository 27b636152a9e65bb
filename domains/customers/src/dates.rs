//! Important dates: when they come next, when their owner is reminded, and the greeting prepared by then.

use crate::keys::{self, contact, greeting, important_date as f, sensitive_fact as s};
use akrab_engine::contact::{Ask, Consent, Decision};
use akrab_engine::{ActionOutcome, ActionRun, Behaviour, Draft, ListRequest, Result, Tx};
use akrab_model::calendar::{HolidayKind, HolidayListDecl};
use akrab_model::filter::Op;
use akrab_model::{Filter, Problem, ProblemKind, Record, RecordId, Value};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value as Json, json};
use std::sync::LazyLock;

const WHY: &str = "important dates come round by themselves";
/// What somebody has to agree to before a greeting goes out.
const PURPOSE: &str = "greetings";
/// Records looked at in one step of the night.
const SOME: usize = 100;

/// Rules of important dates.
pub struct ImportantDates;

impl Behaviour for ImportantDates {
    fn object(&self) -> &'static str {
        keys::IMPORTANT_DATE
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        let (month, day) = (number(draft.get(f::MONTH)), number(draft.get(f::DAY)));
        // a leap year has every day there is
        if Date::new(2024, month.unwrap_or(1) as i8, day.unwrap_or(1) as i8).is_err() {
            return Err(draft.fault(f::DAY, "no_such_day"));
        }
        if draft.get(f::OCCASION).is_blank() || (draft.changed(f::KIND) && !draft.given.contains(f::OCCASION)) {
            let label = label_of(draft, f::KIND, tx);
            draft.set(f::OCCASION, Value::Text(label));
        }
        settle(draft, tx)
    }
}

/// Rules of sensitive facts, which may be days too.
pub struct SensitiveFacts;

impl Behaviour for SensitiveFacts {
    fn object(&self) -> &'static str {
        keys::SENSITIVE_FACT
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        settle(draft, tx)
    }
}

/// Verbs of greetings.
pub struct Greetings;

impl Behaviour for Greetings {
    fn object(&self) -> &'static str {
        keys::GREETING
    }

    fn act(&self, run: &ActionRun, tx: &mut Tx) -> Result<ActionOutcome> {
        let state = match run.key.as_str() {
            "delivery" => {
                may_go_out(&run.record, tx)?;
                "sent"
            }
            "dismissal" => "dropped",
            _ => return Err(Problem::not_found()),
        };
        tx.set_values(keys::GREETING, run.record.id, vec![(greeting::STATE, Value::Text(state.into()))])?;
        Ok(ActionOutcome { made: vec![(keys::GREETING.into(), run.record.id)] })
    }
}

/// A greeting goes out only with the consent of whoever it is for, by the same rules as every message.
fn may_go_out(record: &Record, tx: &mut Tx) -> Result<()> {
    let contact = record.link(greeting::CONTACT).ok_or_else(Problem::not_found)?;
    let channel = record.text(greeting::CHANNEL).to_string();
    let province = tx.find(keys::CONTACT, contact)?.map(|person| person.text("address_province").to_string()).filter(|p| !p.is_empty());
    let ask = Ask { person: (keys::CONTACT.into(), contact), purpose: PURPOSE.into(), channel, province, ..Ask::default() };
    let decided = tx.contact_decide(&ask).map_err(|problem| match problem.code {
        "contact_no_policy" => Problem::new(ProblemKind::Conflict, "greeting_without_policy"),
        _ => problem,
    });
    match decided?.decision {
        Decision::Allowed => Ok(()),
        Decision::Refused { .. } | Decision::Deferred { .. } => Err(Problem::new(ProblemKind::Conflict, "greeting_without_consent")),
    }
}

fn number(value: &Value) -> Option<i64> {
    if let Value::Int(n) = value { Some(*n) } else { None }
}

fn label_of(draft: &Draft, field: &str, tx: &Tx) -> String {
    let choice = draft.object.field(field).and_then(|field| field.choice(draft.get(field.key.as_str()).text()?));
    let lang = tx.engine.settings().lang;
    choice.map_or_else(|| draft.object.decl.label.get(lang.as_str()).to_string(), |choice| choice.label.get(lang.as_str()).to_string())
}

/// Works out the next day and its reminder; the contact's owner is the date's, unless another is named.
fn settle(draft: &mut Draft, tx: &mut Tx) -> Result<()> {
    if draft.is_new()
        && !draft.given.contains("owner")
        && let Some(person) = draft.after.link(f::CONTACT)
        && let Some(owner) = tx.find(keys::CONTACT, person)?.and_then(|person| person.link("owner"))
    {
        draft.set("owner", Value::Link(owner));
    }
    for (key, value) in coming(&draft.after, tx.ctx.now.date()) {
        draft.set(key, value);
    }
    Ok(())
}

/// The next day of a record from `today` on, and the day of its reminder.
pub fn coming(record: &Record, today: Date) -> [(&'static str, Value); 2] {
    let next = match record.object.key.as_str() {
        keys::SENSITIVE_FACT => feast(record.text(s::OBSERVES), today),
        _ => yearly(number(record.get(f::MONTH)), number(record.get(f::DAY)), today),
    };
    let before = number(record.get(f::DAYS_BEFORE)).unwrap_or_default();
    let day = |day: Option<Date>| day.map_or(Value::Null, Value::Date);
    [(f::NEXT_ON, day(next)), (f::REMIND_ON, day(next.map(|next| next.saturating_sub(before.days()))))]
}

/// The first such day from `today` on. 29 February is the 28th where the year has none.
fn yearly(month: Option<i64>, day: Option<i64>, today: Date) -> Option<Date> {
    let (month, day) = (i8::try_from(month?).ok()?, i8::try_from(day?).ok()?);
    let in_year = |year: i16| Date::new(year, month, day).or_else(|_| Date::new(year, month, day.min(28))).ok();
    in_year(today.year()).filter(|on| *on >= today).or_else(|| in_year(today.year() + 1))
}

/// Days of religious feasts, from the table of holidays that comes with the program.
static FEASTS: LazyLock<Vec<(&'static str, Date)>> = LazyLock::new(|| {
    let names = [
        ("idul_fitri", "Hari Raya Idul Fitri"),
        ("natal", "Hari Raya Natal"),
        ("nyepi", "Hari Suci Nyepi"),
        ("waisak", "Hari Raya Waisak"),
        ("imlek", "Tahun Baru Imlek"),
    ];
    let days = HolidayListDecl::indonesia().days.into_iter().filter(|day| day.kind == HolidayKind::National);
    days.filter_map(|day| Some((names.iter().find(|(_, name)| *name == day.name.id)?.0, day.date.parse().ok()?))).collect()
});

fn feast(key: &str, today: Date) -> Option<Date> {
    FEASTS.iter().filter(|(feast, on)| *feast == key && *on >= today).map(|(_, on)| *on).min()
}

/// Birthdays of contacts just made, or changed by hand, stand among their important dates.
pub(crate) fn birthdays(drafts: &[Draft], tx: &mut Tx) -> Result<()> {
    let object = tx.object(keys::IMPORTANT_DATE)?;
    let lang = tx.engine.settings().lang;
    let label = object.field(f::KIND).and_then(|kind| kind.choice("birthday")).map(|choice| choice.label.get(lang.as_str()).to_string());
    let today = tx.ctx.now.date();
    let mut made = Vec::new();
    for draft in drafts.iter().filter(|draft| draft.changed(contact::BIRTHDAY)) {
        let known = if draft.is_new() { None } else { birthday_of(tx, draft.after.id)? };
        let Value::Date(born) = draft.get(contact::BIRTHDAY) else {
            if let Some(known) = known {
                tx.as_system(WHY).delete(keys::IMPORTANT_DATE, known.id, None)?;
            }
            continue;
        };
        let told = [(f::DAY, i64::from(born.day())), (f::MONTH, i64::from(born.month())), (f::YEAR, i64::from(born.year()))];
        if let Some(known) = known {
            let values = told.map(|(key, n)| (key, Value::Int(n))).to_vec();
            tx.as_system(WHY).set_values(keys::IMPORTANT_DATE, known.id, values)?;
            continue;
        }
        let mut record = Record::new(object.clone(), 0, 0);
        for (key, n) in told {
            record.set(key, Value::Int(n));
        }
        record.set(f::CONTACT, Value::Link(draft.after.id));
        record.set(f::KIND, Value::Text("birthday".into()));
        record.set(f::OCCASION, Value::Text(label.clone().unwrap_or_default()));
        record.set(f::DAYS_BEFORE, Value::Int(7));
        record.set("owner", draft.get("owner").clone());
        for (key, value) in coming(&record, today) {
            record.set(key, value);
        }
        made.push(record);
    }
    if !made.is_empty() {
        tx.as_system(WHY).load(&object, made)?;
    }
    Ok(())
}

fn birthday_of(tx: &mut Tx, contact: RecordId) -> Result<Option<Record>> {
    let tests = [(f::CONTACT, json!(contact)), (f::KIND, json!("birthday"))];
    let filter = Filter::All(tests.into_iter().map(|(key, value)| Filter::test(key, Op::Is, value)).collect());
    let request = ListRequest { object: keys::IMPORTANT_DATE.into(), filter: Some(filter), limit: 1, ..ListRequest::default() };
    Ok(tx.as_system(WHY).list(&request)?.records.pop())
}

/// Dates that are over come round again, some of them; how many those were.
pub(crate) fn come_round(tx: &mut Tx) -> Result<usize> {
    let today = tx.ctx.now.date();
    let mut turned = 0;
    for object in [keys::IMPORTANT_DATE, keys::SENSITIVE_FACT] {
        let over = Filter::test(f::NEXT_ON, Op::Lt, today.to_string());
        let request = ListRequest { object: object.into(), filter: Some(over), limit: SOME, ..ListRequest::default() };
        for record in tx.list(&request)?.records {
            tx.set_values(object, record.id, coming(&record, today).to_vec())?;
            turned += 1;
        }
    }
    Ok(turned)
}

/// Prepares greetings for the days whose reminder has come, some of them; how many those were. Nothing is prepared for
/// whoever withdrew the consent: the reminder alone comes.
///
/// # Errors
/// What the database answers.
pub fn prepare(tx: &mut Tx) -> Result<usize> {
    let today = tx.ctx.now.date();
    let mut made = 0;
    for (object, via) in [(keys::IMPORTANT_DATE, greeting::OCCASION), (keys::SENSITIVE_FACT, greeting::FEAST)] {
        let none = Filter::Child {
            object: keys::GREETING.into(),
            via: via.into(),
            filter: Some(Box::new(Filter::test(greeting::ON, Op::Gte, today.to_string()))),
            agg: akrab_model::query::AggregateFn::Count,
            of: None,
            op: Op::Is,
            value: json!(0),
        };
        let near = Filter::All(vec![
            Filter::test(f::REMIND_ON, Op::Lte, today.to_string()),
            Filter::test(f::NEXT_ON, Op::Gte, today.to_string()),
            none,
        ]);
        let mut request = ListRequest { object: object.into(), filter: Some(near), limit: SOME, ..ListRequest::default() };
        loop {
            let page = tx.list(&request)?;
            for record in &page.records {
                made += usize::from(draft_greeting(tx, record, via)?);
            }
            if made > 0 || page.next.is_none() {
                break;
            }
            request.after = page.next;
        }
    }
    Ok(made)
}

fn draft_greeting(tx: &mut Tx, record: &Record, via: &str) -> Result<bool> {
    let Some(id) = record.link(f::CONTACT) else { return Ok(false) };
    let Some(person) = tx.find(keys::CONTACT, id)? else { return Ok(false) };
    let channel = match person.text(contact::PREFERRED_CHANNEL) {
        known @ ("whatsapp" | "email" | "phone") => known,
        _ if !person.text(contact::WHATSAPP).is_empty() => "whatsapp",
        _ => "email",
    };
    if tx.consent(keys::CONTACT, id, PURPOSE, channel)?.0 == Consent::Withdrawn {
        return Ok(false);
    }
    let english = person.text(contact::LANGUAGE) == "en";
    let occasion = occasion(record, english);
    let words =
        Some(record.text(f::GREETING)).filter(|text| !text.is_empty()).map_or_else(|| usual(english, record, &occasion), String::from);
    let input = json!({
        (greeting::SUBJECT): format!("{occasion}: {}", person.title()),
        (greeting::CONTACT): id,
        (via): record.id,
        (greeting::ON): record.get(f::NEXT_ON).to_json(),
        (greeting::CHANNEL): channel,
        (greeting::TEXT): fill(&words, &person),
        "owner": record.get("owner").to_json(),
    });
    let Json::Object(input) = input else { return Ok(false) };
    tx.create(keys::GREETING, &input)?;
    Ok(true)
}

fn occasion(record: &Record, english: bool) -> String {
    if record.object.key == keys::IMPORTANT_DATE && record.text(f::KIND) != "birthday" {
        return record.text(f::OCCASION).to_string();
    }
    let key = if record.object.key == keys::SENSITIVE_FACT { s::OBSERVES } else { f::KIND };
    let choice = record.object.field(key).and_then(|field| field.choice(record.text(key)));
    choice.map_or_else(String::new, |choice| if english { choice.label.en.clone() } else { choice.label.id.clone() })
}

fn usual(english: bool, record: &Record, occasion: &str) -> String {
    let birthday = record.object.key == keys::IMPORTANT_DATE && record.text(f::KIND) == "birthday";
    match (english, birthday) {
        (false, true) => "Yth. {honorific} {full_name}, selamat ulang tahun. Semoga sehat dan sukses selalu.".into(),
        (true, true) => "Dear {honorific} {full_name}, happy birthday. We wish you health and success.".into(),
        (false, false) => format!("Yth. {{honorific}} {{full_name}}, selamat {occasion}. Terima kasih atas kerja samanya."),
        (true, false) => format!("Dear {{honorific}} {{full_name}}, our best wishes for {occasion}. Thank you for working with us."),
    }
}

/// Puts a person's name into a text. A part that is empty leaves no double blank.
pub fn fill(text: &str, person: &Record) -> String {
    let nickname = Some(person.text(contact::NICKNAME)).filter(|name| !name.is_empty()).unwrap_or(person.title());
    let parts = [("{honorific}", person.text("name_honorific")), ("{full_name}", person.title()), ("{nickname}", nickname)];
    let filled = parts.iter().fold(text.to_string(), |text, (mark, words)| text.replace(mark, words));
    filled.lines().map(|line| line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_leap_day_is_kept_on_the_28th_where_there_is_none() {
        let next = |today| yearly(Some(2), Some(29), today);
        assert_eq!(next(date(2027, 1, 1)), Some(date(2027, 2, 28)));
        assert_eq!(next(date(2027, 3, 1)), Some(date(2028, 2, 29)));
        assert_eq!(next(date(2028, 2, 29)), Some(date(2028, 2, 29)));
        assert_eq!(next(date(2028, 3, 1)), Some(date(2029, 2, 28)));
    }

    #[test]
    fn feasts_follow_the_table_of_each_year() {
        assert_eq!(feast("natal", date(2026, 11, 23)), Some(date(2026, 12, 25)));
        assert_eq!(feast("idul_fitri", date(2025, 1, 1)), Some(date(2025, 3, 31)));
        assert_eq!(feast("", date(2026, 1, 1)), None);
    }
}
