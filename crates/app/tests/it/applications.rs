//! Applications: what lets them in, what they may do, and that nobody else uses keys.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use keyferry_app::applications::{CreateApplication, NewApplicationKey};
use keyferry_app::groups::DEFAULT_NAME;
use keyferry_app::key_use::{Data, KmsData, Message, Proof, Wrapped, Wrapping};
use keyferry_app::keys::{CreateKey, UpdateKey};
use keyferry_app::rights::{BuiltInRole, RoleScope};
use keyferry_app::{Action, Actor, AppError, DEFAULT_GROUP};
use keyferry_domain::certificate_name::CertificateName;
use keyferry_domain::id::AssignmentId;
use keyferry_domain::key_operation::KeyOperation;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::records::{
    AccessPolicy, ApplicationRecords as _, AuditRecords as _, Batch, Change, Commits as _,
    CustomRole, Expect, KeyFilter, Page, RoleAssignment,
};
use keyferry_ports::secret::{SecretBytes, SecretText};
use keyferry_testkit::world::{World, beginning};
use uuid::Uuid;

use crate::scene::world;

pub(crate) const PLAIN: &[u8] = b"a text that nobody else may read";

pub(crate) fn code<T>(answer: Result<T, AppError>) -> &'static str {
    answer.err().map_or("ok", |error| error.code())
}

pub(crate) fn secret(bytes: &[u8]) -> SecretBytes {
    SecretBytes::new(bytes.into())
}

pub(crate) fn data(plain: &[u8]) -> Data {
    Data {
        plaintext: secret(plain),
        associated: Vec::new(),
        version: None,
    }
}

pub(crate) fn wrapped(bytes: &[u8]) -> Wrapped {
    Wrapped {
        bytes: bytes.to_vec(),
        associated: Vec::new(),
        version: None,
        wrapping: None,
    }
}

pub(crate) fn message(text: &[u8]) -> Message {
    Message {
        message: secret(text),
        algorithm: None,
        version: None,
    }
}

pub(crate) fn kms_data(bytes: &[u8], purpose: &str) -> KmsData {
    KmsData {
        bytes: secret(bytes),
        context: BTreeMap::from([("purpose".to_owned(), purpose.to_owned())]),
        region: None,
    }
}

pub(crate) fn any_key(name: &str) -> NewApplicationKey {
    NewApplicationKey {
        name: name.parse().unwrap(),
        actions: BTreeSet::new(),
        keys: Vec::new(),
        kms_keys: Vec::new(),
        expires_at: None,
    }
}

pub(crate) async fn make_key(world: &World, name: &str, spec: KeySpec) {
    let key = CreateKey::called(name.parse().unwrap(), spec);
    world.app.keys.create(&world.actor, key).await.unwrap();
}

/// An application without a role.
pub(crate) async fn application(world: &World, name: &str) {
    let command = CreateApplication {
        name: name.parse().unwrap(),
        description: String::new(),
        group: None,
    };
    let applications = &world.app.applications;
    applications.create(&world.actor, command).await.unwrap();
}

pub(crate) async fn let_in(world: &World, application: &str, key: NewApplicationKey) -> Actor {
    let applications = &world.app.applications;
    let issued = applications
        .create_key(&world.actor, application, key)
        .await;
    applications.by_key(&issued.unwrap().secret).await.unwrap()
}

/// The application `billing`, which may use the keys of the default group; the key `data`.
pub(crate) async fn billing(world: &World) -> Actor {
    make_key(world, "data", KeySpec::Aes256).await;
    application(world, "billing").await;
    give(
        world,
        BuiltInRole::KeyUser,
        "application/billing",
        Some(DEFAULT_NAME),
    )
    .await;
    let_in(world, "billing", any_key("production")).await
}

pub(crate) async fn give(world: &World, role: BuiltInRole, to: &str, group: Option<&str>) {
    let given = world
        .app
        .roles
        .give(&world.actor, role.as_str(), to, group)
        .await;
    given.unwrap();
}

pub(crate) async fn person(world: &World, name: &str) -> Actor {
    let users = &world.app.users;
    let made = users
        .create(&world.actor, name.parse().unwrap(), String::new(), None)
        .await
        .unwrap();
    Actor::person(made.user.id, made.user.name)
}

