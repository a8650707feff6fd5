//! Keys that stay fresh.

mod asynchronous;
mod blocking;
mod error;
mod keeper;
mod machine;
mod policy;

use sts_proto::{
    AssumeAgency, AssumeAgencyOutput, AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput,
    AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput, Credentials, Operation,
};

pub(crate) use self::asynchronous::Plan;
pub use self::asynchronous::{Session, Watcher};
pub use self::blocking::BlockingSession;
pub(crate) use self::blocking::Plan as BlockingPlan;
pub use self::error::SessionError;
pub use self::machine::{KeyState, SessionMachine};
pub use self::policy::SessionPolicy;

/// An operation that gives keys: the three that assume an agency.
pub trait Assume: Operation {
    /// The keys of its output.
    fn into_credentials(output: Self::Output) -> Credentials;
}

impl Assume for AssumeAgency {
    fn into_credentials(output: AssumeAgencyOutput) -> Credentials {
        output.credentials
    }
}

impl Assume for AssumeAgencyWithOidc {
    fn into_credentials(output: AssumeAgencyWithOidcOutput) -> Credentials {
        output.credentials
    }
}

impl Assume for AssumeAgencyWithSaml {
    fn into_credentials(output: AssumeAgencyWithSamlOutput) -> Credentials {
        output.credentials
    }
}
