//! The form of an address.

use super::super::super::line::{Filled, Kind, Line, sheet};
use super::super::super::{Errors, faults, show_form};
use super::{HERE, show};
use crate::fail::Reply;
use crate::flash::Flash;
use crate::form::Fields;
use crate::visit::Visit;
use akrab_engine::inlet::{InletDraft, Proof};
use axum::extract::Path;

fn lines(visit: &Visit, new: bool) -> Vec<Line> {
    let t = visit.t;
    let people = visit.engine().people();
    let people = people.users().into_iter().filter(|person| person.active).map(|person| (person.id.to_string(), person.name.clone()));
    let proofs = Proof::ALL.map(|proof| (proof.key().to_string(), t.get(&format!("inlet-proof-{}", proof.key()))));
    let mut lines = vec![
        Line::new(t, "name", "webhook-name", Kind::Text).required().hint(t.get("inlet-name-hint")),
        Line::new(t, "owner", "webhook-owner", Kind::Choice(people.collect())).required().hint(t.get("inlet-owner-hint")),
        Line::new(t, "proof", "inlet-proof", Kind::Choice(proofs.to_vec())).hint(t.get("inlet-proof-hint")),
        Line::new(t, "header", "inlet-header", Kind::Text).hint(t.get("inlet-header-hint")),
        Line::new(t, "known_by", "inlet-known-by", Kind::Text).hint(t.get("inlet-known-by-hint")),
    ];
    if new {
        lines.push(Line::new(t, "secret", "inlet-secret-own", Kind::Text).hint(t.get("inlet-secret-own-hint")));
    } else {
        lines.push(Line::new(t, "open", "webhook-on", Kind::Check));
    }
    lines
}

fn draft(fields: &Fields) -> InletDraft {
    let proof = Proof::of(fields.text("proof")).unwrap_or_default();
    let header = match (proof, fields.text("header")) {
        (Proof::Standard, _) => "",
        (_, "") => proof.usual_header(),
        (_, header) => header,
    };
    InletDraft {
        name: fields.text("name").into(),
        owner: fields.text("owner").parse().unwrap_or(0),
        proof,
        header: header.into(),
        known_by: fields.text("known_by").into(),
        open: fields.ticked("open"),
    }
}

async fn draw(visit: &Visit, id: Option<i64>, title: &str, filled: &Filled, errors: &Errors) -> Reply {
    let here = id.map_or_else(|| format!("{HERE}/new"), |id| format!("{HERE}/{id}/edit"));
    let back = id.map_or_else(|| HERE.to_string(), |id| format!("{HERE}/{id}"));
    let verb = if id.is_some() { "save" } else { "inlet-add" };
    show_form(visit, title, sheet(visit, &here, &lines(visit, id.is_none()), (filled, errors), verb, &back), errors).await
}

pub(super) async fn new(visit: Visit) -> Reply {
    visit.require_admin()?;
    let filled = Filled::default().set("owner", visit.person.id.to_string()).set("proof", Proof::default().key());
    draw(&visit, None, &visit.t.get("inlet-new"), &filled, &Errors::new()).await
}

pub(super) async fn add(visit: Visit, fields: Fields) -> Reply {
    visit.require_admin()?;
    let draft = InletDraft { open: true, ..draft(&fields) };
    let secret = Some(fields.text("secret").to_string()).filter(|secret| !secret.is_empty());
    match visit.write(move |tx| tx.inlet_add(&draft, secret.as_deref())).await {
        Ok((id, secret)) => show::draw(&visit, id, Some(secret), &show::Asked::default(), &Errors::new()).await,
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            draw(&visit, None, &visit.t.get("inlet-new"), &Filled::typed(&fields), &errors).await
        }
    }
}

pub(super) async fn edit(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    let InletDraft { name, owner, proof, header, known_by, open } = visit.read(move |tx| tx.inlet(id)).await?.draft;
    let filled = Filled::default().set("name", &name).set("owner", owner.to_string()).set("proof", proof.key());
    let filled = filled.set("header", header).set("known_by", known_by);
    let filled = if open { filled.set("open", "1") } else { filled };
    draw(&visit, Some(id), &name, &filled, &Errors::new()).await
}

pub(super) async fn save(visit: Visit, Path(id): Path<i64>, fields: Fields) -> Reply {
    visit.require_admin()?;
    let draft = draft(&fields);
    match visit.write(move |tx| tx.inlet_change(id, &draft)).await {
        Ok(()) => visit.go(&format!("{HERE}/{id}"), Flash::ok(visit.t.get("saved"))),
        Err(fail) => {
            let errors = faults(&visit, fail.problem)?;
            draw(&visit, Some(id), fields.text("name"), &Filled::typed(&fields), &errors).await
        }
    }
}

pub(super) async fn delete(visit: Visit, Path(id): Path<i64>) -> Reply {
    visit.require_admin()?;
    visit.write(move |tx| tx.inlet_remove(id)).await?;
    visit.go(HERE, Flash::ok(visit.t.get("deleted")))
}
