//! Invoices with their lines, the payments of them, items that wait for one, and credit notes.

use super::catalog::{self, Owner, currency, discount, discount_id, discounts};
use super::invoicing::{self, Bill, Line, PART, Sale};
use super::kinds::Kind;
use super::redeem::Holder;
use super::template::{Fields, list_text, object_text};
use super::{Gen, tail};
use crate::sandbox::stripe::text::{NESTED, quoted};

/// How long a customer has to pay what was sent to him.
const DUE_S: i64 = 30 * 86_400;
/// A part of a term, near enough.
const MONTH_S: i64 = 30 * 86_400;

/// What is the same in all of an invoice's texts.
struct Head {
    n: u32,
    id: String,
    created: i64,
    subscription: Option<u32>,
    subscription_id: Option<String>,
    customer: Option<u32>,
    customer_id: Option<String>,
    currency: &'static str,
}

impl Head {
    fn of(g: &Gen, n: u32) -> Head {
        let (subscription, customer) = (g.invoice_subscription(n), g.invoice_customer(n));
        Head {
            n,
            id: g.id(Kind::Invoice, n),
            created: g.created(Kind::Invoice, n),
            subscription,
            subscription_id: subscription.map(|s| g.id(Kind::Subscription, s)),
            customer,
            customer_id: customer.map(|c| g.id(Kind::Customer, c)),
            currency: currency(customer.unwrap_or(n)),
        }
    }
}

pub(super) fn invoice(g: &Gen, _: Kind, n: u32, f: &mut Fields) {
    let (head, bill, status) = (Head::of(g, n), g.bill(n), invoicing::status(n));
    let sent = invoicing::is_sent(n);
    f.raw("/created", head.created);
    f.raw("/effective_at", head.created);
    f.raw("/livemode", g.livemode);
    f.maybe("/customer", head.customer_id.as_deref());
    f.maybe("/customer_email", head.customer.map(|c| format!("customer{c}@example.com")).as_deref());
    f.text("/currency", head.currency);
    f.text("/status", status);
    f.text("/billing_reason", if head.subscription.is_some() { "subscription_cycle" } else { "manual" });
    f.text("/collection_method", if sent { "send_invoice" } else { "charge_automatically" });
    f.maybe("/number", (status != "draft").then(|| format!("INV-{n:07}")).as_deref());
    f.raw("/due_date", if sent { (head.created + DUE_S).to_string() } else { "null".into() });
    f.raw("/metadata", format!("{{\n        \"n\": \"{n}\"\n      }}"));
    for null in [
        "/from_invoice",
        "/last_finalization_error",
        "/next_payment_attempt",
        "/shipping_cost",
        "/customer_shipping",
        "/shipping_details",
        "/webhooks_delivered_at",
    ] {
        f.raw(null, "null");
    }
    sums(g, &head, &bill, status, f);
    moments(&head, status, f);
    let owner = Owner { field: "invoice", id: &head.id, customer: head.customer_id.as_deref() };
    let own = g.redeemed(Holder::Invoice(n)).map(|from| discount(g, &owner, from, head.created, 8));
    f.raw("/discounts", discounts(own, 6));
    f.raw("/parent", match &head.subscription_id {
        None => "null".to_owned(),
        Some(s) => format!(
            "{{\n        \"quote_details\": null,\n        \"subscription_details\": {{\n          \"metadata\": {{}},\n          \
             \"subscription\": \"{s}\"\n        }},\n        \"type\": \"subscription_details\"\n      }}"
        ),
    });
    f.raw("/lines", lines(g, &head, &bill));
}

