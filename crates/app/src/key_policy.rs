//! Builds key policies whose statements the AWS console recognises.

use keyferry_domain::arn::Account;
use keyferry_domain::intent::{KeyShape, Origin};
use keyferry_domain::keystore::PolicyDocument;
use keyferry_domain::spec::KeyUsage;
use keyferry_ports::policy::parse_policy;
use serde_json::{Value, json};

use crate::error::AppError;

/// Who may do what with a KMS key, in a person's words.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyAccess {
    /// ARNs of IAM users and roles that use the key.
    pub users: Vec<String>,
    /// ARNs of IAM users and roles that administer it.
    pub administrators: Vec<String>,
    /// Account ids, or ARNs of principals in other accounts, that use the key.
    pub other_accounts: Vec<String>,
    /// Whether administrators may schedule its deletion.
    pub administrators_may_delete: bool,
}

impl KeyAccess {
    /// Whether nobody is named: then AWS's default policy is meant.
    pub fn is_empty(&self) -> bool {
        self.users.is_empty() && self.administrators.is_empty() && self.other_accounts.is_empty()
    }
}

/// Actions of administrators (KMS Developer Guide, "Default key policy", as the console writes them).
const ADMINISTRATION: &[&str] = &[
    "kms:Create*",
    "kms:Describe*",
    "kms:Enable*",
    "kms:List*",
    "kms:Put*",
    "kms:Update*",
    "kms:Revoke*",
    "kms:Disable*",
    "kms:Get*",
    "kms:Delete*",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:RotateKeyOnDemand",
];

/// Without it nobody can mend a policy; in lower case, as IAM compares.
const POLICY_CHANGE: &str = "kms:putkeypolicy";

/// The policy for a new KMS key. The account's IAM policies always decide too, so that neither the account nor
/// Keyferry is locked out.
///
/// # Errors
///
/// A principal that is neither an ARN nor an account id.
pub fn build(
    account: &Account,
    shape: KeyShape,
    access: &KeyAccess,
) -> Result<PolicyDocument, AppError> {
    let mut statements = vec![json!({
        "Sid": "Enable IAM User Permissions",
        "Effect": "Allow",
        "Principal": { "AWS": root_of(account, account.id.as_str()) },
        "Action": "kms:*",
        "Resource": "*",
    })];
    if !access.administrators.is_empty() {
        statements.push(json!({
            "Sid": "Allow access for Key Administrators",
            "Effect": "Allow",
            "Principal": { "AWS": principals(account, &access.administrators)? },
            "Action": administration(shape, access.administrators_may_delete),
            "Resource": "*",
        }));
    }
    let users = [access.users.as_slice(), access.other_accounts.as_slice()].concat();
    if !users.is_empty() {
        let who = principals(account, &users)?;
        statements.push(json!({
            "Sid": "Allow use of the key",
            "Effect": "Allow",
            "Principal": { "AWS": who.clone() },
            "Action": usage(shape.usage),
            "Resource": "*",
        }));
        statements.push(json!({
            "Sid": "Allow attachment of persistent resources",
            "Effect": "Allow",
            "Principal": { "AWS": who },
            "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            "Resource": "*",
            "Condition": { "Bool": { "kms:GrantIsForAWSResource": "true" } },
        }));
    }
    let id = if access.is_empty() {
        "key-default-1"
    } else {
        "key-consolepolicy-3"
    };
    let policy = json!({ "Id": id, "Version": "2012-10-17", "Statement": statements });
    Ok(parse_policy(&policy.to_string())?)
}

/// Who may do what, as the statements tell that [`build`] and AWS's console write. Other statements are not
/// understood, and say nothing.
pub fn read(policy: &PolicyDocument) -> KeyAccess {
    let value: Value = serde_json::from_str(policy.as_str()).unwrap_or_default();
    let statements = value
        .get("Statement")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let mut access = KeyAccess::default();
    for statement in &statements {
        match statement.get("Sid").and_then(Value::as_str) {
            Some("Allow access for Key Administrators") => {
                access.administrators.extend(principals_of(statement));
                let deletes = |action: &String| action == "kms:ScheduleKeyDeletion";
                access.administrators_may_delete |=
                    texts(statement.get("Action")).iter().any(deletes);
            }
            Some("Allow use of the key") => {
                let (others, users): (Vec<_>, Vec<_>) = principals_of(statement)
                    .into_iter()
                    .partition(|name| name.ends_with(":root"));
                access.users.extend(users);
                access.other_accounts.extend(others);
            }
            _ => {}
        }
    }
    access
}

