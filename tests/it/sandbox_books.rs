//! The sandbox's books: whoever joins its tables finds that numbers agree.

use stripesync::sandbox::fic::FicSettings;
use stripesync::sandbox::{Options, START_S, Sandbox, Sizes};
use stripesync::store::Store;

use super::fic_world;
use super::support;

/// A rule: its name, the rows that it is about, and what each of them must fulfil; NULL does not.
type Rule = (&'static str, &'static str, &'static str);

/// Stripe's; 1793491200 is the sandbox's now.
const STRIPE: &[Rule] = &[
    // Invoices and their lines.
    (
        "an invoice's lines add up to its subtotal, discounts, tax and total",
        "stripe_invoices v JOIN (SELECT parent_id, sum(amount_minor) amount, sum(coalesce(discount_minor, 0)) discount,
           sum(coalesce(tax_minor, 0)) tax FROM stripe_invoice_lines GROUP BY 1) l ON l.parent_id = v.id",
        "v.subtotal_minor = l.amount AND coalesce(v.tax_minor, 0) = l.tax
           AND v.total_minor = l.amount - l.discount + l.tax AND v.amount_due_minor = v.total_minor",
    ),
    ("every invoice has lines", "stripe_invoices v", "v.id IN (SELECT parent_id FROM stripe_invoice_lines)"),
    (
        "an invoice's discount amounts and taxes say the same as its sums",
        "stripe_invoices v",
        "total_minor = subtotal_minor + coalesce(tax_minor, 0) - coalesce(discount_minor, 0)
         AND coalesce(discount_minor, 0)
           = (SELECT coalesce(sum(value ->> '$.amount'), 0) FROM json_each(data, '$.total_discount_amounts'))
         AND coalesce(tax_minor, 0) = (SELECT coalesce(sum(value ->> '$.amount'), 0) FROM json_each(data, '$.total_taxes'))
         AND data ->> '$.total_excluding_tax' = total_minor - coalesce(tax_minor, 0)",
    ),
    (
        "an invoice is paid when nothing remains",
        "stripe_invoices",
        "amount_remaining_minor = amount_due_minor - amount_paid_minor
           AND (status = 'paid') = (amount_remaining_minor = 0) AND amount_due_minor > 0
           AND (paid_at IS NOT NULL) = (status = 'paid') AND (voided_at IS NOT NULL) = (status = 'void')
           AND (finalized_at IS NULL) = (status = 'draft') AND (number IS NULL) = (status = 'draft')",
    ),
    (
        "a line is its price times its quantity, in the invoice's currency",
        "stripe_invoice_lines l LEFT JOIN stripe_invoices v ON v.id = l.parent_id
         LEFT JOIN stripe_prices p ON p.id = l.price_id WHERE l.unit_amount_decimal IS NOT NULL",
        "l.currency = v.currency AND p.currency = v.currency
           AND abs(l.amount_minor - l.unit_amount_decimal * l.quantity_decimal) < 0.5
           AND (l.proration OR l.unit_amount_decimal = p.unit_amount_decimal) AND l.product_id = p.product_id",
    ),
    (
        "a line in tiers costs what the tiers say",
        "stripe_invoice_lines l LEFT JOIN stripe_prices p ON p.id = l.price_id WHERE l.unit_amount_decimal IS NULL",
        "p.billing_scheme = 'tiered' AND CASE
           WHEN l.quantity_decimal + 0 <= 10 THEN abs(l.amount_minor - 1000 - 0.123456789012 * l.quantity_decimal) <= 0.5
           WHEN p.tiers_mode = 'volume' THEN l.amount_minor = 500 * l.quantity_decimal
           ELSE l.amount_minor = 1001 + 500 * (l.quantity_decimal - 10) END",
    ),
    (
        "a line of a subscription bills an item of that very subscription",
        "stripe_invoice_lines l LEFT JOIN stripe_invoices v ON v.id = l.parent_id
         LEFT JOIN stripe_subscription_items i ON i.id = l.subscription_item_id
         WHERE v.subscription_id IS NOT NULL",
        "l.subscription_id = v.subscription_id AND i.parent_id = v.subscription_id AND i.price_id = l.price_id
           AND (l.proration OR i.quantity = l.quantity_decimal)",
    ),
    (
        "an invoice bills every item of its subscription",
        "stripe_invoices v JOIN stripe_subscription_items i ON i.parent_id = v.subscription_id",
        "EXISTS (SELECT 1 FROM stripe_invoice_lines l WHERE l.parent_id = v.id AND l.subscription_item_id = i.id
           AND NOT l.proration)",
    ),
    (
        "a line of an invoice written by hand bills an invoice item",
        "stripe_invoices v LEFT JOIN stripe_invoice_lines l ON l.parent_id = v.id
         LEFT JOIN stripe_invoice_items i ON i.id = l.invoice_item_id WHERE v.subscription_id IS NULL",
        "i.invoice_id = v.id AND i.customer_id = v.customer_id AND i.amount_minor = l.amount_minor
           AND i.currency = l.currency AND i.price_id = l.price_id AND v.billing_reason = 'manual'",
    ),
    (
        "an invoice item waits, or its invoice bills it",
        "stripe_invoice_items i LEFT JOIN stripe_prices p ON p.id = i.price_id",
        "p.currency = i.currency AND abs(i.amount_minor - coalesce(p.unit_amount_decimal, i.amount_minor)) < 0.5
           AND (i.invoice_id IS NULL OR i.id IN (SELECT invoice_item_id FROM stripe_invoice_lines))",
    ),
    (
        "a tax is its rate of what is taxed",
        "stripe_invoice_lines l JOIN json_each(l.data, '$.taxes') t
         LEFT JOIN stripe_tax_rates r ON r.id = t.value ->> '$.tax_rate_details.tax_rate'",
        "t.value ->> '$.taxable_amount' = l.amount_minor - coalesce(l.discount_minor, 0)
           AND abs((t.value ->> '$.amount') - (t.value ->> '$.taxable_amount') * r.percentage / 100.0)
             <= CASE l.currency WHEN 'kwd' THEN 5 ELSE 0.5 END",
    ),
    (
        "taxes are those of the customer's country",
        "stripe_invoices v JOIN json_each(v.data, '$.total_taxes') t
         LEFT JOIN stripe_tax_rates r ON r.id = t.value ->> '$.tax_rate_details.tax_rate'
         LEFT JOIN stripe_customers c ON c.id = v.customer_id WHERE t.type = 'object' AND c.id IS NOT NULL",
        "r.country = c.country",
    ),
    // Payments.
    (
        "an invoice's payment joins invoice, payment intent and charge: same customer, currency and amount",
        "stripe_invoice_payments y LEFT JOIN stripe_invoices v ON v.id = y.invoice_id
         LEFT JOIN stripe_payment_intents p ON p.id = y.payment_intent_id
         LEFT JOIN stripe_charges h ON h.id = p.latest_charge_id",
        "y.currency = v.currency AND p.currency = v.currency AND p.customer_id = v.customer_id
           AND y.amount_requested_minor = v.amount_due_minor AND p.amount_minor = v.amount_due_minor
           AND (h.id IS NULL OR (h.payment_intent_id = p.id AND h.customer_id = v.customer_id
             AND h.currency = v.currency AND h.amount_minor = v.amount_due_minor))",
    ),
    (
        "what was paid of an invoice is what its payments and charges brought",
        "stripe_invoices v LEFT JOIN (SELECT y.invoice_id, sum(y.amount_paid_minor) paid, sum(h.amount_captured_minor) got
           FROM stripe_invoice_payments y LEFT JOIN stripe_charges h ON h.payment_intent_id = y.payment_intent_id
           AND h.status = 'succeeded' GROUP BY 1) y ON y.invoice_id = v.id",
        "coalesce(y.paid, 0) = v.amount_paid_minor AND coalesce(y.got, 0) = v.amount_paid_minor",
    ),
    (
        "payment, intent and invoice tell one status",
        "stripe_invoices v LEFT JOIN stripe_invoice_payments y ON y.invoice_id = v.id
         LEFT JOIN stripe_payment_intents p ON p.id = y.payment_intent_id",
        "CASE v.status WHEN 'paid' THEN y.status = 'paid' AND p.status = 'succeeded'
           WHEN 'void' THEN y.status = 'canceled' AND p.status = 'canceled'
           WHEN 'draft' THEN y.id IS NULL
           ELSE y.status = 'open' AND p.status = 'requires_payment_method' END",
    ),
    (
        "a payment intent received what its charge captured",
        "stripe_payment_intents p LEFT JOIN stripe_charges h ON h.payment_intent_id = p.id",
        "p.amount_received_minor = coalesce(h.amount_captured_minor, 0) AND p.latest_charge_id IS h.id
           AND (p.status = 'succeeded') = (coalesce(h.status, '') = 'succeeded')
           AND (h.id IS NULL OR (h.amount_minor = p.amount_minor AND h.customer_id = p.customer_id))
           AND (p.canceled_at IS NOT NULL) = (p.status = 'canceled')
           AND (p.last_error_code IS h.failure_code)",
    ),
    (
        "a charge is of a customer who was there, and by a method of that customer",
        "stripe_charges h LEFT JOIN stripe_customers c ON c.id = h.customer_id
         LEFT JOIN stripe_payment_methods m ON m.id = h.payment_method_id WHERE c.id IS NOT NULL",
        "c.created <= h.created AND c.currency = h.currency
           AND (m.id IS NULL OR (m.customer_id = h.customer_id AND m.data ->> '$.card.last4' = h.card_last4
             AND m.data ->> '$.card.brand' = h.card_brand))",
    ),
    (
        "a charge has failed, or money and a balance transaction",
        "stripe_charges h",
        "CASE status WHEN 'failed' THEN failure_code IS NOT NULL AND amount_captured_minor = 0 AND NOT paid
             AND balance_transaction_id IS NULL
           ELSE failure_code IS NULL AND amount_captured_minor = amount_minor AND paid
             AND balance_transaction_id IS NOT NULL END",
    ),
    (
        "a paid checkout session has the sum of its items, its payment intent and that one's charge",
        "stripe_checkout_sessions s LEFT JOIN stripe_payment_intents p ON p.id = s.payment_intent_id
         LEFT JOIN stripe_charges h ON h.payment_intent_id = p.id",
        "s.amount_total_minor = (SELECT sum(amount_total_minor) FROM stripe_checkout_session_line_items i
             WHERE i.parent_id = s.id AND i.currency = s.currency)
           AND CASE s.status WHEN 'complete' THEN s.payment_status = 'paid' AND h.status = 'succeeded'
             AND p.amount_minor = s.amount_total_minor AND p.customer_id = s.customer_id AND p.currency = s.currency
           ELSE s.payment_status = 'unpaid' AND p.id IS NULL END",
    ),
    (
        "a quote has the sum of its lines",
        "stripe_quotes q LEFT JOIN stripe_customers c ON c.id = q.customer_id",
        "q.amount_total_minor = (SELECT sum(amount_total_minor) FROM stripe_quote_line_items i
             WHERE i.parent_id = q.id AND i.currency = q.currency)
           AND (c.id IS NULL OR c.currency = q.currency)",
    ),
    (
        "what a quote asks for at once is the sum of those lines",
        "stripe_quotes q JOIN (SELECT parent_id, sum(amount_total_minor) total
           FROM stripe_quote_computed_upfront_line_items GROUP BY 1) u ON u.parent_id = q.id",
        "q.data ->> '$.computed.upfront.amount_total' = u.total AND u.total < q.amount_total_minor",
    ),
    // Money that went back.
    (
        "a charge's refunds add up to what it says was refunded",
        "stripe_charges h LEFT JOIN (SELECT charge_id, sum(amount_minor) total, count(*) n FROM stripe_refunds GROUP BY 1) r
         ON r.charge_id = h.id",
        "h.amount_refunded_minor = coalesce(r.total, 0) AND h.refunded = (h.amount_refunded_minor = h.amount_minor)
           AND h.amount_refunded_minor <= h.amount_captured_minor",
    ),
    (
        "a refund is later than its charge, and in its currency",
        "stripe_refunds r LEFT JOIN stripe_charges h ON h.id = r.charge_id",
        "r.created >= h.created AND r.currency = h.currency AND r.payment_intent_id IS h.payment_intent_id
           AND r.amount_minor > 0 AND h.status = 'succeeded'",
    ),
    ("some refunds are in part", "stripe_charges WHERE amount_refunded_minor > 0 AND NOT refunded", "1"),
    ("some refunds are whole", "stripe_charges WHERE refunded", "1"),
    (
        "a dispute is about a charge that says so",
        "stripe_disputes d LEFT JOIN stripe_charges h ON h.id = d.charge_id",
        "h.disputed AND d.amount_minor = h.amount_minor AND d.currency = h.currency AND d.created >= h.created
           AND d.payment_intent_id IS h.payment_intent_id AND d.evidence_due_by > d.created",
    ),
    (
        "a disputed charge has a dispute",
        "stripe_charges h WHERE disputed",
        "h.id IN (SELECT charge_id FROM stripe_disputes)",
    ),
    (
        "a credit note has the sum of its lines, and its invoice and customer know it",
        "stripe_credit_notes n LEFT JOIN stripe_invoices v ON v.id = n.invoice_id
         LEFT JOIN (SELECT parent_id, sum(amount_minor) total FROM stripe_credit_note_lines GROUP BY 1) l ON l.parent_id = n.id",
        "n.total_minor = l.total AND n.amount_minor = l.total AND n.subtotal_minor = l.total AND n.created >= v.created
           AND n.customer_id = v.customer_id AND n.currency = v.currency AND n.total_minor < v.total_minor
           AND v.data ->> '$.post_payment_credit_notes_amount' = l.total
           AND n.data ->> '$.post_payment_amount' + n.data ->> '$.pre_payment_amount' = l.total",
    ),
    (
        "an invoice that was credited has a credit note",
        "stripe_invoices v WHERE data ->> '$.post_payment_credit_notes_amount' > 0",
        "v.id IN (SELECT invoice_id FROM stripe_credit_notes)",
    ),
    // The balance.
    (
        "a balance transaction adds up",
        "stripe_balance_transactions b",
        "net_minor = amount_minor - fee_minor AND available_on > created
           AND fee_minor = (SELECT coalesce(sum(value ->> '$.amount'), 0) FROM json_each(data, '$.fee_details'))
           AND (status = 'pending') = (available_on > 1793491200)",
    ),
    (
        "a balance transaction of a charge is that charge, exchanged at its rate",
        "stripe_balance_transactions b LEFT JOIN stripe_charges h ON h.id = b.source_id WHERE b.type = 'charge'",
        "h.balance_transaction_id = b.id AND b.created = h.created AND (b.exchange_rate IS NULL) = (b.currency = h.currency)
           AND abs(b.amount_minor - h.amount_minor * coalesce(b.exchange_rate, 1)
             * CASE h.currency WHEN 'jpy' THEN 100 WHEN 'kwd' THEN 0.1 ELSE 1 END) <= 0.51",
    ),
    (
        "a balance transaction of a refund is that refund, at the charge's rate",
        "stripe_balance_transactions b LEFT JOIN stripe_refunds r ON r.id = b.source_id
         LEFT JOIN stripe_charges h ON h.id = r.charge_id
         LEFT JOIN stripe_balance_transactions c ON c.id = h.balance_transaction_id WHERE b.type = 'refund'",
        "r.balance_transaction_id = b.id AND b.amount_minor < 0 AND b.exchange_rate IS c.exchange_rate
           AND abs(b.amount_minor + 1.0 * c.amount_minor * r.amount_minor / h.amount_minor) <= 1",
    ),
    (
        "a dispute takes the charge's money and a fee, and brings it back when won",
        "stripe_disputes d LEFT JOIN stripe_charges h ON h.id = d.charge_id
         LEFT JOIN stripe_balance_transactions c ON c.id = h.balance_transaction_id",
        "(SELECT sum(amount_minor) FROM stripe_balance_transactions b WHERE b.source_id = d.id)
             = CASE d.status WHEN 'won' THEN 0 ELSE -c.amount_minor END
           AND (SELECT sum(value ->> '$.net') FROM json_each(d.data, '$.balance_transactions'))
             = (SELECT sum(net_minor) FROM stripe_balance_transactions b WHERE b.source_id = d.id)",
    ),
    (
        "a payout is what its balance transaction takes",
        "stripe_payouts p LEFT JOIN stripe_balance_transactions b ON b.id = p.balance_transaction_id",
        "b.source_id = p.id AND b.net_minor = -p.amount_minor AND b.type = 'payout' AND p.amount_minor <> 0
           AND p.currency = b.currency AND p.arrival_date > p.created
           AND (p.status = 'paid') = (p.arrival_date <= 1793491200)",
    ),
    (
        "nothing points to a balance transaction that is not there",
        "(SELECT balance_transaction_id b FROM stripe_charges UNION ALL SELECT balance_transaction_id FROM stripe_refunds
          UNION ALL SELECT balance_transaction_id FROM stripe_payouts
          UNION ALL SELECT balance_transaction_id FROM stripe_transfers) WHERE b IS NOT NULL",
        "b IN (SELECT id FROM stripe_balance_transactions)",
    ),
    (
        "a transfer was reversed by the sum of its reversals",
        "stripe_transfers t LEFT JOIN (SELECT parent_id, sum(amount_minor) total FROM stripe_transfer_reversals GROUP BY 1) r
         ON r.parent_id = t.id",
        "t.amount_reversed_minor = coalesce(r.total, 0)",
    ),
    (
        "an application fee was refunded by the sum of its refunds",
        "stripe_application_fees t LEFT JOIN (SELECT parent_id, sum(data ->> '$.amount') total
           FROM stripe_application_fee_refunds GROUP BY 1) r ON r.parent_id = t.id",
        "t.data ->> '$.amount_refunded' = coalesce(r.total, 0)",
    ),
    (
        "a customer's balance is the sum of his balance transactions, and the newest says so",
        "stripe_customers c LEFT JOIN (SELECT parent_id, sum(amount_minor) total, min(ending_balance_minor) newest
           FROM stripe_customer_balance_transactions GROUP BY 1) b ON b.parent_id = c.id WHERE c.deleted_at IS NULL",
        "c.balance_minor = coalesce(b.total, 0) AND c.balance_minor = coalesce(b.newest, 0)",
    ),
    (
        "a customer balance transaction is in the customer's currency",
        "stripe_customer_balance_transactions b LEFT JOIN stripe_customers c ON c.id = b.parent_id
         WHERE c.deleted_at IS NULL",
        "b.currency = c.currency AND b.ending_balance_minor <= b.amount_minor AND b.created >= c.created
           AND b.invoice_id IS NULL",
    ),
    // Subscriptions and what is sold.
    (
        "a subscription's newest invoice is its latest",
        "stripe_subscriptions s LEFT JOIN stripe_invoices v ON v.id = s.latest_invoice_id",
        "v.subscription_id = s.id AND v.customer_id = s.customer_id AND v.currency = s.currency
           AND v.created = (SELECT max(created) FROM stripe_invoices o WHERE o.subscription_id = s.id)",
    ),
    (
        "every invoice is of its subscription's customer and younger than both",
        "stripe_invoices v LEFT JOIN stripe_subscriptions s ON s.id = v.subscription_id
         LEFT JOIN stripe_customers c ON c.id = v.customer_id WHERE c.id IS NOT NULL",
        "(v.subscription_id IS NULL OR (s.customer_id = v.customer_id AND s.currency = v.currency AND s.created <= v.created))
           AND c.created <= v.created AND c.currency = v.currency",
    ),
    (
        "a subscription is younger than its customer and in his currency",
        "stripe_subscriptions s LEFT JOIN stripe_customers c ON c.id = s.customer_id WHERE c.id IS NOT NULL",
        "c.created <= s.created AND c.currency = s.currency",
    ),
    (
        "an item's price is in the file, says the same, and fits the subscription",
        "stripe_subscription_items i LEFT JOIN stripe_subscriptions s ON s.id = i.parent_id
         LEFT JOIN stripe_prices p ON p.id = i.price_id",
        "p.currency = s.currency AND i.currency = s.currency AND i.interval = p.interval
           AND i.interval_count = p.interval_count AND i.product_id = p.product_id
           AND i.unit_amount_decimal IS p.unit_amount_decimal AND i.billing_scheme = p.billing_scheme
           AND i.data ->> '$.price.unit_amount' IS p.unit_amount_minor
           AND i.data ->> '$.plan.amount' IS p.unit_amount_minor AND i.data ->> '$.plan.interval' = p.interval
           AND i.data ->> '$.plan.id' = p.id AND p.created <= i.created
           AND p.product_id IN (SELECT id FROM stripe_products)",
    ),
    (
        "a price's amount is its decimal amount where that is whole",
        "stripe_prices p WHERE billing_scheme = 'per_unit'",
        "CASE WHEN instr(unit_amount_decimal, '.') THEN unit_amount_minor IS NULL
           ELSE unit_amount_minor = unit_amount_decimal END",
    ),
    (
        "the current period of what runs contains now and began with the latest invoice",
        "stripe_subscriptions s LEFT JOIN stripe_subscription_items i ON i.parent_id = s.id
         LEFT JOIN stripe_invoices v ON v.id = s.latest_invoice_id WHERE s.status <> 'canceled'",
        "i.current_period_start <= 1793491200 AND i.current_period_end > 1793491200
           AND i.current_period_start = v.created AND s.ended_at IS NULL
           AND (i.current_period_end - i.current_period_start) / 86400
             = i.interval_count * CASE i.interval WHEN 'year' THEN 365 ELSE 30 END",
    ),
    (
        "what is canceled has ended, after its last invoice and before now",
        "stripe_subscriptions s LEFT JOIN stripe_invoices v ON v.id = s.latest_invoice_id WHERE s.status = 'canceled'",
        "s.ended_at >= v.created AND s.ended_at = s.canceled_at AND s.ended_at < 1793491200",
    ),
    (
        "a subscription's status is that of its latest invoice",
        "stripe_subscriptions s LEFT JOIN stripe_invoices v ON v.id = s.latest_invoice_id WHERE s.status <> 'canceled'",
        "CASE s.status WHEN 'past_due' THEN v.status = 'open' WHEN 'unpaid' THEN v.status = 'uncollectible'
           WHEN 'trialing' THEN v.status = 'paid' AND s.trial_end > 1793491200 AND s.trial_start <= 1793491200
           ELSE v.status <> 'uncollectible' END",
    ),
    ("some subscriptions run", "stripe_subscriptions WHERE status = 'active'", "1"),
    (
        "a product's default price is one of its own",
        "stripe_products d LEFT JOIN stripe_prices p ON p.id = d.data ->> '$.default_price'
         WHERE d.data ->> '$.default_price' IS NOT NULL",
        "p.product_id = d.id",
    ),
    // Discounts.
    (
        "a discount's coupon and code are in the file and fit each other and the currency",
        "stripe_discounts d LEFT JOIN stripe_coupons c ON c.id = d.coupon_id
         LEFT JOIN stripe_promotion_codes p ON p.id = d.promotion_code_id
         LEFT JOIN stripe_invoices v ON v.id = d.parent_id",
        "c.id IS NOT NULL AND (d.promotion_code_id IS NULL OR p.coupon_id = c.id)
           AND (c.currency IS NULL OR v.id IS NULL OR c.currency = v.currency) AND c.created <= d.start",
    ),
    (
        "an invoice's own discount takes off what its coupon says",
        "stripe_invoices v JOIN json_each(v.data, '$.total_discount_amounts') t
         JOIN stripe_discounts d ON d.id = t.value ->> '$.discount' AND d.parent_id = v.id
         LEFT JOIN stripe_coupons c ON c.id = d.coupon_id",
        "CASE WHEN c.percent_off IS NULL THEN (t.value ->> '$.amount') = min(c.amount_off_minor, v.subtotal_minor)
           ELSE abs((t.value ->> '$.amount') - v.subtotal_minor * c.percent_off / 100)
             <= (SELECT count(*) * CASE v.currency WHEN 'kwd' THEN 10 ELSE 1 END
                 FROM stripe_invoice_lines l WHERE l.parent_id = v.id) END",
    ),
    (
        "a coupon was redeemed as often as discounts come from it",
        "stripe_coupons c",
        "times_redeemed = (SELECT count(DISTINCT id) FROM stripe_discounts d WHERE d.coupon_id = c.id)",
    ),
    ("some coupon was redeemed", "stripe_coupons WHERE times_redeemed > 0", "valid AND redeem_by IS NULL"),
    (
        "a promotion code was redeemed as often as discounts come from it",
        "stripe_promotion_codes c",
        "times_redeemed = (SELECT count(DISTINCT id) FROM stripe_discounts d WHERE d.promotion_code_id = c.id)",
    ),
    // Setting up.
    (
        "payments fail for several reasons, of several brands",
        "(SELECT count(DISTINCT failure_code) codes, count(DISTINCT card_brand) brands FROM payments_overview
          WHERE status = 'failed')",
        "codes > 2 AND brands > 2",
    ),
    (
        "a plan is its price by another name",
        "stripe_plans l LEFT JOIN stripe_prices p ON p.id = l.id WHERE p.id IS NOT NULL",
        "l.currency = p.currency AND l.interval = p.interval AND l.product_id = p.product_id
           AND l.data ->> '$.amount' IS p.unit_amount_minor AND l.data ->> '$.tiers_mode' IS p.tiers_mode",
    ),
    ("an item's plan is in the file", "stripe_subscription_items", "data ->> '$.plan.id' IN (SELECT id FROM stripe_plans)"),
    (
        "a setup intent, its attempt and the method are of one customer",
        "stripe_setup_intents s LEFT JOIN stripe_setup_attempts a ON a.id = s.data ->> '$.latest_attempt'
         LEFT JOIN stripe_payment_methods m ON m.id = s.data ->> '$.payment_method'",
        "a.data ->> '$.setup_intent' = s.id AND a.data ->> '$.customer' = s.data ->> '$.customer'
           AND (m.id IS NULL OR m.customer_id = s.data ->> '$.customer')",
    ),
];

