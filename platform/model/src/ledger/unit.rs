//! Amounts as people write them, and the days value lasts.

use super::Refusal;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

/// Most decimal places an account may count.
pub const MOST_PLACES: u8 = 8;

/// An amount in smallest units of an account with so many decimal places.
///
/// # Errors
/// [`Refusal::TooExact`] for more decimals than the account counts, [`Refusal::TooLarge`] beyond 64 bits.
pub fn units(amount: Decimal, places: u8) -> Result<i64, Refusal> {
    let factor = Decimal::from(10_i64.pow(u32::from(places.min(MOST_PLACES))));
    let scaled = amount.checked_mul(factor).ok_or(Refusal::TooLarge)?;
    if !scaled.fract().is_zero() {
        return Err(Refusal::TooExact { places });
    }
    scaled.to_i64().ok_or(Refusal::TooLarge)
}

/// Smallest units as an amount.
pub fn amount(units: i64, places: u8) -> Decimal {
    Decimal::new(units, u32::from(places.min(MOST_PLACES)))
}

/// The first moment after a day in a zone: what is usable on that day is gone then.
pub fn end_of(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    let next = day.tomorrow().ok()?;
    next.to_zoned(zone.clone()).ok().map(|begin| begin.timestamp())
}
