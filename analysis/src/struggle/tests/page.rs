//! From what a page observes, by the engine that runs there: the facts mean what they are taken for.

use unsnag_core::engine::Engine;
use unsnag_core::event::What;
use unsnag_core::features::Features;
use unsnag_core::thresholds::Thresholds;
use unsnag_core::trace::Trace;

use super::build::at;
use crate::facts::{Fact, SessionFacts};
use crate::struggle::{Behaviour, extract_behavioral_features};

const HEADER: &str = r#"{"trace":1,"time_origin":1700000000000,"viewport":[1280,720]}
{"t":0,"k":"page","template":"/checkout","view":"v1","how":"navigate"}
{"t":0,"k":"element","el":1,"parent":3,"tag":"button","role":"button","region":3,"flags":["interactive","submit"]}
{"t":0,"k":"element","el":2,"parent":3,"tag":"input","role":"textbox","region":3,"flags":["interactive","text_field"]}"#;

/// What the engine tells of a page that observes this.
fn behaviour(lines: &[String], seconds: u64) -> Behaviour {
    let text = [&[HEADER.to_owned()], lines].concat().join("\n");
    let trace = Trace::open(&text).unwrap();
    let mut engine = Engine::new(Thresholds::default(), trace.header.time_origin);
    for input in trace {
        engine.feed(&input.unwrap());
    }
    let facts = engine.take_events().into_iter().map(|event| Fact {
        tab: "t1".to_owned(),
        template: match &event.what {
            What::Page(page) => page.template.clone(),
            _ => "/checkout".to_owned(),
        },
        event,
    });
    let session = SessionFacts { facts: facts.collect(), observed: Features::ALL_OBSERVED };
    extract_behavioral_features(&session, at(seconds), None)
}

fn line(t: u64, rest: &str) -> String {
    format!("{{\"t\":{t},{rest}}}")
}

/// The card number is typed and submitted; `answer` is what refuses it.
fn submit(t: u64, answer: impl FnOnce(u64) -> Vec<String>) -> Vec<String> {
    let field = |what: &str| {
        format!(r#""k":"field","el":2,"form":"payment","field":"card_number","what":"{what}","length":16,"deleted":0"#)
    };
    let mut lines = vec![
        line(t, &field("focus")),
        line(t + 1000, &field("input")),
        line(t + 3000, r#""k":"click","el":1,"x":1,"y":1,"detail":1,"trusted":true"#),
        line(t + 3001, r#""k":"form","form":"payment","what":"submit""#),
    ];
    lines.extend(answer(t + 3000));
    lines.push(line(t + 9000, r#""k":"tick""#));
    lines
}

fn invalid(t: u64) -> Vec<String> {
    let field = r#""k":"field","el":2,"form":"payment","field":"card_number","what":"invalid""#;
    vec![line(t + 20, field), line(t + 21, r#""k":"alert","el":2"#)]
}

fn server_error(t: u64) -> Vec<String> {
    vec![
        line(t + 5, r#""k":"request_start","id":1"#),
        line(t + 400, r#""k":"request_end","id":1,"status":500"#),
        line(t + 420, r#""k":"alert","el":2"#),
    ]
}

#[test]
fn a_page_that_refuses_three_times_is_three_errors() {
    for (name, answer) in [("invalid", invalid as fn(u64) -> Vec<String>), ("server", server_error)] {
        let lines = [submit(1000, answer), submit(20_000, answer), submit(40_000, answer)].concat();
        let seen = behaviour(&lines, 60);
        let run = &seen.errors.current;
        assert_eq!((run.length, run.refusals), (3, 3), "{name}: {run:#?}");
        assert_eq!(seen.retries.resubmits.count, 2, "{name}");
        if name == "invalid" {
            assert_eq!(run.place.as_ref().unwrap().to_string(), "card number on /checkout");
        }
    }
}

#[test]
fn reloads_and_help_are_counted_once_each_and_a_form_begun_anew_is_not_given_up() {
    let reload = |t: u64, view: &str| {
        let page = format!(r#""k":"page","template":"/checkout","view":"{view}","how":"reload""#);
        [line(t, r#""k":"page_hide","persisted":false"#), line(t + 200, &page)]
    };
    let elements: Vec<String> = HEADER.lines().skip(2).map(|line| line.replace("\"t\":0", "\"t\":33000")).collect();
    let help = [line(12_000, r#""k":"help","el":null"#), line(25_000, r#""k":"help","el":null"#)];
    let mut lines = submit(1000, invalid);
    lines.extend(help);
    lines.extend(reload(30_000, "v2"));
    lines.extend(reload(32_000, "v3"));
    let left = behaviour(&lines, 40);
    assert_eq!((left.help.count, left.retries.reloads.count), (2, 2));
    assert_eq!((left.abandonment.forms.count, left.gone_at), (0, None), "they are on its page again");
    lines.extend(elements);
    lines.extend(submit(35_000, invalid));
    let again = behaviour(&lines, 60);
    assert_eq!((again.errors.current.length, again.abandonment.forms.count), (2, 0));
    lines.extend([line(50_000, r#""k":"page_hide","persisted":false"#)]);
    let gone = behaviour(&lines, 90);
    assert_eq!((gone.abandonment.forms.count, gone.gone_at), (1, Some(at(50))));
    assert_eq!(gone.abandonment.left_after_trouble.count, 1);
}
