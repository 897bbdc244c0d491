//! Counters of a running collector, as Prometheus text.
//!
//! | name | type | what |
//! |---|---|---|
//! | `unsnag_requests_total{status,code}` | counter | answers; `code` is `ok` or the code of the error |
//! | `unsnag_request_body_bytes_total` | counter | bytes of request bodies that were read |
//! | `unsnag_batches_total` | counter | batches that are durable in the log |
//! | `unsnag_batches_repeated_total` | counter | batches that were durable before, and got their earlier answer |
//! | `unsnag_events_total{disposition}` | counter | events of both; `ok`, the code of the drop, or `repeated` |
//! | `unsnag_events_scrubbed_total` | counter | events in which an e-mail address, a card number or a token was replaced |
//! | `unsnag_model_failures_total` | counter | batches that the rules scored because the model had no score |
//! | `unsnag_log_sync_seconds` | histogram | time of one group commit, from write to synced |
//! | `unsnag_log_used_bytes`, `unsnag_log_max_bytes` | gauge | disk space of the log, and its limit |
//! | `unsnag_log_queued_bytes` | gauge | records that wait for the disk |
//! | `unsnag_log_first_sequence`, `unsnag_log_next_sequence` | gauge | sequence numbers of the oldest record kept, and of the next one |
//! | `unsnag_log_lost_records` | gauge | records that were answered, and that the last start found gone |
//! | `unsnag_log_failed` | gauge | 1 after a failed write, until restart |
//! | `unsnag_connections` | gauge | open connections |
//! | `unsnag_live_channels` | gauge | live channels open |
//! | `unsnag_pushes_waiting` | gauge | interventions that wait for their page |
//! | `unsnag_tls_handshakes_failed_total` | counter | connections that began no TLS, or not in time |
//!
//! With `stream.kind = "kinesis"` also, each with the label `stream`:
//!
//! | name | type | what |
//! |---|---|---|
//! | `unsnag_stream_forwarded_total` | counter | records that the stream has confirmed |
//! | `unsnag_stream_failed_attempts_total{reason}` | counter | records of attempts that came to nothing, each attempt counted; `reason` is the code of the fault |
//! | `unsnag_stream_damaged_total` | counter | records passed over because their checksum does not fit |
//! | `unsnag_stream_lag_records` | gauge | records of the log from the checkpoint on |
//! | `unsnag_stream_checkpoint` | gauge | sequence number up to which everything is in the stream |
//! | `unsnag_stream_refused_records` | gauge | records that the service refuses for themselves, and that are tried again |
//! | `unsnag_stream_dead_letters_total` | counter | records that it refused too often, now in `dead-letters.jsonl` beside the log |
//! | `unsnag_stream_failing` | gauge | 1 while `/readyz` says that the stream fails |
//!
//! With `analysis.dir` also:
//!
//! | name | type | what |
//! |---|---|---|
//! | `unsnag_analysis_behind_records` | gauge | records of the log that have no effect yet |
//! | `unsnag_analysis_used_bytes`, `unsnag_analysis_max_bytes` | gauge | what its tables take on disk, at most a minute ago, and what they may |
//! | `unsnag_analysis_evicted_total` | counter | items that went before their time, since there was no room |
//! | `unsnag_analysis_consumed_total`, `unsnag_analysis_repeated_total` | counter | records whose effect was made, and records that had been seen |
//! | `unsnag_analysis_poison_total` | counter | records that never will have an effect, now in `dead-letters.jsonl` beside the log |
//! | `unsnag_analysis_late_total` | counter | records more than 5 min older than what was known of their session |
//! | `unsnag_analysis_retries_total` | counter | stretches of the log that had to wait for the store or the log |
//! | `unsnag_analysis_disagreements_total{reason}` | counter | features that a page claimed and its events deny; `reason` is the feature |
//! | `unsnag_analysis_model_scores_total`, `unsnag_analysis_model_cached_total` | counter | scores of the risk model, and scores that were known already |
//! | `unsnag_analysis_model_fallbacks_total{reason}` | counter | scores of the rules in the model's place, by why |
//! | `unsnag_analysis_deliveries_total{channel,how}` | counter | messages by channel: `sent`, `failed` (tried again), `refused`, `no_channel` |

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard};
use std::time::Duration;

