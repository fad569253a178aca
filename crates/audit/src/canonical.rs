//! Canonical JSON: one value, one text.

use serde_json::{Number, Value};

/// Writes a value as canonical JSON: no white space, members sorted by the UTF-16 form of their
/// names, the shortest escapes.
///
/// Integers are written with all their digits. Outside ±2^53 other programs may read them less
/// exactly than we wrote them; put such numbers into strings.
///
/// # Source
///
/// RFC 8785, JSON Canonicalization Scheme.
pub fn canonical_json(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value);
    out
}

fn write_value(out: &mut String, value: &Value) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => out.push_str(&number_text(number)),
        Value::String(text) => write_string(out, text),
        Value::Array(items) => {
            write_separated(out, '[', items, ']', write_value);
        }
        Value::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
            write_separated(out, '{', sorted, '}', |out, (name, value)| {
                write_string(out, name);
                out.push(':');
                write_value(out, value);
            });
        }
    }
}

fn write_separated<T>(
    out: &mut String,
    open: char,
    items: impl IntoIterator<Item = T>,
    close: char,
    write: impl Fn(&mut String, T),
) {
    out.push(open);
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        write(out, item);
    }
    out.push(close);
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control if control < ' ' => out.push_str(&format!("\\u{:04x}", u32::from(control))),
            other => out.push(other),
        }
    }
    out.push('"');
}

fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => float_text(float),
        _ => number.to_string(),
    }
}

/// ECMAScript's `Number::toString`: the shortest digits that read back as the same number, with an
/// exponent only from 1e21 up and below 1e-6.
fn float_text(float: f64) -> String {
    if float == 0.0 {
        return "0".to_owned();
    }
    let scientific = shortest_digits(float.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let digits = mantissa.replace('.', "");
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let sign = if float < 0.0 { "-" } else { "" };
    format!("{sign}{}", place_point(&digits, exponent))
}

/// The shortest digits that read back, as `d.ddde±x`. Rust may round a tie between two of them up;
/// the RFC wants the even one, which rounding to so many digits gives.
fn shortest_digits(float: f64) -> String {
    let shortest = format!("{float:e}");
    let decimals = shortest
        .bytes()
        .take_while(|byte| *byte != b'e')
        .count()
        .saturating_sub(2);
    let rounded = format!("{float:.decimals$e}");
    if rounded.parse() == Ok(float) {
        rounded
    } else {
        shortest
    }
}

/// Writes `d.ddd × 10^exponent` the way ECMAScript does.
fn place_point(digits: &str, exponent: i32) -> String {
    // `usize` holds every decimal exponent of a double.
    let distance = exponent.unsigned_abs() as usize;
    match exponent {
        ..-6 | 21.. => {
            let (first, rest) = digits.split_at(1);
            let point = if rest.is_empty() { "" } else { "." };
            format!("{first}{point}{rest}e{exponent:+}")
        }
        -6..0 => format!("0.{}{digits}", "0".repeat(distance - 1)),
        0..21 => match digits.split_at_checked(distance + 1) {
            Some((whole, "")) => whole.to_owned(),
            Some((whole, fraction)) => format!("{whole}.{fraction}"),
            None => format!("{digits}{}", "0".repeat(distance + 1 - digits.len())),
        },
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_sample_of_the_rfc_is_written_as_the_rfc_shows() {
        let sample = r#"{
            "numbers": [1E30, 4.50, 2e-3, 0.000000000000000000000000001],
            "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
            "literals": [null, true, false]
        }"#;
        let value: Value = serde_json::from_str(sample).unwrap();

        let text = canonical_json(&value);

        assert_eq!(
            text,
            r#"{"literals":[null,true,false],"numbers":[1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#
        );
    }

    #[test]
    fn members_are_sorted_by_utf16_as_the_rfc_shows() {
        let value = json!({
            "\u{20ac}": "Euro Sign",
            "\r": "Carriage Return",
            "\u{fb33}": "Hebrew Letter Dalet With Dagesh",
            "1": "One",
            "\u{1f600}": "Emoji: Grinning Face",
            "\u{80}": "Control",
            "\u{f6}": "Latin Small Letter O With Diaeresis"
        });

        let text = canonical_json(&value);

        let order = [
            "Carriage", "One", "Control", "Latin", "Euro", "Emoji", "Hebrew",
        ];
        let places: Vec<_> = order.map(|word| text.find(word).unwrap()).into();
        assert!(places.is_sorted(), "{text}");
    }

    #[test]
    fn numbers_are_written_as_the_appendix_of_the_rfc_shows() {
        let cases = [
            (0x0000_0000_0000_0000_u64, "0"),
            (0x8000_0000_0000_0000, "0"),
            (0x0000_0000_0000_0001, "5e-324"),
            (0x8000_0000_0000_0001, "-5e-324"),
            (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
            (0x4340_0000_0000_0000, "9007199254740992"),
            (0xc340_0000_0000_0000, "-9007199254740992"),
            (0x4430_0000_0000_0000, "295147905179352830000"),
            (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
            (0x44b5_2d02_c7e1_4af6, "1e+23"),
            (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"),
            (0x444b_1ae4_d6e2_ef50, "1e+21"),
            (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
            (0x3eb0_c6f7_a0b5_ed8d, "0.000001"),
            (0x41b3_de43_5555_5555, "333333333.3333333"),
            (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
            (0x4314_3ff3_c1cb_0959, "1424953923781206.2"),
        ];
        for (bits, want) in cases {
            let number = Number::from_f64(f64::from_bits(bits)).unwrap();
            assert_eq!(
                canonical_json(&Value::Number(number)),
                want,
                "bits {bits:016x}"
            );
        }
    }

    #[test]
    fn integers_keep_all_their_digits() {
        assert_eq!(canonical_json(&json!([i64::MIN, -1, 0, u64::MAX])), {
            "[-9223372036854775808,-1,0,18446744073709551615]"
        });
    }
}
