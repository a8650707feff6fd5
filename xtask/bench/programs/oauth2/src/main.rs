//! Asks for a token at the URL given.

use std::error::Error;

use oauth2::basic::BasicClient;
use oauth2::{ClientId, ClientSecret, TokenResponse, TokenUrl};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("a URL")?;
    let client = BasicClient::new(ClientId::new("build-42".to_owned()))
        .set_client_secret(ClientSecret::new("the-secret-key".to_owned()))
        .set_token_uri(TokenUrl::new(url)?);
    let http = oauth2::reqwest::Client::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let response = runtime.block_on(client.exchange_client_credentials().request_async(&http))?;
    println!("{:?} {:?}", response.access_token(), response.expires_in());
    Ok(())
}
