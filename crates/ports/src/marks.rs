//! High-water marks of the audit log: the last signed checkpoint that this server saw, kept outside the database.

/// Why a mark could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the high-water mark of the audit log cannot be used: {why}")]
pub struct MarkError {
    /// In one sentence.
    pub why: String,
}

/// Where the mark is kept. Whoever restores an older database leaves it as it is.
pub trait Marks: Send + Sync + 'static {
    /// The signed note that was kept last; `None` where none ever was.
    ///
    /// # Errors
    ///
    /// Where there is one that cannot be read.
    fn read(&self) -> Result<Option<String>, MarkError>;

    /// Keeps this note in place of the one before; durable when this returns.
    ///
    /// # Errors
    ///
    /// Where it could not be kept: the one before is still there.
    fn write(&self, note: &str) -> Result<(), MarkError>;
}

/// Keeps no mark: for an installation that ends with its process.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unmarked;

impl Marks for Unmarked {
    fn read(&self) -> Result<Option<String>, MarkError> {
        Ok(None)
    }

    fn write(&self, _: &str) -> Result<(), MarkError> {
        Ok(())
    }
}
