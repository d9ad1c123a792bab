//! Defaults that go together.

use std::thread::available_parallelism;
use std::time::Duration;

/// An open collection costs a thread and some megabytes. A minute is longer than the pauses of somebody at
/// work, and short enough for a store of many collections that are visited one after the other.
const DESKTOP_IDLE_TIMEOUT: Duration = Duration::from_secs(60);

/// A million vectors of 128 numbers: to search one graph of them takes half as long as two, and more than
/// that would make optimizations too long.
const DESKTOP_MAX_SEGMENT_KB: usize = 512_000;

/// Size of vectors in KB that the engine allows for each thread that builds a graph, and the most threads
/// that it uses for one.
const MAX_SEGMENT_KB_PER_THREAD: usize = 256_000;
const MAX_GRAPH_THREADS: usize = 8;

const MB: usize = 1024 * 1024;

/// What the defaults are made for. Each can be given otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Preset {
    /// An application on somebody's machine, with other things to do.
    #[default]
    Desktop,
    /// A machine of its own: as a Qdrant server chooses.
    Server,
}

impl Preset {
    /// Threads that apply writes.
    pub(crate) fn update_threads(self) -> usize {
        match self {
            Self::Desktop => (cores() / 2).max(1),
            Self::Server => cores(),
        }
    }

    /// Cores that background indexing may use.
    pub(crate) fn optimizer_cpus(self) -> usize {
        match self {
            Self::Server if cores() <= 2 => cores(),
            Self::Desktop | Self::Server => cores().saturating_sub(1).max(1),
        }
    }

    /// Time without a call after which a collection's files are closed.
    pub(crate) fn idle_timeout(self) -> Duration {
        match self {
            Self::Desktop => DESKTOP_IDLE_TIMEOUT,
            Self::Server => Duration::MAX,
        }
    }

    /// Segments to aim at, where a collection leaves it open. One of them grows, so that two keep all that
    /// is indexed in one graph: the fewer, the faster a query that one thread answers.
    pub(crate) fn segment_number(self) -> usize {
        match self {
            Self::Desktop => 2,
            Self::Server => (cores() / 2).clamp(2, 8),
        }
    }

    /// Size of vectors in KB beyond which segments are not merged, where a collection leaves it open. It
    /// bounds how long an optimization takes, which cannot be stopped.
    pub(crate) fn max_segment_kb(self) -> usize {
        match self {
            Self::Desktop => DESKTOP_MAX_SEGMENT_KB,
            Self::Server => cores().min(MAX_GRAPH_THREADS) * MAX_SEGMENT_KB_PER_THREAD,
        }
    }

    /// Threads of a collection's own that search its segments for one query; one is that of the query
    /// itself, so that the number of threads does not grow with that of collections.
    pub(crate) fn segment_search_threads(self) -> usize {
        match self {
            Self::Desktop => 1,
            Self::Server => self.segment_number(),
        }
    }

    /// Size in bytes of a segment of the write-ahead log, where a collection leaves it open. The engine
    /// reserves at least two, on file systems without sparse files for real, and an application may have
    /// many small collections; an operation that does not fit makes its segment larger.
    pub(crate) fn log_segment_bytes(self) -> usize {
        match self {
            Self::Desktop => 4 * MB,
            Self::Server => 32 * MB,
        }
    }

    /// Size of vectors in KB up to which a new collection compares the points of a filter one by one, where
    /// its settings do not tell. Fields that are indexed get links in the graph for values with more.
    pub(crate) fn full_scan_threshold_kb(self) -> usize {
        match self {
            Self::Desktop => 2_000,
            Self::Server => 10_000,
        }
    }
}

/// Processor cores that this process may use.
pub(crate) fn cores() -> usize {
    available_parallelism().map_or(1, usize::from)
}
