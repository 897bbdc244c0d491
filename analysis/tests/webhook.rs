//! Webhooks against a real server: what they post, what its answers mean, and how often it is asked.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;

use serde_json::{Value, json};
use unsnag_analysis::channels::webhook::{Endpoint, KINDS, Webhook, channels};
use unsnag_analysis::channels::{Channel as Port, ChannelError, Decision, Message};
use unsnag_analysis::orchestrate::Channel;
use unsnag_core::openapi;
use unsnag_core::push::RequestKey;
use unsnag_core::time::{Millis, UnixMillis};
use unsnag_test_http::{Reply, Server};

const NOW: UnixMillis = UnixMillis(1_699_956_000_999);

fn key() -> RequestKey {
    RequestKey::new("desk-1", &"0f".repeat(32)).unwrap()
}

fn webhook(to: SocketAddr, kinds: &[Channel]) -> Webhook {
    let endpoint = Endpoint::parse(&format!("http://{to}/hooks/unsnag?tenant=7")).unwrap();
    Webhook { endpoint, key: key(), kinds: kinds.iter().copied().collect() }
}

/// The only channel that these webhooks make.
fn channel(webhooks: &[Webhook]) -> Arc<dyn Port> {
    let mut channels = channels(webhooks).unwrap();
    assert_eq!(channels.len(), 1);
    channels.remove(0)
}

fn ticket(server: &Server) -> Arc<dyn Port> {
    channel(&[webhook(server.address(), &[Channel::Ticket])])
}

fn message(id: &str) -> Message {
    Message {
        id: id.to_owned(),
        key: "shop".to_owned(),
        session: "s-1".to_owned(),
        visitor: Some("ann-0001".to_owned()),
        entry: "form-support".to_owned(),
        slots: BTreeMap::from([("page".to_owned(), "/checkout".to_owned())]),
        priority: "high".to_owned(),
        held_out: false,
        expires_at: NOW.0 + 600_000,
        decision: Decision {
            id: "da-1".to_owned(),
            rule: "struggle".to_owned(),
            reasons: vec!["three errors in a row".to_owned()],
            experiment: None,
            propensity: 0.5,
        },
    }
}

#[tokio::test]
async fn posts_what_the_contract_describes_signed_and_under_the_messages_id() {
    let server = Server::start(|_| Reply::Status(204));
    ticket(&server).send(&message("a-1.ticket"), NOW).await.unwrap();
    let came = &server.came()[0];
    assert_eq!((came.method.as_str(), came.path.as_str()), ("POST", "/hooks/unsnag?tenant=7"));
    let signature = key().signature("1699956000", "POST", "/hooks/unsnag", &came.body);
    for (name, expected) in [
        ("content-type", "application/json"),
        ("idempotency-key", "a-1.ticket"),
        ("unsnag-key-id", "desk-1"),
        ("unsnag-timestamp", "1699956000"),
        ("unsnag-signature", signature.as_str()),
    ] {
        assert_eq!(came.header(name), Some(expected), "{name}");
    }
    let body: Value = serde_json::from_slice(&came.body).unwrap();
    let expected = json!({
        "v": 1, "id": "a-1.ticket", "channel": "ticket", "key": "shop", "session": "s-1", "visitor": "ann-0001",
        "entry": "form-support", "slots": {"page": "/checkout"}, "priority": "high", "expires_at": NOW.0 + 600_000,
        "decision": {"id": "da-1", "rule": "struggle", "reasons": ["three errors in a row"], "experiment": null,
                     "propensity": 0.5},
    });
    assert_eq!(body, expected);
    let schema = json!({"$ref": "#/components/schemas/webhook-v1", "components": openapi::document()["components"]});
    let schema = jsonschema::options().offline().build(&schema).unwrap();
    assert!(schema.is_valid(&body), "{:?}", schema.iter_errors(&body).collect::<Vec<_>>());
    for member in body.as_object().unwrap().keys() {
        let mut less = body.clone();
        less.as_object_mut().unwrap().remove(member);
        assert!(!schema.is_valid(&less), "the schema does without {member}");
    }
}

#[tokio::test]
async fn an_answer_says_whether_it_is_tried_again() {
    for (status, expected) in [
        (200, None),
        (202, None),
        (204, None),
        (301, Some("channel_refused")),
        (307, Some("channel_refused")),
        (400, Some("channel_refused")),
        (401, Some("channel_refused")),
        (404, Some("channel_refused")),
        (408, Some("channel_unavailable")),
        (410, Some("channel_refused")),
        (425, Some("channel_unavailable")),
        (429, Some("channel_throttled")),
        (500, Some("channel_unavailable")),
        (502, Some("channel_unavailable")),
        (503, Some("channel_throttled")),
    ] {
        let server = Server::start(move |_| Reply::Status(status));
        let sent = ticket(&server).send(&message("a-1"), NOW).await;
        assert_eq!(sent.err().map(|error| error.code()), expected, "{status}");
        assert_eq!(server.came().len(), 1, "{status}");
    }
}

