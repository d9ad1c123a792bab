//! A folder of snapshots. Beside each lies a file with its checksum, as on a server.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::DateTime;
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::files::{create_folder, sync_folder};
use crate::model::SnapshotDescription;

const EXTENSION: &str = "snapshot";
const CHECKSUM_EXTENSION: &str = "checksum";

/// Where the snapshots of a collection, of a shard, or of the whole store are.
pub(crate) struct SnapshotFolder(PathBuf);

impl SnapshotFolder {
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The snapshots, by name.
    pub(crate) fn list(&self) -> Result<Vec<SnapshotDescription>> {
        let fail = |error| Error::storage(&self.0, error);
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(fail(error)),
        };
        let mut snapshots = Vec::new();
        for entry in entries {
            let path = entry.map_err(fail)?.path();
            if is_snapshot(&path) {
                snapshots.extend(describe(&path)?);
            }
        }
        snapshots.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(snapshots)
    }

    /// The file of a snapshot.
    ///
    /// # Errors
    /// 404 if there is none of that name.
    pub(crate) fn find(&self, name: &str) -> Result<PathBuf> {
        let path = self.0.join(name);
        if is_file_name(name) && is_snapshot(&path) { Ok(path) } else { Err(not_found(name)) }
    }

    /// Deletes a snapshot with its checksum.
    pub(crate) fn delete(&self, name: &str) -> Result<()> {
        let path = self.find(name)?;
        let remove = || -> io::Result<()> {
            fs::remove_file(&path)?;
            match fs::remove_file(checksum_path(&path)) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            sync_folder(&self.0)
        };
        remove().map_err(|error| match error.kind() {
            ErrorKind::NotFound => not_found(name),
            _ => Error::storage(&path, error),
        })
    }

    /// Moves a finished archive here, durably and at one stroke; its name is `prefix` and the time at
    /// which it was taken, or the next second that is free.
    pub(crate) fn publish(
        &self,
        archive: &Path,
        prefix: &str,
        taken: SystemTime,
    ) -> Result<SnapshotDescription> {
        let checksum = file_checksum(archive)?;
        create_folder(&self.0).map_err(|error| Error::storage(&self.0, error))?;
        let (path, mut checksum_file) = self.reserve(prefix, taken)?;
        let mut publish = || -> io::Result<()> {
            File::options().write(true).open(archive)?.sync_all()?;
            checksum_file.write_all(checksum.as_bytes())?;
            checksum_file.sync_all()?;
            fs::rename(archive, &path)?;
            sync_folder(&self.0)
        };
        if let Err(error) = publish() {
            let _ = fs::remove_file(checksum_path(&path));
            return Err(Error::storage(&path, error));
        }
        describe(&path)?.ok_or_else(|| Error::storage(&path, "it was removed at once"))
    }

    /// Finds a free name. The file for the checksum, which comes first, keeps it.
    fn reserve(&self, prefix: &str, taken: SystemTime) -> Result<(PathBuf, File)> {
        let mut taken = taken;
        loop {
            let path = self.0.join(format!("{prefix}{}.{EXTENSION}", utc(taken, "%Y-%m-%d-%H-%M-%S")));
            match File::create_new(checksum_path(&path)) {
                Ok(_) if path.exists() => {}
                Ok(file) => return Ok((path, file)),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Error::storage(&path, error)),
            }
            taken += Duration::from_secs(1);
        }
    }
}

/// Removes checksums whose snapshots were never finished, here and in the folders below.
pub(crate) fn remove_leftovers(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            remove_leftovers(&path);
        } else if path.extension().is_some_and(|extension| extension == CHECKSUM_EXTENSION)
            && !path.with_extension("").exists()
            && let Err(error) = fs::remove_file(&path)
        {
            tracing::warn!(path = %path.display(), %error, "cannot remove the rest of a snapshot yet");
        }
    }
}

/// SHA-256 of a file, in hexadecimal digits.
pub(super) fn file_checksum(path: &Path) -> Result<String> {
    let digest = || -> io::Result<_> {
        let mut file = File::open(path)?;
        let mut buffer = vec![0; 1 << 20];
        let mut digest = Sha256::new();
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(digest.finalize()),
                count => digest.update(&buffer[..count]),
            }
        }
    };
    let digest = digest().map_err(|error| Error::storage(path, error))?;
    Ok(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn is_snapshot(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == EXTENSION) && path.is_file()
}

