//! Key files as OpenSSL writes them: what becomes of them in the vault, and which are refused by name.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use keyferry_domain::id::{GroupId, KeyId};
use keyferry_domain::key_file::{BadKeyFile, KEY_FILE_BYTES_MAX, KeyFileFormat, KeyFileWrapping};
use keyferry_domain::material::VersionIdentity;
use keyferry_domain::spec::KeySpec;
use keyferry_domain::version::VersionNumber;
use keyferry_ports::durable::{Durable, attest};
use keyferry_ports::secret::SecretBytes;
use keyferry_ports::vault::{ImportInto, ImportedMaterial, KeyFile, Vault, VaultError};
use keyferry_vault::SoftwareVault;
use proptest::prelude::*;
use tokio::runtime::Runtime;
use uuid::Uuid;

use crate::openssl::{
    key_wrap_padded, oaep_decrypt, oaep_encrypt, openssl, rsa_aes_unwrap, rsa_pair,
};
use crate::support::{Shelf, identity, open_vault};

use KeyFileFormat::{Auto, Base64, Hex, Pem, Raw};

/// One vault for all tests, and a runtime of one thread to drive it.
static VAULT: LazyLock<(Runtime, SoftwareVault)> = LazyLock::new(|| {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    let (vault, _) = runtime.block_on(open_vault());
    (runtime, vault)
});

/// A private key in every form in which OpenSSL writes it.
struct Forms {
    spec: KeySpec,
    pkcs8: Vec<u8>,
    public: Vec<u8>,
    /// PKCS#8 DER and PEM, and the older form of RSA and ECC keys.
    all: Vec<(&'static str, Vec<u8>)>,
}

static KEYS: LazyLock<Vec<Forms>> = LazyLock::new(|| {
    let rsa = |bits: &str| {
        vec![
            "-algorithm".into(),
            "RSA".into(),
            "-pkeyopt".into(),
            format!("rsa_keygen_bits:{bits}"),
        ]
    };
    let ec = |curve: &str| {
        vec![
            "-algorithm".into(),
            "EC".into(),
            "-pkeyopt".into(),
            format!("ec_paramgen_curve:{curve}"),
        ]
    };
    [
        (KeySpec::Rsa2048, rsa("2048")),
        (KeySpec::Rsa3072, rsa("3072")),
        (KeySpec::Rsa4096, rsa("4096")),
        (KeySpec::EcP256, ec("P-256")),
        (KeySpec::EcP384, ec("P-384")),
        (KeySpec::EcP521, ec("P-521")),
        (KeySpec::EcSecp256k1, ec("secp256k1")),
        (
            KeySpec::Ed25519,
            vec!["-algorithm".into(), "ED25519".into()],
        ),
    ]
    .into_iter()
    .map(|(spec, options)| forms(spec, &options))
    .collect()
});

fn genpkey(options: &[String]) -> Vec<u8> {
    let mut arguments = vec!["genpkey", "-quiet", "-outform", "DER"];
    arguments.extend(options.iter().map(String::as_str));
    let key = openssl(&arguments, &[]);
    openssl(
        &[
            "pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-in", "@k", "-outform", "DER",
        ],
        &[("k", &key)],
    )
}

fn convert(arguments: &[&str], der: &[u8]) -> Vec<u8> {
    let head = ["pkey", "-inform", "DER", "-in", "@k"];
    openssl(&[&head, arguments].concat(), &[("k", der)])
}

fn forms(spec: KeySpec, options: &[String]) -> Forms {
    let pkcs8 = genpkey(options);
    let mut all = vec![
        ("PKCS#8 DER", pkcs8.clone()),
        (
            "PKCS#8 PEM",
            openssl(
                &["pkcs8", "-topk8", "-nocrypt", "-inform", "DER", "-in", "@k"],
                &[("k", &pkcs8)],
            ),
        ),
    ];
    if spec != KeySpec::Ed25519 {
        let traditional = ["-traditional"];
        all.push(("traditional PEM", convert(&traditional, &pkcs8)));
        all.push((
            "traditional DER",
            convert(&["-traditional", "-outform", "DER"], &pkcs8),
        ));
    }
    Forms {
        spec,
        public: convert(&["-pubout", "-outform", "DER"], &pkcs8),
        pkcs8,
        all,
    }
}

fn key_of(spec: KeySpec) -> &'static Forms {
    KEYS.iter().find(|key| key.spec == spec).unwrap()
}

