//! Teams of a file.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::text::value_of;
use super::{Reader, called};
use crate::domain::team::TeamRole;
use crate::domain::wanted::{Wanted, WantedMember, WantedTeam};
use crate::wire::configuration as file;

const ROLES: &str = "manager, responder, observer";

impl Reader<'_> {
    pub(super) fn team(&mut self, team: &file::Team) {
        let path = called("teams", &team.name);
        let members = team.members.as_ref().map(|all| self.members(&path, all));
        let wanted = WantedTeam {
            name: team.name.trim().into(),
            description: team.description.as_deref().map(Into::into),
            members,
        };
        self.want(path, Wanted::Team(Box::new(wanted)));
    }

    fn members(&mut self, path: &str, members: &[file::Member]) -> Vec<WantedMember> {
        let mut seen = BTreeSet::new();
        let mut found = Vec::new();
        for (n, it) in members.iter().enumerate() {
            let path = format!("{path}.members[{n}]");
            let user = self.user_named(&format!("{path}.user"), &it.user);
            let role = it.role.as_deref().map_or(Ok(TeamRole::default()), |word| value_of(word, ROLES));
            let role = self.take(&format!("{path}.role"), role);
            let (Some(user), Some(role)) = (user, role) else { continue };
            if seen.insert(user.clone()) {
                found.push(WantedMember { user, role });
            } else {
                self.wrong(&format!("{path}.user"), format!("`{}` is there twice: remove one", it.user));
            }
        }
        found
    }
}

/// The names of the teams whose something is.
pub(super) fn names(teams: Option<&[String]>) -> Option<Vec<Arc<str>>> {
    teams.map(|names| names.iter().map(|name| name.trim().into()).collect())
}
