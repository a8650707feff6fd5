//! What exists: users with their keys, and agencies with whom they trust.

mod config;
mod invalid_config;

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use sha2::{Digest as _, Sha256};
use sts_proto::Secret;

pub use self::invalid_config::InvalidConfig;
use crate::builtin;
use crate::faults::Injection;
use crate::oidc::OidcProvider;
use crate::principal::{Principal, User, agency_urn};

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
    faults: Vec<Injection>,
}

/// A permanent key and whose it is.
#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) user: User,
    pub(crate) secret: Secret,
}

/// An agency and the rules of its sessions.
#[derive(Clone, Debug)]
pub(crate) struct Agency {
    pub(crate) account: String,
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) trust: Vec<Trust>,
    pub(crate) external_id: Option<String>,
    /// In seconds.
    pub(crate) max_duration: u32,
    /// Whether everybody is denied, trusted or not.
    pub(crate) denied: bool,
}

/// Who may assume an agency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Everybody with a key.
    Everybody,
    /// All users and sessions of an account.
    Account(String),
    /// One user, one session, or by an agency's or a provider's URN all that it vouches for.
    Urn(String),
}

/// The longest session there is: 12 hours.
pub(crate) const LONGEST_SESSION: u32 = 43_200;

impl World {
    pub(crate) fn empty() -> Self {
        Self {
            keys: HashMap::new(),
            agencies: HashMap::new(),
            oidc_providers: HashMap::new(),
            faults: Vec::new(),
        }
    }

    /// Adds a user's key; `false` when its id is taken.
    pub(crate) fn add_key(
        &mut self,
        account: &str,
        user: &str,
        user_id: Option<String>,
        access_key_id: &str,
        secret: Secret,
    ) -> bool {
        let user = User {
            account: account.to_owned(),
            name: user.to_owned(),
            id: user_id.unwrap_or_else(|| stable_id("user", account, user)),
        };
        let key = Key { user, secret };
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
            .field("faults", &self.faults)
            .finish()
    }
}

impl Agency {
    /// An agency with the rules that hold when nothing else is said.
    pub(crate) fn new(account: &str, name: &str, id: Option<String>, trust: Vec<Trust>) -> Self {
        Self {
            account: account.to_owned(),
            name: name.to_owned(),
            id: id.unwrap_or_else(|| stable_id("agency", account, name)),
            trust,
            external_id: None,
            max_duration: LONGEST_SESSION,
            denied: false,
        }
    }

    pub(crate) fn urn(&self) -> String {
        agency_urn(&self.account, &self.name)
    }

    pub(crate) fn trusts(&self, caller: &Principal) -> bool {
        self.trust.iter().any(|trust| match trust {
            Trust::Everybody => true,
            Trust::Account(account) => account == caller.account(),
            Trust::Urn(urn) => {
                *urn == caller.urn()
                    || caller.session().is_some_and(|session| *urn == session.agency_urn())
            }
        })
    }

    /// Whether holders of the provider's ID tokens may assume it.
    pub(crate) fn trusts_provider(&self, provider: &OidcProvider) -> bool {
        let urn = provider.urn();
        self.trust.iter().any(|trust| match trust {
            Trust::Everybody => true,
            Trust::Account(_) => false,
            Trust::Urn(trusted) => *trusted == urn,
        })
    }
}

/// An id for what has none in the configuration: the same in every run.
fn stable_id(kind: &str, account: &str, name: &str) -> String {
    let hash = Sha256::digest(format!("{kind}\0{account}\0{name}"));
    let (half, _) = hash.split_first_chunk().unwrap_or((&[0; 16], &[]));
    format!("{:032x}", u128::from_be_bytes(*half))
}
