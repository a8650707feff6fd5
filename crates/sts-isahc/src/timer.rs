//! Timer for any executor.

use std::process;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use event_listener::Event;

/// The process in which the thread of `async_io` runs.
static ORIGIN: LazyLock<u32> = LazyLock::new(process::id);

/// Records the process, because it may be forked before the first timer.
pub(crate) fn start() {
    LazyLock::force(&ORIGIN);
}

pub(crate) async fn sleep(duration: Duration) {
    if *ORIGIN == process::id() {
        async_io::Timer::after(duration).await;
    } else {
        sleep_on_thread(duration).await;
    }
}

/// For the child of a `fork`, in which the thread of `async_io` does not exist.
async fn sleep_on_thread(duration: Duration) {
    let over = Arc::new(Event::new());
    let listener = over.listen();
    let timer = thread::Builder::new().spawn(move || {
        thread::sleep(duration);
        over.notify(usize::MAX);
    });
    match timer {
        Ok(_) => listener.await,
        Err(_) => thread::sleep(duration),
    }
}
