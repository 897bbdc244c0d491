//! `cargo xtask demo`: the product running on this machine, with a shop to get stuck in.

mod visitors;

use std::{io::IsTerminal as _, thread, time::Instant};

use anyhow::Result;

use crate::{
    paths, sdk,
    service::{POLL, Service, Stopped},
    setup,
    shell::{Tool, cargo, tool},
    text, worker,
};

/// The stream of `--edge`, and where the Worker listens: beside the collector's 7667 and the shop's 7668.
const STREAM: &str = "unsnag";
const EDGE_PORT: &str = "7669";

/// What the Kinesis stub takes for an account.
pub(crate) const STUB_ACCOUNT: [(&str, &str); 3] = [
    ("AWS_ACCESS_KEY_ID", "UNSNAGTESTKEY"),
    ("AWS_SECRET_ACCESS_KEY", "unsnag-test-secret"),
    ("AWS_REGION", "us-east-1"),
];

/// Arguments of the command.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Answer from the Worker in Cloudflare's runtime, through a Kinesis stub, in place of the collector
    #[arg(long)]
    edge: bool,
    /// Have so many simulated visitors come first, so that the dashboard has something to show
    #[arg(long, value_name = "N", conflicts_with = "edge", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    visitors: Option<u32>,
    /// Do not open the shop in a browser
    #[arg(long)]
    no_open: bool,
    /// Arguments for `unsnag demo`, such as `-- --listen 127.0.0.1:9000`
    #[arg(last = true)]
    rest: Vec<String>,
}

/// Builds what is needed, starts it, and stays until it is stopped.
pub(crate) fn run(args: &Args) -> Result<()> {
    let start = Instant::now();
    setup::run(setup::Need::BUILD)?;
    let dist = sdk::publish(sdk::Mode::Size)?;
    println!("  building the collector");
    cargo().args(["build", "--package", "unsnag-collector"]).run_logged("collector")?;
    let shop = tool(paths::at("target/debug/unsnag"))
        .arg("demo")
        .arg("--shop")
        .arg(paths::at("examples/shop"))
        .arg("--sdk")
        .arg(dist)
        .args(&args.rest);

    let mut services = Vec::new();
    let addresses = if args.edge {
        worker::build(worker::Variant::Nnef)?;
        println!("  building the Kinesis stub");
        cargo().args(["build", "--package", "unsnag-kinesis-stub"]).run_logged("kinesis-stub")?;
        let stopped = Stopped::listen()?;
        start_edge(shop, &stopped, &mut services)?.map(|addresses| (addresses, stopped))
    } else {
        let stopped = Stopped::listen()?;
        start_shop(shop, &stopped, &mut services)?.map(|addresses| (addresses, stopped))
    };
    let Some((addresses, stopped)) = addresses else {
        return stop(&mut services);
    };
    println!();
    let dashboard = addresses.iter().find(|(name, ..)| *name == "dashboard");
    if let (Some(visitors), Some((_, url, _))) = (args.visitors, dashboard) {
        visitors::send(url, visitors as usize)?;
        println!();
    }
    for (name, url, what) in &addresses {
        println!("  {name:<9}  {url}  {what}");
    }
    println!("  ready after {}; Ctrl-C stops it", text::duration(start.elapsed()));
    if !args.no_open && std::io::stdout().is_terminal() {
        open(&addresses[0].1);
    }
    while !stopped.asked() {
        for service in &mut services {
            service.check()?;
        }
        thread::sleep(POLL);
    }
    stop(&mut services)
}

/// What is shown of a running demo: a name, a URL, and what is there.
type Addresses = Vec<(&'static str, String, &'static str)>;

/// Shop and live view in one process, and the collector too where nothing else answers.
fn start_shop(shop: Tool, stopped: &Stopped, services: &mut Vec<Service>) -> Result<Option<Addresses>> {
    let Some((service, [shop, live_view])) = Service::start("demo", shop, ["shop ", "live view "], stopped)? else {
        return Ok(None);
    };
    services.push(service);
    let mut addresses = vec![("shop", shop, "get stuck here: its guide says what to try")];
    // An edge worker's stream has a live view only.
    if let Some(collector) = live_view.strip_suffix("/live") {
        addresses.push(("dashboard", format!("{collector}/"), "where people get stuck, and which help helped"));
    }
    addresses.push(("live view", live_view, "what arrives, is detected, decided and shown"));
    Ok(Some(addresses))
}

/// Shop → Worker in workerd → Kinesis → live view.
fn start_edge(shop: Tool, stopped: &Stopped, services: &mut Vec<Service>) -> Result<Option<Addresses>> {
    let stub = tool(paths::at("target/debug/kinesis-stub")).args(["--listen", "127.0.0.1:0", "--stream", STREAM]);
    let Some((service, [kinesis])) = Service::start("Kinesis stub", stub, ["kinesis stub listening on "], stopped)?
    else {
        return Ok(None);
    };
    services.push(service);
    let serve = tool("node").arg(paths::at("edge-worker/run/serve.mjs")).args([
        "--port",
        EDGE_PORT,
        "--kinesis",
        &kinesis,
        "--stream",
        STREAM,
    ]);
    let Some((service, [edge])) = Service::start("Worker", serve, ["edge worker listening on "], stopped)? else {
        return Ok(None);
    };
    services.push(service);
    let shop = STUB_ACCOUNT.iter().fold(shop, |shop, (name, value)| shop.env(name, value)).args([
        "--edge",
        &edge,
        "--stream-endpoint",
        &kinesis,
        "--stream-name",
        STREAM,
    ]);
    let addresses = start_shop(shop, stopped, services)?;
    Ok(addresses.map(|mut addresses| {
        addresses.push(("Worker", edge, "answers the shop, in workerd"));
        addresses.push(("Kinesis", kinesis, "holds the records that the live view reads"));
        addresses
    }))
}

/// The last one started is the first one stopped.
fn stop(services: &mut Vec<Service>) -> Result<()> {
    while let Some(mut service) = services.pop() {
        service.stop()?;
    }
    Ok(())
}

/// Opening is a courtesy: where it fails the address is on the screen.
fn open(url: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let _ = tool(opener).arg(url).succeeds();
}
