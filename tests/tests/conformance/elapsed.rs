//! What time decides: rates, and bodies that do not come.

use std::io::Write as _;
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use unsnag_test_http::{Answer, Request, connect};
use unsnag_tests::conformance::{Batch, Case, PATH, post};

use super::compare;
use super::hosts::{Hosts, Setup};

/// More requests than any limit of this suite admits at once.
const MANY: usize = 50;

/// Longer than `Retry-After` says.
const A_MOMENT: Duration = Duration::from_millis(1300);

/// Sends the request until it is refused for its rate. A request behind the check of the rate uses it up, also where it
/// is refused for something else then.
fn until_limited(request: &Request, to: SocketAddr) -> Option<Answer> {
    (0..MANY).map(|_| request.send(to)).find(|answer| answer.status == 429)
}

fn limits(setup: Setup, path: &str) {
    let mut hosts = Hosts::start(setup);
    let limited =
        |name: &str, request: Request| Case::new(name, request, 429, "rate_limited").header("retry-after", "1");
    let good = Batch::new().post().path(path);
    for case in [
        limited("too many batches", good.clone()),
        limited("rate before encoding", post([0x1f, 0x8b, 0]).path(path)),
        limited("rate before JSON", post("{").path(path)),
    ] {
        let answers = [hosts.collector, hosts.edge].map(|host| until_limited(&case.request, host));
        let [Some(collector), Some(edge)] = answers else {
            hosts.note(&case, [format!("{MANY} at once are not limited: {answers:?}")]);
            continue;
        };
        hosts.check(&case, "collector", &collector);
        hosts.check(&case, "edge", &edge);
        hosts.note(&case, compare::differences(&collector, &edge));
    }
    let foreign = Batch::new().post().path("/v1/batch?key=shop").header("origin", "https://foreign.example");
    hosts.ask(&Case::new("origin before rate", foreign, 403, "origin_not_allowed"));
    hosts.ask(&Case::new("empty before rate", post("").path(path), 400, "empty_body"));
    thread::sleep(A_MOMENT);
    for host in [hosts.collector, hosts.edge] {
        let answer = if host == hosts.edge { hosts.ask_edge(&good) } else { good.send(host) };
        assert_eq!(answer.status, 200, "after Retry-After: {}", answer.text());
    }
    hosts.finish_without_stream();
}

#[test]
fn limit_a_key_and_say_when_to_come_back() {
    limits(Setup::PLAIN, "/v1/batch?key=slow");
}

#[test]
fn limit_a_client_and_say_when_to_come_back() {
    limits(Setup { client_rate_per_s: 2, ..Setup::PLAIN }, "/v1/batch?key=open");
}

#[test]
fn give_up_on_a_body_that_does_not_come() {
    let mut hosts = Hosts::start(Setup::PLAIN);
    let head =
        format!("POST {PATH} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 100\r\n\r\nonly this");
    let answer = |to: SocketAddr| {
        let mut stream = connect(to).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        Answer::read(&mut stream, false).unwrap()
    };
    let (collector, edge) = thread::scope(|scope| {
        let edge = scope.spawn(|| answer(hosts.edge));
        (answer(hosts.collector), edge.join().unwrap())
    });
    let case = Case::new("half a body", Request::post(PATH, "only this"), 408, "request_timeout");
    hosts.check(&case, "collector", &collector);
    hosts.check(&case, "edge", &edge);
    hosts.note(&case, compare::differences(&collector, &edge));
    hosts.finish();
}
