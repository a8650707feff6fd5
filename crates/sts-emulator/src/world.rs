//! What exists: users with their keys, and agencies with whom they trust.

mod agency;
mod config;
mod deny;
mod invalid_config;
mod who;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use sts_proto::Secret;

pub(crate) use self::agency::{Agency, LONGEST_SESSION};
pub(crate) use self::deny::DenyRule;
pub use self::invalid_config::InvalidConfig;
pub(crate) use self::who::Who;
use crate::builtin;
use crate::faults::Injection;
use crate::metadata::MetadataRules;
use crate::oidc::OidcProvider;
use crate::principal::{Requester, User};
use crate::saml::SamlProvider;

/// What an emulator knows: accounts with their users, keys and agencies.
///
/// The default is the [built-in world](crate::builtin). Another one is read from TOML, the form
/// of the configuration file; `docs/emulator.md` describes every key.
///
/// ```
/// use sts_emulator::World;
///
/// let world: World = r#"
///     [[accounts]]
///     id = "00112233445566778899aabbccddeeff"
///
///     [[accounts.users]]
///     name = "alice"
///     keys = [{ access_key_id = "HSTALICE000000000001", secret_access_key = "alice-secret" }]
///
///     [[accounts.agencies]]
///     name = "reader"
///     max_duration = 3600
/// "#
/// .parse()?;
///
/// let error = "[[acounts]]".parse::<World>().unwrap_err();
/// assert!(error.to_string().contains("line 1"));
/// # Ok::<(), sts_emulator::InvalidConfig>(())
/// ```
#[derive(Clone)]
pub struct World {
    keys: HashMap<String, Key>,
    agencies: HashMap<String, Agency>,
    oidc_providers: HashMap<String, OidcProvider>,
    saml_providers: HashMap<String, SamlProvider>,
    deny_rules: Vec<DenyRule>,
    metadata: Option<MetadataRules>,
    faults: Vec<Injection>,
}

/// A permanent key and whose it is.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) user: User,
    pub(crate) secret: Secret,
}

impl World {
    pub(crate) fn empty() -> Self {
        Self {
            keys: HashMap::new(),
            agencies: HashMap::new(),
            oidc_providers: HashMap::new(),
            saml_providers: HashMap::new(),
            deny_rules: Vec::new(),
            metadata: None,
            faults: Vec::new(),
        }
    }

    /// Adds a user's key; `false` when its id is taken.
    pub(crate) fn add_key(&mut self, user: &User, access_key_id: &str, secret: Secret) -> bool {
        let key = Key { user: user.clone(), secret };
        self.keys.insert(access_key_id.to_owned(), key).is_none()
    }

    /// Adds an agency; `false` when its account has one of that name.
    pub(crate) fn add_agency(&mut self, agency: Agency) -> bool {
        self.agencies.insert(agency.urn(), agency).is_none()
    }

    /// Adds a provider; `false` when its account has one of that name.
    pub(crate) fn add_oidc_provider(&mut self, provider: OidcProvider) -> bool {
        let urn = provider.urn();
        self.oidc_providers.insert(urn, provider).is_none()
    }

    /// The same for a SAML provider.
    pub(crate) fn add_saml_provider(&mut self, provider: SamlProvider) -> bool {
        self.saml_providers.insert(provider.urn(), provider).is_none()
    }

    pub(crate) fn add_deny_rule(&mut self, rule: DenyRule) {
        self.deny_rules.push(rule);
    }

    /// Whether a rule denies it, whatever else allows it.
    pub(crate) fn denies(&self, requester: &Requester, action: &str, resource: &str) -> bool {
        self.deny_rules.iter().any(|rule| rule.denies(requester, action, resource))
    }

    pub(crate) fn set_metadata(&mut self, rules: MetadataRules) {
        self.metadata = Some(rules);
    }

    /// Whose keys the metadata endpoints give, if anybody's.
    pub(crate) fn metadata(&self) -> Option<&MetadataRules> {
        self.metadata.as_ref()
    }

    pub(crate) fn add_fault(&mut self, injection: Injection) {
        self.faults.push(injection);
    }

    /// The faults that are injected at the start.
    pub(crate) fn faults(&self) -> &[Injection] {
        &self.faults
    }

    pub(crate) fn key(&self, access_key_id: &str) -> Option<&Key> {
        self.keys.get(access_key_id)
    }

    pub(crate) fn agency(&self, urn: &str) -> Option<&Agency> {
        self.agencies.get(urn)
    }

    pub(crate) fn saml_provider(&self, urn: &str) -> Option<&SamlProvider> {
        self.saml_providers.get(urn)
    }

    pub(crate) fn oidc_provider(&self, urn: &str) -> Option<&OidcProvider> {
        self.oidc_providers.get(urn)
    }
}

impl Default for World {
    /// The [built-in world](crate::builtin).
    fn default() -> Self {
        builtin::world()
    }
}

impl FromStr for World {
    type Err = InvalidConfig;

    /// Reads TOML.
    fn from_str(toml: &str) -> Result<Self, InvalidConfig> {
        config::read(toml)
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("keys", &self.keys.keys())
            .field("agencies", &self.agencies.keys())
            .field("oidc_providers", &self.oidc_providers.keys())
            .field("saml_providers", &self.saml_providers.keys())
            .field("deny_rules", &self.deny_rules)
            .field("metadata", &self.metadata)
            .field("faults", &self.faults)
            .finish()
    }
}

/// An id for what has none in the configuration: the same in every run.
pub(crate) fn stable_id(kind: &str, account: &str, name: &str) -> String {
    let hash = Sha256::digest(format!("{kind}\0{account}\0{name}"));
    let (half, _) = hash.split_first_chunk().unwrap_or((&[0; 16], &[]));
    format!("{:032x}", u128::from_be_bytes(*half))
}
