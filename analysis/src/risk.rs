//! The port to a risk model of scope `history`, and the guard before it. A model may be remote, slow, wrong, paid or
//! gone: the guard bounds its time, asks once for what has not changed, leaves it alone while it fails, and has the
//! rules score instead.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use unsnag_core::features::{COUNT, Features, ONE};
use unsnag_core::holdout;
use unsnag_core::risk::{Cuts, Level, Model as _, Rules};
use unsnag_core::time::{Millis, UnixMillis};

use crate::breaker::Breaker;
use crate::struggle::{Prediction, Source};

/// What an analysis waits for a score (DESIGN.md §10).
pub const TIME_LIMIT: Duration = Duration::from_millis(120);
/// How long a score holds for the same visitor with the same features.
pub const CACHE_LASTS: Millis = Millis(30 * 60 * 1000);
/// Scores remembered, some 200 bytes each.
pub const MOST_CACHED: usize = 20_000;
/// Why there is no score.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RiskError {
    /// It cannot be reached, or failed.
    #[error("the model does not answer: {0}")]
    Unavailable(String),
    /// It asks for fewer questions.
    #[error("the model is asked too often")]
    Throttled,
    /// It cannot score this vector. Others it may.
    #[error("the model cannot score this vector: {0}")]
    Vector(String),
}

/// A model that scores vectors of scope `history`.
#[async_trait]
pub trait RiskModel: Send + Sync + std::fmt::Debug {
    /// Its name.
    fn name(&self) -> &str;
    /// Its version.
    fn version(&self) -> &str;
    /// Where its levels begin.
    fn cuts(&self) -> Cuts;
    /// The score, 0 to 1.
    async fn score(&self, features: &Features) -> Result<f64, RiskError>;
}

/// A second model beside the first.
#[derive(Clone, Debug)]
pub struct Variant {
    /// What it is called in predictions.
    pub name: String,
    /// The model.
    pub model: Arc<dyn RiskModel>,
    /// How it takes part.
    pub part: Part,
}

/// How a second model takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It is asked as well, and its score is only recorded.
    Shadow,
    /// It scores this share of visitors instead of the first, in hundredths of a per cent.
    Share(u32),
}

/// What a second model said beside the first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shadow {
    /// The variant's name.
    pub variant: String,
    /// Its score in millionths; `None` where it had none.
    pub score: Option<u64>,
}

/// A prediction with what is recorded beside it.
#[derive(Clone, Debug, PartialEq)]
pub struct Predicted {
    /// What counts.
    pub prediction: Prediction,
    /// What only is looked at.
    pub shadow: Option<Shadow>,
}

/// How often what happened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Scores of a model.
    pub model: u64,
    /// Scores that were known already.
    pub cached: u64,
    /// Vectors that a shadow scored beside the first model.
    pub shadowed: u64,
    /// Of those, how many came to the same level, each by its own cuts.
    pub shadow_agreed: u64,
    /// Vectors for which the shadow had no score.
    pub shadow_failed: u64,
    /// Scores of the rules, by why: `slow`, `unavailable`, `throttled`, `vector`, `nonsense`, `open`, `none`.
    pub fallback: BTreeMap<&'static str, u64>,
}

#[derive(Debug, Default)]
struct State {
    /// By variant, who and features.
    cache: HashMap<(String, String, [u64; COUNT]), (UnixMillis, u64)>,
    breakers: BTreeMap<String, Breaker>,
    counts: Counts,
}

/// What stands between the analysis and its models.
#[derive(Debug)]
pub struct RiskGuard {
    /// `None` has the rules score everything.
    model: Option<Arc<dyn RiskModel>>,
    variant: Option<Variant>,
    time_limit: Duration,
    cache: bool,
    state: Mutex<State>,
}

/// The risk of what is known of a visitor or session, by a model as long as one answers. Never fails: where no model has
/// a score the rules have, and the prediction says so.
pub async fn get_ml_risk_prediction(guard: &RiskGuard, who: &str, features: &Features, now: UnixMillis) -> Predicted {
    guard.predict(who, features, now).await
}

