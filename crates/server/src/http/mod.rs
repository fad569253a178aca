//! What every request passes: sign-in before anything is parsed, limits, headers, and one door out for errors.

pub(crate) mod auth;
pub(crate) mod body_rest;
mod consent;
pub(crate) mod console;
pub(crate) mod dispatch;
pub(crate) mod extract;
pub(crate) mod headers;
mod json;
pub(crate) mod named;
mod object;
pub(crate) mod origin;
pub(crate) mod problem;
pub(crate) mod reply;
pub(crate) mod route;
