
use builtin;
use str;

set edit:completion:arg-completer[stripesync] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'stripesync'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'stripesync'= {
            cand --database 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]'
            cand --config 'Config file [default: ~/.config/stripesync/config.toml]'
            cand -p 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --project-name 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --format 'How results are written to stdout'
            cand --color 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand -q 'Write only errors to stderr'
            cand --quiet 'Write only errors to stderr'
            cand -v 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --verbose 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --no-input 'Never ask a question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand sync 'Pull accounts into the file'
            cand status 'Show what the file holds and how fresh it is'
            cand sandbox 'Serve a look-alike of both services on this machine'
            cand completions 'Write completions for a shell'
            cand man 'Write the man pages'
        }
        &'stripesync;sync'= {
            cand --provider 'Only this service'
            cand --account 'Only this account (acct_…) or company (a number); may be repeated'
            cand --exclude 'Leave these out, and what can only be read with them: a name, or several with commas'
            cand --since 'Read only what was created from then on: 2026-01-31 (UTC) or 2026-01-31T12:00:00Z'
            cand --every 'Stay, and sync again this often, from 10s to 7d: 90s, 15m, 2h, 1d'
            cand --jobs 'Most requests at once, 1 to 32'
            cand --rate 'Share of the service''s rate limit to use, 1% to 100%; the rest is left to your own traffic'
            cand --database 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]'
            cand --config 'Config file [default: ~/.config/stripesync/config.toml]'
            cand -p 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --project-name 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --format 'How results are written to stdout'
            cand --color 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand --all 'Pull everything, as without a name'
            cand --initial 'Read everything again, even what is complete'
            cand --dry-run 'Show what would be asked for, and the least number of requests; ask nothing, write nothing'
            cand --sandbox 'Pull from a built-in look-alike of both services: no key, no network; into ./sandbox.db unless --database is given'
            cand -q 'Write only errors to stderr'
            cand --quiet 'Write only errors to stderr'
            cand -v 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --verbose 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --no-input 'Never ask a question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'stripesync;status'= {
            cand --database 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]'
            cand --config 'Config file [default: ~/.config/stripesync/config.toml]'
            cand -p 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --project-name 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --format 'How results are written to stdout'
            cand --color 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand -q 'Write only errors to stderr'
            cand --quiet 'Write only errors to stderr'
            cand -v 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --verbose 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --no-input 'Never ask a question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'stripesync;sandbox'= {
            cand --port 'Port on 127.0.0.1; 0 takes a free one'
            cand --customers 'How many customers the Stripe account has; all else is in proportion'
            cand --latency-ms 'Milliseconds that every answer waits'
            cand --rate-limit 'Requests per second that the Stripe account allows; 0 allows any number'
            cand --database 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]'
            cand --config 'Config file [default: ~/.config/stripesync/config.toml]'
            cand -p 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --project-name 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --format 'How results are written to stdout'
            cand --color 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand -q 'Write only errors to stderr'
            cand --quiet 'Write only errors to stderr'
            cand -v 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --verbose 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --no-input 'Never ask a question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'stripesync;completions'= {
            cand --dir 'Write the files for all shells into this folder, instead of one to stdout'
            cand --database 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]'
            cand --config 'Config file [default: ~/.config/stripesync/config.toml]'
            cand -p 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --project-name 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --format 'How results are written to stdout'
            cand --color 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand -q 'Write only errors to stderr'
            cand --quiet 'Write only errors to stderr'
            cand -v 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --verbose 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --no-input 'Never ask a question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'stripesync;man'= {
            cand --dir 'Folder to write them into; without it the main page goes to stdout'
            cand --database 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]'
            cand --config 'Config file [default: ~/.config/stripesync/config.toml]'
            cand -p 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --project-name 'Project of the Stripe CLI''s own settings, whose key is used when no other is given [default: default]'
            cand --format 'How results are written to stdout'
            cand --color 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand -q 'Write only errors to stderr'
            cand --quiet 'Write only errors to stderr'
            cand -v 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --verbose 'Show every line of the tables, and log steps; -vv logs each request too'
            cand --no-input 'Never ask a question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
    ]
    $completions[$command]
}
