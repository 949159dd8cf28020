//! The shim itself: what was synced survives a cut, what was not does not, or is torn.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use super::power::{Supply, Unsynced, compile};

fn victim() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| compile("victim.c", "victim", &[])).clone()
}

/// Lets the victim run `script` in `folder` until it waits, and cuts the power.
fn run(folder: &Path, script: &str, unsynced: Unsynced) {
    let supply = Supply::of(folder);
    let mut child = Command::new(victim())
        .args(script.split_whitespace().filter(|word| *word != ";"))
        .current_dir(folder)
        .envs(supply.env())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = [0; 5];
    child.stdout.take().unwrap().read_exact(&mut said).expect("the victim stopped early");
    child.kill().unwrap();
    child.wait().unwrap();
    supply.cut(unsynced);
}

/// What is in `folder`, as `name=<byte>*<count>…` in order of name.
fn content(folder: &Path) -> String {
    let mut shown = Vec::new();
    for name in super::power::files(folder) {
        let mut runs: Vec<(u8, usize)> = Vec::new();
        for byte in std::fs::read(folder.join(&name)).unwrap() {
            match runs.last_mut() {
                Some((last, count)) if *last == byte => *count += 1,
                _ => runs.push((byte, 1)),
            }
        }
        let show = |(byte, count): &(u8, usize)| {
            format!("{}*{count}", if *byte == 0 { '0' } else { char::from(*byte) })
        };
        shown.push(format!("{}={}", name.display(), runs.iter().map(show).collect::<Vec<_>>().join("+")));
    }
    shown.join(" ")
}

#[test]
fn what_was_synced_survives_and_nothing_else_does() {
    let check = |before: &str, script: &str, expected: &str| {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("data");
        std::fs::create_dir(&folder).unwrap();
        run(&folder, before, Unsynced::Lost);
        run(&folder, script, Unsynced::Lost);
        assert_eq!(content(&folder), expected, "{before:?}, then {script:?}");
    };
    // Bytes.
    check("", "create f ; append f a 9", "");
    check("", "create f ; append f a 9 ; sync f", "f=a*9");
    check("", "create f ; append f a 9 ; datasync f ; append f b 3", "f=a*9");
    check("", "create f ; append f a 9 ; sync f ; write f 3 b 2", "f=a*9");
    check("", "create f ; append f a 9 ; sync f ; write f 3 b 2 ; sync f", "f=a*3+b*2+a*4");
    check("", "create f ; write f 5 a 4 ; sync f", "f=0*5+a*4");
    check(
        "",
        "create f ; append f a 200000 ; sync f ; write f 100000 b 70000 ; sync f",
        "f=a*100000+b*70000+a*30000",
    );
    // Across a start: what the first run synced is the ground of the second.
    check("create f ; append f a 9 ; sync f", "open f ; write f 0 b 1", "f=a*9");
    check("create f ; append f a 9 ; sync f", "open f ; write f 0 b 1 ; sync f", "f=b*1+a*8");
    // Sizes. What was cut off and grown again is zero, not what it was.
    check("create f ; append f a 9 ; sync f", "open f ; size f 4", "f=a*9");
    check("create f ; append f a 9 ; sync f", "open f ; size f 4 ; sync f", "f=a*4");
    check("create f ; append f a 9 ; sync f", "open f ; size f 4 ; size f 6 ; sync f", "f=a*4+0*2");
    check("create f ; append f a 9 ; sync f", "create f", "f=a*9");
    check("create f ; append f a 9 ; sync f", "create f ; append f b 2 ; sync f", "f=b*2");
    // Names.
    check("create f ; append f a 9 ; sync f", "remove f", "f=a*9");
    check("create f ; append f a 9 ; sync f", "remove f ; syncdir .", "");
    check("create f ; append f a 9 ; sync f", "rename f g", "f=a*9");
    check("create f ; append f a 9 ; sync f", "rename f g ; syncdir .", "g=a*9");
    check("create f ; append f a 9 ; sync f", "create t ; append t b 2 ; sync t ; rename t f", "f=a*9 t=b*2");
    check(
        "create f ; append f a 9 ; sync f",
        "create t ; append t b 2 ; sync t ; rename t f ; syncdir .",
        "f=b*2",
    );
    check("create f ; append f a 9 ; sync f", "create t ; append t b 2 ; rename t f ; syncdir .", "f=");
    check("create f ; append f a 9 ; sync f", "remove f ; create f ; append f b 2 ; sync f", "f=b*2");
    check("create f ; append f a 9 ; sync f", "remove f ; create g ; append g b 2", "f=a*9");
    check("", "folder d ; create d/f ; append d/f a 2 ; sync d/f", "d/f=a*2");
    check("", "create f ; syncdir .", "f=");
}

#[test]
fn what_was_not_synced_is_torn_by_a_seed() {
    let torn = |seed: u64| {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("data");
        std::fs::create_dir(&folder).unwrap();
        let script = "create f ; append f a 4096 ; sync f ; append f b 4096 ; create g ; append g c 10";
        run(&folder, script, Unsynced::Torn { seed });
        content(&folder)
    };
    let seen: Vec<String> = (0..24).map(torn).collect();
    // The synced half is always whole; of the rest there is everything from nothing to all, with holes.
    assert!(seen.iter().all(|content| content.starts_with("f=a*4096")), "{seen:?}");
    let some = |what: &str, test: &dyn Fn(&str) -> bool| {
        assert!(seen.iter().any(|content| test(content)), "never {what}: {seen:?}");
    };
    some("lost whole", &|content| content == "f=a*4096" || content.starts_with("f=a*4096 "));
    some("with a hole", &|content| content.contains("b*512+0*"));
    some("with a torn end", &|content| content.split(' ').next().unwrap().contains("+b*"));
    some("with the new name", &|content| content.contains(" g="));
    some("without the new name", &|content| !content.contains(" g="));
    assert_eq!(torn(7), seen[7]);
}