fn into(spec: Option<KeySpec>) -> ImportInto {
    ImportInto {
        group: GroupId::new(Uuid::from_u128(0x11)),
        key: KeyId::new(Uuid::from_u128(0x22)),
        version: VersionNumber::FIRST,
        spec,
    }
}

fn file(bytes: &[u8], format: KeyFileFormat) -> KeyFile {
    KeyFile {
        bytes: SecretBytes::new(bytes.into()),
        format,
        wrapped: None,
    }
}

fn import(
    bytes: &[u8],
    format: KeyFileFormat,
    spec: Option<KeySpec>,
) -> Result<ImportedMaterial, VaultError> {
    let (runtime, vault) = &*VAULT;
    runtime.block_on(vault.import(into(spec), file(bytes, format)))
}

fn refused(bytes: &[u8], format: KeyFileFormat, spec: Option<KeySpec>) -> BadKeyFile {
    match import(bytes, format, spec) {
        Err(VaultError::KeyFile(bad)) => bad,
        other => panic!("{other:?}"),
    }
}

/// The material that was stored, by its fingerprint.
fn print_of(bytes: &[u8], format: KeyFileFormat, spec: Option<KeySpec>) -> (KeySpec, String) {
    let imported = import(bytes, format, spec).unwrap();
    (imported.spec, imported.material.fingerprint.to_string())
}

#[test]
fn e16_a_private_key_is_the_same_key_in_whatever_form_it_comes() {
    for key in &*KEYS {
        let first = import(&key.pkcs8, Raw, None).unwrap();
        assert_eq!(first.spec, key.spec);
        assert_eq!(first.material.public_key.as_deref(), Some(&*key.public));
        for (name, bytes) in &key.all {
            let text = [hex::encode(bytes), STANDARD.encode(bytes)];
            let mut written = vec![(bytes.clone(), Auto)];
            if name.ends_with("PEM") {
                written.push((bytes.clone(), Pem));
            } else {
                written.push((bytes.clone(), Raw));
                written.push((text[0].clone().into_bytes(), Hex));
                written.push((format!("{}\n", text[0]).into_bytes(), Auto));
                written.push((text[1].clone().into_bytes(), Base64));
                written.push((format!("{}\r\n", text[1]).into_bytes(), Auto));
            }
            for (bytes, format) in written {
                for spec in [None, Some(key.spec)] {
                    let again = import(&bytes, format, spec).unwrap();
                    let case = format!("{} {name} {format:?}", key.spec);
                    assert_eq!(again.spec, key.spec, "{case}");
                    assert_eq!(
                        again.material.public_key, first.material.public_key,
                        "{case}"
                    );
                    assert_eq!(
                        again.material.fingerprint, first.material.fingerprint,
                        "{case}"
                    );
                }
            }
        }
    }
}

#[test]
fn e16_symmetric_material_comes_raw_in_hex_and_in_base64() {
    for (spec, length, found) in [
        (KeySpec::Aes256, 32, KeySpec::Aes256),
        (KeySpec::Hmac224, 28, KeySpec::Hmac224),
        (KeySpec::Hmac256, 32, KeySpec::Aes256),
        (KeySpec::Hmac384, 48, KeySpec::Hmac384),
        (KeySpec::Hmac512, 64, KeySpec::Hmac512),
    ] {
        let bytes = openssl(&["rand", &length.to_string()], &[]);
        let (_, print) = print_of(&bytes, Raw, Some(spec));
        for (bytes, format) in [
            (bytes.clone(), Auto),
            (hex::encode_upper(&bytes).into_bytes(), Hex),
            (format!("{}\n", hex::encode(&bytes)).into_bytes(), Auto),
            (STANDARD.encode(&bytes).into_bytes(), Base64),
            (format!("{}\n", STANDARD.encode(&bytes)).into_bytes(), Auto),
        ] {
            assert_eq!(print_of(&bytes, format, Some(spec)), (spec, print.clone()));
            assert_eq!(print_of(&bytes, format, None), (found, print.clone()));
        }
    }
}

