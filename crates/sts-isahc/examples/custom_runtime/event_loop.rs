//! The loop, which advances all calls and the refresh.

use std::time::Duration;

use sts_client::{Error, Now};
use sts_proto::GetCallerIdentity;

use crate::session::Session;
use crate::task::{Progress, Task};

/// How often sockets are polled. A loop over epoll or a similar interface sleeps until a socket is
/// ready.
pub(crate) const TICK: Duration = Duration::from_millis(1);

/// Advances all calls until each is done.
pub(crate) fn run(
    session: &mut Session,
    mut tasks: Vec<Task<GetCallerIdentity>>,
    clock: impl Fn() -> Now,
) -> Result<(), Error> {
    loop {
        let now = clock();
        let mut wait = session.poll(now);
        let mut is_busy = session.refresh.is_some();
        let mut pending = Vec::new();
        for mut task in tasks {
            match task.poll(now, |request| session.provide(request, now)) {
                Progress::Pending(duration) => {
                    wait = wait.min(duration);
                    is_busy |= task.connection.is_some();
                    pending.push(task);
                }
                Progress::Done(outcome) => println!("   {}", outcome?.principal_urn),
            }
        }
        tasks = pending;
        if tasks.is_empty() {
            return Ok(());
        }
        std::thread::sleep(if is_busy { wait.min(TICK) } else { wait });
    }
}
