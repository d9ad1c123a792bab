//! The optimizer's runs since the collection was opened.

use std::collections::VecDeque;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use qdrant_edge::DateTimeWrapper;
use uuid::Uuid;

use crate::model::{Optimization, ProgressTree, TrackerStatus};

/// Completed runs that are kept, as by a server.
const MAX_COMPLETED: usize = 16;

const NAME: &str = "Segment Optimizing";

/// The run at work, and those before it.
#[derive(Debug, Default)]
pub(super) struct OptimizerLog {
    running: Option<(Optimization, Instant)>,
    /// The latest first.
    completed: VecDeque<Optimization>,
}

impl OptimizerLog {
    pub(super) fn start(&mut self) {
        let progress = ProgressTree { name: NAME, started_at: now(), finished_at: None, duration_sec: None };
        let run = Optimization {
            uuid: Uuid::new_v4().to_string(),
            optimizer: Optimization::OPTIMIZER,
            status: TrackerStatus::Optimizing,
            segments: Vec::new(),
            progress,
        };
        self.running = Some((run, Instant::now()));
    }

    /// Ends the run; `None` when there was nothing to do.
    pub(super) fn finish(&mut self, status: Option<TrackerStatus>) {
        if let (Some((mut run, started)), Some(status)) = (self.running.take(), status) {
            run.status = status;
            run.progress.finished_at = now();
            run.progress.duration_sec = Some(started.elapsed().as_secs_f64());
            self.completed.push_front(run);
            self.completed.truncate(MAX_COMPLETED);
        }
    }

    pub(super) fn running(&self) -> Vec<Optimization> {
        self.running.iter().map(|(run, _)| run.clone()).collect()
    }

    pub(super) fn completed(&self, limit: usize) -> Vec<Optimization> {
        self.completed.iter().take(limit).cloned().collect()
    }
}

fn now() -> Option<DateTimeWrapper> {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    DateTimeWrapper::from_timestamp(i64::try_from(since_epoch.as_micros()).ok()?)
}

#[cfg(test)]
mod tests {
    use serde_json::to_value;

    use super::*;

    #[test]
    fn a_run_is_running_and_then_completed() {
        let mut log = OptimizerLog::default();
        log.start();
        let running = to_value(log.running()).unwrap();
        assert_eq!(running[0]["status"], "optimizing");
        assert!(running[0]["progress"]["started_at"].as_str().unwrap().ends_with('Z'));
        log.finish(Some(TrackerStatus::Error("disk full".to_owned())));
        assert_eq!(log.running(), []);
        let completed = to_value(log.completed(9)).unwrap();
        assert_eq!(completed[0]["uuid"], running[0]["uuid"]);
        assert_eq!(completed[0]["status"]["error"], "disk full");
        assert!(completed[0]["progress"]["duration_sec"].as_f64().unwrap() >= 0.0);
    }

    #[test]
    fn the_latest_runs_are_kept_unless_they_did_nothing() {
        let mut log = OptimizerLog::default();
        for number in 0..40 {
            log.start();
            log.finish((number % 2 == 1).then(|| TrackerStatus::Cancelled(number.to_string())));
        }
        let completed = log.completed(usize::MAX);
        assert_eq!(completed.len(), MAX_COMPLETED);
        assert_eq!(completed[0].status, TrackerStatus::Cancelled("39".to_owned()));
        assert_eq!(log.completed(3), completed[..3]);
    }
}
