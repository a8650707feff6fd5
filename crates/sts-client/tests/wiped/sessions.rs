//! Sessions and pools: issued, rejected and dropped credentials.

use futures_lite::future::block_on;
use sts_client::pool::{self, SessionPool};
use sts_client::proto::{AssumeAgency, AssumeAgencyWithOidc};
use sts_client::transport::transport_fn;
use sts_client::{Client, blocking};
use xtask_secrets::mark;

use crate::calls::{ISSUED, REJECTED, Reply, Script};
use crate::{ALLOCATOR, Advancing, credentials, show, show_error};

const REPLIES: [&[Reply]; 3] = [&[ISSUED], &[ISSUED, REJECTED], &[REJECTED]];

fn agency() -> AssumeAgency {
    AssumeAgency::new("iam::0a1b:agency:a", "name")
}

fn blocking_client(
    replies: &'static [Reply],
) -> blocking::Client<Script, impl blocking::ProvideCredentials> {
    let client =
        Client::builder(Script::new(replies)).clock(Advancing::default()).region("cn-north-4");
    client.credentials(credentials()).build_blocking().unwrap()
}

/// Obtains credentials, rejects them, and obtains others.
fn renew(session: &blocking::Session) {
    for _ in 0..2 {
        show(&(session.status(), session.state(), session));
        match session.credentials() {
            Ok(issued) => {
                session.with(|credentials| show(credentials)).unwrap();
                show(&(&issued, session.borrow().map(|borrowed| borrowed.clone())));
                session.invalidate(&issued);
            }
            Err(error) => show_error(&error),
        }
    }
}

fn blocking_sessions(replies: &'static [Reply]) {
    let client = blocking_client(replies);
    renew(&client.session(agency()).unwrap());
    let (provider, agency_urn) = ("iam::0a1b:oidcProvider:p", "iam::0a1b:agency:a");
    let with_token = AssumeAgencyWithOidc::new(provider, agency_urn, "name", mark!());
    renew(&client.session(with_token).unwrap());

    let pool = pool::blocking::SessionPool::builder(&client).capacity(1).build();
    for name in ["{}", "{ }", "{}"] {
        let request = || agency().policy(name);
        if let Err(error) = pool.credentials(request()) {
            show_error(&error);
        }
        renew(&pool.session(request()).unwrap());
        show(&(pool.status(), &pool));
        pool.remove(request());
    }
    pool.clear();
}

fn asynchronous_sessions(replies: &'static [Reply]) {
    let script = Script::new(replies);
    let transport = transport_fn(
        move |exchange| std::future::ready(script.reply(exchange)),
        |_| std::future::ready(()),
    );
    let client = Client::builder(transport).clock(Advancing::default()).region("cn-north-4");
    let client = client.credentials(credentials()).build().unwrap();
    let session = client.session(agency()).unwrap();
    for _ in 0..2 {
        show(&(session.status(), session.state(), &session));
        match block_on(session.credentials()) {
            Ok(issued) => {
                block_on(session.with(|credentials| show(credentials))).unwrap();
                show(&(&issued, session.borrow().map(|borrowed| borrowed.clone())));
                session.invalidate(&issued);
            }
            Err(error) => show_error(&error),
        }
    }
    let pool = SessionPool::builder(&client).capacity(1).build();
    for name in ["{}", "{ }", "{}"] {
        if let Err(error) = block_on(pool.credentials(agency().policy(name))) {
            show_error(&error);
        }
        show(&(pool.status(), &pool));
    }
    pool.remove(agency().policy("{}"));
    pool.clear();
}

pub(crate) fn wipe_credentials() {
    for replies in REPLIES {
        let name = format!("{replies:?}");
        ALLOCATOR.assert_wiped(&name, || blocking_sessions(replies));
        ALLOCATOR.assert_wiped(&name, || asynchronous_sessions(replies));
    }
}
