//! Outgoing frames as bytes: of a server, so without a mask, and never fragmented.

use bytes::Bytes;
use tokio_tungstenite::tungstenite::protocol::frame::{
    FrameHeader,
    coding::{Data, OpCode},
};

/// Small frames are written together, up to about this many bytes; a larger payload is not copied.
pub(super) const BATCH: usize = 16 * 1024;

/// Appends a frame. Gives the payload back where it is too large to be copied: then only the header was appended.
pub(super) fn put(buffer: &mut Vec<u8>, data: Data, payload: Bytes) -> Option<Bytes> {
    if payload.len() < BATCH {
        frame(buffer, OpCode::Data(data), &payload);
        return None;
    }
    header(buffer, OpCode::Data(data), payload.len());
    Some(payload)
}

pub(super) fn frame(buffer: &mut Vec<u8>, opcode: OpCode, payload: &[u8]) {
    header(buffer, opcode, payload.len());
    buffer.extend_from_slice(payload);
}

fn header(buffer: &mut Vec<u8>, opcode: OpCode, length: usize) {
    // Writing to memory does not fail.
    let _ = FrameHeader { opcode, ..FrameHeader::default() }.format(length as u64, buffer);
}
