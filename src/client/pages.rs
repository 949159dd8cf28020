//! Long lists, page by page.

use serde_json::Value;

use super::error::Error;
use super::http::{Client, Request};

/// The largest page that the API gives.
const PAGE: usize = 100;

/// The first items of a list.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// In the API's order.
    pub items: Vec<Value>,
    /// Whether there are more.
    pub more: bool,
}

/// Gets at most `limit` items of the list called `name`.
///
/// # Errors
/// As the server answered; [`Error::Garbled`] if it is not a list.
pub async fn list(client: &Client, request: &Request, name: &str, limit: usize) -> Result<Listed, Error> {
    let mut listed = Listed::default();
    loop {
        let wanted = (limit - listed.items.len()).min(PAGE);
        let page =
            request.clone().with("limit", wanted.to_string()).with("offset", listed.items.len().to_string());
        let answer = client.send(&page).await?;
        let mut body: Value = answer.json()?;
        let Some(Value::Array(items)) = body.get_mut(name).map(Value::take) else {
            let reason = format!("it has no list called `{name}`");
            return Err(Error::Garbled { url: answer.url, reason });
        };
        let came = items.len();
        listed.items.extend(items.into_iter().take(wanted));
        listed.more = body.get("more").and_then(Value::as_bool).unwrap_or(false);
        // A page without items would be asked for again for ever.
        if !listed.more || came == 0 || listed.items.len() >= limit {
            return Ok(listed);
        }
    }
}
