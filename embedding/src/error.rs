use std::error::Error as StdError;
use std::fmt::Display;

/// What can be done about an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// An argument, an image or a model's files cannot be used as they are.
    Invalid,
    /// A file, a folder or a model does not exist.
    NotFound,
    /// The model hub cannot be reached or refuses to answer: try again, or do without it.
    HubUnavailable,
    /// The call was given up.
    Cancelled,
    /// Anything else.
    Internal,
}

/// Why a call failed, and what to do about it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// Result with this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Invalid, message: message.into() }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::NotFound, message: message.into() }
    }

    pub(crate) fn hub_unavailable(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::HubUnavailable, message: message.into() }
    }

    pub(crate) fn cancelled() -> Self {
        Self { kind: ErrorKind::Cancelled, message: "the call was cancelled".to_owned() }
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Internal, message: message.into() }
    }

    /// The same error, told of `subject`.
    pub(crate) fn of(self, subject: impl Display) -> Self {
        Self { kind: self.kind, message: format!("{subject}: {}", self.message) }
    }

    /// What can be done about it.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

/// The message of `error` and of all its causes, each said once.
pub(crate) fn chain(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            text = format!("{text}: {message}");
        }
        cause = error.source();
    }
    text
}
