//! A file becomes a key of the vault and goes into a KMS key, in one request: a new one, or one that waits for material.

use keyferry_ports::records::{Batch, Priority};

use crate::action::{Action, authorize};
use crate::actor::Actor;
use crate::error::AppError;
use crate::key_import::{KeyOfFile, MaterialFile, ReadFile};
use crate::keys::CreateKey;
use crate::repeated::Digest;

use super::bind::{Found, Source};
use super::change::Wish;
use super::create::{Destination, Properties};
use super::make::NewKmsKey;
use super::{Answer, KmsKeys, Mode};

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
}

/// The same once the vault has read the file.
pub(super) struct Brought {
    key: CreateKey,
    read: ReadFile,
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
        authorize(actor, Action::KmsKeyImport)?;
        authorize(actor, Action::KeyImport)?;
        let to = self.destination(&command.keystore).await?;
        let FileOfKey { file, key } = command.file;
        let read = self.shared.read_new(to.keystore.group, file).await?;
        let words = (&command.keystore, &key, read.fingerprint(), &command.into);
        let digest = Digest::of(Action::KmsKeyImport, &words);
        let file = Brought { key, read };
        match command.into {
            ImportInto::New(properties) => {
                let new = NewKmsKey::of_file(command.keystore, file, *properties, digest);
                self.make(actor, new, mode).await
            }
            ImportInto::Existing(kms_key) => {
                authorize(actor, Action::KmsKeyBind)?;
                let mut wish = Wish::new(Action::KmsKeyImport, Priority::Interactive, &());
                wish.digest = digest;
                self.fill(actor, (&to, &kms_key), file, wish, mode).await
            }
        }
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
        let found = self.find_for(actor, to, kms_key).await?;
        let made = self.key_of_file(actor, to, file).await?;
        let source = Source {
            key: made.key.key,
            versions: made.key.versions,
        };
        let after = self.bound_to(to, &found.kms_key, &source, None).await?;
        if mode.dry_run {
            // The key is not there to be read.
            let found = Found {
                is_managed: false,
                ..found
            };
            return self.planned_binding(actor, found, after).await;
        }
        let (before, after) = self.adopted(actor, found, after).await?;
        let batch = Batch::from(made.changes);
        self.carry_out_with(actor, mode, wish, (&before, after), batch)
            .await
    }
}
