//! Faults on command: what goes wrong, how often, for which requests. Nothing is random: a share is kept exactly.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The operations that a fault strikes unless it names others.
const WRITES: &[&str] = &["PutRecord", "PutRecords"];

/// Binary fractions of decimal shares must not lose a hit: 10 × 0.1 is one.
const EPSILON: f64 = 1e-9;

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// 400 `ProvisionedThroughputExceededException`; nothing is stored.
    Throttle,
    /// 500 `InternalFailure`; nothing is stored.
    Error500,
    /// 200, but some records of a `PutRecords` carry an error code, by turns throttling and internal failure.
    Partial,
    /// The request waits, then all goes well. A client that leaves before has stored nothing.
    Slow,
    /// The connection is closed without an answer; nothing is stored.
    CutBefore,
    /// All is stored; the connection is closed without an answer.
    CutAfter,
    /// All is stored; the answer comes only after a wait.
    TimeoutAfterApply,
}

impl What {
    /// As the control route and the counts name it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::Error500 => "error500",
            Self::Partial => "partial",
            Self::Slow => "slow",
            Self::CutBefore => "cut_before",
            Self::CutAfter => "cut_after",
            Self::TimeoutAfterApply => "timeout_after_apply",
        }
    }
}

/// One fault, until it has struck `times` requests; without `times`, until it is cleared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    pub what: What,
    #[serde(default)]
    pub times: Option<u64>,
    /// The wait of `slow` and `timeout_after_apply`.
    #[serde(default)]
    pub ms: Option<u64>,
    /// Which part is struck, above 0 and up to 1: of the records for `partial`, of the requests for all others.
    #[serde(default)]
    pub share: Option<f64>,
    /// Every how many is struck; counted, as the share is, across requests.
    #[serde(default)]
    pub every: Option<u64>,
    /// The operations; `PutRecord` and `PutRecords` if not given. `partial` strikes `PutRecords` only.
    #[serde(default)]
    pub on: Option<Vec<String>>,
}

/// Why a fault cannot be armed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    #[error("{0} needs `ms`: how long it waits")]
    NoWait(&'static str),
    #[error("`share` is above 0 and at most 1")]
    Share,
    #[error("`every` is at least 1")]
    Every,
    #[error("give `share` or `every`, not both")]
    Both,
}

impl Fault {
    pub fn new(what: What) -> Self {
        Self { what, times: None, ms: None, share: None, every: None, on: None }
    }

    #[must_use]
    pub fn times(self, times: u64) -> Self {
        Self { times: Some(times), ..self }
    }

    #[must_use]
    pub fn ms(self, ms: u64) -> Self {
        Self { ms: Some(ms), ..self }
    }

    #[must_use]
    pub fn share(self, share: f64) -> Self {
        Self { share: Some(share), ..self }
    }

    #[must_use]
    pub fn every(self, every: u64) -> Self {
        Self { every: Some(every), ..self }
    }

    #[must_use]
    pub fn on(self, operations: &[&str]) -> Self {
        Self { on: Some(operations.iter().map(|&operation| operation.to_owned()).collect()), ..self }
    }

    fn check(&self) -> Result<(), FaultError> {
        if matches!(self.what, What::Slow | What::TimeoutAfterApply) && self.ms.is_none() {
            return Err(FaultError::NoWait(self.what.name()));
        }
        match (self.share, self.every) {
            (Some(_), Some(_)) => Err(FaultError::Both),
            (Some(share), None) if !(share > 0.0 && share <= 1.0) => Err(FaultError::Share),
            (None, Some(0)) => Err(FaultError::Every),
            _ => Ok(()),
        }
    }

    fn is_for(&self, operation: &str) -> bool {
        match (self.what, &self.on) {
            (What::Partial, _) => operation == "PutRecords",
            (_, Some(on)) => on.iter().any(|own| own == operation),
            (_, None) => WRITES.contains(&operation),
        }
    }

