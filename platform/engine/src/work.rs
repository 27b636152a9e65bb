//! The work ledger: what has to reach somebody outside once, and not twice.
//!
//! Units of work are planned in batches ([`Tx::work_plan`]), under a key that names them for good. A [`Carrier`] of the
//! domain's hands each over; the [`Porter`] sees to it that one is done after the other, at the rates of its route, and that
//! what became of each is written before the next is taken. Where the program was gone between handing over and hearing the
//! answer, the item stands as unknown: nobody sends it again but a person who knows.

mod carry;
mod look;
mod plan;
mod porter;
mod turn;

pub use akrab_store::{WorkBatch as BatchRow, WorkItem as ItemRow, WorkRoute as Route, WorkState};
pub use carry::{Carried, Carrier, Handed};
pub use look::{BatchView, Counts, ItemView};
pub use plan::{Batch, Unit};
pub use porter::Porter;
pub use turn::Turn;
pub(crate) use turn::{SettleWork, is_due};