use unsnag_core::wire::answer::Dispositions;

use crate::log::LogStatus;
use crate::pushes::Counts;
use crate::stream::Snapshot;

/// Upper bounds of the histogram's buckets, with the text of their label.
const SYNC_BOUNDS: [(Duration, &str); 10] = [
    (Duration::from_micros(250), "0.00025"),
    (Duration::from_micros(500), "0.0005"),
    (Duration::from_millis(1), "0.001"),
    (Duration::from_micros(2500), "0.0025"),
    (Duration::from_millis(5), "0.005"),
    (Duration::from_millis(10), "0.01"),
    (Duration::from_millis(25), "0.025"),
    (Duration::from_millis(50), "0.05"),
    (Duration::from_millis(250), "0.25"),
    (Duration::from_secs(1), "1"),
];

/// All counters. Labels are codes of this workspace and names of the operator's, never text from a
/// client, so their number is bounded.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    requests: Mutex<BTreeMap<(u16, &'static str), u64>>,
    events: Mutex<BTreeMap<&'static str, u64>>,
    body_bytes: AtomicU64,
    batches: AtomicU64,
    repeated: AtomicU64,
    scrubbed: AtomicU64,
    model_failures: AtomicU64,
    sync_buckets: [AtomicU64; SYNC_BOUNDS.len()],
    sync_count: AtomicU64,
    sync_nanos: AtomicU64,
    connections: AtomicU64,
    failed_handshakes: AtomicU64,
}

