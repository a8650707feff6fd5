//! Opening a page in the browser.

use std::env;
use std::process::{Command, Stdio};
use std::time::Duration;

use http::Uri;
use tokio::time::timeout;

use crate::variables::{Place, without_credentials};

/// A launcher that fails does so in this time; the next one is tried.
const FAILURE_TIME: Duration = Duration::from_millis(250);

/// Whether a text is the URL of a web page: https, or http on this machine.
pub(super) fn is_web_page(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let is_local = matches!(uri.host(), Some("127.0.0.1" | "[::1]" | "localhost"));
    match uri.scheme_str() {
        Some("https") => uri.host().is_some_and(|host| !host.is_empty()),
        Some("http") => is_local,
        _ => false,
    }
}

/// Opens a page in the browser. Returns whether that was possible. The URL is text of the service: it
/// is passed to a browser only if it is one of a web page.
pub(super) async fn open(url: &str) -> bool {
    if !is_web_page(url) || !has_display() {
        return false;
    }
    for command in open::commands(url) {
        if start(command).await {
            return true;
        }
    }
    false
}

/// Starts a browser, and returns whether it has not failed at once. It gets no credentials of this
/// program, and no signals of its terminal.
async fn start(mut command: Command) -> bool {
    for (name, _) in without_credentials(&Place::default()) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let Ok(mut child) = tokio::process::Command::from(command).spawn() else { return false };
    match timeout(FAILURE_TIME, child.wait()).await {
        // On Windows, the status of the launcher does not show a failure.
        Ok(Ok(status)) => status.success() || cfg!(windows),
        // It still runs, or cannot be observed.
        Ok(Err(_)) | Err(_) => true,
    }
}

/// Whether a browser can be seen.
fn has_display() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_web_pages_are_opened() {
        for url in ["https://idcenter.example.com/device?code=A", "http://127.0.0.1:80/device"] {
            assert!(is_web_page(url), "{url}");
        }
        for url in [
            "file:///etc/passwd",
            "javascript:alert(1)",
            "http://idcenter.example.com/",
            "--help",
            "/bin/sh",
            "https://",
            "https://idcenter.example.com/ a",
            "",
        ] {
            assert!(!is_web_page(url), "{url}");
            assert!(!open(url).await, "{url}");
        }
    }
}
