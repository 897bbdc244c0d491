//! The stub against botocore's model, real boto3 and moto: runs `botocore/check.py`.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use unsnag_kinesis_stub::sigv4::Credentials;
use unsnag_kinesis_stub::{Options, Stub};

/// Names a Python that has the packages of `botocore/requirements.txt`.
const VARIABLE: &str = "UNSNAG_PYTHON";

#[test]
fn botocore_boto3_and_moto_find_what_they_expect() {
    let python = env::var_os(VARIABLE).unwrap_or_else(|| {
        panic!("{VARIABLE} names no Python with botocore, boto3 and moto: run this test through `cargo xtask test`")
    });
    let stub = Stub::start(Options::default()).expect("a stub starts");
    let temporary = Credentials { session_token: Some("unsnag-test-token".to_owned()), ..Credentials::default() };
    let temporary = Stub::start(Options { credentials: temporary, ..Options::default() }).expect("a stub starts");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("botocore");
    let output = Command::new(&python)
        // Leaves no compiled files in the tree, and takes no settings of this machine for AWS.
        .args(["-B", "check.py", &stub.url(), &temporary.url()])
        .current_dir(&folder)
        .env("AWS_CONFIG_FILE", folder.join("none"))
        .env("AWS_SHARED_CREDENTIALS_FILE", folder.join("none"))
        .env("AWS_EC2_METADATA_DISABLED", "true")
        .env("NO_PROXY", "127.0.0.1")
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{VARIABLE} cannot be run: {error}"));
    let said = String::from_utf8_lossy(&output.stdout);
    println!("{said}");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(said.lines().filter(|line| line.starts_with("ok ")).count(), 4, "one line for each part");
}
