//! What a program should know although its calls go on.

use std::sync::Arc;

use parking_lot::Mutex;

/// Hears of a warning. Answers whether somebody is still there to hear it.
type Listener = Arc<dyn Fn(&str) -> bool + Send + Sync>;

static LISTENERS: Mutex<Vec<Listener>> = Mutex::new(Vec::new());

/// Has `listener` told of warnings, such as that a model runs on the processor since what it was to run on
/// cannot be had. Of several listeners, the first that answers `true` has heard it for all; others are
/// forgotten. Warnings are logged besides.
pub fn on_warning(listener: impl Fn(&str) -> bool + Send + Sync + 'static) {
    LISTENERS.lock().push(Arc::new(listener));
}

pub(crate) fn warn(message: String) {
    tracing::warn!("{message}");
    let mut listeners = LISTENERS.lock();
    while let Some(listener) = listeners.first() {
        if listener(&message) {
            return;
        }
        listeners.remove(0);
    }
}
