//! Whole decisions: the reference case and its neighbours, reasons, learning, escalation, and what always holds.

mod always;
mod escalation;
mod learning;
mod reference;
mod refusals;

use unsnag_core::risk::Level;
use unsnag_core::time::{Millis, UnixMillis};

use super::civil::{DAY, HOUR};
use super::*;

/// Tuesday 2023-11-14, 10:00 UTC: office hours, nobody's night in Europe.
const TUESDAY_10: UnixMillis = UnixMillis(1_699_956_000_000);

/// Everything that a question borrows.
#[derive(Clone, Debug)]
struct Case {
    need: Need,
    visitor: Visitor,
    history: History,
    catalogue: Catalogue,
    site: Site,
    learned: Learned,
    now: UnixMillis,
    draws: Draws,
}

impl Case {
    /// Medium risk, an earlier good response to e-mail, office hours on a weekday, a technical difficulty.
    fn reference() -> Self {
        let mut visitor = Visitor {
            id: Some("v-1".to_owned()),
            zone: Some(Zone { offset_minutes: 0, said: true }),
            email_known: true,
            ..Visitor::default()
        };
        let good = Counts { shown: 2, clicked: 2, dismissed: 0, helped: 1 };
        visitor.responses.add(Channel::Email, "form-support", good);
        Self {
            need: Need {
                level: Level::Medium,
                score: 520_000,
                confidence: 800_000,
                cause: Cause::Technical,
                urgency: None,
                template: Some("/checkout".to_owned()),
            },
            visitor,
            history: History::default(),
            catalogue: Catalogue::embedded(),
            site: Site::default(),
            learned: Learned::default(),
            now: TUESDAY_10,
            draws: Draws::of("struggle-1"),
        }
    }

    /// The reference case with something changed.
    fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut case = Self::reference();
        change(&mut case);
        case
    }

    fn question(&self) -> Question<'_> {
        Question {
            need: &self.need,
            visitor: &self.visitor,
            history: &self.history,
            catalogue: &self.catalogue,
            site: &self.site,
            learned: &self.learned,
            now: self.now,
            draws: self.draws,
        }
    }

    fn decide(&self) -> Decision {
        decide(&self.question())
    }

    fn plan(&self) -> Plan {
        match self.decide() {
            Decision::Help(plan) => *plan,
            Decision::Nothing(nothing) => panic!("nothing was decided: {nothing:?}"),
        }
    }

    fn nothing(&self) -> Nothing {
        match self.decide() {
            Decision::Nothing(nothing) => nothing,
            Decision::Help(plan) => panic!("help was decided: {plan:?}"),
        }
    }

    /// A contact some hours ago.
    fn contacted(&mut self, hours_ago: u64, channel: Channel, dismissed: bool) {
        let at = UnixMillis(self.now.0 - hours_ago * HOUR.0);
        self.history.note(Contact {
            id: format!("earlier-{hours_ago}"),
            from: at,
            until: at,
            channels: [channel].into(),
            dismissed_at: dismissed.then_some(at),
        });
    }
}

fn hours(count: u64) -> Millis {
    Millis(count * HOUR.0)
}
