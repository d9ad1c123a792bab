//! Room on the disk. It is looked for before it is used: what fills a disk stops every write to the store.

use std::fmt::Display;
use std::fs::{self, Metadata};
use std::io;
use std::path::Path;

use crate::error::{Error, Result};

/// Left free: the engine's files grow by as much.
const RESERVE_BYTES: u64 = 32 << 20;

/// Bytes that may be written to the disk that `folder` is on.
pub(crate) fn room(folder: &Path) -> Result<u64> {
    let free = fs4::available_space(folder).map_err(|error| Error::storage(folder, error))?;
    Ok(free.saturating_sub(RESERVE_BYTES))
}

/// Refuses work in `folder` that takes more bytes than there is room for.
pub(crate) fn check_room(folder: &Path, bytes: u64) -> Result<()> {
    let room = room(folder)?;
    if bytes <= room {
        Ok(())
    } else {
        Err(no_room(format_args!("a snapshot needs {bytes} bytes, not {room}")))
    }
}

/// The answer when there is no room.
pub(super) fn no_room(reason: impl Display) -> Error {
    Error::Service(format!("No space left on device: {reason}"))
}

/// Bytes that the files in a folder take on the disk.
pub(crate) fn disk_usage(folder: &Path) -> io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() { disk_usage(&entry.path())? } else { allocated(&metadata) };
    }
    Ok(bytes)
}

#[cfg(unix)]
fn allocated(file: &Metadata) -> u64 {
    use std::os::unix::fs::MetadataExt;
    file.blocks() * 512
}

#[cfg(not(unix))]
fn allocated(file: &Metadata) -> u64 {
    file.len()
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn more_than_the_disk_has_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(check_room(folder.path(), 1), Ok(()));
        let error = check_room(folder.path(), fs4::available_space(folder.path()).unwrap()).unwrap_err();
        assert_eq!(error.status(), 500);
        assert!(error.to_string().contains("No space left on device"), "{error}");
    }

    #[test]
    fn what_files_take_is_counted_in_all_folders() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        for name in ["x", "a/x", "a/b/x"] {
            fs::write(folder.path().join(name), vec![1; 100_000]).unwrap();
        }
        let usage = disk_usage(folder.path()).unwrap();
        assert!((300_000..600_000).contains(&usage), "{usage}");
        if cfg!(target_os = "linux") {
            File::create(folder.path().join("hole")).unwrap().set_len(1 << 40).unwrap();
            assert_eq!(disk_usage(folder.path()).unwrap(), usage);
        }
    }
}
