//! Numbers for people. Pure.

use std::time::Duration;

/// Returns `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Returns `830 B`, `12.3 MB`, `1.2 GB`; powers of ten, as disks and file managers count.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if number < 1000 {
        return format!("{number} B");
    }
    let mut divisor = 1000_u64;
    let mut unit = 0;
    // 999,950 and more would be printed as 1000.0 of the smaller unit.
    while unit + 1 < UNITS.len() && number >= divisor * 1000 - divisor / 20 {
        divisor *= 1000;
        unit += 1;
    }
    let tenths = (u128::from(number) * 10 + u128::from(divisor / 2)) / u128::from(divisor);
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// Returns seconds with one decimal: `12.3`.
pub fn seconds(took_ms: u64) -> String {
    let tenths = took_ms.saturating_add(50) / 100;
    format!("{}.{}", grouped(tenths / 10), tenths % 10)
}

/// Returns `850 µs`, `1.2 ms`, `12 ms`, `2.35 s`: what tells two durations apart.
pub fn took(us: u64) -> String {
    match us {
        0..1_000 => format!("{us} µs"),
        1_000..10_000 => format!("{}.{} ms", us / 1_000, us % 1_000 / 100),
        10_000..1_000_000 => format!("{} ms", us / 1_000),
        _ => format!("{}.{:02} s", grouped(us / 1_000_000), us % 1_000_000 / 10_000),
    }
}

/// Returns `0:42`, `12:05`, `1:02:03`.
pub fn clock(duration: Duration) -> String {
    let all = duration.as_secs();
    let (hours, minutes, seconds) = (all / 3600, all / 60 % 60, all % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// Returns `3 h 2 min`, `4 min`, `2 d 1 h`: the two largest units, for differences that matter.
pub fn span(all_s: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let first = UNITS.iter().position(|(unit_s, _)| all_s >= *unit_s).unwrap_or(UNITS.len() - 1);
    let mut rest_s = all_s;
    let mut parts = Vec::new();
    for (unit_s, name) in UNITS.iter().skip(first).take(2) {
        if rest_s >= *unit_s || parts.is_empty() {
            parts.push(format!("{} {name}", rest_s / unit_s));
        }
        rest_s %= unit_s;
    }
    parts.join(" ")
}

/// Returns `2026-11-21 08:10:47Z`.
pub fn moment(unix_s: i64) -> String {
    match jiff::Timestamp::from_second(unix_s) {
        Ok(timestamp) => timestamp.to_string().replacen('T', " ", 1),
        Err(_) => unix_s.to_string(),
    }
}

/// Returns the number with its noun: `1 request`, `2,000 requests`.
pub fn counted(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", grouped(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        for (number, wanted) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), wanted);
        }
        assert_eq!(grouped(u64::MAX), "18,446,744,073,709,551,615");
        for (number, wanted) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (999_949, "999.9 kB"),
            (999_950, "1.0 MB"),
            (12_345_678, "12.3 MB"),
            (5_000_000_000, "5.0 GB"),
        ] {
            assert_eq!(bytes(number), wanted, "{number}");
        }
        assert!(bytes(u64::MAX).ends_with(" TB"));
        for (ms, wanted) in [(0, "0.0"), (49, "0.0"), (50, "0.1"), (12_345, "12.3"), (3_600_000, "3,600.0")] {
            assert_eq!(seconds(ms), wanted);
        }
        for (us, wanted) in
            [(0, "0 µs"), (999, "999 µs"), (1_250, "1.2 ms"), (999_999, "999 ms"), (2_345_678, "2.34 s")]
        {
            assert_eq!(took(us), wanted);
        }
        for (s, wanted) in [(0, "0:00"), (65, "1:05"), (3723, "1:02:03")] {
            assert_eq!(clock(Duration::from_secs(s)), wanted);
        }
        for (s, wanted) in [(0, "0 s"), (61, "1 min 1 s"), (3600, "1 h"), (10_920, "3 h 2 min"), (90_000, "1 d 1 h")] {
            assert_eq!(span(s), wanted);
        }
        assert_eq!(moment(1_793_491_200), "2026-11-01 00:00:00Z");
        assert_eq!((counted(1, "request"), counted(2000, "row")), ("1 request".into(), "2,000 rows".into()));
    }
}
