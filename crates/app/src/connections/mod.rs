//! Connections: verify first, then store; how an AWS account is reached.

pub mod hosts;
pub mod policy;
pub mod regions;
pub mod tier;
mod verify;

use std::fmt::Display;
use std::sync::Arc;

use keyferry_domain::arn::{Account, Region};
use keyferry_domain::connection::{
    AccessKeyCare, ClientCertificate, Connection, Endpoint, Identity, LinkHealth, LinkSettings,
    Proxy, Tier, TlsTrust,
};
use keyferry_domain::id::ConnectionId;
use keyferry_domain::name::Name;
use keyferry_domain::schedule::RotationSchedule;
use keyferry_ports::aws::Principals;
use keyferry_ports::records::{Batch, Change, Expect, RecordsError};
use keyferry_ports::secret::SecretText;

use crate::action::{Action, ApprovalClass};
use crate::actor::Actor;
use crate::driver::describe;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::{Object, Permit};

pub use verify::{RegionCheck, Verified};

/// Everything about a link that a person gives.
#[derive(Debug)]
pub struct LinkRequest {
    /// Identity, endpoint, trust, proxy.
    pub link: LinkSettings<SecretText>,
    /// Regions in use, default first.
    pub regions: Vec<Region>,
    /// How far the rights shall go.
    pub tier: Tier,
}

/// A connection to add.
#[derive(Debug)]
pub struct AddConnection {
    /// Its name.
    pub name: Name,
    /// The owning group, by id or name; `None` is the default one.
    pub group: Option<String>,
    /// The link.
    pub request: LinkRequest,
    /// When keys rotate in keystores that do not say otherwise.
    pub rotation: Option<RotationSchedule>,
    /// When the access key rotates.
    pub access_key_rotation: Option<RotationSchedule>,
    /// Whether to store it although it does not work.
    pub allow_unverified: bool,
}

/// What may change about a link; `None` leaves that part as it is stored, secrets included.
#[derive(Debug, Default)]
pub struct LinkChange {
    /// Another identity.
    pub identity: Option<Identity<SecretText>>,
    /// Another endpoint.
    pub endpoint: Option<Endpoint>,
    /// Other parts of the trust.
    pub tls: TlsChange,
    /// Another proxy, or none any more.
    pub proxy: Option<Option<Proxy<SecretText>>>,
}

/// What may change about how both ends prove themselves; `None` leaves that part as it is stored.
#[derive(Debug, Default)]
pub struct TlsChange {
    /// Another bundle of CA certificates, or the usual roots again.
    pub ca_bundle: Option<Option<String>>,
    /// Another client certificate, or none any more.
    pub client_certificate: Option<Option<ClientCertificate<SecretText>>>,
    /// Whether the certificate must name the host.
    pub check_host_name: Option<bool>,
}

impl TlsChange {
    fn over(self, stored: TlsTrust<SecretText>) -> TlsTrust<SecretText> {
        TlsTrust {
            ca_bundle: self.ca_bundle.unwrap_or(stored.ca_bundle),
            client_certificate: self.client_certificate.unwrap_or(stored.client_certificate),
            check_host_name: self.check_host_name.unwrap_or(stored.check_host_name),
        }
    }
}

impl LinkChange {
    fn over(self, stored: LinkSettings<SecretText>) -> LinkSettings<SecretText> {
        LinkSettings {
            identity: self.identity.unwrap_or(stored.identity),
            endpoint: self.endpoint.unwrap_or(stored.endpoint),
            tls: self.tls.over(stored.tls),
            proxy: self.proxy.unwrap_or(stored.proxy),
        }
    }
}

