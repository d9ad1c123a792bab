//! What was acknowledged survives `kill -9`: a child process works on a folder, is killed at a random moment,
//! and its successor finds every acknowledged operation, and of those in flight each whole or not at all.
//!
//! `QDRANT_EMBEDDED_CRASH_ROUNDS` sets the number of kills, `QDRANT_EMBEDDED_CRASH_SEED` the first seed. A
//! failure prints its seed; the moment of a kill is up to the machine, so the same seed may need several runs.

mod child;
mod driver;
mod model;
mod random;
mod workload;

use std::env;

/// Kills of one storage folder before the next begins empty.
const ROUNDS_PER_FOLDER: u64 = 20;

const DEFAULT_ROUNDS: u64 = 100;

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number")))
}

#[test]
fn acknowledged_operations_survive_a_kill_and_unfinished_ones_are_whole_or_absent() {
    let rounds = number("QDRANT_EMBEDDED_CRASH_ROUNDS").unwrap_or(DEFAULT_ROUNDS);
    let first_seed = number("QDRANT_EMBEDDED_CRASH_SEED").unwrap_or(1);
    let mut totals = driver::Totals::default();
    for folder in 0..rounds.div_ceil(ROUNDS_PER_FOLDER) {
        let rounds = ROUNDS_PER_FOLDER.min(rounds - folder * ROUNDS_PER_FOLDER);
        driver::Driver::new(first_seed + folder).run(rounds, &mut totals);
    }
    println!("{totals:#?}");
    assert!(totals.acknowledged > rounds, "too little happened: {totals:?}");
}

/// The child's side; the test above runs it in processes of its own.
#[test]
#[ignore = "started by the driver"]
fn child() {
    if let Some(folder) = env::var_os(child::FOLDER) {
        child::run(folder.into());
    }
}
