//! Batches that are all or nothing: what one is made of is kept in a journal while it is applied, and the
//! next opening does what a crash has left undone.
//!
//! By then the engine has repeated its log, which holds some of the operations; how many, nobody knows.
//! So they are applied again from the first one. That leads to the same end, as long as each is about the
//! same points as before: the journal also has those that a condition meant when it came to its turn.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use qdrant_edge::UpdateOperation;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use super::{Collection, disk_space, replay};
use crate::config::Durability;
use crate::error::{Error, Result};
use crate::files::{new_file, remove_marker, sync_folder};

const JOURNAL_FILE: &str = "batch.journal";

/// Bytes before each record: its length and its SHA-256.
const LENGTH: usize = 8;
const DIGEST: usize = 32;

impl Collection {
    /// Applies operations in order, and returns their numbers. After a crash all of them are there, or
    /// none.
    pub(super) fn update_as_one(&self, operations: Vec<UpdateOperation>) -> Result<Vec<u64>> {
        let wal = self.config.read().wal_config;
        let size = operations.iter().map(disk_space::size_of).sum();
        disk_space::check_write(self.shard.path(), wal, size)?;
        self.apply_with_journal(operations, self.durability)
    }

    fn apply_with_journal(
        &self,
        operations: Vec<UpdateOperation>,
        durability: Durability,
    ) -> Result<Vec<u64>> {
        if durability == Durability::Sync {
            // The batch may not outlive what was called before it.
            self.sync_log()?;
        }
        let mut journal = Journal::begin(&self.folder, &operations, durability)?;
        let apply = |operation| self.apply_noted(operation, &mut journal);
        let numbers = operations.into_iter().map(apply).collect::<Result<_>>()?;
        if durability == Durability::Sync {
            self.sync_log()?;
        }
        journal.end()?;
        Ok(numbers)
    }

    fn apply_noted(&self, mut operation: UpdateOperation, journal: &mut Journal) -> Result<u64> {
        if replay::has_condition(&operation) {
            operation = self.by_ids(operation)?;
            journal.note_points_of(&operation)?;
        }
        self.update(operation)
    }

    /// Finishes the batch that a crash came into, if there is one.
    pub(super) fn finish_batch(&self) -> Result<()> {
        let Some((begun, rest)) = read(&self.folder)? else { return Ok(()) };
        tracing::info!(path = %self.folder.display(), "finishing a batch that was interrupted");
        for operation in begun {
            match self.without_missing(operation).and_then(|operation| self.update(operation)) {
                Ok(_) => {}
                // It was refused before, too, and ended the batch.
                Err(error) if error.status() < 500 => {
                    tracing::warn!(%error, path = %self.folder.display(), "a batch ends before its end");
                    self.make_durable()?;
                    return remove(&self.folder);
                }
                Err(error) => return Err(error),
            }
        }
        self.make_durable()?;
        self.apply_with_journal(rest, Durability::Sync).map(drop)
    }
}

/// The journal of a batch that is being applied. It ends with the value, since an operation that fails
/// ends its batch.
struct Journal {
    path: PathBuf,
    file: File,
    durability: Durability,
}

impl Journal {
    /// Takes the place of an older one at one stroke.
    fn begin(folder: &Path, operations: &[UpdateOperation], durability: Durability) -> Result<Self> {
        let path = folder.join(JOURNAL_FILE);
        let begin = || -> io::Result<File> {
            let mut file = new_file(folder)?;
            file.write_all(&record(&operations)?)?;
            if durability == Durability::Process {
                return Ok(file.persist(&path)?);
            }
            file.as_file().sync_all()?;
            let file = file.persist(&path)?;
            sync_folder(folder)?;
            Ok(file)
        };
        let file = begin().map_err(|error| Error::storage(&path, error))?;
        Ok(Self { path, file, durability })
    }

    /// Notes which points an operation with a condition is about, before it is applied.
    fn note_points_of(&mut self, operation: &UpdateOperation) -> Result<()> {
        record(operation)
            .and_then(|record| self.file.write_all(&record))
            .and_then(|()| self.sync())
            .map_err(|error| Error::storage(&self.path, error))
    }

