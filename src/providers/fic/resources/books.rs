//! Receipts, taxes, cashbook, archive and e-mails.

use crate::model::resource::{Inline, List, Poll, Resource, boolean, date, decimal, int, refer, rome_time, text};

use super::BASE;

/// Till and sales receipts (corrispettivi).
pub(super) const RECEIPTS: Resource = Resource {
    name: "receipts",
    list: List::Pages("/receipts"),
    get: "/receipts/{id}",
    columns: &[
        date("date", "/date"),
        decimal("number", "/number"),
        text("numeration", "/numeration"),
        text("type", "/type"),
        text("description", "/description"),
        text("rc_center", "/rc_center"),
        decimal("amount_net", "/amount_net"),
        decimal("amount_vat", "/amount_vat"),
        decimal("amount_gross", "/amount_gross"),
        boolean("use_gross_prices", "/use_gross_prices"),
        refer("payment_account_id", "/payment_account/id"),
        text("payment_account_name", "/payment_account/name"),
        text("created_at", "/created_at"),
        rome_time("created_s", "/created_at"),
        text("updated_at", "/updated_at"),
        rome_time("updated_s", "/updated_at"),
    ],
    ..BASE
};

/// Lines of receipts.
pub(super) const RECEIPT_ITEMS: Resource = Resource {
    name: "receipt_items",
    list: List::Unlisted("they stand inside their receipts"),
    columns: &[
        decimal("amount_net", "/amount_net"),
        decimal("amount_gross", "/amount_gross"),
        text("category", "/category"),
        refer("vat_id", "/vat/id"),
        decimal("vat_value", "/vat/value"),
    ],
    inline: &[Inline { parent: "receipts", at: "/items_list", expand: false }],
    poll: Poll::WithParent,
    ..BASE
};

/// Tax payments (F24).
pub(super) const TAXES: Resource = Resource {
    name: "taxes",
    list: List::Pages("/taxes"),
    get: "/taxes/{id}",
    columns: &[
        date("due_date", "/due_date"),
        text("status", "/status"),
        text("description", "/description"),
        decimal("amount", "/amount"),
        refer("payment_account_id", "/payment_account/id"),
        text("payment_account_name", "/payment_account/name"),
    ],
    secret: &["/attachment_token"],
    volatile: &["/attachment_url"],
    ..BASE
};

/// Entries of the cashbook, most of them views of payments elsewhere. Rows that come without an id get one from
/// [`crate::providers::fic::page`].
pub(super) const CASHBOOK: Resource = Resource {
    name: "cashbook",
    list: List::DateRange("/cashbook"),
    get: "/cashbook/{id}",
    columns: &[
        date("date", "/date"),
        text("description", "/description"),
        text("entity_name", "/entity_name"),
        text("kind", "/kind"),
        text("type", "/type"),
        refer("document_id", "/document/id"),
        text("document_type", "/document/type"),
        decimal("amount_in", "/amount_in"),
        refer("payment_account_in_id", "/payment_account_in/id"),
        decimal("amount_out", "/amount_out"),
        refer("payment_account_out_id", "/payment_account_out/id"),
    ],
    ..BASE
};

/// Archived documents.
pub(super) const ARCHIVE: Resource = Resource {
    name: "archive",
    list: List::Pages("/archive"),
    get: "/archive/{id}",
    columns: &[date("date", "/date"), text("description", "/description"), text("category", "/category")],
    secret: &["/attachment_token"],
    volatile: &["/attachment_url"],
    ..BASE
};

/// E-mails sent.
pub(super) const EMAILS: Resource = Resource {
    name: "emails",
    list: List::Pages("/emails"),
    columns: &[
        text("status", "/status"),
        text("kind", "/kind"),
        text("sent_date", "/sent_date"),
        rome_time("sent_s", "/sent_date"),
        int("errors_count", "/errors_count"),
        text("error_log", "/error_log"),
        text("from_email", "/from_email"),
        text("from_name", "/from_name"),
        text("to_email", "/to_email"),
        text("to_name", "/to_name"),
        text("copy_to", "/copy_to"),
        text("subject", "/subject"),
        text("recipient_status", "/recipient_status"),
        text("recipient_date", "/recipient_date"),
        rome_time("recipient_s", "/recipient_date"),
    ],
    volatile: &["/attachments/*/url"],
    ..BASE
};
