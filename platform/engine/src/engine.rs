//! The engine: one workspace with its registry, people and settings, and the doors to read and write.

use crate::approval::Rules;
use crate::behaviour::Behaviour;
use crate::clock::{Clock, Random};
use crate::ctx::{Actor, Ctx, Door};
use crate::file::FileStore;
use crate::hook::Listeners;
use crate::identity::Mailer;
use crate::job::{Kinds, Work};
use crate::outside::Outside;
use crate::people::{People, Person};
use crate::policy::Policies;
use crate::process::Processes;
use crate::report::Library;
use crate::seal::Key;
use crate::settings::Settings;
use crate::world::{self, World};
use crate::write::Finished;
use crate::{Result, Tx, objects};
use akrab_model::format::Lang;
use akrab_model::object::{DeclError, ObjectDecl};
use akrab_model::{Object, Problem, Registry};
use akrab_store::Store;
use arc_swap::ArcSwap;
use serde_json::json;
use std::path::PathBuf;
use std::sync::Arc;

/// What an engine is made of.
pub struct Setup {
    pub store: Store,
    /// Object files of the domains: name and text. The platform's own are added.
    pub objects: Vec<(&'static str, &'static str)>,
    /// Report files of the domains: name and text.
    pub reports: Vec<(&'static str, &'static str)>,
    /// Says filters in words, where they are put on paper.
    pub sentences: crate::report::Sentences,
    pub behaviours: Vec<Arc<dyn Behaviour>>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    /// Kinds of jobs and schedules of the domains. The platform's own are added.
    pub work: Work,
    /// Folder of uploaded and produced files; made when missing.
    pub files: PathBuf,
    /// Where files are kept besides.
    pub shelving: Option<crate::file::Shelving>,
    /// Takes the mails of the program itself.
    pub mailer: Arc<dyn Mailer>,
    /// Calls other people's servers.
    pub outside: Arc<dyn Outside>,
    /// Seals what the program has to read again, but nobody else.
    pub key: Key,
    /// A worker that says nothing for this long has lost its job; [`crate::job::LEASE`] as a rule.
    pub lease: std::time::Duration,
}

/// One workspace. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub store: Store,
    /// Declarations of the object files, over which the workspace's own changes lie.
    pub shipped: Vec<(String, ObjectDecl)>,
    pub world: ArcSwap<World>,
    /// Held while the objects are read anew.
    pub shaping: tokio::sync::Mutex<()>,
    /// Reports and dashboards of the domains.
    pub library: Library,
    pub sentences: crate::report::Sentences,
    pub figures: crate::read::Figures,
    pub looks: crate::view::Looks,
    pub visits: crate::read::Visits,
    pub people: ArcSwap<People>,
    /// Flows as they stand.
    pub flows: ArcSwap<crate::flow::Flows>,
    /// Told when runs of flows have begun or may go on.
    pub flow_wake: tokio::sync::Notify,
    /// Whose turn it is among the flows.
    pub flow_turn: std::sync::atomic::AtomicUsize,
    pub settings: ArcSwap<Settings>,
    /// Approval rules in force.
    pub approvals: ArcSwap<Rules>,
    /// Process maps in force.
    pub processes: ArcSwap<Processes>,
    /// Policies in force.
    pub policies: ArcSwap<Policies>,
    pub behaviours: Vec<Arc<dyn Behaviour>>,
    pub clock: Arc<dyn Clock>,
    pub random: Arc<dyn Random>,
    pub kinds: Kinds,
    /// Told when a job has been queued.
    pub wake: tokio::sync::Notify,
    pub live: crate::live::Live,
    pub files: FileStore,
    pub shelving: Option<crate::file::Shelving>,
    /// Held while a picture is worked out: each takes memory.
    pub picturing: tokio::sync::Semaphore,
    pub mailer: Arc<dyn Mailer>,
    pub outside: Arc<dyn Outside>,
    /// Told when a workspace waits to take the place of this one.
    pub arrived: tokio::sync::Notify,
    /// Who is told of what happens.
    pub listeners: ArcSwap<Listeners>,
    /// Told when there is news for them.
    pub told: tokio::sync::Notify,
    /// What providers of identity said of themselves.
    pub oidc: crate::oidc::Found,
    pub key: Key,
    pub lease: std::time::Duration,
}