/// `None` if the snapshot has been deleted meanwhile.
fn describe(path: &Path) -> Result<Option<SnapshotDescription>> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::storage(path, error)),
    };
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return Ok(None) };
    let created = metadata.created().or_else(|_| metadata.modified()).ok();
    Ok(Some(SnapshotDescription {
        name: name.to_owned(),
        creation_time: created.map(|time| utc(time, "%Y-%m-%dT%H:%M:%S")),
        size: metadata.len(),
        checksum: fs::read_to_string(checksum_path(path)).ok(),
    }))
}

fn checksum_path(snapshot: &Path) -> PathBuf {
    let mut path = snapshot.as_os_str().to_owned();
    path.push(".");
    path.push(CHECKSUM_EXTENSION);
    path.into()
}

fn utc(time: SystemTime, format: &str) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().format(format).to_string()
}

/// Whether a path is the name of a file only.
pub(super) fn is_file_name(path: &str) -> bool {
    matches!(Path::new(path).components().collect::<Vec<_>>()[..], [Component::Normal(_)])
}

/// The server's answer for a snapshot that does not exist.
pub(super) fn not_found(name: &str) -> Error {
    Error::NotFound(format!("Snapshot {name} not found"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn publish(root: &Path, content: &str, second: u64) -> SnapshotDescription {
        let archive = root.join("archive");
        fs::write(&archive, content).unwrap();
        let taken = UNIX_EPOCH + Duration::from_secs(second);
        SnapshotFolder::new(root.join("snapshots")).publish(&archive, "c-", taken).unwrap()
    }

    #[test]
    fn a_published_archive_is_listed_with_its_checksum() {
        let root = tempfile::tempdir().unwrap();
        let description = publish(root.path(), "abc", 1_732_183_750);
        assert_eq!(description.name, "c-2024-11-21-10-09-10.snapshot");
        assert_eq!(description.size, 3);
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(description.checksum.as_deref(), Some(expected));
        assert_eq!(description.creation_time.as_ref().unwrap().len(), "2024-11-21T10:09:10".len());
        let folder = SnapshotFolder::new(root.path().join("snapshots"));
        let sidecar = folder.find(&description.name).unwrap().with_extension("snapshot.checksum");
        assert_eq!(fs::read_to_string(sidecar).unwrap(), expected);
        assert_eq!(folder.list().unwrap(), [description]);
    }

    #[test]
    fn archives_of_one_second_and_of_a_clock_that_goes_back_get_names_of_their_own() {
        let root = tempfile::tempdir().unwrap();
        let names = [1, 1, 2, 1].map(|second| publish(root.path(), "a", second).name);
        assert_eq!(names, [1, 2, 3, 4].map(|second| format!("c-1970-01-01-00-00-0{second}.snapshot")));
    }

    #[test]
    fn a_deleted_snapshot_leaves_nothing() {
        let root = tempfile::tempdir().unwrap();
        let name = publish(root.path(), "a", 0).name;
        let folder = SnapshotFolder::new(root.path().join("snapshots"));
        folder.delete(&name).unwrap();
        assert_eq!(folder.list().unwrap(), []);
        assert_eq!(fs::read_dir(root.path().join("snapshots")).unwrap().count(), 0);
        assert_eq!(
            folder.delete(&name),
            Err(Error::NotFound("Snapshot c-1970-01-01-00-00-00.snapshot not found".to_owned()))
        );
    }

    #[test]
    fn no_name_leads_out_of_the_folder_or_to_a_checksum() {
        let root = tempfile::tempdir().unwrap();
        let name = publish(root.path(), "a", 0).name;
        fs::write(root.path().join("secret.snapshot"), "").unwrap();
        let folder = SnapshotFolder::new(root.path().join("snapshots"));
        let absolute = root.path().join("secret.snapshot");
        let checksum = format!("{name}.checksum");
        let names =
            ["../secret.snapshot", absolute.to_str().unwrap(), "", ".", "..", "a/../../secret.snapshot"];
        for name in names.into_iter().chain([checksum.as_str()]) {
            assert_eq!(folder.find(name).unwrap_err().status(), 404, "{name}");
            assert_eq!(folder.delete(name).unwrap_err().status(), 404, "{name}");
        }
        assert!(absolute.exists());
    }

    #[test]
    fn what_an_interrupted_publication_left_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let name = publish(root.path(), "a", 0).name;
        let snapshots = root.path().join("snapshots");
        let shard = snapshots.join("shards/0");
        fs::create_dir_all(&shard).unwrap();
        for orphan in [snapshots.join("b.snapshot.checksum"), shard.join("c.snapshot.checksum")] {
            fs::write(&orphan, "").unwrap();
            remove_leftovers(&snapshots);
            assert!(!orphan.exists());
        }
        assert!(SnapshotFolder::new(snapshots).list().unwrap()[0].checksum.is_some(), "{name}");
    }
}
