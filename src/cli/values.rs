//! Values of options: durations, dates, percentages. Pure; the hour is given.

use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::config::{self, KEEP_DAYS_MIN, duration};
use crate::providers::fic::subscriptions;
use crate::providers::stripe::{endpoints, event_types as stripe_types};
use crate::sandbox::event_types;

/// Below this a repeated sync would poll without pause.
const EVERY_MIN: Duration = Duration::from_secs(10);
/// Above this a scheduler is the better tool, and Stripe's events would run out in the end.
const EVERY_MAX: Duration = Duration::from_secs(7 * 86_400);
/// An age beyond is no age that anybody watches for.
const AGE_MAX: Duration = Duration::from_secs(3650 * 86_400);
/// Younger events may come again.
const PRUNE_AGE_MIN: Duration = Duration::from_secs(KEEP_DAYS_MIN as u64 * 86_400);
const TOO_YOUNG: &str = "give 31d or more: Stripe delivers an event again for days, and its list of events reaches back 30 \
                         days; one that the log forgot would be taken for new";
/// More lines nobody reads; a program asks the file itself.
const LIMIT_MAX: usize = 100_000;
/// More accounts than anybody has connected.
const BATCH_MAX: usize = 1_000_000;
/// Most requests in flight that the engine ever uses.
const JOBS_MAX: usize = 32;
/// An account of this size is some tens of gigabytes of made-up objects.
const CUSTOMERS_MAX: u32 = 10_000_000;
/// Ids and sizes of so many are worked out before the first is listed.
const ACCOUNTS_MAX: u32 = 100_000;
/// No accountant's firm has more.
const COMPANIES_MAX: u32 = 1_000;
/// Words that have less in common are not like one another.
const LIKE_MIN: f64 = 0.7;
/// No type is longer; what is longer is cut before it is compared.
const WORD_MAX: usize = 128;
/// Digits of a company's number.
const COMPANY_DIGITS_MAX: usize = 18;
/// A minute is longer than any client waits.
const LATENCY_MS_MAX: u64 = 60_000;
/// Times as fast as things happened: a second may last a minute and a half, or a year half a minute.
const SPEED_MIN: f64 = 0.01;
const SPEED_MAX: f64 = 1_000_000.0;

/// Reads `--every`: `90s`, `15m`, `2h`, `1h30m`, `1d`.
///
/// # Errors
/// A sentence for the user.
pub fn every(text: &str) -> Result<Duration, String> {
    let duration = duration(text).ok_or("give a number and a unit, such as 90s, 15m, 2h or 1d")?;
    if (EVERY_MIN..=EVERY_MAX).contains(&duration) { Ok(duration) } else { Err("give 10s to 7d".to_owned()) }
}

/// Reads `--max-age`: as `--every`, from a second to ten years.
///
/// # Errors
/// A sentence for the user.
pub fn age(text: &str) -> Result<Duration, String> {
    let duration = duration(text).ok_or("give a number and a unit, such as 90s, 15m, 2h or 1d")?;
    if duration <= AGE_MAX { Ok(duration) } else { Err("give 1s to 3650d".to_owned()) }
}

/// Reads `--older-than` of `events prune`.
///
/// # Errors
/// A sentence for the user.
pub fn prune_age(text: &str) -> Result<Duration, String> {
    let duration = duration(text).ok_or("give a number and a unit, such as 90d")?;
    match duration {
        duration if duration > AGE_MAX => Err("give 31d to 3650d".to_owned()),
        duration if duration < PRUNE_AGE_MIN => Err(TOO_YOUNG.to_owned()),
        duration => Ok(duration),
    }
}

/// Longer names and ids are something else by mistake.
const TEXT_CHARS_MAX: usize = 200;

/// Reads the name of an environment variable.
///
/// # Errors
/// A sentence for the user, which does not repeat what was given: it may be the secret itself.
pub fn variable(text: &str) -> Result<String, String> {
    match config::is_variable_name(text) {
        true => Ok(text.to_owned()),
        false => Err("give the name of an environment variable, such as SHOP_KEY, and not what is in it".to_owned()),
    }
}