/// The name under which the first model is cached and recorded.
pub const FIRST: &str = "a";

impl RiskGuard {
    /// Asks this model.
    pub fn new(model: Option<Arc<dyn RiskModel>>) -> Self {
        Self { model, variant: None, time_limit: TIME_LIMIT, cache: true, state: Mutex::default() }
    }

    /// With a second model beside it.
    #[must_use]
    pub fn with_variant(mut self, variant: Variant) -> Self {
        self.variant = Some(variant);
        self
    }

    /// Asks for every vector anew, to measure the model itself.
    #[must_use]
    pub fn without_cache(mut self) -> Self {
        self.cache = false;
        self
    }

    /// The first model.
    pub fn model(&self) -> Option<&Arc<dyn RiskModel>> {
        self.model.as_ref()
    }

    /// The model beside it.
    pub fn variant(&self) -> Option<&Variant> {
        self.variant.as_ref()
    }

    /// What happened so far.
    pub fn counts(&self) -> Counts {
        self.state().counts.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics while it holds the guard's state")
    }

    /// The score for the vector of this visitor or session. Never fails: where no model has a score the rules have.
    pub async fn predict(&self, who: &str, features: &Features, now: UnixMillis) -> Predicted {
        let Some(first) = &self.model else {
            return Predicted { prediction: self.fallback("none", features, None), shadow: None };
        };
        let second = self.variant.as_ref();
        let split = second.filter(|variant| match variant.part {
            Part::Share(basis_points) => holdout::is_held_out(&format!("risk:{}", variant.name), who, basis_points),
            Part::Shadow => false,
        });
        let (name, model) = split.map_or((FIRST, first), |variant| (variant.name.as_str(), &variant.model));
        let shown = second.is_some_and(|variant| variant.part != Part::Shadow).then(|| name.to_owned());
        let prediction = match self.ask(name, model, who, features, now).await {
            Ok((score, source)) => Prediction {
                score,
                level: model.cuts().level(score, Level::Low),
                model: model.name().to_owned(),
                model_version: model.version().to_owned(),
                variant: shown,
                source,
            },
            Err(why) => self.fallback(why, features, shown),
        };
        let shadow = match second.filter(|variant| variant.part == Part::Shadow) {
            Some(variant) => {
                let score = self.ask(&variant.name, &variant.model, who, features, now).await.ok();
                let score = score.map(|(score, _)| score);
                self.compare(&prediction, score.map(|score| variant.model.cuts().level(score, Level::Low)));
                Some(Shadow { variant: variant.name.clone(), score })
            }
            None => None,
        };
        Predicted { prediction, shadow }
    }

    /// Counts whether a shadow would have said the same.
    fn compare(&self, prediction: &Prediction, shadow: Option<Level>) {
        let counts = &mut self.state().counts;
        match shadow {
            None => counts.shadow_failed += 1,
            // The rules are no model to agree with.
            Some(_) if !prediction.is_of_a_model() => {}
            Some(level) => {
                counts.shadowed += 1;
                counts.shadow_agreed += u64::from(level == prediction.level);
            }
        }
    }

    /// The rules' score, with why it is theirs.
    fn fallback(&self, why: &'static str, features: &Features, variant: Option<String>) -> Prediction {
        *self.state().counts.fallback.entry(why).or_default() += 1;
        let score = Rules.score(features).unwrap_or_default();
        Prediction {
            score,
            level: Rules.cuts().level(score, Level::Low),
            model: Rules.name().to_owned(),
            model_version: Rules.version().to_owned(),
            variant,
            source: Source::Rules,
        }
    }