/// Whether the policy keeps the door open for the account's IAM policies, or for the principal that we are. A
/// policy without either could not be mended by anybody of the account but its root user.
pub fn keeps_us_in(policy: &PolicyDocument, account: &Account, us: Option<&str>) -> bool {
    let Ok(value) = serde_json::from_str::<Value>(policy.as_str()) else {
        return false;
    };
    let statements = match value.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(one) => vec![one.clone()],
        None => return false,
    };
    let root = root_of(account, account.id.as_str());
    let lets_in = |name: &str| {
        name == root
            || name == account.id.as_str()
            || name == "*"
            || us.is_some_and(|us| us == name)
    };
    let unconditional = |effect: &'static str| {
        let is_meant = move |statement: &&Value| {
            statement.get("Effect").and_then(Value::as_str) == Some(effect)
                && statement.get("Condition").is_none()
        };
        statements.iter().filter(is_meant)
    };
    let is_allowed = unconditional("Allow").any(|statement| {
        names_policy_change(statement.get("Action"))
            && principals_of(statement).iter().any(|name| lets_in(name))
    });
    let is_denied = unconditional("Deny").any(|statement| {
        let covers_action = names_policy_change(statement.get("Action"))
            || statement.get("NotAction").is_some()
                && !names_policy_change(statement.get("NotAction"));
        let covers_us = match statement.get("NotPrincipal") {
            Some(spared) => !named(spared).iter().any(|name| lets_in(name)),
            None => principals_of(statement).iter().any(|name| lets_in(name)),
        };
        covers_action && covers_us
    });
    is_allowed && !is_denied
}

fn names_policy_change(actions: Option<&Value>) -> bool {
    let matches = |action: &String| matches_pattern(&action.to_ascii_lowercase(), POLICY_CHANGE);
    texts(actions).iter().any(matches)
}

/// Whether an action pattern of IAM, with `*` for any text and `?` for any character, matches.
fn matches_pattern(pattern: &str, text: &str) -> bool {
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some('*'), _) => {
            let rest = &pattern[1..];
            (0..=text.len())
                .filter(|at| text.is_char_boundary(*at))
                .any(|at| matches_pattern(rest, &text[at..]))
        }
        (Some(one), Some(other)) if one == '?' || one == other => {
            matches_pattern(&pattern[one.len_utf8()..], &text[other.len_utf8()..])
        }
        _ => false,
    }
}

fn principals_of(statement: &Value) -> Vec<String> {
    statement.get("Principal").map(named).unwrap_or_default()
}

fn named(principal: &Value) -> Vec<String> {
    match principal {
        Value::String(all) => vec![all.clone()],
        principal => texts(principal.get("AWS")),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(one)) => vec![one.clone()],
        Some(Value::Array(many)) => many
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}

fn administration(shape: KeyShape, may_delete: bool) -> Vec<&'static str> {
    let mut actions = ADMINISTRATION.to_vec();
    if shape.origin == Origin::External {
        actions.push("kms:ImportKeyMaterial");
    }
    if shape.multi_region {
        actions.extend(["kms:ReplicateKey", "kms:UpdatePrimaryRegion"]);
    }
    if may_delete {
        actions.extend(["kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion"]);
    }
    actions
}

fn usage(usage: KeyUsage) -> Vec<&'static str> {
    match usage {
        KeyUsage::EncryptDecrypt => vec![
            "kms:Encrypt",
            "kms:Decrypt",
            "kms:ReEncrypt*",
            "kms:GenerateDataKey*",
            "kms:DescribeKey",
        ],
        KeyUsage::GenerateVerifyMac => vec!["kms:DescribeKey", "kms:GenerateMac", "kms:VerifyMac"],
        KeyUsage::KeyAgreement => {
            vec![
                "kms:DescribeKey",
                "kms:GetPublicKey",
                "kms:DeriveSharedSecret",
            ]
        }
        KeyUsage::SignVerify => {
            vec![
                "kms:DescribeKey",
                "kms:GetPublicKey",
                "kms:Sign",
                "kms:Verify",
            ]
        }
    }
}

fn root_of(account: &Account, id: &str) -> String {
    format!("arn:{}:iam::{id}:root", account.partition)
}

fn principals(account: &Account, given: &[String]) -> Result<Vec<String>, AppError> {
    given.iter().map(|text| principal(account, text)).collect()
}

/// An ARN as it is; twelve digits as that account; a bare name is refused, since it could be a user or a role.
fn principal(account: &Account, text: &str) -> Result<String, AppError> {
    let is_account = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_account {
        return Ok(root_of(account, text));
    }
    let prefixes = [
        format!("arn:{}:iam::", account.partition),
        format!("arn:{}:sts::", account.partition),
    ];
    if prefixes.iter().any(|prefix| text.starts_with(prefix)) {
        return Ok(text.to_owned());
    }
    Err(AppError::Invalid {
        field: "key users and administrators",
        why: format!("`{text}` is neither an account id nor the ARN of an IAM user or role"),
    })
}

#[cfg(test)]
mod tests {
    use keyferry_domain::arn::Partition;
    use keyferry_domain::spec::KeySpec;

    use super::*;