#[test]
fn an_imported_key_opens_as_what_it_became_and_what_was_generated_comes_back_the_same() {
    let (runtime, vault) = &*VAULT;
    for key in &*KEYS {
        let made = import(&key.pkcs8, Raw, None).unwrap().material;
        let identity = identity(key.spec, 1);
        runtime
            .block_on(vault.check(&identity, &made.sealed, &made.fingerprint))
            .unwrap();
    }
}

#[test]
fn a_sec1_key_without_the_name_of_its_curve_wants_the_spec_where_it_fits_two() {
    // ECPrivateKey with version and 32 bytes alone.
    let bare = [&[0x30, 0x25, 2, 1, 1, 4, 0x20][..], &[0x11; 32]].concat();

    assert_eq!(refused(&bare, Raw, None), BadKeyFile::CurveNotNamed);
    for spec in [KeySpec::EcP256, KeySpec::EcSecp256k1] {
        assert_eq!(print_of(&bare, Raw, Some(spec)).0, spec);
    }
    assert_ne!(
        print_of(&bare, Raw, Some(KeySpec::EcP256)).1,
        print_of(&bare, Raw, Some(KeySpec::EcSecp256k1)).1
    );
}

#[test]
fn a_key_of_another_spec_is_refused_with_both_names() {
    for key in &*KEYS {
        for wanted in KeySpec::all().filter(|spec| spec.is_asymmetric() && *spec != key.spec) {
            let found = key.spec;
            assert_eq!(
                refused(&key.pkcs8, Raw, Some(wanted)),
                BadKeyFile::OtherSpec { found, wanted }
            );
        }
        let aes = refused(&key.pkcs8, Raw, Some(KeySpec::Aes256));
        assert!(matches!(aes, BadKeyFile::WrongLength { .. }), "{aes:?}");
        let aes = refused(&key.all[1].1, Auto, Some(KeySpec::Aes256));
        assert!(matches!(aes, BadKeyFile::NoKey { .. }), "{aes:?}");
    }
}

#[test]
fn kinds_and_sizes_that_aws_does_not_take_are_refused_by_name() {
    let unknown = |options: &[&str]| {
        let options: Vec<String> = options.iter().map(|one| (*one).to_owned()).collect();
        refused(&genpkey(&options), Raw, None)
    };
    let rsa = |bits: &str| {
        unknown(&[
            "-algorithm",
            "RSA",
            "-pkeyopt",
            &format!("rsa_keygen_bits:{bits}"),
        ])
    };

    for (bits, words) in [
        ("1024", "an RSA key of less than 2048 bits"),
        ("2056", "an RSA key of 2056 bits"),
    ] {
        assert_eq!(
            rsa(bits),
            BadKeyFile::UnknownKind {
                found: words.to_owned()
            }
        );
    }
    for options in [
        &[
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:brainpoolP256r1",
        ][..],
        &["-algorithm", "X25519"],
        &["-algorithm", "ED448"],
    ] {
        let bad = unknown(options);
        assert!(matches!(bad, BadKeyFile::NoKey { .. }), "{bad:?}");
    }
}

