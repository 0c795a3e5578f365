//! Counts what a room does at once, up to a limit.

use std::{cell::Cell, rc::Rc};

/// A guard that counts until it is dropped.
pub(crate) struct Counted(Rc<Cell<usize>>);

impl Counted {
    /// Adds one to `count`. [`None`] if it has reached `max`.
    pub(crate) fn begin(count: &Rc<Cell<usize>>, max: usize) -> Option<Self> {
        let increased = count.get().checked_add(1).filter(|increased| *increased <= max)?;
        count.set(increased);
        Some(Self(count.clone()))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.set(self.0.get().saturating_sub(1));
    }
}
