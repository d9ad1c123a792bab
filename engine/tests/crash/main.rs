//! What was acknowledged survives `kill -9`: a child process works on a folder, is killed at a random moment,
//! and its successor finds every acknowledged operation, and of those in flight each whole or not at all.
//!
//! `QDRANT_EMBEDDED_CRASH_ROUNDS` sets the number of kills, `QDRANT_EMBEDDED_CRASH_SEED` the first seed. A
//! failure prints its seed; the moment of a kill is up to the machine, so the same seed may need several runs.

mod child;
mod driver;
mod model;
mod power_cut;
mod random;
mod workload;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, thread};

/// Kills of one storage folder before the next begins empty.
const ROUNDS_PER_FOLDER: u64 = 20;

/// Storage folders that are worked on side by side.
const AT_ONCE: usize = 4;

const DEFAULT_ROUNDS: u64 = 200;

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number")))
}

#[test]
fn acknowledged_operations_survive_a_kill_and_unfinished_ones_are_whole_or_absent() {
    let rounds = number("QDRANT_EMBEDDED_CRASH_ROUNDS").unwrap_or(DEFAULT_ROUNDS);
    let first_seed = number("QDRANT_EMBEDDED_CRASH_SEED").unwrap_or(1);
    let folders = AtomicU64::new(0);
    let totals = Mutex::new(driver::Totals::default());
    // The children mostly wait for the disk and for the moment of their death.
    thread::scope(|scope| {
        let work = || {
            loop {
                let folder = folders.fetch_add(1, Ordering::Relaxed);
                let rounds = ROUNDS_PER_FOLDER.min(rounds.saturating_sub(folder * ROUNDS_PER_FOLDER));
                if rounds == 0 {
                    break;
                }
                let done = driver::Driver::new(first_seed + folder).run(rounds);
                totals.lock().unwrap().add(done);
            }
        };
        let workers: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(work)).collect();
        let failed = workers.into_iter().filter_map(|worker| worker.join().err()).count();
        assert_eq!(failed, 0, "folders in which something was lost; see above");
    });
    let totals = totals.into_inner().unwrap();
    println!("{totals:#?}");
    assert!(totals.acknowledged > rounds, "too little happened: {totals:?}");
}

#[test]
fn of_two_processes_that_race_for_a_folder_one_opens_it() {
    let folder = tempfile::tempdir().unwrap();
    for _ in 0..5 {
        let (opened, refusals) = driver::race(folder.path());
        assert_eq!((opened, refusals.len()), (1, 1), "{refusals:?}");
        assert!(refusals[0].contains("in use"), "{refusals:?}");
    }
}

#[test]
#[cfg(unix)]
fn a_process_that_sleeps_amid_writes_goes_on_where_it_was() {
    let totals = driver::Driver::new(number("QDRANT_EMBEDDED_CRASH_SEED").unwrap_or(1)).run_with_sleep(2);
    println!("{totals:#?}");
    assert!(totals.acknowledged > 0, "too little happened: {totals:?}");
}

/// Power cuts of one disk.
const POWER_CUTS: u64 = 5;

#[test]
fn synced_writes_survive_a_power_cut() {
    cut_power(true);
}

#[test]
fn flushed_writes_survive_a_power_cut() {
    cut_power(false);
}

fn cut_power(sync: bool) {
    let rounds = number("QDRANT_EMBEDDED_CRASH_POWER_CUTS").unwrap_or(POWER_CUTS);
    let seed = number("QDRANT_EMBEDDED_CRASH_SEED").unwrap_or(1);
    let Some(mut disk) = power_cut::Disk::new() else {
        println!("skipped: a file system in a file cannot be mounted here (it takes Linux and root)");
        return;
    };
    let totals = driver::Driver::run_with_power_cuts(seed, rounds, sync, &mut disk);
    println!("{totals:#?}");
}

/// The child's side; the test above runs it in processes of its own.
#[test]
#[ignore = "started by the driver"]
fn child() {
    if let Some(folder) = env::var_os(child::FOLDER) {
        child::run(folder.into());
    }
}
