//! The policies that people are given for connecting an account.

use keyferry_app::connections::policy::{
    DEFAULT_NAME, Document, DocumentKind, Format, PolicyIdentity, PolicyRequest, documents,
    guardrail,
};
use keyferry_app::connections::tier::{
    ACCESS_KEY_ACTIONS, ACTIONS, GRANT_ACTIONS, PRINCIPAL_ACTIONS, ROLE_ACTIONS,
};
use keyferry_domain::arn::{Account, Partition};
use keyferry_domain::connection::Tier;
use keyferry_ports::aws::KmsCall;
use serde_json::Value;

const TIERS: [Tier; 3] = [Tier::Observe, Tier::Import, Tier::Full];

fn account() -> Account {
    Account {
        partition: Partition::Aws,
        id: "111122223333".parse().unwrap(),
    }
}

fn role() -> PolicyIdentity {
    PolicyIdentity::Role {
        external_id: "abcdefghijklmnopqrstuvwxyz234567".into(),
        trusted_principal: "arn:aws:iam::444455556666:role/keyferry-server".into(),
    }
}

fn request(tier: Tier, identity: PolicyIdentity) -> PolicyRequest {
    PolicyRequest {
        tier,
        format: Format::Json,
        account: Some(account()),
        partition: Partition::Aws,
        regions: Vec::new(),
        name: DEFAULT_NAME.to_owned(),
        identity,
        multi_region: false,
        native: false,
        grants: false,
    }
}

fn find(documents: &[Document], kind: DocumentKind) -> &Document {
    documents
        .iter()
        .find(|document| document.kind == kind)
        .unwrap()
}

fn json(document: &Document) -> Value {
    serde_json::from_str(&document.text).unwrap()
}

/// Actions that the policy allows.
fn allowed(policy: &Value) -> Vec<String> {
    let statements = policy["Statement"].as_array().unwrap();
    let allows = statements.iter().filter(|one| one["Effect"] == "Allow");
    let lists = allows.map(|one| one["Action"].as_array().unwrap());
    lists
        .flatten()
        .map(|action| action.as_str().unwrap().to_owned())
        .collect()
}

fn all_of(documents: &[Document]) -> String {
    let parts = documents.iter().map(|document| {
        format!(
            "=== {} ({})\n{}",
            document.file_name,
            document.kind.as_str(),
            document.text
        )
    });
    parts.collect()
}

#[test]
fn a_role_gets_permissions_trust_and_the_policy_of_who_assumes_it() {
    insta::assert_snapshot!(all_of(&documents(&request(Tier::Full, role())).unwrap()));
}

#[test]
fn a_user_gets_its_own_access_key_and_no_trust_policy() {
    let user = request(Tier::Observe, PolicyIdentity::User);

    insta::assert_snapshot!(all_of(&documents(&user).unwrap()));
}

#[test]
fn an_unknown_account_is_filled_in_by_terraform() {
    let request = PolicyRequest {
        format: Format::Terraform,
        account: None,
        regions: vec![
            "eu-central-1".parse().unwrap(),
            "us-east-1".parse().unwrap(),
        ],
        ..request(Tier::Import, PolicyIdentity::User)
    };

    insta::assert_snapshot!(all_of(&documents(&request).unwrap()));
}

#[test]
fn an_unknown_account_is_filled_in_by_cloudformation() {
    let request = PolicyRequest {
        format: Format::CloudFormation,
        account: None,
        multi_region: true,
        ..request(Tier::Import, role())
    };

    insta::assert_snapshot!(all_of(&documents(&request).unwrap()));
}

#[test]
fn a_web_identity_is_trusted_by_audience_and_subject() {
    let identity = PolicyIdentity::WebIdentity {
        provider: "oidc.eks.eu-central-1.amazonaws.com/id/0123".into(),
        audience: "sts.amazonaws.com".into(),
        subject: "system:serviceaccount:keys:keyferry".into(),
    };
    let documents = documents(&request(Tier::Observe, identity)).unwrap();

    insta::assert_snapshot!(find(&documents, DocumentKind::Trust).text);
}

