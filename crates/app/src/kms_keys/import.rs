//! A file becomes a key of the vault and goes into a KMS key, in one request: a new one, or one that waits for material.

use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::life::Life;
use keyferry_domain::plan::Warning;
use keyferry_domain::planner::plan;
use keyferry_domain::version::{VersionNumber, VersionState};
use keyferry_domain::view::View;
use keyferry_ports::records::{Batch, Priority};

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::key_import::{KeyOfFile, MaterialFile, ReadFile};
use crate::keys::CreateKey;
use crate::rights::{Object, Permit};

use super::bind::{Found, Source};
use super::change::Wish;
use super::create::{Destination, Properties};
use super::make::NewKmsKey;
use super::stay::{passing, refuse_renewal};
use super::{Answer, KmsKeys, Mode, Planned};

/// A file that goes into a KMS key.
#[derive(Debug)]
pub struct ImportKmsKey {
    /// The keystore, by id or name.
    pub keystore: String,
    /// The file, and the key that it becomes.
    pub file: FileOfKey,
    /// Into which KMS key.
    pub into: ImportInto,
}

/// A file, and what is said of the key in the vault that it becomes.
#[derive(Debug)]
pub struct FileOfKey {
    /// The file.
    pub file: MaterialFile,
    /// The key. Its group is the keystore's, and its spec the file's, whatever stands here.
    pub key: CreateKey,
    /// Whether the vault keeps the material.
    pub keep: KeepCopy,
}

/// What the vault keeps of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KeepCopy {
    /// A sealed copy, from which AWS can be given again what it loses.
    #[default]
    Always,
    /// None, once AWS has confirmed that it has the material everywhere. Then only the file can bring it back.
    UntilImported,
}

/// The same once the vault has read the file.
pub(super) struct Brought {
    key: CreateKey,
    read: ReadFile,
}

/// A KMS key that AWS may have lost the material of, while the vault keeps none.
struct Lacking {
    kms_key: KmsKey,
    source: ManagedKey,
    version: KeyVersion,
}

/// Which KMS key takes a file's material.
#[derive(Debug)]
pub enum ImportInto {
    /// A new one, of the key's name.
    New(Box<Properties>),
    /// An empty one of origin EXTERNAL: ARN, AWS's key id or alias, and where it was adopted, its id or name. It is
    /// adopted first where nobody manages it.
    Existing(String),
}

/// What is asked for: of the file, its fingerprint counts.
fn wish_of(
    (keystore, into): (&str, &ImportInto),
    key: &CreateKey,
    keep: KeepCopy,
    read: &ReadFile,
) -> Wish {
    let words = (keystore, key, keep, read.fingerprint(), into);
    Wish::new(Action::KmsKeyImport, Priority::Interactive, &words)
}

/// What no job would take to AWS would stay in the vault, which nobody wanted: the same rule by which the driver lets the
/// bytes go.
fn refuse_unwanted(key: &KmsKey, version: VersionNumber) -> Result<(), AppError> {
    let is_wanted =
        key.intent.life != Life::PendingDeletion && key.intent.version(version).is_some();
    if is_wanted {
        return Ok(());
    }
    Err(AppError::TakesNoFile {
        name: key.name.to_string(),
        version,
    })
}

