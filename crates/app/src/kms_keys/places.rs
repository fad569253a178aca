//! Where a multi-Region key is: further replicas, and another primary.

use keyferry_domain::arn::Region;
use keyferry_domain::operation;
use keyferry_ports::records::Priority;

use crate::action::Action;
use crate::actor::Actor;
use crate::error::AppError;
use crate::key_versions::refuse_without_copy;

use super::change::Wish;
use super::create::check_in_keystore;
use super::{Answer, KmsKeys, Mode};

impl KmsKeys {
    /// Makes replicas in further Regions of its keystore, with its policy and tags, and fills them with all its material.
    ///
    /// # Errors
    ///
    /// [`AppError::RegionNotInUse`] for a Region that its keystore does not have; an alias that another key has there.
    pub async fn replicate(
        &self,
        actor: &Actor,
        selector: &str,
        regions: Vec<Region>,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let permit = self.shared.permit(actor, Action::KmsKeyReplicate).await?;
        let key = self.find(&permit, selector).await?;
        if let Some(source) = key.source {
            let versions = self.shared.ports.records.list_versions(source).await?;
            let source = self.shared.key_of(source).await?;
            let is_held = |number| key.intent.version(number).is_some();
            refuse_without_copy(&source, &versions, is_held)?;
        }
        self.refuse_by_policy(&key).await?;
        let keystore = self.shared.keystore_of(key.keystore).await?;
        check_in_keystore(&keystore, &regions)?;
        let connection = self.shared.connection_of(key.connection).await?;
        let is_new = |region: &&Region| !key.intent.places.contains(region);
        let new: Vec<Region> = regions.iter().filter(is_new).cloned().collect();
        if self.looks {
            self.refuse_taken_aliases(&connection, &new, &key.intent.aliases, None)
                .await?;
        }
        let wish = Wish::new(Action::KmsKeyReplicate, Priority::Interactive, &regions);
        self.change(actor, &key.id.to_string(), mode, wish, |key| {
            Ok(operation::replicate(&key.intent, &regions)?)
        })
        .await
    }

    /// Makes the replica in a Region the primary. Ciphertexts and material stay as they are.
    pub async fn change_primary(
        &self,
        actor: &Actor,
        selector: &str,
        to: &Region,
        mode: &Mode,
    ) -> Result<Answer, AppError> {
        let wish = Wish::new(Action::KmsKeyChangePrimary, Priority::Interactive, to);
        self.change(actor, selector, mode, wish, |key| {
            Ok(operation::change_primary(&key.intent, to)?)
        })
        .await
    }
}
