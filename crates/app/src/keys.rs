//! Keys in the vault and their versions.

mod everywhere;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::sync::Arc;

use jiff::Timestamp;
use keyferry_domain::destruction::Holder;
use keyferry_domain::id::{GroupId, KeyId};
use keyferry_domain::key::{ACTIVE_VERSIONS_MAX_DEFAULT, KeyVersion, ManagedKey, MaterialOrigin};
use keyferry_domain::key_link::KeyLink;
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::name::Name;
use keyferry_domain::operation::Refusal;
use keyferry_domain::schedule::{ScheduledMethod, SourceRotation};
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_ports::records::{Batch, Change, Expect, KeyCalled, KeyFilter, KeyTies, Page, PageOf};
use keyferry_ports::vault::NewMaterial;

use crate::action::Action;
use crate::actor::Actor;
use crate::connections::check_revision;
use crate::error::AppError;
use crate::kms_keys::Mode;
use crate::log::{Fact, object};
use crate::parts::Shared;
use crate::rights::{Object, Permit};

pub use everywhere::AnyKey;

/// A key to make.
#[derive(Clone, Debug)]
pub struct CreateKey {
    /// The owning group, by id or name; `None` is the default one.
    pub group: Option<String>,
    /// Its name, unique in its group.
    pub name: Name,
    /// Its kind, for life.
    pub spec: KeySpec,
    /// Free text.
    pub description: String,
    /// How many versions may be active at once; `None` is the default, 10.
    pub active_versions_max: Option<u32>,
    /// What applications may do with it; `None` is everything that its spec can.
    pub permitted: Option<BTreeSet<KeyOperation>>,
    /// Whether it may ever leave by a wrapped download.
    pub exportable: bool,
    /// When it gets new versions by itself.
    pub rotation: Option<SourceRotation>,
}

impl CreateKey {
    /// As plain as can be: a key of the default group that never leaves, and never rotates by itself.
    pub fn called(name: Name, spec: KeySpec) -> Self {
        Self {
            group: None,
            name,
            spec,
            description: String::new(),
            active_versions_max: None,
            permitted: None,
            exportable: false,
            rotation: None,
        }
    }
}

/// What is said of a new key beside its name and kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyOptions {
    /// How many versions may be active at once; `None` is the default, 10.
    pub active_versions_max: Option<u32>,
    /// What applications may do with it; `None` is everything that its spec can.
    pub permitted: Option<BTreeSet<KeyOperation>>,
    /// Whether it may ever leave by a wrapped download or a copy.
    pub exportable: bool,
}

impl KeyOptions {
    /// Whether it is for unwrapping key files.
    pub(crate) fn unwraps_files(&self) -> bool {
        let permitted = self.permitted.as_ref();
        permitted.is_some_and(|all| all.contains(&KeyOperation::UnwrapFile))
    }
}

/// What may change about a key; `None` leaves it.
#[derive(Clone, Debug, Default)]
pub struct UpdateKey {
    /// The revision that the caller saw; `None` takes any.
    pub revision: Option<u64>,
    /// Another name.
    pub name: Option<Name>,
    /// Free text.
    pub description: Option<String>,
    /// How many versions may be active at once. Fewer than there are is allowed: then no further one is made.
    pub active_versions_max: Option<u32>,
    /// What applications may do with it.
    pub permitted: Option<BTreeSet<KeyOperation>>,
    /// Whether the destruction of its versions is scheduled when the last KMS key that needs them is deleted.
    pub destroy_after_deletion: Option<bool>,
    /// The key's name, as it is before, typed by whoever switches that on.
    pub confirmed_name: Option<String>,
}

