//! Any bytes as the configuration file of KooCLI: a provider whose credentials a request can carry,
//! or an error that names the file.
#![no_main]

use std::io;
use std::path::Path;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use sts_client::session::RefreshProvider;
use sts_client::{CallContext, CallPolicy, Clock, Environment, Now, Platform, StateMachine, Step};
use sts_proto::Body;
use sts_providers::HcloudProfile;
use time::OffsetDateTime;

#[derive(Clone)]
struct OneFile(Vec<u8>);

impl Clock for OneFile {
    fn now(&self) -> Now {
        Now::new(OffsetDateTime::UNIX_EPOCH, Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        0
    }
}

impl Environment for OneFile {
    fn read_file(&self, _: &Path) -> io::Result<Body> {
        Ok(Body::from(self.0.clone()))
    }
}

fuzz_target!(|content: &[u8]| {
    let file = OneFile(content.to_vec());
    let provider = HcloudProfile::new().path("/config.json");
    match provider.resolve(&file) {
        Ok(provider) => {
            let context = CallContext::new([], CallPolicy::default());
            let platform = Platform::new(file.clone(), file.clone());
            let Ok(mut refresh) = provider.begin(&platform, &context) else { return };
            // Other modes send requests.
            if let Step::Done(Ok(issued)) = refresh.step(file.now()) {
                assert_eq!(issued.credentials().validate(), Ok(()));
            }
        }
        Err(error) => {
            let text = error.to_string();
            assert!(text.starts_with("KooCLI configuration /config.json: "), "{text}");
            assert!(text.len() < 2048 && !text.contains(char::is_control), "{text}");
        }
    }
});
