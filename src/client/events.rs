//! Events, as any monitoring tool sends them.

use http::Method;
use serde_json::Value;

use super::error::Error;
use super::http::{Client, Request};

/// Sends an event of PagerDuty's Events API v2 as it is; the answer comes when the server has it on disk.
///
/// It is repeated while the server is away and the patience lasts, so it must have a dedup key.
///
/// # Errors
/// As the server answered.
pub async fn enqueue(client: &Client, event: &Value) -> Result<Value, Error> {
    if let Some(key) = event["heartbeat"].as_str() {
        return ping(client, key, event).await;
    }
    let mut request = Request::command(Method::POST, "/v2/enqueue", event.clone());
    request.repeatable = true;
    request.with_token = false;
    let answer = client.send(&request).await?;
    if answer.status != 202 {
        // Only 202 promises that the event is kept; anything else may be a proxy that answers for the server.
        let reason = format!("it has the status {} rather than 202", answer.status);
        return Err(Error::Garbled { url: answer.url, reason });
    }
    answer.json()
}

/// Sends a heartbeat's ping, as it waits in the spool: `heartbeat`, `path`, `at` and `detail`.
async fn ping(client: &Client, key: &str, event: &Value) -> Result<Value, Error> {
    let path = format!("/heartbeat/{key}/{}", event["path"].as_str().unwrap_or("success"));
    let mut request = Request::command(Method::POST, path, event["detail"].clone());
    if let Some(at) = event["at"].as_str() {
        request = request.with("at", at);
    }
    // The server takes the same ping twice as one.
    request.repeatable = true;
    request.with_token = false;
    let answer = client.send(&request).await?;
    answer.json()
}
