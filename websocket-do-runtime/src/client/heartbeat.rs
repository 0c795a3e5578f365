//! The heartbeat of one connection: when to ask for a sign of life, when to give up, and what has not been confirmed.

use std::{collections::VecDeque, time::Duration};

use super::clock::Instant;
use crate::codec::Frame;

/// So many unconfirmed messages are a reason to ask.
const MANY: u64 = 64;
/// So many unconfirmed messages are kept, at most.
const KEPT: usize = 1024;
/// And so many bytes of them, but for the newest.
const BYTES: usize = 1 << 20;
/// A look at the peer's life that comes later than this was not due to the peer: the process slept, or the timers of a tab
/// in the background did. So long is waited then for what came meanwhile to be read, before the peer is judged.
const LATE: Duration = Duration::from_millis(100);

/// What is known of the peer's life.
pub(super) struct Pulse {
    /// After how long a silence the peer is asked, and how long it has to answer.
    rhythm: Option<(Duration, Duration)>,
    /// Silence before this is our own doing.
    listening: Instant,
    /// When the peer was asked, and how many frames it had been sent before.
    asked: Option<(Instant, u64)>,
    /// When it was seen that there had been nobody to look.
    overslept: Option<Instant>,
    /// The newest of the frames that were sent and are not confirmed.
    frames: VecDeque<Frame>,
    bytes: usize,
    /// When the first of them was sent, or at least was not yet asked for.
    first: Instant,
    sent: u64,
    confirmed: u64,
}

/// What there is to do.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Beat {
    Wait,
    Ask,
    /// There was no sign of life for too long a time: this.
    Dead(Duration),
}

impl Pulse {
    pub(super) fn new(rhythm: Option<(Duration, Duration)>, now: Instant) -> Self {
        let frames = VecDeque::new();
        Self {
            rhythm,
            listening: now,
            asked: None,
            overslept: None,
            frames,
            bytes: 0,
            first: now,
            sent: 0,
            confirmed: 0,
        }
    }

    /// A frame is handed to the connection.
    pub(super) fn sent(&mut self, frame: Frame, now: Instant) {
        if self.sent == self.confirmed {
            self.first = now;
        }
        self.sent += 1;
        self.bytes += frame.len();
        self.frames.push_back(frame);
        while self.frames.len() > KEPT || self.bytes > BYTES && self.frames.len() > 1 {
            self.forget();
        }
    }

    /// The peer was asked.
    pub(super) fn asked(&mut self, now: Instant) {
        self.asked = Some((now, self.sent));
    }

    /// The peer has answered: what it was sent before it was asked has arrived.
    pub(super) fn answered(&mut self, now: Instant) {
        if let Some((_, sent)) = self.asked.take() {
            self.confirm(sent);
            self.first = now;
        }
    }

    /// A frame has come. Where nobody asks, it is all that will be known.
    pub(super) fn heard(&mut self) {
        if self.rhythm.is_none() {
            self.confirm(self.sent);
        }
    }

    /// Nobody has listened up to now.
    pub(super) fn listens(&mut self, now: Instant) {
        self.listening = now;
    }

    /// When there will be something to do, if nothing comes.
    pub(super) fn due(&self, heard: Instant) -> Option<Instant> {
        let due = self.expected(heard)?;
        Some(self.overslept.filter(|overslept| *overslept >= due).map_or(due, |overslept| overslept + LATE))
    }

    /// When there is something to do, if nobody sleeps.
    fn expected(&self, heard: Instant) -> Option<Instant> {
        let (interval, limit) = self.rhythm?;
        let heard = heard.max(self.listening);
        Some(match self.asked {
            Some((asked, _)) => heard.max(asked) + limit,
            None if self.sent - self.confirmed >= MANY => self.listening,
            None if self.sent > self.confirmed => (heard + interval).min(self.first + interval),
            None => heard + interval,
        })
    }

    /// What there is to do now, when something was heard at `heard` for the last time.
    pub(super) fn beat(&mut self, heard: Instant, now: Instant) -> Beat {
        match (self.due(heard), self.rhythm) {
            (Some(due), Some((_, limit))) if due <= now => {
                if self.asked.is_none() {
                    Beat::Ask
                } else if now > due + LATE && self.expected(heard) == Some(due) {
                    self.overslept = Some(now);
                    Beat::Wait
                } else {
                    Beat::Dead(limit)
                }
            }
            _ => Beat::Wait,
        }
    }

    /// What was sent and not confirmed, and how much of it was not kept.
    pub(super) fn unconfirmed(self) -> (Vec<Frame>, usize) {
        let count = usize::try_from(self.sent - self.confirmed).unwrap_or(usize::MAX);
        let more = count.saturating_sub(self.frames.len());
        (self.frames.into(), more)
    }

