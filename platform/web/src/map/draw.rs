//! The map as a page.

use crate::filter::tree;
use crate::filter::words::Titles;
use crate::list::address::Address;
use crate::list::state::Listing;
use crate::list::tools;
use crate::ui::button::Button;
use crate::ui::chart::{self, Tile};
use crate::ui::frame::tool_bar;
use crate::ui::icon::icon_sized;
use crate::ui::menu::{menu, menu_choice, menu_head, menu_line};
use crate::value::Look;
use akrab_engine::{Area, AreaFigures, Areas};
use akrab_model::area::{self, Province, Regency};
use akrab_model::object::{FieldRight, ViewKind};
use akrab_model::{Field, FieldType, Filter, format};
use maud::{Markup, html};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Words that are no province, told one by one.
const TOLD: usize = 8;

/// Tool bar, then the country or one province.
pub fn draw(listing: &Listing, titles: &Titles, areas: &Areas) -> Markup {
    let start = tools::start(listing, titles, html! {});
    let chosen = listing.address.area.as_deref().and_then(area::province);
    let page = Page { listing, areas, look: &listing.look };
    html! {
        div.ak-hide-phone { (tool_bar(start, by(listing))) }
        div.ak-list { div.ak-list-main { div.ak-map data-map {
            @match chosen {
                Some(province) => { (page.province(province)) }
                None => { (page.country()) }
            }
            p.ak-map-source { (listing.look.t.get("map-source")) }
        } } }
    }
}

/// The menu that chooses what the map goes by.
fn by(listing: &Listing) -> Markup {
    let words = listing.map.as_ref().map(|map| place_words(listing, &map.place)).unwrap_or_default();
    menu(&listing.look.t.with("map-by-field", &[("field", words.into())]), Some("map-pin"), choices(listing))
}

/// Addresses the map may go by, and numbers it may sum up.
pub fn choices(listing: &Listing) -> Markup {
    let Some(map) = &listing.map else { return html! {} };
    let (t, object) = (listing.look.t, &listing.object);
    let seen = |f: &&Field| object.field_ix(&f.key).is_some_and(|ix| listing.look.rights.field(object, ix) > FieldRight::Hidden);
    let numbers = object.fields.iter().filter(seen).filter(|f| f.kind.is_number() && f.kind != FieldType::Percent && !f.hidden);
    let at = || listing.address.first_page();
    html! {
        (menu_head(&t.get("map-place")))
        @for place in listing.look.registry.places(object) {
            (menu_choice(&place_words(listing, &place), &Address { place: Some(place.clone()), ..at() }.href(), place == map.place))
        }
        (menu_line()) (menu_head(&t.get("map-amount")))
        (menu_choice(&t.get("map-no-amount"), &Address { amount: Some(String::new()), ..at() }.href(), map.amount.is_none()))
        @for f in numbers { (menu_choice(f.label.get(listing.look.key()), &Address { amount: Some(f.key.clone()), ..at() }.href(), map.amount.as_ref() == Some(&f.key))) }
    }
}

/// "Alamat", "Perusahaan › Alamat".
fn place_words(listing: &Listing, place: &str) -> String {
    let lang = listing.look.key();
    let (mut at, mut words) = (listing.object.clone(), Vec::new());
    for part in place.split('.') {
        words.push(crate::value::label_of(&at, part, lang).to_string());
        if let Some(to) = at.field(part).and_then(|f| f.to) {
            at = listing.look.registry.at(to).clone();
        }
    }
    words.join(" › ")
}

struct Page<'a> {
    listing: &'a Listing,
    areas: &'a Areas,
    look: &'a Look,
}

