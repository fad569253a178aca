//! Signing in by a provider: a browser does it, and comes back to this host with a code.

use std::time::Duration;

use aws_lc_rs::{digest, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use keyferry_api::access::SessionView;
use keyferry_api::endpoint::encode_segment;
use keyferry_api::endpoints as at;
use keyferry_api::secret::Secret;
use keyferry_api::sign_in_provider::{ProviderPage, RedeemCodeRequest};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{Call, Client, Reply};
use crate::error::{CliError, Exit};
use crate::world::World;

/// How long a person has: as long as the server waits, and a little more.
const PATIENCE: Duration = Duration::from_secs(11 * 60);

/// How long one browser may take to say what it wants.
const ONE_REQUEST: Duration = Duration::from_secs(5);

/// The longest request that a browser makes here, in bytes.
const REQUEST_MAX: usize = 8 * 1024;

const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset=utf-8\r\ncache-control: no-store\r\n\
    referrer-policy: no-referrer\r\nconnection: close\r\n\r\n";

/// What a browser brings.
enum Brought {
    Code(Secret),
    Refusal(String),
}

/// Begins a session by a provider; answers what the server said and who that is. Where it is anew, the provider asks again
/// whoever is signed in there.
pub(super) async fn sign_in(
    world: &mut World,
    client: &Client,
    provider: &str,
    is_anew: bool,
) -> Result<(Reply, String), CliError> {
    let start = start_of(client, provider).await?;
    let broken = |error: std::io::Error| {
        CliError::new(Exit::Transient, "this host lets nobody listen at 127.0.0.1").because(&error)
    };
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(broken)?;
    let port = listener.local_addr().map_err(broken)?.port();
    let verifier = verifier()?;
    let challenge = challenge_of(verifier.expose());
    world.say("open this in a browser on this host, and sign in there:");
    let anew = if is_anew { "&confirm=true" } else { "" };
    world.say(&format!(
        "  {start}?cli_port={port}&cli_challenge={challenge}{anew}"
    ));
    let waiting = tokio::time::timeout(PATIENCE, brought(&listener)).await;
    let late = || {
        CliError::new(Exit::NotSignedIn, "nobody signed in in time").hint("run the command again")
    };
    let code = match waiting.map_err(|_| late())?.map_err(broken)? {
        Brought::Code(code) => code,
        Brought::Refusal(why) => {
            return Err(
                CliError::new(Exit::NotSignedIn, format!("nobody was signed in: {why}"))
                    .hint("see what the message names; the server's log tells more"),
            );
        }
    };
    let request = RedeemCodeRequest { code, verifier };
    let call = Call::to(&at::REDEEM_OIDC, &[]).body(&request);
    let reply = client.send(call).await?;
    let begun: SessionView = reply.read()?;
    Ok((reply, begun.user))
}

async fn start_of(client: &Client, provider: &str) -> Result<String, CliError> {
    let call = Call::to(&at::LIST_PROVIDERS, &[]);
    let page: ProviderPage = client.send(call).await?.read()?;
    let found = page.items.iter().find(|one| one.name == provider);
    found.map(|one| one.start_url.clone()).ok_or_else(|| {
        let names: Vec<&str> = page.items.iter().map(|one| one.name.as_str()).collect();
        let hint = match names.is_empty() {
            true => "there is none; sign in with --user".to_owned(),
            false => format!("there are: {}", names.join(", ")),
        };
        CliError::new(
            Exit::NotFound,
            format!("there is no sign-in provider `{provider}`"),
        )
        .hint(&hint)
    })
}

/// 256 random bits, as text.
fn verifier() -> Result<Secret, CliError> {
    let mut bytes = [0u8; 32];
    rand::fill(&mut bytes)
        .map_err(|error| CliError::new(Exit::Bug, "there is no randomness").because(&error))?;
    Ok(Secret::new(URL_SAFE_NO_PAD.encode(bytes)))
}

fn challenge_of(verifier: &str) -> String {
    let hash = digest::digest(&digest::SHA256, verifier.as_bytes());
    encode_segment(&URL_SAFE_NO_PAD.encode(hash))
}

/// Waits for the browser; what else calls here is answered and forgotten.
async fn brought(listener: &TcpListener) -> std::io::Result<Brought> {
    loop {
        let (stream, _) = listener.accept().await?;
        let heard = tokio::time::timeout(ONE_REQUEST, hear(stream)).await;
        if let Ok(Ok(Some(brought))) = heard {
            return Ok(brought);
        }
    }
}

async fn hear(mut stream: TcpStream) -> std::io::Result<Option<Brought>> {
    let mut head = Vec::new();
    let mut part = [0u8; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < REQUEST_MAX {
        let count = stream.read(&mut part).await?;
        if count == 0 {
            break;
        }
        head.extend(part.iter().take(count));
    }
    let brought = read(&String::from_utf8_lossy(&head));
    let words = match &brought {
        Some(Brought::Code(_)) => "Signed in; go back to the command line and close this page.\n",
        Some(Brought::Refusal(_)) => "Nobody was signed in; the command line tells why.\n",
        None => "Nothing is here.\n",
    };
    stream.write_all(ANSWER.as_bytes()).await?;
    stream.write_all(words.as_bytes()).await?;
    stream.shutdown().await?;
    Ok(brought)
}

/// What the first line of a request brings.
fn read(head: &str) -> Option<Brought> {
    let query = head.strip_prefix("GET /?")?.split_whitespace().next()?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(name, value)| match name {
        "code" => Some(Brought::Code(Secret::new(decoded(value)))),
        "error" => Some(Brought::Refusal(decoded(value))),
        _ => None,
    })
}

/// Percent-decoded, without what could steer a terminal.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hex = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match hex
            .filter(|_| *first == b'%')
            .map(|two| u8::from_str_radix(two, 16))
        {
            Some(Ok(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_brings_a_code_or_a_refusal_or_nothing() {
        let code = |head: &str| match read(head) {
            Some(Brought::Code(code)) => Some(code.expose().to_owned()),
            _ => None,
        };
        assert_eq!(
            code("GET /?code=ab12 HTTP/1.1\r\nhost: x\r\n\r\n").unwrap(),
            "ab12"
        );
        for head in [
            "GET /favicon.ico HTTP/1.1",
            "POST /?code=x HTTP/1.1",
            "GET / HTTP/1.1",
            "",
        ] {
            assert!(read(head).is_none(), "{head}");
        }
        let Some(Brought::Refusal(why)) = read("GET /?error=no%20way%1B[2J%0A HTTP/1.1") else {
            panic!("a refusal is one");
        };
        assert_eq!(why, "no way[2J");
    }
}
