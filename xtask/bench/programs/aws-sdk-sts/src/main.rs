//! Assumes a role at the URL given.

use std::error::Error;

use aws_config::BehaviorVersion;
use aws_sdk_sts::config::{Credentials, Region, SharedCredentialsProvider};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("a URL")?;
    let keys = Credentials::new("EXAMPLEAK00000000001", "the-secret-key", None, None, "program");
    let config = aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(url)
        .region(Region::from_static("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(keys));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let output = runtime.block_on(async {
        let client = aws_sdk_sts::Client::new(&config.load().await);
        let role = client.assume_role().role_arn("arn:aws:iam::123456789012:role/reader");
        role.role_session_name("build-42").send().await
    })?;
    println!("{:?}", output.credentials());
    Ok(())
}