/// What each use of a key answers to somebody.
async fn uses(world: &World, actor: &Actor) -> Vec<&'static str> {
    let uses = &world.app.key_uses;
    let proof = Proof {
        message: message(PLAIN),
        proof: vec![0; 64],
    };
    let key = Wrapping {
        key: secret(PLAIN),
        wrapping: None,
        version: None,
    };
    vec![
        code(uses.encrypt(actor, "data", data(PLAIN)).await),
        code(uses.decrypt(actor, "data", wrapped(PLAIN)).await),
        code(uses.mac(actor, "data", message(PLAIN)).await),
        code(uses.sign(actor, "data", message(PLAIN)).await),
        code(uses.verify(actor, "data", proof).await),
        code(uses.wrap(actor, "data", key).await),
        code(uses.unwrap(actor, "data", wrapped(PLAIN)).await),
        code(uses.kms_encrypt(actor, "mail", kms_data(PLAIN, "a")).await),
        code(uses.kms_decrypt(actor, "mail", kms_data(PLAIN, "a")).await),
    ]
}

/// Lets everybody do everything, by a role of one's own for `holder` and by a policy for all.
async fn permit_everything(world: &World, holder: &Actor) {
    let Actor::User { id, .. } = holder else {
        panic!("{holder} is no person");
    };
    let name: keyferry_domain::name::Name = "everything".parse().unwrap();
    let role = CustomRole {
        name: name.clone(),
        description: String::new(),
        actions: Action::ALL.iter().map(|row| row.1.to_owned()).collect(),
        created_at: beginning(),
        revision: 1,
    };
    let given = RoleAssignment {
        id: AssignmentId::new(Uuid::from_u128(77)),
        holder: (*id).into(),
        role: name.clone(),
        group: Some(DEFAULT_GROUP),
        given_by: "user/ann".to_owned(),
        given_at: beginning(),
    };
    let policy = AccessPolicy {
        name,
        text: "permit(principal, action, resource);".to_owned(),
        created_at: beginning(),
        revision: 1,
    };
    let batch = Batch::new()
        .with(Change::PutCustomRole(role, Expect::New))
        .with(Change::InsertAssignment {
            row: given,
            excluded: Vec::new(),
        })
        .with(Change::PutAccessPolicy(policy, Expect::New));
    world.outside.records.commit(batch).await.unwrap();
}

#[tokio::test]
async fn a9_people_use_no_keys_whatever_role_or_policy_they_have() {
    let world = world().await;
    make_key(&world, "data", KeySpec::Aes256).await;
    world.create("mail", KeySpec::Aes256).await.unwrap();
    world.run().await;
    let refused = vec!["access.not-for-kind"; 9];
    let mut asked = vec![person(&world, "nobody").await];
    // Last first: once somebody watches over the installation, ann gives its roles no longer.
    for role in BuiltInRole::ALL.into_iter().rev() {
        let actor = person(&world, role.as_str()).await;
        let group = (role.scope() == RoleScope::Group).then_some(DEFAULT_NAME);
        let roles = &world.app.roles;
        let given = roles
            .give(&world.actor, role.as_str(), role.as_str(), group)
            .await;
        let expected = match role.is_for_applications() {
            true => "role.for-others",
            false => "ok",
        };
        assert_eq!(code(given), expected);
        asked.push(actor);
    }
    for actor in &asked {
        assert_eq!(uses(&world, actor).await, refused, "{actor}");
    }
    assert_eq!(uses(&world, &world.actor).await, refused);

    permit_everything(&world, &asked[0]).await;
    assert!(world.app.keys.show(&asked[0], "data").await.is_ok());
    for actor in &asked {
        assert_eq!(uses(&world, actor).await, refused, "{actor}");
    }
}

