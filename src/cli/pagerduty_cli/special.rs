//! Commands of the other grammar that are more than other words for ours.

use serde_json::Value;

use super::super::error::Complaint;
use super::read::Read;

type Words = Result<Vec<String>, Complaint>;

fn words(line: &str) -> Vec<String> {
    line.split(' ').map(str::to_owned).collect()
}

fn single<'r>(read: &'r Read, long: &str) -> Result<&'r str, Complaint> {
    match read.all(long).as_slice() {
        [one] => Ok(one),
        [] => read.need(long),
        _ => Err(Complaint::usage(format!("--{long} names several"), "this goes with one at a time")),
    }
}

/// `incident list`
pub(super) fn incidents(read: &Read) -> Words {
    let mut args = words("list");
    for status in read.all("statuses") {
        let ours = match status {
            "open" => vec!["triggered", "acknowledged"],
            "closed" => vec!["resolved"],
            other => vec![other],
        };
        args.extend(ours.into_iter().flat_map(|status| ["--status".to_owned(), status.to_owned()]));
    }
    for (theirs, ours) in [
        ("services", "--service"),
        ("exact_services", "--service"),
        ("urgencies", "--urgency"),
        ("since", "--since"),
        ("until", "--until"),
        ("limit", "--limit"),
    ] {
        let values = read.all(theirs);
        if theirs == "urgencies" && values.len() > 1 {
            // Both is all of them.
            continue;
        }
        args.extend(values.into_iter().flat_map(|value| [ours.to_owned(), value.to_owned()]));
    }
    if read.one("me").is_some() {
        args.push("--me".to_owned());
    }
    args.extend(read.options.iter().cloned());
    Ok(args)
}

/// `incident notes`: reads, or writes if there is something to write.
pub(super) fn notes(read: &Read) -> Words {
    let id = read.need("id")?;
    Ok(match read.one("note") {
        Some(note) => vec!["note".to_owned(), id.to_owned(), note.to_owned()],
        None => vec!["api".to_owned(), "GET".to_owned(), format!("/incidents/{id}/notes")],
    })
}

/// `incident alerts`
pub(super) fn alerts(read: &Read) -> Words {
    let id = single(read, "ids")?;
    Ok(vec!["api".into(), "GET".into(), format!("/incidents/{id}/alerts"), "--paginate".into()])
}

/// `incident rename`
pub(super) fn rename(read: &Read) -> Words {
    let title = read.need("title")?;
    field(single(read, "ids")?, "title", title)
}

fn field(id: &str, key: &str, value: &str) -> Words {
    Ok(vec![
        "api".into(),
        "PUT".into(),
        format!("/incidents/{id}"),
        "-f".into(),
        "incident[type]=incident".into(),
        "-f".into(),
        format!("incident[{key}]={value}"),
    ])
}

/// `incident set`
pub(super) fn set(read: &Read) -> Words {
    let (key, value) = (read.need("key")?, read.need("value")?);
    let mut ids: Vec<String> = read.all("ids").into_iter().map(str::to_owned).collect();
    if read.one("pipe").is_some() {
        ids.push("-".to_owned());
    }
    let mut args = match (key, value) {
        ("status", "acknowledged") => words("ack"),
        ("status", "resolved") => words("resolve"),
        ("status", "triggered") => words("unack"),
        ("urgency", urgency) => vec!["urgency".to_owned(), urgency.to_owned()],
        ("priority", priority) => vec!["priority".to_owned(), priority.to_owned()],
        ("title", title) => return field(single(read, "ids")?, "title", title),
        _ => {
            let hint = "status, urgency, priority and title can be set; `pd api PUT` sets the rest";
            return Err(Complaint::usage(format!("`{key}` cannot be set to `{value}`"), hint));
        }
    };
    args.extend(ids);
    Ok(args)
}

