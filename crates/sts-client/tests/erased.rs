//! Clients with a type-erased transport have the same capabilities.

use std::future::{Future, ready};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use sts_client::transport::{DynTransport, TransportErrorKind, transport_fn};
use sts_client::{Client, Clock, Exchange, Now, TransportError};
use sts_proto::{Credentials, ErrorKind};
use time::macros::datetime;

struct Still;

impl Clock for Still {
    fn now(&self) -> Now {
        Now::new(datetime!(2026-03-05 07:08:09 UTC), Duration::ZERO)
    }

    fn seed(&self) -> u64 {
        7
    }
}

#[test]
fn its_calls_can_be_boxed_and_sent_to_other_threads() -> Result<(), sts_client::ClientBuildError> {
    let transport = transport_fn(
        |_: Exchange| ready(Err(TransportError::maybe_sent(TransportErrorKind::Protocol))),
        |_| ready(()),
    );
    let transport: Arc<dyn DynTransport> = Arc::new(transport);
    let client = Client::builder(transport)
        .clock(Still)
        .region("cn-north-4")
        .credentials(Credentials::permanent("EXAMPLEAK00000000001", "a1B2c3"))
        .build()?;
    let call: Pin<Box<dyn Future<Output = Option<ErrorKind>> + Send>> =
        Box::pin(async move { client.caller_identity().await.err().map(|error| error.kind()) });
    assert_eq!(futures_lite::future::block_on(call), Some(ErrorKind::Transport));
    Ok(())
}
