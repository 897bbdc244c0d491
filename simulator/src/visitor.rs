//! Who visits: a goal, patience, skill, a device, an hour of the day, and what help does for them.
//!
//! The crate's README lists each number with its source, or says that it is assumed.

use unsnag_core::id::{VisitorId, base64url};
use unsnag_core::input::Device;

use crate::effects::Effects;
use crate::fault::Fault;
use crate::rng::Rng;

/// What somebody came for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Goal {
    /// To buy something.
    Buy,
    /// To ask a question.
    Ask,
    /// To watch a lesson and pass its quiz.
    Learn,
    /// To look around.
    Browse,
}

impl Goal {
    /// All of them.
    pub const ALL: [Goal; 4] = [Self::Buy, Self::Ask, Self::Learn, Self::Browse];
    /// How many come for each, in the order of [`Goal::ALL`]. Assumed.
    const SHARES: [f64; 4] = [0.45, 0.10, 0.20, 0.25];

    /// The word in truth files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Buy => "buy",
            Self::Ask => "ask",
            Self::Learn => "learn",
            Self::Browse => "browse",
        }
    }

    pub(crate) fn draw(rng: &mut Rng) -> Self {
        Self::ALL[rng.pick(&Self::SHARES)]
    }
}

/// What a visitor does with a nudge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reaction {
    /// Clicks it; `solves` says whether that gets them past the obstacle.
    Click {
        /// Whether it helps.
        solves: bool,
    },
    /// Sends it away.
    Dismiss,
    /// Leaves it where it is.
    Ignore,
}

/// One visitor.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The persistent id.
    pub id: VisitorId,
    /// Failures that are borne: one more, and the visitor gives up. Whole numbers from 1; geometric, mean 3.3.
    pub patience: f64,
    /// 0 to 1; beta with parameters 3 and 2, mean 0.6. Who is skilled finds ways around and makes fewer slips.
    pub skill: f64,
    /// How fast, as a factor of the typical pace; log-normal, median 1.
    pub pace: f64,
    /// Mouse or finger.
    pub device: Device,
    /// The local hour at which they usually come, 0 to 23. All live at UTC.
    pub hour: u8,
    /// Their browser knows name and address.
    pub autofills: bool,
    /// Draws what they do with help, apart from everything else that they do.
    help: Rng,
}

/// Six in ten visits come from phones: near the worldwide share of mobile page views that StatCounter gives.
const TOUCH: f64 = 0.6;
/// Assumed.
const AUTOFILLS: f64 = 0.35;
/// Stops of the geometric distribution of patience. Assumed.
const GIVES_UP: f64 = 0.3;
/// Assumed.
const PACE_SIGMA: f64 = 0.25;
/// Visits by local hour: a quiet night, a busy evening. Assumed.
const HOURS: [f64; 24] = [
    2.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 6.0, 6.0, 6.0, 5.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 9.0, 6.0,
    4.0,
];
/// The mean of beta with parameters 3 and 2.
const MEAN_SKILL: f64 = 0.6;
/// Words a minute with a keyboard: 52 (Dhakal, Feit, Kristensson and Oulasvirta, 2018).
const WORDS_A_MINUTE: f64 = 52.0;
/// With thumbs on a phone: 36 (Palin, Feit, Kim, Kristensson and Oulasvirta, 2019).
const WORDS_A_MINUTE_BY_THUMB: f64 = 36.0;
/// Characters that count as a word, by convention.
const WORD: f64 = 5.0;

impl Visitor {
    /// Draws a visitor.
    pub(crate) fn draw(rng: &mut Rng, help: Rng) -> Self {
        let id = format!("v-{}", base64url(&rng.bytes::<16>()));
        Self {
            id: VisitorId::new(&id).expect("base64url is plain and 24 characters are short"),
            patience: f64::from(rng.trials(GIVES_UP)),
            skill: rng.beta_3_2(),
            pace: rng.lognormal(1.0, PACE_SIGMA).clamp(0.4, 2.5),
            device: if rng.chance(TOUCH) { Device::Touch } else { Device::Mouse },
            hour: rng.pick(&HOURS) as u8,
            autofills: rng.chance(AUTOFILLS),
            help,
        }
    }

    /// A nudge is on screen: what the visitor does with it, who is stuck at such a fault or at none.
    pub fn offered(&mut self, entry: &str, stuck_at: Option<Fault>, effects: &Effects) -> Reaction {
        let effect = effects.of(entry, stuck_at);
        // Both are drawn each time, so that one answer does not shift the next.
        let (does, solves) = (self.help.unit(), self.help.chance(effect.resolve));
        if does < effect.click {
            Reaction::Click { solves }
        } else if does < effect.click + effect.dismiss {
            Reaction::Dismiss
        } else {
            Reaction::Ignore
        }
    }

    /// Median time between two characters, ms.
    pub(crate) fn key_ms(&self) -> f64 {
        let words = if self.device == Device::Touch { WORDS_A_MINUTE_BY_THUMB } else { WORDS_A_MINUTE };
        60_000.0 / (words * WORD) / self.pace
    }

    /// The window, CSS px: a phone's or a laptop's.
    pub(crate) fn viewport(&self) -> [u32; 2] {
        if self.device == Device::Touch { [390, 844] } else { [1280, 720] }
    }

    /// How skill changes a probability that holds for the average: in proportion.
    pub(crate) fn by_skill(&self, probability: f64) -> f64 {
        (probability * self.skill / MEAN_SKILL).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::effects::HelpEffect;

    fn visitor(seed: u64) -> Visitor {
        Visitor::draw(&mut Rng::new(seed), Rng::of(seed, 1))
    }

    #[test]
    fn visitors_are_as_drawn_and_within_their_ranges() {
        for seed in 0..500 {
            let visitor = visitor(seed);
            assert!(visitor.id.as_str().starts_with("v-") && visitor.id.as_str().len() == 24);
            assert!(visitor.patience >= 1.0 && (0.0..=1.0).contains(&visitor.skill) && visitor.hour < 24);
            assert!((50.0..1000.0).contains(&visitor.key_ms()));
        }
    }

    #[test]
    fn help_is_clicked_dismissed_and_ignored_as_often_as_its_effect_says() {
        let effect = HelpEffect { click: 0.5, dismiss: 0.3, resolve: 0.4 };
        let effects = Effects::default().with("offer-help", Some(Fault::DeadButton), effect);
        let mut visitor = visitor(3);
        let mut counts = [0_i32; 4];
        for _ in 0..4000 {
            match visitor.offered("offer-help", Some(Fault::DeadButton), &effects) {
                Reaction::Click { solves } => counts[usize::from(solves)] += 1,
                Reaction::Dismiss => counts[2] += 1,
                Reaction::Ignore => counts[3] += 1,
            }
        }
        // Four standard errors of a share of 4000 are at most 0.032, 127 of them.
        for (count, expected) in counts.into_iter().zip([1200, 800, 1200, 800]) {
            assert!((count - expected).abs() <= 127, "{counts:?}");
        }
    }
}
