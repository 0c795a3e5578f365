//! The runtime's log: errors that no caller hears of. They go to the Worker's console on wasm32; elsewhere to `tracing`, or to
//! standard error if there is no subscriber.

use std::fmt::Display;

use crate::{Room, Session, WebSocketDo, connection::printable::printable};

/// The most bytes of a message in the log.
const MOST: usize = 4096;

/// Logs an error, in one line: control characters in a room's name or in an error's text are escaped.
pub(crate) fn error(message: &str) {
    let line = printable(message, MOST).to_string();
    #[cfg(target_arch = "wasm32")]
    worker::console_error!("{line}");
    #[cfg(not(target_arch = "wasm32"))]
    native::error(&line);
}

impl<R: WebSocketDo> Room<R> {
    /// Logs an error of the room, with the room's name.
    pub(crate) fn log_error(&self, error: impl Display) {
        let name = self.name().unwrap_or_default();
        self::error(&format!("{} `{name}`: {error}", R::NAME));
    }
}

impl<R: WebSocketDo> Session<R> {
    /// Logs an error of the session, with its id and the room's name.
    pub(crate) fn log_error(&self, error: impl Display) {
        self.room().log_error(format_args!("session {}: {error}", self.id()));
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::io::{Write, stderr};

    use tracing::{Dispatch, dispatcher::get_default, subscriber::NoSubscriber};

    pub(super) fn error(line: &str) {
        #[cfg(feature = "testing")]
        if super::observe::tell(line) {
            return tracing::error!("{line}");
        }
        write(line, &mut stderr());
    }

    /// Gives a line to the subscriber of `tracing`, or writes it where there is none.
    fn write(line: &str, out: &mut impl Write) {
        if get_default(Dispatch::is::<NoSubscriber>) {
            // There is nowhere to tell that this fails.
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

/// The log of a room under test, which its report has.
#[cfg(all(feature = "testing", not(target_arch = "wasm32")))]
pub(crate) mod observe {
    use std::{cell::RefCell, rc::Rc};

    type Observer = Rc<dyn Fn(&str)>;

    thread_local! {
        static OBSERVER: RefCell<Option<Observer>> = const { RefCell::new(None) };
    }

    /// Puts the observer before back, also after a panic.
    struct Before(Option<Observer>);

    impl Drop for Before {
        fn drop(&mut self) {
            OBSERVER.replace(self.0.take());
        }
    }

    /// Runs something whose errors `observer` gets.
    pub(crate) fn with<T>(observer: impl Fn(&str) + 'static, run: impl FnOnce() -> T) -> T {
        let _before = Before(OBSERVER.replace(Some(Rc::new(observer))));
        run()
    }

    /// True if there is an observer.
    pub(super) fn tell(line: &str) -> bool {
        let observer = OBSERVER.with_borrow(Clone::clone);
        observer.inspect(|observer| observer(line)).is_some()
    }
}
