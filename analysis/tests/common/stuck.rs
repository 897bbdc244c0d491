//! Somebody who is stuck, as a record tells it.

use serde_json::json;
use unsnag_core::time::UnixMillis;

/// Tuesday, 10:00 UTC.
pub(crate) const NOW: UnixMillis = UnixMillis(1_699_956_000_000);

/// The record of a batch of somebody who clicks in rage at a form that refuses everything.
pub(crate) fn stuck(batch: char) -> Vec<u8> {
    let at = NOW.0 - 5000;
    let mut events = vec![json!({"id": "e0", "type": "page", "at": at, "data": {
        "template": "/checkout", "view": "v1", "how": "navigate", "active_ms": 60_000, "visible_ms": 60_000,
        "interactions": 20, "scroll_depth": 60}})];
    for n in 1..=3 {
        let data = json!({"signal": format!("s{n}"), "kind": "rage_click", "grade": "confirmed", "revision": 1,
            "final": true, "at": n * 1000, "role": "button", "label": "submit",
            "evidence": {"clicks": 4, "span_ms": 900, "looked_for": [], "came": []}, "suppressed_by": null});
        events.push(json!({"id": format!("e{n}"), "type": "signal", "at": at + n * 1000, "data": data}));
        events.push(json!({"id": format!("h{n}"), "type": "help", "at": at + n * 1000 + 1, "data": {}}));
    }
    let record = json!({
        "v": 1, "received_at": NOW.0, "key": "demo", "host": "collector",
        "batch": {
            "batch_id": batch.to_string().repeat(22), "session": "s", "visitor": "ann-0001", "tab": "t",
            "page": {"template": "/checkout"},
            "features": {"values": [0, 0, 3, 60, 0, 0, 3, 0.5, 50, 1, 1, 1, 60], "observed": 8191},
            "events": events,
        },
        "dispositions": {"ok": 7, "drop": {}}, "risk": {}, "decision": {"id": "d", "rule": null, "arm": "treat"},
    });
    serde_json::to_vec(&record).unwrap()
}