/// Stripe's, where no second has many charges: payouts in the midst of such a one cannot be told apart.
const PAYOUTS: &[Rule] = &[
    (
        "payouts so far are all that became of balance transactions up to one of them, and those were available",
        "(SELECT created, sum(amount_minor) OVER (ORDER BY created) paid FROM stripe_payouts) p
         LEFT JOIN (SELECT sum(net_minor) OVER (ORDER BY created) total, max(available_on) OVER (ORDER BY created) available
           FROM stripe_balance_transactions WHERE type <> 'payout') b ON b.total = p.paid AND b.available <= p.created",
        "b.total = p.paid",
    ),
];

const FIC: &[Rule] = &[
    (
        "a document's net and tax are its gross",
        "(SELECT amount_net, amount_vat, amount_gross FROM fic_issued_documents
          UNION ALL SELECT amount_net, amount_vat, amount_gross FROM fic_received_documents
          UNION ALL SELECT amount_net, amount_vat, amount_gross FROM fic_receipts)",
        "round((amount_net + amount_vat) * 100) = round(amount_gross * 100) AND amount_net + 0 > 0",
    ),
    (
        "an issued document's items add up to its net, and with their tax to its gross",
        "fic_issued_documents d LEFT JOIN (SELECT parent_id, sum(qty * net_price) net, sum(qty * gross_price) gross,
           sum(qty * net_price * vat_value / 100.0) vat FROM fic_issued_document_items GROUP BY 1) i ON i.parent_id = d.id",
        "abs(i.net - d.amount_net) < 0.005 AND abs(i.gross - d.amount_gross) < 0.005 AND abs(i.vat - d.amount_vat) < 0.01",
    ),
    (
        "a received document's items add up to its net",
        "fic_received_documents d JOIN (SELECT parent_id, sum(qty * net_price) net FROM fic_received_document_items
           GROUP BY 1) i ON i.parent_id = d.id",
        "abs(i.net - d.amount_net) < 0.005",
    ),
    (
        "a receipt's items add up to it",
        "fic_receipts d LEFT JOIN (SELECT parent_id, sum(amount_net) net, sum(amount_gross) gross FROM fic_receipt_items
           GROUP BY 1) i ON i.parent_id = d.id",
        "abs(i.net - d.amount_net) < 0.005 AND abs(i.gross - d.amount_gross) < 0.005",
    ),
    (
        "an issued document's payments add up to its gross; a due date remains while one is not paid",
        "fic_issued_documents d LEFT JOIN (SELECT parent_id, sum(amount) total, min(status = 'paid') is_paid
           FROM fic_issued_document_payments GROUP BY 1) p ON p.parent_id = d.id",
        "abs(p.total - d.amount_gross) < 0.005 AND (d.next_due_date IS NULL) = p.is_paid",
    ),
    (
        "a received document's payments add up to its gross; a due date remains while one is not paid",
        "fic_received_documents d LEFT JOIN (SELECT parent_id, sum(amount) total, min(status = 'paid') is_paid
           FROM fic_received_document_payments GROUP BY 1) p ON p.parent_id = d.id",
        "abs(p.total - d.amount_gross) < 0.005 AND (d.next_due_date IS NULL) = p.is_paid",
    ),
    (
        "what is paid has a day, and no other",
        "(SELECT status, paid_date FROM fic_issued_document_payments
          UNION ALL SELECT status, paid_date FROM fic_received_document_payments)",
        "(status = 'paid') = (paid_date IS NOT NULL)",
    ),
    (
        "the cashbook has what was paid of an invoice",
        "fic_issued_documents d LEFT JOIN (SELECT document_id, sum(amount_in) total FROM fic_cashbook WHERE type = 'in'
           GROUP BY 1) k ON k.document_id = d.id
         LEFT JOIN (SELECT parent_id, sum(amount) paid FROM fic_issued_document_payments WHERE status = 'paid' GROUP BY 1) p
         ON p.parent_id = d.id WHERE d.type = 'invoice'",
        "abs(k.total - p.paid) < 0.005",
    ),
    (
        "the cashbook has what was paid for a received document",
        "fic_received_documents d LEFT JOIN (SELECT document_id, sum(amount_out) total FROM fic_cashbook WHERE type = 'out'
           GROUP BY 1) k ON k.document_id = d.id
         LEFT JOIN (SELECT parent_id, sum(amount) paid FROM fic_received_document_payments WHERE status = 'paid' GROUP BY 1) p
         ON p.parent_id = d.id",
        "abs(coalesce(k.total, 0) - coalesce(p.paid, 0)) < 0.005",
    ),
    (
        "a document is of a client in the file, by his name, and of the year of its date",
        "fic_issued_documents d LEFT JOIN fic_clients c ON c.id = d.entity_id",
        "c.name = d.entity_name AND d.year = substr(d.date, 1, 4) AND d.date < '2026-11-01'",
    ),
    (
        "a received document is of a supplier in the file, by his name",
        "fic_received_documents d LEFT JOIN fic_suppliers s ON s.id = d.entity_id",
        "s.name = d.entity_name AND d.date < '2026-11-01'",
    ),
    (
        "a document's number is given once",
        "(SELECT count(*) n FROM fic_issued_documents GROUP BY type, year, numeration, number)",
        "n = 1",
    ),
    (
        "a product costs the same in its price list",
        "fic_products p LEFT JOIN fic_price_list_items i ON i.product_id = p.id",
        "abs(i.price - p.net_price) < 0.000005 AND abs(p.gross_price - 1.22 * p.net_price) < 0.00001",
    ),
];

