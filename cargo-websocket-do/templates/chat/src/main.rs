//! The chat on the local host.

use std::{env, error::Error};

use websocket_do::local::Server;

fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    let port = env::var("PORT").map_or(Ok(8787), |port| port.parse())?;
    // Add `.data("data")` to keep the rooms' storage in the folder `data`.
    Ok(Server::new({{crate}}::app()).port(port).run()?)
}
