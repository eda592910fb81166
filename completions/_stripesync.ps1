
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'stripesync' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'stripesync'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'stripesync' {
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('sync', 'sync', [CompletionResultType]::ParameterValue, 'Pull accounts into the file')
            [CompletionResult]::new('listen', 'listen', [CompletionResultType]::ParameterValue, 'Receive webhooks, and keep the file current to the second')
            [CompletionResult]::new('replay', 'replay', [CompletionResultType]::ParameterValue, 'Take events from files, as if they were delivered')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show what the file holds and how fresh it is')
            [CompletionResult]::new('events', 'events', [CompletionResultType]::ParameterValue, 'Show what the event log holds')
            [CompletionResult]::new('retry-failed', 'retry-failed', [CompletionResultType]::ParameterValue, 'Try failed events once more')
            [CompletionResult]::new('sandbox', 'sandbox', [CompletionResultType]::ParameterValue, 'Serve a look-alike of both services on this machine')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Write completions for a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Write the man pages')
            break
        }
        'stripesync;sync' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only this service')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Only this account (acct_…) or company (a number); may be repeated')
            [CompletionResult]::new('--exclude', '--exclude', [CompletionResultType]::ParameterName, 'Leave these out, and what can only be read with them: a name, or several with commas')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Read only what was created from then on: 2026-01-31 (UTC) or 2026-01-31T12:00:00Z')
            [CompletionResult]::new('--every', '--every', [CompletionResultType]::ParameterName, 'Stay, and sync again this often, from 10s to 7d: 90s, 15m, 2h, 1d')
            [CompletionResult]::new('--jobs', '--jobs', [CompletionResultType]::ParameterName, 'Most requests at once, 1 to 32')
            [CompletionResult]::new('--rate', '--rate', [CompletionResultType]::ParameterName, 'Share of the service''s rate limit to use, 1% to 100%; the rest is left to your own traffic')
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Pull everything, as without a name')
            [CompletionResult]::new('--initial', '--initial', [CompletionResultType]::ParameterName, 'Read everything again, even what is complete')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be asked for, and the least number of requests; ask nothing, write nothing')
            [CompletionResult]::new('--sandbox', '--sandbox', [CompletionResultType]::ParameterName, 'Pull from a built-in look-alike of both services: no key, no network; into ./sandbox.db unless --database is given')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'stripesync;listen' {
            [CompletionResult]::new('--host', '--host', [CompletionResultType]::ParameterName, 'Address to listen on; others than 127.0.0.1 can be reached from other machines')
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port; 0 takes a free one')
            [CompletionResult]::new('--catch-up', '--catch-up', [CompletionResultType]::ParameterName, 'How often events that never arrived are asked for, with a key: from 10s to 7d')
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('--skip-verify', '--skip-verify', [CompletionResultType]::ParameterName, 'Take events without looking at their signatures; for tests on this machine alone')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'stripesync;replay' {
            [CompletionResult]::new('--shuffle', '--shuffle', [CompletionResultType]::ParameterName, 'Mix the events up; the same seed gives the same order')
            [CompletionResult]::new('--duplicate', '--duplicate', [CompletionResultType]::ParameterName, 'How many of a hundred events come twice')
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('--apply', '--apply', [CompletionResultType]::ParameterName, 'Take them also into a file that holds accounts of Stripe')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'stripesync;status' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only this service')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'End with code 3 where an account was last synced longer ago than this: 90s, 15m, 2h, 1d')
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('--stats', '--stats', [CompletionResultType]::ParameterName, 'Show the figures of the event log: how many came, failed, were delivered twice, and how long they took')
            [CompletionResult]::new('--watch', '--watch', [CompletionResultType]::ParameterName, 'Stay, and draw it anew every two seconds until Ctrl-C; needs a terminal')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'stripesync;events' {
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List events, those that came in last first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one event: its payload, its attempts, and the row that it is about')
            break
        }
        'stripesync;events;list' {
            [CompletionResult]::new('--status', '--status', [CompletionResultType]::ParameterName, 'Only those with this status; several with commas')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Only those of this type; with * at the end, all that begin so')
            [CompletionResult]::new('--account', '--account', [CompletionResultType]::ParameterName, 'Only those of this account (acct_…) or company (a number)')
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only those of this service')
            [CompletionResult]::new('--object', '--object', [CompletionResultType]::ParameterName, 'Only those about the object with this id (cus_…, in_…)')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only what happened from then on: 2026-01-31 (UTC) or 2026-01-31T12:00:00Z')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Only what happened before then')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'At most so many, up to 100,000')
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'stripesync;events;show' {
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'stripesync;retry-failed' {
            [CompletionResult]::new('--provider', '--provider', [CompletionResultType]::ParameterName, 'Only those of this service')
            [CompletionResult]::new('--webhook-id', '--webhook-id', [CompletionResultType]::ParameterName, 'Only the event in this row of the log (see `events list`); may be repeated')
            [CompletionResult]::new('--type', '--type', [CompletionResultType]::ParameterName, 'Only those of this type; with * at the end, all that begin so')
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Show what would be tried; write nothing')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'stripesync;sandbox' {
            [CompletionResult]::new('--port', '--port', [CompletionResultType]::ParameterName, 'Port on 127.0.0.1; 0 takes a free one')
            [CompletionResult]::new('--customers', '--customers', [CompletionResultType]::ParameterName, 'How many customers the Stripe account has; all else is in proportion')
            [CompletionResult]::new('--latency-ms', '--latency-ms', [CompletionResultType]::ParameterName, 'Milliseconds that every answer waits')
            [CompletionResult]::new('--rate-limit', '--rate-limit', [CompletionResultType]::ParameterName, 'Requests per second that the Stripe account allows; 0 allows any number')
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'stripesync;completions' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write the files for all shells into this folder, instead of one to stdout')
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
        'stripesync;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Folder to write them into; without it the main page goes to stdout')
            [CompletionResult]::new('--database', '--database', [CompletionResultType]::ParameterName, 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'Config file [default: ~/.config/stripesync/config.toml]')
            [CompletionResult]::new('-p', '-p', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--project-name', '--project-name', [CompletionResultType]::ParameterName, 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]')
            [CompletionResult]::new('--format', '--format', [CompletionResultType]::ParameterName, 'How results are written to stdout')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR')
            [CompletionResult]::new('--log-format', '--log-format', [CompletionResultType]::ParameterName, 'How log lines are written to stderr')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Write only errors to stderr')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Show every line of the tables, and log steps; -vv logs each request too')
            [CompletionResult]::new('--no-input', '--no-input', [CompletionResultType]::ParameterName, 'Never ask a question')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