#[test]
fn encrypted_keys_are_refused_as_such_in_every_form() {
    let der = &key_of(KeySpec::EcP256).pkcs8;
    let rsa = &key_of(KeySpec::Rsa2048).pkcs8;
    let pass = ["-passout", "pass:words"];
    let pkcs8 = |more: &[&str]| {
        let head = ["pkcs8", "-topk8", "-inform", "DER", "-in", "@k"];
        openssl(&[&head, &pass[..], more].concat(), &[("k", der)])
    };
    let old = [
        "rsa",
        "-inform",
        "DER",
        "-in",
        "@k",
        "-traditional",
        "-aes256",
    ];
    for bytes in [
        pkcs8(&[]),
        pkcs8(&["-outform", "DER"]),
        pkcs8(&["-outform", "DER", "-v1", "PBE-SHA1-3DES"]),
        openssl(&[&old[..], &pass].concat(), &[("k", rsa)]),
    ] {
        assert_eq!(refused(&bytes, Auto, None), BadKeyFile::Encrypted);
    }
}

#[test]
fn two_keys_and_what_follows_a_key_are_refused() {
    let key = key_of(KeySpec::EcP384);
    let (der, pem) = (&key.pkcs8, &key.all[1].1);

    assert_eq!(
        refused(&[pem.as_slice(), pem].concat(), Auto, None),
        BadKeyFile::SeveralKeys { count: 2 }
    );
    for (more, count) in [(&b"\n"[..], 1), (der.as_slice(), der.len())] {
        for spec in [None, Some(KeySpec::EcP384)] {
            assert_eq!(
                refused(&[der, more].concat(), Raw, spec),
                BadKeyFile::TrailingBytes { count }
            );
        }
    }
    let in_pem = pem_of("PRIVATE KEY", &[der.as_slice(), &[0]].concat());
    assert_eq!(
        refused(in_pem.as_bytes(), Auto, None),
        BadKeyFile::TrailingBytes { count: 1 }
    );
}

fn pem_of(label: &str, der: &[u8]) -> String {
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        STANDARD.encode(der)
    )
}

#[test]
fn comments_parameters_and_certificates_beside_the_key_do_no_harm() {
    let key = key_of(KeySpec::EcP256);
    let with = [
        "Bag Attributes\n    friendlyName: x\n",
        &pem_of("EC PARAMETERS", &[6, 1, 1]),
        &pem_of("CERTIFICATE", b"any"),
        str::from_utf8(&key.all[2].1).unwrap(),
        "\ntrailing words\n",
    ]
    .concat();

    assert_eq!(
        print_of(with.as_bytes(), Auto, None),
        print_of(&key.pkcs8, Raw, None)
    );
}

#[test]
fn files_that_hold_no_private_key_are_refused_by_what_they_are() {
    let key = key_of(KeySpec::EcP256);
    let public = convert(&["-pubout"], &key.pkcs8);
    assert_eq!(
        refused(&public, Auto, None),
        BadKeyFile::NotPrivate {
            found: "public key"
        }
    );
    let certificate = pem_of("CERTIFICATE", b"any");
    assert_eq!(
        refused(certificate.as_bytes(), Pem, None),
        BadKeyFile::NotPrivate {
            found: "certificate"
        }
    );
    for (bytes, format) in [
        (&b""[..], Pem),
        (b"no block at all", Pem),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n", Auto),
        (
            b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n",
            Auto,
        ),
        (
            b"-----BEGIN PRIVATE KEY-----\n****\n-----END PRIVATE KEY-----\n",
            Auto,
        ),
        (b"not base64!", Base64),
        (b"not base64!", Auto),
        (b"abc", Hex),
    ] {
        let bad = refused(bytes, format, None);
        assert!(matches!(bad, BadKeyFile::Encoding { .. }), "{bad:?}");
    }
    assert!(matches!(
        refused(pem_of("OPENSSH PRIVATE KEY", b"x").as_bytes(), Auto, None),
        BadKeyFile::NoKey { .. }
    ));
    for length in [0, 1, 16, 24, 27, 29, 31, 33, 47, 63, 65, 100] {
        let bad = refused(&vec![0xee; length], Auto, None);
        assert!(
            matches!(bad, BadKeyFile::WrongLength { .. }),
            "{length} {bad:?}"
        );
    }
    for length in [0, 31, 33] {
        let bad = refused(&vec![0xee; length], Raw, Some(KeySpec::Hmac256));
        let expected = "the 32 bytes of a key of spec HMAC-256".to_owned();
        assert_eq!(bad, BadKeyFile::WrongLength { length, expected });
    }
    assert_eq!(
        refused(&vec![0x41; KEY_FILE_BYTES_MAX + 1], Auto, None),
        BadKeyFile::TooLarge
    );
}

