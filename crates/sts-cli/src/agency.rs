//! Agencies that commands assume.

mod duration;

use std::fmt::Display;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use huaweicloud_sts::proto::AgencyUrn;
use huaweicloud_sts::providers::{
    AgencyByName, ChainedAgency, FileCache, MfaAgency, SharedProvider,
};
use huaweicloud_sts::{
    AssumeAgency, Credentials, CredentialsError, ErrorKind, GetCallerIdentity, SystemEnvironment,
};

use crate::connection::Connection;
use crate::context::Context;
use crate::failure::Failure;
use crate::{directories, input, terminal};

/// Name of a session unless another one is given.
const SESSION_NAME: &str = "sts-cli";

/// The session of an agency. The command has an argument `agency`.
#[derive(Debug, Args)]
pub(crate) struct SessionOptions {
    /// Id of the account of the agency, or its name (classic IAM)
    #[arg(long, value_name = "ID|NAME", requires = "agency")]
    domain: Option<String>,
    /// Name of the session [default: sts-cli]
    #[arg(long, value_name = "NAME", requires = "agency")]
    session_name: Option<String>,
    /// Lifetime, such as 45m or 3600 [default: 1h]
    #[arg(long, value_parser = duration::parse, requires = "agency")]
    duration: Option<Duration>,
    /// File of a session policy
    #[arg(long, value_name = "FILE", requires = "agency")]
    policy: Option<PathBuf>,
    /// Id of a session policy; may be repeated
    #[arg(long, value_name = "ID", requires = "agency")]
    policy_id: Vec<String>,
    /// Session tag; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = parse_tag, requires = "agency")]
    tag: Vec<(String, String)>,
    /// Source identity of the session
    #[arg(long, value_name = "NAME", requires = "agency")]
    source_identity: Option<String>,
    /// External id that the trust policy requires
    #[arg(long, value_name = "ID", requires = "agency")]
    external_id: Option<String>,
}

/// How an agency is assumed once. The command has an argument `agency`.
#[derive(Debug, Args)]
pub(crate) struct AgencyOptions {
    #[command(flatten)]
    session: SessionOptions,
    /// Serial number of your MFA device; the terminal asks for its code
    #[arg(long, value_name = "SERIAL", requires = "agency")]
    mfa_serial: Option<String>,
    /// Keep the credentials in a file for later (see `sts cache`)
    #[arg(long, requires = "agency")]
    cache: bool,
}

/// Credentials of an agency.
pub(crate) struct Assumed {
    pub(crate) credentials: Arc<Credentials>,
    /// The URN of the agency; `None` for one that was assumed over classic IAM.
    pub(crate) agency_urn: Option<String>,
}

impl Assumed {
    /// Returns the id of the account of the agency, if it is known.
    pub(crate) fn account(&self) -> Option<String> {
        account_of(self.agency_urn.as_deref()?)
    }
}

/// An agency with its options.
enum Agency {
    Sts(Box<AssumeAgency>),
    ClassicIam(Box<AgencyByName>),
}

impl AgencyOptions {
    /// Assumes the agency with this URN or name once.
    pub(crate) async fn assume(
        &self,
        context: &Context,
        connection: &Connection,
        agency: &str,
    ) -> Result<Assumed, Failure> {
        let agency = self.agency(context, connection, agency).await?;
        let agency_urn = match &agency {
            Agency::Sts(operation) => Some(operation.agency_urn.clone()),
            Agency::ClassicIam(_) => None,
        };
        let provider = self.provider(agency);
        let credentials = if self.cache {
            let directory = directories::cache()?;
            // The access key is the identity of the signer, which must not get the credentials of
            // another one.
            let signer = connection.credentials().await?.access_key_id.clone();
            let cache = FileCache::new(provider, directory, signer);
            let credentials = connection.obtain(context, &cache).await?;
            if let Some(error) = cache.write_error() {
                context.warn(&format!("the credentials are not cached: {error}"));
            }
            credentials
        } else {
            connection.obtain(context, &provider).await?
        };
        Ok(Assumed { credentials, agency_urn })
    }

