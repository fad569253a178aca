//! Whole lives of keys, against the simulator over HTTP/2 and TLS: signatures, protocols and answers as AWS has them.

use std::collections::{BTreeMap, BTreeSet};

use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use jiff::SignedDuration;
use keyferry_domain::alias::AliasName;
use keyferry_domain::arn::KmsKeyArn;
use keyferry_domain::connection::{Identity, LinkSettings, RoleToAssume, TlsTrust};
use keyferry_domain::intent::{KeyShape, Origin};
use keyferry_domain::spec::{KeySpec, KeyUsage};
use keyferry_domain::tag::Tags;
use keyferry_domain::view::{Expiration, KeyState, MaterialState};
use keyferry_domain::wrapping::{WrappingAlgorithm, WrappingKeySpec};
use keyferry_ports::aws::{
    CallFailure, ImportType, KeyUse, KmsCall, MaterialUpload, NewKmsKey, Refusal, TrailQuery,
};
use keyferry_ports::policy::parse_policy;
use keyferry_ports::secret::SecretText;
use keyferry_ports::vault::EncryptedKeyMaterial;
use kms_sim::http::{Front, serve, tls_config};
use kms_sim::{Fault, RoleSpec, ScriptedFault, SimClock, SimConfig, Simulator};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::support::tls::Authority;
use crate::support::{ACCOUNT, Linked, region, settings};

const EVERYTHING: &str =
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

struct Sim {
    simulator: Simulator,
    clock: SimClock,
    authority: Authority,
    url: String,
    task: JoinHandle<()>,
}

impl Drop for Sim {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Sim {
    async fn start() -> Self {
        let simulator = Simulator::new(SimConfig {
            seed: 7,
            ..SimConfig::default()
        });
        simulator.create_account(ACCOUNT).unwrap();
        simulator
            .create_user(ACCOUNT, "keyferry", &[EVERYTHING])
            .unwrap();
        let clock = SimClock::system();
        let authority = Authority::new();
        let (chain, key) = authority.certify("127.0.0.1").for_rustls();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}", listener.local_addr().unwrap());
        let front = Front::new(simulator.clone(), clock.clone());
        let tls = tls_config(chain, key).unwrap();
        let task = tokio::spawn(async move { serve(front, listener, Some(tls)).await.unwrap() });
        Self {
            simulator,
            clock,
            authority,
            url,
            task,
        }
    }

    fn user(&self) -> Identity<SecretText> {
        let key = self
            .simulator
            .create_access_key(ACCOUNT, Some("keyferry"))
            .unwrap();
        Identity::AccessKey {
            access_key_id: key.id,
            secret_access_key: SecretText::new(key.secret),
        }
    }

    async fn linked_as(&self, identity: Identity<SecretText>) -> Linked {
        let tls = TlsTrust {
            ca_bundle: Some(self.authority.pem()),
            ..TlsTrust::default()
        };
        Linked::with(LinkSettings {
            identity,
            tls,
            ..settings(&self.url)
        })
        .await
    }

    /// Lets time pass, ours and AWS's: rotations and transitions of state take some.
    fn pass(&self, linked: &Linked, seconds: i64) {
        self.clock.advance(seconds * kms_sim::SECOND);
        linked.clock.advance(SignedDuration::from_secs(seconds));
    }

    async fn linked(&self) -> Linked {
        self.linked_as(self.user()).await
    }
}

fn new_key(spec: KeySpec, multi_region: bool) -> NewKmsKey {
    let usage = spec.usage_or_default(None).unwrap();
    let usage = if spec == KeySpec::EcP256 {
        KeyUsage::SignVerify
    } else {
        usage
    };
    NewKmsKey {
        shape: KeyShape {
            spec,
            usage,
            multi_region,
            origin: Origin::External,
        },
        description: "made by a test".to_owned(),
        policy: None,
        tags: Tags::from([("team".to_owned(), "blue".to_owned())]),
    }
}

async fn created(linked: &Linked, new: NewKmsKey) -> KmsKeyArn {
    linked
        .send(&KmsCall::CreateKey(new))
        .await
        .unwrap()
        .key
        .unwrap()
}

