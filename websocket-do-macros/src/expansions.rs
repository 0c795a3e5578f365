//! Compares the expansions of both macros with the files in `expansions`, where each case is a folder. `BLESS=1 cargo test -p
//! websocket-do-macros` updates them.

use std::{
    env, fs,
    io::Write,
    path::PathBuf,
    process::{Command, Stdio},
};

use proc_macro2::{Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{File, Item, ItemImpl};

use crate::{websocket_do, ws_protocol};

/// The first line of each expansion.
const HEADER: &str =
    "// Generated from input.rs, and as long as the code that the macros write for it. Bless with BLESS=1.\n\n";

#[test]
fn program() {
    compare("program");
}

#[test]
fn messages() {
    compare("messages");
}

#[test]
fn calls() {
    compare("calls");
}

#[test]
fn record() {
    compare("record");
}

#[test]
fn room() {
    compare("room");
}

#[test]
fn smallest() {
    compare("smallest");
}

fn compare(case: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("expansions").join(case);
    let input = fs::read_to_string(folder.join("input.rs")).unwrap();
    let expanded: TokenStream = syn::parse_str::<File>(&input).unwrap().items.into_iter().map(expand).collect();
    let expanded = [HEADER, &format(&inline(expanded).to_string())].concat();
    let file = folder.join("expanded.rs");
    if env::var_os("BLESS").is_some() {
        fs::write(&file, &expanded).unwrap();
    }
    let blessed = fs::read_to_string(&file).expect("no such file; run with BLESS=1");
    assert_eq!(expanded, blessed, "`{case}` expands to something else; run with BLESS=1 and read the difference");
}

fn expand(item: Item) -> TokenStream {
    match item {
        Item::Impl(item) => expand_room(item),
        item => ws_protocol::expand(item.into_token_stream()),
    }
}

fn expand_room(mut item: ItemImpl) -> TokenStream {
    let attribute = item.attrs.remove(0);
    let arguments = attribute.meta.require_list().unwrap().tokens.clone();
    websocket_do::expand(arguments, &item.into_token_stream())
}

/// Replaces `if_client! { … }` by its contents, which rustfmt formats only there.
fn inline(tokens: TokenStream) -> TokenStream {
    let mut inlined = Vec::<TokenTree>::new();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(name) if name == "if_client" => {
                // `::websocket_do::__private::`
                inlined.truncate(inlined.len() - 8);
                if let Some(TokenTree::Group(contents)) = tokens.nth(1) {
                    inlined.extend(inline(contents.stream()));
                }
            }
            TokenTree::Group(group) => {
                let inner = inline(group.stream());
                inlined.push(Group::new(group.delimiter(), inner).into());
            }
            token => inlined.push(token),
        }
    }
    inlined.into_iter().collect()
}

/// Formats by rustfmt, with doc comments as `///`.
fn format(code: &str) -> String {
    let config = "max_width=120,use_small_heuristics=Max,reorder_imports=false";
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", config])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    rustfmt.stdin.take().unwrap().write_all(code.as_bytes()).unwrap();
    let output = rustfmt.wait_with_output().unwrap();
    assert!(output.status.success(), "rustfmt failed on: {code}");
    let formatted = String::from_utf8(output.stdout).unwrap();
    let lines = formatted.lines().map(|line| {
        let doc = ["#[doc = \"", "#[doc = r\""].into_iter().find_map(|prefix| line.trim_start().strip_prefix(prefix));
        let doc = doc.and_then(|rest| rest.strip_suffix("\"]"));
        match doc {
            Some(doc) => {
                let indent = line.len() - line.trim_start().len();
                format!(
                    "{}///{}{doc}\n",
                    &line[..indent],
                    if doc.is_empty() || doc.starts_with(' ') { "" } else { " " }
                )
            }
            None => format!("{line}\n"),
        }
    });
    lines.collect()
}
