//! `sts assume`.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use huaweicloud_sts::Credentials;
use huaweicloud_sts::proto::{Body, BodyWriter};
use huaweicloud_sts::providers::{CredentialProcess, ProfileFile};
use huaweicloud_sts::sts_client::Secret;
use serde::Serialize;

use crate::agency::{AgencyOptions, Assumed};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{finished, rfc3339};
use crate::shell::Language;
use crate::variables::{Place, with_credentials};

/// Assume an agency, and print its credentials in the form that the next tool reads
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  eval \"$(sts assume reader)\"
  (umask 077; sts assume iam::ACCOUNT_ID:agency:deploy --format dotenv > .env)
  (umask 077; sts assume reader --format profile > reader.credentials)")]
pub(crate) struct Assume {
    /// URN of the agency, or its name in your account or that of --domain
    #[arg(value_name = "URN|NAME")]
    agency: String,
    #[command(flatten)]
    options: AgencyOptions,
    /// Form of the credentials [default: env, or json with --output json]
    #[arg(long, value_enum)]
    format: Option<Form>,
    /// Print the credentials even to a terminal
    #[arg(long)]
    show: bool,
}

/// Form of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    Env,
    Fish,
    Powershell,
    Dotenv,
    Json,
    /// `credential_process` of AWS.
    Process,
    /// Profile file of the official SDKs.
    Profile,
}

/// The output in JSON. The fields are documented in docs/cli.md.
#[derive(Serialize)]
struct Json<'a> {
    agency_urn: Option<&'a str>,
    access_key_id: &'a str,
    secret_access_key: &'a str,
    security_token: Option<&'a str>,
    expires_at: Option<String>,
}

impl Assume {
    pub(crate) async fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let form = match self.format {
            Some(form) => form,
            None if context.output().is_json() => Form::Json,
            None => Form::Env,
        };
        if io::stdout().is_terminal() && !self.show {
            let message = "secrets are not printed to a terminal";
            let advice =
                "redirect the output, use `eval \"$(sts assume …)\"` or `sts exec`, or pass --show";
            return Err(Failure::usage(message).advice(advice));
        }
        let connection = context.connection()?;
        let assumed = self.options.assume(context, &connection, &self.agency).await?;
        let output = form.write(context, &assumed)?;
        if is_readable_by_others() {
            context
                .warn("other users can read the file of the credentials; run `umask 077` before");
        }
        // Nothing is removed from the values, as a stream for colours would do.
        let mut stdout = io::stdout().lock();
        let written = stdout.write_all(output.as_ref()).and_then(|()| stdout.flush());
        finished(written)?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Whether standard output is a file that other users can read.
#[cfg(unix)]
fn is_readable_by_others() -> bool {
    use std::fs::File;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::MetadataExt as _;

    let file = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    let metadata = file.and_then(|file| file.metadata());
    metadata.is_ok_and(|metadata| metadata.is_file() && metadata.mode() & 0o044 != 0)
}

#[cfg(not(unix))]
fn is_readable_by_others() -> bool {
    false
}

impl Form {
    /// Returns the credentials in memory that is wiped.
    fn write(self, context: &Context, assumed: &Assumed) -> Result<Body, Failure> {
        let credentials = &*assumed.credentials;
        let language = match self {
            Self::Env => Language::Sh,
            Self::Fish => Language::Fish,
            Self::Powershell => Language::Powershell,
            Self::Dotenv => Language::Dotenv,
            Self::Json => return json(assumed),
            Self::Process => {
                let output = CredentialProcess::output_of(credentials);
                return with_line_end(output.as_ref(), "the expiration is out of range");
            }
            Self::Profile => {
                return ProfileFile::content_of(credentials).ok_or_else(|| {
                    Failure::failed("a profile file cannot contain these credentials")
                        .advice("use another --format")
                });
            }
        };
        let mut out = BodyWriter::with_capacity(32 * 1024);
        let place = Place { account: assumed.account(), ..context.place() };
        let variables = with_credentials(credentials, &place);
        // A value of the environment, such as the region, does not fit the form.
        language.write(&mut out, &variables).map_err(Failure::usage)?;
        Ok(out.finish())
    }
}

fn json(assumed: &Assumed) -> Result<Body, Failure> {
    let credentials: &Credentials = &assumed.credentials;
    let json = Json {
        agency_urn: assumed.agency_urn.as_deref(),
        access_key_id: &credentials.access_key_id,
        secret_access_key: credentials.secret_access_key.expose_secret(),
        security_token: credentials.security_token.as_ref().map(Secret::expose_secret),
        expires_at: credentials.expiration.map(rfc3339),
    };
    let mut out = BodyWriter::with_capacity(8 * 1024);
    serde_json::to_writer(&mut out, &json).map_err(Failure::failed)?;
    out.extend(b"\n");
    Ok(out.finish())
}

fn with_line_end(content: Option<&Body>, fault: &'static str) -> Result<Body, Failure> {
    let content = content.ok_or_else(|| Failure::failed(fault))?;
    let mut out = BodyWriter::with_capacity(content.len() + 1);
    out.extend(content.as_ref());
    out.extend(b"\n");
    Ok(out.finish())
}