/// A key with its versions.
#[derive(Clone, Debug)]
pub struct KeyWithVersions {
    /// The key.
    pub key: ManagedKey,
    /// Its versions, oldest first.
    pub versions: Vec<KeyVersion>,
    /// The KMS keys that were made from it, by name, without those that are deleted.
    pub kms_keys: Vec<KmsKey>,
    /// The KMS keys that hold a version or could still need it: while there is one, the version is not destroyed.
    pub holders: BTreeMap<VersionNumber, Vec<Holder>>,
    /// Its copies, oldest first, those that are gone included.
    pub copies: Vec<KeyLink>,
    /// Where it came from, where it is a copy itself.
    pub copied_from: Option<KeyLink>,
}

impl KeyWithVersions {
    /// As changes of it leave it.
    pub(crate) fn after(mut self, changes: &[Change]) -> Self {
        for change in changes {
            match change {
                Change::PutKey(key, _) if key.id == self.key.id => {
                    self.key = ManagedKey {
                        revision: self.key.revision + 1,
                        ..key.clone()
                    };
                }
                Change::InsertVersion(version) if version.identity.key == self.key.id => {
                    self.versions.push(version.clone());
                }
                Change::SetVersionState {
                    key,
                    version,
                    to,
                    at,
                    ..
                } if *key == self.key.id => self.turn(*version, *to, *at),
                Change::SetDestruction {
                    key,
                    version,
                    due,
                    announced,
                    ..
                } if *key == self.key.id => self.doom(*version, (*due, *announced)),
                _ => {}
            }
        }
        self
    }

    fn turn(&mut self, number: VersionNumber, to: VersionState, at: Timestamp) {
        let mut versions = self.versions.iter_mut();
        if let Some(version) = versions.find(|one| one.identity.version == number) {
            version.state = to;
            version.state_since = at;
        }
    }

    fn doom(
        &mut self,
        number: VersionNumber,
        (due, announced): (Option<Timestamp>, Option<Timestamp>),
    ) {
        let mut versions = self.versions.iter_mut();
        if let Some(version) = versions.find(|one| one.identity.version == number) {
            version.destroy_due = due;
            version.destroy_announced = announced;
        }
    }
}

/// Use cases of keys.
pub struct Keys {
    pub(crate) shared: Arc<Shared>,
}

impl Keys {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Makes a key with its first version.
    pub async fn create(
        &self,
        actor: &Actor,
        command: CreateKey,
    ) -> Result<KeyWithVersions, AppError> {
        let permit = self.shared.permit(actor, Action::KeyCreate).await?;
        let group = command.group.as_deref();
        self.shared.find_group(&permit, group).await?;
        let (made, changes) = self.shared.new_key(command).await?;
        self.may_empty_copies(actor, &made.key, made.key.rotation.as_ref())
            .await?;
        let about = object("key", made.key.id, &made.key.name);
        let fact = Fact::done(actor, Action::KeyCreate, about, self.shared.now());
        let mut batch = Batch::from(changes);
        batch.push(fact.detail("spec", made.key.spec).change());
        self.shared.commit(batch).await?;
        Ok(made)
    }

