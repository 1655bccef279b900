//! What a call costs, to the last digit.

use core::fmt;

use super::record::{Member, record};
use crate::codec::json::{Reader, Value};
use crate::text::Text;

record! {
    /// A price (Voice v1, callbacks).
    pub struct Money<'m> {
        /// The currency, in three letters of ISO 4217. Wire: `currencyId`.
        pub currency: Option<Text<'m>> = "currencyId",
        /// How much of it.
        pub amount: Option<Amount<'m>> = "amount",
    }
}

/// A decimal number exactly as it was written, because money is not to be rounded on the way.
///
/// Two are equal if they are spelled alike; to compare by value, [`scaled`](Self::scaled) both.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Amount<'m>(&'m str);

impl<'m> Amount<'m> {
    /// The number as it was written: `0`, `0.0`, `0.0041`, `41e-4`.
    pub const fn as_str(&self) -> &'m str {
        self.0
    }

    /// The number times ten to the power of `decimals`: `0.0041` is 41 with four decimals, 4100 with six. `None` if
    /// that is not a whole number, or not an `i64`.
    pub fn scaled(&self, decimals: u32) -> Option<i64> {
        // Neither one character nor a long text: what core searches these by is not proven to be without panics.
        let (mantissa, exponent) = self.0.split_once(['e', 'E']).unwrap_or((self.0, "0"));
        let (sign, mantissa) = match mantissa.strip_prefix("-") {
            Some(mantissa) => (-1, mantissa),
            None => (1, mantissa),
        };
        let (whole, fraction) = mantissa.split_once(['.']).unwrap_or((mantissa, ""));
        let digits = || whole.bytes().chain(fraction.bytes());
        // Without its zeros at the end the mantissa takes no further division: it is whole, or it cannot be.
        let zeros = digits().rev().take_while(|digit| *digit == b'0').count();
        let length = whole.len().saturating_add(fraction.len()).saturating_sub(zeros);
        let value = digits().take(length).try_fold(0_i64, |value, digit| {
            let digit = i64::from(digit.wrapping_sub(b'0')).checked_mul(sign)?;
            value.checked_mul(10)?.checked_add(digit)
        })?;
        if value == 0 {
            return Some(0);
        }
        let power = saturating(exponent)
            .saturating_add(i64::from(decimals))
            .saturating_add(i64::try_from(zeros).ok()?)
            .saturating_sub(i64::try_from(fraction.len()).ok()?);
        value.checked_mul(10_i64.checked_pow(u32::try_from(power).ok()?)?)
    }
}

impl fmt::Display for Amount<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not padded: a precision would cut off digits.
        f.write_str(self.0)
    }
}

impl fmt::Debug for Amount<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A string, so that no reader of the log makes a binary fraction of it.
impl serde::Serialize for Amount<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'m> Member<'m> for Amount<'m> {
    fn read(json: &mut Reader<'m>) -> Option<Self> {
        match json.value() {
            Value::Number(number) => Some(Self(number)),
            _ => None,
        }
    }
}

/// An exponent; one that is out of range is as far out as can be.
fn saturating(exponent: &str) -> i64 {
    let (negative, digits) = match exponent.strip_prefix(['-', '+']) {
        Some(digits) => (exponent.starts_with('-'), digits),
        None => (false, exponent),
    };
    let size = digits.bytes().fold(0_i64, |size, digit| {
        size.saturating_mul(10).saturating_add(i64::from(digit.wrapping_sub(b'0')))
    });
    if negative { size.saturating_neg() } else { size }
}

#[cfg(test)]
mod tests {
    use std::format;
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn an_amount_is_scaled_exactly_or_not_at_all() {
        for (amount, decimals, scaled) in [
            ("0", 0, Some(0)),
            ("0.0", 4, Some(0)),
            ("-0.000e99", 0, Some(0)),
            ("0.0041", 4, Some(41)),
            ("0.0041", 6, Some(4_100)),
            ("0.0041", 3, None),
            ("0.00410", 4, Some(41)),
            ("-12.5", 1, Some(-125)),
            ("100", 2, Some(10_000)),
            ("41e-4", 4, Some(41)),
            ("1.5E+1", 0, Some(15)),
            ("1e-4", 3, None),
            ("0e99999999999999999999", 0, Some(0)),
            ("1e99999999999999999999", 0, None),
            ("1e-99999999999999999999", u32::MAX, None),
            ("9223372036854775807", 0, Some(i64::MAX)),
            ("-9223372036854775808", 0, Some(i64::MIN)),
            ("-922337203685477580.8", 1, Some(i64::MIN)),
            ("9223372036854775808", 0, None),
            ("1", 18, Some(1_000_000_000_000_000_000)),
            ("1", 19, None),
        ] {
            assert_eq!(Amount(amount).scaled(decimals), scaled, "{amount} with {decimals} decimals");
        }
    }

    #[test]
    fn leading_and_trailing_zeros_do_not_count() {
        let zeros = "0".repeat(1_000);
        assert_eq!(Amount(&format!("1.{zeros}")).scaled(2), Some(100));
        assert_eq!(Amount(&format!("1{zeros}e-1000")).scaled(0), Some(1));
        assert_eq!(Amount(&format!("0.{zeros}1e1001")).scaled(0), Some(1));
        assert_eq!(Amount(&"7".repeat(1_000)).scaled(0), None);
    }

    #[test]
    fn an_amount_is_shown_as_it_was_written() {
        assert_eq!(format!("{:.2} {:?}", Amount("0.0041"), Amount("0.0")), "0.0041 0.0");
    }
}
