//! The page: what to do at the left, how things stand at the right.

use super::load::{Call, Day};
use super::side;
use akrab_activities::keys::{TASK, task};
use akrab_model::object::Tone as ModelTone;
use akrab_model::text::person::call_name;
use akrab_model::text::phone;
use akrab_model::{Record, Value, format};
use akrab_sales::keys::opportunity;
use akrab_web::Visit;
use akrab_web::record::teller::task_icon;
use akrab_web::ui::avatar::{Shape, avatar, avatar_labelled};
use akrab_web::ui::button::Button;
use akrab_web::ui::empty::{Empty, Way, empty};
use akrab_web::ui::frame::with_side_panel;
use akrab_web::ui::icon::icon_sized;
use akrab_web::ui::segmented::{Segment, segmented};
use akrab_web::ui::status::{Status, status_strong};
use akrab_web::ui::tag::Tone;
use akrab_web::ui::task::{Task, person_line, task as task_line, task_section};
use akrab_web::value::Look;
use maud::{Markup, html};

pub fn page(visit: &Visit, day: &Day) -> Markup {
    html! {
        (head(visit, day))
        @let content = html! { div id="today-content" data-fresh { (content(visit, day)) } };
        @let side = html! { div.ak-part id="today-side" data-fresh { (side::draw(visit, day)) } };
        (with_side_panel(content, side, false))
    }
}

fn head(visit: &Visit, day: &Day) -> Markup {
    let t = visit.t;
    let look = &day.look;
    let first = call_name(&visit.person.name);
    let greeting = match look.now.hour() {
        0..11 => "today-morning",
        11..15 => "today-noon",
        15..18 => "today-afternoon",
        _ => "today-evening",
    };
    let mut parts = vec![format::date_long(look.today(), look.lang)];
    let counts = [("today-late-count", day.late.len()), ("today-task-count", day.today.len()), ("today-call-count", day.calls.len())];
    let counts: Vec<String> = counts.iter().filter(|(_, n)| *n > 0).map(|(key, n)| t.with(key, &[("n", (*n).into())])).collect();
    parts.push(if counts.is_empty() { t.get("today-nothing") } else { counts.join(", ") });
    html! {
        header.ak-today-head id="today-head" data-fresh {
            div { h1 { (t.with(greeting, &[("name", first.into())])) } p { (parts.join(" · ")) } }
            span.ak-spacer {}
            (segmented(&t.get("today-who"), &[
                Segment::new(t.get("today-mine"), "/today", !day.team),
                Segment::new(t.get("today-team"), "/today?who=team", day.team),
            ]))
            @if day.may_create {
                span.ak-hide-phone { (Button::new(t.get("today-new-task")).icon("plus").key("T").primary().href("/tasks/new?back=/today").attr("data-dialog-href", "/tasks/new?back=/today").attr("data-key", "t")) }
            }
        }
    }
}

fn content(visit: &Visit, day: &Day) -> Markup {
    let t = visit.t;
    let idle = day.approvals.is_empty() && day.late.is_empty() && day.today.is_empty() && day.calls.is_empty();
    html! {
        (side::phone_figures(visit, day))
        (akrab_web::policy::panel::today(&day.look, day.broken))
        (akrab_web::approval::panel::today(visit, &day.approvals))
        @if !day.late.is_empty() {
            (task_section(&t.get("today-late"), &count(day.late.len()), Tone::Bad, html! {}, html! { @for record in &day.late { (line(visit, day, record)) } }))
        }
        (task_section(&t.get("today-tasks"), &count(day.today.len()), Tone::Neutral, defer_all(visit, day), html! {
            @for record in &day.today { (line(visit, day, record)) }
            @if day.may_create { (new_task(visit, day)) }
        }))
        @if idle { (free(visit, day)) }
        @if !day.calls.is_empty() {
            (task_section(&t.get("today-calls"), &count(day.calls.len()), Tone::Neutral, html! {}, html! {
                @for (n, call) in day.calls.iter().enumerate() { (call_line(visit, day, call, n == 0)) }
            }))
        }
        @if !day.steps.is_empty() {
            (task_section(&t.get("today-steps"), &count(day.steps.len()), Tone::Neutral, html! {}, html! { @for record in &day.steps { (step(visit, day, record)) } }))
        }
        @if !day.tomorrow.is_empty() {
            (task_section(&t.get("today-tomorrow"), &count(day.tomorrow.len()), Tone::Neutral, html! {}, html! { @for record in &day.tomorrow { (line(visit, day, record)) } }))
        }
    }
}

