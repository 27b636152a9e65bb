//! A new object, and what an object is called.

use super::super::line::{Filled, Kind, Line, draw};
use super::super::{Errors, show_form};
use super::{Come, Target, come, fill_label, label, label_lines, lay_out, plan, tabbed};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::ui::button::Button;
use crate::ui::form::columns;
use crate::ui::icon::icon_sized;
use crate::visit::Visit;
use akrab_engine::shape::{Deed, Edit};
use akrab_model::object::shape::{Part, RESERVED, free_key};
use akrab_model::object::{AccessDecl, BoardDecl, FieldDecl, Label, LayoutDecl, ObjectDecl, Scope, SectionDecl, ViewDecl};
use akrab_model::{FieldType, Problem, Registry};
use axum::extract::Path;
use maud::{Markup, html};

/// Icons offered; all of them stand in the sprite.
pub(super) const ICONS: [&str; 40] = [
    "box",
    "boxes",
    "truck",
    "building",
    "building-2",
    "house",
    "hotel",
    "factory",
    "warehouse",
    "store",
    "briefcase",
    "id-card",
    "users",
    "user-round",
    "handshake",
    "package",
    "shopping-cart",
    "receipt",
    "banknote",
    "credit-card",
    "coins",
    "calendar",
    "calendar-check",
    "clipboard-list",
    "file-text",
    "folder",
    "book-open",
    "map-pin",
    "phone",
    "mail",
    "wrench",
    "settings",
    "laptop",
    "camera",
    "gift",
    "star",
    "heart",
    "flag",
    "tag",
    "ticket",
];

/// What the title of a record is called unless something else is typed, in Indonesian and English.
const USUAL_TITLE: (&str, &str) = ("Nama", "Name");

/// Groups of the side bar there are.
fn groups(registry: &Registry) -> Vec<String> {
    let mut groups: Vec<String> = registry.objects().filter(|o| !o.is_system()).map(|o| o.decl.group.clone()).collect();
    groups.sort();
    groups.dedup();
    groups
}

fn name_lines(visit: &Visit) -> Vec<Line> {
    let t = visit.t;
    let groups =
        groups(&visit.registry()).into_iter().filter_map(|key| Some((key.clone(), t.find(&format!("group-{key}"), &[])?))).collect();
    let mut lines: Vec<Line> = Vec::new();
    lines.extend(label_lines(t, ["label_id", "label_en"], "shape-name-one", true));
    lines.extend(label_lines(t, ["plural_id", "plural_en"], "shape-name-many", true));
    lines.extend(label_lines(t, ["purpose_id", "purpose_en"], "shape-purpose", false));
    lines.push(Line::new(t, "group", "shape-group", Kind::Choice(groups)));
    lines
}

/// The icons as radio buttons.
fn icons(visit: &Visit, chosen: &str) -> Markup {
    let extra = (!ICONS.contains(&chosen)).then_some(chosen);
    html! {
        fieldset.ak-form-group { legend { (visit.t.get("shape-icon")) }
            div.ak-icon-grid { @for name in extra.into_iter().chain(ICONS) {
                label title=(name) { input.ak-sr type="radio" name="icon" value=(name) checked[name == chosen]; (icon_sized(name, 18)) span.ak-sr { (name) } }
            } }
        }
    }
}

fn new_lines(visit: &Visit) -> Vec<Line> {
    let t = visit.t;
    let mut lines: Vec<Line> = label_lines(t, ["title_id", "title_en"], "shape-title-field", true).into();
    lines[0].hint = t.get("shape-title-hint");
    lines.push(Line::new(t, "owned", "shape-owned", Kind::Check).hint(t.get("shape-owned-hint")));
    lines.push(Line::new(t, "staged", "shape-staged", Kind::Check).hint(t.get("shape-staged-hint")));
    lines.push(Line::new(t, "key", "shape-key", Kind::Text).hint(t.get("shape-key-hint")));
    lines
}

