//! The kinds of operations, told apart by what they may run beside.
//!
//! A request type implements one of these traits in the file of its operation; nothing else has to
//! know about it. See `collection/` and `toc/` for the implementations.

use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::inference::WithObjects;
use crate::model::CollectionConfig;
use crate::toc::TableOfContent;

/// Reads one collection, perhaps with a look into others. Reads run in parallel, with each other and
/// with writes.
pub trait Read: Sized + Send + 'static {
    /// What the caller gets back.
    type Output: Send + 'static;

    /// Runs the part of the operation that needs this collection only.
    fn execute(self, collection: &Collection) -> Result<Self::Output>;

    /// The request, if it may have objects in the place of vectors. None are left when it is run.
    fn with_objects(&mut self) -> Option<&mut dyn WithObjects> {
        None
    }

    /// Answers for a collection that could not be opened, for that `reason`; `config` are its settings,
    /// if they can be read.
    fn of_damaged(self, reason: Error, config: Option<CollectionConfig>) -> Result<Self::Output> {
        drop(config);
        Err(reason)
    }

    /// Runs the operation on the caller's thread, on the collection of that name.
    fn run(self, name: &str, collections: &impl Collections) -> Result<Self::Output> {
        collections.enter(name, |collection| self.execute(collection))
    }
}

/// The collections that a [`Read`] may look into. Only one at a time: a reader that held one while it
/// waited for another could lock out those who want both.
pub trait Collections {
    /// Whether there is a collection, or an alias, of that name.
    fn contains(&self, name: &str) -> bool;

    /// Runs `read` on the collection that `name`, or the alias `name`, stands for.
    ///
    /// # Errors
    /// Those of `read`; 404 if there is no such collection.
    fn enter<T>(&self, name: &str, read: impl FnOnce(&Collection) -> Result<T>) -> Result<T>;
}

/// What a [`Write`] answers.
pub trait WriteOutput: Sized + Send + 'static {
    /// The answer for a caller who waits no longer for a write that will still be made; `None` if that
    /// is an error.
    fn unfinished() -> Option<Self> {
        None
    }
}

impl WriteOutput for () {}

/// Changes one collection. Writes to one collection run one after the other, in call order.
pub trait Write: Send + 'static {
    /// What the caller gets back.
    type Output: WriteOutput;

    /// Whether it may run beside the optimizer. If not, it waits for the end of the optimizer's run, and
    /// the writes behind it do.
    const BESIDE_OPTIMIZER: bool = true;

    /// As [`Read::with_objects`].
    fn with_objects(&mut self) -> Option<&mut dyn WithObjects> {
        None
    }

    /// Runs the operation on the caller's thread. On an error nothing has been written.
    fn execute(self, collection: &Collection) -> Result<Self::Output>;
}

/// Changes the settings of one collection, in its place among the collection's writes. What of the new
/// settings reaches the engine, and how, is the business of the collection's [entry](crate::toc).
pub trait Reconfigure: Send + 'static {
    /// What becomes of the settings. On an error nothing has been changed.
    fn reconfigured(self, config: CollectionConfig) -> Result<CollectionConfig>;
}

/// Reads the table of content: which collections and aliases there are.
pub trait Inspect: Send + 'static {
    /// What the caller gets back.
    type Output: Send + 'static;

    /// Runs the operation on the caller's thread.
    fn execute(self, toc: &TableOfContent) -> Result<Self::Output>;
}

/// Moves data out of the store or makes it ready to come in, such as a snapshot. It may take long, and
/// runs on a thread of its own beside everything else.
pub trait Transfer: Send + 'static {
    /// What the caller gets back.
    type Output: Send + 'static;

    /// Runs the operation on the caller's thread. Of what is in use, nothing is changed.
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
