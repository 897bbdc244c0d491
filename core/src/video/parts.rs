//! Parts of a content's time line, each counted once.

/// A set of stretches of content, in ms.
#[derive(Clone, Debug, Default)]
pub(super) struct Parts {
    /// Sorted; more than [`Parts::GAP`] apart.
    list: Vec<(u64, u64)>,
    /// Gaps that were closed because there were too many parts: so often the set says more than was seen.
    pub(super) closed: u32,
}

impl Parts {
    /// Parts this close are one, ms: what lies between two readings is not a gap. A quarter second is how often browsers
    /// tell of the position.
    pub(super) const GAP: u64 = 250;
    /// Parts remembered. Each takes a jump to make; whoever jumps more often is searching, not watching.
    pub(super) const MOST: usize = 64;

    /// Adds a stretch; `again` hears of what was there already.
    pub(super) fn add(&mut self, mut from: u64, mut to: u64, mut again: impl FnMut(u64, u64)) {
        let (first, last) = (from, to);
        let mut index = 0;
        while let Some((start, end)) = self.list.get(index).copied() {
            if end + Self::GAP < from {
                index += 1;
                continue;
            }
            if start > to + Self::GAP {
                break;
            }
            if start.max(first) < end.min(last) {
                again(start.max(first), end.min(last));
            }
            from = from.min(start);
            to = to.max(end);
            self.list.remove(index);
        }
        self.list.insert(index, (from, to));
        if self.list.len() > Self::MOST {
            self.close_the_least_gap();
        }
    }

    fn close_the_least_gap(&mut self) {
        let gap = |index: &usize| self.list[*index].0 - self.list[*index - 1].1;
        if let Some(index) = (1..self.list.len()).min_by_key(gap) {
            let (_, end) = self.list.remove(index);
            self.list[index - 1].1 = end;
            self.closed += 1;
        }
    }

    /// How much it is in all, ms.
    pub(super) fn sum(&self) -> u64 {
        self.list.iter().map(|(start, end)| end - start).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn counts_what_comes_again_once_and_closes_small_gaps() {
        let mut parts = Parts::default();
        let mut again = Vec::new();
        for (from, to) in [(0, 1000), (5000, 6000), (1250, 2000), (500, 5500)] {
            parts.add(from, to, |from, to| again.push((from, to)));
        }
        assert_eq!((parts.list.as_slice(), again.as_slice()), (&[(0, 6000)][..], &[(500, 2000), (5000, 5500)][..]));
    }

    #[test]
    fn closes_the_least_gap_when_there_are_too_many_parts_and_says_so() {
        let mut parts = Parts::default();
        for part in 0..Parts::MOST as u64 {
            parts.add(part * 10_000, part * 10_000 + 1000, |_, _| {});
        }
        parts.add(2_000, 3_000, |_, _| {});
        assert_eq!((parts.list.len(), parts.closed, parts.list[0]), (Parts::MOST, 1, (0, 3000)));
    }

    proptest! {
        #[test]
        fn holds_every_millisecond_that_was_added_and_few_others(
            added in proptest::collection::vec((0..3000_u64, 1..400_u64), 0..12)
        ) {
            let mut parts = Parts::default();
            let (mut content, mut repeated) = (0, 0);
            for (from, length) in &added {
                parts.add(*from, from + length, |from, to| repeated += to - from);
                content += length;
            }
            let exact = (0..4000).filter(|ms| added.iter().any(|(from, length)| (*from..from + length).contains(ms))).count();
            let closed = parts.sum() - exact as u64;
            prop_assert!(closed <= Parts::GAP * added.len() as u64);
            prop_assert!(content - repeated <= parts.sum());
            prop_assert!(parts.list.windows(2).all(|pair| pair[0].1 + Parts::GAP < pair[1].0));
        }
    }
}
