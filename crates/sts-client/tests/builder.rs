//! Builders of clients: defaults, credentials from a provider, and erased types.
#![expect(clippy::unwrap_used, reason = "a test that goes wrong panics")]

use std::future::ready;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_lite::future::block_on;
use http::Response;
use sts_client::{
    Client, ClientBuilder, Clock, DynClient, Exchange, Now, Transport, TransportError, blocking,
};
use sts_proto::{AssumeAgency, AssumeAgencyWithOidc, Body, Credentials, Endpoint, Region};
use time::OffsetDateTime;
use time::macros::datetime;

const START: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);

/// The clock of a machine that is ten minutes behind the service.
struct Slow;

impl Clock for Slow {
    fn now(&self) -> Now {
        Now::new(START - time::Duration::minutes(10), Duration::from_secs(5))
    }

    fn seed(&self) -> u64 {
        7
    }
}

/// A service that issues credentials for an ID token and identifies their holder. Clones share the
/// log of the access keys.
#[derive(Clone, Default)]
struct Service(Arc<Mutex<Vec<Option<String>>>>);

impl Service {
    fn respond(&self, exchange: &Exchange) -> Response<Body> {
        let headers = exchange.request.headers();
        let key = headers.get("authorization").map(|value| {
            let value = value.to_str().unwrap();
            value.split_once("Access=").unwrap().1.split_once(',').unwrap().0.to_owned()
        });
        self.0.lock().unwrap().push(key);
        let json = if exchange.request.uri().path().ends_with("caller-identity") {
            r#"{"account_id":"0a1b","principal_urn":"iam::0a1b:user:u","principal_id":"u"}"#
        } else {
            r#"{"assumed_agency":{"urn":"sts::0a1b:assumed-agency:a/s","id":"i:s"},
               "audience":"aud","provider":"p","subject_from_id_token":"sub","credentials":
               {"access_key_id":"HSTISSUED00000000001","secret_access_key":"s",
               "security_token":"t","expiration":"2026-03-05T08:08:09Z"}}"#
        };
        let response = Response::builder().header("date", "Thu, 05 Mar 2026 07:08:09 GMT");
        response.body(Body::from(json.as_bytes().to_vec())).unwrap()
    }

    fn keys(&self) -> Vec<Option<String>> {
        self.0.lock().unwrap().clone()
    }
}

impl Transport for Service {
    fn send(
        &self,
        exchange: Exchange,
    ) -> impl Future<Output = Result<Response<Body>, TransportError>> + Send {
        ready(Ok(self.respond(&exchange)))
    }

    async fn sleep(&self, _: Duration) {
        std::future::pending::<()>().await;
    }
}

impl blocking::Transport for Service {
    fn send(&self, exchange: Exchange) -> Result<Response<Body>, TransportError> {
        Ok(self.respond(&exchange))
    }

    fn sleep(&self, _: Duration) {}
}

fn builder(service: &Service) -> ClientBuilder<Service> {
    Client::builder(service.clone()).clock(Slow).region("cn-north-4")
}

fn oidc() -> AssumeAgencyWithOidc {
    AssumeAgencyWithOidc::new("iam::0a1b:oidcProvider:p", "iam::0a1b:agency:a", "name", "id-token")
}

fn issued() -> Vec<Option<String>> {
    let key = Some("HSTISSUED00000000001".to_owned());
    vec![None, key.clone(), key]
}

#[test]
fn a_client_refreshes_the_credentials_of_its_provider() {
    let service = Service::default();
    let client = builder(&service).credentials_from(oidc()).build().unwrap();
    assert!(service.keys().is_empty(), "nothing is sent before the first call");
    for _ in 0..2 {
        block_on(client.caller_identity()).unwrap();
    }
    assert_eq!(service.keys(), issued(), "one refresh for both calls");

    let credentials = block_on(client.credentials_provider().credentials()).unwrap();
    assert_eq!(credentials.access_key_id, "HSTISSUED00000000001");
    assert_eq!(service.keys(), issued(), "the session of the client");
}

#[test]
fn a_blocking_client_refreshes_the_credentials_of_its_provider() {
    let service = Service::default();
    let client = builder(&service).credentials_from(oidc()).build_blocking().unwrap();
    for _ in 0..2 {
        client.caller_identity().unwrap();
    }
    client.credentials_provider().credentials().unwrap();
    assert_eq!(service.keys(), issued());
}

#[test]
fn an_invalid_provider_is_an_error_of_the_builder() {
    let service = Service::default();
    let invalid = || AssumeAgency::new("iam::0a1b:agency:a", "?");
    let error = builder(&service).credentials_from(invalid()).build().unwrap_err();
    assert!(error.to_string().contains("agency_session_name"), "{error}");
    let error = builder(&service).credentials_from(invalid()).build_blocking().unwrap_err();
    assert!(error.clone().to_string().contains("agency_session_name"), "{error}");
}

