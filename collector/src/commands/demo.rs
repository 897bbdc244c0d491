//! `unsnag demo`: the collector and the example shop in one process, on loopback addresses only.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::sync::watch;
use unsnag_core::keys::DEMO_KEY;

use super::serve::{local_address, print_line, runtime};
use super::static_files::StaticSite;
use crate::cli::Failure;
use crate::metrics::Metrics;
use crate::server::{self, RunError, State};
use crate::settings::{Raw, RawKey, Settings};

/// The demo is driven by one person or one bench on one address, which is then no stranger.
const CLIENT_RATE_PER_S: &str = "1000";

#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// The shop's files.
    #[arg(long, value_name = "DIR", default_value = "examples/shop")]
    shop: PathBuf,
    /// The built npm package, as `cargo xtask sdk` makes it.
    #[arg(long, value_name = "DIR", default_value = "sdk-wasm/dist")]
    sdk: PathBuf,
    /// Loopback address and port of the collector; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7667")]
    listen: SocketAddr,
    /// Loopback address and port of the shop; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7668")]
    shop_listen: SocketAddr,
    /// Directory of the durable log.
    #[arg(long, value_name = "DIR", default_value = "target/demo-log")]
    log_dir: PathBuf,
    /// Configuration v1 for the pages (JSON) [default: built in].
    #[arg(long, value_name = "FILE")]
    page_config: Option<String>,
}

pub(crate) fn run(args: &DemoArgs) -> Result<(), Failure> {
    check(args)?;
    let settings = Settings::load(
        None,
        Raw {
            listen: Some(args.listen.to_string()),
            keys: Some(vec![RawKey { key: DEMO_KEY.to_owned(), ..RawKey::default() }]),
            client_rate_per_s: Some(CLIENT_RATE_PER_S.to_owned()),
            log_dir: Some(args.log_dir.display().to_string()),
            page_config: args.page_config.clone(),
            ..Raw::default()
        },
    )
    .map_err(|error| Failure::input(error.code(), &error))?;
    runtime()?.block_on(demo(args, settings))
}

fn check(args: &DemoArgs) -> Result<(), Failure> {
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
    if problems.is_empty() { Ok(()) } else { Err(Failure::input("invalid_demo", &problems.join("\n"))) }
}

async fn demo(args: &DemoArgs, settings: Settings) -> Result<(), Failure> {
    let failed = |error: RunError| Failure::run(error.code(), &error);
    let taken = |error: RunError| {
        let mut failure = failed(error);
        failure.message += "; another demo may be running, or choose with --listen and --shop-listen";
        failure
    };
    let collector = server::bind(settings.listen).await.map_err(taken)?;
    let shop = server::bind(args.shop_listen).await.map_err(taken)?;
    let endpoint = format!("http://{}", local_address(&collector)?);
    let shop_url = format!("http://{}/", local_address(&shop)?);
    let description = serde_json::json!({
        "endpoint": endpoint,
        "key": DEMO_KEY,
        "live_view": format!("{endpoint}/"),
    });
    let site = StaticSite::new(&args.shop, &args.sdk, &endpoint)
        .map_err(|error| Failure::input(error.code(), &error))?
        .with_json("/unsnag/demo.json", description.to_string());
    let state = State::open(settings).map_err(failed)?;
    print_line(&format!(
        "shop       {shop_url}\nlive view  {endpoint}/\nlog        {}\nstop with Ctrl-C",
        args.log_dir.display()
    ))?;

    let stopping = Arc::new(watch::Sender::new(false));
    let stopped = |stopping: &watch::Sender<bool>| {
        let mut stopping = stopping.subscribe();
        async move {
            // An error means that the sender is gone, which is an end as well.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    };
    let serve_shop = server::serve_app(shop, site.app(), stopped(&stopping), Arc::new(Metrics::default()));
    let serve_collector = server::run(collector, stopped(&stopping), state);
    let signal = async {
        server::stop_signal().await;
        stopping.send_replace(true);
    };
    tokio::join!(serve_shop, serve_collector, signal);
    Ok(())
}
