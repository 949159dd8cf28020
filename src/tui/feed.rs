//! The stream of changes, connected again and again: back-off with full jitter, resumed where it ended.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, mpsc};

use super::message::Message;
use crate::client::stream::Stream;
use crate::client::{Client, Error};
use crate::ids::SharedIds;

/// The first pause is at most this; each further one at most twice the one before.
const PAUSE: Duration = Duration::from_secs(1);
/// No pause is longer.
const PAUSE_MAX: Duration = Duration::from_secs(30);
/// No pause is shorter: a server that is coming up is left alone.
const PAUSE_MIN: Duration = Duration::from_millis(300);

/// Sends what the server says, for as long as somebody listens. `now` ends a pause.
pub(super) async fn run(client: Client, ids: SharedIds, now: Arc<Notify>, to: mpsc::Sender<Message>) {
    let clock = client.clock().clone();
    let mut resume: Option<String> = None;
    let mut pause_max = PAUSE;
    loop {
        let error = match Stream::open(&client, resume.as_deref()).await {
            Ok(stream) => {
                let (heard, error) = listen(stream, &mut resume, &to).await;
                if heard {
                    pause_max = PAUSE;
                }
                match error {
                    Some(error) => error,
                    None => return,
                }
            }
            Err(error) => error,
        };
        if let Error::Auth { message } = error {
            if to.send(Message::Refused { reason: message }).await.is_err() {
                return;
            }
            // The same token is not accepted a second later; the user may know better.
            now.notified().await;
            continue;
        }
        let pause = ids.jitter(pause_max).max(PAUSE_MIN);
        let asked = match &error {
            Error::Unavailable { retry_after, .. } => retry_after.unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let retry_in = pause.max(asked).min(PAUSE_MAX.max(asked));
        if to.send(Message::Lost { reason: said(&error), retry_in }).await.is_err() {
            return;
        }
        tokio::select! {
            () = clock.sleep(retry_in) => {}
            () = now.notified() => {}
        }
        pause_max = (pause_max * 2).min(PAUSE_MAX);
    }
}

/// Until the connection ends; whether anything came, and why it ended. No reason: nobody listens any more.
async fn listen(
    mut stream: Stream,
    resume: &mut Option<String>,
    to: &mpsc::Sender<Message>,
) -> (bool, Option<Error>) {
    let mut heard = false;
    loop {
        match stream.next().await {
            Ok(event) => {
                heard = true;
                if to.send(Message::Change(event.change)).await.is_err() {
                    return (heard, None);
                }
                // Only what was passed on need not come again.
                if event.id.is_some() {
                    *resume = event.id;
                }
            }
            Err(error) => return (heard, Some(error)),
        }
    }
}

fn said(error: &Error) -> String {
    match error {
        Error::NotFound { .. } => {
            "this server has no stream of changes: is it of an earlier release?".to_owned()
        }
        other => other.to_string(),
    }
}