#[tokio::test]
async fn a9_applications_use_and_read_keys_and_manage_nothing() {
    let world = world().await;
    let billing = billing(&world).await;
    let bob = person(&world, "bob").await;
    permit_everything(&world, &bob).await;
    let app = &world.app;

    let made = app.key_uses.encrypt(&billing, "data", data(PLAIN)).await;
    let opened = app
        .key_uses
        .decrypt(&billing, "data", wrapped(&made.unwrap().bytes))
        .await;
    assert_eq!(opened.unwrap().plaintext.expose(), PLAIN);
    let page = Page::default();
    let seen = app.keys.list(&billing, &KeyFilter::default(), &page).await;
    assert!(
        seen.unwrap()
            .rows
            .iter()
            .any(|row| row.name.as_str() == "data")
    );
    assert!(app.keys.show(&billing, "data").await.is_ok());

    let new_key = CreateKey::called("own".parse().unwrap(), KeySpec::Aes256);
    let other = CreateApplication {
        name: "other".parse().unwrap(),
        description: String::new(),
        group: None,
    };
    let refused = [
        code(app.keys.create(&billing, new_key).await),
        code(
            app.keys
                .update(&billing, "data", UpdateKey::default())
                .await,
        ),
        code(app.keys.new_version(&billing, "data").await),
        code(app.applications.list(&billing).await),
        code(app.applications.create(&billing, other).await),
        code(app.applications.unlock(&billing, "billing").await),
        code(app.roles.list(&billing).await),
        code(app.roles.assignments(&billing).await),
        code(app.users.list(&billing).await),
        code(app.groups.list(&billing).await),
        code(app.connections.list(&billing).await),
        code(app.access.list_tokens(&billing).await),
    ];
    assert_eq!(refused, ["access.not-for-kind"; 12]);
    let role = BuiltInRole::Administrator;
    let given = app.roles.give(
        &world.actor,
        role.as_str(),
        "application/billing",
        Some(DEFAULT_NAME),
    );
    assert_eq!(code(given.await), "role.for-others");
}

#[tokio::test]
async fn a10_an_api_key_is_shown_once_and_only_its_hash_is_kept() {
    let world = world().await;
    application(&world, "billing").await;
    let applications = &world.app.applications;
    let issued = applications
        .create_key(&world.actor, "billing", any_key("production"))
        .await
        .unwrap();

    let text = issued.secret.expose();
    assert!(text.starts_with("kfa_") && text.len() == 68, "no API key");
    let rows = world.outside.records.debug_without_leaves();
    assert!(!rows.contains(text), "the API key is in a row");
    let found = applications.by_key(&issued.secret).await.unwrap();
    assert_eq!(found.to_string(), "application/billing");
    // Without a role it may do nothing.
    make_key(&world, "data", KeySpec::Aes256).await;
    let refused = world
        .app
        .key_uses
        .encrypt(&found, "data", data(PLAIN))
        .await;
    assert_eq!(code(refused), "access.denied");
}

#[tokio::test]
async fn a10_a_rotated_api_key_works_beside_the_new_one_for_a_while() {
    let world = world().await;
    billing(&world).await;
    let applications = &world.app.applications;
    let scoped = NewApplicationKey {
        keys: vec!["data".to_owned()],
        ..any_key("second")
    };
    let old = applications
        .create_key(&world.actor, "billing", scoped)
        .await;
    let old = old.unwrap();
    let overlap = Some(SignedDuration::from_hours(2));
    let new = applications
        .rotate_key(&world.actor, "billing", "second", overlap)
        .await
        .unwrap();

    assert_eq!(new.record.scope, old.record.scope);
    for key in [&old.secret, &new.secret] {
        let actor = applications.by_key(key).await.unwrap();
        let made = world
            .app
            .key_uses
            .encrypt(&actor, "data", data(PLAIN))
            .await;
        assert_eq!(code(made), "ok");
    }
    let id = old.record.id.to_string();
    let again = applications
        .rotate_key(&world.actor, "billing", &id, None)
        .await;
    assert_eq!(code(again), "application.key-over");
    world.outside.advance_minutes(121);
    assert_eq!(
        code(applications.by_key(&old.secret).await),
        "access.not-signed-in"
    );
    assert_eq!(code(applications.by_key(&new.secret).await), "ok");
    world.outside.advance_minutes(91 * 24 * 60);
    assert_eq!(
        code(applications.by_key(&new.secret).await),
        "access.not-signed-in"
    );
}

