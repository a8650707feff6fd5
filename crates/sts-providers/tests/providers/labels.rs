//! Names and lifetimes of providers, which sessions report and rely on.

use std::time::Duration;

use sts_client::Command;
use sts_client::session::RefreshProvider;
use sts_credentials::Secret;
use sts_proto::AssumeAgency;
use sts_providers::identity_center::SavedAgency;
use sts_providers::{
    AgencyByName, ChainedAgency, ContainerCredentials, CredentialProcess, EcsMetadata,
    EnvironmentVariables, FileCache, HcloudProfile, IamFederation, MfaAgency, PodIdentity,
    ProfileFile, ProviderChain, TerraformVariables,
};

const URN: &str = "iam::0a1b:agency:backup";
const LABEL: &str = "iam::0a1b:agency:backup/nightly";

fn agency() -> AssumeAgency {
    AssumeAgency::new(URN, "nightly").duration(Duration::from_secs(900))
}

fn check(provider: &impl RefreshProvider, label: &str, lifetime: Option<u64>) {
    assert_eq!(provider.label(), label);
    assert_eq!(provider.lifetime(), lifetime.map(Duration::from_secs), "{label}");
}

#[test]
fn a_provider_is_named_after_the_identity_that_it_obtains() {
    let code = || Ok(Secret::from("123456"));
    check(&MfaAgency::new(agency(), "iam::0a1b:mfa:dev", code), LABEL, Some(900));
    check(&ChainedAgency::new(ProfileFile::new(), agency()), LABEL, Some(900));
    check(
        &FileCache::new(agency(), "/cache", "prod"),
        &format!("{LABEL}, cached in files"),
        Some(900),
    );
    let by_name =
        AgencyByName::of_account_name("backup", "prod").duration(Duration::from_secs(1200));
    check(&by_name, "agency backup of prod", Some(1200));
    let federation = IamFederation::new("gitlab", "/token").duration(Duration::from_secs(1800));
    check(&federation, "identity provider gitlab", Some(1800));
}

#[test]
fn a_provider_of_any_identity_is_named_after_its_origin() {
    let uri = "http://127.0.0.1:1/keys";
    check(&ContainerCredentials::new(uri).unwrap(), "credential server", None);
    check(&PodIdentity::new(uri, "/token").unwrap(), "pod identity", None);
    check(&EcsMetadata::default(), "ECS metadata", None);
    check(&EnvironmentVariables, "environment", None);
    check(&ProfileFile::new(), "profile file", None);
    check(&HcloudProfile::new(), "hcloud profile", None);
    check(&HcloudProfile::new().profile("prod"), "hcloud profile \"prod\"", None);
    check(&TerraformVariables::new(), "Terraform variables", None);
    check(&ProviderChain::new(), "provider chain", None);
    check(&SavedAgency::new("/home/u/sign-in.json"), "Identity Center sign-in", None);
    let command = Command::new("/opt/bin/issue-keys").arguments(["--token=secret"]);
    check(&CredentialProcess::new(command), "command /opt/bin/issue-keys", None);
}
