//! Possible duplicates of what is being typed.

use crate::fail::Reply;
use crate::ui::form::{Duplicate, duplicates};
use crate::value::Typed;
use crate::visit::Visit;
use axum::extract::{Path, Query};

/// `GET /{plural}/hints?FIELD=VALUE…`
pub(super) async fn show(visit: Visit, Path(plural): Path<String>, Query(pairs): Query<Vec<(String, String)>>) -> Reply {
    let object = visit.object(&plural)?;
    let s = visit.look();
    let typed = Typed::posted(pairs);
    let except = typed.text("except").parse().ok();
    let input = typed.input(object.fields.iter().filter(|f| typed.has(&f.key)));
    let hints = visit.engine().hints(&visit.ctx, &object.key, input, except).await?;
    let owner = object.owner.map(|ix| object.at(ix));
    let found: Vec<Duplicate> = hints
        .iter()
        .map(|hint| {
            let reasons: Vec<&str> = hint.reasons.iter().map(|r| r.get(s.key())).collect();
            let mut parts = vec![s.subtitle(&hint.record), reasons.join(", ")];
            parts.extend(
                owner
                    .map(|field| s.words(field, &hint.record))
                    .filter(|n| !n.is_empty())
                    .map(|n| s.t.with("record-owner-short", &[("name", n.into())])),
            );
            parts.retain(|p| !p.is_empty());
            let href = s.href(&object, hint.record.id);
            Duplicate {
                lead: Some(s.avatar(&object, hint.record.title(), 28)),
                title: hint.record.title().to_string(),
                reason: parts.join(" · "),
                use_href: Some(href.clone()),
                href,
                value: hint.record.id.to_string(),
            }
        })
        .collect();
    visit.fragment(duplicates(visit.t, &found), None)
}
