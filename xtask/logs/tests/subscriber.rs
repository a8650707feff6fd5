//! With a subscriber of `tracing` and a logger, both at the level trace.

use tracing::Level;
use xtask_logs::{Recorder, assert_no_secret, make_calls, record_log, recorded};

#[test]
fn subscriber_and_logger_receive_no_secret() {
    record_log();
    let subscriber = tracing_subscriber::fmt().with_max_level(Level::TRACE).with_ansi(false);
    subscriber.with_writer(|| Recorder).init();
    make_calls(cfg!(feature = "log-always"));
    assert_no_secret();
    let logged = recorded();
    let has_call = logged.contains("sts.call{operation=\"AssumeAgency\"}");
    // In a build of the workspace, other crates enable the feature of sts-client.
    assert!(has_call || !cfg!(feature = "client"), "{logged}");
    assert!(logged.contains("hyper_util::client"), "the stacks log: {logged}");
}
