//! Taking everything that a group has: page by page, each told to the log before it leaves, a signed manifest last.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use keyferry_domain::group::Group;
use keyferry_domain::id::KeyId;
use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::preparation::{Preparation, Prepared};
use keyferry_domain::wrapping::WrappingAlgorithm;
use keyferry_ports::durable::NotDurable;
use keyferry_ports::records::{Batch, Groups, KeyFilter, Page};
use keyferry_ports::vault::VaultError;

use super::manifest::{KeyRow, Manifest, VersionRow};
use super::prepare::{WAYS, of};
use super::told::Place;
use super::{Exports, Ready, missing, user_of};
use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::keys::KeyWithVersions;
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::{Object, Permit};

/// Keys that are wrapped, told to the log and sent at once.
const PAGE: usize = 50;

/// Keys that are listed at once.
const LISTED: u32 = 1_000;

/// How to open an export without Keyferry.
const README: (&str, &str) = ("README.txt", include_str!("readme.txt"));

/// Opens it with the OpenSSL command line.
const SCRIPT: (&str, &str) = (
    "unwrap-export.sh",
    include_str!("../../../../scripts/unwrap-export.sh"),
);

/// One file of an export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportFile {
    /// Where it is within the export.
    pub path: String,
    /// What is in it. Material is in it wrapped.
    pub bytes: Vec<u8>,
}

/// How far an export is.
#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// What is the same in each export.
    Papers,
    /// The keys of the group; the manifest where there is none more.
    Keys,
    /// There is nothing more.
    Over,
}

/// An export under way. It was begun and told to the log; whoever does not read it to its manifest has it prepared anew.
pub struct Departure {
    shared: Arc<Shared>,
    actor: Actor,
    group: Group,
    row: Preparation,
    /// The bits of the public key that wraps it.
    bits: usize,
    /// What is still to be wrapped.
    keys: VecDeque<KeyId>,
    /// What was ever found: a key that gets another name meanwhile, and another place in lists, is neither left out nor sent twice.
    found: BTreeSet<KeyId>,
    stage: Stage,
    manifest: Manifest,
}

impl Exports {
    /// Takes all versions of all keys of a group that another person prepared, once, under the public key with this SHA-256 where
    /// one is given. In a trial there is nothing to read.
    ///
    /// # Errors
    ///
    /// [`ExportError`](crate::error::ExportError); the vault is sealed. Nothing was taken then, save where nobody knows whether
    /// the database committed.
    pub async fn export(
        &self,
        actor: &Actor,
        selector: &str,
        under: Option<[u8; 32]>,
    ) -> Result<(Ready, Option<Departure>), AppError> {
        let action = Action::KeyExport;
        let permit = self.shared.permit(actor, action).await?;
        let group = self.shared.find_group(&permit, Some(selector)).await?;
        let preparing = (Action::KeyPrepareExport, &Object::group(&group));
        let what = Prepared::Group(group.id);
        let row = self.to_take(actor, (what, under), preparing).await?;
        let bits = self.shared.bits_of(&row)?;
        self.check_policy(group.id, &WAYS, bits).await?;
        // What cannot be signed at the end is not begun.
        self.shared.audit_signer().await?;
        let place = Place::group(&group);
        let now = self.shared.now();
        let begun = of(Fact::asked(actor, action, place.object(), now), &row);
        let mut batch = self.taking(actor, &place, &row).await?;
        batch.push(begun.change());
        self.take(batch).await?;
        if self.shared.is_trial {
            return Ok((Ready::new(row, &place), None));
        }
        let departure = Departure {
            keys: VecDeque::new(),
            found: BTreeSet::new(),
            shared: Arc::clone(&self.shared),
            actor: actor.clone(),
            group,
            row: row.clone(),
            bits,
            stage: Stage::Papers,
            manifest: Manifest::default(),
        };
        Ok((Ready::new(row, &place), Some(departure)))
    }
}

impl Departure {
    /// The next files; `None` after the manifest, which comes last. Nothing follows an error.
    ///
    /// # Errors
    ///
    /// Whoever takes it lost the right to it, the vault was sealed, or the database failed: the export is incomplete.
    pub async fn next(&mut self) -> Result<Option<Vec<ExportFile>>, AppError> {
        match std::mem::replace(&mut self.stage, Stage::Over) {
            Stage::Papers => {
                self.stage = Stage::Keys;
                Ok(Some([README, SCRIPT].map(paper).into()))
            }
            Stage::Keys => {
                if self.keys.is_empty() {
                    self.look_for_more().await?;
                }
                if self.keys.is_empty() {
                    return Ok(Some(vec![self.end().await?]));
                }
                let files = self.page().await?;
                self.stage = Stage::Keys;
                Ok(Some(files))
            }
            Stage::Over => Ok(None),
        }
    }

    /// Finds what the group has and was not found before.
    async fn look_for_more(&mut self) -> Result<(), AppError> {
        let filter = KeyFilter {
            groups: Groups::Only([self.group.id].into()),
            text: None,
        };
        let mut page = Page {
            limit: LISTED,
            cursor: None,
        };
        loop {
            let listed = self.shared.ports.records.list_keys(&filter, &page).await?;
            let keys = listed.rows.into_iter().map(|key| key.id);
            self.keys.extend(keys.filter(|id| self.found.insert(*id)));
            match listed.next {
                Some(next) => page.cursor = Some(next),
                None => return Ok(()),
            }
        }
    }

