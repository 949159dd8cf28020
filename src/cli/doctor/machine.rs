//! What `pd doctor` sees on this machine: the file of contexts, what waits, the terminal, completions.

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use jiff::tz::TimeZone;

use super::super::session::{Session, env, events};
use super::Finding;
use crate::client::contexts::{Contexts, TokenSource};
use crate::client::token::readable_by_others;

/// Everything that needs no server.
pub(super) fn look(session: &Session) -> Vec<Finding> {
    let mut findings = contexts(session);
    findings.push(spool(session));
    findings.push(zones());
    findings.push(terminal());
    findings.extend(completions());
    findings
}

fn contexts(session: &Session) -> Vec<Finding> {
    let path = match session.contexts_file() {
        Ok(path) => path,
        Err(error) => {
            return vec![Finding::fail("config", error.to_string(), "set HOME, or PD_CONFIG to a file")];
        }
    };
    let shown = path.display();
    let contexts = match Contexts::load(&path) {
        Ok(contexts) => contexts,
        Err(error) => {
            return vec![Finding::fail(
                "config",
                error.to_string(),
                "correct the file, or point PD_CONFIG to another",
            )];
        }
    };
    let mut findings = Vec::new();
    let count = contexts.all().count();
    findings.push(if contexts.is_exposed() {
        Finding::warn(
            "config",
            format!("others can read the tokens in {shown}"),
            format!("chmod 600 {shown}"),
        )
    } else if path.exists() {
        Finding::ok(
            "config",
            format!(
                "{shown}, {}",
                if count == 1 { "1 context".to_owned() } else { format!("{count} contexts") }
            ),
        )
    } else {
        Finding::ok("config", format!("{shown} is not there yet"))
    });
    findings.extend(chosen(session, &contexts));
    for context in contexts.all() {
        if let Some(path) = context.token.as_ref().and_then(TokenSource::exposed) {
            let path = path.display();
            let says = format!("others can read {path}, the token of {}", context.name);
            findings.push(Finding::warn("token file", says, format!("chmod 600 {path}")));
        }
    }
    if let Some(path) = session.global.token_file.as_deref().filter(|path| readable_by_others(path)) {
        let path = path.display();
        findings.push(Finding::warn(
            "token file",
            format!("others can read {path}"),
            format!("chmod 600 {path}"),
        ));
    }
    findings
}

/// Which server is asked, and who says so.
fn chosen(session: &Session, contexts: &Contexts) -> Option<Finding> {
    let (asked, urls) = match session.asked() {
        Ok(asked) => asked,
        Err(error) => return Some(Finding::fail("context", error.to_string(), "correct or unset PD_URL")),
    };
    if !urls.is_empty() {
        let from = if session.global.url.is_empty() { "PD_URL" } else { "--url" };
        return Some(Finding::ok("context", format!("none: the address is from {from}")));
    }
    let from = match (&session.global.context, &asked) {
        (Some(_), _) => "by --context",
        (None, Some(_)) => "by PD_CONTEXT",
        (None, None) => "the current one",
    };
    let Some(name) = asked.as_deref().or(contexts.current()) else {
        let todo =
            "start one with `pd serve`, or name one: `pd context add NAME --url URL --token-file FILE`";
        return Some(Finding::fail("context", "no server is set up", todo));
    };
    Some(match contexts.get(name) {
        Ok(context) => {
            let token = match &context.token {
                Some(TokenSource::Inline(_)) => "its token in the file",
                Some(TokenSource::File(_)) => "its token in another file",
                Some(TokenSource::Command(_)) => "its token from a command",
                None => "without a token",
            };
            Finding::ok("context", format!("{name}, {from}, {token}"))
        }
        Err(error) => Finding::fail("context", error.to_string(), "`pd context list` shows them all"),
    })
}