    async fn ask(
        &self,
        name: &str,
        model: &Arc<dyn RiskModel>,
        who: &str,
        features: &Features,
        now: UnixMillis,
    ) -> Result<(u64, Source), &'static str> {
        let key = (name.to_owned(), who.to_owned(), *features.millionths());
        {
            let mut state = self.state();
            if let Some((at, score)) = state.cache.get(&key).copied()
                && now - at < CACHE_LASTS
                && self.cache
            {
                state.counts.cached += 1;
                return Ok((score, Source::Cache));
            }
            if !state.breakers.entry(name.to_owned()).or_default().lets_through(now) {
                return Err("open");
            }
        }
        let asked = tokio::time::timeout(self.time_limit, model.score(features)).await;
        let score = match asked {
            Ok(Ok(score)) if (0.0..=1.0).contains(&score) => Ok((score * ONE as f64 + 0.5) as u64),
            Ok(Ok(_)) => Err("nonsense"),
            Ok(Err(RiskError::Vector(_))) => Err("vector"),
            Ok(Err(RiskError::Throttled)) => Err("throttled"),
            Ok(Err(RiskError::Unavailable(_))) => Err("unavailable"),
            Err(_) => Err("slow"),
        };
        let mut state = self.state();
        // A vector that cannot be scored says nothing against the model.
        let works = score.is_ok() || score == Err("vector");
        state.breakers.entry(name.to_owned()).or_default().note(works, now);
        let score = score?;
        state.counts.model += 1;
        if self.cache {
            if state.cache.len() >= MOST_CACHED {
                state.cache.retain(|_, (at, _)| now - *at < CACHE_LASTS);
            }
            // All of them are in use: begin anew, which costs one more question each.
            if state.cache.len() >= MOST_CACHED {
                state.cache.clear();
            }
            state.cache.insert(key, (now, score));
        }
        Ok((score, Source::Model))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use unsnag_core::features::index;

    use super::*;
    use crate::breaker::{OPEN_FOR, OPENS_AFTER};

    /// Answers in turn what it was given, and the last again and again; counts how often it was asked.
    #[derive(Debug)]
    struct Scripted {
        answers: Vec<Result<f64, RiskError>>,
        asked: AtomicU64,
        takes: Duration,
    }

    impl Scripted {
        fn new(answers: &[Result<f64, RiskError>]) -> Arc<Self> {
            Arc::new(Self { answers: answers.to_vec(), asked: AtomicU64::new(0), takes: Duration::ZERO })
        }
    }

    #[async_trait]
    impl RiskModel for Scripted {
        fn name(&self) -> &'static str {
            "scripted"
        }

