//! Keeps other processes and crash dumps away from this process's memory.

/// The operating system refused.
#[derive(Debug, thiserror::Error)]
#[error("this process could not be shut off from debuggers and core dumps: {why}")]
pub struct NotHardened {
    why: String,
}

/// No core dumps and no tracing by processes of the same user, from now on. Call it first in `main`.
///
/// A debugger that is already attached, and root, still read everything.
pub fn harden_process() -> Result<(), NotHardened> {
    secmem_proc::harden_process().map_err(|error| NotHardened {
        why: error.to_string(),
    })
}
