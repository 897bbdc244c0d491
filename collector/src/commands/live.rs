//! `unsnag live`: the live view of a Kinesis stream, whoever writes it.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::sync::watch;

use super::serve::{local_address, print_line, runtime};
use crate::cli::{Failure, StreamArgs};
use crate::feed::Feed;
use crate::metrics::Metrics;
use crate::server::{self, View};
use crate::stream::{StreamOptions, Watch};

#[derive(Debug, Args)]
pub(crate) struct LiveArgs {
    #[command(flatten)]
    stream: StreamArgs,
    /// Loopback address and port of the view; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:7669")]
    listen: SocketAddr,
    /// Begin with the oldest record that the stream still has, not with the next one.
    #[arg(long)]
    from_start: bool,
}

pub(crate) fn run(args: &LiveArgs) -> Result<(), Failure> {
    let mut problems = Vec::new();
    if let Some(problem) = not_local("--listen", args.listen) {
        problems.push(problem);
    }
    let stream = args.stream.options(&mut problems);
    if !problems.is_empty() {
        return Err(Failure::input("invalid_arguments", &problems.join("\n")));
    }
    runtime()?.block_on(live(args, &stream))
}

/// What is said of an address that others could reach.
pub(super) fn not_local(flag: &str, address: SocketAddr) -> Option<String> {
    let problem = || format!("{flag}: the live view is for this machine only; {address} is no loopback address");
    (!address.ip().is_loopback()).then(problem)
}

async fn live(args: &LiveArgs, stream: &StreamOptions) -> Result<(), Failure> {
    let listener = server::bind(args.listen).await.map_err(|error| Failure::run(error.code(), &error))?;
    let address = local_address(&listener)?;
    let view = StreamView::open(stream, args.from_start).await?;
    let stop = server::stop_signal();
    print_line(&format!("live view  http://{address}/\nstream     {stream}\nstop with Ctrl-C"))?;
    view.serve(listener, stop).await;
    Ok(())
}

/// A live view that is fed by a stream.
pub(super) struct StreamView {
    watch: Watch,
    feed: Arc<Feed>,
}

impl StreamView {
    pub(super) async fn open(stream: &StreamOptions, from_start: bool) -> Result<Self, Failure> {
        let feed = Arc::new(Feed::default());
        let watch = Watch::open(stream, from_start, Arc::clone(&feed)).await;
        Ok(Self { watch: watch.map_err(|error| Failure::run(error.code(), &error))?, feed })
    }

    pub(super) async fn serve(self, listener: TcpListener, shutdown: impl Future<Output = ()>) {
        let closing = watch::Sender::new(false);
        let view = Arc::new(View::new(self.feed, closing.subscribe()));
        let counts = self.watch.counts();
        let app = server::live_app(view, move || counts.render());
        let stop = async {
            shutdown.await;
            closing.send_replace(true);
        };
        let serve = server::serve_app(listener, app, stop, Arc::new(Metrics::default()));
        tokio::join!(serve, self.watch.run(closing.subscribe()));
    }
}
