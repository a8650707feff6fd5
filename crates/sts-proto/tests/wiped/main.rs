//! No freed memory block contains a secret.
//!
//! Inputs come from static text or from types that wipe themselves, so that every secret in a freed
//! block is one that this crate left behind.
#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that goes wrong panics")]

mod requests;
mod responses;
#[cfg(feature = "server")]
mod server;

use std::fmt::Debug;
use std::hint::black_box;

use xtask_secrets::{Searching, mark};

#[global_allocator]
static ALLOCATOR: Searching = Searching::new(&[mark!()]);

/// A secret as it is, and as JSON writes it.
const PLAIN: &str = concat!(mark!(), "+/=", mark!());
const ODD: &str = concat!(mark!(), "\"\\\n\u{1}é😀", mark!());
const ODD_JSON: &str = concat!(mark!(), r#"\"\\\n\u0001\u00e9\ud83d\ude00"#, mark!());

/// A secret that can be sent in a header, as it is and as JSON with escapes.
#[cfg(feature = "server")]
const SENDABLE: &str = concat!(mark!(), "\"\\/~", mark!());
const SENDABLE_JSON: &str = concat!(mark!(), r#"\"\\\/\u007e"#, mark!());

/// Prints and drops, for texts are blocks too.
fn print(value: &dyn Debug) {
    black_box(format!("{value:?} {value:#?}"));
}

/// One test, so that nothing else frees blocks meanwhile.
#[test]
fn no_freed_block_holds_a_secret() {
    the_search_finds_what_is_not_wiped();
    requests::are_built_sent_cloned_and_dropped();
    requests::break_limits();
    requests::are_written_piece_by_piece();
    requests::are_signed_with_keys();
    requests::carry_a_token_in_a_header();
    responses::are_read();
    responses::are_read_by_others();
    responses::are_cut_off_at_every_byte();
    responses::fail_half_way();
    responses::echo_a_token();
    #[cfg(feature = "server")]
    server::reads_requests();
    #[cfg(feature = "server")]
    server::writes_answers();
}

fn the_search_finds_what_is_not_wiped() {
    assert_eq!(ALLOCATOR.found_in(|| drop(black_box(PLAIN.to_owned()))), 2, "a plain string");
    let mut growing = PLAIN.to_owned();
    assert_eq!(ALLOCATOR.found_in(|| growing.push_str(ODD)), 2, "a string that moves");
    assert_eq!(ALLOCATOR.found_in(|| drop(growing)), 4);
    assert_eq!(
        ALLOCATOR.found_in(|| drop(black_box(vec![PLAIN.as_bytes().to_vec()]))),
        2,
        "a list"
    );
    let answer = serde_json::from_slice::<serde_json::Value>(responses::answer(ODD_JSON).as_ref());
    assert!(ALLOCATOR.found_in(|| drop(answer)) > 0, "JSON read by other means");
}
