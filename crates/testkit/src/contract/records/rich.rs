//! Rows in which every optional part is there: what is read back must be what was written.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use keyferry_domain::arn::{KmsKeyArn, Region};
use keyferry_domain::connection::{
    AccessKeyCare, ClientCertificate, Connection, Endpoint, Identity, LinkHealth, LinkSettings,
    Proxy, RoleToAssume, SealedSecret, Tier, TlsTrust,
};
use keyferry_domain::deletion_proof::Trace;
use keyferry_domain::errand::Errand;
use keyferry_domain::former::{Former, Wish};
use keyferry_domain::grant::{GrantConstraints, GrantOperation, WantedGrant};
use keyferry_domain::id::{ConnectionId, JobId, KeyId, KmsKeyId};
use keyferry_domain::intent::{Intent, KeyShape, Origin, WantedVersion};
use keyferry_domain::key::ManagedKey;
use keyferry_domain::keystore::{HealPolicy, Keystore, OnCancelDeletion, PolicyDocument, Template};
use keyferry_domain::kms_key::{KmsKey, OldKey};
use keyferry_domain::last_use::{LastUse, Tracked, Used};
use keyferry_domain::life::Life;
use keyferry_domain::schedule::{
    AtBudget, Period, Recurrence, RotationSchedule, ScheduledMethod, SourceRotation,
};
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::tag::Tags;
use keyferry_domain::validity::{Lifetime, Validity};
use keyferry_domain::version::VersionNumber;
use keyferry_domain::view::{
    AliasTarget, Described, Expiration, Field, Grant, KeyState, MaterialState, MultiRegionRole,
    ObservedMaterial, Place, RotationStatus,
};

use super::samples::{Samples, account, at, parse};

fn secret(byte: u8) -> SealedSecret {
    SealedSecret::new(vec![byte, 0, 255])
}