    /// A page of keys, by name.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: &KeyFilter,
        page: &Page,
    ) -> Result<PageOf<ManagedKey>, AppError> {
        let permit = self.shared.permit(actor, Action::KeyRead).await?;
        let filter = KeyFilter {
            groups: permit.groups()?,
            ..filter.clone()
        };
        Ok(self.shared.ports.records.list_keys(&filter, page).await?)
    }

    /// One key alone, by id or name.
    pub async fn find(&self, actor: &Actor, selector: &str) -> Result<ManagedKey, AppError> {
        let permit = self.shared.permit(actor, Action::KeyRead).await?;
        self.shared.find_key(&permit, selector).await
    }

    /// One key with its versions, by id or name.
    pub async fn show(&self, actor: &Actor, selector: &str) -> Result<KeyWithVersions, AppError> {
        let action = Action::KeyRead;
        let (_, found) = self.shared.permit_for_key(actor, action, selector).await?;
        self.shared.with_all(found).await
    }

    /// Changes a key. Nothing goes to AWS.
    ///
    /// # Errors
    ///
    /// [`AppError::NameNotConfirmed`] where versions shall be destroyed after deletion from now on, and the key's name was
    /// not typed.
    pub async fn update(
        &self,
        actor: &Actor,
        selector: &str,
        command: UpdateKey,
    ) -> Result<KeyWithVersions, AppError> {
        let action = Action::KeyUpdate;
        let (_, found) = self.shared.permit_for_key(actor, action, selector).await?;
        let mut key = found.0.clone();
        check_revision("key", command.revision, key.revision)?;
        if command.destroy_after_deletion == Some(true) && !key.destroy_after_deletion {
            let permit = self
                .shared
                .permit(actor, Action::KeyDestroyAfterDeletion)
                .await?;
            permit.check(&Object::key(&key))?;
            let mode = Mode {
                dry_run: self.shared.is_trial,
                confirmed_name: command.confirmed_name,
                ..Mode::default()
            };
            mode.confirms_name("key", &key.name)?;
        }
        let expect = Expect::Revision(key.revision);
        if let Some(name) = command.name.filter(|name| *name != key.name) {
            self.shared.refuse_taken_key_name(key.group, &name).await?;
            key.name = name;
        }
        key.description = command.description.unwrap_or(key.description);
        if let Some(max) = command.active_versions_max {
            check_limit(max)?;
            key.active_versions_max = max;
        }
        if let Some(permitted) = command.permitted {
            KeyOperation::check(&permitted, key.spec)?;
            KeyOperation::check_purpose(Some(&key.permitted), &permitted)?;
            key.permitted = permitted;
        }
        if let Some(wanted) = command.destroy_after_deletion {
            key.destroy_after_deletion = wanted;
        }
        let about = object("key", key.id, &key.name);
        let fact = Fact::done(actor, Action::KeyUpdate, about, self.shared.now())
            .detail("active_versions_max", key.active_versions_max)
            .detail("destroy_after_deletion", key.destroy_after_deletion)
            .detail("permitted", words(&key.permitted));
        let batch = Batch::new()
            .with(Change::PutKey(key, expect))
            .with(fact.change());
        let after = self.shared.with_all(found).await?.after(&batch.changes);
        self.shared.commit(batch).await?;
        Ok(after)
    }

    /// Makes a new version, which becomes current; the former ones stay active.
    ///
    /// # Errors
    ///
    /// [`AppError::TooManyVersions`] at the key's limit of active versions.
    pub async fn new_version(
        &self,
        actor: &Actor,
        selector: &str,
    ) -> Result<KeyWithVersions, AppError> {
        let action = Action::KeyNewVersion;
        let (_, found) = self.shared.permit_for_key(actor, action, selector).await?;
        let key = found.0.clone();
        let before = self.shared.with_all(found).await?;
        let about = object("key", key.id, &key.name);
        let (version, changes) = self
            .shared
            .new_version(key, AfterVersion::KeepFormerActive)
            .await?;
        let fact = Fact::done(actor, Action::KeyNewVersion, about, self.shared.now());
        let mut batch = Batch::from(changes);
        batch.push(fact.detail("version", version.identity.version).change());
        let after = before.after(&batch.changes);
        self.shared.commit(batch).await?;
        Ok(after)
    }
}

