//! Learns where a page changes by itself: a ticker, a carousel, an advertisement. Such a change answers nobody.

use crate::input::ElementId;
use crate::thresholds;
use crate::time::Millis;

/// What one element did by itself.
#[derive(Clone, Copy, Debug)]
struct Source {
    element: ElementId,
    /// Changes in a row without a gesture before them, each within the memory of the last.
    changes: u32,
    /// The last change of any cause.
    last_at: Millis,
}

/// Elements that changed by themselves lately.
#[derive(Clone, Debug, Default)]
pub struct Noise {
    sources: Vec<Source>,
}

impl Noise {
    /// Elements remembered; the one that was silent longest goes.
    const MOST: usize = 64;

    /// Notes a change and says whether its element is noisy. Once noisy, an element stays so until it has been silent
    /// for the whole memory, also while a person clicks.
    pub fn changed(&mut self, now: Millis, element: ElementId, by_itself: bool, limits: &thresholds::Noise) -> bool {
        let known = self.sources.iter().position(|source| source.element == element);
        let Some(index) = known else {
            if by_itself {
                self.remember(Source { element, changes: 1, last_at: now });
            }
            return false;
        };
        let source = &mut self.sources[index];
        if now.since(source.last_at) > limits.memory {
            source.changes = 0;
        }
        let noisy = source.changes >= limits.changes;
        // Several records of one moment are one change.
        if by_itself && now > source.last_at {
            source.changes = source.changes.saturating_add(1);
        }
        if by_itself || noisy {
            source.last_at = now;
        }
        noisy
    }

    /// Whether an element that changes now is noisy, without noting the change.
    pub fn is_noisy(&self, now: Millis, element: ElementId, limits: &thresholds::Noise) -> bool {
        let known = self.sources.iter().find(|source| source.element == element);
        known.is_some_and(|source| source.changes >= limits.changes && now.since(source.last_at) <= limits.memory)
    }

    fn remember(&mut self, source: Source) {
        if self.sources.len() == Self::MOST {
            let silent = (0..self.sources.len()).min_by_key(|index| self.sources[*index].last_at).unwrap_or(0);
            self.sources.swap_remove(silent);
        }
        self.sources.push(source);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thresholds::Thresholds;

    /// Changes of one element as (time, by itself), and whether the last one is noise.
    fn check(changes: &[(u64, bool)], expected: bool) {
        let limits = Thresholds::default().noise;
        let mut noise = Noise::default();
        let mut last = false;
        for (at, by_itself) in changes {
            last = noise.changed(Millis(*at), ElementId(1), *by_itself, &limits);
        }
        assert_eq!(last, expected, "{changes:?}");
    }

    #[test]
    fn a_ticker_is_noise_also_while_somebody_clicks() {
        check(&[(1000, true), (2000, true), (3000, true)], true);
        check(&[(1000, true), (2000, true), (3000, false), (4000, false), (8000, false)], true);
    }

    #[test]
    fn answers_and_single_changes_are_not_noise() {
        check(&[(1000, true)], false);
        check(&[(1000, false), (1100, false), (1200, false), (1300, false)], false);
        check(&[(1000, true), (1000, true), (1000, true)], false);
    }

    #[test]
    fn silence_is_forgiven() {
        check(&[(1000, true), (2000, true), (9000, false)], false);
    }

    #[test]
    fn stays_bounded() {
        let limits = Thresholds::default().noise;
        let mut noise = Noise::default();
        for id in 0..1000 {
            noise.changed(Millis(u64::from(id)), ElementId(id), true, &limits);
        }
        assert_eq!(noise.sources.len(), Noise::MOST);
    }
}
