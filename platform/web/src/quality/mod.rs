//! How good the data are: what is filled and what is still fresh, by field, by person and by team. Every figure leads to its
//! records.

use crate::fail::{Reply, encode};
use crate::route::{Router, get};
use crate::state::Nav;
use crate::ui::button::Button;
use crate::ui::empty::{Empty, empty};
use crate::ui::frame::{TopBar, content};
use crate::ui::progress::progress_with_figure;
use crate::ui::setting::setting;
use crate::ui::sidebar::NavItem;
use crate::ui::table::plain_table;
use crate::ui::tag::Tone;
use crate::value::Look;
use crate::visit::Visit;
use akrab_engine::fresh::FreshField;
use akrab_engine::{GroupRow, ListRequest, Result, Tx};
use akrab_model::filter::Op;
use akrab_model::object::Scope;
use akrab_model::{Filter, Object, Value};
use maud::{Markup, html};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Addresses of the figures.
#[inline(always)]
pub fn routes() -> Router {
    Router::new().route("/quality", get(show))
}

/// Field in which objects keep how much of a record is filled.
const COMPLETENESS: &str = "completeness";
/// People shown for an object.
const PEOPLE: usize = 20;

/// Objects whose fields are asked about, as far as the person may see them.
fn objects(tx: &Tx) -> Vec<Arc<Object>> {
    let asked = |object: &&Arc<Object>| object.fields.iter().any(|field| field.confirms.is_some()) || object.field(COMPLETENESS).is_some();
    let seen = |object: &&Arc<Object>| {
        !object.is_system() && !object.decl.hidden && tx.rights.scope(object, akrab_engine::Access::Read) > Scope::None
    };
    tx.registry.objects().filter(seen).filter(asked).cloned().collect()
}

/// The entry of the side bar.
pub fn nav(tx: &mut Tx, look: &Look) -> Vec<Nav> {
    if objects(tx).is_empty() {
        return Vec::new();
    }
    crate::report::entry(tx, 42, NavItem::new("badge-check", look.t.get("quality"), "/quality"))
}

/// One field over all records.
struct OfField {
    field: FreshField,
    filled: u64,
    fresh: u64,
}

/// Names of teams.
type Teams = BTreeMap<i64, String>;

/// What one person has.
#[derive(Default)]
struct OfOwner {
    records: u64,
    filled: u64,
    fresh: u64,
    complete: Option<i64>,
}

/// The figures of one object.
struct Figures {
    object: Arc<Object>,
    records: u64,
    complete: Option<i64>,
    fields: Vec<OfField>,
    owners: BTreeMap<Option<i64>, OfOwner>,
}

fn filled(object: &Object, field: &FreshField) -> Filter {
    let any = field.parts.iter().filter(|key| object.field(key).is_some());
    Filter::Any(any.map(|key| Filter::test(key, Op::NotEmpty, true)).collect())
}

fn in_time(object: &Object, field: &FreshField, op: Op) -> Filter {
    // through day d + n: with today so many days and one
    Filter::test(&object.at(field.at).key, op, format!("last_{}_days", field.days + 1))
}

fn stale(object: &Object, field: &FreshField) -> Filter {
    Filter::All(vec![filled(object, field), in_time(object, field, Op::NotWithin)])
}

