//! The company's data, made from a seed: the same seed gives the same company.

use serde_json::{Value, json};

use super::state::State;

/// The kinds of issued documents.
pub const ISSUED_TYPES: [&str; 11] = [
    "invoice",
    "quote",
    "proforma",
    "receipt",
    "delivery_note",
    "credit_note",
    "order",
    "work_report",
    "supplier_order",
    "self_own_invoice",
    "self_supplier_invoice",
];
/// The kinds of received documents.
pub const RECEIVED_TYPES: [&str; 4] = ["expense", "passive_credit_note", "passive_delivery_note", "self_invoice"];

/// 2025-10-26 00:30 UTC: 02:30 in Italy, an hour that this night has twice.
const DST_NIGHT_S: i64 = 1_761_438_600;
/// 2025-01-10 08:00 UTC, the company's first day.
const START_S: i64 = 1_736_496_000;

/// Between two rows of a small company lies at most so long; in a large one less, so that all of it happened before now.
const PACE_S: u64 = 40_000;
/// What a large company's rows share.
const SPAN_S: u64 = 80_000_000;

/// A small generator of numbers (splitmix64).
pub struct Dice(u64);

impl Dice {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Dice {
        Dice(seed)
    }
    /// Returns a number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound.max(1)
    }
}

/// Writes unix seconds as the service does: Italian local time without zone.
pub fn rome(at_s: i64) -> String {
    let zone = jiff::tz::TimeZone::get("Europe/Rome").expect("the zone database is compiled in");
    let stamp = jiff::Timestamp::from_second(at_s).unwrap_or(jiff::Timestamp::UNIX_EPOCH);
    stamp.to_zoned(zone).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// Makes a JSON number of a whole number of units with so many decimal places: 6818182, 5 → 68.18182.
pub fn decimal(units: u64, places: u32) -> Value {
    let scale = 10u64.pow(places);
    let text = format!("{}.{:0width$}", units / scale, units % scale, width = places as usize);
    serde_json::from_str(text.trim_end_matches('0').trim_end_matches('.')).unwrap_or(Value::Null)
}

fn client_name(id: u64) -> String {
    format!("Cliente {} S.r.l.", id - 1)
}

fn supplier_name(id: u64) -> String {
    format!("Fornitore {}", id - 1)
}

/// Fills an empty state with a company of so many clients.
pub fn fill(state: &mut State, seed: u64, clients: usize) {
    let pace_s = PACE_S.min(SPAN_S / (clients as u64 * 6 + 60));
    let mut maker = Maker { dice: Dice::new(seed), state, at_s: START_S, pace_s };
    maker.lookups();
    maker.entities(clients);
    for index in 0..(clients * 2).max(ISSUED_TYPES.len()) {
        maker.issued(index, clients);
    }
    for index in 0..clients.max(RECEIVED_TYPES.len()) {
        maker.received(index);
    }
    maker.books(clients);
}

struct Maker<'s> {
    dice: Dice,
    state: &'s mut State,
    at_s: i64,
    /// At most so long, and a little more, lies between two rows.
    pace_s: u64,
}

