//! HTTP/1.1 on TCP: accepts connections, and passes their requests to the app.

use std::{convert::Infallible, sync::Arc, time::Duration};

use hyper::{server::conn::http1::Builder, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    time::sleep,
};

use super::{
    http::Shared,
    http_stream::{HttpStream, RequestInProgress},
};
use crate::server::log;

/// The most bytes of a request's head.
const MAX_HEAD: usize = 64 * 1024;

/// Accepts connections until the server stops.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Some(accepted) = shared.stopping.run_until_cancelled(listener.accept()).await {
        match accepted {
            Ok((stream, _)) => {
                let connection = connection(stream, shared.clone());
                let stop = shared.stop.clone();
                shared.connections.spawn(async move { stop.run_until_cancelled(connection).await });
            }
            Err(error) => {
                // Usually out of file handles, until another connection ends.
                log::error(&format!("cannot accept a connection: {error}"));
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    // Frames are small and must not wait for each other.
    let _ = stream.set_nodelay(true);
    let (in_progress, settings, stopping) = (RequestInProgress::default(), shared.settings, shared.stopping.clone());
    let stream = HttpStream::new(stream, settings.request_timeout, in_progress.clone());
    let service = service_fn(move |request| {
        let (shared, guard) = (shared.clone(), in_progress.begin());
        async move {
            let response = shared.answer(request).await;
            drop(guard);
            Ok::<_, Infallible>(response)
        }
    });
    let http = Builder::new()
        .timer(TokioTimer::new())
        // hyper also applies it between two requests.
        .header_read_timeout(settings.keep_alive_timeout)
        .max_header_size(MAX_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    tokio::pin!(http);
    // A disconnect is not an error.
    tokio::select! {
        _ = &mut http => return,
        () = stopping.cancelled() => http.as_mut().graceful_shutdown(),
    }
    let _ = http.await;
}