/// Nothing is due; who has nothing at all yet is shown where to begin.
fn free(visit: &Visit, day: &Day) -> Markup {
    let t = visit.t;
    let bare = day.month.as_ref().is_none_or(|m| m.open_count == 0 && m.won_count == 0) && day.leads.is_empty();
    if !bare || day.team || !day.tomorrow.is_empty() || !day.steps.is_empty() {
        return html! { div.ak-empty-line { (icon_sized("sun", 20)) p { (t.get("today-free")) } } };
    }
    let rights = visit.rights();
    let may = |key: &str| visit.registry().object(key).is_some_and(|o| rights.may_create(o));
    let way = |icon: &str, key: &str, href: &str| Way {
        icon: icon.into(),
        title: t.get(key),
        detail: t.get(&format!("{key}-why")),
        href: href.into(),
    };
    let ways = [
        (may("account"), way("building-2", "today-begin-account", "/accounts/new")),
        (may("contact"), way("upload", "today-begin-import", "/contacts/import")),
        (may("opportunity"), way("target", "today-begin-opportunity", "/opportunities/new")),
        (visit.ctx.is_admin(), way("user-plus", "today-begin-invite", "/settings/users/new")),
    ];
    let ways = ways.into_iter().filter_map(|(may, way)| may.then_some(way)).collect();
    empty(&Empty { icon: "sun".into(), title: t.get("today-begin"), text: t.get("today-begin-text"), ways, ..Empty::default() })
}

fn count(n: usize) -> String {
    n.to_string()
}

fn defer_all(visit: &Visit, day: &Day) -> Markup {
    if day.team || !day.today.iter().any(|record| day.open.contains(&(TASK, record.id))) {
        return html! {};
    }
    html! {
        form.ak-hide-phone method="post" action="/today/deferral" {
            input type="hidden" name="csrf" value=(visit.csrf);
            @for record in &day.today { input type="hidden" name="id" value=(record.id); }
            (Button::new(visit.t.get("today-defer-all")).ghost().submit())
        }
    }
}

/// The line a task is typed into; the moment at its end is understood.
fn new_task(visit: &Visit, day: &Day) -> Markup {
    let hint = visit.t.get("today-type-task");
    html! {
        li {
            form.ak-task-new method="post" action="/today/tasks" {
                input type="hidden" name="csrf" value=(visit.csrf);
                @if day.team { input type="hidden" name="who" value="team"; }
                (icon_sized("plus", 15))
                input name="text" aria-label=(visit.t.get("today-new-task")) placeholder=(hint) autocomplete="off" maxlength="300" required;
            }
        }
    }
}

fn moment(day: &Day, record: &Record, key: &str) -> Option<jiff::Zoned> {
    if let Value::Time(at) = record.get(key) { Some(day.look.local(*at)) } else { None }
}

fn line(visit: &Visit, day: &Day, record: &Record) -> Markup {
    let t = visit.t;
    let look = &day.look;
    let about: Vec<&str> =
        [task::CONTACT, task::ACCOUNT, task::OPPORTUNITY, task::LEAD].iter().filter_map(|key| record.link_title(key)).take(2).collect();
    let due = moment(day, record, task::DUE_AT).map(|at| {
        let time = format::time(at.time(), look.lang);
        if at.date() < look.today() {
            let days = at.date().until(look.today()).map_or(0, |span| span.get_days());
            status_strong(Status::Late, &t.with("record-late-days", &[("n", days.into())]))
        } else if at < look.now {
            status_strong(Status::Late, &time)
        } else if at.date() == look.today() && at.duration_since(&look.now).as_hours() < 2 {
            status_strong(Status::Today, &time)
        } else {
            html! { (time) }
        }
    });
    let open = day.open.contains(&(TASK, record.id));
    let urgent =
        record.object.field(task::PRIORITY).and_then(|f| f.choice(record.text(task::PRIORITY))).filter(|c| c.tone == ModelTone::Risk);
    let end = html! {
        @if open { (defer(visit, record)) }
        @if let Some(choice) = urgent { span.ak-hide-phone { (akrab_web::ui::status(Status::Risk, choice.label.get(look.key()))) } " " }
        @if day.team { (owner(day, record)) " " }
        @if let Some(due) = due { (due) }
    };
    task_line(
        &Task {
            done_url: if open { format!("/tasks/{}/completion?stay=1", record.id) } else { String::new() },
            done_label: t.with("today-done", &[("task", record.title().into())]),
            icon: task_icon(record),
            title: record.title().to_string(),
            href: format!("/tasks/{}", record.id),
            about: about.join(" · "),
            due: Some(end),
            done: false,
        },
        &visit.csrf,
    )
}

