//! The way through a video, worked out from what a player tells in the end.
//!
//! A player tells its jumps (from, to), how much content it played in all and how much of that was distinct, but
//! neither the parts it played nor where it stopped. Whoever begins at 0 and plays from jump to jump must have played
//! certain parts, and what is left of the content played after the last jump tells where it stopped. The result is
//! taken only if it agrees with all else that was told: the amount of distinct content, each mark of progress, and the
//! end. What began elsewhere, forgot jumps or began again unseen disagrees, and only bounds are said of it.

use unsnag_core::video::VideoTotals;

/// How far one stretch may be from what was counted, ms: a position rounded to whole seconds. Core calls places as far
/// apart the same.
const SLACK: u64 = 1000;

/// A stretch of content, from and to, ms.
pub(super) type Stretch = (u64, u64);

/// What is known of the way through a video.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Path {
    /// The parts that were watched, where they could be worked out; sorted and apart.
    pub(super) parts: Option<Vec<Stretch>>,
    /// The earliest and the latest place at which watching can have stopped; the same where it could be worked out.
    pub(super) stopped: Option<Stretch>,
}

impl Path {
    /// The way that these totals tell of a content of this length, ms.
    pub(super) fn of(totals: &VideoTotals, length: u64) -> Self {
        match work_out(totals, length) {
            Some((parts, end)) => Self { parts: Some(parts), stopped: Some((end, end)) },
            None => Self { parts: None, stopped: bounds(totals, length) },
        }
    }
}

/// Sorts stretches and makes one of those that touch.
pub(super) fn unite(mut list: Vec<Stretch>) -> Vec<Stretch> {
    list.retain(|(from, to)| from < to);
    list.sort_unstable();
    let mut united: Vec<Stretch> = Vec::with_capacity(list.len());
    for (from, to) in list {
        match united.last_mut() {
            Some((_, end)) if from <= *end => *end = (*end).max(to),
            _ => united.push((from, to)),
        }
    }
    united
}

/// How much it is in all, ms; of stretches that are apart.
pub(super) fn sum(list: &[Stretch]) -> u64 {
    list.iter().fold(0, |sum: u64, (from, to)| sum.saturating_add(to - from))
}

/// It may have begun again without a jump that was told: from its end, or by itself.
fn began_again(totals: &VideoTotals) -> bool {
    totals.ended || totals.loops > 0
}

/// Jumps that were told; what no player tells is not read.
fn jumps(totals: &VideoTotals) -> &[Stretch] {
    &totals.seeks[..totals.seeks.len().min(VideoTotals::MOST_SEEKS)]
}

/// The parts and the end, if all that was told agrees with them.
fn work_out(totals: &VideoTotals, length: u64) -> Option<(Vec<Stretch>, u64)> {
    let jumps = jumps(totals);
    if totals.closed_gaps > 0 || totals.seek_count as usize != jumps.len() {
        return None;
    }
    let again = began_again(totals);
    let (mut parts, mut at, mut left) = (Vec::new(), 0, totals.content_ms);
    for (from, to) in jumps.iter().map(|(from, to)| ((*from).min(length), (*to).min(length))) {
        let played = if from.saturating_add(SLACK) >= at {
            parts.push((at, from));
            from.saturating_sub(at)
        } else if again {
            parts.extend([(at, length), (0, from)]);
            length - at + from
        } else {
            return None;
        };
        if played > left.saturating_add(SLACK) {
            return None;
        }
        left = left.saturating_sub(played);
        at = to;
    }
    let mut end = at.saturating_add(left);
    if end > length.saturating_add(SLACK) {
        if !again {
            return None;
        }
        parts.push((at, length));
        let over = end - length;
        parts.push((0, over.min(length)));
        end = over % length;
    } else {
        end = end.min(length);
        parts.push((at, end));
    }
    let slack = SLACK.saturating_mul(jumps.len() as u64 + 1);
    let parts = unite(parts);
    let agrees = sum(&parts).abs_diff(totals.unique_ms) <= slack && marks_agree(totals, length, &parts, slack);
    let reached_end = parts.last().map_or(end, |(_, to)| end.max(*to)).saturating_add(slack) >= length;
    (agrees && (reached_end || !totals.ended)).then_some((parts, end))
}

/// Whether each mark of progress was reached if and only if the parts go over it; close to an edge, either may be.
fn marks_agree(totals: &VideoTotals, length: u64, parts: &[Stretch], slack: u64) -> bool {
    VideoTotals::MARKS.iter().enumerate().all(|(index, mark)| {
        let place = place(*mark, length);
        if totals.progress >> index & 1 == 1 {
            parts.iter().any(|(from, to)| *from <= place.saturating_add(slack) && place <= to.saturating_add(slack))
        } else {
            !parts.iter().any(|(from, to)| from.saturating_add(slack) < place && place.saturating_add(slack) < *to)
        }
    })
}

