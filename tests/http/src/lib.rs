//! An HTTP/1.1 client that sends exactly what a test says, right or wrong, one request a connection; and a server that
//! answers so.
//!
//! In scope: any method, path, header and body as bytes, with a length or in chunks; answers as they came. It does not
//! follow, retry, decompress, correct or add anything but `host` and `connection: close`.
//!
//! Out of scope: TLS, kept connections, and what an answer means.

mod answer;
mod request;
mod server;

pub use answer::Answer;
pub use request::{Request, connect};
pub use server::{Came, Reply, Server};