/// What an invoice comes to, and what of it is paid.
fn sums(g: &Gen, head: &Head, bill: &Bill, status: &str, f: &mut Fields) {
    let paid = if status == "paid" { bill.total } else { 0 };
    let credited = invoicing::credit_note(head.n).filter(|c| *c < g.count(Kind::CreditNote));
    for (at, amount) in [
        ("/amount_due", bill.total),
        ("/amount_paid", paid),
        ("/amount_remaining", bill.total - paid),
        ("/amount_overpaid", 0),
        ("/subtotal", bill.subtotal),
        ("/subtotal_excluding_tax", bill.subtotal),
        ("/total", bill.total),
        ("/total_excluding_tax", bill.total - bill.tax),
        ("/post_payment_credit_notes_amount", credited.map_or(0, |c| g.credited(c).iter().sum())),
    ] {
        f.raw(at, amount);
    }
    let taxed = bill.subtotal - bill.discount;
    f.raw("/total_taxes", taxes(g, head.customer, taxed, bill.tax, 6).unwrap_or_else(|| "null".to_owned()));
    // By discount: the invoice's own, or those of its first and last line.
    let whole = g.redeemed(Holder::Invoice(head.n)).map(|_| (discount_id(&head.id), bill.discount));
    let of_lines = bill.lines.iter().enumerate().filter(|(_, line)| line.discount > 0);
    let each = of_lines.map(|(k, line)| (discount_id(&line_id(&head.id, k)), line.discount));
    let all: Vec<(String, u64)> = if whole.is_some() { whole.into_iter().collect() } else { each.collect() };
    f.raw("/total_discount_amounts", discount_amounts(&all, 6));
}

/// When what happened to an invoice.
fn moments(head: &Head, status: &str, f: &mut Fields) {
    let at = |is: bool| if is { head.created.to_string() } else { "null".to_owned() };
    let is_tried = matches!(invoicing::sale(head.n), Sale::Invoice | Sale::Failed);
    f.raw("/attempted", is_tried);
    f.raw("/attempt_count", u8::from(is_tried));
    f.raw("/period_start", head.created - MONTH_S);
    f.raw("/period_end", head.created);
    f.raw("/status_transitions/finalized_at", at(status != "draft"));
    f.raw("/status_transitions/marked_uncollectible_at", at(status == "uncollectible"));
    f.raw("/status_transitions/paid_at", at(status == "paid"));
    f.raw("/status_transitions/voided_at", at(status == "void"));
}

/// The one tax of an invoice or a line, as an array at a column.
fn taxes(g: &Gen, customer: Option<u32>, taxed: u64, tax: u64, column: usize) -> Option<String> {
    let (rate, _) = invoicing::tax_of(g, customer)?;
    let pad = column + 2;
    let details = object_text(pad + 2, &[("tax_rate", quoted(&g.id(Kind::TaxRate, rate)))]);
    let one = object_text(
        pad,
        &[
            ("amount", tax.to_string()),
            ("tax_behavior", quoted("exclusive")),
            ("tax_rate_details", details),
            ("taxability_reason", quoted("standard_rated")),
            ("taxable_amount", taxed.to_string()),
            ("type", quoted("tax_rate_details")),
        ],
    );
    Some(discounts(Some(one), column))
}

/// What discounts took off, as an array at a column.
fn discount_amounts(all: &[(String, u64)], column: usize) -> String {
    let (pad, end) = (" ".repeat(column + 2), " ".repeat(column));
    let one = |(id, amount): &(String, u64)| {
        object_text(column + 2, &[("amount", amount.to_string()), ("discount", quoted(id))])
    };
    let each: Vec<String> = all.iter().map(one).collect();
    match each.is_empty() {
        true => "[]".to_owned(),
        false => format!("[\n{pad}{}\n{end}]", each.join(&format!(",\n{pad}"))),
    }
}

fn line_id(invoice: &str, k: usize) -> String {
    format!("il_{}{k:03}", invoice.strip_prefix("in_").unwrap_or(invoice))
}

fn lines(g: &Gen, head: &Head, bill: &Bill) -> String {
    let all: Vec<String> = bill.lines.iter().enumerate().rev().map(|(k, l)| line(g, head, bill, k, l)).collect();
    list_text(&all, false, &format!("/v1/invoices/{}/lines", head.id))
}

