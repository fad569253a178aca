//! TLS client certificates over a real listener, with curl as the client.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use keyferry_app::applications::CreateApplication;
use keyferry_server::clients::ClientTrust;
use keyferry_server::config::TlsVersion;
use keyferry_server::serve::{listen, serve};
use keyferry_server::{ServerState, service, tls};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SerialNumber, date_time_ymd,
};
use serde_json::Value;
use tempfile::TempDir;

use crate::site::{Site, config};

/// A CA with its files.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    folder: TempDir,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params
            .distinguished_name
            .push(DnType::CommonName, "CA of tests");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), certificate.pem()).unwrap();
        let issuer = Issuer::new(params, key);
        let made = Self { issuer, folder };
        made.revoke(&[]);
        made
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes the revocation list anew, as its owner does: another file in its place.
    fn revoke(&self, serials: &[u64]) {
        let revoked = |serial: &u64| RevokedCertParams {
            serial_number: SerialNumber::from(*serial),
            revocation_time: date_time_ymd(2024, 1, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2024, 1, 1),
            next_update: date_time_ymd(2090, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: serials.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        let list = params.signed_by(&self.issuer).unwrap().pem().unwrap();
        std::fs::write(self.file("next.pem"), list).unwrap();
        std::fs::rename(self.file("next.pem"), self.file("crl.pem")).unwrap();
    }

    /// A certificate and its key, as files; ended where it is not valid any more.
    fn client(&self, name: &str, serial: u64, is_over: bool) -> [PathBuf; 2] {
        let mut params = CertificateParams::new(vec![format!("{name}.example.com")]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.serial_number = Some(SerialNumber::from(serial));
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(if is_over { 2021 } else { 2090 }, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let paths = [
            self.file(&format!("{name}-{serial}.pem")),
            self.file(&format!("{name}-{serial}-key.pem")),
        ];
        std::fs::write(&paths[0], certificate.pem()).unwrap();
        std::fs::write(&paths[1], key.serialize_pem()).unwrap();
        paths
    }
}

/// A server that trusts a CA, with the applications `billing` and `shipping`.
async fn server(authority: &Authority) -> (Site, String) {
    let site = Site::new().await;
    let token = keyferry_ports::secret::SecretText::new(site.token.as_str());
    let ann = site.app.access.by_token(&token).await.unwrap();
    for (name, certificate) in [
        ("billing", "subject:CN=billing"),
        ("shipping", "dns:shipping.example.com"),
    ] {
        let command = CreateApplication {
            name: name.parse().unwrap(),
            description: String::new(),
            group: None,
        };
        let applications = &site.app.applications;
        applications.create(&ann, command).await.unwrap();
        let certificate = certificate.parse().unwrap();
        let added = applications.add_certificate(&ann, name, certificate);
        added.await.unwrap();
    }
    let own = tls::self_signed(&[]).unwrap();
    let (chain, key) = (
        authority.file("server.pem"),
        authority.file("server-key.pem"),
    );
    std::fs::write(&chain, own.certificate).unwrap();
    std::fs::write(&key, own.private_key).unwrap();
    let trust = ClientTrust::read(&authority.file("ca.pem"), Some(&authority.file("crl.pem")));
    let identity = tls::load(&chain, &key, TlsVersion::V1_2, Some(trust.unwrap())).unwrap();
    let listener = listen("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let state = ServerState {
        app: Arc::clone(&site.app),
    };
    let router = service(state, &config());
    tokio::spawn(async move {
        serve(
            listener,
            &identity,
            router,
            &config().connections,
            std::future::pending(),
        )
        .await
    });
    (site, url)
}

async fn curl(arguments: Vec<String>) -> Output {
    let run = move || Command::new("curl").args(arguments).output().unwrap();
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// Who that is, by these files: the answer, or nothing where the handshake failed.
async fn me(url: &str, files: Option<&[PathBuf; 2]>) -> Option<Value> {
    let mut arguments = vec![
        "-sk".to_owned(),
        format!("{url}/api/v1/seal/seal"),
        "-X".to_owned(),
        "POST".to_owned(),
    ];
    if let Some([certificate, key]) = files {
        let text = |path: &Path| path.display().to_string();
        arguments.extend([
            "--cert".to_owned(),
            text(certificate),
            "--key".to_owned(),
            text(key),
        ]);
    }
    let output = curl(arguments).await;
    serde_json::from_slice(&output.stdout).ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a10_a_client_certificate_lets_its_application_in_until_it_is_revoked() {
    let authority = Authority::new();
    let (_site, url) = server(&authority).await;
    let (billing, shipping) = (
        authority.client("billing", 1, false),
        authority.client("shipping", 2, false),
    );
    let stranger = authority.client("stranger", 3, false);
    let detail = |answer: Option<Value>| answer.map(|answer| answer["detail"].to_string());

    // Applications manage nothing, and the refusal names them.
    for (files, name) in [
        (&billing, "application/billing"),
        (&shipping, "application/shipping"),
    ] {
        let told = detail(me(&url, Some(files)).await).unwrap();
        assert!(told.contains(name), "{told}");
    }
    let unknown = me(&url, Some(&stranger)).await.unwrap();
    assert_eq!(unknown["code"], "access.certificate-unknown");
    assert_eq!(unknown["status"], 401);
    let nobody = me(&url, None).await.unwrap();
    assert_eq!(nobody["code"], "request.unauthenticated");

    authority.revoke(&[1]);
    assert_eq!(me(&url, Some(&billing)).await, None, "the handshake fails");
    assert!(me(&url, Some(&shipping)).await.is_some());
    let over = authority.client("billing", 4, true);
    assert_eq!(me(&url, Some(&over)).await, None, "the handshake fails");
    let other = Authority::new();
    let foreign = other.client("billing", 1, false);
    assert_eq!(me(&url, Some(&foreign)).await, None, "the handshake fails");
}

#[test]
fn a10_files_of_cas_and_revocation_lists_count_as_soon_as_they_change() {
    let authority = Authority::new();
    let [certificate, _] = authority.client("billing", 1, false);
    let trust =
        ClientTrust::read(&authority.file("ca.pem"), Some(&authority.file("crl.pem"))).unwrap();
    let chain = rustls_pki_types::pem::PemObject::pem_file_iter(&certificate).unwrap();
    let chain: Vec<rustls_pki_types::CertificateDer<'static>> = chain.map(Result::unwrap).collect();
    let now = rustls_pki_types::UnixTime::now();
    assert!(trust.check(&chain, now).is_ok());
    authority.revoke(&[1]);
    assert!(trust.check(&chain, now).is_err());
    std::fs::write(authority.file("crl.pem"), "no list").unwrap();
    assert!(
        trust.check(&chain, now).is_err(),
        "what was read before goes on counting"
    );
    authority.revoke(&[]);
    assert!(trust.check(&chain, now).is_ok());
    let later =
        rustls_pki_types::UnixTime::since_unix_epoch(std::time::Duration::from_secs(3_900_000_000));
    assert!(
        trust.check(&chain, later).is_err(),
        "certificate and list have ended by then"
    );
}
