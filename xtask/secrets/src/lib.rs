//! Secrets that tests plant, and searches for them: in freed memory and in text.

mod allocator;
mod known;
mod server;

pub use self::allocator::Searching;
pub use self::known::find;
pub use self::server::serve;

/// The secret that tests of freed memory plant, as a literal for `concat!`. It needs no escapes, so
/// it is the same in JSON, URLs and headers.
#[macro_export]
macro_rules! mark {
    () => {
        "pLaNtEd0SeCrEt0"
    };
}
