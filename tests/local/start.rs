//! Errors when a server starts.

use std::{io::ErrorKind, net::TcpListener, time::Duration};

use tokio::time::{sleep, timeout};
use websocket_do::{App, local::Server};

use crate::PATIENCE;

#[tokio::test]
async fn a_port_in_use_is_named_with_what_to_do() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = taken.local_addr().expect("an address");
    let error = Server::new(App::new()).port(address.port()).start().await.map(drop).expect_err("no server");
    assert_eq!(error.kind(), ErrorKind::AddrInUse);
    assert!(error.to_string().starts_with(&format!("{address} is in use by another program")), "{error}");
}

#[tokio::test]
async fn an_address_that_cannot_be_used_is_named() {
    // An address for documentation, which no machine has.
    let address = ([192, 0, 2, 1], 8787).into();
    let error = Server::new(App::new()).address(address).start().await.map(drop).expect_err("no server");
    assert!(error.to_string().starts_with("cannot listen on 192.0.2.1:8787: "), "{error}");
}

#[tokio::test]
async fn run_inside_a_runtime_is_an_error_that_names_serve() {
    let error = Server::new(App::new()).port(0).run().expect_err("an error");
    assert!(error.to_string().contains("write `server.serve().await`"), "{error}");
}

#[tokio::test]
async fn a_server_whose_handle_is_dropped_frees_its_port() {
    let server = Server::new(App::new()).port(0).start().await.expect("a server on a free port");
    let address = server.address();
    drop(server);
    let free = async {
        while TcpListener::bind(address).is_err() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(PATIENCE, free).await.expect("the port is free in time");
}