impl Figures {
    fn load(tx: &mut Tx, object: Arc<Object>) -> Result<Figures> {
        let complete = tx.rights.readable(&object).iter().any(|ix| object.at(*ix).key == COMPLETENESS);
        let totals: Vec<String> = if complete { vec![format!("{COMPLETENESS}:avg")] } else { Vec::new() };
        let request = |filter: Option<Filter>| ListRequest { object: object.key.clone(), filter, ..ListRequest::default() };
        let mean = |totals: &[akrab_engine::Total]| match totals.first().map(|total| &total.value) {
            Some(Value::Int(n)) => Some(*n),
            Some(Value::Dec(d)) => d.round().to_string().parse().ok(),
            _ => None,
        };
        let mut owners: BTreeMap<Option<i64>, OfOwner> = BTreeMap::new();
        let by_owner = |tx: &mut Tx, filter: Option<Filter>, totals: &[String]| -> Result<Vec<GroupRow>> {
            if object.owner.is_some() { tx.groups(&request(filter), "owner", None, totals) } else { Ok(Vec::new()) }
        };
        let (mut whole, mut parts) = (0, 0_i64);
        for group in by_owner(tx, None, &totals)? {
            let one = owners.entry(group.key.int()).or_default();
            one.records = group.count;
            one.complete = mean(&group.totals);
            whole += group.count;
            parts += one.complete.unwrap_or_default() * group.count as i64;
        }
        let mut fields = Vec::new();
        for field in tx.fresh_fields(&object)?.into_iter().filter(|field| field.days > 0) {
            let (mut known, mut fresh) = (0, 0);
            for group in by_owner(tx, Some(filled(&object, &field)), &[])? {
                owners.entry(group.key.int()).or_default().filled += group.count;
                known += group.count;
            }
            let filter = Filter::All(vec![filled(&object, &field), in_time(&object, &field, Op::Within)]);
            for group in by_owner(tx, Some(filter), &[])? {
                owners.entry(group.key.int()).or_default().fresh += group.count;
                fresh += group.count;
            }
            fields.push(OfField { field, filled: known, fresh });
        }
        let complete = complete.then(|| if whole == 0 { 0 } else { parts / whole as i64 });
        Ok(Figures { object: object.clone(), records: whole, complete, fields, owners })
    }
}

async fn show(visit: Visit) -> Reply {
    let t = visit.t;
    let read = visit.read(|tx| {
        let all = objects(tx).into_iter().map(|object| Figures::load(tx, object)).collect::<Result<Vec<_>>>()?;
        let request = ListRequest { object: "team".into(), limit: 200, ..ListRequest::default() };
        let teams = tx.list(&request).map(|list| list.records).unwrap_or_default();
        Ok((all, teams.iter().map(|team| (team.id, team.title().to_string())).collect::<Teams>()))
    });
    let (all, teams) = read.await?;
    let mut frame = visit.frame(&t.get("quality")).await;
    frame.top = TopBar::Lined;
    if visit.ctx.is_admin() {
        frame.actions = Some(html! { (Button::new(t.get("quality-ages")).icon("settings").ghost().href("/settings/freshness")) });
    }
    let look = visit.look();
    let body = if all.iter().all(|one| one.records == 0) {
        empty(&Empty { icon: "badge-check".into(), title: t.get("quality-none"), text: t.get("quality-text"), ..Empty::default() })
    } else {
        content(false, html! { div.ak-stack { p.ak-muted { (t.get("quality-text")) } @for one in &all { (drawn(&look, one, &teams)) } } })
    };
    visit.page(&frame, body)
}

fn drawn(look: &Look, figures: &Figures, names: &Teams) -> Markup {
    let t = look.t;
    let words = match figures.complete {
        Some(n) => t.with("quality-of", &[("n", t.number(figures.records as i64).into()), ("share", n.into())]),
        None => t.with("quality-count", &[("n", t.number(figures.records as i64).into())]),
    };
    setting(
        look.plural(&figures.object),
        &words,
        true,
        html! {
            div.ak-audit { (fields_table(look, figures)) }
            @if figures.owners.len() > 1 { div.ak-audit { (teams_table(look, figures, names)) } div.ak-audit { (people_table(look, figures)) } }
        },
    )
}

fn share(part: u64, whole: u64) -> u8 {
    (part * 100).checked_div(whole).map_or(0, |share| u8::try_from(share).unwrap_or(100))
}

fn bar(label: &str, percent: u8) -> Markup {
    let tone = if percent >= 80 {
        Tone::Ok
    } else if percent >= 50 {
        Tone::Warn
    } else {
        Tone::Bad
    };
    progress_with_figure(label, percent, tone)
}

fn link(t: crate::locale::Text, object: &Object, n: u64, filter: &Filter) -> Markup {
    let href = format!("/{}?filter={}", object.plural, encode(&filter.to_json().to_string()));
    html! { @if n == 0 { span.ak-faint { "0" } } @else { a.ak-link href=(href) { (t.number(n as i64)) } } }
}

