//! The bars over a list: views, the way of seeing, filters, sort, group, columns.

use super::address::push;
use super::state::{Listing, groupable};
use crate::filter::words::Titles;
use crate::filter::{builder, chips};
use crate::locale::Text;
use crate::ui::button::Button;
use crate::ui::chip::choice_chip;
use crate::ui::frame::{tool_bar, unsaved_view};
use crate::ui::icon::icon_sized;
use crate::ui::menu::{menu_around, menu_choice, menu_head, menu_line, menu_link, more_menu_ghost};
use crate::ui::segmented::{Segment, segmented};
use crate::ui::tabs::{Tab, tab_bar};
use crate::visit::Visit;
use akrab_engine::Rights;
use akrab_model::object::ViewKind;
use akrab_model::query::Bucket;
use akrab_model::{Field, FieldType, Object};
use maud::{Markup, html};

/// The views as tabs; the open one has its count, the others get theirs a moment later.
pub fn views(visit: &Visit, listing: &Listing, count: Option<&str>) -> Markup {
    let t = listing.look.t;
    let address = &listing.address;
    let tabs: Vec<Tab> = listing
        .views
        .iter()
        .enumerate()
        .map(|(n, view)| {
            let current = n == listing.at;
            let mut tab = Tab::new(view.name.get(listing.look.key()), address.of_view(&view.key).href(), current);
            if current {
                tab = tab.icon(kind_icon(listing.state.kind));
                tab.count = count.map(Into::into);
            } else {
                tab.late_count = Some(format!("view-count-{n}"));
            }
            tab
        })
        .collect();
    let mut new = address.first_page().at(&format!("{}/views/new", address.base));
    if !new.contains('?') {
        push(&mut new, "view", &listing.view().key);
    }
    let beside = html! {
        (Button::only_icon("plus", t.get("view-new")).ghost().href(new.clone()).attr("data-dialog-href", new.clone()))
        (view_menu(visit, listing))
    };
    let counts = address.at(&format!("{}/counts", address.base));
    html! {
        (tab_bar(&t.get("list-views"), &tabs, beside, changes(visit, listing, &new)))
        div hidden data-late-counts hx-get=(counts) hx-trigger="load" hx-swap="none" {}
    }
}

/// "Unsaved changes: Save · Save as new · Reset".
fn changes(visit: &Visit, listing: &Listing, new: &str) -> Markup {
    let t = listing.look.t;
    if !listing.changed {
        return html! {};
    }
    let view = listing.view();
    let buttons = html! {
        (Button::new(t.get("view-reset")).ghost().href(listing.address.reset().href()))
        (Button::new(t.get("view-save-new")).href(new).attr("data-dialog-href", new))
        @if let (Some(id), true) = (view.id, view.editable) {
            form method="post" action=(listing.address.at(&format!("{}/views/{id}", listing.address.base))) {
                input type="hidden" name="csrf" value=(visit.csrf);
                (Button::new(t.get("view-save")).soft().submit())
            }
        }
    };
    unsaved_view(&t.get("view-changed"), buttons)
}

/// Saving what was changed, as entries of a menu.
pub fn save_choices(visit: &Visit, listing: &Listing) -> Markup {
    let t = listing.look.t;
    let view = listing.view();
    let mut new = listing.address.first_page().at(&format!("{}/views/new", listing.address.base));
    if !new.contains('?') {
        push(&mut new, "view", &view.key);
    }
    html! {
        @if let (Some(id), true, true) = (view.id, view.editable, listing.changed) {
            (crate::ui::menu::menu_post("save", &t.get("view-save"), &listing.address.at(&format!("{}/views/{id}", listing.address.base)), &visit.csrf, false))
        }
        a.ak-menu-item href=(new) data-dialog-href=(new) { (crate::ui::icon("plus")) span { (t.get("view-new")) } }
        @if listing.changed { (menu_link("undo-2", &t.get("view-reset"), &listing.address.reset().href())) }
    }
}

