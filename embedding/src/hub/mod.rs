//! Models of the Hugging Face hub: the cache on disk, and downloads into it.
//!
//! The layout is that of the hub's own programs, so that a cache can be shared with them. A file is
//! there when it is whole: it is written beside, checked, and renamed. An interrupted download leaves a
//! `.part` file, with which the next one goes on, in this program or another with hf-hub.

mod checksum;
mod download;
mod failure;
mod http;
mod meter;
mod repository;

use std::env;
use std::path::{Path, PathBuf};

use hf_hub::Cache;

use crate::cancel::Cancel;
use crate::error::{Error, Result};
use crate::options::ProgressListener;
use download::{Download, Failed};
use failure::Failure;
use repository::Repository;

const DEFAULT_ENDPOINT: &str = "https://huggingface.co";

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
    Repository::new(name, cache_dir).folder().to_owned()
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
        let endpoint = variable("HF_ENDPOINT").unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned());
        Self { endpoint: endpoint.trim_end_matches('/').to_owned(), token: variable("HF_TOKEN"), offline }
    }

    /// The paths of `files` of the model `name`, which are downloaded if they are not in `cache_dir`.
    pub(crate) fn fetch(
        &self,
        name: &str,
        files: &[String],
        cache_dir: &Path,
        listener: Option<&ProgressListener>,
        cancel: &Cancel,
    ) -> Result<Vec<PathBuf>> {
        let repository = Repository::new(name, cache_dir);
        let missing = repository.missing(files);
        if missing.is_empty() {
            return Ok(files.iter().filter_map(|file| repository.get(file)).collect());
        }
        if self.offline {
            return Err(Error::not_found(format!(
                "model `{name}` is not in `{}` (missing: {}), and downloads are off: allow them once; or {}",
                cache_dir.display(),
                missing.join(", "),
                by_hand(name, files, cache_dir)
            )));
        }
        self.download(&[(&repository, files)], cache_dir, listener, cancel)
    }

    /// Downloads what is not here of the files of some models, as one whole. What is here is checked.
    pub(crate) fn download_all(
        &self,
        models: &[(&str, Vec<String>)],
        cache_dir: &Path,
        listener: Option<&ProgressListener>,
        cancel: &Cancel,
    ) -> Result<()> {
        let repositories: Vec<_> = models.iter().map(|(name, _)| Repository::new(name, cache_dir)).collect();
        for repository in &repositories {
            repository.remove_damaged(cancel)?;
        }
        let files =
            repositories.iter().zip(models).map(|(repository, (_, files))| (repository, files.as_slice()));
        let files: Vec<_> =
            files.filter(|(repository, files)| !repository.missing(files).is_empty()).collect();
        if !files.is_empty() {
            self.download(&files, cache_dir, listener, cancel)?;
        }
        Ok(())
    }

    fn download(
        &self,
        files: &[(&Repository, &[String])],
        cache_dir: &Path,
        listener: Option<&ProgressListener>,
        cancel: &Cancel,
    ) -> Result<Vec<PathBuf>> {
        Download { hub: self, listener, cancel }
            .run(files)
            .map_err(|failed| self.failed(failed, files, cache_dir))
    }

    fn url(&self, name: &str, file: &str) -> String {
        format!("{}/{name}/resolve/main/{file}", self.endpoint)
    }

    /// That of the environment, else the one that `hf auth login` keeps; hf-hub looks for it in a home,
    /// which must exist.
    fn token(&self) -> Option<String> {
        self.token.clone().or_else(|| dirs::home_dir().and_then(|_| Cache::from_env().token()))
    }

    fn failed(&self, failed: Failed, files: &[(&Repository, &[String])], cache_dir: &Path) -> Error {
        let Failed { repository, file, failure } = failed;
        let name = repository.name();
        let files = files.iter().filter(|(other, _)| other.name() == name).flat_map(|(_, files)| *files);
        let files: Vec<_> = files.cloned().collect();
        let what = match file {
            Some(file) => format!("{file} of model `{name}`"),
            None => format!("model `{name}`"),
        };
        let reason = failure.reason();
        match failure {
            Failure::Other(error) => error,
            Failure::Local(_) => Error::internal(format!(
                "cannot download {what} into `{}`: {reason}. Make room there or choose another folder",
                cache_dir.display()
            )),
            _ => Error::hub_unavailable(format!(
                "cannot download {what} from {}: {reason}. Try again, which goes on with what has come so far; or check \
                 the network and its proxy; or set HF_ENDPOINT to a mirror; or {}",
                self.endpoint,
                by_hand(name, &files, cache_dir)
            )),
        }
    }
}

/// Removes the files of the model `name` that are damaged, as far as their hashes are known here.
/// Returns how many there were.
pub(crate) fn remove_damaged(name: &str, cache_dir: &Path, cancel: &Cancel) -> Result<usize> {
    Repository::new(name, cache_dir).remove_damaged(cancel)
}

/// The bytes of those files of the model `name`; none if one is not here.
pub(crate) fn size_on_disk(name: &str, files: &[String], cache_dir: &Path) -> Option<u64> {
    let repository = Repository::new(name, cache_dir);
    files.iter().map(|file| repository.get(file)?.metadata().ok().map(|metadata| metadata.len())).sum()
}

/// How to do without this program's downloads.
fn by_hand(name: &str, files: &[String], cache_dir: &Path) -> String {
    let folder = folder_of(name, cache_dir);
    format!(
        "run `hf download {name} {} --cache-dir FOLDER` where there is a network, and copy `{}` from that FOLDER into \
         `{}`; or pass a folder that holds the files as the model",
        files.join(" "),
        folder.file_name().unwrap_or_default().to_string_lossy(),
        cache_dir.display()
    )
}
