//! What the programs find as WebAssembly they find here, too.

use std::process::Command;

#[test]
fn a_request_is_signed_and_its_answer_read() {
    assert!(Command::new(env!("CARGO_BIN_EXE_messages")).status().unwrap().success());
}

#[test]
fn a_call_that_was_turned_away_is_answered_later() {
    assert!(Command::new(env!("CARGO_BIN_EXE_call")).status().unwrap().success());
}
