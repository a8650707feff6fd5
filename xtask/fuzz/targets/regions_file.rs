//! Any bytes as the regions file: endpoints that use https, or an error that names the file and quotes
//! nothing of it but a URL.
#![no_main]

use std::io;
use std::path::Path;

use huaweicloud_sts::proto::Body;
use huaweicloud_sts::sts_client::{Environment, InvalidVariable};
use huaweicloud_sts::{Region, service_endpoints};
use libfuzzer_sys::fuzz_target;

struct OneFile<'a>(&'a [u8]);

impl Environment for OneFile<'_> {
    fn variable(&self, name: &str) -> Result<Option<String>, InvalidVariable> {
        Ok((name == "HUAWEICLOUD_SDK_REGIONS_FILE").then(|| "/regions.yaml".to_owned()))
    }

    fn read_file(&self, _: &Path) -> io::Result<Body> {
        Ok(Body::from(self.0.to_vec()))
    }
}

fuzz_target!(|content: &[u8]| {
    let region = Region::new("cn-north-4").expect("a region");
    match service_endpoints(&OneFile(content), "STS", &region) {
        Ok(endpoints) => {
            for endpoint in endpoints.unwrap_or_default() {
                let url = endpoint.as_str();
                assert!(url.starts_with("https://") || url.starts_with("http://"), "{url}");
            }
        }
        Err(error) => {
            let text = error.to_string();
            assert!(text.starts_with("regions file /regions.yaml: "), "{text}");
            assert!(text.len() < 2048 && !text.contains(char::is_control), "{text}");
        }
    }
});