fn owner(day: &Day, record: &Record) -> Markup {
    let name = record.object.field(task::OWNER).map(|f| day.look.words(f, record)).unwrap_or_default();
    html! { @if !name.is_empty() { (avatar_labelled(Shape::Person, &name, 20)) } }
}

/// To tomorrow at the same hour.
fn defer(visit: &Visit, record: &Record) -> Markup {
    html! {
        form.ak-hide-phone.ak-task-defer method="post" action={ "/tasks/" (record.id) "/deferral?stay=1" } {
            input type="hidden" name="csrf" value=(visit.csrf);
            (Button::only_icon("alarm-clock", visit.t.get("today-defer")).ghost().submit())
        }
    }
}

/// The hour of today, the day of what is older.
fn moment_words(look: &Look, at: &jiff::Zoned) -> String {
    if at.date() < look.today() { look.short_day(at.date()) } else { format::time(at.time(), look.lang) }
}

fn call_line(visit: &Visit, day: &Day, call: &Call, first: bool) -> Markup {
    let t = visit.t;
    let look = &day.look;
    let at = moment(day, &call.task, task::DUE_AT);
    let late = at.as_ref().is_some_and(|at| *at < look.now);
    let when = at.map(|at| moment_words(look, &at)).unwrap_or_default();
    let middle = html! {
        a.ak-muted.ak-hide-phone.ak-truncate href={ "/tasks/" (call.task.id) } { (call.task.title()) }
        @if let Some(n) = &call.reach.phone { span.ak-muted.ak-hide-phone.ak-nowrap { (phone::display(n)) } }
    };
    let end = html! {
        (defer(visit, &call.task))
        @if late { (akrab_web::ui::status::status_strong(Status::Late, &when)) } @else { span.ak-num { (when) } }
        @if let Some(way) = call.reach.call() {
            @let button = way.on(Button::new(t.get("today-call")).icon(way.icon));
            @if first { (button.soft()) } @else { (button) }
        }
        @if let Some(way) = call.reach.chat() {
            (way.on(Button::only_icon(way.icon, t.with("today-chat", &[("name", call.name.as_str().into())]))))
        }
        @if day.open.contains(&(TASK, call.task.id)) {
            form method="post" action={ "/tasks/" (call.task.id) "/completion?stay=1" } {
                input type="hidden" name="csrf" value=(visit.csrf);
                (Button::only_icon("check", t.with("today-done", &[("task", call.task.title().into())])).submit())
            }
        }
    };
    person_line(Some(avatar(Shape::Person, &call.name, 26)), &call.name, &call.href, html! { (call.company) }, middle, end)
}

/// A step of an opportunity, to tomorrow at the same hour.
fn defer_step(visit: &Visit, day: &Day, record: &Record, at: &jiff::Zoned) -> Markup {
    let tomorrow = day.look.today().tomorrow().unwrap_or_else(|_| day.look.today()).to_datetime(at.time());
    html! {
        form.ak-hide-phone.ak-task-defer method="post" action={ "/opportunities/" (record.id) "/fields/" (opportunity::NEXT_AT) } {
            input type="hidden" name="csrf" value=(visit.csrf);
            input type="hidden" name=(opportunity::NEXT_AT) value=(tomorrow.strftime("%Y-%m-%dT%H:%M"));
            input type="hidden" name="back" value="/today";
            (Button::only_icon("alarm-clock", visit.t.get("today-defer")).ghost().submit())
        }
    }
}

fn step(visit: &Visit, day: &Day, record: &Record) -> Markup {
    let look = &day.look;
    let at = moment(day, record, opportunity::NEXT_AT);
    let late = at.as_ref().is_some_and(|at| *at < look.now);
    let later = at.as_ref().map(|at| defer_step(visit, day, record, at));
    let when = at.map(|at| moment_words(look, &at)).unwrap_or_default();
    let amount = record.get(opportunity::AMOUNT).dec().map(|a| format::money_short(a, &look.currency, look.lang)).unwrap_or_default();
    let about = [Some(record.title()), record.link_title(opportunity::ACCOUNT)].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    person_line(
        Some(look.avatar(&record.object, record.title(), 26)),
        record.text(opportunity::NEXT_STEP),
        &format!("/opportunities/{}", record.id),
        html! { (about) },
        html! { span.ak-muted.ak-hide-phone.ak-num { (amount) } },
        html! { @if let Some(later) = later { (later) } @if late { (status_strong(Status::Late, &when)) } @else { span.ak-num { (when) } } },
    )
}
