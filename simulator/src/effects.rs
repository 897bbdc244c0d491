//! What help does: the true effect that an analysis of the batches should find. All numbers are assumptions.

use crate::fault::Fault;

/// What becomes of one nudge, by probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HelpEffect {
    /// It is clicked, 0 to 1.
    pub click: f64,
    /// It is sent away, 0 to 1; what is neither clicked nor sent away is ignored.
    pub dismiss: f64,
    /// Once clicked it gets the visitor past the obstacle, 0 to 1.
    pub resolve: f64,
}

impl HelpEffect {
    /// The probability that this nudge, once on screen, gets the visitor past the obstacle.
    pub fn works(&self) -> f64 {
        self.click * self.resolve
    }
}

/// What is said of one entry. `None` stands for all entries or faults that no other line names.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Line {
    entry: Option<&'static str>,
    fault: Option<Fault>,
    effect: HelpEffect,
}

/// The effect of each catalogue entry on each fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Effects {
    lines: Vec<Line>,
}

/// Clicked and sent away, by entry. Entries that a form or a checkout calls for are clicked more often than an offer
/// out of the blue; one that only apologises is clicked least.
const ENTRIES: [(Option<&str>, f64, f64); 4] = [
    (Some("offer-help"), 0.35, 0.15),
    (Some("checkout-stuck"), 0.45, 0.15),
    (Some("not-your-fault"), 0.20, 0.20),
    (None, 0.30, 0.20),
];

/// How often what is behind a clicked nudge solves the trouble: most where words help, least where only waiting does.
const SOLVES: [(Fault, f64); 9] = [
    (Fault::DeadButton, 0.60),
    (Fault::SlowAnswer, 0.30),
    (Fault::ScriptError, 0.50),
    (Fault::FailedRequest, 0.40),
    (Fault::RefusedValue, 0.80),
    (Fault::ConfusingField, 0.80),
    (Fault::DisabledSubmit, 0.70),
    (Fault::StallingVideo, 0.50),
    (Fault::BrokenBackLink, 0.70),
];

/// An apology solves this part of what an offer of help solves.
const APOLOGY: f64 = 0.4;

impl Default for Effects {
    fn default() -> Self {
        let mut lines = Vec::new();
        for (entry, click, dismiss) in ENTRIES {
            let part = if entry == Some("not-your-fault") { APOLOGY } else { 1.0 };
            for (fault, solves) in SOLVES {
                let effect = HelpEffect { click, dismiss, resolve: solves * part };
                lines.push(Line { entry, fault: Some(fault), effect });
            }
            // Where nothing is wrong there is nothing to solve, and less reason to click.
            let effect = HelpEffect { click: click / 4.0, dismiss, resolve: 0.0 };
            lines.push(Line { entry, fault: None, effect });
        }
        Self { lines }
    }
}

impl Effects {
    /// Help that is seen and clicked as ever, and changes nothing: an analysis should find no effect.
    #[must_use]
    pub fn without_use(mut self) -> Self {
        self.lines.iter_mut().for_each(|line| line.effect.resolve = 0.0);
        self
    }

    /// The same with another effect of one entry on one fault; `None` for where nothing is wrong.
    #[must_use]
    pub fn with(mut self, entry: &'static str, fault: Option<Fault>, effect: HelpEffect) -> Self {
        self.lines.insert(0, Line { entry: Some(entry), fault, effect });
        self
    }

    /// The effect of an entry on a visitor who is stuck at such a fault, or at none.
    pub fn of(&self, entry: &str, fault: Option<Fault>) -> HelpEffect {
        let of_entry = |named: Option<&str>| {
            self.lines.iter().find(|line| line.entry == named && line.fault == fault).map(|line| line.effect)
        };
        let nothing = HelpEffect { click: 0.0, dismiss: 0.0, resolve: 0.0 };
        of_entry(Some(entry)).or_else(|| of_entry(None)).unwrap_or(nothing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_an_effect_on_every_fault_and_none_where_nothing_is_wrong() {
        let effects = Effects::default();
        for entry in ["offer-help", "checkout-stuck", "not-your-fault", "an entry of somebody's own"] {
            for fault in Fault::ALL {
                let effect = effects.of(entry, Some(fault));
                assert!(effect.works() > 0.0 && effect.click + effect.dismiss <= 1.0, "{entry} {fault:?}: {effect:?}");
            }
            assert_eq!(effects.of(entry, None).resolve.to_bits(), 0.0_f64.to_bits());
        }
    }

    #[test]
    fn what_is_set_goes_before_the_table() {
        let always = HelpEffect { click: 1.0, dismiss: 0.0, resolve: 1.0 };
        let effects = Effects::default().with("offer-help", Some(Fault::DeadButton), always);
        assert_eq!(effects.of("offer-help", Some(Fault::DeadButton)), always);
        assert_ne!(effects.of("offer-help", Some(Fault::SlowAnswer)), always);
        let of_no_use = effects.without_use().of("offer-help", Some(Fault::DeadButton));
        assert_eq!(of_no_use, HelpEffect { resolve: 0.0, ..always });
    }
}
