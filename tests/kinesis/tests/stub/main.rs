//! The stub over its socket, as any client sees it.

mod client;
mod control;
mod faults;
mod limits;
mod program;
mod reading;
mod sharding;
mod signatures;
