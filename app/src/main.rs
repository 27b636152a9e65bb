//! The binary `akrab`: reads the configuration, wires engine, web and domains, runs a command.

mod archive;
mod backup;
mod bench;
mod check;
mod cli;
mod config;
mod demo;
mod doctor;
mod duplicates;
mod files;
mod flow;
mod generate;
mod key;
mod lock;
mod log;
mod people;
mod schema;
mod serve;
mod shape;
mod stop;
mod transfer;
mod workspace;

use clap::Parser;
use cli::{Cli, Command};
use config::Config;
use std::pin::Pin;
use std::process::ExitCode;
use stop::Stop;

/// Pages are thousands of short texts: making and freeing them is a good part of drawing one. Huge pages are off (`no_thp`): they
/// made lists 3 % faster and the idle program 16 MB larger.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    quiet_pipes();
    let cli = Cli::parse();
    match run(cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            eprintln!("akrab: {stop}");
            ExitCode::from(stop.code)
        }
    }
}

/// Whoever reads our output may stop early (`akrab export contact | head`): that is no fault.
fn quiet_pipes() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let text = info.payload().downcast_ref::<String>().map_or("", String::as_str);
        if text.starts_with("failed printing to stdout") && text.contains("Broken pipe") {
            std::process::exit(0);
        }
        usual(info);
    }));
}

fn run(cli: Cli) -> Result<(), Stop> {
    let config = Config::read(&cli.common)?;
    log::start(&config);
    akrab_workplace::features().iter().for_each(akrab_web::Feature::learn);
    // needs no workspace and no runtime
    if let Command::Check { schema: Some(file), .. } = &cli.command {
        return check::schema(file.as_deref());
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|e| Stop::failed(format!("cannot start: {e}")))?;
    // boxed, so that the runtime's ways of waiting do not each get a copy of the whole program
    let done: Pin<Box<dyn Future<Output = Result<(), Stop>>>> = Box::pin(command(&config, cli.command));
    runtime.block_on(done)
}

async fn command(config: &Config, command: Command) -> Result<(), Stop> {
    match command {
        Command::Serve => serve::run(config).await,
        Command::Demo => demo::run(config).await,
        Command::Worker => serve::worker(config).await,
        Command::User { what } => people::run(config, what).await,
        Command::Token { what } => people::token(config, what).await,
        Command::Import(args) => transfer::import(config, args).await,
        Command::Duplicates(args) => duplicates::run(config, args).await,
        Command::Export(args) => transfer::export(config, args).await,
        Command::Backup { file, force } => backup::backup(config, &file, force).await,
        Command::Restore { file, replace } => backup::restore(config, &file, replace).await,
        Command::ExportWorkspace { file, force } => archive::export(config, &file, force).await,
        Command::ImportWorkspace { file, check } => archive::import(config, &file, check).await,
        Command::Schema { what } => schema::run(config, what).await,
        Command::Doctor => doctor::run(config).await,
        Command::Bench { flows: Some(records), seconds, out, .. } => bench::flows(config, records, seconds, &out).await,
        Command::Bench { engines: true, seconds, out, .. } => bench::engines(config, seconds, &out).await,
        Command::Bench { dashboard: true, seconds, out, .. } => bench::dashboard(config, seconds, &out).await,
        Command::Bench { customer: true, seconds, out, .. } => bench::customer(config, seconds, &out).await,
        Command::Bench { contacts, seconds, rows, out, .. } => bench::run(config, contacts, seconds, rows, &out).await,
        Command::Generate { contacts, seed } => generate::run(config, contacts, seed).await,
        Command::Files { what } => files::run(config, what).await,
        Command::Flow { what } => flow::run(config, what).await,
        Command::Shape { what } => shape::run(config, what).await,
        Command::Check { dir, .. } => check::run(config, dir.as_deref()).await,
    }
}
