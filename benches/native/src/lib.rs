//! The cost of the runtime from the incoming to the outgoing frame, compared with code by hand on serde's derives. The
//! benchmark is `benches/beside_serde/main.rs`.

pub mod cases;
pub mod host;
pub mod plain;
pub mod room;