    /// From here on nothing of it is repeated.
    fn end(mut self) -> Result<()> {
        self.clear().map_err(|error| Error::storage(&self.path, error))
    }

    /// Works also where an open file cannot be removed.
    fn clear(&mut self) -> io::Result<()> {
        self.file.set_len(0).and_then(|()| self.sync())
    }

    fn sync(&self) -> io::Result<()> {
        match self.durability {
            Durability::Process => Ok(()),
            Durability::Sync => self.file.sync_all(),
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        // One that is empty counts for nothing.
        if let Err(error) = self.clear().and_then(|()| fs::remove_file(&self.path)) {
            tracing::warn!(path = %self.path.display(), %error, "cannot remove the journal of a batch");
        }
    }
}

/// The operations of an interrupted batch: those that may have been applied, by ids, and the others.
fn read(folder: &Path) -> Result<Option<(Vec<UpdateOperation>, Vec<UpdateOperation>)>> {
    let path = folder.join(JOURNAL_FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::storage(&path, error)),
    };
    let mut records = Records(&bytes);
    let Some(rest) = records.next::<VecDeque<UpdateOperation>>() else {
        remove(folder)?;
        return Ok(None);
    };
    let mut rest = rest.map_err(|error| Error::storage(&path, error.to_string()))?;
    let mut begun = Vec::with_capacity(rest.len());
    while let Some(operation) = rest.pop_front() {
        if !replay::has_condition(&operation) {
            begun.push(operation);
            continue;
        }
        match records.next() {
            Some(by_ids) => begun.push(by_ids.map_err(|error| Error::storage(&path, error.to_string()))?),
            None => {
                rest.push_front(operation);
                break;
            }
        }
    }
    Ok(Some((begun, rest.into())))
}

fn remove(folder: &Path) -> Result<()> {
    remove_marker(&folder.join(JOURNAL_FILE))
}

fn record(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut record = vec![0; LENGTH + DIGEST];
    serde_cbor::to_writer(&mut record, value).map_err(io::Error::other)?;
    let (head, content) = record.split_at_mut(LENGTH + DIGEST);
    head[..LENGTH].copy_from_slice(&(content.len() as u64).to_le_bytes());
    head[LENGTH..].copy_from_slice(&Sha256::digest(content));
    Ok(record)
}

/// Reads records one after the other.
struct Records<'a>(&'a [u8]);

impl Records<'_> {
    /// `None` where there is none, or one that was not written to its end.
    fn next<T: DeserializeOwned>(&mut self) -> Option<serde_cbor::Result<T>> {
        let (length, bytes) = self.0.split_first_chunk::<LENGTH>()?;
        let (digest, bytes) = bytes.split_first_chunk::<DIGEST>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (content, bytes) = bytes.split_at_checked(length)?;
        if Sha256::digest(content)[..] != digest[..] {
            return None;
        }
        self.0 = bytes;
        Some(serde_cbor::from_slice(content))
    }
}

#[cfg(test)]
mod tests {
    use std::mem;

    use serde_json::{Value, json};
    use tempfile::TempDir;

    use super::*;
    use crate::collection::Session;
    use crate::model::{CollectionConfig, ScrollPoints};
    use crate::operation::Read;
    use crate::preset::Preset;

    fn points(points: &[(u64, u64)]) -> Value {
        let point =
            |(id, tag): &(u64, u64)| json!({ "id": id, "vector": [id, 1], "payload": { "tag": tag } });
        json!({ "points": points.iter().map(point).collect::<Vec<_>>() })
    }

    fn operation(value: Value) -> UpdateOperation {
        serde_json::from_value(value).unwrap()
    }

    fn tagged(tag: u64) -> Value {
        json!({ "must": [{ "key": "tag", "match": { "value": tag } }] })
    }

    /// A new collection with the points 1 to 6.
    fn collection() -> (Collection, TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let settings = json!({ "vectors": { "size": 2, "distance": "Dot" } });
        let config = CollectionConfig::from_request(serde_json::from_value(settings).unwrap()).unwrap();
        let collection = Collection::create(folder.path(), config, Preset::Desktop).unwrap();
        let all = points(&[(1, 1), (2, 0), (3, 1), (4, 0), (5, 1), (6, 0)]);
        collection.update(operation(json!({ "upsert_points": all }))).unwrap();
        (collection, folder)
    }

