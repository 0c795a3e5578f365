//! The Markdown files of the repository: links lead somewhere, and excerpts are what the files contain. Links between items are checked
//! by rustdoc, and links to other sites are not checked.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    fs,
    path::{Path, PathBuf},
};

/// The folder of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a parent folder").to_owned()
}

/// The Markdown files for readers, relative to the repository.
fn files() -> Vec<PathBuf> {
    let folders = [
        "",
        "websocket-do/docs",
        "websocket-do-runtime/src/codec",
        "cargo-websocket-do",
        "cargo-websocket-do/templates/chat",
    ];
    let entries = folders.iter().flat_map(|folder| fs::read_dir(root().join(folder)).expect("a folder").flatten());
    let paths =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let mut files: Vec<_> = paths.map(|path| path.strip_prefix(root()).expect("a prefix").to_owned()).collect();
    files.sort();
    assert!(files.len() > 15, "{files:?}");
    files
}

fn read(file: &Path) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// The text without blocks and spans of code.
fn prose(text: &str) -> String {
    let mut in_block = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        let is_fence = line.trim_start().starts_with("```");
        in_block ^= is_fence;
        if !in_block && !is_fence {
            lines.push(line.split('`').step_by(2).collect::<Vec<_>>().join("``"));
        }
    }
    lines.join("\n")
}

/// The targets of links: `](target)`, and `[name]: target`.
fn targets(text: &str) -> Vec<String> {
    let prose = prose(text);
    let inline = prose.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target.to_owned());
    let defined =
        prose.lines().filter_map(|line| line.strip_prefix('[')?.split_once("]: ")).map(|(_, target)| target.to_owned());
    inline.chain(defined).collect()
}

/// The anchors of the headings, as GitHub and rustdoc make them.
fn anchors(text: &str) -> Vec<String> {
    let mut in_block = false;
    let is_heading = |line: &&str| {
        in_block ^= line.starts_with("```");
        !in_block && line.starts_with('#') && line.trim_start_matches('#').starts_with(' ')
    };
    let anchor = |line: &str| {
        let kept = line.trim_start_matches('#').trim().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
    };
    text.lines().filter(is_heading).map(anchor).collect()
}

/// The file that is the page of a module.
fn page(module: &str) -> Option<PathBuf> {
    if module == "crate::codec" {
        return Some(PathBuf::from("websocket-do-runtime/src/codec/wire.md"));
    }
    let name = module.strip_prefix("crate::")?;
    let file = PathBuf::from(format!("websocket-do/docs/{}.md", name.strip_prefix("guide::").unwrap_or(name)));
    root().join(&file).is_file().then_some(file)
}

#[test]
fn every_relative_link_leads_to_a_file_and_every_anchor_to_a_heading() {
    let mut dead = Vec::new();
    for file in files() {
        let text = read(&file);
        for target in targets(&text).iter().filter(|target| !target.contains("://")) {
            let (path, anchor) =
                target.split_once('#').map_or((target.as_str(), None), |(path, anchor)| (path, Some(anchor)));
            let found = match path {
                "" => Some(file.clone()),
                // rustdoc checks that the item exists; the anchors of an item without a guide are not checked.
                _ if path.contains("::") => match page(path) {
                    None => continue,
                    found => found,
                },
                _ => Some(file.with_file_name("").join(path)).filter(|path| root().join(path).exists()),
            };
            let is_alive = found
                .is_some_and(|found| anchor.is_none_or(|anchor| anchors(&read(&found)).iter().any(|it| it == anchor)));
            if !is_alive {
                dead.push(format!("{}: {target}", file.display()));
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

#[test]
fn every_guide_is_reached_from_the_front_page_and_from_the_list_of_guides() {
    let (readme, list) = (read(Path::new("README.md")), read(Path::new("websocket-do/src/guide.rs")));
    for file in files().iter().filter(|file| file.starts_with("websocket-do/docs")) {
        let name = file.file_stem().expect("a name").to_string_lossy();
        // The pages of the macros are references.
        if ["ws_protocol", "websocket_do"].contains(&&*name) {
            continue;
        }
        assert!(
            targets(&readme).iter().any(|target| Path::new(target) == file),
            "README.md does not link to {}",
            file.display()
        );
        let link = [format!("]({name})"), format!("](crate::{name})")];
        assert!(link.iter().any(|link| list.contains(link)), "guide.rs does not list {name}");
    }
}

#[test]
fn every_file_that_the_front_page_links_to_has_a_target_on_docs_rs() {
    let (readme, library) = (read(Path::new("README.md")), read(Path::new("websocket-do/src/lib.rs")));
    for line in readme.lines().filter(|line| line.starts_with('[') && line.contains("]: ") && !line.contains("://")) {
        let (name, _) = line.split_once("]: ").expect("a definition");
        assert!(library.contains(&format!("\"{name}]: ")), "lib.rs defines no target for {name}]");
    }
    let inline = targets(&readme).into_iter().filter(|target| !target.contains("://"));
    let defined = readme
        .lines()
        .filter(|line| line.starts_with('['))
        .filter_map(|line| Some(line.split_once("]: ")?.1.to_owned()));
    let defined: Vec<_> = defined.collect();
    for target in inline {
        assert!(
            defined.contains(&target),
            "`({target})` has no target on docs.rs; write `[text][name]`, and define the name"
        );
    }
}

/// A block of code after `<!-- excerpt: path -->` is found in that file, with any indentation.
#[test]
fn every_excerpt_is_what_its_file_contains() {
    let mut count = 0;
    for file in files() {
        let text = read(&file);
        for part in text.split("<!-- excerpt: ").skip(1) {
            let (source, rest) = part.split_once(" -->").expect("the end of a comment");
            let block = rest.split("```").nth(1).and_then(|block| block.split_once('\n')).expect("a block of code").1;
            let lines = |text: &str| {
                text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
            };
            let (excerpt, source_lines) = (lines(block), lines(&read(Path::new(source))));
            assert!(!excerpt.is_empty(), "{}: an empty excerpt of {source}", file.display());
            let is_found = source_lines.windows(excerpt.len()).any(|window| window == excerpt);
            assert!(is_found, "{}: {source} does not contain\n{block}", file.display());
            count += 1;
        }
    }
    assert!(count >= 10, "{count} excerpts");
}

#[test]
fn links_headings_and_code_are_told_apart() {
    let text = "# One `two`, three\n```\n# no heading [a](b)\n```\nSee [this](file.md#x) and `[no](link)`.\n[name]: other.md\n";
    assert_eq!(targets(text), ["file.md#x", "other.md"]);
    assert_eq!(anchors(text), ["one-two-three"]);
}
