//! What travels over the channel: an operation with the typed reply that belongs to it.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use tokio::sync::oneshot;

use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::operation::Touches;
use crate::toc::{Entry, TableOfContent};

/// An operation that waits for its target, or for the reason why there is none. What it gives back is
/// called when the outcome may be told.
pub(crate) type Job<T> = Box<dyn FnOnce(Result<&T>) -> Reply + Send>;

/// Tells the outcome of an operation to its caller; an error here is that of making it durable.
pub(crate) type Reply = Box<dyn FnOnce(Result<()>) + Send>;

pub(super) enum Message {
    Call(Call),
    /// Sent only while nothing else is in flight. Answered when everything is flushed and let go of,
    /// or with the reason why the engine stays open.
    Close {
        reply: oneshot::Sender<Result<()>>,
    },
}

/// What a client asks for.
pub(super) enum Call {
    Write {
        collection: String,
        job: Job<Collection>,
    },
    /// A write that is about more than the open collection.
    WriteEntry {
        collection: String,
        job: Job<Entry>,
    },
    Inspect {
        touches: Touches,
        job: Job<TableOfContent>,
    },
    Transfer {
        touches: Touches,
        job: Job<TableOfContent>,
    },
    Manage {
        touches: Touches,
        job: Job<TableOfContent>,
    },
}

impl Call {
    pub(super) fn touches(&self) -> Touches {
        match self {
            Call::Write { collection, .. } | Call::WriteEntry { collection, .. } => {
                Touches::Name(collection.clone())
            }
            Call::Inspect { touches, .. } | Call::Transfer { touches, .. } | Call::Manage { touches, .. } => {
                touches.clone()
            }
        }
    }

    pub(super) fn is_change(&self) -> bool {
        matches!(self, Call::Manage { .. })
    }
}

/// What becomes of an operation that has not begun when nobody waits for it any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Abandoned {
    /// It changes nothing, and is left out.
    Skip,
    /// It is done all the same.
    Finish,
}

/// Wraps an operation into a job: the one place where panics are caught and replies are sent.
///
/// The permit counts the call as in flight until its work is done, whether or not the caller still
/// waits.
pub(super) fn job<T, O: Send + 'static>(
    abandoned: Abandoned,
    operation: impl FnOnce(&T) -> Result<O> + Send + 'static,
    permit: impl Send + 'static,
) -> (Job<T>, oneshot::Receiver<Result<O>>) {
    let (reply, answer) = oneshot::channel();
    let job = move |target: Result<&T>| {
        if abandoned == Abandoned::Skip && reply.is_closed() {
            return no_reply();
        }
        let result = target.and_then(|target| {
            catch_unwind(AssertUnwindSafe(|| operation(target))).unwrap_or_else(|panic| Err(panicked(panic)))
        });
        let tell: Reply = Box::new(move |durable| {
            drop(permit);
            // The caller may have lost interest; the work is done all the same.
            let _ = reply.send(result.and_then(|output| durable.map(|()| output)));
        });
        tell
    };
    (Box::new(job), answer)
}

/// For work that nobody waits for.
pub(crate) fn no_reply() -> Reply {
    Box::new(drop)
}

fn panicked(panic: Box<dyn Any + Send>) -> Error {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "unknown panic".to_owned());
    tracing::error!(%text, "an operation panicked");
    Error::Service(format!("the operation panicked: {text}"))
}
