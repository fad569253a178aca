//! How many connections there are at once, and how long one may say nothing.

use std::collections::HashMap;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::{ClientAddress, Network, Proxies};

/// How a connection of HTTP/2 begins (RFC 9113, section 3.4).
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Bounds of connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// How many there are at once.
    pub all: usize,
    /// How many of them are from one address; proxies that are trusted have as many as there are.
    pub of_address: usize,
    /// How long a client may take for its first bytes, and for the head of each request over HTTP/1.1; a connection that rests
    /// as long is ended.
    pub header_time: Duration,
    /// Proxies that ask for many.
    pub trusted_proxies: Vec<Network>,
}

/// How many are open from each address.
type Open = Arc<Mutex<HashMap<ClientAddress, usize>>>;

/// Counts connections.
#[derive(Clone)]
pub(crate) struct Gate {
    all: Arc<Semaphore>,
    of_address: usize,
    open: Open,
    proxies: Arc<Proxies>,
    header_time: Duration,
}

impl Gate {
    pub(crate) fn new(limits: &ConnectionLimits) -> Self {
        Self {
            all: Arc::new(Semaphore::new(limits.all)),
            of_address: limits.of_address,
            open: Arc::default(),
            proxies: Arc::new(Proxies::new(limits.trusted_proxies.clone())),
            header_time: limits.header_time,
        }
    }

    /// Lets a connection in.
    ///
    /// # Errors
    ///
    /// There are too many, of all or from there.
    pub(crate) fn enter(&self, from: IpAddr) -> io::Result<Ticket> {
        let full = |why| io::Error::new(io::ErrorKind::QuotaExceeded, why);
        let all = Arc::clone(&self.all).try_acquire_owned();
        let all = all.map_err(|_| full("too many connections"))?;
        if self.proxies.hold(from) {
            return Ok(Ticket {
                _all: all,
                counted: None,
            });
        }
        let from = ClientAddress::of(from);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(from).or_default();
        if *count >= self.of_address {
            return Err(full("too many connections from one address"));
        }
        *count += 1;
        Ok(Ticket {
            _all: all,
            counted: Some((Arc::clone(&self.open), from)),
        })
    }

    /// A connection that was let in, and must begin to speak.
    pub(crate) fn watch<S>(&self, ticket: Ticket, stream: S) -> Watched<S> {
        Watched {
            stream,
            _ticket: ticket,
            seen: 0,
            silence: Some(Box::pin(after(self.header_time))),
        }
    }
}

#[allow(
    clippy::disallowed_methods,
    reason = "a connection is outside: its silence is measured, and nothing is decided by it"
)]
fn after(time: Duration) -> tokio::time::Sleep {
    tokio::time::sleep(time)
}

/// What lets a connection count for as long as it is there.
pub(crate) struct Ticket {
    _all: OwnedSemaphorePermit,
    counted: Option<(Open, ClientAddress)>,
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let Some((open, from)) = &self.counted else {
            return;
        };
        let mut open = open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(from) {
            *count -= 1;
            if *count == 0 {
                open.remove(from);
            }
        }
    }
}

/// A connection whose client must say in time which HTTP it speaks: until that is known, nobody else waits for it.
pub(crate) struct Watched<S> {
    stream: S,
    _ticket: Ticket,
    seen: usize,
    silence: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl<S> Watched<S> {
    /// Notes what was said. Once it is no beginning of HTTP/2, or a whole one, HTTP's own bounds hold.
    fn hear(&mut self, said: &[u8]) {
        let wanted = PREFACE.get(self.seen..).unwrap_or_default();
        let is_preface = said.iter().zip(wanted).all(|(said, wanted)| said == wanted);
        self.seen += said.len();
        if !is_preface || self.seen >= PREFACE.len() {
            self.silence = None;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        let Some(silence) = &mut self.silence else {
            return read;
        };
        if read.is_pending() {
            return match silence.as_mut().poll(context) {
                Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                Poll::Pending => Poll::Pending,
            };
        }
        self.hear(buffer.filled().get(before..).unwrap_or_default());
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(all: usize, of_address: usize) -> Gate {
        Gate::new(&ConnectionLimits {
            all,
            of_address,
            header_time: Duration::from_secs(1),
            trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()],
        })
    }

    #[test]
    fn connections_are_bounded_of_one_address_and_of_all_and_count_while_they_are_there() {
        let gate = gate(4, 2);
        let enter = |from: &str| gate.enter(from.parse().unwrap());
        let first = enter("192.0.2.1").unwrap();
        let _second = enter("192.0.2.1").unwrap();
        assert!(enter("192.0.2.1").is_err());
        let _third = enter("192.0.2.2").unwrap();
        let fourth = enter("192.0.2.3").unwrap();
        assert!(enter("192.0.2.4").is_err(), "four are all");
        drop(fourth);
        assert!(
            enter("192.0.2.1").is_err(),
            "a refused one gives its place back"
        );
        drop(first);
        let _again = enter("192.0.2.1").unwrap();
        assert!(enter("192.0.2.1").is_err());
        assert_eq!(
            gate.open.lock().unwrap().len(),
            2,
            "who has gone is forgotten"
        );
    }

    #[test]
    fn a_proxy_that_is_trusted_asks_for_many() {
        let gate = gate(4, 1);
        let enter = |from: &str| gate.enter(from.parse().unwrap());
        let _all: Vec<Ticket> = (0..4).map(|_| enter("10.0.0.7").unwrap()).collect();
        assert!(
            enter("10.0.0.7").is_err(),
            "but not for more than there are"
        );
    }
}