    /// Returns the options of a session that is refreshed.
    pub(crate) fn refreshed(&self) -> Result<&SessionOptions, Failure> {
        let unsupported = [("--mfa-serial", self.mfa_serial.is_some()), ("--cache", self.cache)];
        if let Some((option, _)) = unsupported.into_iter().find(|(_, is_given)| *is_given) {
            let message = format!("{option} is for credentials that are not refreshed");
            return Err(Failure::usage(message).advice("omit it, or omit --serve"));
        }
        Ok(&self.session)
    }

    async fn agency(
        &self,
        context: &Context,
        connection: &Connection,
        agency: &str,
    ) -> Result<Agency, Failure> {
        let mut names = AgencyNames::new(context, connection);
        let agency = self.session.agency(&mut names, agency).await?;
        if let Agency::ClassicIam(_) = &agency {
            let only_sts = [("--mfa-serial", self.mfa_serial.is_some()), ("--cache", self.cache)];
            reject_for_classic_iam(&only_sts)?;
        }
        Ok(agency)
    }

    fn provider(&self, agency: Agency) -> SharedProvider {
        match (agency, &self.mfa_serial) {
            (Agency::ClassicIam(agency), _) => SharedProvider::new(*agency),
            (Agency::Sts(operation), None) => SharedProvider::new(*operation),
            (Agency::Sts(operation), Some(serial)) => {
                let device = serial.clone();
                SharedProvider::new(MfaAgency::new(*operation, serial, move || {
                    terminal::ask(&format!("Code of the MFA device {device}")).map_err(|error| {
                        CredentialsError::new("cannot ask for the MFA code on the terminal")
                            .with_kind(ErrorKind::Configuration)
                            .with_source(error)
                    })
                }))
            }
        }
    }
}

impl SessionOptions {
    /// Returns a provider that assumes `agencies`, each with the credentials of the one before it, the
    /// first one with those of the provider chain; without agencies the provider chain. With it
    /// returns the id of the account of the last agency, if it is known. Duration and session name
    /// are those of all sessions, the other options those of the last one.
    pub(crate) async fn provider(
        &self,
        context: &Context,
        connection: &Connection,
        agencies: &[String],
    ) -> Result<(SharedProvider, Option<String>), Failure> {
        let mut source = SharedProvider::new(connection.chain());
        let Some((last, before)) = agencies.split_last() else { return Ok((source, None)) };
        let mut names = AgencyNames::new(context, connection);
        for agency in before {
            let operation = self.plain_operation(&names.resolve(agency).await?);
            source = SharedProvider::new(ChainedAgency::new(source, operation));
        }
        Ok(match self.agency(&mut names, last).await? {
            Agency::Sts(operation) => {
                let account = account_of(&operation.agency_urn);
                (SharedProvider::new(ChainedAgency::new(source, *operation)), account)
            }
            Agency::ClassicIam(agency) => {
                (SharedProvider::new(ChainedAgency::signing(source, *agency)), None)
            }
        })
    }

    async fn agency(&self, names: &mut AgencyNames<'_>, agency: &str) -> Result<Agency, Failure> {
        let urn = match &self.domain {
            Some(_) if is_urn(agency) => {
                let message = "--domain is for an agency that is given by its name";
                return Err(Failure::usage(message).advice("omit --domain"));
            }
            Some(domain) if is_account_id(domain) => {
                AgencyUrn::new(domain, agency).map_err(Failure::usage)?
            }
            Some(domain) => return self.by_name(agency, domain),
            None => names.resolve(agency).await?,
        };
        Ok(Agency::Sts(Box::new(self.operation(&urn)?)))
    }

