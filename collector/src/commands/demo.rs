//! `unsnag demo`: the example shop in one process with the collector, or in front of an edge worker with a live view of
//! its stream; on loopback addresses only.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;
use unsnag_core::keys::DEMO_KEY;

use super::live::{StreamView, not_local};
use super::serve::{local_address, print_line, runtime};
use super::static_files::StaticSite;
use crate::cli::{self, Failure};
use crate::metrics::Metrics;
use crate::server::{self, State};
use crate::settings::{Raw, RawKey, RawStream, Settings, aws_region, is_origin, stream_options};
use crate::stream::StreamOptions;

/// The demo is driven by one person or one bench on one address, which is then no stranger.
const CLIENT_RATE_PER_S: &str = "1000";

/// What the analysis of a demo is set to.
const DEMO_FILES: [(&str, &str); 2] = [
    ("site.json", include_str!("../../assets/demo-site.json")),
    ("videos.json", include_str!("../../assets/demo-videos.json")),
];

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// The shop's files.
    #[arg(long, value_name = "DIR", default_value = "examples/shop")]
    shop: PathBuf,
    /// The built npm package, as `cargo xtask sdk` makes it.
    #[arg(long, value_name = "DIR", default_value = "sdk-wasm/dist")]
    sdk: PathBuf,
    /// Loopback address and port of the collector, or with --edge of the live view; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7667")]
    listen: SocketAddr,
    /// Loopback address and port of the shop; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7668")]
    shop_listen: SocketAddr,
    /// Directory of the durable log [default: target/demo-log].
    #[arg(long, value_name = "DIR")]
    log_dir: Option<PathBuf>,
    /// Configuration v1 for the pages (JSON) [default: built in].
    #[arg(long, value_name = "FILE")]
    page_config: Option<String>,
    /// Only answer, and analyse nothing.
    #[arg(long)]
    without_analysis: bool,
    /// Address of a running edge worker: the shop sends to it, and the live view shows the stream that it writes.
    #[arg(long, value_name = "URL")]
    edge: Option<String>,
    /// With --edge: name of the Kinesis stream that the worker writes.
    #[arg(long, value_name = "NAME")]
    stream_name: Option<String>,
    /// With --edge: its region [default: `AWS_REGION`, or any for an endpoint on this machine].
    #[arg(long, value_name = "REGION")]
    stream_region: Option<String>,
    /// With --edge: where the stream is.
    #[arg(long, value_name = "URL")]
    stream_endpoint: Option<String>,
}

pub(crate) fn run(args: &DemoArgs) -> Result<(), Failure> {
    let mut problems = mistakes(args);
    let edge = args.edge.as_ref().map(|url| edge(args, url, &mut problems));
    if !problems.is_empty() {
        return Err(Failure::input("invalid_demo", &problems.join("\n")));
    }
    if let Some(edge) = edge {
        return runtime()?.block_on(demo_at_the_edge(args, &edge));
    }
    let settings = Settings::load(
        None,
        Raw {
            listen: Some(args.listen.to_string()),
            keys: Some(vec![RawKey { key: DEMO_KEY.to_owned(), ..RawKey::default() }]),
            client_rate_per_s: Some(CLIENT_RATE_PER_S.to_owned()),
            log_dir: Some(args.log_dir().display().to_string()),
            page_config: args.page_config.clone(),
            analysis_dir: args.analysis_dir().map(|dir| dir.display().to_string()),
            push_keys: cli::secrets("UNSNAG_PUSH_KEYS"),
            ..Raw::default()
        },
    )
    .map_err(|error| Failure::input(error.code(), &error))?;
    runtime()?.block_on(demo(args, settings))
}

impl DemoArgs {
    fn log_dir(&self) -> &Path {
        self.log_dir.as_deref().unwrap_or(Path::new("target/demo-log"))
    }

    fn analysis_dir(&self) -> Option<PathBuf> {
        (!self.without_analysis).then(|| self.log_dir().join("analysis"))
    }
}

fn mistakes(args: &DemoArgs) -> Vec<String> {
    let mut problems = Vec::new();
    if !args.shop_listen.ip().is_loopback() {
        problems.push(format!("the shop is for this machine only; {} is no loopback address", args.shop_listen));
    }
    if !args.shop.join("index.html").is_file() {
        problems.push(format!("{} holds no index.html; say with --shop where the shop lies", args.shop.display()));
    }
    if !args.sdk.join("index.js").is_file() {
        problems.push(format!("{} holds no index.js; run `cargo xtask sdk` first", args.sdk.display()));
    }
    let DemoArgs { edge, stream_name, stream_region, stream_endpoint, .. } = args;
    for (flag, given) in [("name", stream_name), ("region", stream_region), ("endpoint", stream_endpoint)] {
        if given.is_some() && edge.is_none() {
            problems.push(format!("--stream-{flag}: the collector's demo has no stream; say --edge as well"));
        }
    }
    problems
}

/// An edge worker and the stream that it writes.
struct Edge {
    url: String,
    stream: StreamOptions,
}

