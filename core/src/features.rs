//! The 13 features, contract `features/v1`: their order, units and ranges, and how a value is held.
//!
//! A value is a whole number of millionths: exact for counts and milliseconds, the same on every platform, and written
//! without a float printer. [`crate::engine`] computes them on the page; hosts read them with [`Features::from_wire`];
//! [`recompute`] gets them from the events alone.

pub mod recompute;

/// How many there are.
pub const COUNT: usize = 13;
/// The version of this contract.
pub const VERSION: u32 = 1;
/// Millionths in one.
pub const ONE: u64 = 1_000_000;

/// One feature's place in the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// The least value, in millionths.
    pub least: u64,
    /// The greatest value, in millionths.
    pub most: u64,
    /// The value when nothing happened, in millionths.
    pub initial: u64,
}

const fn feature(name: &'static str, unit: &'static str, least: u64, most: u64, initial_millionths: u64) -> Definition {
    Definition { name, unit, least: least * ONE, most: most * ONE, initial: initial_millionths }
}

/// The contract, in order. DESIGN.md §6 has the exact definitions.
pub const DEFINITIONS: [Definition; COUNT] = [
    feature("error_count", "count", 0, 1000, 0),
    feature("retry_count", "count", 0, 1000, 0),
    feature("help_requests", "count", 0, 100, 0),
    feature("session_duration", "s", 0, 86_400, 0),
    feature("page_exits", "count", 0, 1000, 0),
    feature("form_abandons", "count", 0, 100, 0),
    feature("click_frustration", "weighted count", 0, 1000, 0),
    feature("success_rate", "0-1", 0, 1, ONE / 2),
    feature("engagement_score", "0-100", 0, 100, 50 * ONE),
    feature("time_since_last_success", "min", 0, 1440, 0),
    feature("session_count", "count", 1, 1000, ONE),
    feature("unique_pages_visited", "count", 1, 1000, ONE),
    feature("average_time_per_page", "s", 0, 86_400, 0),
];

/// Indices into the contract, for code that needs one by name.
#[allow(missing_docs)]
pub mod index {
    pub const ERROR_COUNT: usize = 0;
    pub const RETRY_COUNT: usize = 1;
    pub const HELP_REQUESTS: usize = 2;
    pub const SESSION_DURATION: usize = 3;
    pub const PAGE_EXITS: usize = 4;
    pub const FORM_ABANDONS: usize = 5;
    pub const CLICK_FRUSTRATION: usize = 6;
    pub const SUCCESS_RATE: usize = 7;
    pub const ENGAGEMENT_SCORE: usize = 8;
    pub const TIME_SINCE_LAST_SUCCESS: usize = 9;
    pub const SESSION_COUNT: usize = 10;
    pub const UNIQUE_PAGES_VISITED: usize = 11;
    pub const AVERAGE_TIME_PER_PAGE: usize = 12;
}

/// One vector, each value within its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Features {
    /// Values in millionths.
    values: [u64; COUNT],
    /// Bit i: feature i could be seen by who computed it.
    pub observed: u16,
}

impl Default for Features {
    fn default() -> Self {
        Self { values: DEFINITIONS.map(|definition| definition.initial), observed: 0 }
    }
}

impl Features {
    /// All features observed.
    pub const ALL_OBSERVED: u16 = (1 << COUNT) - 1;

    /// Reads the wire's numbers, clamped to their ranges; `None` if there are not 13 finite ones.
    pub fn from_wire(numbers: &[f64], observed: u16) -> Option<Self> {
        if numbers.len() != COUNT || numbers.iter().any(|number| !number.is_finite()) {
            return None;
        }
        let mut features = Self { observed: observed & Self::ALL_OBSERVED, ..Self::default() };
        for (index, number) in numbers.iter().enumerate() {
            features.set_number(index, *number);
        }
        Some(features)
    }