#[tokio::test]
async fn a10_what_ends_access_of_an_application_ends_it_at_once_also_for_requests_under_way() {
    let world = world().await;
    let by_key = billing(&world).await;
    let applications = &world.app.applications;
    let name: CertificateName = "dns:billing.example.com".parse().unwrap();
    let names = [name];
    let added = applications.add_certificate(&world.actor, "billing", names[0].clone());
    let certificate = added.await.unwrap();
    let by_certificate = applications.by_certificate(&names).await.unwrap();
    let uses = &world.app.key_uses;
    let use_it = async |actor: &Actor| code(uses.encrypt(actor, "data", data(PLAIN)).await);
    assert_eq!(use_it(&by_key).await, "ok");
    assert_eq!(use_it(&by_certificate).await, "ok");

    let revoked = applications.revoke_key(&world.actor, "billing", "production");
    revoked.await.unwrap();
    assert_eq!(use_it(&by_key).await, "access.ended");
    assert_eq!(use_it(&by_certificate).await, "ok");
    let id = certificate.id.to_string();
    let removed = applications.remove_certificate(&world.actor, "billing", &id);
    removed.await.unwrap();
    assert_eq!(use_it(&by_certificate).await, "access.ended");
    assert_eq!(
        code(applications.by_certificate(&names).await),
        "access.certificate-unknown"
    );

    let second = let_in(&world, "billing", any_key("second")).await;
    applications.lock(&world.actor, "billing").await.unwrap();
    assert_eq!(use_it(&second).await, "access.ended");
    applications.unlock(&world.actor, "billing").await.unwrap();
    assert_eq!(use_it(&second).await, "access.ended", "of another epoch");
    let third = let_in(&world, "billing", any_key("third")).await;
    assert_eq!(use_it(&third).await, "ok");
    let rows = world.app.roles.assignments(&world.actor).await.unwrap();
    let of_it = rows.iter().find(|row| row.row.role.as_str() == "key-user");
    let id = of_it.unwrap().row.id;
    world.app.roles.take(&world.actor, id).await.unwrap();
    assert_eq!(use_it(&third).await, "access.denied");
    applications.delete(&world.actor, "billing").await.unwrap();
    let records = &world.outside.records;
    assert_eq!(records.list_applications().await.unwrap(), []);
}

#[tokio::test]
async fn a10_an_application_ends_no_session_of_a_person() {
    let world = world().await;
    let billing = billing(&world).await;

    let cookie = SecretText::new("whatever somebody's browser sent");
    let ended = world.app.access.sign_out(&billing, &cookie).await;

    assert_eq!(code(ended), "access.not-for-kind");
}

#[tokio::test]
async fn a10_an_api_key_is_good_for_its_actions_and_keys_alone() {
    let world = world().await;
    billing(&world).await;
    make_key(&world, "other", KeySpec::Aes256).await;
    let command = NewApplicationKey {
        actions: BTreeSet::from(["key.encrypt".to_owned()]),
        keys: vec!["data".to_owned()],
        ..any_key("writer")
    };
    let writer = let_in(&world, "billing", command).await;
    let uses = &world.app.key_uses;

    let made = uses.encrypt(&writer, "data", data(PLAIN)).await.unwrap();
    let refused = uses.decrypt(&writer, "data", wrapped(&made.bytes)).await;
    assert_eq!(code(refused), "access.denied");
    let hidden = uses.encrypt(&writer, "other", data(PLAIN)).await;
    assert_eq!(code(hidden), "request.not-found");
    let page = Page::default();
    let filter = KeyFilter::default();
    let listed = world.app.keys.list(&writer, &filter, &page);
    assert_eq!(listed.await.unwrap().rows, []);
    let manages = NewApplicationKey {
        actions: BTreeSet::from(["key.destroy-version".to_owned()]),
        ..any_key("wrong")
    };
    let applications = &world.app.applications;
    let wrong = applications
        .create_key(&world.actor, "billing", manages)
        .await;
    assert_eq!(code(wrong), "request.invalid");
}

