//! What makes a flow begin.

use super::is_default;
use super::moment::Clock;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// What makes a flow begin.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Trigger {
    /// A record was made.
    Created {},
    /// A field was changed, to this value if there is one.
    Changed {
        field: String,
        #[serde(default, skip_serializing_if = "is_default")]
        to: Option<Json>,
    },
    /// The flow's condition holds of a record of which it did not hold before.
    Became {},
    /// So long before or after a date of the record.
    Date {
        field: String,
        /// Below zero: before it.
        offset: i64,
        #[serde(default, skip_serializing_if = "is_default")]
        unit: DateUnit,
        /// For days: at this time of the workspace's zone.
        #[serde(default, skip_serializing_if = "is_default")]
        at: Clock,
        /// For working days: the calendar that counts them.
        #[serde(default, skip_serializing_if = "is_default")]
        calendar: Option<String>,
    },
    /// At planned times, for every record the condition holds of.
    Schedule {
        rhythm: Rhythm,
        /// Of the week (Monday is 0) or of the month (1 to 28), as the rhythm says.
        #[serde(default, skip_serializing_if = "is_default")]
        day: i8,
        at: Clock,
        /// For working days: the calendar that knows them.
        #[serde(default, skip_serializing_if = "is_default")]
        calendar: Option<String>,
    },
    /// Somebody presses a button on the record's page.
    Button {},
    /// Another flow runs it.
    Called {},
    /// An incoming webhook hands the record over that it made or found.
    Webhook {},
    /// Somebody sent a public form, this one or any, and it made the record.
    Form {
        #[serde(default, skip_serializing_if = "is_default")]
        form: Option<i64>,
    },
}

/// In what the distance from a date is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateUnit {
    #[default]
    Days,
    WorkingDays,
    /// For fields with a time.
    Hours,
}

/// How often a schedule comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rhythm {
    #[default]
    Daily,
    WorkingDays,
    Weekly,
    Monthly,
}

/// How often a flow runs for one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeat {
    /// Each time it is triggered.
    #[default]
    Always,
    /// Not while a run of it for this record is still going on.
    Idle,
    /// Once in a record's life.
    Once,
}

impl Trigger {
    /// Every kind, as it begins in the editor.
    pub fn all() -> Vec<Trigger> {
        vec![
            Trigger::Created {},
            Trigger::Changed { field: String::new(), to: None },
            Trigger::Became {},
            Trigger::Date { field: String::new(), offset: -3, unit: DateUnit::Days, at: Clock::default(), calendar: None },
            Trigger::Schedule { rhythm: Rhythm::Daily, day: 0, at: Clock::default(), calendar: None },
            Trigger::Button {},
            Trigger::Called {},
            Trigger::Webhook {},
            Trigger::Form { form: None },
        ]
    }
    /// Its key in declarations, forms and words.
    pub fn key(&self) -> &'static str {
        match self {
            Trigger::Created {} => "created",
            Trigger::Changed { .. } => "changed",
            Trigger::Became {} => "became",
            Trigger::Date { .. } => "date",
            Trigger::Schedule { .. } => "schedule",
            Trigger::Button {} => "button",
            Trigger::Called {} => "called",
            Trigger::Webhook {} => "webhook",
            Trigger::Form { .. } => "form",
        }
    }
    /// Looked at when a record is written.
    pub fn is_of_a_write(&self) -> bool {
        matches!(self, Trigger::Created {} | Trigger::Changed { .. } | Trigger::Became {})
    }
    /// Comes by itself with time.
    pub fn is_of_time(&self) -> bool {
        matches!(self, Trigger::Date { .. } | Trigger::Schedule { .. })
    }
}
