//! Many clients in rooms of one server, and rounds of messages between them.

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read, Write},
    ops::Range,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use mio::{Events, Interest, Poll, Token, net::TcpStream};

use crate::{
    client::{TIMEOUT, connect, join_and_leave},
    frame::{CHAT_TEXT, Format, Splitter},
    process::Process,
    round::{Round, Watch},
};

/// The kind of message to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A chat message of 68 characters, which is broadcast to the room.
    Chat,
    /// A message of unknown type, which is answered to its sender alone.
    Unknown,
    /// A call for the history, which is answered to its sender alone.
    Call,
}

/// Clients in rooms of one server.
pub struct Clients {
    server: Process,
    port: u16,
    format: Format,
    poll: Poll,
    events: Events,
    buffer: Vec<u8>,
    clients: Vec<Client>,
    rooms: Vec<Room>,
}

struct Client {
    stream: TcpStream,
    splitter: Splitter,
    room: usize,
}

/// A room, whose first member sends all messages.
struct Room {
    name: String,
    members: Vec<usize>,
    /// How many clients receive a message.
    receivers: usize,
    /// How many messages are still to be sent.
    unsent: usize,
    /// How many deliveries of the oldest message in flight have arrived.
    arrived: usize,
    /// When the messages in flight were sent.
    sent: VecDeque<Instant>,
}

impl Clients {
    /// Creates a load generator without clients.
    ///
    /// # Errors
    /// If the system has no poll.
    pub fn new(server: Process, port: u16, format: Format) -> Result<Self> {
        Ok(Self {
            server,
            port,
            format,
            poll: Poll::new()?,
            events: Events::with_capacity(1024),
            buffer: vec![0; 1 << 16],
            clients: Vec::new(),
            rooms: Vec::new(),
        })
    }

    /// Adds clients to a room until it has `members`. Returns the room's number; rooms are numbered from 0 in order of first use.
    ///
    /// # Errors
    /// If the server refuses a client.
    pub fn fill(&mut self, name: &str, members: usize) -> Result<usize> {
        let known = self.rooms.iter().position(|known| known.name == name);
        let number = known.unwrap_or_else(|| {
            self.rooms.push(Room::new(name));
            self.rooms.len() - 1
        });
        while let Some(room) = self.rooms.get(number)
            && room.members.len() < members
        {
            self.join(number, &format!("Member{}", room.members.len()))?;
        }
        Ok(number)
    }

    fn join(&mut self, number: usize, name: &str) -> Result<()> {
        let Some(room) = self.rooms.get_mut(number) else { bail!("unknown room {number}") };
        let (stream, first) = connect(self.port, &room.name, name, self.format)?;
        stream.set_nonblocking(true)?;
        let mut stream = TcpStream::from_std(stream);
        let client = self.clients.len();
        self.poll.registry().register(&mut stream, Token(client), Interest::READABLE)?;
        let mut splitter = Splitter::default();
        splitter.feed(&first);
        room.members.push(client);
        self.clients.push(Client { stream, splitter, room: number });
        Ok(())
    }

    /// Reads until nothing has arrived for a while and the server is idle.
    ///
    /// # Errors
    /// If the server closes a connection.
    pub fn settle(&mut self) -> Result<()> {
        while self.wait(Duration::from_millis(50))? {
            let tokens: Vec<_> = self.events.iter().map(|event| event.token().0).collect();
            for client in tokens {
                self.read(client)?;
            }
        }
        self.server.rest()
    }

    /// Sends `messages` in each of some rooms, with at most `window` of them in flight.
    ///
    /// # Errors
    /// If a message does not arrive, or the server closes a connection.
    pub fn run(&mut self, rooms: Range<usize>, kind: Kind, messages: usize, window: usize) -> Result<Round> {
        let frame = match kind {
            Kind::Chat => self.format.message(),
            Kind::Unknown => self.format.unknown(),
            Kind::Call => self.format.call(),
        };
        let mut latencies = Vec::with_capacity(rooms.len() * messages);
        let mut deliveries = 0;
        for room in self.rooms.get_mut(rooms.clone()).into_iter().flatten() {
            room.receivers = if kind == Kind::Chat { room.members.len() } else { 1 };
            room.unsent = messages;
            deliveries += messages * room.receivers;
        }
        let mut watch = Watch::start(self.server)?;
        for room in rooms.clone() {
            for _ in 0..window.min(messages) {
                self.send(room, &frame)?;
            }
        }
        let mut missing = deliveries;
        while missing > 0 {
            // Polls without sleeping: Linux charges a wake-up to the server that sends, the more often the slower it is.
            let idle = Instant::now();
            while !self.wait(Duration::ZERO)? {
                if idle.elapsed() > TIMEOUT {
                    bail!("{missing} of {deliveries} deliveries did not arrive");
                }
            }
            watch.idle += idle.elapsed();
            let tokens: Vec<_> = self.events.iter().map(|event| event.token().0).collect();
            for client in tokens {
                let (room, arrived) = self.read(client)?;
                missing = missing.checked_sub(arrived).context("more messages arrived than were sent")?;
                for _ in 0..self.arrived(room, arrived, &mut latencies) {
                    self.send(room, &frame)?;
                }
            }
        }
        let messages = u32::try_from(rooms.len() * messages)?;
        watch.stop(messages, u32::try_from(deliveries)?, latencies)
    }

