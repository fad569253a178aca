//! "Key states of AWS KMS keys" (AWS KMS Developer Guide): every cell of the table.

use kms_sim::{HOUR, SimConfig};
use serde_json::{Value, json};

use crate::import::ecc;
use crate::support::{ACCOUNT, Aws, OTHER_REGION, Parameters, REGION, b64, calm};

/// Columns: Enabled, Disabled, pending deletion, PendingImport, Unavailable, Creating, Updating.
/// `ok` allowed, `D` DisabledException, `S` KMSInvalidStateException, `U`
/// UnsupportedOperationException, `-` not applicable. Operations of the same row share a line.
const TABLE: &str = "
EXT  CancelKeyDeletion                                       S  S  ok S  S  S  S
EXT  CreateAlias                                             ok ok S  ok ok ok ok
EXT  UpdateAlias                                             ok ok S  ok ok ok ok
EXT  DeleteAlias                                             ok ok ok ok ok ok ok
EXT  CreateGrant                                             ok D  S  S  ok S  ok
EXT  RetireGrant RevokeGrant ListGrants                      ok ok ok ok ok ok ok
EXT  Encrypt Decrypt GenerateDataKey                         ok D  S  S  S  S  ok
ECC  Sign Verify                                             ok D  S  S  -  S  ok
HMAC GenerateMac VerifyMac                                   ok D  S  S  -  S  ok
ECC  GetPublicKey                                            ok ok S  ok -  S  ok
EXT  GetParametersForImport                                  ok ok S  ok U  S  S
AWS  GetParametersForImport                                  U  U  U  -  U  S  S
EXT  ImportKeyMaterial                                       ok ok S  ok U  S  ok
AWS  ImportKeyMaterial                                       U  U  U  -  U  S  U
EXT  DeleteImportedKeyMaterial                               ok ok ok ok -  S  S
AWS  DeleteImportedKeyMaterial                               U  U  U  -  -  S  S
EXT  RotateKeyOnDemand                                       ok D  S  S  U  S  ok
EXT  ListKeyRotations                                        ok ok ok ok U  ok ok
EXT  EnableKeyRotation DisableKeyRotation                    U  D  S  U  U  S  U
AWS  EnableKeyRotation DisableKeyRotation                    ok D  S  -  U  S  ok
EXT  GetKeyRotationStatus                                    ok ok ok U  U  ok ok
EXT  EnableKey DisableKey                                    ok ok S  S  ok S  S
EXT  ScheduleKeyDeletion                                     ok ok S  ok ok ok S
EXT  ReplicateKey                                            ok D  S  S  -  S  S
EXT  UpdatePrimaryRegion                                     ok D  S  S  -  S  ok
EXT  TagResource UntagResource UpdateKeyDescription          ok ok S  ok ok ok ok
EXT  DescribeKey GetKeyPolicy PutKeyPolicy ListKeyPolicies   ok ok ok ok ok ok ok
EXT  ListResourceTags ListAliases                            ok ok ok ok ok ok ok
";

const STATES: [&str; 7] = [
    "Enabled",
    "Disabled",
    "PendingDeletion",
    "PendingImport",
    "Unavailable",
    "Creating",
    "Updating",
];

/// A key in a state, and what it takes to call every operation on it.
struct Scene {
    aws: Aws,
    key: String,
    grant: Value,
    parameters: Option<Parameters>,
    material: Vec<u8>,
    /// Something that Decrypt may be asked for.
    blob: Value,
}

fn material(kind: &str) -> Vec<u8> {
    match kind {
        "ECC" => ecc("ECC_NIST_P256"),
        _ => vec![1; 32],
    }
}

fn primary(aws: &Aws, kind: &str) -> String {
    let (spec, usage) = match kind {
        "ECC" => ("ECC_NIST_P256", "SIGN_VERIFY"),
        "HMAC" => ("HMAC_256", "GENERATE_VERIFY_MAC"),
        _ => ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT"),
    };
    let origin = if kind == "AWS" { "AWS_KMS" } else { "EXTERNAL" };
    aws.create(json!({
        "Origin": origin, "KeySpec": spec, "KeyUsage": usage, "MultiRegion": true,
    }))
}

fn id_of(arn: &str) -> String {
    arn.rsplit('/').next().expect("id").to_owned()
}

impl Scene {
    fn set(kind: &str, state: &str, operation: &str) -> Scene {
        let aws = Aws::with(SimConfig {
            transition: HOUR,
            ..calm()
        });
        let material = material(kind);
        if state == "Unavailable" {
            let hand = aws.sim.foreign_hand(ACCOUNT, REGION);
            let key = hand
                .plant_custom_store_key(false, aws.now.get())
                .expect("key");
            return Scene::with_helpers(aws, key, None, material);
        }
        let key = primary(&aws, kind);
        let mut parameters = None;
        if kind != "AWS" {
            aws.import(&key, &material, json!({}));
            let algorithm = "RSAES_OAEP_SHA_256";
            parameters = Some(aws.parameters(&key, algorithm, "RSA_3072"));
        }
        let mut scene = Scene::with_helpers(aws, key, parameters, material);
        scene.enter(kind, state, operation);
        scene
    }

