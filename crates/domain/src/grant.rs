//! Grants: leave to use a KMS key that is given to one principal, beside the key policy.

use std::collections::{BTreeMap, BTreeSet};

use crate::arn::Partition;
use crate::intent::KeyShape;
use crate::spec::{KeyUsage, SpecKind};
use crate::view::Grant;

/// Pairs of one constraint (KMS API, `GrantConstraints`).
const PAIRS_MAX: usize = 8;

/// Characters of one pair (KMS API, `CreateGrant`, `Constraints`).
const PAIR_LENGTH_MAX: usize = 384;

/// Characters of a name or principal (KMS API, `CreateGrant`).
const TEXT_LENGTH_MAX: usize = 256;

crate::words! {
    /// What can be granted, in AWS's words (KMS API, `CreateGrant`, `Operations`): nothing of it manages a key.
    GrantOperation {
        /// Make further grants, of no more than one has.
        CreateGrant = "CreateGrant",
        /// Decrypt.
        Decrypt = "Decrypt",
        /// Agree on a secret.
        DeriveSharedSecret = "DeriveSharedSecret",
        /// Look at the key.
        DescribeKey = "DescribeKey",
        /// Encrypt.
        Encrypt = "Encrypt",
        /// Make a data key.
        GenerateDataKey = "GenerateDataKey",
        /// Make a pair of data keys.
        GenerateDataKeyPair = "GenerateDataKeyPair",
        /// Make a pair of data keys, the private one encrypted.
        GenerateDataKeyPairWithoutPlaintext = "GenerateDataKeyPairWithoutPlaintext",
        /// Make an encrypted data key.
        GenerateDataKeyWithoutPlaintext = "GenerateDataKeyWithoutPlaintext",
        /// Make a MAC.
        GenerateMac = "GenerateMac",
        /// Read the public key.
        GetPublicKey = "GetPublicKey",
        /// Encrypt anew, from this key.
        ReEncryptFrom = "ReEncryptFrom",
        /// Encrypt anew, to this key.
        ReEncryptTo = "ReEncryptTo",
        /// Give the grant back.
        RetireGrant = "RetireGrant",
        /// Sign.
        Sign = "Sign",
        /// Check a signature.
        Verify = "Verify",
        /// Check a MAC.
        VerifyMac = "VerifyMac",
    }
}

impl GrantOperation {
    /// Whether a KMS key of this shape can do it. AWS refuses a grant of anything else.
    ///
    /// # Source
    ///
    /// KMS API, `CreateGrant` ("if the grant allows an operation that the KMS key does not support"); KMS Developer Guide,
    /// "Key type reference".
    pub fn fits(self, shape: KeyShape) -> bool {
        let is_asymmetric = shape.spec.is_asymmetric();
        let encrypts = shape.usage == KeyUsage::EncryptDecrypt;
        match self {
            Self::CreateGrant | Self::DescribeKey | Self::RetireGrant => true,
            Self::Decrypt | Self::Encrypt | Self::ReEncryptFrom | Self::ReEncryptTo => encrypts,
            Self::GenerateDataKey
            | Self::GenerateDataKeyPair
            | Self::GenerateDataKeyPairWithoutPlaintext
            | Self::GenerateDataKeyWithoutPlaintext => encrypts && !is_asymmetric,
            Self::GenerateMac | Self::VerifyMac => shape.usage == KeyUsage::GenerateVerifyMac,
            Self::GetPublicKey => is_asymmetric,
            Self::Sign | Self::Verify => shape.usage == KeyUsage::SignVerify,
            Self::DeriveSharedSecret => shape.usage == KeyUsage::KeyAgreement,
        }
    }
}

/// When a grant counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantConstraints {
    /// The encryption context must be exactly this; empty is no such rule.
    pub equals: BTreeMap<String, String>,
    /// The encryption context must have these pairs in it; empty is no such rule.
    pub subset: BTreeMap<String, String>,
    /// For a grant to an AWS service: on behalf of which resource. Keyferry gives none such.
    pub source_arn: Option<String>,
}

