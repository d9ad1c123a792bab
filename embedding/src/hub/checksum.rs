//! The hash by which the hub names a file's content.

use std::fmt::Write;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::cancel::Cancel;
use crate::error::{Error, Result};

const CHUNK: usize = 1024 * 1024;

/// What a hash is of, by its length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Checksum {
    /// SHA-256 of the content: of large files.
    Sha256(String),
    /// SHA-1 of a git blob: of small files. Some mirrors give that of the bare content.
    Sha1(String),
}

impl Checksum {
    /// The hash that an etag, or the name of a blob, is; none if it is something else.
    pub fn of(etag: &str) -> Option<Self> {
        let hash = etag.to_ascii_lowercase();
        match hash.len() {
            _ if !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => None,
            64 => Some(Self::Sha256(hash)),
            40 => Some(Self::Sha1(hash)),
            _ => None,
        }
    }

    /// Whether the content of `file` has this hash.
    pub fn fits(&self, file: &Path, cancel: &Cancel) -> Result<bool> {
        let unreadable =
            |error: io::Error| Error::internal(format!("cannot read `{}`: {error}", file.display()));
        let mut content = File::open(file).map_err(unreadable)?;
        let length = content.metadata().map_err(unreadable)?.len();
        let mut chunk = vec![0; CHUNK];
        let mut each = |take: &mut dyn FnMut(&[u8])| loop {
            cancel.check()?;
            match content.read(&mut chunk).map_err(unreadable)? {
                0 => return Ok(()),
                count => take(&chunk[..count]),
            }
        };
        match self {
            Self::Sha256(expected) => {
                let mut hash = Sha256::new();
                each(&mut |bytes| hash.update(bytes))?;
                Ok(hex(&hash.finalize()) == *expected)
            }
            Self::Sha1(expected) => {
                let mut blob = Sha1::new_with_prefix(format!("blob {length}\0"));
                let mut bare = Sha1::new();
                each(&mut |bytes| {
                    blob.update(bytes);
                    bare.update(bytes);
                })?;
                Ok([blob, bare].into_iter().any(|hash| hex(&hash.finalize()) == *expected))
            }
        }
    }
}

/// SHA-256 of `text`.
pub(crate) fn sha256(text: &str) -> String {
    hex(&Sha256::digest(text))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_known_by_any_hash_that_hubs_give() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "hello\n").unwrap();
        for (hash, fits) in [
            ("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03", true),
            ("5891B5B522D5DF086D0FF0B110FBD9D21BB4FC7163AF34D08286A2E846F6BE03", true),
            // As `git hash-object` and `sha1sum` have it.
            ("ce013625030ba8dba906f756967f9e9ca394464a", true),
            ("f572d396fae9206628714fb2ce00f72e94f2258f", true),
            ("0000000000000000000000000000000000000000", false),
            ("0000000000000000000000000000000000000000000000000000000000000000", false),
        ] {
            let checksum = Checksum::of(hash).unwrap();
            assert_eq!(checksum.fits(&file, &Cancel::default()).unwrap(), fits, "{hash}");
        }
        assert_eq!(Checksum::of("5f-18c"), None);
        assert_eq!(Checksum::of(&"x".repeat(40)), None);
    }
}
