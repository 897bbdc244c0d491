//! What simulated visitors send and what really happened to them, alone and in front of a host.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on shall say where")]

mod behaviour;
mod determinism;
mod effect;
mod host;
mod hosted;
mod program;
mod sessions;
mod signals;
mod traces;
