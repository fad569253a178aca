//! Mail: over TLS, after STARTTLS, in the clear where allowed; with a password only over TLS.

use keyferry_notify::Reach;
use keyferry_ports::messenger::{MailSecurity, Messenger as _, OpenAddress, OpenMail};
use keyferry_ports::secret::SecretText;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::support::{certificate, message, post, post_with};

/// Speaks SMTP (RFC 5321) until the client leaves or wants TLS; answers whether it wants TLS.
async fn speak<S>(stream: &mut BufReader<S>, script: &Script, heard: &mut Vec<String>) -> bool
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut in_data = false;
    let mut line = String::new();
    loop {
        line.clear();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return false;
        }
        let text = line.trim_end().to_owned();
        heard.push(text.clone());
        let answer = match text.split_whitespace().next().unwrap_or_default() {
            "." if in_data => {
                in_data = false;
                script.at_end
            }
            _ if in_data => continue,
            "EHLO" if script.offers_starttls => "250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN",
            "EHLO" => "250-localhost\r\n250 AUTH PLAIN",
            "STARTTLS" => "220 go on",
            "AUTH" => "235 welcome",
            "DATA" => {
                in_data = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        stream
            .write_all(format!("{answer}\r\n").as_bytes())
            .await
            .unwrap();
        match text.as_str() {
            "STARTTLS" => return true,
            "QUIT" => return false,
            _ => {}
        }
    }
}

/// How the server behaves.
struct Script {
    tls: Option<TlsAcceptor>,
    is_implicit: bool,
    offers_starttls: bool,
    at_end: &'static str,
}

async fn serve(script: Script) -> (u16, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let work = tokio::spawn(async move {
        let mut heard = Vec::new();
        let (stream, _) = listener.accept().await.unwrap();
        if script.is_implicit {
            let tls = script.tls.clone().unwrap();
            let mut stream = BufReader::new(tls.accept(stream).await.unwrap());
            stream.write_all(b"220 localhost\r\n").await.unwrap();
            speak(&mut stream, &script, &mut heard).await;
            return heard;
        }
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 localhost\r\n").await.unwrap();
        if speak(&mut stream, &script, &mut heard).await {
            let tls = script.tls.clone().unwrap();
            heard.push("(TLS)".to_owned());
            let mut stream = BufReader::new(tls.accept(stream.into_inner()).await.unwrap());
            let after = Script {
                offers_starttls: false,
                ..script
            };
            speak(&mut stream, &after, &mut heard).await;
        }
        heard
    });
    (port, work)
}

fn mail(port: u16, security: MailSecurity, ca_bundle: Option<String>) -> OpenMail {
    OpenMail {
        host: "localhost".to_owned(),
        port,
        security,
        from: "Keyferry <keyferry@example.org>".to_owned(),
        to: vec![
            "ops@example.org".to_owned(),
            "Audit <audit@example.org>".to_owned(),
        ],
        credentials: None,
        ca_bundle,
    }
}

fn with_password(mail: OpenMail) -> OpenAddress {
    let credentials = Some(("keyferry".to_owned(), SecretText::new("mail password")));
    OpenAddress::Mail(OpenMail {
        credentials,
        ..mail
    })
}

fn script(tls: Option<TlsAcceptor>) -> Script {
    Script {
        tls,
        is_implicit: false,
        offers_starttls: false,
        at_end: "250 taken",
    }
}

fn place(heard: &[String], start: &str) -> usize {
    let found = heard.iter().position(|line| line.starts_with(start));
    found.unwrap_or_else(|| panic!("no {start} in {heard:#?}"))
}

#[tokio::test]
async fn mail_goes_to_every_mailbox_over_tls() {
    let (tls, pem) = certificate();
    let (port, heard) = serve(Script {
        is_implicit: true,
        ..script(Some(tls))
    })
    .await;

    let to = with_password(mail(port, MailSecurity::Tls, Some(pem)));
    post().deliver(&to, &message()).await.unwrap();

    let heard = heard.await.unwrap();
    for start in [
        "AUTH PLAIN",
        "MAIL FROM:<keyferry@example.org>",
        "RCPT TO:<ops@example.org>",
        "RCPT TO:<audit@example.org>",
        "Subject: critical: app was disabled",
        "Message-ID: <0190a5a0-0000-7000-8000-000000000001@keyferry.invalid>",
        "Somebody disabled the KMS key app.",
        "A line with a dot alone is no end.",
    ] {
        place(&heard, start);
    }
}

#[tokio::test]
async fn a_line_without_an_end_is_not_read_for_ever() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let talking = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        while stream.write_all(&[b'2'; 4096]).await.is_ok() {}
    });

    let to = OpenAddress::Mail(mail(port, MailSecurity::None, None));
    let refused = post().deliver(&to, &message()).await.unwrap_err();

    assert!(refused.why.contains("more than 262144 bytes"), "{refused}");
    talking.await.unwrap();
}

#[tokio::test]
async fn after_starttls_the_password_is_sent_and_not_before() {
    let (tls, pem) = certificate();
    let (port, heard) = serve(Script {
        offers_starttls: true,
        ..script(Some(tls))
    })
    .await;

    let to = with_password(mail(port, MailSecurity::StartTls, Some(pem)));
    post().deliver(&to, &message()).await.unwrap();

    let heard = heard.await.unwrap();
    assert!(place(&heard, "(TLS)") < place(&heard, "AUTH"), "{heard:#?}");
}

#[tokio::test]
async fn a_server_that_offers_no_starttls_gets_neither_password_nor_mail() {
    let (port, heard) = serve(script(None)).await;

    let to = with_password(mail(port, MailSecurity::StartTls, None));
    let failed = post().deliver(&to, &message()).await;

    assert!(failed.is_err());
    let heard = heard.await.unwrap();
    assert!(
        !heard
            .iter()
            .any(|line| line.starts_with("AUTH") || line.starts_with("MAIL")),
        "{heard:#?}"
    );
}

#[tokio::test]
async fn without_tls_mail_goes_only_to_hosts_that_the_configuration_names() {
    let (port, heard) = serve(script(None)).await;
    let to = || OpenAddress::Mail(mail(port, MailSecurity::None, None));

    let refused = post_with(Reach::default()).deliver(&to(), &message()).await;
    post().deliver(&to(), &message()).await.unwrap();

    let why = refused.unwrap_err().why;
    assert!(why.contains("without TLS"), "{why}");
    place(&heard.await.unwrap(), "DATA");
}

#[tokio::test]
async fn what_the_mail_server_does_not_take_is_told() {
    let (port, heard) = serve(Script {
        at_end: "452 no room",
        ..script(None)
    })
    .await;

    let to = OpenAddress::Mail(mail(port, MailSecurity::None, None));
    let failed = post().deliver(&to, &message()).await.unwrap_err();

    assert!(failed.why.contains("no room"), "{failed}");
    heard.await.unwrap();
}

#[tokio::test]
async fn a_mailbox_that_is_none_is_named() {
    let mut mail = mail(9, MailSecurity::None, None);
    mail.to = vec!["nobody".to_owned()];

    let failed = post()
        .deliver(&OpenAddress::Mail(mail), &message())
        .await
        .unwrap_err();

    assert!(failed.why.contains("nobody"), "{failed}");
}
