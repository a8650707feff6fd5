//! `sts cache`.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use huaweicloud_sts::SystemEnvironment;
use huaweicloud_sts::providers::{CacheEntry, CacheFile};
use huaweicloud_sts::sts_client::{Clock as _, Environment as _, SystemClock};
use serde::Serialize;

use crate::context::Context;
use crate::directories;
use crate::failure::Failure;
use crate::output::{Report, field, rfc3339};

/// List or remove the credentials that --cache keeps in files
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  sts cache list
  sts cache clear --expired")]
pub(crate) struct Cache {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the cached credentials, without secrets
    #[command(after_help = "Example:\n  sts cache list --output json | jq -r '.files[].label'")]
    List,
    /// Remove the cached credentials
    #[command(after_help = "Example:\n  sts cache clear --expired")]
    Clear {
        /// Remove only those that have expired
        #[arg(long)]
        expired: bool,
    },
}

/// The output of `sts cache list`.
#[derive(Serialize)]
struct Listing {
    directory: PathBuf,
    files: Vec<Listed>,
}

#[derive(Serialize)]
struct Listed {
    file: PathBuf,
    label: Option<String>,
    access_key_id: Option<String>,
    expires_at: Option<String>,
    is_expired: Option<bool>,
    error: Option<String>,
}

/// The output of `sts cache clear`.
#[derive(Serialize)]
struct Cleared {
    directory: PathBuf,
    removed: Vec<PathBuf>,
}

impl Cache {
    pub(crate) fn run(self, context: &Context) -> Result<ExitCode, Failure> {
        let directory = directories::cache()?;
        match self.action {
            Action::List => {
                let files = files(&directory, CacheFile::Credentials)?;
                let files = files.into_iter().map(Listed::new).collect();
                context.output().print(&Listing { directory, files })?;
            }
            Action::Clear { expired } => {
                let removed = clear(&directory, expired)?;
                context.output().print(&Cleared { directory, removed })?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Returns the files of the cache of this kind, in a stable order.
fn files(directory: &Path, kind: CacheFile) -> Result<Vec<PathBuf>, Failure> {
    let failed =
        |error: io::Error| Failure::failed(format!("cannot list {}: {error}", directory.display()));
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>().map_err(failed)?;
    paths.retain(|path| CacheFile::of(path) == Some(kind));
    paths.sort();
    Ok(paths)
}

fn is_expired(entry: &CacheEntry) -> bool {
    entry.expiration <= SystemClock.now().wall
}

/// Removes the files of the cache, and returns those that contained credentials.
fn clear(directory: &Path, only_expired: bool) -> Result<Vec<PathBuf>, Failure> {
    let (removed, kept): (Vec<_>, Vec<_>) =
        files(directory, CacheFile::Credentials)?.into_iter().partition(|file| {
            let entry = CacheEntry::read(&SystemEnvironment, file);
            !only_expired || entry.is_ok_and(|entry| is_expired(&entry))
        });
    removed.iter().try_for_each(|file| remove(file))?;
    if !only_expired {
        let temporary = files(directory, CacheFile::Temporary)?;
        temporary.iter().try_for_each(|file| remove_leftover(file))?;
    }
    let used: BTreeSet<_> = kept.iter().filter_map(|file| CacheFile::lock_of(file)).collect();
    for lock in files(directory, CacheFile::Lock)? {
        if !used.contains(&lock) && is_free(&lock) {
            remove(&lock)?;
        }
    }
    Ok(removed)
}

/// Removes a temporary file of a terminated process. One that writes it now holds the lock.
fn remove_leftover(temporary: &Path) -> Result<(), Failure> {
    let Some(lock) = CacheFile::lock_of(temporary) else { return Ok(()) };
    // It may be created here, and is removed with the others.
    match SystemEnvironment.try_lock_file(&lock) {
        // It is held until the file is removed.
        Ok(Some(_lock)) => remove(temporary),
        Ok(None) | Err(_) => Ok(()),
    }
}

/// Whether no process holds a lock, which would be about to write a file. It is released at once,
/// because Windows does not remove a file that is open.
fn is_free(lock: &Path) -> bool {
    matches!(SystemEnvironment.try_lock_file(lock), Ok(Some(_)))
}

fn remove(file: &Path) -> Result<(), Failure> {
    match fs::remove_file(file) {
        // Another process was faster.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::failed(format!("cannot remove {}: {error}", file.display()))),
        Ok(()) => Ok(()),
    }
}

impl Listed {
    fn new(file: PathBuf) -> Self {
        let (entry, error) = match CacheEntry::read(&SystemEnvironment, &file) {
            Ok(entry) => (Some(entry), None),
            Err(error) => (None, Some(Failure::from(error).texts().join(": "))),
        };
        Self {
            file,
            is_expired: entry.as_ref().map(is_expired),
            expires_at: entry.as_ref().map(|entry| rfc3339(entry.expiration)),
            access_key_id: entry.as_ref().map(|entry| entry.access_key_id.clone()),
            label: entry.and_then(|entry| entry.label),
            error,
        }
    }
}

impl Report for Listing {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.files.is_empty() {
            return writeln!(out, "no cached credentials in {}", self.directory.display());
        }
        for (index, listed) in self.files.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            let fields = [
                ("agency", &listed.label),
                ("access key", &listed.access_key_id),
                ("expires at", &listed.expires_at),
                ("error", &listed.error),
            ];
            for (name, value) in fields {
                let Some(value) = value else { continue };
                let is_past = name == "expires at" && listed.is_expired == Some(true);
                let note = if is_past { " (expired)" } else { "" };
                field(out, name, &format!("{value}{note}"))?;
            }
            field(out, "file", &listed.file.display().to_string())?;
        }
        Ok(())
    }
}

impl Report for Cleared {
    fn write_text(&self, out: &mut dyn Write) -> io::Result<()> {
        let (count, directory) = (self.removed.len(), self.directory.display());
        let noun = if count == 1 { "file" } else { "files" };
        writeln!(out, "removed {count} {noun} from {directory}")
    }
}
