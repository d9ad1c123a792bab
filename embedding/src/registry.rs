//! The loaded models of one kind, each with its thread.

use std::collections::BTreeMap;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use parking_lot::Mutex;

use crate::error::{Error, Result};
use crate::model::{Model, ModelId};
use crate::priority::make_way;
use crate::worker::{Job, Worker};

pub(crate) struct Registry<M: Model> {
    workers: Mutex<BTreeMap<ModelId, Handle<M>>>,
}

struct Handle<M: Model> {
    jobs: Sender<Job<M>>,
    /// Ends with whether it had a model.
    thread: JoinHandle<bool>,
}

impl<M: Model> Registry<M> {
    pub const fn new() -> Self {
        Self { workers: Mutex::new(BTreeMap::new()) }
    }

    /// Queues `job` for the model `id`, which gets a thread if it has none.
    pub fn submit(&'static self, id: &ModelId, job: Job<M>) -> Result<()> {
        let mut workers = self.workers.lock();
        if workers.get(id).is_none_or(|worker| worker.thread.is_finished()) {
            workers.insert(id.clone(), self.start(id.clone())?);
        }
        workers[id]
            .jobs
            .send(job)
            .map_err(|_| Error::internal(format!("the thread of {} has ended", id.source)))
    }

    fn start(&'static self, id: ModelId) -> Result<Handle<M>> {
        let (sender, jobs) = mpsc::channel();
        let worker = Worker::new(self, id, jobs);
        let thread = thread::Builder::new()
            .name("embedding".to_owned())
            .spawn(move || {
                make_way();
                worker.run()
            })
            .map_err(|error| Error::internal(format!("cannot start a thread: {error}")))?;
        Ok(Handle { jobs: sender, thread })
    }

    /// Forgets the model `id`, whose thread calls this because it could not load it, or because nobody
    /// has used it for long, unless there is a call left for it: calls are queued under the same lock, so that none is lost.
    pub fn retire(&self, id: &ModelId, jobs: &Receiver<Job<M>>) -> Option<Job<M>> {
        let mut workers = self.workers.lock();
        let job = jobs.try_recv().ok();
        if job.is_none()
            && workers.get(id).is_some_and(|worker| worker.thread.thread().id() == thread::current().id())
        {
            workers.remove(id);
        }
        job
    }

    /// Frees the models that `matches` picks, once the calls made so far are answered. Returns how
    /// many there were.
    pub fn unload(&self, matches: impl Fn(&ModelId) -> bool) -> usize {
        let picked: Vec<_> = self.workers.lock().extract_if(.., |id, _| matches(id)).collect();
        let freed = picked.into_iter().filter_map(|(_, Handle { jobs, thread })| {
            drop(jobs);
            thread.join().ok()
        });
        freed.filter(|had_model| *had_model).count()
    }
}