    /// Joins a room with one more client and leaves it, `connections` times. The latency is that of the upgrade.
    ///
    /// # Errors
    /// If an upgrade or a close fails.
    pub fn churn(&self, room: &str, connections: u32) -> Result<Round> {
        let watch = Watch::start(self.server)?;
        let took =
            (0..connections).map(|_| join_and_leave(self.port, room, self.format)).collect::<Result<Vec<_>>>()?;
        watch.stop(connections, connections, took)
    }

    /// Sends a message in a room, and checks the reply.
    ///
    /// # Errors
    /// If the reply is missing or different.
    pub fn check(port: u16, room: &str, format: Format, kind: Kind) -> Result<()> {
        let (mut stream, mut answer) = connect(port, room, "Ada", format)?;
        let (frame, expected) = match kind {
            Kind::Chat => (format.message(), CHAT_TEXT),
            Kind::Unknown => (format.unknown(), "Invalid message format"),
            Kind::Call => (format.call(), CHAT_TEXT),
        };
        stream.write_all(&frame)?;
        let mut buffer = [0; 512];
        while !String::from_utf8_lossy(&answer).contains(expected) {
            let read = stream.read(&mut buffer).with_context(|| format!("`{expected}` did not arrive"))?;
            if read == 0 || answer.len() > 4096 {
                bail!("expected `{expected}`, found {}", String::from_utf8_lossy(&answer));
            }
            answer.extend(buffer.iter().take(read));
        }
        Ok(())
    }

    /// Waits until something can be read; returns whether there is anything.
    fn wait(&mut self, limit: Duration) -> Result<bool> {
        match self.poll.poll(&mut self.events, Some(limit)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(true),
            polled => {
                polled?;
                Ok(!self.events.is_empty())
            }
        }
    }

    /// Reads what a client has received; returns its room and the number of messages.
    fn read(&mut self, client: usize) -> Result<(usize, usize)> {
        let Some(client) = self.clients.get_mut(client) else { bail!("unknown client {client}") };
        let mut messages = 0;
        loop {
            match client.stream.read(&mut self.buffer) {
                Ok(0) => bail!("the server closed a connection"),
                Ok(read) => {
                    let seen = client.splitter.feed(self.buffer.get(..read).unwrap_or_default());
                    if seen.closed {
                        bail!("the server closed a session");
                    }
                    messages += seen.messages;
                    // If the buffer is not full, no more data has arrived; later data is a new event.
                    if read < self.buffer.len() {
                        return Ok((client.room, messages));
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok((client.room, messages)),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Counts deliveries; returns how many messages can be sent in place of those delivered to all.
    fn arrived(&mut self, room: usize, arrived: usize, latencies: &mut Vec<Duration>) -> usize {
        let Some(room) = self.rooms.get_mut(room) else { return 0 };
        room.arrived += arrived;
        let mut delivered = 0;
        while room.arrived >= room.receivers
            && let Some(sent) = room.sent.pop_front()
        {
            room.arrived -= room.receivers;
            latencies.push(sent.elapsed());
            delivered += 1;
        }
        delivered.min(room.unsent)
    }

    fn send(&mut self, room: usize, frame: &[u8]) -> Result<()> {
        let Some(room) = self.rooms.get_mut(room) else { bail!("unknown room {room}") };
        let sender = room.members.first().and_then(|sender| self.clients.get_mut(*sender));
        room.unsent -= 1;
        room.sent.push_back(Instant::now());
        sender.context("empty room")?.stream.write_all(frame).context("the server does not read")
    }
}

impl Room {
    fn new(name: &str) -> Self {
        let name = name.to_owned();
        Self { name, members: Vec::new(), receivers: 0, unsent: 0, arrived: 0, sent: VecDeque::new() }
    }
}
