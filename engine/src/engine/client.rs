//! The handle that callers hold.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::RwLock;
use tokio::sync::oneshot;

use super::instance::Engine;
use super::message::{Abandoned, Call, Job, Rest, Step, guarded, job, write_job};
use crate::collection::{Collection, Flush};
use crate::error::{Error, Result};
use crate::inference::{Models, Purpose};
use crate::operation::{
    Collections, Inspect, Manage, Read, Reconfigure, Touches, Transfer, Write, WriteOutput,
};
use crate::toc::{Closing, Entry, TableOfContent, UnflushedCollections};

/// A client of an embedded Qdrant.
///
/// All clients of one folder in one process share one engine. Calls are queued in the order in which
/// their futures are first polled. The engine stops, with everything flushed, when its last client is
/// closed or dropped; dropping blocks until then.
#[derive(Debug)]
pub struct QdrantClient {
    engine: RwLock<Option<Arc<Engine>>>,
    models: Models,
    /// Set from the start of a close, so that later calls are refused at once.
    closed: AtomicBool,
    /// Held while closing, so that a second `close` returns no sooner than the first.
    closing: tokio::sync::Mutex<()>,
}

impl QdrantClient {
    pub(super) fn new(engine: Arc<Engine>, models: Models) -> Self {
        Self {
            engine: RwLock::new(Some(engine)),
            models,
            closed: AtomicBool::new(false),
            closing: tokio::sync::Mutex::new(()),
        }
    }

    /// Waits until the storage is open. Calls may be queued before.
    ///
    /// # Errors
    /// Why the storage could not be opened; every queued call fails with the same error.
    pub fn wait_until_open(&self) -> Result<()> {
        self.engine()?.opened()
    }

    /// Reads `collection` (a name or an alias).
    pub async fn read<R: Read>(&self, collection: &str, operation: R) -> Result<R::Output> {
        self.read_with(collection, None, || Ok(operation)).await
    }

    /// As [`read`](Self::read), with an operation that is built (say, parsed) where it will run, and
    /// perhaps with a time in which it has to be done.
    ///
    /// # Errors
    /// [`Error::Timeout`] after that time. Work that has begun goes on, unheeded.
    pub async fn read_with<R: Read>(
        &self,
        collection: &str,
        timeout: Option<Duration>,
        build: impl FnOnce() -> Result<R> + Send + 'static,
    ) -> Result<R::Output> {
        let name = collection.to_owned();
        let models = self.models.clone();
        let begin = move |toc: &TableOfContent| {
            let mut operation = build()?;
            let making = match operation.with_objects() {
                Some(request) => models.begin(request, Purpose::Search)?,
                None => None,
            };
            let Some(making) = making else { return Ok(Step::Done(toc.read(&name, timeout, operation)?)) };
            // Nothing is made for a collection that cannot be read.
            toc.enter(&name, |_| Ok(()))?;
            Ok(Step::Waiting(Box::pin(async move {
                let made = making.finish().await?;
                let rest: Rest<TableOfContent, R::Output> = Box::new(move |toc| {
                    if let Some(request) = operation.with_objects() {
                        toc.enter(&name, |collection| collection.put_made(made, request))?;
                    }
                    toc.read(&name, timeout, operation)
                });
                Ok(rest)
            })))
        };
        let answer = async {
            let engine = self.engine()?;
            // Both parts share a permit: with one each, a close could come in between.
            let (permit, entrance) = engine.admit(1).await?;
            let permit = Arc::new(permit);
            let read = |job| Call::Read { collection: collection.to_owned(), job };
            let begun = place(&engine, permit.clone(), Abandoned::Skip, begin, read)?;
            drop(entrance);
            match answer(&engine, begun).await? {
                Step::Done(output) => Ok(output),
                Step::Waiting(rest) => {
                    let rest = guarded(rest).await?;
                    answer(&engine, place(&engine, permit, Abandoned::Skip, rest, read)?).await
                }
            }
        };
        self.within(timeout, answer, || Err(late("read", timeout))).await
    }

    /// Changes `collection` (a name or an alias).
    pub async fn write<W: Write>(&self, collection: &str, operation: W) -> Result<W::Output> {
        self.write_with(collection, None, || Ok(operation)).await
    }

    /// As [`write`](Self::write), with an operation that is built (say, parsed) where it will run, and
    /// perhaps with a time to wait for it. After that time the write is still made in its turn, and
    /// the answer is [`WriteOutput::unfinished`].
    pub async fn write_with<W: Write>(
        &self,
        collection: &str,
        timeout: Option<Duration>,
        build: impl FnOnce() -> Result<W> + Send + 'static,
    ) -> Result<W::Output> {
        let collection = collection.to_owned();
        let answer = async {
            if W::BESIDE_OPTIMIZER {
                self.write_in_line(collection, timeout, build).await
            } else {
                let operation = move |target: &Collection| {
                    target.check_limits(|limits| limits.timeout(timeout))?;
                    build()?.execute(target)
                };
                let alone = move |entry: &Entry| entry.write_alone(operation);
                self.call(Abandoned::Finish, alone, |job| Call::WriteEntry { collection, job }).await
            }
        };
        self.within(timeout, answer, || W::Output::unfinished().ok_or_else(|| late("update", timeout))).await
    }

