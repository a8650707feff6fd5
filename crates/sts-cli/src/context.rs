//! What all commands share: options, environment, runtime and output.

use std::future::Future;
use std::io::Write as _;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use huaweicloud_sts::providers::identity_center::SavedAgency;
use huaweicloud_sts::providers::{EcsMetadata, HcloudProfile, ProviderChain};
use huaweicloud_sts::{
    Endpoint, Region, SystemEnvironment, endpoints, hyper::HyperTransport, region_endpoints,
};
use tokio::runtime::Builder;

use crate::connection::Connection;
use crate::failure::Failure;
use crate::input;
use crate::layout::{beside, stderr_width};
use crate::notes::Notes;
use crate::options::Options;
use crate::output::Output;
use crate::printable;
use crate::provider_names::IDENTITY_CENTER;
use crate::sign_in_file;
use crate::variables::{self, Place};

const RED: Style = AnsiColor::Red.on_default().bold();
/// Width of the names of providers in a failure.
const PROVIDER_WIDTH: usize = 17;
const DIM: Style = Style::new().dimmed();

/// Options, environment and output of a command.
pub(crate) struct Context {
    options: Options,
}

impl Context {
    pub(crate) fn new(options: Options) -> Self {
        Self { options }
    }

    pub(crate) fn output(&self) -> Output {
        Output::new(self.options.output)
    }

    /// Returns the endpoints of STS, by options or else by variables.
    pub(crate) fn endpoints(&self) -> Result<Vec<Endpoint>, Failure> {
        match (&self.options.endpoint, &self.options.region) {
            (Some(endpoint), _) => Ok(vec![endpoint.clone()]),
            (None, Some(region)) => {
                region_endpoints(&SystemEnvironment, region.clone()).map_err(Failure::usage)
            }
            (None, None) => endpoints(&SystemEnvironment)
                .map_err(|error| Failure::usage(error).advice("or pass --region or --endpoint")),
        }
    }

    /// Returns the endpoints of STS, if any is configured.
    pub(crate) fn optional_endpoints(&self) -> Result<Vec<Endpoint>, Failure> {
        let is_given = self.options.endpoint.is_some() || self.options.region.is_some();
        match endpoints(&SystemEnvironment) {
            Err(error) if error.is_missing_endpoint() && !is_given => Ok(Vec::new()),
            _ => self.endpoints(),
        }
    }

    /// Returns region and endpoint for the programs that use the credentials.
    pub(crate) fn place(&self) -> Place {
        let mut names = ["HUAWEICLOUD_SDK_REGION_ID", "HW_REGION_NAME"].into_iter();
        let inherited = names.find_map(variables::value);
        let given = self.options.region.as_ref().map(|region| region.as_str().to_owned());
        Place {
            is_region_given: given.is_some(),
            region: given.or(inherited),
            endpoint: self.options.endpoint.as_ref().map(ToString::to_string),
            account: None,
        }
    }

    /// Whether an option sets the endpoint.
    pub(crate) fn is_endpoint_given(&self) -> bool {
        self.options.endpoint.is_some()
    }

    /// Returns the region that an option sets, if one does.
    pub(crate) fn given_region(&self) -> Option<&Region> {
        self.options.region.as_ref()
    }

    /// Returns the content of `--ca-file`, additional root certificates.
    pub(crate) fn ca_file(&self) -> Result<Option<Vec<u8>>, Failure> {
        let Some(path) = &self.options.ca_file else { return Ok(None) };
        let pem = input::read_file(path).map_err(|error| {
            let message = format!("--ca-file {}: {error}", path.display());
            Failure::usage(message)
        });
        pem.map(Some)
    }

    /// Whether there are root certificates of `--ca-file`.
    pub(crate) fn has_ca_file(&self) -> bool {
        self.options.ca_file.is_some()
    }