    /// How many of the first `seen` are struck.
    fn struck_of(&self, seen: u64) -> u64 {
        match (self.share, self.every) {
            (Some(share), _) => (seen as f64 * share + EPSILON) as u64,
            (None, Some(every)) => seen / every,
            (None, None) => seen,
        }
    }

    fn wait(&self) -> Duration {
        Duration::from_millis(self.ms.unwrap_or_default())
    }
}

/// The two ways in which one record of a `PutRecords` can fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    Throttled,
    Internal,
}

/// What happens to one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Strike {
    Throttle,
    Error500,
    /// For each of its records, whether and how it fails.
    Partial(Vec<Option<Failure>>),
    Slow(Duration),
    CutBefore,
    CutAfter,
    TimeoutAfterApply(Duration),
}

#[derive(Debug, Clone)]
struct Armed {
    fault: Fault,
    /// Requests, or records for `partial`, that it could have struck.
    seen: u64,
    left: Option<u64>,
}

/// The faults that are armed, in the order in which they were given.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    armed: Vec<Armed>,
}

impl Plan {
    /// Replaces what was armed before.
    pub(crate) fn new(faults: Vec<Fault>) -> Result<Self, FaultError> {
        faults.iter().try_for_each(Fault::check)?;
        let armed = faults.into_iter().map(|fault| Armed { left: fault.times, fault, seen: 0 });
        Ok(Self { armed: armed.filter(|armed| armed.left != Some(0)).collect() })
    }

    /// What is still armed, with the number of times that is left.
    pub(crate) fn left(&self) -> Vec<Fault> {
        self.armed.iter().map(|armed| Fault { times: armed.left, ..armed.fault.clone() }).collect()
    }

    /// The first fault that strikes this request, used up by one.
    pub(crate) fn strike(&mut self, operation: &str, records: usize) -> Option<Strike> {
        let (at, strike) = self.armed.iter_mut().enumerate().find_map(|(at, armed)| {
            armed.fault.is_for(operation).then(|| armed.strike(records)).flatten().map(|strike| (at, strike))
        })?;
        let armed = &mut self.armed[at];
        armed.left = armed.left.map(|left| left - 1);
        if armed.left == Some(0) {
            self.armed.remove(at);
        }
        Some(strike)
    }
}

impl Armed {
    fn strike(&mut self, records: usize) -> Option<Strike> {
        if self.fault.what == What::Partial {
            let failed: Vec<Option<Failure>> = (0..records).map(|_| self.next_record()).collect();
            return failed.iter().any(Option::is_some).then_some(Strike::Partial(failed));
        }
        let fault = &self.fault;
        self.seen += 1;
        (fault.struck_of(self.seen) > fault.struck_of(self.seen - 1)).then(|| match fault.what {
            What::Throttle => Strike::Throttle,
            What::Error500 => Strike::Error500,
            What::Slow => Strike::Slow(fault.wait()),
            What::CutBefore => Strike::CutBefore,
            What::CutAfter => Strike::CutAfter,
            What::TimeoutAfterApply => Strike::TimeoutAfterApply(fault.wait()),
            What::Partial => unreachable!("handled above"),
        })
    }

    fn next_record(&mut self) -> Option<Failure> {
        self.seen += 1;
        let (before, after) = (self.fault.struck_of(self.seen - 1), self.fault.struck_of(self.seen));
        let failure = if after % 2 == 1 { Failure::Throttled } else { Failure::Internal };
        (after > before).then_some(failure)
    }
}

