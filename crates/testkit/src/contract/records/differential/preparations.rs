//! Random changes of what is prepared to be taken out of the vault.

use keyferry_domain::id::{GroupId, KeyId, PreparationId};
use keyferry_domain::preparation::{Preparation, Prepared};
use keyferry_ports::records::Change;
use uuid::Uuid;

use crate::contract::records::preparations::preparation;

use super::Differential;
use super::dice::number;

impl Differential {
    pub(super) fn preparation(&mut self) -> Change {
        let Self {
            dice,
            samples,
            tried,
            ..
        } = self;
        let known = dice.pick(&tried.preparations).map(|row| row.id);
        match dice.below(5) {
            0 => Change::PrunePreparations(dice.time()),
            1 | 2 => Change::EndPreparation(known.unwrap_or(PreparationId::new(samples.uuid()))),
            _ => {
                let group = GroupId::new(Uuid::from_u128(dice.below(3) as u128));
                let key = KeyId::new(Uuid::from_u128(dice.below(3) as u128));
                let what = match dice.once_in(3) {
                    true => Prepared::Group(group),
                    false => Prepared::Version(key, number(dice)),
                };
                let row = Preparation {
                    id: PreparationId::new(samples.uuid()),
                    reason: dice.text(),
                    created_at: dice.time(),
                    expires_at: dice.time(),
                    ..preparation(1, what, group)
                };
                tried.preparations.push(row.clone());
                Change::InsertPreparation(row)
            }
        }
    }
}