    /// A write that waits in its place in line for the vectors that models make for it.
    async fn write_in_line<W: Write>(
        &self,
        collection: String,
        timeout: Option<Duration>,
        build: impl FnOnce() -> Result<W> + Send + 'static,
    ) -> Result<W::Output> {
        let models = self.models.clone();
        let begin = move |target: &Collection| {
            target.check_limits(|limits| limits.timeout(timeout))?;
            let mut operation = build()?;
            let making = match operation.with_objects() {
                Some(request) => models.begin(request, Purpose::Update)?,
                None => None,
            };
            let Some(making) = making else { return Ok(Step::Done(operation.execute(target)?)) };
            Ok(Step::Waiting(Box::pin(async move {
                let made = making.finish().await?;
                let rest: Rest<Collection, W::Output> = Box::new(move |target| {
                    if let Some(request) = operation.with_objects() {
                        target.put_made(made, request)?;
                    }
                    operation.execute(target)
                });
                Ok(rest)
            })))
        };
        let engine = self.engine()?;
        let (permit, entrance) = engine.admit(1).await?;
        let (job, placed) = write_job(begin, permit);
        engine.send(Call::Write { collection, job })?;
        drop(entrance);
        answer(&engine, placed).await
    }

    /// Changes the settings of `collection` (a name or an alias). The answer is `true`.
    pub async fn reconfigure<R: Reconfigure>(&self, collection: &str, change: R) -> Result<bool> {
        self.reconfigure_with(collection, || Ok(change)).await
    }

    /// As [`reconfigure`](Self::reconfigure), with a change that is built (say, parsed) where it will
    /// run.
    pub async fn reconfigure_with<R: Reconfigure>(
        &self,
        collection: &str,
        build: impl FnOnce() -> Result<R> + Send + 'static,
    ) -> Result<bool> {
        let collection = collection.to_owned();
        let operation = move |entry: &Entry| entry.reconfigure(build()?);
        self.call(Abandoned::Finish, operation, |job| Call::WriteEntry { collection, job }).await
    }

    /// Reads the table of content.
    pub async fn inspect<I: Inspect>(&self, touches: Touches, operation: I) -> Result<I::Output> {
        let operation = |toc: &TableOfContent| operation.execute(toc);
        self.call(Abandoned::Skip, operation, |job| Call::Inspect { touches, job }).await
    }

    /// Changes the table of content.
    pub async fn manage<M: Manage>(&self, touches: Touches, operation: M) -> Result<M::Output> {
        self.manage_with(touches, || Ok(operation)).await
    }

    /// As [`manage`](Self::manage), with an operation that is built (say, parsed) where it will run.
    pub async fn manage_with<M: Manage>(
        &self,
        touches: Touches,
        build: impl FnOnce() -> Result<M> + Send + 'static,
    ) -> Result<M::Output> {
        let operation = |toc: &TableOfContent| build()?.execute(toc);
        self.call(Abandoned::Finish, operation, |job| Call::Manage { touches, job }).await
    }

    /// Writes everything that was called before to the disk, of every collection, and returns when a
    /// power cut cannot take it any more.
    ///
    /// # Errors
    /// [`Error::Storage`] or [`Error::Service`] when the disk refuses.
    pub async fn flush(&self) -> Result<()> {
        let engine = self.engine()?;
        // All share a permit: with one each, a close could come in between.
        let (permit, entrance) = engine.admit(1).await?;
        let permit = Arc::new(permit);
        let unflushed = |toc: &TableOfContent| UnflushedCollections.execute(toc);
        let inspect = |job| Call::Inspect { touches: Touches::All, job };
        let names = place(&engine, permit.clone(), Abandoned::Skip, unflushed, inspect)?;
        drop(entrance);
        let mut flushed = Vec::new();
        for collection in answer(&engine, names).await? {
            let flush = |collection: &Collection| Flush.execute(collection).map(Step::Done);
            let (job, placed) = write_job(flush, permit.clone());
            engine.send(Call::Write { collection, job })?;
            flushed.push(placed);
        }
        for flushed in flushed {
            match answer(&engine, flushed).await {
                Err(Error::NotFound(_)) => {} // deleted meanwhile
                outcome => outcome?,
            }
        }
        Ok(())
    }

    /// Moves data out of the store.
    pub async fn transfer<T: Transfer>(&self, touches: Touches, operation: T) -> Result<T::Output> {
        let operation = |toc: &TableOfContent| operation.execute(toc);
        self.call(Abandoned::Finish, operation, |job| Call::Transfer { touches, job }).await
    }

