//! What is written is read again; what could not be is an error when it is written.

use std::{
    collections::BTreeMap,
    fmt::Debug,
    net::{IpAddr, SocketAddr},
};

use serde::{Deserialize, Serialize};

use super::*;
use crate::protocol::Timestamp;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Delicate {
    address: IpAddr,
    peer: SocketAddr,
    at: Timestamp,
    bytes: Vec<u8>,
    time: std::time::Duration,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged {
    Struct { inner: Delicate },
    Newtype(Delicate),
    Unit,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "content")]
enum Adjacent {
    Newtype(Delicate),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    Number(u64),
    Delicate(Delicate),
    Address(IpAddr),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Flattened {
    name: String,
    #[serde(flatten)]
    rest: Delicate,
}

fn delicate() -> Delicate {
    Delicate {
        address: "2001:db8::1".parse().unwrap(),
        peer: "127.0.0.1:8787".parse().unwrap(),
        at: Timestamp::from_millis(1_764_000_000_123).unwrap(),
        bytes: vec![0, 255],
        time: std::time::Duration::new(1, 2),
    }
}

fn comes_back<T: Serialize + for<'de> Deserialize<'de> + PartialEq + Debug>(value: &T) {
    let mut bytes = Vec::new();
    write(value, &mut bytes).unwrap();
    assert_eq!(&read::<T>(VERSION, &bytes).unwrap(), value);
}

#[test]
fn types_with_a_compact_form_come_back_from_every_kind_of_type_that_serde_buffers() {
    comes_back(&delicate());
    comes_back(&Tagged::Struct { inner: delicate() });
    comes_back(&Tagged::Newtype(delicate()));
    comes_back(&vec![Tagged::Unit]);
    comes_back(&Adjacent::Newtype(delicate()));
    comes_back(&[Untagged::Delicate(delicate()), Untagged::Number(7)]);
    comes_back(&Untagged::Address("::1".parse().unwrap()));
    comes_back(&Flattened { name: "Ada".into(), rest: delicate() });
    comes_back(&(u128::MAX, i128::MIN, Some(1), f64::MIN_POSITIVE, 'ä', [Some("a".to_owned()), None]));
}

#[test]
fn values_of_the_layout_before_are_still_read() {
    let old = rmp_serde::to_vec_named(&delicate()).unwrap();
    assert_eq!(read::<Delicate>(COMPACT, &old).unwrap(), delicate());
    assert!(read::<Delicate>(9, &old).unwrap_err().contains("unknown layout 9"));
}

#[test]
fn what_could_not_be_read_again_is_an_error_when_it_is_written() {
    #[derive(Serialize, Deserialize)]
    #[serde(tag = "kind")]
    enum Wide {
        Number { value: u128 },
    }
    #[derive(Serialize, Deserialize)]
    struct OneWay {
        #[serde(skip_serializing)]
        #[expect(dead_code, reason = "that it is not written is the point")]
        lost: u8,
    }
    let error = write(&Wide::Number { value: 1 }, &mut Vec::new()).unwrap_err();
    assert!(error.starts_with("it could not be read again: "), "{error}");
    assert!(write(&OneWay { lost: 1 }, &mut Vec::new()).unwrap_err().contains("missing field `lost`"));
}

#[test]
fn an_option_in_an_option_is_refused_where_it_would_become_another_value() {
    #[derive(Serialize, Deserialize)]
    struct Wrapped(Option<u8>);
    #[derive(Serialize, Deserialize)]
    #[expect(clippy::option_option, reason = "that is what is tested")]
    struct Deep {
        list: Vec<(u8, Option<Option<u8>>)>,
    }
    let refused = |written: Result<(), String>| {
        assert_eq!(written, Err("`Some(None)` would be read as `None`; use an enum of your own".to_owned()));
    };
    refused(write(&Some(None::<u8>), &mut Vec::new()));
    refused(write(&Some(()), &mut Vec::new()));
    refused(write(&Some(Wrapped(None)), &mut Vec::new()));
    refused(write(&Deep { list: vec![(1, Some(Some(1))), (2, Some(None))] }, &mut Vec::new()));
    refused(write(&BTreeMap::from([("a".to_owned(), Some(None::<u8>))]), &mut Vec::new()));
    comes_back(&[Some(Some(1)), None]);
    comes_back(&Some([None::<u8>]));
}