fn spool(session: &Session) -> Finding {
    let listed = session.spool().and_then(|spool| Ok((spool.list()?, spool.rejected()?)));
    let (waiting, rejected) = match listed {
        Ok((waiting, rejected)) => (waiting.len(), rejected.len()),
        Err(error) => return Finding::fail("spool", format!("{error:#}"), "see to the folder's permissions"),
    };
    match (waiting, rejected) {
        (0, 0) => Finding::ok("spool", "nothing waits on this machine"),
        (0, rejected) => {
            let says = format!("the server has rejected {}", events(rejected));
            Finding::warn("spool", says, "`pd spool list` shows why, `pd spool drop --rejected` forgets them")
        }
        (waiting, _) => {
            let verb = if waiting == 1 { "waits" } else { "wait" };
            let says = format!("{} {verb} on this machine", events(waiting));
            Finding::warn("spool", says, "`pd spool flush` sends them")
        }
    }
}

/// The rules of every zone are within the program; which zone this machine is in, it has to say.
fn zones() -> Finding {
    match TimeZone::try_system() {
        Ok(zone) => {
            let name = zone.iana_name().unwrap_or("a zone without a name").to_owned();
            Finding::ok("time zone", format!("this machine is in {name}"))
        }
        Err(error) => {
            let todo = "set TZ, such as TZ=Europe/Berlin, or /etc/localtime; until then times are UTC";
            Finding::warn("time zone", format!("this machine does not say which it is in: {error}"), todo)
        }
    }
}

fn terminal() -> Finding {
    let term = env("TERM").unwrap_or_else(|| "unknown".to_owned());
    if !std::io::stdout().is_terminal() {
        return Finding::ok("terminal", "standard output is no terminal");
    }
    let (width, height) = crossterm::terminal::size().unwrap_or((0, 0));
    let colour = if env("NO_COLOR").is_some() || env("PD_NO_COLOR").is_some() {
        "no colour, as asked"
    } else if env("COLORTERM").is_some_and(|it| it == "truecolor" || it == "24bit") {
        "all colours"
    } else {
        "some colours"
    };
    let says = format!(
        "{term}, {width}x{height}, {colour}{}",
        if env("TMUX").is_some() { ", within tmux" } else { "" }
    );
    if term == "dumb" {
        let todo = "set TERM to what the terminal is; until then lists are plain and nothing can be picked";
        return Finding::warn("terminal", says, todo);
    }
    if !is_utf8() {
        let todo = "set LC_ALL or LANG to one that ends with UTF-8, such as C.UTF-8";
        return Finding::warn("terminal", format!("{says}; the locale is not UTF-8"), todo);
    }
    Finding::ok("terminal", says)
}

/// By the variable that counts, as the C library chooses it.
fn is_utf8() -> bool {
    let locale = env("LC_ALL").or_else(|| env("LC_CTYPE")).or_else(|| env("LANG")).unwrap_or_default();
    let locale = locale.to_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// Of the shell that is used, if it is one that can be completed.
fn completions() -> Option<Finding> {
    let shell = env("SHELL")?;
    let shell = Path::new(&shell).file_name()?.to_str()?.to_owned();
    let home = PathBuf::from(env("HOME")?);
    let (rc, files): (&str, &[&str]) = match shell.as_str() {
        "bash" => (
            ".bashrc",
            &[".local/share/bash-completion/completions/pd", "/usr/share/bash-completion/completions/pd"],
        ),
        "zsh" => (
            ".zshrc",
            &[
                "/usr/share/zsh/site-functions/_pd",
                "/usr/local/share/zsh/site-functions/_pd",
                "/usr/share/zsh/vendor-completions/_pd",
            ],
        ),
        "fish" => (
            ".config/fish/config.fish",
            &[".config/fish/completions/pd.fish", "/usr/share/fish/vendor_completions.d/pd.fish"],
        ),
        _ => return None,
    };
    let said = std::fs::read_to_string(home.join(rc)).unwrap_or_default();
    let asks = said.contains(&format!("COMPLETE={shell} pd")) || said.contains("pd completions");
    // `join` leaves what is absolute as it is.
    Some(if asks || files.iter().any(|file| home.join(file).exists()) {
        Finding::ok("completions", format!("{shell} completes pd"))
    } else {
        let target =
            if shell == "fish" { "~/.config/fish/completions/pd.fish".to_owned() } else { format!("~/{rc}") };
        let todo = format!("pd completions {shell} >> {target}");
        Finding::warn("completions", format!("{shell} does not complete pd"), todo)
    })
}