async fn upload(linked: &Linked, key: &KmsKeyArn, material: &[u8]) -> MaterialUpload {
    let (algorithm, spec) = (WrappingAlgorithm::RsaesOaepSha256, WrappingKeySpec::Rsa2048);
    let pair = linked
        .kms
        .import_parameters(key, algorithm, spec)
        .await
        .unwrap();
    let public = PublicEncryptingKey::from_der(&pair.public_key.0).unwrap();
    let public = OaepPublicEncryptingKey::new(public).unwrap();
    let mut wrapped = vec![0; public.ciphertext_size()];
    let wrapped = public
        .encrypt(&OAEP_SHA256_MGF1SHA256, material, &mut wrapped, None)
        .unwrap()
        .to_vec();
    MaterialUpload {
        key: key.clone(),
        token: pair.token,
        material: EncryptedKeyMaterial(wrapped),
        import_type: None,
        material_id: None,
        description: None,
        valid_to: None,
    }
}

#[tokio::test]
async fn a_symmetric_key_lives_from_creation_to_its_scheduled_deletion() {
    let sim = Sim::start().await;
    let linked = sim.linked().await;
    let kms = &linked.kms;
    let key = created(&linked, new_key(KeySpec::Aes256, false)).await;
    assert_eq!(
        kms.describe(&key).await.unwrap().unwrap().state,
        KeyState::PendingImport
    );

    let until = linked.now() + SignedDuration::from_hours(24 * 30);
    let until = jiff::Timestamp::from_millisecond(until.as_millisecond()).unwrap();
    let first = MaterialUpload {
        description: Some("first".to_owned()),
        valid_to: Some(until),
        ..upload(&linked, &key, &[1; 32]).await
    };
    let first = linked
        .send(&KmsCall::ImportKeyMaterial(first))
        .await
        .unwrap()
        .material
        .unwrap();
    let described = kms.describe(&key).await.unwrap().unwrap();
    assert_eq!(described.state, KeyState::Enabled);
    assert_eq!(described.current_material, Some(first.clone()));
    assert_eq!(kms.last_use(&key).await.unwrap().newest, None);
    assert_eq!(described.expiration, Expiration::At(until));

    let second = MaterialUpload {
        import_type: Some(ImportType::New),
        ..upload(&linked, &key, &[2; 32]).await
    };
    let second = linked
        .send(&KmsCall::ImportKeyMaterial(second))
        .await
        .unwrap()
        .material
        .unwrap();
    linked
        .send(&KmsCall::RotateKeyOnDemand(key.clone()))
        .await
        .unwrap();
    sim.pass(&linked, 60);
    let materials = kms.materials(&key).await.unwrap();
    let states: BTreeMap<_, _> = materials
        .iter()
        .map(|found| (found.id.clone(), (found.state, found.valid_to)))
        .collect();
    assert_eq!(states[&first], (MaterialState::NonCurrent, Some(until)));
    assert_eq!(states[&second], (MaterialState::Current, None));
    assert_eq!(kms.rotation(&key).await.unwrap().on_demand_used, 1);

    let sealed = kms
        .use_key(&key, &crate::support::encrypt(b"hello"))
        .await
        .unwrap();
    let opened = kms
        .use_key(
            &key,
            &KeyUse::Decrypt {
                ciphertext: sealed,
                context: std::collections::BTreeMap::new(),
            },
        )
        .await
        .unwrap();
    assert_eq!(opened, b"hello");
    let newest = kms.last_use(&key).await.unwrap().newest.unwrap();
    assert_eq!(newest.operation, "Decrypt");
    assert!(newest.at >= described.created_at);

    linked
        .send(&KmsCall::DisableKey(key.clone()))
        .await
        .unwrap();
    linked.send(&KmsCall::EnableKey(key.clone())).await.unwrap();
    let gone = KmsCall::DeleteImportedKeyMaterial(key.clone(), Some(first.clone()));
    linked.send(&gone).await.unwrap();
    let left = kms.materials(&key).await.unwrap();
    assert!(
        left.iter()
            .any(|found| found.id == first && !found.is_present)
    );
    assert_eq!(
        kms.describe(&key).await.unwrap().unwrap().state,
        KeyState::PendingImport
    );

    let answer = linked
        .send(&KmsCall::ScheduleKeyDeletion(key.clone(), 7))
        .await
        .unwrap();
    assert!(answer.deletion_date.unwrap() > linked.now() + SignedDuration::from_hours(24 * 6));
    linked
        .send(&KmsCall::CancelKeyDeletion(key.clone()))
        .await
        .unwrap();
    assert_eq!(kms.keys(None).await.unwrap(), (vec![key], None));
}

