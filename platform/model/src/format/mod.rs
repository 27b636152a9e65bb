//! Writing numbers, money, days and times the way a reader of either language expects.

mod calendar;
mod lang;
mod quantity;

pub use calendar::{
    date, date_long, date_short, datetime, day_month, duration, month_short, month_year, relative, relative_day, time, weekday,
};
pub use lang::Lang;
pub use quantity::{decimal, file_size, money, money_short, number, percent};
