//! The HTTP front: protocols, signatures, TLS, faults on the wire, control.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::Bytes;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use kms_sim::http::{Front, serve, tls_config};
use kms_sim::sigv4::{SignedRequest, authorization_header};
use kms_sim::{AccessKey, Fault, MINUTE, SECOND, ScriptedFault, SimClock, SimConfig, Simulator};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{ACCOUNT, REGION};

/// 2026-01-01T00:00:00Z
const STAMP: &str = "20260101T000000Z";

struct Server {
    sim: Simulator,
    clock: SimClock,
    address: SocketAddr,
    key: AccessKey,
    certificate: Option<CertificateDer<'static>>,
}

struct Reply {
    status: u16,
    version: Version,
    headers: hyper::HeaderMap,
    body: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    fn code(&self) -> String {
        crate::support::text(&self.json()["__type"])
    }
}

async fn start(control: bool, with_tls: bool) -> Server {
    let config = SimConfig::default();
    let clock = SimClock::manual(config.start);
    let sim = Simulator::new(config);
    sim.create_account(ACCOUNT).expect("account");
    let key = sim.create_access_key(ACCOUNT, None).expect("key");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listener");
    let address = listener.local_addr().expect("address");
    let front = Front {
        control,
        hang: Duration::from_millis(50),
        ..Front::new(sim.clone(), clock.clone())
    };
    let (tls, certificate) = if with_tls {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("made");
        let certificate = made.cert.der().clone();
        let private = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
        let config = tls_config(vec![certificate.clone()], PrivateKeyDer::from(private));
        (Some(config.expect("TLS")), Some(certificate))
    } else {
        (None, None)
    };
    tokio::spawn(serve(front, listener, tls));
    Server {
        sim,
        clock,
        address,
        key,
        certificate,
    }
}

/// A request before it is signed.
#[derive(Clone)]
struct Draft {
    path: &'static str,
    service: &'static str,
    headers: Vec<(String, String)>,
    body: String,
}

fn kms(operation: &str, input: &Value) -> Draft {
    Draft {
        path: "/",
        service: "kms",
        headers: vec![
            (
                "x-amz-target".to_owned(),
                format!("TrentService.{operation}"),
            ),
            (
                "content-type".to_owned(),
                "application/x-amz-json-1.1".to_owned(),
            ),
        ],
        body: input.to_string(),
    }
}

fn query(service: &'static str, form: &str) -> Draft {
    Draft {
        path: "/",
        service,
        headers: vec![(
            "content-type".to_owned(),
            "application/x-www-form-urlencoded".to_owned(),
        )],
        body: form.to_owned(),
    }
}

impl Server {
    fn signed(&self, draft: &Draft, secret: &str) -> Vec<(String, String)> {
        let mut headers = draft.headers.clone();
        headers.push(("host".to_owned(), self.address.to_string()));
        headers.push(("x-amz-date".to_owned(), STAMP.to_owned()));
        let request = SignedRequest {
            method: "POST",
            path: draft.path,
            query: "",
            headers: &headers,
            body: draft.body.as_bytes(),
        };
        let scope = (REGION, draft.service);
        let value = authorization_header(&request, STAMP, scope, (&self.key.id, secret));
        headers.push(("authorization".to_owned(), value));
        headers
    }

    async fn send(&self, draft: &Draft) -> Reply {
        self.try_send(draft).await.expect("answer")
    }

    async fn try_send(&self, draft: &Draft) -> hyper::Result<Reply> {
        let headers = self.signed(draft, &self.key.secret);
        self.post(draft.path, &headers, &draft.body).await
    }

    async fn post(
        &self,
        path: &str,
        headers: &[(String, String)],
        body: &str,
    ) -> hyper::Result<Reply> {
        self.request("POST", path, headers, body).await
    }

    async fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(String, String)],
        body: &str,
    ) -> hyper::Result<Reply> {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::new(Bytes::from(body.to_owned())))
            .expect("request");
        let stream = TcpStream::connect(self.address).await.expect("connection");
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        read(sender.send_request(request).await?).await
    }

    async fn control(&self, method: &str, path: &str, body: Value) -> Reply {
        let headers = [("host".to_owned(), self.address.to_string())];
        self.request(method, path, &headers, &body.to_string())
            .await
            .expect("answer")
    }
}

