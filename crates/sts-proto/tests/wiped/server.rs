//! What the server reads and writes.

use std::hint::black_box;
use std::io::Write;

use sts_proto::server::{AnyOperation, ToResponse};
use sts_proto::{
    AssumeAgency, AssumeAgencyOutput, AssumeAgencyWithOidcOutput, AssumeAgencyWithSamlOutput,
    AssumedAgency, Body, BodyWriter, Caller, Credentials, Endpoint, Operation, Region,
};
use time::OffsetDateTime;

use crate::{ALLOCATOR, ODD_JSON, PLAIN, SENDABLE, print};

fn request(secret: &str) -> Body {
    let mut body = BodyWriter::with_capacity(2048);
    write!(
        body,
        r#"{{"agency_urn":"a","agency_session_name":"s\u0041","token_code":"{secret}","provider_urn":"p","id_token":"{secret}","saml_assertion":"{secret}","provided_contexts":[{{"context_provider_urn":"c","context_assertion":"{secret}"}}],"future":"{secret}","encoded_message":"m"}}"#
    )
    .unwrap();
    body.finish()
}

pub(crate) fn reads_requests() {
    ALLOCATOR.assert_wiped("requests", || {
        for body in [request(PLAIN), request(ODD_JSON)] {
            for name in AnyOperation::names() {
                let operation = AnyOperation::from_json(name, body.as_ref()).unwrap();
                print(&operation.validate_for(Caller::Permanent));
                let endpoint = Endpoint::from(Region::CN_NORTH_4);
                let request = operation.to_request_unvalidated(&endpoint).unwrap();
                assert_eq!(AnyOperation::read(&request).as_ref(), Ok(&operation));
                print(&operation.clone());
                for end in 0..body.len() {
                    print(&AnyOperation::from_json(name, &body.as_ref()[..end]));
                }
            }
        }
    });
}

pub(crate) fn writes_answers() {
    ALLOCATOR.assert_wiped("written answers", || {
        for secret in [PLAIN, SENDABLE] {
            let agency = || AssumedAgency::new("u", "i");
            let end = OffsetDateTime::UNIX_EPOCH;
            let keys = || Credentials::temporary("AK", secret, secret, end);
            let plain = AssumeAgencyOutput::new(agency(), keys());
            let response = plain.to_response();
            assert_eq!(AssumeAgency::read(&response).unwrap(), plain);
            print(&response);
            let long = "a".repeat(5000);
            let oidc = AssumeAgencyWithOidcOutput::new(agency(), keys(), long, "p", "s");
            let mut saml = AssumeAgencyWithSamlOutput::new(agency(), keys());
            saml.issuer = Some("i".repeat(5000));
            drop(black_box((oidc.to_body(), saml.to_body())));
        }
    });
}
