//! Paths that resemble those of the emulator.

use percent_encoding::percent_decode_str;

/// How often a path is decoded: intermediaries and frameworks may each decode it once.
const DECODINGS: usize = 2;

/// First segment of the paths of the control endpoint.
const CONTROL: &str = "_emulator";

/// Returns the path as the most tolerant server would read it: in lower case, decoded, without empty
/// segments, dot segments and parameters, and with backslashes as slashes.
pub(crate) fn tolerant(path: &str) -> String {
    let mut decoded = path.to_owned();
    for _ in 0..DECODINGS {
        decoded = percent_decode_str(&decoded).decode_utf8_lossy().into_owned();
    }
    let mut segments: Vec<&str> = Vec::new();
    for segment in decoded.split(['/', '\\']) {
        let segment = segment.split(';').next().unwrap_or_default().trim();
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    format!("/{}", segments.join("/")).to_lowercase()
}

/// Whether a path that is read in this way belongs to the control endpoint.
pub(crate) fn is_of_control(tolerant: &str) -> bool {
    tolerant.split('/').nth(1) == Some(CONTROL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_path_are_the_same() {
        for path in [
            "/v5/caller-identity",
            "/v5/caller-identity/",
            "//v5///caller-identity//",
            "/V5/Caller-Identity",
            "/v5%2Fcaller-identity",
            "/v5%252fcaller%2Didentity",
            "/./v5/x/../caller-identity/.",
            "/%2e%2E/v5/%2e/caller-identity",
            "\\v5\\caller-identity",
            "/v5;a=b/caller-identity;jsessionid=1",
            "/v5/caller-identity%20",
            "/../../v5/caller-identity",
        ] {
            assert_eq!(tolerant(path), "/v5/caller-identity", "{path}");
        }
        for path in ["", "/", "*", "/v5", "/v5/caller-identity/x", "/x/v5/caller-identity"] {
            assert_ne!(tolerant(path), "/v5/caller-identity", "{path}");
        }
        assert!(is_of_control(&tolerant("/%5Femulator/v1/reset")));
        assert!(is_of_control(&tolerant("/x/../_Emulator")));
        assert!(!is_of_control(&tolerant("/v1/_emulator")));
    }
}
