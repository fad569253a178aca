//! Connections.

use keyferry_api::connection::{
    AccessKeyScheduleRequest, AccessKeyView, AddConnectionRequest, ClientCertificateRequest,
    ConnectionView, EndpointSpec, IdentityRequest, IdentityView, LinkHealthView, LinkState,
    PrincipalsView, ProxyRequest, ProxyView, RegionCheckView, RegionView, RegionsView,
    StoredConnectionView, Tier as ApiTier, TlsChangeRequest, TlsRequest, TlsView,
    UpdateConnectionRequest, VerificationView, VerifyConnectionRequest,
};
use keyferry_api::rotation::RotationRequest;
use keyferry_api::secret::Secret;
use keyferry_app::connections::regions::{ListedRegion, RegionList};
use keyferry_app::connections::{
    AddConnection, LinkChange, LinkRequest, Stored, TlsChange, UpdateConnection, Verified,
};
use keyferry_app::{Actor, AppError};
use keyferry_domain::arn::{BadAwsName, Partition, Region};
use keyferry_domain::connection::{
    AccessKeyCare, ClientCertificate, Connection, Endpoint, Identity, LinkHealth, LinkSettings,
    Proxy, RoleToAssume, Tier, TlsTrust,
};
use keyferry_domain::schedule::RotationSchedule;
use keyferry_ports::aws::Principals;
use keyferry_ports::secret::SecretText;

use super::rotation;

/// The kind of cloud, as lists show it.
const CLOUD: &str = "aws-byok";

/// Region names from text.
pub(crate) fn regions(texts: &[String]) -> Result<Vec<Region>, BadAwsName> {
    texts.iter().map(|text| text.trim().parse()).collect()
}

fn secret(secret: &Secret) -> SecretText {
    SecretText::new(secret.expose())
}

fn identity(request: IdentityRequest) -> Identity<SecretText> {
    match request {
        IdentityRequest::AccessKey {
            access_key_id,
            secret_access_key,
        } => Identity::AccessKey {
            access_key_id,
            secret_access_key: secret(&secret_access_key),
        },
        IdentityRequest::AssumeRole {
            role_arn,
            external_id,
            base,
        } => Identity::AssumeRole {
            role: RoleToAssume {
                role_arn,
                external_id,
            },
            base: Box::new(base.map_or(Identity::Host { profile: None }, |base| identity(*base))),
        },
        IdentityRequest::WebIdentity {
            role_arn,
            token_file,
        } => Identity::WebIdentity {
            role_arn,
            token_file,
        },
        IdentityRequest::Host { profile } => Identity::Host { profile },
    }
}

pub(crate) fn endpoint(spec: EndpointSpec) -> Endpoint {
    match spec {
        EndpointSpec::Standard => Endpoint::Standard,
        EndpointSpec::Fips => Endpoint::Fips,
        EndpointSpec::Vpc { host } => Endpoint::Vpc { host },
        EndpointSpec::Custom { url } => Endpoint::Custom { url },
    }
}

fn client_certificate(request: ClientCertificateRequest) -> ClientCertificate<SecretText> {
    ClientCertificate {
        chain: request.chain,
        private_key: secret(&request.private_key),
    }
}

/// Another value, none any more, or no change.
fn changed<T>(value: Option<T>, is_removed: bool) -> Option<Option<T>> {
    match value {
        Some(value) => Some(Some(value)),
        None => is_removed.then_some(None),
    }
}

fn tls_change(request: TlsChangeRequest) -> TlsChange {
    let certificate = request.client_certificate.map(client_certificate);
    TlsChange {
        ca_bundle: changed(request.ca_bundle, request.remove_ca_bundle),
        client_certificate: changed(certificate, request.remove_client_certificate),
        check_host_name: request.check_host_name,
    }
}

fn tls(request: TlsRequest) -> TlsTrust<SecretText> {
    TlsTrust {
        ca_bundle: request.ca_bundle,
        client_certificate: request.client_certificate.map(client_certificate),
        check_host_name: request.check_host_name,
    }
}

fn proxy(request: ProxyRequest) -> Result<Proxy<SecretText>, AppError> {
    let credentials = match (request.user, request.password) {
        (Some(user), Some(password)) => Some((user, secret(&password))),
        (None, None) => None,
        _ => {
            let why = "user and password go together".to_owned();
            return Err(AppError::Invalid {
                field: "proxy",
                why,
            });
        }
    };
    Ok(Proxy {
        url: request.url,
        credentials,
    })
}

pub(crate) fn tier(tier: Option<ApiTier>) -> Tier {
    tier.and_then(|tier| Tier::from_word(tier.as_str()))
        .unwrap_or(Tier::Full)
}