impl Keys {
    /// Gives a key another rule for new versions, or none.
    pub async fn set_rotation(
        &self,
        actor: &Actor,
        selector: &str,
        rotation: Option<SourceRotation>,
        revision: Option<u64>,
    ) -> Result<ManagedKey, AppError> {
        let permit = self.shared.permit(actor, Action::KeyUpdate).await?;
        let before = self.shared.find_key(&permit, selector).await?;
        check_revision("key", revision, before.revision)?;
        check_rule(rotation.as_ref(), before.spec)?;
        if before.rotation != rotation {
            self.may_empty_copies(actor, &before, rotation.as_ref())
                .await?;
        }
        let versions = self.shared.ports.records.list_versions(before.id).await?;
        let last = versions.last().map(|version| version.created_at);
        let last = last.unwrap_or(before.created_at);
        let now = self.shared.now();
        let mut after = ManagedKey { rotation, ..before }.due_after(last, now);
        let rule = after.rotation.as_ref().map_or_else(
            || "never".to_owned(),
            |rotation| rotation.schedule.recurrence.to_string(),
        );
        let about = object("key", after.id, &after.name);
        let fact = Fact::done(actor, Action::KeyUpdate, about, now).detail("rotation", rule);
        let expect = Expect::Revision(after.revision);
        let batch = Batch::new()
            .with(Change::PutKey(after.clone(), expect))
            .with(fact.change());
        self.shared.commit(batch).await?;
        after.revision += 1;
        Ok(after)
    }
}

impl Keys {
    /// A rule that empties old KMS keys by itself takes the right to empty them.
    async fn may_empty_copies(
        &self,
        actor: &Actor,
        key: &ManagedKey,
        rule: Option<&SourceRotation>,
    ) -> Result<(), AppError> {
        let empties = |rule: &SourceRotation| rule.with_copies && rule.schedule.empties();
        if !rule.is_some_and(empties) {
            return Ok(());
        }
        let permit = self.shared.permit(actor, Action::KmsKeyDeactivate).await?;
        permit.check(&Object::key(key))
    }
}

/// What a selector calls a key by; `None` where no key can be called so.
fn called(selector: &str) -> Option<KeyCalled> {
    match selector.parse() {
        Ok(id) => Some(KeyCalled::Id(id)),
        Err(_) => selector.parse().ok().map(KeyCalled::Name),
    }
}

/// The one key among several that the actor sees.
fn the_one<T>(
    permit: &Permit,
    selector: &str,
    found: Vec<T>,
    key: impl Fn(&T) -> &ManagedKey,
) -> Result<T, AppError> {
    let mut seen = Vec::new();
    for one in found {
        if permit.sees(&Object::key(key(&one)))? {
            seen.push(one);
        }
    }
    if seen.len() > 1 {
        return Err(AppError::Ambiguous {
            what: "key",
            selector: selector.to_owned(),
            count: seen.len(),
        });
    }
    let one = seen.pop().ok_or_else(|| no_key(selector))?;
    permit.check(&Object::key(key(&one)))?;
    Ok(one)
}

fn no_key(selector: impl Display) -> AppError {
    AppError::NotFound {
        what: "key",
        selector: selector.to_string(),
    }
}

/// What becomes of the former versions when a new one is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AfterVersion {
    /// They stay active: nothing was rotated yet.
    KeepFormerActive,
    /// A rotation: they become deactivated, that is held and decrypt-only.
    DeactivateFormer,
}

impl Shared {
    /// A key by id or name, among those that the actor sees.
    pub(crate) async fn find_key(
        &self,
        permit: &Permit,
        selector: &str,
    ) -> Result<ManagedKey, AppError> {
        let records = &self.ports.records;
        let found = match called(selector) {
            Some(KeyCalled::Id(id)) => records.find_key(id).await?.into_iter().collect(),
            Some(KeyCalled::Name(name)) => records.find_keys_called(&name).await?,
            None => Vec::new(),
        };
        the_one(permit, selector, found, |key| key)
    }

    /// The right to an action on a key, and the key with what there is about it, by id or name: all of it in one look.
    pub(crate) async fn permit_for_key(
        &self,
        actor: &Actor,
        action: Action,
        selector: &str,
    ) -> Result<(Permit, (ManagedKey, KeyTies)), AppError> {
        let Some(called) = called(selector) else {
            self.permit(actor, action).await?;
            return Err(no_key(selector));
        };
        let look = self.ports.records.look_at_keys(&called).await?;
        let permit = self.permit_at(actor, action, look.rights).await?;
        let found = the_one(&permit, selector, look.keys, |(key, _)| key)?;
        Ok((permit, found))
    }

