//! An HTTP/1.1 server that answers as it is told, or does not.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// One request that arrived whole.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    head: String,
    body: String,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(':')?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    }

    /// `DescribeKey`, `AssumeRole`…, by the target header or the query in the body.
    pub(crate) fn operation(&self) -> &str {
        if let Some(target) = self.header("x-amz-target") {
            return target.rsplit('.').next().unwrap();
        }
        let action = self
            .body
            .split('&')
            .find_map(|pair| pair.strip_prefix("Action="));
        action.unwrap_or("?")
    }

    pub(crate) fn body(&self) -> &str {
        &self.body
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Status, content type, body, more headers.
    Http(u16, &'static str, String, String),
    /// These bytes, then the end.
    Raw(&'static [u8]),
    /// The end, in order.
    Close,
    /// The end, by a reset.
    Reset,
    /// Nothing, ever.
    Silence,
}

impl Reply {
    pub(crate) fn json(body: &Value) -> Self {
        Self::status(200, body)
    }

    pub(crate) fn status(status: u16, body: &Value) -> Self {
        Self::Http(
            status,
            "application/x-amz-json-1.1",
            body.to_string(),
            String::new(),
        )
    }

    pub(crate) fn xml(body: impl Into<String>) -> Self {
        Self::Http(200, "text/xml", body.into(), String::new())
    }

    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::status(
            status,
            &serde_json::json!({ "__type": code, "message": message }),
        )
    }

    /// With a `Date`, in the form of HTTP.
    pub(crate) fn dated(self, date: &str) -> Self {
        match self {
            Self::Http(status, kind, body, _) => {
                Self::Http(status, kind, body, format!("Date: {date}\r\n"))
            }
            other => other,
        }
    }

    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Http(status, kind, body, more) => format!(
                "HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
                 x-amzn-RequestId: 11111111-2222-3333-4444-555555555555\r\n{more}\r\n{body}",
                body.len()
            )
            .into_bytes(),
            Self::Raw(bytes) => bytes.to_vec(),
            Self::Close | Self::Reset | Self::Silence => Vec::new(),
        }
    }
}

type Answers = dyn Fn(&Seen) -> Reply + Send + Sync;

/// The server. It ends with the test.
pub(crate) struct Server {
    address: SocketAddr,
    is_tls: bool,
    seen: Arc<watch::Sender<Vec<Seen>>>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    pub(crate) async fn plain(answers: impl Fn(&Seen) -> Reply + Send + Sync + 'static) -> Self {
        Self::start(None, Arc::new(answers)).await
    }

    pub(crate) async fn tls(
        acceptor: TlsAcceptor,
        answers: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
    ) -> Self {
        Self::start(Some(acceptor), Arc::new(answers)).await
    }

    /// Answers with these, in this order, and with the last from then on.
    pub(crate) async fn script(replies: Vec<Reply>) -> Self {
        let left = Mutex::new(replies);
        Self::plain(move |_| {
            let mut left = left.lock().unwrap();
            if left.len() > 1 {
                left.remove(0)
            } else {
                left[0].clone()
            }
        })
        .await
    }

    async fn start(acceptor: Option<TlsAcceptor>, answers: Arc<Answers>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let is_tls = acceptor.is_some();
        let seen = Arc::new(watch::Sender::new(Vec::new()));
        let noted = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, answers) = (acceptor.clone(), Arc::clone(&answers));
                let noted = Arc::clone(&noted);
                tokio::spawn(async move {
                    // A client that goes away is none of the server's business.
                    let _ = greet(socket, acceptor, &*answers, &noted).await;
                });
            }
        });
        Self {
            address,
            is_tls,
            seen,
            task,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn url(&self) -> String {
        format!(
            "http{}://{}",
            if self.is_tls { "s" } else { "" },
            self.address
        )
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.borrow().clone()
    }

    pub(crate) fn operations(&self) -> Vec<String> {
        self.seen
            .borrow()
            .iter()
            .map(|seen| seen.operation().to_owned())
            .collect()
    }

    pub(crate) fn count(&self, operation: &str) -> usize {
        self.seen
            .borrow()
            .iter()
            .filter(|seen| seen.operation() == operation)
            .count()
    }

    /// Waits until so many requests of this operation have arrived.
    pub(crate) async fn until(&self, operation: &str, count: usize) {
        let mut watching = self.seen.subscribe();
        let is_enough = |seen: &Vec<Seen>| {
            seen.iter()
                .filter(|seen| seen.operation() == operation)
                .count()
                >= count
        };
        watching.wait_for(is_enough).await.unwrap();
    }
}

async fn greet(
    socket: TcpStream,
    acceptor: Option<TlsAcceptor>,
    answers: &Answers,
    noted: &watch::Sender<Vec<Seen>>,
) -> io::Result<()> {
    match acceptor {
        Some(acceptor) => {
            let mut secured = acceptor.accept(socket).await?;
            converse(&mut secured, answers, noted).await?;
            Ok(())
        }
        None => {
            let mut socket = socket;
            if let Some(Reply::Reset) = converse(&mut socket, answers, noted).await? {
                socket.set_zero_linger()?;
            }
            Ok(())
        }
    }
}

/// Answers until the reply is an end; gives that reply back.
async fn converse(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    answers: &Answers,
    noted: &watch::Sender<Vec<Seen>>,
) -> io::Result<Option<Reply>> {
    while let Some(seen) = read_request(stream).await? {
        let reply = answers(&seen);
        noted.send_modify(|all| all.push(seen));
        stream.write_all(&reply.bytes()).await?;
        stream.flush().await?;
        match reply {
            Reply::Http(..) => {}
            Reply::Silence => std::future::pending::<()>().await,
            Reply::Close | Reply::Reset | Reply::Raw(_) => return Ok(Some(reply)),
        }
    }
    Ok(None)
}

async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Seen>> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) if head.is_empty() => return Ok(None),
            Err(error) => return Err(error),
        }
    }
    let head = String::from_utf8(head).unwrap();
    let mut seen = Seen {
        head,
        body: String::new(),
    };
    let length: usize = seen
        .header("content-length")
        .map_or(0, |text| text.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    seen.body = String::from_utf8(body).unwrap();
    Ok(Some(seen))
}