#[tokio::test]
async fn names_tags_policy_and_description_are_set_and_read_back() {
    let sim = Sim::start().await;
    let linked = sim.linked().await;
    let kms = &linked.kms;
    let key = created(&linked, new_key(KeySpec::Aes256, false)).await;
    let other = created(&linked, new_key(KeySpec::Aes256, false)).await;
    let alias: AliasName = "alias/app".parse().unwrap();

    linked
        .send(&KmsCall::CreateAlias(key.clone(), alias.clone()))
        .await
        .unwrap();
    assert_eq!(
        kms.alias_target(&alias).await.unwrap().as_deref(),
        Some(key.key_id())
    );
    assert_eq!(
        kms.aliases_of(&key).await.unwrap(),
        BTreeSet::from([alias.clone()])
    );
    linked
        .send(&KmsCall::UpdateAlias(other.clone(), alias.clone()))
        .await
        .unwrap();
    assert_eq!(
        kms.alias_target(&alias).await.unwrap().as_deref(),
        Some(other.key_id())
    );
    linked
        .send(&KmsCall::DeleteAlias(alias.clone()))
        .await
        .unwrap();
    assert_eq!(kms.alias_target(&alias).await.unwrap(), None);

    let more = Tags::from([("a".to_owned(), "b".to_owned())]);
    linked
        .send(&KmsCall::TagResource(key.clone(), more.clone()))
        .await
        .unwrap();
    linked
        .send(&KmsCall::UntagResource(
            key.clone(),
            vec!["team".to_owned()],
        ))
        .await
        .unwrap();
    assert_eq!(kms.tags(&key).await.unwrap(), more);

    let policy = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Sid":"root","Effect":"Allow",
           "Principal":{{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"kms:*","Resource":"*"}}]}}"#
    );
    let policy = parse_policy(&policy).unwrap();
    linked
        .send(&KmsCall::PutKeyPolicy(key.clone(), policy.clone()))
        .await
        .unwrap();
    assert_eq!(kms.policy(&key).await.unwrap(), policy);

    linked
        .send(&KmsCall::UpdateKeyDescription(
            key.clone(),
            "new".to_owned(),
        ))
        .await
        .unwrap();
    assert_eq!(
        kms.describe(&key).await.unwrap().unwrap().description,
        "new"
    );
    assert_eq!(kms.grants(&key).await.unwrap(), BTreeSet::new());
}

