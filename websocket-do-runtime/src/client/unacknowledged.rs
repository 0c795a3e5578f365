//! Frames that were sent on a connection and whose arrival is not confirmed.

use std::collections::VecDeque;

use super::clock::Instant;
use crate::codec::Frame;

/// The most frames that are kept.
const MAX_FRAMES: usize = 1024;
/// The most bytes of them, except for the newest.
const MAX_BYTES: usize = 1 << 20;

/// The newest unacknowledged frames, and the number of all. A call is only counted, as its caller learns that it was lost.
pub(super) struct Unacknowledged {
    frames: VecDeque<Option<Frame>>,
    bytes: usize,
    /// When the oldest frame was sent, or the time of the last acknowledgement if that is later.
    since: Instant,
    sent: u64,
    acknowledged: u64,
}

impl Unacknowledged {
    pub(super) fn new(now: Instant) -> Self {
        Self { frames: VecDeque::new(), bytes: 0, since: now, sent: 0, acknowledged: 0 }
    }

    /// Adds a frame, or [`None`] for a call.
    pub(super) fn push(&mut self, frame: Option<Frame>, now: Instant) {
        if self.count() == 0 {
            self.since = now;
        }
        self.sent += 1;
        self.bytes += frame.as_ref().map_or(0, Frame::len);
        self.frames.push_back(frame);
        while self.frames.len() > MAX_FRAMES || self.bytes > MAX_BYTES && self.frames.len() > 1 {
            self.drop_oldest();
        }
    }

    /// The number of unacknowledged frames.
    pub(super) fn count(&self) -> u64 {
        self.sent - self.acknowledged
    }

    /// The number of frames sent so far.
    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    /// Since when frames are unacknowledged.
    pub(super) fn since(&self) -> Instant {
        self.since
    }

    /// The first `sent` frames have arrived.
    pub(super) fn acknowledge(&mut self, sent: u64, now: Instant) {
        self.since = now;
        self.acknowledged = self.acknowledged.max(sent);
        let left = usize::try_from(self.count()).unwrap_or(usize::MAX);
        while self.frames.len() > left {
            self.drop_oldest();
        }
    }

    /// Returns the frames that were kept, and the number of older ones that were not.
    pub(super) fn into_frames(self) -> (Vec<Frame>, usize) {
        let count = usize::try_from(self.count()).unwrap_or(usize::MAX);
        let omitted = count.saturating_sub(self.frames.len());
        (self.frames.into_iter().flatten().collect(), omitted)
    }

    fn drop_oldest(&mut self) {
        self.bytes -= self.frames.pop_front().flatten().as_ref().map_or(0, Frame::len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_kept_up_to_a_number() {
        let now = Instant::now();
        let frame = |number: u64| Frame::Text(number.to_string());
        let mut unacknowledged = Unacknowledged::new(now);
        (0..1030).for_each(|number| unacknowledged.push(Some(frame(number)), now));
        let (kept, omitted) = unacknowledged.into_frames();
        assert_eq!((kept.len(), kept.first(), omitted), (1024, Some(&frame(6)), 6));
    }

    #[test]
    fn frames_are_kept_up_to_their_bytes_and_the_newest_always() {
        let now = Instant::now();
        let mut unacknowledged = Unacknowledged::new(now);
        (0..5).for_each(|_| unacknowledged.push(Some(Frame::Binary(vec![0; MAX_BYTES / 2])), now));
        unacknowledged.push(Some(Frame::Binary(vec![0; MAX_BYTES * 2])), now);
        let (kept, omitted) = unacknowledged.into_frames();
        assert_eq!((kept.len(), omitted), (1, 5));
    }
}