    fn with_helpers(
        aws: Aws,
        key: String,
        parameters: Option<Parameters>,
        material: Vec<u8>,
    ) -> Scene {
        aws.kms(
            "CreateAlias",
            json!({ "AliasName": "alias/mine", "TargetKeyId": key }),
        );
        let input = json!({ "KeyId": key, "Plaintext": "aGk=" });
        let blob = match aws.try_kms("Encrypt", input) {
            Ok(output) => output["CiphertextBlob"].clone(),
            Err(_) => json!(b64(&made_up_blob(&key))),
        };
        let root = format!("arn:aws:iam::{ACCOUNT}:root");
        let grant = aws.kms(
            "CreateGrant",
            json!({ "KeyId": key, "GranteePrincipal": root, "Operations": ["DescribeKey"] }),
        );
        Scene {
            aws,
            key,
            grant,
            parameters,
            material,
            blob,
        }
    }

    fn replicate(&self) -> Aws {
        let input = json!({ "KeyId": self.key, "ReplicaRegion": OTHER_REGION });
        self.aws.kms("ReplicateKey", input);
        self.aws.at(OTHER_REGION)
    }

    fn enter(&mut self, kind: &str, state: &str, operation: &str) {
        let id = id_of(&self.key);
        match state {
            "Enabled" if operation == "UpdatePrimaryRegion" => {
                self.replicate();
                self.fill_replica(kind, &id);
            }
            "Enabled" if operation == "RotateKeyOnDemand" => self.plant_pending(),
            "Enabled" => {}
            "Disabled" => drop(self.aws.kms("DisableKey", json!({ "KeyId": id }))),
            "PendingDeletion" => drop(self.aws.kms("ScheduleKeyDeletion", json!({ "KeyId": id }))),
            "PendingImport" => {
                drop(
                    self.aws
                        .kms("DeleteImportedKeyMaterial", json!({ "KeyId": id })),
                );
            }
            "Creating" => {
                let elsewhere = self.replicate();
                self.move_to(elsewhere, &id);
            }
            "Updating" => {
                let elsewhere = self.replicate();
                self.fill_replica(kind, &id);
                if operation == "RotateKeyOnDemand" {
                    self.plant_pending();
                    let replica = self.aws.at(OTHER_REGION);
                    replica.import(&id, &[7; 32], json!({}));
                }
                if kind != "AWS" {
                    let token = elsewhere.parameters(&id, "RSAES_OAEP_SHA_256", "RSA_3072");
                    self.parameters = Some(token);
                }
                let input = json!({ "KeyId": id, "PrimaryRegion": OTHER_REGION });
                self.aws.kms("UpdatePrimaryRegion", input);
                let elsewhere = self.aws.at(OTHER_REGION);
                self.move_to(elsewhere, &id);
            }
            other => panic!("no such state: {other}"),
        }
        assert_eq!(self.aws.state(&self.key), state, "{operation}");
    }

    fn plant_pending(&self) {
        let hand = self.aws.sim.foreign_hand(ACCOUNT, REGION);
        let now = self.aws.now.get();
        hand.plant_material(&self.key, &[7; 32], now)
            .expect("material");
    }

    /// Waits until the replica is made, and fills it.
    fn fill_replica(&mut self, kind: &str, id: &str) {
        self.aws.advance(2 * HOUR);
        if kind != "AWS" {
            self.aws
                .at(OTHER_REGION)
                .import(id, &self.material, json!({}));
        }
    }

    /// Goes on in another Region, with helpers of that Region.
    fn move_to(&mut self, elsewhere: Aws, id: &str) {
        let arn = self.key.replace(REGION, OTHER_REGION);
        elsewhere.kms(
            "CreateAlias",
            json!({ "AliasName": "alias/mine", "TargetKeyId": id }),
        );
        let hand = elsewhere.sim.foreign_hand(ACCOUNT, OTHER_REGION);
        let root = format!("arn:aws:iam::{ACCOUNT}:root");
        let planted = hand.create_grant(&arn, &root, &["Verify"], elsewhere.now.get());
        // A key being created takes no grants; another Region's grant is as unknown there.
        if let Ok(planted) = planted {
            self.grant = json!({ "GrantId": planted });
        }
        self.key = arn;
        self.aws = elsewhere;
    }

