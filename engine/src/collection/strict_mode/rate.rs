//! How many operations a minute a collection takes.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::error::{Error, Result};

/// A bucket of tokens that fills up within a minute. An operation takes as many as it costs.
#[derive(Debug)]
pub(super) struct RateLimiter {
    name: &'static str,
    per_minute: usize,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    tokens: f64,
    at: Instant,
}

impl RateLimiter {
    /// A full bucket; `name` begins the error text.
    pub(super) fn new(name: &'static str, per_minute: usize) -> Self {
        let state = State { tokens: per_minute as f64, at: Instant::now() };
        Self { name, per_minute, state: Mutex::new(state) }
    }

    pub(super) fn per_minute(&self) -> usize {
        self.per_minute
    }

    /// Takes the tokens of an operation, or none of them.
    pub(super) fn take(&self, cost: usize) -> Result<()> {
        self.take_at(cost, Instant::now())
    }

    fn take_at(&self, cost: usize, now: Instant) -> Result<()> {
        let Self { name, per_minute, state } = self;
        if cost > *per_minute {
            let description = format!(
                "{name} rate limit exceeded, \
                 request larger than rate limiter capacity, please try to split your request"
            );
            return Err(Error::RateLimitExceeded { description, retry_after: None });
        }
        let mut state = state.lock();
        let per_second = *per_minute as f64 / 60.0;
        let gained = now.saturating_duration_since(state.at).as_secs_f64() * per_second;
        state.tokens = (state.tokens + gained).min(*per_minute as f64);
        state.at = now;
        let missing = cost as f64 - state.tokens;
        if missing <= 0.0 {
            state.tokens -= cost as f64;
            return Ok(());
        }
        let retry_after = Duration::from_secs_f64(missing / per_second);
        let description = format!(
            "{name} rate limit exceeded: Operation requires {cost} tokens but only {:.1} were available. \
             Retry after {}s",
            state.tokens,
            retry_after.as_secs_f32().ceil(),
        );
        Err(Error::RateLimitExceeded { description, retry_after: Some(retry_after) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_come_back_within_a_minute() {
        let limiter = RateLimiter::new("Read", 2);
        let start = Instant::now();
        assert_eq!(limiter.take_at(2, start), Ok(()));
        let refused = limiter.take_at(1, start).unwrap_err();
        assert_eq!(refused.status(), 429);
        assert_eq!(
            refused.to_string(),
            "Rate limiting exceeded: Read rate limit exceeded: Operation requires 1 tokens but only 0.0 were \
             available. Retry after 30s"
        );
        assert_eq!(limiter.take_at(1, start + Duration::from_secs(31)), Ok(()));
        assert!(limiter.take_at(2, start + Duration::from_secs(40)).is_err());
        assert_eq!(limiter.take_at(2, start + Duration::from_secs(600)), Ok(()));
    }

    #[test]
    fn what_costs_more_than_a_minutes_tokens_is_never_possible() {
        let refused = RateLimiter::new("Write", 2).take(3).unwrap_err();
        assert!(refused.to_string().contains("Write rate limit exceeded, request larger than"), "{refused}");
    }
}
