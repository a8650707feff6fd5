//! No freed memory block contains a secret.

use std::hint::black_box;

use sts_credentials::{Credentials, Secret};
use xtask_secrets::{Searching, mark};

#[global_allocator]
static ALLOCATOR: Searching = Searching::new(&[TEXT]);
const TEXT: &str = mark!();

/// The only test of its binary: other tests would free blocks at the same time.
#[test]
fn no_freed_block_holds_a_secret() {
    let before = ALLOCATOR.found();
    drop(black_box(TEXT.to_owned()));
    assert_eq!(ALLOCATOR.found(), before + 1, "the search works");

    let before = ALLOCATOR.found();
    let mut roomy = String::with_capacity(100);
    roomy.push_str(TEXT);
    for secret in [Secret::from(TEXT), Secret::from(TEXT.to_owned()), Secret::from(roomy)] {
        let copy = black_box(secret.clone());
        black_box(format!("{copy:?} {copy}"));
        drop((secret, copy));
    }
    let slice = br#"{"access":"HST","secret":"pLaNtEd0SeCrEt0","securitytoken":"pLaNtEd0SeCrEt0"}"#;
    let credentials: Credentials = serde_json::from_slice(slice).unwrap();
    drop(black_box(credentials.clone()));
    drop(black_box((credentials.validate(), credentials)));
    // What is read before a failure is wiped as well.
    for end in 0..slice.len() {
        serde_json::from_slice::<Credentials>(slice.get(..end).unwrap()).unwrap_err();
    }
    for bad in [
        r#"{"access":5,"secret":"pLaNtEd0SeCrEt0"}"#,
        r#"{"secret":"pLaNtEd0SeCrEt0","secret":"pLaNtEd0SeCrEt0"}"#,
        r#"{"access":"a","secret":"pLaNtEd0SeCrEt0","expiration":"pLaNtEd0SeCrEt0"}"#,
        r#"{"pLaNtEd0SeCrEt0":"pLaNtEd0SeCrEt0"}"#,
        r#""pLaNtEd0SeCrEt0""#,
    ] {
        serde_json::from_str::<Credentials>(bad).unwrap_err();
    }
    // An owned value is taken over, not copied.
    let value = serde_json::Value::String(TEXT.to_owned());
    drop(black_box(serde_json::from_value::<Secret>(value).unwrap()));
    assert_eq!(ALLOCATOR.found(), before);
}
