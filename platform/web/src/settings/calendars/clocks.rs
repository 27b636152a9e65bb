//! A change of a calendar or a holiday list: first every running clock it would move is shown, then, confirmed, it is made.

use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::settings::{frame, show};
use crate::ui::button::Button;
use crate::ui::frame::content;
use crate::ui::table::plain_table;
use crate::visit::Visit;
use akrab_engine::calendar::{Changed, Moved};
use akrab_engine::{Result, Tx};
use akrab_model::Problem;
use jiff::Timestamp;
use maud::{Markup, html};

/// Clocks shown by name; more are counted.
const SHOWN: usize = 100;

/// Makes a change that a form asks for. The answer is where it leads, the question, or the problem for the form to show.
pub(super) async fn keep<F>(
    visit: &Visit,
    fields: &Fields,
    from: Option<Timestamp>,
    back: &str,
    change: F,
) -> std::result::Result<Reply, Problem>
where
    F: Fn(&mut Tx) -> Result<()> + Send + Sync + 'static,
{
    match visit.engine().calendar_change(&visit.ctx, fields.ticked("sure"), from, change).await? {
        Changed::Done => Ok(visit.go(back, Flash::ok(visit.t.get("saved")))),
        Changed::Would(moved) => Ok(ask(visit, fields, back, &moved).await),
    }
}

/// What the change would move, with the form it came from to send it again.
async fn ask(visit: &Visit, fields: &Fields, back: &str, moved: &[Moved]) -> Reply {
    let t = visit.t;
    let here = visit.facts.path();
    let body = html! {
        div.ak-stack {
            p { (t.with("clocks-would-move", &[("n", (moved.len() as i64).into())])) }
            (table(visit, &moved[..moved.len().min(SHOWN)]))
            @if moved.len() > SHOWN { p.ak-muted { (t.with("clocks-more", &[("n", ((moved.len() - SHOWN) as i64).into())])) } }
            form.ak-row.ak-gap-8 method="post" action=(here) {
                (visit.token_field())
                @for (name, value) in fields.0.iter().filter(|(name, _)| name != "csrf" && name != "sure") { input type="hidden" name=(name) value=(value); }
                (Button::new(t.get("clocks-do")).primary().submit_as("sure", "1"))
                (Button::new(t.get("cancel")).ghost().href(back))
            }
        }
    };
    let frame = frame(visit, &t.get("clocks-title")).await;
    show(visit, &frame, content(false, body), false).await
}

fn table(visit: &Visit, moved: &[Moved]) -> Markup {
    let (t, look) = (visit.t, visit.look());
    let heads = ["clocks-what", "clocks-record", "clocks-before", "clocks-after"].map(|key| t.get(key));
    let heads: Vec<_> = heads.iter().map(|words| (words.as_str(), false, None)).collect();
    let rows: Vec<Vec<Markup>> = moved
        .iter()
        .map(|one| {
            let href = match one.kind {
                "approval" => format!("/approvals/{}", one.id),
                _ => visit.registry().object(&one.object).map(|object| look.href(object, one.record)).unwrap_or_default(),
            };
            let object = visit.registry().object(&one.object).map_or(one.object.as_str(), |object| object.label(visit.lang())).to_string();
            vec![
                html! { (t.get(&format!("clock-{}", one.kind))) " “" (one.name.get(visit.lang())) "”" },
                html! { a.ak-link href=(href) { (object) " #" (one.record) } },
                html! { (look.moment_words(&look.local(one.from))) },
                html! { (look.moment_words(&look.local(one.to))) },
            ]
        })
        .collect();
    plain_table(&t.get("clocks-title"), &heads, &rows, None)
}