/// Says which rules rows break, and which look at no row at all: those could not be broken.
fn broken(store: &Store, rules: &[Rule]) -> Vec<String> {
    let judged = rules.iter().map(|(name, of, must)| {
        let sql = format!("SELECT count(*), coalesce(sum(NOT coalesce(({must}), 0)), 0) FROM {of}");
        let counts = store.query_text(&sql).unwrap_or_else(|error| panic!("{name}: {error}"));
        let count = |at: usize| counts[0][at].parse::<u64>().expect("a number");
        (name, count(0), count(1))
    });
    let bad = judged.filter(|(_, rows, offending)| *rows == 0 || *offending > 0);
    bad.map(|(name, rows, offending)| format!("{offending} of {rows}: {name}")).collect()
}

/// One account: seed and customers.
fn assert_stripe_agrees(seed: u64, customers: u32, rules: &[&[Rule]]) {
    assert_eq!(START_S, 1_793_491_200, "the rules name it");
    let options = Options { seed, sizes: Sizes::customers(customers), clock_runs: false, ..Options::default() };
    let sandbox = Sandbox::start(options).expect("starts");
    let store = Store::in_memory().expect("opens");
    let summary = support::sync(&sandbox, &store, &support::all()).expect("syncs");
    assert_eq!(support::failures(&summary), Vec::<String>::new());
    let found: Vec<String> = rules.iter().flat_map(|rules| broken(&store, rules)).collect();
    assert!(found.is_empty(), "seed {seed}, {customers} customers\n{}", found.join("\n"));
}

#[test]
fn a_usual_account_agrees_with_itself() {
    assert_stripe_agrees(1, 200, &[STRIPE, PAYOUTS]);
}

#[test]
fn a_small_account_agrees_with_itself() {
    assert_stripe_agrees(7, 90, &[STRIPE, PAYOUTS]);
}

/// Large enough for the runs of objects that share one second.
#[test]
fn a_large_account_agrees_with_itself() {
    assert_stripe_agrees(42, 900, &[STRIPE]);
}

#[test]
fn companies_agree_with_themselves() {
    for (seed, clients) in [(1, 50), (5, 12), (9, 400)] {
        let world = fic_world::world(FicSettings { seed, ..fic_world::settings(clients) });
        world.pull();
        let found = broken(&world.store, FIC);
        assert!(found.is_empty(), "seed {seed}, {clients} clients\n{}", found.join("\n"));
    }
}
