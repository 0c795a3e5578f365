//! The drawing of the current round, in the storage: after hibernation, a player that joins still gets it.

use websocket_do::{ListOptions, Result, Room, StorageError};

use super::Game;
use crate::protocol::{MAX_STROKES, Stroke};

/// The prefix of the keys: one for each stroke.
const STROKES: &str = "stroke:";
/// The key of the number of strokes.
const COUNT: &str = "strokes";

/// Adds a stroke. Returns `false` if the drawing is full.
pub(super) fn add(room: &Room<Game>, stroke: &Stroke) -> Result<bool> {
    room.storage().transaction(|storage| {
        let count = storage.get::<usize>(COUNT)?.unwrap_or(0);
        if count >= MAX_STROKES {
            return Ok(false);
        }
        storage.put(&format!("{STROKES}{count:03}"), stroke)?;
        storage.put(COUNT, &(count + 1))?;
        Ok(true)
    })
}

/// All strokes, in their order.
pub(super) fn strokes(room: &Room<Game>) -> Result<Vec<Stroke>, StorageError> {
    Ok(room.storage().list(&ListOptions::prefix(STROKES))?.into_iter().map(|(_, stroke)| stroke).collect())
}

/// Removes all strokes.
pub(super) fn clear(room: &Room<Game>) -> Result<()> {
    room.storage().transaction(|storage| {
        for number in 0..storage.get::<usize>(COUNT)?.unwrap_or(0) {
            storage.delete(&format!("{STROKES}{number:03}"))?;
        }
        storage.delete(COUNT)?;
        Ok(())
    })
}