#[test]
fn the_guardrail_spares_nobody_but_the_role() {
    let policy = guardrail(&request(Tier::Full, role())).unwrap();

    insta::assert_snapshot!(policy.text);
}

#[test]
fn the_guardrail_comes_as_terraform_too() {
    let request = PolicyRequest {
        format: Format::Terraform,
        account: None,
        ..request(Tier::Full, role())
    };

    insta::assert_snapshot!(guardrail(&request).unwrap().text);
}

/// IAM and Organizations quotas: a managed policy has 6,144 characters without white space, a service control policy
/// 5,120.
#[test]
fn every_policy_is_json_within_the_sizes_of_aws() {
    let regions: Vec<_> = (1..=34)
        .map(|n| format!("ap-southeast-{n}").parse().unwrap())
        .collect();
    for tier in TIERS {
        for identity in [role(), PolicyIdentity::User] {
            let largest = PolicyRequest {
                regions: regions.clone(),
                multi_region: true,
                grants: tier == Tier::Full,
                name: "n".repeat(64),
                ..request(tier, identity)
            };
            let documents = documents(&largest).unwrap();
            let permissions = json(find(&documents, DocumentKind::Permissions)).to_string();
            let scp = json(&guardrail(&largest).unwrap()).to_string();

            assert!(permissions.len() <= 6144, "{tier:?}: {}", permissions.len());
            assert!(scp.len() <= 5120, "{}", scp.len());
        }
    }
}

#[test]
fn a_template_of_cloudformation_is_json_in_every_case() {
    for tier in TIERS {
        for identity in [role(), PolicyIdentity::User] {
            let request = PolicyRequest {
                format: Format::CloudFormation,
                ..request(tier, identity)
            };
            let template = json(find(&documents(&request).unwrap(), DocumentKind::Template));

            assert!(template["Resources"]["KeyferryPolicy"].is_object());
        }
    }
}

#[test]
fn each_tier_allows_what_its_rows_say_and_nothing_else() {
    for tier in TIERS {
        let documents = documents(&request(tier, role())).unwrap();
        let mut found = allowed(&json(find(&documents, DocumentKind::Permissions)));
        let rows = ACTIONS.iter().filter(|row| row.1 <= tier).map(|row| row.0);
        let people = PRINCIPAL_ACTIONS.iter().map(|row| row.0);
        let mut wanted: Vec<_> = rows
            .chain(ROLE_ACTIONS.iter().copied())
            .chain(people)
            .collect();
        found.sort_unstable();
        wanted.sort_unstable();

        assert_eq!(found, wanted, "{tier:?}");
    }
}

#[test]
fn what_aws_would_refuse_is_refused_here() {
    let with = |external_id: &str, trusted: &str| PolicyIdentity::Role {
        external_id: external_id.into(),
        trusted_principal: trusted.into(),
    };
    let bad = [
        with("x", "444455556666"),
        with("two words", "444455556666"),
        with("fine", "*"),
        with("fine", "arn:aws:iam::444455556666:role/*"),
        with("fine", "arn:aws-cn:iam::444455556666:role/x"),
        with("fine", "arn:aws:iam::44445555666:role/x"),
    ];
    for identity in bad {
        let error = documents(&request(Tier::Full, identity.clone())).unwrap_err();
        assert_eq!(error.code(), "request.invalid", "{identity:?}");
    }
    let bad_name = PolicyRequest {
        name: "a\" }".into(),
        ..request(Tier::Full, role())
    };
    assert!(documents(&bad_name).is_err());
    let other_partition = PolicyRequest {
        partition: Partition::AwsCn,
        ..request(Tier::Full, PolicyIdentity::User)
    };
    assert!(documents(&other_partition).is_err());
}

