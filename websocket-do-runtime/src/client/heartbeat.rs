//! The timing of one connection's heartbeat: when to send a ping, and when the connection counts as lost.

use std::time::Duration;

use super::{clock::Instant, unacknowledged::Unacknowledged};
use crate::codec::Frame;

/// The number of unacknowledged frames after which a ping is sent without waiting for the interval.
const PING_AFTER: u64 = 64;
/// A check that runs later than this was delayed on this side: the process was suspended, or the browser throttles timers. Frames
/// that arrived meanwhile then get this long to be read before the connection counts as lost.
const LATE: Duration = Duration::from_millis(100);

/// The state of one connection's heartbeat.
pub(super) struct Heartbeat {
    /// The silence before a ping, and the time for its answer; none without heartbeats.
    timing: Option<(Duration, Duration)>,
    /// Since when the connection is read; silence before that does not count.
    listening_since: Instant,
    ping: Option<Ping>,
    /// When a check was found to be late.
    late_check: Option<Instant>,
    unacknowledged: Unacknowledged,
}

/// A ping without an answer.
struct Ping {
    sent_at: Instant,
    /// The number of frames sent before it, which its answer acknowledges.
    after: u64,
}

/// What a check of the heartbeat asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Action {
    Wait,
    Ping,
    /// Nothing was received within this time: the connection is lost.
    Disconnect(Duration),
}

impl Heartbeat {
    pub(super) fn new(timing: Option<(Duration, Duration)>, now: Instant) -> Self {
        let unacknowledged = Unacknowledged::new(now);
        Self { timing, listening_since: now, ping: None, late_check: None, unacknowledged }
    }

    /// Records a frame that is sent, or [`None`] for a call.
    pub(super) fn frame_sent(&mut self, frame: Option<Frame>, now: Instant) {
        self.unacknowledged.push(frame, now);
    }

    pub(super) fn ping_sent(&mut self, now: Instant) {
        self.ping = Some(Ping { sent_at: now, after: self.unacknowledged.sent() });
    }

    /// A pong acknowledges the frames that were sent before its ping.
    pub(super) fn pong_received(&mut self, now: Instant) {
        if let Some(ping) = self.ping.take() {
            self.unacknowledged.acknowledge(ping.after, now);
        }
    }

    /// Without heartbeats, a frame from the server acknowledges all frames sent before.
    pub(super) fn frame_received(&mut self, now: Instant) {
        if self.timing.is_none() {
            self.unacknowledged.acknowledge(self.unacknowledged.sent(), now);
        }
    }

    /// The connection is read again after a pause.
    pub(super) fn reading_resumed(&mut self, now: Instant) {
        self.listening_since = now;
    }

    /// Returns when the next check is due if nothing is received after `last_received`.
    pub(super) fn due(&self, last_received: Instant) -> Option<Instant> {
        let due = self.due_in_time(last_received)?;
        Some(self.late_check.filter(|late| *late >= due).map_or(due, |late| late + LATE))
    }

    /// As [`due`](Self::due), as long as checks are not late.
    fn due_in_time(&self, last_received: Instant) -> Option<Instant> {
        let (interval, timeout) = self.timing?;
        let last_received = last_received.max(self.listening_since);
        Some(match (&self.ping, self.unacknowledged.count()) {
            (Some(ping), _) => last_received.max(ping.sent_at) + timeout,
            (None, 0) => last_received + interval,
            (None, PING_AFTER..) => self.listening_since,
            (None, _) => (last_received + interval).min(self.unacknowledged.since() + interval),
        })
    }

    /// Checks the connection at `now`, when the last bytes were received at `last_received`.
    pub(super) fn check(&mut self, last_received: Instant, now: Instant) -> Action {
        match (self.due(last_received), self.timing) {
            (Some(due), Some((_, timeout))) if due <= now => {
                if self.ping.is_none() {
                    Action::Ping
                } else if now > due + LATE && self.due_in_time(last_received) == Some(due) {
                    self.late_check = Some(now);
                    Action::Wait
                } else {
                    Action::Disconnect(timeout)
                }
            }
            _ => Action::Wait,
        }
    }

