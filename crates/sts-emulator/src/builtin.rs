//! The built-in configuration. It is the same in every release, so tests can rely on it.

use sts_proto::{Credentials, Secret};
use sts_sign::Signer;

use crate::config::Config;
use crate::model::account::Account;
use crate::model::agency::Agency;
use crate::model::deny_rule::DenyRule;
use crate::model::metadata::{MetadataRules, MetadataTokens};
use crate::model::principal::User;
use crate::model::principal_pattern::PrincipalPattern;
#[cfg(feature = "oidc")]
use crate::oidc::{OidcProvider, TrustedIssuer};
#[cfg(feature = "saml")]
use crate::saml::SamlProvider;

/// Id of the account.
pub const ACCOUNT_ID: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

/// Name of the account.
pub const ACCOUNT_NAME: &str = "emulator-account";

/// Name of the user.
pub const USER_NAME: &str = "emulator";

/// Access key id of the user.
pub const ACCESS_KEY_ID: &str = "HSTAEMULATOR00000001";

/// Secret access key of the user.
pub const SECRET_ACCESS_KEY: &str = "emulator-secret-key";

/// An agency that all users of the account, and holders of tokens of [`OIDC_PROVIDER_URN`] and
/// [`SAML_PROVIDER_URN`], may assume for up to 12 hours.
pub const AGENCY_URN: &str = "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:demo";

/// An agency that no caller may assume.
pub const FORBIDDEN_AGENCY_URN: &str = "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:forbidden";

/// An OIDC provider that accepts the ID tokens of the emulator's own issuer. The agency
/// [`AGENCY_URN`] trusts it.
pub const OIDC_PROVIDER_URN: &str = "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:oidcProvider:emulator";

/// The audience that ID tokens must have.
pub const OIDC_CLIENT_ID: &str = "sts";

/// A SAML provider that the agency [`AGENCY_URN`] trusts. It has no certificate, so the signatures
/// of its assertions are not verified: any program can issue them.
pub const SAML_PROVIDER_URN: &str = "iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:samlProvider:emulator";

/// The issuer that assertions must have.
pub const SAML_ISSUER: &str = "https://saml-issuer.sts-emulator.invalid";

/// The audience that assertions must have.
pub const SAML_AUDIENCE: &str = "sts";

/// Content of the token file of a pod. The pod-identity endpoint and the metadata service return
/// credentials of the agency [`AGENCY_URN`].
pub const POD_TOKEN: &str = "emulator-pod-token";

/// Returns the permanent credentials of the user.
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
        config.add_account(Account {
            id: ACCOUNT_ID.to_owned(),
            name: ACCOUNT_NAME.to_owned(),
            projects: None,
        });
        let user = User::new(ACCOUNT_ID, USER_NAME, None);
        config.add_user(user.clone());
        // The built-in access key is valid.
        if let Ok(signer) = Signer::from_parts(ACCESS_KEY_ID, SECRET_ACCESS_KEY) {
            config.add_access_key(&user, signer, Secret::from(SECRET_ACCESS_KEY));
        }
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
            tokens: MetadataTokens::Optional,
            pod_token: Some(Secret::from(POD_TOKEN)),
        });
        config
    }
}