    fn plain_operation(&self, urn: &AgencyUrn) -> AssumeAgency {
        let session_name = self.session_name.as_deref().unwrap_or(SESSION_NAME);
        let operation = AssumeAgency::new(urn.as_str(), session_name);
        match self.duration {
            Some(duration) => operation.duration(duration),
            None => operation,
        }
    }

    fn operation(&self, urn: &AgencyUrn) -> Result<AssumeAgency, Failure> {
        let mut operation = self.plain_operation(urn);
        if !self.policy_id.is_empty() {
            operation = operation.policy_ids(&self.policy_id);
        }
        for (key, value) in &self.tag {
            operation = operation.tag(key, value);
        }
        operation.policy = self.policy_text()?;
        operation.source_identity.clone_from(&self.source_identity);
        operation.external_id.clone_from(&self.external_id);
        Ok(operation)
    }

    fn by_name(&self, agency: &str, account: &str) -> Result<Agency, Failure> {
        reject_for_classic_iam(&[
            ("--policy-id", !self.policy_id.is_empty()),
            ("--tag", !self.tag.is_empty()),
            ("--source-identity", self.source_identity.is_some()),
            ("--external-id", self.external_id.is_some()),
        ])?;
        let mut agency = AgencyByName::of_account_name(agency, account)
            .endpoint_from_environment(&SystemEnvironment)
            .map_err(Failure::usage)?;
        if let Some(name) = &self.session_name {
            agency = agency.session_user(name);
        }
        if let Some(duration) = self.duration {
            agency = agency.duration(duration);
        }
        if let Some(policy) = self.policy_text()? {
            agency = agency.policy(policy);
        }
        Ok(Agency::ClassicIam(Box::new(agency)))
    }

    fn policy_text(&self) -> Result<Option<String>, Failure> {
        let Some(path) = &self.policy else { return Ok(None) };
        let fault = |fault: &dyn Display| format!("--policy {}: {fault}", path.display());
        let text = input::read_file(path).map_err(|error| Failure::usage(fault(&error)))?;
        let text =
            String::from_utf8(text).map_err(|_| Failure::usage(fault(&"not valid UTF-8")))?;
        // Some editors write a byte order mark, which the service would reject.
        Ok(Some(text.trim_start_matches('\u{feff}').trim().to_owned()))
    }
}

/// Resolves agencies that are given by their URN, or by their name in the account of the caller.
struct AgencyNames<'a> {
    context: &'a Context,
    connection: &'a Connection,
    /// The account of the caller, once it is needed.
    account: Option<String>,
}

impl<'a> AgencyNames<'a> {
    fn new(context: &'a Context, connection: &'a Connection) -> Self {
        Self { context, connection, account: None }
    }

    async fn resolve(&mut self, agency: &str) -> Result<AgencyUrn, Failure> {
        if is_urn(agency) {
            return agency.parse().map_err(Failure::usage);
        }
        let account = match &mut self.account {
            Some(account) => account,
            unknown => {
                let caller = self.connection.call(self.context, GetCallerIdentity::new()).await?;
                unknown.insert(caller.account_id)
            }
        };
        AgencyUrn::new(&*account, agency).map_err(Failure::usage)
    }
}

/// Rejects the options that are given.
fn reject_for_classic_iam(options: &[(&str, bool)]) -> Result<(), Failure> {
    let Some((option, _)) = options.iter().find(|(_, is_given)| *is_given) else { return Ok(()) };
    let message = format!("classic IAM does not support {option}");
    Err(Failure::usage(message).advice("pass the id of the account to --domain"))
}

/// Returns the id of the account of an agency.
fn account_of(urn: &str) -> Option<String> {
    Some(urn.parse::<AgencyUrn>().ok()?.account().to_owned())
}

/// Whether a text is the URN of an agency rather than its name.
fn is_urn(agency: &str) -> bool {
    agency.contains(':')
}

/// Whether a text is the id of an account rather than its name.
fn is_account_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Parses the key and the value of a tag.
fn parse_tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("expected KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}
