//! Looks for what could be wrong with this installation, one line per finding.

use crate::config::Config;
use crate::key;
use crate::stop::Stop;
use crate::workspace;
use akrab_engine::{Door, ListRequest};
use std::cell::Cell;
use std::io::Write;

pub async fn run(config: &Config) -> Result<(), Stop> {
    workspace::existing(config)?;
    let bad = Cell::new(0);
    let say = |ok: bool, what: String| {
        println!("{} {what}", if ok { "ok  " } else { "BAD " });
        bad.set(bad.get() + u32::from(!ok));
    };
    say(true, format!("version {}", env!("CARGO_PKG_VERSION")));
    let writable = writable(config);
    say(writable.is_ok(), format!("data folder {}{}", config.data.display(), writable.err().map(|e| format!(": {e}")).unwrap_or_default()));
    let registry = akrab_engine::engine::compile(&workspace::objects());
    say(registry.is_ok(), "object files".into());
    match (workspace::store(config).await, registry) {
        (Ok(store), Ok(registry)) => {
            say(true, format!("database {:?}", store.backend()));
            match store.plan(&registry).await {
                Ok(steps) if steps.is_empty() => say(true, "tables are up to date".into()),
                Ok(steps) => say(true, format!("{} changes to the tables wait for the next start (akrab schema plan)", steps.len())),
                Err(e) => say(false, format!("tables: {e}")),
            }
            let health = store.health().await;
            say(health.is_ok(), format!("database answers{}", health.err().map(|e| format!(": {e}")).unwrap_or_default()));
            let sound = store.verify().await;
            say(sound.is_ok(), format!("database is undamaged{}", sound.err().map(|e| format!(": {e}")).unwrap_or_default()));
            store.close().await;
        }
        (Err(stop), _) => say(false, stop.to_string()),
        (_, Err(_)) => {}
    }
    if bad.get() == 0 {
        let engine = workspace::open(config).await?;
        let settings = engine.settings();
        say(
            true,
            format!(
                "workspace {}, {}, {}",
                if settings.company.is_empty() { "(not set up)" } else { &settings.company },
                settings.currency,
                settings.time_zone
            ),
        );
        let people = engine.people();
        let admins = people.users().iter().filter(|u| u.active && u.role.key == "administrator").count();
        say(people.is_empty() || admins > 0, format!("{} users, {admins} active administrators", people.users().len()));
        let foreign = engine.foreign_seals().await?;
        say(
            foreign == 0,
            match foreign {
                0 => format!("second factors open with {}", key::source(config)),
                n => format!("{n} second factors were sealed with another key than {}; bring the former key back", key::source(config)),
            },
        );
        let system = engine.system("doctor", Door::Command);
        for object in engine.registry().objects().filter(|o| !o.is_system()) {
            let request = ListRequest { object: object.key.clone(), ..ListRequest::default() };
            let count = engine.count(&system, request, true).await;
            say(count.is_ok(), format!("{:<16}{}", object.plural, count.map_or_else(|e| e.to_string(), |n| n.shown().to_string())));
        }
        engine.store().close().await;
    }
    let free = tokio::net::TcpListener::bind(&config.listen).await;
    say(true, format!("address {}{}", config.listen, if free.is_ok() { "" } else { " is in use (a running akrab?)" }));
    say(
        true,
        if config.smtp.is_some() {
            "mail server is set".into()
        } else {
            "no mail server: mails are written to files; passwords are reset with `akrab user passwd`".into()
        },
    );
    if bad.get() == 0 { Ok(()) } else { Err(Stop::failed(format!("{} of these lines say BAD", bad.get()))) }
}

fn writable(config: &Config) -> std::io::Result<()> {
    std::fs::create_dir_all(&config.data)?;
    let probe = config.data.join(".akrab-probe");
    std::fs::File::create(&probe)?.write_all(b"probe")?;
    std::fs::remove_file(probe)
}
