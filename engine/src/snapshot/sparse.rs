//! Copies that leave holes where there is nothing: most of what a small collection has in its files.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

/// What file systems allocate at once.
const PAGE: usize = 4096;
const BUFFER: usize = 64 * PAGE;

/// Which side of a copy failed.
#[derive(Debug)]
pub(super) enum CopyError {
    Read(io::Error),
    Write(io::Error),
}

/// Copies all of `reader` to the new file `path`, and returns the number of its bytes.
pub(super) fn write_file(reader: &mut impl Read, path: &Path) -> Result<u64, CopyError> {
    let mut file = File::create_new(path).map_err(CopyError::Write)?;
    let mut buffer = vec![0; BUFFER];
    let mut length = 0;
    loop {
        let filled = fill(reader, &mut buffer).map_err(CopyError::Read)?;
        write_pages(&mut file, length, &buffer[..filled]).map_err(CopyError::Write)?;
        length += filled as u64;
        if filled < buffer.len() {
            file.set_len(length).map_err(CopyError::Write)?;
            return Ok(length);
        }
    }
}

/// Copies a file of this store, as cheaply as the file system can.
pub(crate) fn copy_file(from: &Path, to: &Path) -> io::Result<()> {
    if has_holes(&fs::metadata(from)?) {
        return match write_file(&mut File::open(from)?, to) {
            Ok(_) => Ok(()),
            Err(CopyError::Read(error) | CopyError::Write(error)) => Err(error),
        };
    }
    fs::copy(from, to).map(|_| ())
}

/// Reads until the buffer is full or the reader is at its end.
fn fill(reader: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Writes the pages of `bytes` that hold something; the file goes on at `start`.
fn write_pages(file: &mut File, start: u64, bytes: &[u8]) -> io::Result<()> {
    let mut offset = 0;
    for run in bytes.chunks(PAGE).collect::<Vec<_>>().chunk_by(|a, b| is_empty(a) == is_empty(b)) {
        let length = run.iter().map(|page| page.len()).sum::<usize>();
        if !is_empty(run[0]) {
            file.seek(SeekFrom::Start(start + offset as u64))?;
            file.write_all(&bytes[offset..offset + length])?;
        }
        offset += length;
    }
    Ok(())
}

fn is_empty(page: &[u8]) -> bool {
    page == &[0; PAGE][..page.len()]
}

#[cfg(unix)]
fn has_holes(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.blocks().saturating_mul(512) < metadata.len()
}

#[cfg(not(unix))]
fn has_holes(_: &fs::Metadata) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn copy_of(bytes: &[u8]) -> (Vec<u8>, fs::Metadata) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("copy");
        assert_eq!(write_file(&mut &bytes[..], &path).unwrap(), bytes.len() as u64);
        (fs::read(&path).unwrap(), fs::metadata(&path).unwrap())
    }

    #[test]
    fn a_copy_is_equal_wherever_the_holes_are() {
        let mut bytes = vec![0; 3 * BUFFER + 5];
        assert_eq!(copy_of(&bytes).0, bytes);
        for position in [0, PAGE, 7 * PAGE - 1, BUFFER, 2 * BUFFER + 1, 3 * BUFFER + 4] {
            bytes[position] = 1;
            assert_eq!(copy_of(&bytes).0, bytes);
        }
        assert_eq!(copy_of(b"").0, b"");
        assert_eq!(copy_of(b"short").0, b"short");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn what_is_empty_takes_no_room() {
        use std::os::unix::fs::MetadataExt;

        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        let mut file = File::create(&from).unwrap();
        file.set_len(1 << 30).unwrap();
        file.seek(SeekFrom::Start(1 << 20)).unwrap();
        file.write_all(b"something").unwrap();
        drop(file);
        copy_file(&from, &to).unwrap();
        let copy = fs::metadata(&to).unwrap();
        assert_eq!(copy.len(), 1 << 30);
        assert!(copy.blocks() * 512 < 1 << 20, "{} blocks", copy.blocks());
    }

    #[test]
    fn a_file_in_the_way_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "old").unwrap();
        assert!(matches!(write_file(&mut &b"new"[..], &path), Err(CopyError::Write(_))));
        assert_eq!(fs::read(&path).unwrap(), b"old");
    }
}