impl Engine {
    /// Compiles the objects, brings the tables up to date and loads people and settings.
    ///
    /// # Errors
    /// Faulty declarations, and whatever the database answers.
    pub async fn start(setup: Setup) -> Result<Engine> {
        let told = |faults: Vec<DeclError>| Problem::internal(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        let shipped = declarations(&setup.objects).map_err(told)?;
        let library = Library::read(&setup.reports).map_err(told)?;
        let world = world::of(&setup.store, &shipped).await?;
        for fault in &world.left_out {
            tracing::warn!(%fault, "a change of the workspace's own no longer fits and is left out");
        }
        let registry = world.registry.clone();
        let steps = setup.store.plan(&registry).await?;
        setup.store.apply(&steps).await?;
        let own = world.registry.clone();
        let load = move |conn: &mut akrab_store::Conn| known(conn, &own);
        let Known { people, settings, listeners, flows, approvals, processes, policies } = setup.store.read(load).await?;
        let files = FileStore::open(setup.files)?;
        let engine = Engine {
            inner: Arc::new(Inner {
                store: setup.store,
                shipped,
                world: ArcSwap::from_pointee(world),
                shaping: tokio::sync::Mutex::new(()),
                library,
                sentences: setup.sentences,
                figures: crate::read::Figures::default(),
                looks: crate::view::Looks::default(),
                visits: crate::read::Visits::default(),
                people: ArcSwap::from_pointee(people),
                flows: ArcSwap::from_pointee(flows),
                flow_wake: tokio::sync::Notify::new(),
                flow_turn: std::sync::atomic::AtomicUsize::new(0),
                settings: ArcSwap::from_pointee(settings),
                approvals: ArcSwap::from_pointee(approvals),
                processes: ArcSwap::from_pointee(processes),
                policies: ArcSwap::from_pointee(policies),
                behaviours: crate::standing::behaviours().into_iter().chain(setup.behaviours).collect(),
                clock: setup.clock,
                random: setup.random,
                mailer: setup.mailer,
                outside: setup.outside,
                arrived: tokio::sync::Notify::new(),
                listeners: ArcSwap::from_pointee(listeners),
                told: tokio::sync::Notify::new(),
                oidc: crate::oidc::Found::default(),
                kinds: Kinds::new(setup.work),
                wake: tokio::sync::Notify::new(),
                live: crate::live::Live::default(),
                files,
                shelving: setup.shelving,
                picturing: tokio::sync::Semaphore::new(1),
                key: setup.key,
                lease: setup.lease.max(std::time::Duration::from_millis(100)),
            }),
        };
        engine.seal_open_secrets().await?;
        engine.fill_figures().await?;
        engine.fill_stays().await?;
        engine.fill_fresh().await?;
        engine.settle_erased().await?;
        engine.begin_reminding().await?;
        Ok(engine)
    }

    pub fn registry(&self) -> Arc<Registry> {
        self.world().registry.clone()
    }
    /// The objects as they are now.
    pub fn world(&self) -> Arc<World> {
        self.inner.world.load_full()
    }
    /// Reports and dashboards that ship with the domains.
    pub fn library(&self) -> &Library {
        &self.inner.library
    }
    pub fn people(&self) -> Arc<People> {
        self.inner.people.load_full()
    }
    pub fn settings(&self) -> Arc<Settings> {
        self.inner.settings.load_full()
    }
    /// Calls other people's servers.
    pub fn outside(&self) -> &dyn Outside {
        &*self.inner.outside
    }
    pub(crate) fn listeners(&self) -> Arc<Listeners> {
        self.inner.listeners.load_full()
    }
    /// Approval rules in force.
    pub(crate) fn approvals(&self) -> Arc<Rules> {
        self.inner.approvals.load_full()
    }
    /// Process maps in force.
    pub(crate) fn processes(&self) -> Arc<Processes> {
        self.inner.processes.load_full()
    }
    /// Policies in force.
    pub(crate) fn policies(&self) -> Arc<Policies> {
        self.inner.policies.load_full()
    }
    /// Whether there are rules by which anything is approved.
    pub fn has_approvals(&self) -> bool {
        !self.approvals().is_empty()
    }
    pub fn store(&self) -> &Store {
        &self.inner.store
    }
    pub fn now(&self) -> jiff::Zoned {
        // as exact as the databases keep it, so that what is written is read back the same
        let now = self.inner.clock.now();
        jiff::Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now).to_zoned(self.settings().zone())
    }
    /// Unpredictable bytes.
    pub fn random<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.inner.random.fill(&mut bytes);
        bytes
    }

    /// The object by its key or plural.
    ///
    /// # Errors
    /// `not_found`.
    pub fn object(&self, name: &str) -> Result<Arc<Object>> {
        let registry = self.registry();
        registry.object(name).or_else(|| registry.by_plural(name)).cloned().ok_or_else(Problem::not_found)
    }

    /// A request of a signed-in user.
    pub fn ctx(&self, person: &Arc<Person>, door: Door, request: &str) -> Ctx {
        Ctx {
            actor: Actor::User(person.clone()),
            lang: person.language.parse().unwrap_or(Lang::Id),
            door,
            request: request.into(),
            now: match &person.zone {
                Some(zone) => self.now().with_time_zone(zone.clone()),
                None => self.now(),
            },
            read_only: false,
            scopes: None,
            looks: None,
            mark: None,
            world: self.world(),
            behalf: None,
            place: None,
            cause: None,
        }
    }

    /// The program's own work; `reason` says why it needs no user's rights.
    pub fn system(&self, reason: &'static str, door: Door) -> Ctx {
        Ctx {
            actor: Actor::System(reason),
            lang: self.settings().lang,
            door,
            request: reason.into(),
            now: self.now(),
            read_only: false,
            scopes: None,
            looks: None,
            mark: None,
            world: self.world(),
            behalf: None,
            place: None,
            cause: None,
        }
    }

    /// Reads with the rights of `ctx`.
    ///
    /// # Errors
    /// What `f` answers.
    pub async fn read<T: Send + 'static>(&self, ctx: &Ctx, f: impl FnOnce(&mut Tx) -> Result<T> + Send + 'static) -> Result<T> {
        let (engine, ctx) = (self.clone(), ctx.clone());
        self.inner.store.read(move |conn| f(&mut Tx::new(conn, engine, ctx))).await
    }

    /// Writes in one transaction with the rights of `ctx`. `f` may run again after a clash between
    /// transactions, so it must not have effects of its own.
    ///
    /// # Errors
    /// What `f` answers; then nothing is written.
    pub async fn write<T: Send + 'static>(&self, ctx: &Ctx, f: impl Fn(&mut Tx) -> Result<T> + Send + Sync + 'static) -> Result<T> {
        let (engine, ctx) = (self.clone(), ctx.clone());
        let (value, done) = self
            .inner
            .store
            .write(move |conn| -> Result<_> {
                let mut tx = Tx::new(conn, engine.clone(), ctx.clone());
                tx.writing = true;
                let refused = |problem: Problem| if ctx.read_only && problem.code == "forbidden" { token_reads_only() } else { problem };
                let value = f(&mut tx).map_err(refused)?;
                Ok((value, tx.finish()?))
            })
            .await?;
        self.follow_up(done).await?;
        Ok(value)
    }

    /// What the rest of the program has to know once a transaction is committed. Apart from [`Engine::write`], which
    /// is compiled for each thing that is written.
    async fn follow_up(&self, done: Finished) -> Result<()> {
        self.inner.figures.changed();
        self.inner.live.stir();
        if done.queued {
            self.inner.wake.notify_one();
        }
        if done.told {
            self.inner.told.notify_one();
        }
        if done.flows {
            self.inner.flow_wake.notify_one();
        }
        if done.people {
            self.reload_people().await?;
        }
        if done.erased
            && let Err(problem) = self.settle_erased().await
        {
            tracing::error!(code = problem.code, "what follows an erasure is done at the next start");
        }
        Ok(())
    }

    /// Does what [`Engine::write`] would do and takes it back: nothing is written, whatever comes out.
    ///
    /// # Errors
    /// What `f` answers.
    pub(crate) async fn try_out<T: Send + 'static>(
        &self,
        ctx: &Ctx,
        f: impl Fn(&mut Tx) -> Result<T> + Send + Sync + 'static,
    ) -> Result<T> {
        let slot = Arc::new(std::sync::Mutex::new(None));
        let kept = slot.clone();
        let answer = self.write(ctx, move |tx| -> Result<()> {
            let value = f(tx)?;
            *kept.lock().map_err(Problem::internal)? = Some(value);
            Err(Problem::new(akrab_model::problem::ProblemKind::Conflict, "tried_out"))
        });
        let refusal = answer.await.err();
        let value = slot.lock().map_err(Problem::internal)?.take();
        value.ok_or_else(|| refusal.unwrap_or_else(|| Problem::internal("a trial gave no answer")))
    }

    /// Reads users, teams, roles, the workspace's settings, approval rules and objects anew.
    ///
    /// # Errors
    /// What the database answers.
    pub async fn reload_people(&self) -> Result<()> {
        self.refresh_world().await?;
        let registry = self.registry();
        let load = move |conn: &mut akrab_store::Conn| known(conn, &registry);
        let Known { people, settings, listeners, flows, approvals, processes, policies } = self.inner.store.read(load).await?;
        self.inner.listeners.store(Arc::new(listeners));
        self.inner.flows.store(Arc::new(flows));
        self.inner.approvals.store(Arc::new(approvals));
        self.inner.processes.store(Arc::new(processes));
        self.inner.policies.store(Arc::new(policies));
        self.inner.settings.store(Arc::new(settings));
        self.inner.people.store(Arc::new(people));
        Ok(())
    }

    /// Changes the workspace's settings.
    ///
    /// # Errors
    /// `invalid` when zone or currency are unknown; `forbidden` for anybody but administrators.
    pub async fn save_settings(&self, ctx: &Ctx, settings: Settings) -> Result<()> {
        if !ctx.is_admin() {
            return Err(Problem::forbidden());
        }
        settings.judge()?;
        let (before, after) = (json!(*self.settings()), json!(settings));
        let changed = |key: &&String| before[key.as_str()] != after[key.as_str()];
        let keys = after.as_object().into_iter().flat_map(|all| all.keys()).filter(changed);
        let detail: serde_json::Map<_, _> = keys.map(|key| (key.clone(), json!([before[key], after[key]]))).collect();
        let told = (!detail.is_empty()).then(|| self.audit_row(ctx, "settings", None, detail.into()));
        let save = move |conn: &mut akrab_store::Conn| -> Result<()> {
            if let Some(told) = &told {
                crate::audit::put(conn, told)?;
            }
            settings.save(conn)?;
            // other processes read them anew as they do people
            crate::people::bump(conn)
        };
        self.inner.store.write(save).await?;
        self.reload_people().await
    }
}

