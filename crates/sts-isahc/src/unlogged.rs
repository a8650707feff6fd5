//! Exchanges that leave no trace in isahc's wire log.

use std::pin::Pin;
use std::sync::LazyLock;
use std::task::{Context, Poll};

use tracing::dispatcher::{self, Dispatch};
use tracing::subscriber::NoSubscriber;

/// Hears nothing, and is known to `tracing`, so that what others hear is not taken for granted.
static NOBODY: LazyLock<Dispatch> = LazyLock::new(|| Dispatch::new(NoSubscriber::default()));

/// A future in which nobody listens to `tracing`.
///
/// isahc writes headers and bodies to its target `isahc::wire` when a request starts in a span
/// that somebody listens to. It has no switch for that. Tokens and keys belong in no log, at
/// whatever level, so its requests start where nobody listens.
pub(crate) struct Unlogged<F>(pub(crate) F);

impl<F: Future + Unpin> Future for Unlogged<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let future = Pin::new(&mut self.0);
        // Where nobody listens anyway nothing is set: it would silence `log`, too.
        if dispatcher::get_default(Dispatch::is::<NoSubscriber>) {
            future.poll(context)
        } else {
            dispatcher::with_default(&NOBODY, || future.poll(context))
        }
    }
}
