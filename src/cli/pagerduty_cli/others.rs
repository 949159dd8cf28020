//! The table: commands about everything else.

use super::rules::Act::{self, Keep, Option as Opt, Place, Refuse};
use super::rules::{
    DELIMITER, Flag, KEYS, LIMIT, LIST, NO_OPEN, ONE_ID, PART, PIPE_OUT, Rule, many, on, one, rule, special,
};
use super::special;

pub(super) const RULES: &[Rule] = &[
    rule("service list", "service list", LIST),
    Rule {
        shown: "service create NAME --policy POLICY",
        ..rule(
            "service create",
            "service create",
            &[
                PART,
                one('d', "description", Opt("--description")),
                one('e', "escalation_policy_id", Opt("--policy")),
                one('E', "escalation_policy_name", Opt("--policy")),
                on(' ', "create_alerts", Act::Nothing),
                PIPE_OUT,
                one('u', "urgency", Opt("--urgency")),
                on('o', "open", NO_OPEN),
            ],
        )
    },
    rule("service disable", "service disable", &[many('i', "ids", Place(1)), PART, PIPE_IN_REFUSED]),
    rule("service enable", "service enable", &[many('i', "ids", Place(1)), PART, PIPE_IN_REFUSED]),
    rule(
        "user list",
        "user list",
        &[
            PART,
            one('e', "email", Place(1)),
            one('E', "exact_email", Place(1)),
            PIPE_OUT,
            KEYS,
            DELIMITER,
            LIMIT,
        ],
    ),
    Rule {
        shown: "oncall --user USER",
        ..rule(
            "user oncall",
            "oncall",
            &[
                one('i', "id", Opt("--user")),
                one('e', "email", Opt("--user")),
                on('m', "me", Refuse("`pd oncall --user` with your own name or e-mail address")),
                on('a', "always", Act::Nothing),
                one(' ', "since", Opt("--at")),
                one(' ', "until", Opt("--until")),
                KEYS,
                DELIMITER,
            ],
        )
    },
    Rule {
        shown: "user show USER",
        ..rule(
            "user contact list",
            "user show",
            &[ONE_ID, one('e', "email", Place(1)), PIPE_OUT, KEYS, DELIMITER],
        )
    },
    rule("schedule list", "schedule list", LIST),
    Rule {
        shown: "schedule show SCHEDULE",
        ..rule(
            "schedule show",
            "schedule show",
            &[
                ONE_ID,
                PART,
                one(' ', "since", Opt("--since")),
                one(' ', "until", Refuse("give --days instead")),
            ],
        )
    },
    Rule {
        shown: "schedule show SCHEDULE",
        ..rule(
            "schedule render",
            "schedule show",
            &[
                ONE_ID,
                PART,
                one(' ', "since", Opt("--since")),
                one(' ', "until", Refuse("give --days instead")),
                KEYS,
                DELIMITER,
            ],
        )
    },
    Rule {
        shown: "oncall --schedule SCHEDULE",
        ..rule(
            "schedule oncall",
            "oncall",
            &[
                one('i', "id", Opt("--schedule")),
                one('n', "name", Opt("--schedule")),
                one(' ', "since", Opt("--at")),
                one(' ', "until", Opt("--until")),
                KEYS,
                DELIMITER,
            ],
        )
    },
    Rule {
        shown: "override list SCHEDULE",
        ..rule(
            "schedule override list",
            "override list",
            &[
                ONE_ID,
                PART,
                one(' ', "since", Opt("--since")),
                one(' ', "until", Opt("--until")),
                PIPE_OUT,
                KEYS,
                DELIMITER,
            ],
        )
    },
    Rule {
        shown: "override create SCHEDULE --user USER --start TIME --end TIME",
        ..rule(
            "schedule override add",
            "override create",
            &[
                ONE_ID,
                PART,
                one('u', "user_id", Opt("--user")),
                one('U', "user_email", Opt("--user")),
                on('m', "me", Refuse("give --user_email with your own address")),
                one(' ', "start", Opt("--start")),
                one(' ', "end", Opt("--end")),
            ],
        )
    },
    rule("ep list", "policy list", LIST),
    Rule {
        shown: "oncall --policy POLICY",
        ..rule(
            "ep oncall",
            "oncall",
            &[
                one('i', "id", Opt("--policy")),
                one('n', "name", Opt("--policy")),
                one(' ', "since", Opt("--at")),
                one(' ', "until", Opt("--until")),
                KEYS,
                DELIMITER,
            ],
        )
    },
    rule("team list", "team list", LIST),
    Rule {
        shown: "team show TEAM",
        ..rule("team user list", "team show", &[many('i', "ids", Place(1)), PART, PIPE_OUT, KEYS, DELIMITER])
    },
    Rule {
        shown: "trigger SUMMARY, or resolve --event KEY",
        ..special(
            "event alert",
            "trigger",
            &[
                one('r', "routing_key", Keep),
                one('d', "dedup_key", Keep),
                one('a', "action", Keep),
                one(' ', "summary", Keep),
                one(' ', "source", Keep),
                one(' ', "severity", Keep),
                one(' ', "component", Keep),
                one(' ', "group", Keep),
                one(' ', "class", Keep),
                many('k', "keys", Keep),
                many('v', "values", Keep),
                on(' ', "jsonvalues", Keep),
                many('L', "link_hrefs", Keep),
                many('T', "link_texts", Keep),
                many('I', "image_srcs", Keep),
                many('H', "image_hrefs", Refuse("an image has an address and a description: -I and -A")),
                many('A', "image_alts", Keep),
                one('e', "endpoint", Keep),
                on('p', "pipe", Keep),
                one(' ', "timestamp", Refuse("an event is of the moment in which it is sent")),
                one('c', "client", Refuse("the client is `pd`")),
                one('u', "client_url", Refuse("say where to read more with -L")),
            ],
            special::event,
        )
    },
    Rule {
        shown: "api GET PATH -f KEY=VALUE",
        ..special("rest get", "api GET", REST, |read| special::rest(read, "GET"))
    },
    Rule {
        shown: "api DELETE PATH",
        ..special("rest delete", "api DELETE", REST, |read| special::rest(read, "DELETE"))
    },
    Rule {
        shown: "api POST PATH --input FILE, or -F KEY=JSON",
        ..special("rest post", "api POST", REST, |read| special::rest(read, "POST"))
    },
    Rule {
        shown: "api PUT PATH --input FILE, or -F KEY=JSON",
        ..special("rest put", "api PUT", REST, |read| special::rest(read, "PUT"))
    },
    Rule {
        shown: "api GET PATH --paginate",
        ..special("rest fetch", "api GET", REST, |read| special::rest(read, "FETCH"))
    },
    Rule {
        shown: "api GET /log_entries --paginate",
        ..special(
            "log",
            "api GET",
            &[one(' ', "since", Keep), one(' ', "until", Keep), on('O', "overview", Keep), KEYS, DELIMITER],
            special::log,
        )
    },
    rule("auth list", "context list", &[]),
    Rule { shown: "context use NAME", ..rule("auth use", "context use", &[one('a', "alias", Place(1))]) },
];

const PIPE_IN_REFUSED: Flag = on('p', "pipe", Refuse("name them, or `xargs pd service disable`"));

const REST: &[Flag] = &[
    one('e', "endpoint", Keep),
    many('P', "params", Keep),
    one('d', "data", Keep),
    many('H', "headers", Refuse("`pd api` sends the headers that are needed")),
    on('t', "table", Refuse("--jq makes columns: --jq '.[] | [.id, .name] | @tsv'")),
    one(' ', "limit", Keep),
    on('p', "pipe", Keep),
    KEYS,
];
