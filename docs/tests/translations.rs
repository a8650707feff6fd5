//! The Chinese README has the headings and the code of the English one.

#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

const ENGLISH: &str = include_str!("../../README.md");
const CHINESE: &str = include_str!("../../README.zh-CN.md");

/// The levels of the headings, and the code blocks with their language.
fn structure(text: &str) -> (Vec<usize>, Vec<String>) {
    let (mut levels, mut blocks) = (Vec::new(), Vec::new());
    let mut is_in_block = false;
    for line in text.lines() {
        let is_fence = line.trim_start().starts_with("```");
        if is_fence && !is_in_block {
            blocks.push(String::new());
        }
        if is_fence || is_in_block {
            let block = blocks.last_mut().unwrap();
            block.push_str(line);
            block.push('\n');
        } else if line.starts_with('#') {
            levels.push(line.chars().take_while(|&c| c == '#').count());
        }
        is_in_block ^= is_fence;
    }
    assert!(!is_in_block, "a code block does not end");
    (levels, blocks)
}

/// The targets of the links, without those between the two files.
fn links(text: &str) -> Vec<&str> {
    let links = text.split("](").skip(1).map(|rest| rest.split_once(')').unwrap().0);
    links.filter(|link| !link.starts_with("README")).collect()
}

#[test]
fn both_readmes_have_the_same_headings_and_code() {
    let (english, chinese) = (structure(ENGLISH), structure(CHINESE));
    assert_eq!(english.0, chinese.0, "levels of the headings");
    assert_eq!(english.1, chinese.1, "code blocks");
    assert!(english.0.len() > 5 && english.1.len() > 3, "headings and code are found");
}

#[test]
fn both_readmes_have_the_same_links() {
    assert_eq!(links(ENGLISH), links(CHINESE));
}

#[test]
fn the_readmes_link_to_each_other() {
    assert!(ENGLISH.contains("](README.zh-CN.md)"));
    assert!(CHINESE.contains("](README.md)"));
}

#[test]
fn a_difference_in_structure_is_found() {
    let text = "# A\n\n```rust\n# hidden\n```\n\n## B\n";
    assert_eq!(structure(text).0, [1, 2]);
    assert_ne!(structure(text).1, structure(&text.replace("hidden", "other")).1);
}
