//! Clients, suppliers, products and price lists.

use crate::model::resource::{List, Poll, Resource, boolean, date, decimal, int, refer, rome_time, text};

use super::BASE;

/// Clients.
pub(super) const CLIENTS: Resource = Resource {
    name: "clients",
    list: List::Pages("/entities/clients"),
    get: "/entities/clients/{id}",
    columns: &[
        text("code", "/code"),
        text("name", "/name"),
        text("type", "/type"),
        text("first_name", "/first_name"),
        text("last_name", "/last_name"),
        text("contact_person", "/contact_person"),
        text("vat_number", "/vat_number"),
        text("tax_code", "/tax_code"),
        text("address_street", "/address_street"),
        text("address_postal_code", "/address_postal_code"),
        text("address_city", "/address_city"),
        text("address_province", "/address_province"),
        text("country", "/country"),
        text("country_iso", "/country_iso"),
        text("email", "/email"),
        text("certified_email", "/certified_email"),
        text("phone", "/phone"),
        text("ei_code", "/ei_code"),
        text("bank_iban", "/bank_iban"),
        boolean("e_invoice", "/e_invoice"),
        refer("default_vat_id", "/default_vat/id"),
        refer("default_payment_method_id", "/default_payment_method/id"),
        int("default_payment_terms", "/default_payment_terms"),
        text("default_payment_terms_type", "/default_payment_terms_type"),
        decimal("default_discount", "/default_discount"),
        boolean("has_intent_declaration", "/has_intent_declaration"),
        date("intent_declaration_protocol_date", "/intent_declaration_protocol_date"),
        refer("price_list_id", "/price_list_id"),
        text("created_at", "/created_at"),
        rome_time("created_s", "/created_at"),
        text("updated_at", "/updated_at"),
        rome_time("updated_s", "/updated_at"),
    ],
    ..BASE
};

/// Suppliers.
pub(super) const SUPPLIERS: Resource = Resource {
    name: "suppliers",
    list: List::Pages("/entities/suppliers"),
    get: "/entities/suppliers/{id}",
    columns: &[
        text("code", "/code"),
        text("name", "/name"),
        text("type", "/type"),
        text("first_name", "/first_name"),
        text("last_name", "/last_name"),
        text("contact_person", "/contact_person"),
        text("vat_number", "/vat_number"),
        text("tax_code", "/tax_code"),
        text("address_street", "/address_street"),
        text("address_postal_code", "/address_postal_code"),
        text("address_city", "/address_city"),
        text("address_province", "/address_province"),
        text("country", "/country"),
        text("country_iso", "/country_iso"),
        text("email", "/email"),
        text("certified_email", "/certified_email"),
        text("phone", "/phone"),
        text("bank_iban", "/bank_iban"),
        text("created_at", "/created_at"),
        rome_time("created_s", "/created_at"),
        text("updated_at", "/updated_at"),
        rome_time("updated_s", "/updated_at"),
    ],
    ..BASE
};

/// Products and services of the catalogue.
pub(super) const PRODUCTS: Resource = Resource {
    name: "products",
    list: List::Pages("/products"),
    get: "/products/{id}",
    columns: &[
        text("name", "/name"),
        text("code", "/code"),
        text("description", "/description"),
        text("measure", "/measure"),
        text("category", "/category"),
        text("notes", "/notes"),
        decimal("net_price", "/net_price"),
        decimal("gross_price", "/gross_price"),
        decimal("net_cost", "/net_cost"),
        decimal("stock_initial", "/stock_initial"),
        decimal("stock_current", "/stock_current"),
        decimal("average_cost", "/average_cost"),
        decimal("average_price", "/average_price"),
        boolean("use_gross_price", "/use_gross_price"),
        boolean("in_stock", "/in_stock"),
        refer("default_vat_id", "/default_vat/id"),
        text("created_at", "/created_at"),
        rome_time("created_s", "/created_at"),
        text("updated_at", "/updated_at"),
        rome_time("updated_s", "/updated_at"),
    ],
    ..BASE
};

/// Price lists.
pub(super) const PRICE_LISTS: Resource = Resource {
    name: "price_lists",
    list: List::Once("/price_lists"),
    columns: &[
        text("name", "/name"),
        text("type", "/type"),
        text("prices_type", "/prices_type"),
        boolean("is_default", "/is_default"),
        date("valid_from", "/valid_from"),
        date("valid_to", "/valid_to"),
    ],
    poll: Poll::Daily,
    ..BASE
};

/// Prices of products in a price list. On the wire a map from product id to `{price}`; [`crate::providers::fic::page`] turns
/// each entry into a row whose id is the product's.
pub(super) const PRICE_LIST_ITEMS: Resource = Resource {
    name: "price_list_items",
    list: List::Under { parent: "price_lists", path: "/price_lists/{parent}/items" },
    columns: &[refer("product_id", "/product_id"), decimal("price", "/price")],
    poll: Poll::WithParent,
    ..BASE
};
