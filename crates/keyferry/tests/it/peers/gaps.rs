//! The emulators, and where they fall short of AWS.

/// An emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Peer {
    Ministack,
    LocalStack,
}

/// What AWS does, and not every emulator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Feature {
    ChecksSecrets,
    ChecksExternalIds,
    AuthorizesKeysNotTheirAliases,
    AuthorizesChangesOfAliases,
    KnowsKeyOriginCondition,
    ShowsValidTo,
    DecryptsAfterImportAgain,
    RotatesInPlace,
    ListsMaterials,
}

/// One thing that an emulator does not do as AWS does.
pub(crate) struct Gap {
    pub(crate) operation: &'static str,
    pub(crate) peer: Peer,
    pub(crate) feature: Feature,
    pub(crate) wrong: &'static str,
}

/// Every gap on the way of the journeys. A journey says what it expects instead, so that a gap that was closed shows.
pub(crate) const GAPS: &[Gap] = &[
    Gap {
        operation: "GetCallerIdentity and all others",
        peer: Peer::LocalStack,
        feature: Feature::ChecksSecrets,
        wrong: "accepts any secret",
    },
    Gap {
        operation: "AssumeRole",
        peer: Peer::LocalStack,
        feature: Feature::ChecksExternalIds,
        wrong: "asks for no external id, whatever the trust policy says",
    },
    Gap {
        operation: "DescribeKey",
        peer: Peer::Ministack,
        feature: Feature::AuthorizesKeysNotTheirAliases,
        wrong: "asks policies about the alias, where AWS asks about the key that it names",
    },
    Gap {
        operation: "CreateAlias, UpdateAlias, DeleteAlias",
        peer: Peer::Ministack,
        feature: Feature::AuthorizesChangesOfAliases,
        wrong: "asks policies about `*`, where AWS asks about the alias and the key",
    },
    Gap {
        operation: "CreateKey",
        peer: Peer::Ministack,
        feature: Feature::KnowsKeyOriginCondition,
        wrong: "takes the condition kms:KeyOrigin for not met",
    },
    Gap {
        operation: "DescribeKey",
        peer: Peer::LocalStack,
        feature: Feature::ShowsValidTo,
        wrong: "forgets ValidTo",
    },
    Gap {
        operation: "ImportKeyMaterial",
        peer: Peer::LocalStack,
        feature: Feature::DecryptsAfterImportAgain,
        wrong: "leaves symmetric material that comes back unused: Encrypt and Decrypt answer 500",
    },
    Gap {
        operation: "RotateKeyOnDemand",
        peer: Peer::Ministack,
        feature: Feature::RotatesInPlace,
        wrong: "does not know it, and takes NEW_KEY_MATERIAL in place of the old at once",
    },
    Gap {
        operation: "ListKeyRotations",
        peer: Peer::Ministack,
        feature: Feature::ListsMaterials,
        wrong: "does not know it",
    },
    Gap {
        operation: "ListKeyRotations",
        peer: Peer::LocalStack,
        feature: Feature::ListsMaterials,
        wrong: "does not know it",
    },
];

impl Peer {
    /// Whether it does as AWS does; says so where it does not.
    pub(crate) fn has(self, feature: Feature) -> bool {
        let gap = GAPS
            .iter()
            .find(|gap| gap.peer == self && gap.feature == feature);
        if let Some(gap) = gap {
            eprintln!("{self:?}: {}: {}", gap.operation, gap.wrong);
        }
        gap.is_none()
    }

    fn variable(self) -> &'static str {
        match self {
            Self::Ministack => "KEYFERRY_PEER_MINISTACK_URL",
            Self::LocalStack => "KEYFERRY_PEER_LOCALSTACK_URL",
        }
    }

    /// Where it listens. `None`, and said aloud, where this machine cannot run it; CI can run all.
    pub(crate) fn url(self) -> Option<String> {
        let url = variable(self.variable()).unwrap_or_else(|| {
            panic!("no emulators: run the journeys by `scripts/peers run -- …`")
        });
        if url.is_empty() {
            let is_ci = variable("CI").is_some_and(|value| value == "true");
            assert!(!is_ci, "{self:?} is not installed, and CI must have it");
            eprintln!("{self:?} IS NOT INSTALLED: this journey was NOT made");
            return None;
        }
        Some(url)
    }
}

/// The file of the CA that signed the emulators' certificates.
pub(crate) fn ca_file() -> String {
    variable("KEYFERRY_PEER_CA").expect("`scripts/peers run` sets it")
}

#[allow(
    clippy::disallowed_methods,
    reason = "this is how the emulators are told to the journeys"
)]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
