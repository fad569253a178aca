//! Names beside ids, so that lists can be read without a second request.

use std::collections::{BTreeMap, BTreeSet};

use keyferry_app::{Actor, App, AppError};
use keyferry_domain::id::{ConnectionId, KeyId, KeystoreId};
use keyferry_domain::kms_key::KmsKey;

/// Names by id. What is not there any more has the empty name.
#[derive(Debug, Default)]
pub(crate) struct Names {
    connections: BTreeMap<ConnectionId, String>,
    keystores: BTreeMap<KeystoreId, String>,
    keys: BTreeMap<KeyId, String>,
}

impl Names {
    /// Names of connections.
    pub(crate) async fn of_connections(app: &App, actor: &Actor) -> Result<Self, AppError> {
        let connections = app.connections.list(actor).await?;
        let connections = connections
            .into_iter()
            .map(|one| (one.id, one.name.to_string()));
        Ok(Self {
            connections: connections.collect(),
            ..Self::default()
        })
    }

    /// Names of everything that these KMS keys belong to.
    pub(crate) async fn of_kms_keys(
        app: &App,
        actor: &Actor,
        kms_keys: impl IntoIterator<Item = &KmsKey>,
    ) -> Result<Self, AppError> {
        let mut names = Self::of_connections(app, actor).await?;
        let keystores = app.keystores.list(actor).await?;
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
