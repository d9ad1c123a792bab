//! A model's folder in the cache, in the layout of the Hugging Face hub's own programs: contents by
//! their hashes in `blobs`, links to them by version and name in `snapshots`, and the version of a
//! branch in `refs`.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use hf_hub::{Cache, CacheRepo, Repo};

use super::checksum::{Checksum, sha256};
use crate::cancel::Cancel;
use crate::error::Result;

const BRANCH: &str = "main";

pub(crate) struct Repository {
    name: String,
    cache: CacheRepo,
    folder: PathBuf,
}

impl Repository {
    pub fn new(name: &str, cache_dir: &Path) -> Self {
        let repo = Repo::model(name.to_owned());
        let folder = cache_dir.join(repo.folder_name());
        Self { name: name.to_owned(), cache: Cache::new(cache_dir.to_owned()).repo(repo), folder }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of the model's latest version that is here.
    pub fn get(&self, file: &str) -> Option<PathBuf> {
        self.cache.get(file)
    }

    pub fn missing<'a>(&self, files: &'a [String]) -> Vec<&'a str> {
        files.iter().map(String::as_str).filter(|file| self.get(file).is_none()).collect()
    }

    /// Where the content with that etag is kept. The etag becomes a file's name, whatever it is.
    pub fn blob(&self, etag: &str) -> PathBuf {
        let usable =
            !etag.is_empty() && etag.len() <= 128 && etag.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if usable { self.cache.blob_path(etag) } else { self.cache.blob_path(&sha256(etag)) }
    }

    /// Where the file of that version is.
    pub fn snapshot(&self, commit: &str, file: &str) -> PathBuf {
        self.cache.pointer_path(commit).join(file)
    }

    /// Makes the content `blob` the file of that version: with a link, or in place of it where links
    /// are not allowed, as on Windows.
    pub fn link(&self, blob: &Path, commit: &str, file: &str) -> io::Result<()> {
        let path = self.snapshot(commit, file);
        if path.exists() {
            return Ok(());
        }
        // A link to what is gone.
        let _ = fs::remove_file(&path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let up: PathBuf = file.split('/').map(|_| "..").chain([".."]).collect();
        let target = up.join("blobs").join(blob.file_name().unwrap_or_default());
        match symlink(&target, &path) {
            Err(_) if path.exists() => Ok(()),
            Err(_) => fs::rename(blob, &path),
            Ok(()) => Ok(()),
        }
    }

    /// Makes `commit` the latest version.
    pub fn set_latest(&self, commit: &str) -> io::Result<()> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let refs = self.folder.join("refs");
        let path = refs.join(BRANCH);
        if fs::read_to_string(&path).is_ok_and(|latest| latest == commit) {
            return Ok(());
        }
        fs::create_dir_all(&refs)?;
        // Others read it meanwhile: the old one or the new one, nothing in between.
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let beside = refs.join(format!("{BRANCH}.{}.{count}.tmp", process::id()));
        fs::write(&beside, commit)?;
        fs::rename(&beside, &path)
    }

    /// Removes the files of the latest version whose content is not what its name in `blobs` says.
    /// Returns how many there were.
    pub fn remove_damaged(&self, cancel: &Cancel) -> Result<usize> {
        let mut count = 0;
        for path in self.files() {
            let Ok(target) = fs::read_link(&path) else { continue };
            let Some(checksum) = target.file_name().and_then(OsStr::to_str).and_then(Checksum::of) else {
                continue;
            };
            if path.exists() && !checksum.fits(&path, cancel)? {
                tracing::warn!(model = self.name, path = %path.display(), "a damaged file is removed");
                for path in [path.canonicalize().unwrap_or_default(), path] {
                    let _ = fs::remove_file(path);
                }
                count += 1;
            }
        }
        Ok(count)
    }

    /// The files of the latest version.
    fn files(&self) -> Vec<PathBuf> {
        let Ok(commit) = fs::read_to_string(self.folder.join("refs").join(BRANCH)) else { return Vec::new() };
        let mut files = Vec::new();
        let mut folders = vec![self.cache.pointer_path(commit.trim())];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                if is_folder { &mut folders } else { &mut files }.push(entry.path());
            }
        }
        files
    }
}

#[cfg(unix)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, link)
}

#[cfg(windows)]
fn symlink(target: &Path, link: &Path) -> io::Result<()> {
    std::os::windows::fs::symlink_file(target, link)
}
