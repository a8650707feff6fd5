//! The credential providers of this workspace read from the server.

use std::io;
use std::path::Path;

use huaweicloud_sts::hyper::HyperTransport;
use huaweicloud_sts::proto::Body;
use huaweicloud_sts::providers::{
    ContainerCredentials, IamFederation, OidcAgency, PodIdentity, SharedProvider,
};
use huaweicloud_sts::sts_client::Environment;
use huaweicloud_sts::sts_client::{Client, InvalidVariable};
use huaweicloud_sts::{Credentials, Endpoint, SystemEnvironment};

use crate::server::Server;
use crate::support::Cloud;

/// The variables of a server, and the files of this machine.
struct Variables<'a>(&'a Server);

impl Environment for Variables<'_> {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        Ok(self.0.variables().get(name).cloned().flatten())
    }

    fn read_file(&self, path: &Path) -> io::Result<Body> {
        SystemEnvironment.read_file(path)
    }
}

/// Returns the credentials of a provider, and the identity that they have at the emulator.
fn read(cloud: &Cloud, server: &Server, provider: SharedProvider) -> (Credentials, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let endpoint = Endpoint::parse_allowing_http(cloud.emulator.url()).unwrap();
        let local = server.variable("HUAWEICLOUD_SDK_STS_ENDPOINT");
        let local = Endpoint::parse_allowing_http(local).unwrap();
        let transport = HyperTransport::new().unwrap();
        let reader = Client::builder(transport.clone()).endpoint(local).build().unwrap();
        let session = reader.session(provider).unwrap();
        let credentials = session.credentials().await.unwrap();
        let builder =
            Client::builder(transport).endpoint(endpoint).credentials(credentials.clone());
        let caller = builder.build().unwrap().caller_identity().await.unwrap();
        (Credentials::clone(&credentials), caller.principal_urn)
    })
}

#[test]
fn each_provider_gets_the_same_credentials() {
    let cloud = Cloud::start();
    let server = Server::start(&cloud);
    let environment = Variables(&server);
    let providers = [
        SharedProvider::new(IamFederation::from_environment(&environment).unwrap()),
        SharedProvider::new(OidcAgency::from_environment(&environment).unwrap()),
        SharedProvider::new(PodIdentity::from_environment(&environment).unwrap()),
        SharedProvider::new(ContainerCredentials::from_environment(&environment).unwrap()),
    ];
    let expected = server.credentials();
    for provider in providers {
        let (credentials, caller) = read(&cloud, &server, provider);
        assert_eq!(expected["AccessKeyId"], credentials.access_key_id);
        assert!(caller.ends_with(":assumed-agency:demo/sts-cli"), "{caller}");
    }
}
