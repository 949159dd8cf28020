//! Files of configuration: found, read as TOML or JSON, and put together, so that errors can say where.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cli::error::Complaint;
use crate::wire::configuration::Configuration;

/// How many files are read, and how many bytes in all.
const FILES_MAX: usize = 1_000;
const BYTES_MAX: u64 = 12 << 20;
/// How deep folders are looked into.
const DEPTH_MAX: usize = 8;

/// What the files say together, and which of them says what.
#[derive(Debug, Default)]
pub(in crate::cli) struct Files {
    /// All of it.
    pub(in crate::cli) configuration: Configuration,
    /// The file of each object, as errors name it: `services["api"]`.
    origins: BTreeMap<String, String>,
}

impl Files {
    /// What did not come from files.
    pub(in crate::cli) fn of(configuration: Configuration) -> Self {
        Self { configuration, origins: BTreeMap::new() }
    }

    /// Reads files, folders of them, and `-`.
    pub(in crate::cli) fn read(paths: &[PathBuf]) -> anyhow::Result<Self> {
        let mut files = Self::default();
        let mut left = BYTES_MAX;
        for path in paths {
            if path.as_os_str() == "-" {
                let mut text = String::new();
                let stdin = std::io::stdin().lock();
                stdin.take(left + 1).read_to_string(&mut text).map_err(|error| unreadable(path, &error))?;
                files.add("standard input", &text, guess(&text), &mut left)?;
                continue;
            }
            let mut found = Vec::new();
            find(path, 0, &mut found)?;
            if found.is_empty() {
                let message = format!("{} holds no .toml and no .json file", path.display());
                return Err(Complaint::usage(message, "name a file, or a folder with some").into());
            }
            for file in found {
                let size = std::fs::metadata(&file).map_err(|error| unreadable(&file, &error))?.len();
                if size > left {
                    return Err(too_much().into());
                }
                let text = std::fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
                let form = match file.extension().and_then(|it| it.to_str()) {
                    Some("json") => Form::Json,
                    Some("toml") => Form::Toml,
                    _ => guess(&text),
                };
                files.add(&file.display().to_string(), &text, form, &mut left)?;
            }
        }
        Ok(files)
    }

    fn add(&mut self, origin: &str, text: &str, form: Form, left: &mut u64) -> anyhow::Result<()> {
        *left = left.checked_sub(text.len() as u64).ok_or_else(too_much)?;
        let part = parse(text, form).map_err(|error| Complaint::failed(format!("{origin}: {error}")))?;
        let named = names(&part);
        for name in &named {
            if let Some(other) = self.origins.get(name).filter(|other| *other != origin) {
                let message = format!("{origin}: {name}: it is in {other} already");
                return Err(Complaint::failed(message).into());
            }
        }
        self.origins.extend(named.into_iter().map(|name| (name, origin.to_owned())));
        let all = &mut self.configuration;
        join(&mut all.users, part.users);
        join(&mut all.teams, part.teams);
        join(&mut all.schedules, part.schedules);
        join(&mut all.escalation_policies, part.escalation_policies);
        join(&mut all.services, part.services);
        join(&mut all.heartbeats, part.heartbeats);
        join(&mut all.event_rules, part.event_rules);
        join(&mut all.maintenance_windows, part.maintenance_windows);
        Ok(())
    }

    /// The error with the file that it is about, if one is known.
    pub(in crate::cli) fn locate(&self, error: &str) -> String {
        let about = self.origins.iter().filter(|(name, _)| error.starts_with(*name));
        // The longest: a name may begin with another.
        match about.max_by_key(|(name, _)| name.len()) {
            Some((_, origin)) => format!("{origin}: {error}"),
            None => error.to_owned(),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Toml,
    Json,
}

/// Nothing that is TOML begins with a brace.
fn guess(text: &str) -> Form {
    if text.trim_start().starts_with('{') { Form::Json } else { Form::Toml }
}

fn too_much() -> Complaint {
    Complaint::usage("the files have more than 12 MiB in all", "apply them one after the other")
}

fn unreadable(path: &Path, error: &std::io::Error) -> anyhow::Error {
    Complaint::usage(format!("cannot read {}: {error}", path.display()), "check the name and the permissions")
        .into()
}

/// The file itself, or the .toml and .json files of a folder, in order of their names; hidden ones are passed over.
fn find(path: &Path, depth: usize, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let kind = std::fs::metadata(path).map_err(|error| unreadable(path, &error))?;
    if !kind.is_dir() {
        found.push(path.to_owned());
        return Ok(());
    }
    let entries = std::fs::read_dir(path).map_err(|error| unreadable(path, &error))?;
    let mut paths = Vec::new();
    for entry in entries {
        paths.push(entry.map_err(|error| unreadable(path, &error))?.path());
    }
    paths.sort();
    for path in paths {
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let fits = path.extension().is_some_and(|it| it == "toml" || it == "json");
        if hidden || (!path.is_dir() && !fits) || (path.is_dir() && depth >= DEPTH_MAX) {
            continue;
        }
        find(&path, depth + 1, found)?;
        if found.len() > FILES_MAX {
            let message = format!("more than {FILES_MAX} files");
            return Err(Complaint::usage(message, "name the folder that is meant").into());
        }
    }
    Ok(())
}

fn parse(text: &str, form: Form) -> Result<Configuration, String> {
    let value = match form {
        Form::Json => serde_json::from_str(text).map_err(|error| format!("it is not JSON: {error}"))?,
        Form::Toml => {
            let value: toml::Value =
                toml::from_str::<toml::Table>(text).map(toml::Value::Table).map_err(|error| {
                    let line = error.span().map(|span| text[..span.start].matches('\n').count() + 1);
                    let line = line.map(|line| format!(" (line {line})")).unwrap_or_default();
                    format!("it is not TOML: {}{line}", error.message().lines().next().unwrap_or_default())
                })?;
            json(value)
        }
    };
    serde_path_to_error::deserialize::<_, Configuration>(&value).map_err(|error| {
        let path = place(&value, &error.path().to_string());
        format!("{path}: {}", error.into_inner())
    })
}

/// `services[3].urgency` with the name of the service, if it has one.
fn place(value: &Value, path: &str) -> String {
    let named = path.split_once('[').and_then(|(kind, rest)| {
        let (index, rest) = rest.split_once(']')?;
        let item = &value[kind][index.parse::<usize>().ok()?];
        let name = item["name"].as_str().or(item["email"].as_str()).or(item["description"].as_str())?;
        Some(format!("{kind}[\"{name}\"]{rest}"))
    });
    named.unwrap_or_else(|| if path == "." { "the file".to_owned() } else { path.to_owned() })
}

/// TOML's times are texts to everybody else.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(is) => is.into(),
        toml::Value::Datetime(at) => Value::String(at.to_string()),
        toml::Value::Array(items) => items.into_iter().map(json).collect(),
        toml::Value::Table(parts) => parts.into_iter().map(|(name, value)| (name, json(value))).collect(),
    }
}