/// Reads a company's name.
///
/// # Errors
/// A sentence for the user.
pub fn company_name(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX || text.chars().any(char::is_control) {
        return Err("give a name of 1 to 200 characters in one line".to_owned());
    }
    Ok(text.to_owned())
}

/// Reads a company's id. Stripe's metadata holds texts, and white space around them counts for nothing.
///
/// # Errors
/// A sentence for the user.
pub fn company_id(text: &str) -> Result<String, String> {
    let is_fine = |c: char| !c.is_control() && !c.is_whitespace();
    if text.is_empty() || text.chars().count() > TEXT_CHARS_MAX || !text.chars().all(is_fine) {
        return Err("give an id without white space, such as 7 or acme".to_owned());
    }
    Ok(text.to_owned())
}

/// Reads a customer's id.
///
/// # Errors
/// A sentence for the user.
pub fn customer_id(text: &str) -> Result<String, String> {
    company_id(text).map_err(|_| "give a customer's id, such as cus_123".to_owned())
}

/// Where the admin port is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AdminPort {
    /// Nowhere.
    Off,
    /// There; 0 is a free one.
    At(u16),
}

/// Reads `--admin-port`.
///
/// # Errors
/// A sentence for the user.
pub fn admin_port(text: &str) -> Result<AdminPort, String> {
    match text {
        "off" => Ok(AdminPort::Off),
        text => text.parse().map(AdminPort::At).map_err(|_| "give a port, 0 for a free one, or off".to_owned()),
    }
}

/// Reads `--limit`.
///
/// # Errors
/// A sentence for the user.
pub fn limit(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|n| (1..=LIMIT_MAX).contains(n));
    number.ok_or_else(|| format!("give 1 to {LIMIT_MAX}"))
}

/// Reads `--webhook-id`: the number of a row.
///
/// # Errors
/// A sentence for the user.
pub fn row(text: &str) -> Result<i64, String> {
    let number = text.parse().ok().filter(|row| *row >= 1);
    number.ok_or_else(|| "give the number of a row, as `stripesync events list` shows it".to_owned())
}

/// Reads `--type`: a type of event, or the beginning of some with a star behind it.
///
/// # Errors
/// A sentence for the user.
pub fn event_type(text: &str) -> Result<String, String> {
    let begin = text.strip_suffix('*').unwrap_or(text);
    if text.is_empty() || begin.contains(['*', '?']) {
        return Err("give a type such as customer.updated, or its beginning with a star: 'customer.*'".to_owned());
    }
    Ok(text.to_owned())
}

/// Reads `--type` of an event that is to be made: one that Stripe has.
///
/// # Errors
/// A sentence for the user.
pub fn known_event_type(text: &str) -> Result<String, String> {
    if event_types::objects_of(text).is_some() {
        return Ok(text.to_owned());
    }
    let like = |kind: &&str| similar(kind, text);
    let nearest = event_types::all().filter(|kind| like(kind) >= LIKE_MIN).max_by(|a, b| like(a).total_cmp(&like(b)));
    Err(match nearest {
        Some(nearest) => format!("Stripe has no such type; did you mean {nearest}?"),
        None => "Stripe has no such type; give one such as customer.updated".to_owned(),
    })
}

/// Reads one of `--events`: a type, the beginning of some with a star behind it, `all` or `default`.
///
/// # Errors
/// A sentence for the user.
pub fn subscribed(text: &str) -> Result<String, String> {
    if matches!(text, "all" | "default") || !stripe_types::named(text).is_empty() {
        return Ok(text.to_owned());
    }
    match text.strip_suffix('*') {
        Some(begin) => Err(format!("no type of Stripe's begins with {begin}")),
        None => known_event_type(text),
    }
}