    fn confirm(&mut self, sent: u64) {
        self.confirmed = self.confirmed.max(sent);
        let left = usize::try_from(self.sent - self.confirmed).unwrap_or(usize::MAX);
        while self.frames.len() > left {
            self.forget();
        }
    }

    fn forget(&mut self) {
        self.bytes -= self.frames.pop_front().as_ref().map_or(0, Frame::len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(20);
    const LIMIT: Duration = Duration::from_secs(10);

    fn frame(number: u64) -> Frame {
        Frame::Text(number.to_string())
    }

    #[test]
    fn a_silent_peer_is_asked_and_then_dead() {
        let start = Instant::now();
        let mut pulse = Pulse::new(Some((INTERVAL, LIMIT)), start);
        let second = |second: u64| start + Duration::from_secs(second);
        assert_eq!(pulse.beat(start, second(19)), Beat::Wait);
        assert_eq!(pulse.beat(second(5), second(24)), Beat::Wait);
        assert_eq!(pulse.beat(second(5), second(25)), Beat::Ask);
        pulse.asked(second(25));
        assert_eq!(pulse.beat(second(5), second(34)), Beat::Wait);
        assert_eq!(pulse.beat(second(30), second(35)), Beat::Wait, "any sign of life will do");
        assert_eq!(pulse.beat(second(5), second(35)), Beat::Dead(LIMIT));
        pulse.listens(second(35));
        assert_eq!(pulse.beat(second(5), second(35)), Beat::Wait, "who did not listen has heard nothing");
        pulse.answered(second(36));
        assert_eq!(pulse.due(second(36)), Some(second(56)));
    }

    #[test]
    fn who_has_slept_reads_before_it_judges() {
        let start = Instant::now();
        let second = |second: u64| start + Duration::from_secs(second);
        let mut pulse = Pulse::new(Some((INTERVAL, LIMIT)), start);
        pulse.asked(second(20));
        assert_eq!(pulse.beat(start, second(90)), Beat::Wait, "there was nobody to look for a minute");
        assert_eq!(pulse.due(start), Some(second(90) + LATE));
        assert_eq!(pulse.beat(second(91), second(91)), Beat::Wait, "what came meanwhile was read");
        assert_eq!(pulse.beat(second(91), second(101)), Beat::Dead(LIMIT));
        pulse.asked(second(110));
        assert_eq!(pulse.beat(start, second(180)), Beat::Wait);
        assert_eq!(pulse.beat(start, second(240)), Beat::Dead(LIMIT), "nothing came, however late one looks again");
    }

    #[test]
    fn an_answer_confirms_what_was_sent_before_the_question() {
        let start = Instant::now();
        let mut pulse = Pulse::new(Some((INTERVAL, LIMIT)), start);
        (0..3).for_each(|number| pulse.sent(frame(number), start));
        pulse.asked(start);
        pulse.sent(frame(3), start);
        pulse.heard();
        pulse.answered(start);
        assert_eq!(pulse.unconfirmed(), (vec![frame(3)], 0));
    }

    #[test]
    fn many_messages_are_a_reason_to_ask_at_once_and_not_all_are_kept() {
        let start = Instant::now();
        let mut pulse = Pulse::new(Some((INTERVAL, LIMIT)), start);
        (0..63).for_each(|number| pulse.sent(frame(number), start));
        assert_eq!(pulse.beat(start, start), Beat::Wait);
        pulse.sent(frame(63), start);
        assert_eq!(pulse.beat(start, start), Beat::Ask);
        (64..1030).for_each(|number| pulse.sent(frame(number), start));
        let (kept, more) = pulse.unconfirmed();
        assert_eq!((kept.len(), kept.first(), more), (1024, Some(&frame(6)), 6));

        let mut pulse = Pulse::new(None, start);
        (0..5).for_each(|_| pulse.sent(Frame::Binary(vec![0; BYTES / 2]), start));
        pulse.sent(Frame::Binary(vec![0; BYTES * 2]), start);
        let (kept, more) = pulse.unconfirmed();
        assert_eq!((kept.len(), more), (1, 5));
    }

    #[test]
    fn one_message_is_confirmed_although_the_peer_never_stops_talking() {
        let start = Instant::now();
        let mut pulse = Pulse::new(Some((INTERVAL, LIMIT)), start);
        pulse.sent(frame(0), start + LIMIT);
        let now = start + LIMIT + INTERVAL;
        assert_eq!(pulse.beat(now, now), Beat::Ask);
    }

    #[test]
    fn where_nobody_asks_anything_heard_will_do() {
        let start = Instant::now();
        let mut pulse = Pulse::new(None, start);
        pulse.sent(frame(0), start);
        pulse.heard();
        pulse.sent(frame(1), start);
        assert_eq!(pulse.beat(start, start + LIMIT * 100), Beat::Wait);
        assert_eq!(pulse.unconfirmed(), (vec![frame(1)], 0));
    }
}
