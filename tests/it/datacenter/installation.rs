//! One installation of three servers, each beside its datacenter, and the people whom it pages.

use std::fs;
use std::time::Duration;

use pd::cassandra::{Access, connect, discover, init};
use pd::config::{Cassandra, StoreUrl};
use pd::wire::status::Status;
use serde_json::{Value, json};

use crate::cluster::{Cluster, DATACENTERS, Datacenter};
use crate::doubles::{http, smtp};
use crate::rig::{Context, Rig, Stand, poll};

/// How long anything may take until it is as it should be. Generous: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(180);
/// How many people have e-mail. Mail is bundled, so few mails go to each.
const MAILED: usize = 4;

/// The servers and the receivers of what they send.
pub(crate) struct Installation {
    /// In the order of the datacenters.
    pub(crate) servers: Vec<Rig>,
    pub(crate) mail: smtp::Server,
    pub(super) hook: http::Server,
    pub(crate) keyspace: String,
}

impl Installation {
    /// Sets up a new installation in a keyspace of its own, and waits until each of its servers is at work.
    pub(crate) fn start(cluster: &Cluster) -> Self {
        Self::start_with(cluster, &DATACENTERS, MAILED)
    }

    /// The same with servers beside these datacenters only, and so many people who have e-mail.
    pub(crate) fn start_with(cluster: &Cluster, homes: &[Datacenter], mailed: usize) -> Self {
        Self::start_told(cluster, homes, mailed, (&[], ""))
    }

    /// The same with servers that are told this, and have these lines more in their configuration.
    pub(crate) fn start_told(
        cluster: &Cluster,
        homes: &[Datacenter],
        mailed: usize,
        (told, more): (&[&str], &str),
    ) -> Self {
        let keyspace = cluster.keyspace_name();
        make(&cluster.url(&keyspace, Datacenter::One));
        let (mail, hook) = (smtp::Server::start_at(cluster.tests()), http::Server::start_at(cluster.tests()));
        let prepared = |home: &Datacenter| {
            let mut rig = prepare(cluster, &keyspace, *home, &mail, more);
            rig.tell(told);
            rig
        };
        let servers: Vec<_> = homes.iter().map(prepared).collect();
        let mut installation = Self { servers, mail, hook, keyspace };
        installation.begin();
        installation.reach_people(mailed);
        installation.wait_ready();
        installation
    }

    /// The first server founds the installation; the others get a copy of its key.
    fn begin(&mut self) {
        let (first, others) = self.servers.split_first_mut().expect("one at least");
        first.up();
        let known = |rig: &Rig| poll(PATIENCE, || answers(rig, "/users/me"));
        assert!(known(first), "the installation was not founded\n{}", first.said());
        for other in others {
            fs::create_dir_all(other.data()).unwrap();
            fs::copy(first.data().join("key"), other.data().join("key")).unwrap();
            other.know(first.context());
            other.up();
            assert!(known(other), "a server does not know the installation\n{}", other.said());
        }
    }

    /// One person has a webhook, some have e-mail; each incident is for all of them at once.
    fn reach_people(&self, mailed: usize) {
        let rig = &self.servers[0];
        let mut people = vec![person(rig, "hook", "webhook_contact_method", &self.hook.url())];
        for number in 1..=mailed {
            let name = format!("mail{number}");
            people.push(person(rig, &name, "email_contact_method", &format!("{name}@example.com")));
        }
        let targets: Vec<Value> =
            people.iter().map(|id| json!({"id": id, "type": "user_reference"})).collect();
        let policy = rig.list("/escalation_policies", "escalation_policies")[0]["id"].clone();
        let rules = json!([{"escalation_delay_in_minutes": 30, "targets": targets}]);
        let change = json!({"escalation_policy": {"type": "escalation_policy", "escalation_rules": rules}});
        rig.rest("PUT", &format!("/escalation_policies/{}", policy.as_str().unwrap()), Some(&change));
    }

    /// Makes so many services, each with a person of its own who has a webhook; their routing keys.
    pub(super) fn make_services(&self, count: usize) -> Vec<String> {
        let rig = &self.servers[0];
        let make = |path: &str, name: &str, body: Value| {
            rig.rest("POST", path, Some(&json!({ name: body })))[name].clone()
        };
        let service = |number| {
            let name = format!("crowd {number}");
            let user = person(rig, &format!("crowd{number}"), "webhook_contact_method", &self.hook.url());
            let rules = json!([{"escalation_delay_in_minutes": 30, "targets": [{"id": user, "type": "user_reference"}]}]);
            let policy = json!({"type": "escalation_policy", "name": name, "escalation_rules": rules});
            let policy = make("/escalation_policies", "escalation_policy", policy);
            let policy = json!({"id": policy["id"], "type": "escalation_policy_reference"});
            let service = make(
                "/services",
                "service",
                json!({"type": "service", "name": name, "escalation_policy": policy}),
            );
            let path = format!("/services/{}/integrations", service["id"].as_str().unwrap());
            let integration = json!({"type": "events_api_v2_inbound_integration", "name": "Events API v2"});
            make(&path, "integration", integration)["integration_key"].as_str().unwrap().to_owned()
        };
        (0..count).map(service).collect()
    }

