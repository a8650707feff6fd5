//! The emulator as a program.
#![forbid(unsafe_code)]

mod options;

use std::fmt;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use options::{Invocation, Options};
use sts_emulator::{Emulator, World};

fn main() -> ExitCode {
    let options = match Options::parse(lexopt::Parser::from_env()) {
        Ok(Invocation::Run(options)) => options,
        Ok(Invocation::Help) => {
            // Whoever closed the pipe does not want to read it.
            let _ = io::stdout().write_all(options::HELP.as_bytes());
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            complain(&format_args!("{error}; --help lists the options"));
            return ExitCode::from(2);
        }
    };
    match run(options) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            complain(&failure.text);
            ExitCode::from(failure.exit)
        }
    }
}

fn complain(text: &dyn fmt::Display) {
    // There is no other place to say it.
    let _ = writeln!(io::stderr(), "sts-emulator: {text}");
}

/// What ends the program early.
struct Failure {
    text: String,
    exit: u8,
}

impl Failure {
    /// What was given on the command line cannot be used.
    fn usage(text: String) -> Self {
        Self { text, exit: 2 }
    }

    fn io(what: &str, error: &io::Error) -> Self {
        let text = format!("{what}: {error}");
        Self { text, exit: 1 }
    }
}

fn run(options: Options) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::io("cannot start", &error))?;
    let mut builder = Emulator::builder().listen(&options.listen).on_request(|line| {
        let _ = writeln!(io::stderr(), "{line}");
    });
    if let Some(path) = &options.config {
        builder = builder.world(read_world(path)?);
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
    runtime.block_on(async {
        // Before the first line is out: whoever reads it may stop us at once.
        let stopped = stop_signal().map_err(|error| Failure::io("cannot start", &error))?;
        let emulator =
            builder.start().await.map_err(|error| Failure::io("cannot listen", &error))?;
        let ca_file = options.ca_file.as_deref();
        let certificate = CaFile::of(&emulator, ca_file)
            .map_err(|error| Failure::io("cannot write the CA certificate", &error))?;
        // Without a reader there is nobody to tell, but there may be someone to serve.
        let _ = announce(&emulator, certificate.as_ref(), options.oidc_issuer.is_some());
        stopped.await;
        Ok(())
    })
}

fn read_world(path: &Path) -> Result<World, Failure> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("{}: {error}", path.display())))?;
    text.parse().map_err(|error| Failure::usage(format!("{}: {error}", path.display())))
}

fn announce(emulator: &Emulator, certificate: Option<&CaFile>, is_issuing: bool) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    writeln!(stdout, "listening on {}", emulator.url())?;
    if let Some(certificate) = certificate {
        writeln!(stdout, "ca certificate: {}", certificate.path.display())?;
    }
    if let Some(url) = emulator.control_url() {
        writeln!(stdout, "control on {url}")?;
    }
    if let Some(url) = emulator.metadata_url() {
        writeln!(stdout, "metadata on {url}")?;
    }
    if is_issuing {
        writeln!(stdout, "oidc issuer on {}", emulator.oidc_issuer().url())?;
    }
    stdout.flush()
}

/// The file with the CA certificate. One that was not asked for by name is removed at the end.
struct CaFile {
    path: PathBuf,
    is_temporary: bool,
}

impl CaFile {
    fn of(emulator: &Emulator, path: Option<&Path>) -> io::Result<Option<Self>> {
        let Some(pem) = emulator.ca_certificate_pem() else {
            return Ok(None);
        };
        if let Some(path) = path {
            std::fs::write(path, pem)?;
            let path = path.to_owned();
            return Ok(Some(Self { path, is_temporary: false }));
        }
        let name =
            format!("sts-emulator-ca-{}-{}.pem", std::process::id(), emulator.address().port());
        let path = std::env::temp_dir().join(name);
        // A file that is there already is not ours to write through.
        let mut file = std::fs::File::create_new(&path)?;
        file.write_all(pem.as_bytes())?;
        Ok(Some(Self { path, is_temporary: true }))
    }
}

impl Drop for CaFile {
    fn drop(&mut self) {
        if self.is_temporary {
            // Someone may have removed it before.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Resolves when the program is asked to stop.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(std::future::poll_fn(move |context| {
        if interrupt.poll_recv(context).is_ready() || terminate.poll_recv(context).is_ready() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    }))
}

/// Resolves when the program is asked to stop.
#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        // Without a way to be asked it runs until it is killed.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    })
}
