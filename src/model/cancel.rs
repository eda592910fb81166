//! A wish to stop, shared between threads.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

/// Zero while running; the signal's number once somebody asked to stop.
#[derive(Clone, Default, Debug)]
pub struct Cancel(Arc<AtomicI32>);

impl Cancel {
    /// Asks everybody to stop, saying which signal did.
    pub fn set(&self, signal: i32) {
        self.0.store(signal, Ordering::SeqCst);
    }
    /// Returns whether to stop.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::SeqCst) != 0
    }
    /// Returns the signal that asked, if any.
    pub fn signal(&self) -> Option<i32> {
        Some(self.0.load(Ordering::SeqCst)).filter(|s| *s != 0)
    }
}
