//! Incidents: found by number, id or dedup key, and changed.

use http::Method;
use serde_json::{Value, json};

use super::error::Error;
use super::http::{Client, Request};
use super::pages;

/// As many as one request may change.
const BULK: usize = 250;

/// How people name an incident.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Name {
    /// Its number, perhaps with `#` before it.
    Number(String),
    /// `Q` and thirteen more.
    Id(String),
    /// What its sender calls it.
    DedupKey(String),
}

impl Name {
    /// What `text` looks like.
    pub fn guess(text: &str) -> Self {
        let number = text.strip_prefix('#').unwrap_or(text);
        let id = text.len() == 14 && text.starts_with('Q') && text.chars().all(|c| c.is_ascii_alphanumeric());
        if !number.is_empty() && number.len() < 16 && number.chars().all(|c| c.is_ascii_digit()) {
            Self::Number(number.to_owned())
        } else if id {
            Self::Id(text.to_owned())
        } else {
            Self::DedupKey(text.to_owned())
        }
    }
}

/// How many of the latest are looked through for one whose id begins so.
const LATEST: usize = 1_000;

/// Finds one incident; the open one if a dedup key names several, else the latest. What is none of these may be the
/// beginning of an id, of those that are open or among the latest.
///
/// # Errors
/// [`Error::NotFound`] if there is none, [`Error::Ambiguous`] if there are several.
pub async fn find(client: &Client, name: &str) -> Result<Value, Error> {
    let found = match Name::guess(name) {
        Name::Number(text) | Name::Id(text) => get(client, &text).await,
        Name::DedupKey(key) => by_key(client, &key).await,
    };
    match (found, Name::guess(name)) {
        // Some senders use plain numbers, and some ids that look like ours, as dedup keys.
        (Err(Error::NotFound { .. }), Name::Number(number)) => match by_key(client, name).await {
            // PagerDuty finds none by its number.
            Err(Error::NotFound { message, path }) if client.target().is_pagerduty() => {
                by_number(client, &number).await?.ok_or(Error::NotFound { message, path })
            }
            found => found,
        },
        (Err(Error::NotFound { .. }), Name::Id(_)) => by_key(client, name).await,
        (Err(Error::NotFound { message, path }), Name::DedupKey(_)) if is_beginning(name) => {
            match by_beginning(client, name).await? {
                Some(found) => Ok(found),
                None => Err(Error::NotFound { message, path }),
            }
        }
        (found, _) => found,
    }
}

/// Whether an id may begin so: `Q` and at least three more.
fn is_beginning(name: &str) -> bool {
    let plain = name.chars().all(|c| c.is_ascii_alphanumeric());
    plain && (4..14).contains(&name.len()) && name.starts_with(['Q', 'q'])
}

async fn by_number(client: &Client, number: &str) -> Result<Option<Value>, Error> {
    let latest = Request::get("/incidents").with("date_range", "all").with("sort_by", "incident_number:desc");
    let mut found = pages::list(client, &latest, "incidents", LATEST).await?.items;
    found.retain(|incident| incident["incident_number"].as_u64().is_some_and(|it| it.to_string() == number));
    Ok(found.pop())
}

async fn by_beginning(client: &Client, name: &str) -> Result<Option<Value>, Error> {
    let latest = Request::get("/incidents")
        .with("date_range", "all")
        .with("sort_by", "incident_number:desc")
        .with_ours("held", "all");
    let open = latest.clone().with("statuses[]", "triggered").with("statuses[]", "acknowledged");
    let mut fitting: Vec<Value> = Vec::new();
    for request in [open, latest] {
        for incident in pages::list(client, &request, "incidents", LATEST).await?.items {
            let id = incident["id"].as_str().unwrap_or_default();
            let begins = id.get(..name.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(name));
            if begins && !fitting.iter().any(|other| other["id"] == incident["id"]) {
                fitting.push(incident);
            }
        }
    }
    if fitting.len() > 1 {
        let shown = |field: &Value| field.as_str().unwrap_or_default().to_owned();
        let candidate =
            |it: &Value| format!("{} #{} {}", shown(&it["id"]), it["incident_number"], shown(&it["title"]));
        let candidates = fitting.iter().map(candidate).collect();
        return Err(Error::Ambiguous { name: name.to_owned(), candidates });
    }
    Ok(fitting.pop())
}

async fn get(client: &Client, path: &str) -> Result<Value, Error> {
    let answer = client.send(&Request::get(format!("/incidents/{path}"))).await?;
    take(answer.json()?, "incident", &answer.url)
}

