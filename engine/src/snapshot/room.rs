//! Room for snapshots. It is looked for before it is used: what fills a disk stops every write to the store.

use std::fmt::Display;
use std::path::Path;

use crate::disk::{self, Reservation};
use crate::error::{Error, Result};

/// Left free: writes to a collection want as much.
const RESERVE_BYTES: u64 = 64 << 20;

/// Bytes that a snapshot may take on the disk that `folder` is on.
pub(super) fn room(folder: &Path) -> u64 {
    let kept = RESERVE_BYTES.saturating_add(disk::reserved());
    disk::available(folder).map_or(u64::MAX, |free| free.saturating_sub(kept))
}

/// Sets room for a snapshot aside.
pub(crate) fn reserve_room(folder: &Path, bytes: u64) -> Result<Reservation> {
    let room = room(folder);
    if bytes <= room {
        Ok(Reservation::of(bytes))
    } else {
        Err(no_room(format_args!("the snapshot needs {bytes} bytes, and there is room for {room}")))
    }
}

/// The answer when there is no room.
pub(super) fn no_room(reason: impl Display) -> Error {
    Error::Service(format!("No space left on device: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_than_the_disk_has_or_others_want_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let free = disk::available(folder.path()).unwrap();
        let error = reserve_room(folder.path(), free).err().unwrap();
        assert_eq!(error.status(), 500);
        assert!(error.to_string().contains("No space left on device"), "{error}");
        let kept = reserve_room(folder.path(), free / 4 * 3).unwrap();
        assert!(reserve_room(folder.path(), free / 2).is_err());
        drop(kept);
        assert!(reserve_room(folder.path(), free / 2).is_ok());
    }
}
