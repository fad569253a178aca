//! Watching whole accounts: every KMS key of a connection and Region is looked at, again and again.
//!
//! One sweep stands for one connection and Region. Its *watch* is a job that never ends: it rests between passes, so
//! that its lane decides which server sweeps, and a server that dies leaves it to another. What people start is the
//! same pass as a job that ends.

mod alert;
mod beside;
mod culprit;
mod examine;
mod marker;
mod naming;
mod pass;
mod principals;
mod unmanaged;

use std::sync::Arc;

use jiff::SignedDuration;
use keyferry_domain::arn::{Account, Lane, Region};
use keyferry_domain::connection::Connection;
use keyferry_domain::id::SweepId;
use keyferry_domain::keystore::Keystore;
use keyferry_engine::{JobRequest, new_job};
use keyferry_ports::records::{
    Batch, Change, Expect, FoundKey, FoundKeyFilter, Job, Page, PageOf, Priority, RecordsError,
    Subject, Sweep, SweepCounts,
};

use crate::action::Action;
use crate::actor::Actor;
use crate::connections::account_of;
use crate::error::AppError;
use crate::log::{Fact, object};
use crate::parts::Shared;

pub(crate) use pass::SweepDriver;

/// The kind of the job that never ends.
pub(crate) const WATCH: &str = "connection.watch";

/// How often new connections, Regions and keystores are looked for.
const LOOK_AFTER: SignedDuration = SignedDuration::from_secs(60);

/// Use cases of whole accounts.
pub struct Watch {
    shared: Arc<Shared>,
}

impl Watch {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Looks at every KMS key of a keystore's account and Regions, now: finds new, changed and gone ones.
    ///
    /// # Errors
    ///
    /// [`AppError::Unverified`] where the connection's account is not known yet.
    pub async fn sync(&self, actor: &Actor, keystore: &str) -> Result<Job, AppError> {
        let permit = self.shared.permit(actor, Action::KeystoreSync).await?;
        let keystore = self.shared.find_keystore(&permit, keystore).await?;
        let connection = self.shared.connection_of(keystore.connection).await?;
        let account = account_of(&connection)?;
        let title = format!("{} {}", Action::KeystoreSync, keystore.name);
        if let Some(job) = self.sync_under_way(&connection, &keystore, &title).await? {
            return Ok(job);
        }
        let mut batch = Batch::new();
        let mut targets = Vec::new();
        for region in &keystore.regions {
            let (sweep, expect) = self.sweep_of(&connection, region).await?;
            targets.push((Subject::Sweep(sweep.id), lane(account, region)));
            if expect == Expect::New {
                batch.push(Change::PutSweep(sweep, expect));
            }
        }
        let request = JobRequest {
            kind: Action::KeystoreSync.as_str().to_owned(),
            actor: actor.to_string(),
            asked: None,
            priority: Priority::Interactive,
            title,
            targets,
            request: None,
        };
        let now = self.shared.now();
        let (job, _, changes) = new_job(
            request,
            [keystore.group].into(),
            now,
            &*self.shared.ports.entropy,
        );
        batch.changes.extend(changes);
        let about = object("keystore", keystore.id, &keystore.name);
        let fact = Fact::done(actor, Action::KeystoreSync, about, now).job(job.id);
        batch.push(fact.change());
        self.shared.commit_job(job.id, batch).await?;
        Ok(job)
    }

    /// The same look at the same keystore, where somebody asked for it already: asking again does not begin it anew.
    async fn sync_under_way(
        &self,
        connection: &Connection,
        keystore: &Keystore,
        title: &str,
    ) -> Result<Option<Job>, AppError> {
        let records = &self.shared.ports.records;
        let Some(region) = keystore.regions.first() else {
            return Ok(None);
        };
        let Some(sweep) = records.find_sweep_of(connection.id, region).await? else {
            return Ok(None);
        };
        for target in records.open_targets_on(Subject::Sweep(sweep.id)).await? {
            let job = records.find_job(target.job).await?;
            if job.as_ref().is_some_and(|job| job.title == title) {
                return Ok(job);
            }
        }
        Ok(None)
    }

