//! Connections: how one AWS account is reached.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::page;
use crate::rotation::{RotationRequest, RotationView};
use crate::secret::{self, Secret};

/// Who we are in AWS.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum IdentityRequest {
    /// A static access key of an IAM user.
    AccessKey {
        /// Public half.
        access_key_id: String,
        /// Secret half.
        #[serde(serialize_with = "secret::on_the_wire")]
        secret_access_key: Secret,
    },
    /// A role, assumed from another identity.
    AssumeRole {
        /// `arn:…:iam::…:role/…`.
        role_arn: String,
        /// Sent where the trust policy asks for it.
        external_id: Option<String>,
        /// Who assumes it; the host's own credentials unless given.
        #[schema(no_recursion)]
        base: Option<Box<IdentityRequest>>,
    },
    /// A role, assumed with a token file of an OpenID provider.
    WebIdentity {
        /// The role.
        role_arn: String,
        /// A file on the server; read anew each time.
        token_file: String,
    },
    /// The server's own credentials: instance or container role, or a profile.
    Host {
        /// A profile of the server's AWS configuration; the default chain unless given.
        profile: Option<String>,
    },
}

/// Which of AWS's endpoints to call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum EndpointSpec {
    /// `kms.REGION.SUFFIX`.
    #[default]
    Standard,
    /// `kms-fips.REGION.SUFFIX`.
    Fips,
    /// A VPC interface endpoint.
    Vpc {
        /// Its host name.
        host: String,
    },
    /// Any URL, for every service.
    Custom {
        /// `https://host:port`.
        url: String,
    },
}

/// How the server at the other end proves itself, and we to it.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsRequest {
    /// PEM bundle that replaces the default roots.
    pub ca_bundle: Option<String>,
    /// For mutual TLS.
    pub client_certificate: Option<ClientCertificateRequest>,
    /// Whether the certificate must name the host.
    #[serde(default = "yes")]
    pub check_host_name: bool,
}

impl Default for TlsRequest {
    fn default() -> Self {
        Self {
            ca_bundle: None,
            client_certificate: None,
            check_host_name: true,
        }
    }
}

/// Other parts of the trust; what is not given stays as it is.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TlsChangeRequest {
    /// Another PEM bundle that replaces the default roots.
    pub ca_bundle: Option<String>,
    /// The default roots again.
    #[serde(default)]
    pub remove_ca_bundle: bool,
    /// Another client certificate.
    pub client_certificate: Option<ClientCertificateRequest>,
    /// No client certificate any more.
    #[serde(default)]
    pub remove_client_certificate: bool,
    /// Whether the certificate must name the host.
    pub check_host_name: Option<bool>,
}

fn yes() -> bool {
    true
}

/// A client certificate with its private key.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientCertificateRequest {
    /// PEM chain, leaf first.
    pub chain: String,
    /// PEM private key.
    #[serde(serialize_with = "secret::on_the_wire")]
    pub private_key: Secret,
}

/// An outbound HTTP proxy.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProxyRequest {
    /// `http://host:port`.
    pub url: String,
    /// For basic authentication.
    pub user: Option<String>,
    /// For basic authentication.
    #[serde(default, serialize_with = "secret::on_the_wire_if_any")]
    pub password: Option<Secret>,
}

words! {
    /// How far a connection's rights go.
    Tier {
        /// Reads only.
        Observe = "observe",
        /// Creates, imports, rotates, enables; no deletion.
        Import = "import",
        /// Everything that Keyferry does.
        Full = "full",
    }
}

/// Tries settings without storing anything.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyConnectionRequest {
    /// Only for the answer's sentence.
    pub name: Option<String>,
    /// Who we are.
    pub identity: IdentityRequest,
    /// Regions to try; at least one.
    pub regions: Vec<String>,
    /// Which rights to look for; `full` unless given.
    pub tier: Option<Tier>,
    /// Where we call.
    #[serde(default)]
    pub endpoint: EndpointSpec,
    /// Whom we trust.
    #[serde(default)]
    pub tls: TlsRequest,
    /// Through what.
    pub proxy: Option<ProxyRequest>,
}

