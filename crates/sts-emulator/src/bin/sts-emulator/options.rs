//! The command line.

use std::collections::HashSet;
use std::path::PathBuf;

use lexopt::{Arg, Parser, ValueExt as _};

pub(crate) const HELP: &str = "\
An STS on your own machine, for tests.

Usage: sts-emulator [OPTIONS]

Options:
  --listen ADDR      address and port, as in 127.0.0.1:8090; port 0 is a free one
                     [default: 127.0.0.1:0]
  --config FILE      accounts, users, credentials and agencies, in TOML; without it the built-in
                     config: access key HSTAEMULATOR00000001 with secret emulator-secret-key,
                     agency iam::0a1b2c3d4e5f60718293a4b5c6d7e8f9:agency:demo and its neighbour
                     agency:forbidden, which denies everybody
  --tls              speak TLS with a certificate for localhost, 127.0.0.1 and ::1
  --ca-file FILE     with --tls: where to write the CA certificate, which stays there
                     [default: a file of its own, removed at the end]
  --seed TEXT        make the key of security tokens from TEXT, so that they outlive a restart
                     [default: random]
  --control ADDR     have a control endpoint for faults on this address of loopback
                     [default: none]
  --metadata ADDR    have the endpoints where machines and pods of the cloud get their keys on
                     this address of loopback [default: none]
  --oidc-issuer ADDR publish the keys of the emulator's issuer of ID tokens, and mint tokens, on
                     this address of loopback [default: none]
  --echo             respond to a wrong signature with the canonical request of the gateway
  -h, --help         print this

When it is ready it prints `listening on URL`, with --tls `ca certificate: FILE`, with --control
`control on URL`, with --metadata `metadata on URL`, with --oidc-issuer `oidc issuer on URL`, to
standard output. Each request gives a line on standard error, unless nobody reads it. SIGINT,
SIGTERM or SIGHUP stop it.
";

/// What the command line asks for.
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
                return Err(format!("--{name} is given twice").into());
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
            return Err("--ca-file needs --tls".into());
        }
        Ok(Invocation::Run(options))
    }
}
