//! Any bytes as a profile file: credentials that a request can carry and that stand in the file as
//! they are, or an error that names the file.
#![no_main]

use std::io;
use std::path::Path;

use libfuzzer_sys::fuzz_target;
use sts_client::Environment;
use sts_proto::{Body, Secret};
use sts_providers::ProfileFile;

struct OneFile(Vec<u8>);

impl Environment for OneFile {
    fn read_file(&self, _: &Path) -> io::Result<Body> {
        Ok(Body::from(self.0.clone()))
    }
}

fuzz_target!(|content: &[u8]| {
    let provider = ProfileFile::new().path("/profile");
    match provider.read(&OneFile(content.to_vec())) {
        Ok(credentials) => {
            let text = String::from_utf8_lossy(content);
            let secrets =
                [Some(&credentials.secret_access_key), credentials.security_token.as_ref()];
            let secrets = secrets.into_iter().flatten().map(Secret::expose_secret);
            for value in secrets.chain([&*credentials.access_key_id]) {
                assert!(!value.is_empty() && value.bytes().all(|byte| byte.is_ascii_graphic()));
                let is_value = |line: &str| {
                    line.split_once('=').is_some_and(|(_, after)| after.trim() == value)
                };
                assert!(text.lines().any(is_value));
            }
        }
        Err(error) => assert!(error.to_string().starts_with("profile file /profile: ")),
    }
});
