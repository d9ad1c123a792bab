//! The one error type of the engine: a Qdrant status and text, ready for a REST-like client.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use qdrant_edge::{OperationError, PointId};
use thiserror::Error as ThisError;

/// Result of every engine call.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What went wrong, in the terms and texts of the Qdrant REST API.
///
/// [`Error::status`] is the HTTP status a server would answer with; `Display` is its `status.error`.
#[derive(Clone, Debug, PartialEq, ThisError)]
#[non_exhaustive]
pub enum Error {
    /// The request body is no valid request (400).
    #[error("Format error in JSON body: {0}")]
    Format(String),
    /// A parameter that a server takes from the query of the URL is none (400).
    #[error("Deserialize error in query parameters: {0}")]
    QueryParameter(String),
    /// A parameter that a server takes from the query of the URL is out of its range (422).
    #[error("Validation error in query parameters: [{0}]")]
    QueryValidation(String),
    /// The request is well-formed, but a field is out of its range (422). Holds `path: reason` entries.
    #[error("Validation error in JSON body: [{0}]")]
    Validation(String),
    /// As [`Error::Validation`], for what a server takes from the path: the collection name (422).
    #[error("Validation error in path parameters: [{0}]")]
    PathValidation(String),
    /// The request contradicts the collection, such as a vector of the wrong dimension (400).
    #[error("Wrong input: {0}")]
    WrongInput(String),
    /// The request contradicts itself (400).
    #[error("Bad request: {0}")]
    BadRequest(String),
    /// No vector can be made of an object here (400).
    #[error("{0}")]
    Inference(String),
    /// A collection, alias or point does not exist (404).
    #[error("Not found: {0}")]
    NotFound(String),
    /// The thing to create exists already (409).
    #[error("Wrong input: {0}")]
    AlreadyExists(String),
    /// A cluster operation, which a lone node refuses (405).
    #[error("Qdrant is running in standalone mode")]
    StandaloneMode,
    /// The call took longer than its `timeout` (408).
    #[error("Timeout: Timeout error: {0}")]
    Timeout(String),
    /// The collection takes no more operations for now (429).
    #[error("Rate limiting exceeded: {description}")]
    RateLimitExceeded {
        /// Which limit, and by how much.
        description: String,
        /// When to try again; `None` when that would not help.
        retry_after: Option<Duration>,
    },
    /// The engine failed: disk, memory, damaged files or a bug (500).
    #[error("Service internal error: {0}")]
    Service(String),
    /// A file or folder of the storage is damaged, foreign or of a newer format (500).
    #[error("Service internal error: storage error at {}: {reason}", path.display())]
    Storage {
        /// The file or folder at fault.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// The system refuses access to a file or folder of the storage: permissions, a full disk, a device that
    /// is gone. Nothing says that the data is damaged (500).
    #[error("Service internal error: storage error at {}: {reason}", path.display())]
    StorageUnavailable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        reason: String,
    },
    /// Another process has the storage folder open (423).
    #[error(
        "Storage folder is in use by another process{}: it holds the lock {}",
        pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default(),
        lock_file.display()
    )]
    StorageLocked {
        /// The lock file that the other process holds.
        lock_file: PathBuf,
        /// That process, when it could be read.
        pid: Option<u32>,
    },
    /// The client was closed (503).
    #[error("The client is closed")]
    Closed,
}

impl Error {
    /// HTTP status that a Qdrant server answers with in this case.
    pub fn status(&self) -> u16 {
        match self {
            Error::Format(_)
            | Error::QueryParameter(_)
            | Error::WrongInput(_)
            | Error::BadRequest(_)
            | Error::Inference(_) => 400,
            Error::NotFound(_) => 404,
            Error::StandaloneMode => 405,
            Error::Timeout(_) => 408,
            Error::AlreadyExists(_) => 409,
            Error::QueryValidation(_) | Error::Validation(_) | Error::PathValidation(_) => 422,
            Error::StorageLocked { .. } => 423,
            Error::RateLimitExceeded { .. } => 429,
            Error::Service(_) | Error::Storage { .. } | Error::StorageUnavailable { .. } => 500,
            Error::Closed => 503,
        }
    }

