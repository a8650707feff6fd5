//! `GetCallerIdentity`

use sts_proto::GetCallerIdentityOutput;

use crate::principal::Principal;

pub(super) fn answer(caller: &Principal) -> GetCallerIdentityOutput {
    GetCallerIdentityOutput::new(caller.account(), caller.urn(), caller.id())
}
