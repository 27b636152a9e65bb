//! Serves pages and API until told to stop, with the job workers beside them.

use crate::config::Config;
use crate::stop::Stop;
use crate::{archive, lock, workspace};
use akrab_engine::{Door, Engine, Worker};
use akrab_web::Web;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;

/// Everything must have ended this long after the word to stop.
const DRAIN: Duration = Duration::from_secs(25);

/// Serves the configured workspace.
pub async fn run(config: &Config) -> Result<(), Stop> {
    let mut listener = listen(config).await?;
    let _lock = lock::take(config, "serve").await?;
    loop {
        let arrived = archive::finish(config).await?;
        let engine = workspace::make(config).await?;
        if let Some(arrival) = arrived {
            engine.archive_arrived(&engine.system("import of a workspace", Door::Page), &arrival).await?;
        }
        take_over(config, &engine).await?;
        tracing::info!(address = %address(&listener), "akrab is ready");
        // whoever calls meanwhile waits at the address
        match on(config, listener, engine).await? {
            Some(next) => listener = next,
            None => return Ok(()),
        }
    }
}

/// Takes the address before anything slow begins, so that a second start fails at once.
pub async fn listen(config: &Config) -> Result<TcpListener, Stop> {
    TcpListener::bind(&config.listen)
        .await
        .map_err(|e| Stop::failed(format!("cannot listen on {}: {e}; choose another with --listen ADDR", config.listen)))
}

/// Whoever ran jobs on this SQLite workspace before is gone: they go on at once.
pub async fn take_over(config: &Config, engine: &Engine) -> Result<(), Stop> {
    if config.database.is_none() {
        engine.take_over_jobs().await?;
    }
    Ok(())
}

/// The address as a browser wants it.
pub fn address(listener: &TcpListener) -> String {
    listener.local_addr().map_or_else(|_| String::new(), |a| format!("http://{a}"))
}

/// Serves an open workspace until a signal comes, or another waits to take its place; then the address is given back.
pub async fn on(config: &Config, listener: TcpListener, engine: Engine) -> Result<Option<TcpListener>, Stop> {
    let (tell, told) = watch::channel(false);
    let jobs = (config.jobs > 0).then(|| {
        tokio::spawn({
            let (engine, told, lanes) = (engine.clone(), told.clone(), config.jobs);
            async move { Worker::new(&engine, lanes).run(told).await }
        })
    });
    let web_config = akrab_web::Config {
        base_url: config.base_url.clone(),
        listen_url: address(&listener),
        proxies: config.proxies.clone(),
        metrics_token: config.metrics_token.clone(),
        api_rate: config.api_rate,
        patience: None,
    };
    engine.keep_link_base(web_config.link_base()).await?;
    let web = Web::new(engine.clone(), web_config, akrab_workplace::features(), seed());
    let waits = engine.clone();
    let stopped = async move {
        let next = tokio::select! {
            () = signal() => false,
            () = waits.arrival() => true,
        };
        tracing::info!("{}", if next { "an archive takes the place of the workspace" } else { "stopping: running requests may end" });
        let _ = tell.send(true);
        next
    };
    let served = akrab_web::serve(listener, web, stopped).await;
    if let Some(jobs) = jobs
        && tokio::time::timeout(DRAIN, jobs).await.is_err()
    {
        tracing::warn!("a job was still running; it goes on from its last step at the next start");
    }
    engine.store().close().await;
    if !matches!(served, Ok(Some(_))) {
        tracing::info!("stopped");
    }
    served.map_err(|e| Stop::failed(format!("the server ended: {e}")))
}

/// What a new workspace starts with.
fn seed() -> akrab_web::state::SeedFn {
    Arc::new(|engine: Engine, sample: bool| {
        Box::pin(async move {
            akrab_workplace::seed::basics(&engine).await?;
            if sample { akrab_workplace::seed::sample(&engine, 1).await } else { Ok(()) }
        })
    })
}

/// Runs jobs alone, beside servers on the same PostgreSQL database.
pub async fn worker(config: &Config) -> Result<(), Stop> {
    if config.database.is_none() {
        return Err(Stop::refused(
            "`akrab worker` is for PostgreSQL (--database); on SQLite `akrab serve` runs the jobs, as many at once as AKRAB_JOBS says",
        ));
    }
    let _lock = lock::take(config, "worker").await?;
    let engine = workspace::open(config).await?;
    let (tell, told) = watch::channel(false);
    let lanes = config.jobs.max(1);
    tracing::info!(lanes, "the worker is ready");
    let worker = Worker::new(&engine, lanes);
    let stop = async move {
        signal().await;
        let _ = tell.send(true);
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        () = worker.run(told) => {}
        () = stop => tracing::warn!("a job was still running; it goes on from its last step at the next start"),
    }
    engine.store().close().await;
    Ok(())
}

/// Ends when the process is asked to stop: ctrl-c or SIGTERM.
async fn signal() {
    #[cfg(unix)]
    {
        let term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match term {
            Ok(mut term) => tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = term.recv() => {}
            },
            Err(_) => {
                let _ = tokio::signal::ctrl_c().await;
            }
        }
    }
    #[cfg(not(unix))]
    {
        let _ = tokio::signal::ctrl_c().await;
    }
}
