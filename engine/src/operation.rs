//! The three kinds of operations, told apart by what they may run beside.
//!
//! A request type implements one of these traits in the file of its operation; nothing else has to
//! know about it. See `collection/` and `toc/` for the implementations.

use crate::collection::Collection;
use crate::error::Result;
use crate::toc::TableOfContent;

/// Reads one collection. Reads run in parallel, with each other and with writes.
pub trait Read: Send + 'static {
    /// What the caller gets back.
    type Output: Send + 'static;

    /// Runs the operation on the caller's thread.
    fn execute(self, collection: &Collection) -> Result<Self::Output>;
}

/// Changes one collection. Writes to one collection run one after the other, in call order.
pub trait Write: Send + 'static {
    /// What the caller gets back.
    type Output: Send + 'static;

    /// Runs the operation on the caller's thread. On an error nothing has been written.
    fn execute(self, collection: &Collection) -> Result<Self::Output>;
}

/// Reads the table of content: which collections and aliases there are.
pub trait Inspect: Send + 'static {
    /// What the caller gets back.
    type Output: Send + 'static;

    /// Runs the operation on the caller's thread.
    fn execute(self, toc: &TableOfContent) -> Result<Self::Output>;
}

/// Changes the table of content. Such changes run one after the other, in call order; calls that
/// name what a pending change [touches](Touches) run after it.
pub trait Manage: Send + 'static {
    /// What the caller gets back.
    type Output: Send + 'static;

    /// Runs the operation on the caller's thread. On an error nothing has been changed.
    fn execute(self, toc: &TableOfContent) -> Result<Self::Output>;
}

/// The collection and alias names that a [`Manage`] or [`Inspect`] operation is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touches {
    /// This name only.
    Name(String),
    /// Possibly every name.
    All,
}

impl Touches {
    pub(crate) fn overlaps(&self, other: &Touches) -> bool {
        match (self, other) {
            (Touches::Name(a), Touches::Name(b)) => a == b,
            (Touches::All, _) | (_, Touches::All) => true,
        }
    }
}