/// Imports a file as version 1 of some key, and proves it durable.
fn stored(spec: KeySpec, bytes: &[u8]) -> Durable {
    let (runtime, vault) = &*VAULT;
    let made = import(bytes, Raw, Some(spec)).unwrap().material;
    let identity = identity(spec, 1);
    let shelf = Shelf::default();
    shelf.put(&identity, made);
    runtime.block_on(attest(&shelf, vault, &identity)).unwrap()
}

fn import_wrapped(
    bytes: &[u8],
    format: KeyFileFormat,
    spec: Option<KeySpec>,
    under: Durable,
    wrapping: KeyFileWrapping,
) -> Result<ImportedMaterial, VaultError> {
    let (runtime, vault) = &*VAULT;
    let file = KeyFile {
        wrapped: Some((under, wrapping)),
        ..file(bytes, format)
    };
    runtime.block_on(vault.import(into(spec), file))
}

#[test]
fn e17_a_file_that_openssl_wrapped_under_a_vault_key_is_unwrapped_inside() {
    let kek = [0x42; 32];
    let (private, public) = rsa_pair(2048);
    let secret = openssl(&["rand", "32"], &[]);
    let (_, print) = print_of(&secret, Raw, None);
    let aes = || stored(KeySpec::Aes256, &kek);
    let rsa = || stored(KeySpec::Rsa2048, &private);

    let kwp = key_wrap_padded(&kek, &secret);
    let oaep = oaep_encrypt(&public, "sha256", &secret);
    assert_eq!(oaep_decrypt(&private, "sha256", &oaep), secret);
    for (blob, under, wrapping) in [
        (&kwp, &aes as &dyn Fn() -> Durable, KeyFileWrapping::AesKwp),
        (&oaep, &rsa, KeyFileWrapping::RsaOaepSha256),
    ] {
        for (bytes, format) in [
            (blob.clone(), Auto),
            (hex::encode(blob).into_bytes(), Hex),
            (STANDARD.encode(blob).into_bytes(), Auto),
        ] {
            let imported = import_wrapped(&bytes, format, None, under(), wrapping).unwrap();
            assert_eq!(imported.spec, KeySpec::Aes256);
            assert_eq!(imported.material.fingerprint.to_string(), print);
        }
    }

    // A private key does not fit into OAEP: an AES key of its own wraps it.
    let key = key_of(KeySpec::Rsa3072);
    let inner = [0x24; 32];
    let blob = [
        oaep_encrypt(&public, "sha256", &inner),
        key_wrap_padded(&inner, &key.pkcs8),
    ]
    .concat();
    assert_eq!(rsa_aes_unwrap(&private, 2048, "sha256", &blob), key.pkcs8);
    let wrapping = KeyFileWrapping::RsaAesKeyWrapSha256;
    let imported = import_wrapped(&blob, Auto, Some(key.spec), rsa(), wrapping).unwrap();
    assert_eq!(imported.material.public_key.as_deref(), Some(&*key.public));
    // And one in PKCS#8 under AES-KWP.
    let blob = key_wrap_padded(&kek, &key.pkcs8);
    let imported = import_wrapped(&blob, Auto, None, aes(), KeyFileWrapping::AesKwp).unwrap();
    assert_eq!(imported.spec, key.spec);
}

