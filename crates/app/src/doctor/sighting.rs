//! What AWS shows of a throw-away key, and how it differs from what was expected.

use jiff::{SignedDuration, Timestamp};
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::view::{Described, Expiration, ObservedMaterial, RotationStatus};
use keyferry_ports::aws::{CallFailure, Kms};

use super::expectations::Sight;

/// AWS names the day of a deletion to the second, counted from its own clock.
const DELETION_MARGIN: SignedDuration = SignedDuration::from_hours(1);

/// What AWS shows of one key at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sighting {
    pub(super) arn: KmsKeyArn,
    /// `None` is `NotFoundException`.
    pub(super) described: Option<Described>,
    /// Of symmetric keys.
    pub(super) materials: Option<Vec<ObservedMaterial>>,
    /// Of symmetric keys.
    pub(super) rotation: Option<RotationStatus>,
    /// AWS's key id behind the alias.
    pub(super) alias_target: Option<String>,
    pub(super) at: Timestamp,
}

/// Looks at a key.
pub(super) async fn look(
    kms: &dyn Kms,
    arn: &KmsKeyArn,
    spec: KeySpec,
    alias: &AliasName,
    at: Timestamp,
) -> Result<Sighting, CallFailure> {
    let described = kms.describe(arn).await?;
    let (materials, rotation) = if spec.is_symmetric() && described.is_some() {
        (
            Some(kms.materials(arn).await?),
            Some(kms.rotation(arn).await?),
        )
    } else {
        (None, None)
    };
    Ok(Sighting {
        arn: arn.clone(),
        described,
        materials,
        rotation,
        alias_target: kms.alias_target(alias).await?,
        at,
    })
}

/// Everything that is not as expected, in words. `before` is what the operation before left.
pub(super) fn differences(
    sights: &[Sight],
    before: Option<&Sighting>,
    now: &Sighting,
) -> Vec<String> {
    let Some(described) = &now.described else {
        return vec!["AWS does not know the key".to_owned()];
    };
    sights
        .iter()
        .filter_map(|sight| difference(*sight, before, now, described))
        .collect()
}

fn difference(
    sight: Sight,
    before: Option<&Sighting>,
    now: &Sighting,
    described: &Described,
) -> Option<String> {
    let current = |sighting: &Sighting| {
        let described = sighting.described.as_ref()?;
        described.current_material.clone()
    };
    let (fits, wanted, found) = match sight {
        Sight::State(state) => (
            described.state == state,
            format!("the state {}", state.as_str()),
            described.state.as_str().to_owned(),
        ),
        Sight::NeverExpires => (
            described.expiration == Expiration::Never,
            "material that does not expire".to_owned(),
            format!("{:?}", described.expiration),
        ),
        Sight::NoExpiration => (
            described.expiration == Expiration::None,
            "no expiration model".to_owned(),
            format!("{:?}", described.expiration),
        ),
        Sight::SameKey => (
            before.is_some_and(|before| before.arn == now.arn),
            "the same KMS key".to_owned(),
            now.arn.to_string(),
        ),
        Sight::OtherKey => (
            before.is_some_and(|before| before.arn != now.arn),
            "another KMS key".to_owned(),
            now.arn.to_string(),
        ),
        Sight::SameMaterial => (
            current(now).is_some() && before.and_then(current) == current(now),
            "the same current material".to_owned(),
            format!("{:?}", current(now)),
        ),
        Sight::OtherMaterial => (
            current(now).is_some() && before.and_then(current) != current(now),
            "another current material".to_owned(),
            format!("{:?}", current(now)),
        ),
        Sight::Materials(wanted) => {
            let mut found: Vec<_> = now
                .materials
                .iter()
                .flatten()
                .map(|material| (material.state, material.is_present))
                .collect();
            let mut wanted = wanted.to_vec();
            found.sort_unstable();
            wanted.sort_unstable();
            (
                found == wanted,
                format!("the materials {wanted:?}"),
                format!("{found:?}"),
            )
        }
        Sight::OnDemandRotations(wanted) => {
            let found = now
                .rotation
                .as_ref()
                .map(|rotation| rotation.on_demand_used);
            (
                found == Some(wanted),
                format!("{wanted} on-demand rotations"),
                format!("{found:?}"),
            )
        }
        Sight::AliasHere => (
            now.alias_target.as_deref() == Some(now.arn.key_id()),
            "the alias on this key".to_owned(),
            now.alias_target
                .clone()
                .unwrap_or_else(|| "no such alias".to_owned()),
        ),
        Sight::DeletionInDays(days) => {
            let due = now.at + SignedDuration::from_hours(24 * i64::from(days));
            let is_near = |date: Timestamp| date.duration_since(due).abs() <= DELETION_MARGIN;
            (
                described.deletion_date.is_some_and(is_near),
                format!("deletion at about {due}"),
                format!("{:?}", described.deletion_date.map(|date| date.to_string())),
            )
        }
    };
    (!fits).then(|| format!("expected {wanted}, found {found}"))
}

#[cfg(test)]
mod tests {
    use keyferry_domain::intent::{KeyShape, Origin};
    use keyferry_domain::spec::KeyUsage;
    use keyferry_domain::view::{KeyState, MaterialState};

    use super::*;

    const AT: Timestamp = Timestamp::constant(1_767_225_600, 0);

    fn sighting(material: char) -> Sighting {
        let id = material.to_string().repeat(64).parse().unwrap();
        let key = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
        Sighting {
            arn: key.parse().unwrap(),
            described: Some(Described {
                state: KeyState::Enabled,
                shape: KeyShape {
                    spec: KeySpec::Aes256,
                    usage: KeyUsage::EncryptDecrypt,
                    multi_region: false,
                    origin: Origin::External,
                },
                description: String::new(),
                current_material: Some(id),
                expiration: Expiration::Never,
                deletion_date: None,
                created_at: AT,
                custody: keyferry_domain::view::Custody::Customer,
                multi_region: None,
            }),
            materials: Some(Vec::new()),
            rotation: Some(RotationStatus::default()),
            alias_target: None,
            at: AT,
        }
    }

    #[test]
    fn what_fits_makes_no_difference() {
        let sights = [
            Sight::State(KeyState::Enabled),
            Sight::SameKey,
            Sight::OtherMaterial,
            Sight::NeverExpires,
            Sight::OnDemandRotations(0),
        ];

        assert!(differences(&sights, Some(&sighting('a')), &sighting('b')).is_empty());
    }

    #[test]
    fn each_thing_that_does_not_fit_is_named() {
        let sights = [
            Sight::State(KeyState::PendingImport),
            Sight::NoExpiration,
            Sight::OtherKey,
            Sight::SameMaterial,
            Sight::Materials(&[(MaterialState::Current, true)]),
            Sight::OnDemandRotations(1),
            Sight::AliasHere,
            Sight::DeletionInDays(7),
        ];

        let found = differences(&sights, Some(&sighting('a')), &sighting('b'));

        assert_eq!(found.len(), sights.len(), "{found:#?}");
        assert_eq!(
            found.first().map(String::as_str),
            Some("expected the state PendingImport, found Enabled")
        );
    }

    #[test]
    fn a_key_that_aws_does_not_know_fits_nothing() {
        let gone = Sighting {
            described: None,
            ..sighting('a')
        };

        assert_eq!(differences(&[], None, &gone), ["AWS does not know the key"]);
    }

    #[test]
    fn without_an_operation_before_nothing_is_the_same() {
        let found = differences(&[Sight::SameKey, Sight::SameMaterial], None, &sighting('a'));

        assert_eq!(found.len(), 2);
    }
}
