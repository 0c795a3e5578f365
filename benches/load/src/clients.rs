//! Many clients in rooms of one server, and rounds of messages among them.

use std::{
    collections::VecDeque,
    io::{ErrorKind, Read, Write},
    ops::Range,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use mio::{Events, Interest, Poll, Token, net::TcpStream};

use crate::{
    client::{PATIENCE, connect, visit},
    frame::{Format, SAID, Splitter},
    process::Process,
    round::{Round, Watch},
};

/// Which message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A chat message of 68 characters, which goes to everyone in the room.
    Said,
    /// A message that the room does not know, and answers to the sender alone.
    Unknown,
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

/// A room, in which the one who came first does all the talking.
struct Room {
    name: String,
    members: Vec<usize>,
    /// How many get what is sent.
    receivers: usize,
    /// How many messages are yet to be sent.
    unsent: usize,
    /// How often the oldest message that is on its way has arrived.
    arrived: usize,
    /// When those were sent that are on their way.
    sent: VecDeque<Instant>,
}

impl Clients {
    /// Nobody yet.
    ///
    /// # Errors
    /// The system refuses.
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

    /// Fills a room up to so many members. Gives its number: rooms count from 0, as they are named first.
    ///
    /// # Errors
    /// The server does not let them in.
    pub fn fill(&mut self, room: &str, members: usize) -> Result<usize> {
        let known = self.rooms.iter().position(|known| known.name == room);
        let number = known.unwrap_or_else(|| {
            self.rooms.push(Room::new(room));
            self.rooms.len() - 1
        });
        while let Some(there) = self.rooms.get(number)
            && there.members.len() < members
        {
            self.join(number, &format!("Member{}", there.members.len()))?;
        }
        Ok(number)
    }

    fn join(&mut self, number: usize, name: &str) -> Result<()> {
        let Some(room) = self.rooms.get_mut(number) else { bail!("there is no room {number}") };
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

    /// Reads what is still coming, until nothing has come for a while and the server rests.
    ///
    /// # Errors
    /// Someone is thrown out.
    pub fn settle(&mut self) -> Result<()> {
        while self.wait(Duration::from_millis(50))? {
            let tokens: Vec<_> = self.events.iter().map(|event| event.token().0).collect();
            for client in tokens {
                self.read(client)?;
            }
        }
        self.server.rest()
    }

    /// Sends messages in some of the rooms, in each so many, with at most `window` of them on their way at a time.
    ///
    /// # Errors
    /// A message does not arrive, or someone is thrown out.
    pub fn run(&mut self, rooms: Range<usize>, kind: Kind, messages: usize, window: usize) -> Result<Round> {
        let frame = match kind {
            Kind::Said => self.format.message(),
            Kind::Unknown => self.format.unknown(),
        };
        let mut latencies = Vec::with_capacity(rooms.len() * messages);
        let mut deliveries = 0;
        for room in self.rooms.get_mut(rooms.clone()).into_iter().flatten() {
            room.receivers = if kind == Kind::Said { room.members.len() } else { 1 };
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
            // To sleep would be to be woken, which Linux charges to the server that sends, and the more often the slower it is.
            let idle = Instant::now();
            while !self.wait(Duration::ZERO)? {
                if idle.elapsed() > PATIENCE {
                    bail!("{missing} of {deliveries} deliveries did not arrive");
                }
            }
            watch.idle += idle.elapsed();
            let tokens: Vec<_> = self.events.iter().map(|event| event.token().0).collect();
            for client in tokens {
                let (room, arrived) = self.read(client)?;
                missing = missing.checked_sub(arrived).context("more has arrived than was sent")?;
                for _ in 0..self.arrived(room, arrived, &mut latencies) {
                    self.send(room, &frame)?;
                }
            }
        }
        let messages = u32::try_from(rooms.len() * messages)?;
        watch.stop(messages, u32::try_from(deliveries)?, latencies)
    }

    /// Comes into a room as one more, and goes again, so often. The latency is that of getting in.
    ///
    /// # Errors
    /// The server does not play along.
    pub fn visits(&self, room: &str, visits: u32) -> Result<Round> {
        let watch = Watch::start(self.server)?;
        let took = (0..visits).map(|_| visit(self.port, room, self.format)).collect::<Result<Vec<_>>>()?;
        watch.stop(visits, visits, took)
    }

    /// Says something in a room, and checks that it comes back.
    ///
    /// # Errors
    /// It does not.
    pub fn check(port: u16, room: &str, format: Format, kind: Kind) -> Result<()> {
        let (mut stream, mut answer) = connect(port, room, "Ada", format)?;
        let (frame, expected) = match kind {
            Kind::Said => (format.message(), SAID),
            Kind::Unknown => (format.unknown(), "Invalid message format"),
        };
        stream.write_all(&frame)?;
        let mut buffer = [0; 512];
        while !String::from_utf8_lossy(&answer).contains(expected) {
            let read = stream.read(&mut buffer).with_context(|| format!("`{expected}` did not come"))?;
            if read == 0 || answer.len() > 4096 {
                bail!("`{expected}` was expected, and this came: {}", String::from_utf8_lossy(&answer));
            }
            answer.extend(buffer.iter().take(read));
        }
        Ok(())
    }

    /// Whether something has come.
    fn wait(&mut self, limit: Duration) -> Result<bool> {
        match self.poll.poll(&mut self.events, Some(limit)) {
            Err(error) if error.kind() == ErrorKind::Interrupted => Ok(true),
            polled => {
                polled?;
                Ok(!self.events.is_empty())
            }
        }
    }

    /// Reads all that is there for a client. Gives its room, and how many messages it was.
    fn read(&mut self, client: usize) -> Result<(usize, usize)> {
        let Some(client) = self.clients.get_mut(client) else { bail!("there is no client {client}") };
        let mut messages = 0;
        loop {
            match client.stream.read(&mut self.buffer) {
                Ok(0) => bail!("the server has closed a connection"),
                Ok(read) => {
                    let seen = client.splitter.feed(self.buffer.get(..read).unwrap_or_default());
                    if seen.closed {
                        bail!("the server has closed a session");
                    }
                    messages += seen.messages;
                    // What does not fill the buffer is all there is; if more comes, that is another event.
                    if read < self.buffer.len() {
                        return Ok((client.room, messages));
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok((client.room, messages)),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Notes arrivals. Gives how many messages can be sent now that others are through.
    fn arrived(&mut self, room: usize, arrived: usize, latencies: &mut Vec<Duration>) -> usize {
        let Some(room) = self.rooms.get_mut(room) else { return 0 };
        room.arrived += arrived;
        let mut through = 0;
        while room.arrived >= room.receivers
            && let Some(sent) = room.sent.pop_front()
        {
            room.arrived -= room.receivers;
            latencies.push(sent.elapsed());
            through += 1;
        }
        through.min(room.unsent)
    }

    fn send(&mut self, room: usize, frame: &[u8]) -> Result<()> {
        let Some(room) = self.rooms.get_mut(room) else { bail!("there is no room {room}") };
        let sender = room.members.first().and_then(|sender| self.clients.get_mut(*sender));
        room.unsent -= 1;
        room.sent.push_back(Instant::now());
        sender.context("nobody is in the room")?.stream.write_all(frame).context("the server does not read")
    }
}

impl Room {
    fn new(name: &str) -> Self {
        let name = name.to_owned();
        Self { name, members: Vec::new(), receivers: 0, unsent: 0, arrived: 0, sent: VecDeque::new() }
    }
}
