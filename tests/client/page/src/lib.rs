//! The typed client in a page: `tests/browser/clients.mjs` has it run the cases, each by its name.
#![cfg(target_arch = "wasm32")]

mod case;
mod page;

use std::{panic, sync::Once};

use behaviour::Names;
use wasm_bindgen::prelude::wasm_bindgen;

use self::page::Page;

/// The names of the cases that every transport is to pass.
#[wasm_bindgen(js_name = commonCases)]
pub fn common_cases() -> Vec<String> {
    behaviour::CASES.iter().map(ToString::to_string).collect()
}

/// The names of the cases that are a browser's alone.
#[wasm_bindgen(js_name = ownCases)]
pub fn own_cases() -> Vec<String> {
    case::CASES.iter().map(ToString::to_string).collect()
}

/// Runs a case with the misbehaving server at `address`: what was not as promised, if anything.
#[wasm_bindgen(js_name = runCase)]
pub async fn run_case(name: String, address: String, run: String) -> Option<String> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| panic::set_hook(Box::new(|info| web_sys::console::error_1(&info.to_string().into()))));
    let page = Page::new(address, Names::new(format!("browser-{run}-{name}")));
    let is_common = behaviour::CASES.contains(&name.as_str());
    let result = if is_common { behaviour::run(&name, &page).await } else { case::run(&name, &page).await };
    result.err().map(|error| format!("{error:#}"))
}
