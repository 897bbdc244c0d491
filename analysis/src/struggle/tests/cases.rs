//! The reference case and its neighbours: each differs in one thing, and moves the result the way it should.

use unsnag_core::features::{Features, ONE};
use unsnag_core::forms::State;
use unsnag_core::input::{Arrival, TaskWhat};
use unsnag_core::risk::Level;

use super::build::{Session, at, left, payment, predicted, view};
use crate::facts::SessionFacts;
use crate::struggle::{
    Action, Against, IndicatorKind, Prediction, Struggle, Urgency, analyze_user_struggles, extract_behavioral_features,
};

/// What a case is made of.
#[derive(Clone, Debug)]
struct Case {
    /// Submits of the payment form that are refused, a minute apart.
    errors: u32,
    /// After so many of them a task succeeds.
    success_after: Option<u32>,
    help: u64,
    reloads: u64,
    /// How far the pages of the last ten minutes are seen, per cent; engagement before is 0.90, and of these pages
    /// 0.28 + depth / 200.
    depth: u64,
    observed: u16,
    prediction: Option<Prediction>,
}

/// Three errors, two requests for help, engagement down by 40 %, several reloads, a model that agrees, all seen.
fn reference() -> Case {
    Case {
        errors: 3,
        success_after: None,
        help: 2,
        reloads: 3,
        depth: 52,
        observed: Features::ALL_OBSERVED,
        prediction: Some(predicted(750_000, Level::High)),
    }
}

impl Case {
    const END: u64 = 1200;

    /// Ten calm minutes in the shop; then the checkout, which refuses the card, is reloaded, and refuses again.
    fn session(&self) -> SessionFacts {
        let mut session = Session::default();
        let shop = |how: [u64; 4]| view("/shop", "v0", Arrival::Navigate, how);
        session.page(0, shop([0; 4]));
        session.page(300, shop([300, 300, 50, 60]));
        session.page(600, left(shop([600, 600, 100, 80])));
        let checkout = |id: &str, how, totals| view("/checkout", id, how, totals);
        session.page(600, checkout("v1", Arrival::Navigate, [0, 0, 0, self.depth]));
        session.form(610, payment(1, 1, State::Viewed, 0));
        session.form(620, payment(1, 2, State::Started, 0));
        for refused in 1..=self.errors {
            session.form(630 + 60 * u64::from(refused), payment(1, 2 + refused, State::Invalid, refused));
            if self.success_after == Some(refused) {
                session.task(660 + 60 * u64::from(refused), "coupon", TaskWhat::Success);
            }
        }
        for help in 0..self.help {
            session.help(950 + 40 * help);
        }
        session.page(1060, left(checkout("v1", Arrival::Navigate, [400, 240, 20, self.depth])));
        session.form(1060, payment(1, 20, State::Abandoned, self.errors));
        for reload in 0..self.reloads {
            let (id, second) = (format!("r{reload}"), 1060 + 22 * reload);
            session.page(second, checkout(&id, Arrival::Reload, [0, 0, 0, self.depth]));
            session.page(second + 20, left(checkout(&id, Arrival::Reload, [20, 12, 1, self.depth])));
        }
        session.page(1196, checkout("v9", Arrival::Navigate, [0, 0, 0, self.depth]));
        session.form(1198, payment(2, 1, State::Started, 0));
        SessionFacts { observed: self.observed, ..session.facts() }
    }

    fn struggle(&self) -> Struggle {
        analyze_user_struggles(&self.session(), at(Self::END), None, self.prediction.as_ref())
    }
}

#[test]
fn who_fails_three_times_and_asks_twice_is_offered_a_chat_now() {
    let case = reference();
    let behaviour = extract_behavioral_features(&case.session(), at(Case::END), None);
    assert_eq!((behaviour.errors.current.length, behaviour.errors.current.refusals), (3, 3));
    assert_eq!((behaviour.help.count, behaviour.retries.reloads.count), (2, 3));
    assert_eq!(behaviour.retries.resubmits.count, 2);
    let engagement = behaviour.engagement.unwrap();
    assert_eq!((engagement.before, engagement.now, engagement.fall()), (900_000, 540_000, 400_000));
    assert_eq!(engagement.against, Against::Earlier);
    assert_eq!(behaviour.abandonment.weight(), 0, "they began anew");

    let struggle = case.struggle();
    assert_eq!(struggle.level, Level::High, "{:#?}", struggle.reasons);
    assert!(struggle.confidence >= 800_000, "{:#?}", struggle.reasons);
    let kinds: Vec<IndicatorKind> = struggle.indicators.iter().map(|indicator| indicator.kind).collect();
    assert_eq!(kinds[..2], [IndicatorKind::FormValidationErrors, IndicatorKind::HelpSeeking]);
    let told = struggle.recommendation;
    assert_eq!((told.action, told.urgency), (Action::LiveChat, Urgency::Now));
    let form = &struggle.indicators[0].evidence;
    assert_eq!(form.place.as_ref().unwrap().to_string(), "card number on /checkout");
    let span = form.span.unwrap();
    assert_eq!((span.first, span.last), (at(690), at(810)));
    assert_eq!(
        struggle.reasons,
        [
            "Errors in a form: 3 errors in a row, at card number on /checkout, last 6 min ago",
            "Looking for help: 2 requests for help, at /checkout, last 3 min ago",
            "Trying again and again: 3 reloads, at /checkout, last 1 min ago",
            "Falling engagement: engagement fell by 40 % against the earlier part of the session",
            "No success for long: 20 min without success, 1 under way, at form payment on /checkout",
            "rules 0.77, model 0.75 (churn 7, which says high): together 0.76, high",
            "confidence 0.97: rules and model agree to 0.97, 13 of 13 features could be seen",
            "recommended: live chat, now",
        ]
    );
}

