//! What a loaded model is, whichever its kind.

use std::cell::RefCell;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use ort::environment::Environment;
use ort::ep::ExecutionProviderDispatch;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::cancel::Cancel;
use crate::catalog;
use crate::error::{Error, ErrorKind, Result};
use crate::hub::{self, Hub};
use crate::options::{EmbedOptions, FolderSettings, ModelSource, ProgressListener};
use crate::priority::make_way;
use crate::providers::{Execution, ExecutionProvider};
use crate::runtime;

/// A vector, of unit length.
pub type Embedding = Vec<f32>;

/// A model in memory, used by one thread.
pub(crate) trait Model: Sized + Send + 'static {
    /// What it embeds.
    type Input: Send + 'static;

    /// What becomes of it.
    type Output: Send + 'static;

    /// Large enough to keep the cores busy, small enough for little memory.
    const DEFAULT_BATCH_SIZE: usize;

    /// The full name of the model that a caller calls `name`.
    fn full_name(name: &str) -> Result<String>;

    /// Reads the model into memory, after a download if its files are not here.
    fn load(id: &ModelId, surroundings: &Surroundings) -> Result<Self>;

    /// Embeds one batch, the first of which is the call's input number `first`. What is `next` may be made
    /// ready meanwhile.
    fn embed(
        &mut self,
        first: usize,
        batch: &[Self::Input],
        next: &[Self::Input],
    ) -> Result<Vec<Self::Output>>;
}

/// What makes one loaded model differ from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ModelId {
    pub source: ModelSource,
    /// Where its files are looked for; none for a folder.
    pub cache_dir: Option<PathBuf>,
    pub threads: usize,
    /// What runs it before the processor.
    pub providers: Vec<ExecutionProvider>,
}

impl ModelId {
    pub fn new<M: Model>(options: &EmbedOptions) -> Result<Self> {
        let source = match &options.model {
            None => ModelSource::Named(M::full_name(catalog::CLIP)?),
            Some(source) => identify::<M>(source)?,
        };
        let cache_dir = match (&source, &options.cache_dir) {
            (ModelSource::Folder { .. }, _) => None,
            (ModelSource::Named(_), Some(folder)) => Some(hub::absolute(folder)?),
            (ModelSource::Named(_), None) => Some(hub::model_cache_dir()?),
        };
        let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
        let threads = options.threads.map_or(cores - 1, NonZeroUsize::get).clamp(1, cores);
        // The processor takes everything, so that nothing is left for those behind it.
        let before_cpu = options.execution_providers.iter().take_while(|it| **it != ExecutionProvider::Cpu);
        let mut providers = Vec::new();
        for provider in before_cpu {
            if !providers.contains(provider) {
                providers.push(*provider);
            }
        }
        Ok(Self { source, cache_dir, threads, providers })
    }

    /// What runs it.
    pub fn execution(&self, surroundings: &Surroundings) -> Result<Execution> {
        Ok(Execution::of(&self.providers, &runtime::environment(surroundings.runtime.as_deref())?))
    }

    /// What its session is made with.
    pub fn session(&self, surroundings: &Surroundings) -> Result<SessionParts> {
        let environment = runtime::environment(surroundings.runtime.as_deref())?;
        let providers = Execution::of(&self.providers, &environment).dispatches();
        Ok(SessionParts { environment, providers, threads: self.threads })
    }

    /// The paths of `files`, which are downloaded if need be.
    pub fn files(&self, files: &[String], surroundings: &Surroundings) -> Result<Vec<PathBuf>> {
        match (&self.source, &self.cache_dir) {
            (ModelSource::Named(name), Some(cache_dir)) => {
                let Surroundings { hub, listener, cancel, .. } = surroundings;
                hub.fetch(catalog::repository(name), files, cache_dir, listener.as_ref(), cancel)
            }
            (ModelSource::Folder { path, .. }, _) => {
                let missing: Vec<_> =
                    files.iter().filter(|file| !path.join(file).is_file()).map(String::as_str).collect();
                if missing.is_empty() {
                    return Ok(files.iter().map(|file| path.join(file)).collect());
                }
                let reason = if path.is_dir() { "lacks" } else { "does not exist; it must hold" };
                Err(Error::not_found(format!("{} {reason} {}", self.source, missing.join(", "))))
            }
            (ModelSource::Named(_), None) => {
                Err(Error::internal(format!("{} has no cache folder", self.source)))
            }
        }
    }

