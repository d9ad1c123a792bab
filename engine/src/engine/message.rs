//! What travels over the channel: an operation with the typed reply that belongs to it.

use std::any::Any;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::collection::Collection;
use crate::error::{Error, Result};
use crate::operation::Touches;
use crate::toc::{Closing, Entry, TableOfContent};

/// An operation that waits for its target, or for the reason why there is none. What it gives back is
/// called when the outcome may be told.
pub(crate) type Job<T> = Box<dyn FnOnce(Result<&T>) -> Reply + Send>;

/// As [`Job`], of a write that may have to wait in its place in line.
pub(crate) type WriteJob = Box<dyn FnOnce(Result<&Collection>) -> Progress + Send>;

/// What comes later.
pub(crate) type Pending<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// How far a [`WriteJob`] is.
pub(crate) enum Progress {
    Done(Reply),
    /// The rest of it, which nothing in the same line may overtake.
    Waiting(Pending<WriteJob>),
}

/// How far an operation is that may have to wait.
pub(super) enum Step<T, O> {
    Done(O),
    Waiting(Pending<Result<Rest<T, O>>>),
}

/// What is left of an operation.
pub(super) type Rest<T, O> = Box<dyn FnOnce(&T) -> Result<O> + Send>;

/// Tells the outcome of an operation to its caller; an error here is that of making it durable.
pub(crate) type Reply = Box<dyn FnOnce(Result<()>) + Send>;

pub(super) enum Message {
    Call(Call),
    /// Sent only while nothing else is in flight. Answered when everything is flushed and let go of, but for
    /// what is optimized for longer than `patience`, or with the reason why the engine stays open.
    Close {
        patience: Option<Duration>,
        reply: oneshot::Sender<Closing>,
    },
}

/// What a client asks for.
pub(super) enum Call {
    Read {
        collection: String,
        job: Job<TableOfContent>,
    },
    Write {
        collection: String,
        job: WriteJob,
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
            Call::Read { collection, .. }
            | Call::Write { collection, .. }
            | Call::WriteEntry { collection, .. } => Touches::Name(collection.clone()),
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
        tell(caught(target, operation), reply, permit)
    };
    (Box::new(job), answer)
}

/// As [`job`], for a write that may have to wait.
pub(super) fn write_job<O: Send + 'static>(
    operation: impl FnOnce(&Collection) -> Result<Step<Collection, O>> + Send + 'static,
    permit: impl Send + 'static,
) -> (WriteJob, oneshot::Receiver<Result<O>>) {
    let (reply, answer) = oneshot::channel();
    let job = move |target: Result<&Collection>| match caught(target, operation) {
        Ok(Step::Waiting(rest)) => Progress::Waiting(Box::pin(async move {
            let rest = guarded(rest).await;
            let job: WriteJob = Box::new(move |target| {
                let result = rest.and_then(|rest| caught(target, rest));
                Progress::Done(tell(result, reply, permit))
            });
            job
        })),
        Ok(Step::Done(output)) => Progress::Done(tell(Ok(output), reply, permit)),
        Err(error) => Progress::Done(tell(Err(error), reply, permit)),
    };
    (Box::new(job), answer)
}

/// The outcome of `operation`, be it a panic.
fn caught<T, O>(target: Result<&T>, operation: impl FnOnce(&T) -> Result<O>) -> Result<O> {
    target.and_then(|target| {
        catch_unwind(AssertUnwindSafe(|| operation(target))).unwrap_or_else(|panic| Err(panicked(panic)))
    })
}

fn tell<O: Send + 'static>(
    result: Result<O>,
    reply: oneshot::Sender<Result<O>>,
    permit: impl Send + 'static,
) -> Reply {
    Box::new(move |durable| {
        drop(permit);
        // The caller may have lost interest; the work is done all the same.
        let _ = reply.send(result.and_then(|output| durable.map(|()| output)));
    })
}

/// What `future` gives, be it a panic.
pub(crate) async fn guarded<O>(mut future: Pending<Result<O>>) -> Result<O> {
    poll_fn(move |context| {
        catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context)))
            .unwrap_or_else(|panic| Poll::Ready(Err(panicked(panic))))
    })
    .await
}

/// Answers a write that cannot be made.
pub(crate) fn refuse_write(job: WriteJob, error: Error) {
    match job(Err(error)) {
        Progress::Done(reply) => reply(Ok(())),
        // A write without its collection has nothing to wait for.
        Progress::Waiting(_) => {}
    }
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
