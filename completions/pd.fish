# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_pd_global_optspecs
    string join \n context= url= token-file= o/output= q/quiet no-header color= timeout= retry= h/help V/version
end

function __fish_pd_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_pd_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_pd_using_subcommand
    set -l cmd (__fish_pd_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c pd -n "__fish_pd_needs_command" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_needs_command" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_needs_command" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_needs_command" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_needs_command" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_needs_command" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_needs_command" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_needs_command" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_needs_command" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_needs_command" -s V -l version -d 'Print version'
complete -c pd -n "__fish_pd_needs_command" -f -a "trigger" -d 'Tell that something is wrong'
complete -c pd -n "__fish_pd_needs_command" -f -a "list" -d 'List incidents, the newest first'
complete -c pd -n "__fish_pd_needs_command" -f -a "show" -d 'Show an incident: its alerts, what their events said, and why each thing happened'
complete -c pd -n "__fish_pd_needs_command" -f -a "log" -d 'Show what happened to an incident, and why, from its beginning'
complete -c pd -n "__fish_pd_needs_command" -f -a "watch" -d 'Say what opens, is acknowledged and is resolved, as it happens'
complete -c pd -n "__fish_pd_needs_command" -f -a "wait" -d 'Wait until an incident is acknowledged or resolved, and say what happens meanwhile'
complete -c pd -n "__fish_pd_needs_command" -f -a "ack" -d 'Say that you look at it: nobody else is paged'
complete -c pd -n "__fish_pd_needs_command" -f -a "acknowledge" -d 'Say that you look at it: nobody else is paged'
complete -c pd -n "__fish_pd_needs_command" -f -a "resolve" -d 'Say that it is over'
complete -c pd -n "__fish_pd_needs_command" -f -a "snooze" -d 'Acknowledge, and be paged again later'
complete -c pd -n "__fish_pd_needs_command" -f -a "unack" -d 'Take an acknowledgement or a snooze back: whoever is responsible is paged again'
complete -c pd -n "__fish_pd_needs_command" -f -a "undo" -d 'Undo the last own acknowledgement, assignment, escalation, snooze, merge or override'
complete -c pd -n "__fish_pd_needs_command" -f -a "assign" -d 'Give incidents to users, or to another escalation policy: they are paged at once'
complete -c pd -n "__fish_pd_needs_command" -f -a "escalate" -d 'Page the next level now'
complete -c pd -n "__fish_pd_needs_command" -f -a "merge" -d 'Move the alerts of incidents into another one, and resolve them'
complete -c pd -n "__fish_pd_needs_command" -f -a "urgency" -d 'Change the urgency; if it is raised, whoever is responsible is paged anew'
complete -c pd -n "__fish_pd_needs_command" -f -a "priority" -d 'Change the priority'
complete -c pd -n "__fish_pd_needs_command" -f -a "responder" -d 'Ask people to help with an incident, and answer'
complete -c pd -n "__fish_pd_needs_command" -f -a "note" -d 'Write a note on an incident'
complete -c pd -n "__fish_pd_needs_command" -f -a "oncall" -d 'Show who is on call, by policy and level'
complete -c pd -n "__fish_pd_needs_command" -f -a "schedule" -d 'Schedules: who is on call when'
complete -c pd -n "__fish_pd_needs_command" -f -a "override" -d 'Put somebody on call for a while'
complete -c pd -n "__fish_pd_needs_command" -f -a "feed" -d 'Secret addresses under which calendar programs read shifts'
complete -c pd -n "__fish_pd_needs_command" -f -a "calendar" -d 'Calendars of holidays and leave, which take users off call'
complete -c pd -n "__fish_pd_needs_command" -f -a "link" -d 'Link something to an incident'
complete -c pd -n "__fish_pd_needs_command" -f -a "update" -d 'Write to the subscribers of an incident'
complete -c pd -n "__fish_pd_needs_command" -f -a "subscribe" -d 'Send users the status updates of an incident, or not any more'
complete -c pd -n "__fish_pd_needs_command" -f -a "maintenance" -d 'Plan times in which events are recorded and nobody is paged'
complete -c pd -n "__fish_pd_needs_command" -f -a "heartbeat" -d 'Expect regular signs of life'
complete -c pd -n "__fish_pd_needs_command" -f -a "exec" -d 'Run a command and tell its heartbeat that it begins, and how it ended'
complete -c pd -n "__fish_pd_needs_command" -f -a "rule" -d 'Say what is done with events before they become alerts'
complete -c pd -n "__fish_pd_needs_command" -f -a "route" -d 'Find out where events go'
complete -c pd -n "__fish_pd_needs_command" -f -a "apply" -d 'Make the configuration what files say'
complete -c pd -n "__fish_pd_needs_command" -f -a "export" -d 'Print users, teams, schedules, policies, services, heartbeats, event rules and maintenance windows as a file'
complete -c pd -n "__fish_pd_needs_command" -f -a "import" -d 'Take an account over from elsewhere'
complete -c pd -n "__fish_pd_needs_command" -f -a "audit" -d 'Show who changed what in the configuration, before and after'
complete -c pd -n "__fish_pd_needs_command" -f -a "check" -d 'Prove that everybody who should be reached is'
complete -c pd -n "__fish_pd_needs_command" -f -a "explain" -d 'Tell why each person was paged about an incident, or was not'
complete -c pd -n "__fish_pd_needs_command" -f -a "simulate" -d 'Tell who would be paged for an event, when and how, if nobody acted; nobody is paged'
complete -c pd -n "__fish_pd_needs_command" -f -a "drill" -d 'Make a failure on purpose, and see what becomes of events meanwhile'
complete -c pd -n "__fish_pd_needs_command" -f -a "tui" -d 'Show what is open as it happens, and act on it'
complete -c pd -n "__fish_pd_needs_command" -f -a "status" -d 'Show how the server is: whether it accepts, how far its stages are, what needs a look'
complete -c pd -n "__fish_pd_needs_command" -f -a "serve" -d 'Run a server'
complete -c pd -n "__fish_pd_needs_command" -f -a "context" -d 'Choose between servers'
complete -c pd -n "__fish_pd_needs_command" -f -a "api" -d 'Ask the API for anything'
complete -c pd -n "__fish_pd_needs_command" -f -a "spool" -d 'Look after the events that wait on this machine for the server'
complete -c pd -n "__fish_pd_needs_command" -f -a "config" -d 'Look into the server\'s configuration'
complete -c pd -n "__fish_pd_needs_command" -f -a "backup" -d 'Copy an installation, its key file included, into a new folder'
complete -c pd -n "__fish_pd_needs_command" -f -a "restore" -d 'Put a backup in the place of an installation\'s data'
complete -c pd -n "__fish_pd_needs_command" -f -a "recover" -d 'Find out why a stage has stopped, and let it go on'
complete -c pd -n "__fish_pd_needs_command" -f -a "journal" -d 'Print the entries of a journal, or which journals there are'
complete -c pd -n "__fish_pd_needs_command" -f -a "store" -d 'Make, check and move the stores of an installation'
complete -c pd -n "__fish_pd_needs_command" -f -a "man" -d 'Print a manual page, or write them all'
complete -c pd -n "__fish_pd_needs_command" -f -a "completions" -d 'Print what a shell needs to complete `pd`, or write it for all shells'
complete -c pd -n "__fish_pd_using_subcommand trigger" -s s -l severity -d 'How bad it is' -r -f -a "critical\t''
error\t''
warning\t''
info\t''"
complete -c pd -n "__fish_pd_using_subcommand trigger" -l source -d 'What is affected [default: the name of this machine]' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -l component -d 'The part of the source that is affected' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -l group -d 'What the source belongs to' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -l class -d 'The kind of problem' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -s d -l details -d 'More about it: KEY=VALUE, or a JSON object; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -l link -d 'Where to read more: a URL, perhaps a space and a text; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -l image -d 'What it looks like: a URL, perhaps a space and a description; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -s k -l dedup-key -d 'What joins events about the same problem, and resolves them [default: a fresh one]' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -l routing-key -d 'Where the event goes, rather than where the context says' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand trigger" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand trigger" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand trigger" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand trigger" -l no-spool -d 'Fail rather than keep the event on this machine while the server is away'
complete -c pd -n "__fish_pd_using_subcommand trigger" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand trigger" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand trigger" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand list" -l status -d 'Only with this status; may be given several times [default: triggered and acknowledged]' -r -f -a "triggered\t''
acknowledged\t''
resolved\t''"
complete -c pd -n "__fish_pd_using_subcommand list" -l urgency -d 'Only with this urgency' -r -f -a "high\t''
low\t''"
complete -c pd -n "__fish_pd_using_subcommand list" -l service -d 'Only of this service, by name or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand list" -s k -l dedup-key -d 'Only with this dedup key' -r
complete -c pd -n "__fish_pd_using_subcommand list" -l since -d 'Only those opened since then: a time (ISO 8601), or how long ago (7d)' -r
complete -c pd -n "__fish_pd_using_subcommand list" -l until -d 'Only those opened before then' -r
complete -c pd -n "__fish_pd_using_subcommand list" -s n -l limit -d 'At most so many' -r
complete -c pd -n "__fish_pd_using_subcommand list" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand list" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand list" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand list" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand list" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand list" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand list" -s a -l all -d 'Resolved ones, too'
complete -c pd -n "__fish_pd_using_subcommand list" -l held -d 'Those about which nobody is paged for the time being: suppressed, paused or in maintenance'
complete -c pd -n "__fish_pd_using_subcommand list" -s w -l watch -d 'Go on as it changes, until Ctrl-C: on a terminal the list is drawn anew, otherwise each change is a line'
complete -c pd -n "__fish_pd_using_subcommand list" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand list" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand show" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand show" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand show" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand show" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand show" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand show" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand show" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand show" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand show" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand log" -s n -l limit -d 'At most so many of the latest entries [default: 1000; 10 of everything]' -r
complete -c pd -n "__fish_pd_using_subcommand log" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand log" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand log" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand log" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand log" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand log" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand log" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand log" -s f -l follow -d 'Go on with what happens from now on, until Ctrl-C'
complete -c pd -n "__fish_pd_using_subcommand log" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand log" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand log" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand watch" -l service -d 'Only of this service, by name or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand watch" -l urgency -d 'Only with this urgency' -r -f -a "high\t''
low\t''"
complete -c pd -n "__fish_pd_using_subcommand watch" -l exec -d 'Have a shell run this for each incident that opens' -r
complete -c pd -n "__fish_pd_using_subcommand watch" -l exec-limit -d 'End the command when it takes longer' -r
complete -c pd -n "__fish_pd_using_subcommand watch" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand watch" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand watch" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand watch" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand watch" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand watch" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand watch" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand watch" -l notify -d 'Ring the terminal\'s bell when an incident opens, and have it show a notification if it can (OSC 9)'
complete -c pd -n "__fish_pd_using_subcommand watch" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand watch" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand watch" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand wait" -l for -d 'What to wait for' -r -f -a "acknowledged\t''
resolved\t''"
complete -c pd -n "__fish_pd_using_subcommand wait" -l timeout -d 'How long to wait at most [default: for ever]' -r
complete -c pd -n "__fish_pd_using_subcommand wait" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand wait" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand wait" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand wait" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand wait" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand wait" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand wait" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand wait" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand wait" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand ack" -l service -d 'With --all: only of this service, by name or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand ack" -l urgency -d 'With --all: only with this urgency' -r -f -a "high\t''
low\t''"
complete -c pd -n "__fish_pd_using_subcommand ack" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand ack" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand ack" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand ack" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand ack" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand ack" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand ack" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand ack" -l error-unchanged -d 'Exit with 3 if all of them were acknowledged already'
complete -c pd -n "__fish_pd_using_subcommand ack" -l all -d 'Everything that is open, or what is left of it by --service and --urgency'
complete -c pd -n "__fish_pd_using_subcommand ack" -s y -l yes -d 'Do not ask whether it is meant'
complete -c pd -n "__fish_pd_using_subcommand ack" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand ack" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand ack" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -l service -d 'With --all: only of this service, by name or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -l urgency -d 'With --all: only with this urgency' -r -f -a "high\t''
low\t''"
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -l error-unchanged -d 'Exit with 3 if all of them were acknowledged already'
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -l all -d 'Everything that is open, or what is left of it by --service and --urgency'
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -s y -l yes -d 'Do not ask whether it is meant'
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand acknowledge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand resolve" -l service -d 'With --all: only of this service, by name or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand resolve" -l urgency -d 'With --all: only with this urgency' -r -f -a "high\t''
low\t''"
complete -c pd -n "__fish_pd_using_subcommand resolve" -l routing-key -d 'Where the event goes, rather than where the context says' -r
complete -c pd -n "__fish_pd_using_subcommand resolve" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand resolve" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand resolve" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand resolve" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand resolve" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand resolve" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand resolve" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand resolve" -s e -l event -d 'Take all of them as dedup keys, and send events without asking whether there is such an incident'
complete -c pd -n "__fish_pd_using_subcommand resolve" -l error-unchanged -d 'Exit with 3 if all of them were resolved already'
complete -c pd -n "__fish_pd_using_subcommand resolve" -l all -d 'Everything that is open, or what is left of it by --service and --urgency'
complete -c pd -n "__fish_pd_using_subcommand resolve" -s y -l yes -d 'Do not ask whether it is meant'
complete -c pd -n "__fish_pd_using_subcommand resolve" -l no-spool -d 'Fail rather than keep the event on this machine while the server is away'
complete -c pd -n "__fish_pd_using_subcommand resolve" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand resolve" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand resolve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand snooze" -l for -d 'How long: 1s to 7d' -r
complete -c pd -n "__fish_pd_using_subcommand snooze" -l service -d 'With --all: only of this service, by name or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand snooze" -l urgency -d 'With --all: only with this urgency' -r -f -a "high\t''
low\t''"
complete -c pd -n "__fish_pd_using_subcommand snooze" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand snooze" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand snooze" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand snooze" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand snooze" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand snooze" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand snooze" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand snooze" -l all -d 'Everything that is open, or what is left of it by --service and --urgency'
complete -c pd -n "__fish_pd_using_subcommand snooze" -s y -l yes -d 'Do not ask whether it is meant'
complete -c pd -n "__fish_pd_using_subcommand snooze" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand snooze" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand snooze" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand unack" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand unack" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand unack" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand unack" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand unack" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand unack" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand unack" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand unack" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand unack" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand unack" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand undo" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand undo" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand undo" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand undo" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand undo" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand undo" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand undo" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand undo" -l show -d 'Say what the last action was, and until when it can be undone'
complete -c pd -n "__fish_pd_using_subcommand undo" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand undo" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand undo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand assign" -l to -d 'A user, by name, e-mail address or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand assign" -l policy -d 'An escalation policy, by name or id, which begins with its first level' -r
complete -c pd -n "__fish_pd_using_subcommand assign" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand assign" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand assign" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand assign" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand assign" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand assign" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand assign" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand assign" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand assign" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand assign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand escalate" -l level -d 'This level, from 1, rather than the next' -r
complete -c pd -n "__fish_pd_using_subcommand escalate" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand escalate" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand escalate" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand escalate" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand escalate" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand escalate" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand escalate" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand escalate" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand escalate" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand escalate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand merge" -l into -d 'The one that stays' -r
complete -c pd -n "__fish_pd_using_subcommand merge" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand merge" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand merge" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand merge" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand merge" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand merge" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand merge" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand merge" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand merge" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand merge" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand urgency" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand urgency" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand urgency" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand urgency" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand urgency" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand urgency" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand urgency" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand urgency" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand urgency" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand urgency" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand priority" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand priority" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand priority" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand priority" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand priority" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand priority" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand priority" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand priority" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand priority" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand priority" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -f -a "add" -d 'Ask somebody to help: a page of its own, beside the escalation'
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -f -a "join" -d 'Say that you help'
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -f -a "decline" -d 'Say that you do not'
complete -c pd -n "__fish_pd_using_subcommand responder; and not __fish_seen_subcommand_from add join decline cancel" -f -a "cancel" -d 'Take requests back that nobody has answered'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -l user -d 'A user, by name, e-mail address or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -l policy -d 'Whoever is on call on the first level of this escalation policy' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -s m -l message -d 'What to say' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from join" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from join" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from join" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from join" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from join" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from join" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from join" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from join" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from join" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from join" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from decline" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from decline" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from decline" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from decline" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from decline" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from decline" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from decline" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from decline" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from decline" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from decline" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from cancel" -l user -d 'Only those to this user; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from cancel" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from cancel" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from cancel" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from cancel" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from cancel" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from cancel" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from cancel" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from cancel" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from cancel" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand responder; and __fish_seen_subcommand_from cancel" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand note" -l edit -d 'Write this note anew, rather than another one' -r
complete -c pd -n "__fish_pd_using_subcommand note" -l delete -d 'Delete this note' -r
complete -c pd -n "__fish_pd_using_subcommand note" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand note" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand note" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand note" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand note" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand note" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand note" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand note" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand note" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand note" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand oncall" -l at -d 'At this time (by the local clock, ISO 8601, or from now, such as 3h) rather than now' -r
complete -c pd -n "__fish_pd_using_subcommand oncall" -l until -d 'Everybody until this time' -r
complete -c pd -n "__fish_pd_using_subcommand oncall" -l policy -d 'Only by this escalation policy, by name or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand oncall" -l schedule -d 'Only by this schedule, by name or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand oncall" -l user -d 'Only this user, by name, e-mail address or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand oncall" -s n -l limit -d 'At most so many' -r
complete -c pd -n "__fish_pd_using_subcommand oncall" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand oncall" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand oncall" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand oncall" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand oncall" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand oncall" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand oncall" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand oncall" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand oncall" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand oncall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -f -a "list" -d 'List schedules'
complete -c pd -n "__fish_pd_using_subcommand schedule; and not __fish_seen_subcommand_from list show" -f -a "show" -d 'Show one schedule as a chart: a row for each layer, the overrides, and what comes of them'
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from list" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from list" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from list" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from list" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from list" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from list" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -l since -d 'From when [default: the beginning of today]' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -l days -d 'How many days' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -l zone -d 'By which clock: `schedule`, `local`, or a time zone such as Europe/Berlin' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -l width -d 'Draw this many columns wide, also into pipes [default: the terminal\'s width]' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand schedule; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -f -a "create" -d 'Put somebody on call for a while'
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -f -a "list" -d 'List the overrides of a schedule'
complete -c pd -n "__fish_pd_using_subcommand override; and not __fish_seen_subcommand_from create list delete" -f -a "delete" -d 'Take an override back; one that has begun ends now'
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -l user -d 'Whom, by name, e-mail address or id' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -l start -d 'From when: by the schedule\'s clock, ISO 8601, or from now, such as 3h' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -l end -d 'Until when' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -l for -d 'For how long, instead of an end' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -l since -d 'From when' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -l until -d 'Until when [default: 90 days after]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from delete" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from delete" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from delete" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from delete" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from delete" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from delete" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from delete" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from delete" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand override; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -f -a "create" -d 'Make an address; it is shown once'
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -f -a "list" -d 'List the addresses, without their secrets'
complete -c pd -n "__fish_pd_using_subcommand feed; and not __fish_seen_subcommand_from create list delete" -f -a "delete" -d 'Make an address stop to work'
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -l user -d 'The shifts of this user in all schedules' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -l schedule -d 'All shifts of this schedule' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from list" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from list" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from list" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from list" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from list" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from list" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from delete" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from delete" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from delete" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from delete" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from delete" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from delete" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from delete" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from delete" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand feed; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -f -a "import" -d 'Read an iCalendar file; one of the same name is replaced'
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -f -a "list" -d 'List the calendars'
complete -c pd -n "__fish_pd_using_subcommand calendar; and not __fish_seen_subcommand_from import list delete" -f -a "delete" -d 'Delete a calendar: nobody is off call by it any more'
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -l name -d 'What to call it' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -l user -d 'Whose absences these are, by name, e-mail address or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -l zone -d 'In which zone whole days are meant [default: the calendar\'s own, or UTC]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from list" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from list" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from list" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from list" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from list" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from list" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from delete" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from delete" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from delete" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from delete" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from delete" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from delete" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from delete" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from delete" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand calendar; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand link" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand link" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand link" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand link" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand link" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand link" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand link" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand link" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand link" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand link" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand update" -l subject -d 'The same in a few words' -r
complete -c pd -n "__fish_pd_using_subcommand update" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand update" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand update" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand update" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand update" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand update" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand update" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand update" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand update" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand subscribe" -l user -d 'A user, by name, e-mail address or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand subscribe" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand subscribe" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand subscribe" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand subscribe" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand subscribe" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand subscribe" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand subscribe" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand subscribe" -l remove -d 'Not any more'
complete -c pd -n "__fish_pd_using_subcommand subscribe" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand subscribe" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand subscribe" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -f -a "create" -d 'Make a maintenance window'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -f -a "list" -d 'List maintenance windows: those that run or will, the earliest first'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -f -a "end" -d 'End a running window now; one that comes every week comes again'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and not __fish_seen_subcommand_from create list end delete" -f -a "delete" -d 'Remove a window that has not begun, or end a running one for good'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l service -d 'For this service, by name or id; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l if -d 'Only for alerts for which this holds, see `pd rule --help`' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l start -d 'When it begins [default: now]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l end -d 'When it ends' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l for -d 'How long it is' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l weekly -d 'On these days of every week: mon,tue,wed,thu,fri,sat,sun' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l at -d 'From this time of those days on: HH:MM' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l zone -d 'By the clock of this time zone, such as Europe/Berlin' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -l service -d 'Only of this service, by name or id' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -s a -l all -d 'Those that are over, too'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from end" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from end" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from end" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from end" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from end" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from end" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from end" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from end" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from end" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from end" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from delete" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from delete" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from delete" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from delete" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from delete" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from delete" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from delete" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from delete" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand maintenance; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -f -a "create" -d 'Make a heartbeat'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -f -a "list" -d 'List heartbeats by name'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and not __fish_seen_subcommand_from create list delete" -f -a "delete" -d 'Remove a heartbeat and resolve its incident'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -l service -d 'Whose incident it is when it is missed, by name or id' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -l period -d 'How far two pings are apart' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -l grace -d 'How much later a ping may come [default: a tenth of the period, at least a minute]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -l max-runtime -d 'How long after `start` the end may come [default: it is not waited for]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from list" -l service -d 'Only of this service, by name or id' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from list" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from list" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from list" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from list" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from list" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from list" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from delete" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from delete" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from delete" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from delete" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from delete" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from delete" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from delete" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from delete" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand heartbeat; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand exec" -l heartbeat -d 'The heartbeat\'s key, as `pd heartbeat list -o wide` shows it' -r
complete -c pd -n "__fish_pd_using_subcommand exec" -l limit -d 'End the command when it takes longer: it gets SIGTERM, ten seconds later SIGKILL' -r
complete -c pd -n "__fish_pd_using_subcommand exec" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand exec" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand exec" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand exec" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand exec" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand exec" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand exec" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand exec" -l no-spool -d 'Lose a ping rather than keep it on this machine while the server is away'
complete -c pd -n "__fish_pd_using_subcommand exec" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand exec" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand exec" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -f -a "list" -d 'List the global rules, or those of a service, in order'
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -f -a "add" -d 'Add a rule at the end of its list'
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -f -a "remove" -d 'Remove a rule'
complete -c pd -n "__fish_pd_using_subcommand rule; and not __fish_seen_subcommand_from list add remove set" -f -a "set" -d 'Replace a whole list by that of a file, in TOML or JSON'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from list" -l service -d 'Those of this service, by name or id, rather than the global ones' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from list" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from list" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from list" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from list" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from list" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from list" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l service -d 'Those of this service, by name or id, rather than the global ones' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l if -d 'When it applies [default: always]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l pause -d 'Page only if it still fires after this long' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l route -d 'Send it to this service; global rules only' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -s s -l severity -d 'How bad it is' -r -f -a "critical\t''
error\t''
warning\t''
info\t''"
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l priority -d 'The priority of its incident, by name or id' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l set -d 'Write a field anew: FIELD=TEMPLATE; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l note -d 'Write a note on its incident' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l first -d 'Put it before the others'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l stop -d 'Pass over the rules after it when it applies'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l drop -d 'Count the event, and nothing else'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l suppress -d 'Record the alert and page nobody'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from remove" -l service -d 'Those of this service, by name or id, rather than the global ones' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from remove" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from remove" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from remove" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from remove" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from remove" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from remove" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from remove" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from remove" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from set" -l service -d 'Those of this service, by name or id, rather than the global ones' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from set" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from set" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from set" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from set" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from set" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from set" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from set" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from set" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from set" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand rule; and __fish_seen_subcommand_from set" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand route; and not __fish_seen_subcommand_from test" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand route; and not __fish_seen_subcommand_from test" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand route; and not __fish_seen_subcommand_from test" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand route; and not __fish_seen_subcommand_from test" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand route; and not __fish_seen_subcommand_from test" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand route; and not __fish_seen_subcommand_from test" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand route; and not __fish_seen_subcommand_from test" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand route; and not __fish_seen_subcommand_from test" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand route; and not __fish_seen_subcommand_from test" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand route; and not __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand route; and not __fish_seen_subcommand_from test" -f -a "test" -d 'Tell what would become of an event, rule by rule; nothing is stored and nobody is paged'
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l event -d 'A file with an event as it is sent to /v2/enqueue; `-` reads standard input' -r -F
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -s s -l severity -d 'How bad it is' -r -f -a "critical\t''
error\t''
warning\t''
info\t''"
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l source -d 'What is affected [default: the name of this machine]' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l component -d 'The part of the source that is affected' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l group -d 'What the source belongs to' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l class -d 'The kind of problem' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -s d -l details -d 'More about it: KEY=VALUE, or a JSON object; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -s k -l dedup-key -d 'What joins events about the same problem' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l routing-key -d 'Where the event comes in, rather than where the context says' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l expect -d 'Fail unless it ends at this service, by name or id' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand route; and __fish_seen_subcommand_from test" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand apply" -s f -l file -d 'A file, a folder of .toml and .json files, or `-` for standard input; may be given several times' -r -F
complete -c pd -n "__fish_pd_using_subcommand apply" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand apply" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand apply" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand apply" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand apply" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand apply" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand apply" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand apply" -l dry-run -d 'Say what would change, and change nothing'
complete -c pd -n "__fish_pd_using_subcommand apply" -l prune -d 'Remove what is there and not in the files, of the kinds that they name'
complete -c pd -n "__fish_pd_using_subcommand apply" -s y -l yes -d 'Remove without asking'
complete -c pd -n "__fish_pd_using_subcommand apply" -l error-unchanged -d 'Exit with code 3 when there is nothing to do'
complete -c pd -n "__fish_pd_using_subcommand apply" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand apply" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand apply" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand export" -l only -d 'Only these kinds: users, teams, schedules, escalation_policies, services, heartbeats, event_rules, maintenance_windows' -r
complete -c pd -n "__fish_pd_using_subcommand export" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand export" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand export" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand export" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand export" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand export" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand export" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand export" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand export" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand import; and not __fish_seen_subcommand_from pagerduty" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand import; and not __fish_seen_subcommand_from pagerduty" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand import; and not __fish_seen_subcommand_from pagerduty" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand import; and not __fish_seen_subcommand_from pagerduty" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand import; and not __fish_seen_subcommand_from pagerduty" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand import; and not __fish_seen_subcommand_from pagerduty" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand import; and not __fish_seen_subcommand_from pagerduty" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand import; and not __fish_seen_subcommand_from pagerduty" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand import; and not __fish_seen_subcommand_from pagerduty" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand import; and not __fish_seen_subcommand_from pagerduty" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand import; and not __fish_seen_subcommand_from pagerduty" -f -a "pagerduty" -d 'Take an account over from PagerDuty, or from another pd, which speaks the same API'
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -l from -d 'The address of the API to read from' -r
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -l from-token-file -d 'Read the source\'s API key from this file, rather than from the variable PAGERDUTY_TOKEN' -r -F
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -l save -d 'Write a file for `pd apply`, and apply nothing' -r -F
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -l dry-run -d 'Say what would change, and change nothing'
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand import; and __fish_seen_subcommand_from pagerduty" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand audit" -l limit -d 'How many changes at most' -r
complete -c pd -n "__fish_pd_using_subcommand audit" -l kind -d 'Only changes of this kind: users, schedules, escalation_policies, services, event_rules, …' -r
complete -c pd -n "__fish_pd_using_subcommand audit" -l action -d 'Only create, update or delete' -r
complete -c pd -n "__fish_pd_using_subcommand audit" -l since -d 'Only changes from this time on' -r
complete -c pd -n "__fish_pd_using_subcommand audit" -l until -d 'Only changes before this time' -r
complete -c pd -n "__fish_pd_using_subcommand audit" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand audit" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand audit" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand audit" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand audit" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand audit" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand audit" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand audit" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand audit" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand check" -l weeks -d 'How many weeks ahead' -r
complete -c pd -n "__fish_pd_using_subcommand check" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand check" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand check" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand check" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand check" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand check" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand check" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand check" -l strict -d 'Let warnings count as well'
complete -c pd -n "__fish_pd_using_subcommand check" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand check" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand explain" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand explain" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand explain" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand explain" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand explain" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand explain" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand explain" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand explain" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand explain" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand explain" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand simulate" -l summary -d 'What is wrong, in one line, rather than a file' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -s s -l severity -d 'How bad it is' -r -f -a "critical\t''
error\t''
warning\t''
info\t''"
complete -c pd -n "__fish_pd_using_subcommand simulate" -l source -d 'What is affected [default: the name of this machine]' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -l component -d 'The part of the source that is affected' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -l group -d 'What the source belongs to' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -l class -d 'The kind of problem' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -s d -l details -d 'More about it: KEY=VALUE, or a JSON object; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -s k -l dedup-key -d 'What joins events about the same problem' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -l routing-key -d 'Where the event comes in, rather than where the context says' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -l at -d 'As if it came at this time (by the local clock, ISO 8601, or from now, such as 3h) rather than now' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand simulate" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand simulate" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand simulate" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand simulate" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand simulate" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand simulate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -f -a "list" -d 'List the drills, and why one cannot be started on this node now'
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -f -a "run" -d 'Run a drill on the node that answers, and print its report'
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -f -a "report" -d 'Show the drills that ran on this node, the newest first, or one of them'
complete -c pd -n "__fish_pd_using_subcommand drill; and not __fish_seen_subcommand_from list run report stop" -f -a "stop" -d 'End what a drill makes, now; its report follows'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from list" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from list" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from list" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from list" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from list" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from list" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -l for -d 'How long the failure lasts [default: 5m; of `node`, while nobody else is there: 30s]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -l datacenter -d 'Of `datacenter`: whose store nodes are gone [default: the one that the node prefers]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -l channel -d 'Of `provider`: which is down [default: the first that there is]' -r -f -a "email\t''
webhook\t''
console\t''"
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -l by -d 'Of `slow-store`: how much slower; of `clock`: how far ahead, or with `-` behind [default: 500ms; 20s]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from run" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from report" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from report" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from report" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from report" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from report" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from report" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from report" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from report" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from report" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from report" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from stop" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from stop" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from stop" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from stop" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from stop" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from stop" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from stop" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from stop" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from stop" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand drill; and __fish_seen_subcommand_from stop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand tui" -l theme -d 'default, light, colour-blind or mono' -r -f -a "default\t'For dark terminals'
light\t'For light terminals'
colour-blind\t'Blue and orange, which everybody tells apart'
mono\t'No colour at all'"
complete -c pd -n "__fish_pd_using_subcommand tui" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand tui" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand tui" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand tui" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand tui" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand tui" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand tui" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand tui" -l read-only -d 'Change nothing'
complete -c pd -n "__fish_pd_using_subcommand tui" -l mouse -d 'Use the mouse: the terminal\'s own selection then needs shift'
complete -c pd -n "__fish_pd_using_subcommand tui" -l no-icons -d 'Draw plain letters only'
complete -c pd -n "__fish_pd_using_subcommand tui" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand tui" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand tui" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand status" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand status" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand status" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand status" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand status" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand status" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand status" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand status" -l jobs -d 'List the scheduled work instead: its pace, how far it is, and why it waits'
complete -c pd -n "__fish_pd_using_subcommand status" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand status" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand serve" -l config -d 'The server\'s configuration [default: /etc/pd/pd.toml, if it is there]' -r -F
complete -c pd -n "__fish_pd_using_subcommand serve" -l data -d 'The data folder [default: ~/.local/share/pd]' -r -F
complete -c pd -n "__fish_pd_using_subcommand serve" -l listen -d 'Serve HTTP here, rather than where the configuration says' -r
complete -c pd -n "__fish_pd_using_subcommand serve" -l clock-offset -d 'Make this process\'s clock wrong by so many milliseconds, to see what a wrong clock does' -r
complete -c pd -n "__fish_pd_using_subcommand serve" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand serve" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand serve" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand serve" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand serve" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand serve" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand serve" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand serve" -l without-controls -d 'Run without what keeps overload from becoming an outage, to see what it is for'
complete -c pd -n "__fish_pd_using_subcommand serve" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand serve" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -f -a "show" -d 'Show the context that is used; with -o json its token, too'
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -f -a "list" -d 'List the contexts'
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -f -a "use" -d 'Use a context from now on'
complete -c pd -n "__fish_pd_using_subcommand context; and not __fish_seen_subcommand_from show list use add" -f -a "add" -d 'Add a server'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from show" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from show" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from show" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from show" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from show" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from show" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from show" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from show" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from list" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from list" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from list" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from list" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from list" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from list" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from use" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from use" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from use" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from use" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from use" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from use" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from use" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from use" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from use" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from use" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -l token-command -d 'A command that prints its token, each time the context is used' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -l routing-key -d 'Where events go unless they say otherwise' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -l use -d 'Use it from now on'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -l force -d 'Replace a context of the same name'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand context; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand api" -s f -l field -d 'A field as text: KEY=VALUE, or KEY[KEY]=VALUE for one within another; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand api" -s F -l typed-field -d 'A field as JSON: KEY=5, KEY=true, KEY=[1,2]; may be given several times' -r
complete -c pd -n "__fish_pd_using_subcommand api" -l input -d 'Send this file as the body; `-` sends standard input' -r -F
complete -c pd -n "__fish_pd_using_subcommand api" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand api" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand api" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand api" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand api" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand api" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand api" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand api" -l paginate -d 'Get all pages of a list, and print its items'
complete -c pd -n "__fish_pd_using_subcommand api" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand api" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand api" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -f -a "list" -d 'List what waits, and what the server has rejected'
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -f -a "flush" -d 'Send what waits, in order'
complete -c pd -n "__fish_pd_using_subcommand spool; and not __fish_seen_subcommand_from list flush drop" -f -a "drop" -d 'Forget events'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from list" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from list" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from list" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from list" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from list" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from list" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from list" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from list" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from flush" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from flush" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from flush" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from flush" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from flush" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from flush" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from flush" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from flush" -l stale -d 'Also what is older than a day'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from flush" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from flush" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from flush" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -l rejected -d 'What the server has rejected'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -l all -d 'Everything'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand spool; and __fish_seen_subcommand_from drop" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand config; and not __fish_seen_subcommand_from check" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand config; and not __fish_seen_subcommand_from check" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand config; and not __fish_seen_subcommand_from check" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand config; and not __fish_seen_subcommand_from check" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand config; and not __fish_seen_subcommand_from check" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand config; and not __fish_seen_subcommand_from check" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand config; and not __fish_seen_subcommand_from check" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand config; and not __fish_seen_subcommand_from check" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand config; and not __fish_seen_subcommand_from check" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand config; and not __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand config; and not __fish_seen_subcommand_from check" -f -a "check" -d 'Check a configuration without starting anything'
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -l config -d 'The server\'s configuration [default: /etc/pd/pd.toml, if it is there]' -r -F
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -l data -d 'The data folder [default: ~/.local/share/pd]' -r -F
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand config; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand backup" -l config -d 'The server\'s configuration [default: /etc/pd/pd.toml, if it is there]' -r -F
complete -c pd -n "__fish_pd_using_subcommand backup" -l data -d 'The data folder [default: ~/.local/share/pd]' -r -F
complete -c pd -n "__fish_pd_using_subcommand backup" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand backup" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand backup" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand backup" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand backup" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand backup" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand backup" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand backup" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand backup" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand restore" -l config -d 'The server\'s configuration [default: /etc/pd/pd.toml, if it is there]' -r -F
complete -c pd -n "__fish_pd_using_subcommand restore" -l data -d 'The data folder [default: ~/.local/share/pd]' -r -F
complete -c pd -n "__fish_pd_using_subcommand restore" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand restore" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand restore" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand restore" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand restore" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand restore" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand restore" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand restore" -l replace -d 'Replace the data that is there'
complete -c pd -n "__fish_pd_using_subcommand restore" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand restore" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand recover" -l config -d 'The server\'s configuration [default: /etc/pd/pd.toml, if it is there]' -r -F
complete -c pd -n "__fish_pd_using_subcommand recover" -l data -d 'The data folder [default: ~/.local/share/pd]' -r -F
complete -c pd -n "__fish_pd_using_subcommand recover" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand recover" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand recover" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand recover" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand recover" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand recover" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand recover" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand recover" -l apply -d 'Do what is proposed'
complete -c pd -n "__fish_pd_using_subcommand recover" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand recover" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand recover" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand journal" -l from -d 'Begin at this position, rather than at the oldest entry' -r
complete -c pd -n "__fish_pd_using_subcommand journal" -l limit -d 'At most so many' -r
complete -c pd -n "__fish_pd_using_subcommand journal" -l config -d 'The server\'s configuration [default: /etc/pd/pd.toml, if it is there]' -r -F
complete -c pd -n "__fish_pd_using_subcommand journal" -l data -d 'The data folder [default: ~/.local/share/pd]' -r -F
complete -c pd -n "__fish_pd_using_subcommand journal" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand journal" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand journal" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand journal" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand journal" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand journal" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand journal" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand journal" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand journal" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand journal" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -f -a "init" -d 'Make the keyspace and the tables of a cluster'
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -f -a "check" -d 'Check whether the stores may be relied on'
complete -c pd -n "__fish_pd_using_subcommand store; and not __fish_seen_subcommand_from init check copy" -f -a "copy" -d 'Move a stopped installation to other stores'
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -l replication -d 'How many replicas each datacenter holds' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -l config -d 'The server\'s configuration [default: /etc/pd/pd.toml, if it is there]' -r -F
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -l data -d 'The data folder [default: ~/.local/share/pd]' -r -F
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from init" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -l config -d 'The server\'s configuration [default: /etc/pd/pd.toml, if it is there]' -r -F
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -l data -d 'The data folder [default: ~/.local/share/pd]' -r -F
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from check" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -l config -d 'The server\'s configuration [default: /etc/pd/pd.toml, if it is there]' -r -F
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -l data -d 'The data folder [default: ~/.local/share/pd]' -r -F
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -l force -d 'Also when processes on a cluster were heard of within the last minute'
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand store; and __fish_seen_subcommand_from copy" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand man" -l dir -d 'Write all pages into this folder' -r -F
complete -c pd -n "__fish_pd_using_subcommand man" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand man" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand man" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand man" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand man" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand man" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand man" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand man" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand man" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c pd -n "__fish_pd_using_subcommand completions" -l dir -d 'Write those of all shells into this folder' -r -F
complete -c pd -n "__fish_pd_using_subcommand completions" -l context -d 'Ask the server of this context, rather than the current one [env: PD_CONTEXT]' -r
complete -c pd -n "__fish_pd_using_subcommand completions" -l url -d 'Ask the server at this address, not that of a context; several with commas are tried in order [env: PD_URL]' -r
complete -c pd -n "__fish_pd_using_subcommand completions" -l token-file -d 'Read the API token from this file' -r -F
complete -c pd -n "__fish_pd_using_subcommand completions" -s o -l output -d 'The form of what is printed' -r -f -a "table\t'Columns, or text for people'
wide\t'More columns'
json\t'PagerDuty\'s objects, as the API gives them'
jsonl\t'The same, each on one line'
yaml\t'The same as YAML'
csv\t'All columns, separated by commas'
name\t'The kind and the id: `incident/Q1A2B3C4D5E6F7`'"
complete -c pd -n "__fish_pd_using_subcommand completions" -l color -d 'Use colour: auto, always or never' -r -f -a "auto\t'On a terminal, unless the environment asks for none'
always\t'Also into files and pipes'
never\t'Not at all'"
complete -c pd -n "__fish_pd_using_subcommand completions" -l timeout -d 'How long to wait for one answer' -r
complete -c pd -n "__fish_pd_using_subcommand completions" -l retry -d 'How long to go on asking while the server is away [default: 5s for events, 2s for the rest]' -r
complete -c pd -n "__fish_pd_using_subcommand completions" -s q -l quiet -d 'Print ids only'
complete -c pd -n "__fish_pd_using_subcommand completions" -l no-header -d 'Print no header above columns'
complete -c pd -n "__fish_pd_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
