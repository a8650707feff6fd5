//! The program `sts-emulator`.
#![forbid(unsafe_code)]

mod ca_file;
mod ca_key;
mod health;
mod options;
mod output;
mod signals;

use std::fmt;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use sts_emulator::{Builder, Config, Emulator, ListenError};

use self::ca_file::CaFile;
use self::options::{Invocation, Options};
use self::output::LogWriter;
use self::signals::{Event, Signals};

fn main() -> ExitCode {
    let options = match Options::parse(lexopt::Parser::from_env()) {
        Ok(Invocation::Run(options)) => options,
        Ok(Invocation::Health(url)) => {
            return match health::check(&url) {
                Ok(()) => ExitCode::SUCCESS,
                Err(problem) => {
                    print_error(&problem);
                    ExitCode::FAILURE
                }
            };
        }
        Ok(Invocation::Help) => return print(options::HELP),
        Ok(Invocation::Version) => {
            return print(concat!("sts-emulator ", env!("CARGO_PKG_VERSION"), "\n"));
        }
        Err(error) => {
            print_error(&format_args!("{error}; --help lists the options"));
            return ExitCode::from(2);
        }
    };
    match run(&options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            print_error(&failure.text);
            ExitCode::from(failure.exit)
        }
    }
}

fn print(text: &str) -> ExitCode {
    // A closed pipe is not an error.
    let _ = io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn print_error(text: &dyn fmt::Display) {
    // Standard error is the only place to report an error.
    let _ = writeln!(io::stderr(), "sts-emulator: {text}");
}

/// The option and the variable that contain the secret of the control endpoint.
const CONTROL_SECRET: &str = "--control-secret-file or STS_EMULATOR_CONTROL_SECRET";

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

    /// Creates an error about a setting, which is named like the option, or about the system.
    fn of_start(error: &io::Error) -> Self {
        let setting = error.get_ref().and_then(|inner| inner.downcast_ref::<ListenError>());
        let Some(setting) = setting else {
            let exit = if error.kind() == io::ErrorKind::InvalidInput { 2 } else { 1 };
            return Self { text: format!("cannot start: {error}"), exit };
        };
        // The value of the first two is a secret.
        let option = match setting.setting() {
            "control_secret" => CONTROL_SECRET.to_owned(),
            "tls_authority" => "--ca-file or --ca-key".to_owned(),
            name => format!("--{} {:?}", name.replace('_', "-"), setting.value()),
        };
        let mut text = format!("{option}: {}", setting.problem());
        if let Some(required) = setting.requires() {
            text += "; requires ";
            text += match required {
                "control_secret" => CONTROL_SECRET,
                _ => "--allow-remote",
            };
        }
        let exit = if error.kind() == io::ErrorKind::InvalidInput { 2 } else { 1 };
        Self { text, exit }
    }

    fn io(what: &str, error: &io::Error) -> Self {
        let text = format!("{what}: {error}");
        Self { text, exit: 1 }
    }
}

fn run(options: &Options) -> Result<(), Failure> {
    ca_file::remove_stale();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("cannot start", &error))?;
    let log = LogWriter::start(options.log).map_err(|error| Failure::io("cannot start", &error))?;
    let builder = configure(options, &log)?;
    let served = runtime.block_on(async {
        // Before the first line is written: its reader may stop the program immediately.
        let mut signals = Signals::new(options.config.is_some())
            .map_err(|error| Failure::io("cannot start", &error))?;
        let emulator = builder.start().await.map_err(|error| Failure::of_start(&error))?;
        let certificate = CaFile::of(&emulator, options.ca_file.as_deref())
            .map_err(|error| Failure::io("cannot write the CA certificate", &error))?;
        if let Some(path) = &options.ca_key {
            ca_key::write(&emulator, path).map_err(|error| {
                // It is new as well, and the next start would reject it without its key.
                if let Some(certificate) = &certificate {
                    let _ = std::fs::remove_file(certificate.path());
                }
                Failure::io(&format!("--ca-key {:?}", path.display()), &error)
            })?;
        }
        output::announce(listening_lines(
            &emulator,
            certificate.as_ref(),
            options.oidc_issuer.is_some(),
        ))
        .map_err(|error| Failure::io("cannot start", &error))?;
        while signals.next().await == Event::Reload {
            log.notice(&reload(&emulator, options));
        }
        Ok(())
    });
    log.finish();
    served
}

/// Returns the builder with all options.
fn configure(options: &Options, log: &LogWriter) -> Result<Builder, Failure> {
    let mut builder = Emulator::builder().listen(&options.listen).workers(options.workers);
    if !options.quiet {
        builder = builder.on_request(log.request_writer());
    }
    if let Some(path) = &options.config {
        builder = builder.config(read_config(path)?);
        let path = path.clone();
        let load = move || {
            read_config(&path)
                .map_err(|failure| io::Error::new(io::ErrorKind::InvalidData, failure.text))
        };
        builder = builder.reload_with(load);
    }
    if let Some(seed) = &options.seed {
        builder = builder.seed(seed.as_str());
    }
    if options.tls {
        builder = builder.tls();
    }
    if let (Some(certificate), Some(key)) = (&options.ca_file, &options.ca_key)
        && let Some((certificate, key)) = ca_key::read(certificate, key).map_err(Failure::usage)?
    {
        builder = builder.tls_authority(certificate, key);
    }
    if options.echo {
        builder = builder.echo_canonical_request();
    }
    if options.any_service {
        builder = builder.any_service();
    }
    if options.allow_remote {
        builder = builder.allow_remote();
    }
    for name in &options.host_names {
        builder = builder.host_name(name);
    }
    if let Some(address) = &options.control {
        builder = builder.control(address);
    }
    if let Some(secret) = &options.control_secret {
        builder = builder.control_secret(secret.clone());
    }
    if let Some(address) = &options.metadata {
        builder = builder.metadata(address);
    }
    if let Some(address) = &options.oidc_issuer {
        builder = builder.oidc_issuer(address);
    }
    Ok(builder)
}

/// Replaces the configuration, and returns a line for the log. An invalid file changes nothing.
fn reload(emulator: &Emulator, options: &Options) -> String {
    let Some(path) = &options.config else { return "no configuration file to reload".to_owned() };
    match read_config(path) {
        Ok(config) => {
            emulator.reload(config);
            format!("reloaded {}", path.display())
        }
        Err(failure) => format!("not reloaded: {}", failure.text),
    }
}

fn read_config(path: &Path) -> Result<Config, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("--config {}: {error}", path.display())))?;
    text.parse().map_err(|error| Failure::usage(format!("--config {}: {error}", path.display())))
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