impl Page<'_> {
    /// The list of the records behind a figure.
    fn list(&self, filter: &Filter) -> String {
        let both = tree::with(self.listing.filter.as_ref(), filter.clone());
        self.listing.address.with_kind(ViewKind::Table).with_filter(Some(&both.to_json())).href()
    }

    fn count(&self, n: i64) -> String {
        self.look.t.number(n)
    }

    fn sum(&self, figures: AreaFigures, short: bool) -> Option<String> {
        let (sum, kind) = (figures.sum?, self.areas.amount?);
        Some(amount(self.look, kind, sum, short))
    }

    /// "184 perusahaan · Rp 3,2 M".
    fn figures(&self, figures: AreaFigures) -> String {
        let count = format!("{} {}", self.count(figures.count), self.listing.records());
        self.sum(figures, true).map_or(count.clone(), |sum| format!("{count} · {sum}"))
    }

    /// What the steps go by: the sum where there is one, the count otherwise.
    fn worth(&self, figures: AreaFigures) -> f64 {
        match self.areas.amount {
            Some(_) => figures.sum.and_then(|sum| sum.to_f64()).unwrap_or_default(),
            None => figures.count as f64,
        }
    }

    fn worth_words(&self, value: f64) -> String {
        let value = Decimal::try_from(value).unwrap_or_default();
        match self.areas.amount {
            Some(kind) => amount(self.look, kind, value, true).trim_start_matches("Rp").trim().to_string(),
            None => self.look.t.number(value.to_i64().unwrap_or_default()),
        }
    }

    fn country(&self) -> Markup {
        let t = self.look.t;
        let of = |code: &str| self.areas.provinces.iter().find(|a| a.what.code == code);
        let values: Vec<f64> = area::provinces().iter().map(|p| of(p.code).map_or(0.0, |a| self.worth(a.figures))).collect();
        let (places, steps) = chart::steps(&values, &|value| self.worth_words(value));
        let tile = |(n, province): (usize, &Province)| {
            let area = of(province.code);
            let figures = area.map(|a| a.figures).unwrap_or_default();
            Tile {
                at: province.tile,
                letters: province.letters().into(),
                words: format!("{}: {}", province.name, self.figures(figures)),
                short: area.map_or_else(String::new, |a| self.worth_words(self.worth(a.figures))),
                step: places[n],
                href: area.map(|_| self.listing.address.with_area(Some(province.code)).href()),
                current: false,
            }
        };
        let tiles: Vec<Tile> = area::provinces().iter().enumerate().map(tile).collect();
        html! {
            div.ak-map-draw.ak-chart { (chart::tiles(&t.get("type-map"), &tiles, area::GRID, &steps)) }
            div.ak-map-side { (self.table(&t.get("map-province"), &self.rows())) (self.rest()) }
        }
    }

    /// Provinces with their figures, the largest first.
    fn rows(&self) -> Vec<(String, String, AreaFigures, Option<String>)> {
        let mut areas: Vec<&Area<Province>> = self.areas.provinces.iter().collect();
        areas.sort_by(|a, b| self.worth(b.figures).total_cmp(&self.worth(a.figures)).then(a.what.name.cmp(b.what.name)));
        let row = |a: &&Area<Province>| {
            (
                a.what.letters().to_string(),
                a.what.name.to_string(),
                a.figures,
                Some(self.listing.address.with_area(Some(a.what.code)).href()),
            )
        };
        areas.iter().map(row).collect()
    }

    fn table(&self, head: &str, rows: &[(String, String, AreaFigures, Option<String>)]) -> Markup {
        let t = self.look.t;
        let summed = self.areas.amount.is_some().then(|| self.listing.map.as_ref()?.amount.as_deref()).flatten();
        let summed = summed.and_then(|key| self.listing.object.field(key)).map(|f| f.label.get(self.look.key()).to_string());
        let records = self.listing.object.plural_label(self.look.key());
        html! {
            div.ak-table-wrap.ak-table-plain.ak-map-table tabindex="0" role="region" aria-label=(head) { table.ak-table {
                thead { tr { th scope="col" { (head) } th.ak-right scope="col" { (records) } @if let Some(words) = &summed { th.ak-right scope="col" { (words) } } } }
                tbody {
                    @for (letters, name, figures, href) in rows { tr {
                        td { @if !letters.is_empty() { span.ak-map-letters { (letters) } " " } @match href { Some(href) => { a.ak-link href=(href) { (name) } } None => { (name) } } }
                        td.ak-right data-label=(records) { (self.count(figures.count)) }
                        @if let Some(words) = &summed { td.ak-right data-label=(words) { (self.sum(*figures, true).unwrap_or_else(|| "—".into())) } }
                    } }
                    @if rows.is_empty() { tr { td colspan="3" { span.ak-muted { (t.get("map-nothing")) } } } }
                }
            } }
        }
    }

    /// What lies nowhere, or at a place nobody knows.
    fn rest(&self) -> Markup {
        let t = self.look.t;
        let areas = self.areas;
        let unknown: i64 = areas.unknown.iter().map(|(_, f)| f.count).sum();
        let lost = areas.nowhere.count + unknown;
        let told =
            areas.unknown.iter().take(TOLD).map(|(words, f)| format!("“{words}” ({})", self.count(f.count))).collect::<Vec<_>>().join(", ");
        html! {
            @if lost > 0 {
                div.ak-map-rest {
                    a.ak-link href=(self.list(&areas.lost)) { (t.with("map-lost", &[("n", lost.into())])) }
                    @if unknown > 0 { p.ak-muted.ak-small { (t.with("map-unknown", &[("words", told.into())])) } }
                }
            }
            @if areas.more { p.ak-notice data-tone="warn" { (t.get("map-more")) } }
        }
    }

    fn province(&self, province: &Province) -> Markup {
        let t = self.look.t;
        let here = self.areas.provinces.iter().find(|a| a.what.code == province.code);
        let figures = here.map(|a| a.figures).unwrap_or_default();
        let of = |code: &str| here.and_then(|a| a.regencies.iter().find(|r| r.what.code == code));
        let all: Vec<&Regency> = area::regencies(province.code).collect();
        let values: Vec<f64> = all.iter().map(|r| of(r.code).map_or(0.0, |a| self.worth(a.figures))).collect();
        let (places, steps) = chart::steps(&values, &|value| self.worth_words(value));
        let mut rows: Vec<_> = here.map_or(&[][..], |a| &a.regencies).iter().collect();
        rows.sort_by(|a, b| self.worth(b.figures).total_cmp(&self.worth(a.figures)).then(a.what.name.cmp(b.what.name)));
        let rows: Vec<_> = rows.iter().map(|a| (String::new(), a.what.name.to_string(), a.figures, Some(self.list(&a.filter)))).collect();
        html! {
            div.ak-map-draw {
                div.ak-map-head {
                    a.ak-link href=(self.listing.address.with_area(None).href()) { (icon_sized("chevron-left", 15)) (t.get("map-country")) }
                    h2 { (province.name) } span.ak-muted { (self.figures(figures)) }
                    @if let Some(here) = here { span.ak-spacer {} (Button::new(t.get("map-list")).icon("table-2").href(self.list(&here.filter))) }
                }
                ul.ak-area-grid {
                    @for (n, regency) in all.iter().enumerate() { li { (self.cell(regency, of(regency.code), places[n])) } }
                }
                @if !steps.is_empty() { ol.ak-tiles-key { @for (n, (from, to)) in steps.iter().enumerate() { li { span data-heat=(n + 1) {} (from) @if from != to { "–" (to) } } } } }
            }
            div.ak-map-side {
                (self.table(&t.get("map-regency"), &rows))
                @if let Some(lost) = here.map(|a| a.elsewhere.count).filter(|n| *n > 0) { p.ak-muted.ak-small.ak-map-rest { (t.with("map-elsewhere", &[("n", lost.into())])) } }
            }
        }
    }

    fn cell(&self, regency: &Regency, area: Option<&Area<Regency>>, step: u8) -> Markup {
        let name = regency.name.replacen("Kabupaten ", "Kab. ", 1).replacen("Administrasi ", "", 1);
        match area {
            Some(area) => html! {
                a.ak-regency data-heat=(step) href=(self.list(&area.filter)) title={ (regency.name) ": " (self.figures(area.figures)) } {
                    span { (name) } b { (self.worth_words(self.worth(area.figures))) }
                }
            },
            None => html! { div.ak-regency data-heat="0" title=(regency.name) { span { (name) } } },
        }
    }
}

fn amount(look: &Look, kind: FieldType, sum: Decimal, short: bool) -> String {
    match kind {
        FieldType::Money if short => format::money_short(sum, &look.currency, look.lang),
        FieldType::Money => format::money(sum, &look.currency, look.lang),
        FieldType::Duration => {
            look.t.with("total-hours", &[("n", look.t.number((sum / Decimal::from(60)).round().to_i64().unwrap_or_default()).into())])
        }
        _ => format::number(sum, look.lang),
    }
}