/// The IAM actions of an effect. A new effect does not compile without its row here.
fn actions_of(call: &KmsCall) -> &'static [&'static str] {
    match call {
        KmsCall::CreateKey(_) => &["kms:CreateKey", "kms:TagResource"],
        KmsCall::ReplicateKey { .. } => &["kms:ReplicateKey", "kms:CreateKey", "kms:TagResource"],
        KmsCall::TagResource(..) => &["kms:TagResource"],
        KmsCall::UntagResource(..) => &["kms:UntagResource"],
        KmsCall::PutKeyPolicy(..) => &["kms:PutKeyPolicy"],
        KmsCall::ImportKeyMaterial(_) => &["kms:ImportKeyMaterial"],
        KmsCall::DeleteImportedKeyMaterial(..) => &["kms:DeleteImportedKeyMaterial"],
        KmsCall::RotateKeyOnDemand(_) => &["kms:RotateKeyOnDemand"],
        KmsCall::UpdateKeyDescription(..) => &["kms:UpdateKeyDescription"],
        KmsCall::EnableKey(_) => &["kms:EnableKey"],
        KmsCall::DisableKey(_) => &["kms:DisableKey"],
        KmsCall::CreateAlias(..) => &["kms:CreateAlias"],
        KmsCall::UpdateAlias(..) => &["kms:UpdateAlias"],
        KmsCall::DeleteAlias(_) => &["kms:DeleteAlias"],
        KmsCall::CreateGrant(..) => &["kms:CreateGrant"],
        KmsCall::RetireGrant(..) => &["kms:RetireGrant"],
        KmsCall::RevokeGrant(..) => &["kms:RevokeGrant"],
        KmsCall::ScheduleKeyDeletion(..) => &["kms:ScheduleKeyDeletion"],
        KmsCall::CancelKeyDeletion(_) => &["kms:CancelKeyDeletion"],
        KmsCall::UpdatePrimaryRegion(..) => &["kms:UpdatePrimaryRegion"],
        KmsCall::SetKeyRotation(..) => &["kms:EnableKeyRotation", "kms:DisableKeyRotation"],
    }
}

