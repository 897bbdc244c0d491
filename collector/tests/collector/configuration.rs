//! Configuration: which source wins, and what an operator reads when something is wrong.

use std::net::SocketAddr;
use std::path::Path;

use unsnag_collector::{Raw, RawStream, Settings, Stream};

use super::support::process::{output, unsnag};

fn written(dir: &Path, text: &str) -> std::path::PathBuf {
    let path = dir.join("unsnag.toml");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn names_every_mistake_at_once_in_the_operators_words() {
    let dir = tempfile::tempdir().unwrap();
    for (text, expected) in [
        ("lsten = \"x\"", &["unsnag.toml:1: unknown key lsten; known here: listen"][..]),
        ("\n\nlisten = 7667", &["unsnag.toml:3: listen must be a string, not integer"]),
        ("listen = ", &["unsnag.toml:1: "]),
        ("listen = \"7667\"", &["listen: \"7667\" is not an address with a port"]),
        (
            "[log]\nmax_bytes = 10\nmin_bytes = 2",
            &["unknown key log.min_bytes", "log.max_bytes: \"10\" is not a whole number from 1048576"],
        ),
        ("client_rate_per_s = -1", &["client_rate_per_s: \"-1\" is not a whole number"]),
        ("trusted_proxies = [\"10.0.0.0/99\"]", &["trusted_proxies: \"10.0.0.0/99\" is not an address or a range"]),
        (
            "[[keys]]\nkey = \"a b\"\norigins = [\"shop.example\"]",
            &["keys[0].key: \"a b\" is no write key", "keys[0].origins: \"shop.example\" is no origin"],
        ),
        ("[[keys]]\nkey = \"shop\"", &["keys[0].origins: say which pages may use the key"]),
        (
            "[[keys]]\nkey = \"s\"\norigin = []",
            &["unsnag.toml:3: unknown key keys[0].origin; known here: key, origins, rate_per_s"],
        ),
        (
            "[[keys]]\nkey = \"s\"\norigins = [\"https://a.example\"]\n[[keys]]\nkey = \"s\"\norigins = [\"https://b.example\"]",
            &["keys[1].key: \"s\" stands there twice"],
        ),
        ("listen = \"0.0.0.0:0\"", &["keys: at least one write key is needed"]),
        ("listen = \"0.0.0.0:0\"\n[[keys]]\nkey = \"demo\"", &["everyone knows the key \"demo\""]),
        ("[[keys]]\nkey = \"demo\"\norigins = [\"https://a.example\"]", &["serves pages of this machine only"]),
        ("[signing]\nkeys = [\"53cr3t\"]", &["signing.keys[0]: a key has 64 hexadecimal digits"]),
        (
            "[stream]\nkind = \"kafka\"\nshards = 2",
            &[
                "unsnag.toml:3: unknown key stream.shards; known here: kind, name, region, endpoint",
                "stream.kind: \"kafka\" is neither \"embedded\" nor \"kinesis\"",
            ],
        ),
        (
            "[stream]\nkind = \"kinesis\"\nname = \"a b\"\nendpoint = \"kinesis\"",
            &[
                "stream.name: \"a b\" is no name",
                "stream.region: say which region",
                "stream.endpoint: \"kinesis\" is no address",
            ],
        ),
        ("[stream]\nname = \"events\"", &["stream.name: is used only with stream.kind = \"kinesis\""]),
        (
            "[channels]\nfax = 1\n[[channels.webhook]]\nurl = \"http://desk.example/53cr3t\"\nsecret = \"53cr3t\"\nkind = 1",
            &[
                "unsnag.toml:2: unknown key channels.fax; known here: webhook",
                "unsnag.toml:6: unknown key channels.webhook[0].kind; known here: url, secret, kinds",
                "channels.webhook: is used only with analysis.dir",
                "channels.webhook[0].url: the URL needs https",
                "channels.webhook[0].secret: a secret has 16 or more visible characters",
            ],
        ),
        ("channels.webhook = \"x\"", &["channels.webhook must be one or more [[channels.webhook]] tables, not string"]),
        ("config = \"no-such-file.json\"", &["config: no-such-file.json: cannot be read"]),
        ("listen = 1\nlog = 2\nextra = 3", &["listen must be a string", "log must be a table", "unknown key extra"]),
    ] {
        let file = written(dir.path(), text);
        let output = unsnag().arg("serve").arg("--config").arg(&file).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{text}: {message}");
        for part in expected {
            assert!(message.contains(part), "{text}: {part:?} is not in {message}");
        }
        assert!(!message.contains("53cr3t"), "a secret is repeated: {message}");
        assert!(message.contains("(invalid_configuration)"), "{message}");
    }
}

#[test]
fn says_that_the_file_cannot_be_read() {
    let output = unsnag().args(["serve", "--config", "no-such.toml"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.contains("no-such.toml: cannot be read"), "{message}");
}

#[test]
fn takes_flags_over_the_file_and_the_file_over_defaults() {
    let dir = tempfile::tempdir().unwrap();
    let file =
        written(dir.path(), "listen = \"127.0.0.1:1111\"\nclient_rate_per_s = 7\n[log]\nmax_bytes = 5_000_000\n");
    let flags = Raw { listen: Some("127.0.0.1:2222".to_owned()), ..Raw::default() };
    let settings = Settings::load(Some(&file), flags).unwrap();
    assert_eq!(settings.listen, SocketAddr::from(([127, 0, 0, 1], 2222)));
    assert_eq!(settings.client_rate_per_s, 7);
    assert_eq!(settings.log.max_bytes, 5_000_000);
    let defaults = Settings::load(None, Raw::default()).unwrap();
    assert_eq!(defaults.listen, SocketAddr::from(([127, 0, 0, 1], 7667)));
    assert_eq!(defaults.client_rate_per_s, 50);
    assert_eq!(defaults.keys[0].key.as_str(), "demo");
}

#[test]
fn takes_flags_over_the_environment_and_the_environment_over_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let file = written(dir.path(), "listen = \"from-file\"\n");
    for (environment, flag, blamed) in [
        (None, None, "from-file"),
        (Some("from-environment"), None, "from-environment"),
        (Some("from-environment"), Some("from-flag"), "from-flag"),
    ] {
        let mut command = unsnag();
        command.arg("serve").arg("--config").arg(&file);
        if let Some(value) = environment {
            command.env("UNSNAG_LISTEN", value);
        }
        if let Some(value) = flag {
            command.args(["--listen", value]);
        }
        let message = String::from_utf8(command.output().unwrap().stderr).unwrap();
        assert!(message.contains(&format!("listen: \"{blamed}\"")), "{message}");
    }
}

#[test]
fn says_that_a_port_is_taken() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let dir = tempfile::tempdir().unwrap();
    let output =
        unsnag().args(["serve", "--listen", &address, "--log-dir"]).arg(dir.path().join("log")).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(message.contains(&format!("{address} cannot be listened on")), "{message}");
    assert!(!dir.path().join("log").exists());
}

