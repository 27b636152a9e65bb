//! The list page: one reading, then the drawing.

use super::address::Address;
use super::group::{self, Part};
use super::head;
use super::rows::{self, Drawing};
use super::state::{Listing, ROWS};
use super::{count, empty, tools};
use crate::board;
use crate::cookie::{self, Keep};
use crate::filter::words::{Titles, titles};
use crate::filter::{builder, chips, tree};
use crate::ui::bulk::{BulkAction, bulk_bar, list_body};
use crate::ui::button::Button;
use crate::ui::frame::{Crumb, Frame};
use crate::ui::pager::{Pager, pager};
use crate::ui::table::{Column, Line, Table, table};
use crate::{Reply, Visit};
use akrab_engine::{Access, Board, List, ListRequest, Result, Rights, Total, Tx};
use akrab_model::object::{Scope, ViewKind};
use akrab_model::{Count, Filter};
use axum::extract::{Path, Query};
use axum::http::header;
use axum::response::{IntoResponse, Redirect};
use maud::{Markup, html};

/// Cookie that remembers how many rows a person wants.
const ROWS_COOKIE: &str = "akrab_rows";

/// Everything a list page shows.
pub struct Read {
    pub listing: Listing,
    pub titles: Titles,
    pub count: Count,
    pub body: Body,
    /// Records of the object as such, when none matched.
    pub any: bool,
}

pub enum Body {
    Table { list: List, totals: Option<Vec<Total>>, groups: Option<Vec<Part>> },
    Board(Box<Board>),
    Calendar(Box<crate::calendar::Shown>),
    Map(Box<akrab_engine::Areas>),
}