#[tokio::test]
async fn a10_a_certificate_stands_for_one_application() {
    let world = world().await;
    application(&world, "billing").await;
    application(&world, "shipping").await;
    let applications = &world.app.applications;
    let name = |text: &str| text.parse().unwrap();
    let add = async |application: &str, text: &str| {
        let added = applications.add_certificate(&world.actor, application, name(text));
        code(added.await)
    };

    assert_eq!(add("billing", "dns:Billing.example.com").await, "ok");
    let taken = add("shipping", "dns:billing.example.com").await;
    assert_eq!(taken, "application.certificate-taken");
    assert_eq!(add("shipping", "uri:spiffe://example.com/ship").await, "ok");
    let both = [
        name("dns:billing.example.com"),
        name("uri:spiffe://example.com/ship"),
    ];
    let of_both = applications.by_certificate(&both).await;
    assert_eq!(code(of_both), "access.certificate-ambiguous");
    let more = [name("dns:unknown.example.com"), both[0].clone()];
    let found = applications.by_certificate(&more).await.unwrap();
    assert_eq!(found.to_string(), "application/billing");
}

#[tokio::test]
async fn e18_permitted_operations_and_states_of_versions_decide_what_a_key_is_used_for() {
    let world = world().await;
    let billing = billing(&world).await;
    let (uses, keys) = (&world.app.key_uses, &world.app.keys);
    let first = uses.encrypt(&billing, "data", data(PLAIN)).await.unwrap();
    keys.new_version(&world.actor, "data").await.unwrap();
    let second = uses.encrypt(&billing, "data", data(PLAIN)).await.unwrap();
    assert_eq!((first.by.version.get(), second.by.version.get()), (1, 2));

    let one = VersionNumber::FIRST;
    let deactivated = keys.deactivate_version(&world.actor, "data", one).await;
    deactivated.unwrap();
    let by_one = Data {
        version: Some(one),
        ..data(PLAIN)
    };
    let refused = uses.encrypt(&billing, "data", by_one).await;
    assert_eq!(code(refused), "key.no-version");
    let opened = uses
        .decrypt(&billing, "data", wrapped(&first.bytes))
        .await
        .unwrap();
    assert_eq!(opened.plaintext.expose(), PLAIN);
    assert_eq!(opened.by.warning(), None);
    let compromised = keys.compromise_version(&world.actor, "data", one).await;
    compromised.unwrap();
    let opened = uses
        .decrypt(&billing, "data", wrapped(&first.bytes))
        .await
        .unwrap();
    assert!(opened.by.warning().unwrap().contains("compromised"));

    let command = UpdateKey {
        permitted: Some(BTreeSet::from([KeyOperation::Decrypt])),
        ..UpdateKey::default()
    };
    keys.update(&world.actor, "data", command).await.unwrap();
    let refused = uses.encrypt(&billing, "data", data(PLAIN)).await;
    assert_eq!(code(refused), "key.operation-not-permitted");
    assert_eq!(
        code(uses.decrypt(&billing, "data", wrapped(&second.bytes)).await),
        "ok"
    );
    assert_eq!(
        code(uses.mac(&billing, "data", message(PLAIN)).await),
        "key.operation-not-for-spec"
    );
}

#[tokio::test]
async fn k12_signatures_and_macs_are_made_and_checked() {
    let world = world().await;
    let billing = billing(&world).await;
    for (name, spec) in [("curve", KeySpec::EcP384), ("mac", KeySpec::Hmac512)] {
        make_key(&world, name, spec).await;
    }
    let uses = &world.app.key_uses;
    let signature = uses.sign(&billing, "curve", message(PLAIN)).await.unwrap();
    let mac = uses.mac(&billing, "mac", message(PLAIN)).await.unwrap();
    assert_eq!(
        (signature.by.algorithm.as_str(), mac.bytes.len()),
        ("ecdsa-sha-384", 64)
    );
    for (key, proof) in [("curve", signature.bytes), ("mac", mac.bytes)] {
        for (text, is_valid) in [(PLAIN, true), (b"another".as_slice(), false)] {
            let asked = Proof {
                message: message(text),
                proof: proof.clone(),
            };
            let checked = uses.verify(&billing, key, asked).await.unwrap();
            assert_eq!(checked.is_valid, is_valid, "{key}");
        }
    }
}

