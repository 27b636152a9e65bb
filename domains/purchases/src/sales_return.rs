//! Returns: whose they are.

use crate::customer::{about, follow, wanted};
use crate::keys::{self, sales_return as f};
use akrab_engine::{Behaviour, Draft, Result, Tx};

/// Rules of returns.
pub struct Returns;

impl Behaviour for Returns {
    fn object(&self) -> &'static str {
        keys::SALES_RETURN
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        for (link, object) in [(f::INVOICE, keys::INVOICE), (f::ORDER, keys::ORDER)] {
            if let Some(document) = about(draft, link, object, tx)? {
                follow(draft, &document);
            }
        }
        wanted(draft, tx)
    }
}
