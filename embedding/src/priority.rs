//! Which threads go first when there are more than cores.

use thread_priority::{ThreadPriority, ThreadPriorityValue, set_current_thread_priority};

/// Of 100, where 50 is usual: on Linux a niceness of 3, about half a share. With 25, which the engine gives its
/// optimizers, others are no better off, but beside many busy programs a model gets next to nothing.
const LOW: u8 = 40;

/// Lets others go before this thread, and before those that it starts (on Linux; elsewhere each has to say so
/// itself): a model takes all the time that it gets, and must not keep those waiting who search, or who
/// answer a click. With cores to spare it makes no difference.
pub(crate) fn make_way() {
    let set = ThreadPriorityValue::try_from(LOW).and_then(|low| {
        set_current_thread_priority(ThreadPriority::Crossplatform(low)).map_err(|error| format!("{error:?}"))
    });
    if let Err(error) = set {
        tracing::debug!(error, "a model's thread keeps the usual priority");
    }
}
