// A value in messages.

/// An item of an order.
#[derive(WsProtocol)]
pub struct Item {
    #[ws(range = 1..=99)]
    how_many: u8,
    note: Option<String>,
    parts: Vec<Self>,
}
