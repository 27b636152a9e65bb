//! What is wrong with a call to an outside address.

use super::{Check, Known, walk};
use crate::flow::calling::{Calling, Content, MOST_HEADERS, MOST_TRIES, is_free_header, is_json};
use crate::object::FieldType;
use crate::{FieldProblem, Object};

const LONGEST_PATH: usize = 500;
/// Fields a call tells of at most.
const MOST_FIELDS: usize = 100;

impl Check<'_> {
    pub(super) fn webhook(&mut self, at: &str, object: &Object, calling: &Calling) {
        if calling.hook == 0 {
            self.fault(&format!("{at}/hook"), "required");
        } else if !(self.judge.knows)(Known::Webhook(calling.hook)) {
            self.fault(&format!("{at}/hook"), "flow_webhook_unknown");
        }
        if !calling.path.is_empty() && !calling.path.starts_with(['/', '?']) {
            self.fault(&format!("{at}/path"), "flow_webhook_path");
        }
        self.short(&format!("{at}/path"), &calling.path);
        self.text(&format!("{at}/path"), object, &calling.path);
        if calling.headers.len() > MOST_HEADERS {
            self.faults.push(FieldProblem::new(&format!("/{at}/headers"), "too_many").with("max", MOST_HEADERS));
        }
        for header in &calling.headers {
            if !is_free_header(&header.name) {
                self.faults.push(FieldProblem::new(&format!("/{at}/headers"), "flow_webhook_header").with("name", &header.name));
            }
            self.short(&format!("{at}/headers"), &header.value);
            self.text(&format!("{at}/headers"), object, &header.value);
        }
        if calling.tries == 0 || calling.tries > MOST_TRIES {
            self.faults.push(FieldProblem::new(&format!("/{at}/tries"), "flow_limit").with("max", MOST_TRIES));
        }
        self.content(at, object, &calling.content);
    }

    fn content(&mut self, at: &str, object: &Object, content: &Content) {
        match content {
            Content::Fields(fields) if fields.is_empty() => self.fault(&format!("{at}/fields"), "required"),
            Content::Fields(fields) if fields.len() > MOST_FIELDS => {
                self.faults.push(FieldProblem::new(&format!("/{at}/fields"), "too_many").with("max", MOST_FIELDS));
            }
            Content::Fields(fields) => {
                for path in fields {
                    let told =
                        walk(self.judge.registry, object, path).is_some_and(|f| !matches!(f.kind, FieldType::Links | FieldType::File));
                    if !told {
                        self.unknown(&format!("{at}/fields"), path);
                    }
                }
            }
            Content::Json(text) => {
                if let Err(message) = is_json(text) {
                    self.faults.push(FieldProblem::new(&format!("/{at}/json"), "flow_webhook_json").with("message", message));
                }
                self.text(&format!("{at}/json"), object, text);
            }
        }
    }

    fn short(&mut self, at: &str, text: &str) {
        if text.chars().count() > LONGEST_PATH {
            self.faults.push(FieldProblem::new(&format!("/{at}"), "too_long").with("max", LONGEST_PATH));
        }
    }
}
