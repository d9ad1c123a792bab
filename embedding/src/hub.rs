//! Models of the Hugging Face hub: the cache on disk, and downloads into it.
//!
//! The layout is hf-hub's, so that a cache can be shared with other programs. An interrupted download
//! leaves a `.part` file, with which the next one goes on.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hf_hub::api::sync::{Api, ApiBuilder, ApiError, ApiRepo};
use hf_hub::{Cache, CacheRepo, Repo};

use crate::error::{Error, Result, chain};
use crate::options::{Progress, ProgressListener};

const DEFAULT_ENDPOINT: &str = "https://huggingface.co";
const REPORT_INTERVAL: Duration = Duration::from_millis(100);

/// The folder in which downloaded models are kept unless a call says otherwise: `HF_HOME` if that is
/// set, else `qdrant-embedded/models` in the user's cache folder.
///
/// # Errors
/// When neither is known, which happens for users without a home.
pub fn model_cache_dir() -> Result<PathBuf> {
    let folder = match env::var_os("HF_HOME") {
        Some(home) if !home.is_empty() => PathBuf::from(home),
        _ => {
            dirs::cache_dir().map(|cache| cache.join("qdrant-embedded").join("models")).ok_or_else(|| {
                Error::invalid(
                    "this user has no cache folder; say where models are to be kept, or set HF_HOME",
                )
            })?
        }
    };
    absolute(&folder)
}

/// `path` from the root on. hf-hub needs that, and it makes one model of two ways to write its path.
pub(crate) fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path)
        .map_err(|error| Error::invalid(format!("`{}` is no path: {error}", path.display())))
}

/// The folder of one model in a cache.
pub(crate) fn folder_of(name: &str, cache_dir: &Path) -> PathBuf {
    cache_dir.join(Repo::model(name.to_owned()).folder_name())
}

/// Where to download from, as the environment says it when a call is made.
#[derive(Clone, Debug)]
pub(crate) struct Hub {
    endpoint: String,
    token: Option<String>,
    /// Never ask the hub.
    pub(crate) offline: bool,
}

impl Hub {
    pub(crate) fn from_env(offline: bool) -> Self {
        let variable =
            |name| env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        Self {
            endpoint: variable("HF_ENDPOINT").unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned()),
            token: variable("HF_TOKEN"),
            offline,
        }
    }

    /// The paths of `files` of the model `name`, which are downloaded if they are not in `cache_dir`.
    pub(crate) fn fetch(
        &self,
        name: &str,
        files: &[String],
        cache_dir: &Path,
        listener: Option<&ProgressListener>,
    ) -> Result<Vec<PathBuf>> {
        let cache = Cache::new(cache_dir.to_owned()).model(name.to_owned());
        let missing = missing(&cache, files);
        if !missing.is_empty() {
            if self.offline {
                return Err(Error::not_found(format!(
                    "model `{name}` is not in `{}` (missing: {}), and downloads are off: allow them once, or pass a \
                     folder that holds the model",
                    cache_dir.display(),
                    missing.join(", ")
                )));
            }
            Download { hub: self, name, cache_dir, listener }.run(&cache, files)?;
        }
        files
            .iter()
            .map(|file| {
                cache.get(file).ok_or_else(|| {
                    Error::internal(format!("`{}` lost {file} of model `{name}`", cache_dir.display()))
                })
            })
            .collect()
    }
}

fn missing(cache: &CacheRepo, files: &[String]) -> Vec<String> {
    files.iter().filter(|file| cache.get(file).is_none()).cloned().collect()
}

/// One model's way from the hub to the cache.
struct Download<'a> {
    hub: &'a Hub,
    name: &'a str,
    cache_dir: &'a Path,
    listener: Option<&'a ProgressListener>,
}

