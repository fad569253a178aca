//! A simulated AWS with a clock at hand, and wrapping as a customer does it.

use std::cell::Cell;
use std::rc::Rc;

use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrapPadded};
use aws_lc_rs::rsa::{
    OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kms_sim::{CallError, Caller, Micros, SECOND, Service, SimConfig, Simulator};
use serde_json::{Value, json};

pub(crate) const ACCOUNT: &str = "111122223333";
pub(crate) const OTHER_ACCOUNT: &str = "444455556666";
pub(crate) const REGION: &str = "eu-central-1";
pub(crate) const OTHER_REGION: &str = "eu-west-1";
pub(crate) const THIRD_REGION: &str = "us-east-1";

/// A simulator, its time, and a caller.
pub(crate) struct Aws {
    pub(crate) sim: Simulator,
    pub(crate) now: Rc<Cell<Micros>>,
    pub(crate) caller: Caller,
    pub(crate) region: String,
}

pub(crate) fn b64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

pub(crate) fn un64(value: &Value) -> Vec<u8> {
    STANDARD
        .decode(value.as_str().expect("text"))
        .expect("Base64")
}

pub(crate) fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// Calm, with changes that show at once.
pub(crate) fn calm() -> SimConfig {
    SimConfig {
        transition: 0,
        rotation: 0,
        deletion_lag_max: 0,
        ..SimConfig::default()
    }
}

impl Aws {
    pub(crate) fn new() -> Self {
        Self::with(calm())
    }

    pub(crate) fn with(config: SimConfig) -> Self {
        let now = Rc::new(Cell::new(config.start));
        let sim = Simulator::new(config);
        sim.create_account(ACCOUNT).expect("account");
        sim.create_account(OTHER_ACCOUNT).expect("account");
        Aws {
            sim,
            now,
            caller: Caller::root(ACCOUNT),
            region: REGION.to_owned(),
        }
    }

    /// The same AWS, somewhere else.
    pub(crate) fn at(&self, region: &str) -> Aws {
        Aws {
            sim: self.sim.clone(),
            now: self.now.clone(),
            caller: self.caller.clone(),
            region: region.to_owned(),
        }
    }

    /// The same AWS, called by somebody else.
    pub(crate) fn by(&self, caller: Caller) -> Aws {
        Aws {
            caller,
            ..self.at(&self.region)
        }
    }

    pub(crate) fn advance(&self, by: Micros) {
        self.now.set(self.now.get() + by);
    }

    pub(crate) fn now_seconds(&self) -> f64 {
        self.now.get() as f64 / SECOND as f64
    }

    pub(crate) fn try_kms(&self, operation: &str, input: Value) -> Result<Value, CallError> {
        self.sim
            .kms(&self.caller, &self.region, operation, input, self.now.get())
    }

    #[track_caller]
    pub(crate) fn kms(&self, operation: &str, input: Value) -> Value {
        match self.try_kms(operation, input) {
            Ok(output) => output,
            Err(error) => panic!("{operation} was refused: {error}"),
        }
    }

    /// The code with which the call is refused.
    #[track_caller]
    pub(crate) fn refused(&self, operation: &str, input: Value) -> String {
        match self.try_kms(operation, input) {
            Err(CallError::Refused(error)) => error.code.to_owned(),
            other => panic!("{operation} was not refused: {other:?}"),
        }
    }

    pub(crate) fn try_service(
        &self,
        service: Service,
        operation: &str,
        input: Value,
    ) -> Result<Value, CallError> {
        let now = self.now.get();
        self.sim
            .service(service, &self.caller, &self.region, operation, input, now)
    }

    #[track_caller]
    pub(crate) fn service(&self, service: Service, operation: &str, input: Value) -> Value {
        match self.try_service(service, operation, input) {
            Ok(output) => output,
            Err(error) => panic!("{operation} was refused: {error}"),
        }
    }

    #[track_caller]
    pub(crate) fn service_refused(
        &self,
        service: Service,
        operation: &str,
        input: Value,
    ) -> String {
        match self.try_service(service, operation, input) {
            Err(CallError::Refused(error)) => error.code.to_owned(),
            other => panic!("{operation} was not refused: {other:?}"),
        }
    }

    /// A new key; answers its ARN.
    #[track_caller]
    pub(crate) fn create(&self, input: Value) -> String {
        text(&self.kms("CreateKey", input)["KeyMetadata"]["Arn"])
    }

    /// A new symmetric key without material.
    #[track_caller]
    pub(crate) fn external(&self) -> String {
        self.create(json!({ "Origin": "EXTERNAL" }))
    }

    #[track_caller]
    pub(crate) fn external_of(&self, spec: &str, usage: &str) -> String {
        self.create(json!({ "Origin": "EXTERNAL", "KeySpec": spec, "KeyUsage": usage }))
    }

    #[track_caller]
    pub(crate) fn parameters(&self, key: &str, algorithm: &str, spec: &str) -> Parameters {
        let output = self.kms(
            "GetParametersForImport",
            json!({ "KeyId": key, "WrappingAlgorithm": algorithm, "WrappingKeySpec": spec }),
        );
        Parameters {
            token: text(&output["ImportToken"]),
            public_key: un64(&output["PublicKey"]),
            algorithm: algorithm.to_owned(),
        }
    }

    /// An import that does not expire; `extra` adds to its input or replaces parts of it.
    pub(crate) fn try_import(
        &self,
        key: &str,
        bytes: &[u8],
        extra: Value,
    ) -> Result<Value, CallError> {
        let algorithm = if bytes.len() > 128 {
            "RSA_AES_KEY_WRAP_SHA_256"
        } else {
            "RSAES_OAEP_SHA_256"
        };
        let parameters = self.parameters(key, algorithm, "RSA_2048");
        self.try_kms(
            "ImportKeyMaterial",
            parameters.import_input(key, bytes, extra),
        )
    }

    #[track_caller]
    pub(crate) fn import(&self, key: &str, bytes: &[u8], extra: Value) -> Value {
        match self.try_import(key, bytes, extra) {
            Ok(output) => output,
            Err(error) => panic!("the import was refused: {error}"),
        }
    }

    #[track_caller]
    pub(crate) fn import_refused(&self, key: &str, bytes: &[u8], extra: Value) -> String {
        match self.try_import(key, bytes, extra) {
            Err(CallError::Refused(error)) => error.code.to_owned(),
            other => panic!("the import was not refused: {other:?}"),
        }
    }

    /// A symmetric key with 32 bytes of `byte` in it.
    #[track_caller]
    pub(crate) fn filled(&self, byte: u8) -> String {
        let key = self.external();
        self.import(&key, &[byte; 32], json!({}));
        key
    }

    #[track_caller]
    pub(crate) fn describe(&self, key: &str) -> Value {
        self.kms("DescribeKey", json!({ "KeyId": key }))["KeyMetadata"].clone()
    }

    #[track_caller]
    pub(crate) fn state(&self, key: &str) -> String {
        text(&self.describe(key)["KeyState"])
    }

    /// All materials of a key.
    #[track_caller]
    pub(crate) fn materials(&self, key: &str) -> Vec<Value> {
        let input = json!({ "KeyId": key, "IncludeKeyMaterial": "ALL_KEY_MATERIAL" });
        self.kms("ListKeyRotations", input)["Rotations"]
            .as_array()
            .expect("list")
            .clone()
    }
}

/// What GetParametersForImport answered.
pub(crate) struct Parameters {
    pub(crate) token: String,
    pub(crate) public_key: Vec<u8>,
    pub(crate) algorithm: String,
}

impl Parameters {
    pub(crate) fn wrap(&self, bytes: &[u8]) -> Vec<u8> {
        let oaep = if self.algorithm.ends_with("SHA_1") {
            &OAEP_SHA1_MGF1SHA1
        } else {
            &OAEP_SHA256_MGF1SHA256
        };
        let public = PublicEncryptingKey::from_der(&self.public_key).expect("public key");
        let key = OaepPublicEncryptingKey::new(public).expect("key");
        let seal = |plain: &[u8]| {
            let mut output = vec![0; key.ciphertext_size()];
            key.encrypt(oaep, plain, &mut output, None)
                .expect("OAEP")
                .to_vec()
        };
        if !self.algorithm.starts_with("RSA_AES") {
            return seal(bytes);
        }
        let mut kek = [0; 32];
        aws_lc_rs::rand::fill(&mut kek).expect("random");
        let mut blob = seal(&kek);
        let mut output = vec![0; bytes.len() + 15];
        let wrapped = AesKek::new(&AES_256, &kek)
            .expect("KEK")
            .wrap_with_padding(bytes, &mut output)
            .expect("KWP")
            .to_vec();
        blob.extend(wrapped);
        blob
    }

    pub(crate) fn import_input(&self, key: &str, bytes: &[u8], extra: Value) -> Value {
        let mut input = json!({
            "KeyId": key,
            "ImportToken": self.token,
            "EncryptedKeyMaterial": b64(&self.wrap(bytes)),
            "ExpirationModel": "KEY_MATERIAL_DOES_NOT_EXPIRE",
        });
        for (name, value) in extra.as_object().into_iter().flatten() {
            input[name] = value.clone();
        }
        input
    }
}