fn join<T>(all: &mut Option<Vec<T>>, more: Option<Vec<T>>) {
    if let Some(more) = more {
        all.get_or_insert_default().extend(more);
    }
}

/// What a file names, as errors do.
fn names(part: &Configuration) -> Vec<String> {
    let called = |kind: &str, name: &str| format!("{kind}[\"{}\"]", name.trim());
    let mut names: Vec<String> = Vec::new();
    names.extend(part.users.iter().flatten().map(|it| called("users", &it.email)));
    names.extend(part.teams.iter().flatten().map(|it| called("teams", &it.name)));
    names.extend(part.schedules.iter().flatten().map(|it| called("schedules", &it.name)));
    names.extend(part.escalation_policies.iter().flatten().map(|it| called("escalation_policies", &it.name)));
    names.extend(part.services.iter().flatten().map(|it| called("services", &it.name)));
    names.extend(part.heartbeats.iter().flatten().map(|it| called("heartbeats", &it.name)));
    names.extend(part.event_rules.iter().map(|_| "event_rules".to_owned()));
    names.extend(
        part.maintenance_windows.iter().flatten().map(|it| called("maintenance_windows", &it.description)),
    );
    names
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail")]

    use super::*;

    fn files(all: &[(&str, &str)]) -> anyhow::Result<Files> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in all {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        Files::read(&[folder.path().to_owned()])
    }

    #[test]
    fn a_folder_is_read_whole_and_errors_are_located() {
        let both = files(&[
            ("b.toml", "[[services]]\nname = \"api\"\nescalation_policy = \"default\"\n"),
            ("deep/a.json", r#"{"users": [{"email": "ann@example.org", "name": "Ann"}]}"#),
            (".hidden.toml", "nonsense"),
            ("README.md", "nonsense"),
        ])
        .unwrap();
        assert_eq!(both.configuration.users.as_ref().unwrap()[0].name, "Ann");
        assert_eq!(both.configuration.schedules, None);
        assert!(both.locate("services[\"api\"].urgency: bad").contains("b.toml: services"));
        assert!(both.locate("users[\"ann@example.org\"].role: bad").contains("a.json: users"));
        assert_eq!(both.locate("elsewhere: bad"), "elsewhere: bad");
    }

    #[test]
    fn what_is_wrong_is_told_with_file_object_and_field() {
        let check = |name: &str, text: &str, parts: &[&str]| {
            let error = files(&[(name, text)]).unwrap_err().to_string();
            for part in parts {
                assert!(error.contains(part), "{text}: {error}");
            }
        };
        check("a.toml", "[[services]]\nname = \n", &["a.toml: it is not TOML", "line 2"]);
        check("a.json", "{", &["a.json: it is not JSON"]);
        check(
            "a.toml",
            "[[service]]\n",
            &["a.toml: service: unknown field `service`, expected one of `users`"],
        );
        check(
            "a.toml",
            "[[services]]\nname = \"api\"\nescalation_policy = \"default\"\nurgncy = \"high\"\n",
            &["services[\"api\"].urgncy: unknown field `urgncy`"],
        );
        check(
            "a.toml",
            "[[schedules]]\nname = \"primary\"\n",
            &["schedules[\"primary\"]", "missing field `time_zone`"],
        );
        check("a.toml", "[[users]]\nemail = 5\nname = \"Ann\"\n", &["users[\"Ann\"].email: invalid type"]);
        check("a.md", "", &["holds no .toml"]);
    }

    #[test]
    fn nothing_may_be_in_two_files() {
        let text = "[[services]]\nname = \"api\"\nescalation_policy = \"default\"\n";
        let error = files(&[("a.toml", text), ("b.toml", text)]).unwrap_err().to_string();
        assert!(
            error.contains("b.toml: services[\"api\"]: it is in") && error.contains("a.toml already"),
            "{error}"
        );
    }

    #[test]
    fn times_of_toml_are_read_as_they_are_written() {
        let text = "[[schedules]]\nname = \"p\"\ntime_zone = \"UTC\"\n[[schedules.layers]]\nname = \"l\"\n\
                    users = []\nrotation_start = 2026-01-05T09:00:00\nturn = \"7d\"\nend = 2027-01-01T00:00:00Z\n";
        let read = parse(text, Form::Toml).unwrap();
        let layer = &read.schedules.unwrap()[0].layers[0];
        assert_eq!(layer.rotation_start, "2026-01-05T09:00:00");
        assert_eq!(layer.end.as_deref(), Some("2027-01-01T00:00:00Z"));
    }
}
