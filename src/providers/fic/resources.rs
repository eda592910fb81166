//! The table of Fatture in Cloud's resources.
//!
//! Paths are without the `/c/{company_id}` that most of them have on the wire; `request::scoped` adds it.

mod books;
mod entities;
mod issued;
mod lookups;
mod received;

use crate::model::resource::{Poll, Provider, Resource};

/// What all entries share: this service has no `object` field and no pull-side events.
const BASE: Resource = Resource { provider: Provider::Fic, poll: Poll::EachRun, ..Resource::BLANK };

/// Every listable resource of Fatture in Cloud, parents before their children.
pub static RESOURCES: &[Resource] = &[
    entities::CLIENTS,
    entities::SUPPLIERS,
    entities::PRODUCTS,
    entities::PRICE_LISTS,
    entities::PRICE_LIST_ITEMS,
    issued::ISSUED_DOCUMENTS,
    issued::ISSUED_DOCUMENT_ITEMS,
    issued::ISSUED_DOCUMENT_PAYMENTS,
    received::RECEIVED_DOCUMENTS,
    received::RECEIVED_DOCUMENT_ITEMS,
    received::RECEIVED_DOCUMENT_PAYMENTS,
    received::RECEIVED_DOCUMENTS_PENDING,
    books::RECEIPTS,
    books::RECEIPT_ITEMS,
    books::TAXES,
    books::CASHBOOK,
    books::ARCHIVE,
    books::EMAILS,
    lookups::VAT_TYPES,
    lookups::PAYMENT_METHODS,
    lookups::PAYMENT_ACCOUNTS,
    lookups::REVENUE_CENTERS,
    lookups::COST_CENTERS,
    lookups::PRODUCT_CATEGORIES,
    lookups::RECEIVED_DOCUMENT_CATEGORIES,
    lookups::ARCHIVE_CATEGORIES,
    lookups::TEMPLATES,
    lookups::COUNTRIES,
    lookups::CURRENCIES,
    lookups::LANGUAGES,
    lookups::MEASURES,
    lookups::DN_CAUSALS,
];