/// `GET /{plural}`.
pub async fn show(visit: Visit, Path(plural): Path<String>, Query(pairs): Query<Vec<(String, String)>>) -> Reply {
    let object = visit.object(&plural)?;
    if object.plural != plural || object.is_system() {
        return Err(akrab_model::Problem::not_found().into());
    }
    let address = Address::read(&plural, &pairs);
    if let Some(href) = folded(&visit, &object, &address, &pairs).await? {
        return Ok(Redirect::to(&href).into_response());
    }
    let rows = cookie::get(&visit.web.config, &visit.facts.headers, ROWS_COOKIE).and_then(|v| v.parse().ok());
    let chosen = address.limit.filter(|n| ROWS.contains(n) && Some(*n) != rows);
    let look = visit.look();
    let read = visit
        .read(move |tx| {
            let listing = Listing::resolve(tx, &look, object, address, rows)?;
            read(tx, listing)
        })
        .await?;
    let mut response = draw(&visit, &read).await?;
    if let Some(limit) = chosen {
        let value = cookie::set(&visit.web.config, ROWS_COOKIE, &limit.to_string(), Keep::For(31_536_000));
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// The address with a quick filter, or a condition of the form without script, folded into its filter.
async fn folded(
    visit: &Visit,
    object: &std::sync::Arc<akrab_model::Object>,
    address: &Address,
    pairs: &[(String, String)],
) -> Result<Option<String>, crate::Fail> {
    let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim()).filter(|v| !v.is_empty());
    // a quick filter takes the place of what its field had; the form only ever adds
    let mut join: fn(Option<&Filter>, Filter) -> Filter = tree::with;
    let more = match (get("quick"), get("add-field"), get("add-op")) {
        (Some(quick), _, _) => chips::read_quick(quick),
        (None, Some(field), Some(op)) if get("add-value").is_some() || op.ends_with("empty") => {
            join = tree::and;
            let op = serde_json::from_value(op.into()).map_err(|_| akrab_model::Problem::malformed("filter_unknown_operator"))?;
            Some(Filter::test(field, op, get("add-value").unwrap_or_default()))
        }
        _ => None,
    };
    let Some(more) = more else { return Ok(None) };
    let (look, object, own) = (visit.look(), object.clone(), address.clone());
    let filter = visit
        .read(move |tx| {
            let listing = Listing::resolve(tx, &look, object.clone(), own, None)?;
            let joined = join(listing.filter.as_ref(), more).to_json().to_string();
            tree::read(&tx.registry.clone(), &object, &tx.parse_env(), &joined)
        })
        .await?;
    Ok(Some(address.with_filter(filter.map(|f| f.to_json()).as_ref()).href()))
}

/// Reads all a page shows.
fn read(tx: &mut Tx, listing: Listing) -> Result<Read> {
    let titles = match &listing.filter {
        Some(filter) => titles(&listing.look, tx, &listing.object, filter)?,
        None => Titles::new(),
    };
    let request = listing.request();
    let (count, body) = if listing.state.kind == ViewKind::Board {
        let board = tx.board(&board::request(&listing))?;
        let count = board.lanes.iter().filter(|l| l.category == "open").map(|l| l.count).sum();
        (Count::Exact(count), Body::Board(Box::new(board)))
    } else if let (ViewKind::Calendar, Some(calendar)) = (listing.state.kind, &listing.calendar) {
        let shown = crate::calendar::read(tx, &listing, calendar)?;
        (tx.count(&request, false)?, Body::Calendar(Box::new(shown)))
    } else if let (ViewKind::Map, Some(map)) = (listing.state.kind, &listing.map) {
        let areas = tx.areas(&crate::map::request(&listing, map))?;
        (tx.count(&request, false)?, Body::Map(Box::new(areas)))
    } else {
        let count = tx.count(&request, false)?;
        // sums over very many rows come a moment after the page
        let totals = match count {
            Count::Exact(_) if !listing.state.totals.is_empty() => Some(tx.totals(&request, &listing.state.totals)?),
            _ => None,
        };
        let groups = if listing.group().is_some() { Some(group::read(tx, &listing)?) } else { None };
        let list = match &groups {
            Some(_) => List {
                object: listing.object.clone(),
                columns: Vec::new(),
                records: Vec::new(),
                next: None,
                previous: None,
                editable: std::collections::HashSet::new(),
            },
            None => tx.list(&request)?,
        };
        (count, Body::Table { list, totals, groups })
    };
    // a board counts what is open: with everything closed there is still a board
    let narrowed = listing.filter.is_some() || listing.address.q.is_some() || listing.state.kind == ViewKind::Board;
    let any = count.shown() > 0 || (narrowed && has_any(tx, &listing)?);
    Ok(Read { listing, titles, count, body, any })
}

/// Whether the reader may see any record of the object at all.
fn has_any(tx: &mut Tx, listing: &Listing) -> Result<bool> {
    let request = ListRequest {
        object: listing.object.key.clone(),
        columns: vec![listing.object.title_field().key.clone()],
        limit: 1,
        ..ListRequest::default()
    };
    Ok(!tx.list(&request)?.records.is_empty())
}

async fn draw(visit: &Visit, read: &Read) -> Reply {
    let listing = &read.listing;
    let rights = visit.rights();
    let frame = frame(visit, listing, &rights).await;
    let words = head::count_words(&listing.look, read.count);
    let tabs = tools::views(visit, listing, Some(&words));
    let note = left_out(listing);
    if !read.any {
        let sample = crate::settings::sample::offered(visit).await?;
        return visit.page(&frame, html! { (tabs) (empty::object(visit, &listing.object, &rights, sample)) });
    }
    let body = match &read.body {
        Body::Board(board) => board::draw(visit, listing, &rights, &read.titles, board),
        Body::Calendar(shown) => crate::calendar::draw(visit, listing, &rights, &read.titles, shown),
        Body::Map(areas) => crate::map::draw(listing, &read.titles, areas),
        Body::Table { list, totals, groups } => html! {
            (tools::bar(listing, &read.titles, &summary(listing, &words, totals.as_deref()), &visit.csrf))
            @if read.count.shown() == 0 {
                (empty::filtered(listing))
            } @else {
                (table_body(visit, listing, &rights, read.count, list, totals.as_deref(), groups.as_deref()))
            }
        },
    };
    visit.page(&frame, html! { (tabs) (note) (body) (builder::mount(&listing.address)) })
}

/// Says that the view shows less than whoever saved it meant.
fn left_out(listing: &Listing) -> Markup {
    html! {
        @if listing.left_out { p.ak-notice.ak-view-note data-tone="warn" role="status" { (listing.look.t.get("view-left-out")) } }
    }
}

/// "1.284 perusahaan · Rp 38,4 M".
fn summary(listing: &Listing, count: &str, totals: Option<&[Total]>) -> String {
    let figure = totals.and_then(|t| t.first()).and_then(|total| {
        let field = listing.object.field(total.field.as_deref()?)?;
        let words = head::total_value(&listing.look, field, total)?;
        // a sum speaks for itself, any other figure says what it is
        let summed = total.function == akrab_model::query::AggregateFn::Sum;
        Some(if summed { words } else { format!("{} {words}", listing.look.t.get(head::function_key(total.function)).to_lowercase()) })
    });
    let records = listing.records();
    figure.map_or_else(|| format!("{count} {records}"), |figure| format!("{count} {records} · {figure}"))
}

/// The frame of a list: breadcrumb, star, import, menu, the one filled button.
pub async fn frame(visit: &Visit, listing: &Listing, rights: &Rights) -> Frame {
    let t = visit.t;
    let object = &listing.object;
    let mut frame = visit.frame(object.plural_label(visit.lang())).await;
    if let Some(group) = t.find(&format!("group-{}", object.decl.group), &[]) {
        frame.breadcrumb.push(Crumb { label: group, href: None });
    }
    let pin = format!("/{}/views/{}/pin", object.plural, listing.view().key);
    frame.beside_title = Some(crate::ui::frame::star(t, &pin, &visit.csrf, listing.pinned));
    let create = rights.may_create(object);
    let new = format!("/{}/new", object.plural);
    frame.actions = Some(html! {
        @if create && listing.state.kind == ViewKind::Table {
            span.ak-hide-phone { (Button::new(t.get("list-import")).icon("upload").href(format!("/{}/import", object.plural))) }

        }
        (tools::phone_filter(listing))
        (tools::more(listing, rights))
        @if create {
            (Button::new(super::tools::new_words(visit.t, object))
                .primary().icon("plus").key("C").href(new.clone()).attr("data-dialog-href", new.clone()))
        }
    });
    frame.create_href = create.then_some(new);
    crate::live::on(&mut frame, &object.key);
    frame
}

fn table_body(
    visit: &Visit,
    listing: &Listing,
    rights: &Rights,
    count: Count,
    list: &List,
    totals: Option<&[Total]>,
    groups: Option<&[Part]>,
) -> Markup {
    let t = visit.t;
    let look = &listing.look;
    let drawing = Drawing::new(listing, rights);
    let from = listing.address.from.unwrap_or(1);
    let words = head::count_words(look, count);
    let lines = match groups {
        Some(parts) => group::lines(listing, &drawing, parts),
        None => list.records.iter().map(|record| Line::Row(Box::new(drawing.row(record, &list.editable)))).collect(),
    };
    let title = listing.object.title_field();
    let first_width = listing.state.columns.iter().find(|c| c.key == title.key).and_then(|c| c.width);
    let foot = match totals {
        Some(figures) => head::totals(listing, figures),
        None => listing.columns().map(|_| None).collect(),
    };
    let mut columns_url = format!("{}/columns", listing.address.base);
    super::address::push(&mut columns_url, "view", &listing.view().key);
    let whole = Table {
        id: "list".into(),
        caption: listing.object.plural_label(look.key()).into(),
        first: Column {
            full: None,
            key: title.key.clone(),
            label: title.label.get(look.key()).into(),
            width: first_width.or_else(|| rows::title_width(listing)),
            numeric: false,
            sorting: title.sortable().then(|| head::sorting(listing, &title.key)),
            phone: crate::ui::table::Phone::Hidden,
            locked: None,
        },
        columns: rows::columns(listing, rights),
        lines,
        totals: Some((head::count_cell(listing, count), foot)),
        // rows of groups have no number among all
        place: groups.is_none().then(|| (from, words.clone())),
        selectable: true,
        compact: listing.state.compact,
        locks: rows::locks(look),
        columns_url: Some(columns_url),
    };
    let (previous, next) = head::pages(listing, list.records.len(), list.previous.as_deref(), list.next.as_deref());
    let shown = match groups {
        Some(parts) => t.with("list-groups", &[("n", parts.len().into())]),
        None => head::range_words(listing, list.records.len(), count),
    };
    let pages = Pager {
        shown,
        rows: u32::try_from(listing.limit).unwrap_or(50),
        choices: if groups.is_some() {
            Vec::new()
        } else {
            ROWS.iter().map(|n| (u32::try_from(*n).unwrap_or(50), listing.address.with_limit(*n).href())).collect()
        },
        previous,
        next,
    };
    let late = totals.is_none() && !listing.state.totals.is_empty();
    let all = t.with("bulk-select-all", &[("n", words.into())]);
    let body = list_body(t, table(t, &whole), pager(t, &pages), bulk_bar(t, &bulk_actions(listing, rights), Some(&all), &visit.csrf));
    if late {
        html! { (body) (count::late_totals(listing)) }
    } else {
        body
    }
}

fn bulk_actions(listing: &Listing, rights: &Rights) -> Vec<BulkAction> {
    let t = listing.look.t;
    let object = &listing.object;
    let may = |access| rights.scope(object, access) > Scope::None;
    let action = |icon: &str, key: &str, path: &str, single: Option<char>| BulkAction {
        icon: icon.into(),
        label: t.get(key),
        action: format!("/{}/{path}", object.plural),
        danger: false,
        key: single,
    };
    let mut actions = Vec::new();
    if may(Access::Edit) {
        actions.push(action("pencil", "bulk-edit", "bulk/edit", Some('e')));
        if object.owner.is_some() {
            actions.push(action("user-check", "bulk-assign", "bulk/assign", Some('a')));
        }
        if crate::bulk::tagged(object, rights).is_some() {
            actions.push(action("tag", "bulk-tag", "bulk/tag", Some('#')));
        }
    }
    for teller in crate::bulk::makes(&listing.look, object, rights) {
        actions.push(BulkAction {
            icon: teller.object.decl.icon.clone(),
            label: teller.object.label(listing.look.key()).to_string(),
            action: format!("/{}/bulk/make/{}", object.plural, teller.object.key),
            danger: false,
            key: (teller.object.decl.timeline.done.is_some() && teller.object.decl.timeline.prompt.is_some()).then_some('t'),
        });
    }
    if may(Access::Merge) && !object.is_system() {
        actions.push(action("git-merge", "merge-do", "bulk/merge", None));
    }
    if may(Access::Export) {
        actions.push(action("download", "list-export", "export", None));
    }
    if may(Access::Delete) {
        actions.push(BulkAction { danger: true, ..action("trash-2", "bulk-delete", "bulk/delete", None) });
    }
    actions
}