    /// Returns the credential providers, by options or else the default chain.
    pub(crate) fn chain(&self) -> Result<ProviderChain, Failure> {
        if let Some(profile) = &self.options.profile {
            let profile = HcloudProfile::new().profile(profile.clone());
            return Ok(ProviderChain::new().provider("hcloud", profile));
        }
        let mut chain = ProviderChain::default_chain(EcsMetadata::default());
        if let Some(path) = sign_in_file::path() {
            let provider = SavedAgency::new(path);
            chain = chain.provider_after("profile", IDENTITY_CENTER, provider);
        }
        let Some(name) = &self.options.provider else { return Ok(chain) };
        let report = chain.report();
        let names: Vec<_> = report.iter().map(|(name, _)| name).collect();
        if names.contains(&name.as_str()) {
            Ok(chain.select(name.clone()))
        } else {
            let names = names.join(", ");
            Err(Failure::usage(format!("unknown provider {name:?}; expected one of: {names}")))
        }
    }

    /// Returns a transport that trusts the certificates of `--ca-file` too.
    pub(crate) fn transport(&self) -> Result<HyperTransport, Failure> {
        let mut builder = HyperTransport::builder();
        if let Some(pem) = self.ca_file()? {
            builder = builder.root_certificate_pem(&pem);
        }
        builder.build().map_err(|error| {
            let failure = Failure::usage(error);
            match &self.options.ca_file {
                Some(path) => failure.advice(format!("check --ca-file {}", path.display())),
                None => failure,
            }
        })
    }

    /// Returns a client with the credentials of the chain.
    pub(crate) fn connection(&self) -> Result<Connection, Failure> {
        Connection::new(self.endpoints()?, self.transport()?, self.chain()?)
    }

    /// Returns a client for the credentials of the chain alone: most providers need no endpoint of STS.
    pub(crate) fn connection_for_credentials(&self) -> Result<Connection, Failure> {
        Connection::new(self.optional_endpoints()?, self.transport()?, self.chain()?)
    }

    /// Prints a line to standard error, with `--verbose`.
    pub(crate) fn note(&self, line: impl FnOnce() -> String) {
        if self.options.verbose {
            // Notes are not worth a failure.
            let _ = writeln!(anstream::stderr(), "{DIM}{}{DIM:#}", printable::line(&line()));
        }
    }

    /// Prints a warning to standard error.
    pub(crate) fn warn(&self, warning: &str) {
        self.output().warn(warning);
    }

    /// Prints a failure to standard error and returns its exit code.
    pub(crate) fn report(&self, failure: &Failure) -> ExitCode {
        let mut out = anstream::stderr().lock();
        // Nothing is left to do if standard error is closed.
        let _ = if self.output().is_json() {
            writeln!(out, "{}", failure.to_json())
        } else {
            write_failure(&mut out, failure)
        };
        failure.exit_code()
    }
}

/// Prints a line for the person at the terminal to standard error.
pub(crate) fn say(line: &str) -> Result<(), Failure> {
    writeln!(anstream::stderr(), "{line}").map_err(Failure::failed)
}

impl Notes for Context {
    fn note(&self, line: impl FnOnce() -> String) {
        Self::note(self, line);
    }
}

/// Runs a future on a runtime with one thread.
pub(crate) fn block_on<T>(future: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build().map_err(Failure::failed)?;
    let result = runtime.block_on(future);
    // Without waiting for a resolution of a name, which a signal or a timeout has abandoned.
    runtime.shutdown_background();
    result
}

fn write_failure(out: &mut dyn std::io::Write, failure: &Failure) -> std::io::Result<()> {
    let width = stderr_width();
    let mut prefix = "error";
    for text in failure.lines() {
        writeln!(out, "{RED}{prefix}:{RED:#} {}", printable::lines(&text))?;
        prefix = "  caused by";
    }
    for (name, why) in failure.skipped() {
        beside(out, width, &format!("  {name:<PROVIDER_WIDTH$}"), why)?;
    }
    match failure.help() {
        Some(help) => writeln!(out, "  help: {}", printable::lines(help)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn blocking_tasks_are_abandoned_at_the_end() {
        let (sender, receiver) = channel::<()>();
        let result = block_on(async {
            // It ends after this test only.
            tokio::task::spawn_blocking(move || receiver.recv());
            Ok(1)
        });
        assert_eq!(result.unwrap(), 1);
        drop(sender);
    }
}
