//! What a power cut leaves of a file that was appended to: its new length, and zeros where the new content
//! did not reach the disk. The engine takes a file that ends too early, but not one that ends in zeros.
//!
//! It appends to the ids of a segment that grows, and acknowledges nothing in its log before they have
//! reached the disk. So the log repeats what the zeros stand for.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use crate::error::{Error, Result};

/// The engine's name for the ids of a segment that grows: a log of changes. Each begins with its kind.
const IDS: &str = "mutable_id_tracker.mappings";

/// Size of a change by its kind: number or UUID set, number or UUID deleted; from the engine's format.
const SIZES: [(u8, usize); 4] = [(1, 1 + 8 + 4), (2, 1 + 16 + 4), (3, 1 + 8), (4, 1 + 16)];

/// Cuts the zeros off the ids of the segment in `folder`.
pub(super) fn mend(folder: &Path) -> Result<()> {
    let path = folder.join(IDS);
    let ids = match fs::read(&path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        ids => ids.map_err(|error| Error::storage(&path, error))?,
    };
    let whole = changes(&ids);
    let rest = &ids[whole..];
    if rest.is_empty() || rest.iter().any(|byte| *byte != 0) {
        return Ok(());
    }
    tracing::warn!(path = %path.display(), zeros = rest.len(), "a power cut tore a file, which is mended");
    File::options()
        .write(true)
        .open(&path)
        .and_then(|file| file.set_len(whole as u64).and_then(|()| file.sync_all()))
        .map_err(|error| Error::storage(&path, error))
}

/// Length of the whole changes at the beginning.
fn changes(ids: &[u8]) -> usize {
    let mut rest = ids;
    while let Some(kind) = rest.first()
        && let Some((_, size)) = SIZES.iter().find(|(known, _)| known == kind)
        && let Some((_, after)) = rest.split_at_checked(*size)
    {
        rest = after;
    }
    ids.len() - rest.len()
}

#[cfg(test)]
mod tests {
    use std::fs::OpenOptions;
    use std::io::Write;

    use serde_json::json;
    use tempfile::tempdir;

    use super::*;
    use crate::collection::{Collection, Session};
    use crate::model::{CollectionConfig, CountPoints};
    use crate::operation::Read;
    use crate::preset::Preset;

    #[test]
    fn ids_that_end_in_zeros_are_those_before() {
        let folder = tempdir().unwrap();
        let settings = json!({ "vectors": { "size": 1, "distance": "Dot" } });
        let config = CollectionConfig::from_request(serde_json::from_value(settings).unwrap()).unwrap();
        let collection = Collection::create(folder.path(), config, Preset::Desktop).unwrap();
        let ids = [json!(0), json!(256), json!("00000000-0000-0000-0000-000000000000")];
        let points: Vec<_> = ids.iter().map(|id| json!({ "id": id, "vector": [1] })).collect();
        let deleted = json!({ "delete_points": { "ids": [ids[1]] } });
        for operation in [json!({ "upsert_points": { "points": points } }), deleted] {
            collection.update(serde_json::from_value(operation).unwrap()).unwrap();
        }
        drop(collection);
        let segment = fs::read_dir(folder.path().join("0/segments")).unwrap().next().unwrap().unwrap().path();
        for zeros in [0, 1, 9, 21, 5000] {
            let mut file = OpenOptions::new().append(true).open(segment.join(IDS)).unwrap();
            file.write_all(&vec![0; zeros]).unwrap();
            let opened = Collection::open(folder.path(), Preset::Desktop, &mut Session::default()).unwrap();
            let request: CountPoints = serde_json::from_value(json!({})).unwrap();
            assert_eq!(request.execute(&opened).unwrap().count, 2, "after {zeros} zeros");
        }
    }
}
