//! Records counted by province and regency: maps of any object that has a place.
//!
//! Addresses are free text, so what is written there is recognised here ([`akrab_model::area`]). Each area carries the
//! filter that finds exactly the records counted in it, whatever they wrote.

use crate::write::Tx;
use crate::{Access, Ctx, Engine, Result};
use akrab_model::area::{Province, Regency, province_named, regency_named};
use akrab_model::filter::Op;
use akrab_model::object::MapDecl;
use akrab_model::report::{Function, Grouping, Measure, Part, Report, Slice};
use akrab_model::value::codec::unscaled;
use akrab_model::{FieldProblem, FieldType, Filter, Object, Problem, Raw};
use akrab_store::ReportQuery;
use rust_decimal::Decimal;
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Different written places looked at, at most.
pub const MOST_PLACES: usize = 20_000;
/// Names a filter lists at most.
const MOST_NAMES: usize = 500;

/// What a map shall show.
#[derive(Debug, Clone)]
pub struct AreaRequest {
    /// Key or plural of the object.
    pub object: String,
    pub filter: Option<Filter>,
    /// Words searched for.
    pub q: Option<String>,
    pub map: MapDecl,
}

/// Records by area.
#[derive(Debug, Clone)]
pub struct Areas {
    pub object: Arc<Object>,
    /// Every province in which there are any, by code.
    pub provinces: Vec<Area<Province>>,
    /// What is written where, but means no province: the words and their figures, the most frequent first.
    pub unknown: Vec<(String, Figures)>,
    /// Neither province nor city is known.
    pub nowhere: Figures,
    pub total: Figures,
    /// Not all written places were looked at.
    pub more: bool,
    /// The sum is of whole money, hours or the like: type of the number summed up.
    pub amount: Option<FieldType>,
    /// Finds the records without a place, and those whose place is not known.
    pub lost: Filter,
}

/// One area.
#[derive(Debug, Clone)]
pub struct Area<T: 'static> {
    pub what: &'static T,
    pub figures: Figures,
    /// Its cities and regencies in which there are any, by code.
    pub regencies: Vec<Area<Regency>>,
    /// In the province, but nobody knows where in it.
    pub elsewhere: Figures,
    /// Finds the records counted here.
    pub filter: Filter,
}

/// How many, and how much together.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Figures {
    pub count: i64,
    pub sum: Option<Decimal>,
}

impl Figures {
    fn take_in(&mut self, other: Figures) {
        self.count += other.count;
        if let Some(sum) = other.sum {
            self.sum = Some(self.sum.unwrap_or_default() + sum);
        }
    }
}

impl Engine {
    /// Records counted by province and regency.
    ///
    /// # Errors
    /// As [`Engine::list`]; `invalid` for a place that is no address or hidden.
    pub async fn areas(&self, ctx: &Ctx, request: AreaRequest) -> Result<Areas> {
        self.read(ctx, move |tx| tx.areas(&request)).await
    }
}

/// A written place: province and city as they stand there.
type Written = (Option<String>, Option<String>);