#[test]
fn a_wrapped_file_that_does_not_fit_its_key_is_refused_by_name() {
    let (_, public) = rsa_pair(2048);
    let wrong = stored(KeySpec::Aes256, &[1; 32]);
    let blob = key_wrap_padded(&[2; 32], &[3; 32]);
    let wrapping = KeyFileWrapping::AesKwp;
    let error = import_wrapped(&blob, Auto, None, wrong, wrapping).unwrap_err();
    assert_eq!(error, BadKeyFile::DoesNotUnwrap { wrapping }.into());

    let wrapping = KeyFileWrapping::RsaOaepSha256;
    let rsa = stored(KeySpec::Rsa2048, &key_of(KeySpec::Rsa2048).pkcs8);
    let blob = oaep_encrypt(&public, "sha256", &[3; 32]);
    let error = import_wrapped(&blob, Auto, None, rsa, wrapping).unwrap_err();
    assert_eq!(error, BadKeyFile::DoesNotUnwrap { wrapping }.into());

    for (spec, bytes, wrapping) in [
        (KeySpec::Hmac256, &[1; 32][..], KeyFileWrapping::AesKwp),
        (KeySpec::Aes256, &[1; 32], KeyFileWrapping::RsaOaepSha256),
        (
            KeySpec::EcP256,
            &key_of(KeySpec::EcP256).pkcs8,
            KeyFileWrapping::RsaAesKeyWrapSha256,
        ),
    ] {
        let error = import_wrapped(&blob, Auto, None, stored(spec, bytes), wrapping).unwrap_err();
        assert_eq!(
            error,
            BadKeyFile::WrongWrappingKey { wrapping, spec }.into()
        );
    }

    // What was wrapped is no key.
    let blob = key_wrap_padded(&[2; 32], &[3; 30]);
    let error = import_wrapped(
        &blob,
        Auto,
        None,
        stored(KeySpec::Aes256, &[2; 32]),
        KeyFileWrapping::AesKwp,
    );
    assert!(matches!(
        error,
        Err(VaultError::KeyFile(BadKeyFile::WrongLength {
            length: 30,
            ..
        }))
    ));
}

#[test]
fn k7_a_copy_holds_the_same_material_bound_to_another_key() {
    let (runtime, vault) = &*VAULT;
    let durable = stored(KeySpec::Aes256, &[7; 32]);
    let other = VersionIdentity {
        group: GroupId::new(Uuid::from_u128(0x99)),
        key: KeyId::new(Uuid::from_u128(0x98)),
        ..identity(KeySpec::Aes256, 1)
    };
    let sealed = runtime.block_on(vault.reseal(&durable, &other)).unwrap();

    let check = |identity: &VersionIdentity| {
        runtime.block_on(vault.check(identity, &sealed, durable.fingerprint()))
    };
    check(&other).unwrap();
    assert!(check(durable.identity()).is_err());
    let another_spec = identity(KeySpec::Hmac256, 1);
    assert!(matches!(
        runtime.block_on(vault.reseal(&durable, &another_spec)),
        Err(VaultError::Unsupported { .. })
    ));
}

#[test]
fn a_sealed_vault_imports_nothing() {
    let (runtime, _) = &*VAULT;
    let sealed = SoftwareVault::sealed();
    let answer = runtime.block_on(sealed.import(into(None), file(&[1; 32], Raw)));
    assert_eq!(answer.unwrap_err(), VaultError::Sealed);
}

/// What somebody may do to a file.
#[derive(Clone, Debug)]
enum Change {
    Cut(prop::sample::Index),
    Behead(prop::sample::Index),
    Lengthen(Vec<u8>),
    Precede(Vec<u8>),
    Flip(prop::sample::Index, u8),
}

fn change() -> impl Strategy<Value = Change> {
    use prop::collection::vec;
    prop_oneof![
        any::<prop::sample::Index>().prop_map(Change::Cut),
        any::<prop::sample::Index>().prop_map(Change::Behead),
        vec(any::<u8>(), 1..40).prop_map(Change::Lengthen),
        vec(any::<u8>(), 1..40).prop_map(Change::Precede),
        (any::<prop::sample::Index>(), 0..8u8).prop_map(|(at, bit)| Change::Flip(at, bit)),
    ]
}

