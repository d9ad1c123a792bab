//! Room on the disk.

use std::fs::{self, Metadata};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes that are free, but set aside.
static RESERVED: AtomicU64 = AtomicU64::new(0);

/// Free bytes where `folder` is; `None` where the system does not tell.
pub(crate) fn available(folder: &Path) -> Option<u64> {
    fs4::available_space(folder).ok()
}

/// Bytes of those that are set aside for work that runs now.
pub(crate) fn reserved() -> u64 {
    RESERVED.load(Ordering::Relaxed)
}

/// Room that others leave while this lives.
pub(crate) struct Reservation(u64);

impl Reservation {
    pub(crate) fn of(bytes: u64) -> Self {
        RESERVED.fetch_add(bytes, Ordering::Relaxed);
        Self(bytes)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        RESERVED.fetch_sub(self.0, Ordering::Relaxed);
    }
}

/// Bytes that a folder takes on the disk. What goes meanwhile counts for nothing.
pub(crate) fn of_folder(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let bytes = entries.filter_map(|entry| {
        let metadata = entry.metadata().ok()?;
        Some(if metadata.is_dir() { of_folder(&entry.path()) } else { allocated(&metadata) })
    });
    bytes.fold(0, usize::saturating_add)
}

/// What a file takes for real: the engine reserves its files in large, mostly empty pages.
#[cfg(unix)]
fn allocated(metadata: &Metadata) -> usize {
    use std::os::unix::fs::MetadataExt;
    const BLOCK: usize = 512; // the unit of `st_blocks`, whatever the file system's block is
    usize::try_from(metadata.blocks()).map_or(usize::MAX, |blocks| blocks.saturating_mul(BLOCK))
}

#[cfg(not(unix))]
fn allocated(metadata: &Metadata) -> usize {
    usize::try_from(metadata.len()).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn what_files_take_is_counted_in_all_folders() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        for name in ["x", "a/x", "a/b/x"] {
            fs::write(folder.path().join(name), vec![1; 100_000]).unwrap();
        }
        let bytes = of_folder(folder.path());
        assert!((300_000..600_000).contains(&bytes), "{bytes}");
        if cfg!(target_os = "linux") {
            File::create(folder.path().join("hole")).unwrap().set_len(1 << 40).unwrap();
            assert_eq!(of_folder(folder.path()), bytes);
        }
    }
}
