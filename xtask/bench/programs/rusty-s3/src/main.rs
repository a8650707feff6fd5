//! Signs a request to the URL given, and reads a response from standard input.

use std::error::Error;
use std::time::Duration;

use rusty_s3::actions::ListObjectsV2;
use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("a URL")?;
    let bucket = Bucket::new(url.parse()?, UrlStyle::Path, "bucket", "cn-north-4")?;
    let credentials = Credentials::new("EXAMPLEAK00000000001", "the-secret-key");
    let list = bucket.list_objects_v2(Some(&credentials));
    println!("{}", list.sign(Duration::from_secs(60)));

    let response = std::io::read_to_string(std::io::stdin())?;
    println!("{:?}", ListObjectsV2::parse_response(&response)?);
    Ok(())
}
