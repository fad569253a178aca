//! Making one KMS key, wherever its material is from: a new key, a file, a key of the vault, or AWS.

use keyferry_domain::key::{KeyVersion, ManagedKey};
use keyferry_domain::kms_key::KmsKey;
use keyferry_domain::name::Name;
use keyferry_domain::operation;
use keyferry_domain::plan::Warning;
use keyferry_domain::spec::KeySpec;
use keyferry_ports::records::Batch;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::key_import::KeyOfFile;
use crate::keys::{CreateKey, KeyOptions};
use crate::log::{Fact, object};
use crate::repeated::Digest;
use crate::rights::{Object, Permit};

use super::create::{Destination, Holds, Properties, planned_first};
use super::import::Brought;
use super::stay::refuse_renewal;
use super::{Answer, KmsKeys, Mode};

/// A new key and a KMS key that holds it.
#[derive(Clone, Debug)]
pub struct CreateKmsKey {
    /// The keystore, by id or name.
    pub keystore: String,
    /// Name of key and KMS key.
    pub name: Name,
    /// Kind of key; `None` is the template's.
    pub spec: Option<KeySpec>,
    /// What the new key is beside that.
    pub key: KeyOptions,
    /// What the KMS key is beside that.
    pub properties: Properties,
}

/// A KMS key whose material AWS makes.
#[derive(Clone, Debug)]
pub struct GenerateInAws {
    /// The keystore, by id or name.
    pub keystore: String,
    /// Name of the KMS key.
    pub name: Name,
    /// Kind of key; `None` is the template's.
    pub spec: Option<KeySpec>,
    /// Days between AWS's own rotations, 90 to 2560; symmetric keys only. `None` is never.
    pub native_rotation_days: Option<u32>,
    /// Everything else; material that AWS makes has no end.
    pub properties: Properties,
}

/// A KMS key from a key that the vault has.
#[derive(Clone, Debug)]
pub struct UploadKey {
    /// The keystore, by id or name.
    pub keystore: String,
    /// The key, by id or name; its current version is imported, never its history.
    pub key: String,
    /// Name of the KMS key; `None` is the key's.
    pub name: Option<Name>,
    /// Everything else.
    pub properties: Properties,
}

/// A KMS key to make.
pub(super) struct NewKmsKey {
    keystore: String,
    /// `None` is the key's.
    name: Option<Name>,
    material: Material,
    properties: Properties,
    /// What is asked for.
    digest: Digest,
}

/// From where a new KMS key has its material.
enum Material {
    /// A key that the vault makes; `None` is the template's spec.
    New(Option<KeySpec>, KeyOptions),
    /// A key from a file.
    File(Box<Brought>),
    /// A key of the vault, by id or name.
    Key(String),
    /// AWS: spec, and the days between its own rotations.
    Aws(Option<KeySpec>, Option<u32>),
}

/// The same once it was looked at.
enum Holding {
    New(KeySpec, KeyOptions),
    File(Box<KeyOfFile>),
    Key(Box<ManagedKey>),
    Aws(KeySpec, Option<u32>),
}

impl Material {
    fn action(&self) -> Action {
        match self {
            Self::New(..) | Self::Aws(..) => Action::KmsKeyCreate,
            Self::File(_) => Action::KmsKeyImport,
            Self::Key(_) => Action::KmsKeyUpload,
        }
    }
}

impl Holding {
    /// The key's name, where there is one already.
    fn name(&self) -> Option<&Name> {
        match self {
            Self::File(made) => Some(&made.key.key.name),
            Self::Key(key) => Some(&key.name),
            Self::New(..) | Self::Aws(..) => None,
        }
    }

    fn passes_through(&self) -> bool {
        match self {
            Self::File(made) => made.key.versions.iter().any(KeyVersion::is_passed_through),
            Self::New(..) | Self::Key(_) | Self::Aws(..) => false,
        }
    }

    fn holds(&self) -> Holds {
        match self {
            Self::New(spec, options) => Holds {
                unwraps_files: options.unwraps_files(),
                ..Holds::first_of(*spec)
            },
            Self::File(made) => Holds::current_of(&made.key.key),
            Self::Key(key) => Holds::current_of(key),
            Self::Aws(spec, native_rotation_days) => Holds {
                version: None,
                native_rotation_days: *native_rotation_days,
                ..Holds::first_of(*spec)
            },
        }
    }
}

impl From<CreateKmsKey> for NewKmsKey {
    fn from(command: CreateKmsKey) -> Self {
        Self {
            digest: Digest::of(Action::KmsKeyCreate, &command),
            keystore: command.keystore,
            name: Some(command.name),
            material: Material::New(command.spec, command.key),
            properties: command.properties,
        }
    }
}

impl From<GenerateInAws> for NewKmsKey {
    fn from(command: GenerateInAws) -> Self {
        Self {
            digest: Digest::of(Action::KmsKeyCreate, &command),
            keystore: command.keystore,
            name: Some(command.name),
            material: Material::Aws(command.spec, command.native_rotation_days),
            properties: command.properties,
        }
    }
}