/// The least that something must move, in millionths; 0 is not at all.
#[derive(Clone, Copy, Debug)]
enum Moves {
    Up(u64),
    Down(u64),
    /// Either way, this far at most.
    Hardly(u64),
}

fn moved(from: u64, to: u64, by: Moves) -> bool {
    match by {
        Moves::Up(least) => to >= from + least,
        Moves::Down(least) => to + least <= from,
        Moves::Hardly(most) => from.abs_diff(to) <= most,
    }
}

#[test]
fn each_neighbour_moves_the_way_it_should() {
    use Moves::{Down, Hardly, Up};
    let base = reference();
    let half = 0b0_1010_1010_1010;
    let model = |score, level| Some(predicted(score, level));
    let about = Hardly(150_000);
    // What differs, the rule score, the score, the confidence, the level.
    let rows = [
        ("two errors", Case { errors: 2, ..base.clone() }, Down(50_000), Down(30_000), about, Level::High),
        ("four errors", Case { errors: 4, ..base.clone() }, Up(50_000), Up(30_000), about, Level::High),
        ("one request", Case { help: 1, ..base.clone() }, Down(40_000), Down(25_000), about, Level::High),
        ("three requests", Case { help: 3, ..base.clone() }, Up(40_000), Up(25_000), about, Level::High),
        ("down 20 %", Case { depth: 88, ..base.clone() }, Down(20_000), Down(12_000), about, Level::High),
        ("down 60 %", Case { depth: 16, ..base.clone() }, Up(20_000), Up(12_000), about, Level::High),
        ("no reload", Case { reloads: 0, ..base.clone() }, Down(50_000), Down(30_000), about, Level::High),
        ("five reloads", Case { reloads: 5, ..base.clone() }, Up(20_000), Up(12_000), about, Level::High),
        ("no model", Case { prediction: None, ..base.clone() }, Hardly(0), Hardly(20_000), Down(400_000), Level::High),
        ("half seen", Case { observed: half, ..base.clone() }, Down(0), Down(0), Down(400_000), Level::High),
        (
            "model says low",
            Case { prediction: model(100_000, Level::Low), ..base.clone() },
            Hardly(0),
            Down(200_000),
            Down(500_000),
            Level::Medium,
        ),
        (
            "success in between",
            Case { success_after: Some(2), ..base.clone() },
            Down(150_000),
            Down(90_000),
            Down(50_000),
            Level::High,
        ),
        (
            "success at the end",
            Case { success_after: Some(3), ..base.clone() },
            Down(100_000),
            Down(60_000),
            Down(30_000),
            Level::High,
        ),
        (
            "success in between, and no model",
            Case { success_after: Some(2), prediction: None, reloads: 2, ..base.clone() },
            Down(190_000),
            Down(180_000),
            Down(400_000),
            Level::Medium,
        ),
    ];
    let from = base.struggle();
    for (name, case, rules, score, confidence, level) in rows {
        let to = case.struggle();
        let scores = |of: &Struggle| (of.rule_score, of.score, of.confidence);
        let what = format!("{name}: {:?} to {:?}\n{:#?}", scores(&from), scores(&to), to.reasons);
        assert!(moved(from.rule_score, to.rule_score, rules), "rule score, {what}");
        assert!(moved(from.score, to.score, score), "score, {what}");
        assert!(moved(from.confidence, to.confidence, confidence), "confidence, {what}");
        assert_eq!(to.level, level, "{what}");
    }
}

#[test]
fn a_model_with_other_cuts_agrees_by_its_level() {
    let mut case = reference();
    case.prediction = Some(predicted(450_000, Level::High));
    let struggle = case.struggle();
    assert_eq!((struggle.model_score, struggle.level), (Some(600_000), Level::High));
    assert!(struggle.confidence >= 800_000);
    for (score, level, expected) in [
        (0, Level::Low, 0),
        (900_000, Level::Low, 299_999),
        (100_000, Level::Medium, 300_000),
        (700_000, Level::High, 700_000),
        (650_000, Level::Critical, 850_000),
        (7 * ONE, Level::Critical, ONE),
    ] {
        assert_eq!(predicted(score, level).common_score(), expected, "{score} {level:?}");
    }
}