fn edge(args: &DemoArgs, url: &str, problems: &mut Vec<String>) -> Edge {
    if !is_origin(url) {
        problems.push(format!("--edge: {url:?} is no address such as http://127.0.0.1:8787"));
    }
    problems.extend(not_local("--listen", args.listen));
    if args.log_dir.is_some() {
        problems.push("--log-dir: with --edge there is no log".to_owned());
    }
    if args.page_config.is_some() {
        problems.push("--page-config: with --edge the worker has the pages' configuration".to_owned());
    }
    let raw = RawStream {
        kind: None,
        name: args.stream_name.clone(),
        region: args.stream_region.clone(),
        endpoint: args.stream_endpoint.clone(),
        aws_region: aws_region(),
    };
    let stream = stream_options(raw, &|part| format!("--stream-{part}"), problems);
    if stream.endpoint.is_none() {
        problems.push("--stream-endpoint: say where the stream is".to_owned());
    }
    Edge { url: url.trim_end_matches('/').to_owned(), stream }
}

/// What both servers of a demo need: the shop that sends to `endpoint`, whose live view is at `live_view`.
fn shop_site(args: &DemoArgs, endpoint: &str, live_view: &str) -> Result<StaticSite, Failure> {
    let description = serde_json::json!({"endpoint": endpoint, "key": DEMO_KEY, "live_view": live_view});
    let site =
        StaticSite::new(&args.shop, &args.sdk, endpoint).map_err(|error| Failure::input(error.code(), &error))?;
    Ok(site.with_json("/unsnag/demo.json", description.to_string()))
}

async fn bind(listen: SocketAddr) -> Result<(TcpListener, SocketAddr), Failure> {
    let listener = server::bind(listen).await.map_err(|error| {
        let mut failure = Failure::run(error.code(), &error);
        failure.message += "; another demo may be running, or choose with --listen and --shop-listen";
        failure
    })?;
    let address = local_address(&listener)?;
    Ok((listener, address))
}

/// An operator's files for the analysis, unless there are some: help at any hour, an experiment that shows what it does, and
/// the titles of videos.
fn set_up(dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    for (name, text) in DEMO_FILES {
        let file = dir.join(name);
        if !file.exists() {
            std::fs::write(file, text)?;
        }
    }
    Ok(())
}

async fn demo(args: &DemoArgs, settings: Settings) -> Result<(), Failure> {
    let (collector, address) = bind(settings.listen).await?;
    let (shop, shop_address) = bind(args.shop_listen).await?;
    let endpoint = format!("http://{address}");
    let site = shop_site(args, &endpoint, &format!("{endpoint}/live"))?;
    if let Some(dir) = args.analysis_dir() {
        set_up(&dir).map_err(|error| Failure::run("demo_files", &format!("{}: {error}", dir.display())))?;
    }
    let state = State::open(settings).map_err(|error| Failure::run(error.code(), &error))?;
    let signal = server::stop_signal();
    print_line(&format!(
        "shop       http://{shop_address}/\nlive view  {endpoint}/live\ndashboard  {endpoint}/\nlog        {}\nstop with Ctrl-C",
        args.log_dir().display()
    ))?;
    let stopping = Stopping::default();
    let serve_shop = server::serve_app(shop, site.app(), stopping.stopped(), Arc::new(Metrics::default()));
    let serve_collector = server::run(collector, stopping.stopped(), state);
    tokio::join!(serve_shop, serve_collector, stopping.after(signal));
    Ok(())
}

async fn demo_at_the_edge(args: &DemoArgs, edge: &Edge) -> Result<(), Failure> {
    let (live, address) = bind(args.listen).await?;
    let (shop, shop_address) = bind(args.shop_listen).await?;
    let live_view = format!("http://{address}/");
    let site = shop_site(args, &edge.url, &live_view)?;
    // The demo's stream is its own: what it holds already is shown, as the collector's demo shows its log.
    let view = StreamView::open(&edge.stream, true).await?;
    let signal = server::stop_signal();
    print_line(&format!(
        "shop       http://{shop_address}/\nlive view  {live_view}\nedge       {}\nstream     {}\nstop with Ctrl-C",
        edge.url, edge.stream
    ))?;
    let stopping = Stopping::default();
    let serve_shop = server::serve_app(shop, site.app(), stopping.stopped(), Arc::new(Metrics::default()));
    let serve_live = view.serve(live, stopping.stopped());
    tokio::join!(serve_shop, serve_live, stopping.after(signal));
    Ok(())
}

/// One signal for two servers.
struct Stopping(watch::Sender<bool>);

impl Default for Stopping {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stopping {
    fn stopped(&self) -> impl Future<Output = ()> + use<> {
        let mut stopping = self.0.subscribe();
        async move {
            // An error means that the sender is gone, which is an end as well.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }

    async fn after(&self, signal: impl Future<Output = ()>) {
        signal.await;
        self.0.send_replace(true);
    }
}
