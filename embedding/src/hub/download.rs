//! One model's way from the hub to the cache.
//!
//! hf-hub gives the layout of the cache. The transfer is not its own: it can be neither stopped nor
//! limited in time, takes a connection that ends early for the end of the file, and checks no hashes.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::time::Duration;

use super::Hub;
use super::checksum::Checksum;
use super::failure::Failure;
use super::http::{Client, Remote};
use super::meter::Meter;
use super::repository::Repository;
use crate::cancel::Cancel;
use crate::options::ProgressListener;

/// How often in a row a file is asked for while nothing of it comes.
const ATTEMPTS: u32 = 5;

/// How long to wait before the second attempt; twice as long before the next, and so on.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// How often another program's download is looked at.
const LOCK_INTERVAL: Duration = Duration::from_millis(100);

pub(super) struct Download<'a> {
    pub hub: &'a Hub,
    pub listener: Option<&'a ProgressListener>,
    pub cancel: &'a Cancel,
}

/// A file of a model.
struct Wanted<'a> {
    repository: &'a Repository,
    name: &'a str,
    url: String,
    remote: Remote,
}

/// Why which file did not come.
pub(super) struct Failed<'a> {
    pub repository: &'a Repository,
    pub file: Option<&'a str>,
    pub failure: Failure,
}