    /// The right to it, as it is now; that of whoever prepared it, too.
    async fn permit(&self) -> Result<Permit, AppError> {
        let permit = self.shared.permit(&self.actor, Action::KeyExport).await?;
        let group = Object::group(&self.group);
        permit.check(&group)?;
        let (taker, _) = user_of(&self.actor)?;
        let preparer = self.shared.another_person(&self.row, taker).await?;
        let preparer = (&self.row, preparer);
        let preparing = Action::KeyPrepareExport;
        let may = self.shared.check_preparer(preparer, preparing, &group);
        may.await?;
        Ok(permit)
    }

    /// Wraps the keys of one page and tells the log of each of which something leaves. Files are answered after that.
    async fn page(&mut self) -> Result<Vec<ExportFile>, AppError> {
        let permit = self.permit().await?;
        let (mut files, mut batch) = (Vec::new(), Batch::new());
        let policy = self.shared.crypto_policy_of(self.group.id).await?;
        let count = self.keys.len().min(PAGE);
        for id in self.keys.drain(..count).collect::<Vec<_>>() {
            let key = self.shared.key_of(id).await?;
            let wrapping = WrappingAlgorithm::for_spec(key.spec);
            let is_permitted = policy.check_download(wrapping, self.bits).is_ok();
            let is_allowed = is_permitted && permit.may(&Object::key(&key))?;
            let found = self.shared.with_versions(key).await?;
            let (row, wrapped) = self.key(&found, is_allowed).await?;
            if !wrapped.is_empty() {
                batch.push(self.told(&found.key, &row).change());
            }
            files.extend(wrapped);
            self.manifest.add(row);
        }
        if !batch.is_empty() {
            self.shared.commit(batch).await?;
        }
        Ok(files)
    }

    async fn key(
        &self,
        found: &KeyWithVersions,
        is_allowed: bool,
    ) -> Result<(KeyRow, Vec<ExportFile>), AppError> {
        let mut row = KeyRow::new(found);
        let mut files = Vec::new();
        for version in &found.versions {
            let withheld = withheld(&found.key, version, is_allowed);
            let outcome = match withheld {
                Some(why) => Err(why),
                None => self.file(version).await?,
            };
            row.versions
                .push(VersionRow::new(found, version, outcome.as_ref()));
            files.extend(outcome.ok());
        }
        Ok((row, files))
    }

    /// The wrapped material of a version, or why there is none.
    async fn file(
        &self,
        version: &KeyVersion,
    ) -> Result<Result<ExportFile, &'static str>, AppError> {
        let identity = &version.identity;
        let ending = ending(WrappingAlgorithm::for_spec(identity.spec));
        match self.shared.wrapped(version, &self.row).await {
            Ok(bytes) => Ok(Ok(ExportFile {
                path: format!("material/{}/{}.{ending}", identity.key, identity.version),
                bytes,
            })),
            Err(AppError::NotDurable(NotDurable::Destroyed { .. })) => Ok(Err("destroyed")),
            Err(AppError::NotDurable(NotDurable::Vault(VaultError::DoesNotOpen { .. }))) => {
                Ok(Err("does-not-open"))
            }
            Err(error) => Err(error),
        }
    }

    /// That versions of a key leave.
    fn told(&self, key: &ManagedKey, row: &KeyRow) -> Fact {
        let about = object("key", key.id, &key.name);
        let fact = Fact::done(&self.actor, Action::KeyExport, about, self.shared.now());
        of(fact, &self.row).detail("versions", row.numbers_that_leave())
    }

    /// The signed manifest. The log tells that the export is whole before it leaves.
    async fn end(&mut self) -> Result<ExportFile, AppError> {
        self.permit().await?;
        let place = Place::group(&self.group);
        let now = self.shared.now();
        let counts = self.manifest.counts();
        let fact = of(
            Fact::done(&self.actor, Action::KeyExport, place.object(), now),
            &self.row,
        )
        .detail("keys", counts.keys)
        .detail("versions", counts.versions)
        .detail("left_out", counts.left_out);
        self.shared.commit(Batch::new().with(fact.change())).await?;
        let papers = [README, SCRIPT].map(paper);
        let manifest = std::mem::take(&mut self.manifest);
        let who = (&self.actor, &self.group, &self.row);
        manifest.signed(&self.shared, who, &papers).await
    }
}

fn paper((path, text): (&str, &str)) -> ExportFile {
    ExportFile {
        path: path.to_owned(),
        bytes: text.as_bytes().to_vec(),
    }
}

/// Why the material of a version stays, as a word of the manifest.
fn withheld(key: &ManagedKey, version: &KeyVersion, is_allowed: bool) -> Option<&'static str> {
    if let Some((word, _)) = missing(version) {
        return Some(word);
    }
    match (key.exportable, is_allowed) {
        (false, _) => Some("not-exportable"),
        (true, false) => Some("not-allowed"),
        (true, true) => None,
    }
}

/// How a file's name ends, by how it is wrapped.
fn ending(wrapping: WrappingAlgorithm) -> &'static str {
    match wrapping {
        WrappingAlgorithm::RsaesOaepSha256 | WrappingAlgorithm::RsaesOaepSha1 => "oaep",
        WrappingAlgorithm::RsaAesKeyWrapSha256 | WrappingAlgorithm::RsaAesKeyWrapSha1 => "kwp",
    }
}
