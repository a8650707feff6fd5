//! What is measured, and against what.

mod client;
mod proto;
mod sign;
mod transports;

pub use self::transports::run as under_load;
use crate::measure::Comparison;

pub fn all() -> Vec<Comparison> {
    let mut all = proto::all();
    all.extend(sign::all());
    all.extend(client::all());
    all
}