/// One of each effect.
fn effects() -> Vec<KmsCall> {
    let text = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let key = || text.parse::<keyferry_domain::arn::KmsKeyArn>().unwrap();
    let alias = || {
        "alias/app"
            .parse::<keyferry_domain::alias::AliasName>()
            .unwrap()
    };
    let region = || "us-east-1".parse::<keyferry_domain::arn::Region>().unwrap();
    let policy = || keyferry_ports::policy::parse_policy(r#"{"Statement":[{}]}"#).unwrap();
    vec![
        KmsCall::ReplicateKey {
            key: key(),
            to: region(),
            policy: None,
            tags: Default::default(),
            description: String::new(),
        },
        KmsCall::TagResource(key(), Default::default()),
        KmsCall::UntagResource(key(), Vec::new()),
        KmsCall::PutKeyPolicy(key(), policy()),
        KmsCall::DeleteImportedKeyMaterial(key(), None),
        KmsCall::RotateKeyOnDemand(key()),
        KmsCall::UpdateKeyDescription(key(), String::new()),
        KmsCall::EnableKey(key()),
        KmsCall::DisableKey(key()),
        KmsCall::CreateAlias(key(), alias()),
        KmsCall::UpdateAlias(key(), alias()),
        KmsCall::DeleteAlias(alias()),
        KmsCall::RetireGrant(key(), String::new()),
        KmsCall::RevokeGrant(key(), String::new()),
        KmsCall::ScheduleKeyDeletion(key(), 7),
        KmsCall::CancelKeyDeletion(key()),
        KmsCall::UpdatePrimaryRegion(key(), region()),
        KmsCall::SetKeyRotation(key(), None),
    ]
}

/// What the reads of the ports `Kms` and `AwsAccount` call. `GetCallerIdentity` needs no right, and self-checks use a
/// key only with other identities than the connection's.
const READS: &[&str] = &[
    "account:ListRegions",
    "cloudtrail:LookupEvents",
    "iam:GetRole",
    "iam:GetUser",
    "iam:ListRoles",
    "iam:ListUsers",
    "iam:SimulatePrincipalPolicy",
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:GetParametersForImport",
    "kms:GetPublicKey",
    "kms:ListAliases",
    "kms:ListGrants",
    "kms:ListKeyRotations",
    "kms:ListKeys",
    "kms:ListResourceTags",
];

#[test]
fn the_table_holds_every_action_that_the_product_calls() {
    let known: Vec<&str> = ACTIONS
        .iter()
        .map(|row| row.0)
        .chain(ROLE_ACTIONS.iter().copied())
        .chain(PRINCIPAL_ACTIONS.iter().map(|row| row.0))
        .chain([GRANT_ACTIONS.0, GRANT_ACTIONS.1])
        .collect();
    let effects = effects();
    let sent = effects.iter().flat_map(|call| actions_of(call).iter());
    for action in sent.chain(READS) {
        assert!(known.contains(action), "{action} is in no tier");
    }
    for action in ["kms:CreateKey", "kms:CreateGrant", "kms:ImportKeyMaterial"] {
        assert!(known.contains(&action), "{action} is in no tier");
    }
    for action in ["Create", "List", "Update", "Delete"] {
        let action = format!("iam:{action}AccessKey");
        let is_known = |known: &&str| known.starts_with(&action);
        assert!(ACCESS_KEY_ACTIONS.iter().any(is_known), "{action}");
    }
}

#[test]
fn no_right_to_use_keys_is_ever_asked_for() {
    let data = [
        "Encrypt",
        "Decrypt",
        "Sign",
        "GenerateDataKey",
        "GenerateMac",
        "ReEncrypt",
        "CreateGrant",
    ];
    for (action, _, _) in ACTIONS {
        let word = action.split_once(':').unwrap().1;
        assert!(
            !data.iter().any(|prefix| word.starts_with(prefix)),
            "{action}"
        );
    }
}

#[test]
fn kms_keys_whose_material_aws_makes_are_allowed_only_where_they_are_wanted() {
    let permissions = |native| {
        let request = PolicyRequest {
            native,
            ..request(Tier::Import, PolicyIdentity::User)
        };
        let documents = documents(&request).unwrap();
        find(&documents, DocumentKind::Permissions).text.clone()
    };

    assert!(!permissions(false).contains("AWS_KMS"));
    assert!(permissions(true).contains("AWS_KMS"));
}

/// A right to give grants is a right to let somebody use keys: never without being asked for, and never to ourselves.
#[test]
fn k4_grants_are_given_only_where_that_is_asked_for_and_never_to_ourselves() {
    let permissions = |grants, identity| {
        let request = PolicyRequest {
            grants,
            ..request(Tier::Full, identity)
        };
        json(find(
            &documents(&request).unwrap(),
            DocumentKind::Permissions,
        ))
    };
    for identity in [role(), PolicyIdentity::User] {
        let plain = permissions(false, identity.clone()).to_string();
        assert!(!plain.contains("kms:CreateGrant"), "{plain}");
        assert!(!plain.contains("kms:RetireGrant"), "{plain}");

        let policy = permissions(true, identity);
        let mut all = policy["Statement"].as_array().unwrap().iter();
        let gives = |one: &&Value| one["Action"] == serde_json::json!(["kms:CreateGrant"]);
        let statement = all.find(gives).expect("a statement of its own");
        let spared = &statement["Condition"]["StringNotLike"]["kms:GranteePrincipal"];
        let is_us = |one: &Value| {
            one.as_str()
                .unwrap()
                .starts_with("arn:aws:iam::111122223333:")
        };
        assert!(spared.as_array().unwrap().iter().any(is_us), "{statement}");
    }

    let unfit = PolicyRequest {
        grants: true,
        ..request(Tier::Import, role())
    };
    assert_eq!(documents(&unfit).unwrap_err().code(), "request.invalid");
}
