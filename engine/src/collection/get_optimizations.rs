use super::Collection;
use super::maintenance::unindexed;
use crate::error::Result;
use crate::model::{
    GetOptimizations, Optimization, OptimizationsResponse, OptimizationsSummary, PendingOptimization,
};
use crate::operation::Read;

impl Read for GetOptimizations {
    type Output = OptimizationsResponse;

    fn execute(self, collection: &Collection) -> Result<OptimizationsResponse> {
        let parts = self.parts()?;
        let optimizer = collection.optimizer_state();
        let info = collection.shard().info()?;
        let is_due = collection.is_optimization_due(&optimizer, &info);
        let log = collection.optimizer_log();
        let running = log.running();
        let summary = OptimizationsSummary {
            queued_optimizations: usize::from(is_due),
            queued_segments: if is_due { info.segments_count } else { 0 },
            queued_points: if is_due { unindexed(&info) } else { 0 },
            idle_segments: if is_due || !running.is_empty() { 0 } else { info.segments_count },
        };
        let queued =
            is_due.then(|| PendingOptimization { optimizer: Optimization::OPTIMIZER, segments: Vec::new() });
        Ok(OptimizationsResponse {
            summary,
            running,
            queued: parts.queued.then(|| queued.into_iter().collect()),
            completed: parts.completed.map(|limit| log.completed(limit)),
            idle_segments: parts.idle_segments.then(Vec::new),
        })
    }
}