/// What is kept in memory because every call needs it.
struct Known {
    people: People,
    settings: Settings,
    listeners: Listeners,
    flows: crate::flow::Flows,
    approvals: Rules,
    processes: Processes,
    policies: Policies,
}

fn known(conn: &mut akrab_store::Conn, registry: &Registry) -> Result<Known> {
    Ok(Known {
        people: People::load(conn, registry)?,
        settings: Settings::load(conn)?,
        listeners: Listeners::load(conn)?,
        flows: crate::flow::Flows::load(conn, registry)?,
        approvals: Rules::load(conn, registry)?,
        processes: Processes::load(conn, registry)?,
        policies: Policies::load(conn, registry)?,
    })
}

/// Reads object files together with the platform's own.
///
/// # Errors
/// Every file that is no valid declaration, with the place in it.
pub fn declarations(files: &[(&str, &str)]) -> Result<Vec<(String, ObjectDecl)>, Vec<DeclError>> {
    objects::read(files, objects::read(objects::OBJECTS, Vec::new())?)
}

/// Reads and compiles object files together with the platform's own.
///
/// # Errors
/// Every fault with file and field.
pub fn compile(files: &[(&str, &str)]) -> Result<Registry, Vec<DeclError>> {
    world::compile_sound(declarations(files)?, None).map(|(registry, _)| registry)
}

/// It is not the role that stands in the way.
fn token_reads_only() -> Problem {
    Problem::new(akrab_model::problem::ProblemKind::Forbidden, "token_reads_only")
}