impl From<UploadKey> for NewKmsKey {
    fn from(command: UploadKey) -> Self {
        Self {
            digest: Digest::of(Action::KmsKeyUpload, &command),
            keystore: command.keystore,
            name: command.name,
            material: Material::Key(command.key),
            properties: command.properties,
        }
    }
}

impl NewKmsKey {
    /// From a file, which becomes a key of the same name.
    pub(super) fn of_file(
        keystore: String,
        file: Brought,
        properties: Properties,
        digest: Digest,
    ) -> Self {
        Self {
            digest,
            keystore,
            name: None,
            material: Material::File(Box::new(file)),
            properties,
        }
    }
}

impl KmsKeys {
    /// Makes a KMS key, and the key that it holds where there is none yet, in one job.
    pub(super) async fn make(
        &self,
        actor: &Actor,
        wanted: impl Into<NewKmsKey>,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let wanted: NewKmsKey = wanted.into();
        let action = wanted.material.action();
        let permit = self.shared.permit(actor, action).await?;
        let asked = mode.asks(wanted.digest);
        if let Some(answer) = self.repeated(actor, asked.as_ref()).await? {
            return Ok(answer);
        }
        let to = self.destination(&permit, &wanted.keystore).await?;
        let of = Object::keystore(&to.keystore);
        let rotation = &wanted.properties.rotation;
        self.shared.may_empty_by(actor, rotation, &of).await?;
        let lasts = wanted.properties.validity.is_none();
        let holding = self
            .holding((actor, &permit), &to, wanted.material, lasts)
            .await?;
        let name = wanted.name.or_else(|| holding.name().cloned());
        let name = name.ok_or_else(|| AppError::Invalid {
            field: "name",
            why: "give the KMS key a name".to_owned(),
        })?;
        let holds = holding.holds();
        let mut kms_key = self.designed(&to, name, holds, wanted.properties).await?;
        let passes = holding.passes_through();
        if passes {
            refuse_renewal(&kms_key, self.shared.now(), |_| true)?;
        }
        if mode.dry_run {
            if let Holding::New(spec, options) = holding {
                let new = new_key(&to, &kms_key, spec, options);
                self.shared.try_new_key(&new).await?;
            }
            let mut planned = planned_first(kms_key, self.shared.now());
            planned
                .plan
                .warnings
                .extend(passes.then_some(Warning::NoCopyKept));
            return Ok(Answer::Planned(vec![planned]));
        }
        let batch = self.stored(actor, &to, holding, &mut kms_key).await?;
        self.start_creation(actor, action, vec![kms_key], asked, batch)
            .await
    }

    /// What the KMS key shall hold, refused where it cannot.
    async fn holding(
        &self,
        (actor, permit): (&Actor, &Permit),
        to: &Destination,
        material: Material,
        lasts: bool,
    ) -> Result<Holding, AppError> {
        let template = to.keystore.template.spec;
        match material {
            Material::New(spec, key) => Ok(Holding::New(spec.unwrap_or(template), key)),
            Material::Aws(..) if !lasts => Err(operation::Refusal::OriginAws.into()),
            Material::Aws(spec, days) => Ok(Holding::Aws(spec.unwrap_or(template), days)),
            Material::File(file) => {
                let made = self.key_of_file(actor, to, *file).await?;
                Ok(Holding::File(Box::new(made)))
            }
            Material::Key(key) => {
                let key = self.shared.find_key(permit, &key).await?;
                self.shared.check_current_is_active(&key).await?;
                self.refuse_other_group(to, &key)?;
                Ok(Holding::Key(Box::new(key)))
            }
        }
    }

    /// The changes that store, beside the KMS key, what it holds.
    async fn stored(
        &self,
        actor: &Actor,
        to: &Destination,
        holding: Holding,
        kms_key: &mut KmsKey,
    ) -> Result<Batch, AppError> {
        match holding {
            Holding::New(spec, options) => {
                let new = new_key(to, kms_key, spec, options);
                let (made, changes) = self.shared.new_key(new).await?;
                let about = object("key", made.key.id, &made.key.name);
                let fact = Fact::done(actor, Action::KeyCreate, about, self.shared.now());
                kms_key.source = Some(made.key.id);
                Ok(Batch::from(changes).with(fact.detail("spec", spec).change()))
            }
            Holding::File(made) => Ok(Batch::from(made.changes)),
            Holding::Key(key) => {
                let link = self.linked(actor, &key, kms_key, &to.keystore);
                Ok(Batch::new().with(link))
            }
            Holding::Aws(..) => Ok(Batch::new()),
        }
    }
}

/// The key that a KMS key shall hold, of the same name.
fn new_key(to: &Destination, kms_key: &KmsKey, spec: KeySpec, options: KeyOptions) -> CreateKey {
    CreateKey {
        group: Some(to.keystore.group.to_string()),
        description: kms_key.intent.description.clone(),
        active_versions_max: options.active_versions_max,
        permitted: options.permitted,
        exportable: options.exportable,
        ..CreateKey::called(kms_key.name.clone(), spec)
    }
}
