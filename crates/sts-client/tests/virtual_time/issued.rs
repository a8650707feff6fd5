//! Credentials with the time of their issuer, and fixed credentials of a session.

use std::sync::Arc;
use std::time::Duration;

use http::HeaderMap;
use sts_client::session::{
    CredentialState, IssuedCredentials, ReadyRefresh, RefreshProvider, SessionHealth,
};
use sts_client::transport::TransportErrorKind;
use sts_client::{CallContext, CredentialsError, Now, Platform, StateMachine, Step};
use sts_proto::{AssumeAgency, Credentials, ErrorKind};
use time::OffsetDateTime;
use time::macros::datetime;

use crate::cloud::http_date;
use crate::world::{START, keys};

/// The issuer's clock is a day behind the local one.
const ISSUER: OffsetDateTime = datetime!(2026-03-04 07:08:09 UTC);

fn after(seconds: u64) -> Now {
    Now::new(START, Duration::from_secs(100)).after(Duration::from_secs(seconds))
}

fn dated(date: OffsetDateTime) -> HeaderMap {
    HeaderMap::from_iter([(http::header::DATE, http_date(date).parse().unwrap())])
}

fn expiring(end: OffsetDateTime) -> IssuedCredentials {
    Credentials::temporary("HSTA", "s", "t", end).into()
}

#[test]
fn the_time_of_the_issuer_passes_from_the_middle_of_the_exchange() {
    let end = ISSUER + time::Duration::HOUR;
    for (took, at) in [(20, 10), (60, 30), (3600, 30)] {
        let issued = expiring(end).with_date_of(&dated(ISSUER), after(0), after(took));
        let passed = Duration::from_secs(4000 - at);
        assert_eq!(issued.issuer_time(after(4000)), Some(ISSUER + passed), "{took}");
    }
}

#[test]
fn a_date_far_from_the_expiration_is_ignored() {
    let hour = time::Duration::HOUR;
    for (from_date, is_used) in [(48, true), (49, false), (-48, true), (-49, false)] {
        let issued = expiring(ISSUER + hour * from_date);
        assert_eq!(issued.issuer_time(after(0)), None);
        let issued = issued.with_date_of(&dated(ISSUER), after(0), after(0));
        assert_eq!(issued.issuer_time(after(0)), is_used.then_some(ISSUER), "{from_date}");

        // The time of an earlier response stays.
        let earlier = ISSUER + hour * from_date - hour;
        let issued = expiring(ISSUER + hour * from_date)
            .with_date_of(&dated(earlier), after(0), after(0))
            .with_date_of(&dated(ISSUER), after(0), after(0));
        let expected = if is_used { ISSUER } else { earlier };
        assert_eq!(issued.issuer_time(after(0)), Some(expected));
    }
    let issued = IssuedCredentials::from(keys("HSTA"));
    let issued = issued.with_date_of(&dated(ISSUER), after(0), after(0));
    assert_eq!(issued.issuer_time(after(0)), Some(ISSUER), "without an expiration");
}

#[test]
fn issued_credentials_are_those_of_the_response() {
    let credentials = keys("HSTA");
    let issued = IssuedCredentials::from(credentials.clone());
    assert!(Arc::ptr_eq(issued.credentials(), &credentials));
    assert!(Arc::ptr_eq(&issued.into_credentials(), &credentials));
}

#[test]
fn a_ready_refresh_returns_its_credentials_once() {
    let credentials = keys("HSTA");
    let mut refresh = ReadyRefresh::new(credentials.clone());
    let Step::Done(Ok(issued)) = refresh.step(after(0)) else { panic!("credentials") };
    assert!(Arc::ptr_eq(issued.credentials(), &credentials));
    let Step::Done(Err(error)) = refresh.step(after(0)) else { panic!("an error") };
    assert_eq!(error.kind(), ErrorKind::Completed);
}

#[test]
fn labels_name_what_a_session_refreshes() {
    assert_eq!(keys("HSTA").label(), "fixed credentials");
    let operation = AssumeAgency::new("iam::0a1b:agency:backup", "nightly");
    assert_eq!(operation.label(), "iam::0a1b:agency:backup/nightly");
}

#[test]
fn a_provider_without_further_methods_is_named_after_its_type_and_not_cached() {
    struct Vault;

    impl RefreshProvider for Vault {
        type Refresh = ReadyRefresh;

        fn begin(
            &self,
            _: &Platform,
            _: &Arc<CallContext>,
        ) -> Result<ReadyRefresh, CredentialsError> {
            Ok(ReadyRefresh::new(keys("HSTA")))
        }
    }

    assert!(Vault.label().ends_with("::Vault"), "{}", Vault.label());
    assert_eq!((Vault.lifetime(), Vault.cache_key().is_some()), (None, false));
    assert!(!Vault.is_discovered());
}

#[test]
fn the_key_of_a_cache_is_the_request_without_its_signer() {
    let key = |duration| {
        let operation = AssumeAgency::new("iam::0a1b:agency:backup", "nightly");
        let key = operation.duration(Duration::from_secs(duration)).cache_key().unwrap();
        String::from_utf8(key.as_ref().to_vec()).unwrap()
    };
    assert_eq!(key(900), key(900));
    assert_ne!(key(900), key(901));
    let key = key(900);
    assert!(key.starts_with("AssumeAgency\n"), "{key}");
    assert!(key.contains(r#""agency_session_name":"nightly""#), "{key}");
    assert!(!key.to_lowercase().contains("authorization"), "{key}");
}

#[test]
fn names_for_logs_and_metrics_are_those_of_the_variants_in_snake_case() {
    use TransportErrorKind::{
        Cancelled, Closed, Connect, Other, Protocol, Proxy, Resolve, Timeout, Tls, TooLarge,
    };
    let transport =
        [Cancelled, Closed, Connect, Other, Protocol, Proxy, Resolve, Timeout, Tls, TooLarge];
    let states = [CredentialState::Fresh, CredentialState::Stale, CredentialState::Expired];
    let health = [
        SessionHealth::Healthy,
        SessionHealth::Failing,
        SessionHealth::Expiring,
        SessionHealth::Unavailable,
    ];
    let names = transport.map(|kind| (format!("{kind:?}"), kind.as_str())).into_iter();
    let names = names.chain(states.map(|state| (format!("{state:?}"), state.as_str())));
    let names = names.chain(health.map(|health| (format!("{health:?}"), health.as_str())));
    for (variant, name) in names {
        assert_eq!(name.replace('_', ""), variant.to_lowercase());
    }
    assert_eq!(TooLarge.to_string(), "too_large");
}