/// When an access key rotates by itself: `every` or `cron`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccessKeyScheduleRequest {
    /// A period such as `90d`, or `never`.
    pub every: Option<String>,
    /// Instead: five fields of cron, such as `0 3 1 * *`.
    pub cron: Option<String>,
    /// Not before: RFC 3339, or `DD-MM-YYYY HH:MM` in `time_zone`. With `every` also the first time.
    pub start: Option<String>,
    /// The IANA time zone in which days are counted; `UTC` unless given.
    pub time_zone: Option<String>,
}

/// Verifies settings and stores them.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddConnectionRequest {
    /// Unique; case counts.
    pub name: String,
    /// The owning group's id or name; `default` unless given. Who has no role there does not see the connection.
    pub group: Option<String>,
    /// Who we are.
    pub identity: IdentityRequest,
    /// The Regions in use, the default one first; at least one.
    pub regions: Vec<String>,
    /// Which rights the connection shall have; `full` unless given.
    pub tier: Option<Tier>,
    /// Where we call.
    #[serde(default)]
    pub endpoint: EndpointSpec,
    /// Whom we trust.
    #[serde(default)]
    pub tls: TlsRequest,
    /// Through what.
    pub proxy: Option<ProxyRequest>,
    /// When keys rotate in keystores that do not say otherwise; never unless given.
    pub rotation: Option<RotationRequest>,
    /// When the access key rotates by itself; never unless given.
    pub access_key_rotation: Option<AccessKeyScheduleRequest>,
    /// Store it even though it does not work yet.
    #[serde(default)]
    pub allow_unverified: bool,
}

/// Changes a connection, verifying it again. What is not given stays.
#[derive(Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateConnectionRequest {
    /// Another identity.
    pub identity: Option<IdentityRequest>,
    /// Other Regions.
    pub regions: Option<Vec<String>>,
    /// Other rights.
    pub tier: Option<Tier>,
    /// Another endpoint.
    pub endpoint: Option<EndpointSpec>,
    /// Other parts of the trust; what is not given stays.
    #[serde(default)]
    pub tls: TlsChangeRequest,
    /// Another proxy.
    pub proxy: Option<ProxyRequest>,
    /// Use no proxy any more.
    #[serde(default)]
    pub remove_proxy: bool,
    /// Another default for when keys rotate; keystores that are there keep theirs.
    pub rotation: Option<RotationRequest>,
    /// Another schedule for the access key, or `never`.
    pub access_key_rotation: Option<AccessKeyScheduleRequest>,
    /// Store it even though it does not work now.
    #[serde(default)]
    pub allow_unverified: bool,
}

/// What a verification found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerificationView {
    /// One sentence.
    pub message: String,
    /// AWS partition.
    pub partition: String,
    /// AWS account id.
    pub account: String,
    /// The principal as which AWS knows us.
    pub principal: String,
    /// The Regions that were tried.
    pub regions: Vec<RegionCheckView>,
    /// Actions of the tier that are not allowed, as far as can be found out without harm.
    pub missing_actions: Vec<String>,
    /// Why the actions could not be checked, where they could not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actions_unchecked: Option<String>,
}

/// Whether KMS answers in one Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegionCheckView {
    /// Which.
    pub region: String,
    /// What went wrong there; absent is well.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Who we are in AWS, without secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct IdentityView {
    /// `access-key`, `assume-role`, `web-identity` or `host`.
    pub kind: String,
    /// Public half of the access key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key_id: Option<String>,
    /// The role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<String>,
    /// Sent when the role is assumed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// File with the web identity token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_file: Option<String>,
    /// Profile of the server's AWS configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// Who assumes the role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(no_recursion)]
    pub base: Option<Box<IdentityView>>,
}

/// Trust settings, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TlsView {
    /// The PEM bundle, where one replaces the default roots.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_bundle: Option<String>,
    /// The client certificate's PEM chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_certificate: Option<String>,
    /// Whether the certificate must name the host.
    pub check_host_name: bool,
}

/// Proxy settings, without the password.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ProxyView {
    /// `http://host:port`.
    pub url: String,
    /// For basic authentication.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

words! {
    /// Whether the link works.
    LinkState {
        /// The last call got through.
        Connected = "connected",
        /// The last call did not.
        NotConnected = "not-connected",
        /// Never tried.
        Unknown = "unknown",
    }
}