    /// What `load` gives. If it fails because of damaged files, they are downloaded again, once.
    pub fn load<T>(&self, surroundings: &Surroundings, load: impl Fn() -> Result<T>) -> Result<T> {
        let error = match load() {
            Err(error) if error.kind() == ErrorKind::Internal => error,
            result => return result,
        };
        let (ModelSource::Named(name), Some(cache_dir)) = (&self.source, &self.cache_dir) else {
            return Err(error);
        };
        if hub::remove_damaged(catalog::repository(name), cache_dir, &surroundings.cancel)? == 0 {
            return Err(error);
        }
        load().map_err(|error| match error.kind() {
            ErrorKind::NotFound => error.of("damaged files were removed"),
            _ => error,
        })
    }

    /// Why the model's files cannot be used, and what to do about it.
    pub fn unusable(&self, reason: impl Into<String>) -> Error {
        let reason = reason.into();
        match (&self.source, &self.cache_dir) {
            (ModelSource::Named(name), Some(cache_dir)) => Error::internal(format!(
                "{} cannot be loaded: {reason}. If its files in `{}` are not what they should be, delete them to \
                 download them again",
                self.source,
                hub::folder_of(catalog::repository(name), cache_dir).display()
            )),
            _ => Error::invalid(format!("{} cannot be loaded: {reason}", self.source)),
        }
    }
}

/// What a session is made with.
pub(crate) struct SessionParts {
    pub environment: Environment,
    pub providers: Vec<ExecutionProviderDispatch>,
    pub threads: usize,
}

/// Tells models apart: full names, absolute paths.
pub(crate) fn identify<M: Model>(source: &ModelSource) -> Result<ModelSource> {
    Ok(match source {
        ModelSource::Named(name) => ModelSource::Named(M::full_name(name)?),
        ModelSource::Folder { path, settings } => {
            ModelSource::Folder { path: hub::absolute(path)?, settings: settings.clone() }
        }
    })
}

/// Checks that vectors have the dimension that the settings of a folder tell.
pub(crate) fn check_dimension<'a>(
    source: &ModelSource,
    vectors: impl IntoIterator<Item = &'a Embedding>,
) -> Result<()> {
    let ModelSource::Folder { settings: FolderSettings { dimension: Some(expected), .. }, .. } = source
    else {
        return Ok(());
    };
    match vectors.into_iter().find(|vector| vector.len() != *expected) {
        None => Ok(()),
        Some(vector) => Err(Error::invalid(format!(
            "{source} makes vectors of {} dimensions, not of {expected} as its settings say",
            vector.len()
        ))),
    }
}

/// What a call brings along for loading a model.
#[derive(Clone)]
pub(crate) struct Surroundings {
    pub hub: Hub,
    /// The ONNX Runtime library, if one is known.
    pub runtime: Option<PathBuf>,
    pub listener: Option<ProgressListener>,
    pub cancel: Cancel,
}

/// The content of a model's file.
pub(crate) fn read(path: &PathBuf) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| {
        let message = format!("cannot read `{}`: {error}", path.display());
        match error.kind() {
            std::io::ErrorKind::NotFound => Error::not_found(message),
            _ => Error::internal(message),
        }
    })
}

/// The threads on which a model prepares its inputs.
pub(crate) fn thread_pool(threads: usize) -> Result<ThreadPool> {
    build_pool(ThreadPoolBuilder::new().num_threads(threads))
}

/// As [`thread_pool`], with this thread as one of them, so that a single input need not go to another and
/// back. For what is not done beside this thread's own work, and on a thread that has one model in its life:
/// it can be part of one pool only, which is the same with each call.
pub(crate) fn thread_pool_around(threads: usize) -> Result<Arc<ThreadPool>> {
    thread_local! {
        static POOL: RefCell<Option<Arc<ThreadPool>>> = const { RefCell::new(None) };
    }
    POOL.with_borrow_mut(|pool| match pool {
        Some(pool) => Ok(pool.clone()),
        None => {
            let built = build_pool(ThreadPoolBuilder::new().num_threads(threads).use_current_thread())?;
            Ok(pool.insert(Arc::new(built)).clone())
        }
    })
}

fn build_pool(builder: ThreadPoolBuilder) -> Result<ThreadPool> {
    builder
        .thread_name(|index| format!("embedding-input-{index}"))
        .start_handler(|_| make_way())
        .build()
        .map_err(|error| Error::internal(format!("cannot start threads: {error}")))
}
