//! `unsnag doctor`: looks at everything that `unsnag serve` would need, with the same configuration. It changes no
//! record; one file is written and removed again to time the disk.

use std::fs;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use unsnag_analysis::channels::webhook::{self, Webhook};
use unsnag_core::host::{KeyPolicy, Origins};

use super::serve::{print_line, runtime};
use crate::catalog::{Catalog, InForce};
use crate::cli::{Failure, ServeArgs};
use crate::log::{LogError, LogOptions, LogReader};
use crate::server;
use crate::settings::Settings;
use crate::stream::{self, Stream};

/// Syncs by which the disk is timed, and the bytes of each: a small group of batches.
const SYNCS: usize = 20;
const SYNC_BYTES: usize = 8 * 1024;

/// A sync that takes longer makes every answer late: pages wait for it.
const SLOW_SYNC: Duration = Duration::from_millis(20);

/// How long whoever listens already may take to say who it is.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// What a look came to.
enum Look {
    Good(String),
    /// It runs like this, and an operator should know.
    Doubt(String),
    /// It would not start, or would refuse batches.
    Bad(String),
}

pub(crate) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let settings =
        Settings::load(args.config.as_deref(), args.raw()).map_err(|error| Failure::input(error.code(), &error))?;
    let mut bad = 0;
    let looks = [
        ("configuration", Look::Good("every setting is valid".to_owned())),
        ("listen", listen(&settings)),
        ("keys", keys(&settings.keys)),
        ("tls", tls(&settings)),
        ("catalog", catalog(&settings)),
        ("log", log(&settings.log)),
        ("disk", disk(&settings.log.dir)),
        ("space", space(&settings.log)),
        ("webhooks", webhooks(&settings.webhooks)),
    ];
    let looks = looks.into_iter().chain(streams(&settings.stream)?.into_iter().map(|look| ("stream", look)));
    for (name, look) in looks {
        let (word, said) = match look {
            Look::Good(said) => ("ok", said),
            Look::Doubt(said) => ("look", said),
            Look::Bad(said) => {
                bad += 1;
                ("BAD", said)
            }
        };
        print_line(&format!("{word:<4}  {name:<13}  {said}"))?;
    }
    if bad > 0 {
        return Err(Failure::run("not_healthy", &format!("{bad} of these would stop the collector or its answers")));
    }
    Ok(())
}

fn listen(settings: &Settings) -> Look {
    let address = settings.listen;
    match TcpListener::bind(address) {
        Ok(_) => Look::Good(format!("{address} is free")),
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_ours(settings) => {
            Look::Doubt(format!("a collector answers at {address} already; it holds the log as well"))
        }
        Err(error) => Look::Bad(format!("{address} cannot be listened on: {error}")),
    }
}

