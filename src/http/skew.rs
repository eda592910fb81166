//! How far this machine's clock is from the service's. Pure.

/// `Date` has a grain of one second; a difference up to this is no difference.
const GRAIN_MS: i64 = 1000;
/// A `Date` stands for the second that it begins, so its best single estimate is the middle.
const HALF_GRAIN_MS: i64 = GRAIN_MS / 2;

/// Returns the new offset (milliseconds to add to the local clock) after an answer dated `date_s`, asked at `sent_ms`
/// and received at `received_ms` by the local clock.
///
/// The old offset is kept as long as it explains the `Date`, so that service times do not jitter from answer to answer.
pub fn offset_ms(old_ms: i64, date_s: i64, sent_ms: i64, received_ms: i64) -> i64 {
    let travel_ms = received_ms.saturating_sub(sent_ms).max(0);
    let middle_ms = sent_ms.saturating_add(travel_ms / 2);
    let difference_ms = date_s.saturating_mul(1000).saturating_sub(middle_ms).saturating_add(HALF_GRAIN_MS);
    let allowed_ms = GRAIN_MS + travel_ms / 2;
    if difference_ms.abs() <= allowed_ms {
        0
    } else if difference_ms.saturating_sub(old_ms).abs() <= allowed_ms {
        old_ms
    } else {
        difference_ms
    }
}