    /// The frames whose arrival is not confirmed.
    pub(super) fn into_unacknowledged(self) -> Unacknowledged {
        self.unacknowledged
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(20);
    const TIMEOUT: Duration = Duration::from_secs(10);

    fn frame(number: u64) -> Frame {
        Frame::Text(number.to_string())
    }

    #[test]
    fn a_silent_peer_is_pinged_and_then_lost() {
        let start = Instant::now();
        let mut heartbeat = Heartbeat::new(Some((INTERVAL, TIMEOUT)), start);
        let second = |second: u64| start + Duration::from_secs(second);
        assert_eq!(heartbeat.check(start, second(19)), Action::Wait);
        assert_eq!(heartbeat.check(second(5), second(24)), Action::Wait);
        assert_eq!(heartbeat.check(second(5), second(25)), Action::Ping);
        heartbeat.ping_sent(second(25));
        assert_eq!(heartbeat.check(second(5), second(34)), Action::Wait);
        assert_eq!(heartbeat.check(second(30), second(35)), Action::Wait, "any bytes count");
        assert_eq!(heartbeat.check(second(5), second(35)), Action::Disconnect(TIMEOUT));
        heartbeat.reading_resumed(second(35));
        assert_eq!(heartbeat.check(second(5), second(35)), Action::Wait, "nothing was read before");
        heartbeat.pong_received(second(36));
        assert_eq!(heartbeat.due(second(36)), Some(second(56)));
    }

    #[test]
    fn a_late_check_does_not_declare_the_connection_lost() {
        let start = Instant::now();
        let second = |second: u64| start + Duration::from_secs(second);
        let mut heartbeat = Heartbeat::new(Some((INTERVAL, TIMEOUT)), start);
        heartbeat.ping_sent(second(20));
        assert_eq!(heartbeat.check(start, second(90)), Action::Wait, "no check ran for a minute");
        assert_eq!(heartbeat.due(start), Some(second(90) + LATE));
        assert_eq!(heartbeat.check(second(91), second(91)), Action::Wait, "frames that arrived meanwhile were read");
        assert_eq!(heartbeat.check(second(91), second(101)), Action::Disconnect(TIMEOUT));
        heartbeat.ping_sent(second(110));
        assert_eq!(heartbeat.check(start, second(180)), Action::Wait);
        assert_eq!(heartbeat.check(start, second(240)), Action::Disconnect(TIMEOUT), "one late check is forgiven");
    }

    #[test]
    fn a_pong_acknowledges_the_frames_before_its_ping() {
        let start = Instant::now();
        let mut heartbeat = Heartbeat::new(Some((INTERVAL, TIMEOUT)), start);
        (0..3).for_each(|number| heartbeat.frame_sent(Some(frame(number)), start));
        heartbeat.ping_sent(start);
        heartbeat.frame_sent(Some(frame(3)), start);
        heartbeat.frame_received(start);
        heartbeat.pong_received(start);
        assert_eq!(heartbeat.into_unacknowledged().into_frames(), (vec![frame(3)], 0));
    }

    #[test]
    fn many_unacknowledged_frames_are_a_reason_to_ping_at_once() {
        let start = Instant::now();
        let mut heartbeat = Heartbeat::new(Some((INTERVAL, TIMEOUT)), start);
        (0..63).for_each(|number| heartbeat.frame_sent(Some(frame(number)), start));
        assert_eq!(heartbeat.check(start, start), Action::Wait);
        heartbeat.frame_sent(Some(frame(63)), start);
        assert_eq!(heartbeat.check(start, start), Action::Ping);
    }

    #[test]
    fn one_frame_is_acknowledged_although_the_peer_never_stops_sending() {
        let start = Instant::now();
        let mut heartbeat = Heartbeat::new(Some((INTERVAL, TIMEOUT)), start);
        heartbeat.frame_sent(Some(frame(0)), start + TIMEOUT);
        let now = start + TIMEOUT + INTERVAL;
        assert_eq!(heartbeat.check(now, now), Action::Ping);
    }

    #[test]
    fn without_heartbeats_any_frame_acknowledges() {
        let start = Instant::now();
        let mut heartbeat = Heartbeat::new(None, start);
        heartbeat.frame_sent(Some(frame(0)), start);
        heartbeat.frame_received(start);
        heartbeat.frame_sent(Some(frame(1)), start);
        assert_eq!(heartbeat.check(start, start + TIMEOUT * 100), Action::Wait);
        assert_eq!(heartbeat.into_unacknowledged().into_frames(), (vec![frame(1)], 0));
    }
}
