//! The program `sts-emulator`.
#![forbid(unsafe_code)]

mod ca_file;
mod options;
mod output;
mod stop_signal;

use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use sts_emulator::{Config, Emulator};

use self::ca_file::CaFile;
use self::options::{Invocation, Options};
use self::output::LogWriter;
use self::stop_signal::stop_signal;

fn main() -> ExitCode {
    let options = match Options::parse(lexopt::Parser::from_env()) {
        Ok(Invocation::Run(options)) => options,
        Ok(Invocation::Help) => {
            // A closed pipe is not an error.
            let _ = io::stdout().write_all(options::HELP.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            print_error(&format_args!("{error}; --help lists the options"));
            return ExitCode::from(2);
        }
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            print_error(&failure.text);
            ExitCode::from(failure.exit)
        }
    }
}

fn print_error(text: &dyn fmt::Display) {
    // Standard error is the only place to report an error.
    let _ = writeln!(io::stderr(), "sts-emulator: {text}");
}

/// An error that ends the program.
struct Failure {
    text: String,
    exit: u8,
}

impl Failure {
    /// Creates an error about the command line or the configuration file.
    fn usage(text: String) -> Self {
        Self { text, exit: 2 }
    }

    fn io(what: &str, error: &io::Error) -> Self {
        let text = format!("{what}: {error}");
        Self { text, exit: 1 }
    }
}

fn run(options: Options) -> Result<(), Failure> {
    ca_file::remove_stale();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("cannot start", &error))?;
    let log = LogWriter::start().map_err(|error| Failure::io("cannot start", &error))?;
    let write_line = log.sender();
    let mut builder = Emulator::builder()
        .listen(&options.listen)
        .on_request(move |request| write_line(request.to_string()));
    if let Some(path) = &options.config {
        builder = builder.config(read_config(path)?);
    }
    if let Some(seed) = options.seed {
        builder = builder.seed(seed);
    }
    if options.tls {
        builder = builder.tls();
    }
    if options.echo {
        builder = builder.echo_canonical_request();
    }
    if let Some(address) = &options.control {
        builder = builder.control(address);
    }
    if let Some(address) = &options.metadata {
        builder = builder.metadata(address);
    }
    if let Some(address) = &options.oidc_issuer {
        builder = builder.oidc_issuer(address);
    }
    let served = runtime.block_on(async {
        // Before the first line is written: its reader may stop the program immediately.
        let stopped = stop_signal().map_err(|error| Failure::io("cannot start", &error))?;
        let emulator =
            builder.start().await.map_err(|error| Failure::io("cannot listen", &error))?;
        let certificate = CaFile::of(&emulator, options.ca_file.as_deref())
            .map_err(|error| Failure::io("cannot write the CA certificate", &error))?;
        output::announce(listening_lines(
            &emulator,
            certificate.as_ref(),
            options.oidc_issuer.is_some(),
        ))
        .map_err(|error| Failure::io("cannot start", &error))?;
        stopped.await;
        Ok(())
    });
    log.finish();
    served
}

fn read_config(path: &Path) -> Result<Config, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    text.parse().map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

/// Returns the lines that report the addresses of the listeners.
fn listening_lines(
    emulator: &Emulator,
    certificate: Option<&CaFile>,
    has_oidc_issuer: bool,
) -> String {
    let mut lines = vec![format!("listening on {}", emulator.url())];
    lines.extend(certificate.map(|file| format!("ca certificate: {}", file.path().display())));
    lines.extend(emulator.control_url().map(|url| format!("control on {url}")));
    lines.extend(emulator.metadata_url().map(|url| format!("metadata on {url}")));
    if has_oidc_issuer {
        lines.push(format!("oidc issuer on {}", emulator.oidc_issuer().url()));
    }
    lines.join("\n") + "\n"
}
