//! The test rooms on this machine.

use clap::Parser;
use websocket_do::local::Server;

/// Serves the test rooms on 127.0.0.1.
#[derive(Parser)]
struct Arguments {
    /// The port to listen on; 0 takes a free one.
    #[arg(long, default_value_t = 8787)]
    port: u16,
}

fn main() -> std::io::Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    Server::new(rooms::app()).port(Arguments::parse().port).run()
}