fn view_menu(visit: &Visit, listing: &Listing) -> Markup {
    more_menu_ghost(&listing.look.t.get("view-menu"), view_choices(visit, listing))
}

/// What may be done with the open view.
pub fn view_choices(visit: &Visit, listing: &Listing) -> Markup {
    let t = listing.look.t;
    let view = listing.view();
    let base = format!("{}/views/{}", listing.address.base, view.key);
    let post = |icon: &str, key: &str, action: &str, danger: bool| {
        crate::ui::menu::menu_post(icon, &t.get(key), &format!("{base}/{action}"), &visit.csrf, danger)
    };
    let dialog = |icon: &str, key: &str, action: &str| {
        let href = format!("{base}/{action}");
        html! { a.ak-menu-item href=(href) data-dialog-href=(href) { (crate::ui::icon(icon)) span { (t.get(key)) } } }
    };
    html! {
            (menu_head(view.name.get(listing.look.key())))
            (post(if listing.pinned { "pin-off" } else { "pin" }, if listing.pinned { "view-unpin" } else { "view-pin" }, "pin", false))
            (dialog("copy", "view-duplicate", "copy"))
            @if view.editable {
                (dialog("pencil", "view-edit", "edit"))
                (post("arrow-left", "view-move-left", "left", false))
            }
            @if visit.ctx.is_admin() { (dialog("users-round", "view-default", "default")) }
            @if view.editable { (menu_line()) (post("trash-2", "view-delete", "deletion", true)) }
    }
}

/// The tool bar of a table; on a phone one line with the count, the first total and the order.
pub fn bar(listing: &Listing, titles: &Titles, summary: &str, csrf: &str) -> Markup {
    let start = html! {
        span.ak-only-phone.ak-muted.ak-num { (summary) }
        div.ak-tools-group.ak-hide-phone { (start(listing, titles, html! {})) }
    };
    let end = html! { (sort_menu(listing)) div.ak-tools-group.ak-hide-phone { (group_menu(listing)) (super::columns::density(listing, csrf)) (super::columns::button(listing)) } };
    tool_bar(start, end)
}

/// The filter button of the phone's head, with the number of conditions besides the view's own.
pub fn phone_filter(listing: &Listing) -> Markup {
    let own = listing.view().state.filter.as_ref().and_then(|json| akrab_model::Filter::from_json(json).ok());
    let own = crate::filter::tree::top(own.as_ref());
    // what the view itself asks for is its meaning, not something set here
    let set = crate::filter::tree::top(listing.filter.as_ref()).iter().filter(|condition| !own.contains(condition)).count();
    let words = listing.look.t.get("list-filter");
    let label = if set > 0 { format!("{words} {set}") } else { words };
    html! {
        span.ak-only-phone { a.btn.ak-btn-icon.ak-filter-count data-variant="ghost" href=(builder::page(&listing.address)) data-filter-open aria-label=(label) {
            (icon_sized("list-filter", 20)) @if set > 0 { span.ak-badge { (set) } }
        } }
    }
}

/// The left part of the tool bar; `first` stands before the filters.
pub fn start(listing: &Listing, titles: &Titles, first: Markup) -> Markup {
    let t = listing.look.t;
    let address = &listing.address;
    html! {
        @if listing.kinds.len() > 1 {
            @let segment = |kind: ViewKind| Segment::with_icon(kind_icon(kind), t.get(&kind_words(kind)), address.with_kind(kind).href(), listing.state.kind == kind);
            (segmented(&t.get("list-type"), &listing.kinds.iter().map(|kind| segment(*kind)).collect::<Vec<_>>()))
            span.ak-line-v {}
        }
        (first)
        @if let Some(q) = &address.q {
            (crate::ui::chip::filter_chip(&crate::ui::chip::FilterChip {
                field: t.get("search"),
                operator: String::new(),
                value: q.clone(),
                edit_href: address.href(),
                remove_href: Some(super::address::Address { q: None, ..address.first_page() }.href()),
                remove_label: t.get("list-clear-search"),
            }))
        }
        (chips::active(&listing.look, &listing.object, listing.filter.as_ref(), titles, &address.first_page()))
        (chips::quick(&listing.look, &listing.object, &listing.state.quick, listing.filter.as_ref(), address))
        (Button::new(t.get("list-filter")).ghost().icon("list-filter").href(builder::page(address)).flag("data-filter-open", true))
    }
}