fn place(mark: u64, length: u64) -> u64 {
    (u128::from(mark) * u128::from(length) / 100) as u64
}

/// Between which places watching stopped.
fn bounds(totals: &VideoTotals, length: u64) -> Option<Stretch> {
    if began_again(totals) {
        return None;
    }
    let jumps = jumps(totals);
    let (least, most) = if let Some((_, to)) = jumps.last() {
        // What was played between two jumps was not played after the last one.
        let between = jumps.windows(2).fold(0_u64, |sum, pair| sum.saturating_add(pair[1].0.saturating_sub(pair[0].1)));
        (*to, to.saturating_add(totals.content_ms.saturating_sub(between)))
    } else {
        // One stretch, wherever it began: it went over the last mark that was reached and not over the next.
        let marks = VideoTotals::MARKS.iter().enumerate();
        let reached = marks.clone().filter(|(index, _)| totals.progress >> index & 1 == 1).map(|(_, mark)| *mark).max();
        let next = VideoTotals::MARKS.iter().find(|mark| reached.is_some_and(|reached| **mark > reached));
        let least = totals.content_ms.max(reached.map_or(0, |mark| place(mark, length)));
        (least, next.map_or(length, |mark| place(*mark, length)))
    };
    let most = most.min(length);
    Some((least.min(most), most))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENGTH: u64 = 100_000;

    /// Totals of someone who played content of so many ms, so much of it distinct, with these jumps and marks reached.
    fn told(content_ms: u64, unique_ms: u64, seeks: &[Stretch], marks: &[u64]) -> VideoTotals {
        let progress = VideoTotals::MARKS
            .iter()
            .enumerate()
            .filter(|(_, mark)| marks.contains(mark))
            .fold(0, |bits, (index, _)| bits | 1 << index);
        VideoTotals {
            content_ms,
            unique_ms,
            seeks: seeks.to_vec(),
            seek_count: seeks.len() as u32,
            progress,
            ..VideoTotals::default()
        }
    }

    fn check(totals: &VideoTotals, parts: Option<&[Stretch]>, stopped: Option<Stretch>) {
        let path = Path::of(totals, LENGTH);
        assert_eq!((path.parts.as_deref(), path.stopped), (parts, stopped), "{totals:?}");
    }

    #[test]
    fn follows_jumps_to_where_watching_stopped() {
        check(&told(60_000, 60_000, &[], &[25, 50]), Some(&[(0, 60_000)]), Some((60_000, 60_000)));
        let back = told(70_000, 60_000, &[(40_000, 30_000)], &[25, 50]);
        check(&back, Some(&[(0, 60_000)]), Some((60_000, 60_000)));
        let skipped = told(40_000, 40_000, &[(20_000, 60_000)], &[75]);
        check(&skipped, Some(&[(0, 20_000), (60_000, 80_000)]), Some((80_000, 80_000)));
    }

    #[test]
    fn goes_on_from_the_start_where_it_ended_and_was_played_again() {
        let mut again = told(130_000, 100_000, &[], &[25, 50, 75, 90, 95, 100]);
        again.ended = true;
        check(&again, Some(&[(0, 100_000)]), Some((30_000, 30_000)));
    }

    #[test]
    fn gives_bounds_where_what_was_told_disagrees() {
        // Began in the middle: the mark at a quarter was not reached.
        check(&told(30_000, 30_000, &[], &[50, 75]), None, Some((75_000, 90_000)));
        // Jumps that nobody lists any more.
        let mut lost = told(50_000, 50_000, &[(80_000, 20_000), (30_000, 40_000)], &[25]);
        lost.seek_count = 40;
        check(&lost, None, Some((40_000, 80_000)));
        // More distinct content than the jumps leave room for.
        check(&told(60_000, 60_000, &[(40_000, 30_000)], &[25, 50]), None, Some((30_000, 90_000)));
        let mut looped = told(500_000, 20_000, &[], &[]);
        looped.loops = 2;
        check(&looped, None, None);
    }

    #[test]
    fn survives_what_no_player_tells() {
        let wild = [(u64::MAX, 0), (0, u64::MAX), (5, 5), (u64::MAX, u64::MAX)];
        for ended in [false, true] {
            for content in [0, 1, u64::MAX] {
                let mut totals = told(content, u64::MAX, &wild, &[100]);
                totals.ended = ended;
                for length in [1, 999, u64::MAX] {
                    let path = Path::of(&totals, length);
                    assert!(path.stopped.is_none_or(|(least, most)| least <= most && most <= length), "{path:?}");
                }
            }
        }
    }

    #[test]
    fn unites_stretches_that_touch() {
        let united = unite(vec![(5, 9), (0, 3), (3, 4), (8, 8), (7, 12)]);
        assert_eq!((united.as_slice(), sum(&united)), (&[(0, 4), (5, 12)][..], 11));
    }
}
