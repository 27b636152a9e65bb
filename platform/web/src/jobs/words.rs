//! A job in words.

use crate::fail;
use crate::locale::Text;
use crate::ui::Tone;
use crate::ui::progress::progress_with_figure;
use crate::ui::status::{Status, status, status_strong};
use crate::visit::Visit;
use akrab_engine::import::Note;
use akrab_engine::{JobState, JobView};
use akrab_model::FieldProblem;
use maud::{Markup, html};

/// What it does: "Impor Kontak", "Uji coba impor Kontak".
pub fn title(visit: &Visit, job: &JobView) -> String {
    let object = job.payload["spec"]["object"].as_str().and_then(|key| visit.engine().object(key).ok());
    let object = object.map_or(String::new(), |o| o.plural_label(visit.lang()).to_string());
    let key = match (job.kind.as_str(), job.payload["dry"].as_bool()) {
        ("import", Some(true)) => "job-import-trial".to_string(),
        ("placing", Some(true)) => "job-placing-trial".to_string(),
        ("arrival", _) if !job.payload["admin"].is_string() => "job-arrival-check".to_string(),
        ("bulk", _) if job.payload["spec"]["change"] == "delete" => "job-bulk-delete".to_string(),
        ("bulk", _) if job.payload["spec"]["change"]["make"].is_object() => "job-bulk-make".to_string(),
        ("undo", _) if job.payload["kind"].is_string() => format!("job-undo-{}", job.payload["kind"].as_str().unwrap_or_default()),
        ("mail", _) => format!("job-mail-{}", job.payload["mail"].as_str().unwrap_or("reset")),
        (kind, _) => format!("job-{}", kind.replace('_', "-")),
    };
    let made = job.payload["spec"]["change"]["make"]["object"].as_str().and_then(|key| visit.engine().object(key).ok());
    let made = made.map_or(String::new(), |o| o.plural_label(visit.lang()).to_string());
    visit.t.find(&key, &[("object", object.into()), ("made", made.into())]).unwrap_or_else(|| visit.t.get("job-other"))
}

pub fn state_key(state: JobState) -> &'static str {
    match state {
        JobState::Ready => "job-ready",
        JobState::Leased => "job-leased",
        JobState::Done => "job-done",
        JobState::Failed => "job-failed",
        JobState::Dead => "job-dead",
        JobState::Cancelled => "job-cancelled",
    }
}

pub fn state(t: Text, job: &JobView) -> Markup {
    let words = t.get(state_key(job.state));
    match job.state {
        JobState::Ready => status(Status::New, &words),
        JobState::Leased => status(Status::Today, &words),
        JobState::Done => status(Status::Ok, &words),
        JobState::Failed | JobState::Dead => status_strong(Status::Late, &words),
        JobState::Cancelled => status(Status::None, &words),
    }
}

/// Why it ended badly.
pub fn error(t: Text, job: &JobView) -> Option<String> {
    let code = job.error.clone()?;
    let args: Vec<(String, String)> = serde_json::from_value(job.error_detail["args"].clone()).unwrap_or_default();
    let mut text = fail::field_message(t, &FieldProblem { pointer: String::new(), code, args });
    let fields: Vec<FieldProblem> = serde_json::from_value(job.error_detail["fields"].clone()).unwrap_or_default();
    // the place of a fault in a file stands in the message itself
    for fault in fields.iter().filter(|f| !f.pointer.starts_with("/line/")) {
        text.push_str(&format!(" {}: {}", fault.field(), fail::field_message(t, fault)));
    }
    Some(text)
}

/// The bar with figures: "12.000 dari 20.000".
pub fn bar(t: Text, job: &JobView) -> Markup {
    let percent = if job.state == JobState::Done { 100 } else { job.percent().unwrap_or(0) };
    html! {
        (progress_with_figure(&t.get("job-progress"), percent, Tone::Accent))
        @if let Some(total) = job.total {
            p.ak-small.ak-muted.ak-num { (t.with("job-of", &[("done", t.number(job.done).into()), ("total", t.number(total).into())])) }
        }
    }
}

/// A note of an import in words.
pub fn note(t: Text, note: &Note) -> String {
    // in a file it helps to say what to do about it
    let code = if note.code == "no_such_record" { "import_no_such_record".to_string() } else { note.code.clone() };
    let pointer = note.field.as_ref().map_or(String::new(), |f| format!("/{f}"));
    fail::field_message(t, &FieldProblem { pointer, code, args: note.args.clone() })
}