/// Whether the link works, why not, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LinkHealthView {
    /// In one word.
    pub state: LinkState,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub since: Option<String>,
}

/// How old an access key is, and when it rotates by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AccessKeyView {
    /// Public half, wherever in the identity it is.
    pub access_key_id: String,
    /// Since when it is in use here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub since: Option<String>,
    /// The period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub every: Option<String>,
    /// Five fields of cron.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// Not before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub start: Option<String>,
    /// The time zone in which days are counted, where there is a schedule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    /// When it rotates next; absent is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub next: Option<String>,
}

/// A connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ConnectionView {
    /// Identity.
    pub id: String,
    /// Unique; case counts.
    pub name: String,
    /// The kind of cloud: `aws-byok`.
    pub cloud: String,
    /// The owning group.
    pub group: String,
    /// AWS partition, once verified.
    pub partition: Option<String>,
    /// AWS account id, once verified.
    pub account: Option<String>,
    /// The Regions in use, the default one first.
    pub regions: Vec<String>,
    /// How far its rights go.
    pub tier: Tier,
    /// Who we are.
    pub identity: IdentityView,
    /// Where we call.
    pub endpoint: EndpointSpec,
    /// Where KMS is called in the default Region: the Region's own address, unless the endpoint is another.
    pub url: String,
    /// What can never be changed: another value needs another connection.
    pub fixed: Vec<String>,
    /// Whom we trust.
    pub tls: TlsView,
    /// Through what.
    pub proxy: Option<ProxyView>,
    /// When keys rotate in keystores that do not say otherwise; absent is never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rotation: Option<RotationView>,
    /// How old the access key is, and when it rotates; absent where the identity has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_key: Option<AccessKeyView>,
    /// Whether the link works.
    pub health: LinkHealthView,
    /// Who added it, such as `user/ann`.
    pub created_by: String,
    /// Who acts where the connection's schedule asks for something, as jobs and the audit log name it.
    #[serde(default)]
    pub service_actor: String,
    /// When it was added.
    #[schema(format = DateTime)]
    pub created_at: String,
    /// When it last changed.
    #[schema(format = DateTime)]
    pub updated_at: String,
    /// Counts changes; the `ETag`.
    pub revision: u64,
}

page! {
    /// All connections, by name.
    ConnectionPage of ConnectionView
}

/// A stored connection, and what its verification found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StoredConnectionView {
    /// The connection.
    pub connection: ConnectionView,
    /// Absent where the link does not work; `connection.health` says why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<VerificationView>,
}

/// IAM users and roles, to pick key users and administrators from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PrincipalsView {
    /// ARNs of users.
    pub users: Vec<String>,
    /// ARNs of roles.
    pub roles: Vec<String>,
}

/// Whose Regions.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegionsQuery {
    /// AWS partition, such as `aws-cn`; `aws` unless given.
    pub partition: Option<String>,
}

/// The Regions of a partition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegionsView {
    /// Who told: `account:ListRegions`, `ec2:DescribeRegions`, or `built-in` where the account may not be asked.
    pub told_by: String,
    /// Why the account could not be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why_not_asked: Option<String>,
    /// All Regions, by code.
    pub regions: Vec<RegionView>,
}

/// One Region.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RegionView {
    /// Its code, such as `eu-central-1`.
    pub region: String,
    /// Its long name.
    pub name: String,
    /// Whether it is enabled in the account; absent where that is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Whether the connection uses it.
    pub in_use: bool,
}

words! {
    /// How a document is written.
    PolicyFormat {
        /// As AWS's console takes it.
        Json = "json",
        /// A Terraform configuration.
        Terraform = "terraform",
        /// A CloudFormation template.
        CloudFormation = "cloudformation",
    }
}

