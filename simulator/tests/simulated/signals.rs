//! What the engine makes of the visitors: each obstacle raises its own signals, and calm visits hardly any.

use unsnag_core::signal::Kind;
use unsnag_simulator::{Simulation, Site};

use super::determinism::START;
use super::host::{Host, run};
use super::sessions::sessions;

#[test]
fn calm_visits_raise_next_to_no_signal() {
    let site = Site::default().without_obstacles();
    let run = run(Simulation::new(1, 400, site, START), &Host::helpful(0), false);
    let read = sessions(&run.received);
    let with_signals = read.values().filter(|session| !session.kinds().is_empty()).count();
    let rate = with_signals as f64 / read.len() as f64;
    let kinds: Vec<_> = read.values().flat_map(super::sessions::Session::kinds).map(Kind::name).collect();
    println!(
        "{with_signals} of {} calm sessions have a signal of grade likely or more: {rate:.4}; {kinds:?}",
        read.len()
    );
    assert!(rate <= 0.03, "{rate}: {kinds:?}");
}

#[test]
fn each_obstacle_raises_its_own_signal_in_most_of_the_visits_that_meet_it() {
    for obstacle in Site::default().obstacles {
        let site = Site::default().with_only(obstacle.id, 1.0);
        let run = run(Simulation::new(2, 250, site, START), &Host::helpful(0), false);
        let read = sessions(&run.received);
        let met = run.truth.iter().flat_map(|visitor| &visitor.sessions).filter(|session| !session.met.is_empty());
        let (mut affected, mut told) = (0, 0);
        for session in met {
            assert_eq!(session.met[0].obstacle, obstacle.id);
            affected += 1;
            let kinds = read[&session.session].kinds();
            told += u32::from(obstacle.fault.kinds().iter().any(|kind| kinds.contains(kind)));
        }
        println!("{}: {told} of {affected}", obstacle.id);
        assert!(affected >= 25, "{} was met {affected} times", obstacle.id);
        // Most: two thirds, beyond what 25 tosses of a coin would give.
        assert!(3 * told >= 2 * affected, "{}: {told} of {affected}", obstacle.id);
    }
}