/// What may change about a connection; `None` leaves it.
#[derive(Debug, Default)]
pub struct UpdateConnection {
    /// The revision that the caller saw.
    pub revision: Option<u64>,
    /// Other parts of the link: verified before they are stored.
    pub link: LinkChange,
    /// Other Regions.
    pub regions: Option<Vec<Region>>,
    /// Another tier.
    pub tier: Option<Tier>,
    /// Another default for when keys rotate, or none; keystores that are there keep theirs.
    pub rotation: Option<Option<RotationSchedule>>,
    /// Another schedule for the access key, or none.
    pub access_key_rotation: Option<Option<RotationSchedule>>,
    /// Whether to store it although it does not work.
    pub allow_unverified: bool,
}

/// A stored connection with what its verification found.
#[derive(Debug)]
pub struct Stored {
    /// The connection.
    pub connection: Connection,
    /// What verification found; `None` where it failed and that was allowed.
    pub verified: Option<Verified>,
}

/// Use cases of connections.
pub struct Connections {
    shared: Arc<Shared>,
}

impl Connections {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Tries a link without storing anything.
    pub async fn verify(&self, actor: &Actor, request: &LinkRequest) -> Result<Verified, AppError> {
        let permit = self.shared.permit(actor, Action::ConnectionVerify).await?;
        permit.demand_as(ApprovalClass::ExportEquivalent)?;
        self.try_link(request).await
    }

    async fn try_link(&self, request: &LinkRequest) -> Result<Verified, AppError> {
        check_regions(&request.regions)?;
        let home = regions::home(&request.regions)?;
        let settings = copy(&request.link)?;
        let link = self.shared.links.try_out(settings, home).await?;
        verify::verify(&*link, &request.regions, request.tier).await
    }

    /// Verifies a link and stores it.
    ///
    /// # Errors
    ///
    /// Whatever verification found, unless `allow_unverified`; a name that is taken.
    pub async fn add(&self, actor: &Actor, command: AddConnection) -> Result<Stored, AppError> {
        let permit = self.shared.permit(actor, Action::ConnectionAdd).await?;
        let group = command.group.as_deref();
        let group = self.shared.find_group(&permit, group).await?.id;
        self.refuse_taken_name(&command.name).await?;
        let has_key = command.request.link.identity.access_key_id().is_some();
        refuse_keyless(has_key, command.access_key_rotation.as_ref())?;
        let now = self.shared.now();
        let waits = permit.lacks_consent(ApprovalClass::ExportEquivalent, Some(group));
        let tried = match waits {
            // A trial before anybody consented: whoever is there may be told nothing yet.
            true => None,
            false => Some(self.try_link(&command.request).await),
        };
        let (verified, health) = match tried.transpose() {
            Ok(None) => (None, LinkHealth::Unknown),
            Ok(Some(verified)) => (Some(verified), LinkHealth::Connected { since: now }),
            Err(error) if command.allow_unverified && may_be_stored(&error) => (
                None,
                LinkHealth::NotConnected {
                    why: describe(&error),
                    since: now,
                },
            ),
            Err(error) => return Err(error),
        };
        let mut access_key = AccessKeyCare {
            rotation: command.access_key_rotation,
            ..AccessKeyCare::default()
        };
        access_key.began(has_key, now);
        let id = ConnectionId::new(self.shared.new_uuid());
        let (link, link_mac) = self.shared.links.seal_settings(id, &command.request.link)?;
        let connection = Connection {
            id,
            name: command.name,
            group,
            account: verified.as_ref().map(|verified| verified.account.clone()),
            regions: command.request.regions,
            link,
            link_mac,
            tier: command.request.tier,
            rotation: command.rotation,
            access_key,
            health,
            created_by: actor.to_string(),
            created_at: now,
            updated_at: now,
            revision: 1,
        };
        self.store(actor, Action::ConnectionAdd, &connection, Expect::New)
            .await?;
        Ok(Stored {
            connection,
            verified,
        })
    }

