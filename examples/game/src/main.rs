//! The game on the local host.

use std::path::PathBuf;

use clap::Parser;
use websocket_do::local::Server;

/// Serves the game on 127.0.0.1.
#[derive(Parser)]
struct Arguments {
    /// The port to listen on; 0 for a free one.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// Store the games in this folder; without it, they are lost when the server ends.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

fn main() -> std::io::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let mut server = Server::new(game::app()).port(arguments.port);
    if let Some(folder) = arguments.data {
        server = server.data(folder);
    }
    server.run()
}
