//! The API's forms, held against what is checked in and against what must not happen.

mod openapi;
mod requests;
