//! Video intelligence: what a visitor's viewings say of how they watch, what they like and what to show them next.
//!
//! # In scope
//!
//! - **From events to records**: [`viewings_of`] reads a session, a [`VideoRecord`] merges sessions, each once, in any
//!   order.
//! - **One video**: [`analyze_video_engagement`] says how it was watched, [`calculate_engagement_score`] how well.
//! - **All videos of a visitor**: [`analyze_user_video_behavior`] finds trend, best time, recommendations and what
//!   results say of learning; [`identify_video_preferences`] what they prefer. What videos are about, and which tasks
//!   test them, comes from a [`VideoCatalogue`]; what became of those tasks is kept as [`Results`].
//!
//! # Out of scope
//!
//! - What single players measure, and who struggles with one: `unsnag_core::video`.
//! - Where records are kept, and who asks when: the store and the flow behind the stream.
//!
//! # What is said how surely
//!
//! Whatever is not known says so ([`Knowledge`]); what is known within bounds gives both ([`Completion`], [`DropOff`]).
//! All numbers are whole or in [`Millionths`], and the same on every platform.
//!
//! Loops that were never heard are decorations and count nowhere.

mod behaviour;
mod catalogue;
mod engagement;
mod learning;
mod number;
mod path;
mod preferences;
mod recommend;
mod record;
mod results;
mod score;
#[cfg(test)]
mod tests;
mod time_of_day;
mod trend;
mod viewing;

pub use behaviour::{VideoBehaviour, analyze_user_video_behavior};
pub use catalogue::{ContentKind, Difficulty, Entry, MOST_ENTRIES, VERSION, VideoCatalogue};
pub use engagement::{Completion, DropOff, Interaction, Seeks, Stalls, VideoEngagement, analyze_video_engagement};
pub use learning::{About, LEAST_PAIRS, LEAST_POINTS, Learning, TaskResult};
pub use number::{Knowledge, Millionths};
pub use preferences::{LengthClass, Preference, Preferences, SpeedClass, identify_video_preferences};
pub use recommend::{COMPLETED, ENOUGH, HIGH_ENGAGEMENT, RESUME_WITHIN, Recommendation, STARTED, Why};
pub use record::{VideoRecord, records_of};
pub use results::Results;
pub use score::{EngagementScore, Measures, ScorePart, calculate_engagement_score};
pub use time_of_day::{BestTime, HoursOf, ViewerClock};
pub use trend::{Direction, Trend};
pub(crate) use viewing::viewings_among;
pub use viewing::{VideoKey, Viewing, ViewingId, Watched, viewings_of};
