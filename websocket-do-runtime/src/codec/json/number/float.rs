//! Converts the text of a number to the nearest float. A Worker asks JavaScript for it, which keeps the conversion tables of the
//! standard library out of the module.

/// Returns the float nearest to a JSON number.
#[cfg(not(all(target_arch = "wasm32", feature = "server")))]
pub(super) fn nearest(text: &str) -> f64 {
    text.parse().unwrap_or(f64::NAN)
}

/// Returns the float nearest to a JSON number.
#[cfg(all(target_arch = "wasm32", feature = "server"))]
pub(super) fn nearest(text: &str) -> f64 {
    exact(text).unwrap_or_else(|| js_sys::Number::parse_float(text))
}

/// Returns the nearest float if one operation on two exact floats gives it, as for most numbers in messages. This saves the
/// call into JavaScript.
#[cfg(any(test, all(target_arch = "wasm32", feature = "server")))]
fn exact(text: &str) -> Option<f64> {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let (is_negative, whole) = whole.strip_prefix('-').map_or((false, whole), |whole| (true, whole));
    let mut significand = 0_u64;
    for digit in whole.bytes().chain(fraction.bytes()) {
        significand = significand.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    let exponent = exponent.parse::<i32>().ok()?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    if significand > 1 << 53 || exponent.unsigned_abs() > 22 {
        return None;
    }
    #[expect(clippy::cast_precision_loss, reason = "integers up to 2^53 are exact")]
    let significand = if is_negative { -(significand as f64) } else { significand as f64 };
    // Powers of ten up to 10^22 are exact too.
    let power = (0..exponent.unsigned_abs()).fold(1.0, |power, _| power * 10.0);
    Some(if exponent < 0 { significand / power } else { significand * power })
}

#[cfg(test)]
mod tests {
    use super::{exact, nearest};

    #[test]
    fn the_short_conversion_gives_the_nearest_float() {
        for text in
            ["0.1", "-0.0", "0.3", "123.456", "1e22", "-9007199254740992e-22", "4.35", "0.000001", "2.5E+3", "0e0"]
        {
            let float = exact(text).unwrap_or_else(|| panic!("{text} is exact"));
            assert_eq!(float.to_bits(), nearest(text).to_bits(), "{text}");
        }
        for text in
            ["0.30000000000000004", "1e23", "1e-23", "9007199254740993", "1e99999999999", "0.00000000000000000000001"]
        {
            assert_eq!(exact(text), None, "{text} is not exact");
        }
    }

    #[test]
    fn every_hundredth_takes_the_short_conversion() {
        for hundredths in -100_000..100_000_i32 {
            let text = (f64::from(hundredths) / 100.0).to_string();
            assert_eq!(exact(&text).map(f64::to_bits), Some(nearest(&text).to_bits()), "{text}");
        }
    }
}