impl KmsKeys {
    /// Takes a file into the vault as a new key, and its material into a KMS key, as one job.
    ///
    /// # Errors
    ///
    /// As [`Keys::import`](crate::keys::Keys::import) and [`KmsKeys::create`]; into an existing KMS key as
    /// [`KmsKeys::bind`].
    pub async fn import(
        &self,
        actor: &Actor,
        command: ImportKmsKey,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyImport).await?;
        let to = self.destination(&permit, &command.keystore).await?;
        let of_file = self.shared.permit(actor, Action::KeyImport).await?;
        of_file.check(&Object::keystore(&to.keystore))?;
        if let ImportInto::Existing(kms_key) = &command.into {
            let permit = self.shared.permit(actor, Action::KmsKeyBind).await?;
            if let Some(lacking) = self.lacking(&permit, &to, kms_key).await? {
                return Box::pin(self.heal_by_file(actor, lacking, command, mode)).await;
            }
        }
        let FileOfKey { file, key, keep } = command.file;
        let mut read = self.shared.read_new(to.keystore.group, file).await?;
        if keep == KeepCopy::UntilImported {
            read.passes_through();
        }
        let wish = wish_of((&command.keystore, &command.into), &key, keep, &read);
        let file = Brought { key, read };
        match command.into {
            ImportInto::New(properties) => {
                let new = NewKmsKey::of_file(command.keystore, file, *properties, wish.digest);
                Box::pin(self.make(actor, new, mode)).await
            }
            ImportInto::Existing(kms_key) => {
                Box::pin(self.fill(actor, (&to, &kms_key), file, wish, mode)).await
            }
        }
    }

    /// A KMS key of the keystore whose key has a version of which the vault keeps no copy.
    async fn lacking(
        &self,
        permit: &Permit,
        to: &Destination,
        selector: &str,
    ) -> Result<Option<Lacking>, AppError> {
        let Some(kms_key) = self.known(permit, to, selector).await? else {
            return Ok(None);
        };
        let Some(source) = kms_key.source else {
            return Ok(None);
        };
        let records = &self.shared.ports.records;
        let mut versions = records.list_versions(source).await?.into_iter();
        let Some(version) = versions.find(KeyVersion::is_passed_through) else {
            return Ok(None);
        };
        let source = self.shared.key_of(source).await?;
        Ok(Some(Lacking {
            kms_key,
            source,
            version,
        }))
    }

    /// Gives AWS again what it has lost, from the same file; the vault keeps no copy this time either.
    ///
    /// # Errors
    ///
    /// [`AppError::WrongMaterial`] for a file with other material; [`AppError::TakesNoFile`] where nothing would be imported.
    async fn heal_by_file(
        &self,
        actor: &Actor,
        lacking: Lacking,
        command: ImportKmsKey,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let Lacking {
            kms_key,
            source,
            version,
        } = lacking;
        let FileOfKey { file, key, keep } = command.file;
        if key.name != source.name {
            return Err(AppError::Invalid {
                field: "name",
                why: format!(
                    "{} holds the key {}: give that name",
                    kms_key.name, source.name
                ),
            });
        }
        let read = self.shared.read_again(&version, file).await?;
        let wish = wish_of((&command.keystore, &command.into), &key, keep, &read);
        let asked = mode.asks(wish.digest);
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        refuse_unwanted(&kms_key, version.identity.version)?;
        if read.fingerprint() != version.fingerprint {
            return Err(AppError::WrongMaterial {
                name: kms_key.name.to_string(),
                key: source.name.to_string(),
            });
        }
        if mode.dry_run {
            return self.plan_with(actor, kms_key).await;
        }
        let mut batch = Batch::new();
        if version.state == VersionState::Destroyed {
            let back = self.shared.brought_back(actor, &source, read);
            batch.changes.extend(back);
        }
        let after = kms_key.clone();
        self.carry_out_with(actor, mode, wish, (&kms_key, after), batch)
            .await
    }

    /// What would be sent if the vault had the material.
    async fn plan_with(&self, actor: &Actor, kms_key: KmsKey) -> Result<Answer, AppError> {
        let Found { kms_key, .. } = self.looked_at(actor, kms_key).await?;
        let wanted = kms_key.intent.versions.iter();
        let view = View {
            places: kms_key.observed.clone(),
            importable: wanted.map(|one| one.number).collect(),
            bindings: kms_key.bindings.clone(),
            held_material: kms_key.held_material,
            ..View::default()
        };
        let mut plan = plan(&kms_key.intent, &view, self.shared.now());
        plan.warnings.push(Warning::NoCopyKept);
        Ok(Answer::Planned(vec![Planned {
            kms_key,
            plan,
            is_as_wanted: false,
        }]))
    }

    /// The key that a file becomes, in the keystore's group. Nothing is stored yet.
    pub(super) async fn key_of_file(
        &self,
        actor: &Actor,
        to: &Destination,
        Brought { key, read }: Brought,
    ) -> Result<KeyOfFile, AppError> {
        let group = Some(to.keystore.group.to_string());
        let key = CreateKey { group, ..key };
        self.shared.import_key(actor, key, read).await
    }

    async fn fill(
        &self,
        actor: &Actor,
        (to, kms_key): (&Destination, &str),
        file: Brought,
        wish: Wish,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let asked = mode.asks(wish.digest);
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let permit = self.shared.permit(actor, Action::KmsKeyBind).await?;
        let found = self.find_for(actor, &permit, to, kms_key).await?;
        let made = self.key_of_file(actor, to, file).await?;
        let source = Source {
            key: made.key.key,
            versions: made.key.versions,
        };
        let after = self.bound_to(to, &found.kms_key, &source, None).await?;
        refuse_renewal(&after, self.shared.now(), passing(&source.versions))?;
        if mode.dry_run {
            let passes = source.versions.iter().any(KeyVersion::is_passed_through);
            let mut answer = self.planned_unstored(found.kms_key, after);
            if let (true, Answer::Planned(planned)) = (passes, &mut answer) {
                let plans = planned.iter_mut().map(|one| &mut one.plan);
                plans.for_each(|plan| plan.warnings.push(Warning::NoCopyKept));
            }
            return Ok(answer);
        }
        let (before, after) = self.adopted(actor, found, after).await?;
        let batch = Batch::from(made.changes);
        self.carry_out_with(actor, mode, wish, (&before, after), batch)
            .await
    }
}
