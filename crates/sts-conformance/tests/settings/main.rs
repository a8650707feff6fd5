//! Settings of sts-hyper and sts-isahc, which behave the same, and the error kinds where the contract
//! permits several.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod connections;
mod kinds;
mod proxies;
mod server;
mod stacks;
mod trust;

use std::time::Duration;

use sts_client::transport::Transport;

#[test]
fn futures_are_send() {
    fn is_send(_: &impl Send) {}
    fn futures_of(transport: &(impl Transport + Sync)) {
        is_send(&transport.send(stacks::post("http://127.0.0.1/")));
        is_send(&transport.sleep(Duration::ZERO));
    }
    futures_of(&sts_hyper::HyperTransport::new().unwrap());
    futures_of(&sts_isahc::IsahcTransport::new().unwrap());
}