    /// Waits until each server accepts, knows the installation, and is shown by each.
    pub(crate) fn wait_ready(&self) {
        for rig in &self.servers {
            let mut seen = String::new();
            let ready = poll(PATIENCE, || {
                let status = status(rig);
                seen = format!("{status:?}");
                answers(rig, "/health")
                    && status.is_some_and(|status| status.processes.len() == self.servers.len())
            });
            assert!(ready, "a server is not ready: {seen}\n{}", rig.said());
        }
    }

    /// Which server does the work now; the first, if none says that it does.
    pub(super) fn worker(&self) -> usize {
        let works = |rig: &Rig| {
            let stages = status(rig).map(|status| status.process.stages).unwrap_or_default();
            stages.iter().any(|stage| {
                stage.name == "incidents" && stage.works_on.as_ref().is_some_and(|works| !works.is_empty())
            })
        };
        let found = poll(Duration::from_secs(5), || self.servers.iter().any(works));
        if found { self.servers.iter().position(works).unwrap_or(0) } else { 0 }
    }

    pub(super) fn context(&self) -> &Context {
        self.servers[0].context()
    }

    pub(super) fn addresses(&self) -> Vec<String> {
        self.servers.iter().map(|rig| rig.context().address.clone()).collect()
    }

    /// What all servers have printed.
    pub(crate) fn said(&self) -> String {
        let said = self.servers.iter().zip(DATACENTERS);
        said.map(|(rig, home)| format!("== server beside {}\n{}\n", home.name(), rig.said())).collect()
    }
}

/// Makes the keyspace of a store URL, and its tables.
fn make(url: &str) {
    let StoreUrl::Cassandra(url) = url.parse().unwrap() else { panic!("{url} is no cluster") };
    let access = Access { url, cassandra: Cassandra::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut said = String::new();
    // Nodes that have just started, on a busy machine, may take longer to agree on a table than is waited for.
    let made = poll(PATIENCE * 2, || {
        let made = runtime.block_on(async {
            let session = connect(&access).await.map_err(|error| error.to_string())?;
            let replication = discover(&session);
            init(&session, &access.url.keyspace, &replication).await.map_err(|error| error.to_string())
        });
        made.map_err(|error| said = error).is_ok()
    });
    assert!(made, "no keyspace: {said}");
}

fn prepare(cluster: &Cluster, keyspace: &str, home: Datacenter, mail: &smtp::Server, more: &str) -> Rig {
    let store = format!("default = \"{}\"", cluster.url(keyspace, home));
    let mut rig = Rig::prepare(&format!("{}{more}", configuration(home, &store, mail)));
    let place = cluster.place(home);
    rig.stand(Stand { address: place.address, command: Box::new(move |program| place.command(program)) });
    rig
}

/// The configuration of a server with these lines about its stores.
pub(crate) fn configuration(home: Datacenter, stores: &str, mail: &smtp::Server) -> String {
    format!(
        "node = \"beside-{}\"\n[store]\n{stores}\n\
         [deliver.email]\nrelays = [\"smtp://{}\"]\nfrom = \"pd@example.com\"\ntimeout = \"3s\"\n\
         [deliver.webhook]\nallow = [\"127.0.0.0/8\", \"198.18.0.0/15\"]\ntimeout = \"3s\"\n",
        home.name(),
        mail.address(),
    )
}

/// A new user who is reached in this one way, at once; the id.
fn person(rig: &Rig, name: &str, kind: &str, address: &str) -> String {
    let user = json!({"user": {"type": "user", "name": name, "email": format!("{name}@example.com")}});
    let made = rig.rest("POST", "/users", Some(&user));
    let user = made["user"]["id"].as_str().unwrap().to_owned();
    for list in ["notification_rules", "contact_methods"] {
        for one in rig.list(&format!("/users/{user}/{list}"), list) {
            rig.rest("DELETE", &format!("/users/{user}/{list}/{}", one["id"].as_str().unwrap()), None);
        }
    }
    let method = json!({"contact_method": {"type": kind, "address": address, "label": kind}});
    let made = rig.rest("POST", &format!("/users/{user}/contact_methods"), Some(&method));
    let rule = json!({"notification_rule": {
        "type": "assignment_notification_rule",
        "start_delay_in_minutes": 0,
        "urgency": "high",
        "contact_method": {"id": made["contact_method"]["id"], "type": kind},
    }});
    rig.rest("POST", &format!("/users/{user}/notification_rules"), Some(&rule));
    user
}

fn answers(rig: &Rig, path: &str) -> bool {
    rig.request("GET", path, None).is_ok_and(|answer| answer.status == 200)
}

/// What a server says of itself, if it does.
pub(super) fn status(rig: &Rig) -> Option<Status> {
    let answer = rig.request("GET", "/status", None).ok().filter(|answer| answer.status == 200)?;
    serde_json::from_value(answer.json()["status"].clone()).ok()
}