/// Reads one of `--groups`.
///
/// # Errors
/// A sentence for the user.
pub fn group(text: &str) -> Result<String, String> {
    let known = || subscriptions::groups().chain([subscriptions::ALL]);
    let is_known = known().any(|name| name == text);
    is_known.then(|| text.to_owned()).ok_or_else(|| format!("give one of {}", known().collect::<Vec<_>>().join(", ")))
}

/// Reads the id of a webhook endpoint or subscription.
///
/// # Errors
/// A sentence for the user.
pub fn hook(text: &str) -> Result<String, String> {
    let is_one = endpoints::is_id(text) || text.starts_with("SUB") && subscriptions::is_id(text);
    let why = "give we_… of Stripe or SUB… of Fatture in Cloud, as `stripesync webhooks list` shows them";
    is_one.then(|| text.to_owned()).ok_or_else(|| why.to_owned())
}

/// Reads the number of a company.
///
/// # Errors
/// A sentence for the user.
pub fn company(text: &str) -> Result<String, String> {
    let is_number = (1..=COMPANY_DIGITS_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.to_owned()).ok_or_else(|| "give a company's number".to_owned())
}

/// Returns how much two words are like one another, from 0 to 1: by the letters that both have in the same order.
fn similar(a: &str, b: &str) -> f64 {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().take(WORD_MAX).collect());
    let mut row = vec![0_usize; b.len() + 1];
    for one in &a {
        let mut above = 0;
        for (at, other) in b.iter().enumerate() {
            let last = row[at + 1];
            row[at + 1] = if one == other { above + 1 } else { last.max(row[at]) };
            above = last;
        }
    }
    2.0 * row[b.len()] as f64 / (a.len() + b.len()).max(1) as f64
}

/// A moment, or how long ago it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Unix seconds.
    At(i64),
    /// Before now.
    Ago(Duration),
}

impl When {
    /// Returns the moment in unix seconds.
    pub fn second(self, now_s: i64) -> i64 {
        match self {
            When::At(at_s) => at_s,
            When::Ago(time) => now_s.saturating_sub(i64::try_from(time.as_secs()).unwrap_or(i64::MAX)),
        }
    }
}

/// Reads a moment, a date (midnight UTC) or a timestamp with its zone; or how long ago it was: `90s`, `2h`, `1d`.
///
/// # Errors
/// A sentence for the user.
pub fn when(text: &str) -> Result<When, String> {
    let moment = second(text).map(When::At).or_else(|| duration(text).map(When::Ago));
    moment.ok_or_else(|| {
        "give a date such as 2026-01-31 (midnight UTC), a time with its zone such as 2026-01-31T12:00:00Z, or how long \
         ago, such as 2h or 1d"
            .to_owned()
    })
}

/// Refuses a time that ends before it begins.
///
/// # Errors
/// A sentence for the user.
pub fn ordered(since: Option<When>, until: Option<When>, now_s: i64) -> Result<(), String> {
    match since.zip(until).map(|(since, until)| (since.second(now_s), until.second(now_s))) {
        Some((since_s, until_s)) if since_s > until_s => {
            Err("--since lies after --until: nothing happened from the one until the other".to_owned())
        }
        _ => Ok(()),
    }
}

/// Reads `--shuffle`.
///
/// # Errors
/// A sentence for the user.
pub fn seed(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| "give a number, such as 7: the same one gives the same order".to_owned())
}

/// Reads `--speed`: how many times as fast as things happened.
///
/// # Errors
/// A sentence for the user.
pub fn speed(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('x').unwrap_or(text).parse::<f64>().ok();
    number.filter(|n| (SPEED_MIN..=SPEED_MAX).contains(n)).ok_or_else(|| format!("give {SPEED_MIN} to {SPEED_MAX}"))
}

fn second(text: &str) -> Option<i64> {
    let from_date = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    // A timestamp is tried first: jiff reads a date out of a longer text too, and would drop the hour.
    let moment = text.parse::<jiff::Timestamp>().ok().or_else(|| (text.len() == "2026-01-31".len()).then(from_date)?);
    moment.map(|moment| moment.as_second())
}

