//! A high-water mark in memory.

use std::sync::{Mutex, PoisonError};

use keyferry_ports::marks::{MarkError, Marks};

/// Keeps the mark, and shows and replaces it for tests.
#[derive(Debug, Default)]
pub struct MemoryMarks {
    note: Mutex<Option<String>>,
}

impl MemoryMarks {
    /// Puts another mark there, or none.
    pub fn set(&self, note: Option<String>) {
        *self.note.lock().unwrap_or_else(PoisonError::into_inner) = note;
    }
}

impl Marks for MemoryMarks {
    fn read(&self) -> Result<Option<String>, MarkError> {
        Ok(self
            .note
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone())
    }

    fn write(&self, note: &str) -> Result<(), MarkError> {
        self.set(Some(note.to_owned()));
        Ok(())
    }
}
