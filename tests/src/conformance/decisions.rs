//! What is decided: rules over signals, risk and what the page knows; who is held out; whose outcomes count.

use serde_json::json;
use unsnag_core::sign::SigningKeys;

use super::batch::{Batch, CALM, NOW, event, good};
use super::case::Case;

/// The keys that the hosts sign with: the present one and the one before.
pub const SIGNING_KEYS: [&str; 2] = [
    "0707070707070707070707070707070707070707070707070707070707070707",
    "0909090909090909090909090909090909090909090909090909090909090909",
];

/// A configuration with one experiment, whose vectors are published.
pub const EXPERIMENT: &str = r#"{"v":1,
    "rules":[
        {"id":"rage","signal":"rage_click","min_grade":"likely","entry":"offer","priority":"low","experiment":"checkout-help"},
        {"id":"checkout","signal":"rage_click","min_grade":"confirmed","template":"/checkout","entry":"stuck","priority":"high"},
        {"id":"dead","signal":"dead_click","min_grade":"likely","level":"critical","entry":"offer"}
    ],
    "catalogue":[
        {"id":"offer","version":1,"kind":"nudge","text":"Can we help?","actions":[{"id":"help","label":"Get help","href":"/help"}]},
        {"id":"stuck","version":3,"kind":"nudge","text":"Is something holding up your order?","placement":"top"}
    ],
    "experiments":[{"id":"checkout-help","holdout_basis_points":1000}]}"#;

/// Visitors of the published vectors: in bucket 859, and in bucket 8437.
const HELD_OUT: &str = "\"visitor-1\"";
const TREATED: &str = "\"visitor-2\"";

