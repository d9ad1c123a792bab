//! How far the download of a whole model is.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::options::{Progress, ProgressListener};

const REPORT_INTERVAL: Duration = Duration::from_millis(100);

/// Over how long the speed is averaged.
const SPEED_WINDOW: Duration = Duration::from_secs(5);

/// Adds up the bytes of several files, and reports now and then. What it reports never goes back.
pub(crate) struct Meter<'a> {
    listener: Option<&'a ProgressListener>,
    /// Bytes of the files that are here.
    complete: u64,
    total: u64,
    /// What was reported last.
    done: u64,
    /// When how much had come over the network, in this download, at the reports of late.
    received: VecDeque<(Instant, u64)>,
    arrived: u64,
}

impl<'a> Meter<'a> {
    /// `complete` of the `total` bytes are here already.
    pub fn new(listener: Option<&'a ProgressListener>, complete: u64, total: u64) -> Self {
        let received = VecDeque::from([(Instant::now(), 0)]);
        Self { listener, complete, total, done: 0, received, arrived: 0 }
    }

    /// `bytes` of `file` have come, so that it has `current`.
    pub fn advance(&mut self, file: &str, bytes: u64, current: u64) {
        self.arrived += bytes;
        if self.received.back().is_none_or(|(last, _)| last.elapsed() >= REPORT_INTERVAL) {
            self.report(file, current);
        }
    }

    /// `file` is here, with `size` bytes.
    pub fn finish(&mut self, file: &str, size: u64) {
        self.complete += size;
        self.report(file, 0);
    }

    pub fn report(&mut self, file: &str, current: u64) {
        let now = Instant::now();
        self.received.push_back((now, self.arrived));
        while self.received.len() > 2 && now.duration_since(self.received[1].0) >= SPEED_WINDOW {
            self.received.pop_front();
        }
        self.done = (self.complete + current).clamp(self.done, self.total);
        if let Some(listener) = self.listener {
            let (since, before) = self.received[0];
            let seconds = now.duration_since(since).as_secs_f64();
            let bytes_per_second =
                if seconds > 0.0 { ((self.arrived - before) as f64 / seconds) as u64 } else { 0 };
            let Self { done, total, .. } = *self;
            listener(Progress::Download { file: file.to_owned(), done, total, bytes_per_second });
        }
    }
}
