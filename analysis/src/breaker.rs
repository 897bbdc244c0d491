//! A circuit breaker: what fails again and again is left alone for a while.

use unsnag_core::time::{Millis, UnixMillis};

/// Failures in a row after which it opens.
pub(crate) const OPENS_AFTER: u32 = 5;
/// It stays open for so long; then one question tries again.
pub(crate) const OPEN_FOR: Millis = Millis(30_000);

/// Whether something remote may be asked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    opened_at: Option<UnixMillis>,
}

impl Breaker {
    /// Whether it may be asked now.
    pub(crate) fn lets_through(&mut self, now: UnixMillis) -> bool {
        let may = self.opened_at.is_none_or(|opened_at| now - opened_at >= OPEN_FOR);
        // Whoever comes next waits for what this one finds, or for as long again.
        self.opened_at = self.opened_at.map(|opened_at| if may { now } else { opened_at });
        may
    }

    /// Notes how a question ended.
    pub(crate) fn note(&mut self, works: bool, now: UnixMillis) {
        if works {
            *self = Self::default();
            return;
        }
        self.failures += 1;
        if self.failures >= OPENS_AFTER {
            self.opened_at = Some(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_after_failures_in_a_row_and_lets_one_question_try() {
        let mut breaker = Breaker::default();
        let at = |ms| UnixMillis(1_000_000 + ms);
        for failure in 1..=OPENS_AFTER {
            assert!(breaker.lets_through(at(0)), "{failure}");
            breaker.note(failure == 2, at(0));
        }
        assert!(breaker.lets_through(at(0)), "a success was among them");
        for _ in 0..2 {
            breaker.note(false, at(0));
        }
        assert!(!breaker.lets_through(at(OPEN_FOR.0 - 1)));
        assert!(breaker.lets_through(at(OPEN_FOR.0)));
        assert!(!breaker.lets_through(at(OPEN_FOR.0 + 1)), "one tries at a time");
        breaker.note(true, at(OPEN_FOR.0 + 2));
        assert!(breaker.lets_through(at(OPEN_FOR.0 + 3)));
    }
}
