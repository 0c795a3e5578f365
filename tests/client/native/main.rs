//! The native client against servers that misbehave on purpose. `MISBEHAVING_NODE` and `ROOMS_WORKERD` are their
//! addresses, which `cargo xtask test` sets; the cases of a server without an address are ignored.
#![allow(clippy::expect_used)] // all of it is test code

use std::{env, process, time::Duration};

use anyhow::Result;
use client_cases::{Names, Say, Transport};
use libtest_mimic::{Arguments, Completion, Trial};
use tokio::runtime::Runtime;
use websocket_do::client::Builder;

/// A server, over TCP.
struct Tcp {
    address: String,
    names: Names,
}

impl Transport for Tcp {
    fn builder(&self, room: &str) -> Builder<Say> {
        Builder::new(format!("{}/misbehaving/{room}/websocket", self.address.replace("http://", "ws://")))
    }

    fn sleep(&self, time: Duration) -> impl Future<Output = ()> {
        tokio::time::sleep(time)
    }

    fn knows_status(&self) -> bool {
        true
    }

    fn room(&self) -> String {
        self.names.next()
    }
}

fn main() {
    let servers = [("node", "MISBEHAVING_NODE"), ("workerd", "ROOMS_WORKERD")];
    let trials = servers.into_iter().flat_map(|(name, variable)| {
        let address = env::var(variable).ok();
        client_cases::CASES.iter().map(move |case| {
            let address = address.clone();
            Trial::ignorable_test(format!("{name}::{case}"), move || match address {
                Some(address) => {
                    run(case, address).map(|()| Completion::Completed).map_err(|error| format!("{error:#}").into())
                }
                None => Ok(Completion::ignored_with(format!("set {variable} to the address of the server"))),
            })
        })
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn run(case: &str, address: String) -> Result<()> {
    let at = Tcp { address, names: Names::new(format!("native-{}-{case}", process::id())) };
    Runtime::new()?.block_on(client_cases::run(case, &at))
}
