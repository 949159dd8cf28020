//! What a file of contexts may say, and how it is changed.

#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;

fn context(name: &str, url: &str) -> Context {
    Context {
        name: name.to_owned(),
        urls: vec![url.parse().unwrap()],
        token: Some(TokenSource::Inline(Secret::new("abcdefghij0123456789"))),
        routing_key: Some(Secret::new("0123456789abcdef0123456789abcdef")),
        from: Some("ann@example.org".to_owned()),
        server: Some(Server::PagerDuty),
        read_only: true,
        accent: Some("red".to_owned()),
    }
}

#[test]
fn what_is_added_is_read_again_and_comments_stay() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pd/config.toml");
    let mut contexts = Contexts::load(&path).unwrap();
    assert_eq!(contexts.current(), None);
    contexts.add(context("default", "http://127.0.0.1:7433"), false).unwrap();
    fs::write(&path, format!("# mine\n{}", fs::read_to_string(&path).unwrap())).unwrap();
    contexts.add(context("prod", "https://pd.example.com"), false).unwrap();
    contexts.choose("prod").unwrap();

    let again = Contexts::load(&path).unwrap();
    assert_eq!(again, contexts);
    assert_eq!(again.current(), Some("prod"));
    assert!(fs::read_to_string(&path).unwrap().starts_with("# mine\n"));
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!again.is_exposed());
    assert!(matches!(contexts.add(context("prod", "http://other"), false), Err(Error::Taken(_))));
    contexts.add(context("prod", "http://other"), true).unwrap();
    assert_eq!(Contexts::load(&path).unwrap().get("prod").unwrap().urls[0].as_str(), "http://other/");
    assert!(matches!(contexts.choose("nowhere"), Err(Error::Unknown { .. })));
}

#[test]
fn a_context_is_renamed_and_removed_with_everything_else_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    let text = "# mine\ncurrent = \"a\"\n\n[contexts.a]\n# the old one\nurl = \"http://a\"\n\n[contexts.b]\nurl = \"http://b\"\n";
    fs::write(&path, text).unwrap();
    let mut contexts = Contexts::load(&path).unwrap();
    assert!(matches!(contexts.rename("a", "b"), Err(Error::Taken(_))));
    assert!(matches!(contexts.rename("c", "d"), Err(Error::Unknown { .. })));
    contexts.rename("a", "c").unwrap();
    assert_eq!(Contexts::load(&path).unwrap(), contexts);
    assert_eq!(contexts.current(), Some("c"));
    let kept = fs::read_to_string(&path).unwrap();
    assert!(kept.starts_with("# mine\n") && kept.contains("# the old one"), "{kept}");
    contexts.remove("c").unwrap();
    assert_eq!(Contexts::load(&path).unwrap(), contexts);
    assert_eq!(contexts.current(), Some("b"), "the only one that is left");
    assert!(matches!(contexts.remove("c"), Err(Error::Unknown { .. })));
}

#[test]
fn a_token_that_others_can_read_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    Contexts::load(&path).unwrap().add(context("a", "http://a"), false).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(Contexts::load(&path).unwrap().is_exposed());
}

#[test]
fn tokens_come_from_files_and_commands() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "from-file\n").unwrap();
    for (source, expected) in [
        (TokenSource::File(file), Some("from-file")),
        (TokenSource::Command("echo from-command".to_owned()), Some("from-command")),
        (TokenSource::Command("exit 3".to_owned()), None),
        (TokenSource::Command("true".to_owned()), None),
        (TokenSource::File("/nowhere".into()), None),
    ] {
        let target = Context { token: Some(source.clone()), ..context("a", "http://a") }.resolve();
        let token = target.ok().and_then(|target| target.token);
        assert_eq!(token.as_ref().map(Secret::reveal), expected, "{source:?}");
    }
}

#[test]
fn mistakes_are_named() {
    for (text, expected) in [
        ("current = \"a\"", "f:1:1: no context is called `a`\n  contexts: "),
        (
            "[contexts.a]\ntoken = \"t\"",
            "f:2:1: [contexts.a] has no `url`\n  expected `url = \"http://HOST:PORT\"`",
        ),
        (
            "[contexts.a]\nurl = \"ftp://x\"",
            "f:2:7: `url` is \"ftp://x\"\n  expected a server's address, such as \"https://pd.example.com\"",
        ),
        (
            "[contexts.a]\nurl = \"http://x\"\naccent = \"pink\"",
            "f:3:10: `accent` is \"pink\"\n  expected red, green, yellow, blue, magenta, cyan, white, or a colour such as \"#ff8800\"",
        ),
        (
            "[contexts.a]\nurl = \"http://x\"\nread_only = \"yes\"",
            "f:3:13: `read_only` is \"yes\"\n  expected true or false, without quotes",
        ),
        (
            "[contexts.a]\nurl = \"http://x\"\ntokn = \"t\"",
            "f:3:1: unknown key `tokn` in [contexts.a]\n  did you mean `token`?",
        ),
        (
            "[contexts.a]\nurl = \"http://x\"\ntoken = \"t\"\ntoken_file = \"t\"",
            "f:3:1: only one of `token`, `token_file` and `token_command` can be\n  remove the others",
        ),
    ] {
        let error = Reader::new("f", text).read(top).unwrap_err().to_string();
        assert_eq!(error, expected, "{text}");
    }
}
