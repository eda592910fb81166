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
complete -c stripesync -n "__fish_stripesync_needs_command" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_needs_command" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_needs_command" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_needs_command" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_needs_command" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_needs_command" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_needs_command" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_needs_command" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "sync" -d 'Pull accounts into the file'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "batch-sync" -d 'Pull many accounts, those first that waited longest'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "accounts" -d 'Add, find, list and remove accounts'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "companies" -d 'Say which of your companies accounts and customers belong to'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "listen" -d 'Receive webhooks, and keep the file current to the second'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "replay" -d 'Take events from files or from the log, as if they were delivered; or send them elsewhere'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "test-webhook" -d 'Take one event by the receiver\'s own path, and show what it does'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "status" -d 'Show what the file holds and how fresh it is'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "events" -d 'Show what the event log holds, and prune it'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "retry-failed" -d 'Try failed events once more'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "webhooks" -d 'Set up whom the services send events to'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "sandbox" -d 'Serve a look-alike of both services on this machine'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "completions" -d 'Write completions for a shell'
complete -c stripesync -n "__fish_stripesync_needs_command" -f -a "man" -d 'Write the man pages'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l provider -d 'Only this service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l account -d 'Only this account (acct_…) or company (a number); may be repeated' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l exclude -d 'Leave these out, and what can only be read with them: a name, or several with commas' -r -f -a "account_capabilities\t''
account_external_accounts\t''
account_persons\t''
accounts\t''
all\t''
apple_pay_domains\t''
application_fee_refunds\t''
application_fees\t''
apps_installs\t''
apps_secrets\t''
archive\t''
archive_categories\t''
balance_transactions\t''
billing_alerts\t''
billing_credit_balance_transactions\t''
billing_credit_grants\t''
billing_feedback_options\t''
billing_meter_event_summaries\t''
billing_meters\t''
billing_portal_configurations\t''
cashbook\t''
charges\t''
checkout_session_line_items\t''
checkout_sessions\t''
clients\t''
climate_orders\t''
climate_products\t''
climate_suppliers\t''
cost_centers\t''
countries\t''
country_specs\t''
coupons\t''
credit_note_lines\t''
credit_notes\t''
currencies\t''
customer_balance_transactions\t''
customer_cash_balance_transactions\t''
customer_sources\t''
customer_tax_ids\t''
customers\t''
discounts\t''
disputes\t''
dn_causals\t''
emails\t''
entitlements_active_entitlements\t''
entitlements_features\t''
exchange_rates\t''
file_links\t''
files\t''
financial_connections_account_owners\t''
financial_connections_accounts\t''
financial_connections_transactions\t''
forwarding_requests\t''
identity_verification_reports\t''
identity_verification_sessions\t''
invoice_items\t''
invoice_lines\t''
invoice_payments\t''
invoice_rendering_templates\t''
invoices\t''
issued_document_items\t''
issued_document_payments\t''
issued_documents\t''
issuing_authorizations\t''
issuing_cardholders\t''
issuing_cards\t''
issuing_disputes\t''
issuing_personalization_designs\t''
issuing_physical_bundles\t''
issuing_tokens\t''
issuing_transactions\t''
languages\t''
measures\t''
payment_accounts\t''
payment_attempt_records\t''
payment_intent_amount_details_line_items\t''
payment_intents\t''
payment_link_line_items\t''
payment_links\t''
payment_method_configurations\t''
payment_method_domains\t''
payment_methods\t''
payment_records\t''
payouts\t''
plans\t''
price_list_items\t''
price_lists\t''
prices\t''
product_catalog_trial_offers\t''
product_categories\t''
product_features\t''
products\t''
promotion_codes\t''
quote_computed_upfront_line_items\t''
quote_line_items\t''
quotes\t''
radar_early_fraud_warnings\t''
radar_value_list_items\t''
radar_value_lists\t''
receipt_items\t''
receipts\t''
received_document_categories\t''
received_document_items\t''
received_document_payments\t''
received_documents\t''
received_documents_pending\t''
refunds\t''
reporting_report_runs\t''
reporting_report_types\t''
revenue_centers\t''
reviews\t''
setup_attempts\t''
setup_intents\t''
shipping_rates\t''
sigma_scheduled_query_runs\t''
source_transactions\t''
subscription_items\t''
subscription_schedules\t''
subscriptions\t''
suppliers\t''
tax_calculation_line_items\t''
tax_codes\t''
tax_ids\t''
tax_locations\t''
tax_rates\t''
tax_registrations\t''
tax_transaction_line_items\t''
taxes\t''
templates\t''
terminal_configurations\t''
terminal_locations\t''
terminal_readers\t''
test_helpers_test_clocks\t''
three_d_secure_authentications\t''
topups\t''
transfer_reversals\t''
transfers\t''
treasury_credit_reversals\t''
treasury_debit_reversals\t''
treasury_financial_accounts\t''
treasury_inbound_transfers\t''
treasury_outbound_payments\t''
treasury_outbound_transfers\t''
treasury_received_credits\t''
treasury_received_debits\t''
treasury_transaction_entries\t''
treasury_transactions\t''
vat_types\t''
webhook_endpoints\t''"
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l since -d 'Read only what was created from then on: 2026-01-31 (UTC) or 2026-01-31T12:00:00Z' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l every -d 'Stay, and sync again this often, from 10s to 7d: 90s, 15m, 2h, 1d' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l jobs -d 'Most requests at once, 1 to 32' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l rate -d 'Share of the service\'s rate limit to use, 1% to 100%; the rest is left to your own traffic' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l all -d 'Pull everything, as without a name'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l all-accounts -d 'Also the accounts that are connected to each key\'s own (`accounts discover` finds them)'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l initial -d 'Read everything again, even what is complete'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l dry-run -d 'Show what would be asked for, and the least number of requests; ask nothing, write nothing'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l sandbox -d 'Pull from a built-in look-alike of both services: no key, no network; into ./sandbox.db unless --database is given'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand sync" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l limit -d 'How many accounts, those first that waited longest' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l company-id -d 'Only accounts that belong to this company of your own: one of `stripesync companies list`, not of Fatture in Cloud' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l provider -d 'Only this service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l exclude -d 'Leave these out, and what can only be read with them: a name, or several with commas' -r -f -a "account_capabilities\t''
account_external_accounts\t''
account_persons\t''
accounts\t''
all\t''
apple_pay_domains\t''
application_fee_refunds\t''
application_fees\t''
apps_installs\t''
apps_secrets\t''
archive\t''
archive_categories\t''
balance_transactions\t''
billing_alerts\t''
billing_credit_balance_transactions\t''
billing_credit_grants\t''
billing_feedback_options\t''
billing_meter_event_summaries\t''
billing_meters\t''
billing_portal_configurations\t''
cashbook\t''
charges\t''
checkout_session_line_items\t''
checkout_sessions\t''
clients\t''
climate_orders\t''
climate_products\t''
climate_suppliers\t''
cost_centers\t''
countries\t''
country_specs\t''
coupons\t''
credit_note_lines\t''
credit_notes\t''
currencies\t''
customer_balance_transactions\t''
customer_cash_balance_transactions\t''
customer_sources\t''
customer_tax_ids\t''
customers\t''
discounts\t''
disputes\t''
dn_causals\t''
emails\t''
entitlements_active_entitlements\t''
entitlements_features\t''
exchange_rates\t''
file_links\t''
files\t''
financial_connections_account_owners\t''
financial_connections_accounts\t''
financial_connections_transactions\t''
forwarding_requests\t''
identity_verification_reports\t''
identity_verification_sessions\t''
invoice_items\t''
invoice_lines\t''
invoice_payments\t''
invoice_rendering_templates\t''
invoices\t''
issued_document_items\t''
issued_document_payments\t''
issued_documents\t''
issuing_authorizations\t''
issuing_cardholders\t''
issuing_cards\t''
issuing_disputes\t''
issuing_personalization_designs\t''
issuing_physical_bundles\t''
issuing_tokens\t''
issuing_transactions\t''
languages\t''
measures\t''
payment_accounts\t''
payment_attempt_records\t''
payment_intent_amount_details_line_items\t''
payment_intents\t''
payment_link_line_items\t''
payment_links\t''
payment_method_configurations\t''
payment_method_domains\t''
payment_methods\t''
payment_records\t''
payouts\t''
plans\t''
price_list_items\t''
price_lists\t''
prices\t''
product_catalog_trial_offers\t''
product_categories\t''
product_features\t''
products\t''
promotion_codes\t''
quote_computed_upfront_line_items\t''
quote_line_items\t''
quotes\t''
radar_early_fraud_warnings\t''
radar_value_list_items\t''
radar_value_lists\t''
receipt_items\t''
receipts\t''
received_document_categories\t''
received_document_items\t''
received_document_payments\t''
received_documents\t''
received_documents_pending\t''
refunds\t''
reporting_report_runs\t''
reporting_report_types\t''
revenue_centers\t''
reviews\t''
setup_attempts\t''
setup_intents\t''
shipping_rates\t''
sigma_scheduled_query_runs\t''
source_transactions\t''
subscription_items\t''
subscription_schedules\t''
subscriptions\t''
suppliers\t''
tax_calculation_line_items\t''
tax_codes\t''
tax_ids\t''
tax_locations\t''
tax_rates\t''
tax_registrations\t''
tax_transaction_line_items\t''
taxes\t''
templates\t''
terminal_configurations\t''
terminal_locations\t''
terminal_readers\t''
test_helpers_test_clocks\t''
three_d_secure_authentications\t''
topups\t''
transfer_reversals\t''
transfers\t''
treasury_credit_reversals\t''
treasury_debit_reversals\t''
treasury_financial_accounts\t''
treasury_inbound_transfers\t''
treasury_outbound_payments\t''
treasury_outbound_transfers\t''
treasury_received_credits\t''
treasury_received_debits\t''
treasury_transaction_entries\t''
treasury_transactions\t''
vat_types\t''
webhook_endpoints\t''"
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l jobs -d 'Accounts at a time, 1 to 32' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l rate -d 'Share of the services\' rate limits to use, 1% to 100%; the rest is left to your own traffic' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l initial -d 'Read everything of each again, even what is complete'
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l dry-run -d 'Show whose turn it is; read nothing of them, write nothing'
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand batch-sync" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -f -a "add" -d 'Add a key or token under a name, or take up again what was removed'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -f -a "discover" -d 'Find the accounts that all keys and tokens open'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -f -a "list" -d 'List the accounts in the file, and how each stands'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and not __fish_seen_subcommand_from add discover list remove" -f -a "remove" -d 'Delete an account and all its rows from the file; or take a key out of the config file'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -l stripe-key-env -d 'The environment variable that holds the Stripe key; the config file keeps its name, not the key' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -l fic-token-env -d 'The environment variable that holds the token of Fatture in Cloud' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -l provider -d 'Whose key it is; told by its look where this is left away' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -l company-id -d 'Only this company of Fatture in Cloud, not one of your own; without it all that the token opens' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -l provider -d 'Only with the credentials of this service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -l dry-run -d 'Show what would be found; write nothing'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -l include-removed -d 'Take up again what `accounts remove` left out'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from discover" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -l provider -d 'Only those of this service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -l company -l company-id -d 'Only those of this company of your own: one of `stripesync companies list`, not of Fatture in Cloud' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -l status -d 'Only those that stand so; several with commas' -r -f -a "active\t'Synced whenever it is its turn'
failing\t'Its last sync failed'
no-key\t'No key or token that is set opens it'
named\t'Events alone named it'
disconnected\t'Its owner has taken the access back'
removed\t'It was removed by hand'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -l credential -d 'Take this key or token alone out of the config file; what it read stays in the database' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -l mode -d 'Which of its rows, where the file has the account in several modes' -r -f -a "live\t'Real money'
test\t'Stripe\'s test mode, and test servers'
sandbox\t'What `sync --sandbox` made up'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -l keep-data -d 'Keep its rows; it is synced no more'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -l yes -d 'Do not ask'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand accounts; and __fish_seen_subcommand_from remove" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -f -a "add" -d 'Add a company'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -f -a "list" -d 'List the companies, with the accounts and customers that were assigned to each'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -f -a "assign" -d 'Put an account or a customer into a company, or take it out'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and not __fish_seen_subcommand_from add list assign remove" -f -a "remove" -d 'Remove a company; its accounts and customers become nobody\'s'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -l id -d 'Its id, as your customers\' metadata has it under company_id [default: the smallest number that is free and in no metadata]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from add" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from list" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from list" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from list" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from list" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from list" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from list" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -l account -d 'The account (acct_…) or company of Fatture in Cloud (a number), in all its modes' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -l customer -d 'The customer (cus_…)' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -l in-account -d 'The account that the customer is of, where the file has several' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -l none -d 'Take it out of its company'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from assign" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -l yes -d 'Do not ask'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand companies; and __fish_seen_subcommand_from remove" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l host -d 'Address to listen on; others than 127.0.0.1 can be reached from other machines' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l port -d 'Port; 0 takes a free one' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l forward-to -d 'Pass each event on to this address as it came, signature included, once it is in the file' -r -f
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l admin-port -d 'Port for monitors, on 127.0.0.1 alone; 0 takes a free one, off has none' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l catch-up -d 'How often events that never arrived are asked for, with a key: from 10s to 7d' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l skip-verify -d 'Take events without looking at their signatures; for tests on this machine alone'
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand listen" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l event -d 'The event of the log with this id (evt_…); may be repeated' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l type -d 'Events of the log of this type; with * at the end, all that begin so; may be repeated' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l account -d 'Events of the log of this account (acct_…)' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l since -d 'Events of the log that happened from then on: 2026-01-31 (UTC), 2026-01-31T12:00:00Z, or 2h, 1d ago' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l until -d 'Events of the log that happened before then' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l forward-to -d 'Send them to this address, signed anew, and write nothing into the file' -r -f
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l speed -d 'Keep to the times at which they happened, so many times as fast [default: as fast as possible]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l shuffle -d 'Mix the events up; the same seed gives the same order' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l duplicate -d 'How many of them come twice: 20%, or 0.2' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l apply -d 'Take those of files also into a database that holds accounts of Stripe'
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand replay" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -l file -d 'File with one event, or with a bare object (see --type); - for stdin' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -l type -d 'Make an event of this type, of now, of the bare object in the file' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -l url -d 'Post it, signed, to this receiver, and write nothing into the file' -r -f
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -l dry-run -d 'Show what would change; write nothing'
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -l apply -d 'Take it also into a file that holds accounts of Stripe'
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand test-webhook" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l provider -d 'Only this service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l account -d 'Only this account (acct_…) or company (a number), table by table; may be repeated' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l max-age -d 'End with code 3 where an account\'s last sync ended longer ago than this: 90s, 15m, 2h, 1d' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l stats -d 'Show the figures of the event log: how many came, failed, were delivered twice, and how long they took'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l watch -d 'Stay, and draw it anew every two seconds until Ctrl-C; needs a terminal'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand status" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -f -a "list" -d 'List events, those that came in last first'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -f -a "show" -d 'Show one event: its payload, its attempts, and the row that it is about'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and not __fish_seen_subcommand_from list show prune" -f -a "prune" -d 'Take old events out of the log'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l status -d 'Only those with this status; several with commas' -r -f -a "received\t'Its effect is still to be taken'
processed\t'Its effect is taken'
ignored\t'Of a type that concerns no table'
failed\t'Its effect could not be taken; it is tried again'
dead\t'It is not tried again by itself'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l type -d 'Only those of this type; with * at the end, all that begin so' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l account -d 'Only those of this account (acct_…) or company (a number)' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l provider -d 'Only those of this service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l object -d 'Only those about the object with this id (cus_…, in_…)' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l since -d 'Only what happened from then on: 2026-01-31 (UTC), 2026-01-31T12:00:00Z, or 2h, 1d ago' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l until -d 'Only what happened before then' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l limit -d 'At most so many, up to 100,000' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from show" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from show" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from show" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from show" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from show" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from show" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from show" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from show" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from show" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from show" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -l older-than -d 'Those that came in longer ago than this: 31d or more, such as 90d' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -l status -d 'Those with this status; several with commas' -r -f -a "processed\t'Its effect is taken'
ignored\t'Of a type that concerns no table'
failed\t'Its effect could not be taken; it is tried again'
dead\t'It is not tried again by itself'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -l dry-run -d 'Show what would go, by status and type; write nothing'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand events; and __fish_seen_subcommand_from prune" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -l provider -d 'Only those of this service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -l webhook-id -d 'Only the event in this row of the log (see `events list`); may be repeated' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -l type -d 'Only those of this type; with * at the end, all that begin so' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -l dry-run -d 'Show what would be tried; write nothing'
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand retry-failed" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -l credential -d 'With this key or token of the config file ([keys.NAME]), instead of those without a name' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -f -a "list" -d 'Show whom the services send events to'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -f -a "create" -d 'Have a service send events to a receiver'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -f -a "update" -d 'Change where events go, which ones, or whether they do'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -f -a "delete" -d 'Have a service send nothing more'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -f -a "verify" -d 'Check that events can come, and have Fatture in Cloud ask receivers again who they are'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and not __fish_seen_subcommand_from list create update delete verify sync" -f -a "sync" -d 'Read whom the services send events to into the file'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l provider -d 'Only this service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l company -d 'Only this company of Fatture in Cloud' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l credential -d 'With this key or token of the config file ([keys.NAME]), instead of those without a name' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from list" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l provider -d 'Which service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l events -d 'Types of events with commas, or all (Stripe) [default: default, those that concern a table]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l description -d 'What to write about it (Stripe)' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l groups -d 'Groups of types with commas, or all (Fatture in Cloud) [default: all]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l company -d 'Only this company (Fatture in Cloud) [default: all that the token sees]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l wait -d 'How long to wait until the service says that a receiver is verified' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l credential -d 'With this key or token of the config file ([keys.NAME]), instead of those without a name' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l connect -d 'Events of connected accounts instead of the account\'s own (Stripe)'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l print-secret -d 'Write the signing secret to stdout, and nowhere else (Stripe)'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l no-wait -d 'Do not wait until the service says that a receiver is verified'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l live -d 'Change real things'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l dry-run -d 'Show what would be done; read only'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from create" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l url -d 'Where events shall go from now on; of Fatture in Cloud the host' -r -f
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l events -d 'Types of events with commas, all, or default: those that concern a table (Stripe)' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l description -d 'What to write about it (Stripe)' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l company -d 'Whose it is (Fatture in Cloud) [default: every company that the token sees]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l credential -d 'With this key or token of the config file ([keys.NAME]), instead of those without a name' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l enable -d 'Send events to it again (Stripe)'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l disable -d 'Send no events to it for now (Stripe)'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l live -d 'Change real things'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l dry-run -d 'Show what would be changed; read only'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from update" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l company -d 'Whose it is (Fatture in Cloud) [default: every company that the token sees]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l credential -d 'With this key or token of the config file ([keys.NAME]), instead of those without a name' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -s y -l yes -d 'Do not ask'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l live -d 'Change real things'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l dry-run -d 'Show what would go; read only'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from delete" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l provider -d 'Only this service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l company -d 'Only this company (Fatture in Cloud)' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l wait -d 'How long to wait until the service says that a receiver is verified' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l credential -d 'With this key or token of the config file ([keys.NAME]), instead of those without a name' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l probe -d 'Look, too, whether the receiver\'s /healthz answers at that address'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l no-wait -d 'Wait neither for the next permitted attempt nor for its end'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l live -d 'Have real receivers asked'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l dry-run -d 'Check only; have nobody asked'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from verify" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -l provider -d 'Only this service' -r -f -a "stripe\t'Stripe'
fic\t'Fatture in Cloud'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -l company -d 'Only this company (Fatture in Cloud)' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -l credential -d 'With this key or token of the config file ([keys.NAME]), instead of those without a name' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand webhooks; and __fish_seen_subcommand_from sync" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l port -d 'Port on 127.0.0.1; 0 takes a free one' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l customers -d 'How many customers the Stripe account has; all else is in proportion' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l accounts -d 'Its connected accounts: a few large, most small [default: 3 alike]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l companies -d 'Companies of Fatture in Cloud; several are an accountant\'s' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l latency-ms -d 'Milliseconds that every answer waits' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l rate-limit -d 'Requests per second that the Stripe account allows; 0 allows any number' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l receiver-port -d 'Port of the receiver that its companies\' notifications go to' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand sandbox" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l dir -d 'Write the files for all shells into this folder, instead of one to stdout' -r -f -a "(__fish_complete_directories)"
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand completions" -s V -l version -d 'Print version'
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l dir -d 'Folder to write them into; without it the main page goes to stdout' -r -f -a "(__fish_complete_directories)"
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l database -d 'SQLite file [default: ./stripesync.db, or STRIPESYNC_DATABASE]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l config -d 'Config file [default: ~/.config/stripesync/config.toml]' -r -F
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -s p -l project-name -d 'Project of the Stripe CLI\'s own settings, whose key is used when no other is given [default: default]' -r
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l format -d 'How results are written to stdout' -r -f -a "table\t'A table for people'
json\t'One JSON document'
csv\t'Comma-separated values with a header'"
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l color -d 'Whether to use colours on stderr; auto heeds NO_COLOR and CLICOLOR' -r -f -a "auto\t'On a terminal'
on\t'Always'
off\t'Never'"
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l log-format -d 'How log lines are written to stderr' -r -f -a "text\t'Lines for people'
json\t'One JSON object per line'"
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -s q -l quiet -d 'Write only errors to stderr'
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -s v -l verbose -d 'Show every line of the tables, and log steps; -vv logs each request too'
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -l no-input -d 'Never ask a question'
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c stripesync -n "__fish_stripesync_using_subcommand man" -s V -l version -d 'Print version'
