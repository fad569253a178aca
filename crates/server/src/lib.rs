//! Configuration, routes and sessions of the HTTPS server.