async fn by_key(client: &Client, key: &str) -> Result<Value, Error> {
    let request = Request::get("/incidents")
        .with("incident_key", key)
        .with_ours("held", "all")
        .with("date_range", "all")
        .with("sort_by", "incident_number:desc");
    let found = pages::list(client, &request, "incidents", 100).await?.items;
    let open = found.iter().position(|incident| incident["status"] != "resolved");
    let message = format!("no incident is called `{key}`");
    let not_found = Error::NotFound { message, path: "/incidents".to_owned() };
    found.into_iter().nth(open.unwrap_or(0)).ok_or(not_found)
}

/// Changes incidents, each as its object says, and answers with them as they are then, in the order given.
///
/// # Errors
/// As the server answered for the first that it refused; those before it may be changed.
pub async fn change(client: &Client, changes: &[Value]) -> Result<Vec<Value>, Error> {
    let mut changed = Vec::new();
    for incidents in changes.chunks(BULK) {
        let body = json!({ "incidents": incidents });
        changed.extend(many(client, Method::PUT, "/incidents", body).await?);
    }
    Ok(changed)
}

/// Snoozes incidents by id for so many seconds; those that are resolved are left alone if `if_open`. Answers as
/// [`change`].
///
/// # Errors
/// As [`change`].
pub async fn snooze(client: &Client, ids: &[&str], seconds: u64, if_open: bool) -> Result<Vec<Value>, Error> {
    let mut changed = Vec::new();
    if client.target().is_pagerduty() {
        // It snoozes them one by one.
        for id in ids {
            let body = json!({ "duration": seconds });
            let path = format!("/incidents/{id}/snooze");
            changed.push(ask(client, Method::POST, &path, body, "incident").await?);
        }
        return Ok(changed);
    }
    for ids in ids.chunks(BULK) {
        let incidents: Vec<_> =
            ids.iter().map(|id| json!({"id": id, "type": "incident_reference"})).collect();
        let body = json!({"duration": seconds, "incidents": incidents, "if_open": if_open});
        changed.extend(many(client, Method::POST, "/incidents/snooze", body).await?);
    }
    Ok(changed)
}

async fn many(client: &Client, method: Method, path: &str, body: Value) -> Result<Vec<Value>, Error> {
    let request = Request::command(method, path, body).with_key(client.fresh_key());
    let answer = client.send(&request).await?;
    match take(answer.json()?, "incidents", &answer.url)? {
        Value::Array(incidents) => Ok(incidents),
        _ => Err(garbled(&answer.url, "incidents")),
    }
}

/// Has something done, and answers with what is in the envelope `name`.
///
/// # Errors
/// As the server answered.
pub async fn ask(
    client: &Client,
    method: Method,
    path: &str,
    body: Value,
    name: &str,
) -> Result<Value, Error> {
    let request = Request::command(method, path, body).with_key(client.fresh_key());
    let answer = client.send(&request).await?;
    take(answer.json()?, name, &answer.url)
}

/// Writes a note, and answers with it.
///
/// # Errors
/// As the server answered.
pub async fn annotate(client: &Client, id: &str, content: &str) -> Result<Value, Error> {
    let body = json!({"note": {"content": content}});
    let request =
        Request::command(Method::POST, format!("/incidents/{id}/notes"), body).with_key(client.fresh_key());
    let answer = client.send(&request).await?;
    take(answer.json()?, "note", &answer.url)
}

/// Takes what is in an envelope.
///
/// # Errors
/// [`Error::Garbled`] if it is not there.
pub fn take(mut envelope: Value, name: &str, url: &str) -> Result<Value, Error> {
    envelope.get_mut(name).map(Value::take).ok_or_else(|| garbled(url, name))
}

fn garbled(url: &str, name: &str) -> Error {
    Error::Garbled { url: url.to_owned(), reason: format!("it has no `{name}`") }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn guesses_what_a_name_is() {
        let check = |text: &str, expected: Name| assert_eq!(Name::guess(text), expected, "{text}");
        check("12", Name::Number("12".into()));
        check("#12", Name::Number("12".into()));
        check("Q1A2B3C4D5E6F7", Name::Id("Q1A2B3C4D5E6F7".into()));
        check("Q1", Name::DedupKey("Q1".into()));
        check("disk-full", Name::DedupKey("disk-full".into()));
        check("#", Name::DedupKey("#".into()));
        check("12a", Name::DedupKey("12a".into()));
        check("99999999999999999999", Name::DedupKey("99999999999999999999".into()));
        check("host=a;service=b/c", Name::DedupKey("host=a;service=b/c".into()));
    }

    #[test]
    fn guesses_what_an_id_may_begin_with() {
        for (text, expected) in [
            ("Q1A2", true),
            ("q1a2b3", true),
            ("Q1A2B3C4D5E6F", true),
            ("Q1A", false),
            ("Q1A2B3C4D5E6F7", false),
            ("disk", false),
            ("Q1-2", false),
        ] {
            assert_eq!(super::is_beginning(text), expected, "{text}");
        }
    }
}
