//! Shared providers and type-erased providers.

use std::sync::Arc;

use sts_client::transport::DynTransport;
use sts_client::{BlockingClient, Client, DynClient};
use sts_client::{
    CredentialsRequest, NoCredentials, ProvideCredentials, SharedCredentials, blocking,
};
use sts_proto::{Credentials, GetCallerIdentity};
use sts_providers::{Chain, EnvironmentVariables, ProfileFile};

use crate::world::{Place, Wire, answer, ask, ask_blocking};

const IDENTITY: &str = r#"{"account_id":"a","principal_urn":"u","principal_id":"p"}"#;

fn place() -> Place {
    Place::default()
        .with_variable("HUAWEICLOUD_SDK_AK", "ENV")
        .with_variable("HUAWEICLOUD_SDK_SK", "s")
        .with_file("/profile", "[basic]\nak = PROFILE\nsk = s\n")
}

/// Returns the access keys that signed the requests.
fn signers(wire: &Wire) -> Vec<String> {
    let of = |authorization: &str| {
        authorization.split_once("Access=").unwrap().1.split(',').next().unwrap().to_owned()
    };
    wire.seen().iter().map(|seen| of(seen.header("authorization").unwrap())).collect()
}

#[test]
fn clients_share_a_provider_and_its_cache() {
    let place = place();
    let profile = Arc::new(ProfileFile::new(place.clone()).at("/profile"));
    let wire = Wire::new(|_| answer(200, IDENTITY));
    let builder = || Client::builder(wire.clone(), place.clone()).region("cn-north-4");
    let one = builder().credentials_provider(Arc::clone(&profile)).build().unwrap();
    let other = builder().credentials_provider(profile.clone()).build_blocking().unwrap();
    futures_lite::future::block_on(one.caller_identity()).unwrap();
    place.remove("/profile");
    other.caller_identity().unwrap();
    assert_eq!(signers(&wire), ["PROFILE", "PROFILE"]);
    assert!(Arc::ptr_eq(&ask(&profile).unwrap(), &ask_blocking(&profile).unwrap()));
}

#[test]
fn credentials_in_an_arc_are_still_a_provider() {
    let keys = Arc::new(Credentials::permanent("AK", "s"));
    assert!(Arc::ptr_eq(&ask(&keys).unwrap(), &keys));
    assert!(Arc::ptr_eq(&ask_blocking(&keys).unwrap(), &keys));
    assert!(Arc::ptr_eq(&ask(&Arc::new(keys.clone())).unwrap(), &keys));
}

#[test]
fn a_client_need_not_name_transport_and_provider() {
    let place = place();
    let wire = Wire::new(|_| answer(200, IDENTITY));
    let sources: [SharedCredentials; 3] = [
        SharedCredentials::new(EnvironmentVariables::new(place.clone())),
        SharedCredentials::new(
            Chain::new().with("profile", ProfileFile::new(place.clone()).at("/profile")),
        ),
        SharedCredentials::new(NoCredentials),
    ];
    for source in sources {
        let transport: Arc<dyn DynTransport> = Arc::new(wire.clone());
        let client: DynClient = Client::builder(transport, place.clone())
            .region("cn-north-4")
            .credentials_provider(source)
            .build()
            .unwrap();
        let _ = futures_lite::future::block_on(client.call(GetCallerIdentity::new()));
    }
    assert_eq!(signers(&wire), ["ENV", "PROFILE"]);
}

#[test]
fn a_blocking_provider_can_be_type_erased_too() {
    type Source = Arc<dyn blocking::ProvideCredentials + Send + Sync>;
    let place = place();
    let wire = Wire::new(|_| answer(200, IDENTITY));
    let source: Source = Arc::new(EnvironmentVariables::new(place.clone()));
    let client: BlockingClient<Wire, Source> = Client::builder(wire.clone(), place)
        .region("cn-north-4")
        .credentials_provider(source)
        .build_blocking()
        .unwrap();
    client.caller_identity().unwrap();
    assert_eq!(signers(&wire), ["ENV"]);
}

#[test]
fn the_future_of_a_type_erased_provider_is_send() {
    const fn assert_send<T: Send>(_: &T) {}
    let source = SharedCredentials::new(EnvironmentVariables::new(place()));
    assert_send(&source.credentials(CredentialsRequest::default()));
}
