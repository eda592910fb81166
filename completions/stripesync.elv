
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
            cand -p 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --project-name 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --format 'How data is written to stdout'
            cand --color 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand -v 'Log more: once for steps, twice for each request'
            cand --verbose 'Log more: once for steps, twice for each request'
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
            cand --account 'Only this account (acct_…) or company; may be repeated'
            cand --exclude 'Leave a resource out; may be repeated'
            cand --since 'Read only what was created from then on: 2026-01-31 (UTC) or 2026-01-31T12:00:00Z'
            cand --every 'Stay and repeat in this rhythm: 90s, 15m, 2h, 1d'
            cand --jobs 'Most requests in flight, 1 to 32'
            cand --rate 'Share of the service''s rate limit to use, 1% to 100%; the rest is left to your own traffic'
            cand --database 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]'
            cand --config 'Config file [default: ~/.config/stripesync/config.toml]'
            cand -p 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --project-name 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --format 'How data is written to stdout'
            cand --color 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand --all 'Pull everything'
            cand --initial 'Read everything again, even what is complete'
            cand --dry-run 'Show the plan and an estimate of the requests; write nothing'
            cand --sandbox 'Pull from a built-in look-alike of both services: no key, no network; into ./sandbox.db unless --database is given'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand -v 'Log more: once for steps, twice for each request'
            cand --verbose 'Log more: once for steps, twice for each request'
            cand --no-input 'Never ask a question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'stripesync;status'= {
            cand --database 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]'
            cand --config 'Config file [default: ~/.config/stripesync/config.toml]'
            cand -p 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --project-name 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --format 'How data is written to stdout'
            cand --color 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand -v 'Log more: once for steps, twice for each request'
            cand --verbose 'Log more: once for steps, twice for each request'
            cand --no-input 'Never ask a question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'stripesync;sandbox'= {
            cand --port 'Port on 127.0.0.1; 0 takes a free one'
            cand --customers 'How many customers the Stripe account has; the rest grows along'
            cand --latency-ms 'Let every answer wait so long'
            cand --rate-limit 'Requests per second that the Stripe account permits; 0 permits any number'
            cand --database 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]'
            cand --config 'Config file [default: ~/.config/stripesync/config.toml]'
            cand -p 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --project-name 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --format 'How data is written to stdout'
            cand --color 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand -v 'Log more: once for steps, twice for each request'
            cand --verbose 'Log more: once for steps, twice for each request'
            cand --no-input 'Never ask a question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'stripesync;completions'= {
            cand --dir 'Write the files for all shells into this folder instead'
            cand --database 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]'
            cand --config 'Config file [default: ~/.config/stripesync/config.toml]'
            cand -p 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --project-name 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --format 'How data is written to stdout'
            cand --color 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand -v 'Log more: once for steps, twice for each request'
            cand --verbose 'Log more: once for steps, twice for each request'
            cand --no-input 'Never ask a question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
        &'stripesync;man'= {
            cand --dir 'Folder to write them into; without it the first page goes to stdout'
            cand --database 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]'
            cand --config 'Config file [default: ~/.config/stripesync/config.toml]'
            cand -p 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --project-name 'Project of the Stripe CLI''s settings to take a key from when there is no other [default: default]'
            cand --format 'How data is written to stdout'
            cand --color 'Colours on stderr and stdout; auto also heeds NO_COLOR and CLICOLOR'
            cand --log-format 'How log lines are written to stderr'
            cand -q 'Say nothing on stderr but errors'
            cand --quiet 'Say nothing on stderr but errors'
            cand -v 'Log more: once for steps, twice for each request'
            cand --verbose 'Log more: once for steps, twice for each request'
            cand --no-input 'Never ask a question'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
        }
    ]
    $completions[$command]
}
