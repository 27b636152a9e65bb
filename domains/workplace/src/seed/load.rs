//! Streams sample data into the workspace in large transactions.

use super::approvals::approvals;
use super::basics::{basics, context, stages};
use super::customers;
use super::fill::{self as made, Links};
use super::papers::papers;
use super::people::{PASSWORD, people};
use super::processes;
use super::purchases::purchases;
use super::voices::voices;
use crate::sample::{Generator, Sizes};
use akrab_customers::keys::important_date;
use akrab_engine::{Ctx, Engine, ListRequest, Result};
use akrab_model::filter::Op;
use akrab_model::{Filter, Object, Record, RecordId};
use std::sync::Arc;

/// Records written in one transaction. Larger ones hardly gain and hold up everybody else.
const BATCH: usize = 5_000;

/// Records a flow of the sample firm begins with.
const BEGUN: usize = 4;

/// How much is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Volume {
    /// 2,000 accounts and what belongs to them.
    Demo,
    /// So many contacts and, for each, the accounts, opportunities and interactions of a large
    /// workspace: a million give 200,000 accounts, 300,000 opportunities and five million timeline entries.
    Contacts(usize),
}

impl Volume {
    fn sizes(self) -> Sizes {
        match self {
            Volume::Demo => Sizes::DEMO,
            Volume::Contacts(n) => Sizes::for_contacts(n),
        }
    }
}

/// Told how far the work is: records made, records in all.
pub type Progress<'a> = &'a (dyn Fn(usize, usize) + Send + Sync);

/// Loads the sample firm into a workspace people mean to keep: its users cannot sign in.
///
/// # Errors
/// What the database answers.
pub async fn sample(engine: &Engine, seed: u64) -> Result<()> {
    fill(engine, seed, Volume::Demo, &|_, _| {}).await?;
    customers::customers(engine).await?;
    processes::ways(engine).await
}

/// Loads the sample firm with users who sign in with [`PASSWORD`].
///
/// # Errors
/// What the database answers.
pub async fn demo(engine: &Engine, seed: u64) -> Result<()> {
    sample(engine, seed).await?;
    let ctx = context(engine);
    for user in engine.write(&ctx, people).await? {
        engine.set_password(&ctx, user, PASSWORD).await?;
    }
    // what happened days ago first: the inbox stands in the order things came
    voices(engine).await?;
    approvals(engine).await?;
    papers(engine).await?;
    processes::rules(engine).await?;
    super::privacy::privacy(engine).await?;
    flows(engine, &ctx).await
}

/// What the sample firm's program does by itself, and a few records it has done it for.
async fn flows(engine: &Engine, ctx: &Ctx) -> Result<()> {
    let come = engine.flow_import(ctx, include_str!("flows.toml"), false).await?;
    engine
        .write(ctx, move |tx| {
            for flow in &come {
                tx.flow_pause(&flow.key, false)?;
            }
            Ok(())
        })
        .await?;
    let open = Filter::test("stage.category", Op::Is, "open");
    let request = ListRequest { object: "opportunity".into(), filter: Some(open), limit: BEGUN, ..ListRequest::default() };
    let records = engine.list(ctx, request).await?.records;
    engine
        .write(ctx, move |tx| {
            for record in &records {
                tx.flow_press("opportunity", record.id, "serah_bergiliran")?;
            }
            Ok(())
        })
        .await
}

