//! Video intelligence as a whole, from events that a real engine makes of a visit.

mod case;
mod limits;
mod properties;
mod reference;
mod visitor;
