//! What goes out: requests of the five operations, and the limits they are held against.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

mod form;
mod limits;
mod metadata;
mod rules;
mod violations;
mod wire;

use sts_proto::{Caller, Operation, Violation};

const AGENCY: &str = "iam::0123456789abcdef0123456789abcdef:agency:reader";
const OIDC_PROVIDER: &str = "iam::0123456789abcdef0123456789abcdef:oidcProvider:ci";
const SAML_PROVIDER: &str = "iam::0123456789abcdef0123456789abcdef:samlProvider:corp";

/// The violations of `operation` when permanent keys send it.
fn violations<O: Operation>(operation: &O) -> Vec<Violation> {
    violations_of(operation, Caller::Permanent)
}

fn violations_of<O: Operation>(operation: &O, caller: Caller) -> Vec<Violation> {
    match operation.validate_for(caller) {
        Ok(()) => Vec::new(),
        Err(invalid) => invalid.violations().to_vec(),
    }
}

/// The fields that break a limit, in order.
fn broken_fields<O: Operation>(operation: &O) -> Vec<String> {
    violations(operation).into_iter().map(|violation| violation.field.into_owned()).collect()
}
