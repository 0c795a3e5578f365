//! Values are read as they were written; a value that could not be read again is an error on writing.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    net::{IpAddr, SocketAddr},
};

use serde::{Deserialize, Serialize};

use super::*;
use crate::protocol::Timestamp;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Compact {
    address: IpAddr,
    peer: SocketAddr,
    at: Timestamp,
    bytes: Vec<u8>,
    time: std::time::Duration,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Struct { inner: Compact },
    Newtype(Compact),
    Unit,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "content")]
enum Adjacent {
    Newtype(Compact),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u64),
    Compact(Compact),
    Address(IpAddr),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flattened {
    name: String,
    #[serde(flatten)]
    rest: Compact,
}

fn compact() -> Compact {
    Compact {
        address: "2001:db8::1".parse().unwrap(),
        peer: "127.0.0.1:8787".parse().unwrap(),
        at: Timestamp::from_millis(1_764_000_000_123).unwrap(),
        bytes: vec![0, 255],
        time: std::time::Duration::new(1, 2),
    }
}

fn round_trips<T: Serialize + for<'de> Deserialize<'de> + PartialEq + Debug>(value: &T) {
    let mut bytes = Vec::new();
    write(value, &mut bytes).unwrap();
    assert_eq!(&read::<T>(VERSION, &bytes).unwrap(), value);
}

#[test]
fn types_with_a_compact_form_round_trip_inside_every_type_that_serde_buffers() {
    round_trips(&compact());
    round_trips(&Tagged::Struct { inner: compact() });
    round_trips(&Tagged::Newtype(compact()));
    round_trips(&vec![Tagged::Unit]);
    round_trips(&Adjacent::Newtype(compact()));
    round_trips(&[Untagged::Compact(compact()), Untagged::Number(7)]);
    round_trips(&Untagged::Address("::1".parse().unwrap()));
    round_trips(&Flattened { name: "Ada".into(), rest: compact() });
    round_trips(&(u128::MAX, i128::MIN, Some(1), f64::MIN_POSITIVE, 'ä', [Some("a".to_owned()), None]));
}

#[test]
fn values_of_the_previous_layout_are_read() {
    let old = rmp_serde::to_vec_named(&compact()).unwrap();
    assert_eq!(read::<Compact>(COMPACT, &old).unwrap(), compact());
    assert!(read::<Compact>(9, &old).unwrap_err().contains("unknown layout 9"));
}

#[test]
fn a_value_that_could_not_be_read_again_is_an_error_on_writing() {
    #[derive(Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Wide {
        Number { value: u128 },
    }
    #[derive(Serialize, Deserialize)]
    struct OneWay {
        #[serde(skip_serializing)]
        #[expect(dead_code, reason = "it is never written")]
        lost: u8,
    }
    let error = write(&Wide::Number { value: 1 }, &mut Vec::new()).unwrap_err();
    assert!(error.starts_with("it could not be read again: "), "{error}");
    assert!(write(&OneWay { lost: 1 }, &mut Vec::new()).unwrap_err().contains("missing field `lost`"));
}

#[test]
fn a_nested_option_that_would_be_read_as_another_value_is_an_error() {
    #[derive(Serialize, Deserialize)]
    struct Wrapped(Option<u8>);
    #[derive(Serialize, Deserialize)]
    #[expect(clippy::option_option, reason = "the test is about nested options")]
    struct Deep {
        list: Vec<(u8, Option<Option<u8>>)>,
    }
    let assert_nested = |written: Result<(), String>| {
        assert_eq!(written, Err("`Some(None)` would be read as `None`; use a custom enum".to_owned()));
    };
    assert_nested(write(&Some(None::<u8>), &mut Vec::new()));
    assert_nested(write(&Some(()), &mut Vec::new()));
    assert_nested(write(&Some(Wrapped(None)), &mut Vec::new()));
    assert_nested(write(&Deep { list: vec![(1, Some(Some(1))), (2, Some(None))] }, &mut Vec::new()));
    assert_nested(write(&BTreeMap::from([("a".to_owned(), Some(None::<u8>))]), &mut Vec::new()));
    round_trips(&[Some(Some(1)), None]);
    round_trips(&Some([None::<u8>]));
}
