//! Time types of other crates: written as text in both formats, and read from a JavaScript `Date`.

use chrono::{DateTime, Utc};
use websocket_do::{Format, Frame, ValidationCode, WsProtocol, codec};

#[derive(Debug, PartialEq, WsProtocol)]
#[ws(server)]
enum Dated {
    At { at: DateTime<Utc>, also: Option<DateTime<Utc>> },
    Noted { note: String },
}

/// `{type, [name]: new Date(1764000000123)}` as msgpackr writes it.
fn packed(variant: &[u8], name: &[u8]) -> Vec<u8> {
    [b"\xde\x00\x02\xa4type", variant, name, b"\xd7\xff\x1d\x53\x53\x00\x69\x24\x81\x00"].concat()
}

#[test]
fn a_date_is_read_by_the_time_types_of_other_crates() {
    let at = DateTime::from_timestamp_millis(1_764_000_000_123).unwrap();
    let expected = Dated::At { at, also: None };
    assert_eq!(codec::decode_binary::<Dated>(&packed(b"\xa2at", b"\xa2at")).unwrap(), expected);
    assert_eq!(codec::decode_text::<Dated>(r#"{"type":"at","at":"2025-11-24T16:00:00.123Z"}"#).unwrap(), expected);
    for format in [Format::Json, Format::MessagePack] {
        let frame: Frame = codec::encode(&expected, format).unwrap();
        assert_eq!(codec::decode::<Dated>(&frame).unwrap(), expected);
    }
}

#[test]
fn a_date_is_not_text() {
    let error = codec::decode_binary::<Dated>(&packed(b"\xa5noted", b"\xa4note")).unwrap_err();
    assert_eq!((error.code(), error.path()), (ValidationCode::Invalid, "note"));
    assert_eq!(error.to_string(), "`note` must be a string, is a time");
}
