//! The built binary from outside: a real process, real sockets, a real log on disk.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod analysis;
mod bad_input;
mod catalog;
mod configuration;
mod demo;
mod doctor;
mod durability;
mod forwarding;
mod held_clock;
mod keeping;
mod live_stream;
mod live_view;
mod pushes;
mod repetition;
mod replay;
mod support;
mod tls;
mod webhooks;
