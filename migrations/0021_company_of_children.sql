-- Lines, items and payments name no customer themselves: what they stand under does, and with it their company.

DROP VIEW company_rows;

-- Every row of every table, with its company; without one where there is none. `resource` is the table. What stands under
-- another object, or belongs to a payment, goes by that one's customer; rows that lead to no customer go by their account
-- alone. Ask for one table (WHERE resource = …), or it reads them all.
CREATE VIEW company_rows AS
SELECT
  o.resource,
  o.account,
  o.id,
  o.created,
  o.customer_id,
  o.company_id,
  (SELECT name FROM companies WHERE id = o.company_id) AS company_name
FROM (SELECT r.*, coalesce(
  (SELECT company FROM accounts WHERE id = r.account),
  (SELECT nullif(trim(CAST(json_extract(c.metadata, '$.company_id') AS TEXT)), '')
   FROM stripe_customers c WHERE c.account = r.account AND c.id = r.customer_id),
  (SELECT company FROM company_customers m WHERE m.account = r.account AND m.customer_id = r.customer_id)) AS company_id
FROM (
  SELECT 'stripe_billing_alerts' AS resource, account, id, NULL AS created, NULL AS customer_id FROM stripe_billing_alerts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_credit_balance_transactions', account, id, created, NULL FROM stripe_billing_credit_balance_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_credit_grants', account, id, created, customer_id FROM stripe_billing_credit_grants WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_feedback_options', account, id, NULL, NULL FROM stripe_billing_feedback_options WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_meters', account, id, created, NULL FROM stripe_billing_meters WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_meter_event_summaries', account, id, NULL, NULL FROM stripe_billing_meter_event_summaries WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_billing_portal_configurations', account, id, created, NULL FROM stripe_billing_portal_configurations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_credit_notes', account, id, created, customer_id FROM stripe_credit_notes WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_credit_note_lines', account, id, NULL, (SELECT p.customer_id FROM stripe_credit_notes p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_credit_note_lines x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_customers', account, id, created, id FROM stripe_customers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_customer_balance_transactions', account, id, created, parent_id FROM stripe_customer_balance_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_customer_cash_balance_transactions', account, id, created, parent_id FROM stripe_customer_cash_balance_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_customer_sources', account, id, NULL, parent_id FROM stripe_customer_sources WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_customer_tax_ids', account, id, created, parent_id FROM stripe_customer_tax_ids WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_entitlements_active_entitlements', account, id, NULL, parent_id FROM stripe_entitlements_active_entitlements WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_entitlements_features', account, id, NULL, NULL FROM stripe_entitlements_features WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_invoice_payments', account, id, created, (SELECT p.customer_id FROM stripe_invoices p WHERE p.account = x.account AND p.id = x.invoice_id) FROM stripe_invoice_payments x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_invoice_rendering_templates', account, id, created, NULL FROM stripe_invoice_rendering_templates WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_invoice_items', account, id, NULL, customer_id FROM stripe_invoice_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_invoices', account, id, created, customer_id FROM stripe_invoices WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_invoice_lines', account, id, NULL, (SELECT p.customer_id FROM stripe_invoices p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_invoice_lines x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_quotes', account, id, created, customer_id FROM stripe_quotes WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_quote_computed_upfront_line_items', account, id, NULL, (SELECT p.customer_id FROM stripe_quotes p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_quote_computed_upfront_line_items x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_quote_line_items', account, id, NULL, (SELECT p.customer_id FROM stripe_quotes p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_quote_line_items x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_subscription_items', account, id, created, (SELECT p.customer_id FROM stripe_subscriptions p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_subscription_items x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_subscription_schedules', account, id, created, customer_id FROM stripe_subscription_schedules WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_subscriptions', account, id, created, customer_id FROM stripe_subscriptions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_calculation_line_items', account, id, NULL, NULL FROM stripe_tax_calculation_line_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_locations', account, id, NULL, NULL FROM stripe_tax_locations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_registrations', account, id, created, NULL FROM stripe_tax_registrations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_transaction_line_items', account, id, NULL, NULL FROM stripe_tax_transaction_line_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_codes', account, id, NULL, NULL FROM stripe_tax_codes WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_ids', account, id, created, customer_id FROM stripe_tax_ids WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_tax_rates', account, id, created, NULL FROM stripe_tax_rates WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_test_helpers_test_clocks', account, id, created, NULL FROM stripe_test_helpers_test_clocks WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_discounts', account, id, NULL, customer_id FROM stripe_discounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_coupons', account, id, created, NULL FROM stripe_coupons WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_links', account, id, NULL, NULL FROM stripe_payment_links WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_link_line_items', account, id, NULL, NULL FROM stripe_payment_link_line_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_plans', account, id, created, NULL FROM stripe_plans WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_prices', account, id, created, NULL FROM stripe_prices WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_product_catalog_trial_offers', account, id, NULL, NULL FROM stripe_product_catalog_trial_offers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_products', account, id, created, NULL FROM stripe_products WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_product_features', account, id, NULL, NULL FROM stripe_product_features WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_promotion_codes', account, id, created, customer_id FROM stripe_promotion_codes WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_shipping_rates', account, id, created, NULL FROM stripe_shipping_rates WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_balance_transactions', account, id, created, coalesce((SELECT p.customer_id FROM stripe_charges p WHERE p.account = x.account AND p.id = x.source_id), (SELECT c.customer_id FROM stripe_refunds p JOIN stripe_charges c ON c.account = p.account AND c.id = p.charge_id WHERE p.account = x.account AND p.id = x.source_id)) FROM stripe_balance_transactions x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_charges', account, id, created, customer_id FROM stripe_charges WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_checkout_sessions', account, id, created, customer_id FROM stripe_checkout_sessions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_checkout_session_line_items', account, id, NULL, (SELECT p.customer_id FROM stripe_checkout_sessions p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_checkout_session_line_items x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_disputes', account, id, created, coalesce((SELECT p.customer_id FROM stripe_charges p WHERE p.account = x.account AND p.id = x.charge_id), (SELECT p.customer_id FROM stripe_payment_intents p WHERE p.account = x.account AND p.id = x.payment_intent_id)) FROM stripe_disputes x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_file_links', account, id, created, NULL FROM stripe_file_links WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_files', account, id, created, NULL FROM stripe_files WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_attempt_records', account, id, created, NULL FROM stripe_payment_attempt_records WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_intents', account, id, created, customer_id FROM stripe_payment_intents WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_intent_amount_details_line_items', account, id, NULL, (SELECT p.customer_id FROM stripe_payment_intents p WHERE p.account = x.account AND p.id = x.parent_id) FROM stripe_payment_intent_amount_details_line_items x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_method_configurations', account, id, NULL, NULL FROM stripe_payment_method_configurations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_method_domains', account, id, created, NULL FROM stripe_payment_method_domains WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_methods', account, id, created, customer_id FROM stripe_payment_methods WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payment_records', account, id, created, NULL FROM stripe_payment_records WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_payouts', account, id, created, NULL FROM stripe_payouts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_radar_early_fraud_warnings', account, id, created, coalesce((SELECT p.customer_id FROM stripe_charges p WHERE p.account = x.account AND p.id = x.charge_id), (SELECT p.customer_id FROM stripe_payment_intents p WHERE p.account = x.account AND p.id = x.payment_intent_id)) FROM stripe_radar_early_fraud_warnings x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_radar_value_list_items', account, id, created, NULL FROM stripe_radar_value_list_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_radar_value_lists', account, id, created, NULL FROM stripe_radar_value_lists WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_refunds', account, id, created, coalesce((SELECT p.customer_id FROM stripe_charges p WHERE p.account = x.account AND p.id = x.charge_id), (SELECT p.customer_id FROM stripe_payment_intents p WHERE p.account = x.account AND p.id = x.payment_intent_id)) FROM stripe_refunds x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_reviews', account, id, created, coalesce((SELECT p.customer_id FROM stripe_charges p WHERE p.account = x.account AND p.id = x.charge_id), (SELECT p.customer_id FROM stripe_payment_intents p WHERE p.account = x.account AND p.id = x.payment_intent_id)) FROM stripe_reviews x WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_setup_attempts', account, id, created, customer_id FROM stripe_setup_attempts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_setup_intents', account, id, created, customer_id FROM stripe_setup_intents WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_source_transactions', account, id, created, NULL FROM stripe_source_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_topups', account, id, created, NULL FROM stripe_topups WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_accounts', account, id, created, NULL FROM stripe_accounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_account_capabilities', account, id, NULL, NULL FROM stripe_account_capabilities WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_account_external_accounts', account, id, NULL, NULL FROM stripe_account_external_accounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_account_persons', account, id, created, NULL FROM stripe_account_persons WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_application_fees', account, id, created, NULL FROM stripe_application_fees WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_application_fee_refunds', account, id, created, NULL FROM stripe_application_fee_refunds WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_country_specs', account, id, NULL, NULL FROM stripe_country_specs WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_exchange_rates', account, id, NULL, NULL FROM stripe_exchange_rates WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_transfers', account, id, created, NULL FROM stripe_transfers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_transfer_reversals', account, id, created, NULL FROM stripe_transfer_reversals WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_authorizations', account, id, created, NULL FROM stripe_issuing_authorizations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_cardholders', account, id, created, NULL FROM stripe_issuing_cardholders WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_cards', account, id, created, NULL FROM stripe_issuing_cards WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_disputes', account, id, created, NULL FROM stripe_issuing_disputes WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_personalization_designs', account, id, created, NULL FROM stripe_issuing_personalization_designs WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_physical_bundles', account, id, NULL, NULL FROM stripe_issuing_physical_bundles WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_tokens', account, id, created, NULL FROM stripe_issuing_tokens WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_issuing_transactions', account, id, created, NULL FROM stripe_issuing_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_credit_reversals', account, id, created, NULL FROM stripe_treasury_credit_reversals WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_debit_reversals', account, id, created, NULL FROM stripe_treasury_debit_reversals WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_financial_accounts', account, id, created, NULL FROM stripe_treasury_financial_accounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_inbound_transfers', account, id, created, NULL FROM stripe_treasury_inbound_transfers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_outbound_payments', account, id, created, NULL FROM stripe_treasury_outbound_payments WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_outbound_transfers', account, id, created, NULL FROM stripe_treasury_outbound_transfers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_received_credits', account, id, created, NULL FROM stripe_treasury_received_credits WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_received_debits', account, id, created, NULL FROM stripe_treasury_received_debits WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_transaction_entries', account, id, created, NULL FROM stripe_treasury_transaction_entries WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_treasury_transactions', account, id, created, NULL FROM stripe_treasury_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_terminal_configurations', account, id, NULL, NULL FROM stripe_terminal_configurations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_terminal_locations', account, id, NULL, NULL FROM stripe_terminal_locations WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_terminal_readers', account, id, NULL, NULL FROM stripe_terminal_readers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_apple_pay_domains', account, id, created, NULL FROM stripe_apple_pay_domains WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_apps_installs', account, id, created, NULL FROM stripe_apps_installs WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_apps_secrets', account, id, created, NULL FROM stripe_apps_secrets WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_climate_orders', account, id, created, NULL FROM stripe_climate_orders WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_climate_products', account, id, created, NULL FROM stripe_climate_products WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_climate_suppliers', account, id, NULL, NULL FROM stripe_climate_suppliers WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_financial_connections_accounts', account, id, created, NULL FROM stripe_financial_connections_accounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_financial_connections_transactions', account, id, NULL, NULL FROM stripe_financial_connections_transactions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_forwarding_requests', account, id, created, NULL FROM stripe_forwarding_requests WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_identity_verification_reports', account, id, created, NULL FROM stripe_identity_verification_reports WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_identity_verification_sessions', account, id, created, NULL FROM stripe_identity_verification_sessions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_reporting_report_runs', account, id, created, NULL FROM stripe_reporting_report_runs WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_reporting_report_types', account, id, NULL, NULL FROM stripe_reporting_report_types WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_sigma_scheduled_query_runs', account, id, created, NULL FROM stripe_sigma_scheduled_query_runs WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_three_d_secure_authentications', account, id, created, NULL FROM stripe_three_d_secure_authentications WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_webhook_endpoints', account, id, created, NULL FROM stripe_webhook_endpoints WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_clients', account, id, created_s, NULL FROM fic_clients WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_suppliers', account, id, created_s, NULL FROM fic_suppliers WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_products', account, id, created_s, NULL FROM fic_products WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_price_lists', account, id, NULL, NULL FROM fic_price_lists WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_price_list_items', account, id, NULL, NULL FROM fic_price_list_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_issued_documents', account, id, created_s, NULL FROM fic_issued_documents WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_issued_document_items', account, id, NULL, NULL FROM fic_issued_document_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_issued_document_payments', account, id, NULL, NULL FROM fic_issued_document_payments WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_received_documents', account, id, created_s, NULL FROM fic_received_documents WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_received_document_items', account, id, NULL, NULL FROM fic_received_document_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_received_document_payments', account, id, NULL, NULL FROM fic_received_document_payments WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_received_documents_pending', account, id, NULL, NULL FROM fic_received_documents_pending WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_receipts', account, id, created_s, NULL FROM fic_receipts WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_receipt_items', account, id, NULL, NULL FROM fic_receipt_items WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_taxes', account, id, NULL, NULL FROM fic_taxes WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_cashbook', account, id, NULL, NULL FROM fic_cashbook WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_archive', account, id, NULL, NULL FROM fic_archive WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_emails', account, id, NULL, NULL FROM fic_emails WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_vat_types', account, id, NULL, NULL FROM fic_vat_types WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_payment_methods', account, id, NULL, NULL FROM fic_payment_methods WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_payment_accounts', account, id, NULL, NULL FROM fic_payment_accounts WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_revenue_centers', account, id, NULL, NULL FROM fic_revenue_centers WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_cost_centers', account, id, NULL, NULL FROM fic_cost_centers WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_product_categories', account, id, NULL, NULL FROM fic_product_categories WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_received_document_categories', account, id, NULL, NULL FROM fic_received_document_categories WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_archive_categories', account, id, NULL, NULL FROM fic_archive_categories WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_templates', account, id, NULL, NULL FROM fic_templates WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_countries', account, id, NULL, NULL FROM fic_countries WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_currencies', account, id, NULL, NULL FROM fic_currencies WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_languages', account, id, NULL, NULL FROM fic_languages WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_measures', account, id, NULL, NULL FROM fic_measures WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_dn_causals', account, id, NULL, NULL FROM fic_dn_causals WHERE deleted_at IS NULL
  UNION ALL SELECT 'fic_webhook_subscriptions', account, id, NULL, NULL FROM fic_webhook_subscriptions WHERE deleted_at IS NULL
  UNION ALL SELECT 'stripe_financial_connections_account_owners', account, id, NULL, NULL FROM stripe_financial_connections_account_owners WHERE deleted_at IS NULL
) r) o;