    /// All connections, by name.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<Connection>, AppError> {
        let permit = self.shared.permit(actor, Action::ConnectionRead).await?;
        let seen = permit.groups()?;
        let rows = self.shared.ports.records.list_connections().await?;
        Ok(rows
            .into_iter()
            .filter(|row| seen.holds(row.group))
            .collect())
    }

    /// One connection, by id or name.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<Connection, AppError> {
        let permit = self.shared.permit(actor, Action::ConnectionRead).await?;
        self.shared.find_connection(&permit, selector).await
    }

    /// Changes a connection. A changed link, or changed Regions, are verified first; the account never changes.
    pub async fn update(
        &self,
        actor: &Actor,
        selector: &str,
        command: UpdateConnection,
    ) -> Result<Stored, AppError> {
        let permit = self.shared.permit(actor, Action::ConnectionUpdate).await?;
        let mut connection = self.shared.find_connection(&permit, selector).await?;
        check_revision("connection", command.revision, connection.revision)?;
        let former = connection.link.identity.access_key_id().map(str::to_owned);
        let link = self.changed_link(&connection, command.link).await?;
        let request = LinkRequest {
            link,
            regions: command
                .regions
                .unwrap_or_else(|| connection.regions.clone()),
            tier: command.tier.unwrap_or(connection.tier),
        };
        let rotation = command.access_key_rotation.as_ref();
        let rotation = rotation.unwrap_or(&connection.access_key.rotation).as_ref();
        refuse_keyless(request.link.identity.access_key_id().is_some(), rotation)?;
        let now = self.shared.now();
        let waits = permit.lacks_consent(ApprovalClass::ExportEquivalent, Some(connection.group));
        let tried = match waits {
            true => None,
            false => Some(self.try_link(&request).await),
        };
        let verified = match tried.transpose() {
            Ok(None) => None,
            Ok(Some(verified)) => {
                keep_account(&mut connection, &verified)?;
                connection.health = LinkHealth::Connected { since: now };
                Some(verified)
            }
            Err(error) if command.allow_unverified && may_be_stored(&error) => {
                connection.health = LinkHealth::NotConnected {
                    why: describe(&error),
                    since: now,
                };
                None
            }
            Err(error) => return Err(error),
        };
        let expect = Expect::Revision(connection.revision);
        (connection.link, connection.link_mac) = self
            .shared
            .links
            .seal_settings(connection.id, &request.link)?;
        self.care(
            &mut connection,
            former.as_deref(),
            command.access_key_rotation,
        );
        connection.regions = request.regions;
        connection.tier = request.tier;
        connection.rotation = command.rotation.unwrap_or(connection.rotation);
        connection.updated_at = now;
        self.store(actor, Action::ConnectionUpdate, &connection, expect)
            .await?;
        connection.revision += 1;
        Ok(Stored {
            connection,
            verified,
        })
    }

    /// What an update means for the care of the access key.
    fn care(
        &self,
        connection: &mut Connection,
        former: Option<&str>,
        rotation: Option<Option<RotationSchedule>>,
    ) {
        let now = self.shared.now();
        let id = connection.link.identity.access_key_id().map(str::to_owned);
        let is_changed = rotation.is_some();
        if let Some(rotation) = rotation {
            connection.access_key.rotation = rotation;
        }
        if id.as_deref() != former {
            connection.access_key.began(id.is_some(), now);
        } else if is_changed {
            connection.access_key.count(now);
        }
    }

    /// The changed parts over the stored ones. Over settings that are not ours nothing can be laid: whoever gives an
    /// identity begins anew, and what he does not give is the default.
    async fn changed_link(
        &self,
        connection: &Connection,
        change: LinkChange,
    ) -> Result<LinkSettings<SecretText>, AppError> {
        match (
            self.shared.links.settings_of(connection).await,
            change.identity,
        ) {
            (Ok(stored), identity) => Ok(LinkChange { identity, ..change }.over(stored)),
            (Err(AppError::ForeignLink { .. }), Some(identity)) => Ok(LinkSettings {
                identity,
                endpoint: change.endpoint.unwrap_or(Endpoint::Standard),
                tls: change.tls.over(TlsTrust::default()),
                proxy: change.proxy.flatten(),
            }),
            (Err(error), _) => Err(error),
        }
    }

    /// Verifies a stored connection and keeps its health. A link that fails is an answer, not an error: look
    /// at [`Connection::health`].
    pub async fn test(&self, actor: &Actor, selector: &str) -> Result<Stored, AppError> {
        let permit = self.shared.permit(actor, Action::ConnectionVerify).await?;
        let mut connection = self.shared.find_connection(&permit, selector).await?;
        let link = self.shared.links.settings_of(&connection).await?;
        let request = LinkRequest {
            link,
            regions: connection.regions.clone(),
            tier: connection.tier,
        };
        let now = self.shared.now();
        let verified = match self.try_link(&request).await {
            Ok(verified) => {
                keep_account(&mut connection, &verified)?;
                connection.health = match connection.health {
                    LinkHealth::Connected { since } => LinkHealth::Connected { since },
                    _ => LinkHealth::Connected { since: now },
                };
                Some(verified)
            }
            Err(error) => {
                let since = match connection.health {
                    LinkHealth::NotConnected { since, .. } => since,
                    LinkHealth::Connected { .. } | LinkHealth::Unknown => now,
                };
                let why = describe(&error);
                connection.health = LinkHealth::NotConnected { why, since };
                None
            }
        };
        let expect = Expect::Revision(connection.revision);
        self.store(actor, Action::ConnectionVerify, &connection, expect)
            .await?;
        connection.revision += 1;
        Ok(Stored {
            connection,
            verified,
        })
    }

    /// IAM users and roles of the account, for pick lists.
    pub async fn principals(&self, actor: &Actor, selector: &str) -> Result<Principals, AppError> {
        let permit = self.shared.permit(actor, Action::ConnectionRead).await?;
        let connection = self.shared.find_connection(&permit, selector).await?;
        let link = self.shared.links.of(&connection, "keyferry-read").await?;
        link.principals()
            .await
            .map_err(AppError::aws("listing IAM users and roles"))
    }

    /// Removes a connection; its KMS keys stay in AWS as they are.
    ///
    /// # Errors
    ///
    /// [`AppError::InUse`] while keystores use it.
    pub async fn delete(&self, actor: &Actor, selector: &str) -> Result<(), AppError> {
        let permit = self.shared.permit(actor, Action::ConnectionDelete).await?;
        let connection = self.shared.find_connection(&permit, selector).await?;
        let open = self
            .shared
            .ports
            .records
            .open_targets_on(connection.id.into());
        if let Some(target) = open.await?.first() {
            return Err(AppError::RotationUnderWay {
                name: connection.name.to_string(),
                job: target.job.to_string(),
            });
        }
        let expect = Expect::Revision(connection.revision);
        let about = object("connection", connection.id, &connection.name);
        let batch = Batch::new()
            .with(Change::DeleteConnection(connection.id, expect))
            .with(Fact::done(actor, Action::ConnectionDelete, about, self.shared.now()).change());
        match self.shared.commit(batch).await {
            Err(RecordsError::Conflict { .. }) if self.is_used(connection.id).await? => {
                Err(AppError::InUse { what: "connection" })
            }
            other => Ok(other?),
        }
    }

    async fn is_used(&self, id: ConnectionId) -> Result<bool, AppError> {
        let keystores = self.shared.ports.records.list_keystores().await?;
        Ok(keystores.iter().any(|keystore| keystore.connection == id))
    }

    async fn refuse_taken_name(&self, name: &Name) -> Result<(), AppError> {
        match self
            .shared
            .ports
            .records
            .find_connection_by_name(name)
            .await?
        {
            Some(_) => Err(AppError::NameTaken {
                what: "connection",
                name: name.to_string(),
            }),
            None => Ok(()),
        }
    }

    async fn store(
        &self,
        actor: &Actor,
        action: Action,
        connection: &Connection,
        expect: Expect,
    ) -> Result<(), AppError> {
        let about = object("connection", connection.id, &connection.name);
        let mut fact = Fact::done(actor, action, about, self.shared.now())
            .detail("identity", connection.link.identity.kind())
            .detail("tier", connection.tier.as_str());
        if let Some(account) = &connection.account {
            fact = fact.detail("account", account);
        }
        let batch = Batch::new()
            .with(Change::PutConnection(connection.clone(), expect))
            .with(fact.change());
        Ok(self.shared.commit(batch).await?)
    }
}

