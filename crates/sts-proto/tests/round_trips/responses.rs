//! Round trips of successful responses.

use proptest::prelude::*;
use sts_proto::server;
use sts_proto::{
    AssumeAgency, AssumeAgencyOutput, AssumeAgencyWithOidc, AssumeAgencyWithOidcOutput,
    AssumeAgencyWithSaml, AssumeAgencyWithSamlOutput, AssumedAgency, Credentials,
    DecodeAuthorizationMessage, DecodeAuthorizationMessageOutput, GetCallerIdentity,
    GetCallerIdentityOutput, Operation,
};
use time::{OffsetDateTime, UtcOffset};

use crate::text::{any_text, maybe_text, secret_access_key, sendable_text};

/// Any moment of the years 0000 to 9999, which RFC 3339 can write, at any offset.
fn expiration() -> impl Strategy<Value = OffsetDateTime> {
    let seconds = -62_167_219_200_i64..=253_402_300_799;
    let nanoseconds = prop_oneof![Just(0), Just(512_000_000), 0..1_000_000_000_i64];
    (seconds, nanoseconds, -86_399..=86_399).prop_map(|(seconds, nanoseconds, offset)| {
        let moment = OffsetDateTime::from_unix_timestamp(seconds).unwrap();
        let moment = moment + time::Duration::nanoseconds(nanoseconds);
        let offset = UtcOffset::from_whole_seconds(offset).unwrap();
        moment.checked_to_offset(offset).unwrap_or(moment)
    })
}

prop_compose! {
    fn credentials()(
        (id, secret, token) in (sendable_text(), secret_access_key(), sendable_text()),
        expiration in expiration(),
    ) -> Credentials {
        Credentials::temporary(id, secret, token, expiration)
    }
}

fn assumed_agency() -> impl Strategy<Value = AssumedAgency> {
    (any_text(), any_text()).prop_map(|(urn, id)| AssumedAgency::new(urn, id))
}

/// Read back from what the server wrote.
fn answered<O: Operation>(
    output: &impl server::ToResponse,
) -> Result<O::Output, sts_proto::ServiceError> {
    O::read(&output.to_response())
}

proptest! {
    #[test]
    fn a_session_is_read_back_equal(
        (source_identity, agency) in (maybe_text(), assumed_agency()),
        credentials in credentials(),
    ) {
        let mut output = AssumeAgencyOutput::new(agency, credentials);
        output.source_identity = source_identity;
        prop_assert_eq!(answered::<AssumeAgency>(&output)?, output);
    }

    #[test]
    fn a_session_for_a_token_is_read_back_equal(
        (source_identity, agency) in (maybe_text(), assumed_agency()),
        credentials in credentials(),
        (audience, provider, subject) in (any_text(), any_text(), any_text()),
    ) {
        let mut output =
            AssumeAgencyWithOidcOutput::new(agency, credentials, audience, provider, subject);
        output.source_identity = source_identity;
        prop_assert_eq!(answered::<AssumeAgencyWithOidc>(&output)?, output);
    }

    #[test]
    fn a_session_for_an_assertion_is_read_back_equal(
        (source_identity, agency) in (maybe_text(), assumed_agency()),
        credentials in credentials(),
        (audience, issuer, name_qualifier) in (maybe_text(), maybe_text(), maybe_text()),
        (subject, subject_type) in (maybe_text(), maybe_text()),
    ) {
        let mut output = AssumeAgencyWithSamlOutput::new(agency, credentials);
        output.source_identity = source_identity;
        output.audience = audience;
        output.issuer = issuer;
        output.name_qualifier = name_qualifier;
        output.subject = subject;
        output.subject_type = subject_type;
        prop_assert_eq!(answered::<AssumeAgencyWithSaml>(&output)?, output);
    }

    #[test]
    fn a_decoded_message_is_read_back_equal(message in any_text()) {
        let output = DecodeAuthorizationMessageOutput::new(message);
        prop_assert_eq!(answered::<DecodeAuthorizationMessage>(&output)?, output);
    }

    #[test]
    fn a_caller_is_read_back_equal((account, urn, id) in (any_text(), any_text(), any_text())) {
        let output = GetCallerIdentityOutput::new(account, urn, id);
        prop_assert_eq!(answered::<GetCallerIdentity>(&output)?, output);
    }
}