    /// Stable name of the kinds that a program may want to handle by themselves.
    pub fn code(&self) -> Option<&'static str> {
        match self {
            Error::StorageLocked { .. } => Some("STORAGE_LOCKED"),
            Error::Storage { .. } => Some("STORAGE_DAMAGED"),
            Error::StorageUnavailable { .. } => Some("STORAGE_UNAVAILABLE"),
            Error::Closed => Some("CLIENT_CLOSED"),
            Error::Format(_)
            | Error::QueryParameter(_)
            | Error::QueryValidation(_)
            | Error::Validation(_)
            | Error::PathValidation(_)
            | Error::WrongInput(_)
            | Error::BadRequest(_)
            | Error::Inference(_)
            | Error::NotFound(_)
            | Error::AlreadyExists(_)
            | Error::StandaloneMode
            | Error::Timeout(_)
            | Error::RateLimitExceeded { .. }
            | Error::Service(_) => None,
        }
    }

    /// The server's answer for a collection that does not exist.
    pub fn collection_not_found(name: &str) -> Self {
        Error::NotFound(format!("Collection `{name}` doesn't exist!"))
    }

    /// The server's answer for an operation on a point that does not exist.
    pub(crate) fn no_point(id: PointId) -> Self {
        Error::NotFound(format!("No point with id {id} found"))
    }

    /// The server's answer for an update of no points.
    pub(crate) fn empty_update() -> Self {
        Error::BadRequest("Empty update request".to_owned())
    }

    /// The server's answer for a name that is taken.
    pub(crate) fn collection_exists(name: &str) -> Self {
        Error::AlreadyExists(format!("Collection `{name}` already exists!"))
    }

    /// A storage error at `path`.
    pub(crate) fn storage(path: &Path, fault: impl Into<Fault>) -> Self {
        let path = path.to_owned();
        match fault.into() {
            Fault::Damage(reason) => Error::Storage { path, reason },
            Fault::Refusal(reason) => Error::StorageUnavailable { path, reason },
        }
    }
}

/// What is wrong with a file or folder of the storage.
pub(crate) enum Fault {
    /// It is not as it should be.
    Damage(String),
    /// The system does not let us use it.
    Refusal(String),
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound | ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
                Fault::Damage(error.to_string())
            }
            _ => Fault::Refusal(error.to_string()),
        }
    }
}

impl From<String> for Fault {
    fn from(reason: String) -> Self {
        Fault::Damage(reason)
    }
}

impl From<&str> for Fault {
    fn from(reason: &str) -> Self {
        Fault::Damage(reason.to_owned())
    }
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Fault::Damage(error.to_string())
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        let text = error.to_string();
        // The caller wrote an object, not the JSON that this is a place in.
        let place = format!(" at line {} column {}", error.line(), error.column());
        Error::Format(text.strip_suffix(&place).unwrap_or(&text).to_owned())
    }
}

/// Status and text that the server gives the engine's own errors.
impl From<OperationError> for Error {
    fn from(error: OperationError) -> Self {
        match error {
            OperationError::WrongVectorDimension { .. }
            | OperationError::MalformedVectorBlob { .. }
            | OperationError::MalformedPayloadBlob { .. }
            | OperationError::VectorNameNotExists { .. }
            | OperationError::TypeError { .. }
            | OperationError::TypeInferenceError { .. }
            | OperationError::WrongSparse
            | OperationError::WrongMulti
            | OperationError::MissingRangeIndexForOrderBy { .. }
            | OperationError::MissingMapIndexForFacet { .. }
            | OperationError::VariableTypeError { .. }
            | OperationError::NonFiniteNumber { .. } => Error::WrongInput(error.to_string()),
            OperationError::ValidationError { description } => Error::WrongInput(description),
            OperationError::PointIdError { missed_point_id } => Error::no_point(missed_point_id),
            OperationError::Timeout { description } => Error::Timeout(description),
            OperationError::FileNotFound { path } => Error::storage(&path, "the file is missing"),
            OperationError::ServiceError { description, .. }
            | OperationError::InconsistentStorage { description }
            | OperationError::Cancelled { description } => Error::Service(description),
            OperationError::OutOfMemory { .. } | OperationError::OutOfAppendableCapacity { .. } => {
                Error::Service(error.to_string())
            }
        }
    }
}
