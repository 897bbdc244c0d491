//! Struggle from real events: the cases, what is seen in a session, and what holds of any session.

mod build;
mod cases;
mod page;
mod properties;
mod results;
mod seen;