#[tokio::test]
async fn k12_material_of_the_vault_is_never_unwrapped_for_an_application() {
    let world = world().await;
    let billing = billing(&world).await;
    let uses = &world.app.key_uses;
    let own = [7; 32];
    let wrap = Wrapping {
        key: secret(&own),
        wrapping: None,
        version: None,
    };
    let blob = uses.wrap(&billing, "data", wrap).await.unwrap().bytes;
    let opened = uses.unwrap(&billing, "data", wrapped(&blob)).await.unwrap();
    assert_eq!(opened.plaintext.expose(), own);
    let sealed = uses
        .encrypt(&billing, "data", data(&own))
        .await
        .unwrap()
        .bytes;

    let brought = crate::key_import::file(&own);
    let brought = crate::key_import::import(&world, "brought", brought).await;
    brought.unwrap();

    assert_eq!(
        code(uses.unwrap(&billing, "data", wrapped(&blob)).await),
        "key.vault-material"
    );
    assert_eq!(
        code(uses.decrypt(&billing, "data", wrapped(&sealed)).await),
        "key.vault-material"
    );
}

#[tokio::test]
async fn k12_each_use_is_told_without_its_data() {
    let world = world().await;
    let billing = billing(&world).await;
    let uses = &world.app.key_uses;
    let made = uses.encrypt(&billing, "data", data(PLAIN)).await.unwrap();
    uses.decrypt(&billing, "data", wrapped(&made.bytes))
        .await
        .unwrap();
    let mut altered = made.bytes.clone();
    *altered.last_mut().unwrap() ^= 1;
    let refused = uses.decrypt(&billing, "data", wrapped(&altered)).await;
    assert_eq!(code(refused), "key.does-not-decrypt");
    let foreign = uses.decrypt(&billing, "data", wrapped(PLAIN)).await;
    assert_eq!(code(foreign), "key.other-ciphertext");

    let records = &world.outside.records;
    let leaves = records.list_leaves(0, 999).await.unwrap();
    let told: Vec<String> = leaves
        .into_iter()
        .filter(|row| row.leaf.actor == "application/billing")
        .map(|row| String::from_utf8(row.leaf.bytes).unwrap())
        .collect();
    assert_eq!(told.len(), 3, "{told:#?}");
    for (text, word) in told
        .iter()
        .zip(["key.encrypt", "key.decrypt", "key.decrypt"])
    {
        assert!(
            text.contains(word) && text.contains(r#""version":"1""#),
            "{text}"
        );
        assert!(
            text.contains("aes-256-gcm") && !text.contains("nobody else"),
            "{text}"
        );
    }
    assert!(told[2].contains("key.does-not-decrypt"), "{}", told[2]);
}

#[tokio::test]
async fn k12_a_kms_key_encrypts_through_keyferry_and_its_context_counts() {
    let world = world().await;
    let billing = billing(&world).await;
    world.create("mail", KeySpec::Aes256).await.unwrap();
    world.run().await;
    let uses = &world.app.key_uses;
    let made = uses
        .kms_encrypt(&billing, "mail", kms_data(PLAIN, "invoices"))
        .await
        .unwrap();
    let arn = world.arn("mail").await.to_string();
    let input = serde_json::json!({
        "KeyId": arn,
        "CiphertextBlob": base64(&made.ciphertext),
        "EncryptionContext": { "purpose": "invoices" },
    });
    assert_eq!(
        world.outside.aws("Decrypt", input)["Plaintext"],
        base64(PLAIN)
    );

    let back = uses.kms_decrypt(&billing, "mail", kms_data(&made.ciphertext, "invoices"));
    assert_eq!(back.await.unwrap().plaintext.expose(), PLAIN);
    let other = uses.kms_decrypt(&billing, "mail", kms_data(&made.ciphertext, "other"));
    let error = other.await.unwrap_err();
    assert!(matches!(error, AppError::Aws { .. }), "{error}");
    let too_long = uses
        .kms_encrypt(&billing, "mail", kms_data(&[0; 4097], "a"))
        .await;
    assert_eq!(code(too_long), "request.invalid");
    let records = &world.outside.records;
    let leaves = records.list_leaves(0, 999).await.unwrap();
    let told = leaves.iter().filter(|row| {
        row.leaf.action.starts_with("kms-key.") && row.leaf.actor == "application/billing"
    });
    assert_eq!(told.count(), 6, "one before and one after each request");
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
