//! Whether engagement rises or falls over time.

use serde::Serialize;
use unsnag_core::time::UnixMillis;

use super::number::{Knowledge, Millionths};

/// Viewings below which no trend is told: through three points a line fits too easily.
const LEAST_VIEWINGS: usize = 4;
/// Points by which engagement must have changed from the first viewing to the last for it to be a trend: a tenth of the
/// scale.
const LEAST_CHANGE: f64 = 10.0;
/// Standard errors of the slope by which it must differ from none: two, which chance alone exceeds about once in twenty
/// times where there are many viewings, and once in five with the least.
const LEAST_ERRORS: f64 = 2.0;
const MS_A_DAY: f64 = 86_400_000.0;

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Up.
    Rising,
    /// Neither: the change is small, or the viewings differ too much to tell.
    Steady,
    /// Down.
    Falling,
}

/// A line through the scores of the viewings by least squares.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trend {
    /// Which way.
    pub direction: Direction,
    /// Points a day.
    pub slope: Millionths,
    /// Points from the first viewing to the last, by the line.
    pub change: Millionths,
    /// Viewings.
    pub viewings: u64,
}

/// The trend of scores, each with its time; in any order.
pub(super) fn trend_of(scores: &[(UnixMillis, Millionths)]) -> Knowledge<Trend> {
    let count = scores.len();
    if count < LEAST_VIEWINGS {
        return Knowledge::unknown(format!("{count} viewings, at least {LEAST_VIEWINGS} are needed"));
    }
    // Sums of floats depend on their order.
    let mut scores = scores.to_vec();
    scores.sort_unstable();
    let first = scores[0].0;
    let points = scores.iter().map(|(at, score)| ((*at - first).0 as f64 / MS_A_DAY, score.number()));
    let mean = |of: fn((f64, f64)) -> f64| points.clone().map(of).sum::<f64>() / count as f64;
    let (mean_x, mean_y) = (mean(|point| point.0), mean(|point| point.1));
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in points.clone() {
        let (x, y) = (x - mean_x, y - mean_y);
        xx += x * x;
        xy += x * y;
        yy += y * y;
    }
    if xx <= 0.0 {
        return Knowledge::unknown("all viewings are of one time");
    }
    let slope = xy / xx;
    let change = slope * points.map(|point| point.0).fold(0.0, f64::max);
    let squared_error = (yy - slope * xy).max(0.0) / (count - 2) as f64 / xx;
    let is_clear = slope * slope >= LEAST_ERRORS * LEAST_ERRORS * squared_error;
    let direction = match change {
        change if is_clear && change >= LEAST_CHANGE => Direction::Rising,
        change if is_clear && change <= -LEAST_CHANGE => Direction::Falling,
        _ => Direction::Steady,
    };
    let number = |number: f64| Millionths::from_number(number);
    match (number(slope), number(change)) {
        (Some(slope), Some(change)) => Knowledge::Known(Trend { direction, slope, change, viewings: count as u64 }),
        _ => Knowledge::unknown("the viewings are too close to each other"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Days and scores, and where they go.
    fn check(scores: &[(u64, i64)], expected: Option<Direction>) {
        let mut scores: Vec<(UnixMillis, Millionths)> =
            scores.iter().map(|(day, score)| (UnixMillis(day * 86_400_000), Millionths(score * 1_000_000))).collect();
        let found = trend_of(&scores);
        assert_eq!(found.known().map(|trend| trend.direction), expected, "{scores:?}: {found:?}");
        scores.reverse();
        assert_eq!(trend_of(&scores), found);
    }

    #[test]
    fn follows_a_clear_line() {
        check(&[(0, 40), (1, 50), (2, 60), (3, 70)], Some(Direction::Rising));
        check(&[(0, 80), (7, 70), (14, 66), (30, 50)], Some(Direction::Falling));
        check(&[(0, 50), (1, 52), (2, 54), (3, 56)], Some(Direction::Steady));
    }

    #[test]
    fn does_not_see_lines_in_noise() {
        check(&[(0, 20), (1, 90), (2, 10), (3, 80)], Some(Direction::Steady));
        check(&[(0, 10), (1, 20), (2, 30)], None);
        check(&[(5, 10), (5, 20), (5, 30), (5, 90)], None);
        check(&[], None);
    }

    #[test]
    fn tells_points_a_day() {
        let scores = [(0, 40), (1, 50), (2, 60), (3, 70)];
        let scores = scores.map(|(day, score)| (UnixMillis(day * 86_400_000), Millionths(score * 1_000_000)));
        let trend = trend_of(&scores).known().cloned().unwrap();
        assert_eq!((trend.slope, trend.change, trend.viewings), (Millionths(10_000_000), Millionths(30_000_000), 4));
    }
}
