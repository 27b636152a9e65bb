//! Users and tokens from the command line.

use crate::cli::{TokenCommand, UserCommand};
use crate::config::Config;
use crate::stop::Stop;
use crate::workspace;
use akrab_engine::{Door, Engine};
use akrab_model::value::Input;
use serde_json::json;
use std::sync::Arc;

pub async fn run(config: &Config, what: UserCommand) -> Result<(), Stop> {
    // the first user makes the workspace
    let engine = if matches!(what, UserCommand::Add { .. }) { workspace::make(config).await? } else { workspace::open(config).await? };
    match what {
        UserCommand::Add { email, name, role, team } => add(&engine, &email, name, &role, team).await,
        UserCommand::Passwd { email } => {
            let person = find(&engine, &email)?;
            set_password(&engine, person.id, &email).await?;
            let ended = engine.end_tokens(&engine.system("a password from the command line", Door::Command), person.id).await?;
            if ended > 0 {
                eprintln!("{email}: {ended} API tokens revoked");
            }
            Ok(())
        }
        UserCommand::List => {
            for user in engine.people().users() {
                let state = if user.active { "" } else { "  (inactive)" };
                println!("{:<36}{:<16}{}{state}", user.email, user.role.key, user.name);
            }
            Ok(())
        }
    }
}

pub async fn token(config: &Config, what: TokenCommand) -> Result<(), Stop> {
    let TokenCommand::Add { email, name, read_only, days } = what;
    let engine = workspace::open(config).await?;
    let person = find(&engine, &email)?;
    let system = engine.system("a token from the command line", Door::Command);
    println!("{}", engine.token_add(&system, person.id, &name, read_only, days).await?);
    Ok(())
}

fn find(engine: &Engine, email: &str) -> Result<Arc<akrab_engine::Person>, Stop> {
    engine.people().by_email(email).cloned().ok_or_else(|| Stop::refused(format!("no user {email}; `akrab user list` shows them")))
}

async fn add(engine: &Engine, email: &str, name: Option<String>, role: &str, team: Option<String>) -> Result<(), Stop> {
    akrab_workplace::seed::basics(engine).await?;
    let people = engine.people();
    let Some(role) = people.roles.iter().find(|r| r.key == role || r.name == role) else {
        let known: Vec<_> = people.roles.iter().map(|r| r.key.as_str()).collect();
        return Err(Stop::refused(format!("no role {role}; there are {}", known.join(", "))));
    };
    let name = name.unwrap_or_else(|| email.split('@').next().unwrap_or(email).to_string());
    let mut input = Input::new();
    for (key, value) in
        [("name", json!(name)), ("email", json!(email)), ("role", json!(role.id)), ("language", json!(engine.settings().lang.as_str()))]
    {
        input.insert(key.into(), value);
    }
    if let Some(team) = team {
        let Some((id, ..)) = people.teams.iter().find(|(_, name, _)| *name == team) else {
            let known: Vec<_> = people.teams.iter().map(|(_, name, _)| name.as_str()).collect();
            let there = if known.is_empty() { "there are none yet".into() } else { format!("there are {}", known.join(", ")) };
            return Err(Stop::refused(format!("no team {team}; {there}")));
        };
        input.insert("team".into(), json!(id));
    }
    let system = engine.system("a user from the command line", Door::Command);
    let user = engine.create(&system, "user", input).await?;
    set_password(engine, user.id, email).await
}

/// From the environment, so that it stands in no shell history; else made and printed.
async fn set_password(engine: &Engine, user: i64, email: &str) -> Result<(), Stop> {
    let given = std::env::var("AKRAB_PASSWORD").ok().filter(|p| !p.is_empty());
    let password = given.clone().unwrap_or_else(|| made(engine));
    let system = engine.system("a password from the command line", Door::Command);
    engine.set_password(&system, user, &password).await?;
    match given {
        Some(_) => eprintln!("{email}: password set"),
        None => println!("{email}  {password}"),
    }
    Ok(())
}

/// Twenty letters and digits that are not mistaken for each other.
fn made(engine: &Engine) -> String {
    const SIGNS: &[u8] = b"abcdefghjkmnpqrstuvwxyz23456789";
    let bytes: [u8; 20] = engine.random();
    bytes.iter().map(|b| char::from(SIGNS[usize::from(*b) % SIGNS.len()])).collect()
}
