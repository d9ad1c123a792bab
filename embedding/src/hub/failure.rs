//! Why a file did not come.

use std::io;
use std::time::Duration;

use ureq::http::StatusCode;

use crate::error::{Error, chain};

pub(crate) enum Failure {
    /// The hub could not be asked.
    Request(ureq::Error),
    /// It answered that it will not, or cannot now.
    Status { status: StatusCode, retry_after: Option<Duration> },
    /// The connection broke.
    Broken(io::Error),
    /// What came is not what was asked for.
    Protocol(String),
    /// What came is not what the hub had said it would be, twice.
    Damaged(String),
    /// A file or folder of the cache cannot be written.
    Local(io::Error),
    /// Something else; a cancelled call.
    Other(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

impl Failure {
    /// Whether it may go better the next time. While nothing has come yet, a hub that is not there is
    /// rather a matter of the network or its settings, and is told at once.
    pub fn is_transient(&self, begun: bool) -> bool {
        match self {
            Self::Request(ureq::Error::Timeout(_)) => true,
            Self::Request(ureq::Error::HostNotFound | ureq::Error::ConnectionFailed) => begun,
            Self::Request(ureq::Error::Io(error)) => {
                // The latter is what a certificate is that nobody here trusts.
                begun
                    || !matches!(error.kind(), io::ErrorKind::ConnectionRefused | io::ErrorKind::InvalidData)
            }
            Self::Request(ureq::Error::Protocol(_)) | Self::Broken(_) | Self::Protocol(_) => true,
            Self::Status { status, .. } => {
                status.is_server_error()
                    || matches!(*status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS)
                    || *status == StatusCode::RANGE_NOT_SATISFIABLE
            }
            Self::Request(_) | Self::Damaged(_) | Self::Local(_) | Self::Other(_) => false,
        }
    }

    /// How long the hub asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// The reason, with all its causes.
    pub fn reason(&self) -> String {
        match self {
            Self::Request(error) => {
                let reason = chain(error);
                match reason.contains("UnknownIssuer") {
                    true => format!(
                        "{reason}; if a proxy shows certificates of its own, SSL_CERT_FILE or NODE_EXTRA_CA_CERTS has to \
                         name the file with that of its authority"
                    ),
                    false => reason,
                }
            }
            Self::Status { status: StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, .. } => {
                format!(
                    "{}; if the model is not public, HF_TOKEN has to be that of a user who may have it",
                    self.answer()
                )
            }
            Self::Status { .. } => self.answer(),
            Self::Broken(error) => format!("the connection broke: {}", chain(error)),
            Self::Protocol(reason) | Self::Damaged(reason) => reason.clone(),
            Self::Local(error) => chain(error),
            Self::Other(error) => error.to_string(),
        }
    }

    fn answer(&self) -> String {
        match self {
            Self::Status { status, .. } => format!("the hub answers {status}"),
            _ => String::new(),
        }
    }
}
