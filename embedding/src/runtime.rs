//! Loading of ONNX Runtime, once per process.

use std::env;
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ort::environment::Environment;
use ort::logging::LogLevel;
use parking_lot::Mutex;

use crate::error::{Error, Result, chain};

/// Names a library to load instead of the one that the application brings.
const LIBRARY_VARIABLE: &str = "ORT_DYLIB_PATH";

const TELEMETRY_VARIABLE: &str = "ORT_DISABLE_TELEMETRY";

static BUNDLED: Mutex<Option<PathBuf>> = Mutex::new(None);
static ENVIRONMENT: Mutex<Option<Environment>> = Mutex::new(None);

/// Tells where the ONNX Runtime library is that the application brings. The environment variable
/// `ORT_DYLIB_PATH` goes before it. Counts until a model is loaded: after that the process keeps the
/// library that it has.
pub fn set_onnx_runtime_path(path: impl Into<PathBuf>) {
    *BUNDLED.lock() = Some(path.into());
}

/// Tells ONNX Runtime to report nothing, unless the environment says something else. Counts until a model is
/// loaded, and for all that the process has of ONNX Runtime. To be called early, before there are other threads.
///
/// Newer versions have telemetry on macOS and Linux, too: before it can be switched off in the library, it has
/// made an identifier of the machine and a file in the user's cache folder, and reported the process; and a long
/// command line, which it searches for what is private, overflows the stack.
pub fn disable_telemetry() {
    if env::var_os(TELEMETRY_VARIABLE).is_none() {
        // SAFETY: only for threads that read the environment without a lock at this very moment; Node.js takes
        // the same liberty when a program sets one of `process.env`.
        unsafe { env::set_var(TELEMETRY_VARIABLE, "1") };
    }
}

/// The library that a model loaded now would use, taken from where `set_onnx_runtime_path` and the
/// environment say.
pub(crate) fn library() -> Option<PathBuf> {
    match env::var_os(LIBRARY_VARIABLE) {
        Some(path) if !path.is_empty() => Some(path.into()),
        _ => BUNDLED.lock().clone(),
    }
}

/// The process's ONNX Runtime, loaded from `library` if this is the first call that succeeds.
pub(crate) fn environment(library: Option<&Path>) -> Result<Environment> {
    let mut environment = ENVIRONMENT.lock();
    if let Some(environment) = &*environment {
        return Ok(environment.clone());
    }
    let Some(library) = library else {
        return Err(Error::internal(format!(
            "ONNX Runtime, which runs the models, is not part of this installation; set the environment \
             variable {LIBRARY_VARIABLE} to the absolute path of its library, version 1.24 or later"
        )));
    };
    let loaded = load(library)?;
    Ok(environment.insert(loaded).clone())
}

fn load(library: &Path) -> Result<Environment> {
    let failed = |reason: &str| {
        Error::internal(format!(
            "cannot load ONNX Runtime from `{}`: {reason}. Reinstall the package, or set the environment variable \
             {LIBRARY_VARIABLE} to the absolute path of a library of ONNX Runtime 1.24 or later",
            library.display()
        ))
    };
    if !library.is_absolute() {
        return Err(failed("the path is not absolute"));
    }
    if !library.is_file() {
        return Err(failed("there is no such file"));
    }
    // ort checks the version, but answers some broken libraries with a panic.
    panic::catch_unwind(AssertUnwindSafe(|| {
        let builder = ort::init_from(library).map_err(|error| failed(&chain(&error)))?;
        let environment = builder
            .with_telemetry(false)
            .with_logger(Arc::new(log))
            .build()
            .map_err(|error| failed(&chain(&error)))?;
        environment.set_log_level(LogLevel::Warning);
        Ok(environment)
    }))
    .unwrap_or_else(|_| Err(failed("it is not a usable library")))
}

fn log(level: LogLevel, _category: &str, _id: &str, location: &str, message: &str) {
    match level {
        LogLevel::Fatal | LogLevel::Error => tracing::error!(location, "{message}"),
        LogLevel::Warning => tracing::warn!(location, "{message}"),
        LogLevel::Info => tracing::info!(location, "{message}"),
        LogLevel::Verbose => tracing::trace!(location, "{message}"),
    }
}
