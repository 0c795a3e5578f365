//! The lobbies on the local host.

use clap::Parser;
use websocket_do::local::Server;

/// Serves lobbies on 127.0.0.1.
#[derive(Parser)]
struct Arguments {
    /// The port to listen on; 0 for a free one.
    #[arg(long, default_value_t = 8787)]
    port: u16,
    /// The file of the accounts; without it, they are lost when the server ends.
    #[arg(long, value_name = "FILE", default_value = ":memory:")]
    accounts: String,
}

fn main() -> std::io::Result<()> {
    let arguments = Arguments::parse();
    Server::new(accounts::app()).port(arguments.port).var("ACCOUNTS_FILE", arguments.accounts).run()
}
