//! Frame rates that cameras and encoders have.

/// Whole ones first: a count over two seconds cannot tell 30 from 29.97.
const USUAL: [f64; 15] = [
    30.0,
    25.0,
    60.0,
    24.0,
    50.0,
    15.0,
    20.0,
    10.0,
    48.0,
    90.0,
    120.0,
    12.5,
    30_000.0 / 1_001.0,
    60_000.0 / 1_001.0,
    24_000.0 / 1_001.0,
];
/// A count is off by about as much.
const COUNTED: f64 = 0.000_7;
/// Stamps in whole milliseconds make 30.3 of 30.
const ROUNDED: f64 = 0.02;

/// The usual rate that `measured` pictures in a second stand for; `measured` itself when there is none.
pub fn usual_rate(measured: f64) -> f64 {
    let off = |rate: &f64| (measured / rate - 1.0).abs();
    let near =
        || USUAL.into_iter().filter(|rate| off(rate) < ROUNDED).min_by(|a, b| off(a).total_cmp(&off(b)));
    USUAL.into_iter().find(|rate| off(rate) < COUNTED).or_else(near).unwrap_or(measured)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_measured_rate_is_a_usual_one_or_itself() {
        for (measured, rate) in [
            (29.985, 30.0),
            (29.969, 30_000.0 / 1_001.0),
            (30.303, 30.0),
            (59.5, 60_000.0 / 1_001.0),
            (24.0, 24.0),
            (23.976, 24_000.0 / 1_001.0),
            (17.3, 17.3),
        ] {
            assert_eq!(usual_rate(measured), rate, "{measured}");
        }
    }
}
