//! Random changes of applications.

use keyferry_domain::id::KeyId;
use keyferry_ports::records::{
    ApplicationClaim, ApplicationKey, ApplicationVia, AuditLeaf, Change, KeyScope, UsedKey,
};

use super::Differential;

impl Differential {
    pub(super) fn application(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let known = dice.pick(&tried.applications).cloned();
        let key = dice.pick(&tried.application_keys).cloned();
        match (dice.below(9), known, key) {
            (0 | 1, Some(owner), _) => {
                let words = dice.once_in(2).then(|| "key.encrypt".to_owned());
                let named = dice.once_in(2).then(|| KeyId::new(samples.uuid()));
                let row = ApplicationKey {
                    scope: KeyScope {
                        actions: words.into_iter().collect(),
                        keys: named.into_iter().map(UsedKey::Key).collect(),
                    },
                    created_at: dice.time(),
                    expires_at: dice.time(),
                    ..samples.application_key(&owner)
                };
                tried.application_keys.push(row.clone());
                Change::InsertApplicationKey(row)
            }
            (2, _, Some(key)) => Change::RevokeApplicationKey(key.id, dice.time()),
            (3, _, Some(key)) => {
                let by = dice.pick(&tried.application_keys);
                Change::ReplaceApplicationKey {
                    id: key.id,
                    by: by.map_or(key.id, |row| row.id),
                    expires_at: dice.time(),
                }
            }
            (4, Some(owner), _) => {
                let name = format!("dns:host-{}", dice.below(4));
                let row = samples.certificate(&owner, &name);
                tried.certificates.push(row.clone());
                Change::InsertCertificate(row)
            }
            (5, Some(_), _) if !tried.certificates.is_empty() => {
                let row = dice.pick(&tried.certificates);
                row.map_or_else(
                    || Change::DeleteSignInTries([0; 32]),
                    |row| Change::DeleteCertificate(row.id),
                )
            }
            (6, Some(known), _) if dice.once_in(2) => {
                Change::DeleteApplication(known.id, self.expect(false))
            }
            (7, Some(_), Some(key)) => {
                let leaf = samples.leaf("application/a", "key.encrypt", "it");
                let claim = ApplicationClaim {
                    application: key.application,
                    epoch: 1 + u64::from(dice.once_in(4)),
                    via: ApplicationVia::Key(key.id),
                };
                Change::AppendAudit(AuditLeaf {
                    in_the_name_of: Some(claim.into()),
                    ..leaf
                })
            }
            (_, known, _) => {
                let is_new = known.is_none() || dice.once_in(2);
                let mut row = match known {
                    Some(known) if !is_new => known,
                    _ => samples.application("a"),
                };
                row.name = dice.name();
                row.is_locked = dice.once_in(4);
                row.created_at = dice.time();
                tried.applications.push(row.clone());
                Change::PutApplication(row, self.expect(is_new))
            }
        }
    }
}
