use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot::{self, Receiver, Sender};

use crate::error::{Error, Result};
use crate::model::Embedding;

/// The vectors of a call in the making. Dropping it gives the call up after the batch at hand.
#[must_use = "a call whose result is dropped is given up"]
#[derive(Debug)]
pub struct Pending<T = Embedding>(Receiver<Result<Vec<T>>>);

impl<T> Pending<T> {
    pub(crate) fn channel() -> (Sender<Result<Vec<T>>>, Self) {
        let (sender, receiver) = oneshot::channel();
        (sender, Self(receiver))
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
        self.0.blocking_recv().unwrap_or_else(|_| Err(lost()))
    }
}

impl<T> Future for Pending<T> {
    type Output = Result<Vec<T>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|result| result.unwrap_or_else(|_| Err(lost())))
    }
}

fn lost() -> Error {
    Error::internal("the model's thread ended before it answered")
}
