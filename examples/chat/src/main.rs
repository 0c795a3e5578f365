//! The chat on the local host.

use std::path::PathBuf;

use clap::Parser;
use websocket_do::local::Server;

/// Serves the chat on 127.0.0.1.
#[derive(Parser)]
struct Arguments {
    /// The port to listen on; 0 for a free one.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Store the rooms' data in this folder; without it, the data is lost when the server ends.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Also serve this host name, behind a proxy with its certificate.
    #[arg(long, value_name = "NAME")]
    host: Option<String>,
}

fn main() -> std::io::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    if let Some(host) = arguments.host {
        chat::access::serve_as(host);
    }
    let mut server = Server::new(chat::app()).port(arguments.port);
    if let Some(folder) = arguments.data {
        server = server.data(folder);
    }
    server.run()
}
