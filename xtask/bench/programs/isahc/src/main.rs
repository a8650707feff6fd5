//! Posts to the URL given.

use std::error::Error;

use isahc::ReadResponseExt;

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("a URL")?;
    println!("{:?}", isahc::post(url, "{}")?.bytes()?);
    Ok(())
}
