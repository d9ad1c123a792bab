//! Keeps the numbers of requests to what there is. The engine reserves memory for as many points as a
//! request may return, and adds limit and offset.

use super::Collection;
use crate::error::Result;
use crate::model::{Prefetch, Query, QueryInterface, QueryPoints};

/// Numbers up to this are not worth a look at the collection.
const USUAL: usize = 1000;

/// In the order of a field a point comes once for each of its values, so that there may be more of them
/// than points. The engine numbers points with 32 bits.
const MOST_ORDERED: usize = u32::MAX as usize;

impl Collection {
    /// That many points, or all of the collection if these are fewer; no less than the usual numbers.
    pub(super) fn at_most_all(&self, points: usize) -> Result<usize> {
        if points <= USUAL {
            return Ok(points);
        }
        Ok(points.min(self.shard().info()?.points_count.max(USUAL)))
    }

    /// As [`at_most_all`](Self::at_most_all), for points that may be in the order of a field.
    pub(super) fn at_most_found(&self, points: usize, ordered: bool) -> Result<usize> {
        if ordered { Ok(points.min(MOST_ORDERED)) } else { self.at_most_all(points) }
    }

    /// Bounds what a query and its prefetches ask for.
    pub(super) fn bound_query(&self, query: &mut QueryPoints) -> Result<()> {
        self.bound_stage(query.query.as_ref(), [&mut query.limit, &mut query.offset])?;
        query.prefetch.iter_mut().try_for_each(|prefetch| self.bound_prefetch(prefetch))
    }

    fn bound_prefetch(&self, prefetch: &mut Prefetch) -> Result<()> {
        self.bound_stage(prefetch.query.as_ref(), [&mut prefetch.limit])?;
        prefetch.prefetch.iter_mut().try_for_each(|inner| self.bound_prefetch(inner))
    }

    fn bound_stage<'a>(
        &self,
        query: Option<&QueryInterface>,
        numbers: impl IntoIterator<Item = &'a mut Option<usize>>,
    ) -> Result<()> {
        let ordered = matches!(query, Some(QueryInterface::Query(Query::OrderBy(_))));
        for number in numbers.into_iter().flatten() {
            *number = self.at_most_found(*number, ordered)?;
        }
        Ok(())
    }
}