/// A grant that somebody wants given.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WantedGrant {
    /// AWS makes no second grant of the same name and content (KMS API, `CreateGrant`, `Name`).
    pub name: String,
    /// Who may use it: an ARN.
    pub grantee: String,
    /// Who may retire it beside the account: an ARN.
    pub retiring: Option<String>,
    /// What for.
    pub operations: BTreeSet<GrantOperation>,
    /// When.
    pub constraints: GrantConstraints,
}

/// Why a grant cannot be given.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadGrant {
    /// A grant of nothing.
    #[error("no operation was named that the grant allows")]
    NoOperation,
    /// The key cannot do it.
    #[error("a {spec} key for {usage} cannot {}, so that it cannot be granted", .operation.as_str())]
    Unsupported {
        /// What was asked.
        operation: GrantOperation,
        /// The key's.
        spec: crate::spec::KeySpec,
        /// The key's.
        usage: KeyUsage,
    },
    /// Only symmetric encryption has an encryption context.
    #[error("only grants on symmetric encryption keys can be bound to an encryption context")]
    NoContext,
    /// More, or longer, than AWS takes.
    #[error(
        "a constraint has at most 8 pairs of an encryption context, each of at most 384 characters"
    )]
    ContextTooLong,
    /// AWS would not take it.
    #[error("a grant's name has 1 to 256 letters, digits and `:/_-`")]
    Name,
    /// AWS would not take it, or does not show it as it was given.
    #[error(
        "`{text}` is not the ARN of an account's root, a user, a role, a session of a role or a federated user in the partition {partition}"
    )]
    Principal {
        /// What was given, cut to 100 characters.
        text: String,
        /// Where it should be.
        partition: Partition,
    },
}

impl WantedGrant {
    /// Refuses what AWS would refuse.
    ///
    /// # Source
    ///
    /// KMS API, `CreateGrant` and `GrantConstraints`.
    pub fn check(&self, shape: KeyShape, partition: Partition) -> Result<(), BadGrant> {
        let fits = |found: char| found.is_ascii_alphanumeric() || ":/_-".contains(found);
        let length = self.name.chars().count();
        if !(1..=TEXT_LENGTH_MAX).contains(&length) || !self.name.chars().all(fits) {
            return Err(BadGrant::Name);
        }
        for principal in std::iter::once(&self.grantee).chain(&self.retiring) {
            if principal.len() > TEXT_LENGTH_MAX || named(principal, Some(partition)).is_none() {
                let text = principal.chars().take(100).collect();
                return Err(BadGrant::Principal { text, partition });
            }
        }
        if self.operations.is_empty() {
            return Err(BadGrant::NoOperation);
        }
        if let Some(&operation) = self.operations.iter().find(|one| !one.fits(shape)) {
            let (spec, usage) = (shape.spec, shape.usage);
            return Err(BadGrant::Unsupported {
                operation,
                spec,
                usage,
            });
        }
        self.constraints.check(shape)
    }

    /// Whether AWS shows exactly this grant.
    pub fn is_shown_by(&self, shown: &Grant) -> bool {
        let operations: BTreeSet<&str> = shown.operations.iter().map(String::as_str).collect();
        let wanted: BTreeSet<&str> = self.operations.iter().map(|one| one.as_str()).collect();
        shown.name.as_ref() == Some(&self.name)
            && shown.grantee == self.grantee
            && shown.retiring == self.retiring
            && shown.constraints == self.constraints
            && operations == wanted
    }

    /// The grant that AWS shows, where somebody named it and all that it allows is known.
    pub fn of(shown: &Grant) -> Option<Self> {
        let operations = shown.operations.iter();
        Some(Self {
            name: shown.name.clone()?,
            grantee: shown.grantee.clone(),
            retiring: shown.retiring.clone(),
            operations: operations
                .map(|word| GrantOperation::from_word(word))
                .collect::<Option<_>>()?,
            constraints: shown.constraints.clone(),
        })
    }