    /// KMS keys in AWS that nobody manages here, by ARN.
    pub async fn unmanaged(
        &self,
        actor: &Actor,
        filter: &FoundKeyFilter,
        page: &Page,
    ) -> Result<PageOf<FoundKey>, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyRead).await?;
        let filter = FoundKeyFilter {
            groups: permit.groups()?,
            ..filter.clone()
        };
        Ok(self
            .shared
            .ports
            .records
            .list_found_keys(&filter, page)
            .await?)
    }

    /// Sees to it that every connection and Region with a keystore is watched. Answers how many watches were begun.
    pub async fn ensure(&self) -> Result<usize, AppError> {
        let records = &self.shared.ports.records;
        let keystores = records.list_keystores().await?;
        let mut begun = 0;
        for connection in records.list_connections().await? {
            let Some(account) = &connection.account else {
                continue;
            };
            for region in watched(&connection, &keystores) {
                begun += usize::from(self.begin(&connection, account, &region).await?);
            }
        }
        Ok(begun)
    }

    /// Sees to it again and again, until `shutdown` returns.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) {
        let clock = &self.shared.ports.clock;
        tokio::pin!(shutdown);
        loop {
            if let Err(error) = self.ensure().await {
                tracing::error!(%error, "accounts could not be put under watch");
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = clock.sleep_until(self.shared.now() + LOOK_AFTER) => {}
            }
        }
    }

    async fn begin(
        &self,
        connection: &Connection,
        account: &Account,
        region: &Region,
    ) -> Result<bool, AppError> {
        let records = &self.shared.ports.records;
        let (sweep, expect) = self.sweep_of(connection, region).await?;
        let subject = Subject::Sweep(sweep.id);
        for target in records.open_targets_on(subject).await? {
            let job = records.find_job(target.job).await?;
            if job.is_some_and(|job| job.kind == WATCH) {
                return Ok(false);
            }
        }
        let request = JobRequest {
            kind: WATCH.to_owned(),
            actor: Actor::System.to_string(),
            asked: None,
            priority: Priority::Bulk,
            title: format!("watch {} in {region}", connection.name),
            targets: vec![(subject, lane(account, region))],
            request: None,
        };
        let now = self.shared.now();
        let (_, _, changes) = new_job(
            request,
            [connection.group].into(),
            now,
            &*self.shared.ports.entropy,
        );
        // The sweep is written too: of two servers that begin one watch at once, one meets the other's revision.
        let batch = Batch::from(changes).with(Change::PutSweep(sweep, expect));
        match self.shared.commit(batch).await {
            Ok(()) => {}
            Err(RecordsError::Conflict { .. }) => return Ok(false),
            Err(error) => return Err(error.into()),
        }
        self.shared.engine.wake();
        Ok(true)
    }

    /// The sweep of a connection and Region, and what a writer of it expects to find.
    async fn sweep_of(
        &self,
        connection: &Connection,
        region: &Region,
    ) -> Result<(Sweep, Expect), AppError> {
        let records = &self.shared.ports.records;
        if let Some(sweep) = records.find_sweep_of(connection.id, region).await? {
            let expect = Expect::Revision(sweep.revision);
            return Ok((sweep, expect));
        }
        let sweep = Sweep {
            id: SweepId::new(self.shared.new_uuid()),
            connection: connection.id,
            region: region.clone(),
            started_at: None,
            marker: None,
            finished_at: None,
            counts: SweepCounts::default(),
            revision: 1,
        };
        Ok((sweep, Expect::New))
    }
}

/// The Regions of a connection in which it has a keystore.
fn watched(connection: &Connection, keystores: &[Keystore]) -> Vec<Region> {
    let own = keystores
        .iter()
        .filter(|keystore| keystore.connection == connection.id);
    let mut regions: Vec<Region> = own.flat_map(|keystore| keystore.regions.clone()).collect();
    regions.sort();
    regions.dedup();
    regions
}

fn lane(account: &Account, region: &Region) -> Lane {
    Lane {
        account: account.clone(),
        region: region.clone(),
    }
}
