use super::Collection;
use crate::error::Result;
use crate::operation::Write;

/// Writes everything written so far to the disk. A write itself, so that none runs beside it.
pub(crate) struct Flush;

impl Write for Flush {
    type Output = ();

    fn execute(self, collection: &Collection) -> Result<()> {
        collection.make_durable()
    }
}