/// Reads `--rate`: `80%` or `80`.
///
/// # Errors
/// A sentence for the user.
pub fn percent(text: &str) -> Result<u32, String> {
    let number = text.strip_suffix('%').unwrap_or(text).parse::<u32>();
    number.ok().filter(|n| (1..=100).contains(n)).ok_or_else(|| "give 1% to 100%".to_owned())
}

/// Reads `--duplicate`: `20%`, `20`, or `0.2` for the same share.
///
/// # Errors
/// A sentence for the user.
pub fn share(text: &str) -> Result<u32, String> {
    let percent = match text.strip_suffix('%').unwrap_or(text).parse::<f64>() {
        // Nobody means a fifth of a percent.
        Ok(share) if text.contains('.') && !text.ends_with('%') && share <= 1.0 => share * 100.0,
        Ok(percent) => percent,
        Err(_) => f64::NAN,
    };
    let is_whole = (percent - percent.round()).abs() < 1e-9;
    let is_fine = (0.0..=100.0).contains(&percent) && is_whole;
    if is_fine { Ok(percent.round() as u32) } else { Err("give 0% to 100%, such as 20%, or 0.2".to_owned()) }
}

/// Reads how many accounts.
///
/// # Errors
/// Where it is none, or more than anybody has.
pub fn accounts(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(accounts @ 1..=BATCH_MAX) => Ok(accounts),
        _ => Err(format!("give a number from 1 to {BATCH_MAX}")),
    }
}

/// Reads `--jobs`.
///
/// # Errors
/// A sentence for the user.
pub fn jobs(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (1..=JOBS_MAX).contains(n)).ok_or_else(|| format!("give 1 to {JOBS_MAX}"))
}

/// Reads `--customers`.
///
/// # Errors
/// A sentence for the user.
pub fn customers(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|n| *n <= CUSTOMERS_MAX).ok_or_else(|| format!("give 0 to {CUSTOMERS_MAX}"))
}

/// Reads the `--accounts` of a sandbox.
///
/// # Errors
/// A sentence for the user.
pub fn sandbox_accounts(text: &str) -> Result<u32, String> {
    text.parse().ok().filter(|n| *n <= ACCOUNTS_MAX).ok_or_else(|| format!("give 0 to {ACCOUNTS_MAX}"))
}

/// Reads the `--companies` of a sandbox.
///
/// # Errors
/// A sentence for the user.
pub fn sandbox_companies(text: &str) -> Result<u32, String> {
    let is_fine = |n: &u32| (1..=COMPANIES_MAX).contains(n);
    text.parse().ok().filter(is_fine).ok_or_else(|| format!("give 1 to {COMPANIES_MAX}"))
}

/// Reads `--latency-ms`.
///
/// # Errors
/// A sentence for the user.
pub fn latency_ms(text: &str) -> Result<u64, String> {
    text.parse().ok().filter(|n| *n <= LATENCY_MS_MAX).ok_or_else(|| format!("give 0 to {LATENCY_MS_MAX}"))
}

/// Why `--since` means no second of the past.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Since {
    /// No calendar has it.
    #[error("--since: {0} is no date")]
    NoDate(String),
    /// Nothing can have been created yet.
    #[error("--since: {text} lies in the future (now it is {now} by this machine's clock)")]
    Future {
        /// As typed.
        text: String,
        /// This machine's hour.
        now: String,
    },
}

