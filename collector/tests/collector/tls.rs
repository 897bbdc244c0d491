//! TLS by configuration: a real handshake with a certificate of the test's own.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use tempfile::TempDir;

use super::support::batch::{batch_with_id, good, new_id};
use super::support::process::{Running, output, unsnag};

/// Writes a certificate for `localhost` with its key, and says what a client has to trust.
pub(super) fn certificate(dir: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    std::fs::write(dir.join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(dir.join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    made.cert.der().clone()
}

/// A collector that speaks TLS with the certificate in this folder.
pub(super) fn secure(dir: &Path) -> (Running, SocketAddr) {
    let mut command = unsnag();
    command.args(["serve", "--listen", "127.0.0.1:0", "--log-dir"]).arg(dir.join("log"));
    command.arg("--tls-cert").arg(dir.join("cert.pem")).arg("--tls-key").arg(dir.join("key.pem"));
    let mut running = Running::start(&mut command, &dir.join("stderr"));
    let line = running.line();
    let address = line.strip_prefix("unsnag listening on https://").unwrap_or_else(|| panic!("{line:?}"));
    let address = address.parse().unwrap();
    (running, address)
}

/// Sends one request over TLS; the whole answer.
fn ask(address: SocketAddr, trusted: &CertificateDer<'static>, request: &str) -> String {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from("localhost").unwrap();
    let connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut stream = StreamOwned::new(connection, TcpStream::connect(address).unwrap());
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn answers_batches_over_tls_and_no_plain_request() {
    let dir = TempDir::new().unwrap();
    let trusted = certificate(dir.path());
    let (mut running, address) = secure(dir.path());
    let batch = batch_with_id(&new_id(), &[good("e")]);
    let head = "host: localhost\r\nconnection: close\r\ncontent-type: text/plain";
    let request =
        format!("POST /v1/batch?key=demo HTTP/1.1\r\n{head}\r\ncontent-length: {}\r\n\r\n{batch}", batch.len());
    let answer = ask(address, &trusted, &request);
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"accepted\":1"), "{answer}");

    let mut plain = TcpStream::connect(address).unwrap();
    plain.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    plain.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    // Closed or told by an alert; no HTTP either way.
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
    let metrics = ask(address, &trusted, &format!("GET /metrics HTTP/1.1\r\n{head}\r\n\r\n"));
    assert!(metrics.contains("unsnag_tls_handshakes_failed_total 1\n"), "{metrics}");
    assert!(running.terminate().success());
}

#[test]
fn doctor_knows_one_that_runs() {
    let dir = TempDir::new().unwrap();
    certificate(dir.path());
    let (mut running, address) = secure(dir.path());
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let (address, log, cert, key) = (address.to_string(), path("log"), path("cert.pem"), path("key.pem"));
    let args = ["doctor", "--listen", &address, "--log-dir", &log, "--tls-cert", &cert, "--tls-key", &key];
    let said = output(args);
    let text = String::from_utf8(said.stdout).unwrap();
    assert!(text.contains("a collector answers at") && said.status.success(), "{text}");
    assert!(running.terminate().success());
}

#[test]
fn says_what_is_wrong_with_certificate_or_key_before_it_listens() {
    let dir = TempDir::new().unwrap();
    certificate(dir.path());
    let other = TempDir::new().unwrap();
    certificate(other.path());
    std::fs::write(dir.path().join("junk.pem"), "no PEM").unwrap();
    let path = |file: &str| dir.path().join(file).to_str().unwrap().to_owned();
    let foreign = other.path().join("key.pem").to_str().unwrap().to_owned();
    for (cert, key, code, words) in [
        (path("none.pem"), path("key.pem"), "tls_certificate", "tls.cert"),
        (path("junk.pem"), path("key.pem"), "tls_certificate", "no certificate"),
        (path("cert.pem"), path("junk.pem"), "tls_key", "tls.key"),
        (path("cert.pem"), foreign, "tls_pair", "cannot be used together"),
    ] {
        let log = path("log");
        let args = ["serve", "--listen", "127.0.0.1:0", "--log-dir", &log, "--tls-cert", &cert, "--tls-key", &key];
        let told = output(args);
        let message = String::from_utf8(told.stderr).unwrap();
        assert_eq!(told.status.code(), Some(1), "{message}");
        assert!(message.contains(&format!("({code})")) && message.contains(words), "{message}");
        assert!(!message.contains("PRIVATE"), "{message}");
    }
    let told = output(["serve", "--tls-cert", "cert.pem"]);
    let message = String::from_utf8(told.stderr).unwrap();
    assert_eq!(told.status.code(), Some(2), "{message}");
    assert!(message.contains("add tls.key"), "{message}");
}
