//! Configuration, routes and sessions of the HTTPS server.

pub mod clients;
pub mod config;
mod connections;
mod convert;
mod http;
mod limits;
pub mod request_log;
mod routes;
pub mod serve;
mod service;
mod state;
pub mod tls;
pub mod unseal;

pub use connections::ConnectionLimits;
pub use http::route::{Access, Patience, Resource, Route};
pub use limits::{Narrow, Network, Rates};
pub use routes::all as routes;
pub use service::service;
pub use state::ServerState;
