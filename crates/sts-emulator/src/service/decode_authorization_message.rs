//! `DecodeAuthorizationMessage`

use sts_proto::{DecodeAuthorizationMessage, DecodeAuthorizationMessageOutput};

use super::authorization;
use super::state::Service;
use crate::model::action;
use crate::model::principal::Principal;
use crate::rejection::Rejection;
use crate::rejection::denial;

pub(super) fn execute(
    service: &Service,
    operation: &DecodeAuthorizationMessage,
    caller: &Principal,
) -> Result<DecodeAuthorizationMessageOutput, Rejection> {
    authorization::check_deny_rules(&service.config, &caller.requester(), action::DECODE, "*")?;
    denial::decode(&operation.encoded_message, &service.seal)
        .map(DecodeAuthorizationMessageOutput::new)
        .ok_or(Rejection::ForeignMessage)
}
