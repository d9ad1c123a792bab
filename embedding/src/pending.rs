use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot::{self, Receiver, Sender};

use crate::cancel::{Cancel, CancelOnDrop};
use crate::error::{Error, Result};
use crate::model::Embedding;

/// The vectors of a call in the making. Dropping it gives the call up: a download at
/// once, embedding after the batch at hand.
#[must_use = "a call whose result is dropped is given up"]
#[derive(Debug)]
pub struct Pending<T = Embedding> {
    receiver: Receiver<Result<Vec<T>>>,
    given_up: CancelOnDrop,
}

impl<T> Pending<T> {
    pub(crate) fn channel() -> (Sender<Result<Vec<T>>>, Self) {
        let (sender, receiver) = oneshot::channel();
        (sender, Self { receiver, given_up: CancelOnDrop::default() })
    }

    /// What tells the call that its result is dropped.
    pub(crate) fn cancel(&self) -> Cancel {
        self.given_up.cancel()
    }

    pub(crate) fn ready(result: Result<Vec<T>>) -> Self {
        let (sender, pending) = Self::channel();
        let _ = sender.send(result);
        pending
    }

    /// Waits for the result. Not to be called on a thread of an asynchronous executor.
    ///
    /// # Errors
    /// Those of the call.
    pub fn wait(self) -> Result<Vec<T>> {
        self.receiver.blocking_recv().unwrap_or_else(|_| Err(lost()))
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<Vec<T>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.receiver).poll(context).map(|result| result.unwrap_or_else(|_| Err(lost())))
    }
}

fn lost() -> Error {
    Error::internal("the model's thread ended before it answered")
}
