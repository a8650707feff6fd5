//! Callers of a session on one thread: tasks that run only when they were woken.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};

use sts_client::Session;

use crate::session_world::Keys;

/// Tasks on one thread. A task that was not woken is not polled, so a lost wake-up is detected.
pub(crate) struct Tasks<T>(Vec<Task<T>>);

struct Task<T> {
    future: Option<Pin<Box<dyn Future<Output = T> + Send>>>,
    flag: Arc<Flag>,
    output: Option<T>,
}

struct Flag {
    is_woken: AtomicBool,
}

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, Ordering::SeqCst);
    }
}

impl<T> Tasks<T> {
    pub(crate) fn new() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn spawn(&mut self, future: impl Future<Output = T> + Send + 'static) -> usize {
        let flag = Arc::new(Flag { is_woken: AtomicBool::new(true) });
        self.0.push(Task { future: Some(Box::pin(future)), flag, output: None });
        self.0.len() - 1
    }

    /// Polls one task if it was woken. Returns whether it was.
    pub(crate) fn poll(&mut self, index: usize) -> bool {
        let task = &mut self.0[index];
        let Some(future) = &mut task.future else { return false };
        if !task.flag.is_woken.swap(false, Ordering::SeqCst) {
            return false;
        }
        let waker = Waker::from(task.flag.clone());
        if let Poll::Ready(output) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            task.output = Some(output);
            task.future = None;
        }
        true
    }

    /// Runs until no task is woken any more.
    pub(crate) fn run(&mut self) -> &mut Self {
        loop {
            let polled = (0..self.0.len()).filter(|index| self.poll(*index)).count();
            if polled == 0 {
                return self;
            }
        }
    }

    pub(crate) fn cancel(&mut self, index: usize) {
        self.0[index].future = None;
    }

    pub(crate) fn output(&self, index: usize) -> Option<&T> {
        self.0[index].output.as_ref()
    }

    pub(crate) fn take(&mut self, index: usize) -> Option<T> {
        self.0[index].output.take()
    }

    /// Returns the outputs of completed tasks.
    pub(crate) fn outputs(&self) -> impl Iterator<Item = &T> {
        self.0.iter().filter_map(|task| task.output.as_ref())
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_pending(&self, index: usize) -> bool {
        self.0[index].future.is_some()
    }
}

impl Tasks<Keys> {
    pub(crate) fn ask(&mut self, session: &Session) -> usize {
        let session = session.clone();
        self.spawn(async move { session.credentials().await })
    }
}

/// Returns what a caller receives at once; `None` if it had to wait, and was dropped.
pub(crate) fn at_once(session: &Session) -> Option<Keys> {
    let mut future = Box::pin(session.credentials());
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(keys) => Some(keys),
        Poll::Pending => None,
    }
}

/// Returns what a waiting caller receives.
pub(crate) fn get(session: &Session) -> Keys {
    let mut tasks = Tasks::new();
    let caller = tasks.ask(session);
    tasks.run().output(caller).expect("the waiting caller is woken").clone()
}
