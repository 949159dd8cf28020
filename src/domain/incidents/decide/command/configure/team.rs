//! A team as it is wanted. What is its says so itself: schedules and policies name their teams.

use super::super::team;
use super::user_id;
use crate::domain::command::Rejection;
use crate::domain::incidents::decide::draft::Draft;
use crate::domain::team::{Member, TeamChange};
use crate::domain::wanted::{WantedMember, WantedTeam};

pub(super) fn make(draft: &mut Draft, wanted: &WantedTeam) -> Result<(), Rejection> {
    let known = super::team_id(draft, &wanted.name, "").ok();
    let member = |(n, it): (usize, &WantedMember)| {
        let user = user_id(draft, &it.user, &format!("members[{n}].user"))?;
        Ok(Member { user, role: it.role })
    };
    let members = wanted.members.as_ref().map(|all| all.iter().enumerate().map(member).collect());
    let members: Option<Vec<Member>> = members.transpose()?;
    let change = TeamChange {
        name: Some(wanted.name.clone()),
        description: Some(wanted.description.clone()),
        ..TeamChange::default()
    };
    team::set(draft, known, &change, members.as_deref())
}
