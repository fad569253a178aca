//! Mail by SMTP: over TLS from the first byte, after STARTTLS, or in the clear where the configuration allows the host.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::SystemTime;

use keyferry_ports::messenger::{MailSecurity, Message, NotDelivered, OpenMail};
use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{
    AsyncSmtpConnection, AsyncTokioStream, Certificate, CertificateStore, TlsParameters,
};
use lettre::transport::smtp::extension::ClientId;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::client::TlsStream;

use crate::bounded::Bounded;
use crate::reach::Reach;
use crate::{failed, trust};

/// Sends one message; an answer of 250 to the whole of it has taken it.
pub(crate) async fn send(
    reach: &Reach,
    to: &OpenMail,
    message: &Message,
) -> Result<(), NotDelivered> {
    if to.security == MailSecurity::None && !reach.is_private_host(&to.host) {
        return Err(NotDelivered {
            why: format!(
                "{} would be called without TLS; only hosts in `alerts.private_hosts` are",
                to.host
            ),
        });
    }
    let mail = written(to, message)?;
    let stream = Bounded::new(reach.dial(&to.host, to.port).await?);
    let me = ClientId::Ipv4(Ipv4Addr::LOCALHOST);
    let at = |error: lettre::transport::smtp::Error| failed(&to.host, &error);
    let mut connection = match to.security {
        MailSecurity::Tls => {
            let secured = trust::secure(stream, &to.host, to.ca_bundle.as_deref()).await?;
            let secured = Secured(Box::new(secured));
            AsyncSmtpConnection::connect_with_transport(Box::new(secured), &me).await
        }
        MailSecurity::StartTls | MailSecurity::None => {
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &me).await
        }
    }
    .map_err(at)?;
    if to.security == MailSecurity::StartTls {
        let parameters = starttls(to)?;
        connection.starttls(parameters, &me).await.map_err(at)?;
    }
    if let Some((user, password)) = &to.credentials {
        let credentials = Credentials::new(user.clone(), password.expose().to_owned());
        let mechanisms = [Mechanism::Plain, Mechanism::Login];
        connection
            .auth(&mechanisms, &credentials)
            .await
            .map_err(at)?;
    }
    connection
        .send(mail.envelope(), &mail.formatted())
        .await
        .map_err(at)?;
    // It is taken; how the connection ends says nothing any more.
    let _ = connection.quit().await;
    Ok(())
}

fn written(to: &OpenMail, message: &Message) -> Result<lettre::Message, NotDelivered> {
    let mailbox = |address: &str| {
        address
            .parse::<Mailbox>()
            .map_err(|error| failed(format_args!("{address} is no mail address"), &error))
    };
    let builder: MessageBuilder = lettre::Message::builder()
        .from(mailbox(&to.from)?)
        .subject(&message.subject)
        .date(SystemTime::from(message.at))
        .message_id(Some(format!("<{}@keyferry.invalid>", message.id)))
        .header(ContentType::TEXT_PLAIN);
    let mut builder = builder;
    for address in &to.to {
        builder = builder.to(mailbox(address)?);
    }
    builder
        .body(message.text.clone())
        .map_err(|error| failed("the mail cannot be written", &error))
}

fn starttls(to: &OpenMail) -> Result<TlsParameters, NotDelivered> {
    let cannot = |error: lettre::transport::smtp::Error| failed("TLS cannot be spoken", &error);
    let mut builder = TlsParameters::builder(to.host.clone());
    if let Some(pem) = &to.ca_bundle {
        builder = builder.certificate_store(CertificateStore::None);
        for certificate in trust::certificates(pem)? {
            let root = Certificate::from_der(certificate.to_vec()).map_err(cannot)?;
            builder = builder.add_root_certificate(root);
        }
    }
    builder.build_rustls().map_err(cannot)
}

/// A connection that speaks TLS already, as `lettre` takes it.
#[derive(Debug)]
struct Secured(Box<TlsStream<Bounded>>);

impl AsyncTokioStream for Secured {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.0.get_ref().0.peer_addr()
    }
}

impl AsyncRead for Secured {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut *self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.0).poll_shutdown(cx)
    }
}
