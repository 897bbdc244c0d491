//! `unsnag serve`: the collector by itself.

use std::io::Write as _;

use crate::cli::{Failure, ServeArgs};
use crate::server::{self, RunError, State};
use crate::settings::Settings;

pub(crate) fn run(args: &ServeArgs) -> Result<(), Failure> {
    let settings =
        Settings::load(args.config.as_deref(), args.raw()).map_err(|error| Failure::input(error.code(), &error))?;
    runtime()?.block_on(serve(settings))
}

async fn serve(settings: Settings) -> Result<(), Failure> {
    let failed = |error: RunError| Failure::run(error.code(), &error);
    let listener = server::bind(settings.listen).await.map_err(failed)?;
    let address = local_address(&listener)?;
    let secure = settings.tls.is_some();
    let state = State::open(settings).map_err(failed)?;
    let stop = server::stop_signal();
    let scheme = if secure { "https" } else { "http" };
    print_line(&format!("unsnag listening on {scheme}://{address}"))?;
    server::run(listener, stop, state).await;
    Ok(())
}

pub(super) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| Failure::run("no_runtime", &error))
}

pub(super) fn local_address(listener: &tokio::net::TcpListener) -> Result<std::net::SocketAddr, Failure> {
    listener.local_addr().map_err(|error| Failure::run("no_address", &error))
}

/// Prints at once, because scripts wait for this line.
pub(super) fn print_line(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| Failure::run("stdout_closed", &error))
}