fn line(g: &Gen, head: &Head, bill: &Bill, k: usize, line: &Line) -> String {
    let id = line_id(&head.id, k);
    let mut f = Fields::new();
    f.text("/id", &id);
    f.raw("/amount", line.amount);
    f.raw("/subtotal", line.amount);
    f.text("/currency", head.currency);
    f.text("/invoice", &head.id);
    f.text("/description", "Zeile · 行 🚀");
    let length_s = if line.is_part { MONTH_S } else { catalog::term(line.price).length_s() };
    f.raw("/period/start", head.created);
    f.raw("/period/end", head.created + length_s);
    f.raw("/quantity", line.quantity);
    f.text("/quantity_decimal", &line.quantity.to_string());
    let label = g.label(line.price);
    f.text("/pricing/price_details/price", &label.id);
    f.maybe("/pricing/price_details/product", label.product.as_deref());
    f.raw("/pricing/unit_amount_decimal", if line.is_part { PART.0 } else { &label.decimal });
    line_parent(g, head, line, &mut f);
    // The invoice's own discount is named in each line that it took from; a line's own stands there whole.
    let holder = Holder::Line { invoice: head.n, line: k as u32 };
    let is_end = k == 0 || k + 1 == bill.lines.len();
    let own = g.redeemed(holder).filter(|_| is_end);
    let by = || discount_id(if own.is_some() { &id } else { &head.id });
    let taken: Vec<(String, u64)> = (line.discount > 0).then(|| (by(), line.discount)).into_iter().collect();
    f.raw("/discount_amounts", discount_amounts(&taken, NESTED + 2));
    let owner = Owner { field: "", id: &id, customer: None };
    let own = own.map(|from| discount(g, &owner, from, head.created, NESTED + 4));
    f.raw("/discounts", discounts(own, NESTED + 2));
    let taxed = line.amount - line.discount;
    f.raw("/taxes", taxes(g, head.customer, taxed, line.tax, NESTED + 2).unwrap_or_else(|| "[]".to_owned()));
    g.nested(Kind::LineItem, &f)
}

/// What a line was made from: an item of the subscription, or an invoice item.
fn line_parent(g: &Gen, head: &Head, line: &Line, f: &mut Fields) {
    let pad = " ".repeat(NESTED + 4);
    let Some(id) = &head.subscription_id else {
        let item = g.item_billed(head.n).map_or("null".to_owned(), |item| quoted(&g.id(Kind::Invoiceitem, item)));
        f.raw(
            "/parent/invoice_item_details",
            format!(
                "{{\n{pad}  \"invoice_item\": {item},\n{pad}  \"proration\": false,\n{pad}  \"proration_details\": null,\n\
                 {pad}  \"subscription\": null\n{pad}}}"
            ),
        );
        f.raw("/parent/subscription_item_details", "null");
        return f.text("/parent/type", "invoice_item_details");
    };
    let (code, is_part, item) = (id.strip_prefix("sub_").unwrap_or(id), line.is_part, line.item);
    f.raw("/parent/invoice_item_details", "null");
    f.raw(
        "/parent/subscription_item_details",
        format!(
            "{{\n{pad}  \"invoice_item\": null,\n{pad}  \"proration\": {is_part},\n{pad}  \"proration_details\": null,\n\
             {pad}  \"subscription\": \"{id}\",\n{pad}  \"subscription_item\": \"si_{code}{item:03}\"\n{pad}}}"
        ),
    );
    f.text("/parent/type", "subscription_item_details");
}

pub(super) fn invoice_payment(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let invoice = invoicing::of_payment(n);
    let status = match invoicing::status(invoice) {
        "paid" => "paid",
        "void" => "canceled",
        _ => "open",
    };
    let total = g.bill(invoice).total;
    let at = |is: bool| if is { g.created(kind, n).to_string() } else { "null".to_owned() };
    f.raw("/amount_requested", total);
    f.raw("/amount_paid", if status == "paid" { total.to_string() } else { "null".to_owned() });
    f.text("/currency", currency(g.invoice_customer(invoice).unwrap_or(invoice)));
    f.text("/invoice", &g.id(Kind::Invoice, invoice));
    f.text("/status", status);
    f.raw("/status_transitions/paid_at", at(status == "paid"));
    f.raw("/status_transitions/canceled_at", at(status == "canceled"));
    f.text("/payment/payment_intent", &g.id(Kind::PaymentIntent, invoice));
    f.text("/payment/type", "payment_intent");
}

impl Gen {
    /// The invoice that bills an invoice item; the newest wait for theirs.
    pub(super) fn billed_by(&self, item: u32) -> Option<u32> {
        let invoice = invoicing::of_item(item);
        (self.pays_invoices() && self.invoice_subscription(invoice).is_none()).then_some(invoice)
    }