#[test]
fn an_erased_client_shares_what_the_client_has_learned() {
    let service = Service::default();
    let keys = Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3");
    let client = builder(&service).credentials(keys).build().unwrap();
    let erased: DynClient = client.erased();
    assert_eq!(client.service_time(), None);

    block_on(erased.caller_identity()).unwrap();
    let service_time = client.service_time().unwrap();
    assert_eq!(service_time.time, START);
    assert_eq!(service_time.precision, Duration::from_secs(1), "a date has no fraction");
    assert_eq!(erased.service_time(), Some(service_time));
}

#[test]
fn endpoints_are_given_by_value_or_by_reference() {
    let (region, url) = ("cn-north-4".to_owned(), "https://sts.example.com".to_owned());
    let (parsed, endpoint) =
        (Region::new("eu-west-101").unwrap(), url.parse::<Endpoint>().unwrap());
    let builder = Client::builder(Service::default())
        .clock(Slow)
        .region(&region)
        .region(&parsed)
        .region("cn-south-1")
        .endpoint(&url)
        .endpoint(&endpoint);
    let shown = format!("{builder:?}");
    builder.build().unwrap();
    for host in ["cn-north-4", "eu-west-101", "cn-south-1", "sts.example.com"] {
        assert!(shown.contains(host), "{shown}");
    }
}

#[test]
fn an_endpoint_is_required() {
    let error = Client::builder(Service::default()).clock(Slow).build().unwrap_err();
    assert!(error.to_string().starts_with("missing endpoint"), "{error}");
}

#[test]
#[cfg(not(feature = "system"))]
fn a_clock_is_required() {
    let error = Client::builder(Service::default()).region("cn-north-4").build().unwrap_err();
    assert!(error.to_string().starts_with("missing clock"), "{error}");
}

#[test]
#[cfg(feature = "system")]
fn the_clock_of_the_system_is_the_default() {
    let client = Client::builder(Service::default()).region("cn-north-4").build().unwrap();
    assert_eq!(client.service_time(), None);
}

#[test]
fn a_client_without_an_endpoint_has_credentials_and_makes_no_calls() {
    let keys = Credentials::permanent("EXAMPLEAK00000000001", "secret");
    let error = Client::builder(Service::default()).build().unwrap_err();
    assert!(error.to_string().contains("endpoint"), "{error}");

    let builder = || Client::builder(Service::default()).without_endpoint().clock(Slow);
    let client = builder().credentials(keys).build().unwrap();
    assert_eq!(client.credentials_provider().access_key_id, "EXAMPLEAK00000000001");
    let error = block_on(client.caller_identity()).unwrap_err();
    assert!(matches!(error.failure(), sts_client::Failure::NoEndpoint), "{error:?}");
    assert_eq!(error.kind(), sts_proto::ErrorKind::Configuration);

    let issued = builder().credentials_from(oidc()).build().unwrap();
    let session = issued.credentials_provider().clone();
    let error = block_on(session.credentials()).unwrap_err();
    assert_eq!(error.kind(), sts_proto::ErrorKind::Configuration, "{error:?}");
}

#[test]
fn an_operation_can_be_called_by_reference() {
    let keys = Credentials::permanent("EXAMPLEAK00000000001", "secret");
    let client = builder(&Service::default()).credentials(keys).build().unwrap();
    let operation = sts_proto::GetCallerIdentity::new();
    for _ in 0..2 {
        let completed = block_on(client.call(&operation)).unwrap();
        assert_eq!(completed.output.account_id, "0a1b");
    }
}

#[test]
fn credentials_are_obtained_once_without_a_session() {
    let service = Service::default();
    let with_code =
        AssumeAgency::new("iam::0a1b:agency:a", "name").mfa("iam::0a1b:mfa:d", "123456");
    let keys = || Credentials::permanent("EXAMPLEAK00000000001", "secret");

    let client = builder(&service).credentials(keys()).build().unwrap();
    for _ in 0..2 {
        let issued = block_on(client.obtain(&with_code)).unwrap();
        assert_eq!(issued.credentials().access_key_id, "HSTISSUED00000000001");
    }
    let client = builder(&service).credentials(keys()).build_blocking().unwrap();
    let issued = client.obtain(&with_code).unwrap();
    assert_eq!(issued.credentials().access_key_id, "HSTISSUED00000000001");
    assert_eq!(service.keys().len(), 3, "each call is a request");

    let error = block_on(builder(&service).build().unwrap().obtain(&with_code)).unwrap_err();
    assert_eq!(error.kind(), sts_proto::ErrorKind::Credentials);
    assert_eq!(service.keys().len(), 3);
}

/// Futures are moved, and boxed by `Client::erased` and by runtimes.
#[test]
fn the_future_of_a_call_is_not_much_larger_than_its_state_machine() {
    let client = builder(&Service::default()).build().unwrap();
    let call = std::mem::size_of::<sts_client::Call<sts_proto::GetCallerIdentity>>();
    let future = std::mem::size_of_val(&client.caller_identity());
    assert!(future <= 3 * call, "{future} bytes for a machine of {call}");
}