/// One revision of a signal.
fn signal(id: &str, kind: &str, grade: &str, revision: u32) -> String {
    let data = format!(r#"{{"signal":"s-{kind}","kind":"{kind}","grade":"{grade}","revision":{revision}}}"#);
    event(id, "signal", NOW, &data)
}

fn rage(grade: &str) -> String {
    signal("rage", "rage_click", grade, 1)
}

/// A session in which everything failed.
const SATURATED: [f64; 13] = [40.0, 20.0, 5.0, 900.0, 8.0, 3.0, 12.0, 0.05, 10.0, 15.0, 1.0, 12.0, 60.0];

/// Name, level where any model must say it, vector; least trouble first.
const VECTORS: [(&str, Option<&str>, [f64; 13]); 5] = [
    ("calm", Some("low"), CALM),
    ("one dead click", None, [0.0, 0.0, 0.0, 40.0, 0.0, 0.0, 0.5, 0.5, 45.0, 0.5, 1.0, 2.0, 20.0]),
    ("an error and a rage click", None, [1.0, 1.0, 0.0, 90.0, 0.0, 0.0, 1.0, 0.4, 40.0, 1.5, 1.0, 3.0, 30.0]),
    ("several kinds of trouble", None, [3.0, 3.0, 1.0, 300.0, 1.0, 1.0, 3.0, 0.25, 30.0, 5.0, 2.0, 5.0, 60.0]),
    ("saturated", Some("critical"), SATURATED),
];

/// Rules that fire, and those that do not, under [`EXPERIMENT`].
pub fn rules() -> Vec<Case> {
    let with = |events: Vec<String>| Batch::of([good("e")].into_iter().chain(events));
    let nothing = |name: &str, batch: Batch, reason: &str| {
        Case::accepted(name, &batch)
            .answers("/decision/rule", json!(null))
            .answers("/decision/reasons", json!([reason]))
            .answers("/decision/arm", "treat")
            .answers("/interventions", json!([]))
            .stores("/decision/rule", json!(null))
    };
    let fires = |name: &str, batch: Batch, rule: &str, entry: &str| {
        let id = batch.id().to_owned();
        Case::accepted(name, &batch)
            .answers("/decision/rule", rule)
            .answers("/decision/id", format!("d-{id}"))
            .answers("/interventions/0/id", format!("i-{id}"))
            .answers("/interventions/0/entry", entry)
            .answers("/interventions/0/decision", format!("d-{id}"))
            .answers("/interventions/0/expires_at", NOW + 600_000)
            .stores("/decision/rule", rule)
    };
    let held_out = with(vec![rage("likely")]).with("visitor", HELD_OUT);
    let treated = with(vec![rage("likely")]).with("visitor", TREATED);
    vec![
        nothing("no signal", with(vec![]), "no rule matches"),
        nothing("a suspicion", with(vec![rage("suspected")]), "no rule matches"),
        nothing("taken back", with(vec![rage("likely"), signal("b", "rage_click", "retracted", 2)]), "no rule matches"),
        nothing(
            "taken back, told first",
            with(vec![signal("b", "rage_click", "retracted", 2), rage("likely")]),
            "no rule matches",
        ),
        nothing("too little risk", with(vec![signal("d", "dead_click", "confirmed", 1)]), "rule dead needs more risk"),
        fires("rage", with(vec![rage("likely")]), "rage", "offer").answers("/decision/experiment", "checkout-help"),
        fires(
            "confirmed later",
            with(vec![signal("b", "rage_click", "confirmed", 2), rage("suspected")]),
            "rage",
            "offer",
        )
        .answers("/decision/reasons/0", "rage_click is confirmed, rule needs likely"),
        fires("the more urgent of two rules", with(vec![rage("confirmed")]).page("/checkout"), "checkout", "stuck")
            .answers("/interventions/0/priority", "high")
            .answers("/decision/experiment", json!(null)),
        fires(
            "a page that is no template yet",
            with(vec![rage("confirmed")]).page("/checkout?step=2#top"),
            "checkout",
            "stuck",
        ),
        fires(
            "a template that the rule does not name",
            with(vec![rage("confirmed")]).page("/checkout/pay"),
            "rage",
            "offer",
        ),
        fires(
            "enough risk",
            with(vec![signal("d", "dead_click", "confirmed", 1)]).features(&SATURATED),
            "dead",
            "offer",
        )
        .answers("/risk/level", "critical"),
        fires("a visitor nobody knows", with(vec![rage("likely")]), "rage", "offer").answers("/decision/arm", "treat"),
        fires("a visitor who is treated", treated, "rage", "offer")
            .answers("/decision/arm", "treat")
            .answers("/interventions/0/held_out", false),
        fires("a visitor who is held out", held_out, "rage", "offer")
            .answers("/decision/arm", "holdout")
            .answers("/decision/reasons/1", "visitor is held out")
            .answers("/interventions/0/held_out", true)
            .stores("/decision/arm", "holdout"),
        fires(
            "a held-out visitor at a rule without experiment",
            with(vec![rage("confirmed")]).page("/checkout").with("visitor", HELD_OUT),
            "checkout",
            "stuck",
        )
        .answers("/interventions/0/held_out", false),
        fires(
            "help sent away once",
            with(vec![rage("likely")]).with("policy_state", r#"{"dismissed":1}"#),
            "rage",
            "offer",
        ),
        nothing(
            "help sent away twice",
            with(vec![rage("likely")]).with("policy_state", r#"{"dismissed":2}"#),
            "the visitor sent help away twice",
        ),
        nothing(
            "help sent away as often as can be said",
            with(vec![rage("likely")]).with("policy_state", r#"{"dismissed":4294967295}"#),
            "the visitor sent help away twice",
        ),
    ]
}

/// Outcomes that count because a host has signed their decision, and those that only claim it.
pub fn outcomes() -> Vec<Case> {
    let signature = |key: &str, session: &str, decision: &str| {
        let mut problems = Vec::new();
        let keys = SigningKeys::from_hex("signing.keys", &[key.to_owned()], &mut problems)
            .expect("the keys of this suite are keys");
        keys.sign(session, decision)
    };
    let outcome = |decision: &str, signature: &str| {
        let data =
            format!(r#"{{"intervention":"i-1","decision":"{decision}","signature":"{signature}","what":"clicked"}}"#);
        format!(r#"{{"id":"o","type":"outcome","at":{NOW},"data":{data},"verified":true}}"#)
    };
    let [present, before] = SIGNING_KEYS;
    let stranger = "11".repeat(32);
    let counts = |name: &str, outcome: String, verified: bool| {
        let case = Case::accepted(name, &Batch::of([outcome])).stores("/batch/events/0/verified", verified);
        if verified { case } else { case.stores("/dispositions/unverified_outcome", 1) }
    };
    let signed = |name: &str, key: &str, session: &str, decision: &str, verified: bool| {
        counts(name, outcome("d-1", &signature(key, session, decision)), verified)
    };
    let neither = event("o", "outcome", NOW, r#"{"intervention":"i-1","what":"shown"}"#);
    let mut cases = vec![
        signed("signed with the present key", present, "session-1", "d-1", true),
        signed("signed with the key before", before, "session-1", "d-1", true),
        signed("signed with another key", &stranger, "session-1", "d-1", false),
        signed("the signature of another decision", present, "session-1", "d-2", false),
        signed("the signature of another session", present, "session-2", "d-1", false),
        counts("no signature", outcome("d-1", ""), false),
        counts("a made-up signature", outcome("d-1", "AAAAAAAAAAAAAAAAAAAAAA"), false),
        counts("neither decision nor signature", neither, false),
    ];
    // The page acted on a rule of its own, before a host could sign: the batch vouches for it if the rule fires again.
    let local = |name: &str, grade: &str, verified: bool| {
        let batch = Batch::of([rage(grade)]);
        let shown = outcome(&format!("d-{}", batch.id()), "").replace("clicked", "shown");
        let case = Case::accepted(name, &batch.and([shown])).stores("/batch/events/1/verified", verified);
        if verified { case } else { case.stores("/dispositions/unverified_outcome", 1) }
    };
    cases.push(local("shown by a local rule that fires", "likely", true));
    cases.push(local("shown by a local rule that does not fire", "suspected", false));
    cases
}

/// Sessions, each with more trouble than the one before.
pub fn vectors() -> Vec<Case> {
    let case = |(name, level, vector): &(&str, Option<&str>, [f64; 13])| {
        let case = Case::accepted(*name, &Batch::new().features(vector));
        level.map_or(case.clone(), |level| case.answers("/risk/level", level))
    };
    VECTORS.iter().map(case).collect()
}

/// Calm sessions whose own events say more than their features.
pub fn raised() -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, kind, data, count) in [
        ("errors", "error", r#"{"cause":"sync"}"#, 3),
        ("help", "help", "{}", 2),
        ("an abandoned form", "form", r#"{"form":"f","state":"abandoned"}"#, 1),
    ] {
        let events = (0..count).map(|at| event(&format!("e{at}"), kind, NOW, data));
        cases.push(Case::accepted(format!("{name} among the events of a calm session"), &Batch::of(events)));
    }
    for kind in
        ["rage_click", "dead_click", "slow_click", "error_click", "disabled_click", "cursor_thrash", "quick_back"]
    {
        for grade in ["suspected", "likely", "confirmed"] {
            let batch = Batch::of([signal("s", kind, grade, 1)]);
            cases.push(Case::accepted(format!("{kind}, {grade}"), &batch));
        }
    }
    let unseen = r#"{"v":1,"scope":"session","values":[0,0,0,10,0,0,0,0.5,50,0,1,1,10],"observed":0}"#;
    cases.push(Case::accepted("nothing could be seen", &Batch::new().with("features", unseen)));
    cases
}