async fn new_form(visit: &Visit, filled: &Filled, icon: &str, errors: &Errors) -> Reply {
    let t = visit.t;
    let body = html! {
        form.ak-stack method="post" action="/settings/objects/new" data-guard {
            (visit.token_field())
            (columns(draw(t, &name_lines(visit), filled, errors)))
            (icons(visit, icon))
            (columns(draw(t, &new_lines(visit), filled, &Errors::new())))
            div.ak-row.ak-gap-8 { (Button::new(t.get("shape-next")).primary().submit()) (Button::new(t.get("cancel")).ghost().href("/settings/objects")) }
        }
    };
    show_form(visit, &t.get("shape-new-object"), body, errors).await
}

/// `GET /settings/objects/new`
pub(super) async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    let filled = Filled::default().set("group", "customers").set("owned", "1");
    let filled = filled.set("title_id", USUAL_TITLE.0).set("title_en", USUAL_TITLE.1);
    new_form(&visit, &filled, ICONS[0], &Errors::new()).await
}

/// `POST /settings/objects/new`
pub(super) async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let decl = declared(&visit.registry(), &fields, visit.lang());
    let key = decl.key.clone();
    let edit = Edit {
        object: key.clone(),
        part: Some(Part::Own(Box::new(decl))),
        version: visit.engine().world().part_version(&key),
        deed: Deed::NewObject,
        detail: String::new(),
    };
    match come(&visit, edit, &fields).await? {
        Come::Done => visit.go(&format!("/settings/objects/{key}"), Flash::ok(visit.t.get("shape-made"))),
        Come::Plan(lines) => plan::page(&visit, &visit.t.get("shape-new-object"), &lines, &fields, "/settings/objects").await,
        Come::Faults(errors) => new_form(&visit, &Filled::typed(&fields), fields.text("icon"), &named(errors)).await,
    }
}

/// Faults beside the line that has to be changed.
fn named(errors: Errors) -> Errors {
    let mut errors: Errors =
        errors.into_iter().map(|(name, words)| (if name == "plural" { "plural_id".into() } else { name }, words)).collect();
    errors.dedup_by(|a, b| a.1 == b.1);
    errors
}

fn declared(registry: &Registry, fields: &Fields, lang: &str) -> ObjectDecl {
    let (one, many) = (label(fields, "label"), label(fields, "plural"));
    let mut title = label(fields, "title");
    // the words that stood there are no translation of what was typed beside them
    match (title.id == USUAL_TITLE.0, title.en == USUAL_TITLE.1) {
        (true, false) => title.id.clone_from(&title.en),
        (false, true) => title.en.clone_from(&title.id),
        _ => {}
    }
    let taken = |key: &str| RESERVED.contains(&key) || registry.object(key).is_some() || registry.by_plural(key).is_some();
    let key = match fields.text("key") {
        "" => free_key(one.get(lang), taken),
        typed => typed.to_string(),
    };
    let plural = free_key(many.get(lang), taken);
    let mut title_field = FieldDecl::new(FieldType::Text, title.clone());
    title_field.required = true;
    title_field.index = true;
    title_field.search = true;
    let title_key = free_key(title.get(lang), |key| akrab_model::object::shape::RESERVED_FIELDS.contains(&key) || key == "id");
    let mut all = vec![(title_key.clone(), title_field)];
    let mut columns = vec![title_key.clone()];
    let mut board = None;
    if fields.ticked("staged") {
        all.extend(stage_fields().map(|(key, field)| (key.to_string(), field)));
        columns.push("stage".into());
        board = Some(stage_board());
    }
    let owned = fields.ticked("owned");
    if owned {
        columns.push("owner".into());
    }
    columns.push("updated_at".into());
    let sections = vec![SectionDecl {
        label: Label::new("Rincian", "Details"),
        fields: all.iter().map(|(key, _)| key.clone()).chain(owned.then(|| "owner".into())).collect(),
        closed: false,
    }];
    let purpose = label(fields, "purpose");
    ObjectDecl {
        purpose: if purpose.id.is_empty() { many.clone() } else { purpose },
        plural_label: many.clone(),
        label: one,
        icon: Some(fields.text("icon")).filter(|icon| !icon.is_empty()).unwrap_or(ICONS[0]).into(),
        group: Some(fields.text("group").to_string())
            .filter(|group| groups(registry).contains(group))
            .unwrap_or_else(|| "customers".into()),
        order: 500,
        menu: true,
        title: title_key,
        subtitle: Vec::new(),
        owned,
        avatar: akrab_model::object::Avatar::Icon,
        timeline: akrab_model::object::TimelineDecl::default(),
        searchable: true,
        tie: None,
        period: None,
        tree: None,
        open: None,
        audience: None,
        behind: Vec::new(),
        to_lead: None,
        go_key: None,
        fields: all.into_iter().collect(),
        unique: Vec::new(),
        duplicates: Vec::new(),
        compare: Vec::new(),
        merge: None,
        layout: LayoutDecl { sections, ..LayoutDecl::default() },
        circle: Vec::new(),
        figures: Vec::new(),
        panels: Vec::new(),
        views: vec![ViewDecl {
            key: "everything".into(),
            label: Label::new("Semua", "All"),
            kind: akrab_model::object::ViewKind::Table,
            columns,
            filter: None,
            sort: vec!["-updated_at".into()],
            group: None,
            totals: Vec::new(),
            quick: Vec::new(),
        }],
        board,
        calendar: None,
        map: None,
        access: access(owned).into_iter().collect(),
        actions: Vec::new(),
        validations: Vec::new(),
        register: false,
        kept_by_law: None,
        when_erased: None,
        hidden: false,
        was: Vec::new(),
        own: true,
        key,
        plural,
    }
}

