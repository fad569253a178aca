//! What an AWS administrator sets up: policies, guardrail, hosts.

use keyferry_api::connection::{
    EndpointSpec, HostView, HostsQuery, HostsView, PolicyDocumentView, PolicyQuery, PolicyView,
};
use keyferry_app::AppError;
use keyferry_app::connections::hosts::Host;
use keyferry_app::connections::policy::{
    DEFAULT_NAME, Document, Format, PolicyIdentity, PolicyRequest,
};
use keyferry_domain::arn::{Account, Partition, Region};
use keyferry_domain::connection::Endpoint;

use super::connection::{endpoint, regions, tier};

/// The audience of tokens that AWS's own tools ask for.
const AUDIENCE_DEFAULT: &str = "sts.amazonaws.com";

fn list(text: &str) -> Result<Vec<Region>, AppError> {
    let names: Vec<String> = text
        .split(',')
        .filter(|name| !name.trim().is_empty())
        .map(str::to_owned)
        .collect();
    Ok(regions(&names)?)
}

/// As whom Keyferry shall come into the account.
fn identity(query: &mut PolicyQuery, new_external_id: String) -> Result<PolicyIdentity, AppError> {
    match (query.principal.take(), query.provider.take()) {
        (Some(_), Some(_)) => {
            let why = "give a principal or an OpenID provider, not both".to_owned();
            Err(AppError::Invalid {
                field: "principal",
                why,
            })
        }
        (Some(trusted_principal), None) => {
            let external_id = query.external_id.take().unwrap_or(new_external_id);
            Ok(PolicyIdentity::Role {
                external_id,
                trusted_principal,
            })
        }
        (None, Some(provider)) => {
            let subject = query.subject.take().ok_or_else(|| {
                let why = "say which `sub` the provider's tokens must carry".to_owned();
                AppError::Invalid {
                    field: "subject",
                    why,
                }
            })?;
            let audience = query
                .audience
                .take()
                .unwrap_or_else(|| AUDIENCE_DEFAULT.to_owned());
            Ok(PolicyIdentity::WebIdentity {
                provider,
                audience,
                subject,
            })
        }
        (None, None) => Ok(PolicyIdentity::User),
    }
}

/// What is wanted.
pub(crate) fn request(
    mut query: PolicyQuery,
    new_external_id: String,
) -> Result<PolicyRequest, AppError> {
    let regions = list(query.regions.as_deref().unwrap_or_default())?;
    let of_regions = regions.first().map_or(Partition::Aws, Partition::of_region);
    let partition = query
        .partition
        .take()
        .map_or(Ok(of_regions), |text| text.parse())?;
    let account = match query.account.take() {
        Some(id) => Some(Account {
            partition,
            id: id.parse()?,
        }),
        None => None,
    };
    let identity = identity(&mut query, new_external_id)?;
    let format = query
        .format
        .and_then(|format| Format::from_word(format.as_str()));
    Ok(PolicyRequest {
        tier: tier(query.tier),
        format: format.unwrap_or(Format::Json),
        account,
        partition,
        regions,
        name: query.name.unwrap_or_else(|| DEFAULT_NAME.to_owned()),
        identity,
        multi_region: query.multi_region,
        native: query.native,
        grants: query.grants,
    })
}

/// The files, with the external id that stands in them.
pub(crate) fn view(request: &PolicyRequest, documents: Vec<Document>) -> PolicyView {
    let external_id = match &request.identity {
        PolicyIdentity::Role { external_id, .. } => Some(external_id.clone()),
        PolicyIdentity::User | PolicyIdentity::WebIdentity { .. } => None,
    };
    let document = |document: Document| PolicyDocumentView {
        kind: document.kind.as_str().to_owned(),
        file_name: document.file_name.to_owned(),
        text: document.text,
    };
    PolicyView {
        external_id,
        documents: documents.into_iter().map(document).collect(),
    }
}

/// Where the hosts of a connection are.
pub(crate) fn hosts_of(query: &HostsQuery) -> Result<(Partition, Vec<Region>, Endpoint), AppError> {
    let regions = list(&query.regions)?;
    let partition = regions.first().map_or(Partition::Aws, Partition::of_region);
    let spec = query
        .endpoint
        .as_deref()
        .map(EndpointSpec::from_text)
        .unwrap_or_default();
    Ok((partition, regions, endpoint(spec)))
}

/// The hosts.
pub(crate) fn hosts(hosts: Vec<Host>) -> HostsView {
    let view = |host: Host| HostView {
        name: host.name,
        what_for: host.what_for.to_owned(),
    };
    HostsView {
        hosts: hosts.into_iter().map(view).collect(),
    }
}
