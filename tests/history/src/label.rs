//! What became of a visitor after a landmark: what the model learns to foresee.

use unsnag_core::time::{Millis, UnixMillis};
use unsnag_simulator::SessionTruth;

/// Giving up in the next session counts for so long after the landmark: a week, by which those who come again mostly
/// have (the simulator's median is a day and a half).
pub(crate) const HORIZON: Millis = Millis(7 * 24 * 60 * 60 * 1000);

/// Whether the state at this time, in the session at this place of a visitor's sessions, is a landmark. The last batch
/// of a session is none: it comes when nothing can be changed about the session any more.
pub(crate) fn is_landmark(sessions: &[SessionTruth], place: usize, at: UnixMillis) -> bool {
    sessions[place].ended.is_some_and(|ended| at < ended)
}

/// Whether the visitor gives up at an obstacle, without what they came for: in what is left of this session, or in the
/// next one within [`HORIZON`].
pub(crate) fn gives_up(sessions: &[SessionTruth], place: usize, at: UnixMillis) -> bool {
    let soon = |next: &SessionTruth| next.ended.is_some_and(|ended| ended - at <= HORIZON);
    let gave_up = |session: &SessionTruth| session.gave_up_at.is_some();
    gave_up(&sessions[place]) || sessions.get(place + 1).is_some_and(|next| gave_up(next) && soon(next))
}

#[cfg(test)]
mod tests {
    use unsnag_simulator::Goal;

    use super::*;

    const HOUR: u64 = 60 * 60 * 1000;

    fn session(began_h: u64, gave_up: bool) -> SessionTruth {
        SessionTruth {
            session: format!("s-{began_h}"),
            began: UnixMillis(began_h * HOUR),
            ended: Some(UnixMillis((began_h + 1) * HOUR)),
            goal: Goal::Buy,
            succeeded: !gave_up,
            gave_up_at: gave_up.then_some("dead-add"),
            called_away: false,
            met: Vec::new(),
            exposures: Vec::new(),
        }
    }

    #[test]
    fn looks_at_this_session_and_the_next_within_a_week() {
        let (calm, lost) = (|at| session(at, false), |at| session(at, true));
        for (what, sessions, expected) in [
            ("this one", vec![lost(0)], true),
            ("the next one", vec![calm(0), lost(100)], true),
            ("the next one, too late", vec![calm(0), lost(7 * 24)], false),
            ("the one after the next", vec![calm(0), calm(24), lost(48)], false),
            ("none", vec![calm(0)], false),
        ] {
            assert_eq!(gives_up(&sessions, 0, UnixMillis(HOUR / 2)), expected, "{what}");
        }
        assert!(!gives_up(&[lost(0), calm(24)], 1, UnixMillis(24 * HOUR)), "what was before");
    }

    #[test]
    fn the_end_of_a_session_is_no_landmark() {
        let sessions = [session(0, true)];
        assert!(is_landmark(&sessions, 0, UnixMillis(HOUR - 1)));
        assert!(!is_landmark(&sessions, 0, UnixMillis(HOUR)));
    }
}