impl Strike {
    pub(crate) fn what(&self) -> What {
        match self {
            Self::Throttle => What::Throttle,
            Self::Error500 => What::Error500,
            Self::Partial(_) => What::Partial,
            Self::Slow(_) => What::Slow,
            Self::CutBefore => What::CutBefore,
            Self::CutAfter => What::CutAfter,
            Self::TimeoutAfterApply(_) => What::TimeoutAfterApply,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(faults: Vec<Fault>) -> Plan {
        Plan::new(faults).unwrap()
    }

    fn strikes(plan: &mut Plan, operation: &str, requests: usize) -> usize {
        (0..requests).filter(|_| plan.strike(operation, 1).is_some()).count()
    }

    #[test]
    fn strikes_as_often_as_it_was_told_and_no_more() {
        let mut plan = plan(vec![Fault::new(What::Throttle).times(3), Fault::new(What::Error500).times(1)]);
        let struck: Vec<_> = (0..6).map(|_| plan.strike("PutRecords", 1).map(|strike| strike.what())).collect();
        let throttle = Some(What::Throttle);
        assert_eq!(struck, [throttle, throttle, throttle, Some(What::Error500), None, None]);
    }

    #[test]
    fn keeps_a_share_exactly_over_many_requests() {
        for (share, expected) in [(1.0, 1000), (0.5, 500), (0.1, 100), (0.03, 30), (0.333, 333)] {
            assert_eq!(strikes(&mut plan(vec![Fault::new(What::Throttle).share(share)]), "PutRecord", 1000), expected);
            let mut partial = plan(vec![Fault::new(What::Partial).share(share)]);
            assert_eq!(strikes(&mut partial, "PutRecords", 1000), expected, "one record a request");
        }
    }

    #[test]
    fn fails_the_records_that_it_was_told_to() {
        let mut plan = plan(vec![Fault::new(What::Partial).every(3)]);
        let which = |records: &[Option<Failure>]| Some(Strike::Partial(records.to_vec()));
        assert_eq!(plan.strike("PutRecords", 4), which(&[None, None, Some(Failure::Throttled), None]));
        assert_eq!(plan.strike("PutRecords", 1), None, "the fifth");
        assert_eq!(plan.strike("PutRecords", 2), which(&[Some(Failure::Internal), None]), "counted across requests");
    }

    #[test]
    fn leaves_other_operations_alone() {
        let mut writes = plan(vec![Fault::new(What::CutAfter)]);
        assert_eq!(strikes(&mut writes, "GetRecords", 3), 0);
        assert_eq!(strikes(&mut writes, "PutRecord", 3), 3);
        let mut reads = plan(vec![Fault::new(What::Error500).on(&["GetRecords"])]);
        assert_eq!(strikes(&mut reads, "GetRecords", 3), 3);
        assert_eq!(strikes(&mut reads, "PutRecords", 3), 0);
        assert_eq!(strikes(&mut plan(vec![Fault::new(What::Partial)]), "PutRecord", 3), 0);
    }

    #[test]
    fn tells_what_is_left() {
        let mut plan = plan(vec![Fault::new(What::Slow).ms(1).times(2), Fault::new(What::Throttle).times(0)]);
        plan.strike("PutRecord", 1);
        assert_eq!(plan.left(), [Fault::new(What::Slow).ms(1).times(1)]);
    }

    #[test]
    fn rejects_faults_that_say_too_little_or_too_much() {
        for (fault, expected) in [
            (Fault::new(What::Slow), FaultError::NoWait("slow")),
            (Fault::new(What::TimeoutAfterApply), FaultError::NoWait("timeout_after_apply")),
            (Fault::new(What::Throttle).share(0.0), FaultError::Share),
            (Fault::new(What::Throttle).share(1.5), FaultError::Share),
            (Fault::new(What::Throttle).share(f64::NAN), FaultError::Share),
            (Fault::new(What::Throttle).every(0), FaultError::Every),
            (Fault::new(What::Partial).every(2).share(0.5), FaultError::Both),
        ] {
            assert_eq!(Plan::new(vec![fault]).unwrap_err(), expected);
        }
    }

    #[test]
    fn names_faults_as_json_does() {
        for what in [
            What::Throttle,
            What::Error500,
            What::Partial,
            What::Slow,
            What::CutBefore,
            What::CutAfter,
            What::TimeoutAfterApply,
        ] {
            assert_eq!(serde_json::to_value(what).unwrap(), what.name());
        }
    }
}
