//! AWS's own vectors for Signature Version 4: canonical request, string to sign, signature, and the check of all three.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use unsnag_kinesis_stub::sigv4::{
    Authorization, Credentials, Head, Trust, canonical_request, sha256_hex, signature, string_to_sign, verify,
};

/// 2015-08-30T12:36:00Z, when every vector was signed.
const SIGNED_AT_S: u64 = 1_440_938_160;
const SIGNED_AT: &str = "2015-08-30T12:36:00Z";

/// Signed before its token was added, which the service that asks for it does not allow for Kinesis.
const TOKEN_UNSIGNED: &str = "post-sts-header-after";

/// One folder of `fixtures/sigv4`.
struct Vector {
    name: String,
    folder: PathBuf,
    context: Value,
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Vector {
    fn read(folder: &Path) -> Self {
        let name = folder.file_name().expect("a folder has a name").to_string_lossy().into_owned();
        let context = serde_json::from_str(&text(folder, "context.json")).expect("a context is JSON");
        let request = text(folder, "header-signed-request.txt");
        let (head, body) = request.split_once("\n\n").expect("an empty line ends the headers");
        let mut lines = head.lines();
        let line = lines.next().expect("a request has a first line");
        // The target may hold spaces.
        let (method, rest) = line.split_once(' ').expect("a method");
        let target = rest.strip_suffix(" HTTP/1.1").expect("a version");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut headers: Vec<(String, String)> = Vec::new();
        for line in lines {
            match line.split_once(':') {
                Some((name, value)) if !line.starts_with(' ') => headers.push((name.to_owned(), value.to_owned())),
                _ => {
                    let (_, value) = headers.last_mut().expect("a folded line follows another");
                    value.push('\n');
                    value.push_str(line);
                }
            }
        }
        // An empty body is written as an empty line.
        let body = body.trim_end_matches('\n').to_owned();
        let (method, path, query) = (method.to_owned(), path.to_owned(), query.to_owned());
        Self { name, folder: folder.to_owned(), context, method, path, query, headers, body }
    }

    fn borrowed(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }

    fn head<'a>(&'a self, headers: &'a [(&'a str, &'a str)]) -> Head<'a> {
        Head { method: &self.method, path: &self.path, query: &self.query, headers }
    }

    fn authorization(&self) -> Authorization<'_> {
        let header = self.headers.iter().find(|(name, _)| name == "Authorization").expect("it is signed");
        Authorization::parse(&header.1).expect("it is well-formed")
    }

    fn date(&self) -> &str {
        let header = self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-amz-date"));
        &header.expect("it is dated").1
    }

    fn context(&self, name: &str) -> String {
        self.context.pointer(name).and_then(Value::as_str).expect("a text of the context").to_owned()
    }

    fn credentials(&self) -> Credentials {
        Credentials {
            access_key: self.context("/credentials/access_key_id"),
            secret_key: self.context("/credentials/secret_access_key"),
            session_token: self.context.pointer("/credentials/token").and_then(Value::as_str).map(str::to_owned),
        }
    }

    fn canonical(&self) -> String {
        let headers = self.borrowed();
        let signed = self.authorization().signed_headers;
        canonical_request(&self.head(&headers), &signed, &sha256_hex(self.body.as_bytes()))
    }
}

fn text(folder: &Path, file: &str) -> String {
    fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{}/{file}: {error}", folder.display()))
}

fn vectors() -> Vec<Vector> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/sigv4");
    let entries = fs::read_dir(folder).expect("the vectors are there").map(|entry| entry.expect("an entry").path());
    let mut folders: Vec<PathBuf> = entries.filter(|entry| entry.is_dir()).collect();
    folders.sort();
    assert_eq!(folders.len(), 31, "as many as fixtures/sigv4/README.md lists");
    folders.iter().map(|folder| Vector::read(folder)).collect()
}

#[test]
fn canonical_requests_are_those_of_aws() {
    for vector in vectors() {
        assert_eq!(vector.canonical(), text(&vector.folder, "header-canonical-request.txt"), "{}", vector.name);
    }
}

#[test]
fn strings_to_sign_are_those_of_aws() {
    for vector in vectors() {
        let scope = format!("20150830/{}/{}/aws4_request", vector.context("/region"), vector.context("/service"));
        let own = string_to_sign(vector.date(), &scope, &vector.canonical());
        assert_eq!(own, text(&vector.folder, "header-string-to-sign.txt"), "{}", vector.name);
    }
}

#[test]
fn signatures_are_those_of_aws() {
    for vector in vectors() {
        let scope = vector.authorization().scope.to_owned();
        let own = string_to_sign(vector.date(), &scope, &vector.canonical());
        let own = signature(&vector.credentials().secret_key, &scope, &own);
        assert_eq!(own, text(&vector.folder, "header-signature.txt"), "{}", vector.name);
        assert_eq!(own, vector.authorization().signature, "{}", vector.name);
    }
}

#[test]
fn the_check_takes_each_vector_and_no_other_body() {
    for vector in vectors() {
        assert_eq!(vector.context("/timestamp"), SIGNED_AT, "{}", vector.name);
        let credentials = vector.credentials();
        let (region, service) = (vector.context("/region"), vector.context("/service"));
        let trust = Trust { credentials: &credentials, region: &region, service: &service };
        let headers = vector.borrowed();
        let check = |body: &str| {
            verify(&vector.head(&headers), body.as_bytes(), &trust, SIGNED_AT_S).map_err(|error| error.code())
        };
        let refused = Err("InvalidSignatureException");
        let expected = if vector.name == TOKEN_UNSIGNED { refused } else { Ok(()) };
        assert_eq!(check(&vector.body), expected, "{}", vector.name);
        assert_eq!(check(&format!("{}x", vector.body)), refused, "{}", vector.name);
    }
}
