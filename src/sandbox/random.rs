//! Numbers that look random and are a function of their arguments, so that nothing need be kept to say them again.

/// Mixes a key and a counter into 64 well-spread bits (splitmix64).
pub(super) fn mix(key: u64, n: u64) -> u64 {
    let mut x = key.wrapping_add(n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Mixes a text into 64 bits (FNV-1a, then mixed).
pub(super) fn mix_text(key: u64, text: &str) -> u64 {
    let folded =
        text.bytes().fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    mix(key, folded)
}
