//! What a client is made with.

use std::path::PathBuf;

use napi::{Error as NapiError, Status};
use napi_derive::napi;
use qdrant_embedded_engine::{Config, Durability, Location, Preset};

use super::inference::options::InferenceOptions;

/// No machine has more cores, and most systems allow a process not many more threads.
const MAX_THREADS: f64 = 1024.0;

/// Where a client keeps its data, and how it works. Give either `path` or `location`.
#[napi(object, object_to_js = false)]
pub struct ClientOptions {
    /// Storage folder, created when it is missing. One process at a time may hold it; clients of one
    /// process, its worker threads included, share one engine.
    pub path: Option<String>,
    /// `':memory:'` for a private temporary store, removed on close; anything else is a folder.
    pub location: Option<String>,
    /// Where the other defaults come from. `'desktop'`: for an application that shares the machine.
    /// `'server'`: for a machine of its own, as a Qdrant server chooses. What is given counts in either.
    /// Default: `'desktop'`. See `docs/performance.md`. Counts only for the client that opens the folder
    /// first, as do the numbers.
    #[napi(ts_type = "'desktop' | 'server'")]
    pub preset: Option<String>,
    /// Threads that answer reads, 1 to 1,024. Default: one per CPU core.
    pub search_threads: Option<f64>,
    /// Threads that apply writes, 1 to 1,024. Default: half the cores, at least one; all with `'server'`.
    pub update_threads: Option<f64>,
    /// CPU cores that background indexing may use, 1 to 1,024. Default: all but one, at least one; all of
    /// two with `'server'`.
    pub optimizer_cpus: Option<f64>,
    /// What an acknowledged write survives. `'process'`: the end of the process, however it comes; a
    /// power cut may cost what was written since the last flush, by default of the last five seconds.
    /// `'sync'`: a power cut too, since every write waits for the disk. Default: `'process'`. See
    /// `docs/storage.md`.
    #[napi(ts_type = "'process' | 'sync'")]
    pub durability: Option<String>,
    /// The models that requests may name. Each client has its own, also where several share a folder.
    pub inference: Option<InferenceOptions>,
    /// Prints diagnostics to stderr, by a filter such as `'info'` or
    /// `'qdrant_embedded_engine=debug'`. Default: the environment variable `QDRANT_EMBEDDED_LOG`,
    /// else silence.
    pub log: Option<String>,
}

impl ClientOptions {
    pub(super) fn config(&self) -> napi::Result<Config> {
        let location = match (self.path.as_deref(), self.location.as_deref()) {
            (Some(_), Some(_)) => return Err(invalid("give either `path` or `location`, not both")),
            (None, Some(":memory:")) => Location::Memory,
            (Some(path), None) | (None, Some(path)) if !path.is_empty() => {
                Location::Path(PathBuf::from(path))
            }
            _ => return Err(invalid("give a storage folder as `path`, or `location: ':memory:'`")),
        };
        let preset = match self.preset.as_deref() {
            None | Some("desktop") => Preset::Desktop,
            Some("server") => Preset::Server,
            Some(_) => return Err(invalid("`preset` is 'desktop' or 'server'")),
        };
        let mut config = Config::new(location, preset);
        set_threads(&mut config.search_threads, "searchThreads", self.search_threads)?;
        set_threads(&mut config.update_threads, "updateThreads", self.update_threads)?;
        set_threads(&mut config.optimizer_cpus, "optimizerCpus", self.optimizer_cpus)?;
        config.durability = match self.durability.as_deref() {
            None | Some("process") => Durability::Process,
            Some("sync") => Durability::Sync,
            Some(_) => return Err(invalid("`durability` is 'process' or 'sync'")),
        };
        Ok(config)
    }
}

/// Takes a number of threads from JavaScript, if one is given.
fn set_threads(field: &mut usize, name: &str, given: Option<f64>) -> napi::Result<()> {
    let Some(number) = given else { return Ok(()) };
    if number.fract() != 0.0 || !(1.0..=MAX_THREADS).contains(&number) {
        return Err(invalid(&format!("`{name}` must be a whole number from 1 to {MAX_THREADS}")));
    }
    *field = number as usize;
    Ok(())
}

pub(super) fn invalid(reason: &str) -> NapiError {
    NapiError::new(Status::InvalidArg, reason.to_owned())
}
