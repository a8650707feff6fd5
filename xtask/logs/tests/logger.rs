//! With a logger at the level trace, and without a subscriber of `tracing`.

use xtask_logs::{assert_no_secret, make_calls, record_log, recorded};

#[test]
fn logger_receives_no_secret() {
    record_log();
    make_calls(cfg!(feature = "log-always"));
    assert_no_secret();
    let logged = recorded();
    let is_forwarded = cfg!(feature = "log");
    let has_call = logged.contains("sts.call");
    assert_eq!(has_call, is_forwarded && cfg!(feature = "client"), "{logged}");
    assert_eq!(logged.contains("hyper_util::client"), is_forwarded, "{logged}");
}
