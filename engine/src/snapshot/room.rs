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
