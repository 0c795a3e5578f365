//! Attachments are read as they were written; every other input is an error.

use serde::Deserialize;

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Member {
    name: String,
    joined: u64,
}

fn attached() -> Vec<u8> {
    let member = Member { name: "Ada".into(), joined: 1_764_000_000_000 };
    encode(Uuid::from_u128(7), Format::MessagePack, &member).unwrap()
}

#[test]
fn an_attachment_is_read_as_it_was_written() {
    let read: Attachment<Member> = decode(&attached()).unwrap();
    assert_eq!((read.id, read.format), (Uuid::from_u128(7), Format::MessagePack));
    assert_eq!(read.data, Member { name: "Ada".into(), joined: 1_764_000_000_000 });
}

#[test]
fn every_truncation_is_an_error_and_no_panic() {
    let bytes = attached();
    for length in 0..bytes.len() {
        assert!(decode::<Member>(&bytes[..length]).is_err(), "{length} bytes were read");
    }
}

#[test]
fn an_unknown_version_format_or_type_is_an_error() {
    let mut bytes = attached();
    assert!(matches!(decode::<u8>(&bytes), Err(AttachmentError::Data(_))));
    bytes[1] = 9;
    assert_eq!(decode::<Member>(&bytes), Err(AttachmentError::Format(9)));
    bytes[0] = 3;
    assert_eq!(decode::<Member>(&bytes), Err(AttachmentError::Version(3)));
}

#[test]
fn data_that_is_too_large_is_an_error_with_its_size() {
    let fits = encode(Uuid::nil(), Format::Json, &"x".repeat(MAX_ATTACHMENT - 21));
    assert_eq!(fits.unwrap().len(), MAX_ATTACHMENT);
    let large = encode(Uuid::nil(), Format::Json, &"x".repeat(MAX_ATTACHMENT - 20));
    assert_eq!(large, Err(AttachmentError::TooLarge { size: MAX_ATTACHMENT + 1 }));
}

#[test]
fn a_new_state_does_not_change_the_rest_of_an_attachment() {
    let bytes = attached();
    let header = header(&bytes).unwrap();
    assert_eq!(header, Header { id: Uuid::from_u128(7), format: Format::MessagePack, state: State::Open });
    for state in [State::Closing, State::Ended, State::Open] {
        let changed = in_state(&bytes, header, state);
        assert_eq!(super::header(&changed), Ok(Header { state, ..header }));
        assert_eq!(decode::<Member>(&changed), decode(&bytes));
        assert_eq!(changed.len(), bytes.len());
        // The state is also written if the attachment cannot be read.
        assert_eq!(super::header(&in_state(b"", header, state)), Ok(Header { state, ..header }));
    }
}

#[test]
fn an_attachment_of_version_1_is_read() {
    let member = Member { name: "Ada".into(), joined: 7 };
    let old = [&[1, 1][..], Uuid::from_u128(7).as_bytes(), &rmp_serde::to_vec_named(&member).unwrap()].concat();
    assert_eq!(decode::<Member>(&old).unwrap().data, member);
    let closing = in_state(&old, header(&old).unwrap(), State::Closing);
    assert_eq!(decode::<Member>(&closing).unwrap().data, member);
}
