//! Opening a page in the browser.

use std::env;

use http::Uri;

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
pub(super) fn open(url: &str) -> bool {
    is_web_page(url) && has_display() && open::that_detached(url).is_ok()
}

/// Whether a browser can be seen.
fn has_display() -> bool {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_pages_are_opened() {
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
            assert!(!open(url), "{url}");
        }
    }
}