fn fields_table(look: &Look, figures: &Figures) -> Markup {
    let (t, object) = (look.t, &*figures.object);
    let heads =
        ["quality-field", "quality-age", "quality-filled", "quality-missing", "quality-fresh", "quality-stale"].map(|key| t.get(key));
    let widths = [None, Some(130), Some(170), Some(120), Some(170), Some(140)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (label, width))| (label.as_str(), n == 3 || n == 5, width)).collect();
    let rows: Vec<Vec<Markup>> = figures
        .fields
        .iter()
        .map(|one| {
            let label = one.field.label.get(look.key());
            let missing = Filter::All(one.field.parts.iter().map(|key| Filter::test(key, Op::Empty, true)).collect());
            vec![
                html! { b { (label) } },
                html! { (t.with("quality-days", &[("n", i64::from(one.field.days).into())])) },
                bar(&t.get("quality-filled"), share(one.filled, figures.records)),
                link(t, object, figures.records - one.filled.min(figures.records), &missing),
                bar(&t.get("quality-fresh"), share(one.fresh, one.filled)),
                link(t, object, one.filled - one.fresh.min(one.filled), &stale(object, &one.field)),
            ]
        })
        .collect();
    plain_table(look.plural(object), &heads, &rows, None)
}

/// Filter of the records of which anything is stale.
fn any_stale(figures: &Figures, more: Filter) -> Filter {
    let any = figures.fields.iter().map(|one| stale(&figures.object, &one.field)).collect();
    Filter::All(vec![more, Filter::Any(any)])
}

fn figures_row(look: &Look, figures: &Figures, name: Markup, one: &OfOwner, mine: Filter) -> Vec<Markup> {
    let t = look.t;
    let stale = one.filled - one.fresh.min(one.filled);
    vec![
        name,
        link(t, &figures.object, one.records, &mine),
        one.complete.map_or_else(|| html! { "—" }, |n| bar(&t.get("quality-complete"), u8::try_from(n.clamp(0, 100)).unwrap_or_default())),
        bar(&t.get("quality-fresh"), share(one.fresh, one.filled)),
        link(t, &figures.object, stale, &any_stale(figures, mine)),
    ]
}

fn table(look: &Look, first: &str, rows: &[Vec<Markup>]) -> Markup {
    let t = look.t;
    let heads = [first, "quality-records", "quality-complete", "quality-fresh", "quality-stale-values"].map(|key| t.get(key));
    let widths = [None, Some(110), Some(190), Some(190), Some(160)];
    let heads: Vec<_> = heads.iter().zip(widths).enumerate().map(|(n, (label, width))| (label.as_str(), n == 1 || n == 4, width)).collect();
    plain_table(&t.get(first), &heads, rows, None)
}

fn people_table(look: &Look, figures: &Figures) -> Markup {
    let mut rows: Vec<_> = figures.owners.iter().collect();
    rows.sort_by_key(|(_, one)| std::cmp::Reverse(one.records));
    let row = |(owner, one): &(&Option<i64>, &OfOwner)| {
        let name = owner.and_then(|id| look.people.name(id)).unwrap_or_else(|| look.t.get("quality-nobody"));
        let mine = owner.map_or_else(|| Filter::test("owner", Op::Empty, true), |id| Filter::test("owner", Op::Is, id));
        figures_row(look, figures, html! { (name) }, one, mine)
    };
    table(look, "quality-person", &rows.iter().take(PEOPLE).map(row).collect::<Vec<_>>())
}

fn teams_table(look: &Look, figures: &Figures, names: &Teams) -> Markup {
    let mut teams: BTreeMap<i64, (OfOwner, Vec<i64>, i64)> = BTreeMap::new();
    for (owner, one) in &figures.owners {
        let Some(id) = owner else { continue };
        let Some(team) = look.people.user(*id).and_then(|person| person.team) else { continue };
        let (sum, members, parts) = teams.entry(team).or_default();
        sum.records += one.records;
        sum.filled += one.filled;
        sum.fresh += one.fresh;
        *parts += one.complete.unwrap_or_default() * one.records as i64;
        members.push(*id);
    }
    let rows: Vec<Vec<Markup>> = teams
        .into_iter()
        .map(|(team, (mut sum, members, parts))| {
            sum.complete = figures.complete.map(|_| parts / (sum.records as i64).max(1));
            let name = names.get(&team).cloned().unwrap_or_default();
            let mine = Filter::test("owner", Op::In, members);
            figures_row(look, figures, html! { (name) }, &sum, mine)
        })
        .collect();
    if rows.is_empty() {
        html! {}
    } else {
        table(look, "quality-team", &rows)
    }
}