/// Whether a collector answers there. One with TLS is not asked, as its certificate may name another host: it is the one
/// that holds the log.
fn is_ours(settings: &Settings) -> bool {
    let address = settings.listen;
    if settings.tls.is_some() {
        return matches!(LogReader::open(&settings.log.dir), Err(LogError::Locked(_)));
    }
    let ask = || -> io::Result<String> {
        let mut stream = TcpStream::connect_timeout(&address, ANSWER_WITHIN)?;
        stream.set_read_timeout(Some(ANSWER_WITHIN))?;
        stream.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
        let mut answer = String::new();
        stream.take(4096).read_to_string(&mut answer)?;
        Ok(answer)
    };
    ask().is_ok_and(|answer| answer.contains(r#"{"status":"ok"}"#))
}

fn keys(keys: &[KeyPolicy]) -> Look {
    let open: Vec<&str> =
        keys.iter().filter(|policy| policy.origins == Origins::Any).map(|policy| policy.key.as_str()).collect();
    if open.is_empty() {
        Look::Good(format!("{} write keys, each bound to origins", keys.len()))
    } else {
        Look::Doubt(format!("pages of any origin may use: {}", open.join(", ")))
    }
}

fn tls(settings: &Settings) -> Look {
    match &settings.tls {
        Some(files) => match server::check_tls(files) {
            Ok(()) => Look::Good(format!("certificate and key in {} fit", files.cert.display())),
            Err(error) => Look::Bad(format!("{error} ({})", error.code())),
        },
        None if settings.listen.ip().is_loopback() => Look::Good("plain HTTP on this machine".to_owned()),
        None => Look::Doubt("plain HTTP: put a proxy with TLS before it, or set tls.cert and tls.key".to_owned()),
    }
}

fn catalog(settings: &Settings) -> Look {
    let catalog = Catalog::of(&settings.log.dir);
    let found = catalog.in_force().and_then(|found| Ok((found, catalog.config(found, &settings.page_config)?)));
    match found {
        Ok((found, config)) if found.kill || config.policy.kill => {
            Look::Doubt("the kill switch is on: no help is offered".to_owned())
        }
        Ok((InForce { version: Some(version), .. }, _)) => {
            Look::Good(format!("published version {version} is in force"))
        }
        Ok(_) => {
            Look::Good("nothing was published: pages are told what `config` names, or what is built in".to_owned())
        }
        Err(error) => Look::Bad(format!("{error} ({})", error.code())),
    }
}

fn log(options: &LogOptions) -> Look {
    let dir = options.dir.display();
    match LogReader::open(&options.dir) {
        Ok(reader) => match reader.bounds() {
            Ok((first, next)) => Look::Good(format!("{dir} holds records {first} to {next}, the last not included")),
            Err(error) => Look::Bad(format!("{error} ({})", error.code())),
        },
        Err(LogError::Missing(_)) => Look::Good(format!("{dir} is made at the first start")),
        Err(error @ (LogError::Locked(_) | LogError::Damaged(_))) => Look::Doubt(format!("{error} ({})", error.code())),
        Err(error) => Look::Bad(format!("{error} ({})", error.code())),
    }
}

/// They are not asked: whatever came would be taken for help.
fn webhooks(webhooks: &[Webhook]) -> Look {
    let name = |webhook: &Webhook| {
        let kinds: Vec<&str> = webhook.kinds.iter().map(|kind| kind.name()).collect();
        format!("{} ({})", webhook.endpoint, kinds.join(", "))
    };
    match webhook::channels(webhooks) {
        Ok(_) if webhooks.is_empty() => Look::Good("none: help outside the page only tells the log".to_owned()),
        Ok(_) => Look::Good(webhooks.iter().map(name).collect::<Vec<_>>().join("; ")),
        Err(error) => Look::Bad(format!("{error} ({})", error.code())),
    }
}

/// The folder of the log, or the nearest one above it that is there.
fn existing(dir: &Path) -> PathBuf {
    let absolute = std::path::absolute(dir).unwrap_or_else(|_| dir.to_owned());
    absolute.ancestors().find(|path| path.is_dir()).unwrap_or(Path::new("/")).to_owned()
}

fn disk(dir: &Path) -> Look {
    let folder = existing(dir);
    match median_sync(&folder) {
        Ok(took) if took > SLOW_SYNC => {
            Look::Doubt(format!("a sync in {} takes {took:.1?}, and every answer waits for one", folder.display()))
        }
        Ok(took) => Look::Good(format!("a sync in {} takes {took:.1?}", folder.display())),
        Err(error) => Look::Bad(format!("{} cannot be written: {error}", folder.display())),
    }
}

fn median_sync(folder: &Path) -> io::Result<Duration> {
    let path = folder.join(format!(".unsnag-doctor-{}", std::process::id()));
    let timed = (|| {
        let mut file = fs::File::create_new(&path)?;
        let mut times = Vec::with_capacity(SYNCS);
        for _ in 0..SYNCS {
            file.rewind()?;
            file.write_all(&[b'x'; SYNC_BYTES])?;
            let start = Instant::now();
            file.sync_data()?;
            times.push(start.elapsed());
        }
        times.sort_unstable();
        Ok(times[SYNCS / 2])
    })();
    // Whatever happened, nothing stays behind; a file that was never made cannot.
    let _ = fs::remove_file(path);
    timed
}

#[cfg(unix)]
fn space(options: &LogOptions) -> Look {
    let folder = existing(&options.dir);
    let Ok(found) = rustix::fs::statvfs(&folder) else {
        return Look::Doubt(format!("how much space {} has cannot be found out", folder.display()));
    };
    let (free, wanted) = (found.f_bavail * found.f_frsize, options.max_bytes);
    let gib = |bytes: u64| bytes as f64 / f64::from(1 << 30);
    let said = format!("{:.1} GiB are free, the log may take {:.1}", gib(free), gib(wanted));
    if free < wanted { Look::Doubt(format!("{said}; lower log.max_bytes or make room")) } else { Look::Good(said) }
}

#[cfg(not(unix))]
fn space(options: &LogOptions) -> Look {
    Look::Doubt(format!("see yourself that {} has {} bytes", options.dir.display(), options.max_bytes))
}

fn streams(stream: &Stream) -> Result<Vec<Look>, Failure> {
    if stream.kinesis().is_empty() {
        return Ok(vec![Look::Good("the log is the stream".to_owned())]);
    }
    let runtime = runtime()?;
    let look = |options| match runtime.block_on(stream::reach(options)) {
        Ok(shards) => Look::Good(format!("{options} answers and has {shards} open shards")),
        Err(fault) => {
            Look::Doubt(format!("{options}: {} ({}); the log keeps everything", fault.reason(), fault.code()))
        }
    };
    Ok(stream.kinesis().iter().map(look).collect())
}
