//! Points that are in more than one segment.
//!
//! A point that changes may move to another segment. When the process is killed between the moments at
//! which the two segments reach their files, the older copy is back. The engine gives such a point by its
//! id as it is, but a search also finds it by what it was. A server removes older copies when it starts;
//! the engine alone does not.
//!
//! It removes them when the point is changed, whether or not the change is one that the newest copy has
//! seen already. So they are changed by nothing, in the first operation of an empty log: that leaves all
//! newest copies as and where they are.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;

use qdrant_edge::{Condition, CountRequest, EdgeConfig, EdgeShard, Filter, HasIdCondition, PointId};

use super::all_points::{for_each_page, touch};
use super::{WAL_FOLDER, shard_folder};
use crate::error::{Error, Result};
use crate::files::sync_folder;

/// Where the log is meanwhile.
const WAL_ASIDE: &str = "wal-aside";

/// The shard without older copies of points.
pub(super) fn removed(shard: EdgeShard, folder: &Path, config: &EdgeConfig) -> Result<EdgeShard> {
    let duplicated = duplicated_points(&shard)?;
    if duplicated.is_empty() {
        return Ok(shard);
    }
    tracing::info!(path = %folder.display(), points = duplicated.len(), "removing older copies of points");
    // What the log holds is then in the segments.
    shard.flush()?;
    drop(shard);
    let fail = |error| Error::storage(folder, error);
    put_log_aside(folder).map_err(fail)?;
    let shard = EdgeShard::load(folder, Some(config.clone()))?;
    shard.update(touch(&duplicated))?;
    shard.flush()?;
    drop(shard);
    restore_log(folder).map_err(fail)?;
    shard_folder::open(folder, config)
}

fn put_log_aside(folder: &Path) -> io::Result<()> {
    fs::rename(folder.join(WAL_FOLDER), folder.join(WAL_ASIDE))?;
    sync_folder(folder)
}

/// Puts the log in its place, if it was put aside.
pub(super) fn restore_log(folder: &Path) -> io::Result<()> {
    let (log, aside) = (folder.join(WAL_FOLDER), folder.join(WAL_ASIDE));
    if !aside.exists() {
        return Ok(());
    }
    match fs::remove_dir_all(&log) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => fs::rename(&aside, &log)?,
    }
    sync_folder(folder)
}

fn duplicated_points(shard: &EdgeShard) -> Result<Vec<PointId>> {
    let mut duplicated = Vec::new();
    let copies = shard.info()?.points_count;
    if copies != shard.count(CountRequest { filter: None, exact: true })? {
        for_each_page(shard, |ids| collect_duplicated(shard, ids, &mut duplicated))?;
    }
    Ok(duplicated)
}

/// Which of these points have several copies, found by halves.
fn collect_duplicated(shard: &EdgeShard, ids: &[PointId], duplicated: &mut Vec<PointId>) -> Result<()> {
    let copies = count_copies(shard, ids)?;
    if copies == 2 * ids.len() {
        duplicated.extend(ids);
    } else if copies > ids.len() {
        if let [id] = ids {
            duplicated.push(*id);
            return Ok(());
        }
        let (first, second) = ids.split_at(ids.len() / 2);
        collect_duplicated(shard, first, duplicated)?;
        collect_duplicated(shard, second, duplicated)?;
    }
    Ok(())
}

/// How often the segments have these points, all together. An estimate by ids is exact for each segment,
/// and adds the segments up.
fn count_copies(shard: &EdgeShard, ids: &[PointId]) -> Result<usize> {
    let condition = HasIdCondition { has_id: ids.iter().copied().collect() };
    let filter = Some(Filter::new_must(Condition::HasId(condition)));
    Ok(shard.count(CountRequest { filter, exact: false })?)
}
