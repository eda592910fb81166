-- What a checkout links: somebody's own reference, the customer that came of it, and what was bought.
CREATE INDEX stripe_checkout_sessions_by_client_reference_id ON stripe_checkout_sessions (client_reference_id);
CREATE VIEW checkouts_overview AS
SELECT
  k.account,
  k.id,
  k.client_reference_id,
  k.customer_id,
  c.name AS customer_name,
  coalesce(c.email, k.customer_email, json_extract(k.data, '$.customer_details.email')) AS customer_email,
  k.mode,
  k.status,
  k.payment_status,
  k.subscription_id,
  s.status AS subscription_status,
  k.payment_intent_id,
  k.invoice_id,
  k.currency,
  k.amount_total_minor,
  k.created,
  k.unsettled
FROM stripe_checkout_sessions k
LEFT JOIN stripe_customers c ON c.account = k.account AND c.id = k.customer_id
LEFT JOIN stripe_subscriptions s ON s.account = k.account AND s.id = k.subscription_id
WHERE k.deleted_at IS NULL;
