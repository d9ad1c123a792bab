//! Reads the files of the benchmark's data.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Lines, Read};
use std::path::Path;

use qdrant_edge::{PointStruct, PointStructPersisted};

use crate::Result;

/// Stands in a file of neighbours where fewer points match than are looked for.
const NO_NEIGHBOUR: u64 = u32::MAX as u64;

/// The points of a data folder, read a stretch at a time.
pub struct Points {
    vectors: BufReader<File>,
    payloads: Lines<BufReader<File>>,
    dim: usize,
    next_id: u64,
}

impl Points {
    pub fn open(folder: &Path, dim: usize) -> Result<Self> {
        Ok(Self {
            vectors: BufReader::new(File::open(folder.join("vectors.f32"))?),
            payloads: BufReader::new(File::open(folder.join("payload.jsonl"))?).lines(),
            dim,
            next_id: 0,
        })
    }

    /// The next points, at most `count`; none at the end.
    pub fn read(&mut self, count: usize) -> Result<Vec<PointStructPersisted>> {
        let mut points = Vec::with_capacity(count);
        let mut bytes = vec![0; self.dim * size_of::<f32>()];
        for line in self.payloads.by_ref().take(count) {
            self.vectors.read_exact(&mut bytes)?;
            let payload = serde_json::from_str(&line?)?;
            points.push(PointStruct::new(self.next_id, floats(&bytes), payload).into());
            self.next_id += 1;
        }
        Ok(points)
    }
}

/// All queries of a data folder.
pub fn queries(folder: &Path, dim: usize) -> Result<Vec<Vec<f32>>> {
    let bytes = fs::read(folder.join("queries.f32"))?;
    Ok(bytes.chunks_exact(dim * size_of::<f32>()).map(floats).collect())
}

/// The ids of the exact nearest points of the first queries, `limit` for each.
pub fn truth(folder: &Path, limit: usize) -> Result<Vec<Vec<u64>>> {
    read_truth(folder, "truth.u32", limit)
}

/// As [`truth`], among the points that the filter on `field` matches; maybe fewer.
pub fn filtered_truth(folder: &Path, field: &str, limit: usize) -> Result<Vec<Vec<u64>>> {
    let mut truth = read_truth(folder, &format!("truth-{field}.u32"), limit)?;
    truth.iter_mut().for_each(|ids| ids.retain(|id| *id != NO_NEIGHBOUR));
    Ok(truth)
}

fn read_truth(folder: &Path, file: &str, limit: usize) -> Result<Vec<Vec<u64>>> {
    let bytes = fs::read(folder.join(file))?;
    let (ids, _) = bytes.as_chunks::<4>();
    let ids: Vec<_> = ids.iter().map(|id| u64::from(u32::from_le_bytes(*id))).collect();
    Ok(ids.chunks_exact(limit).map(<[u64]>::to_vec).collect())
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    let (numbers, _) = bytes.as_chunks::<4>();
    numbers.iter().map(|number| f32::from_le_bytes(*number)).collect()
}