fn policy() -> PolicyDocument {
    PolicyDocument::from_canonical(r#"{"Statement":[],"Version":"2012-10-17"}"#.to_owned())
}

fn tags() -> Tags {
    Tags::from([
        ("team".to_owned(), "päy \"role\"".to_owned()),
        ("empty".to_owned(), String::new()),
    ])
}

/// Connections that among them use every kind of identity, endpoint, trust, proxy and health.
pub fn connections(samples: &mut Samples) -> Vec<Connection> {
    let assumed = Identity::AssumeRole {
        role: RoleToAssume {
            role_arn: "arn:aws:iam::111122223333:role/byok".to_owned(),
            external_id: Some("ext".to_owned()),
        },
        base: Box::new(Identity::AccessKey {
            access_key_id: "AKIA".to_owned(),
            secret_access_key: secret(1),
        }),
    };
    let web = Identity::WebIdentity {
        role_arn: "arn:aws:iam::111122223333:role/web".to_owned(),
        token_file: "/var/run/token".to_owned(),
    };
    let full_trust = TlsTrust {
        ca_bundle: Some("-----BEGIN CERTIFICATE-----\n".to_owned()),
        client_certificate: Some(ClientCertificate {
            chain: "chain".to_owned(),
            private_key: secret(2),
        }),
        check_host_name: false,
    };
    let proxy = Proxy {
        url: "http://proxy:3128".to_owned(),
        credentials: Some(("me".to_owned(), secret(3))),
    };
    let bare_proxy = Proxy {
        url: "http://proxy:3128".to_owned(),
        credentials: None,
    };
    let vpc = Endpoint::Vpc {
        host: "vpce-0.kms.eu-west-1.vpce.amazonaws.com".to_owned(),
    };
    let custom = Endpoint::Custom {
        url: "https://127.0.0.1:4566".to_owned(),
    };
    let links = [
        LinkSettings {
            identity: assumed,
            endpoint: Endpoint::Fips,
            tls: full_trust,
            proxy: Some(proxy),
        },
        LinkSettings {
            identity: web,
            endpoint: vpc,
            tls: TlsTrust::default(),
            proxy: Some(bare_proxy),
        },
        LinkSettings {
            identity: Identity::Host {
                profile: Some("prod".to_owned()),
            },
            endpoint: custom,
            tls: TlsTrust::default(),
            proxy: None,
        },
        LinkSettings {
            identity: Identity::Host { profile: None },
            endpoint: Endpoint::Standard,
            tls: TlsTrust::default(),
            proxy: None,
        },
    ];
    let healths = [
        LinkHealth::Connected { since: at(11) },
        LinkHealth::NotConnected {
            why: "no route".to_owned(),
            since: at(12),
        },
        LinkHealth::Unknown,
        LinkHealth::Unknown,
    ];
    let rows = links.into_iter().zip(healths).enumerate();
    rows.map(|(n, (link, health))| Connection {
        account: (n % 2 == 0).then(|| account(4242)),
        regions: if n == 3 {
            Vec::new()
        } else {
            vec![parse("eu-west-1"), parse("us-east-1")]
        },
        link,
        health,
        tier: if n == 0 { Tier::Full } else { Tier::Observe },
        rotation: (n == 0).then(schedule),
        access_key: AccessKeyCare {
            since: (n == 0).then(|| at(5)),
            rotation: (n == 0).then(schedule),
            due: (n == 0).then(|| at(68_000)),
        },
        ..samples.connection(&format!("rich {n}"))
    })
    .collect()
}

/// A keystore with a full template.
pub fn keystore(samples: &mut Samples, connection: ConnectionId) -> Keystore {
    Keystore {
        description: "päyments".to_owned(),
        regions: vec![parse("eu-central-1"), parse("eu-west-1")],
        template: Template {
            spec: KeySpec::EcP384,
            usage: Some(KeyUsage::KeyAgreement),
            description: "d".to_owned(),
            tags: tags(),
            policy: Some(policy()),
            multi_region: true,
            lifetime: Lifetime::Until(at(90_000)),
            rotation: Some(schedule()),
        },
        heal: HealPolicy::Auto,
        on_cancel_deletion: OnCancelDeletion::Empty,
        ..samples.keystore("rich", connection)
    }
}

/// A schedule in which every part is another than usual.
pub fn schedule() -> RotationSchedule {
    RotationSchedule {
        recurrence: Recurrence::Every(Period::Months(18)),
        start: Some(at(50_000)),
        zone: parse("Europe/Berlin"),
        method: ScheduledMethod::InPlace,
        old_key: OldKey::Deactivate,
        at_budget: AtBudget::Block,
    }
}

/// A key that rotates by itself.
pub fn key(samples: &mut Samples) -> ManagedKey {
    ManagedKey {
        rotation: Some(SourceRotation {
            schedule: schedule(),
            with_copies: true,
            deactivate_former: true,
        }),
        rotation_due: Some(at(67_000)),
        ..samples.key("rich")
    }
}

fn intent() -> Intent {
    let two = VersionNumber::FIRST.next();
    Intent {
        life: Life::PendingDeletion,
        shape: KeyShape {
            spec: KeySpec::Hmac384,
            usage: KeyUsage::GenerateVerifyMac,
            multi_region: true,
            origin: Origin::AwsKms,
        },
        enabled: false,
        versions: vec![
            WantedVersion {
                number: VersionNumber::FIRST,
                validity: Validity::Permanent,
            },
            WantedVersion {
                number: two,
                validity: Validity::Until(at(80_000)),
            },
        ],
        current: Some(two),
        aliases: BTreeSet::from([parse("alias/one"), parse("alias/two")]),
        aliases_to_remove: BTreeSet::from([parse("alias/old")]),
        errands: BTreeMap::from([(
            Some(parse("01890a5d-ac96-774b-bcce-b302099a8057")),
            Errand {
                give: BTreeSet::from([wanted_grant("one")]),
                give_up: BTreeSet::from([wanted_grant("two")]),
                retire: BTreeSet::from(["abc".to_owned()]),
                revoke: BTreeSet::from([
                    "0c237476b39f8bc44e45212e08498fbe3151305030726c0590dd8d3e9f3d6a60".to_owned(),
                ]),
                leaves_policy: true,
                leaves_material: true,
            },
        )]),
        tags: tags(),
        description: "déscription".to_owned(),
        policy: Some(policy()),
        places: vec![parse("eu-west-1"), parse("us-east-1")],
        deletion_window_days: Some(30),
        cancel_deletion: true,
        native_rotation_days: Some(365),
        native_rotations: Some(4),
        valid_days: Some(90),
        rotation: Some(RotationSchedule::new(Recurrence::At(parse("30 2 L * 1-5")))),
        calm_until: Some(at(70_000)),
    }
}

fn wanted_grant(name: &str) -> WantedGrant {
    WantedGrant {
        name: name.to_owned(),
        grantee: "arn:aws:iam::111122223333:role/app".to_owned(),
        retiring: Some("arn:aws:iam::111122223333:role/retirer".to_owned()),
        operations: BTreeSet::from([GrantOperation::Decrypt, GrantOperation::Encrypt]),
        constraints: GrantConstraints {
            equals: BTreeMap::from([("tenant".to_owned(), "a".to_owned())]),
            ..GrantConstraints::default()
        },
    }
}

fn described(region: &Region) -> Described {
    Described {
        state: KeyState::PendingReplicaDeletion,
        shape: intent().shape,
        description: "seen".to_owned(),
        current_material: Some(parse(&"ab".repeat(32))),
        expiration: Expiration::At(at(60_000)),
        deletion_date: Some(at(61_000)),
        created_at: at(62),
        custody: keyferry_domain::view::Custody::Customer,
        multi_region: Some(MultiRegionRole {
            primary: region.clone(),
            replicas: BTreeSet::from([parse("us-east-1")]),
        }),
    }
}

fn materials() -> Vec<ObservedMaterial> {
    let states = [
        MaterialState::Current,
        MaterialState::NonCurrent,
        MaterialState::PendingRotation,
        MaterialState::PendingReplicas,
    ];
    let rows = states.into_iter().enumerate();
    rows.map(|(n, state)| ObservedMaterial {
        id: parse(&format!("{n}f").repeat(32)),
        state,
        is_present: n % 2 == 0,
        valid_to: (n > 1).then(|| at(63_000)),
        description: (n > 0).then(|| "keyferry/1".to_owned()),
    })
    .collect()
}

/// A place about which everything is known.
pub fn place(arn: KmsKeyArn) -> Place {
    let aliases = BTreeMap::from([
        (parse("alias/one"), AliasTarget::This),
        (parse("alias/two"), AliasTarget::Predecessor),
        (
            parse("alias/three"),
            AliasTarget::Foreign {
                key_id: "other".to_owned(),
            },
        ),
    ]);
    let grant = Grant {
        id: "grant".to_owned(),
        name: Some("payments".to_owned()),
        grantee: "arn:aws:iam::111122223333:role/app".to_owned(),
        retiring: Some("arn:aws:iam::111122223333:role/retirer".to_owned()),
        operations: vec!["Decrypt".to_owned()],
        constraints: GrantConstraints {
            equals: BTreeMap::new(),
            subset: BTreeMap::from([("tenant".to_owned(), "a".to_owned())]),
            source_arn: Some("arn:aws:s3:::bucket".to_owned()),
        },
    };
    Place {
        described: Field::Value(described(arn.region())),
        arn: Some(arn),
        materials: Field::Value(materials()),
        aliases: Field::Value(aliases),
        tags: Field::Value(tags()),
        policy: Field::Value(policy()),
        grants: Field::Value(BTreeSet::from([grant])),
        rotation: Field::Value(RotationStatus {
            on_demand_used: 3,
            on_demand_started: Some(at(64)),
            native_period_days: Some(90),
        }),
        last_use: Some(LastUse {
            told: Field::Value(Tracked {
                since: at(66),
                newest: Some(Used {
                    operation: "Decrypt".to_owned(),
                    at: at(67),
                }),
            }),
            read_at: at(68),
        }),
        read_at: Some(at(65)),
    }
}

/// The ARN of a sample's KMS key in a Region.
pub fn arn(region: &str, key_id: &str) -> KmsKeyArn {
    parse(&format!("arn:aws:kms:{region}:000000000001:key/{key_id}"))
}

fn trace() -> Trace {
    Trace {
        deletion_date: Some(at(1_000)),
        missing_since: Some(at(100_000)),
        missing_at: Some(at(200_000)),
    }
}

/// A KMS key with three places: known, absent, unreadable.
pub fn kms_key(samples: &mut Samples, keystore: &Keystore) -> KmsKey {
    let absent = Place {
        arn: None,
        described: Field::Absent,
        materials: Field::Absent,
        aliases: Field::Absent,
        tags: Field::Absent,
        policy: Field::Absent,
        grants: Field::Absent,
        rotation: Field::Absent,
        last_use: Some(LastUse {
            told: Field::Unreadable,
            read_at: at(69),
        }),
        read_at: Some(Timestamp::MIN),
    };
    let observed = BTreeMap::from([
        (parse("eu-west-1"), place(arn("eu-west-1", "mrk-1"))),
        (parse("eu-central-1"), absent),
        (
            parse("us-east-1"),
            Place {
                arn: Some(arn("us-east-1", "mrk-1")),
                ..Place::default()
            },
        ),
    ]);
    KmsKey {
        source: Some(KeyId::new(samples.uuid())),
        arn: Some(arn("eu-west-1", "mrk-1")),
        intent: intent(),
        observed,
        traces: BTreeMap::from([
            (parse("eu-central-1"), trace()),
            (parse("eu-west-1"), Trace::default()),
        ]),
        bindings: BTreeMap::from([(parse(&"ab".repeat(32)), VersionNumber::FIRST)]),
        held_material: true,
        held: intent().versions,
        former: vec![
            Former {
                job: JobId::new(samples.uuid()),
                wish: None,
            },
            Former {
                job: JobId::new(samples.uuid()),
                wish: Some(Wish {
                    intent: intent(),
                    held: intent().versions,
                }),
            },
        ],
        handover: Some(OldKey::Deactivate),
        rotation_due: Some(at(66_000)),
        predecessor: Some(KmsKeyId::new(samples.uuid())),
        successor: Some(KmsKeyId::new(samples.uuid())),
        ..samples.kms_key("rich", keystore)
    }
}