    fn input(&self, operation: &str) -> Value {
        let mut input = json!({ "KeyId": self.key });
        let mut set = |name: &str, value: Value| input[name] = value;
        match operation {
            "CreateAlias" => {
                return json!({ "AliasName": "alias/new", "TargetKeyId": self.key });
            }
            "UpdateAlias" => {
                return json!({ "AliasName": "alias/mine", "TargetKeyId": self.key });
            }
            "DeleteAlias" => return json!({ "AliasName": "alias/mine" }),
            "CreateGrant" => {
                set(
                    "GranteePrincipal",
                    json!(format!("arn:aws:iam::{ACCOUNT}:root")),
                );
                set("Operations", json!(["DescribeKey"]));
            }
            "RetireGrant" | "RevokeGrant" => set("GrantId", self.grant["GrantId"].clone()),
            "Encrypt" => set("Plaintext", json!("aGk=")),
            "Decrypt" => set("CiphertextBlob", self.blob.clone()),
            "GenerateDataKey" => set("KeySpec", json!("AES_256")),
            "Sign" | "Verify" => {
                set("Message", json!("aGk="));
                set("Signature", json!("aGk="));
                set("SigningAlgorithm", json!("ECDSA_SHA_256"));
            }
            "GenerateMac" | "VerifyMac" => {
                set("Message", json!("aGk="));
                set("Mac", json!("aGk="));
                set("MacAlgorithm", json!("HMAC_SHA_256"));
            }
            "GetParametersForImport" => {
                set("WrappingAlgorithm", json!("RSAES_OAEP_SHA_256"));
                set("WrappingKeySpec", json!("RSA_3072"));
            }
            "ImportKeyMaterial" => match &self.parameters {
                Some(parameters) => {
                    return parameters.import_input(&self.key, &self.material, json!({}));
                }
                None => {
                    set("ImportToken", json!("AAAA"));
                    set("EncryptedKeyMaterial", json!("AAAA"));
                    set("ExpirationModel", json!("KEY_MATERIAL_DOES_NOT_EXPIRE"));
                }
            },
            "ReplicateKey" => set("ReplicaRegion", json!("us-east-1")),
            "UpdatePrimaryRegion" => {
                let to = if self.aws.region == REGION {
                    OTHER_REGION
                } else {
                    REGION
                };
                set("PrimaryRegion", json!(to));
            }
            "TagResource" => set("Tags", json!([{ "TagKey": "a", "TagValue": "b" }])),
            "UntagResource" => set("TagKeys", json!(["a"])),
            "UpdateKeyDescription" => set("Description", json!("x")),
            "PutKeyPolicy" => {
                let policy = self.aws.kms("GetKeyPolicy", json!({ "KeyId": self.key }));
                set("Policy", policy["Policy"].clone());
            }
            _ => {}
        }
        input
    }
}

/// A blob that names a key which cannot encrypt: what is in it comes after the key's state.
fn made_up_blob(key: &str) -> Vec<u8> {
    let mut blob = b"\x01SIM".to_vec();
    let name = format!("{ACCOUNT}/{}", id_of(key));
    blob.push(u8::try_from(name.len()).expect("short"));
    blob.extend(name.as_bytes());
    blob.extend([0; 32 + 12 + 16]);
    blob
}

/// What happened, in the letters of the table.
fn letter(scene: &Scene, operation: &str) -> String {
    match scene.aws.try_kms(operation, scene.input(operation)) {
        Ok(_) => "ok".to_owned(),
        Err(error) => match error.code().expect("an answer") {
            "DisabledException" => "D".to_owned(),
            "KMSInvalidStateException" => "S".to_owned(),
            "UnsupportedOperationException" => "U".to_owned(),
            // Not about the state: no such grant in another Region, a made-up signature.
            "NotFoundException" | "KMSInvalidSignatureException" | "KMSInvalidMacException" => {
                "ok".to_owned()
            }
            other => format!("{other}: {error}"),
        },
    }
}

#[test]
fn every_cell_of_the_state_table_holds() {
    let mut wrong = Vec::new();
    let mut cells = 0;
    for line in TABLE.lines().filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (kind, rest) = words.split_first().expect("kind");
        let (operations, wanted) = rest.split_at(rest.len() - STATES.len());
        for operation in operations {
            for (state, wanted) in STATES.iter().zip(wanted) {
                if *wanted == "-" {
                    continue;
                }
                cells += 1;
                let scene = Scene::set(kind, state, operation);
                let found = letter(&scene, operation);
                if found != *wanted {
                    wrong.push(format!(
                        "{kind} {operation} in {state}: {found}, not {wanted}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(cells, 287);
}

#[test]
fn moving_an_alias_away_from_a_key_in_pending_deletion_is_allowed() {
    let aws = Aws::new();
    let (old, new) = (aws.filled(1), aws.filled(2));
    aws.kms(
        "CreateAlias",
        json!({ "AliasName": "alias/a", "TargetKeyId": old }),
    );
    aws.kms("ScheduleKeyDeletion", json!({ "KeyId": old }));
    aws.kms(
        "UpdateAlias",
        json!({ "AliasName": "alias/a", "TargetKeyId": new }),
    );
    assert_eq!(aws.describe("alias/a")["Arn"], new);
}