async fn read(response: Response<hyper::body::Incoming>) -> hyper::Result<Reply> {
    let (parts, body) = response.into_parts();
    let body = body.collect().await?.to_bytes();
    Ok(Reply {
        status: parts.status.as_u16(),
        version: parts.version,
        headers: parts.headers,
        body: String::from_utf8(body.to_vec()).expect("UTF-8"),
    })
}

#[tokio::test]
async fn kms_speaks_json_and_tells_request_id_and_simulated_date() {
    let server = start(false, false).await;
    let reply = server
        .send(&kms("CreateKey", &json!({ "Origin": "EXTERNAL" })))
        .await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(reply.header("date"), "Thu, 01 Jan 2026 00:00:00 GMT");
    let entry = server.sim.journal().pop().expect("entry");
    assert_eq!(reply.header("x-amzn-requestid"), entry.request_id);
    let arn = reply.json()["KeyMetadata"]["Arn"].clone();
    let alias = json!({ "AliasName": "alias/a", "TargetKeyId": arn });
    let reply = server.send(&kms("CreateAlias", &alias)).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    let reply = server.send(&kms("CreateAlias", &alias)).await;
    assert_eq!(reply.status, 400);
    assert_eq!(reply.code(), "AlreadyExistsException");
    let reply = server.send(&kms("MakeCoffee", &json!({}))).await;
    assert_eq!(reply.code(), "UnknownOperationException");
}

#[tokio::test]
async fn signatures_are_checked_for_real() {
    let server = start(false, false).await;
    let draft = kms("ListKeys", &json!({}));
    let code = async |headers: &[(String, String)], body: &str| {
        server
            .post("/", headers, body)
            .await
            .expect("answer")
            .code()
    };
    let wrong = server.signed(&draft, "wrong");
    assert_eq!(code(&wrong, &draft.body).await, "InvalidSignatureException");
    let right = server.signed(&draft, &server.key.secret);
    assert_eq!(code(&right, "{ }").await, "InvalidSignatureException");
    let unsigned = draft.headers.clone();
    assert_eq!(
        code(&unsigned, &draft.body).await,
        "MissingAuthenticationTokenException"
    );
    let elsewhere = Draft {
        service: "sts",
        ..draft.clone()
    };
    let elsewhere = server.signed(&elsewhere, &server.key.secret);
    assert_eq!(
        code(&elsewhere, &draft.body).await,
        "InvalidSignatureException"
    );
    server.clock.advance(5 * MINUTE);
    assert_eq!(server.send(&draft).await.status, 200);
    server.clock.advance(SECOND);
    assert_eq!(
        server.send(&draft).await.code(),
        "InvalidSignatureException"
    );
    server.clock.advance(-10 * MINUTE - 2 * SECOND);
    assert_eq!(
        server.send(&draft).await.code(),
        "InvalidSignatureException"
    );
    let unknown = Server {
        key: AccessKey {
            id: "AKIAUNKNOWN".to_owned(),
            secret: server.key.secret.clone(),
        },
        ..server
    };
    let reply = unknown.send(&draft).await;
    assert_eq!(reply.code(), "UnrecognizedClientException");
}

#[tokio::test]
async fn the_other_services_speak_their_own_protocols() {
    let server = start(false, false).await;
    let sts = "Action=GetCallerIdentity&Version=2011-06-15";
    let reply = server.send(&query("sts", sts)).await;
    assert_eq!(reply.status, 200);
    assert!(
        reply
            .body
            .contains(&format!("<Account>{ACCOUNT}</Account>"))
    );
    assert!(reply.body.contains("<RequestId>"));

    server.sim.create_user(ACCOUNT, "a&b", &[]).expect("user");
    let reply = server
        .send(&query("iam", "Action=ListUsers&Version=2010-05-08"))
        .await;
    assert!(reply.body.contains("<Users><member>"));
    assert!(reply.body.contains("<UserName>a&amp;b</UserName>"));
    let reply = server
        .send(&query("iam", "Action=GetUser&UserName=none"))
        .await;
    assert_eq!(reply.status, 404);
    assert!(reply.body.contains("<Code>NoSuchEntity</Code>"));

    let form = "Action=DescribeRegions&RegionName.1=eu-west-1&Filter.1.Name=opt-in-status\
                &Filter.1.Value.1=opt-in-not-required";
    let reply = server.send(&query("ec2", form)).await;
    assert_eq!(reply.body.matches("<item>").count(), 1);
    assert!(reply.body.contains("<regionName>eu-west-1</regionName>"));

    let draft = Draft {
        path: "/listRegions",
        service: "account",
        headers: Vec::new(),
        body: "{}".to_owned(),
    };
    let reply = server.send(&draft).await;
    assert_eq!(reply.json()["Regions"].as_array().expect("list").len(), 34);
}

