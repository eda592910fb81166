//! Bodies that are signed rightly and odd: each is answered by this table, kept to the byte where it is kept, and breaks
//! nothing that reads the file afterwards.

use stripesync::providers::stripe::{API_VERSION, signature};
use stripesync::store::Store;

use crate::listening::{Listening, exchange, now_s, request, status};
use crate::program::Home;
use crate::receiver::SECRET;

/// What becomes of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// 200, and in the log as it came.
    Kept,
    /// 200, and in the log that it came: no reader of JSON could take it.
    Noted,
    /// 200, and in the log as it came: it does not say which object it is about, and never will.
    Dead,
    /// 400, and nothing is kept.
    Refused,
}
use Fate::{Dead, Kept, Noted, Refused};

/// An event with this id, about this object.
fn of(id: &str, kind: &str, object: &str) -> String {
    format!(
        r#"{{"id":"{id}","object":"event","type":"{kind}","created":1000,"livemode":true,"api_version":"{API_VERSION}","data":{{"object":{object}}}}}"#
    )
}

fn product(number: usize, name: &str, metadata: &str) -> String {
    let object = format!(r#"{{"id":"prod_{number}","object":"product","name":{name},"metadata":{{"v":{metadata}}}}}"#);
    of(&format!("evt_{number}"), "product.updated", &object)
}

/// Numbers that some readers of JSON take for others.
const NUMBERS: [&str; 10] = [
    "1e400",
    "-0",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    "1111111111111111111111111111111111111111",
    "-9223372036854775808",
    "0.1",
    "1e2",
    "5.0",
];

fn table() -> Vec<(Vec<u8>, Fate)> {
    let mut table: Vec<(Vec<u8>, Fate)> = Vec::new();
    let whole = |number| product(number, r#""A""#, "1");
    let plain: [&[u8]; 12] =
        [b"", b" ", b"null", b"[]", b"{}", b"\"x\"", b"5", b"{", b"\xff\xfe{}", b"{\"id\":\"evt_0\"}", b"NaN", b"{]}"];
    table.extend(plain.map(|body| (body.to_vec(), Refused)));
    table.push((["[".repeat(100_000)].concat().into_bytes(), Refused));
    table.push(([r#"{"id":"#.repeat(50_000)].concat().into_bytes(), Refused));
    table.push(([b"\xef\xbb\xbf", whole(900).as_bytes()].concat(), Refused));
    table.push(((whole(901) + "x").into_bytes(), Refused));
    table.push(((whole(902) + &whole(903)).into_bytes(), Refused));
    table.push((whole(904).replace('A', "\0").into_bytes(), Refused));
    let not_text = whole(905).into_bytes().iter().map(|byte| if *byte == b'A' { 0xff } else { *byte }).collect();
    table.push((not_text, Refused));
    // Which of two is meant nobody knows.
    table.push((whole(906).replacen('{', r#"{"id":"evt_two","#, 1).into_bytes(), Refused));
    table.push((whole(907).replacen('{', r#"{"type":"customer.deleted","#, 1).into_bytes(), Refused));
    let objects = [
        (r#"{"id":"prod_a","id":"prod_b","object":"product","name":"x"}"#, Dead),
        (r#"{"id":"prod_\ud800","object":"product","name":"x"}"#, Dead),
        (r#"{"id":"prod_twice","object":"product","name":"x","name":"x","metadata":{"a":"1","a":"2"}}"#, Kept),
        (r#"{"id":"prod_\u0000","object":"product","name":"x"}"#, Kept),
        (r#"{"id":"prod_' OR 1; --","object":"product","name":"x"}"#, Kept),
    ];
    let number = table.len();
    table.extend(objects.into_iter().enumerate().map(|(at, (object, fate))| {
        (of(&format!("evt_{}", number + at), "product.updated", object).into_bytes(), fate)
    }));
    let texts =
        [r#""a\u0000b""#, r#""\ud800""#, r#""\udc00\ud800x""#, r#""\u001b[31m\u202e""#, "\"\u{feff}\u{10ffff}\""];
    for text in texts {
        let number = table.len();
        table.push((product(number, text, text).into_bytes(), Kept));
    }
    for depth in [200, 10_000] {
        let number = table.len();
        table.push((product(number, r#""A""#, &("[".repeat(depth) + &"]".repeat(depth))).into_bytes(), Noted));
    }
    for value in NUMBERS {
        let number = table.len();
        table.push((product(number, r#""A""#, value).into_bytes(), Kept));
        let payout = format!(r#"{{"id":"po_{number}","object":"payout","amount":{value},"currency":"eur"}}"#);
        table.push((of(&format!("evt_{number}_amount"), "payout.updated", &payout).into_bytes(), Kept));
        let whole = product(number, r#""A""#, "1").replacen("1000", value, 1);
        table.push((whole.replacen("evt_", "evt_at_", 1).replacen("prod_", "prod_at_", 1).into_bytes(), Kept));
    }
    // What stands between the parts is not kept; the parts are.
    table.push(((whole(990) + "\r\n\t ").into_bytes(), Kept));
    table
}

fn send(listening: &Listening, body: &[u8]) -> u16 {
    let header = signature::sign(body, &stripesync::model::secret::Secret::new(SECRET), now_s());
    status(&exchange(listening.port, &request("POST /webhook", &[("Host", "x"), (signature::HEADER, &header)], body)))
}

#[test]
fn odd_bodies_are_answered_by_the_table_and_break_nothing() {
    let home = Home::new();
    let listening = Listening::start(&home, &["--admin-port", "off"], |command| {
        command.env("STRIPE_WEBHOOK_SECRET", SECRET);
    });
    let (mut kept, mut wrong) = (Vec::new(), Vec::new());
    for (body, fate) in table() {
        let shown: String = String::from_utf8_lossy(&body).chars().take(300).collect();
        let wanted = match fate {
            Kept | Noted | Dead => 200,
            Refused => 400,
        };
        let answered = send(&listening, &body);
        if answered != wanted {
            wrong.push(format!("{answered} and not {wanted}: {shown}"));
        }
        if matches!(fate, Kept | Dead) {
            kept.push(String::from_utf8(body).expect("text").trim_end().to_owned());
        }
    }
    assert_eq!(wrong, [""; 0]);
    assert_eq!(send(&listening, product(999, r#""A""#, "1").as_bytes()), 200, "it goes on");
    listening.stop();
    let store = Store::open_read_only(&home.database()).expect("opens");
    let rows = store.query_text("SELECT payload, json_valid(payload) FROM webhook_events").expect("rows");
    assert!(rows.iter().all(|row| row[1] == "1"), "every payload is JSON to SQLite, too");
    for body in &kept {
        assert!(rows.iter().any(|row| row[0] == *body), "not in the log as it came: {body}");
    }
    let noted = rows.iter().filter(|row| row[0].contains("stripesync_refused")).count();
    assert_eq!((rows.len(), noted), (kept.len() + 2 + 1, 2));
    let dead = table().iter().filter(|(_, fate)| *fate == Dead).count().to_string();
    let statuses = "SELECT status, count(*) FROM webhook_events GROUP BY 1 ORDER BY 1";
    assert_eq!(store.query_text(statuses).expect("counts")[0], ["dead".to_owned(), dead]);
    assert_amounts(&store);
    for name in store.query_text("SELECT name FROM sqlite_schema WHERE type IN ('view', 'table')").expect("names") {
        store.query_text(&format!("SELECT * FROM \"{}\"", name[0])).unwrap_or_else(|e| panic!("{}: {e}", name[0]));
    }
    let of_rows = "SELECT count(*) FROM stripe_products WHERE NOT json_valid(data)";
    assert_eq!(store.query_text(of_rows).expect("a count"), [["0"]]);
    drop(store);
    for command in [&["status", "--stats"][..], &["events", "list"], &["events", "list", "--format", "json"]] {
        let ran = home.run(command);
        assert_eq!(ran.code, Some(0), "{command:?}: {}", ran.stderr);
        assert!(!ran.stdout.contains('\u{1b}') && !ran.stdout.contains('\u{202e}'), "{command:?}: {}", ran.stdout);
    }
    home.assert_intact();
}

/// An amount is the number that came, or none.
fn assert_amounts(store: &Store) {
    let amounts = "SELECT coalesce(amount_minor, 'none'), data FROM stripe_payouts ORDER BY length(id), id";
    let amounts = store.query_text(amounts).expect("rows");
    let wanted =
        ["none", "0", "9223372036854775807", "none", "none", "none", "-9223372036854775808", "none", "100", "5"];
    assert_eq!(amounts.iter().map(|row| row[0].as_str()).collect::<Vec<_>>(), wanted);
    for (row, number) in amounts.iter().zip(NUMBERS) {
        assert!(row[1].contains(&format!(r#""amount":{number},"#)), "{number}: {}", row[1]);
    }
}
