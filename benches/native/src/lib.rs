//! What the runtime costs on its way from a frame to a frame, beside the same written by hand on serde's derives. The
//! benchmark itself is `benches/beside_serde.rs`.

pub mod cases;
pub mod host;
pub mod plain;
pub mod room;
