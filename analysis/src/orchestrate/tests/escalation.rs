//! What follows where nobody answers.

use super::*;

/// Steps: e-mail after 4 h, chat after another 24 h, ticket after another 48 h.
fn escalation(case: &Case) -> Escalation {
    let step =
        |after, channel, entry: &str| Step { after: hours(after), channel, entry: entry.into(), entry_version: 1 };
    Escalation {
        out_by: case.now,
        channels: vec![Channel::InApp],
        priority: Priority::Medium,
        steps: vec![
            step(4, Channel::Email, "technical-tutorial"),
            step(24, Channel::LiveChat, "live-chat-offer"),
            step(48, Channel::Ticket, "support-ticket"),
        ],
    }
}

/// What happened: step, channel, what, hours after Tuesday 10:00.
type Happened = (usize, Channel, What, u64);

fn state_of(case: &Case, happened: impl IntoIterator<Item = Happened>, after: u64) -> State {
    let happened = happened.into_iter().map(|(step, channel, what, at)| {
        let at = TUESDAY_10 + hours(at);
        Happening { step, channel, what, at }
    });
    let now = TUESDAY_10 + hours(after);
    escalation(case).state(&happened.collect(), (&case.visitor, &case.history, &case.site), now)
}

fn check(what: &str, happened: &[Happened], after: u64, expected: State) {
    let case = Case::reference();
    assert_eq!(state_of(&case, happened.iter().copied(), after), expected, "{what}");
    // Any order, any repetition.
    let twice = happened.iter().rev().chain(happened).copied();
    assert_eq!(state_of(&case, twice, after), expected, "{what}, backwards and twice");
}

fn waiting(until: u64) -> State {
    State::Waiting(TUESDAY_10 + hours(until))
}

fn due(step: usize, at: u64, within: u64) -> State {
    State::Due { step, at: TUESDAY_10 + hours(at), within: hours(within) }
}

#[test]
fn one_channel_follows_the_other_until_somebody_answers() {
    use Channel::{Email, InApp, LiveChat, Ticket};
    use What::{Clicked, Dismissed, Expired, Failed, Helped, Sent, Shown};
    check("nothing is known yet", &[], 3, waiting(4));
    check("nobody answered", &[(0, InApp, Shown, 0)], 4, due(1, 4, 2));
    check("shown late, so it waits longer", &[(0, InApp, Shown, 2)], 4, waiting(6));
    check("expired is no answer", &[(0, InApp, Shown, 0), (0, InApp, Expired, 1)], 4, due(1, 4, 2));
    check("nothing could be shown", &[(0, InApp, Failed, 1)], 1, due(1, 1, 2));
    check("failed after it was seen", &[(0, InApp, Shown, 0), (0, InApp, Failed, 1)], 1, waiting(4));
    check("one dismissal is not two", &[(0, InApp, Shown, 0), (0, InApp, Dismissed, 0)], 4, due(1, 4, 2));
    check("clicked", &[(0, InApp, Shown, 0), (0, InApp, Clicked, 1)], 9, State::Over(End::Answered));
    check("helped", &[(0, InApp, Helped, 1), (0, InApp, Clicked, 1)], 9, State::Over(End::Helped));
    check("the second step waits for its own time", &[(1, Email, Sent, 5)], 28, waiting(29));
    // 29 h after Tuesday 10:00 is Wednesday 15:00; the office closes at 17:00.
    check("the chat in office hours", &[(1, Email, Sent, 5)], 29, due(2, 29, 2));
    check("the chat the next morning", &[(1, Email, Sent, 8)], 32, due(2, 47, 2));
    check("the last", &[(2, LiveChat, Sent, 29)], 77, due(3, 77, 2));
    check("no more", &[(3, Ticket, Sent, 77)], 100, State::Over(End::Exhausted));
    check(
        "sent away twice",
        &[(0, InApp, Dismissed, 0), (1, Email, Dismissed, 5)],
        9,
        State::Over(End::DismissedTwice),
    );
    check("helped after all", &[(0, InApp, Dismissed, 0), (1, Email, Dismissed, 5), (0, InApp, Helped, 6)], 9, {
        State::Over(End::Helped)
    });
    check("a step that does not exist", &[(99, Ticket, Sent, 1)], 9, State::Over(End::Exhausted));
}

#[test]
fn what_is_not_open_is_passed_over_and_caps_end_it() {
    let shown = [(0, Channel::InApp, What::Shown, 0)];
    let opted_out = Case::with(|case| _ = case.visitor.opted_out.insert(Channel::Email));
    assert_eq!(state_of(&opted_out, shown, 4), due(2, 4, 2));
    let nobody = Case::with(|case| case.visitor.opted_out = Channel::ALL.into());
    assert_eq!(state_of(&nobody, shown, 4), State::Over(End::Exhausted));
    let killed = Case::with(|case| case.site.kill = true);
    assert_eq!(state_of(&killed, shown, 4), State::Over(End::Killed));
    let capped = Case::with(|case| {
        case.contacted(0, Channel::InApp, false);
        case.contacted(1, Channel::InApp, false);
    });
    assert_eq!(state_of(&capped, shown, 4), State::Over(End::Capped));
    let cooling = Case::with(|case| {
        case.contacted(0, Channel::InApp, false);
        case.site.cool_down = hours(5);
    });
    assert_eq!(state_of(&cooling, shown, 4), waiting(5));
    let dismissed_elsewhere = Case::with(|case| {
        case.contacted(30, Channel::InApp, true);
        case.contacted(60, Channel::InApp, true);
    });
    assert_eq!(state_of(&dismissed_elsewhere, shown, 4), State::Over(End::DismissedTwice));
}

#[test]
fn a_plan_that_failed_on_every_channel_goes_on_at_once() {
    let case = Case::reference();
    let plan = case.plan();
    assert_eq!(plan.channels, [Channel::Email, Channel::InApp]);
    let failed = |channel| Happening { step: 0, channel, what: What::Failed, at: TUESDAY_10 + hours(1) };
    let state = |happened: &[Happening]| {
        let set = happened.iter().copied().collect();
        plan.escalation.state(&set, (&case.visitor, &case.history, &case.site), TUESDAY_10 + hours(1))
    };
    assert_eq!(state(&[failed(Channel::InApp)]), waiting(1 + 24), "the e-mail may still be answered");
    assert_eq!(state(&[failed(Channel::InApp), failed(Channel::Email)]), due(1, 1, 2));
}

#[test]
fn outcomes_of_the_page_are_taken_over_but_for_what_never_happened() {
    use unsnag_core::event::Outcome;
    for outcome in Outcome::ALL {
        let what = What::from_outcome(outcome).map(|what| serde_json::to_value(what).unwrap());
        let word = (outcome != Outcome::HeldOut).then(|| outcome.name().into());
        assert_eq!(what, word);
    }
}
