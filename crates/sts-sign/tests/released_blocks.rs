//! No block of memory is released that held a secret and was not wiped.
#![allow(clippy::unwrap_used, reason = "tests may panic")]
#![allow(unsafe_code, reason = "an allocator that looks at what is released")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Request;
use sts_sign::{Scope, Signer, verify};
use time::OffsetDateTime;
use time::macros::datetime;

const ID: &str = "HSTEXAMPLE0000000001";
const NOW: OffsetDateTime = datetime!(2026-03-05 07:08:09 UTC);
const SECRET: &str = "plantedSecret6gH9jK2mN5pQ8sT1vW4yZ7xC0fL";
const TOKEN: &str = "plantedToken/4yZ7xC0fL3rU6iO9z==";
/// The beginnings of all secrets.
const PLANTED: [&[u8]; 3] = [b"plantedSecret", b"plantedToken", DERIVED_KEY.as_bytes()];
/// The beginning of the text that `SECRET` gives as key for the day, region and service below.
const DERIVED_KEY: &str = "899e885df1af3a71";

struct Watching;

static LEAKS: AtomicUsize = AtomicUsize::new(0);

impl Watching {
    /// # Safety
    /// `block` must hold `length` bytes.
    unsafe fn look_at(block: *const u8, length: usize) {
        // SAFETY: as the caller promises. Bytes that were never written have some value as well.
        let bytes = unsafe { std::slice::from_raw_parts(black_box(block), length) };
        let holds = |secret: &&[u8]| bytes.windows(secret.len()).any(|window| window == *secret);
        if PLANTED.iter().any(holds) {
            LEAKS.fetch_add(1, Ordering::Relaxed);
        }
    }
}

// SAFETY: all is left to the system's allocator.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that what is looked at later was written.
        // SAFETY: as the caller promises.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe {
            Self::look_at(block, layout.size());
            System.dealloc(block, layout);
        }
    }

    // `realloc` is the default one: it allocates, copies and releases with the two above.
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

fn request() -> Request<&'static str> {
    Request::get("https://sts.example.com/v5/caller-identity").body("").unwrap()
}

fn signers() -> Vec<Signer> {
    let signers = [
        Signer::from_parts(ID, SECRET).unwrap(),
        Signer::v11(ID, SECRET, Scope::new("cn-north-4", "sts")).unwrap(),
        #[cfg(feature = "sm3")]
        Signer::sm3(ID, SECRET).unwrap(),
        #[cfg(feature = "p256")]
        Signer::p256(ID, SECRET).unwrap(),
        #[cfg(feature = "sm2")]
        Signer::sm2(ID, SECRET).unwrap(),
    ];
    signers.into_iter().map(|signer| signer.security_token(TOKEN).unwrap()).collect()
}

// The only test of its binary: another one's blocks would be looked at as well.
#[test]
fn no_block_is_released_that_holds_a_secret() {
    // The watch works at all.
    let before = LEAKS.load(Ordering::Relaxed);
    drop(black_box(TOKEN.to_owned()));
    assert_eq!(LEAKS.load(Ordering::Relaxed), before + 1);

    for signer in signers() {
        let mut signed = request();
        signer.sign(&mut signed, NOW).unwrap();
        signer.sign(&mut signed, NOW).unwrap();
        verify(&signed, |_| Some(signer.clone()), NOW, Duration::ZERO).unwrap();
        drop(signer.explain(&signed, NOW).unwrap());
        drop(signer);
        drop(signed);
    }
    assert_eq!(LEAKS.load(Ordering::Relaxed), before + 1);
}