    /// Sets a value in millionths, clamped to its range.
    pub fn set(&mut self, index: usize, millionths: u64) {
        let definition = &DEFINITIONS[index];
        self.values[index] = millionths.clamp(definition.least, definition.most);
    }

    /// Sets a value given in the contract's unit. Multiplication, division and rounding are the same on every platform.
    #[inline(never)]
    pub fn set_number(&mut self, index: usize, number: f64) {
        self.set(index, (number * ONE as f64 + 0.5) as u64);
    }

    /// Raises a value to at least this many millionths.
    pub fn raise(&mut self, index: usize, millionths: u64) {
        self.set(index, self.values[index].max(millionths));
    }

    /// The values in millionths.
    pub fn millionths(&self) -> &[u64; COUNT] {
        &self.values
    }

    /// The values as numbers, in the contract's units.
    pub fn numbers(&self) -> [f64; COUNT] {
        self.values.map(|value| value as f64 / ONE as f64)
    }

    /// Writes the values as a JSON array.
    pub fn write(&self, w: &mut crate::json::Writer) {
        w.begin_array();
        for value in self.values {
            w.millionths(value);
        }
        w.end_array();
    }
}

/// Feature 8: successes over attempts, smoothed by one success in two attempts.
pub(crate) fn success_rate(successes: u64, attempts: u64) -> f64 {
    (successes + 1) as f64 / (attempts + 2) as f64
}

/// What feature 9 is made of.
pub(crate) struct Attention {
    pub(crate) videos: crate::video::Reach,
    pub(crate) views: u64,
    /// Sum of the views' scroll depths, per cent.
    pub(crate) depths: u64,
    pub(crate) active_ms: u64,
    pub(crate) visible_ms: u64,
    pub(crate) interactions: u64,
}

impl Attention {
    /// Feature 9: 100 × (0.5 reach + 0.3 attention + 0.2 activity); unknown until somebody was active.
    pub(crate) fn score(&self) -> Option<f64> {
        let active = self.active_ms as f64;
        let reach = match self.videos.videos {
            0 => self.depths as f64 / (100 * self.views.max(1)) as f64,
            videos => self.videos.sum as f64 / (1_000_000 * videos) as f64,
        };
        let attention = active / self.visible_ms.max(1) as f64;
        let activity = self.interactions as f64 * 60_000.0 / (10.0 * active);
        (self.active_ms > 0).then(|| 50.0 * reach.min(1.0) + 30.0 * attention.min(1.0) + 20.0 * activity.min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_at_the_values_of_nothing_happened() {
        let expected = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5, 50.0, 0.0, 1.0, 1.0, 0.0];
        assert_eq!(Features::default().numbers().map(f64::to_bits), expected.map(f64::to_bits));
    }

    #[test]
    fn clamps_what_a_client_sends_and_refuses_what_is_no_vector() {
        let wild = [-1.0, 1e9, 0.1, 300.0, 1.0, 0.0, 0.0, 0.8, 75.0, 2.0, 0.0, 8.0, 45.0];
        let features = Features::from_wire(&wild, u16::MAX).unwrap();
        assert_eq!(features.millionths()[..3], [0, 1000 * ONE, 100_000]);
        assert_eq!(features.millionths()[index::SESSION_COUNT], ONE);
        assert_eq!(features.observed, 8191);
        assert!(Features::from_wire(&wild[1..], 0).is_none());
        assert!(Features::from_wire(&[f64::NAN; COUNT], 0).is_none());
    }

    #[test]
    fn the_wire_holds_them_to_a_millionth() {
        let mut features = Features::default();
        features.set(index::SUCCESS_RATE, 666_667);
        let mut w = crate::json::Writer::new();
        features.write(&mut w);
        let json = w.finish();
        assert_eq!(json, "[0,0,0,0,0,0,0,0.666667,50,0,1,1,0]");
        let numbers: Vec<f64> = serde_json::from_str(&json).unwrap();
        assert_eq!(Features::from_wire(&numbers, 0), Some(features));
    }
}