/// Makes roles, pipeline and users where they are missing, then loads sample data.
///
/// # Errors
/// What the database answers; what was loaded until then stays.
pub async fn fill(engine: &Engine, seed: u64, volume: Volume, progress: Progress<'_>) -> Result<()> {
    basics(engine).await?;
    let ctx = context(engine);
    let users = engine.write(&ctx, people).await?;
    let (pipeline, stages) = engine.read(&ctx, stages).await?;
    let sizes = volume.sizes();
    let generator = Arc::new(Generator::with_sizes(seed, ctx.now.date(), sizes));
    let links = Links {
        users,
        accounts: Vec::new(),
        contacts: Vec::new(),
        opportunities: Vec::new(),
        pipeline,
        stages,
        now: ctx.now.timestamp(),
        zone: ctx.now.time_zone().clone(),
    };
    let total = sizes.accounts + sizes.contacts + sizes.leads + sizes.opportunities + sizes.interactions + sizes.tasks;
    let mut loader = Loader { engine, ctx, generator, links: Arc::new(links), made: 0, total, progress };
    let accounts = loader.run("account", sizes.accounts, |g, o, n, l| made::account(o, &g.account(n), n, l)).await?;
    loader.link(|links| links.accounts = accounts);
    let contacts = loader.run("contact", sizes.contacts, |g, o, n, l| made::contact(o, &g.contact(n), n, l)).await?;
    loader.link(|links| links.contacts = contacts);
    loader.hang("position", sizes.contacts, customers::position_of).await?;
    if volume == Volume::Demo {
        loader.hang("important_date", sizes.contacts, |made, _, id, _| customers::birthday_of(made, id)).await?;
    }
    let opportunities = loader.run("opportunity", sizes.opportunities, |g, o, n, l| made::opportunity(o, &g.opportunity(n), n, l)).await?;
    loader.link(|links| links.opportunities = opportunities);
    loader.run("lead", sizes.leads, lead).await?;
    loader.run("interaction", sizes.interactions, |g, o, n, l| made::interaction(o, &g.interaction(n), l)).await?;
    loader.run("task", sizes.tasks, |g, o, n, l| made::task(o, &g.task(n), l)).await?;
    if volume == Volume::Demo {
        purchases(engine, &loader.ctx, &loader.generator, &loader.links).await?;
    }
    for parent in ["account", "contact"] {
        engine.fill(&loader.ctx, parent).await?;
    }
    // the workspace may be closed at once: without fresh figures the planner would sort whole tables
    engine.write(&loader.ctx, |tx| Ok(tx.conn.analyze()?)).await
}

/// A converted lead is one of the contacts there are.
fn lead(generator: &Generator, object: &Arc<Object>, index: usize, links: &Links) -> Record {
    let lead = generator.lead(index);
    if lead.status != "converted" {
        return made::lead(object, &lead, None, links);
    }
    let at = index * 13 % generator.sizes().contacts;
    let contact = generator.contact(at);
    let company = generator.account(contact.account).full_name();
    made::lead(object, &lead, Some((at, &contact, company)), links)
}

/// What hangs on a contact: its values, from the contact, its number and id, and the day.
type What = fn(&Record, usize, RecordId, jiff::civil::Date) -> Option<Vec<(&'static str, akrab_model::Value)>>;

struct Loader<'a> {
    engine: &'a Engine,
    ctx: Ctx,
    generator: Arc<Generator>,
    links: Arc<Links>,
    made: usize,
    total: usize,
    progress: Progress<'a>,
}

impl Loader<'_> {
    /// Makes and writes `count` records; their ids in order.
    async fn run(&mut self, key: &str, count: usize, make: fn(&Generator, &Arc<Object>, usize, &Links) -> Record) -> Result<Vec<RecordId>> {
        let object = self.engine.object(key)?;
        let mut ids = Vec::with_capacity(count);
        for from in (0..count).step_by(BATCH) {
            let (generator, links, object) = (self.generator.clone(), self.links.clone(), object.clone());
            let to = (from + BATCH).min(count);
            let part = self
                .engine
                .write(&self.ctx, move |tx| {
                    let records = (from..to).map(|n| make(&generator, &object, n, &links)).collect();
                    tx.load(&object, records)
                })
                .await?;
            ids.extend(part);
            self.made += to - from;
            (self.progress)(self.made, self.total);
        }
        Ok(ids)
    }

    /// Makes what hangs on contacts, one or none for each.
    async fn hang(&mut self, key: &str, count: usize, what: What) -> Result<()> {
        let (object, contact) = (self.engine.object(key)?, self.engine.object("contact")?);
        let today = self.ctx.now.date();
        for from in (0..count).step_by(BATCH) {
            let (generator, links, object, contact) = (self.generator.clone(), self.links.clone(), object.clone(), contact.clone());
            let to = (from + BATCH).min(count);
            self.engine
                .write(&self.ctx, move |tx| {
                    let records = (from..to).filter_map(|n| {
                        let person = made::contact(&contact, &generator.contact(n), n, &links);
                        let values = what(&person, n, *links.contacts.get(n)?, today)?;
                        let mut record = Record::new(object.clone(), 0, 0);
                        for (key, value) in values {
                            record.set(key, value);
                        }
                        if record.object.field(important_date::NEXT_ON).is_some() {
                            for (key, value) in akrab_customers::coming(&record, today) {
                                record.set(key, value);
                            }
                        }
                        for key in ["created_at", "created_by"] {
                            record.set(key, person.get(key).clone());
                        }
                        Some(record)
                    });
                    let records: Vec<Record> = records.collect();
                    tx.load(&object, records).map(drop)
                })
                .await?;
        }
        Ok(())
    }

    /// Lets later records refer to those just made.
    fn link(&mut self, set: impl FnOnce(&mut Links)) {
        set(Arc::make_mut(&mut self.links));
    }
}
