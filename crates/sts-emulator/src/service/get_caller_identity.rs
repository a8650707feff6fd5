//! `GetCallerIdentity`

use sts_proto::GetCallerIdentityOutput;

use crate::model::principal::Principal;

pub(super) fn execute(caller: &Principal) -> GetCallerIdentityOutput {
    GetCallerIdentityOutput::new(caller.account(), caller.urn(), caller.id())
}