#[tokio::test]
async fn a_lost_reply_drops_the_connection_after_the_effect() {
    let server = start(false, false).await;
    for (fault, made) in [(Fault::LostReply, 1), (Fault::TimeoutBefore, 1)] {
        server
            .sim
            .add_fault(ScriptedFault::next("CreateKey", fault));
        let draft = kms("CreateKey", &json!({}));
        assert!(server.try_send(&draft).await.is_err(), "{fault:?}");
        assert_eq!(server.sim.journal().len(), made, "{fault:?}");
    }
}

#[tokio::test]
async fn http_2_over_tls_works_too() {
    let server = start(false, true).await;
    let mut roots = rustls::RootCertStore::empty();
    let certificate = server.certificate.clone().expect("certificate");
    roots.add(certificate).expect("root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(server.address)
        .await
        .expect("connection");
    let name = ServerName::try_from("localhost").expect("name");
    let stream = tokio_rustls::TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .expect("handshake");
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("HTTP/2");
    tokio::spawn(connection);
    let draft = kms("ListKeys", &json!({}));
    let mut request = Request::builder()
        .method("POST")
        .uri(format!("https://{}/", server.address));
    for (name, value) in server.signed(&draft, &server.key.secret) {
        // HTTP/2 carries the host as the authority.
        if name != "host" {
            request = request.header(name, value);
        }
    }
    let request = request
        .body(Full::new(Bytes::from(draft.body)))
        .expect("request");
    let reply = read(sender.send_request(request).await.expect("answer"))
        .await
        .expect("body");
    assert_eq!(reply.version, Version::HTTP_2);
    assert_eq!(reply.status, 200, "{}", reply.body);
}

#[tokio::test]
async fn the_control_api_is_there_only_when_asked_for() {
    let server = start(false, false).await;
    let reply = server.control("GET", "/_sim/state", json!(null)).await;
    assert_eq!(reply.status, 400, "a request like any other, and a bad one");
    assert!(!reply.body.contains("accounts"));

    let server = start(true, false).await;
    let reply = server.control("GET", "/_sim/health", json!(null)).await;
    assert_eq!(reply.json()["accounts"], json!([ACCOUNT]));
    let added = json!({ "id": "444455556666" });
    let reply = server.control("POST", "/_sim/accounts", added).await;
    assert!(crate::support::text(&reply.json()["accessKeyId"]).starts_with("AKIA"));
    let fault = json!({ "operation": "ListKeys", "fault": "Throttle" });
    assert_eq!(
        server.control("POST", "/_sim/faults", fault).await.status,
        200
    );
    let reply = server.send(&kms("ListKeys", &json!({}))).await;
    assert_eq!(reply.code(), "ThrottlingException");
    let hand = json!({
        "account": ACCOUNT, "region": REGION, "operation": "CreateKey", "input": {},
    });
    assert_eq!(server.control("POST", "/_sim/hand", hand).await.status, 200);
    let journal = server
        .control("GET", "/_sim/journal?from=0", json!(null))
        .await;
    assert_eq!(journal.json()[0]["operation"], "CreateKey");
    let config = json!({ "quotas": true });
    let reply = server.control("POST", "/_sim/config", config).await;
    assert_eq!(reply.json()["quotas"], true);
    let reply = server
        .control("POST", "/_sim/config", json!({ "x": 1 }))
        .await;
    assert_eq!(reply.status, 400);
    let moved = json!({ "set": "2027-01-01T00:00:00Z", "advanceSeconds": 60 });
    let reply = server.control("POST", "/_sim/clock", moved).await;
    assert_eq!(reply.json()["time"], "2027-01-01T00:01:00Z");

    let state = server
        .control("GET", "/_sim/state", json!(null))
        .await
        .json();
    server.control("POST", "/_sim/reset", json!({})).await;
    assert!(server.sim.accounts().is_empty());
    assert_eq!(
        server.control("PUT", "/_sim/state", state).await.status,
        200
    );
    assert_eq!(server.sim.accounts().len(), 2);
    assert_eq!(
        server
            .control("GET", "/_sim/none", json!(null))
            .await
            .status,
        404
    );
}