impl Maker<'_> {
    /// Moves on by minutes to days; every 17th row falls into the night when the clocks go back.
    fn stamp(&mut self, index: usize) -> String {
        self.at_s += 600 + self.dice.below(self.pace_s) as i64;
        if index % 17 == 16 { rome(DST_NIGHT_S + (index % 2) as i64 * 3_600) } else { rome(self.at_s) }
    }

    fn day(&self) -> String {
        rome(self.at_s).chars().take(10).collect()
    }

    fn lookups(&mut self) {
        let lists = [
            ("/info/revenue_centers", json!(["Negozio Bergamo", "Negozio Milano"])),
            ("/info/cost_centers", json!(["Sede", "Magazzino"])),
            ("/info/received_document_categories", json!(["Telefono e internet", "Server e hosting"])),
            ("/info/archive_categories", json!(["Altri documenti", "Contratti"])),
            ("/info/measures", json!(["pezzi", "kg", "ore"])),
            ("/info/dn_causals", json!(["Vendita", "Conto visione"])),
            ("/info/countries", json!(["Italia", "Francia"])),
            ("/info/languages", json!([{"code": "it", "name": "Italiano"}, {"code": "en", "name": "Inglese"}])),
            (
                "/info/detailed_countries",
                json!([{"name": "Italia", "settings_name": "Italia", "iso": "IT", "fiscal_iso": "IT", "uic": "086"}]),
            ),
            (
                "/info/currencies",
                json!([{"id": "EUR", "symbol": "€", "html_symbol": "&euro;", "exchange_rate": "1.00000"}]),
            ),
            (
                "/info/vat_types",
                json!([{"id": 0, "value": 22, "description": "", "ei_type": 0, "editable": false, "is_disabled": false},
                {"id": 6, "value": 0, "description": "Esente art. 10", "ei_type": "N4", "editable": false, "is_disabled": false}]),
            ),
            (
                "/info/payment_accounts",
                json!([{"id": 21, "name": "Cassa", "type": "standard", "virtual": false},
                {"id": 22, "name": "Banca", "type": "bank", "iban": "IT60X0542811101000000123456", "virtual": false}]),
            ),
            (
                "/info/payment_methods",
                json!([{"id": 31, "name": "Bonifico", "type": "standard", "is_default": true, "default_payment_account": null}]),
            ),
            ("/settings/templates", json!([{"id": 10, "name": "New Standard S1", "type": "standard"}])),
            (
                "/price_lists",
                json!([{"id": "10", "name": "Listino", "prices_type": "net", "is_default": true, "valid_from": "2025-01-01", "valid_to": null, "type": "sell"}]),
            ),
        ];
        for (path, rows) in lists {
            self.state.set(path, rows.as_array().cloned().unwrap_or_default());
        }
    }

    fn entities(&mut self, clients: usize) {
        for index in 0..clients {
            let stamp = self.stamp(index);
            self.state.insert("/entities/clients", json!({"code": format!("C{index:04}"), "name": client_name(index as u64 + 1),
                "type": "company", "vat_number": format!("IT{:011}", index + 1), "tax_code": null, "address_city": "Bergamo",
                "country": "Italia", "country_iso": "IT", "email": format!("cliente{index}@example.com"), "e_invoice": true,
                "ei_code": "ABC1234", "default_vat": null, "default_payment_method": null, "price_list_id": "10",
                "default_discount": decimal(self.dice.below(1_000), 2), "created_at": stamp, "updated_at": stamp}));
        }
        for index in 0..clients / 5 + 3 {
            let stamp = self.stamp(index);
            self.state.insert("/entities/suppliers", json!({"code": format!("F{index:04}"), "name": supplier_name(index as u64 + 1),
                "type": "company", "vat_number": format!("IT9{index:010}"), "country": "Italia", "created_at": stamp, "updated_at": stamp}));
        }
        for index in 0..clients / 2 + 5 {
            let stamp = self.stamp(index);
            let price = self.dice.below(9_999_999) + 1;
            let id = self.state.insert("/products", json!({"name": format!("Prodotto {index}"), "code": format!("P{index:04}"),
                "category": "Alimentari", "measure": "pezzi", "net_price": decimal(price, 5), "gross_price": decimal(price * 122, 7),
                "use_gross_price": false, "in_stock": index.is_multiple_of(2), "stock_current": decimal(self.dice.below(100), 0),
                "default_vat": {"id": 0, "value": 22}, "created_at": stamp, "updated_at": stamp}));
            self.state.set_price("10", &id, decimal(price, 5));
        }
    }

    fn issued(&mut self, index: usize, clients: usize) {
        let stamp = self.stamp(index);
        let kind = ISSUED_TYPES[index % ISSUED_TYPES.len()];
        let qty = self.dice.below(9) + 1;
        let net_cents = qty * (self.dice.below(90_000) + 100);
        let gross_cents = net_cents + net_cents * 22 / 100;
        let first_cents = gross_cents / 2;
        let client = 1 + self.dice.below(clients.max(1) as u64);
        let due = if index % 13 == 12 { "2021-15-08".to_owned() } else { self.day() };
        let paid = index.is_multiple_of(3);
        let day = self.day();
        let payment = |id: usize, cents: u64, paid: bool| {
            json!({"id": index * 2 + id, "amount": decimal(cents, 2), "due_date": due, "status": if paid { "paid" } else { "not_paid" },
                "paid_date": if paid { json!(day) } else { Value::Null }, "payment_account": {"id": 22, "name": "Banca", "type": "bank"},
                "payment_terms": {"days": 30, "type": "standard"}})
        };
        let payments = vec![payment(1, first_cents, true), payment(2, gross_cents - first_cents, paid)];
        let items = json!([{"id": index * 2 + 1, "product_id": null, "code": "", "name": "Consulenza", "description": "", "qty": decimal(qty * 100, 2),
            "measure": "ore", "net_price": decimal(net_cents * 1_000 / qty, 5), "gross_price": decimal(gross_cents * 1_000 / qty, 5),
            "vat": {"id": 0, "value": 22}, "discount": 0, "not_taxable": false}]);
        let id = self.state.insert("/issued_documents", json!({"type": kind, "number": index / ISSUED_TYPES.len() + 1, "numeration": if index.is_multiple_of(5) { "/A" } else { "" },
            "date": day, "year": day[..4].parse::<u32>().unwrap_or(0), "entity": {"id": client, "name": client_name(client), "country": "Italia"},
            "subject": "", "visible_subject": "Lavori", "rc_center": "", "notes": "",
            "currency": {"id": "EUR", "symbol": "€", "exchange_rate": "1.00000"}, "language": {"code": "it", "name": "Italiano"},
            "amount_net": decimal(net_cents, 2), "amount_vat": decimal(gross_cents - net_cents, 2), "amount_gross": decimal(gross_cents, 2),
            "amount_due_discount": null, "stamp_duty": 0, "e_invoice": kind == "invoice", "ei_status": if kind == "invoice" { json!("sent") } else { Value::Null },
            "payment_method": {"id": 31, "name": "Bonifico"}, "items_list": items, "payments_list": payments, "is_marked": false, "locked": false,
            "next_due_date": if paid { Value::Null } else { json!(due) }, "url": null, "dn_url": null, "ai_url": null, "attachment_url": null, "created_at": stamp, "updated_at": stamp}));
        if kind == "invoice" {
            self.cash(index, "in", first_cents, &id, "acconto", &client_name(client));
            if paid {
                self.cash(index, "in", gross_cents - first_cents, &id, "saldo", &client_name(client));
            }
        }
    }

    /// Adds a cashbook entry; every third comes without an id, as the service's own example does.
    fn cash(&mut self, index: usize, side: &str, cents: u64, document: &str, part: &str, entity: &str) {
        let number: u64 = document.parse().unwrap_or(0);
        let mut row = json!({"date": self.day(), "description": format!("Documento {document}, {part}"), "entity_name": entity,
            "kind": if side == "in" { "issued_document" } else { "received_document" }, "type": side, "document": {"id": number}});
        row[format!("amount_{side}")] = decimal(cents, 2);
        row[format!("payment_account_{side}")] = json!({"id": 22});
        if !index.is_multiple_of(3) {
            row["id"] = json!(format!("cb{side}{number}{part}"));
        }
        self.state.append("/cashbook", row);
    }

    fn received(&mut self, index: usize) {
        let stamp = self.stamp(index);
        let net_cents = self.dice.below(500_000) + 1;
        let gross_cents = net_cents + net_cents * 22 / 100;
        let (supplier, paid) = (1 + index as u64 % 3, index % 12 != 7);
        let id = self.state.insert("/received_documents", json!({"type": RECEIVED_TYPES[index % RECEIVED_TYPES.len()], "date": self.day(),
            "entity": {"id": supplier, "name": supplier_name(supplier)}, "category": "Server e hosting", "description": format!("Spesa {index}"),
            "invoice_number": format!("{index}/B"), "amount_net": decimal(net_cents, 2), "amount_vat": decimal(gross_cents - net_cents, 2),
            "amount_gross": decimal(gross_cents, 2), "tax_deductibility": 100, "vat_deductibility": 100, "is_marked": false, "is_detailed": index.is_multiple_of(2),
            "currency": {"id": "EUR", "symbol": "€", "exchange_rate": "1.00000"}, "next_due_date": if paid { Value::Null } else { json!(self.day()) },
            "items_list": if index.is_multiple_of(2) { json!([{"id": index + 1, "name": "Server", "net_price": decimal(net_cents * 1_000, 5), "qty": 1, "stock": 0, "vat": {"id": 0, "value": 22}}]) } else { Value::Null },
            "payments_list": [{"id": index + 1, "amount": decimal(gross_cents, 2), "due_date": self.day(), "paid_date": if paid { json!(self.day()) } else { Value::Null }, "status": if paid { "paid" } else { "not_paid" }, "payment_terms": {"days": 0, "type": "standard"}}],
            "attachment_url": null, "attachment_preview_url": null, "created_at": stamp, "updated_at": stamp}));
        if paid {
            self.cash(index, "out", gross_cents, &id, "saldo", &supplier_name(supplier));
        }
    }

    fn books(&mut self, clients: usize) {
        for index in 0..7 {
            let net_cents = self.dice.below(90_000) + 1;
            let (net, gross) = (decimal(net_cents, 2), decimal(net_cents + net_cents * 22 / 100, 2));
            self.state.insert("/received_documents/pending", json!({"date": self.day(), "type": (["agyo", "mail", "browser"][index % 3]), "subject": "Fattura",
                "filename": format!("f{index}.xml"), "supplier_name": "Fornitore", "amount_net": net, "amount_gross": if index.is_multiple_of(2) { json!(gross.to_string()) } else { gross },
                "attachment_url": null, "emssion_date": self.day()}));
        }
        for index in 0..clients / 2 + 2 {
            let stamp = self.stamp(index);
            let cents = self.dice.below(100_000) + 1;
            self.state.insert("/receipts", json!({"date": self.day(), "number": index + 1, "numeration": "", "type": "till_receipt", "description": "Incasso",
                "amount_net": decimal(cents, 2), "amount_vat": 0, "amount_gross": decimal(cents, 2), "use_gross_prices": true, "payment_account": {"id": 21, "name": "Cassa"},
                "items_list": [{"id": index + 1, "amount_net": decimal(cents, 2), "amount_gross": decimal(cents, 2), "category": "Alimentari", "vat": {"id": 6, "value": 0}}],
                "created_at": stamp, "updated_at": stamp}));
        }
        for index in 0..clients / 10 + 3 {
            let amount = decimal(self.dice.below(100_000) + 1, 2);
            self.state.insert("/taxes", json!({"due_date": self.day(), "status": "not_paid", "amount": amount, "description": format!("F24 {index}"), "payment_account": null, "attachment_url": null}));
            self.state.insert("/archive", json!({"date": self.day(), "category": "Contratti", "description": format!("Documento {index}"), "attachment_url": null}));
        }
        for index in 0..clients {
            let sent = self.stamp(index);
            self.state.insert("/emails", json!({"status": "sent", "sent_date": sent, "errors_count": 0, "from_email": "a@example.com",
                "to_email": format!("cliente{index}@example.com"), "subject": "Fattura", "content": "", "recipient_status": "unknown", "recipient_date": null, "kind": "Fatture", "attachments": []}));
        }
    }
}
