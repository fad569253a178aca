//! KMS keys that nobody manages here.

use keyferry_api::found_key::{FoundKeyQuery, FoundKeyView};
use keyferry_app::AppError;
use keyferry_domain::id::ConnectionId;
use keyferry_domain::intent::Origin;
use keyferry_ports::records::{FoundKey, FoundKeyFilter, Groups};

/// Which found keys.
pub(crate) fn filter(
    query: &FoundKeyQuery,
    connection: Option<ConnectionId>,
) -> Result<FoundKeyFilter, AppError> {
    let region = query.region.as_deref().map(str::parse).transpose();
    Ok(FoundKeyFilter {
        groups: Groups::All,
        connection,
        region: region.map_err(|error| AppError::Invalid {
            field: "region",
            why: format!("{error}"),
        })?,
        text: query.q.clone(),
        unseen_since: None,
        with_gone: query.with_gone,
    })
}

/// A found key; `connection` is the connection's name.
pub(crate) fn view(key: FoundKey, connection: String) -> FoundKeyView {
    let described = key.place.described.value();
    let source = described.map(|one| match one.shape.origin {
        Origin::External => "External".to_owned(),
        Origin::AwsKms => "AWS".to_owned(),
    });
    let aliases = key.place.aliases.value();
    FoundKeyView {
        arn: key.arn.to_string(),
        name: key.name,
        connection,
        region: key.arn.region().to_string(),
        source,
        key_state: described.map(|one| one.state.as_str().to_owned()),
        spec: described.map(|one| one.shape.spec.aws_name().to_owned()),
        aliases: aliases.map_or_else(Vec::new, |all| {
            all.keys().map(ToString::to_string).collect()
        }),
        tags: key.place.tags.value().cloned().unwrap_or_default(),
        first_seen_at: key.first_seen_at.to_string(),
        last_seen_at: key.last_seen_at.to_string(),
        is_gone: key.is_gone,
    }
}
