//! Groups of the directory are teams. Somebody is in one team: whoever comes into another leaves the one before.

use crate::Result;
use crate::write::Tx;
use akrab_model::value::Input;
use akrab_model::{Problem, RecordId};
use serde_json::json;

/// A team as the directory sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct ScimTeam {
    pub id: RecordId,
    pub version: i64,
    pub name: String,
    pub external: Option<String>,
    /// Number and name of who is in it.
    pub members: Vec<(RecordId, String)>,
}

/// What the directory wants of a team; none leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TeamWish {
    pub name: Option<String>,
    pub external: Option<String>,
    /// Exactly these.
    pub members: Option<Vec<RecordId>>,
    pub add: Vec<RecordId>,
    pub remove: Vec<RecordId>,
}

impl Tx<'_> {
    /// All teams, by number.
    ///
    /// # Errors
    /// What the database answers.
    pub fn scim_teams(&mut self) -> Result<Vec<ScimTeam>> {
        let mut ids: Vec<i64> = self.engine.people().teams.iter().map(|(id, ..)| *id).collect();
        ids.sort_unstable();
        ids.into_iter().map(|id| self.scim_team(id)).collect()
    }

    /// One team.
    ///
    /// # Errors
    /// `not_found`.
    pub fn scim_team(&mut self, id: RecordId) -> Result<ScimTeam> {
        let record = self.find("team", id)?.ok_or_else(Problem::not_found)?;
        let people = crate::people::People::load(self.conn, &self.registry)?;
        let members = people.users().into_iter().filter(|person| person.team == Some(id)).map(|person| (person.id, person.name.clone()));
        Ok(ScimTeam {
            id,
            version: record.version,
            name: record.text("name").into(),
            external: self.conn.directory_names("team")?.into_iter().find(|(known, _)| *known == id).map(|(_, external)| external),
            members: members.collect(),
        })
    }

    /// Adds a team.
    ///
    /// # Errors
    /// `invalid`.
    pub fn scim_team_add(&mut self, wish: &TeamWish) -> Result<ScimTeam> {
        let input: Input = [("name".to_string(), json!(wish.name))].into_iter().collect();
        let id = self.create("team", &input)?;
        self.scim_team_filled(id, wish)?;
        self.scim_team(id)
    }

    /// Changes a team and who is in it.
    ///
    /// # Errors
    /// `not_found`, `stale`, `invalid`.
    pub fn scim_team_change(&mut self, id: RecordId, wish: &TeamWish, version: Option<i64>) -> Result<ScimTeam> {
        self.find("team", id)?.ok_or_else(Problem::not_found)?;
        if let Some(name) = &wish.name {
            let input: Input = [("name".to_string(), json!(name))].into_iter().collect();
            self.update("team", id, &input, version)?;
        }
        self.scim_team_filled(id, wish)?;
        self.scim_team(id)
    }

    /// Takes a team away; whoever is in it is in none.
    ///
    /// # Errors
    /// `not_found`, `team_in_use`.
    pub fn scim_team_remove(&mut self, id: RecordId) -> Result<()> {
        let team = self.scim_team(id)?;
        for (member, _) in team.members {
            self.scim_place(member, None)?;
        }
        self.delete("team", id, None)?;
        self.conn.directory_name_set("team", id, None)?;
        Ok(())
    }

    fn scim_team_filled(&mut self, id: RecordId, wish: &TeamWish) -> Result<()> {
        if let Some(external) = &wish.external {
            self.conn.directory_name_set("team", id, Some(external.as_str()).filter(|name| !name.is_empty()))?;
        }
        let now: Vec<RecordId> = self.scim_team(id)?.members.into_iter().map(|(member, _)| member).collect();
        let mut wanted = wish.members.clone().unwrap_or_else(|| now.clone());
        wanted.extend(&wish.add);
        wanted.retain(|member| !wish.remove.contains(member));
        for member in now.iter().filter(|member| !wanted.contains(member)) {
            self.scim_place(*member, None)?;
        }
        for member in wanted.iter().filter(|member| !now.contains(member)) {
            self.scim_place(*member, Some(id))?;
        }
        Ok(())
    }

    fn scim_place(&mut self, member: RecordId, team: Option<RecordId>) -> Result<()> {
        self.scim_person(member)?;
        let input: Input = [("team".to_string(), json!(team))].into_iter().collect();
        self.update("user", member, &input, None).map(|_| ())
    }
}
