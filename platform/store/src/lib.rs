//! The only crate that says SQL: one workspace in one SQLite file or one PostgreSQL schema.
//!
//! Everything stored is a [`akrab_model::Raw`], so both databases hold only 64-bit numbers and
//! text. [`Store`] opens a workspace and runs closures in read or write transactions; what a
//! closure may ask for are the methods of [`Conn`], one module per ability. What differs between
//! the databases lives in `sqlite/` and `postgres/`, in files of the same names.
//!
//! To add a table of the platform's own: write it as portable SQL in its module's `TABLES` and
//! list that in `schema/system.rs`.

mod approval;
mod archive;
mod attachment;
mod audit;
mod backup;
mod block;
mod breach;
mod cells;
mod cond;
mod confirmation;
mod conn;
mod contact;
mod declared;
mod deputy;
mod directory;
mod erased;
mod errand;
mod error;
mod file;
mod flow;
mod hanging;
mod history;
mod hook;
mod identity;
mod inlet;
mod job;
mod ledger;
mod live;
mod names;
mod notice;
mod oauth;
mod oidc;
mod passkey;
mod pin;
mod postgres;
pub mod private;
mod recent;
mod records;
mod schema;
mod scoped;
mod search;
mod setting;
mod shape;
mod share;
mod shared;
mod sqlite;
mod stay;
mod store;
mod timeline;
mod twin;
mod view;
mod word;
mod work;

pub use akrab_model::query::Row;
pub use approval::{ApprovalQuery, ApprovalRow, DecisionRow, SeatRow};
pub use archive::{ArchiveTable, Stays, archived};
pub use attachment::{AttachmentRow, RevisionRow};
pub use audit::{AuditQuery, AuditRow};
pub use backup::Backup;
pub use block::BlockRow;
pub use breach::{BreachRow, BreachTurn, Precision};
pub use confirmation::{ConfirmationRow, ConfirmationState};
pub use conn::{Backend, Conn};
pub use contact::{ConsentEvent, ContactDecision};
pub use declared::{DeclaredDraft, DeclaredVersion};
pub use deputy::DeputyRow;
pub use directory::ServiceTokenRow;
pub use erased::{BlankedRow, ErasedRow};
pub use error::StoreError;
pub use file::{FileRow, LooseFile};
pub use flow::{FlowFeed, FlowLog, FlowMail, FlowRow, FlowRun, FlowRunQuery, FlowState};
pub use hanging::MovedRows;
pub use history::Change;
pub use hook::{HookAttempt, HookDelivery, HookEvent, HookRow, HookState};
pub use identity::{Attempt, Credential, Seen, SessionRow, TokenRow};
pub use inlet::{InletCall, InletRow};
pub use job::{JobEnd, JobQuery, JobRow, JobState, NewJob};
pub use ledger::{LedgerAccount, LedgerEntry, LedgerLot, LedgerReservation, LedgerTaken};
pub use live::Stir;
pub use notice::NoticeRow;
pub use oauth::{AppRow, CodeRow, GrantRow, OauthTokenRow};
pub use oidc::{OidcFlowRow, OidcIdentityRow, OidcProviderRow};
pub use passkey::PasskeyRow;
pub use postgres::hold::{Held, Hold, Holding, hold, holders};
pub use recent::Recent;
pub use records::{Bin, Cell, Few, LinkCells, NewRow, ReportQuery};
pub use schema::{ColumnSpec, Covered, IndexSpec, SchemaStep, link_table, parted, removal};
pub use scoped::ScopedLinkRow;
pub use search::{SearchEntry, SearchHit};
pub use setting::Answered;
pub use shape::{ShapeDeed, ShapeRow};
pub use share::ShareRow;
pub use stay::{Stay, StayFlow, StayLength, StayLimit, StayOpen, StayPick, StayQuery};
pub use store::{Options, Stats, Store, Target};
pub use timeline::{Entry, TimelineQuery};
pub use twin::{MergeRow, TwinRow, TwinState};
pub use view::{SavedView, ViewScope};
pub use work::{WorkBatch, WorkEnd, WorkItem, WorkRoute, WorkState};