impl Shared {
    /// A connection by id or name, among those that the actor sees.
    pub(crate) async fn find_connection(
        &self,
        permit: &Permit,
        selector: &str,
    ) -> Result<Connection, AppError> {
        let records = &self.ports.records;
        let found = match (selector.parse::<ConnectionId>(), selector.parse::<Name>()) {
            (Ok(id), _) => records.find_connection(id).await?,
            (_, Ok(name)) => records.find_connection_by_name(&name).await?,
            _ => None,
        };
        permit.admit(found, Object::connection, || no_connection(selector))
    }

    /// The connection with that id: what a record names, of which the actor may know.
    pub(crate) async fn connection_of(&self, id: ConnectionId) -> Result<Connection, AppError> {
        let found = self.ports.records.find_connection(id).await?;
        found.ok_or_else(|| no_connection(id))
    }
}

fn no_connection(selector: impl Display) -> AppError {
    AppError::NotFound {
        what: "connection",
        selector: selector.to_string(),
    }
}

/// The account that a connection reaches.
///
/// # Errors
///
/// [`AppError::Unverified`] before its first verification.
pub(crate) fn account_of(connection: &Connection) -> Result<&Account, AppError> {
    let unverified = || AppError::Unverified {
        name: connection.name.to_string(),
    };
    connection.account.as_ref().ok_or_else(unverified)
}

