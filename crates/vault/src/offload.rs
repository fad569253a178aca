//! Work that would hold up the executor (RSA generation, Argon2) goes to a thread of its own, where there is one.

/// The work was cut off: it panicked, or the runtime is shutting down.
pub(crate) struct CutOff;

/// Runs heavy work beside the executor in a runtime of many threads; in place in a runtime of one thread, where
/// simulations want one order of events, and outside any runtime.
pub(crate) async fn offload<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, CutOff> {
    use tokio::runtime::{Handle, RuntimeFlavor};
    match Handle::try_current() {
        Ok(runtime) if runtime.runtime_flavor() == RuntimeFlavor::MultiThread => {
            runtime.spawn_blocking(work).await.map_err(|_| CutOff)
        }
        _ => Ok(work()),
    }
}