impl Tx<'_> {
    /// As [`Engine::areas`].
    ///
    /// # Errors
    /// As [`Engine::areas`].
    pub fn areas(&mut self, request: &AreaRequest) -> Result<Areas> {
        let object = self.object(&request.object)?;
        let amount = self.map_fields(&object, &request.map)?;
        let written = self.written(&object, request, amount)?;
        let more = written.len() >= MOST_PLACES;
        let place = Names::of(&request.map.place);
        let mut found: BTreeMap<&'static str, Counted> = BTreeMap::new();
        let (mut unknown, mut nowhere, mut total) = (BTreeMap::new(), Figures::default(), Figures::default());
        for ((province, city), figures) in written {
            total.take_in(figures);
            let known = province.as_deref().map(province_named);
            let town = |within| city.as_deref().and_then(|city| regency_named(within, city));
            let (area, regency) = match known {
                Some(Some(area)) => (Some(area), town(Some(area.code))),
                // a city is enough to know the province by
                None => town(None).map_or((None, None), |r| (akrab_model::area::province(r.province()), Some(r))),
                Some(None) => (None, None),
            };
            match area {
                Some(area) => found.entry(area.code).or_insert_with(|| Counted::new(area)).take_in(province, city, regency, figures),
                None => match province.or(city) {
                    Some(words) => unknown.entry(words).or_insert_with(Figures::default).take_in(figures),
                    None => nowhere.take_in(figures),
                },
            }
        }
        let provinces: Vec<Area<Province>> = found.into_values().map(|counted| counted.area(&place)).collect();
        let mut unknown: Vec<(String, Figures)> = unknown.into_iter().collect();
        unknown.sort_by(|a, b| b.1.count.cmp(&a.1.count).then(a.0.cmp(&b.0)));
        let lost = Filter::Not(Box::new(Filter::Any(provinces.iter().map(|area| area.filter.clone()).collect())));
        let amount = amount.map(|ix| object.at(ix).kind);
        Ok(Areas { object, provinces, unknown, nowhere, total, more, amount, lost })
    }

    /// Whether a map of the actor's may go by this place and number.
    pub fn map_fits(&self, object: &Object, map: &MapDecl) -> bool {
        self.map_fields(object, map).is_ok() && self.reads_place(object, &map.place)
    }

    /// Checks that a map may go by this place and this number, and that the actor may read them.
    ///
    /// # Errors
    /// `invalid` with the entry at fault.
    pub(crate) fn map_fields(&self, object: &Object, map: &MapDecl) -> Result<Option<akrab_model::FieldIx>> {
        if !self.registry.places(object).contains(&map.place) {
            return Err(Problem::invalid(vec![FieldProblem::new("place", "unknown_field").with("field", &map.place)]));
        }
        let Some(key) = &map.amount else { return Ok(None) };
        let ix = self.readable_field(object, key, "amount")?;
        if !object.at(ix).kind.is_number() {
            return Err(Problem::invalid(vec![FieldProblem::new("amount", "wrong_type").with("field", key)]));
        }
        Ok(Some(ix))
    }

    /// Whether the actor may know where records are: province and city of the place.
    pub fn reads_place(&self, object: &Object, place: &str) -> bool {
        let names = Names::of(place);
        [names.province, names.city].iter().all(|path| {
            let mut at = object;
            let mut parts = path.split('.').peekable();
            while let Some(part) = parts.next() {
                let seen = at.field_ix(part).filter(|ix| self.rights.field(at, *ix) > akrab_model::object::FieldRight::Hidden);
                let Some(ix) = seen else { return false };
                match (parts.peek(), at.at(ix).to) {
                    (None, _) => return true,
                    (Some(_), Some(to)) => at = self.registry.at(to),
                    (Some(_), None) => return false,
                }
            }
            false
        })
    }

    fn written(
        &mut self,
        object: &Arc<Object>,
        request: &AreaRequest,
        amount: Option<akrab_model::FieldIx>,
    ) -> Result<Vec<(Written, Figures)>> {
        let names = Names::of(&request.map.place);
        let group = |field: String| Grouping { field, ..Grouping::default() };
        let count = Measure { key: "n".into(), ..Measure::default() };
        let sum = request.map.amount.iter().map(|field| Measure {
            key: "sum".into(),
            function: Function::Sum,
            field: Some(field.clone()),
            ..Measure::default()
        });
        let report = Report {
            object: object.key.clone(),
            groups: vec![group(names.province), group(names.city)],
            measures: [count].into_iter().chain(sum).collect(),
            ..Report::default()
        };
        let bound = report.bind(&self.registry.clone(), &self.env(), &self.rights.clone())?;
        let cond = self.condition(object, request.filter.as_ref(), request.q.as_deref(), Access::Read)?;
        let registry = self.registry.clone();
        let key = format!("areas {} {:?} {:?} {cond:?}", object.key, bound.keys, bound.figures);
        let cells = self.figure(key, |tx| {
            let keys: Vec<_> = bound.keys.iter().map(|key| (&key.place, &Slice::Value)).collect();
            let query = ReportQuery { cond: &cond, keys: &keys, figures: &bound.figures, limit: MOST_PLACES, first: (0, true) };
            let cells = tx.conn.report(&registry, object, &query)?;
            Ok((cells.iter().map(|cell| u64::try_from(cell.count).unwrap_or_default()).sum(), cells))
        })?;
        let text = |raw: Option<&Raw>| raw.and_then(Raw::text).filter(|text| !text.trim().is_empty()).map(str::to_string);
        let kind = amount.map(|ix| object.at(ix).kind);
        let sum = |part: Option<&Part>| match (part, kind) {
            (Some(Part::Sum(Some(sum), _)), Some(FieldType::Money | FieldType::Decimal | FieldType::Percent)) => {
                i64::try_from(*sum).ok().map(unscaled)
            }
            (Some(Part::Sum(Some(sum), _)), Some(_)) => i64::try_from(*sum).ok().map(Decimal::from),
            _ => None,
        };
        let figures = |cell: &akrab_store::Cell| Figures { count: cell.count, sum: sum(cell.parts.get(1)) };
        Ok(cells.iter().map(|cell| ((text(cell.keys.first()), text(cell.keys.get(1))), figures(cell))).collect())
    }
}