/// Settings to try.
pub(crate) fn verify(request: VerifyConnectionRequest) -> Result<LinkRequest, AppError> {
    Ok(LinkRequest {
        link: LinkSettings {
            identity: identity(request.identity),
            endpoint: endpoint(request.endpoint),
            tls: tls(request.tls),
            proxy: request.proxy.map(proxy).transpose()?,
        },
        regions: regions(&request.regions)?,
        tier: tier(request.tier),
    })
}

/// When an access key rotates, or never.
fn access_key_rule(
    request: AccessKeyScheduleRequest,
) -> Result<Option<RotationSchedule>, AppError> {
    let AccessKeyScheduleRequest {
        every,
        cron,
        start,
        time_zone,
    } = request;
    rotation::own(RotationRequest {
        every,
        cron,
        start,
        time_zone,
        ..RotationRequest::default()
    })
}

/// How old the access key is, and when it rotates.
fn access_key_view<S>(identity: &Identity<S>, care: &AccessKeyCare) -> Option<AccessKeyView> {
    let access_key_id = identity.access_key_id()?.to_owned();
    let rule = care.rotation.as_ref();
    let rule = rule.map(|rule| rotation::view(rule, care.due));
    let rule = rule.as_ref();
    Some(AccessKeyView {
        access_key_id,
        since: care.since.map(|since| since.to_string()),
        every: rule.and_then(|rule| rule.every.clone()),
        cron: rule.and_then(|rule| rule.cron.clone()),
        start: rule.and_then(|rule| rule.start.clone()),
        time_zone: rule.map(|rule| rule.time_zone.clone()),
        next: rule.and_then(|rule| rule.next.clone()),
    })
}

/// Settings to store.
pub(crate) fn add(request: AddConnectionRequest) -> Result<AddConnection, AppError> {
    let AddConnectionRequest {
        name,
        group,
        identity,
        regions,
        tier,
        endpoint,
        tls,
        proxy,
        rotation: rule,
        access_key_rotation,
        allow_unverified,
    } = request;
    let settings = VerifyConnectionRequest {
        name: None,
        identity,
        regions,
        tier,
        endpoint,
        tls,
        proxy,
    };
    Ok(AddConnection {
        name: name.parse()?,
        group,
        request: verify(settings)?,
        rotation: rule.map(rotation::own).transpose()?.flatten(),
        access_key_rotation: access_key_rotation
            .map(access_key_rule)
            .transpose()?
            .flatten(),
        allow_unverified,
    })
}

/// What to change.
pub(crate) fn update(
    request: UpdateConnectionRequest,
    revision: Option<u64>,
) -> Result<UpdateConnection, AppError> {
    let link = LinkChange {
        identity: request.identity.map(identity),
        endpoint: request.endpoint.map(endpoint),
        tls: tls_change(request.tls),
        proxy: changed(request.proxy.map(proxy).transpose()?, request.remove_proxy),
    };
    Ok(UpdateConnection {
        revision,
        link,
        regions: request.regions.as_deref().map(regions).transpose()?,
        tier: request.tier.map(|word| tier(Some(word))),
        rotation: request.rotation.map(rotation::own).transpose()?,
        access_key_rotation: request
            .access_key_rotation
            .map(access_key_rule)
            .transpose()?,
        allow_unverified: request.allow_unverified,
    })
}

/// What a verification found out.
pub(crate) fn verification(verified: Verified, name: Option<&str>) -> VerificationView {
    let account = verified.account;
    let what = name.map(|name| format!(" [{name}]")).unwrap_or_default();
    VerificationView {
        message: format!("Successfully connected to the AWS account {account}{what}."),
        partition: account.partition.to_string(),
        account: account.id.to_string(),
        principal: verified.principal,
        regions: verified
            .regions
            .into_iter()
            .map(|check| RegionCheckView {
                region: check.region.to_string(),
                problem: check.problem,
            })
            .collect(),
        missing_actions: verified.missing_actions,
        actions_unchecked: verified.actions_unchecked,
    }
}

/// A stored connection with its verification.
pub(crate) fn stored(stored: Stored) -> StoredConnectionView {
    let name = stored.connection.name.to_string();
    StoredConnectionView {
        connection: view(stored.connection),
        verification: stored
            .verified
            .map(|verified| verification(verified, Some(&name))),
    }
}