#[tokio::test]
async fn asymmetric_and_hmac_keys_show_what_they_hold() {
    let sim = Sim::start().await;
    let linked = sim.linked().await;
    let hmac = created(&linked, new_key(KeySpec::Hmac256, false)).await;
    let curve = created(&linked, new_key(KeySpec::EcP256, false)).await;
    let random = aws_lc_rs::rand::SystemRandom::new();
    let pair = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).unwrap();
    let own = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pair.as_ref()).unwrap();

    let material = upload(&linked, &hmac, &[9; 32]).await;
    linked
        .send(&KmsCall::ImportKeyMaterial(material))
        .await
        .unwrap();
    let material = upload(&linked, &curve, pair.as_ref()).await;
    linked
        .send(&KmsCall::ImportKeyMaterial(material))
        .await
        .unwrap();

    let algorithm = "HMAC_SHA_256".to_owned();
    let usage = KeyUse::GenerateMac {
        algorithm,
        message: b"m".to_vec(),
    };
    let ours = aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, &[9; 32]);
    let ours = aws_lc_rs::hmac::sign(&ours, b"m");
    assert_eq!(
        linked.kms.use_key(&hmac, &usage).await.unwrap(),
        ours.as_ref()
    );
    let public = linked.kms.public_key(&curve).await.unwrap();
    assert!(public.ends_with(own.public_key().as_ref()));
    let refused = linked.kms.materials(&curve).await.unwrap_err();
    assert!(
        matches!(
            &refused,
            CallFailure::Refused {
                refusal: Refusal::UnsupportedOperation,
                ..
            }
        ),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_replica_is_made_where_it_was_asked() {
    let sim = Sim::start().await;
    let linked = sim.linked().await;
    let key = created(&linked, new_key(KeySpec::Aes256, true)).await;
    let material = upload(&linked, &key, &[3; 32]).await;
    linked
        .send(&KmsCall::ImportKeyMaterial(material))
        .await
        .unwrap();
    let to = "eu-west-1".parse().unwrap();
    let replicate = KmsCall::ReplicateKey {
        key: key.clone(),
        to: "eu-west-1".parse().unwrap(),
        policy: None,
        tags: Tags::from([("a".to_owned(), "b".to_owned())]),
        description: "copy".to_owned(),
    };

    let replica = linked.send(&replicate).await.unwrap().key.unwrap();

    assert_eq!(replica, key.in_region(&to));
    let there = linked.account.kms(&to);
    let described = there.describe(&replica).await.unwrap().unwrap();
    assert_eq!(described.multi_region.unwrap().primary, *key.region());
    assert_eq!(
        there
            .tags(&replica)
            .await
            .unwrap()
            .get("a")
            .map(String::as_str),
        Some("b")
    );
}

#[tokio::test]
async fn a_creation_whose_reply_was_lost_is_unknown_and_happened_once() {
    let sim = Sim::start().await;
    let linked = sim.linked().await;
    sim.simulator
        .add_fault(ScriptedFault::next("CreateKey", Fault::LostReply));

    let failure = linked
        .send(&KmsCall::CreateKey(new_key(KeySpec::Aes256, false)))
        .await;

    assert!(
        matches!(failure, Err(CallFailure::Unknown { .. })),
        "{failure:?}"
    );
    assert_eq!(linked.kms.keys(None).await.unwrap().0.len(), 1);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_noticed_and_effects_follow_it() {
    let sim = Sim::start().await;
    sim.clock.advance(20 * kms_sim::MINUTE);
    let linked = sim.linked().await;

    linked.account.caller().await.unwrap();
    let skew = linked.account.skew();
    let new = KmsCall::CreateKey(new_key(KeySpec::Aes256, false));
    linked.kms.send(&new, linked.now() + skew).await.unwrap();

    assert!(
        (skew - SignedDuration::from_mins(20)).abs() < SignedDuration::from_secs(30),
        "{skew}"
    );
}

#[tokio::test]
async fn a_role_reaches_its_account_and_is_judged_by_its_own_policies() {
    let sim = Sim::start().await;
    let trust = format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":
           {{"AWS":"arn:aws:iam::{ACCOUNT}:root"}},"Action":"sts:AssumeRole",
           "Condition":{{"StringEquals":{{"sts:ExternalId":"ext-1"}}}}}}]}}"#
    );
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":
        ["kms:*","iam:*","account:*"],"Resource":"*"},{"Effect":"Deny","Action":"kms:Decrypt","Resource":"*"}]}"#;
    let role = RoleSpec {
        name: "byok",
        trust_policy: &trust,
        policies: &[policy],
        max_session_seconds: 3600,
    };
    sim.simulator.create_role(ACCOUNT, &role).unwrap();
    let assume = |external_id: Option<&str>| Identity::AssumeRole {
        role: RoleToAssume {
            role_arn: format!("arn:aws:iam::{ACCOUNT}:role/byok"),
            external_id: external_id.map(str::to_owned),
        },
        base: Box::new(sim.user()),
    };
    let stranger = sim.linked_as(assume(Some("ext-2"))).await;
    let linked = sim.linked_as(assume(Some("ext-1"))).await;

    let refused = stranger.account.caller().await;
    let caller = linked.account.caller().await.unwrap();
    let actions = ["kms:CreateKey", "kms:Decrypt"].map(str::to_owned);
    let allowed = linked
        .account
        .allowed(&caller, &region(), &actions)
        .await
        .unwrap();
    let principals = linked.account.principals().await.unwrap();
    let regions = linked.account.regions().await.unwrap();

    assert!(
        matches!(refused, Err(CallFailure::NotSent { .. })),
        "{refused:?}"
    );
    assert!(
        caller.arn.contains(":assumed-role/byok/keyferry-test"),
        "{}",
        caller.arn
    );
    let want = BTreeMap::from([
        ("kms:CreateKey".to_owned(), true),
        ("kms:Decrypt".to_owned(), false),
    ]);
    assert_eq!(allowed, want);
    assert_eq!(
        principals.users,
        [format!("arn:aws:iam::{ACCOUNT}:user/keyferry")]
    );
    assert_eq!(
        principals.roles,
        [format!("arn:aws:iam::{ACCOUNT}:role/byok")]
    );
    assert_eq!(regions.told_by, "account:ListRegions");
    assert!(
        regions
            .regions
            .iter()
            .any(|row| row.region.as_str() == "eu-central-1" && row.is_enabled)
    );
}

