//! What a program should know although its calls go on.

use std::sync::Arc;

use parking_lot::Mutex;

/// Hears of a warning.
type Listener = Arc<dyn Fn(&str) + Send + Sync>;

static LISTENER: Mutex<Option<Listener>> = Mutex::new(None);

/// Has `listener`, and no other any more, told of warnings, such as that a model runs on the processor since
/// what it was to run on cannot be had. They are logged besides.
pub fn on_warning(listener: impl Fn(&str) + Send + Sync + 'static) {
    *LISTENER.lock() = Some(Arc::new(listener));
}

pub(crate) fn warn(message: &str) {
    tracing::warn!("{message}");
    let listener = LISTENER.lock().clone();
    if let Some(listener) = listener {
        listener(message);
    }
}
