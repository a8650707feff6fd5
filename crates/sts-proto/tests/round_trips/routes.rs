//! Routing of requests, and responses to invalid requests.

use std::time::Duration;

use http::{Method, Request};
use sts_proto::server::{AnyOperation, ErrorResponse, RequestError};
use sts_proto::{
    AssumeAgency, Authentication, Caller, Endpoint, ErrorKind, GetCallerIdentity, InvalidBody,
    Operation, Region,
};

fn request(method: Method, path: &str, body: &str) -> Request<String> {
    Request::builder().method(method).uri(path).body(body.to_owned()).unwrap()
}

#[test]
fn an_operation_is_told_by_path_and_method() {
    let body = r#"{"agency_urn":"a","agency_session_name":"s"}"#;
    let read = AnyOperation::read(&request(Method::POST, "/v5/agencies/assume", body));
    let expected = AssumeAgency::new("a", "s");
    assert_eq!(read, Ok(AnyOperation::AssumeAgency(expected)));
    let identity = AnyOperation::read(&request(Method::GET, "/v5/caller-identity", "ignored"));
    assert_eq!(identity, Ok(AnyOperation::GetCallerIdentity(GetCallerIdentity::new())));
}

#[test]
fn an_invalid_request_names_the_invalid_part() {
    for path in ["/", "/v5", "/v5/agencies/assume/", "/v5/agencies/Assume", "/v5//caller-identity"]
    {
        let read = AnyOperation::read(&request(Method::GET, path, ""));
        assert_eq!(read, Err(RequestError::UnknownOperation), "{path}");
    }
    let read = AnyOperation::read(&request(Method::GET, "/v5/agencies/assume", ""));
    assert_eq!(read, Err(RequestError::WrongMethod));
    let read = AnyOperation::read(&request(Method::POST, "/v5/agencies/assume", ""));
    assert_eq!(read, Err(RequestError::InvalidBody(InvalidBody::Empty)));
    let half = r#"{"agency_urn":"a"}"#;
    let error =
        AnyOperation::read(&request(Method::POST, "/v5/agencies/assume", half)).unwrap_err();
    assert_eq!(error.to_string(), "invalid request body: missing field agency_session_name");
}

#[test]
fn the_response_to_an_invalid_request_is_that_of_the_gateway() {
    let response_to = |invalid| AssumeAgency::read(&ErrorResponse::from(invalid).to_response());
    for invalid in [RequestError::UnknownOperation, RequestError::WrongMethod] {
        let error = response_to(invalid).unwrap_err();
        assert_eq!((error.status().as_u16(), error.kind()), (404, ErrorKind::NotFound));
        assert_eq!(error.code().unwrap().as_str(), "APIGW.0101");
    }
    let error = response_to(RequestError::InvalidBody(InvalidBody::Empty)).unwrap_err();
    assert_eq!((error.status().as_u16(), error.kind()), (400, ErrorKind::InvalidRequest));
    assert_eq!(error.message(), Some("Invalid body parameter: empty body"));
}

#[test]
fn fields_of_requests_have_their_types() {
    for (body, path) in [
        (
            r#"{"agency_urn":"a","agency_session_name":"s","duration_seconds":-1}"#,
            "duration_seconds",
        ),
        (
            r#"{"agency_urn":"a","agency_session_name":"s","duration_seconds":1.5}"#,
            "duration_seconds",
        ),
        (
            r#"{"agency_urn":"a","agency_session_name":"s","duration_seconds":"900"}"#,
            "duration_seconds",
        ),
        (
            r#"{"agency_urn":"a","agency_session_name":"s","duration_seconds":4294967296}"#,
            "duration_seconds",
        ),
        (r#"{"agency_urn":"a","agency_session_name":"s","tags":{}}"#, "tags"),
        (r#"{"agency_urn":"a","agency_session_name":"s","tags":[["k","v"]]}"#, "tags"),
        (
            r#"{"agency_urn":"a","agency_session_name":"s","tags":[{"key":"k","value":null}]}"#,
            "tags",
        ),
        (
            r#"{"agency_urn":"a","agency_session_name":"s","provided_contexts":[["p","a"]]}"#,
            "provided_contexts",
        ),
        (r#"{"agency_urn":"a","agency_session_name":"s","token_code":123456}"#, "token_code"),
    ] {
        let read = AnyOperation::read(&request(Method::POST, "/v5/agencies/assume", body));
        match read {
            Err(RequestError::InvalidBody(InvalidBody::InvalidField { path: found, .. })) => {
                assert!(found.starts_with(path), "{found} in {body}");
            }
            other => panic!("{body}: {other:?}"),
        }
    }
    let missing = r#"{"agency_urn":"a","agency_session_name":"s","tags":[{"key":"k"}]}"#;
    let read = AnyOperation::read(&request(Method::POST, "/v5/agencies/assume", missing));
    let Err(RequestError::InvalidBody(InvalidBody::MissingField { path, .. })) = read else {
        panic!("{read:?}");
    };
    assert_eq!(path, "tags.value");
    let nulls = r#"{"agency_urn":"a","agency_session_name":"s","tags":null,"token_code":null,"policy":null}"#;
    let read = AnyOperation::read(&request(Method::POST, "/v5/agencies/assume", nulls));
    assert_eq!(read, Ok(AnyOperation::AssumeAgency(AssumeAgency::new("a", "s"))));
}

#[test]
fn each_operation_has_a_name_in_both_spellings_and_tells_whether_it_is_signed() {
    let names: Vec<_> = AnyOperation::names().collect();
    assert_eq!(
        names,
        [
            "assume_agency",
            "assume_agency_with_oidc",
            "assume_agency_with_saml",
            "decode_authorization_message",
            "get_caller_identity",
        ]
    );
    let all = r#"{"agency_urn":"a","agency_session_name":"s","provider_urn":"p","id_token":"t","saml_assertion":"a","encoded_message":"m"}"#;
    for name in names {
        let operation = AnyOperation::from_json(name, all.as_bytes()).unwrap();
        let same = AnyOperation::from_json(operation.name(), all.as_bytes()).unwrap();
        assert_eq!(same, operation);
        let request = operation.to_request_unvalidated(&Endpoint::from(Region::CN_EAST_3)).unwrap();
        let (method, path) = (request.method(), request.uri().path());
        let told = AnyOperation::authentication_of(method, path);
        assert_eq!(told, Some(operation.authentication()));
        let is_federated = name.contains("_with_");
        assert_eq!(told == Some(Authentication::Unsigned), is_federated, "{name}");
    }
    let unknown = AnyOperation::from_json("assumeagency", b"{}");
    assert_eq!(unknown, Err(RequestError::UnknownOperation));
    assert_eq!(AnyOperation::authentication_of(&Method::PUT, "/v5/agencies/assume"), None);
}

#[test]
fn limits_are_the_same_on_both_sides() {
    let operation = AssumeAgency::new("reader", "b").duration(Duration::from_secs(7200));
    let any = AnyOperation::AssumeAgency(operation.clone());
    for caller in [Caller::Permanent, Caller::Temporary] {
        assert_eq!(any.validate_for(caller), operation.validate_for(caller));
    }
}

#[test]
fn an_operation_on_the_servers_side_prints_no_secret() {
    let body =
        r#"{"agency_urn":"a","provider_urn":"p","agency_session_name":"s","id_token":"PLANTED"}"#;
    let operation = AnyOperation::from_json("assume_agency_with_oidc", body.as_bytes()).unwrap();
    assert!(!format!("{operation:?}").contains("PLANTED"));
}