fn identity_view<S>(identity: &Identity<S>) -> IdentityView {
    let mut view = IdentityView {
        kind: identity.kind().to_owned(),
        ..IdentityView::default()
    };
    match identity {
        Identity::AccessKey { access_key_id, .. } => {
            view.access_key_id = Some(access_key_id.clone())
        }
        Identity::AssumeRole { role, base } => {
            view.role_arn = Some(role.role_arn.clone());
            view.external_id = role.external_id.clone();
            view.base = Some(Box::new(identity_view(base)));
        }
        Identity::WebIdentity {
            role_arn,
            token_file,
        } => {
            view.role_arn = Some(role_arn.clone());
            view.token_file = Some(token_file.clone());
        }
        Identity::Host { profile } => view.profile = profile.clone(),
    }
    view
}

fn endpoint_view(endpoint: Endpoint) -> EndpointSpec {
    match endpoint {
        Endpoint::Standard => EndpointSpec::Standard,
        Endpoint::Fips => EndpointSpec::Fips,
        Endpoint::Vpc { host } => EndpointSpec::Vpc { host },
        Endpoint::Custom { url } => EndpointSpec::Custom { url },
    }
}

pub(crate) fn health_view(health: LinkHealth) -> LinkHealthView {
    match health {
        LinkHealth::Unknown => LinkHealthView {
            state: LinkState::Unknown,
            why: None,
            since: None,
        },
        LinkHealth::Connected { since } => LinkHealthView {
            state: LinkState::Connected,
            why: None,
            since: Some(since.to_string()),
        },
        LinkHealth::NotConnected { why, since } => LinkHealthView {
            state: LinkState::NotConnected,
            why: Some(why),
            since: Some(since.to_string()),
        },
    }
}

/// Where KMS is called.
fn kms_url(endpoint: &Endpoint, default: Option<&Region>) -> String {
    let host = |service: &str| {
        default.map_or_else(String::new, |region| {
            let suffix = Partition::of_region(region).dns_suffix();
            format!("https://{service}.{region}.{suffix}")
        })
    };
    match endpoint {
        Endpoint::Standard => host("kms"),
        Endpoint::Fips => host("kms-fips"),
        Endpoint::Vpc { host } => format!("https://{host}"),
        Endpoint::Custom { url } => url.clone(),
    }
}

/// The account is learned at the first verify and stays from then on.
fn fixed(account_is_known: bool) -> Vec<String> {
    let learned: &[&str] = if account_is_known {
        &["partition", "account"]
    } else {
        &[]
    };
    [&["name", "cloud", "group"], learned]
        .concat()
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// A connection, without its secrets.
pub(crate) fn view(connection: Connection) -> ConnectionView {
    let link = connection.link;
    let is_known = connection.account.is_some();
    ConnectionView {
        id: connection.id.to_string(),
        name: connection.name.to_string(),
        cloud: CLOUD.to_owned(),
        group: connection.group.to_string(),
        partition: connection
            .account
            .as_ref()
            .map(|account| account.partition.to_string()),
        account: connection.account.map(|account| account.id.to_string()),
        regions: connection.regions.iter().map(ToString::to_string).collect(),
        tier: ApiTier::from_word(connection.tier.as_str()).unwrap_or(ApiTier::Observe),
        identity: identity_view(&link.identity),
        url: kms_url(&link.endpoint, connection.regions.first()),
        fixed: fixed(is_known),
        endpoint: endpoint_view(link.endpoint),
        tls: TlsView {
            ca_bundle: link.tls.ca_bundle,
            client_certificate: link.tls.client_certificate.map(|own| own.chain),
            check_host_name: link.tls.check_host_name,
        },
        proxy: link.proxy.map(|proxy| ProxyView {
            url: proxy.url,
            user: proxy.credentials.map(|(user, _)| user),
        }),
        access_key: access_key_view(&link.identity, &connection.access_key),
        rotation: connection.rotation.map(|rule| rotation::view(&rule, None)),
        health: health_view(connection.health),
        created_by: connection.created_by,
        service_actor: Actor::of_connection(&connection.name).to_string(),
        created_at: connection.created_at.to_string(),
        updated_at: connection.updated_at.to_string(),
        revision: connection.revision,
    }
}

/// IAM users and roles.
pub(crate) fn principals(principals: Principals) -> PrincipalsView {
    PrincipalsView {
        users: principals.users,
        roles: principals.roles,
    }
}

/// The Regions of a connection's partition.
pub(crate) fn region_list(list: RegionList) -> RegionsView {
    let row = |row: ListedRegion| RegionView {
        region: row.region.to_string(),
        name: row.name.to_owned(),
        enabled: row.is_enabled,
        in_use: row.is_in_use,
    };
    RegionsView {
        told_by: list.told_by.to_owned(),
        why_not_asked: list.why_not_asked,
        regions: list.regions.into_iter().map(row).collect(),
    }
}
