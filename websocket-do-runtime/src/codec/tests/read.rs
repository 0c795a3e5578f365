//! Decoding values as JavaScript peers write them.

use super::super::{decode_binary, decode_text};
use super::{Direct, Probe, ValidationCode, expect_error, hex, packed};

#[test]
fn an_integral_float_is_an_integer_of_any_type_within_its_range() {
    // Date.now() as msgpackr writes it.
    assert_eq!(
        decode_binary::<Probe>(&packed("unsigned", "cb42799c82cc000000")).unwrap(),
        Probe::Unsigned { value: 1_760_000_000_000 }
    );
    for (kind, bytes, message) in [
        ("small", "cb406fe00000000000", Probe::Small { value: 255 }),
        ("small", "ca437f0000", Probe::Small { value: 255 }),
        ("signed", "cbc1e0000000200000", Probe::Signed { value: -2_147_483_649 }),
        ("signed", "cbc340000000000000", Probe::Signed { value: -9_007_199_254_740_992 }),
        ("unsigned", "cb4340000000000000", Probe::Unsigned { value: 1 << 53 }),
        ("maybe", "cb3ff0000000000000", Probe::Maybe { value: Some(1) }),
        ("float", "cb3ff0000000000000", Probe::Float { value: 1.0 }),
        ("float", "cb7e37e43c8800759c", Probe::Float { value: 1e300 }),
        ("float", "01", Probe::Float { value: 1.0 }),
        ("single", "cb3ff0000000000000", Probe::Single { value: 1.0 }),
    ] {
        assert_eq!(decode_binary::<Probe>(&packed(kind, bytes)).unwrap(), message);
    }
    for (kind, bytes) in [
        ("small", "cb4070000000000000"),
        ("small", "cbbff0000000000000"),
        ("small", "cb3fe0000000000000"),
        ("unsigned", "cb43f0000000000000"),
        ("unsigned", "cbbff0000000000000"),
        ("signed", "cb43e0000000000000"),
        ("signed", "cbc3e0000000000000"),
        ("unsigned", "cb43b0000000000000"),
    ] {
        expect_error(decode_binary::<Probe>(&packed(kind, bytes)), ValidationCode::Invalid);
    }
}

#[test]
fn minus_zero_remains_a_float() {
    let Probe::Float { value } = decode_binary(&packed("float", "cb8000000000000000")).unwrap() else { panic!() };
    assert!(value.is_sign_negative());
}

#[test]
fn json_integers_may_look_like_floats() {
    for text in ["3.0", "3e0", "0.3e1", "3"] {
        let text = format!(r#"{{"value":{text}}}"#);
        assert_eq!(decode_text::<Direct>(&text).unwrap(), Direct { value: 3 }, "{text}");
    }
    for (text, code) in [
        ("3.5", ValidationCode::Invalid),
        ("256.0", ValidationCode::Invalid),
        ("-1.0", ValidationCode::Invalid),
        ("1e300", ValidationCode::Invalid),
    ] {
        let text = format!(r#"{{"value":{text}}}"#);
        expect_error(decode_text::<Direct>(&text), code);
    }
}

#[test]
fn integers_of_any_width_are_read() {
    for bytes in [
        "05",
        "cc05",
        "cd0005",
        "ce00000005",
        "cf0000000000000005",
        "d005",
        "d10005",
        "d200000005",
        "d30000000000000005",
    ] {
        assert_eq!(decode_binary::<Probe>(&packed("small", bytes)).unwrap(), Probe::Small { value: 5 });
    }
    assert_eq!(
        decode_binary::<Probe>(&packed("unsigned", "cf0020000000000000")).unwrap(),
        Probe::Unsigned { value: 1 << 53 }
    );
}

#[test]
fn undefined_is_a_missing_value() {
    assert_eq!(decode_binary::<Probe>(&packed("maybe", "d40000")).unwrap(), Probe::Maybe { value: None });
    assert_eq!(decode_binary::<Probe>(&packed("maybe", "c0")).unwrap(), Probe::Maybe { value: None });
    // A float beside an `undefined`.
    let mut bytes = packed("signed", "cb4279ab697e800000");
    bytes[0] = 0x83;
    bytes.extend(hex("a170d40000"));
    assert_eq!(decode_binary::<Probe>(&bytes).unwrap(), Probe::Signed { value: 1_764_000_000_000 });
    let error = decode_binary::<Probe>(&packed("small", "d40000")).unwrap_err();
    let missing = decode_text::<Probe>(r#"{"type":"small"}"#).unwrap_err();
    assert_eq!(error, missing, "as in JSON, where JavaScript omits the field");
}

#[test]
fn a_number_that_is_not_finite_is_null_as_in_json() {
    for bytes in ["cb7ff8000000000000", "cb7ff0000000000000", "ca7f800000"] {
        expect_error(decode_binary::<Probe>(&packed("float", bytes)), ValidationCode::Invalid);
        assert_eq!(decode_binary::<Probe>(&packed("maybe", bytes)).unwrap(), Probe::Maybe { value: None });
    }
}

#[test]
fn strings_and_maps_may_have_any_header() {
    for head in ["a1", "d901", "da0001", "db00000001"] {
        let message = decode_binary::<Probe>(&packed("text", &format!("{head}78"))).unwrap();
        assert_eq!(message, Probe::Text { value: "x".into() });
    }
    for head in ["81", "de0001", "df00000001"] {
        let bytes = hex(&format!("{head}a474797065a5656d707479"));
        assert_eq!(decode_binary::<Probe>(&bytes).unwrap(), Probe::Empty);
    }
    for head in ["91", "dc0001", "dd00000001"] {
        let mut bytes = hex("82a474797065a46d616e79a56974656d73");
        bytes.extend(hex(head));
        bytes.extend(hex("81a261742a"));
        assert_eq!(decode_binary::<Probe>(&bytes).unwrap(), Probe::Many { items: vec![super::Item { at: 42 }] });
    }
}

#[test]
fn timestamps_are_a_known_extension() {
    for bytes in ["d6ff00000000", "d7ff0000000000000000", "c70cff000000000000000000000000"] {
        // No field has this type: it is a type error or skipped, never an unknown extension.
        let error = decode_binary::<Probe>(&packed("small", bytes)).unwrap_err();
        assert!(!error.message().contains("is not known"), "{error}");
    }
}