    /// What AWS will show of it, but for the id.
    pub(crate) fn shown(&self) -> Grant {
        let operations = self.operations.iter();
        Grant {
            id: String::new(),
            name: Some(self.name.clone()),
            grantee: self.grantee.clone(),
            retiring: self.retiring.clone(),
            operations: operations.map(|one| one.as_str().to_owned()).collect(),
            constraints: self.constraints.clone(),
        }
    }
}

impl GrantConstraints {
    fn check(&self, shape: KeyShape) -> Result<(), BadGrant> {
        let pairs = || self.equals.iter().chain(&self.subset);
        if pairs().next().is_some() && shape.spec.kind() != SpecKind::Symmetric {
            return Err(BadGrant::NoContext);
        }
        let length = |(key, value): (&String, &String)| key.chars().count() + value.chars().count();
        let is_too_long = self.equals.len() > PAIRS_MAX
            || self.subset.len() > PAIRS_MAX
            || pairs().any(|pair| length(pair) > PAIR_LENGTH_MAX || pair.0.is_empty());
        if is_too_long {
            return Err(BadGrant::ContextTooLong);
        }
        Ok(())
    }
}

/// Whether two ARNs name the same user or role; a session is its role.
pub fn is_same_principal(one: &str, other: &str) -> bool {
    let named = (named(one, None), named(other, None));
    one == other || matches!(named, (Some(one), Some(other)) if one == other)
}