/// Whether each of three Regions is enabled, as the account says to who has these rights.
async fn regions_for(actions: &[&str]) -> Result<(&'static str, [Option<bool>; 3]), CallFailure> {
    let sim = Sim::start().await;
    sim.simulator
        .set_region_enabled(ACCOUNT, "eu-south-1", true)
        .unwrap();
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": actions, "Resource": "*" },
    ]});
    sim.simulator
        .create_user(ACCOUNT, "keyferry", &[&policy.to_string()])
        .unwrap();
    let found = sim.linked().await.account.regions().await?;
    let of = |code: &str| {
        let row = found.regions.iter().find(|row| row.region.as_str() == code);
        row.map(|row| row.is_enabled)
    };
    let three = ["eu-central-1", "eu-south-1", "af-south-1"].map(of);
    Ok((found.told_by, three))
}

#[tokio::test]
async fn regions_are_told_by_either_of_two_services_in_the_same_way() {
    let want = [Some(true), Some(true), Some(false)];

    let by_account = regions_for(&["account:ListRegions"]).await.unwrap();
    let by_ec2 = regions_for(&["ec2:DescribeRegions"]).await.unwrap();
    let by_nobody = regions_for(&["kms:ListKeys"]).await.unwrap_err();

    assert_eq!(by_account, ("account:ListRegions", want));
    assert_eq!(by_ec2, ("ec2:DescribeRegions", want));
    let CallFailure::Refused {
        operation, refusal, ..
    } = by_nobody
    else {
        panic!("{by_nobody:?}")
    };
    assert_eq!((operation, refusal), ("ListRegions", Refusal::AccessDenied));
}

#[tokio::test]
async fn rights_on_keys_aliases_and_oneself_are_found_where_policies_give_them() {
    let sim = Sim::start().await;
    let kms = format!("arn:aws:kms:*:{ACCOUNT}");
    let policy = serde_json::json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*" },
        { "Effect": "Allow", "Action": "kms:CreateKey", "Resource": "*",
          "Condition": { "StringEquals": { "kms:KeyOrigin": "EXTERNAL" } } },
        { "Effect": "Allow", "Action": "kms:EnableKey", "Resource": format!("{kms}:key/*") },
        { "Effect": "Allow", "Action": "kms:DeleteAlias", "Resource": format!("{kms}:alias/*") },
        { "Effect": "Allow", "Action": "iam:SimulatePrincipalPolicy",
          "Resource": format!("arn:aws:iam::{ACCOUNT}:user/${{aws:username}}") },
        { "Effect": "Deny", "Action": "kms:*", "Resource": "*",
          "Condition": { "StringNotEquals": { "aws:RequestedRegion": region().as_str() } } },
    ]});
    let user = (ACCOUNT, "least");
    sim.simulator
        .create_user(user.0, user.1, &[&policy.to_string()])
        .unwrap();
    let key = sim
        .simulator
        .create_access_key(user.0, Some(user.1))
        .unwrap();
    let linked = sim
        .linked_as(Identity::AccessKey {
            access_key_id: key.id,
            secret_access_key: SecretText::new(key.secret),
        })
        .await;
    let given = [
        "kms:ListKeys",
        "kms:CreateKey",
        "kms:EnableKey",
        "kms:DeleteAlias",
        "iam:SimulatePrincipalPolicy",
    ];
    let actions: Vec<String> = given
        .iter()
        .chain(&["kms:DisableKey", "iam:GetUser"])
        .map(|action| (*action).to_owned())
        .collect();

    let caller = linked.account.caller().await.unwrap();
    let verdicts = linked
        .account
        .allowed(&caller, &region(), &actions)
        .await
        .unwrap();

    for (action, is_allowed) in &verdicts {
        assert_eq!(*is_allowed, given.contains(&action.as_str()), "{action}");
    }
    assert_eq!(verdicts.len(), actions.len());
}

