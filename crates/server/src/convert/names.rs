//! Names beside ids, so that lists can be read without a second request.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_app::{Actor, App, AppError, ErrorClass};
use keyferry_domain::id::{ConnectionId, GroupId, KeyId, KeystoreId};
use keyferry_domain::kms_key::KmsKey;

/// Names by id. What is not there any more has the empty name.
#[derive(Debug, Default)]
pub(crate) struct Names {
    connections: BTreeMap<ConnectionId, String>,
    keystores: BTreeMap<KeystoreId, String>,
    keys: BTreeMap<KeyId, String>,
    groups: BTreeMap<GroupId, String>,
}

/// What the actor may not look at has no name for it.
fn if_allowed<T>(found: Result<Vec<T>, AppError>) -> Result<Vec<T>, AppError> {
    match found {
        Err(error) if error.class() == ErrorClass::Denied => Ok(Vec::new()),
        found => found,
    }
}

impl Names {
    /// Names of connections.
    pub(crate) async fn of_connections(app: &App, actor: &Actor) -> Result<Self, AppError> {
        let connections = if_allowed(app.connections.list(actor).await)?;
        let connections = connections
            .into_iter()
            .map(|one| (one.id, one.name.to_string()));
        Ok(Self {
            connections: connections.collect(),
            ..Self::default()
        })
    }

    /// Names of connections and groups.
    pub(crate) async fn of_keystores(app: &App, actor: &Actor) -> Result<Self, AppError> {
        let groups = if_allowed(app.groups.list(actor).await)?.into_iter();
        let groups = groups.map(|group| (group.id, group.name.to_string()));
        Ok(Self {
            groups: groups.collect(),
            ..Self::of_connections(app, actor).await?
        })
    }

    /// A group's name.
    pub(crate) fn group(&self, id: GroupId) -> String {
        self.groups.get(&id).cloned().unwrap_or_default()
    }

    /// Names of everything that these KMS keys belong to.
    pub(crate) async fn of_kms_keys(
        app: &App,
        actor: &Actor,
        kms_keys: impl IntoIterator<Item = &KmsKey>,
    ) -> Result<Self, AppError> {
        let mut names = Self::of_connections(app, actor).await?;
        let keystores = if_allowed(app.keystores.list(actor).await)?;
        names.keystores = keystores
            .into_iter()
            .map(|one| (one.id, one.name.to_string()))
            .collect();
        let sources: BTreeSet<KeyId> = kms_keys.into_iter().filter_map(|key| key.source).collect();
        for source in sources {
            if let Ok(found) = app.keys.find(actor, &source.to_string()).await {
                names.keys.insert(source, found.name.to_string());
            }
        }
        Ok(names)
    }

    /// A connection's name.
    pub(crate) fn connection(&self, id: ConnectionId) -> String {
        self.connections.get(&id).cloned().unwrap_or_default()
    }

    /// A keystore's name.
    pub(crate) fn keystore(&self, id: KeystoreId) -> String {
        self.keystores.get(&id).cloned().unwrap_or_default()
    }

    /// A key's name.
    pub(crate) fn key(&self, id: KeyId) -> Option<String> {
        self.keys.get(&id).cloned()
    }
}
