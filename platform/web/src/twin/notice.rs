//! On the page of a record: that it may be there twice.

use super::words;
use crate::record::Sight;
use crate::ui::button::Button;
use akrab_engine::twin::Twin;
use akrab_engine::{Result, Tx};
use akrab_model::RecordId;
use maud::{Markup, html};

/// The likeliest open pair of a record whose other half may be seen, with whom it is, and how many there are.
pub struct Notice {
    twin: Twin,
    more: usize,
}

impl Notice {
    /// # Errors
    /// As [`Tx::twins_open`].
    pub fn load(tx: &mut Tx, object: &str, id: RecordId) -> Result<Option<Notice>> {
        let mut open = tx.twins_open(object, id)?.into_iter();
        Ok(open.next().map(|twin| Notice { twin, more: open.count() }))
    }
}

/// "May also be Budi Santoso (98%): same phone".
pub fn draw(sight: &Sight, notice: &Notice, csrf: &str) -> Markup {
    let (look, object) = (&sight.look, &sight.object);
    let Some(other) = notice.twin.sides.iter().map(|side| &side.record).find(|record| record.id != sight.record.id) else {
        return html! {};
    };
    let pair = format!("/{}/duplicates/{}", object.plural, notice.twin.id);
    let said = notice.twin.reasons.iter().filter(|reason| reason.speaks_for());
    let said: Vec<String> = said.map(|one| words::reason(look.t, object, one, notice.twin.through.as_deref(), look.key())).collect();
    html! {
        div.ak-notice.ak-row.ak-gap-8.ak-wrap data-tone="info" {
            span {
                (crate::ui::icon_sized("copy-check", 15)) " "
                (look.t.with("twin-may-be", &[("score", words::percent(notice.twin.score).into())])) " "
                a.ak-link href=(look.href(object, other.id)) { (other.title()) }
                @if !said.is_empty() { " " span.ak-muted.ak-small { (said.join(" · ")) } }
                @if notice.more > 0 { " " span.ak-muted.ak-small { (look.t.with("twin-may-be-more", &[("n", notice.more.into())])) } }
            }
            span.ak-spacer {}
            @if notice.twin.may_merge {
                (Button::new(look.t.get("twin-compare")).href(format!("{pair}?winner={}", sight.record.id)))
                form method="post" action=(pair) {
                    input type="hidden" name="csrf" value=(csrf);
                    input type="hidden" name="state" value="distinct";
                    input type="hidden" name="back" value=(sight.href());
                    (Button::new(look.t.get("twin-distinct")).ghost().submit())
                }
            }
        }
    }
}