/// `event alert`
pub(super) fn event(read: &Read) -> Words {
    let mut common = Vec::new();
    if let Some(key) = read.one("routing_key") {
        common.extend(["--routing-key".to_owned(), key.to_owned()]);
    }
    if let Some(endpoint) = read.one("endpoint") {
        // Ours is the address of the server, not of its door for events.
        let base = endpoint.trim_end_matches('/').trim_end_matches("/v2/enqueue");
        common.extend(["--url".to_owned(), base.to_owned()]);
    }
    if read.one("pipe").is_some() {
        common.push("-q".to_owned());
    }
    match read.one("action").unwrap_or("trigger") {
        "trigger" => {}
        "resolve" => {
            let mut args = words("resolve --event");
            args.extend(common);
            args.push(read.need("dedup_key")?.to_owned());
            return Ok(args);
        }
        _ => {
            let hint = "`pd ack KEY` acknowledges the incident with that dedup key";
            return Err(Complaint::usage("an event only triggers or resolves here", hint));
        }
    }
    let mut args = words("trigger");
    args.extend(common);
    for (theirs, ours) in [
        ("dedup_key", "--dedup-key"),
        ("source", "--source"),
        ("severity", "--severity"),
        ("component", "--component"),
        ("group", "--group"),
        ("class", "--class"),
    ] {
        args.extend(read.one(theirs).into_iter().flat_map(|value| [ours.to_owned(), value.to_owned()]));
    }
    args.extend(details(read)?.into_iter().flat_map(|detail| ["-d".to_owned(), detail]));
    for (theirs, texts, ours) in
        [("link_hrefs", "link_texts", "--link"), ("image_srcs", "image_alts", "--image")]
    {
        let texts = read.all(texts);
        for (n, address) in read.all(theirs).into_iter().enumerate() {
            let text = texts.get(n).map(|text| format!(" {text}")).unwrap_or_default();
            args.extend([ours.to_owned(), format!("{address}{text}")]);
        }
    }
    args.push(read.need("summary")?.to_owned());
    Ok(args)
}

/// Keys and values, as details of ours.
fn details(read: &Read) -> Result<Vec<String>, Complaint> {
    let (keys, values) = (read.all("keys"), read.all("values"));
    if keys.len() != values.len() {
        return Err(Complaint::usage("there are not as many keys as values", "give a -v for each -k"));
    }
    let json = read.one("jsonvalues").is_some();
    let detail = |(key, value): (&str, &str)| {
        let parsed = if json { serde_json::from_str::<Value>(value).ok() } else { None };
        match parsed {
            Some(parsed) => serde_json::json!({ key: parsed }).to_string(),
            None => format!("{key}={value}"),
        }
    };
    Ok(keys.into_iter().zip(values).map(detail).collect())
}

/// `rest …`
pub(super) fn rest(read: &Read, method: &str) -> Words {
    let paged = method == "FETCH";
    let path = read.need("endpoint")?.to_owned();
    let mut args = vec!["api".to_owned(), if paged { "GET" } else { method }.to_owned(), path];
    let writes = matches!(method, "POST" | "PUT");
    let params = read.all("params");
    if writes && !params.is_empty() {
        let hint = "write them after the path: /incidents?x=y";
        return Err(Complaint::usage("--params cannot go with a body", hint));
    }
    args.extend(params.into_iter().flat_map(|param| ["-f".to_owned(), param.to_owned()]));
    if let Some(data) = read.one("data").filter(|_| writes) {
        let Ok(Value::Object(body)) = serde_json::from_str(data) else {
            return Err(Complaint::usage("--data is no JSON object", "it begins with { and ends with }"));
        };
        for (key, value) in body {
            args.extend(["-F".to_owned(), format!("{key}={value}")]);
        }
    }
    if paged {
        args.push("--paginate".to_owned());
        if read.one("pipe").is_some() {
            args.extend(["--jq".to_owned(), ".[].id".to_owned()]);
        }
        if let Some(limit) = read.one("limit") {
            let hint = format!("--jq '.[:{limit}]' shows the first");
            return Err(Complaint::usage("--limit is not here", hint));
        }
    }
    Ok(args)
}

/// `log`
pub(super) fn log(read: &Read) -> Words {
    let mut args = words("api GET /log_entries --paginate");
    for name in ["since", "until"] {
        args.extend(
            read.one(name).into_iter().flat_map(|value| ["-f".to_owned(), format!("{name}={value}")]),
        );
    }
    if read.one("overview").is_some() {
        args.extend(["-f".to_owned(), "is_overview=true".to_owned()]);
    }
    Ok(args)
}