/// Refuses an update of something that changed since the caller saw it.
pub(crate) fn check_revision(
    what: &'static str,
    seen: Option<u64>,
    now: u64,
) -> Result<(), AppError> {
    match seen {
        Some(seen) if seen != now => Err(AppError::Changed { what }),
        _ => Ok(()),
    }
}

/// A link that failed for reasons outside may be stored and mended later; a wrong request may not.
fn may_be_stored(error: &AppError) -> bool {
    matches!(
        error,
        AppError::Aws { .. } | AppError::RegionNotEnabled { .. }
    )
}

/// A connection keeps the account that it first reached.
fn keep_account(connection: &mut Connection, verified: &Verified) -> Result<(), AppError> {
    match &connection.account {
        Some(account) if *account != verified.account => Err(AppError::OtherAccount {
            found: verified.account.to_string(),
            expected: account.to_string(),
        }),
        Some(_) => Ok(()),
        None => {
            connection.account = Some(verified.account.clone());
            Ok(())
        }
    }
}

/// Only an access key rotates.
fn refuse_keyless(has_key: bool, rotation: Option<&RotationSchedule>) -> Result<(), AppError> {
    if has_key || rotation.is_none() {
        return Ok(());
    }
    Err(AppError::Invalid {
        field: "access_key_rotation",
        why: "the identity has no access key to rotate".to_owned(),
    })
}

fn check_regions(regions: &[Region]) -> Result<(), AppError> {
    use keyferry_domain::arn::Partition;
    let mut partitions = regions.iter().map(Partition::of_region);
    let first = partitions.next();
    if partitions.any(|partition| Some(partition) != first) {
        return Err(AppError::Invalid {
            field: "regions",
            why: "all Regions of a connection must be in one AWS partition".to_owned(),
        });
    }
    Ok(())
}

/// The connector takes secrets over; the request keeps its own to be sealed later.
fn copy(link: &LinkSettings<SecretText>) -> Result<LinkSettings<SecretText>, AppError> {
    link.try_map_secrets(|_, secret| Ok(SecretText::new(secret.expose())))
}
