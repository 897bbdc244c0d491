//! How the analysis goes: for the dashboard, for metrics and for `/readyz`.

use serde::Serialize;
use unsnag_analysis::risk::{Part, RiskGuard};

use super::Analysed;
use crate::metrics::Text;

/// How it goes, for metrics and for operators.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct Health {
    consumed: u64,
    repeated: u64,
    poison: u64,
    /// Records that the log holds and that have no effect yet.
    pub(crate) behind: u64,
    conflicts: u64,
    retries: u64,
    disagreements: Vec<(&'static str, u64)>,
    unknown_events: u64,
    late: u64,
    model: ModelHealth,
    analyst: Vec<(String, u64)>,
    channels: Vec<(String, &'static str, u64)>,
    decided: Vec<(String, u64)>,
    store: &'static str,
    pub(crate) last_error: Option<&'static str>,
    used_bytes: u64,
    max_bytes: u64,
    evicted: u64,
}

#[derive(Debug, Clone, Default, Serialize)]
struct ModelHealth {
    name: String,
    version: String,
    scored: u64,
    cached: u64,
    fallback: Vec<(&'static str, u64)>,
    /// A second model that is tried.
    variant: Option<VariantHealth>,
}

#[derive(Debug, Clone, Serialize)]
struct VariantHealth {
    name: String,
    model: String,
    version: String,
    /// Of all visitors; `None` for a shadow.
    share_basis_points: Option<u32>,
    /// Vectors that it scored as a shadow, of those how many came to the first model's level, and those without a score.
    shadowed: u64,
    shadow_agreed: u64,
    shadow_failed: u64,
}

impl Analysed {
    /// How it goes, with a log that would give `next` to its next record.
    pub(crate) fn health(&self, next: u64) -> Health {
        let (counts, progress) = (self.analysis.counts(), self.progress().clone());
        let fault = progress.fault.or(progress.delivery_fault);
        Health {
            consumed: counts.consumed,
            repeated: counts.repeated,
            poison: counts.poison,
            behind: next.saturating_sub(progress.checkpoint),
            conflicts: counts.conflicts,
            retries: progress.retries,
            disagreements: counts.disagreements.into_iter().collect(),
            unknown_events: counts.unknown_events,
            late: counts.late,
            model: ModelHealth::of(self.analysis.risk()),
            analyst: self.analysis.analyst().counts().into_iter().collect(),
            channels: counts.delivered.into_iter().map(|((channel, how), count)| (channel, how, count)).collect(),
            decided: counts.decided.into_iter().collect(),
            store: fault.unwrap_or("ok"),
            last_error: fault,
            used_bytes: progress.used_bytes,
            max_bytes: self.max_bytes,
            evicted: progress.evicted,
        }
    }
}

impl ModelHealth {
    fn of(guard: &RiskGuard) -> Self {
        let (model, counts) = (guard.model(), guard.counts());
        let variant = guard.variant().map(|variant| VariantHealth {
            name: variant.name.clone(),
            model: variant.model.name().to_owned(),
            version: variant.model.version().to_owned(),
            share_basis_points: if let Part::Share(share) = variant.part { Some(share) } else { None },
            shadowed: counts.shadowed,
            shadow_agreed: counts.shadow_agreed,
            shadow_failed: counts.shadow_failed,
        });
        Self {
            name: model.map_or("rules", |model| model.name()).to_owned(),
            version: model.map_or("1", |model| model.version()).to_owned(),
            scored: counts.model,
            cached: counts.cached,
            fallback: counts.fallback.into_iter().collect(),
            variant,
        }
    }
}

impl Health {
    /// As Prometheus text.
    pub(crate) fn metrics(self) -> String {
        let mut text = Text::default();
        text.single("unsnag_analysis_behind_records", "gauge", self.behind);
        text.single("unsnag_analysis_used_bytes", "gauge", self.used_bytes);
        text.single("unsnag_analysis_max_bytes", "gauge", self.max_bytes);
        for (name, count) in [
            ("unsnag_analysis_consumed_total", self.consumed),
            ("unsnag_analysis_repeated_total", self.repeated),
            ("unsnag_analysis_poison_total", self.poison),
            ("unsnag_analysis_late_total", self.late),
            ("unsnag_analysis_retries_total", self.retries),
            ("unsnag_analysis_evicted_total", self.evicted),
            ("unsnag_analysis_model_scores_total", self.model.scored),
            ("unsnag_analysis_model_cached_total", self.model.cached),
        ] {
            text.single(name, "counter", count);
        }
        text.by_reason("unsnag_analysis_disagreements_total", "counter", self.disagreements);
        text.by_reason("unsnag_analysis_model_fallbacks_total", "counter", self.model.fallback);
        text.by_two("unsnag_analysis_deliveries_total", ["channel", "how"], &self.channels);
        text.into_string()
    }
}
