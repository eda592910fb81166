//! What to ask the file after a sync: queries on what the run was about and what has rows. Pure.

use std::collections::HashSet;
use std::path::Path;

use crate::ui::text::is_safe;

/// Queries worth a look, the more telling first: the table that must have rows, and the question.
const QUERIES: &[(&str, &str)] = &[
    (
        "stripe_subscriptions",
        "SELECT status, count(*) AS subscriptions FROM stripe_subscriptions WHERE deleted_at IS NULL GROUP BY 1 ORDER BY 2 DESC",
    ),
    (
        "fic_clients",
        "SELECT name, country, vat_number FROM fic_clients WHERE deleted_at IS NULL ORDER BY name LIMIT 10",
    ),
    (
        "stripe_invoices",
        "SELECT customer_name, number, status, amount_remaining_minor, currency FROM invoices_overview \
         ORDER BY created DESC LIMIT 10",
    ),
    (
        "fic_issued_documents",
        "SELECT type, year, count(*) AS documents FROM fic_issued_documents WHERE deleted_at IS NULL GROUP BY 1, 2",
    ),
    (
        "stripe_charges",
        "SELECT status, currency, count(*) AS charges, sum(amount_minor) AS amount_minor FROM stripe_charges \
         WHERE deleted_at IS NULL GROUP BY 1, 2",
    ),
    (
        "fic_received_documents",
        "SELECT date, entity_name, amount_gross, currency FROM fic_received_documents ORDER BY date DESC LIMIT 10",
    ),
    (
        "stripe_customers",
        "SELECT name, email, country, date(created, 'unixepoch') AS since FROM stripe_customers ORDER BY created DESC LIMIT 10",
    ),
    ("fic_suppliers", "SELECT name, country, vat_number FROM fic_suppliers ORDER BY name LIMIT 10"),
    (
        "stripe_balance_transactions",
        "SELECT reporting_category, currency, sum(net_minor) AS net_minor FROM stripe_balance_transactions GROUP BY 1, 2",
    ),
    ("stripe_payouts", "SELECT status, currency, sum(amount_minor) AS amount_minor FROM stripe_payouts GROUP BY 1, 2"),
    ("stripe_prices", "SELECT type, interval, currency, count(*) AS prices FROM stripe_prices GROUP BY 1, 2, 3"),
    ("stripe_products", "SELECT name, active FROM stripe_products WHERE deleted_at IS NULL ORDER BY name LIMIT 10"),
    ("fic_products", "SELECT code, name, net_price FROM fic_products WHERE deleted_at IS NULL ORDER BY name LIMIT 10"),
    ("fic_receipts", "SELECT date, number, amount_gross FROM fic_receipts ORDER BY date DESC LIMIT 10"),
    ("fic_taxes", "SELECT due_date, description, amount, status FROM fic_taxes ORDER BY due_date DESC LIMIT 10"),
];
/// So many are a hint and not a lecture.
const QUERIES_MAX: usize = 2;

/// Returns queries on tables of the run that have rows: of both services where both have some.
pub fn queries(tables: &HashSet<String>) -> Vec<String> {
    let mut known: Vec<(&str, String)> = QUERIES
        .iter()
        .filter(|(table, _)| tables.contains(*table))
        .map(|(table, sql)| (*table, (*sql).to_owned()))
        .collect();
    if let Some((first, _)) = known.first() {
        // The service that the first is not about comes second.
        let service = first.split('_').next().unwrap_or_default().to_owned();
        known[1..].sort_by_key(|(table, _)| table.starts_with(&service));
    } else if let Some(table) = tables.iter().min() {
        known.push((table.as_str(), format!("SELECT * FROM {table} LIMIT 5")));
    }
    known.into_iter().take(QUERIES_MAX).map(|(_, sql)| sql).collect()
}

/// Returns the command that puts a query to the file; none where its name cannot be typed as it is shown.
pub fn command(database: &Path, sql: &str) -> Option<String> {
    let name = database.to_str().filter(|name| is_safe(name))?;
    Some(format!("  sqlite3 -box {} \"{sql}\"", word(name)))
}

/// Writes a text as one word of a shell.
fn word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+,:@%".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(tables: &[&str]) -> Vec<String> {
        let queries = queries(&tables.iter().map(|table| (*table).to_owned()).collect());
        let from = |sql: &String| sql.split(" FROM ").nth(1)?.split(' ').next().map(str::to_owned);
        queries.iter().filter_map(from).collect()
    }

    #[test]
    fn queries_are_about_what_was_pulled() {
        assert_eq!(about(&[]), [""; 0]);
        assert_eq!(about(&["fic_clients", "fic_suppliers", "fic_taxes"]), ["fic_clients", "fic_suppliers"]);
        assert_eq!(about(&["stripe_products"]), ["stripe_products"]);
        assert_eq!(about(&["stripe_topups", "fic_emails"]), ["fic_emails"]);
        let both = ["stripe_invoices", "stripe_charges", "stripe_subscriptions", "fic_products"];
        assert_eq!(about(&both), ["stripe_subscriptions", "fic_products"]);
    }

    #[test]
    fn a_command_survives_the_shell() {
        for (path, wanted) in [("./a b.db", "'./a b.db'"), ("/x/y-1.db", "/x/y-1.db"), ("it's", r"'it'\''s'")] {
            assert_eq!(command(Path::new(path), "S"), Some(format!("  sqlite3 -box {wanted} \"S\"")));
        }
        for path in ["a\nb.db", "a\x1b[2J.db", "a\u{202e}b.db"] {
            assert_eq!(command(Path::new(path), "S"), None, "{path:?}");
        }
        assert!(QUERIES.iter().all(|(_, sql)| !sql.contains(['"', '$', '`', '\\', '!'])));
    }
}