/// The icon of a way to see records.
pub fn kind_icon(kind: ViewKind) -> &'static str {
    match kind {
        ViewKind::Table => "table-2",
        ViewKind::Board => "square-kanban",
        ViewKind::Calendar => "calendar",
        ViewKind::Map => "map",
    }
}

/// Message key of its name.
pub fn kind_words(kind: ViewKind) -> String {
    format!("type-{}", kind.key())
}

fn sort_menu(listing: &Listing) -> Markup {
    let t = listing.look.t;
    let keys = listing.state.sort.iter().filter_map(|key| listing.object.field(key.trim_start_matches('-')));
    let names: Vec<&str> = keys.map(|f| f.label.get(listing.look.key())).collect();
    let name = if names.is_empty() { t.get("sort-none") } else { names.join(", ") };
    let label = t.with("list-sort", &[("field", name.clone().into())]);
    menu_around(
        html! { (icon_sized("arrow-down-wide-narrow", 15)) span.ak-btn-label.ak-hide-phone { (label) } span.ak-btn-label.ak-only-phone { (name) } },
        "btn",
        "ghost",
        sort_choices(listing),
    )
}

/// Each order the list may have.
pub fn sort_choices(listing: &Listing) -> Markup {
    let t = listing.look.t;
    let lang = listing.look.key();
    let address = listing.address.first_page();
    let now = listing.state.sort.first();
    let title = listing.object.title_field();
    let own = listing.columns().map(|(_, f)| f);
    let others = listing.object.fields.iter().filter(|f| matches!(f.key.as_str(), "created_at" | "updated_at"));
    let mut fields: Vec<&Field> = std::iter::once(title).chain(own).chain(others).filter(|f| f.sortable()).collect();
    let mut seen = std::collections::HashSet::new();
    fields.retain(|f| seen.insert(f.key.clone()));
    let href = super::address::Address::choices(|key| address.with_sort(&[key.to_string()]));
    html! {
        @for field in fields {
            @for (start, words) in [("", up_words(field)), ("-", down_words(field))] {
                @let key = format!("{start}{}", field.key);
                (menu_choice(&format!("{}: {}", field.label.get(lang), t.get(words)), &href(&key), now == Some(&key)))
            }
        }
        (menu_line())
        (menu_choice(&t.get("sort-none"), &address.with_sort(&[]).href(), now.is_none()))
    }
}

fn up_words(field: &Field) -> &'static str {
    match field.kind {
        FieldType::Date | FieldType::DateTime => "sort-oldest",
        kind if kind.is_number() => "sort-smallest",
        _ => "sort-up",
    }
}

fn down_words(field: &Field) -> &'static str {
    match field.kind {
        FieldType::Date | FieldType::DateTime => "sort-newest",
        kind if kind.is_number() => "sort-largest",
        _ => "sort-down",
    }
}

fn group_menu(listing: &Listing) -> Markup {
    let t = listing.look.t;
    let now = listing.group();
    let label = match now {
        Some((field, _)) => t.with("list-group-by", &[("field", field.label.get(listing.look.key()).into())]),
        None => t.get("list-group"),
    };
    menu_around(
        html! { (icon_sized("rows-3", 15)) span.ak-btn-label { (label) } },
        "btn",
        if now.is_some() { "soft" } else { "ghost" },
        group_choices(listing),
    )
}

