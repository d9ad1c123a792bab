//! The thread on which one model lives.

use std::any::Any;
use std::collections::VecDeque;
use std::panic::{self, AssertUnwindSafe};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use std::{iter, mem, thread};

use tokio::sync::oneshot;

use crate::error::{Error, ErrorKind, Result};
use crate::model::{Model, ModelId, Surroundings};
use crate::options::Progress;
use crate::providers::Execution;
use crate::registry::Registry;
use crate::warning::warn;

/// How long to look out for the next call: as long as a caller takes from an answer to it.
const LOOKOUT: Duration = Duration::from_micros(300);

/// One call.
pub(crate) struct Job<M: Model> {
    pub inputs: Vec<M::Input>,
    pub batch_size: usize,
    pub unload_after: Duration,
    pub surroundings: Surroundings,
    /// Is told what runs the model.
    pub execution: Arc<OnceLock<Execution>>,
    pub reply: oneshot::Sender<Result<Vec<M::Output>>>,
}

/// Serves the calls to one model, in the order in which they were made, and loads it for the first.
pub(crate) struct Worker<M: Model> {
    registry: &'static Registry<M>,
    id: ModelId,
    jobs: Receiver<Job<M>>,
    /// Calls taken from `jobs`, but not yet served.
    waiting: VecDeque<Job<M>>,
    model: Option<M>,
    /// What runs the model.
    execution: Execution,
    /// How long it is kept without a call: as the last one said.
    unload_after: Duration,
}

impl<M: Model> Worker<M> {
    pub fn new(registry: &'static Registry<M>, id: ModelId, jobs: Receiver<Job<M>>) -> Self {
        Self {
            registry,
            id,
            jobs,
            waiting: VecDeque::new(),
            model: None,
            execution: Execution::default(),
            unload_after: Duration::MAX,
        }
    }

    /// Works until the model is unloaded or idle, or until it cannot be loaded for anyone. Returns whether
    /// there is a model to be freed.
    pub fn run(mut self) -> bool {
        while let Some(job) = self.next() {
            // Nobody waits for the answer any more.
            if job.reply.is_closed() {
                continue;
            }
            match self.load(&job.surroundings) {
                Ok(()) => {
                    self.unload_after = job.unload_after;
                    let _ = job.execution.set(self.execution.clone());
                    let result = self.embed(&job);
                    let _ = job.reply.send(result);
                }
                // The others may still wait for it.
                Err(error) if error.kind() == ErrorKind::Cancelled => {}
                Err(error) => self.refuse(job, &error),
            }
        }
        self.model.is_some()
    }

    fn next(&mut self) -> Option<Job<M>> {
        if let Some(job) = self.waiting.pop_front() {
            return Some(job);
        }
        match self.model {
            Some(_) => match self.look_out().or_else(|_| self.jobs.recv_timeout(self.unload_after)) {
                Ok(job) => Some(job),
                Err(RecvTimeoutError::Timeout) => self.registry.retire(&self.id, &self.jobs),
                Err(RecvTimeoutError::Disconnected) => None,
            },
            // Without a model there is nothing to keep: the next call gets a new thread.
            None => self.jobs.try_recv().ok().or_else(|| self.registry.retire(&self.id, &self.jobs)),
        }
    }

    /// Waits a moment for the next call: to wake this thread takes as long as part of a short text.
    fn look_out(&self) -> std::result::Result<Job<M>, RecvTimeoutError> {
        let until = Instant::now() + LOOKOUT;
        loop {
            match self.jobs.try_recv() {
                Ok(job) => return Ok(job),
                Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
                Err(TryRecvError::Empty) if Instant::now() >= until => return Err(RecvTimeoutError::Timeout),
                Err(TryRecvError::Empty) => thread::yield_now(),
            }
        }
    }

    fn load(&mut self, surroundings: &Surroundings) -> Result<()> {
        if self.model.is_some() {
            return Ok(());
        }
        let load = |id: &ModelId| {
            let load = || {
                guarded(|| M::load(id, surroundings)).map_err(|error| match error {
                    Failure::Error(error) => error,
                    Failure::Panic(reason) => id.unusable(reason),
                })
            };
            id.load(surroundings, load)
        };
        let (model, execution) = match load(&self.id) {
            Ok(model) => (model, self.id.execution(surroundings)?),
            Err(error) => match self.id.execution(surroundings) {
                Ok(execution) if !execution.is_on_cpu() && is_of_session(&error) => {
                    let model = load(&ModelId { providers: Vec::new(), ..self.id.clone() })?;
                    (model, execution.without_providers(&error))
                }
                _ => return Err(error),
            },
        };
        for fallback in &execution.fallbacks {
            warn(&format!("{}: {fallback}", self.id.source));
        }
        self.model = Some(model);
        self.execution = execution;
        Ok(())
    }

    /// Answers `job`, and those that wait for the same attempt to load the model, with `error`.
    fn refuse(&mut self, job: Job<M>, error: &Error) {
        let offline = job.surroundings.hub.offline;
        // Before the first answer, after which a caller may have mended the cause and called again.
        self.waiting.extend(self.jobs.try_iter());
        let (same, other) = mem::take(&mut self.waiting)
            .into_iter()
            .partition::<VecDeque<_>, _>(|job| job.surroundings.hub.offline == offline);
        self.waiting = other;
        for job in iter::once(job).chain(same) {
            let _ = job.reply.send(Err(error.clone()));
        }
    }

    fn embed(&mut self, job: &Job<M>) -> Result<Vec<M::Output>> {
        let Some(model) = &mut self.model else { return Err(Error::internal("the model is gone")) };
        let total = job.inputs.len();
        let mut vectors = Vec::with_capacity(total);
        let mut batches = job.inputs.chunks(job.batch_size).peekable();
        while let Some(batch) = batches.next() {
            let next = batches.peek().copied().unwrap_or_default();
            if job.reply.is_closed() {
                break;
            }
            match guarded(|| model.embed(vectors.len(), batch, next)) {
                Ok(batch) => vectors.extend(batch),
                Err(Failure::Error(error)) => return Err(error),
                Err(Failure::Panic(reason)) => {
                    // Whatever state it left behind is not to be trusted.
                    self.model = None;
                    return Err(Error::internal(format!("{} failed: {reason}", self.id.source)));
                }
            }
            if let Some(listener) = &job.surroundings.listener {
                listener(Progress::Embed { done: vectors.len(), total });
            }
        }
        Ok(vectors)
    }
}

/// Whether it may be what runs the model that failed, rather than that there are no files.
fn is_of_session(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Internal)
}

enum Failure {
    Error(Error),
    Panic(String),
}

/// Runs `work` such that a panic in it is a failure like any other.
fn guarded<T>(work: impl FnOnce() -> Result<T>) -> std::result::Result<T, Failure> {
    match panic::catch_unwind(AssertUnwindSafe(work)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(Failure::Error(error)),
        Err(panic) => Err(Failure::Panic(message_of(panic.as_ref()))),
    }
}

fn message_of(panic: &(dyn Any + Send)) -> String {
    let message =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    message.unwrap_or("panic").to_owned()
}
