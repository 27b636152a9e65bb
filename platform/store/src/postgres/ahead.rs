//! Statements that are asked ahead. A page asks some forty small things about one record, one after
//! another, and each journey costs more than its answer. What the last pages of a kind asked about
//! their record is remembered with the record's number left open; the next page of that kind sends it
//! all at once and finds the answers waiting. What a page asks differently is asked as ever, so a wrong
//! guess costs an unused answer and never a wrong one.

use crate::conn::Rows;
use akrab_model::Raw;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// Kinds of pages remembered; beyond that all are forgotten.
const MOST_KINDS: usize = 128;
/// Statements remembered of one kind.
const MOST_QUESTIONS: usize = 96;
/// What a statement gains when a page asks it and loses when a page does not: so what every third page
/// asks stays.
const GAIN: u8 = 2;
const LOSS: u8 = 1;
/// From here on it is asked ahead, and higher it does not rise.
const ENOUGH: u8 = 4;
const HIGHEST: u8 = 8;
/// Pages all looked at; later every so many.
const FIRST: u32 = 8;

/// A statement and its parameters.
pub(crate) type Question = (Arc<str>, Vec<Raw>);

/// A parameter of a statement to come.
#[derive(PartialEq, Eq)]
enum Slot {
    /// The number of the record that the page is about.
    About,
    Always(Raw),
}

struct Habit {
    sql: Arc<str>,
    slots: Vec<Slot>,
    weight: u8,
}

#[derive(Default)]
struct Kind {
    pages: u32,
    habits: Vec<Habit>,
}

/// What pages of each kind ask.
#[derive(Default)]
pub(crate) struct Habits(Mutex<HashMap<String, Kind>>);

/// One page's reading: what was asked ahead of it and what it asks.
pub(crate) struct Course {
    kind: String,
    about: i64,
    answers: Vec<(Question, Rows)>,
    asked: Vec<Question>,
}

impl Habits {
    /// What a page of this kind will probably ask about this record.
    pub fn of(&self, kind: &str, about: i64) -> Vec<Question> {
        let Ok(kinds) = self.0.lock() else { return Vec::new() };
        let Some(kind) = kinds.get(kind) else { return Vec::new() };
        let fill = |slot: &Slot| match slot {
            Slot::About => Raw::Int(about),
            Slot::Always(value) => value.clone(),
        };
        let likely = kind.habits.iter().filter(|habit| habit.weight >= ENOUGH);
        likely.map(|habit| (habit.sql.clone(), habit.slots.iter().map(fill).collect())).collect()
    }

    /// Learns from a page that was read.
    pub fn learn(&self, course: Course) {
        let Ok(mut kinds) = self.0.lock() else { return };
        if kinds.len() >= MOST_KINDS && !kinds.contains_key(&course.kind) {
            kinds.clear();
        }
        let kind = kinds.entry(course.kind).or_default();
        kind.pages = kind.pages.wrapping_add(1);
        if kind.pages > FIRST && !kind.pages.is_multiple_of(FIRST) {
            return;
        }
        let mut known: Vec<bool> = vec![false; kind.habits.len()];
        for (sql, params) in course.asked {
            let is = |raw: &Raw| if *raw == Raw::Int(course.about) { Slot::About } else { Slot::Always(raw.clone()) };
            let slots: Vec<Slot> = params.iter().map(is).collect();
            match kind.habits.iter().position(|habit| habit.sql == sql && habit.slots == slots) {
                Some(n) => {
                    if let Some(known) = known.get_mut(n) {
                        *known = true;
                    }
                }
                None => kind.habits.push(Habit { sql, slots, weight: GAIN }),
            }
        }
        for (habit, known) in kind.habits.iter_mut().zip(known) {
            habit.weight = if known { (habit.weight + GAIN).min(HIGHEST) } else { habit.weight.saturating_sub(LOSS) };
        }
        kind.habits.retain(|habit| habit.weight > 0);
        kind.habits.truncate(MOST_QUESTIONS);
    }
}

impl Course {
    pub fn new(kind: String, about: i64, answers: Vec<(Question, Rows)>) -> Self {
        Self { kind, about, answers, asked: Vec::new() }
    }

    /// The answer, when it was asked ahead. The same question asked again has the same answer.
    pub fn answer(&mut self, sql: &str, params: &[Raw]) -> Option<Rows> {
        let place = self.answers.iter().position(|((known, with), _)| **known == *sql && with == params);
        let known = place.and_then(|n| self.answers.get(n));
        let text = known.map_or_else(|| Arc::from(sql), |((text, _), _)| text.clone());
        if !self.asked.iter().any(|(asked, with)| **asked == *sql && with == params) {
            self.asked.push((text, params.to_vec()));
        }
        known.map(|(_, rows)| rows.clone())
    }

    /// What was asked ahead is not true any more.
    pub fn forget(&mut self) {
        self.answers.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page that asks these about a record.
    fn page(habits: &Habits, about: i64, asks: &[(&str, &[i64])]) -> Vec<String> {
        let ahead = habits.of("page", about);
        let told = ahead.iter().map(|(sql, params)| format!("{sql} {params:?}")).collect();
        let answers = ahead.into_iter().map(|question| (question, vec![vec![Raw::Int(about)]])).collect();
        let mut course = Course::new("page".into(), about, answers);
        for (sql, params) in asks {
            let params: Vec<Raw> = params.iter().map(|n| Raw::Int(*n)).collect();
            course.answer(sql, &params);
        }
        habits.learn(course);
        told
    }

    #[test]
    fn what_pages_ask_about_their_record_is_asked_ahead() {
        let habits = Habits::default();
        assert!(page(&habits, 8, &[("a", &[8]), ("b", &[8, 8]), ("moment", &[1])]).is_empty());
        assert!(page(&habits, 9, &[("a", &[9]), ("b", &[8, 9]), ("moment", &[2])]).is_empty());
        // the 8 of `b` stood for itself: the third page is the second that says so
        assert_eq!(page(&habits, 7, &[("a", &[7]), ("b", &[8, 7]), ("moment", &[3])]), ["a [Int(7)]"]);
        assert_eq!(page(&habits, 6, &[("a", &[6]), ("b", &[8, 6]), ("moment", &[4])]), ["a [Int(6)]", "b [Int(8), Int(6)]"]);
    }

    #[test]
    fn what_is_not_asked_any_more_is_forgotten() {
        let habits = Habits::default();
        for about in 1..=4 {
            page(&habits, about, &[("a", &[about]), ("b", &[about])]);
        }
        for about in 5..=120 {
            page(&habits, about, &[("b", &[about])]);
        }
        assert_eq!(page(&habits, 200, &[]), ["b [Int(200)]"]);
    }

    #[test]
    fn an_answer_is_for_the_same_question_only() {
        let question: Question = ("a".into(), vec![Raw::Int(1)]);
        let mut course = Course::new("page".into(), 1, vec![(question, vec![vec![Raw::Int(5)]])]);
        assert_eq!(course.answer("a", &[Raw::Int(2)]), None);
        assert_eq!(course.answer("b", &[Raw::Int(1)]), None);
        assert_eq!(course.answer("a", &[Raw::Int(1)]), Some(vec![vec![Raw::Int(5)]]));
        course.forget();
        assert_eq!(course.answer("a", &[Raw::Int(1)]), None);
    }
}
