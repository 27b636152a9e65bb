//! What an assistant can do here, as it is told: few tools over all objects, so that an object made today needs none of
//! its own.

use serde_json::{Map, Value as Json, json};

/// A tool as it is described to assistants.
pub struct Tool {
    pub name: &'static str,
    pub title: &'static str,
    pub about: &'static str,
    /// Its arguments: JSON Schema of their properties, and which must be there.
    pub arguments: fn() -> Json,
    pub required: &'static [&'static str],
    pub kind: Kind,
}

/// What a tool does to the records.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Reads,
    /// Adds something.
    Adds,
    /// Takes the place of what was there.
    Changes,
}

impl Tool {
    /// JSON Schema of the arguments.
    pub fn schema(&self) -> Map<String, Json> {
        let schema = json!({"type": "object", "properties": (self.arguments)(), "required": self.required, "additionalProperties": false});
        schema.as_object().cloned().unwrap_or_default()
    }
}

/// All of them.
pub const TOOLS: [Tool; 12] = [
    Tool {
        name: "list_objects",
        title: "Kinds of records",
        about: "Lists the kinds of records of this workspace (objects) with what each is for and what you may do with it. Begin here.",
        arguments: || json!({}),
        required: &[],
        kind: Kind::Reads,
    },
    Tool {
        name: "describe_object",
        title: "Fields of an object",
        about: "Describes one object: its fields with type, choices, what must be filled in, which operators a filter on each may use, and its actions.",
        arguments: || json!({ "object": object() }),
        required: &["object"],
        kind: Kind::Reads,
    },
    Tool {
        name: "search",
        title: "Search",
        about: "Finds records over all objects by beginnings of words: names, numbers, addresses. Gives object, id and title of each.",
        arguments: || {
            json!({ "q": {"type": "string", "maxLength": 200},
                "objects": {"type": "array", "items": {"type": "string"}, "description": "Only in these objects (plural keys)"},
                "limit": {"type": "integer", "minimum": 1, "maximum": 100} })
        },
        required: &["q"],
        kind: Kind::Reads,
    },
    Tool {
        name: "list_records",
        title: "List records",
        about: "Lists records of an object with filter, words, order and columns. A filter is a tree: {\"field\":\"amount\",\"op\":\"gte\",\"value\":1000000}, \
                {\"all\":[…]}, {\"any\":[…]}, {\"not\":…}; fields over links as account.address_city; dates also as today, this_month, last_30_days; people \
                also as me, my_team. describe_object tells fields and operators. Give `next` back as `after` for the next page.",
        arguments: || {
            json!({ "object": object(), "filter": {"type": "object"}, "q": {"type": "string", "maxLength": 200},
                "sort": {"type": "array", "items": {"type": "string"}, "maxItems": 2, "description": "Fields, - before a descending one"},
                "columns": {"type": "array", "items": {"type": "string"}, "description": "Fields to answer; all when absent"},
                "limit": {"type": "integer", "minimum": 1, "maximum": 200}, "after": {"type": "string"} })
        },
        required: &["object"],
        kind: Kind::Reads,
    },
    Tool {
        name: "summarise_records",
        title: "Figures over records",
        about: "Counts and sums over all records that match, grouped by a field when `by` is given. Totals are count, amount:sum, amount:avg, email:filled.",
        arguments: || {
            json!({ "object": object(), "filter": {"type": "object"}, "q": {"type": "string", "maxLength": 200}, "by": {"type": "string"},
                "totals": {"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 50} })
        },
        required: &["object", "totals"],
        kind: Kind::Reads,
    },
    Tool {
        name: "get_record",
        title: "Read a record",
        about: "Reads one record with all its fields. Its version is wanted by update_record.",
        arguments: || json!({ "object": object(), "id": id() }),
        required: &["object", "id"],
        kind: Kind::Reads,
    },
    Tool {
        name: "get_timeline",
        title: "What happened around a record",
        about: "Reads what happened around a record, the newest first: calls, notes, tasks, changes.",
        arguments: || json!({ "object": object(), "id": id(), "limit": {"type": "integer", "minimum": 1, "maximum": 100} }),
        required: &["object", "id"],
        kind: Kind::Reads,
    },
    Tool {
        name: "create_record",
        title: "Make a record",
        about: "Makes a record. Decimals are numbers or strings with a point, dates YYYY-MM-DD, times RFC 3339, links ids. The same `key` again gives the \
                first answer and makes nothing.",
        arguments: || json!({ "object": object(), "values": {"type": "object"}, "key": key() }),
        required: &["object", "values"],
        kind: Kind::Adds,
    },
    Tool {
        name: "update_record",
        title: "Change a record",
        about: "Changes fields of a record; those not named stay. With `version` (from get_record) it is refused when somebody else was faster.",
        arguments: || json!({ "object": object(), "id": id(), "values": {"type": "object"}, "version": {"type": "integer"} }),
        required: &["object", "id", "values"],
        kind: Kind::Changes,
    },
    Tool {
        name: "run_action",
        title: "Run an action",
        about: "Runs an action of a record, such as converting or closing it; describe_object lists them with their inputs. Tells which records it made.",
        arguments: || json!({ "object": object(), "id": id(), "action": {"type": "string"}, "inputs": {"type": "object"}, "key": key() }),
        required: &["object", "id", "action"],
        kind: Kind::Changes,
    },
    Tool {
        name: "list_reports",
        title: "Reports",
        about: "Lists the reports there are, with what each shows.",
        arguments: || json!({}),
        required: &[],
        kind: Kind::Reads,
    },
    Tool {
        name: "run_report",
        title: "Figures of a report",
        about: "Gives the figures of a report by its key, narrowed by a filter when one is given; or of one of your own: object, filter, groups \
                [{\"field\":\"owner\"}], pivot, measures [{\"key\":\"sum\",\"function\":\"sum\",\"field\":\"amount\"}].",
        arguments: || json!({ "key": {"type": "string"}, "report": {"type": "object"}, "filter": {"type": "object"} }),
        required: &[],
        kind: Kind::Reads,
    },
];

fn object() -> Json {
    json!({"type": "string", "description": "Plural key of the object, as list_objects names it"})
}

fn id() -> Json {
    json!({"type": "integer", "minimum": 1})
}

fn key() -> Json {
    json!({"type": "string", "maxLength": 200, "description": "Your name for this request: sent twice, it is done once"})
}