/// The pipeline and the stage of an object that passes through stages.
fn stage_fields() -> [(&'static str, FieldDecl); 2] {
    let mut pipeline = FieldDecl::new(FieldType::Link, Label::new("Alur", "Pipeline"));
    pipeline.to = Some("pipeline".into());
    let mut stage = FieldDecl::new(FieldType::Stage, Label::new("Tahap", "Stage"));
    stage.pipeline = Some("pipeline".into());
    [("pipeline", pipeline), ("stage", stage)]
}

fn stage_board() -> BoardDecl {
    BoardDecl { by: "stage".into(), subtitle: None, amount: None, date: None, tags: None, since: None, next: None, next_at: None }
}

/// Whether stages may still be given to it: it was made here and neither has any nor fields of their names.
fn may_be_staged(target: &Target) -> bool {
    let decl = &target.object.decl;
    target.is_own()
        && !decl.fields.values().any(|field| field.kind == FieldType::Stage)
        && stage_fields().iter().all(|(key, _)| !decl.fields.contains_key(*key))
}

/// `POST /settings/objects/{key}/stages`: an object that was made without stages gets a pipeline, a stage and a board.
pub(super) async fn give_stages(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &key)?;
    let mut part = target.draft();
    let Part::Own(decl) = &mut part else { return Err(Problem::not_found().into()) };
    if !may_be_staged(&target) {
        return Err(Problem::not_found().into());
    }
    for (key, field) in stage_fields() {
        decl.fields.insert(key.into(), field);
    }
    for view in &mut decl.views {
        view.columns.insert(view.columns.len().min(1), "stage".into());
    }
    decl.board.get_or_insert_with(stage_board);
    for (key, _) in stage_fields() {
        lay_out(&mut part, key);
    }
    let edit = target.edit(part, &fields, Deed::Object, "");
    match come(&visit, edit, &fields).await? {
        Come::Done => visit.go(&target.href("/general"), Flash::ok(visit.t.get("shape-staged-done"))),
        Come::Plan(lines) => plan::page(&visit, target.object.plural_label(visit.lang()), &lines, &fields, &target.href("/general")).await,
        Come::Faults(errors) => {
            let filled = general_filled(&target);
            general(&visit, &target, &filled, &target.object.decl.icon.clone(), &errors).await
        }
    }
}

/// What the roles begin with: managers everything, others their team's; administrators change it with the roles.
fn access(owned: bool) -> Vec<(String, AccessDecl)> {
    let whole =
        |create: bool, edit: Scope| AccessDecl { create, read: Scope::All, edit, delete: edit, export: edit, ..AccessDecl::default() };
    let team =
        AccessDecl { create: true, read: Scope::Team, edit: Scope::Team, delete: Scope::Own, export: Scope::Own, ..AccessDecl::default() };
    let usual = if owned { team } else { AccessDecl { delete: Scope::None, ..whole(true, Scope::All) } };
    let mut access = vec![("manager".to_string(), whole(true, Scope::All)), ("readonly".to_string(), whole(false, Scope::None))];
    access.extend(["sales", "marketing", "service"].map(|role| (role.to_string(), usual.clone())));
    access
}

