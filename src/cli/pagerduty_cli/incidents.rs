//! The table: commands about incidents.

use super::rules::Act::{self, Keep, Option as Opt, Place, Refuse};
use super::rules::{
    DELIMITER, IDS, KEYS, MINE, NO_KEYS, NO_ME, NO_OPEN, NOT_MINE, PIPE_IN, PIPE_OUT, Rule, many, on, one,
    rule, special,
};
use super::special;

pub(super) const RULES: &[Rule] = &[
    Rule {
        aliases: &["incident acknowledge"],
        shown: "ack ID...   (-m: --all --me, -p: -, -z: snooze --for)",
        ..rule(
            "incident ack",
            "ack",
            &[IDS, MINE, PIPE_IN, one('z', "snooze", Act::Become("snooze", "--for"))],
        )
    },
    rule("incident resolve", "resolve", &[IDS, MINE, PIPE_IN]),
    special(
        "incident list",
        "list",
        &[
            on('m', "me", Keep),
            many('s', "statuses", Keep),
            many('S', "services", Keep),
            many('X', "exact_services", Keep),
            many('u', "urgencies", Keep),
            one(' ', "since", Keep),
            one(' ', "until", Keep),
            one(' ', "limit", Keep),
            PIPE_OUT,
            many(
                'e',
                "assignees",
                Refuse("`pd list --me` lists yours; --filter assigned=NAME those of others"),
            ),
            many('E', "exact_assignees", Refuse("--filter assigned=NAME lists those of somebody")),
            many('t', "teams", Refuse("name the team's services with --service")),
            many('T', "exact_teams", Refuse("name the team's services with --service")),
            one('n', "name", Refuse("--filter title=TEXT lists those with a part of the title")),
            on(' ', "notes", Refuse("`pd show INCIDENT` has the notes in the timeline")),
            KEYS,
            DELIMITER,
        ],
        special::incidents,
    ),
    Rule {
        aliases: &["incident reassign"],
        shown: "assign ID... --to USER, or --policy POLICY",
        ..rule(
            "incident assign",
            "assign",
            &[
                IDS,
                NOT_MINE,
                PIPE_IN,
                many('u', "assign_to_user_ids", Opt("--to")),
                many('U', "assign_to_user_emails", Opt("--to")),
                one('e', "assign_to_ep_id", Opt("--policy")),
                one('E', "assign_to_ep_name", Opt("--policy")),
            ],
        )
    },
    Rule {
        shown: "merge ID... --into ID",
        ..rule(
            "incident merge",
            "merge",
            &[IDS, PIPE_IN, one('I', "parent_id", Opt("--into")), on('o', "open", NO_OPEN)],
        )
    },
    Rule {
        shown: "note ID TEXT, or without a text api GET /incidents/ID/notes",
        ..special("incident notes", "note", &[one('i', "id", Keep), one('n', "note", Keep)], special::notes)
    },
    Rule {
        shown: "priority P1 ID...",
        ..rule("incident priority", "priority", &[IDS, NOT_MINE, PIPE_IN, one('n', "priority", Place(0))])
    },
    rule("incident log", "log", &[IDS, PIPE_IN, KEYS, DELIMITER, on('O', "overview", NO_KEYS)]),
    rule("incident open", "open", &[IDS, NOT_MINE, PIPE_IN]),
    Rule {
        shown: "api GET /incidents/ID/alerts --paginate",
        ..special(
            "incident alerts",
            "api",
            &[many('i', "ids", Keep), NOT_MINE, on('p', "pipe", NO_ME), KEYS, DELIMITER],
            special::alerts,
        )
    },
    Rule {
        shown: "responder add ID --user USER, or --policy POLICY",
        ..rule(
            "incident responder add",
            "responder add",
            &[
                IDS,
                NOT_MINE,
                PIPE_IN,
                many('u', "user_ids", Opt("--user")),
                many('U', "user_emails", Opt("--user")),
                many('e', "ep_ids", Opt("--policy")),
                many('E', "ep_names", Opt("--policy")),
                one('s', "message", Opt("--message")),
            ],
        )
    },
    Rule {
        shown: "subscribe ID --user USER",
        ..rule(
            "incident subscriber add",
            "subscribe",
            &[
                IDS,
                NOT_MINE,
                PIPE_IN,
                many('u', "user_ids", Opt("--user")),
                many('U', "user_emails", Opt("--user")),
            ],
        )
    },
    Rule {
        shown: "subscribe ID --user USER --remove",
        ..rule(
            "incident subscriber remove",
            "subscribe --remove",
            &[
                IDS,
                NOT_MINE,
                PIPE_IN,
                many('u', "user_ids", Opt("--user")),
                many('U', "user_emails", Opt("--user")),
            ],
        )
    },
    Rule {
        shown: "update ID TEXT",
        ..rule(
            "incident subscriber update",
            "update",
            &[
                IDS,
                NOT_MINE,
                PIPE_IN,
                one(' ', "message", Place(2)),
                one(' ', "subject", Opt("--subject")),
                one(' ', "html_message", Refuse("give the text with --message")),
            ],
        )
    },
    Rule {
        shown: "api PUT /incidents/ID -f incident[title]=TITLE",
        ..special(
            "incident rename",
            "api",
            &[
                many('i', "ids", Keep),
                one('t', "title", Keep),
                NOT_MINE,
                on('p', "pipe", NO_ME),
                one(' ', "prefix", Refuse("give the whole title with -t")),
            ],
            special::rename,
        )
    },
    Rule {
        aliases: &["incident update"],
        shown: "ack, resolve, unack, urgency, priority or api PUT, by the key",
        ..special(
            "incident set",
            "api",
            &[
                many('i', "ids", Keep),
                one('k', "key", Keep),
                one('v', "value", Keep),
                NOT_MINE,
                on('p', "pipe", Keep),
            ],
            special::set,
        )
    },
];