    /// The invoice item that an invoice written by hand bills.
    fn item_billed(&self, invoice: u32) -> Option<u32> {
        invoicing::item_of(invoice).filter(|item| *item < self.count(Kind::Invoiceitem))
    }

    pub(super) fn item_customer(&self, item: u32) -> Option<u32> {
        self.parent(Kind::Invoice, invoicing::of_item(item), Kind::Customer)
    }
}

pub(super) fn invoiceitem(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (created, invoice) = (g.created(kind, n), g.billed_by(n));
    let customer = g.item_customer(n);
    let currency = currency(customer.unwrap_or(n));
    let (price, amount) = match invoice.map(|invoice| g.bill(invoice)) {
        Some(Bill { lines, .. }) => (lines[0].price, lines[0].amount),
        None => {
            let price = g.price_for(currency, catalog::Term::Month, u64::from(n));
            (price, g.cost(price, 1))
        }
    };
    f.raw("/date", created);
    f.raw("/amount", amount);
    f.raw("/net_amount", amount);
    f.text("/currency", currency);
    f.maybe("/customer", customer.map(|c| g.id(Kind::Customer, c)).as_deref());
    f.maybe("/invoice", invoice.map(|i| g.id(Kind::Invoice, i)).as_deref());
    f.raw("/parent", "null");
    f.raw("/period/start", created);
    f.raw("/period/end", created + catalog::term(price).length_s());
    f.text("/pricing/price_details/price", &g.label(price).id);
    f.maybe("/pricing/price_details/product", g.label(price).product.as_deref());
    f.raw("/pricing/unit_amount_decimal", &g.label(price).decimal);
    f.raw("/quantity", 1);
    f.text("/quantity_decimal", "1");
    let id = g.id(kind, n);
    let owner = Owner { field: "invoice_item", id: &id, customer: None };
    let own = g.redeemed(Holder::Waiting(n)).map(|from| discount(g, &owner, from, created, 8));
    f.raw("/discounts", discounts(own, 6));
}

/// Half of an invoice is given back, outside of the service.
pub(super) fn credit_note(g: &Gen, kind: Kind, n: u32, f: &mut Fields) {
    tail::plain(g, kind, n, f);
    let (id, invoice, amounts) = (g.id(kind, n), invoicing::of_credit_note(n), g.credited(n));
    let customer = g.invoice_customer(invoice);
    let code = id.trim_start_matches("cn_");
    let one = |(k, amount): (usize, &u64)| {
        let mut f = Fields::new();
        f.text("/id", &format!("cnli_{code}{k:03}"));
        f.raw("/amount", amount);
        f.raw("/invoice_line_item", "null");
        f.text("/type", "custom_line_item");
        f.raw("/unit_amount", amount);
        f.text("/unit_amount_decimal", &amount.to_string());
        f.raw("/pretax_credit_amounts", "[]");
        g.nested(Kind::CreditNoteLine, &f)
    };
    let all: Vec<String> = amounts.iter().enumerate().rev().map(one).collect();
    let total: u64 = amounts.iter().sum();
    f.maybe("/customer", customer.map(|c| g.id(Kind::Customer, c)).as_deref());
    f.text("/invoice", &g.id(Kind::Invoice, invoice));
    f.text("/currency", currency(customer.unwrap_or(invoice)));
    for at in [
        "/amount",
        "/subtotal",
        "/subtotal_excluding_tax",
        "/total",
        "/total_excluding_tax",
        "/out_of_band_amount",
        "/post_payment_amount",
    ] {
        f.raw(at, total);
    }
    f.raw("/pre_payment_amount", 0);
    f.text("/type", "post_payment");
    f.raw("/effective_at", g.created(kind, n));
    for (at, empty) in
        [("/refunds", "[]"), ("/pretax_credit_amounts", "[]"), ("/shipping_cost", "null"), ("/voided_at", "null")]
    {
        f.raw(at, empty);
    }
    f.raw("/lines", list_text(&all, false, &format!("/v1/credit_notes/{id}/lines")));
    f.text("/number", &format!("CN-{n:05}"));
}
