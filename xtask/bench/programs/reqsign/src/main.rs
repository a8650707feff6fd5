//! Signs a request to the URL given.

use std::error::Error;
use std::pin::pin;
use std::task::{Poll, Waker};

use http::Request;
use reqsign_aws_v4::{RequestSigner, StaticCredentialProvider};
use reqsign_core::{Context, Signer};

fn main() -> Result<(), Box<dyn Error>> {
    let url = std::env::args().nth(1).ok_or("a URL")?;
    let keys = StaticCredentialProvider::new("EXAMPLEAK00000000001", "the-secret-key");
    let signer = Signer::new(Context::new(), keys, RequestSigner::new("sts", "cn-north-4"));
    let (mut head, ()) = Request::post(url).body(())?.into_parts();
    // It waits for nothing: the keys are there.
    let mut waker = std::task::Context::from_waker(Waker::noop());
    let Poll::Ready(signed) = pin!(signer.sign(&mut head, None)).poll(&mut waker) else {
        return Err("not signed at once".into());
    };
    signed?;
    println!("{} {:?}", head.uri, head.headers);
    Ok(())
}
