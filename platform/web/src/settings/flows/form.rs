//! A trigger and a step as the fields of a form, and back.

use crate::form::{Fields, one_of};
use crate::value::{Look, Typed};
use akrab_engine::flow::{
    ActsAs, Assigning, Calling, Clock, Content, DateUnit, Deed, Else, Flow, Given, Header, Lapse, MailTo, Method, OnMiss, Repeat, Rhythm,
    Rule, Step, Trigger, Unit, Until, Values, Who,
};
use akrab_model::{Field, Object, Problem};
use serde_json::{Value as Json, json};

/// Rows a form has at most.
const ROWS: usize = 60;

/// Reads forms for one person.
pub struct Reader<'a> {
    pub look: &'a Look,
    pub fields: &'a Fields,
}

impl Reader<'_> {
    fn text(&self, name: &str) -> String {
        self.fields.text(name).to_string()
    }
    fn some(&self, name: &str) -> Option<String> {
        Some(self.text(name)).filter(|text| !text.is_empty())
    }
    fn number<T: std::str::FromStr + Default>(&self, name: &str) -> T {
        self.fields.text(name).parse().unwrap_or_default()
    }
    fn clock(&self, name: &str) -> Clock {
        self.fields.text(name).parse().unwrap_or_default()
    }
    fn who(&self, name: &str) -> Option<Who> {
        Who::of_word(self.fields.text(name))
    }
    fn people(&self, name: &str) -> Vec<Who> {
        self.fields.all(name).filter_map(Who::of_word).collect()
    }

    /// A length of time under the names `NAME_n`, `NAME_unit` …
    fn lapse(&self, name: &str) -> Result<Lapse, Problem> {
        let unit: Unit = one_of(&format!("{name}_unit"), self.fields.text(&format!("{name}_unit")))?;
        let at = self.some(&format!("{name}_at")).and_then(|text| text.parse().ok());
        let calendar = self.some(&format!("{name}_calendar")).filter(|_| unit.is_working());
        Ok(Lapse { n: self.number(&format!("{name}_n")), unit, at: at.filter(|_| unit.is_of_days()), calendar })
    }

    /// A value as it was typed in the control `name`, in the form in which it is kept.
    fn value(&self, field: &Field, name: &str) -> Json {
        let control = Field { key: name.into(), ..field.clone() };
        let typed = Typed::posted(self.fields.0.clone());
        let read = typed.input([&control]).remove(name).unwrap_or(Json::Null);
        // a text keeps what stands for fields in it
        if field.kind.is_text() || field.kind == akrab_model::FieldType::LongText {
            read
        } else {
            field.settled(&read, &self.look.parse_env())
        }
    }

    fn values(&self, target: Option<&Object>) -> Result<Values, Problem> {
        let mut values = Values::new();
        for n in 0..ROWS {
            let name = |part: &str| format!("v{n}_{part}");
            let key = self.text(&name("field"));
            let Some(field) = target.and_then(|object| object.field(&key)) else { continue };
            let given = match self.fields.text(&name("how")) {
                "from" => Given::From(self.text(&name("from"))),
                "formula" => Given::Formula(self.text(&name("formula"))),
                "after" => Given::After(self.lapse(&name("after"))?),
                "empty" => Given::Empty,
                _ => match self.value(field, &name("value")) {
                    Json::Null => Given::Value(json!("")),
                    value => Given::Value(value),
                },
            };
            values.insert(key, given);
        }
        Ok(values)
    }

    /// The flow with what the form of its beginning says.
    ///
    /// # Errors
    /// `invalid` for words the form does not offer.
    pub fn trigger(&self, mut flow: Flow) -> Result<Flow, Problem> {
        flow.name.id = self.text("name_id");
        flow.name.en = self.some("name_en").unwrap_or_else(|| flow.name.id.clone());
        flow.acts_as = one_of::<ActsAs>("acts_as", self.fields.text("acts_as"))?;
        flow.repeat = one_of::<Repeat>("repeat", self.fields.text("repeat"))?;
        flow.formula = self.some("formula");
        let field = self.text("field");
        flow.trigger = match self.fields.text("on") {
            "changed" => {
                let object = self.look.registry.object(&flow.object);
                let known = object.and_then(|o| o.field(&field));
                let to = known.map(|f| self.value(f, "to")).filter(|value| !value.is_null() && self.fields.ticked("only_to"));
                Trigger::Changed { field, to }
            }
            "became" => Trigger::Became {},
            "date" => {
                let n: i64 = self.number::<i64>("offset").abs();
                let offset = if self.fields.text("side") == "after" { n } else { -n };
                let unit = one_of::<DateUnit>("unit", self.fields.text("unit"))?;
                Trigger::Date {
                    field,
                    offset,
                    unit,
                    at: self.clock("at"),
                    calendar: self.some("calendar").filter(|_| unit == DateUnit::WorkingDays),
                }
            }
            "schedule" => {
                let rhythm = one_of::<Rhythm>("rhythm", self.fields.text("rhythm"))?;
                let day = match rhythm {
                    Rhythm::Monthly => self.number::<i8>("month_day").max(1),
                    _ => self.number("day"),
                };
                let calendar = self.some("calendar").filter(|_| rhythm == Rhythm::WorkingDays);
                Trigger::Schedule { rhythm, day, at: self.clock("at"), calendar }
            }
            "button" => Trigger::Button {},
            "called" => Trigger::Called {},
            "webhook" => Trigger::Webhook {},
            "form" => Trigger::Form { form: self.fields.text("form").parse().ok() },
            _ => Trigger::Created {},
        };
        Ok(flow)
    }

    /// What the form of a step says; conditions and inner steps stay as they are.
    ///
    /// # Errors
    /// `invalid` for words the form does not offer.
    pub fn deed(&self, before: &Step, object: &str) -> Result<Deed, Problem> {
        let registry = &self.look.registry;
        let of = |key: &str| registry.object(key).map(|o| &**o);
        Ok(match &before.deed {
            Deed::Set { .. } => Deed::Set { values: self.values(of(object))? },
            Deed::Create { .. } => {
                let made = self.text("object");
                Deed::Create { link: self.some("link"), values: self.values(of(&made))?, object: made }
            }
            Deed::Assign(_) => Deed::Assign(self.assigning()?),
            Deed::Task { values, .. } => {
                let due = if self.fields.text("due_n").is_empty() { None } else { Some(self.lapse("due")?) };
                let tasks = akrab_engine::flow::tasks(registry);
                let values = if self.fields.get("v0_field").is_some() { self.values(tasks.map(|o| &**o))? } else { values.clone() };
                Deed::Task { title: self.text("title"), note: self.some("note"), to: self.who("to").unwrap_or(Who::Owner), due, values }
            }
            Deed::Notify { .. } => Deed::Notify { to: self.people("to"), text: self.text("text") },
            Deed::Mail { .. } => {
                let named = self.fields.all("to").filter_map(|word| match word.strip_prefix("mail:") {
                    Some(path) => Some(MailTo::Field(path.into())),
                    None => Who::of_word(word).map(MailTo::Who),
                });
                let typed = self.fields.text("addresses").split([',', ';', ' ']).map(str::trim).filter(|a| !a.is_empty());
                let to = named.chain(typed.map(|address| MailTo::Address(address.into()))).collect();
                Deed::Mail {
                    to,
                    template: self.some("template"),
                    subject: self.text("subject"),
                    text: self.fields.get("text").unwrap_or_default().replace("\r\n", "\n"),
                }
            }
            Deed::Webhook(before) => Deed::Webhook(self.calling(before)?),
            Deed::Approval { .. } => {
                let otherwise = one_of::<Else>("else", self.fields.text("else"))?;
                Deed::Approval { rule: self.text("rule"), note: self.some("note"), otherwise }
            }
            Deed::Wait(until) => Deed::Wait(self.until(until)?),
            Deed::Branch { arms } => Deed::Branch { arms: arms.clone() },
            Deed::Each { when, steps, object: child, .. } => {
                let (object, via) =
                    self.fields.text("children").split_once('.').map(|(o, v)| (o.to_string(), v.to_string())).unwrap_or_default();
                let when = when.clone().filter(|_| object == *child);
                Deed::Each { object, via, when, limit: self.number("limit"), steps: steps.clone() }
            }
            Deed::Run { .. } => Deed::Run { flow: self.text("flow") },
            Deed::End {} => Deed::End {},
        })
    }

    fn calling(&self, before: &Calling) -> Result<Calling, Problem> {
        let lines = self.fields.get("headers").unwrap_or_default().lines().map(str::trim).filter(|line| !line.is_empty());
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            Header { name: name.trim().into(), value: value.trim().into() }
        };
        let content = match (self.fields.text("content"), &before.content) {
            ("json", _) if self.fields.get("json").is_some() => {
                Content::Json(self.fields.get("json").unwrap_or_default().replace("\r\n", "\n"))
            }
            ("json", Content::Json(text)) => Content::Json(text.clone()),
            // what was chosen before is a beginning for what is written oneself
            ("json", Content::Fields(fields)) => {
                let told: Vec<&str> = if self.fields.get("fields").is_some() {
                    self.fields.all("fields").collect()
                } else {
                    fields.iter().map(String::as_str).collect()
                };
                let lines = std::iter::once("id").chain(told).map(|path| format!("  \"{path}\": {{{{{path}}}}}"));
                Content::Json(format!("{{\n{}\n}}", lines.collect::<Vec<_>>().join(",\n")))
            }
            _ => Content::Fields(self.fields.all("fields").filter(|path| !path.is_empty()).map(str::to_string).collect()),
        };
        Ok(Calling {
            hook: self.number("hook"),
            method: one_of::<Method>("method", self.fields.text("method"))?,
            path: self.text("path"),
            headers: lines.map(header).collect(),
            content,
            tries: self.number("tries"),
            otherwise: one_of::<OnMiss>("else", self.fields.text("else"))?,
        })
    }

    fn assigning(&self) -> Result<Assigning, Problem> {
        Ok(match self.fields.text("by") {
            "to" => Assigning::To { to: self.who("to").unwrap_or(Who::Creator) },
            "load" => Assigning::Load { people: self.people("people") },
            "rule" => {
                let mut rules = Vec::new();
                for n in 0..ROWS {
                    let name = |part: &str| format!("r{n}_{part}");
                    let Some(to) = self.who(&name("to")) else { continue };
                    let when: Json = match serde_json::from_str(self.fields.text(&name("when"))) {
                        Ok(kept) => kept,
                        Err(_) => {
                            let (field, text) = (self.text(&name("field")), self.text(&name("value")));
                            if field.is_empty() || text.is_empty() {
                                continue;
                            }
                            let op = self.some(&name("op")).unwrap_or_else(|| "is".into());
                            json!({ "field": field, "op": op, "value": text })
                        }
                    };
                    rules.push(Rule { when, to });
                }
                Assigning::Rule { rules, otherwise: self.who("otherwise") }
            }
            _ => Assigning::RoundRobin { people: self.people("people") },
        })
    }

    fn until(&self, before: &Until) -> Result<Until, Problem> {
        Ok(match self.fields.text("until") {
            "date" => {
                let lapse = if self.number::<u32>("lapse_n") == 0 { None } else { Some(self.lapse("lapse")?) };
                Until::Date { field: self.text("field"), lapse }
            }
            "holds" => {
                let when = if let Until::Holds { when, .. } = before { when.clone() } else { json!({ "all": [] }) };
                Until::Holds { when, most: self.lapse("lapse")?, otherwise: one_of::<Else>("else", self.fields.text("else"))? }
            }
            _ => Until::Passed { lapse: self.lapse("lapse")? },
        })
    }
}
