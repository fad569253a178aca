//! Signing in by a provider: there and back again.

use axum::Extension;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};
use keyferry_api::endpoint::encode_segment;
use keyferry_api::openapi::SESSION_COOKIE;
use keyferry_api::sign_in_provider::{CallbackQuery, RedeemCodeRequest, StartQuery};
use keyferry_app::AppError;
use keyferry_app::access::{Arrived, FLOW_MAX, Finished};
use keyferry_ports::secret::SecretText;

use super::sessions::{COOKIE_RULES, begun};
use crate::convert::access;
use crate::convert::sign_in_provider as convert;
use crate::http::auth::{cookie_named, session_cookie};
use crate::http::console::accepts;
use crate::http::extract::{Input, Params, Selector};
use crate::http::problem::Refused;
use crate::limits::ClientAddress;
use crate::state::ServerState;

/// Holds the browser's secret until it comes back.
const FLOW_COOKIE: &str = "__Host-keyferry-sign-in";

/// What that cookie may do. `Lax`, because whoever comes back from a provider arrives by a link of another site, and `Strict`
/// would withhold it from that very request. It is worth nothing without the state that the provider gives back.
const FLOW_RULES: &str = "Path=/; Secure; HttpOnly; SameSite=Lax";

fn to(location: &str, cookies: &[String]) -> Response {
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response();
    for cookie in cookies {
        if let Ok(value) = cookie.parse() {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

pub(crate) async fn start(
    State(state): State<ServerState>,
    Selector(provider): Selector,
    Params(query): Params<StartQuery>,
    from: Option<Extension<ClientAddress>>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let from = from.map(|Extension(address)| address.to_string());
    let wish = convert::wish(query, session_cookie(&headers))?;
    let access = &state.app.access;
    let begun = access
        .begin_at_provider(&provider, wish, &from.unwrap_or_default())
        .await;
    let begun = match begun {
        Ok(begun) => begun,
        Err(error) if shows_pages(&headers) => return Ok(to(&failed(&error), &[])),
        Err(error) => return Err(error.into()),
    };
    let seconds = FLOW_MAX.as_secs();
    let browser = begun.browser.expose();
    let cookie = format!("{FLOW_COOKIE}={browser}; {FLOW_RULES}; Max-Age={seconds}");
    Ok(to(&begun.location, &[cookie]))
}

pub(crate) async fn callback(
    State(state): State<ServerState>,
    Selector(provider): Selector,
    Params(query): Params<CallbackQuery>,
    headers: HeaderMap,
) -> Result<Response, Refused> {
    let back = convert::back(query, cookie_named(&headers, FLOW_COOKIE));
    let access = &state.app.access;
    let finished = access.finish_at_provider(&provider, back).await;
    arrival(finished, shows_pages(&headers))
}

/// Where the browser goes, and with what. One that shows pages is shown one where it failed, too.
fn arrival(finished: Finished, shows_pages: bool) -> Result<Response, Refused> {
    let gone = format!("{FLOW_COOKIE}=; {FLOW_RULES}; Max-Age=0");
    let listening = finished
        .port
        .map(|port| format!("http://127.0.0.1:{port}/"));
    match (finished.arrived, listening) {
        (Ok(Arrived::SignedIn { issued, return_to }), _) => {
            let cookie = issued.secret.expose();
            let cookie = format!("{SESSION_COOKIE}={cookie}; {COOKIE_RULES}");
            Ok(to(&return_to, &[cookie, gone]))
        }
        (Ok(Arrived::Confirmed { return_to }), _) => Ok(to(&return_to, &[gone])),
        (Ok(Arrived::Code(code)), Some(place)) => Ok(to(&with(&place, "code", &code), &[gone])),
        (Ok(Arrived::Code(_)), None) => Err(AppError::NotSignedIn.into()),
        (Err(error), Some(place)) => {
            let why = SecretText::new(format!("{error} [{}]", error.code()));
            Ok(to(&with(&place, "error", &why), &[gone]))
        }
        (Err(error), None) if shows_pages => Ok(to(&failed(&error), &[gone])),
        (Err(error), None) => Err(error.into()),
    }
}

/// Whether a browser asks that shows a page to somebody.
fn shows_pages(headers: &HeaderMap) -> bool {
    accepts(headers, &header::ACCEPT, "text/html")
}

/// The console's start page, which says what went wrong. The address carries the code alone: words in it could be anybody's.
fn failed(error: &AppError) -> String {
    format!("/?error={}", encode_segment(error.code()))
}

fn with(place: &str, name: &str, value: &SecretText) -> String {
    format!("{place}?{name}={}", encode_segment(value.expose()))
}

pub(crate) async fn redeem(
    State(state): State<ServerState>,
    Input(body): Input<RedeemCodeRequest>,
) -> Result<Response, Refused> {
    let (code, verifier) = (access::secret(&body.code), access::secret(&body.verifier));
    let redeemed = state.app.access.redeem_code(&code, &verifier).await?;
    let (issued, user) = redeemed;
    Ok(begun(&issued, user.name.to_string()))
}