    fn account() -> Account {
        Account {
            partition: Partition::Aws,
            id: "111122223333".parse().unwrap(),
        }
    }

    fn shape(multi_region: bool) -> KeyShape {
        KeyShape {
            spec: KeySpec::Aes256,
            usage: KeyUsage::EncryptDecrypt,
            multi_region,
            origin: Origin::External,
        }
    }

    fn sids(policy: &PolicyDocument) -> Vec<String> {
        let value: Value = serde_json::from_str(policy.as_str()).unwrap();
        let statements = value["Statement"].as_array().unwrap();
        statements
            .iter()
            .map(|one| one["Sid"].as_str().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn without_anybody_named_it_is_the_default_policy_of_aws() {
        let policy = build(&account(), shape(false), &KeyAccess::default()).unwrap();

        assert_eq!(sids(&policy), ["Enable IAM User Permissions"]);
        assert!(policy.as_str().contains("key-default-1"));
    }

    #[test]
    fn the_statement_ids_are_those_that_the_console_recognises() {
        let access = KeyAccess {
            users: vec!["arn:aws:iam::111122223333:role/app".into()],
            administrators: vec!["arn:aws:iam::111122223333:user/ann".into()],
            other_accounts: vec!["444455556666".into()],
            administrators_may_delete: false,
        };

        let policy = build(&account(), shape(false), &access).unwrap();

        assert_eq!(
            sids(&policy),
            [
                "Enable IAM User Permissions",
                "Allow access for Key Administrators",
                "Allow use of the key",
                "Allow attachment of persistent resources",
            ]
        );
        assert!(policy.as_str().contains("arn:aws:iam::444455556666:root"));
        assert!(!policy.as_str().contains("ScheduleKeyDeletion"));
    }

    #[test]
    fn administrators_delete_only_where_that_was_chosen() {
        let access = KeyAccess {
            administrators: vec!["arn:aws:iam::111122223333:user/ann".into()],
            administrators_may_delete: true,
            ..KeyAccess::default()
        };

        let policy = build(&account(), shape(true), &access).unwrap();

        assert!(policy.as_str().contains("kms:ScheduleKeyDeletion"));
        assert!(policy.as_str().contains("kms:ReplicateKey"));
    }

    #[test]
    fn a_bare_name_is_no_principal() {
        let access = KeyAccess {
            users: vec!["ann".into()],
            ..KeyAccess::default()
        };

        assert!(build(&account(), shape(false), &access).is_err());
    }

    #[test]
    fn a_policy_without_a_door_for_us_is_recognised() {
        let built = build(&account(), shape(false), &KeyAccess::default()).unwrap();
        let other = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:role/x"},"Action":"kms:*","Resource":"*"}]}"#;
        let other = parse_policy(other).unwrap();

        assert!(keeps_us_in(&built, &account(), None));
        assert!(!keeps_us_in(&other, &account(), None));
        assert!(keeps_us_in(
            &other,
            &account(),
            Some("arn:aws:iam::111122223333:role/x")
        ));
    }

    #[test]
    fn a_door_that_another_statement_closes_is_no_door() {
        let with = |statement: Value| {
            let all = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"});
            let text = json!({"Statement": [all, statement]}).to_string();
            keeps_us_in(&parse_policy(&text).unwrap(), &account(), None)
        };
        let deny = |more: Value| {
            let mut statement =
                json!({"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"});
            for (name, value) in more.as_object().unwrap() {
                statement[name] = value.clone();
            }
            with(statement)
        };

        assert!(!deny(json!({})));
        assert!(!deny(json!({"Action": "kms:Put*Policy"})));
        assert!(!deny(
            json!({"Action": Value::Null, "NotAction": "kms:Decrypt"})
        ));
        assert!(deny(json!({"Action": "kms:*foo"})));
        assert!(deny(json!({"Action": ["kms:ScheduleKeyDeletion"]})));
        assert!(deny(
            json!({"Principal": {"AWS": "arn:aws:iam::111122223333:role/x"}})
        ));
        assert!(deny(
            json!({"Condition": {"Bool": {"aws:SecureTransport": "false"}}})
        ));
    }

    #[test]
    fn an_action_pattern_matches_as_iam_does() {
        for (pattern, is_match) in [
            ("*", true),
            ("kms:*", true),
            ("kms:put*", true),
            ("kms:putkeypolic?", true),
            ("kms:*foo", false),
            ("kms:putkeypolicy?", false),
            ("s3:*", false),
        ] {
            assert_eq!(
                matches_pattern(pattern, POLICY_CHANGE),
                is_match,
                "{pattern}"
            );
        }
    }

    #[test]
    fn a_door_for_decrypting_only_is_no_door() {
        let text = r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"kms:Decrypt","Resource":"*"}]}"#;

        assert!(!keeps_us_in(&parse_policy(text).unwrap(), &account(), None));
    }
}