#[tokio::test]
async fn follows_no_redirect() {
    let elsewhere = Server::start(|_| Reply::Status(200));
    let target = elsewhere.address();
    let server = Server::start(move |_| {
        let head = format!("HTTP/1.1 307 Elsewhere\r\nlocation: http://{target}/\r\ncontent-length: 0\r\n\r\n");
        Reply::Bytes(head.into_bytes())
    });
    let refused = ticket(&server).send(&message("a-1"), NOW).await.unwrap_err();
    assert_eq!(refused.code(), "channel_refused");
    assert!(elsewhere.came().is_empty());
}

#[tokio::test]
async fn takes_the_status_for_all_that_matters_of_an_answer() {
    let endless = [b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n".to_vec(), vec![b'x'; 64 * 1024]].concat();
    for answer in [endless, b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nnonsense".to_vec()] {
        let server = Server::start(move |_| Reply::Bytes(answer.clone()));
        assert_eq!(ticket(&server).send(&message("a-1"), NOW).await, Ok(()));
    }
}

#[tokio::test(start_paused = true)]
async fn tells_a_receiver_that_is_gone_or_hangs_and_shows_no_more_of_its_url_than_the_origin() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let [silent, hung_up] = [Reply::Silence, Reply::HangUp].map(|reply| Server::start(move |_| reply.clone()));
    for (address, part) in
        [(gone, "cannot be asked"), (hung_up.address(), "cannot be asked"), (silent.address(), "no answer within 10 s")]
    {
        let channel = channel(&[webhook(address, &[Channel::Email])]);
        let error = channel.send(&message("a-1"), NOW).await.unwrap_err();
        assert_eq!(error.code(), "channel_unavailable", "{part}");
        let text = error.to_string();
        assert!(text.contains(&format!("http://{address}")), "{text}");
        assert!(!text.contains("tenant") && !text.contains("hooks"), "{text}");
    }
}

#[tokio::test]
async fn sends_nothing_of_anybody_who_is_held_out() {
    let server = Server::start(|_| Reply::Status(200));
    let held_out = Message { held_out: true, ..message("a-1") };
    let refused = ticket(&server).send(&held_out, NOW).await;
    assert_eq!(refused, Err(ChannelError::Refused("the visitor is held out".to_owned())));
    assert!(server.came().is_empty());
}

#[tokio::test]
async fn each_webhook_gets_its_kinds_once_and_only_one_that_failed_is_asked_again() {
    let willing = Server::start(|_| Reply::Status(200));
    let busy = Server::start(|number| Reply::Status(if number < 2 { 500 } else { 200 }));
    let refusing = Server::start(|_| Reply::Status(410));
    let hooks = [
        webhook(willing.address(), &KINDS),
        webhook(busy.address(), &[Channel::Ticket]),
        webhook(refusing.address(), &[Channel::LiveChat, Channel::Ticket]),
    ];
    let channels = channels(&hooks).unwrap();
    let kinds: BTreeSet<Channel> = channels.iter().map(|channel| channel.kind()).collect();
    assert_eq!(kinds, BTreeSet::from(KINDS));
    let of = |kind: Channel| channels.iter().find(|channel| channel.kind() == kind).unwrap();
    let came = || [&willing, &busy, &refusing].map(|server| server.came().len());

    assert_eq!(of(Channel::Email).send(&message("a-1.email"), NOW).await, Ok(()));
    assert_eq!(came(), [1, 0, 0]);
    let codes = async || of(Channel::Ticket).send(&message("a-1.ticket"), NOW).await.map_err(|error| error.code());
    for expected in [[2, 1, 1], [2, 2, 1]] {
        assert_eq!(codes().await, Err("channel_unavailable"));
        assert_eq!(came(), expected);
    }
    assert_eq!(codes().await, Err("channel_refused"), "one of them never takes it");
    assert_eq!(came(), [2, 3, 1]);
}

#[tokio::test]
async fn leaves_a_receiver_alone_that_fails_again_and_again() {
    let server = Server::start(|number| Reply::Status(if number < 5 { 500 } else { 200 }));
    let channel = ticket(&server);
    for (after_ms, works, came) in [
        (0, false, 1),
        (0, false, 2),
        (0, false, 3),
        (0, false, 4),
        (0, false, 5),
        (29_999, false, 5),
        (30_000, true, 6),
    ] {
        let sent = channel.send(&message("a-1"), NOW + Millis(after_ms)).await;
        assert_eq!((sent.is_ok(), server.came().len()), (works, came), "after {after_ms} ms");
    }
}