#[test]
fn accepts_the_configuration_that_the_readme_shows() {
    let readme = include_str!("../../README.md");
    let (_, rest) = readme.split_once("```toml\n").unwrap();
    let (example, _) = rest.split_once("```").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let settings = Settings::load(Some(&written(dir.path(), example)), Raw::default()).unwrap();
    assert_eq!(settings.keys[0].key.as_str(), "shop-1");
    assert_eq!(settings.trusted_proxies.len(), 1);
    assert_eq!(settings.webhooks[0].key.id(), "desk-1");
    assert_eq!(settings.log.max_bytes, 10 * 1024 * 1024 * 1024);
    let Stream::Kinesis(streams) = settings.stream else { panic!("{:?}", settings.stream) };
    assert_eq!((streams[0].name.as_str(), streams[0].region.as_str()), ("unsnag-events", "eu-central-1"));
}

#[test]
fn takes_the_streams_parts_from_wherever_each_is_said() {
    let dir = tempfile::tempdir().unwrap();
    let file = written(dir.path(), "[stream]\nkind = \"kinesis\"\nname = \"from-file\"\n");
    let flags = RawStream {
        name: Some("from-flag".to_owned()),
        aws_region: Some("from-aws".to_owned()),
        ..RawStream::default()
    };
    let settings = Settings::load(Some(&file), Raw { stream: flags, ..Raw::default() }).unwrap();
    let Stream::Kinesis(streams) = settings.stream else { panic!("{:?}", settings.stream) };
    let [stream] = &streams[..] else { panic!("{streams:?}") };
    assert_eq!((stream.name.as_str(), stream.region.as_str(), &stream.endpoint), ("from-flag", "from-aws", &None));
}

#[test]
fn takes_several_streams_as_a_list_or_with_commas() {
    let dir = tempfile::tempdir().unwrap();
    for names in [r#"["raw", "copy"]"#, r#""raw,copy""#] {
        let text = format!("[stream]\nkind = \"kinesis\"\nname = {names}\nregion = \"eu-west-1\"\n");
        let settings = Settings::load(Some(&written(dir.path(), &text)), Raw::default()).unwrap();
        let Stream::Kinesis(streams) = settings.stream else { panic!("{:?}", settings.stream) };
        assert_eq!(streams.iter().map(|stream| stream.name.as_str()).collect::<Vec<_>>(), ["raw", "copy"]);
    }
}

#[test]
fn takes_the_example_of_a_deployment() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/deploy/collector.toml");
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("log");
    let args = ["doctor", "--config", file, "--listen", "127.0.0.1:0", "--log-dir", log.to_str().unwrap()];
    let told = output(args.into_iter().chain(["--stream-kind", "embedded"]));
    let said = String::from_utf8(told.stdout).unwrap();
    assert_eq!(told.status.code(), Some(0), "{said}{}", String::from_utf8_lossy(&told.stderr));
    assert!(said.contains("1 write keys, each bound to origins"), "{said}");
}
