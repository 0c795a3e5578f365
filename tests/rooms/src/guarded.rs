//! A room whose text frames are not JSON but a codec of its own.

use serde::{Serialize, de::DeserializeOwned};
use websocket_do::{Refusal, Result, Session, TextCodec, Upgrade, WsProtocol, websocket_do};

/// JSON behind a line that keeps a browser from running it as a script.
pub struct Guarded;

const GUARD: &str = ")]}'\n";

impl TextCodec for Guarded {
    const NAME: &'static str = "guarded JSON";
    type Error = String;

    fn encode<T: Serialize + ?Sized>(value: &T) -> Result<String, String> {
        serde_json::to_string(value).map(|text| format!("{GUARD}{text}")).map_err(|error| error.to_string())
    }

    fn decode<T: DeserializeOwned>(text: &str) -> Result<T, String> {
        let json = text.strip_prefix(GUARD).ok_or("the guard is missing")?;
        serde_json::from_str(json).map_err(|error| error.to_string())
    }
}

/// What clients say.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(client, server = Heard, text = Guarded)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Said {
    /// A word.
    Word {
        #[ws(len = 1..=5)]
        word: String,
        times: Option<u64>,
    },
}

/// What they are told.
#[derive(Debug, Clone, PartialEq, WsProtocol)]
#[ws(server, text = Guarded)]
#[expect(missing_docs, reason = "the names say it all")]
pub enum Heard {
    /// The same word.
    Word { word: String, times: u64 },
}

/// The room.
#[derive(Default)]
pub struct Vault;

#[websocket_do(client = Said, session = ())]
impl Vault {
    #[connect]
    async fn connect(&self, _upgrade: &Upgrade) -> Result<(), Refusal> {
        Ok(())
    }

    #[message]
    fn word(&self, session: &Session<Self>, word: String, times: Option<u64>) -> Result<()> {
        session.room().broadcast(Heard::Word { word, times: times.unwrap_or(1) })?;
        session.send(Heard::Word { word: "thanks".into(), times: 1 << 40 })
    }
}
