//! Thread-safety bounds on native targets; futures and providers on wasm have none.

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::pin::Pin;

    /// `Send` on native targets, nothing on wasm.
    pub trait MaybeSend: Send {}
    impl<T: Send + ?Sized> MaybeSend for T {}

    /// `Sync` on native targets, nothing on wasm.
    pub trait MaybeSync: Sync {}
    impl<T: Sync + ?Sized> MaybeSync for T {}

    /// A future in a box, `Send` on native targets.
    pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
}

#[cfg(target_arch = "wasm32")]
mod wasm {
    use std::pin::Pin;

    /// `Send` on native targets, nothing on wasm.
    pub trait MaybeSend {}
    impl<T: ?Sized> MaybeSend for T {}

    /// `Sync` on native targets, nothing on wasm.
    pub trait MaybeSync {}
    impl<T: ?Sized> MaybeSync for T {}

    /// A future in a box, `Send` on native targets.
    pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;
}

#[cfg(not(target_arch = "wasm32"))]
pub use self::native::{BoxFuture, MaybeSend, MaybeSync};
#[cfg(target_arch = "wasm32")]
pub use self::wasm::{BoxFuture, MaybeSend, MaybeSync};
