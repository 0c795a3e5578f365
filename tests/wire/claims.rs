//! Decoding allocates for the contents of a frame, never for a claimed length.

use allocation_counter::measure;
use websocket_do::{ValidationCode, codec};

use crate::sample::Sample;

/// Returns the message `{"type": name, "value": …}` with these bytes as its value.
fn packed(name: &str, value: &[u8]) -> Vec<u8> {
    let name_head = 0xa0 | u8::try_from(name.len()).unwrap();
    [&[0x82][..], b"\xa4type", &[name_head], name.as_bytes(), b"\xa5value", value].concat()
}

/// Returns the peak of allocated memory while a malformed frame is decoded.
fn cost(frame: &[u8]) -> u64 {
    let used = measure(|| {
        let error = codec::decode_binary::<Sample>(frame).unwrap_err();
        assert_eq!(error.code(), ValidationCode::Malformed, "{error}");
    });
    used.bytes_max
}

#[test]
fn a_claim_of_millions_costs_nothing() {
    // 33 million items and more, with each header of 32 bits, then with those of 16.
    for claim in [
        &b"\xdd\x01\xff\xff\xff"[..],
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\x01\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xc9\xff\xff\xff\xff\xff",
        b"\xdc\xff\xff",
        b"\xde\xff\xff",
    ] {
        let alone = cost(claim);
        assert!(alone < 2048, "{alone} bytes for {claim:x?}");
        for name in ["list", "points", "map", "text", "bytes", "texts", "nothing"] {
            let inside = cost(&packed(name, claim));
            assert!(inside < 2048, "{inside} bytes for {claim:x?} in `{name}`");
        }
    }
}

#[test]
fn a_claim_inside_a_claim_costs_nothing() {
    let frame = b"\xdd\x01\xff\xff\xff".repeat(20_000);
    let held = cost(&frame);
    assert!(held < 2048, "{held} bytes for {} of claims", frame.len());
}

#[test]
fn nesting_of_a_hundred_thousand_levels_is_an_early_error() {
    for level in [0x91, 0x81] {
        let held = cost(&vec![level; 100_000]);
        assert!(held < 2048, "{held} bytes for {level:x} nested");
        let held = cost(&packed("list", &vec![level; 100_000]));
        assert!(held < 2048, "{held} bytes for {level:x} nested in a field");
    }
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        let deep = open.repeat(100_000);
        for text in [deep.clone(), format!(r#"{{"type":"list","value":{deep}"#), format!(r#"{{"extra":{deep}"#)] {
            let used = measure(|| {
                let error = codec::decode_text::<Sample>(&text).unwrap_err();
                assert_eq!(error.code(), ValidationCode::Malformed, "{error}");
            });
            assert!(used.bytes_max < 64 * 1024, "{} bytes for {open} nested", used.bytes_max);
        }
    }
}

#[test]
fn a_list_costs_its_contents() {
    let mut frame = packed("list", b"\xdd\x00\x00\x27\x10");
    frame.extend([1; 10_000]);
    let read = measure(|| assert!(codec::decode_binary::<Sample>(&frame).is_ok()));
    assert!(read.bytes_max < 200_000, "{} bytes for {}", read.bytes_max, frame.len());
}
