//! When to try again: capped exponential back-off with full jitter. Pure but for [`random`]; time and random bits are
//! arguments.

use std::time::{Duration, Instant};

use super::fault::{Fault, Nature};

/// The first wait is at most this long: about one round trip to a service in the same region.
pub(super) const BASE: Duration = Duration::from_millis(50);

/// No wait is longer: a shard that was throttled has room again every second.
pub(super) const CAP: Duration = Duration::from_secs(5);

/// Between two tries of what an operator has to change first. Each try costs one small request.
pub(super) const SLOWLY: Duration = Duration::from_secs(10);

/// After the first refusal of a record for itself. What the service refuses it will refuse again, so this is no hurry.
const REFUSED: Duration = Duration::from_secs(1);

/// The longest wait after this many failures in a row, the first of them included.
fn ceiling(failures: u32) -> Duration {
    let doublings = failures.saturating_sub(1).min(16);
    BASE.saturating_mul(1 << doublings).min(CAP)
}

/// How long to wait after this many failures in a row: anything up to the ceiling, so that hosts which failed together
/// do not come back together.
pub(super) fn wait(fault: Fault, failures: u32, random: u64) -> Duration {
    let (floor, ceiling) = match fault.nature() {
        Nature::Passing => (Duration::ZERO, ceiling(failures)),
        Nature::Configuration => (SLOWLY / 2, SLOWLY),
        Nature::Content => {
            let longest = REFUSED.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(SLOWLY);
            (longest / 2, longest)
        }
    };
    let span = ceiling.saturating_sub(floor).as_nanos() as u64;
    floor + Duration::from_nanos(random % (span + 1))
}

/// Bits for one wait.
pub(super) fn random() -> u64 {
    // Without randomness hosts may come back together, which is no reason to stop.
    getrandom::u64().unwrap_or_else(|_| u64::from(std::process::id()).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

/// Whether anything may be sent now. Closed by a request of which nothing got through, opened by one of which something
/// did; records that fail among others wait by themselves.
#[derive(Debug, Default)]
pub(super) struct Gate {
    failures: u32,
    closed_until: Option<Instant>,
}

impl Gate {
    /// While things go wrong one request at a time is enough to find out when they go right again.
    pub(super) fn lets_pass(&self, in_flight: usize, now: Instant) -> bool {
        self.failures == 0 || (in_flight == 0 && self.closed_until.is_none_or(|until| until <= now))
    }

    pub(super) fn passed(&mut self) {
        *self = Self::default();
    }

    /// A request that left before the gate closed tells nothing new.
    pub(super) fn failed(&mut self, fault: Fault, sent: Instant, now: Instant, random: u64) {
        if self.closed_until.is_some_and(|until| sent < until) {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        // One refused record among many says nothing about the others: they are tried again soon, in smaller groups.
        let fault = if fault.nature() == Nature::Content { Fault::Internal } else { fault };
        self.closed_until = Some(now + wait(fault, self.failures, random));
    }

    /// When it opens by itself, if it is closed.
    pub(super) fn opens_at(&self) -> Option<Instant> {
        self.closed_until
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_anything_up_to_a_ceiling_that_doubles_to_its_cap() {
        let ceilings = [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000];
        for (failures, ceiling) in (1..).zip(ceilings) {
            let ceiling = Duration::from_millis(ceiling);
            let longest = (0..1000).map(|at| wait(Fault::Throttled, failures, at * (u64::MAX / 1000))).max();
            assert!(longest <= Some(ceiling), "{failures}: {longest:?}");
            assert!(longest > Some(ceiling * 9 / 10), "{failures}: {longest:?}");
            assert_eq!(wait(Fault::Throttled, failures, 0), Duration::ZERO);
            assert_eq!(wait(Fault::Throttled, failures, ceiling.as_nanos() as u64), ceiling);
        }
        assert!(wait(Fault::Throttled, u32::MAX, u64::MAX) <= CAP);
    }

    #[test]
    fn waits_longer_for_what_an_operator_must_change() {
        for random in [0, 1, 123_456_789, u64::MAX] {
            let wait = wait(Fault::AccessDenied, 1, random);
            assert!(wait >= SLOWLY / 2 && wait <= SLOWLY, "{wait:?}");
        }
    }

    #[test]
    fn lets_one_request_find_out_whether_things_go_right_again() {
        let start = Instant::now();
        let mut gate = Gate::default();
        assert!(gate.lets_pass(3, start));
        gate.failed(Fault::Timeout, start, start, BASE.as_nanos() as u64);
        assert_eq!(gate.opens_at(), Some(start + BASE));
        assert!(!gate.lets_pass(0, start));
        assert!(gate.lets_pass(0, start + BASE));
        assert!(!gate.lets_pass(1, start + BASE), "one at a time");
        gate.passed();
        assert!(gate.lets_pass(3, start));
    }

    #[test]
    fn counts_requests_that_failed_together_as_one_failure() {
        let start = Instant::now();
        let mut gate = Gate::default();
        for _ in 0..4 {
            gate.failed(Fault::Connection, start, start, BASE.as_nanos() as u64);
        }
        assert_eq!(gate.failures, 1);
        let later = start + BASE;
        gate.failed(Fault::Connection, later, later, 0);
        assert_eq!(gate.failures, 2);
    }
}
