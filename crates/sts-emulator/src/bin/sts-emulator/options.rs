//! Command-line options.

use std::collections::HashSet;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

pub(crate) const HELP: &str = "\
A local emulator of Huawei Cloud STS, for tests.

Usage: sts-emulator [OPTIONS]

Options:
  --listen ADDR      address and port, such as 127.0.0.1:8090; port 0 selects a free port
                     [default: 127.0.0.1:0]
  --config FILE      accounts, users, access keys and agencies, in TOML; without it the built-in
                     configuration: access key HSTAEMULATOR00000001 with the secret key
                     emulator-secret-key, agency
                     iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:demo, and agency:forbidden,
                     which denies all callers
  --tls              serve https with a certificate for localhost, 127.0.0.1 and ::1
  --ca-file FILE     with --tls: the file to write the CA certificate to, which is kept at exit
                     [default: a temporary file, removed at exit]
  --seed TEXT        derive the key of security tokens from TEXT, so that sessions outlive a
                     restart [default: random]
  --control ADDR     enable the control endpoint for faults on this loopback address
                     [default: disabled]
  --metadata ADDR    enable the metadata service and pod identity on this loopback address
                     [default: disabled]
  --oidc-issuer ADDR enable the HTTP endpoint of the issuer of ID tokens on this loopback address
                     [default: disabled]
  --echo             add the canonical request to the response to a signature mismatch
  -h, --help         print this help

When the emulator listens, it prints `listening on URL` to standard output, and with the options
`ca certificate: FILE`, `control on URL`, `metadata on URL` and `oidc issuer on URL`. It logs each
request as a line on standard error. SIGINT, SIGTERM or SIGHUP stop it.
";

/// The requested action.
pub(crate) enum Invocation {
    Run(Options),
    Help,
}

pub(crate) struct Options {
    pub(crate) listen: String,
    pub(crate) config: Option<PathBuf>,
    pub(crate) tls: bool,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) seed: Option<String>,
    pub(crate) echo: bool,
    pub(crate) control: Option<String>,
    pub(crate) metadata: Option<String>,
    pub(crate) oidc_issuer: Option<String>,
}

impl Options {
    pub(crate) fn parse(mut parser: Parser) -> Result<Invocation, lexopt::Error> {
        let mut options = Self {
            listen: "127.0.0.1:0".to_owned(),
            config: None,
            tls: false,
            ca_file: None,
            seed: None,
            echo: false,
            control: None,
            metadata: None,
            oidc_issuer: None,
        };
        let mut given = HashSet::new();
        while let Some(argument) = parser.next()? {
            if let Arg::Long(name) = argument
                && !given.insert(name.to_owned())
            {
                return Err(format!("duplicate option --{name}").into());
            }
            match argument {
                Arg::Long("listen") => options.listen = parser.value()?.string()?,
                Arg::Long("config") => options.config = Some(parser.value()?.into()),
                Arg::Long("tls") => options.tls = true,
                Arg::Long("ca-file") => options.ca_file = Some(parser.value()?.into()),
                Arg::Long("seed") => options.seed = Some(parser.value()?.string()?),
                Arg::Long("control") => options.control = Some(parser.value()?.string()?),
                Arg::Long("metadata") => options.metadata = Some(parser.value()?.string()?),
                Arg::Long("oidc-issuer") => options.oidc_issuer = Some(parser.value()?.string()?),
                Arg::Long("echo") => options.echo = true,
                Arg::Long("help") | Arg::Short('h') => return Ok(Invocation::Help),
                other => return Err(other.unexpected()),
            }
        }
        if options.ca_file.is_some() && !options.tls {
            return Err("--ca-file requires --tls".into());
        }
        Ok(Invocation::Run(options))
    }
}
