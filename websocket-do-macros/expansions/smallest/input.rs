// Messages and a room with as little as possible.

#[derive(WsProtocol)]
#[ws(client, server = Nothing)]
enum Anything {}

#[websocket_do(client = Anything, session = ())]
impl Smallest {
    #[connect]
    fn connect(&self, _upgrade: &Upgrade) -> Result<(), HttpError> {
        Ok(())
    }
}
