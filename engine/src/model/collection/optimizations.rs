//! What is told about the runs of a collection's optimizer.

use qdrant_edge::DateTimeWrapper;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Completed runs that are told when the caller does not say how many.
const DEFAULT_COMPLETED_LIMIT: usize = 16;

/// Asks for the optimizer's runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct GetOptimizations {
    /// What to tell beside the summary and the run at work: any of `queued`, `completed` and
    /// `idle_segments`, separated by commas.
    pub with: Option<String>,
    /// How many of the completed runs to tell, the latest first. Default: 16, which is also as many as are
    /// kept.
    pub completed_limit: Option<usize>,
}

/// The optional parts of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OptimizationsParts {
    pub queued: bool,
    pub completed: Option<usize>,
    pub idle_segments: bool,
}

impl GetOptimizations {
    pub(crate) fn parts(self) -> Result<OptimizationsParts> {
        let Self { with, completed_limit } = self;
        let mut parts = OptimizationsParts::default();
        for part in with.as_deref().unwrap_or_default().split(',') {
            match part.trim() {
                "" => {}
                "queued" => parts.queued = true,
                "completed" => parts.completed = Some(completed_limit.unwrap_or(DEFAULT_COMPLETED_LIMIT)),
                "idle_segments" => parts.idle_segments = true,
                _ => return Err(Error::WrongInput(format!("Unknown field in 'with' parameter: {part}"))),
            }
        }
        Ok(parts)
    }
}

/// The runs of a collection's optimizer since it was opened.
///
/// The engine does not tell what a run did to which segments: a run is told as one optimization of all
/// kinds, without its segments.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OptimizationsResponse {
    /// How much there is to do.
    pub summary: OptimizationsSummary,
    /// The run at work, if any.
    pub running: Vec<Optimization>,
    /// The run that is due, if any.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued: Option<Vec<PendingOptimization>>,
    /// Runs that changed something or failed, the latest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed: Option<Vec<Optimization>>,
    /// Always empty: the engine does not tell the segments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub idle_segments: Option<Vec<OptimizationSegmentInfo>>,
}

/// How much there is to do, as far as it can be told before it is done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct OptimizationsSummary {
    /// 1 if a run is due.
    pub queued_optimizations: usize,
    /// Segments that the run that is due will look at.
    pub queued_segments: usize,
    /// Points that are not in an index while a run is due.
    pub queued_points: usize,
    /// Segments, when there is nothing to do.
    pub idle_segments: usize,
}

/// A run of the optimizer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Optimization {
    /// Tells it from others.
    pub uuid: String,
    /// `all`: a run merges, indexes and vacuums, and follows changed settings.
    pub optimizer: &'static str,
    /// How it stands.
    pub status: TrackerStatus,
    /// Always empty: the engine does not tell them.
    pub segments: Vec<OptimizationSegmentInfo>,
    /// When it was, and how long it took.
    pub progress: ProgressTree,
}

impl Optimization {
    /// What a run is called, which is not one of the engine's optimizers but all of them.
    pub(crate) const OPTIMIZER: &'static str = "all";
}

/// A run that is due.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PendingOptimization {
    /// `all`, as of a run.
    pub optimizer: &'static str,
    /// Always empty: the engine does not tell them.
    pub segments: Vec<OptimizationSegmentInfo>,
}

/// A segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OptimizationSegmentInfo {
    /// Tells it from others.
    pub uuid: String,
    /// Number of its points.
    pub points_count: usize,
}

/// How a run stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackerStatus {
    /// It is at work.
    Optimizing,
    /// It succeeded.
    Done,
    /// It gave way to a change of the collection's vectors, and is made anew.
    Cancelled(String),
    /// It failed, and why.
    Error(String),
}

/// When a run was.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ProgressTree {
    /// What it is about.
    pub name: &'static str,
    /// Its start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<DateTimeWrapper>,
    /// Its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<DateTimeWrapper>,
    /// Seconds from start to end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_sec: Option<f64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(with: &str, completed_limit: Option<usize>) -> Result<OptimizationsParts> {
        GetOptimizations { with: Some(with.to_owned()), completed_limit }.parts()
    }

    #[test]
    fn parts_are_told_when_asked_for() {
        assert_eq!(GetOptimizations::default().parts(), Ok(OptimizationsParts::default()));
        let all = OptimizationsParts { queued: true, completed: Some(16), idle_segments: true };
        assert_eq!(parts("queued, completed,,idle_segments", None), Ok(all));
        assert_eq!(parts("completed", Some(0)).unwrap().completed, Some(0));
        assert_eq!(parts("", Some(3)).unwrap().completed, None);
    }

    #[test]
    fn an_unknown_part_is_named() {
        let error = parts("queued,running", None).unwrap_err();
        assert_eq!(error.status(), 400);
        assert_eq!(error.to_string(), "Wrong input: Unknown field in 'with' parameter: running");
    }
}
