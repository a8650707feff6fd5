//! The machines, in virtual time.

mod call;
mod failover;
mod world;