    /// Makes data ready beside the store, and then makes the change that takes it in. Meanwhile all else
    /// goes on; what is written to a collection that is then replaced is replaced with it.
    pub async fn take_in<T>(
        &self,
        touches: Touches,
        build: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<<T::Output as Manage>::Output>
    where
        T: Transfer,
        T::Output: Manage,
    {
        let engine = self.engine()?;
        // Both places at once: who closes the client waits for both.
        let (mut first, entrance) = engine.admit(2).await?;
        let second = first.split(1).ok_or(Error::Closed)?;
        let prepare = |toc: &TableOfContent| build()?.execute(toc);
        let transfer = |job| Call::Transfer { touches, job };
        let prepared = place(&engine, first, Abandoned::Finish, prepare, transfer)?;
        drop(entrance);
        let prepared = answer(&engine, prepared).await?;
        let change = |toc: &TableOfContent| prepared.execute(toc);
        // An alias of the collection may be used as well.
        let touches = Touches::All;
        let manage = |job| Call::Manage { touches, job };
        answer(&engine, place(&engine, second, Abandoned::Finish, change, manage)?).await
    }

    /// Refuses all calls from now on. The beginning of a [`close`](Self::close), for who cannot begin it at
    /// once.
    pub fn refuse_calls(&self) {
        self.closed.store(true, Ordering::Release);
    }

    /// Waits for the calls made so far, and closes this client. The last client of a folder flushes
    /// the data, stops the engine and releases the folder before this returns. Closing twice is
    /// harmless.
    ///
    /// # Errors
    /// When the data could not be flushed: the client then stays open, and `close` can be retried. Where
    /// the folder was removed meanwhile, there is nothing to retry: the client is closed all the same.
    pub async fn close(&self) -> Result<()> {
        self.leave(None).await
    }

    /// As [`close`](Self::close), but waits for an optimization that runs no longer than `patience`. Where it
    /// takes longer, it goes on and keeps the folder locked until it ends, or the process does: then it is
    /// begun anew at the next start. All that was acknowledged is on the disk by then.
    ///
    /// # Errors
    /// As `close`.
    pub async fn close_within(&self, patience: Duration) -> Result<()> {
        self.leave(Some(patience)).await
    }

    async fn leave(&self, patience: Option<Duration>) -> Result<()> {
        self.refuse_calls();
        let _closing = self.closing.lock().await;
        let Some(engine) = self.engine.read().clone() else { return Ok(()) };
        match engine.leave(patience).await {
            Closing::Closed { outcome, .. } => {
                self.engine.write().take();
                outcome
            }
            Closing::StillOpen(error) => {
                self.closed.store(false, Ordering::Release);
                Err(error)
            }
        }
    }

    /// Whether [`close`](Self::close) was called.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    fn engine(&self) -> Result<Arc<Engine>> {
        if self.is_closed() {
            return Err(Error::Closed);
        }
        self.engine.read().clone().ok_or(Error::Closed)
    }

    /// The one way into the engine. A call takes its place in line at the first poll.
    async fn call<T, O: Send + 'static>(
        &self,
        abandoned: Abandoned,
        operation: impl FnOnce(&T) -> Result<O> + Send + 'static,
        call: impl FnOnce(Job<T>) -> Call,
    ) -> Result<O> {
        let engine = self.engine()?;
        let (permit, entrance) = engine.admit(1).await?;
        let placed = place(&engine, permit, abandoned, operation, call)?;
        drop(entrance);
        answer(&engine, placed).await
    }

    /// Waits for `answer` as long as `timeout` allows.
    async fn within<O>(
        &self,
        timeout: Option<Duration>,
        answer: impl Future<Output = Result<O>>,
        late: impl FnOnce() -> Result<O>,
    ) -> Result<O> {
        match timeout {
            None => answer.await,
            Some(timeout) => self.engine()?.within(timeout, answer).await.unwrap_or_else(late),
        }
    }
}

impl Drop for QdrantClient {
    fn drop(&mut self) {
        if let Some(engine) = self.engine.get_mut().take() {
            engine.abandon();
        }
    }
}

/// Puts an operation in line. The permit is held until it is done.
fn place<T, O: Send + 'static>(
    engine: &Engine,
    permit: impl Send + 'static,
    abandoned: Abandoned,
    operation: impl FnOnce(&T) -> Result<O> + Send + 'static,
    call: impl FnOnce(Job<T>) -> Call,
) -> Result<oneshot::Receiver<Result<O>>> {
    let (job, answer) = job(abandoned, operation, permit);
    engine.send(call(job))?;
    Ok(answer)
}

async fn answer<O>(engine: &Engine, placed: oneshot::Receiver<Result<O>>) -> Result<O> {
    placed.await.unwrap_or_else(|_| Err(engine.gone()))
}

/// The server's answer when the time is up.
fn late(operation: &str, timeout: Option<Duration>) -> Error {
    Error::Timeout(format!("Operation '{operation}' timed out after {:?}", timeout.unwrap_or_default()))
}
