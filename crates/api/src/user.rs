//! People.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::SessionRowView;
use crate::connection::LinkHealthView;
use crate::page::page;
use crate::secret::{self, Secret};

words! {
    /// Whether a person is let in.
    UserState {
        /// Yes.
        Active = "active",
        /// Somebody locked it.
        Locked = "locked",
        /// It has left; the record stays for the log.
        Offboarded = "offboarded",
    }
}

/// Adds a person.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateUserRequest {
    /// Unique, however it is written: case, width and repeated spaces make no other name. It never changes.
    pub name: String,
    /// Who that is, in free words.
    #[serde(default)]
    pub full_name: String,
    /// The first password, 12 to 256 characters; made up unless given. It has to be changed at the first sign-in.
    #[serde(default, serialize_with = "secret::on_the_wire_if_any")]
    pub password: Option<Secret>,
    /// Id or name of the provider by which the person comes, without a password here.
    #[serde(default)]
    pub provider: Option<String>,
    /// As the provider calls that person for ever (`sub`). It may be left out where the provider names people by `email`: the first
    /// who comes with this mailbox, verified, is the one.
    #[serde(default)]
    pub subject: Option<String>,
}

/// Changes what is told about a person.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateUserRequest {
    /// Who that is, in free words.
    pub full_name: String,
}

/// Says that an account is of the same human as another.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SamePersonRequest {
    /// Id or name of the other account.
    #[serde(rename = "as")]
    pub other: String,
}

/// Gives a person another password.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPasswordRequest {
    /// The password; made up unless given. It has to be changed at the next sign-in.
    #[serde(default, serialize_with = "secret::on_the_wire_if_any")]
    pub password: Option<Secret>,
}

/// Ends sessions of a person.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndSessionsRequest {
    /// Whether its API tokens are revoked too.
    #[serde(default)]
    pub tokens: bool,
}

/// A connection of a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GroupLinkView {
    /// Its name.
    pub connection: String,
    /// Whether the account can be reached.
    pub health: LinkHealthView,
}

/// A group of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MembershipView {
    /// The group's id; none for the installation.
    pub group: Option<String>,
    /// The group's name.
    pub group_name: Option<String>,
    /// The roles there.
    pub roles: Vec<String>,
    /// The group's connections, as far as whoever asks may look at them.
    pub connections: Vec<GroupLinkView>,
}

/// A role that goes with a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftRoleView {
    /// Its name.
    pub role: String,
    /// The group's name; none for the installation.
    pub group: Option<String>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserView {
    /// Identity.
    pub id: String,
    /// Unique, however it is written.
    pub name: String,
    /// Who that is, in free words.
    pub full_name: String,
    /// The names of the other accounts of the same human, who counts once wherever several people are wanted.
    pub same_person_as: Vec<String>,
    /// Whether it is let in.
    pub state: UserState,
    /// Whether the password has to be changed first.
    pub must_change_password: bool,
    /// Whether codes of a second factor are asked for.
    pub second_factor: bool,
    /// Recovery codes that were not used yet.
    pub recovery_codes_left: usize,
    /// Until when tries to sign in wait, after too many wrong ones.
    #[schema(format = DateTime)]
    pub waits_until: Option<String>,
    /// The provider by which it comes; none where it has a password here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// When it was added.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it left.
    #[schema(format = DateTime)]
    pub offboarded_at: Option<String>,
    /// The groups, with the roles there; shown for one person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<MembershipView>>,
}

page! {
    /// Everybody, by name; those who have left too.
    UserPage of UserView
}

/// A person whose password somebody else set.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserWithPasswordView {
    /// The password, where it was made up; none where it was given, or only tried. No other answer shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// The person.
    pub user: UserView,
}

impl std::fmt::Debug for UserWithPasswordView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserWithPasswordView")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// A job that a person began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftJobView {
    /// Identity.
    pub id: String,
    /// What it does.
    pub title: String,
    /// Where it stands.
    pub state: String,
}

/// An API token of a person who leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftTokenView {
    /// Identity.
    pub id: String,
    /// What for.
    pub name: String,
}

/// A person who leaves, and what hangs on that person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeavingView {
    /// The person, as it is afterwards.
    pub user: UserView,
    /// Sessions that end.
    pub sessions: Vec<SessionRowView>,
    /// API tokens that are revoked.
    pub tokens: Vec<LeftTokenView>,
    /// Jobs that the person began and that are not over. They go on; what a job about many KMS keys has not begun is refused.
    pub jobs: Vec<LeftJobView>,
    /// Roles that are taken.
    #[serde(default)]
    pub roles: Vec<LeftRoleView>,
    /// Requests of the person that wait for the approval of others; they are taken back.
    #[serde(default)]
    pub approvals: Vec<LeftApprovalView>,
    /// What this person prepared to be taken out of the vault; nobody takes it any more.
    pub preparations: Vec<crate::export::PreparationView>,
}

/// A request that is taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftApprovalView {
    /// Its id.
    pub id: String,
    /// What it would have done.
    pub action: String,
}
