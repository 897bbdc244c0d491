//! What the sampler learns changes what is offered, and how sure the plan is.

use super::*;

fn cell(entry: &str, channel: Channel) -> Cell {
    Cell { cause: Cause::Form, level: Level::Medium, entry: entry.to_owned(), version: 1, channel }
}

fn trials(learned: &mut Learned, entry: &str, channel: Channel, successes: u32, trials: u32) {
    for n in 0..trials {
        let observation = Observation { verified: true, exposed: true, succeeded: n < successes };
        learned.learn(cell(entry, channel), &observation);
    }
}

fn propensity(plan: &Plan, entry: &str) -> f64 {
    plan.options.iter().filter(|option| option.entry == entry).map(|option| option.propensity).sum()
}

#[test]
fn the_entry_that_helps_becomes_the_usual_one() {
    let mut case = Case::with(|case| {
        case.need.cause = Cause::Form;
        case.visitor.email_known = false;
        case.visitor.responses = Responses::default();
    });
    let before = case.plan();
    let hint = propensity(&before, "form-hint");
    assert!((0.2..0.8).contains(&hint), "both are open at first: {:?}", before.options);
    trials(&mut case.learned, "form-hint", Channel::InApp, 150, 200);
    trials(&mut case.learned, "form-support", Channel::InApp, 80, 200);
    let after = case.plan();
    let least = EXPLORATION / 2.0;
    assert!(propensity(&after, "form-hint") > 1.0 - least - 0.01, "{:?}", after.options);
    let other = propensity(&after, "form-support");
    assert!((least..least + 0.01).contains(&other), "it is still tried: {other}");
}

#[test]
fn trials_replace_the_weights_and_narrow_the_interval() {
    let mut case = Case::reference();
    let before = case.plan().success;
    let email = Cell { cause: Cause::Technical, ..cell("technical-tutorial", Channel::Email) };
    let in_app = Cell { channel: Channel::InApp, ..email.clone() };
    for n in 0..1_000_u32 {
        let observation = Observation { verified: true, exposed: true, succeeded: n % 5 == 0 };
        case.learned.learn(email.clone(), &observation);
        case.learned.learn(in_app.clone(), &observation);
    }
    let after = case.plan().success;
    // One in five, moved by what is special about the case: log-odds −1.39 + 0.39 + 0.15 − 0.10.
    assert!((after.probability - 0.28).abs() < 0.02, "{after:?}");
    assert!(after.high - after.low < (before.high - before.low) / 4.0, "{before:?} to {after:?}");
}

#[test]
fn decisions_follow_their_propensities() {
    let case = Case::with(|case| case.need.level = Level::Critical);
    let options = case.plan().options;
    assert!(options.len() >= 3, "{options:?}");
    let mut taken = vec![0_u32; options.len()];
    for seed in 0..2_000 {
        let plan = Case { draws: Draws::new(seed), ..case.clone() }.plan();
        assert_eq!(plan.options, options, "chance changes what is taken, not what could be");
        let same = |option: &Choice| option.entry == plan.entry && option.channels == plan.channels;
        let index = options.iter().position(same).unwrap();
        taken[index] += 1;
        assert!((plan.propensity - options[index].propensity).abs() < 1e-12);
    }
    for (option, taken) in options.iter().zip(taken) {
        let share = f64::from(taken) / 2_000.0;
        // Three standard errors of 2,000 decisions.
        assert!((share - option.propensity).abs() < 0.034, "{option:?} was taken {share}");
    }
}
