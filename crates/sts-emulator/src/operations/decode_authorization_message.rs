//! `DecodeAuthorizationMessage`

use sts_proto::{DecodeAuthorizationMessage, DecodeAuthorizationMessageOutput};

use super::Service;
use crate::denial;
use crate::refusal::Refusal;

pub(super) fn answer(
    service: &Service,
    operation: &DecodeAuthorizationMessage,
) -> Result<DecodeAuthorizationMessageOutput, Refusal> {
    denial::decode(&operation.encoded_message, &service.seal)
        .map(DecodeAuthorizationMessageOutput::new)
        .ok_or(Refusal::ForeignMessage)
}
