//! What handlers share.

use std::sync::Arc;

use keyferry_app::App;

/// The application, and facts about this server.
#[derive(Clone)]
pub struct ServerState {
    /// The application.
    pub app: Arc<App>,
}