/// Reads `--since` into unix seconds: a date (midnight UTC) or a timestamp with its zone.
///
/// # Errors
/// When it is no date, or one of the future.
pub fn since_s(text: &str, now_s: i64) -> Result<i64, Since> {
    let since_s = second(text).ok_or_else(|| Since::NoDate(format!("\"{text}\"")))?;
    if since_s > now_s {
        let now = jiff::Timestamp::from_second(now_s).map(|now| now.to_string()).unwrap_or_default();
        return Err(Since::Future { text: text.to_owned(), now });
    }
    Ok(since_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_and_bounds() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("2h", 7200), ("1h30m", 5400), ("7d", 604_800)] {
            assert_eq!(every(text), Ok(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "15", "m", "0s", "9s", "8d", "1w", "-5m", "1.5h", "99999999999999999999d", "5m3"] {
            assert!(every(text).is_err(), "{text}");
        }
    }

    #[test]
    fn percent_has_bounds() {
        assert_eq!((percent("80%"), percent("1"), percent("100%")), (Ok(80), Ok(1), Ok(100)));
        for text in ["0", "101%", "%", "80%%", "-1", "eighty"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_share_is_a_percentage_or_a_part_of_one() {
        for (text, wanted) in
            [("20%", 20), ("20", 20), ("0.2", 20), ("0", 0), ("1", 1), ("1.0", 100), ("0.07", 7), ("100%", 100)]
        {
            assert_eq!(share(text), Ok(wanted), "{text}");
        }
        for text in ["", "%", "-1", "101", "1.5", "0.5%", "0.001", "NaN", "half", "1e9"] {
            assert!(share(text).is_err(), "{text}");
        }
    }

    #[test]
    fn since_is_a_date_or_a_timestamp_and_not_the_future() {
        let now_s = 1_793_491_200; // 2026-11-01
        for (text, wanted_s) in [
            ("2026-01-31", 1_769_817_600),
            ("2026-01-31T12:00:00Z", 1_769_860_800),
            ("2026-01-31T12:00:00+01:00", 1_769_857_200),
            ("2026-11-01", now_s),
        ] {
            assert_eq!(since_s(text, now_s), Ok(wanted_s), "{text}");
        }
        for text in ["", "yesterday", "2026-02-30", "2026-13-01", "2026-01-31T12:00:00", "31.1.2026"] {
            assert_eq!(since_s(text, now_s), Err(Since::NoDate(format!("\"{text}\""))));
        }
        assert!(matches!(since_s("2026-11-02", now_s), Err(Since::Future { .. })));
    }

    #[test]
    fn filters_of_the_log_are_read() {
        assert_eq!(event_type("customer.*").as_deref(), Ok("customer.*"));
        assert_eq!(event_type("*").as_deref(), Ok("*"));
        assert_eq!(known_event_type("customer.updated").as_deref(), Ok("customer.updated"));
        for (wrong, nearest) in [
            ("customer.update", "customer.updated"),
            ("costumer.created", "customer.created"),
            ("invoice.payed", "invoice.paid"),
            ("Customer.created", "customer.created"),
            ("payment_intent.success", "payment_intent.succeeded"),
        ] {
            let why = known_event_type(wrong).expect_err(wrong);
            assert!(why.ends_with(&format!("did you mean {nearest}?")), "{wrong}: {why}");
        }
        for bad in ["", "x", "customer.*é", "zzzzzzzzzz"] {
            assert!(known_event_type(bad).is_err(), "{bad}");
        }
        for bad in ["", "cust*er", "a**", "a?"] {
            assert!(event_type(bad).is_err(), "{bad}");
        }
        assert_eq!(when("2026-11-01T01:00:00+01:00"), Ok(When::At(1_793_491_200)));
        assert!(when("2026-11-01 noon").is_err());
        assert_eq!((limit("1"), limit("100000"), row("7")), (Ok(1), Ok(100_000), Ok(7)));
        assert!(limit("0").is_err() && limit("100001").is_err() && row("0").is_err() && row("x").is_err());
        assert_eq!(age("1h"), Ok(Duration::from_secs(3600)));
        assert_eq!(when("2h").map(|when| when.second(10_000)), Ok(2800));
        assert_eq!(when("2026-11-01").map(|when| when.second(0)), Ok(1_793_491_200));
        assert!(when("yesterday").is_err() && when("").is_err() && when("2").is_err());
        assert_eq!((speed("10"), speed("0.5x")), (Ok(10.0), Ok(0.5)));
        assert!(speed("0").is_err() && speed("-1").is_err() && speed("NaN").is_err() && speed("fast").is_err());
        assert!(age("0s").is_err() && age("9999d").is_err() && age("1").is_err());
    }
}