        fn version(&self) -> &'static str {
            "1"
        }

        fn cuts(&self) -> Cuts {
            Cuts { medium: 250_000, high: 500_000, critical: 750_000 }
        }

        async fn score(&self, _: &Features) -> Result<f64, RiskError> {
            tokio::time::sleep(self.takes).await;
            let turn = self.asked.fetch_add(1, Ordering::Relaxed) as usize;
            self.answers[turn.min(self.answers.len() - 1)].clone()
        }
    }

    const NOW: UnixMillis = UnixMillis(1_000_000);

    fn vector(errors: u64) -> Features {
        let mut features = Features::default();
        features.set(index::ERROR_COUNT, errors * ONE);
        features
    }

    #[tokio::test]
    async fn asks_once_for_what_has_not_changed() {
        let model = Scripted::new(&[Ok(0.6)]);
        let guard = RiskGuard::new(Some(model.clone()));
        let first = guard.predict("v", &vector(1), NOW).await.prediction;
        assert_eq!((first.score, first.level, first.source), (600_000, Level::High, Source::Model));
        assert_eq!(guard.predict("v", &vector(1), NOW).await.prediction.source, Source::Cache);
        for (who, errors, now) in [("w", 1, NOW), ("v", 2, NOW), ("v", 1, NOW + CACHE_LASTS)] {
            assert_eq!(guard.predict(who, &vector(errors), now).await.prediction.source, Source::Model);
        }
        assert_eq!(model.asked.load(Ordering::Relaxed), 4);
        let uncached = RiskGuard::new(Some(model.clone())).without_cache();
        for _ in 0..2 {
            assert_eq!(uncached.predict("v", &vector(1), NOW).await.prediction.source, Source::Model);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn has_the_rules_score_whatever_the_model_does() {
        let slow = Scripted { answers: vec![Ok(0.9)], asked: AtomicU64::new(0), takes: Duration::from_millis(121) };
        let cases: [(Arc<Scripted>, &str); 6] = [
            (Arc::new(slow), "slow"),
            (Scripted::new(&[Err(RiskError::Unavailable("gone".to_owned()))]), "unavailable"),
            (Scripted::new(&[Err(RiskError::Throttled)]), "throttled"),
            (Scripted::new(&[Err(RiskError::Vector("no".to_owned()))]), "vector"),
            (Scripted::new(&[Ok(f64::NAN)]), "nonsense"),
            (Scripted::new(&[Ok(1.1)]), "nonsense"),
        ];
        for (model, why) in cases {
            let guard = RiskGuard::new(Some(model));
            let prediction = guard.predict("v", &vector(3), NOW).await.prediction;
            assert_eq!((prediction.source, prediction.model.as_str()), (Source::Rules, "rules"), "{why}");
            assert_eq!(Some(prediction.score), Rules.score(&vector(3)), "{why}");
            assert_eq!(guard.counts().fallback, BTreeMap::from([(why, 1)]));
        }
        let none = RiskGuard::new(None);
        assert_eq!(none.predict("v", &vector(3), NOW).await.prediction.source, Source::Rules);
        assert_eq!(none.counts().fallback, BTreeMap::from([("none", 1)]));
    }

    #[tokio::test]
    async fn leaves_a_failing_model_alone_and_then_tries_it_once() {
        let down = Err(RiskError::Unavailable(String::new()));
        let mut answers = vec![down; OPENS_AFTER as usize + 1];
        answers.push(Ok(0.1));
        let model = Scripted::new(&answers);
        let guard = RiskGuard::new(Some(model.clone())).without_cache();
        let asked = || model.asked.load(Ordering::Relaxed);
        for _ in 0..OPENS_AFTER + 10 {
            guard.predict("v", &vector(1), NOW).await;
        }
        assert_eq!(asked(), u64::from(OPENS_AFTER), "it is left alone");
        guard.predict("v", &vector(1), NOW + OPEN_FOR).await;
        guard.predict("v", &vector(1), NOW + OPEN_FOR).await;
        assert_eq!(asked(), u64::from(OPENS_AFTER) + 1, "one question tried it, in vain");
        let later = NOW + OPEN_FOR + OPEN_FOR;
        for _ in 0..3 {
            assert_eq!(guard.predict("v", &vector(1), later).await.prediction.source, Source::Model);
        }
        assert_eq!(guard.counts().fallback["open"], 11);
    }

    #[tokio::test]
    async fn records_a_shadow_and_splits_visitors() {
        let (first, second) = (Scripted::new(&[Ok(0.2)]), Scripted::new(&[Ok(0.8)]));
        let variant = |part| Variant { name: "b".to_owned(), model: second.clone(), part };
        let guard = RiskGuard::new(Some(first.clone())).with_variant(variant(Part::Shadow));
        let predicted = guard.predict("v", &vector(1), NOW).await;
        assert_eq!((predicted.prediction.score, predicted.prediction.variant), (200_000, None));
        assert_eq!(predicted.shadow, Some(Shadow { variant: "b".to_owned(), score: Some(800_000) }));
        let counts = guard.counts();
        assert_eq!((counts.shadowed, counts.shadow_agreed, counts.shadow_failed), (1, 0, 0));

        let guard = RiskGuard::new(Some(first)).with_variant(variant(Part::Share(5000)));
        let mut of_second = 0;
        for n in 0..400 {
            let prediction = guard.predict(&format!("v-{n}"), &vector(1), NOW).await.prediction;
            let is_second = prediction.variant.as_deref() == Some("b");
            assert_eq!(prediction.score, if is_second { 800_000 } else { 200_000 });
            of_second += usize::from(is_second);
        }
        assert!((160..=240).contains(&of_second), "{of_second} of 400 at 50 %");
    }
}
