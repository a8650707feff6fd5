//! A certificate authority that is kept between runs.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use sts_emulator::Emulator;
use sts_proto::Secret;

/// Reads the certificate and the private key of an earlier run. Returns `None` if neither exists.
pub(crate) fn read(certificate: &Path, key: &Path) -> Result<Option<(String, Secret)>, String> {
    let certificate_text = read_file(certificate)
        .map_err(|error| format!("--ca-file {:?}: {error}", certificate.display()))?;
    let failed = |error: &dyn std::fmt::Display| format!("--ca-key {:?}: {error}", key.display());
    let key_text = read_file(key).map_err(|error| failed(&error))?;
    match (certificate_text, key_text) {
        (Some(certificate), Some(text)) => {
            check_permissions(key).map_err(|problem| failed(&problem))?;
            Ok(Some((certificate, text.into())))
        }
        (None, None) => Ok(None),
        (Some(_), None) => Err(failed(&format_args!(
            "missing, but {:?} exists; remove it to generate both",
            certificate.display()
        ))),
        (None, Some(_)) => Err(format!(
            "--ca-file {:?}: missing, but {:?} exists; remove it to generate both",
            certificate.display(),
            key.display()
        )),
    }
}

fn read_file(path: &Path) -> io::Result<Option<String>> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Writes the private key to a new file that only this user can read. An existing file is the one
/// that was read.
pub(crate) fn write(emulator: &Emulator, path: &Path) -> io::Result<()> {
    let Some(key) = emulator.ca_private_key_pem() else { return Ok(()) };
    match create(path) {
        Ok(mut file) => file.write_all(key.expose_secret().as_bytes()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Rejects a key that other users can read.
#[cfg(unix)]
fn check_permissions(path: &Path) -> Result<(), String> {
    use std::os::unix::fs::MetadataExt as _;

    let mode = std::fs::metadata(path).map_err(|error| error.to_string())?.mode() & 0o777;
    if mode.trailing_zeros() >= 6 {
        return Ok(());
    }
    Err(format!("other users have access (mode {mode:03o}); must be 600"))
}

#[cfg(not(unix))]
fn check_permissions(_path: &Path) -> Result<(), String> {
    Ok(())
}