impl Metrics {
    pub(crate) fn request(&self, status: u16, code: &'static str, body_bytes: usize) {
        *lock(&self.requests).entry((status, code)).or_default() += 1;
        self.body_bytes.fetch_add(body_bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn dispositions(&self, of_batch: &Dispositions) {
        let mut events = lock(&self.events);
        for (disposition, count) in of_batch.drop.iter().chain([(&"ok", &of_batch.ok)]) {
            *events.entry(disposition).or_default() += *count as u64;
        }
    }

    /// A batch came again. Its events were counted the first time for what they are.
    pub(crate) fn repeated(&self, of_batch: &Dispositions) {
        self.repeated.fetch_add(1, Ordering::Relaxed);
        let count = of_batch.ok + of_batch.drop.values().sum::<usize>();
        *lock(&self.events).entry("repeated").or_default() += count as u64;
    }

    pub(crate) fn scrubbed(&self, events: usize) {
        self.scrubbed.fetch_add(events as u64, Ordering::Relaxed);
    }

    pub(crate) fn model_failed(&self) {
        self.model_failures.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn log_synced(&self, took: Duration, records: usize) {
        self.batches.fetch_add(records as u64, Ordering::Relaxed);
        self.sync_count.fetch_add(1, Ordering::Relaxed);
        self.sync_nanos.fetch_add(took.as_nanos() as u64, Ordering::Relaxed);
        for (bucket, (bound, _)) in self.sync_buckets.iter().zip(SYNC_BOUNDS) {
            if took <= bound {
                bucket.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn connection_opened(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn handshake_failed(&self) {
        self.failed_handshakes.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn connection_closed(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    /// The Prometheus text exposition, format 0.0.4.
    pub(crate) fn render(&self, log: &LogStatus, pushes: Counts, streams: &[Snapshot]) -> String {
        let mut text = Text::default();
        text.head("unsnag_requests_total", "counter");
        for ((status, code), count) in &*lock(&self.requests) {
            text.line(format_args!("unsnag_requests_total{{status=\"{status}\",code=\"{code}\"}} {count}"));
        }
        text.single("unsnag_request_body_bytes_total", "counter", load(&self.body_bytes));
        text.single("unsnag_batches_total", "counter", load(&self.batches));
        text.single("unsnag_batches_repeated_total", "counter", load(&self.repeated));
        text.head("unsnag_events_total", "counter");
        for (disposition, count) in &*lock(&self.events) {
            text.line(format_args!("unsnag_events_total{{disposition=\"{disposition}\"}} {count}"));
        }
        text.single("unsnag_events_scrubbed_total", "counter", load(&self.scrubbed));
        text.single("unsnag_model_failures_total", "counter", load(&self.model_failures));
        self.render_sync(&mut text);
        text.single("unsnag_log_used_bytes", "gauge", log.used_bytes);
        text.single("unsnag_log_max_bytes", "gauge", log.max_bytes);
        text.single("unsnag_log_queued_bytes", "gauge", log.queued_bytes as u64);
        text.single("unsnag_log_first_sequence", "gauge", log.first_sequence);
        text.single("unsnag_log_next_sequence", "gauge", log.next_sequence);
        text.single("unsnag_log_lost_records", "gauge", log.lost);
        text.single("unsnag_log_failed", "gauge", u64::from(log.failed));
        text.single("unsnag_connections", "gauge", load(&self.connections));
        text.single("unsnag_live_channels", "gauge", pushes.channels as u64);
        text.single("unsnag_pushes_waiting", "gauge", pushes.waiting as u64);
        text.single("unsnag_tls_handshakes_failed_total", "counter", load(&self.failed_handshakes));
        render_streams(&mut text, streams, log.next_sequence);
        text.into_string()
    }

    fn render_sync(&self, text: &mut Text) {
        text.head("unsnag_log_sync_seconds", "histogram");
        for (bucket, (_, bound)) in self.sync_buckets.iter().zip(SYNC_BOUNDS) {
            text.line(format_args!("unsnag_log_sync_seconds_bucket{{le=\"{bound}\"}} {}", load(bucket)));
        }
        let count = load(&self.sync_count);
        let sum = Duration::from_nanos(load(&self.sync_nanos)).as_secs_f64();
        text.line(format_args!("unsnag_log_sync_seconds_bucket{{le=\"+Inf\"}} {count}"));
        text.line(format_args!("unsnag_log_sync_seconds_sum {sum}"));
        text.line(format_args!("unsnag_log_sync_seconds_count {count}"));
    }
}

/// One metric of a stream: its name, its kind, and its value.
type OfStream = (&'static str, &'static str, fn(&Snapshot, u64) -> u64);

const OF_STREAMS: [OfStream; 7] = [
    ("unsnag_stream_forwarded_total", "counter", |stream, _| stream.forwarded),
    ("unsnag_stream_damaged_total", "counter", |stream, _| stream.damaged),
    ("unsnag_stream_lag_records", "gauge", |stream, next_sequence| next_sequence.saturating_sub(stream.checkpoint)),
    ("unsnag_stream_checkpoint", "gauge", |stream, _| stream.checkpoint),
    ("unsnag_stream_refused_records", "gauge", |stream, _| stream.refused),
    ("unsnag_stream_dead_letters_total", "counter", |stream, _| stream.set_aside),
    ("unsnag_stream_failing", "gauge", |stream, _| u64::from(stream.fault.is_some())),
];

fn render_streams(text: &mut Text, streams: &[Snapshot], next_sequence: u64) {
    if streams.is_empty() {
        return;
    }
    for (name, kind, value) in OF_STREAMS {
        text.head(name, kind);
        for stream in streams {
            text.line(format_args!("{name}{{stream=\"{}\"}} {}", stream.stream, value(stream, next_sequence)));
        }
    }
    let name = "unsnag_stream_failed_attempts_total";
    text.head(name, "counter");
    for stream in streams {
        for (reason, count) in &stream.failed_attempts {
            text.line(format_args!("{name}{{stream=\"{}\",reason=\"{reason}\"}} {count}", stream.stream));
        }
    }
}

/// Text in the making, also for who has other counters.
#[derive(Default)]
pub(crate) struct Text(String);

impl Text {
    pub(crate) fn into_string(self) -> String {
        self.0
    }

    /// One number for each reason; reasons are codes of this workspace.
    pub(crate) fn by_reason(&mut self, name: &str, kind: &str, counts: Vec<(&'static str, u64)>) {
        self.head(name, kind);
        for (reason, count) in counts {
            self.line(format_args!("{name}{{reason=\"{reason}\"}} {count}"));
        }
    }

    /// One number for each pair of labels; both are words of this workspace.
    pub(crate) fn by_two(&mut self, name: &str, labels: [&str; 2], counts: &[(String, &'static str, u64)]) {
        self.head(name, "counter");
        let [first, second] = labels;
        for (one, other, count) in counts {
            self.line(format_args!("{name}{{{first}=\"{one}\",{second}=\"{other}\"}} {count}"));
        }
    }

    fn head(&mut self, name: &str, kind: &str) {
        self.line(format_args!("# TYPE {name} {kind}"));
    }

    pub(crate) fn single(&mut self, name: &str, kind: &str, value: u64) {
        self.head(name, kind);
        self.line(format_args!("{name} {value}"));
    }

    fn line(&mut self, line: std::fmt::Arguments<'_>) {
        writeln!(self.0, "{line}").expect("writing to a string does not fail");
    }
}

fn load(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("nothing panics while holding a counter")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: LogStatus = LogStatus {
        failed: false,
        used_bytes: 4096,
        max_bytes: 8192,
        queued_bytes: 0,
        first_sequence: 0,
        next_sequence: 3,
        lost: 0,
    };

    #[test]
    fn counts_answers_by_status_and_code() {
        let metrics = Metrics::default();
        metrics.request(200, "ok", 10);
        metrics.request(200, "ok", 5);
        metrics.request(413, "body_too_large", 0);
        let text = metrics.render(&LOG, Counts::default(), &[]);
        assert!(text.contains("unsnag_requests_total{status=\"200\",code=\"ok\"} 2\n"));
        assert!(text.contains("unsnag_requests_total{status=\"413\",code=\"body_too_large\"} 1\n"));
        assert!(text.contains("unsnag_request_body_bytes_total 15\n"));
    }

    #[test]
    fn speaks_of_a_stream_only_where_there_is_one() {
        let metrics = Metrics::default();
        assert!(!metrics.render(&LOG, Counts::default(), &[]).contains("unsnag_stream"));
        let stream = Snapshot {
            stream: "events".to_owned(),
            checkpoint: 1,
            failed_attempts: vec![("throttled", 4)],
            ..Snapshot::default()
        };
        let text = metrics.render(&LOG, Counts::default(), &[stream]);
        assert!(text.contains("unsnag_stream_failed_attempts_total{stream=\"events\",reason=\"throttled\"} 4\n"));
        assert!(text.contains("unsnag_stream_lag_records{stream=\"events\"} 2\n"));
    }

    #[test]
    fn keeps_the_histograms_buckets_cumulative() {
        let metrics = Metrics::default();
        metrics.log_synced(Duration::from_micros(400), 3);
        metrics.log_synced(Duration::from_secs(5), 1);
        let text = metrics.render(&LOG, Counts::default(), &[]);
        assert!(text.contains("unsnag_batches_total 4\n"));
        assert!(text.contains("unsnag_log_sync_seconds_bucket{le=\"0.00025\"} 0\n"));
        assert!(text.contains("unsnag_log_sync_seconds_bucket{le=\"0.0005\"} 1\n"));
        assert!(text.contains("unsnag_log_sync_seconds_bucket{le=\"1\"} 1\n"));
        assert!(text.contains("unsnag_log_sync_seconds_bucket{le=\"+Inf\"} 2\n"));
    }
}
