//! How many cases to try, and which.

use std::env;

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The seeds of a test: `QDRANT_EMBEDDED_PROOF_CASES` of them, or `default`, from
/// `QDRANT_EMBEDDED_PROOF_SEED`, or 0, on.
pub fn seeds(default: u64) -> std::ops::Range<u64> {
    let number = |name| env::var(name).ok().map(|value| value.parse::<u64>().unwrap());
    let first = number("QDRANT_EMBEDDED_PROOF_SEED").unwrap_or(0);
    first..first + number("QDRANT_EMBEDDED_PROOF_CASES").unwrap_or(default)
}

/// A runner of that many cases, the same for the same seed.
pub fn runner(seed: u64, cases: u32) -> TestRunner {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}
