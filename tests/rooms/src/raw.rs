//! A room that takes raw bytes beside its messages, and has words of its own for frames of the wrong kind.

use websocket_do::{Format, Frame, Refusal, Result, Session, Upgrade, WsProtocol, websocket_do};

/// What clients say beside their bytes.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Kept)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Keep {
    /// Bytes inside a message.
    Thumbnail {
        #[ws(bytes_field, bytes = 1..=8)]
        image: Vec<u8>,
        #[ws(bytes_field)]
        mask: Option<[u8; 2]>,
    },
}

/// What they are told.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Kept {
    /// So many raw bytes came.
    Bytes { count: u32 },
    /// The bytes of a message, and so many of a mask.
    Thumbnail {
        #[ws(bytes_field)]
        image: Vec<u8>,
        masked: u8,
    },
}

/// The room.
#[derive(Default)]
pub struct Raw;

#[websocket_do(client = Keep, session = ())]
impl Raw {
    #[connect]
    async fn connect(&self, _upgrade: &Upgrade) -> Result<(), Refusal> {
        Ok(())
    }

    #[message]
    fn thumbnail(&self, session: &Session<Self>, image: Vec<u8>, mask: Option<[u8; 2]>) -> Result<()> {
        session.send(Kept::Thumbnail { image, masked: mask.map_or(0, |mask| mask[0] + mask[1]) })
    }

    /// Passes the bytes on to the others who can take them.
    #[binary]
    async fn bytes(&self, session: &Session<Self>, bytes: Vec<u8>) -> Result<()> {
        let count = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        session.room().everyone().except(session).speaking(Format::Json).send_frame(&Frame::Binary(bytes));
        session.send(Kept::Bytes { count })
    }

    #[unsupported]
    fn unsupported(&self, session: &Session<Self>, frame: &Frame) -> Result<()> {
        let answer = match frame {
            Frame::Text(text) => Frame::Binary(vec![0xc0; text.len()]),
            Frame::Binary(_) => Frame::Text("never comes".into()),
        };
        session.send_frame(&answer)
    }
}
