//! The range of a room's entries in the database file.

use redb::ReadOnlyTable;

use super::queue::RoomKey;

type Entry = Result<(String, Vec<u8>), redb::Error>;

/// A room's entries in the file from the key `start`, and before the key `end`.
pub(super) fn entries(
    table: &ReadOnlyTable<(&'static str, &'static str, &'static [u8]), &'static [u8]>,
    room: &RoomKey,
    start: &str,
    end: Option<&[u8]>,
    reverse: bool,
) -> Result<Box<dyn Iterator<Item = Entry>>, redb::Error> {
    // The smallest name greater than the room's.
    let next = format!("{}\0", room.name);
    let (class, name) = (room.class, room.name.as_str());
    let end = end.map_or((class, next.as_str(), [].as_slice()), |end| (class, name, end));
    let range = table.range((class, name, start.as_bytes())..end)?.map(|entry| {
        let (key, value) = entry?;
        Ok((String::from_utf8_lossy(key.value().2).into_owned(), value.value().to_vec()))
    });
    Ok(if reverse { Box::new(range.rev()) } else { Box::new(range) })
}

/// The smallest key greater than all keys with this prefix; none for the empty prefix. No byte of UTF-8 is 255, so that the last
/// one can be incremented.
pub(super) fn after_prefix(prefix: &str) -> Option<Vec<u8>> {
    let (last, before) = prefix.as_bytes().split_last()?;
    Some([before, &[last + 1]].concat())
}