/// Asks for what an AWS administrator sets up before an account is connected. With `principal` it is a role that
/// another identity assumes, with `provider` a role for the tokens of an OpenID provider, else an IAM user.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PolicyQuery {
    /// Which rights; `full` unless given.
    #[param(inline)]
    pub tier: Option<Tier>,
    /// How it is written; `json` unless given.
    #[param(inline)]
    pub format: Option<PolicyFormat>,
    /// Instead: the organisation policy that leaves deletion, material removal and policy changes to our role.
    #[serde(default)]
    pub guardrail: bool,
    /// The AWS account that it is for; a placeholder unless given.
    pub account: Option<String>,
    /// AWS partition; that of the Regions, else `aws`.
    pub partition: Option<String>,
    /// Comma-separated Regions, outside of which every KMS call is denied; no such rule unless given.
    pub regions: Option<String>,
    /// The name of role or user; `keyferry` unless given.
    pub name: Option<String>,
    /// Who may assume the role: an ARN, or an account id.
    pub principal: Option<String>,
    /// The external id that the trust policy asks for; a new one unless given.
    pub external_id: Option<String>,
    /// The OpenID provider's address without `https://`.
    pub provider: Option<String>,
    /// The `aud` that tokens must carry; `sts.amazonaws.com` unless given.
    pub audience: Option<String>,
    /// The `sub` that tokens must carry.
    pub subject: Option<String>,
    /// Whether multi-Region keys are wanted, which need a service-linked role.
    #[serde(default)]
    pub multi_region: bool,
    /// Whether KMS keys whose material AWS makes are wanted.
    #[serde(default)]
    pub native: bool,
    /// Whether grants shall be given and retired, to anybody but Keyferry itself.
    #[serde(default)]
    pub grants: bool,
}

/// One file to hand to AWS.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyDocumentView {
    /// `permissions`, `trust`, `base-identity`, `template` or `guardrail`.
    pub kind: String,
    /// A name for the file.
    pub file_name: String,
    /// Its text.
    pub text: String,
}

/// What an AWS administrator sets up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PolicyView {
    /// The external id in the documents: give it when the connection is added.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The files.
    pub documents: Vec<PolicyDocumentView>,
}

/// Asks which hosts a firewall must let through.
#[derive(Clone, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HostsQuery {
    /// Comma-separated Regions, the default one first.
    pub regions: String,
    /// `standard`, `fips`, the host name of a VPC endpoint, or a URL; `standard` unless given.
    pub endpoint: Option<String>,
}

/// One host, TCP port 443 unless the name says otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HostView {
    /// Its name.
    pub name: String,
    /// What is called there.
    pub what_for: String,
}

/// The exact hosts of a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HostsView {
    /// The hosts.
    pub hosts: Vec<HostView>,
}

impl EndpointSpec {
    /// As people write it: `standard`, `fips`, a URL, or the host name of a VPC endpoint.
    pub fn from_text(text: &str) -> Self {
        match text {
            "standard" => Self::Standard,
            "fips" => Self::Fips,
            url if url.contains("://") => Self::Custom {
                url: url.to_owned(),
            },
            host => Self::Vpc {
                host: host.to_owned(),
            },
        }
    }
}

/// Asks for a check-up of the whole way into an account.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DoctorRequest {
    /// Also run the main job on throw-away keys in the account, compare every answer, and schedule their deletion.
    #[serde(default)]
    pub sandbox: bool,
    /// Where; the connection's default Region unless given.
    pub region: Option<String>,
}

/// What a check-up found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoctorReportView {
    /// Whether every check passed.
    pub ok: bool,
    /// The connection's name.
    pub connection: String,
    /// Its account.
    pub account: Option<String>,
    /// Where the throw-away keys were made, if they were.
    pub sandbox_region: Option<String>,
    /// When it began.
    #[schema(format = DateTime)]
    pub started_at: String,
    /// When it ended.
    #[schema(format = DateTime)]
    pub finished_at: String,
    /// The checks, in order.
    pub checks: Vec<DoctorCheckView>,
    /// The throw-away keys, with the day on which AWS deletes them.
    pub throw_away_keys: Vec<ThrowAwayKeyView>,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoctorCheckView {
    /// Its name.
    pub name: String,
    /// Whether it is as it should be, or could not be told.
    pub ok: bool,
    /// What was found.
    pub detail: String,
    /// What a person can do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// One throw-away key after the clean-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ThrowAwayKeyView {
    /// Its name in Keyferry.
    pub name: String,
    /// Its ARN, if it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arn: Option<String>,
    /// When AWS deletes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub deletion_date: Option<String>,
    /// Why it could not be scheduled for deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}