    /// The key with that id: what a record names, of which the actor may know.
    pub(crate) async fn key_of(&self, id: KeyId) -> Result<ManagedKey, AppError> {
        let found = self.ports.records.find_key(id).await?;
        found.ok_or_else(|| no_key(id))
    }

    /// A key's name is its own within its group.
    pub(crate) async fn refuse_taken_key_name(
        &self,
        group: GroupId,
        name: &Name,
    ) -> Result<(), AppError> {
        let called = self.ports.records.find_keys_called(name).await?;
        if called.iter().any(|key| key.group == group) {
            return Err(AppError::NameTaken {
                what: "key",
                name: name.to_string(),
            });
        }
        Ok(())
    }

    /// New material for a key that does not exist yet, and the changes that store it.
    pub(crate) async fn new_key(
        &self,
        command: CreateKey,
    ) -> Result<(KeyWithVersions, Vec<Change>), AppError> {
        let group = self.check_new_key(&command).await?;
        self.check_what_it_is(group, &command).await?;
        let identity = VersionIdentity {
            group,
            key: KeyId::new(self.new_uuid()),
            version: VersionNumber::FIRST,
            spec: command.spec,
        };
        let made = self.ports.vault.generate(&identity).await?;
        let version = new_version_of(identity, made, MaterialOrigin::Generated, self.now());
        with_first_version(command, version)
    }

    /// What can be refused of a new key before there is material. Answers its group.
    pub(crate) async fn check_new_key(&self, command: &CreateKey) -> Result<GroupId, AppError> {
        check_limit(
            command
                .active_versions_max
                .unwrap_or(ACTIVE_VERSIONS_MAX_DEFAULT),
        )?;
        let group = self.group_of(command.group.as_deref()).await?.id;
        self.refuse_taken_key_name(group, &command.name).await?;
        Ok(group)
    }

    /// Refuses a new key of a group that its crypto policies do not permit, or that its spec cannot be.
    async fn check_what_it_is(&self, group: GroupId, new: &CreateKey) -> Result<(), AppError> {
        let policy = self.crypto_policy_of(group).await?;
        policy.check_new_key(new.spec, new.exportable)?;
        if let Some(permitted) = &new.permitted {
            check_permitted(permitted, new.spec)?;
        }
        Ok(())
    }

    /// Refuses a new key as making it would, and makes none.
    pub(crate) async fn try_new_key(&self, new: &CreateKey) -> Result<(), AppError> {
        let group = self.check_new_key(new).await?;
        self.check_what_it_is(group, new).await
    }

    /// A further version of a key, and the changes that store it.
    pub(crate) async fn new_version(
        &self,
        key: ManagedKey,
        after: AfterVersion,
    ) -> Result<(KeyVersion, Vec<Change>), AppError> {
        let (number, mut changes) = self.room_for_version(&key, after).await?;
        let identity = VersionIdentity {
            group: key.group,
            key: key.id,
            version: number,
            spec: key.spec,
        };
        let made = self.ports.vault.generate(&identity).await?;
        let version = new_version_of(identity, made, MaterialOrigin::Generated, self.now());
        changes.extend(put_version(key, version.clone()));
        Ok((version, changes))
    }

    /// The next number of a key's versions, and what becomes of the former ones.
    pub(crate) async fn room_for_version(
        &self,
        key: &ManagedKey,
        after: AfterVersion,
    ) -> Result<(VersionNumber, Vec<Change>), AppError> {
        self.crypto_policy_of(key.group)
            .await?
            .check_spec(key.spec)?;
        let versions = self.ports.records.list_versions(key.id).await?;
        let now = self.now();
        let mut changes = Vec::new();
        if after == AfterVersion::DeactivateFormer {
            changes.extend(
                versions
                    .iter()
                    .filter_map(|version| deactivate(version, now)),
            );
        } else {
            key.check_room_for_version(versions.iter().map(|version| version.state))?;
        }
        let number = versions.last().map_or(VersionNumber::FIRST, |version| {
            version.identity.version.next()
        });
        Ok((number, changes))
    }
}

