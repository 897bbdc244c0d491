//! Struggle detection: the facts of one session become what the person did, what that indicates, and how bad it is.
//!
//! [`extract_behavioral_features`] counts, [`calculate_struggle_indicators`] judges each count against its thresholds,
//! [`combine_analysis_results`] weighs the indicators with the model's prediction and recommends what to do. All of it
//! is a function of its arguments, and gives the same for any order and any repetition of the facts.
//!
//! # Which fact goes where
//!
//! Each goes into one indicator at most, so that nothing counts twice.
//!
//! - **The run of errors** is `form_validation_errors` if at least half of it is a form's, else `error_run`. In it are
//!   refused submits and validation errors of forms, clicks of `error_click` signals from `likely` on, script errors of
//!   a gesture and failed tasks; those within 2 s are one. Script errors and failed requests that come by themselves
//!   are all together one: a script that fails at every tick and a tracker that is blocked say nothing of the person.
//! - **`help_seeking`**: help used.
//! - **`retry_loop`**: clicks beyond the first on dead and slow targets, and reloads. Submits after a refused one are
//!   not in it: refused again they are in the run of errors, taken they end it.
//! - **`click_frustration`**: the other click signals, dead swipes and keyboard frustration; of each target the kind
//!   that weighs most.
//! - **`abandonment`**: forms given up, quick backs, and leaving soon after trouble.
//! - **`video_struggle`**: the signals of that name.
//! - **`falling_engagement`**: totals of pages and players.
//! - **`no_recent_success`**: successes of forms and tasks; they also end the run of errors.
//! - **Nowhere**: signals that tell of the same as facts above (`help_seeking`, `reload`, `form_struggle`, and
//!   `form_abandon` where the form is told of), and what has not been shown to mean that somebody is stuck
//!   (`cursor_thrash`, `scroll_hunt`, hesitation, refills).
//!
//! Counts are of the last ten minutes ([`RECENT`]), except the run of errors, which nothing but a success ends. Whoever
//! has left is judged as of the moment of leaving.
//!
//! # What could not be seen
//!
//! What is told counts even where the page said that it cannot see such things. What is missing (success, engagement)
//! says something only where it could have been seen.

mod abandonment;
mod behaviour;
mod combine;
mod engagement;
mod errors;
mod indicator;
mod place;
mod prediction;
mod reasons;
mod recommendation;
mod tally;
mod timeline;

#[cfg(test)]
mod tests;

use unsnag_core::time::UnixMillis;

use crate::facts::SessionFacts;

pub use abandonment::Abandonment;
pub use behaviour::{Behaviour, Observed, RECENT, Retries, Success, extract_behavioral_features};
pub use combine::{CUTS, MODEL_WEIGHT, RULES_WEIGHT, Struggle, UNTESTED_AGREEMENT, combine_analysis_results};
pub use engagement::{Against, Baseline, Engagement};
pub use errors::{ErrorRun, Errors, TOGETHER};
pub use indicator::{
    Evidence, Indicator, IndicatorKind, Measure, SCALES, Scale, Unit, calculate_struggle_indicators, scale_of,
};
pub use place::{Place, Target};
pub use prediction::{Prediction, Source};
pub use recommendation::{Action, Recommendation, Urgency};
pub use tally::{Span, Tally};

/// The whole way: from the facts of a session to its struggle as of `now`.
///
/// `before` is what is usual for the visitor, `prediction` what the risk model says of the session; either may be
/// missing.
pub fn analyze_user_struggles(
    session: &SessionFacts,
    now: UnixMillis,
    before: Option<&Baseline>,
    prediction: Option<&Prediction>,
) -> Struggle {
    let behaviour = extract_behavioral_features(session, now, before);
    let indicators = calculate_struggle_indicators(&behaviour);
    combine_analysis_results(&behaviour, indicators, prediction)
}