/// Account, kind and name of whom an ARN names. Roles and users have unique names in an account, whatever their path (IAM
/// User Guide, "IAM identifiers").
fn named(arn: &str, partition: Option<Partition>) -> Option<(&str, &'static str, &str)> {
    let mut parts = arn.splitn(6, ':');
    let mut next = || parts.next();
    let (head, of, service, region) = (next()?, next()?, next()?, next()?);
    let (account, resource) = (next()?, next()?);
    let is_account = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let is_there = partition.is_none_or(|partition| partition.to_string() == of);
    if head != "arn" || !region.is_empty() || !is_account || !is_there {
        return None;
    }
    let fits = |found: char| found.is_ascii_alphanumeric() || "_+=,.@/-:".contains(found);
    if !resource.chars().all(fits) {
        return None;
    }
    let (kind, rest) = resource.split_once('/').unwrap_or((resource, ""));
    let last = rest.rsplit('/').next().unwrap_or_default();
    let (kind, name) = match (service, kind) {
        ("iam", "root") if rest.is_empty() => return Some((account, "root", "")),
        ("iam", "user") => ("user", last),
        ("iam", "role") => ("role", last),
        ("sts", "federated-user") => ("federated-user", last),
        ("sts", "assumed-role") => match rest.split_once('/')? {
            (role, session) if !session.is_empty() => ("role", role),
            _ => return None,
        },
        _ => return None,
    };
    (!name.is_empty()).then_some((account, kind, name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intent::Origin;
    use crate::spec::KeySpec;

    const APP: &str = "arn:aws:iam::111122223333:role/app";

    fn grant() -> WantedGrant {
        WantedGrant {
            name: "payments".to_owned(),
            grantee: APP.to_owned(),
            retiring: None,
            operations: [GrantOperation::Decrypt].into(),
            constraints: GrantConstraints::default(),
        }
    }

    fn shape(spec: KeySpec, usage: KeyUsage) -> KeyShape {
        KeyShape {
            spec,
            usage,
            multi_region: false,
            origin: Origin::External,
        }
    }

    fn symmetric() -> KeyShape {
        shape(KeySpec::Aes256, KeyUsage::EncryptDecrypt)
    }

    fn check(grant: &WantedGrant) -> Result<(), BadGrant> {
        grant.check(symmetric(), Partition::Aws)
    }

    #[test]
    fn k4_each_kind_of_key_can_be_granted_for_what_it_can_do_and_for_nothing_else() {
        let granted = |spec, usage| -> Vec<&str> {
            let shape = shape(spec, usage);
            let all = GrantOperation::ALL.iter();
            all.filter(|row| row.0.fits(shape))
                .map(|row| row.1)
                .filter(|word| !["CreateGrant", "DescribeKey", "RetireGrant"].contains(word))
                .collect()
        };

        assert_eq!(
            granted(KeySpec::Hmac256, KeyUsage::GenerateVerifyMac),
            ["GenerateMac", "VerifyMac"]
        );
        assert_eq!(
            granted(KeySpec::Rsa2048, KeyUsage::SignVerify),
            ["GetPublicKey", "Sign", "Verify"]
        );
        assert_eq!(
            granted(KeySpec::Rsa2048, KeyUsage::EncryptDecrypt),
            [
                "Decrypt",
                "Encrypt",
                "GetPublicKey",
                "ReEncryptFrom",
                "ReEncryptTo"
            ]
        );
        assert_eq!(
            granted(KeySpec::EcP256, KeyUsage::KeyAgreement),
            ["DeriveSharedSecret", "GetPublicKey"]
        );
        assert_eq!(granted(KeySpec::Aes256, KeyUsage::EncryptDecrypt).len(), 8);
    }

    #[test]
    fn k4_what_aws_would_refuse_of_a_grant_is_refused_here() {
        assert_eq!(check(&grant()), Ok(()));
        let bad = |change: &dyn Fn(&mut WantedGrant)| {
            let mut grant = grant();
            change(&mut grant);
            check(&grant).unwrap_err()
        };

        assert_eq!(bad(&|one| one.operations.clear()), BadGrant::NoOperation);
        assert_eq!(
            bad(&|one| one.name = "two words".to_owned()),
            BadGrant::Name
        );
        assert_eq!(bad(&|one| one.name = "n".repeat(257)), BadGrant::Name);
        for text in [
            "app",
            "111122223333",
            "*",
            "rds.amazonaws.com",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::11112222333:role/app",
            "arn:aws-cn:iam::111122223333:role/app",
            "arn:aws:sts::111122223333:assumed-role/app",
            "arn:aws:iam::111122223333:group/people",
            "arn:aws:iam::111122223333:role/a*",
        ] {
            let refused = bad(&|one| one.grantee = text.to_owned());
            assert!(matches!(refused, BadGrant::Principal { .. }), "{text}");
            let refused = bad(&|one| one.retiring = Some(text.to_owned()));
            assert!(matches!(refused, BadGrant::Principal { .. }), "{text}");
        }
        let many = || (0..9).map(|n| (n.to_string(), String::new())).collect();
        let long = || BTreeMap::from([("k".to_owned(), "v".repeat(384))]);
        for context in [many(), long()] {
            let refused = bad(&|one| one.constraints.subset.clone_from(&context));
            assert_eq!(refused, BadGrant::ContextTooLong);
        }
    }

    #[test]
    fn k4_only_symmetric_keys_have_an_encryption_context() {
        let mut bound = grant();
        bound.constraints.equals = [("tenant".to_owned(), "a".to_owned())].into();

        assert_eq!(check(&bound), Ok(()));
        let rsa = shape(KeySpec::Rsa2048, KeyUsage::EncryptDecrypt);
        assert_eq!(bound.check(rsa, Partition::Aws), Err(BadGrant::NoContext));
    }

    #[test]
    fn k4_a_session_is_its_role_whatever_the_path() {
        let session = "arn:aws:sts::111122223333:assumed-role/app/keyferry-1";

        assert!(is_same_principal(session, APP));
        assert!(is_same_principal(
            "arn:aws:iam::111122223333:role/some/path/app",
            session
        ));
        for other in [
            "arn:aws:iam::111122223333:user/app",
            "arn:aws:iam::444455556666:role/app",
            "arn:aws:iam::111122223333:role/app2",
        ] {
            assert!(!is_same_principal(session, other), "{other}");
        }
    }
}
