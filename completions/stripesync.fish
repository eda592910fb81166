# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_stripesync_global_optspecs
    string join \n database= config= p/project-name= format= color= q/quiet v/verbose no-input log-format= h/help V/version
end

function __fish_stripesync_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_stripesync_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_stripesync_using_subcommand
    set -l cmd (__fish_stripesync_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c stripesync -n "__fish_stripesync_needs_command" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_needs_command" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_needs_command" -s p -l project-name -d 'Project of the Stripe CLI\'s settings to take a key from when there is no other [default: default]' -r
complete -c stripesync -n "__fish_stripesync_needs_command" -l format -d 'How data is written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_needs_command" -l color -d 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'Where a terminal reads it'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_needs_command" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'A line for people'
json\t'A JSON object in each line'"
complete -c stripesync -n "__fish_stripesync_needs_command" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c stripesync -n "__fish_stripesync_needs_command" -s v -l verbose -d 'Log more: once for steps, twice for each request'
complete -c stripesync -n "__fish_stripesync_needs_command" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_needs_command" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "sync" -d 'Pull accounts into the file'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "status" -d 'Show what the file holds and how fresh it is'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "sandbox" -d 'Serve a look-alike of both services on this machine'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "completions" -d 'Write completions for a shell'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "man" -d 'Write the man pages'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l provider -d 'Only this service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l account -d 'Only this account (acct_…) or company; may be repeated' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l exclude -d 'Leave a resource out; may be repeated' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l since -d 'Read only what was created from then on: 2026-01-31 (UTC) or 2026-01-31T12:00:00Z' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l every -d 'Stay and repeat in this rhythm: 90s, 15m, 2h, 1d' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l jobs -d 'Most requests in flight, 1 to 32' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l rate -d 'Share of the service\'s rate limit to use, 1% to 100%; the rest is left to your own traffic' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -s p -l project-name -d 'Project of the Stripe CLI\'s settings to take a key from when there is no other [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l format -d 'How data is written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l color -d 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'Where a terminal reads it'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'A line for people'
json\t'A JSON object in each line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l all -d 'Pull everything'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l initial -d 'Read everything again, even what is complete'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l dry-run -d 'Show the plan and an estimate of the requests; write nothing'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l sandbox -d 'Pull from a built-in look-alike of both services: no key, no network; into ./sandbox.db unless --database is given'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -s v -l verbose -d 'Log more: once for steps, twice for each request'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -s p -l project-name -d 'Project of the Stripe CLI\'s settings to take a key from when there is no other [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l format -d 'How data is written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l color -d 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'Where a terminal reads it'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'A line for people'
json\t'A JSON object in each line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -s v -l verbose -d 'Log more: once for steps, twice for each request'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l port -d 'Port on 127.0.0.1; 0 takes a free one' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l customers -d 'How many customers the Stripe account has; the rest grows along' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l latency-ms -d 'Let every answer wait so long' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l rate-limit -d 'Requests per second that the Stripe account permits; 0 permits any number' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -s p -l project-name -d 'Project of the Stripe CLI\'s settings to take a key from when there is no other [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l format -d 'How data is written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l color -d 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'Where a terminal reads it'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'A line for people'
json\t'A JSON object in each line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -s v -l verbose -d 'Log more: once for steps, twice for each request'
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l dir -d 'Write the files for all shells into this folder instead' -r -f -a "(__fish_complete_directories)"
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -s p -l project-name -d 'Project of the Stripe CLI\'s settings to take a key from when there is no other [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l format -d 'How data is written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l color -d 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'Where a terminal reads it'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'A line for people'
json\t'A JSON object in each line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -s v -l verbose -d 'Log more: once for steps, twice for each request'
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l dir -d 'Folder to write them into; without it the first page goes to stdout' -r -f -a "(__fish_complete_directories)"
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -s p -l project-name -d 'Project of the Stripe CLI\'s settings to take a key from when there is no other [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l format -d 'How data is written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l color -d 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'Where a terminal reads it'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'A line for people'
json\t'A JSON object in each line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -s q -l quiet -d 'Say nothing on stderr but errors'
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -s v -l verbose -d 'Log more: once for steps, twice for each request'
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -s V -l version -d 'Print version'