fn changed(bytes: &[u8], change: &Change) -> Vec<u8> {
    match change {
        Change::Cut(at) => bytes[..at.index(bytes.len())].to_vec(),
        Change::Behead(at) => bytes[at.index(bytes.len()) + 1..].to_vec(),
        Change::Lengthen(more) => [bytes, more].concat(),
        Change::Precede(more) => [more, bytes].concat(),
        Change::Flip(at, bit) => {
            let mut bytes = bytes.to_vec();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            bytes
        }
    }
}

/// Whether eight bytes of the file stand in a text, as they are, in hex, in base64 or as numbers.
fn tells(text: &str, bytes: &[u8]) -> bool {
    let text = text.as_bytes();
    let has = |part: &[u8]| text.windows(part.len()).any(|window| window == part);
    bytes.windows(8).any(|part| {
        let numbers = format!("{part:?}");
        has(part)
            || has(hex::encode(part).as_bytes())
            || has(numbers.trim_matches(['[', ']']).as_bytes())
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Keys whose file also has the public key cannot be altered unseen; for the others a flipped bit of the private
    /// part is another key, as valid as the first.
    #[test]
    fn a_changed_file_is_refused_or_gives_the_same_key_and_no_error_tells_of_it(
        which in any::<prop::sample::Index>(),
        form in any::<prop::sample::Index>(),
        change in change(),
        names_spec in any::<bool>(),
    ) {
        let key = &KEYS[which.index(KEYS.len())];
        let (name, good) = &key.all[form.index(key.all.len())];
        let bad = changed(good, &change);
        let spec = names_spec.then_some(key.spec);
        match import(&bad, Auto, spec) {
            Ok(imported) => {
                // Without a spec, and without a beginning that tells, bytes of the right length are a symmetric key.
                let lost_its_head = matches!(
                    change,
                    Change::Flip(..) | Change::Behead(_) | Change::Precede(_)
                );
                if spec.is_none() && lost_its_head && !imported.spec.is_asymmetric() {
                    return Ok(());
                }
                let another = matches!(change, Change::Flip(..)) && key.spec == KeySpec::Ed25519;
                prop_assert_eq!(imported.spec, key.spec);
                prop_assert!(
                    another || imported.material.public_key.as_deref() == Some(&*key.public),
                    "{} {}: another key came out", key.spec, name
                );
            }
            Err(error) => {
                prop_assert!(matches!(error, VaultError::KeyFile(_)), "{error:?}");
                let said = format!("{error} {error:?}");
                prop_assert!(!tells(&said, &bad));
            }
        }
    }

    /// A part of wrapped material, or more than it, is no material.
    #[test]
    fn a_changed_wrapped_file_is_refused(change in change()) {
        let good = key_wrap(&[9; 32]);
        let bad = changed(&good, &change);
        prop_assume!(bad != good);
        let kek = stored(KeySpec::Aes256, &KEK);
        let answer = import_wrapped(&bad, Raw, None, kek, KeyFileWrapping::AesKwp);
        prop_assert_eq!(
            answer.unwrap_err(),
            BadKeyFile::DoesNotUnwrap { wrapping: KeyFileWrapping::AesKwp }.into()
        );
    }

    #[test]
    fn no_bytes_whatever_make_the_reader_fail_otherwise(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        text in "(-----BEGIN [A-Z ]{0,20}-----\n)?[A-Za-z0-9+/=\n -]{0,120}(-----END [A-Z ]{0,20}-----)?",
        format in prop::sample::select(KeyFileFormat::ALL),
    ) {
        for bytes in [bytes.as_slice(), text.as_bytes()] {
            if let Err(error) = import(bytes, format.0, None) {
                prop_assert!(matches!(error, VaultError::KeyFile(_)), "{error:?}");
            }
        }
    }
}

const KEK: [u8; 32] = [0x42; 32];

/// Wrapped once: `openssl` is a process.
fn key_wrap(material: &'static [u8; 32]) -> Vec<u8> {
    static WRAPPED: LazyLock<Vec<u8>> = LazyLock::new(|| key_wrap_padded(&KEK, &[9; 32]));
    assert_eq!(material, &[9; 32]);
    WRAPPED.clone()
}
