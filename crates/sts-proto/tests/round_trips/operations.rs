//! Requests, written by the client and read by the server.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use sts_proto::server::AnyOperation;
use sts_proto::{
    AssumeAgency, AssumeAgencyWithOidc, AssumeAgencyWithSaml, DecodeAuthorizationMessage, Endpoint,
    GetCallerIdentity, Operation, ProvidedContext, Region, Tag,
};

use crate::text::{any_secret, any_text, maybe_list, maybe_text};

prop_compose! {
    fn assume_agency()(
        (agency_urn, session_name) in (any_text(), any_text()),
        duration_seconds in any::<Option<u32>>(),
        (external_id, policy, policy_ids) in (maybe_text(), maybe_text(), maybe_list()),
        (serial_number, token_code) in (maybe_text(), option::of(any_secret())),
        source_identity in maybe_text(),
        tags in option::of(vec((any_text(), any_text()), 0..4)),
        transitive_tag_keys in maybe_list(),
        contexts in option::of(vec((any_text(), any_secret()), 0..3)),
    ) -> AssumeAgency {
        let mut operation = AssumeAgency::new(agency_urn, session_name);
        operation.duration_seconds = duration_seconds;
        operation.external_id = external_id;
        operation.policy = policy;
        operation.policy_ids = policy_ids;
        operation.serial_number = serial_number;
        operation.token_code = token_code;
        operation.source_identity = source_identity;
        operation.tags = tags.map(|tags| tags.into_iter().map(|(k, v)| Tag::new(k, v)).collect());
        operation.transitive_tag_keys = transitive_tag_keys;
        operation.provided_contexts = contexts
            .map(|all| all.into_iter().map(|(p, a)| ProvidedContext::new(p, a)).collect());
        operation
    }
}

prop_compose! {
    fn with_oidc()(
        (provider, agency, session_name) in (any_text(), any_text(), any_text()),
        id_token in any_secret(),
        duration_seconds in any::<Option<u32>>(),
        (policy, policy_ids) in (maybe_text(), maybe_list()),
    ) -> AssumeAgencyWithOidc {
        let mut operation = AssumeAgencyWithOidc::new(provider, agency, session_name, id_token);
        operation.duration_seconds = duration_seconds;
        operation.policy = policy;
        operation.policy_ids = policy_ids;
        operation
    }
}

prop_compose! {
    fn with_saml()(
        (provider, agency, assertion) in (any_text(), any_text(), any_secret()),
        duration_seconds in any::<Option<u32>>(),
        (policy, policy_ids) in (maybe_text(), maybe_list()),
    ) -> AssumeAgencyWithSaml {
        let mut operation = AssumeAgencyWithSaml::new(provider, agency, assertion);
        operation.duration_seconds = duration_seconds;
        operation.policy = policy;
        operation.policy_ids = policy_ids;
        operation
    }
}

pub(crate) fn any_operation() -> impl Strategy<Value = AnyOperation> {
    prop_oneof![
        assume_agency().prop_map(AnyOperation::AssumeAgency),
        with_oidc().prop_map(AnyOperation::AssumeAgencyWithOidc),
        with_saml().prop_map(AnyOperation::AssumeAgencyWithSaml),
        any_text().prop_map(|text| {
            AnyOperation::DecodeAuthorizationMessage(DecodeAuthorizationMessage::new(text))
        }),
        Just(AnyOperation::GetCallerIdentity(GetCallerIdentity::new())),
    ]
}

proptest! {
    #[test]
    fn a_request_is_read_back_equal(operation in any_operation()) {
        let request = operation.to_request_unvalidated(&Endpoint::from(Region::AP_SOUTHEAST_3))?;
        prop_assert_eq!(AnyOperation::read(&request)?, operation.clone());
        let json = request.body().as_ref();
        prop_assert_eq!(AnyOperation::from_json(operation.name(), json)?, operation);
    }

    #[test]
    fn what_validates_is_sent_the_same_with_and_without_validation(operation in assume_agency()) {
        let endpoint = Endpoint::from(Region::AP_SOUTHEAST_3);
        match operation.to_request(&endpoint) {
            Ok(request) => {
                let unvalidated = operation.to_request_unvalidated(&endpoint)?;
                prop_assert_eq!(request.body().as_ref(), unvalidated.body().as_ref());
            }
            Err(error) => {
                prop_assert!(!error.violations().is_empty());
                prop_assert_eq!(operation.validate(), Err(error));
            }
        }
    }
}
