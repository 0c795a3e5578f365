//! Encoding outgoing frames: a server does not mask them, and none is fragmented.

use bytes::Bytes;
use tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Data, OpCode},
};

/// Small frames are batched up to about this many bytes. A larger payload is written without being copied.
pub(super) const BATCH_SIZE: usize = 16 * 1024;

/// Appends a data frame. If the payload is too large to be copied, appends only the header and returns the payload.
pub(super) fn append_data(buffer: &mut Vec<u8>, data: Data, payload: Bytes) -> Option<Bytes> {
    if payload.len() < BATCH_SIZE {
        append_frame(buffer, OpCode::Data(data), &payload);
        return None;
    }
    append_header(buffer, OpCode::Data(data), payload.len());
    Some(payload)
}

/// Appends a frame.
pub(super) fn append_frame(buffer: &mut Vec<u8>, opcode: OpCode, payload: &[u8]) {
    append_header(buffer, opcode, payload.len());
    buffer.extend_from_slice(payload);
}

fn append_header(buffer: &mut Vec<u8>, opcode: OpCode, length: usize) {
    // Writing to a `Vec` does not fail.
    let _ = FrameHeader { opcode, ..FrameHeader::default() }.format(length as u64, buffer);
}
