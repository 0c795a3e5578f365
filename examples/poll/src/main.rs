//! The polls in an axum server.

use std::{io, net::Ipv4Addr};

use clap::Parser;
use tokio::{net::TcpListener, signal};

/// Serves polls on 127.0.0.1.
#[derive(Parser)]
struct Arguments {
    /// The port to listen on; 0 for a free one.
    #[arg(long, default_value_t = 8787)]
    port: u16,
}

#[tokio::main]
async fn main() -> io::Result<()> {
    let arguments = Arguments::parse();
    let rooms = poll::app().into_service()?;
    let router = poll::router::router().fallback_service(rooms.clone());

    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router)
        .with_graceful_shutdown(async {
            let _ = signal::ctrl_c().await;
        })
        .await?;
    // Axum does not wait for WebSockets.
    rooms.stop().await;
    Ok(())
}
