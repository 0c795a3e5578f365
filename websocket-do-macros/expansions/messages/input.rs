// Every kind of variant, every rule, and every attribute of a field.

#[derive(WsProtocol)]
#[ws(server, tag = "kind", text = Lines, rename_all = "snake_case")]
enum Event {
    Ended,
    /// A newtype variant.
    Placed(Order),
    #[cfg(feature = "admin")]
    #[ws(rename = "KICKED")]
    Kicked {
        /// Why.
        #[ws(len = 1.., bytes = ..200, pattern = "^[a-z ]+$", one_of("spam", "abuse"), custom = polite)]
        reason: Option<String>,
        #[ws(each(custom = known, len = ..=8, pattern = "^#", one_of("#a", "#b")), len = ..=3)]
        tags: Vec<String>,
        #[ws(range = 0.0..1.0)]
        score: f64,
        #[ws(rename = "raw", bytes_field)]
        bytes: Vec<u8>,
        #[ws(as_string, range = 1..)]
        id: Option<u64>,
        #[cfg(feature = "dates")]
        #[serde(rename = "when", alias = "at", with = "dates", skip_serializing_if = "dates::is_empty")]
        dates: Dates,
        #[serde(default = "ten")]
        r#limit: u8,
        #[serde(default)]
        page: u8,
    },
}
