//! Products owned: what the product says is filled in, and when the warranty ends.

use crate::customer::{about, wanted};
use crate::invoice::day;
use crate::keys::{self, product, product_owned as f};
use akrab_engine::{Behaviour, Draft, Result, Tx};
use akrab_model::Value;
use jiff::ToSpan;

/// Rules of products owned.
pub struct Owned;

impl Behaviour for Owned {
    fn object(&self) -> &'static str {
        keys::PRODUCT_OWNED
    }

    fn before_save(&self, draft: &mut Draft, tx: &mut Tx) -> Result<()> {
        if let Some(product) = about(draft, f::PRODUCT, keys::PRODUCT, tx)? {
            for (to, from) in [(f::NAME, product::NAME), (f::WARRANTY_MONTHS, product::WARRANTY_MONTHS)] {
                if draft.get(to).is_null() {
                    draft.set(to, product.get(from).clone());
                }
            }
        }
        if draft.get(f::NAME).is_null() {
            let serial = draft.get(f::SERIAL).text().map(str::to_string);
            let unnamed = || tx.engine.settings().lang.pick("Produk tanpa nama", "Unnamed product").to_string();
            draft.set(f::NAME, Value::Text(serial.unwrap_or_else(unnamed)));
        }
        if draft.changed(f::BOUGHT_ON) || draft.changed(f::WARRANTY_MONTHS) {
            let end = day(draft.get(f::BOUGHT_ON)).zip(draft.get(f::WARRANTY_MONTHS).int());
            // the last day of twelve months from 5 March is 4 March
            let last = end
                .filter(|(_, months)| *months > 0)
                .and_then(|(bought, months)| bought.checked_add(months.months()).and_then(|day| day.yesterday()).ok());
            draft.set(f::WARRANTY_END, last.map_or(Value::Null, Value::Date));
        }
        wanted(draft, tx)
    }
}
