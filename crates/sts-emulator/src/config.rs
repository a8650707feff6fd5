//! The configuration of an emulator: users with their access keys, agencies, identity providers.

#[cfg(feature = "config")]
mod error;
#[cfg(feature = "config")]
mod file;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use sts_proto::Secret;
use sts_sign::Signer;

#[cfg(feature = "config")]
pub use self::error::ConfigError;
use crate::faults::Injection;
use crate::model::account::Account;
use crate::model::agency::Agency;
use crate::model::deny_rule::DenyRule;
use crate::model::identity_center::IdentityCenterRules;
use crate::model::metadata::MetadataRules;
use crate::model::principal::User;
use crate::model::requester::Requester;
#[cfg(feature = "oidc")]
use crate::oidc::OidcProvider;
#[cfg(feature = "saml")]
use crate::saml::SamlProvider;

/// Configuration of an emulator: accounts with their users, access keys and agencies.
///
/// The default is the [built-in configuration](crate::builtin). With the feature `config`, other
/// configurations are parsed from TOML; `docs/emulator.md` describes the format.
///
/// ```
/// use sts_emulator::Config;
///
/// let config: Config = r#"
///     [[accounts]]
///     id = "00112233445566778899aabbccddeeff"
///
///     [[accounts.users]]
///     name = "alice"
///     access_keys = [{ access_key_id = "HSTALICE000000000001", secret_access_key = "alice-secret" }]
///
///     [[accounts.agencies]]
///     name = "reader"
///     max_duration = 3600
/// "#
/// .parse()?;
///
/// let error = "[[acounts]]".parse::<Config>().unwrap_err();
/// assert!(error.to_string().contains("line 1"));
/// # Ok::<(), sts_emulator::ConfigError>(())
/// ```
#[derive(Clone)]
pub struct Config {
    accounts: BTreeMap<String, Account>,
    users: BTreeMap<String, User>,
    access_keys: HashMap<String, AccessKey>,
    agencies: HashMap<String, Agency>,
    #[cfg(feature = "oidc")]
    oidc_providers: HashMap<String, OidcProvider>,
    #[cfg(feature = "saml")]
    saml_providers: HashMap<String, SamlProvider>,
    deny_rules: Vec<DenyRule>,
    metadata: Option<MetadataRules>,
    identity_center: IdentityCenterRules,
    any_service: bool,
    faults: Vec<Injection>,
}

/// A permanent access key and its owner.
#[derive(Clone)]
pub(crate) struct AccessKey {
    pub(crate) user: Arc<User>,
    pub(crate) secret: Secret,
    /// Verifies signatures of `SDK-HMAC-SHA256`.
    pub(crate) signer: Signer,
}

impl Config {
    pub(crate) fn empty() -> Self {
        Self {
            accounts: BTreeMap::new(),
            users: BTreeMap::new(),
            access_keys: HashMap::new(),
            agencies: HashMap::new(),
            #[cfg(feature = "oidc")]
            oidc_providers: HashMap::new(),
            #[cfg(feature = "saml")]
            saml_providers: HashMap::new(),
            deny_rules: Vec::new(),
            metadata: None,
            identity_center: IdentityCenterRules::default(),
            any_service: false,
            faults: Vec::new(),
        }
    }

    pub(crate) fn add_account(&mut self, account: Account) {
        self.accounts.insert(account.id.clone(), account);
    }

