//! What the database needs for this version, printed or done.

use crate::cli::SchemaCommand;
use crate::config::Config;
use crate::stop::Stop;
use crate::workspace;

pub async fn run(config: &Config, what: SchemaCommand) -> Result<(), Stop> {
    let shipped = akrab_engine::engine::declarations(&workspace::objects())
        .map_err(|faults| Stop::failed(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    workspace::existing(config)?;
    let store = workspace::store(config).await?;
    let failed = |e: akrab_store::StoreError| Stop::failed(e.to_string());
    let registry = akrab_engine::world::of(&store, &shipped).await?.registry;
    let steps = store.plan(&registry).await.map_err(failed)?;
    for step in &steps {
        println!("{step}");
    }
    store.close().await;
    if steps.is_empty() {
        println!("nothing to do");
    }
    if matches!(what, SchemaCommand::Apply) {
        // as at every start: the steps, and figures declared anew for the records there are
        workspace::open(config).await?.store().close().await;
        if !steps.is_empty() {
            println!("{} steps done", steps.len());
        }
    }
    Ok(())
}
