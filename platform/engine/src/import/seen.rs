//! What only a whole column tells: whether its dates begin with the month, by whose marks its numbers are written, and
//! which records of the file its links mean.

use super::plan::Plan;
use super::source::{self, Layout, Line};
use crate::Result;
use akrab_model::format::Lang;
use akrab_model::text::fold;
use akrab_model::{FieldType, Object};
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// What the columns of a file were seen to be.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Columns whose dates are written 12/31/2026.
    month_first: HashSet<usize>,
    /// Columns whose numbers are written as in this language, whoever reads them.
    marks: HashMap<usize, Lang>,
    /// How links call records that have a row of their own in this file.
    own: HashSet<String>,
}

/// Signs for and against a reading of a column.
#[derive(Default)]
struct Signs {
    first: bool,
    second: bool,
}

impl Seen {
    /// Reads the file once for its dates and numbers, and once more when links may point into it.
    ///
    /// # Errors
    /// As [`source::each`].
    pub fn of(path: &Path, layout: &Layout, plan: &Plan) -> Result<Seen> {
        let kind = |ix| plan.object.at(ix).kind;
        let dates: Vec<usize> =
            plan.fields.iter().filter(|(_, ix)| matches!(kind(*ix), FieldType::Date | FieldType::DateTime)).map(|(n, _)| *n).collect();
        let numbers: Vec<usize> =
            plan.fields.iter().filter(|(_, ix)| kind(*ix).is_number() && kind(*ix) != FieldType::Duration).map(|(n, _)| *n).collect();
        let inward = plan.inward();
        if dates.is_empty() && numbers.is_empty() && inward.is_empty() {
            return Ok(Seen::default());
        }
        let (mut days, mut marks): (HashMap<usize, Signs>, HashMap<usize, Signs>) = Default::default();
        let mut wanted: HashSet<String> = HashSet::new();
        rows(path, layout, &mut |line| {
            for column in &dates {
                days.entry(*column).or_default().day(&line.text(*column));
            }
            for column in &numbers {
                marks.entry(*column).or_default().number(&line.text(*column));
            }
            wanted.extend(inward.iter().map(|column| fold(&line.text(*column))).filter(|text| !text.is_empty()));
        })?;
        let sure = |signs: HashMap<usize, Signs>| signs.into_iter().filter(|(_, s)| s.first != s.second);
        let mut seen = Seen {
            month_first: sure(days).filter(|(_, s)| s.second).map(|(n, _)| n).collect(),
            marks: sure(marks).map(|(n, s)| (n, if s.first { Lang::Id } else { Lang::En })).collect(),
            own: HashSet::new(),
        };
        if !wanted.is_empty() {
            let names = plan.names();
            rows(path, layout, &mut |line| {
                seen.own.extend(names.iter().map(|column| fold(&line.text(*column))).filter(|text| wanted.contains(text)));
            })?;
        }
        Ok(seen)
    }

    /// Whether a record called so has a row in this file.
    pub fn has(&self, text: &str) -> bool {
        !self.own.is_empty() && self.own.contains(&fold(text))
    }

    /// Whether any link of the file points into it.
    pub fn is_inward(&self) -> bool {
        !self.own.is_empty()
    }

    /// By whose marks the numbers of a column are written, when it shows.
    pub fn marks(&self, column: usize) -> Option<Lang> {
        self.marks.get(&column).copied()
    }

    /// A day of this column with the day before the month.
    pub fn day(&self, column: usize, text: &str) -> Option<String> {
        let (day, rest) = split(text)?;
        let [month, day, year] = day;
        self.month_first.contains(&column).then(|| format!("{year}-{month:0>2}-{day:0>2}{rest}"))
    }
}

impl Signs {
    fn day(&mut self, text: &str) {
        let Some(([one, two, _], _)) = split(text) else { return };
        let beyond = |part: &str| part.parse::<u32>().is_ok_and(|n| n > 12);
        self.first |= beyond(one);
        self.second |= beyond(two);
    }

    /// `first`: a comma before the decimals, `second`: a point.
    fn number(&mut self, text: &str) {
        let text = text.trim_start_matches(|c: char| !c.is_ascii_digit());
        let count = |mark: char| text.matches(mark).count();
        let decimals = |mark: char| text.rsplit(mark).next().map_or(0, |rest| rest.chars().take_while(char::is_ascii_digit).count());
        match (count('.'), count(',')) {
            (0, 0) => {}
            (1, 0) => self.second |= decimals('.') != 3,
            (0, 1) => self.first |= decimals(',') != 3,
            (_, 0) => self.first = true,
            (0, _) => self.second = true,
            _ if text.rfind('.') > text.rfind(',') => self.second = true,
            _ => self.first = true,
        }
    }
}

/// `5/31/2026 17:00` as its three numbers and what follows them.
fn split(text: &str) -> Option<([&str; 3], &str)> {
    let text = text.trim();
    let (day, rest) = text.split_at(text.find([' ', ',']).unwrap_or(text.len()));
    let mut parts = day.split('/');
    let three = [parts.next()?, parts.next()?, parts.next()?];
    let digits = |part: &str, most: usize| (1..=most).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let fits = parts.next().is_none() && digits(three[0], 2) && digits(three[1], 2) && digits(three[2], 4) && three[2].len() == 4;
    fits.then_some((three, rest))
}

/// Every row below the header.
fn rows(path: &Path, layout: &Layout, take: &mut dyn FnMut(&Line)) -> Result<()> {
    let mut head = true;
    source::each(path, layout, &mut |line| {
        if !std::mem::take(&mut head) {
            take(&line);
        }
        Ok(true)
    })
}

impl Plan {
    /// Columns of links to records of the same kind.
    fn inward(&self) -> Vec<usize> {
        let plain = self.fields.iter().filter(|(n, ix)| self.is_inward(*ix) && !self.own_ids.contains(n)).map(|(n, _)| *n);
        let beside = self.linked.iter().filter(|l| l.target.ix == self.object.ix).flat_map(|l| l.columns.iter().map(|(n, _)| *n));
        plain.chain(beside).collect()
    }

    /// Columns by which a row's record may be called.
    fn names(&self) -> Vec<usize> {
        self.fields.iter().filter(|(_, ix)| is_name(&self.object, *ix)).map(|(n, _)| *n).collect()
    }
}

/// Whether records are called by what stands in this field.
pub(super) fn is_name(object: &Object, ix: akrab_model::FieldIx) -> bool {
    let field = object.at(ix);
    let sole = field.unique || object.decl.unique.iter().any(|set| *set == [field.key.clone()]);
    ix == object.title || super::parents::is_key(field.kind) || (field.kind == FieldType::Text && sole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_shows_how_its_days_and_numbers_are_written() {
        for (cells, first, second) in [
            (&["5/31/2026", "1/2/2026"][..], false, true),
            (&["31/5/2026", "1/2/2026 10:00"], true, false),
            (&["1/2/2026", "2026-05-31", "31.5.2026"], false, false),
        ] {
            let mut signs = Signs::default();
            cells.iter().for_each(|cell| signs.day(cell));
            assert_eq!((signs.first, signs.second), (first, second), "{cells:?}");
        }
        for (cells, first, second) in [
            (&["12,400", "95,570.69"][..], false, true),
            (&["Rp 12.400", "Rp 1.500.000"], true, false),
            (&["1.500", "1,500", "7"], false, false),
            (&["15000000.0"], false, true),
        ] {
            let mut signs = Signs::default();
            cells.iter().for_each(|cell| signs.number(cell));
            assert_eq!((signs.first, signs.second), (first, second), "{cells:?}");
        }
    }
}
