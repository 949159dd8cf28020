//! `man/` and `completions/` are what the binary generates.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeMap;
use std::path::Path;

use super::world::World;

fn content(folder: &Path) -> BTreeMap<String, String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap())
        .map(|file| (file.file_name().into_string().unwrap(), std::fs::read_to_string(file.path()).unwrap()))
        .collect()
}

async fn check(name: &str) {
    let world = World::new();
    let ran = world.pd(&format!("{name} --dir fresh")).await;
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let fresh = content(&world.path().join("fresh"));
    let kept = content(&Path::new(env!("CARGO_MANIFEST_DIR")).join(name));
    let regenerate = format!("stale: run `rm -r {name}; cargo run -- {name} --dir {name}`");
    assert_eq!(fresh.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>(), "{regenerate}");
    for (file, text) in fresh {
        assert!(text == kept[&file], "{name}/{file} is {regenerate}");
    }
}

#[tokio::test]
async fn manual_pages_are_fresh() {
    check("man").await;
}

#[tokio::test]
async fn completions_are_fresh() {
    check("completions").await;
}

#[tokio::test]
async fn one_page_or_script_is_printed() {
    let world = World::new();
    let page = world.pd("man context add").await.stdout;
    assert!(page.contains(".TH pd-context-add 1"), "{page}");
    assert_eq!(world.pd("man nothing").await.code, 2);
    assert!(world.pd("man pd.toml").await.stdout.contains(".TH pd.toml 5"));
    assert!(world.pd("man concepts").await.stdout.contains(".TH pd-concepts 7"));
    for shell in ["bash", "zsh", "fish"] {
        let line = world.pd(&format!("completions {shell}")).await.stdout;
        assert!(line.contains(&format!("COMPLETE={shell} pd")), "{line}");
    }
}
