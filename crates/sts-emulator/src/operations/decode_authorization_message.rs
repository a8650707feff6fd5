//! `DecodeAuthorizationMessage`

use sts_proto::{DecodeAuthorizationMessage, DecodeAuthorizationMessageOutput};

use super::{Service, action};
use crate::denial;
use crate::principal::Principal;
use crate::refusal::Refusal;

pub(super) fn answer(
    service: &Service,
    operation: &DecodeAuthorizationMessage,
    caller: &Principal,
) -> Result<DecodeAuthorizationMessageOutput, Refusal> {
    action::check_rules(&service.world, &caller.requester(), action::DECODE, "*")?;
    denial::decode(&operation.encoded_message, &service.seal)
        .map(DecodeAuthorizationMessageOutput::new)
        .ok_or(Refusal::ForeignMessage)
}