impl Download<'_> {
    fn run(&self, cache: &CacheRepo, files: &[String]) -> Result<()> {
        let token = self.hub.token.clone().or_else(login_token);
        let api = ApiBuilder::from_cache(Cache::new(self.cache_dir.to_owned()))
            .with_endpoint(self.hub.endpoint.clone())
            .with_token(token)
            .with_progress(false)
            .build()
            .map_err(|error| self.failed(None, &error))?;
        let repo = api.repo(Repo::model(self.name.to_owned()));
        // A new version of the model published meanwhile makes the files so far stale: once more, then.
        for _ in 0..2 {
            let missing = missing(cache, files);
            if missing.is_empty() {
                break;
            }
            self.download(&api, &repo, cache, &missing)?;
        }
        Ok(())
    }

    fn download(&self, api: &Api, repo: &ApiRepo, cache: &CacheRepo, files: &[String]) -> Result<()> {
        let mut sizes = BTreeMap::new();
        for file in files {
            let metadata = api.metadata(&repo.url(file)).map_err(|error| self.failed(Some(file), &error))?;
            mend_part(&cache.blob_path(metadata.etag()), metadata.size() as u64);
            sizes.insert(file, metadata.size() as u64);
        }
        let mut meter = Meter::new(self.listener, sizes.values().sum());
        for file in files {
            let path = loop {
                if let Some(path) = cache.get(file) {
                    break path;
                }
                match repo.download_with_progress(file, FileMeter { meter: &mut meter, name: file }) {
                    Ok(path) => break path,
                    // Another process is downloading it. The lock goes with that process.
                    Err(ApiError::LockAcquisition(lock)) if can_be_locked(&lock) => {}
                    Err(error) => return Err(self.failed(Some(file), &error)),
                }
            };
            self.check_size(file, &path, sizes[file])?;
            meter.finish(file, sizes[file]);
        }
        Ok(())
    }

    /// hf-hub takes a connection that ends early for the end of the file.
    fn check_size(&self, file: &str, path: &Path, expected: u64) -> Result<()> {
        let size = path.metadata().map_or(0, |metadata| metadata.len());
        if size == expected {
            return Ok(());
        }
        if let Ok(blob) = path.canonicalize() {
            let _ = fs::remove_file(blob);
        }
        let _ = fs::remove_file(path);
        Err(Error::hub_unavailable(format!(
            "{file} of model `{}` came from {} with {size} bytes instead of {expected}; try again",
            self.name, self.hub.endpoint
        )))
    }

    fn failed(&self, file: Option<&str>, error: &ApiError) -> Error {
        let what = match file {
            Some(file) => format!("{file} of model `{}`", self.name),
            None => format!("model `{}`", self.name),
        };
        let cause = chain(error);
        match error {
            ApiError::IoError(error) if is_local(error.kind()) => Error::internal(format!(
                "cannot download {what} into `{}`: {cause}. Make room there or choose another folder",
                self.cache_dir.display()
            )),
            _ => Error::hub_unavailable(format!(
                "cannot download {what} from {}: {cause}. Try again, which goes on with what has come so far; or check \
                 the network and its proxy; or set HF_ENDPOINT to a mirror; or fetch the model's files by other means \
                 and pass the folder that holds them",
                self.hub.endpoint
            )),
        }
    }
}

/// Whether a download failed because of a file rather than of the connection.
fn is_local(error: ErrorKind) -> bool {
    use ErrorKind::*;
    matches!(
        error,
        PermissionDenied
            | NotFound
            | NotADirectory
            | IsADirectory
            | AlreadyExists
            | ReadOnlyFilesystem
            | StorageFull
            | QuotaExceeded
            | FileTooLarge
    )
}

/// The token that `huggingface-cli login` keeps; hf-hub looks for it in a home, which must exist.
fn login_token() -> Option<String> {
    dirs::home_dir().and_then(|_| Cache::from_env().token())
}

/// Whether a lock that could not be had is one worth waiting for: some file systems have no locks.
fn can_be_locked(lock: &Path) -> bool {
    OpenOptions::new()
        .append(true)
        .open(lock)
        .is_ok_and(|file| matches!(file.try_lock(), Ok(()) | Err(TryLockError::WouldBlock)))
}

/// Makes the rest of an interrupted download such that hf-hub can go on with it: a request for what
/// comes after the last byte would be refused, for ever.
fn mend_part(blob: &Path, size: u64) {
    let Ok(lock) = OpenOptions::new().create(true).append(true).open(blob.with_extension("lock")) else {
        return;
    };
    // Held by a download in progress, which needs no mending.
    if lock.try_lock().is_err() {
        return;
    }
    let part = blob.with_extension("part");
    let Ok(metadata) = part.metadata() else { return };
    let mended = if metadata.len() > size {
        fs::remove_file(&part)
    } else if metadata.len() == size && size > 0 {
        OpenOptions::new().write(true).open(&part).and_then(|file| file.set_len(size - 1))
    } else {
        Ok(())
    };
    if let Err(error) = mended {
        tracing::warn!(part = %part.display(), %error, "cannot mend an interrupted download");
    }
}

/// Adds up the bytes of several files, and reports now and then.
struct Meter<'a> {
    listener: Option<&'a ProgressListener>,
    /// Bytes of the files that are complete.
    complete: u64,
    /// Bytes of the file on its way.
    current: u64,
    total: u64,
    reported: Option<Instant>,
}

impl<'a> Meter<'a> {
    fn new(listener: Option<&'a ProgressListener>, total: u64) -> Self {
        Self { listener, complete: 0, current: 0, total, reported: None }
    }

    fn advance(&mut self, file: &str, bytes: u64) {
        self.current += bytes;
        if self.reported.is_none_or(|last| last.elapsed() >= REPORT_INTERVAL) {
            self.report(file);
        }
    }

    fn finish(&mut self, file: &str, size: u64) {
        self.complete += size;
        self.current = 0;
        self.report(file);
    }

    fn report(&mut self, file: &str) {
        self.reported = Some(Instant::now());
        if let Some(listener) = self.listener {
            let done = (self.complete + self.current).min(self.total);
            listener(Progress::Download { file: file.to_owned(), done, total: self.total });
        }
    }
}

/// A [`Meter`] while one file is downloaded.
struct FileMeter<'a, 'b> {
    meter: &'a mut Meter<'b>,
    name: &'a str,
}

impl hf_hub::api::Progress for FileMeter<'_, '_> {
    // hf-hub calls this twice, then `update` with what an earlier download left.
    fn init(&mut self, _size: usize, _file: &str) {
        self.meter.current = 0;
    }

    fn update(&mut self, bytes: usize) {
        self.meter.advance(self.name, bytes as u64);
    }

    fn finish(&mut self) {}
}
