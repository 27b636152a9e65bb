//! What the database needs for this version, printed or done.

use crate::cli::SchemaCommand;
use crate::config::Config;
use crate::stop::Stop;
use crate::workspace;

pub async fn run(config: &Config, what: SchemaCommand) -> Result<(), Stop> {
    let registry = akrab_engine::engine::compile(&workspace::objects())
        .map_err(|faults| Stop::failed(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))?;
    workspace::existing(config)?;
    let store = workspace::store(config).await?;
    let failed = |e: akrab_store::StoreError| Stop::failed(e.to_string());
    let steps = store.plan(&registry).await.map_err(failed)?;
    for step in &steps {
        println!("{step}");
    }
    if steps.is_empty() {
        println!("nothing to do");
    } else if matches!(what, SchemaCommand::Apply) {
        store.apply(&steps).await.map_err(failed)?;
        println!("{} steps done", steps.len());
    }
    store.close().await;
    Ok(())
}
