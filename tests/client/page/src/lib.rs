//! The test cases of the typed client in a browser. `tests/browser/clients.mjs` runs each by its name.
#![cfg(target_arch = "wasm32")]

mod case;
mod page;

use std::{panic, sync::Once};

use client_cases::Names;
use wasm_bindgen::prelude::wasm_bindgen;

use self::page::Page;

/// Returns the names of the cases that run on every platform.
#[wasm_bindgen(js_name = commonCases)]
pub fn common_cases() -> Vec<String> {
    client_cases::CASES.iter().map(ToString::to_string).collect()
}

/// Returns the names of the cases that only a browser has.
#[wasm_bindgen(js_name = ownCases)]
pub fn own_cases() -> Vec<String> {
    case::CASES.iter().map(ToString::to_string).collect()
}

/// Runs a case with the misbehaving server at `address`. Returns the assertion that failed, if any.
#[wasm_bindgen(js_name = runCase)]
pub async fn run_case(name: String, address: String, run: String) -> Option<String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| panic::set_hook(Box::new(|info| web_sys::console::error_1(&info.to_string().into()))));
    let page = Page::new(address, Names::new(format!("browser-{run}-{name}")));
    let is_common = client_cases::CASES.contains(&name.as_str());
    let result = if is_common { client_cases::run(&name, &page).await } else { case::run(&name, &page).await };
    result.err().map(|error| format!("{error:#}"))
}
