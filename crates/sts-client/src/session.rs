//! Automatic credential refresh.

mod asynchronous;
mod blocking;
mod cache;
mod machine;
mod policy;
mod refresh;
mod watcher;

use std::time::Duration;

use sts_proto::{
    AssumeAgency, AssumeAgencyOutput, AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput,
    AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput, Credentials, Operation,
};

pub(crate) use self::asynchronous::Plan;
pub use self::asynchronous::Session;
pub use self::blocking::BlockingSession;
pub(crate) use self::blocking::Plan as BlockingPlan;
pub use self::machine::{CredentialState, SessionMachine};
pub use self::policy::SessionPolicy;
pub use self::watcher::Watcher;
pub use crate::error::SessionError;

/// Operation that returns credentials: one of the three that assume an agency.
pub trait Assume: Operation {
    /// The credentials of its output.
    fn into_credentials(output: Self::Output) -> Credentials;

    /// The requested lifetime of the credentials, an hour by default. The service grants no longer
    /// one.
    fn lifetime(&self) -> Duration;
}

fn lifetime(duration_seconds: Option<u32>) -> Duration {
    Duration::from_secs(duration_seconds.unwrap_or(3600).into())
}

impl Assume for AssumeAgency {
    fn into_credentials(output: AssumeAgencyOutput) -> Credentials {
        output.credentials
    }

    fn lifetime(&self) -> Duration {
        lifetime(self.duration_seconds)
    }
}

impl Assume for AssumeAgencyWithOidc {
    fn into_credentials(output: AssumeAgencyWithOidcOutput) -> Credentials {
        output.credentials
    }

    fn lifetime(&self) -> Duration {
        lifetime(self.duration_seconds)
    }
}

impl Assume for AssumeAgencyWithSaml {
    fn into_credentials(output: AssumeAgencyWithSamlOutput) -> Credentials {
        output.credentials
    }

    fn lifetime(&self) -> Duration {
        lifetime(self.duration_seconds)
    }
}