/// Each field the rows may be grouped by; dates by day, month or year.
pub fn group_choices(listing: &Listing) -> Markup {
    let t = listing.look.t;
    let lang = listing.look.key();
    let now = listing.group();
    let fields = listing.object.fields.iter().filter(|f| {
        groupable(f)
            && !matches!(f.key.as_str(), "updated_at" | "updated_by")
            && ((f.system && f.confirms.is_none())
                || listing.state.columns.iter().any(|c| c.key == f.key)
                || f.choices.len() > 1
                || f.kind == FieldType::Stage)
    });
    let href = super::address::Address::choices(|key| listing.address.with_group(Some(key)));
    html! {
        (menu_choice(&t.get("group-none"), &listing.address.with_group(None).href(), now.is_none()))
        (menu_line())
        @for field in fields {
            @let chosen = now.filter(|(f, _)| f.key == field.key);
            @if matches!(field.kind, FieldType::Date | FieldType::DateTime) {
                @for (name, bucket) in [("day", Bucket::Day), ("month", Bucket::Month), ("year", Bucket::Year)] {
                    @let words = format!("{}: {}", field.label.get(lang), t.get(&format!("group-{name}")));
                    (menu_choice(&words, &href(&format!("{}:{name}", field.key)), chosen.is_some_and(|(_, b)| b == Some(bucket))))
                }
            } @else {
                (menu_choice(field.label.get(lang), &href(&field.key), chosen.is_some()))
            }
        }
    }
}

/// The chip that chooses the pipeline of a board.
pub fn pipeline_chip(listing: &Listing, pipelines: &[(i64, String)], shown: Option<i64>) -> Markup {
    let Some((_, name)) = pipelines.iter().find(|(id, _)| Some(*id) == shown) else { return html! {} };
    let values = html! {
        @for (id, name) in pipelines {
            @let address = super::address::Address { pipeline: Some(*id), ..listing.address.first_page() };
            (menu_choice(name, &address.href(), Some(*id) == shown))
        }
    };
    choice_chip(&listing.look.t.get("board-pipeline"), name, values)
}

/// "Perusahaan baru", "New account".
pub fn new_words(t: Text, object: &Object) -> String {
    let label = object.label(t.lang.as_str());
    t.with("list-new", &[("record", label.to_lowercase().into()), ("Record", label.into())])
}

/// The "⋯" menu of the page.
pub fn more(listing: &Listing, rights: &Rights) -> Markup {
    let t = listing.look.t;
    let plural = &listing.object.plural;
    let may_export = rights.scope(&listing.object, akrab_engine::Access::Export) > akrab_model::object::Scope::None;
    crate::ui::menu::more_menu(
        &t.get("list-more"),
        html! {
            (super::arrange::link(listing))
            @if may_export {
                @let export = listing.address.first_page().at(&format!("/{plural}/export"));
                a.ak-menu-item href=(export) data-dialog-href=(export) { (crate::ui::icon("download")) span { (t.get("list-export")) } }
            }
            @if rights.may_create(&listing.object) { (menu_link("upload", &t.get("list-import"), &format!("/{plural}/import"))) }
            button.ak-menu-item type="button" data-print { (crate::ui::icon("printer")) span { (t.get("list-print")) } }
            @if crate::cleaning::can_clean(&listing.object) && rights.scope(&listing.object, akrab_engine::Access::Edit) > akrab_model::object::Scope::None {
                (menu_link("sparkles", &t.get("clean-title"), &listing.address.first_page().at(&format!("/{plural}/cleaning"))))
            }
            @if akrab_engine::twin::can_match(&listing.object) { (menu_link("copy-check", &t.get("twin-title"), &format!("/{plural}/duplicates"))) }
            (menu_link("trash-2", &t.get("list-bin"), &format!("/{plural}/bin")))
        },
    )
}