impl Download<'_> {
    /// Makes all of the files be here; the paths are in the order of the files. What all of them have
    /// together is known before any of it is fetched.
    pub fn run<'a>(&self, files: &[(&'a Repository, &'a [String])]) -> Result<Vec<PathBuf>, Failed<'a>> {
        let client = Client::new(self.hub.token());
        let mut wanted = Vec::new();
        for (repository, files) in files {
            for name in *files {
                let failed = |failure| Failed { repository, file: Some(name), failure };
                let url = self.hub.url(repository.name(), name);
                let remote = self.persist(|| 0, || client.look(&url, self.cancel)).map_err(failed)?;
                wanted.push(Wanted { repository, name, url, remote });
            }
        }
        let total = wanted.iter().map(|file| file.remote.size).sum();
        let (here, missing): (Vec<_>, Vec<_>) = wanted.iter().partition(|file| file.is_here());
        let mut meter = Meter::new(self.listener, here.iter().map(|file| file.remote.size).sum(), total);
        for file in missing {
            let failed = |failure| Failed { repository: file.repository, file: Some(file.name), failure };
            self.fetch(&client, file, &mut meter).map_err(failed)?;
        }
        // The version is the latest one only now, when all of it is here.
        for file in &wanted {
            let failed =
                |error| Failed { repository: file.repository, file: None, failure: Failure::Local(error) };
            file.repository.set_latest(&file.remote.commit).map_err(failed)?;
        }
        Ok(wanted.iter().map(Wanted::path).collect())
    }

    fn fetch(&self, client: &Client, file: &Wanted, meter: &mut Meter) -> Result<(), Failure> {
        let Wanted { repository, name, remote, .. } = file;
        let blob = repository.blob(&remote.etag);
        if let Some(folder) = blob.parent() {
            fs::create_dir_all(folder).map_err(Failure::Local)?;
        }
        let locked = self.lock(&blob, name, meter)?;
        // Another program may have fetched it while this one waited.
        if !file.is_here() {
            if !has_size(&blob, remote.size) {
                // Without locks, two programs must not write to one file.
                let suffix = match locked {
                    Some(_) => "part".to_owned(),
                    None => format!("{}.part", process::id()),
                };
                let part = blob.with_extension(suffix);
                self.fill(client, &part, file, meter)?;
                fs::rename(&part, &blob).map_err(Failure::Local)?;
            }
            let path = file.path();
            if path.exists() {
                // Of another size.
                fs::remove_file(&path).map_err(Failure::Local)?;
            }
            repository.link(&blob, &remote.commit, name).map_err(Failure::Local)?;
        }
        meter.finish(name, remote.size);
        Ok(())
    }

    /// Waits until no other program downloads `blob`. The lock goes with its program; none where the
    /// file system has no locks.
    fn lock(&self, blob: &Path, name: &str, meter: &mut Meter) -> Result<Option<File>, Failure> {
        let path = blob.with_extension("lock");
        let lock = OpenOptions::new().create(true).append(true).open(path).map_err(Failure::Local)?;
        loop {
            match lock.try_lock() {
                Ok(()) => return Ok(Some(lock)),
                Err(TryLockError::Error(_)) => return Ok(None),
                Err(TryLockError::WouldBlock) => {
                    meter.report(name, length(&blob.with_extension("part")));
                    self.cancel.sleep(LOCK_INTERVAL)?;
                }
            }
        }
    }

    /// Makes `part` the whole file, beginning with what an earlier download left in it.
    fn fill(&self, client: &Client, part: &Path, file: &Wanted, meter: &mut Meter) -> Result<(), Failure> {
        let Wanted { repository, name, remote, .. } = file;
        let mut again = false;
        loop {
            self.persist(|| length(part), || self.receive(client, part, file, meter))?;
            let damage = match (length(part), Checksum::of(&remote.etag)) {
                (size, _) if size != remote.size => {
                    Some(format!("it came with {size} bytes instead of {}", remote.size))
                }
                (_, Some(checksum)) if !checksum.fits(part, self.cancel)? => {
                    Some("its content does not have the hash that the hub gives for it".to_owned())
                }
                _ => None,
            };
            let Some(damage) = damage else { return Ok(()) };
            fs::remove_file(part).map_err(Failure::Local)?;
            if again {
                return Err(Failure::Damaged(damage));
            }
            // What an earlier download left may have been damaged, or of another version.
            tracing::warn!(model = repository.name(), file = name, "{damage}: downloading it again");
            again = true;
        }
    }

    /// Appends to `part` what comes of the file until the connection ends.
    fn receive(&self, client: &Client, part: &Path, file: &Wanted, meter: &mut Meter) -> Result<(), Failure> {
        let Wanted { name, url, remote, .. } = file;
        let mut output = OpenOptions::new().create(true).append(true).open(part).map_err(Failure::Local)?;
        let mut size = output.metadata().map_err(Failure::Local)?.len();
        if size > remote.size {
            output.set_len(0).map_err(Failure::Local)?;
            size = 0;
        }
        if size < remote.size {
            let rest = client.rest(url, size, self.cancel)?;
            if rest.start != size {
                output.set_len(rest.start).map_err(Failure::Local)?;
                size = rest.start;
            }
            meter.report(name, size);
            // One byte more than it should be is enough to know that it is too long.
            while size <= remote.size {
                let Some(chunk) = rest.next(self.cancel)? else { break };
                output.write_all(&chunk).map_err(Failure::Local)?;
                size += chunk.len() as u64;
                meter.advance(name, chunk.len() as u64, size);
            }
        }
        if size < remote.size {
            let error = format!("it ended after {size} of {} bytes", remote.size);
            return Err(Failure::Broken(io::Error::new(io::ErrorKind::UnexpectedEof, error)));
        }
        // Whole also after a power cut.
        output.sync_all().map_err(Failure::Local)
    }

    /// Does `step` until it works, or fails for good: again and again while `progress` grows.
    fn persist<T>(
        &self,
        progress: impl Fn() -> u64,
        mut step: impl FnMut() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mut attempts = 0;
        let mut before = progress();
        let mut begun = false;
        loop {
            self.cancel.check()?;
            let failure = match step() {
                Ok(value) => return Ok(value),
                Err(failure) => failure,
            };
            let now = progress();
            attempts = if now > before { 1 } else { attempts + 1 };
            begun |= now > before;
            before = now;
            if attempts >= ATTEMPTS || !failure.is_transient(begun) {
                return Err(failure);
            }
            let wait = failure.retry_after().unwrap_or(FIRST_WAIT * 2u32.pow(attempts - 1));
            tracing::warn!("download interrupted, trying again: {}", failure.reason());
            self.cancel.sleep(wait.min(LONGEST_WAIT))?;
        }
    }
}

impl Wanted<'_> {
    fn path(&self) -> PathBuf {
        self.repository.snapshot(&self.remote.commit, self.name)
    }

    fn is_here(&self) -> bool {
        has_size(&self.path(), self.remote.size)
    }
}

fn length(path: &Path) -> u64 {
    path.metadata().map_or(0, |metadata| metadata.len())
}

fn has_size(path: &Path, size: u64) -> bool {
    path.metadata().is_ok_and(|metadata| metadata.len() == size)
}
