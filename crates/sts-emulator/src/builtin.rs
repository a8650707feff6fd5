//! The built-in config: what an emulator without a configuration knows. It is the same in every
//! release, so tests may rely on it.

use sts_proto::{Credentials, Secret};

use crate::config::Config;
use crate::model::agency::Agency;
use crate::model::deny_rule::DenyRule;
use crate::model::metadata::MetadataRules;
use crate::model::principal::User;
use crate::model::principal_pattern::PrincipalPattern;
#[cfg(feature = "oidc")]
use crate::oidc::{OidcProvider, TrustedIssuer};
#[cfg(feature = "saml")]
use crate::saml::SamlProvider;

/// The one account.
pub const ACCOUNT_ID: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

/// The one user of the account.
pub const USER_NAME: &str = "emulator";

/// The user's access key.
pub const ACCESS_KEY_ID: &str = "HSTAEMULATOR00000001";

/// The secret of the user's access key.
pub const SECRET_ACCESS_KEY: &str = "emulator-secret-key";

/// An agency that everybody in the account may assume, and whom [`OIDC_PROVIDER_URN`] and
/// [`SAML_PROVIDER_URN`] vouch for, for up to twelve hours.
pub const AGENCY_URN: &str = "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:demo";

/// An agency that exists and denies everybody.
pub const FORBIDDEN_AGENCY_URN: &str = "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:forbidden";

/// A provider that takes the ID tokens of the emulator's own [issuer](crate::OidcIssuer), for the
/// agency [`AGENCY_URN`].
pub const OIDC_PROVIDER_URN: &str = "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:oidcProvider:emulator";

/// The audience that the provider's tokens need.
pub const OIDC_CLIENT_ID: &str = "sts";

/// A SAML provider for the agency [`AGENCY_URN`]. It has no certificate, so the signatures of its
/// assertions are not checked: anybody can write them.
pub const SAML_PROVIDER_URN: &str = "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:samlProvider:emulator";

/// The issuer that the provider's assertions need.
pub const SAML_ISSUER: &str = "https://saml-issuer.sts-emulator.invalid";

/// The audience that the provider's assertions need.
pub const SAML_AUDIENCE: &str = "sts";

/// What a pod has to show at the pod-identity endpoint, the content of its token file. The endpoint
/// gives keys of the agency [`AGENCY_URN`], and so does the metadata endpoint.
pub const POD_TOKEN: &str = "emulator-pod-token";

/// The user's key, ready to sign with.
///
/// ```
/// let credentials = sts_emulator::builtin::credentials();
/// assert_eq!(credentials.access_key_id, "HSTAEMULATOR00000001");
/// ```
#[must_use]
pub fn credentials() -> Credentials {
    Credentials::permanent(ACCESS_KEY_ID, SECRET_ACCESS_KEY)
}

impl Default for Config {
    /// Returns the [built-in configuration](crate::builtin).
    fn default() -> Self {
        let mut config = Self::empty();
        let user = User::new(ACCOUNT_ID, USER_NAME, None);
        config.add_key(&user, ACCESS_KEY_ID, Secret::from(SECRET_ACCESS_KEY));
        let trust = vec![PrincipalPattern::Account(ACCOUNT_ID.to_owned())];
        let agency = |name: &str| Agency::new(ACCOUNT_ID, name, None, trust.clone());
        let mut demo = agency("demo");
        for provider in [OIDC_PROVIDER_URN, SAML_PROVIDER_URN] {
            demo.trust.push(PrincipalPattern::Urn(provider.to_owned()));
        }
        config.add_agency(demo);
        config.add_agency(agency("forbidden"));
        config.add_deny_rule(DenyRule::for_resource(FORBIDDEN_AGENCY_URN.to_owned()));
        #[cfg(feature = "oidc")]
        config.add_oidc_provider(OidcProvider {
            account: ACCOUNT_ID.to_owned(),
            name: "emulator".to_owned(),
            client_ids: vec![OIDC_CLIENT_ID.to_owned()],
            issuer: TrustedIssuer::Own,
        });
        #[cfg(feature = "saml")]
        config.add_saml_provider(SamlProvider {
            account: ACCOUNT_ID.to_owned(),
            name: "emulator".to_owned(),
            issuer: SAML_ISSUER.to_owned(),
            audience: SAML_AUDIENCE.to_owned(),
            recipient: None,
            certificate: None,
        });
        config.set_metadata(MetadataRules {
            agency_urn: AGENCY_URN.to_owned(),
            has_tokens: true,
            pod_token: Some(Secret::from(POD_TOKEN)),
        });
        config
    }
}
