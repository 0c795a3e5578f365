//! The log of errors that no caller receives: the Worker's console on wasm32; elsewhere `tracing`, or standard error without a
//! subscriber.

use crate::connection::printable::printable;

/// The maximum length of a logged message, in bytes.
const MAX_LENGTH: usize = 4096;

/// Logs an error in one line. Control characters in the message are escaped.
pub(crate) fn error(message: &str) {
    let line = printable(message, MAX_LENGTH).to_string();
    #[cfg(target_arch = "wasm32")]
    worker::console_error!("{line}");
    #[cfg(not(target_arch = "wasm32"))]
    native::error(&line);
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::io::{Write, stderr};

    use tracing::{Dispatch, dispatcher::get_default, subscriber::NoSubscriber};

    pub(super) fn error(line: &str) {
        #[cfg(feature = "testing")]
        if super::observe::notify(line) {
            return tracing::error!("{line}");
        }
        write(line, &mut stderr());
    }

    /// Passes a line to the subscriber of `tracing`, or writes it to `out` if there is no subscriber.
    fn write(line: &str, out: &mut impl Write) {
        if get_default(Dispatch::is::<NoSubscriber>) {
            // A failure to write cannot be reported.
            let _ = writeln!(out, "error: {line}");
        } else {
            tracing::error!("{line}");
        }
    }

    #[cfg(test)]
    mod tests {
        use std::sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        };

        use tracing::{Event, Metadata, Subscriber, span};

        use super::*;

        /// Counts events.
        struct Counter(Arc<AtomicUsize>);

        impl Subscriber for Counter {
            fn enabled(&self, _: &Metadata<'_>) -> bool {
                true
            }

            fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
                span::Id::from_u64(1)
            }

            fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

            fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

            fn event(&self, _: &Event<'_>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }

            fn enter(&self, _: &span::Id) {}

            fn exit(&self, _: &span::Id) {}
        }

        #[test]
        fn an_error_goes_to_the_subscriber_or_else_to_standard_error() {
            let (mut out, count) = (Vec::new(), Arc::new(AtomicUsize::new(0)));
            write("a handler failed", &mut out);
            assert_eq!(out, b"error: a handler failed\n");
            tracing::subscriber::with_default(Counter(count.clone()), || write("another", &mut out));
            assert_eq!((out.len(), count.load(Ordering::Relaxed)), (24, 1));
        }
    }
}

/// Observation of the log, for the report of a room under test.
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub(crate) mod observe {
    use std::{cell::RefCell, rc::Rc};

    type Observer = Rc<dyn Fn(&str)>;

    thread_local! {
        static OBSERVER: RefCell<Option<Observer>> = const { RefCell::new(None) };
    }

    /// Restores the previous observer when it is dropped, including after a panic.
    struct Restore(Option<Observer>);

    impl Drop for Restore {
        fn drop(&mut self) {
            OBSERVER.replace(self.0.take());
        }
    }

    /// Calls `run`, and passes the errors that it logs to `observer`.
    pub(crate) fn with<T>(observer: impl Fn(&str) + 'static, run: impl FnOnce() -> T) -> T {
        let _restore = Restore(OBSERVER.replace(Some(Rc::new(observer))));
        run()
    }

    /// Passes a line to the observer, and returns whether there is one.
    pub(super) fn notify(line: &str) -> bool {
        let observer = OBSERVER.with_borrow(Clone::clone);
        observer.inspect(|observer| observer(line)).is_some()
    }
}
