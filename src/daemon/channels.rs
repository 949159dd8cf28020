//! The channels that the configuration has, and what sends by them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::watch;
use url::Url;

use super::drilled::Drilled;
use super::folder::Folder;
use super::{Error, terminal};
use crate::clock::SharedClock;
use crate::config::Config;
use crate::deliver::console::Console;
use crate::deliver::email::{Email, EmailConfig, InvalidSender, Login, Password, Relay};
use crate::deliver::webhook::{Webhook, WebhookConfig};
use crate::domain::user::Channel;
use crate::incidents::Incidents;
use crate::notify::compose::Links;
use crate::notify::sender::{Means, Sender, Task, sender};
use crate::notify::transport::Transport;
use crate::stage::{Handle, World};

/// What sends messages, and the handle by which the notify stage speaks with it.
pub(super) fn sending(
    config: &Config,
    folder: &Arc<Folder>,
    world: &World,
    incidents: &Handle<Incidents>,
    url: &Url,
    down: &watch::Sender<Option<Channel>>,
) -> Result<(Sender, Task), Error> {
    let state = incidents.state.clone();
    let public = config.public_url.as_ref().unwrap_or(url);
    Ok(sender(Means {
        process: world.process,
        clock: Arc::clone(&world.clock),
        ids: Arc::clone(&world.ids),
        keyring: Arc::clone(&folder.keyring),
        links: Links::new(public.as_str()),
        incidents: Arc::new(move || Arc::clone(&state.borrow())),
        transports: transports(config, &world.clock)?
            .into_iter()
            .map(|(channel, provider)| {
                (channel, Arc::new(Drilled::new(provider, down.subscribe())) as Arc<dyn Transport>)
            })
            .collect(),
    }))
}

/// The channels that this process can send messages by: the console only if there is a terminal.
pub(super) fn configured(config: &Config) -> BTreeSet<Channel> {
    let console = terminal::console().map(|_| Channel::Console);
    let email = config.email.as_ref().map(|_| Channel::Email);
    [console, email, Some(Channel::Webhook)].into_iter().flatten().collect()
}

fn transports(config: &Config, clock: &SharedClock) -> Result<BTreeMap<Channel, Arc<dyn Transport>>, Error> {
    let mut transports: BTreeMap<Channel, Arc<dyn Transport>> = BTreeMap::new();
    let console = Console::new(terminal::console(), Arc::clone(clock)).map_err(Error::Runtime)?;
    transports.insert(Channel::Console, Arc::new(console));
    let webhook = WebhookConfig { allow: config.webhook.allow.clone(), timeout: config.webhook.timeout };
    transports.insert(Channel::Webhook, Arc::new(Webhook::new(webhook, Arc::clone(clock))?));
    if let Some(email) = &config.email {
        transports.insert(Channel::Email, Arc::new(Email::new(mail(email)?, Arc::clone(clock))?));
    }
    Ok(transports)
}

pub(super) fn mail(email: &crate::config::Email) -> Result<EmailConfig, Error> {
    let login = email.login.as_ref().map(|(user, path)| {
        let text = std::fs::read_to_string(path)
            .map_err(|error| Error::EmailValue(format!("cannot read {}: {error}", path.display())))?;
        Ok::<_, Error>(Login { user: user.clone(), password: Password::from_file_text(&text) })
    });
    let login = login.transpose()?;
    let relays = email.relays.iter().map(|url| Relay { url: url.clone(), login: login.clone() }).collect();
    let from = email.from.parse().map_err(|error: InvalidSender| Error::EmailValue(error.to_string()))?;
    Ok(EmailConfig { relays, from, timeout: email.timeout, ca_pem: None })
}