    pub(crate) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.get(id)
    }

    pub(crate) fn account_named(&self, name: &str) -> Option<&Account> {
        self.accounts.values().find(|account| account.name == name)
    }

    pub(crate) fn add_user(&mut self, user: User) {
        self.users.insert(user.urn(), user);
    }

    pub(crate) fn user(&self, urn: &str) -> Option<&User> {
        self.users.get(urn)
    }

    /// Returns the users, sorted by their URNs.
    pub(crate) fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    pub(crate) fn agencies(&self) -> impl Iterator<Item = &Agency> {
        self.agencies.values()
    }

    /// Adds an access key of a user. Returns `false` if its id is a duplicate.
    pub(crate) fn add_access_key(&mut self, user: &User, signer: Signer, secret: Secret) -> bool {
        let id = signer.access_key_id().to_owned();
        let key = AccessKey { user: Arc::new(user.clone()), secret, signer };
        self.access_keys.insert(id, key).is_none()
    }

    /// Adds an agency. Returns `false` if the account already has an agency of this name.
    pub(crate) fn add_agency(&mut self, agency: Agency) -> bool {
        self.agencies.insert(agency.urn(), agency).is_none()
    }

    /// Adds an OIDC provider. Returns `false` if the account already has one of this name.
    #[cfg(feature = "oidc")]
    pub(crate) fn add_oidc_provider(&mut self, provider: OidcProvider) -> bool {
        let urn = provider.urn();
        self.oidc_providers.insert(urn, provider).is_none()
    }

    /// Adds a SAML provider. Returns `false` if the account already has one of this name.
    #[cfg(feature = "saml")]
    pub(crate) fn add_saml_provider(&mut self, provider: SamlProvider) -> bool {
        self.saml_providers.insert(provider.urn(), provider).is_none()
    }

    pub(crate) fn add_deny_rule(&mut self, rule: DenyRule) {
        self.deny_rules.push(rule);
    }

    /// Whether a deny rule matches the requester, the action and the resource.
    pub(crate) fn denies(&self, requester: &Requester, action: &str, resource: &str) -> bool {
        self.deny_rules.iter().any(|rule| rule.denies(requester, action, resource))
    }

    pub(crate) fn set_metadata(&mut self, rules: MetadataRules) {
        self.metadata = Some(rules);
    }

    /// Returns the rules of the metadata service, if it is configured.
    pub(crate) fn metadata(&self) -> Option<&MetadataRules> {
        self.metadata.as_ref()
    }

    #[cfg(feature = "config")]
    pub(crate) fn set_identity_center(&mut self, rules: IdentityCenterRules) {
        self.identity_center = rules;
    }

    pub(crate) const fn identity_center(&self) -> &IdentityCenterRules {
        &self.identity_center
    }

    #[cfg(feature = "config")]
    pub(crate) const fn set_any_service(&mut self, is_enabled: bool) {
        self.any_service = is_enabled;
    }

    /// Whether signed requests to services that are not emulated get a response.
    pub(crate) const fn any_service(&self) -> bool {
        self.any_service
    }

    #[cfg(feature = "config")]
    pub(crate) fn add_fault(&mut self, injection: Injection) {
        self.faults.push(injection);
    }

    /// Returns the faults that are injected at startup.
    pub(crate) fn faults(&self) -> &[Injection] {
        &self.faults
    }

    pub(crate) fn access_key(&self, access_key_id: &str) -> Option<&AccessKey> {
        self.access_keys.get(access_key_id)
    }

    pub(crate) fn agency(&self, urn: &str) -> Option<&Agency> {
        self.agencies.get(urn)
    }

    #[cfg(feature = "saml")]
    pub(crate) fn saml_provider(&self, urn: &str) -> Option<&SamlProvider> {
        self.saml_providers.get(urn)
    }

    /// Returns the OIDC providers with this name, in any account.
    #[cfg(feature = "oidc")]
    pub(crate) fn oidc_providers_named(&self, name: &str) -> Vec<&OidcProvider> {
        self.oidc_providers.values().filter(|provider| provider.name == name).collect()
    }

    #[cfg(feature = "oidc")]
    pub(crate) fn oidc_provider(&self, urn: &str) -> Option<&OidcProvider> {
        self.oidc_providers.get(urn)
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("Config");
        #[cfg(feature = "oidc")]
        debug.field("oidc_providers", &self.oidc_providers.keys());
        #[cfg(feature = "saml")]
        debug.field("saml_providers", &self.saml_providers.keys());
        debug
            .field("accounts", &self.accounts.keys())
            .field("users", &self.users.keys())
            .field("access_keys", &self.access_keys.keys())
            .field("agencies", &self.agencies.keys())
            .field("deny_rules", &self.deny_rules)
            .field("metadata", &self.metadata)
            .field("identity_center", &self.identity_center)
            .field("any_service", &self.any_service)
            .field("faults", &self.faults)
            .finish()
    }
}