/// Names of the fields a place is made of.
struct Names {
    province: String,
    city: String,
}

impl Names {
    fn of(place: &str) -> Names {
        Names { province: format!("{place}_province"), city: format!("{place}_city") }
    }
}

/// A province while its records are counted: what is written of it.
struct Counted {
    province: &'static Province,
    figures: Figures,
    elsewhere: Figures,
    /// Spellings of the province.
    names: Vec<String>,
    /// Cities that stand alone, without a province.
    alone: Vec<String>,
    regencies: BTreeMap<&'static str, (&'static Regency, Figures, Vec<String>, Vec<String>)>,
}

impl Counted {
    fn new(province: &'static Province) -> Counted {
        let none = Figures::default();
        Counted { province, figures: none, elsewhere: none, names: Vec::new(), alone: Vec::new(), regencies: BTreeMap::new() }
    }

    fn take_in(&mut self, province: Option<String>, city: Option<String>, regency: Option<&'static Regency>, figures: Figures) {
        let add = |names: &mut Vec<String>, name: &Option<String>| {
            if let Some(name) = name.as_ref().filter(|name| !names.contains(name)) {
                names.push(name.clone());
            }
        };
        self.figures.take_in(figures);
        let alone = province.is_none();
        if alone {
            add(&mut self.alone, &city)
        } else {
            add(&mut self.names, &province)
        }
        match regency {
            Some(regency) => {
                let known = self.regencies.entry(regency.code).or_insert_with(|| (regency, Figures::default(), Vec::new(), Vec::new()));
                known.1.take_in(figures);
                add(if alone { &mut known.3 } else { &mut known.2 }, &city);
            }
            None => self.elsewhere.take_in(figures),
        }
    }

    fn area(self, place: &Names) -> Area<Province> {
        let within = named(&place.province, &self.names);
        let filter = self.filter(place, within.as_ref(), &self.alone, None);
        let regencies = self
            .regencies
            .values()
            .map(|(regency, figures, cities, alone)| Area {
                what: *regency,
                figures: *figures,
                regencies: Vec::new(),
                elsewhere: Figures::default(),
                filter: self.filter(place, within.as_ref().filter(|_| !cities.is_empty()), alone, named(&place.city, cities).as_ref()),
            })
            .collect();
        Area { what: self.province, figures: self.figures, regencies, elsewhere: self.elsewhere, filter }
    }

    /// Records whose province is written so and whose city too, or whose city stands alone.
    fn filter(&self, place: &Names, within: Option<&Filter>, alone: &[String], city: Option<&Filter>) -> Filter {
        let both = within.map(|within| match city {
            Some(city) => Filter::All(vec![within.clone(), city.clone()]),
            None => within.clone(),
        });
        let empty = Filter::Test { field: place.province.clone(), op: Op::Empty, value: json!(null) };
        let alone = named(&place.city, alone).map(|cities| Filter::All(vec![empty, cities]));
        match (both, alone) {
            (Some(both), Some(alone)) => Filter::Any(vec![both, alone]),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => Filter::Any(Vec::new()),
        }
    }
}

/// The field holds one of these names.
fn named(field: &str, names: &[String]) -> Option<Filter> {
    let names: Vec<&String> = names.iter().take(MOST_NAMES).collect();
    match names.as_slice() {
        [] => None,
        [one] => Some(Filter::test(field, Op::Is, one.as_str())),
        many => Some(Filter::test(field, Op::In, json!(many))),
    }
}
