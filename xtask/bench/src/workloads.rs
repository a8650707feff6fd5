//! What is measured, and against what.

mod client;
mod proto;
mod sign;

use crate::measure::Comparison;

pub fn all() -> Vec<Comparison> {
    let mut all = proto::all();
    all.extend(sign::all());
    all.extend(client::all());
    all
}
