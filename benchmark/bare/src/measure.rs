//! Times, percentiles and memory.

use std::fs;
use std::time::Duration;

/// The value in milliseconds below which the share `p` of the samples lies.
pub fn percentile(samples: &mut [Duration], p: f64) -> f64 {
    samples.sort_unstable();
    let rank = (p * samples.len() as f64).ceil() as usize;
    samples[rank.saturating_sub(1)].as_secs_f64() * 1000.0
}

/// Resident memory of this process in MB, where the system tells without a library: on Linux.
pub fn resident_megabytes() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024.0 / 1e6)
}

/// Share of the exact nearest points that are among the found ones.
pub fn recall(found: &[Vec<u64>], truth: &[Vec<u64>]) -> f64 {
    let hits = truth.iter().zip(found).map(|(ids, found)| found.iter().filter(|id| ids.contains(id)).count());
    hits.sum::<usize>() as f64 / truth.iter().map(Vec::len).sum::<usize>() as f64
}
