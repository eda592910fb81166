//! Old API shapes: what 2024-06-20 looked like, made from today's objects.

use serde_json::{Value, json};

/// The release whose shapes this module makes.
pub(super) const OLD: &str = "2024-06-20";

/// Whether a version is older than the release (basil, 2025-03-31) that moved these fields.
pub(super) fn is_old(version: &str) -> bool {
    version < "2025-03-31"
}

/// Turns a value and all objects in it into the old shape.
pub(super) fn age(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(age),
        Value::Object(map) => map.values_mut().for_each(age),
        _ => {}
    }
    let object = value.get("object").and_then(Value::as_str).unwrap_or("").to_owned();
    match object.as_str() {
        "subscription" => subscription(value),
        "invoice" => invoice(value),
        "line_item" => line(value),
        "invoiceitem" => lift(value, "parent", &[("subscription", "/subscription_details/subscription")]),
        "discount" => lift(value, "source", &[("coupon", "/coupon")]),
        "promotion_code" => lift(value, "promotion", &[("coupon", "/coupon")]),
        "credit_note" => lift(value, "refunds", &[("refund", "/0/refund")]),
        _ => {}
    }
}

/// Replaces an object's field by fields that were inside it.
fn lift(value: &mut Value, from: &str, to: &[(&str, &str)]) {
    let Value::Object(map) = value else { return };
    let inner = map.remove(from).unwrap_or(Value::Null);
    for (name, pointer) in to {
        map.insert((*name).to_owned(), inner.pointer(pointer).cloned().unwrap_or(Value::Null));
    }
}

fn subscription(value: &mut Value) {
    let mut period = [Value::Null, Value::Null];
    if let Some(items) = value.pointer_mut("/items/data").and_then(Value::as_array_mut) {
        for item in items.iter_mut().filter_map(Value::as_object_mut) {
            period = ["current_period_start", "current_period_end"].map(|n| item.remove(n).unwrap_or(Value::Null));
        }
    }
    let [start, end] = period;
    value["current_period_start"] = start;
    value["current_period_end"] = end;
    value["discount"] = value.pointer("/discounts/0").filter(|d| d.is_object()).cloned().unwrap_or(Value::Null);
}

fn invoice(value: &mut Value) {
    value["paid"] = json!(value["status"] == "paid");
    value["charge"] = Value::Null;
    let taxes = old_taxes(&value["total_taxes"]);
    value["tax"] = match &taxes {
        Value::Array(all) => all.iter().filter_map(|tax| tax["amount"].as_i64()).sum::<i64>().into(),
        _ => Value::Null,
    };
    value["total_tax_amounts"] = if taxes.is_array() { taxes } else { json!([]) };
    value["discount"] = value.pointer("/discounts/0").filter(|d| d.is_object()).cloned().unwrap_or(Value::Null);
    lift(
        value,
        "parent",
        &[
            ("subscription", "/subscription_details/subscription"),
            ("subscription_details", "/subscription_details"),
            ("quote", "/quote_details/quote"),
        ],
    );
    if let Value::Object(map) = value {
        map.remove("total_taxes");
    }
}

/// Taxes as they used to be written.
fn old_taxes(taxes: &Value) -> Value {
    let Value::Array(all) = taxes else { return Value::Null };
    let each = all.iter().map(|tax| {
        json!({"amount": tax["amount"], "inclusive": tax["tax_behavior"] == "inclusive",
            "tax_rate": tax.pointer("/tax_rate_details/tax_rate"), "taxability_reason": tax["taxability_reason"],
            "taxable_amount": tax["taxable_amount"]})
    });
    each.collect()
}

fn line(value: &mut Value) {
    value["tax_amounts"] = old_taxes(&value["taxes"]);
    let pricing = value.get("pricing").cloned().unwrap_or(Value::Null);
    lift(
        value,
        "parent",
        &[
            ("subscription", "/subscription_item_details/subscription"),
            ("subscription_item", "/subscription_item_details/subscription_item"),
            ("proration", "/subscription_item_details/proration"),
            ("invoice_item", "/invoice_item_details/invoice_item"),
        ],
    );
    let price = pricing.pointer("/price_details/price").cloned().unwrap_or(Value::Null);
    value["price"] = json!({"id": price, "object": "price", "unit_amount_decimal": pricing["unit_amount_decimal"]});
    value["type"] = json!("subscription");
    if let Value::Object(map) = value {
        map.remove("pricing");
        map.remove("taxes");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_stand_where_they_used_to() {
        let mut s = json!({"object": "subscription", "discounts": [], "items": {"object": "list", "data": [
            {"object": "subscription_item", "current_period_start": 1, "current_period_end": 2}]}});
        age(&mut s);
        assert_eq!((s["current_period_end"].as_i64(), s.pointer("/items/data/0/current_period_end")), (Some(2), None));
        let mut i = json!({"object": "invoice", "status": "paid", "parent": {"subscription_details": {"subscription": "sub_1"}}});
        age(&mut i);
        assert_eq!((i["subscription"].as_str(), i.get("parent")), (Some("sub_1"), None));
        let mut taxed = json!({"object": "invoice", "status": "open", "total_taxes": [
            {"amount": 22, "tax_behavior": "exclusive", "tax_rate_details": {"tax_rate": "txr_1"}}]});
        age(&mut taxed);
        assert_eq!((&taxed["tax"], &taxed["total_tax_amounts"][0]["tax_rate"]), (&json!(22), &json!("txr_1")));
        assert!(is_old("2024-06-20") && is_old("2025-02-24.acacia") && !is_old("2026-10-28.endive"));
    }
}
