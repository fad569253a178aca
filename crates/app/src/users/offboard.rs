//! Taking all access from a person who leaves.

use jiff::Timestamp;
use keyferry_domain::approval::{Approval, ApprovalState};
use keyferry_domain::name::Name;
use keyferry_ports::records::{
    ApiToken, ApprovalFilter, Change, Expect, Groups, Job, JobFilter, JobState, Page, RecordsError,
    RoleAssignment, Session, User,
};

use super::{Person, Users};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::exports::Ready;
use crate::parts::Shared;
use crate::rights::BuiltInRole;

/// Jobs that are read at once.
const PAGE: u32 = 200;

/// A person who leaves, and what hangs on that person.
#[derive(Clone, Debug)]
pub struct Leaving {
    /// The person; as it is afterwards, unless it is only tried.
    pub person: Person,
    /// Sessions that end.
    pub sessions: Vec<Session>,
    /// API tokens that are revoked.
    pub tokens: Vec<ApiToken>,
    /// Jobs that this person began and that are not over. They go on: what they do was asked for rightly. What a job about
    /// many KMS keys has not begun is refused.
    pub jobs: Vec<Job>,
    /// Requests of this person that wait for consent; they are taken back.
    pub approvals: Vec<Approval>,
    /// What this person prepared to be taken out; nobody takes it any more.
    pub preparations: Vec<Ready>,
    /// Roles that are taken, with the names of their groups; `None` is the installation.
    pub roles: Vec<(RoleAssignment, Option<Name>)>,
    // Whatever else may hang on a person (shares of a seal) gets a field here and is told, or ended,
    // by `Users::offboard`. Schedules belong to keystores, keys and connections, not to people.
}

impl Users {
    /// Takes all access from a person at once: ends sessions, revokes tokens, refuses sign-in. The record stays for the log,
    /// and the name stays taken. In a [trial](crate::App::trial) it tells what would be done.
    ///
    /// # Errors
    ///
    /// [`AccessError::OnOneself`](crate::AccessError::OnOneself),
    /// [`AccessError::LastAdministrator`](crate::AccessError::LastAdministrator),
    /// [`AccessError::LastSecurityOfficer`](crate::AccessError::LastSecurityOfficer),
    /// [`AccessError::Offboarded`](crate::AccessError::Offboarded).
    pub async fn offboard(&self, actor: &Actor, selector: &str) -> Result<Leaving, AppError> {
        let action = Action::UserOffboard;
        let mut user = self.another(actor, action, selector).await?;
        self.shared.refuse_last_administrator(&user).await?;
        let roles = self.roles_of(&user).await?;
        let rows: Vec<RoleAssignment> = roles.iter().map(|(row, _)| row.clone()).collect();
        let name = user.name.to_string();
        self.shared.refuse_last_holder(&rows, &name).await?;
        let sessions = self.shared.sessions_of(&user).await?;
        let tokens = self.shared.tokens_of(&user).await?;
        let jobs = self.shared.open_jobs_of(&user).await?;
        user.is_locked = true;
        user.offboarded_at = Some(self.shared.now());
        user.totp = None;
        user.recovery_codes = Vec::new();
        user.end_access();
        let approvals = self.shared.open_approvals_of(&user).await?;
        let preparations = self.shared.preparations_of(user.id).await?;
        let mut taken = self.shared.revoked(&tokens);
        let now = self.shared.now();
        taken.extend(approvals.iter().map(|row| taken_back(row, now)));
        let ended = self.shared.preparations_ended(actor, &preparations);
        taken.extend(ended.await?);
        taken.extend(rows.iter().map(|row| Change::DeleteAssignment {
            id: row.id,
            keep_one: BuiltInRole::is_kept(&row.role),
        }));
        let told = self.shared.told_taken(actor, &rows);
        taken.extend(told.await?);
        let written = self.write(actor, action, user, taken).await;
        if written.is_err() {
            // Whoever else had a role may have gone meanwhile.
            self.shared.refuse_last_holder(&rows, &name).await?;
        }
        let person = written?;
        Ok(Leaving {
            roles,
            preparations,
            person,
            sessions,
            tokens,
            jobs,
            approvals,
        })
    }
}

impl Users {
    /// The roles of a person, with the names of their groups.
    async fn roles_of(&self, user: &User) -> Result<Vec<(RoleAssignment, Option<Name>)>, AppError> {
        let given = self
            .shared
            .ports
            .records
            .list_assignments_of(user.id.into());
        let given = given.await?;
        let groups = self.shared.groups().await?;
        let named = |row: RoleAssignment| {
            let group = groups.iter().find(|group| Some(group.id) == row.group);
            (row, group.map(|group| group.name.clone()))
        };
        Ok(given.into_iter().map(named).collect())
    }
}

/// The change that ends a request.
fn taken_back(row: &Approval, now: Timestamp) -> Change {
    let mut row = row.clone();
    let expect = Expect::Revision(row.revision);
    row.end(ApprovalState::Cancelled, now);
    Change::PutApproval(Box::new(row), expect)
}

impl Shared {
    /// A person's requests that wait for consent, newest first.
    async fn open_approvals_of(&self, user: &User) -> Result<Vec<Approval>, RecordsError> {
        let filter = ApprovalFilter {
            state: Some(ApprovalState::Open),
            requester: Some(user.id),
            ..ApprovalFilter::default()
        };
        let mut page = Page {
            limit: PAGE,
            cursor: None,
        };
        let mut open = Vec::new();
        loop {
            let found = self.ports.records.list_approvals(&filter, &page).await?;
            open.extend(found.rows);
            match found.next {
                Some(next) => page.cursor = Some(next),
                None => return Ok(open),
            }
        }
    }

    /// Jobs that a person began and that are not over, newest first in each state.
    async fn open_jobs_of(&self, user: &User) -> Result<Vec<Job>, RecordsError> {
        let actor = Actor::person(user.id, user.name.clone()).to_string();
        let mut open = Vec::new();
        for (state, _) in JobState::ALL {
            if matches!(state, JobState::Succeeded | JobState::Cancelled) {
                continue;
            }
            let filter = JobFilter {
                groups: Groups::All,
                state: Some(*state),
                subject: None,
            };
            let mut page = Page {
                limit: PAGE,
                cursor: None,
            };
            loop {
                let found = self.ports.records.list_jobs(&filter, &page).await?;
                open.extend(found.rows.into_iter().filter(|job| job.actor == actor));
                match found.next {
                    Some(next) => page.cursor = Some(next),
                    None => break,
                }
            }
        }
        Ok(open)
    }
}
