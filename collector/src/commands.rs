//! One module for each command of the binary.

pub(crate) mod catalog;
pub(crate) mod demo;
pub(crate) mod doctor;
pub(crate) mod export;
pub(crate) mod forget;
pub(crate) mod live;
pub(crate) mod replay;
pub(crate) mod serve;
pub(crate) mod static_files;
pub(crate) mod tail;