/// A version as it is stored, active.
pub(crate) fn new_version_of(
    identity: VersionIdentity,
    made: NewMaterial,
    origin: MaterialOrigin,
    now: Timestamp,
) -> KeyVersion {
    KeyVersion {
        identity,
        sealed: Some(made.sealed),
        fingerprint: made.fingerprint,
        public_key: made.public_key,
        origin,
        state: VersionState::Active,
        created_at: now,
        state_since: now,
        destroy_due: None,
        destroy_announced: None,
    }
}

/// Only symmetric KMS keys are rotated in place.
fn check_rule(rule: Option<&SourceRotation>, spec: KeySpec) -> Result<(), AppError> {
    let in_place = rule
        .is_some_and(|rule| rule.with_copies && rule.schedule.method == ScheduledMethod::InPlace);
    if in_place && !spec.is_symmetric() {
        return Err(Refusal::RotationInPlaceImpossible.into());
    }
    Ok(())
}

/// A key around its first version, and the changes that store both.
pub(crate) fn with_first_version(
    command: CreateKey,
    version: KeyVersion,
) -> Result<(KeyWithVersions, Vec<Change>), AppError> {
    let VersionIdentity {
        group, key, spec, ..
    } = version.identity;
    let permitted = command
        .permitted
        .unwrap_or_else(|| KeyOperation::all_of(spec));
    check_permitted(&permitted, spec)?;
    check_rule(command.rotation.as_ref(), spec)?;
    let now = version.created_at;
    let key = ManagedKey {
        id: key,
        group,
        name: command.name,
        spec,
        description: command.description,
        active_versions_max: command
            .active_versions_max
            .unwrap_or(ACTIVE_VERSIONS_MAX_DEFAULT),
        permitted,
        exportable: command.exportable,
        destroy_after_deletion: false,
        current: version.identity.version,
        rotation: command.rotation,
        rotation_due: None,
        created_at: now,
        revision: 1,
    }
    .due_after(now, now);
    let changes = vec![
        Change::PutKey(key.clone(), Expect::New),
        Change::InsertVersion(version.clone()),
    ];
    let made = KeyWithVersions {
        key,
        versions: vec![version],
        kms_keys: Vec::new(),
        holders: BTreeMap::new(),
        copies: Vec::new(),
        copied_from: None,
    };
    Ok((made, changes))
}

/// Stores a further version and makes it the key's current one.
pub(crate) fn put_version(key: ManagedKey, version: KeyVersion) -> [Change; 2] {
    let now = version.created_at;
    let expect = Expect::Revision(key.revision);
    let key = ManagedKey {
        current: version.identity.version,
        ..key
    };
    [
        Change::PutKey(key.due_after(now, now), expect),
        Change::InsertVersion(version),
    ]
}

/// What applications may do with a key that was never for anything else.
fn check_permitted(permitted: &BTreeSet<KeyOperation>, spec: KeySpec) -> Result<(), AppError> {
    KeyOperation::check(permitted, spec)?;
    Ok(KeyOperation::check_purpose(None, permitted)?)
}

fn check_limit(active_versions_max: u32) -> Result<(), AppError> {
    if active_versions_max == 0 {
        return Err(AppError::Invalid {
            field: "active_versions_max",
            why: "at least one version must be allowed".to_owned(),
        });
    }
    Ok(())
}

fn words(operations: &BTreeSet<KeyOperation>) -> String {
    let words: Vec<&str> = operations.iter().map(|one| one.as_str()).collect();
    words.join(",")
}

fn deactivate(version: &KeyVersion, at: Timestamp) -> Option<Change> {
    (version.state == VersionState::Active).then_some(Change::SetVersionState {
        key: version.identity.key,
        version: version.identity.version,
        from: VersionState::Active,
        to: VersionState::Deactivated,
        at,
    })
}