    /// In which later operations change what the filters of earlier ones match.
    fn batch() -> Vec<UpdateOperation> {
        let inserted =
            json!({ "points_op": points(&[(5, 9), (1, 9)]), "condition": {}, "update_mode": "insert_only" });
        let batch = [
            json!({ "set_payload": { "points": [1], "payload": { "tag": 5 } } }),
            json!({ "delete_points_by_filter": tagged(0) }),
            json!({ "upsert_points": points(&[(2, 0), (7, 5)]) }),
            json!({ "set_payload": { "filter": tagged(5), "payload": { "seen": true } } }),
            json!({ "set_payload": { "points": [7], "payload": { "tag": 1 } } }),
            json!({ "set_payload": { "filter": tagged(1), "payload": { "late": true } } }),
            json!({ "set_payload": { "points": [3], "payload": { "tag": 5 } } }),
            json!({ "delete_points": { "ids": [5] } }),
            json!({ "upsert_points_conditional": inserted }),
            json!({ "update_vectors": { "points": [{ "id": 1, "vector": [8, 8] }], "update_filter": tagged(5) } }),
            json!({ "delete_points_by_filter": tagged(9) }),
        ];
        batch.into_iter().map(operation).collect()
    }

    fn all(collection: &Collection) -> Value {
        let request = json!({ "limit": 100, "with_vector": true });
        let request: ScrollPoints = serde_json::from_value(request).unwrap();
        serde_json::to_value(request.execute(collection).unwrap()).unwrap()
    }

    #[test]
    fn a_batch_that_is_interrupted_anywhere_is_finished_by_the_next_opening() {
        let (collection, _folder) = collection();
        collection.update_as_one(batch()).unwrap();
        let expected = all(&collection);
        for done in 0..=batch().len() {
            let (collection, folder) = self::collection();
            let mut journal = Journal::begin(folder.path(), &batch(), Durability::Process).unwrap();
            for operation in batch().into_iter().take(done) {
                collection.apply_noted(operation, &mut journal).unwrap();
            }
            mem::forget(journal);
            drop(collection);
            let opened = Collection::open(folder.path(), Preset::Desktop, &mut Session::default()).unwrap();
            assert_eq!(all(&opened), expected, "after {done} operations");
            opened.update(operation(json!({ "delete_points": { "ids": [3] } }))).unwrap();
            let changed = all(&opened);
            drop(opened);
            assert_eq!(
                all(&Collection::open(folder.path(), Preset::Desktop, &mut Session::default()).unwrap()),
                changed,
                "it is repeated"
            );
        }
    }

    #[test]
    fn a_journal_that_was_not_written_to_its_end_has_begun_nothing() {
        let (collection, folder) = collection();
        let before = all(&collection);
        drop(collection);
        let path = folder.path().join(JOURNAL_FILE);
        mem::forget(Journal::begin(folder.path(), &batch(), Durability::Process).unwrap());
        let whole = fs::read(&path).unwrap();
        let cut = [0, 1, LENGTH, LENGTH + DIGEST, whole.len() / 2, whole.len() - 1];
        let zeroed = [&whole[..whole.len() / 2], &vec![0; whole.len().div_ceil(2)]].concat();
        for torn in cut.iter().map(|length| &whole[..*length]).chain([&zeroed[..]]) {
            fs::write(&path, torn).unwrap();
            assert_eq!(
                all(&Collection::open(folder.path(), Preset::Desktop, &mut Session::default()).unwrap()),
                before
            );
            assert!(!path.exists());
        }
        fs::write(&path, &whole).unwrap();
        assert_ne!(
            all(&Collection::open(folder.path(), Preset::Desktop, &mut Session::default()).unwrap()),
            before
        );
    }

    #[test]
    fn a_batch_that_is_refused_on_the_way_is_not_repeated() {
        let (collection, folder) = collection();
        let mut batch = batch();
        batch.push(operation(json!({ "set_payload": { "points": [1000], "payload": {} } })));
        assert!(collection.update_as_one(batch).is_err());
        assert!(!folder.path().join(JOURNAL_FILE).exists());
    }
}