/// `GET /settings/objects/{key}/general`
pub(super) async fn edit(visit: Visit, Path(key): Path<String>) -> Reply {
    let target = Target::of(&visit, &key)?;
    general(&visit, &target, &general_filled(&target), &target.object.decl.icon.clone(), &Errors::new()).await
}

fn general_filled(target: &Target) -> Filled {
    let decl = &target.object.decl;
    let mut filled = fill_label(Filled::default(), ["label_id", "label_en"], &decl.label);
    filled = fill_label(filled, ["plural_id", "plural_en"], &decl.plural_label);
    fill_label(filled, ["purpose_id", "purpose_en"], &decl.purpose).set("group", &decl.group)
}

async fn general(visit: &Visit, target: &Target, filled: &Filled, icon: &str, errors: &Errors) -> Reply {
    let t = visit.t;
    let body = html! {
        form.ak-stack method="post" action=(target.href("/general")) data-guard {
            (visit.token_field()) (target.version_field())
            (columns(draw(t, &name_lines(visit), filled, errors)))
            (icons(visit, icon))
            div.ak-row.ak-gap-8 { (Button::new(t.get("save")).primary().submit()) }
        }
        @if may_be_staged(target) {
            fieldset.ak-form-group { legend { (t.get("shape-staged")) }
                p.ak-hint { (t.get("shape-staged-later")) }
                form method="post" action=(target.href("/stages")) { (visit.token_field()) (target.version_field()) (Button::new(t.get("shape-staged-give")).icon("git-commit-horizontal").submit()) }
            }
        }
        div.ak-row.ak-gap-8 {
            @if target.object.decl.hidden {
                form method="post" action=(target.href("/show")) { (visit.token_field()) (Button::new(t.get("shape-show")).icon("eye").submit()) }
                @if target.is_own() { (Button::new(t.get("shape-remove")).danger().href(target.href("/remove"))) }
            } @else { (Button::new(t.get("shape-hide-object")).danger().href(target.href("/hide"))) }
        }
    };
    tabbed(visit, target, "general", None, body, errors).await
}

/// `POST /settings/objects/{key}/general`
pub(super) async fn save(visit: Visit, Path(key): Path<String>, fields: Fields) -> Reply {
    let target = Target::of(&visit, &key)?;
    let (one, many, purpose) = (label(&fields, "label"), label(&fields, "plural"), label(&fields, "purpose"));
    let (icon, group) = (fields.text("icon").to_string(), fields.text("group").to_string());
    let mut part = target.draft();
    match &mut part {
        Part::Own(decl) => {
            (decl.label, decl.plural_label, decl.purpose, decl.icon, decl.group) = (one, many, purpose, icon, group);
        }
        Part::Change(change) => {
            let now = &target.object.decl;
            let differs = |new: Label, old: &Label, kept: &Option<Label>| if new == *old { kept.clone() } else { Some(new) };
            change.label = differs(one, &now.label, &change.label);
            change.plural_label = differs(many, &now.plural_label, &change.plural_label);
            change.purpose = differs(purpose, &now.purpose, &change.purpose);
            change.icon = if icon == now.icon { change.icon.clone() } else { Some(icon) };
            change.group = if group == now.group { change.group.clone() } else { Some(group) };
        }
    }
    let edit = target.edit(part, &fields, Deed::Object, "");
    match come(&visit, edit, &fields).await? {
        Come::Done => visit.go(&target.href("/general"), Flash::ok(visit.t.get("saved"))),
        Come::Plan(lines) => plan::page(&visit, target.object.plural_label(visit.lang()), &lines, &fields, &target.href("/general")).await,
        Come::Faults(errors) => general(&visit, &target, &Filled::typed(&fields), fields.text("icon"), &errors).await,
    }
}