#[tokio::test]
async fn an_access_key_is_made_switched_off_and_removed() {
    let sim = Sim::start().await;
    let linked = sim.linked().await;
    let account = &linked.account;
    let old = account.access_keys().await.unwrap()[0]
        .access_key_id
        .clone();

    let new = account.create_access_key(linked.now()).await.unwrap();
    let renewed = sim
        .linked_as(Identity::AccessKey {
            access_key_id: new.access_key_id.clone(),
            secret_access_key: new.secret_access_key,
        })
        .await;
    renewed
        .account
        .deactivate_access_key(&old, renewed.now())
        .await
        .unwrap();
    let keys = renewed.account.access_keys().await.unwrap();
    let states: BTreeMap<_, _> = keys
        .iter()
        .map(|key| (key.access_key_id.as_str(), key.is_active))
        .collect();
    assert_eq!(
        states,
        BTreeMap::from([(old.as_str(), false), (new.access_key_id.as_str(), true)])
    );
    assert!(matches!(
        account.caller().await,
        Err(CallFailure::Refused { .. })
    ));
    renewed
        .account
        .delete_access_key(&old, renewed.now())
        .await
        .unwrap();
    assert_eq!(renewed.account.access_keys().await.unwrap().len(), 1);
}

#[tokio::test]
async fn cloudtrail_tells_who_changed_a_key_and_iam_who_exists() {
    let sim = Sim::start().await;
    let linked = sim.linked().await;
    let key = created(&linked, new_key(KeySpec::Aes256, false)).await;
    sim.simulator.create_user(ACCOUNT, "mallory", &[]).unwrap();
    let mallory = format!("arn:aws:iam::{ACCOUNT}:user/mallory");
    let hand = sim.simulator.foreign_hand(ACCOUNT, region().as_str());
    let hand = hand.signed_in_as("mallory");
    hand.schedule_deletion(&key.to_string(), 7, sim.clock.now())
        .unwrap();
    let about = TrailQuery::About(key.to_string());
    let now = linked.now();
    let hour = SignedDuration::from_hours(1);

    let account = &linked.account;
    let told = account
        .events(&region(), &about, now - hour, now + hour)
        .await;
    let before = account
        .events(&region(), &about, now - hour * 2, now - hour)
        .await;

    let told = told.unwrap();
    let newest = &told.events[0];
    assert_eq!(newest.name, "ScheduleKeyDeletion");
    assert_eq!(newest.principal.as_deref(), Some(mallory.as_str()));
    assert_eq!(newest.source_ip.as_deref(), Some("198.51.100.7"));
    assert_eq!(newest.resources, [key.to_string()]);
    assert_eq!(before.unwrap().events, []);
    assert!(account.principal_exists(&mallory).await.unwrap());
    sim.simulator.delete_user(ACCOUNT, "mallory").unwrap();
    assert!(!account.principal_exists(&mallory).await.unwrap());
    let role = format!("arn:aws:iam::{ACCOUNT}:role/nobody");
    assert!(!account.principal_exists(&role).await.unwrap());
}

#[tokio::test]
async fn without_the_rights_cloudtrail_and_iam_are_refused() {
    let sim = Sim::start().await;
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"kms:*","Resource":"*"}]}"#;
    sim.simulator
        .create_user(ACCOUNT, "keyferry", &[policy])
        .unwrap();
    let linked = sim.linked().await;
    let (now, hour) = (linked.now(), SignedDuration::from_hours(1));
    let disabled = TrailQuery::Named("DisableKey");

    let account = &linked.account;
    let events = account.events(&region(), &disabled, now - hour, now).await;
    let mallory = format!("arn:aws:iam::{ACCOUNT}:user/mallory");
    let exists = account.principal_exists(&mallory).await;

    for failure in [events.unwrap_err(), exists.unwrap_err()] {
        let CallFailure::Refused { refusal, .. } = failure else {
            panic!("{failure:?}")
        };
        assert_eq!(refusal, Refusal::AccessDenied);
    }
}
