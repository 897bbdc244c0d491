//! Documents that are wrong in one place, beside what is unusual and right.

use crate::changed::Change;

/// Changes of one document.
pub(crate) struct Table {
    /// Refused by code and schema alike.
    pub(crate) refused: &'static [Change],
    /// Taken by both.
    pub(crate) taken: &'static [Change],
    /// Refused by the code only: no schema can say it, so the schema's description does.
    pub(crate) beyond: &'static [Change],
}

pub(crate) const PUSH: Table = Table {
    refused: &[
        ("/v", "2"),
        ("/key", r#""a b""#),
        ("/session", ""),
        ("/intervention", "[]"),
        ("/intervention/id", r#""""#),
        ("/intervention/slots", r#"{"a b":"c"}"#),
        ("/intervention/slots/name", "5"),
        ("/intervention/priority", r#""now""#),
        ("/intervention/held_out", "null"),
        ("/intervention/expires_at", "-1"),
        ("/decision/id", ""),
        ("/decision/rule", r#""""#),
        ("/decision/reasons", r#""because""#),
        ("/decision/arm", r#""both""#),
        ("/decision/propensity", "0"),
        ("/decision/propensity", "1.5"),
    ],
    taken: &[
        ("/intervention/slots", ""),
        ("/intervention/priority", ""),
        ("/intervention/held_out", ""),
        ("/decision/rule", "null"),
        ("/decision/reasons", ""),
        ("/decision/experiment", ""),
        ("/decision/arm", ""),
        ("/decision/propensity", ""),
        ("/new_member", "7"),
    ],
    beyond: &[
        ("/intervention/entry", r#""nothing""#),
        ("/intervention/kind", r#""email""#),
        ("/intervention/decision", r#""d-2""#),
        ("/intervention/expires_at", "1700000000000"),
        ("/intervention/expires_at", "1800000000000"),
        ("/intervention/held_out", "true"),
        ("/decision/arm", r#""holdout""#),
    ],
};

/// Frames of the live channel that no host sends.
pub(crate) const FRAME: &[Change] = &[
    ("/v", "2"),
    ("/interventions", "[]"),
    ("/interventions/0/id", ""),
    ("/interventions/0/expires_at", r#""soon""#),
    ("/decision/signature", r#""short""#),
];

pub(crate) const BATCH: Table = Table {
    refused: &[
        ("/v", "2"),
        ("/v", ""),
        ("/batch_id", r#""short""#),
        ("/batch_id", r#""AAAAAAAAAAAAAAAAAAAAA+""#),
        ("/session", ""),
        ("/session", r#""a b""#),
        ("/visitor", "5"),
        ("/tab", "null"),
        ("/seq", "-1"),
        ("/seq", "4294967296"),
        ("/sent_at", r#""now""#),
        ("/sdk", r#""""#),
        ("/consent", r#""pending""#),
        ("/page", "null"),
        ("/page/template", ""),
        ("/page/view", r#""""#),
        ("/features/v", "2"),
        ("/features/scope", r#""history""#),
        ("/features/values", "[0]"),
        ("/features/values/0", "null"),
        ("/features/values/-", "0"),
        ("/features/observed", "65536"),
        ("/policy_state/level", "3"),
        ("/policy_state/dismissed", "-1"),
        ("/events", "{}"),
        ("/events/0", "7"),
        ("/events/0/id", r#""bad id""#),
        ("/events/0/type", ""),
        ("/events/0/at", r#""now""#),
        ("/events/0/data", "[]"),
        // Of types that cannot do without data.
        ("/events/0", r#"{"id":"a","type":"signal","at":1700000000000}"#),
        ("/events/0", r#"{"id":"a","type":"task","at":1700000000000,"data":null}"#),
    ],
    taken: &[
        ("/visitor", "null"),
        ("/visitor", ""),
        ("/config", ""),
        ("/page/view", "null"),
        ("/features/values/0", "1e9"),
        ("/features/observed", "65535"),
        ("/policy_state", ""),
        ("/policy_state/shown", "7"),
        ("/policy_state/shown", r#"[{"id":"i-1","at":1}]"#),
        ("/policy_state/level", r#""apocalyptic""#),
        ("/new_member", r#"{"kept":[1.5]}"#),
        ("/events", "[]"),
        ("/events/0/data", "null"),
        ("/events/0/at", "1700000000000.5"),
        ("/events/0", r#"{"id":"a","type":"hologram","at":1700000000000,"data":[1,{"a":2}]}"#),
        ("/events/0", r#"{"id":"a","type":"click","at":1700000000000,"new_member":true}"#),
    ],
    beyond: &[
        ("/seq", "3.0"),
        ("/events/0/at", "1699913599999"),
        ("/events/0/at", "1700000300001"),
        ("/events/-", r#"{"id":"e1","type":"help","at":1700000000000}"#),
        ("/new_member", "[[[[[[[[1]]]]]]]]"),
    ],
};

pub(crate) const CONFIG: Table = Table {
    refused: &[
        ("/v", "2"),
        ("/v", ""),
        ("/misspelt", "1"),
        ("/kill", "0"),
        ("/sampling", "1.01"),
        ("/thresholds/rage_click/clicks", "-1"),
        ("/rules/0/signal", r#""anger""#),
        ("/rules/0/min_grade", r#""retracted""#),
        ("/rules/0/level", r#""huge""#),
        ("/rules/0/priority", r#""critical""#),
        ("/rules/0/entry", ""),
        ("/rules/0/misspelt", "1"),
        ("/catalogue/0/id", r#""c c""#),
        ("/catalogue/0/kind", r#""popup""#),
        ("/catalogue/0/version", ""),
        ("/catalogue/0/text", r#"" \n""#),
        ("/catalogue/0/placement", r#""left""#),
        ("/catalogue/0/misspelt", "1"),
        ("/catalogue/0/actions/0/label", r#""""#),
        ("/catalogue/0/actions/0/href", r#""javascript:alert(1)""#),
        ("/catalogue/0/actions/0/href", r#""//evil.example.org""#),
        ("/catalogue/0/actions/0/href", r#""/\\evil.example.org""#),
        ("/catalogue/0/actions/0/href", r#""http://example.org""#),
        ("/catalogue/0/actions/0/href", r#""/a\nb""#),
        ("/catalogue/0/actions/0/misspelt", "1"),
        ("/experiments/0/holdout_basis_points", "10001"),
        ("/experiments/0/misspelt", "1"),
    ],
    taken: &[
        ("/etag", ""),
        ("/sampling", ""),
        ("/rules", ""),
        ("/rules/0/level", "null"),
        ("/rules/0/template", "null"),
        ("/rules/0/experiment", "null"),
        ("/catalogue/0/actions", "[]"),
        ("/catalogue/0/actions/0/href", "null"),
        ("/catalogue/0/actions/0/href", r#""/""#),
        ("/catalogue/0/actions/0/href", r#""https://help.example.org/""#),
        ("/experiments/0/holdout_basis_points", "10000"),
    ],
    beyond: &[
        ("/rules/0/entry", r#""other""#),
        ("/rules/0/experiment", r#""other""#),
        ("/catalogue/-", r#"{"id":"c","version":1,"kind":"nudge","text":"again"}"#),
        ("/rules/-", r#"{"id":"r","signal":"reload","entry":"c"}"#),
    ],
};

pub(crate) const THRESHOLDS: Table = Table {
    refused: &[
        ("", "[]"),
        ("/anger", r#"{"clicks":1}"#),
        ("/rage_click", "true"),
        ("/scroll_hunt", "3"),
        ("/rage_click/misspelt", "1"),
        ("/rage_click/enabled", "1"),
        ("/rage_click/enabled", "[]"),
        ("/rage_click/clicks", "null"),
        ("/rage_click/clicks", "86400001"),
        ("/rage_click/window", r#""median""#),
        ("/rage_click/ignore", r#"["ignore:everything"]"#),
        ("/rage_click/ignore", "[1]"),
        ("/rage_click/cancel_by", r#"["canvas"]"#),
        ("/dead_click/timeout_ms", "-1"),
        ("/dead_click/answers", "{}"),
        ("/error_click/clicks", "3"),
        ("/noise/enabled", "true"),
        ("/session/idle_ms", r#""30 s""#),
        ("/video_struggle/clicks", "3"),
    ],
    taken: &[
        ("/rage_click/clicks", "86400000"),
        ("/rage_click/clicks", "2.5"),
        ("/rage_click/ignore", r#""canvas""#),
        ("/rage_click/ignore", r#"["ignore:all","ignore:dead"]"#),
        ("/dead_click/answers", "[]"),
    ],
    beyond: &[],
};

/// An event's type, its data, and changes of those that code and schema refuse, and that both take.
pub(crate) type EventTable = (&'static str, &'static str, &'static [Change], &'static [Change]);

pub(crate) const EVENTS: [EventTable; 10] = [
    (
        "click",
        r#"{"role":"button","label":"submit","x":1.5,"y":2,"result":"nothing"}"#,
        &[("/x", r#""1""#), ("/x", "null"), ("/x", "10000001"), ("/y", "-10000001"), ("/role", "5"), ("/label", "[]")],
        &[("/x", "10000000"), ("/y", ""), ("/role", "null"), ("/label", r#""later""#), ("/later", "[1]")],
    ),
    (
        "signal",
        r#"{"signal":"s1","kind":"rage_click","grade":"likely","revision":1,"suppressed_by":null}"#,
        &[("/signal", ""), ("/signal", r#""s 1""#), ("/kind", "5"), ("/grade", ""), ("/revision", "-1")],
        &[("/kind", r#""sigh""#), ("/grade", r#""certain""#), ("/revision", ""), ("/suppressed_by", r#""scroll""#)],
    ),
    (
        "page",
        r#"{"template":"/","view":"v","how":"reload","active_ms":1,"visible_ms":2,"interactions":3,"scroll_depth":4}"#,
        &[("/scroll_depth", "101"), ("/active_ms", "86400001"), ("/visible_ms", "-1"), ("/interactions", "1000001")],
        &[("/scroll_depth", "100"), ("/active_ms", "86400000"), ("/interactions", "1000000"), ("/how", "null")],
    ),
    (
        "error",
        r#"{"cause":"sync","class":"TypeError","hash":"9f2c"}"#,
        &[("/cause", "1"), ("/class", "{}"), ("/hash", "7")],
        &[("/cause", r#""timer""#), ("/class", "null"), ("/hash", "")],
    ),
    ("help", "{}", &[("", "[]"), ("", r#""please""#)], &[("/later", "1")]),
    (
        "task",
        r#"{"name":"checkout","what":"start"}"#,
        &[("/name", r#""""#), ("/name", ""), ("/what", r#""vanish""#), ("/what", "")],
        &[("/what", r#""fail""#), ("/later", "{}")],
    ),
    (
        "custom",
        r#"{"name":"coupon","props":{"a":1,"b":"x","c":null,"d":true}}"#,
        &[("/name", ""), ("/name", r#""""#), ("/props/a", "[1]"), ("/props/a", "{}"), ("/props", "null")],
        &[("/props", ""), ("/props/e", "1.5"), ("/later", "[]")],
    ),
    (
        "outcome",
        r#"{"intervention":"i-1","decision":"d-1","signature":"x","what":"shown"}"#,
        &[("/intervention", r#""i 1""#), ("/intervention", ""), ("/what", r#""eaten""#), ("/decision", "1")],
        &[("/decision", ""), ("/signature", "null"), ("/what", r#""held_out""#)],
    ),
    (
        "form",
        r#"{"form":"f","state":"abandoned","active_ms":9,"fields":[{"field":"city","visits":1,"first_input_ms":null,
            "active_ms":9,"edits":0,"deleted":0,"refills":0,"invalid":0,"last":true}],"run":1}"#,
        &[("/state", "1"), ("", "[]"), ("/form", "7"), ("/run", "-1"), ("/errors", "1000001"), ("/retries", r#""2""#)],
        &[("/state", "null"), ("/state", r#""submitted""#), ("/fields", ""), ("/later", "1"), ("/revision", "3")],
    ),
    (
        "video",
        r#"{"video":7,"unique_s":1.5,"played_s":2,"visible_s":2,"muted_s":0,"seeks":[[1.5,9]],"replayed_s":0.5,
            "stalls":1,"stall_s":0.2,"progress":[25,50],"ended":false,"engagement":40}"#,
        &[("", "[]"), ("", "7")],
        &[("/seeks", ""), ("/later", "1")],
    ),
];

/// What code and schema refuse of lines of a trace that are right otherwise, and what both take.
pub(crate) const TRACE_LINES: [(&str, bool); 26] = [
    (r#"{"trace":1}"#, true),
    (r#"{"trace":1,"viewport":null}"#, true),
    (r#"{"trace":1,"later":1}"#, true),
    (r#"{"trace":2}"#, false),
    (r#"{"trace":1,"viewport":[1]}"#, false),
    (r#"{"trace":1,"time_origin":-1}"#, false),
    (r#"{"trace":1,"thresholds":{"rage_click":{"clicks":-1}}}"#, false),
    (r#"{"t":12.6,"k":"click","el":7}"#, true),
    (r#"{"t":0,"k":"tick","later":{}}"#, true),
    (r#"{"t":0,"k":"focus","el":null}"#, true),
    (r#"{"t":0,"k":"click","el":7,"pointer":null,"x":null}"#, true),
    (r#"{"k":"tick"}"#, false),
    (r#"{"t":-1,"k":"tick"}"#, false),
    (r#"{"t":1}"#, false),
    (r#"{"t":1,"k":"sneeze"}"#, false),
    (r#"{"t":1,"k":"click"}"#, false),
    (r#"{"t":1,"k":"click","el":7,"pointer":"nose"}"#, false),
    (r#"{"t":1,"k":"click","el":4294967296}"#, false),
    (r#"{"t":1,"k":"key","key":"any"}"#, false),
    (r#"{"t":1,"k":"page","how":"push"}"#, false),
    (r#"{"t":1,"k":"request_end","id":1,"status":65536}"#, false),
    (r#"{"t":1,"k":"task","name":"checkout"}"#, false),
    (r#"{"t":1,"k":"task","what":"start"}"#, true),
    (r#"{"t":1,"k":"key"}"#, true),
    (r#"{"t":1,"k":"video","el":7,"what":"seeked"}"#, true),
    (r#"{"t":1,"k":"video","el":7,"what":"rewound"}"#, false),
];

/// What no host writes, by schema: the schemas of what is only written refuse it.
pub(crate) const ANSWER: &[Change] = &[
    ("/v", "2"),
    ("/batch_id", r#""b""#),
    ("/accepted", "101"),
    ("/dropped/0/id", "7"),
    ("/dropped/0/code", r#""bad""#),
    ("/risk/score", "1.1"),
    ("/risk/level", r#""none""#),
    ("/decision/reasons", "[]"),
    ("/decision/arm", r#""control""#),
    ("/decision/signature", r#""""#),
    ("/interventions/0/priority", r#""critical""#),
    ("/interventions/0/held_out", "null"),
    ("/live", "{}"),
];
pub(crate) const RECORD: &[Change] = &[
    ("/received_at", "-1"),
    ("/key", r#""k k""#),
    ("/host", r#""lambda""#),
    ("/batch/consent", r#""pending""#),
    ("/batch/events/0/data", "7"),
    ("/dispositions/drop", r#"{"bad":1}"#),
    ("/dispositions/drop", r#"{"invalid_field":0}"#),
    ("/dispositions/unknown", "0"),
    ("/risk", "null"),
];
pub(crate) const SIGNAL_LINE: &[Change] = &[
    ("/signal", r#""1""#),
    ("/kind", r#""sigh""#),
    ("/grade", r#""certain""#),
    ("/revision", "0"),
    ("/el", r#""7""#),
    ("/evidence/span_ms", "-1"),
    ("/suppressed_by", r#""mood""#),
];
pub(crate) const FORM_LINE: &[Change] = &[
    ("/state", "1"),
    ("/active_ms", "-1"),
    ("/fields/0/field", ""),
    ("/fields/0/edits", "-1"),
    ("/fields/0/length", "2000"),
    ("/run", r#""1""#),
];

pub(crate) const VIDEO_LINE: &[Change] = &[
    ("/video", "null"),
    ("/unique_s", "-1"),
    ("/seeks", "[[1]]"),
    ("/progress", r#"["25"]"#),
    ("/ended", "0"),
    ("/engagement", "101"),
];
pub(crate) const SUMMARY_LINE: &[Change] = &[
    ("/summary/signals", r#"{"sigh":1}"#),
    ("/summary/signals", r#"{"rage_click":0}"#),
    ("/summary/features", "[]"),
    ("/summary/features/7", "1.5"),
    ("/summary/observed", "8192"),
];
